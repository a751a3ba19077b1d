"""Exercises of lesson 55, speech recognition."""

import numpy as np

from dlcourse.exercises import Exercise


def _scales(rng: np.random.Generator) -> list[tuple[int, float]]:
    """Return numbers of bands and highest frequencies."""
    return [(1, 4000.0), (2, 4000), (5, 8000.0), (8, 3000.0), (3, 700.0), (12, 11025.0)]


def _lattices(rng: np.random.Generator) -> list[tuple[np.ndarray, list[int]]]:
    """Return chances (t, signs) and labels: none, one, repeated ones, more than there is time."""
    labels: tuple[list[int], ...] = (
        [],
        [1],
        [1, 2],
        [1, 1],
        [2, 2, 1],
        [3, 1, 3],
        [1, 2, 1, 1],
        [2],
        [1, 1],
    )
    times = (3, 1, 4, 3, 6, 5, 8, 7, 2)
    listed = []
    for row, t in zip(labels, times, strict=True):
        scores = np.exp(rng.normal(size=(t, 4)))
        listed.append((scores / scores.sum(axis=1, keepdims=True), row))
    return listed


def _rows(rng: np.random.Generator) -> list[tuple[list[int], list[int]]]:
    """Return rows spoken and read: empty ones, equal ones, one word missing, more, or changed."""
    fixed = [([], []), ([3], []), ([], [4, 4]), ([1, 2, 3], [1, 2, 3]), ([1, 2, 3], [1, 3])]
    more = [([1, 3], [1, 2, 3]), ([1, 2, 3], [3, 2, 1]), ([5, 5, 5], [5]), ([1, 2, 3, 4], [2, 3])]
    swapped = [([1, 2, 3, 4, 5], [2, 3, 4, 5, 6]), ([7, 1], [1, 7]), ([1, 2], [3, 4, 1])]
    drawn = [
        (rng.integers(3, size=n).tolist(), rng.integers(3, size=m).tolist())
        for n, m in ((4, 5), (6, 3), (5, 5))
    ]
    return [*fixed, *more, *swapped, *drawn]


def _splits(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return voices, training rows and test rows: apart, mixed, and in part."""
    voice = rng.integers(5, size=40)
    order = rng.permutation(40)
    some = np.array([0, 0, 1, 1, 2, 2, 3])
    return [
        (voice, order[10:], order[:10]),
        (voice, np.flatnonzero(voice > 1), np.flatnonzero(voice <= 1)),
        (some, np.array([0, 2]), np.array([1, 3, 4, 5, 6])),
        (some, np.array([6]), np.array([4, 5])),
        (some, np.array([0, 4]), np.array([1])),
        (some + 4, np.array([1, 2, 6]), np.array([0, 5, 5, 3])),
    ]


EXERCISES = (
    Exercise(
        id="55.mel",
        stub='''
            def centres(count, top):
                """The middles of `count` bands in hertz: equal steps of mel from 0 to `top`."""
                return np.linspace(0, top, count + 2)[1:-1]
        ''',
        solution='''
            def centres(count, top):
                """The middles of `count` bands in hertz: equal steps of mel from 0 to `top`."""
                steps = np.linspace(0, 2595 * np.log10(1 + top / 700), count + 2)[1:-1]
                return 700 * (10 ** (steps / 2595) - 1)
        ''',
        hints=(
            "The stub takes equal steps in hertz. On which scale are they to be equal?",
            "Turn `top` into mel, take the steps there, and turn them back into hertz.",
            "mel = 2595 * np.log10(1 + f / 700), and back: f = 700 * (10 ** (mel / 2595) - 1)",
        ),
        misconceptions=(
            (
                "these are mel: turn them back into hertz",
                """
                def centres(count, top):
                    return np.linspace(0, 2595 * np.log10(1 + top / 700), count + 2)[1:-1]
                """,
            ),
            (
                "the first and the last step are the ends, 0 and top, and no middles: take two "
                "steps more, and leave these out",
                """
                def centres(count, top):
                    steps = np.linspace(0, 2595 * np.log10(1 + top / 700), count)
                    return 700 * (10 ** (steps / 2595) - 1)
                """,
            ),
            (
                "the logarithm is to the base 10, also on the way back",
                """
                def centres(count, top):
                    steps = np.linspace(0, 2595 * np.log10(1 + top / 700), count + 2)[1:-1]
                    return 700 * (np.exp(steps / 2595) - 1)
                """,
            ),
        ),
        cases=_scales,
    ),
    Exercise(
        id="55.squeeze",
        stub="digits_read = ...  # a list",
        solution="digits_read = [3, 3, 9]",
        hints=(
            "Draw together first what is repeated without anything between.",
            "- 3 3 - 3 9 9 - becomes - 3 - 3 9 -. What is left out now?",
            "The blanks: two threes remain, for a blank stood between them.",
        ),
        misconceptions=(
            (
                "a blank stood between the threes: they are two",
                "digits_read = [3, 9]",
            ),
            (
                "what is repeated without a blank between counts once",
                "digits_read = [3, 3, 3, 9, 9]",
            ),
            (
                "the second nine follows the first without a blank: one nine",
                "digits_read = [3, 3, 9, 9]",
            ),
        ),
    ),
    Exercise(
        id="55.forward",
        stub='''
            def chance(p, labels):
                """The chance (float) of all paths that spell `labels`; p is (t, signs), blank 0."""
                signs = [0]
                for label in labels:
                    signs += [label, 0]
                a = np.zeros(len(signs))
                a[:2] = p[0, signs[:2]]
                for t in range(1, len(p)):
                    come = a.copy()
                    come[1:] += a[:-1]
                    come[2:] += a[:-2]
                    a = come * p[t, signs]
                return float(a[-2:].sum())
        ''',
        solution='''
            def chance(p, labels):
                """The chance (float) of all paths that spell `labels`; p is (t, signs), blank 0."""
                signs = [0]
                for label in labels:
                    signs += [label, 0]
                a = np.zeros(len(signs))
                a[:2] = p[0, signs[:2]]
                for t in range(1, len(p)):
                    come = a.copy()
                    come[1:] += a[:-1]
                    for s in range(2, len(signs)):
                        if signs[s] != 0 and signs[s] != signs[s - 2]:
                            come[s] += a[s - 2]
                    a = come * p[t, signs]
                return float(a[-2:].sum())
        ''',
        hints=(
            "Where may a path leap over a sign, and where would it spell something else?",
            "From one blank to the next it would leap over a digit. From a 3 to another 3 it would "
            "leap over the blank that keeps them apart.",
            "Leap to s only if signs[s] != 0 and signs[s] != signs[s - 2].",
        ),
        misconceptions=(
            (
                "two equal digits need a blank between: no leap from a digit to the same digit",
                """
                def chance(p, labels):
                    signs = [0]
                    for label in labels:
                        signs += [label, 0]
                    a = np.zeros(len(signs))
                    a[:2] = p[0, signs[:2]]
                    for t in range(1, len(p)):
                        come = a.copy()
                        come[1:] += a[:-1]
                        for s in range(2, len(signs)):
                            if signs[s] != 0:
                                come[s] += a[s - 2]
                        a = come * p[t, signs]
                    return float(a[-2:].sum())
                """,
            ),
            (
                "from a digit to another one a path may leap over the blank: you never leap",
                """
                def chance(p, labels):
                    signs = [0]
                    for label in labels:
                        signs += [label, 0]
                    a = np.zeros(len(signs))
                    a[:2] = p[0, signs[:2]]
                    for t in range(1, len(p)):
                        come = a.copy()
                        come[1:] += a[:-1]
                        a = come * p[t, signs]
                    return float(a[-2:].sum())
                """,
            ),
            (
                "a path may end on the last digit or on the blank after it: add both",
                """
                def chance(p, labels):
                    signs = [0]
                    for label in labels:
                        signs += [label, 0]
                    a = np.zeros(len(signs))
                    a[:2] = p[0, signs[:2]]
                    for t in range(1, len(p)):
                        come = a.copy()
                        come[1:] += a[:-1]
                        for s in range(2, len(signs)):
                            if signs[s] != 0 and signs[s] != signs[s - 2]:
                                come[s] += a[s - 2]
                        a = come * p[t, signs]
                    return float(a[-1])
                """,
            ),
        ),
        cases=_lattices,
    ),
    Exercise(
        id="55.errors",
        stub='''
            def errors(spoken, read):
                """The fewest words put in, left out or replaced between the two lists."""
                return sum(a != b for a, b in zip(spoken, read, strict=False))
        ''',
        solution='''
            def errors(spoken, read):
                """The fewest words put in, left out or replaced between the two lists."""
                row = list(range(len(read) + 1))
                for i, word in enumerate(spoken):
                    before, row = row, [i + 1]
                    for j, other in enumerate(read):
                        changed = before[j] + int(word != other)
                        row.append(min(changed, before[j + 1] + 1, row[j] + 1))
                return row[-1]
        ''',
        hints=(
            "What does the stub say of 1 2 3 4 read as 2 3 4, where one word is missing?",
            "Let d[i][j] be the errors between the first i words spoken and the first j read. The "
            "last step was a word left out, one put in, or a pair that agrees or does not.",
            "d[i][j] = min(d[i-1][j] + 1, d[i][j-1] + 1, d[i-1][j-1] + (spoken[i-1] != read[j-1]))",
        ),
        misconceptions=(
            (
                "after a word that is missing all others are compared with the wrong ones",
                """
                def errors(spoken, read):
                    wrong = sum(int(a != b) for a, b in zip(spoken, read))
                    return wrong + abs(len(spoken) - len(read))
                """,
            ),
            (
                "a word that is replaced is one error, not one left out and one put in",
                """
                def errors(spoken, read):
                    row = list(range(len(read) + 1))
                    for i, word in enumerate(spoken):
                        before, row = row, [i + 1]
                        for j, other in enumerate(read):
                            changed = before[j] + 2 * int(word != other)
                            row.append(min(changed, before[j + 1] + 1, row[j] + 1))
                    return row[-1]
                """,
            ),
            (
                "order counts: 3 2 1 is not 1 2 3",
                """
                def errors(spoken, read):
                    counts = [abs(spoken.count(w) - read.count(w)) for w in {*spoken, *read}]
                    return int(sum(counts))
                """,
            ),
        ),
        cases=_rows,
    ),
    Exercise(
        id="55.shared",
        stub='''
            def shared(voice, train, test):
                """The share (float) of the test rows whose voice also speaks in a training row."""
                ...
        ''',
        solution='''
            def shared(voice, train, test):
                """The share (float) of the test rows whose voice also speaks in a training row."""
                return float(np.mean(np.isin(voice[test], voice[train])))
        ''',
        hints=(
            "voice[test] are the voices of the test rows. Which of them occur in voice[train]?",
            "np.isin(a, b) tells for each of a whether it occurs in b.",
            "np.mean(np.isin(voice[test], voice[train]))",
        ),
        misconceptions=(
            (
                "rows differ in any split: compare their voices",
                "def shared(voice, train, test): return float(np.mean(np.isin(test, train)))",
            ),
            (
                "that is the share of the training rows: ask it of the test rows",
                """
                def shared(voice, train, test):
                    return float(np.mean(np.isin(voice[train], voice[test])))
                """,
            ),
            (
                "that is a share of the voices: every test row counts",
                """
                def shared(voice, train, test):
                    return float(np.mean(np.isin(np.unique(voice[test]), voice[train])))
                """,
            ),
        ),
        cases=_splits,
    ),
)
