"""Speech: from a waveform to cepstra, errors per word, and the words' hidden Markov models.

A waveform is a row of samples from −1 to 1, `RATE` of them per second. The cepstra are those of the
data set `spoken-digits`, torchaudio's MFCC with Hann windows of 400 samples every 200, 128 bands
and 80 dB; the tests hold them equal to librosa's.
"""

import math
import os
import wave
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.fft import dct
from scipy.signal import resample_poly

Floats = npt.NDArray[np.floating]

RATE, WINDOW, HOP, BANDS, CEPSTRA = 8000, 400, 200, 128, 13


def read_sound(path: str | os.PathLike[str]) -> Floats:
    """Return the samples of a WAV file of 8 or 16 bits, brought to `RATE` samples per second.

    Several channels are averaged. Raises FileNotFoundError or ValueError, in a sentence, for what
    is no such file, and for silence.
    """
    name = os.path.basename(path)
    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no sound file {name}: record one, or name another.")
    try:
        with wave.open(os.fspath(path)) as file:
            size, rate, channels = file.getsampwidth(), file.getframerate(), file.getnchannels()
            promised, raw = file.getnframes(), file.readframes(file.getnframes())
    except (wave.Error, EOFError, OSError) as error:
        raise ValueError(f"{name} cannot be read as a WAV file: save it again as one.") from error
    if size not in (1, 2) or rate < RATE or len(raw) != promised * size * channels:
        raise ValueError(
            f"{name} is cut short, or not of 8 or 16 bits and {RATE:,} samples per second or more: "
            "save it again so."
        )
    whole = np.frombuffer(raw, np.uint8 if size == 1 else "<i2").astype(float)
    whole = (whole - 128) / 128 if size == 1 else whole / 32768
    mono, shared = whole.reshape(-1, channels).mean(axis=1), math.gcd(rate, RATE)
    return heard(resample_poly(mono, RATE // shared, rate // shared) if rate != RATE else mono)


def heard(samples: npt.ArrayLike) -> Floats:
    """Return a waveform as it is; raise ValueError where there is nothing in it to recognise."""
    row = np.asarray(samples, float)
    if row.ndim != 1 or len(row) < WINDOW or not np.isfinite(row).all():
        raise ValueError(
            f"A waveform of shape {row.shape} was given, but a row of {WINDOW} finite samples or "
            "more is needed: give one channel, a twentieth of a second of it or more."
        )
    if np.ptp(row) < 1e-3:
        raise ValueError("This clip is silent: speak up, or look whether the microphone is on.")
    return row


def spectrogram(samples: npt.ArrayLike) -> Floats:
    """Return the power in each frame at each frequency: (frames, 201), every 20 Hz up to 4,000.

    Frames are centred on every `HOP`-th sample; beyond its ends the waveform is mirrored.
    """
    row = np.pad(heard(samples), WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(row, WINDOW)[::HOP]  # (frames, 400)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    return np.abs(np.fft.rfft(frames * hann)) ** 2


def mel(hertz: npt.ArrayLike) -> Floats:
    """Return frequencies on the mel scale, whose equal steps sound about equal."""
    return 2595 * np.log10(1 + np.asarray(hertz) / 700)


def bands() -> Floats:
    """Return how much each band hears of each frequency: triangles on the mel scale, (201, 128)."""
    corners = 700 * (10 ** (np.linspace(0, mel(RATE / 2), BANDS + 2) / 2595) - 1)
    frequency = np.linspace(0, RATE / 2, WINDOW // 2 + 1)[:, None]
    rising = (frequency - corners[:-2]) / np.diff(corners)[:-1]
    falling = (corners[2:] - frequency) / np.diff(corners)[1:]
    return np.minimum(rising, falling).clip(min=0)


def cepstra(samples: npt.ArrayLike) -> Floats:
    """Return the cepstra of a waveform: (frames, 13).

    The loudness of each band in decibels, cut off 80 below the loudest, and of that the slowest
    waves over the bands (a cosine transform).

    S. B. Davis and P. Mermelstein (1980), Comparison of parametric representations for monosyllabic
    word recognition in continuously spoken sentences, doi:10.1109/TASSP.1980.1163420.
    """
    decibels = 10 * np.log10(np.maximum(spectrogram(samples) @ bands(), 1e-10))
    kept = np.maximum(decibels, decibels.max() - 80)
    return np.asarray(dct(kept, norm="ortho")[:, :CEPSTRA])


def errors(spoken: Sequence[object], read: Sequence[object]) -> int:
    """Return the fewest words to put in, leave out or replace so that one row becomes the other.

    V. I. Levenshtein (1966), Binary codes capable of correcting deletions, insertions, and
    reversals.
    """
    row = list(range(len(read) + 1))
    for place, word in enumerate(spoken, start=1):
        before, row = row, [place]
        for other, given in enumerate(read):
            changed = before[other] + (word != given)
            row.append(min(changed, before[other + 1] + 1, row[other] + 1))
    return row[-1]


def word_error_rate(spoken: Sequence[Sequence[object]], read: Sequence[Sequence[object]]) -> float:
    """Return the errors in all rows per word that was spoken.

    Raises ValueError where the rows do not belong together, or no word was spoken.
    """
    words = sum(map(len, spoken))
    if len(spoken) != len(read) or words == 0:
        raise ValueError(
            f"word_error_rate() was given {len(spoken)} rows of {words} words and {len(read)} "
            "readings: give one reading per row, and a word at least."
        )
    return sum(map(errors, spoken, read)) / words


def with_slopes(frames: npt.ArrayLike) -> Floats:
    """Return cepstra (t, 13) scaled over the whole string, and how they change: (t, 26).

    Scaling takes off what a microphone adds to all frames alike. The slope at a frame is that of
    the straight line through it and two neighbours on each side, doubled.
    """
    x = scaled(frames)
    around = np.pad(x, ((2, 2), (0, 0)), mode="edge")
    slopes = (2 * (around[4:] - around[:-4]) + around[3:-1] - around[1:-3]) / 10
    return np.concatenate([x, 2 * slopes], axis=1)


def scaled(frames: npt.ArrayLike) -> Floats:
    """Return frames (t, d), each column brought to mean 0 and deviation 1 over the string."""
    x = np.asarray(frames)
    return np.asarray((x - x.mean(axis=0)) / (x.std(axis=0) + 1e-3))


def loop(
    scores: Floats, begins: npt.NDArray[np.int_], stay: Floats, move: Floats, penalty: float
) -> list[int]:
    """Return the words whose states, one after another, score highest in all frames together.

    `scores` (frames, states) hold the log-probability of each frame in each state; the states of
    all words stand in one row, and `begins` (words,) tells where each word's begin. At each frame
    a path stays in its state or moves to the next, at the log-probabilities `stay` and `move`
    (states,); from a word's last state it moves to the first of any word, for a further `penalty`,
    below zero. This is Viterbi's search in a loop of words.

    L. R. Rabiner (1989), A tutorial on hidden Markov models, doi:10.1109/5.18626.
    """
    ends = np.append(begins[1:], scores.shape[1]) - 1
    total = np.full(scores.shape[1], -np.inf)
    total[begins] = scores[0, begins]
    since, left = np.zeros(len(total), int), []  # the frame in which a path entered its word
    for t in range(1, len(scores)):
        moving = total + move
        word = int(moving[ends].argmax())
        left.append((word, int(since[ends[word]])))  # the best that could end before t
        come, came = np.roll(moving, 1), np.roll(since, 1)
        come[begins], came[begins] = moving[ends[word]] + penalty, t
        moved = come > total + stay
        total = np.where(moved, come, total + stay) + scores[t]
        since = np.where(moved, came, since)
    word = int(total[ends].argmax())
    words, entered = [word], int(since[ends[word]])
    while entered > 0:
        word, entered = left[entered - 1]
        words.append(word)
    return words[::-1]


class WordModels:
    """A hidden Markov model per word: states from left to right, a mixture of Gaussians in each.

    A state has a Gaussian for each group of clips (each voice, say) to begin with. In every round
    each clip is laid along its word's states as well as may be, each frame given to the Gaussian
    that suits it best, and the Gaussians are found anew: training by Viterbi's path.
    """

    def __init__(self, states: int = 8, rounds: int = 4) -> None:
        self.states, self.rounds = states, rounds

    def fit(
        self, clips: Sequence[Floats], words: npt.ArrayLike, groups: npt.ArrayLike
    ) -> "WordModels":
        """Learn from clips (frames, d) of words 0, 1, …, each of which occurs."""
        labels, kinds = np.asarray(words), np.unique(groups, return_inverse=True)[1]
        count, size = labels.max() + 1, (self.states, kinds.max() + 1, clips[0].shape[1])
        self.means, self.variances = np.zeros((count, *size)), np.ones((count, *size))
        self.weights, self.stay = np.ones((count, *size[:2])), np.zeros((count, self.states))
        for word in range(count):
            rows = np.flatnonzero(labels == word)
            self._learn(word, [clips[row] for row in rows.tolist()], kinds[rows])
        return self

    def read(self, frames: Floats, penalty: float) -> list[int]:
        """Return the words heard in a string of frames (t, d): `loop` explains the penalty."""
        by_word = [self._scores(word, frames).max(axis=2) for word in range(len(self.stay))]
        scores = np.concatenate(by_word, axis=1)
        begins, stay = np.arange(len(self.stay)) * self.states, self.stay.ravel()
        return loop(scores, begins, np.log(stay), np.log(1 - stay), penalty)

    def _learn(self, word: int, clips: list[Floats], kinds: npt.NDArray[np.int_]) -> None:
        """Learn one word's Gaussians from its clips, at first cut into states of equal length."""
        lengths = np.array([len(clip) for clip in clips])
        frames, kind = np.concatenate(clips), np.repeat(kinds, lengths)
        state = np.concatenate([np.arange(n) * self.states // n for n in lengths])
        spread = frames.var(axis=0)
        for _ in range(self.rounds):
            for place in np.ndindex(self.means.shape[1:3]):
                own = frames[(state == place[0]) & (kind == place[1])]
                n = len(own)
                around = own if n else frames[state == place[0]] if place[0] in state else frames
                self.means[word][place] = around.mean(axis=0)
                narrow = (own.var(axis=0) * n if n else 0) + 5 * spread  # five frames of doubt
                self.variances[word][place] = np.maximum(narrow / (n + 5), spread / 10)
                self.weights[word][place] = n + 1
            self.weights[word] /= self.weights[word].sum(axis=1, keepdims=True)
            scores = self._scores(word, frames)
            state = aligned(scores.max(axis=2), lengths)
            kind = scores[np.arange(len(frames)), state].argmax(axis=1)
        inside = np.bincount(state, minlength=self.states)
        self.stay[word] = (1 - len(clips) / np.maximum(inside, 1)).clip(0.05, 0.98)

    def _scores(self, word: int, frames: Floats) -> Floats:
        """Return the log-probability of frames under a word's Gaussians: (t, states, kinds)."""
        mean, sharp = self.means[word], 1 / self.variances[word]
        flat = [each.reshape(-1, frames.shape[1]) for each in (sharp, mean * sharp)]
        far = frames**2 @ flat[0].T - 2 * frames @ flat[1].T
        constant = (mean**2 * sharp - np.log(sharp)).sum(axis=2) - 2 * np.log(self.weights[word])
        return np.asarray(-0.5 * (far.reshape(len(frames), *constant.shape) + constant))


class Templates:
    """Words told by the clips that they lie nearest to: dynamic time warping in one stage.

    Every second frame of each clip is kept. A path through a string of words lays each frame on a
    kept one, by their squared distance, and stays there or goes on; from a clip's last frame it
    goes on to any clip's first.

    H. Ney (1984), The use of a one-stage dynamic programming algorithm for connected word
    recognition, doi:10.1109/TASSP.1984.1164320.
    """

    def fit(self, clips: Sequence[Floats], words: npt.ArrayLike) -> "Templates":
        """Keep clips (frames, d) and their words."""
        kept = [clip[::2] for clip in clips]
        self.words, self.frames = np.asarray(words), np.concatenate(kept)
        self.begins = np.cumsum([0, *map(len, kept[:-1])])
        return self

    def read(self, frames: Floats, penalty: float) -> list[int]:
        """Return the words heard in a string of frames (t, d): `loop` explains the penalty."""
        ours, theirs = (frames**2).sum(axis=1)[:, None], (self.frames**2).sum(axis=1)
        far, free = ours + theirs - 2 * frames @ self.frames.T, np.zeros(len(self.frames))
        return [int(self.words[k]) for k in loop(-far / 2, self.begins, free, free, penalty)]


def aligned(scores: Floats, lengths: npt.NDArray[np.int_]) -> npt.NDArray[np.int_]:
    """Return the state of each frame, clip after clip, on the best path from the first to the last.

    `scores` (frames, states) are those of all clips, one below the other. A clip with fewer frames
    than states ends as far along as it comes.
    """
    count, states, longest = len(lengths), scores.shape[1], int(lengths.max())
    first = np.append(0, lengths.cumsum()[:-1])
    place = first[:, None] + np.minimum(np.arange(longest), lengths[:, None] - 1)
    among = scores[place]  # (clips, longest, states)
    total = np.full((count, states), -np.inf)
    total[:, 0] = among[:, 0, 0]
    moved = np.zeros((count, longest, states), bool)
    for t in range(1, longest):
        come = np.concatenate([np.full((count, 1), -np.inf), total[:, :-1]], axis=1)
        on = (t < lengths)[:, None]
        moved[:, t] = (come > total) & on
        total = np.where(on, np.maximum(come, total) + among[:, t], total)
    state = np.minimum(lengths, states) - 1
    path = np.zeros((count, longest), int)
    for t in range(longest - 1, -1, -1):
        path[:, t] = state
        state = state - moved[np.arange(count), t, state]
    return path[np.arange(longest) < lengths[:, None]]
