"""Speech: cepstra equal to librosa's, errors per word, Viterbi against every path."""

import itertools
import wave
from pathlib import Path

import numpy as np
import pytest
from scipy import signal

from dlcourse import data, speech

LIBROSA = np.array([
    [-324.7139, -35.7533, -10.0441, -13.7957, 19.3409, 8.2807, 12.3466, 11.8765, 9.0647, 9.0495,
     9.5918, 3.9922, 16.4372],
    [-113.0501, 128.4359, -44.8476, -19.1695, 16.8916, -22.3364, -42.0115, -7.6689, 5.4597,
     -1.5470, -6.6215, -5.6655, -3.0737],
    [-151.0980, 82.8664, 71.6162, -5.3633, -37.7625, 30.0557, -18.5780, -16.1349, 1.0849, -7.6582,
     -5.9733, 0.5862, -18.8413],
])  # fmt: skip
"""Frames 0, 4 and 9 of the clip "3" of spoken-characters, by librosa 0.11.

melspectrogram(n_fft=400, hop_length=200, n_mels=128, fmax=4000, htk=True, norm=None,
pad_mode="reflect"), power_to_db(ref=1, amin=1e-10, top_db=80), mfcc(n_mfcc=13, norm="ortho").
"""


@pytest.fixture(scope="module")
def three() -> np.ndarray:
    try:
        spoken = data.load("spoken-characters").test
    except ConnectionError as error:
        pytest.skip(str(error))
    return spoken.inputs[3, : spoken.lengths[3]]


def write(path: Path, samples: np.ndarray, rate: int = 8000, channels: int = 1) -> Path:
    """Write a WAV file of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes((samples * 32767).round().astype("<i2").tobytes())
    return path


def test_cepstra_are_librosas(three: np.ndarray) -> None:
    found = speech.cepstra(three)
    assert found.shape == (12, 13)
    np.testing.assert_allclose(found[[0, 4, 9]], LIBROSA, atol=2e-4)


def test_the_spectrogram_is_scipys() -> None:
    samples = np.random.default_rng(0).normal(scale=0.1, size=3000)
    padded = np.pad(samples, 200, mode="reflect")
    _, _, found = signal.stft(padded, window="hann", nperseg=400, noverlap=200, boundary=None,
                              padded=False)  # fmt: skip
    np.testing.assert_allclose(speech.spectrogram(samples), abs(found.T * 200) ** 2, rtol=1e-9)


def test_a_tone_is_where_it_belongs() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(4000) / 8000)
    assert (speech.spectrogram(tone)[2:-2].argmax(axis=1) == 50).all()
    assert speech.mel(1000) == pytest.approx(1000, abs=0.1)


def test_a_sound_file_is_read_at_any_rate(tmp_path: Path) -> None:
    time = np.arange(16000) / 16000
    tone = 0.5 * np.sin(2 * np.pi * 440 * time)
    both = np.stack([tone, tone], axis=1)
    samples = speech.read_sound(write(tmp_path / "tone.wav", both, 16000, channels=2))
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)
    np.testing.assert_allclose(samples[100:-100], expected[100:-100], atol=2e-3)


def test_what_cannot_be_heard_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no sound file gone\.wav: record one"):
        speech.read_sound(tmp_path / "gone.wav")
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(ValueError, match=r"text\.wav cannot be read as a WAV file"):
        speech.read_sound(tmp_path / "text.wav")
    whole = write(tmp_path / "whole.wav", np.sin(np.arange(4000)))
    (tmp_path / "half.wav").write_bytes(whole.read_bytes()[:3000])
    with pytest.raises(ValueError, match=r"half\.wav is cut short"):
        speech.read_sound(tmp_path / "half.wav")
    with pytest.raises(ValueError, match="This clip is silent: speak up"):
        speech.read_sound(write(tmp_path / "still.wav", np.zeros(4000)))
    with pytest.raises(ValueError, match="a row of 400 finite samples or more"):
        speech.cepstra(np.ones((4, 2)))


@pytest.mark.parametrize(
    ("spoken", "read", "errors"),
    [("", "", 0), ("347", "347", 0), ("347", "37", 1), ("37", "347", 1), ("347", "3977", 2),
     ("", "12", 2), ("12", "", 2), ("1234", "4321", 4), ("12345", "2345", 1)],
)  # fmt: skip
def test_errors_are_the_fewest(spoken: str, read: str, errors: int) -> None:
    assert speech.errors(spoken, read) == errors


def test_the_rate_is_per_word_that_was_spoken() -> None:
    assert speech.word_error_rate([[1, 2, 3], [4]], [[1, 3], [4, 4]]) == 2 / 4
    with pytest.raises(ValueError, match="one reading per row"):
        speech.word_error_rate([[1]], [])


def paths(frames: int, states: int) -> list[tuple[int, ...]]:
    """Return all ways from state 0 on, by stays and moves."""
    steps = itertools.product((0, 1), repeat=frames - 1)
    walked = [tuple(np.cumsum((0, *step)).tolist()) for step in steps]
    return [walk for walk in walked if walk[-1] < states]


def test_the_best_path_through_a_word_is_the_best_of_all() -> None:
    rng = np.random.default_rng(1)
    lengths = np.array([7, 4, 6])
    scores = rng.normal(size=(lengths.sum(), 4))
    found, at = speech.aligned(scores, lengths), 0
    for length in lengths:
        part = scores[at : at + length]
        among = [walk for walk in paths(length, 4) if walk[-1] == 3]
        best = max(among, key=lambda walk: part[np.arange(len(walk)), list(walk)].sum())
        assert tuple(found[at : at + length].tolist()) == best
        at += length


def test_the_loop_finds_the_best_of_all_sentences() -> None:
    """Words of two and three states: every sentence of up to three words, every path."""
    rng, begins, sizes = np.random.default_rng(2), np.array([0, 2]), (2, 3)
    for penalty in (-0.5, -3.0):
        scores = rng.normal(size=(7, 5))
        stay, move = rng.normal(size=5), rng.normal(size=5)
        best, words = -np.inf, None
        for count in (1, 2, 3):
            for sentence in itertools.product((0, 1), repeat=count):
                row = [begins[w] + s for w in sentence for s in range(sizes[w])]
                for walk in (w for w in paths(7, len(row)) if w[-1] == len(row) - 1):
                    states = [row[place] for place in walk]
                    total = scores[np.arange(7), states].sum() + penalty * (count - 1)
                    for a, b, state in zip(walk, walk[1:], states, strict=False):
                        total += stay[state] if a == b else move[state]
                    if total > best:
                        best, words = total, list(sentence)
        assert speech.loop(scores, begins, stay, move, penalty) == words


def test_word_models_tell_rising_from_falling() -> None:
    rng = np.random.default_rng(3)
    shapes = (np.linspace(-2, 2, 20), np.linspace(2, -2, 20))
    clips = [shapes[k % 2][:, None] + rng.normal(scale=0.3, size=(20, 3)) for k in range(40)]
    models = speech.WordModels(states=4).fit(clips, np.arange(40) % 2, np.arange(40) % 4 // 2)
    string = np.concatenate([clips[0], clips[1], clips[3], clips[2]])
    assert models.read(string, -5.0) == [0, 1, 1, 0]
    np.testing.assert_allclose(models.weights.sum(axis=2), 1)


def test_templates_warp_time() -> None:
    """Clips at half and at twice the tempo, and with noise, lie nearest to their own word."""
    rng = np.random.default_rng(4)
    turns = [k * np.arange(20) / 6 for k in (1, 2)]
    curves = [np.stack([np.sin(turn), np.cos(turn)], axis=1) for turn in turns]
    templates = speech.Templates().fit(curves, [7, 4])
    slow, quick = np.repeat(curves[0], 2, axis=0), curves[1][::2]
    string = np.concatenate([quick, slow, curves[1]])
    assert templates.read(string + rng.normal(scale=0.1, size=string.shape), -0.5) == [4, 7, 4]
    assert templates.read(string, -1000.0) in ([4], [7])  # too dear to begin another
