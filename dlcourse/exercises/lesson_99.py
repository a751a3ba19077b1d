"""Exercises of lesson 99, A project of your own."""

import numpy as np

from dlcourse.exercises.base import Exercise


def _shares(rng: np.random.Generator) -> list[tuple[float, float]]:
    drawn = [(float(q), float(p)) for q, p in rng.uniform(0.05, 0.95, (6, 2))]
    return [(0.9, 0.95), (0.5, 0.95), (0.0, 0.99), (0.99, 0.5), (0.1, 0.2), (0.5, 0.75), *drawn]


def _ledgers(rng: np.random.Generator) -> list[tuple[list[dict[str, object]], list[int]]]:
    def line(text: str, held: bool, seed: int) -> dict[str, object]:
        return {"text": text, "held": held, "seed": seed}

    texts = ["it is ahead", "it is quick", "it is fair"]
    whole = [line(text, True, seed) for seed in range(3) for text in texts]
    fell = [*whole[:-1], line("it is fair", False, 2)]
    first = [line("it is ahead", False, 0), *whole[1:]]
    broken = [*whole[:7]]  # the last run reached one claim
    twice = [*whole, line("it is quick", False, 1), line("it is quick", True, 1)]
    other = [line("it is quick", True, 7), line("it is ahead", True, 7)]
    drawn = [line(t, bool(rng.random() < 0.8), s) for s in (4, 5, 6, 8) for t in texts[::-1]]
    return [
        (whole, [0, 1, 2]),
        (whole, [0, 1, 2, 3]),
        (fell, [0, 1, 2]),
        (fell, [0, 1]),
        (first, [0, 1, 2]),
        (broken, [0, 1, 2]),
        (twice, [0, 1, 2]),
        (other, [7]),
        (drawn, [4, 5, 6, 8]),
        ([], [0, 1]),
    ]


def _scored(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, float]]:
    found = []
    for n, missed in ((40, 0.05), (100, 0.1), (7, 0.0), (1, 0.0), (60, 0.5), (33, 0.25)):
        grave = rng.random(n) < 0.4
        grave[rng.integers(n)] = True
        found.append(
            (rng.permutation(n) / 4 - grave * 1.5 + grave * rng.integers(9), grave, missed)
        )
    few = np.array([False] * 12 + [True] * 8)
    ordered = np.arange(20.0)
    odd = [(ordered, np.arange(20) >= 13, 0.25), (ordered, np.arange(20) >= 17, 0.3)]
    return [
        *found,
        (ordered, few, 0.25),
        (ordered[::-1].copy(), few, 0.125),
        (ordered, ~few, 0.1),
        *odd,
    ]


def _dates(rng: np.random.Generator) -> list[tuple[np.ndarray]]:
    drawn = 10000 * rng.integers(1950, 2016, 9) + 100 * rng.integers(1, 13, 9) + 15
    return [
        (np.array([19871019, 19871231, 19880104, 19880331, 19880401]),),
        (np.array([20000101, 20000630, 20000701, 20000930, 20001001]),),
        (np.arange(1, 13) * 100 + 20150028,),
        (drawn,),
        (np.array([19991231]),),
        (np.array([], dtype=int),),
    ]


def _logits(rng: np.random.Generator) -> list[tuple[np.ndarray]]:
    one = np.array(
        [[4.0, -1, -1], [-4, 1, 1], [1, 1, -3], [2, -1, -1], [0.5, 0.5, -0.5], [0, 0, 0]]
    )
    sure = np.array([[9.0, -3, -3, -2], [-9, 3, 3, 2.5], [800, -500, -200, -50]])
    return [(one,), (sure,), (rng.normal(0, 2, (12, 9)),), (rng.normal(0, 3, (30, 4)),), (one[:1],)]


EXERCISES = (
    Exercise(
        id="99.seeds-needed",
        stub='''
        def seeds_needed(share, sure):
            """How many seeds show a sentence to be wrong, at least once, with the chance `sure`.

            It holds under a `share` of all seeds, at least 0 and below 1; `sure` is above 0 and
            below 1. The result is the smallest whole number, at least 1.
            """
            ...
        ''',
        solution='''
        def seeds_needed(share, sure):
            """How many seeds show a sentence to be wrong, at least once, with the chance `sure`.

            It holds under a `share` of all seeds, at least 0 and below 1; `sure` is above 0 and
            below 1. The result is the smallest whole number, at least 1.
            """
            n = 1
            while 1 - share**n < sure:
                n += 1
            return n
        ''',
        hints=(
            "With what chance does it hold under n seeds in a row, and so never fall?",
            "It has fallen at least once with the chance 1 - share**n. Which n is the first for "
            "which that is `sure` or more?",
            "Begin with n = 1, and count up while 1 - share**n < sure.",
        ),
        misconceptions=(
            (
                "one seed fewer would not do; you stop one too early",
                """
                def seeds_needed(share, sure):
                    n = 1
                    while 1 - share ** (n + 1) < sure:
                        n += 1
                    return n
                """,
            ),
            (
                "that is how many seeds it takes until it has held; it is to fall, which happens "
                "with the chance 1 - share",
                """
                def seeds_needed(share, sure):
                    n = 1
                    while 1 - (1 - share) ** n < sure and n < 5000:
                        n += 1
                    return n
                """,
            ),
            (
                "chances of several seeds do not add up: it never falls with the chance share**n",
                """
                def seeds_needed(share, sure):
                    n = 1
                    while n * (1 - share) < sure:
                        n += 1
                    return n
                """,
            ),
        ),
        cases=_shares,
    ),
    Exercise(
        id="99.held",
        stub='''
        def held_everywhere(ledger, seeds):
            """The sentences that held under every one of the seeds: a list, as they first appear.

            The ledger's lines are dictionaries with "text", "held" and "seed". A sentence that was
            not reached under a seed has no line there, and did not hold. One that is made several
            times in a run has to hold each time.
            """
            ...
        ''',
        solution='''
        def held_everywhere(ledger, seeds):
            """The sentences that held under every one of the seeds: a list, as they first appear.

            The ledger's lines are dictionaries with "text", "held" and "seed". A sentence that was
            not reached under a seed has no line there, and did not hold. One that is made several
            times in a run has to hold each time.
            """
            found = []
            for text in dict.fromkeys(line["text"] for line in ledger):
                of_it = [line for line in ledger if line["text"] == text and line["seed"] in seeds]
                reached = {line["seed"] for line in of_it}
                if reached == set(seeds) and all(line["held"] for line in of_it):
                    found.append(text)
            return found
        ''',
        hints=(
            "A sentence has to be there under each seed, and to hold each time that it is there.",
            "For each text, once, collect its lines. Under which seeds are they, and do all hold?",
            "dict.fromkeys keeps the order of first appearance; compare {line['seed'] …} with "
            "set(seeds), and ask all(line['held'] …).",
        ),
        misconceptions=(
            (
                "a sentence that was not reached under a seed has no line there, and did not hold",
                """
                def held_everywhere(ledger, seeds):
                    of_them = [line for line in ledger if line["seed"] in seeds]
                    fell = {line["text"] for line in of_them if not line["held"]}
                    texts = dict.fromkeys(line["text"] for line in of_them)
                    return [text for text in texts if text not in fell]
                """,
            ),
            (
                "a sentence that is made twice in a run has to hold both times, not the last time",
                """
                def held_everywhere(ledger, seeds):
                    last = {(line["text"], line["seed"]): line["held"] for line in ledger}
                    texts = dict.fromkeys(line["text"] for line in ledger)
                    return [t for t in texts if all(last.get((t, s), False) for s in seeds)]
                """,
            ),
            (
                "that it held under one seed is not enough: it has to hold under every one",
                """
                def held_everywhere(ledger, seeds):
                    of_them = [line for line in ledger if line["seed"] in seeds]
                    return list(dict.fromkeys(line["text"] for line in of_them if line["held"]))
                """,
            ),
        ),
        cases=_ledgers,
    ),
    Exercise(
        id="99.spared",
        stub='''
        def spared(scores, grave, missed):
            """The share of all patients whose score is below the line.

            The line is the score of a grave case. It lies as high as it can while of the grave
            cases at most the share `missed`, from 0 up and below 1, have a score below it. `grave`
            (n,) is True or False, True at least once; no two scores are the same.
            """
            line = np.sort(scores)[int(missed * len(scores))]
            return np.mean(scores < line)
        ''',
        solution='''
        def spared(scores, grave, missed):
            """The share of all patients whose score is below the line.

            The line is the score of a grave case. It lies as high as it can while of the grave
            cases at most the share `missed`, from 0 up and below 1, have a score below it. `grave`
            (n,) is True or False, True at least once; no two scores are the same.
            """
            line = np.sort(scores[grave])[int(missed * grave.sum())]
            return np.mean(scores < line)
        ''',
        hints=(
            "Whose share is `missed`: of all patients, or of the grave cases?",
            "Sort the scores of the grave cases alone. If two may be missed, the line is the third "
            "of them.",
            "scores[grave] are theirs, and grave.sum() is how many there are. The last line is "
            "right as it is.",
        ),
        misconceptions=(
            (
                "you draw the line among those who are not grave",
                """
                def spared(scores, grave, missed):
                    healthy = np.append(scores[~grave], np.inf)
                    line = np.sort(healthy)[int(missed * np.sum(~grave))]
                    return np.mean(scores < line)
                """,
            ),
            (
                "the share is of all patients: you give that of the grave cases",
                """
                def spared(scores, grave, missed):
                    line = np.sort(scores[grave])[int(missed * grave.sum())]
                    return np.mean(scores[grave] < line)
                """,
            ),
            (
                "whose score is the line itself is not below it",
                """
                def spared(scores, grave, missed):
                    line = np.sort(scores[grave])[int(missed * grave.sum())]
                    return np.mean(scores <= line)
                """,
            ),
            (
                "the number that may be missed is counted among all patients, not among the grave",
                """
                def spared(scores, grave, missed):
                    place = min(int(missed * len(scores)), grave.sum() - 1)
                    return np.mean(scores < np.sort(scores[grave])[place])
                """,
            ),
        ),
        cases=_scored,
    ),
    Exercise(
        id="99.quarters",
        stub='''
        def quarters(dates):
            """The quarter of each day, to be drawn as a whole: (n,) numbers such as 19874.

            `dates` (n,) are whole numbers, 19871019 for 19 October 1987, which is in the fourth
            quarter of that year. There may be none.
            """
            ...
        ''',
        solution='''
        def quarters(dates):
            """The quarter of each day, to be drawn as a whole: (n,) numbers such as 19874.

            `dates` (n,) are whole numbers, 19871019 for 19 October 1987, which is in the fourth
            quarter of that year. There may be none.
            """
            year, month = dates // 10000, dates // 100 % 100
            return 10 * year + (month + 2) // 3
        ''',
        hints=(
            "Take the year and the month out of the number first.",
            "dates // 10000 is the year, and dates // 100 % 100 the month. Months 1 to 3 are "
            "quarter 1.",
            "(month + 2) // 3 is the quarter; put ten times the year before it.",
        ),
        misconceptions=(
            (
                "the quarter alone puts the springs of all years together; the year belongs to it",
                "def quarters(dates): return (dates // 100 % 100 + 2) // 3",
            ),
            (
                "months 3, 6, 9 and 12 end a quarter; they do not begin one",
                """
                def quarters(dates):
                    year, month = dates // 10000, dates // 100 % 100
                    return 10 * year + month // 3 + 1
                """,
            ),
            (
                "the quarters of a year are 1 to 4; you count from 0",
                """
                def quarters(dates):
                    year, month = dates // 10000, dates // 100 % 100
                    return 10 * year + (month - 1) // 3
                """,
            ),
        ),
        cases=_dates,
    ),
    Exercise(
        id="99.turned",
        stub="centre_when_turned = ...",
        solution="centre_when_turned = 13",
        hints=(
            "The pixels are numbered 0 to 27. Where does pixel 0 go, when they are read backwards?",
            "Pixel 0 goes to 27, and pixel 1 to 26. Each pixel and its new place add up to 27.",
            "27 - 14.",
        ),
        misconceptions=(
            ("28 pixels have their middle between two pixels, at 13.5", "centre_when_turned = 14"),
            ("the last pixel is 27, not 28 or 29", "centre_when_turned = 15"),
            (
                "that is the middle between both; where does pixel 14 go?",
                "centre_when_turned = 13.5",
            ),
        ),
    ),
    Exercise(
        id="99.page",
        stub='''
        def page_is_turned(logits):
            """For each page whether it stands on its head, more likely than not: (pages,) booleans.

            logits (pages, digits) are log-odds, one per digit, of the digit being turned. A page is
            turned or upright as a whole, both equally likely beforehand, and each digit speaks for
            itself. Where both are equally likely in the end, the page is left as it is.
            """
            ...
        ''',
        solution='''
        def page_is_turned(logits):
            """For each page whether it stands on its head, more likely than not: (pages,) booleans.

            logits (pages, digits) are log-odds, one per digit, of the digit being turned. A page is
            turned or upright as a whole, both equally likely beforehand, and each digit speaks for
            itself. Where both are equally likely in the end, the page is left as it is.
            """
            return logits.sum(axis=1) > 0
        ''',
        hints=(
            "If each digit speaks for itself, what becomes of the odds of several digits?",
            "Odds of independent signs are multiplied. What becomes of their logarithms?",
            "Add up the logits of each page, and compare with 0.",
        ),
        misconceptions=(
            (
                "a vote forgets how sure each digit is: log-odds add up",
                "def page_is_turned(logits): return np.mean(logits > 0, axis=1) > 0.5",
            ),
            (
                "the mean of chances is not the chance of the page: log-odds add up",
                """
                def page_is_turned(logits):
                    return np.mean(1 / (1 + np.exp(-np.clip(logits, -700, 700))), axis=1) > 0.5
                """,
            ),
            (
                "where both are equally likely, the page is left as it is",
                "def page_is_turned(logits): return logits.sum(axis=1) >= 0",
            ),
            (
                "the surest digit alone does not decide: the others speak, too",
                """
                def page_is_turned(logits):
                    surest = np.argmax(abs(logits), axis=1)
                    return logits[np.arange(len(logits)), surest] > 0
                """,
            ),
        ),
        cases=_logits,
    ),
)
