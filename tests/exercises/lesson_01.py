"""Lesson 01: which mutants may pass, right answers in other styles, how values are computed."""

ANY_ROW = "Any row near the middle makes a rule that is right often enough."
AT_NO_EDGE = "No stroke of these pictures begins at the left edge."
SAME_REMAINDER = "The remainder of a negative divisor is zero for the same years."

EQUIVALENT = {
    "01.better-rule": {
        "picture[15]": ANY_ROW,
        "picture[13]": ANY_ROW,
        "picture[-14]": "Row 14 from below is row 14 from above in a picture of 28 rows.",
        "[[True], middle[:-1]]": AT_NO_EDGE,
    },
    "01.leap-year": {
        "year % -4 ": SAME_REMAINDER,
        "year % -100 ": SAME_REMAINDER,
        "year % -400 ": SAME_REMAINDER,
        "year % 50 ": "A multiple of 4 and of 50 is one of 100.",
    },
}

STYLES = {
    "01.strokes": [
        """
        def count_strokes(line):
            count, before = 0, False
            for ink in line:
                if ink and not before:
                    count += 1
                before = ink
            return count
        """,
        """
        def count_strokes(line):
            from itertools import groupby
            return sum(ink for ink, _ in groupby(line.tolist()))
        """,
        "def count_strokes(line): return len(''.join(' x'[int(ink)] for ink in line).split())",
        """
        def count_strokes(line):
            return np.count_nonzero(np.diff(line.astype(int), prepend=0, append=0)) / 2
        """,
        """
        def count_strokes(line):
            from scipy import ndimage
            return ndimage.label(line)[1]
        """,
    ],
    "01.better-rule": [
        """
        def looks_like_zero(picture):
            ink = np.flatnonzero(picture[14])
            return len(ink) > 0 and ink[-1] - ink[0] >= len(ink)
        """,
        """
        def looks_like_zero(picture):
            import torch
            begins = torch.diff(torch.tensor(picture[14]).int(), prepend=torch.zeros(1).int()) == 1
            return begins.sum() >= 2
        """,
    ],
    "01.first-match": [
        """
        def first_match(held, digits, default):
            answers = []
            for row in held:
                answer = default
                for fits, digit in zip(row, digits):
                    if fits:
                        answer = digit
                        break
                answers.append(answer)
            return answers
        """,
        """
        def first_match(held, digits, default):
            return [next((d for fits, d in zip(row, digits) if fits), default) for row in held]
        """,
        """
        def first_match(held, digits, default):
            answers = np.full(len(held), default)
            for rule in range(len(digits) - 1, -1, -1):
                answers[held[:, rule]] = digits[rule]
            return answers
        """,
    ],
    "01.labels-needed": [
        """
        def labels_needed(counts, accuracies, rules):
            for i, count in enumerate(counts):
                if all(accuracy > rules for accuracy in accuracies[i:]):
                    return count
            return None
        """,
        """
        def labels_needed(counts, accuracies, rules):
            below = [i for i, accuracy in enumerate(accuracies) if accuracy <= rules]
            first = below[-1] + 1 if below else 0
            return counts[first] if first < len(counts) else None
        """,
        """
        def labels_needed(counts, accuracies, rules):
            safe = np.minimum.accumulate(np.array(accuracies)[::-1])[::-1] > rules
            return np.array(counts)[safe].min() if safe.any() else None
        """,
    ],
    "01.leap-year": [
        """
        def leap_year(year):
            from calendar import isleap
            return isleap(year)
        """,
        """
        def leap_year(year):
            if year % 400 == 0:
                return True
            if year % 100 == 0:
                return False
            return year % 4 == 0
        """,
        "def leap_year(year): return not year % (16 if year % 25 == 0 else 4)",
        "def leap_year(year): return np.all([year % 4 == 0, year % 100 != 0]) | (year % 400 == 0)",
    ],
}

COMPUTED = {}
