"""Exercises of lesson 61, diagnosis."""

import numpy as np

from dlcourse.exercises import Exercise

Verdicts = tuple[np.ndarray, np.ndarray, int]


def _verdicts(rng: np.random.Generator) -> list[Verdicts]:
    """Return targets, predictions and numbers of classes; every class is among the targets."""
    listed = []
    for rows, classes in ((40, 3), (60, 5), (25, 4)):
        targets = np.append(rng.integers(classes, size=rows), np.arange(classes))
        guesses = rng.integers(classes - 1, size=len(targets))  # the last is never named
        keep = (rng.random(len(targets)) < 0.6) & (targets < classes - 1)
        listed.append((targets, np.where(keep, targets, guesses), classes))
    order = rng.permutation(60)
    large_and_small = (
        np.repeat([2, 0, 1], [50, 9, 1])[order],
        np.repeat([2, 0, 1], [52, 2, 6])[order],
    )
    one_row = np.array([0]), np.array([0])
    swapped = np.array([0, 1]), np.array([1, 0])
    return [*listed, (*large_and_small, 3), (*one_row, 1), (*swapped, 2)]


def _named(rng: np.random.Generator) -> list[Verdicts]:
    """Return verdicts, in some of which a class is named that is not there."""
    targets, predictions, _ = _verdicts(rng)[0]
    stray = np.where(rng.random(len(targets)) < 0.2, 3, predictions)
    first = np.array([1, 1, 2, 2, 2]), np.array([0, 1, 2, 2, 1])
    return [*_verdicts(rng), (targets, stray, 4), (*first, 3)]


def _forecasts(rng: np.random.Generator) -> list[tuple[np.ndarray, float]]:
    """Return probabilities (n, classes) without ties, and shares to refer."""
    sizes = (
        *((10, 3, 0.2), (12, 5, 0.25), (8, 2, 0.0), (9, 4, 0.5), (11, 3, 0.35)),
        *((4, 3, 0.2), (6, 2, 1.0), (1, 3, 0.5), (1, 2, 1.0)),
    )
    return [(rng.dirichlet(np.ones(k), size=n), share) for n, k, share in sizes]


def _reports(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return training targets, test targets and predictions with classes that are not known."""
    reports: tuple[dict[int, tuple[int, int, int]], ...] = (  # class: to train, to test, found
        {0: (30, 40, 40), 1: (10, 20, 20), 2: (9, 12, 12), 3: (30, 10, 5)},
        {0: (50, 10, 4), 2: (12, 9, 9), 5: (0, 6, 6), 7: (15, 0, 0)},
        {1: (20, 5, 5), 3: (11, 8, 7)},
        {0: (3, 30, 30), 1: (300, 31, 15), 4: (9, 3, 1), 6: (40, 1, 1)},
        {2: (10, 2, 1)},
        {4: (19, 7, 6), 8: (5, 0, 0), 9: (40, 199, 99)},
        {0: (30, 20, 12), 1: (12, 10, 4)},  # and many that are 0 are named 1
    )
    listed = []
    for report in reports:
        train = np.repeat([*report], [row[0] for row in report.values()])
        targets = np.repeat([*report], [row[1] for row in report.values()])
        guesses = [np.where(np.arange(n) < right, k, k + 1) for k, (_, n, right) in report.items()]
        predictions, order = np.concatenate(guesses), rng.permutation(len(targets))
        listed.append((rng.permutation(train), targets[order], predictions[order]))
    return listed


EXERCISES = (
    Exercise(
        id="61.silent",
        stub="beats_lost = ...  # a whole number",
        solution="beats_lost = 22",
        hints=(
            "Which beats does such a model get wrong for certain, and which can it still read?",
            "It loses the test beats of that class and no others: look at the table of counts.",
            "The row `test` has 22 beats of the class `unclassified`.",
        ),
        misconceptions=(
            (
                "those are the examples for training; accuracy is counted on the test",
                "beats_lost = 2",
            ),
            (
                "24 are in the whole data set, two of them for training",
                "beats_lost = 24",
            ),
            (
                "it still loses the beats of the class that it never names",
                "beats_lost = 0",
            ),
            (
                "that is a fifth of the test, as if the five classes were equally many",
                "beats_lost = 900",
            ),
        ),
    ),
    Exercise(
        id="61.recalls",
        stub='''
            def recalls(targets, predictions, classes):
                """Of each class 0 to classes - 1, the share that is found: an array (classes,).

                Every class is among the targets.
                """
                ...
        ''',
        solution='''
            def recalls(targets, predictions, classes):
                """Of each class 0 to classes - 1, the share that is found: an array (classes,).

                Every class is among the targets.
                """
                right = targets == predictions
                return np.array([right[targets == k].mean() for k in range(classes)])
        ''',
        hints=(
            "Take the beats of one class alone. How many of them did the model name rightly?",
            "targets == k picks the beats of class k; the mean of right answers is the share.",
            "[(predictions == targets)[targets == k].mean() for k in range(classes)] as an array.",
        ),
        misconceptions=(
            (
                "that is precision: of those that were named k, the share that are; "
                "recall asks of those that are k",
                """
                def recalls(targets, predictions, classes):
                    right = targets == predictions
                    return np.array(
                        [right[predictions == k].sum() / max(1, (predictions == k).sum())
                         for k in range(classes)]
                    )
                """,
            ),
            (
                "you divide by all beats: divide by those of the class",
                """
                def recalls(targets, predictions, classes):
                    return np.array(
                        [((targets == k) & (predictions == k)).mean() for k in range(classes)]
                    )
                """,
            ),
            (
                "agreeing that a beat is not of class k counts as found: look at the class's own",
                """
                def recalls(targets, predictions, classes):
                    return np.array(
                        [((targets == k) == (predictions == k)).mean() for k in range(classes)]
                    )
                """,
            ),
            (
                "a class that is never named is left out: its recall is 0",
                """
                def recalls(targets, predictions, classes):
                    right = targets == predictions
                    return np.array([right[targets == k].mean() for k in np.unique(predictions)])
                """,
            ),
        ),
        cases=_verdicts,
    ),
    Exercise(
        id="61.macro-f1",
        stub='''
            def macro_f1(targets, predictions, classes):
                """The mean over the classes 0 to classes - 1 of F1 = 2 found / (there + named).

                Every class is there or is named.
                """
                scores = []
                for k in np.unique(predictions):
                    found = np.sum((targets == k) & (predictions == k))
                    scores.append(2 * found / (np.sum(targets == k) + np.sum(predictions == k)))
                return np.mean(scores)
        ''',
        solution='''
            def macro_f1(targets, predictions, classes):
                """The mean over the classes 0 to classes - 1 of F1 = 2 found / (there + named).

                Every class is there or is named.
                """
                scores = []
                for k in range(classes):
                    found = np.sum((targets == k) & (predictions == k))
                    scores.append(2 * found / (np.sum(targets == k) + np.sum(predictions == k)))
                return np.mean(scores)
        ''',
        hints=(
            "Over which classes does the loop run? Try a model that names one class only.",
            "A class that is never named is left out, though its F1 is 0.",
            "Let k run over range(classes).",
        ),
        misconceptions=(
            (
                "the classes are in the mean now, but weighted by size: "
                "each counts alike, or the rare ones vanish again",
                """
                def macro_f1(targets, predictions, classes):
                    total = 0
                    for k in range(classes):
                        found = np.sum((targets == k) & (predictions == k))
                        f1 = 2 * found / (np.sum(targets == k) + np.sum(predictions == k))
                        total += f1 * np.mean(targets == k)
                    return total
                """,
            ),
            (
                "that is accuracy: all beats together hide the rare class",
                """
                def macro_f1(targets, predictions, classes):
                    return np.mean(targets == predictions)
                """,
            ),
            (
                "that is the mean recall: F1 also counts the beats that were wrongly named k",
                """
                def macro_f1(targets, predictions, classes):
                    right = targets == predictions
                    return np.mean(
                        [right[targets == k].sum() / max(1, np.sum(targets == k))
                         for k in range(classes)]
                    )
                """,
            ),
            (
                "a class that is named but not there is left out: its F1 is 0, and it counts",
                """
                def macro_f1(targets, predictions, classes):
                    scores = []
                    for k in np.unique(targets):
                        found = np.sum((targets == k) & (predictions == k))
                        scores.append(2 * found / (np.sum(targets == k) + np.sum(predictions == k)))
                    return np.mean(scores)
                """,
            ),
            (
                "the factor 2 is missing: a perfect model would have 0.5",
                """
                def macro_f1(targets, predictions, classes):
                    scores = []
                    for k in range(classes):
                        found = np.sum((targets == k) & (predictions == k))
                        scores.append(found / (np.sum(targets == k) + np.sum(predictions == k)))
                    return np.mean(scores)
                """,
            ),
        ),
        cases=_named,
    ),
    Exercise(
        id="61.refer",
        stub='''
            def refer(probabilities, share):
                """True for the least sure share of the rows (n, classes): they go to a doctor.

                So many rows are share * n, rounded down. No two rows are equally sure.
                """
                ...
        ''',
        solution='''
            def refer(probabilities, share):
                """True for the least sure share of the rows (n, classes): they go to a doctor.

                So many rows are share * n, rounded down. No two rows are equally sure.
                """
                sure = probabilities.max(axis=1)
                referred = np.zeros(len(sure), dtype=bool)
                referred[np.argsort(sure)[: int(share * len(sure))]] = True
                return referred
        ''',
        hints=(
            "How sure is the network of its answer? One number a row.",
            "It is the largest probability of the row. Sort the rows by it, the lowest first.",
            "np.argsort(sure)[: int(share * len(sure))] are the rows to mark True.",
        ),
        misconceptions=(
            (
                "these are the surest: they need no doctor",
                """
                def refer(probabilities, share):
                    sure = -probabilities.max(axis=1)
                    referred = np.zeros(len(sure), dtype=bool)
                    referred[np.argsort(sure)[: int(share * len(sure))]] = True
                    return referred
                """,
            ),
            (
                "you compare the probability with the share: "
                "refer that share of the rows, whatever their probabilities are",
                """
                def refer(probabilities, share):
                    return probabilities.max(axis=1) < share
                """,
            ),
            (
                "the lowest probability in a row says little: how sure the answer is, "
                "the highest one says",
                """
                def refer(probabilities, share):
                    sure = -probabilities.min(axis=1)
                    referred = np.zeros(len(sure), dtype=bool)
                    referred[np.argsort(sure)[: int(share * len(sure))]] = True
                    return referred
                """,
            ),
            (
                "these are the numbers of the rows; return True or False for each row",
                """
                def refer(probabilities, share):
                    sure = probabilities.max(axis=1)
                    return np.argsort(sure)[: int(share * len(sure))]
                """,
            ),
            (
                "share * n is rounded down: a doctor with time for 3.9 beats looks at 3",
                """
                def refer(probabilities, share):
                    sure = probabilities.max(axis=1)
                    referred = np.zeros(len(sure), dtype=bool)
                    referred[np.argsort(sure)[: math.ceil(share * len(sure))]] = True
                    return referred
                """,
            ),
            (
                "you go by the lead over the second largest probability: "
                "that can serve, too, but what is asked for is the largest one",
                """
                def refer(probabilities, share):
                    lead = np.diff(np.sort(probabilities, axis=1)[:, -2:], axis=1)[:, 0]
                    referred = np.zeros(len(lead), dtype=bool)
                    referred[np.argsort(lead)[: int(share * len(lead))]] = True
                    return referred
                """,
            ),
            (
                "a row is referred if it lies below that quantile of how sure the rows are, and "
                "that is sometimes a row more or less: count the rows",
                """
                def refer(probabilities, share):
                    sure = probabilities.max(axis=1)
                    return sure < np.quantile(sure, share)
                """,
            ),
        ),
        cases=_forecasts,
    ),
    Exercise(
        id="61.blind-spots",
        stub='''
            def blind_spots(train_targets, targets, predictions):
                """The classes, in rising order, that nobody may rely on: a list of whole numbers.

                The classes are those that occur among the targets, of training or of test. Such a
                class has fewer than 10 examples for training, or less than half of it is found in
                the test, or the test has none of it.
                """
                ...
        ''',
        solution='''
            def blind_spots(train_targets, targets, predictions):
                """The classes, in rising order, that nobody may rely on: a list of whole numbers.

                The classes are those that occur among the targets, of training or of test. Such a
                class has fewer than 10 examples for training, or less than half of it is found in
                the test, or the test has none of it.
                """
                spots = []
                for k in np.unique(np.append(train_targets, targets)):
                    few = np.sum(train_targets == k) < 10
                    there = targets == k
                    found = np.sum(predictions[there] == k)
                    if few or not there.any() or found < there.sum() / 2:
                        spots.append(int(k))
                return spots
        ''',
        hints=(
            "Go class by class. Three questions decide, and one of them is not about the test.",
            "Count train_targets == k; of predictions[targets == k], count those that are k.",
            "For each k of np.unique(np.append(train_targets, targets)): list int(k) if the first "
            "count is below 10, or targets == k is nowhere true, or less than half is found.",
        ),
        misconceptions=(
            (
                "a class with two examples may be found by luck: the training set counts too",
                """
                def blind_spots(train_targets, targets, predictions):
                    spots = []
                    for k in np.unique(np.append(train_targets, targets)):
                        few = np.sum(train_targets == k) < 10
                        there = targets == k
                        found = np.sum(predictions[there] == k)
                        if not there.any() or found < there.sum() / 2:
                            spots.append(int(k))
                    return spots
                """,
            ),
            (
                "many examples do not mean that the class was learned: the test counts too",
                """
                def blind_spots(train_targets, targets, predictions):
                    spots = []
                    for k in np.unique(np.append(train_targets, targets)):
                        few = np.sum(train_targets == k) < 10
                        there = targets == k
                        found = np.sum(predictions[there] == k)
                        if few:
                            spots.append(int(k))
                    return spots
                """,
            ),
            (
                "one reason is enough: `or`, not `and`",
                """
                def blind_spots(train_targets, targets, predictions):
                    spots = []
                    for k in np.unique(np.append(train_targets, targets)):
                        few = np.sum(train_targets == k) < 10
                        there = targets == k
                        found = np.sum(predictions[there] == k)
                        if few and (not there.any() or found < there.sum() / 2):
                            spots.append(int(k))
                    return spots
                """,
            ),
            (
                "a class of which the test has none is left out: nobody knows whether it is found",
                """
                def blind_spots(train_targets, targets, predictions):
                    spots = []
                    for k in np.unique(np.append(train_targets, targets)):
                        few = np.sum(train_targets == k) < 10
                        there = targets == k
                        found = np.sum(predictions[there] == k)
                        if few or found < there.sum() / 2:
                            spots.append(int(k))
                    return spots
                """,
            ),
            (
                "a class that only the training has is left out: look at the classes of both",
                """
                def blind_spots(train_targets, targets, predictions):
                    spots = []
                    for k in np.unique(targets):
                        few = np.sum(train_targets == k) < 10
                        there = targets == k
                        found = np.sum(predictions[there] == k)
                        if few or not there.any() or found < there.sum() / 2:
                            spots.append(int(k))
                    return spots
                """,
            ),
            (
                "a class that only the test has is left out: nobody can have learned it",
                """
                def blind_spots(train_targets, targets, predictions):
                    spots = []
                    for k in np.unique(train_targets):
                        few = np.sum(train_targets == k) < 10
                        there = targets == k
                        found = np.sum(predictions[there] == k)
                        if few or not there.any() or found < there.sum() / 2:
                            spots.append(int(k))
                    return spots
                """,
            ),
            (
                "exactly 10 examples for training are enough: only fewer are too few",
                """
                def blind_spots(train_targets, targets, predictions):
                    spots = []
                    for k in np.unique(np.append(train_targets, targets)):
                        few = np.sum(train_targets == k) <= 10
                        there = targets == k
                        found = np.sum(predictions[there] == k)
                        if few or not there.any() or found < there.sum() / 2:
                            spots.append(int(k))
                    return spots
                """,
            ),
            (
                "where exactly half is found, less than half is not: compare with <",
                """
                def blind_spots(train_targets, targets, predictions):
                    spots = []
                    for k in np.unique(np.append(train_targets, targets)):
                        few = np.sum(train_targets == k) < 10
                        there = targets == k
                        found = np.sum(predictions[there] == k)
                        if few or not there.any() or found <= there.sum() / 2:
                            spots.append(int(k))
                    return spots
                """,
            ),
        ),
        cases=_reports,
    ),
)
