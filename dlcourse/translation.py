"""Translation by counting: pieces of words, a dictionary that teaches itself, and BLEU's counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dlcourse.data.sets.verses import TOKEN

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Sentence = Sequence[int]

START = "▁"
"""Stands before the first letter of a word, so that pieces can be put together again."""


def words_of(text: str) -> list[str]:
    """Return the words and marks of a text in small letters; an apostrophe ends its word."""
    return TOKEN.findall(text.lower())


def learn_pieces(words: Mapping[str, int], merges: int) -> list[tuple[str, str]]:
    """Return the pairs that byte-pair encoding merges inside words, in order.

    `words` tells how often each word is there. Each time it is the pair that is there most often;
    of equal ones, that whose parts are older, letters in their order first. After R. Sennrich,
    B. Haddow and A. Birch (2016), Neural machine translation of rare words with subword units, ACL,
    arXiv:1508.07909. Raises ValueError where no pair is left.
    """
    cut = [[START, *word] for word in words]
    times = list(words.values())
    age = {letter: k for k, letter in enumerate(sorted({part for word in cut for part in word}))}
    counts: Counter[tuple[str, str]] = Counter()
    places: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for k, word in enumerate(cut):
        for pair in pairwise(word):
            counts[pair] += times[k]
            places[pair].add(k)
    found: list[tuple[str, str]] = []
    for _ in range(merges):
        if not counts:
            raise ValueError(
                f"learn_pieces() was asked for {merges} merges, but after {len(found)} every word "
                "is one piece: give it more words, or ask for fewer merges."
            )
        most = max(counts.values())
        best = min(
            (p for p, n in counts.items() if n == most), key=lambda p: (age[p[0]], age[p[1]])
        )
        found.append(best)
        age.setdefault(best[0] + best[1], len(age))
        for k in places.pop(best):
            for pair in pairwise(cut[k]):
                counts[pair] -= times[k]
                if not counts[pair]:
                    del counts[pair]
            cut[k] = merged(cut[k], best)
            for pair in pairwise(cut[k]):
                counts[pair] += times[k]
                places[pair].add(k)
    return found


def merged(parts: Sequence[str], pair: tuple[str, str]) -> list[str]:
    """Return the parts with each `pair` of neighbours joined to one, from the left."""
    joined: list[str] = []
    free = False  # may the last part still be merged?
    for part in parts:
        if free and (joined[-1], part) == pair:
            joined[-1] += part
            free = False
        else:
            joined.append(part)
            free = True
    return joined


class Pieces:
    """Cuts words into pieces, as numbers from 3 up: 0 fills up, 1 begins and 2 ends a sentence."""

    def __init__(self, pairs: Sequence[tuple[str, str]], letters: Iterable[str]) -> None:
        self.ranks = {pair: k for k, pair in enumerate(pairs)}
        known = dict.fromkeys([START, *sorted(set(letters)), *(a + b for a, b in pairs)])
        self.names = ["", "<", ">", *known]
        self.numbers = {name: k for k, name in enumerate(self.names)}
        self._known: dict[str, list[int]] = {}

    def cut(self, word: str) -> list[str]:
        """Return the pieces of a word: the pairs are merged in the order in which they came."""
        parts = [START, *word]
        while len(parts) > 1:
            first = min(pairwise(parts), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if first not in self.ranks:
                break
            parts = merged(parts, first)
        return parts

    def encode(self, words: Iterable[str]) -> list[int]:
        """Return words as the numbers of their pieces; letters never seen are left out."""
        row: list[int] = []
        for word in words:
            if word not in self._known:
                parts = self.cut(word)
                self._known[word] = [self.numbers[p] for p in parts if p in self.numbers]
            row += self._known[word]
        return row

    def decode(self, row: Iterable[int]) -> list[str]:
        """Return the words whose pieces have these numbers, up to the sentence's end."""
        text = ""
        for number in row:
            if number == 2:
                break
            text += self.names[number] if number > 2 else ""
        return text.replace(START, " ").split()


class Dictionary:
    """IBM model 1: which word stands for which, learned from sentences alone.

    P. F. Brown, S. A. Della Pietra, V. J. Della Pietra and R. L. Mercer (1993), The mathematics of
    statistical machine translation, Computational Linguistics 19(2), 263–311. Words are numbers
    from 1 up; 0 is the empty word, which each source sentence has besides its own.
    """

    def __init__(self, source: Sequence[Sentence], target: Sequence[Sentence], size: int) -> None:
        """Take pairs of sentences; `size` is above all numbers of the target's words."""
        self.size = size
        s, t, place = [], [], []
        offset = 0
        for a, b in zip(source, target, strict=True):
            have = np.array([0, *a])
            s.append(np.tile(have, len(b)))
            t.append(np.repeat(np.array(b, dtype=np.int64), len(have)))
            place.append(np.repeat(np.arange(offset, offset + len(b)), len(have)))
            offset += len(b)
        self._place = np.concatenate(place)
        key = np.concatenate(s) * size + np.concatenate(t)
        self.keys, self._of = np.unique(key, return_inverse=True)
        self.chance: Floats = np.full(len(self.keys), 1.0)

    def learn(self, steps: int) -> "Dictionary":
        """Share each target word out among its source words, and count again; so many times."""
        for _ in range(steps):
            share = self.chance[self._of]
            share /= np.bincount(self._place, share)[self._place]
            count = np.bincount(self._of, share, len(self.keys))
            total = np.bincount(self.keys // self.size, count)
            self.chance = count / total[self.keys // self.size]
        return self

    def of(self, source: Numbers, target: Numbers) -> Floats:
        """Return the chance of each target word given each source word; of one shape."""
        key = source * self.size + target
        at = np.searchsorted(self.keys, key).clip(max=len(self.keys) - 1)
        return np.where(self.keys[at] == key, self.chance[at], 0.0)

    def best(self) -> dict[int, int]:
        """Return the likeliest target word of each source word."""
        order = np.lexsort((self.chance, self.keys // self.size))
        return {int(k // self.size): int(k % self.size) for k in self.keys[order]}


def bleu_counts(said: Sequence[str], references: Sequence[Sequence[str]]) -> Numbers:
    """Return what BLEU adds up over sentences: (10,) whole numbers.

    For n = 1 to 4 the n-grams that are right and all n-grams, two by two; then the length, and that
    of the reference that is closest in length, of two equally close ones the shorter. An n-gram
    is right as often as one of the references has it, at the most.
    """
    row = []
    for n in range(1, 5):
        have = Counter(zip(*(said[k:] for k in range(n)), strict=False))
        most: Counter[tuple[str, ...]] = Counter()
        for reference in references:
            most |= Counter(zip(*(reference[k:] for k in range(n)), strict=False))
        row += [(have & most).total(), have.total()]
    closest = min((abs(len(r) - len(said)), len(r)) for r in references)[1]
    return np.array([*row, len(said), closest], dtype=np.int64)


def bleu(counts: Numbers) -> Floats:
    """Return BLEU in percent of counts (…, 10) that are added up already.

    K. Papineni, S. Roukos, T. Ward and W.-J. Zhu (2002), BLEU: a method for automatic evaluation of
    machine translation, ACL, doi:10.3115/1073083.1073135. It is 0 where a kind of n-gram is
    never right.
    """
    counts = np.asarray(counts, dtype=float)
    right, all_, length, closest = counts[..., :8:2], counts[..., 1:8:2], *counts.T[8:]
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.exp(np.log(right / all_).mean(axis=-1))
        short = np.exp(np.minimum(0, 1 - closest.T / length.T))
    percent: Floats = np.nan_to_num(100 * precision * short)
    return percent


_ONES = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    *("onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante"}


def in_french(number: int) -> list[str]:
    """Return a whole number below a million as French words; ValueError for any other."""
    if not 0 <= number < 1_000_000:
        raise ValueError(f"in_french() was given {number}: give a whole number from 0 to 999,999.")
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return _below_thousand(rest)
    before = _below_thousand(thousands) if thousands > 1 else []
    plain = [{"cents": "cent", "quatre-vingts": "quatre-vingt"}.get(w, w) for w in before]
    return [*plain, "mille", *(_below_thousand(rest) if rest else [])]


def _below_thousand(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    many = [] if hundreds == 1 else [_ONES[hundreds]]
    if not rest:
        return [*many, "cent" if hundreds == 1 else "cents"]
    return [*many, "cent", *_below_hundred(rest)]


def _below_hundred(number: int) -> list[str]:
    """Seventy is sixty-ten, eighty is four-twenties, ninety is four-twenties-ten."""
    if number < 20:
        return [_ONES[number]]
    if number >= 80:
        rest = number - 80
        return ["quatre-vingt", _ONES[rest]] if rest else ["quatre-vingts"]
    tens = min(number // 10 * 10, 60)
    rest = number - tens
    return [_TENS[tens], *(["et"] if rest in (1, 11) else []), *([_ONES[rest]] if rest else [])]


_SMALL = (
    *("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENTHS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
    "twenty": "twentieth",
    "thirty": "thirtieth",
}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)


def spoken(day: date, style: int = 0) -> list[str]:
    """Return a day of the years 1900 to 2099 as somebody says it in English.

    Style 0 is "the third of may nineteen eighty seven", style 1 "may the third nineteen …", style
    2 "may third nineteen …". Raises ValueError for other years and styles.
    """
    if not 1900 <= day.year < 2100 or style not in range(3):
        raise ValueError(
            f"spoken() was given the year {day.year} and style {style}: it knows the years 1900 to "
            "2099 and the styles 0, 1 and 2."
        )
    *tens, last = _two_digits(day.day)
    nth = [*tens, _ORDINALS.get(last, last + "th")]
    month = _MONTHS[day.month - 1]
    first = (["the", *nth, "of", month], [month, "the", *nth], [month, *nth])[style]
    century, rest = divmod(day.year, 100)
    after = ["oh", _SMALL[rest]] if 0 < rest < 10 else _two_digits(rest) if rest else ["hundred"]
    if 2000 <= day.year < 2010:
        return [*first, "two", "thousand", *_two_digits(rest)]
    return [*first, *_two_digits(century), *after]


def _two_digits(number: int) -> list[str]:
    words = [_SMALL[number]] if number < 20 else [_TENTHS[number // 10], _SMALL[number % 10]]
    return [word for word in words if word]
