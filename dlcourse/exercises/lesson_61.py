"""Exercises of lesson 61, diagnosis."""

import numpy as np

from dlcourse.exercises import Exercise


def _verdicts(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """Return targets, predictions and numbers of classes; the last class is never predicted."""
    listed = []
    for rows, classes in ((40, 3), (60, 5), (25, 4)):
        targets = np.append(rng.integers(classes, size=rows), np.arange(classes))
        guesses = rng.integers(classes - 1, size=len(targets))
        keep = (rng.random(len(targets)) < 0.6) & (targets < classes - 1)
        listed.append((targets, np.where(keep, targets, guesses), classes))
    return listed


def _forecasts(rng: np.random.Generator) -> list[tuple[np.ndarray, float]]:
    """Return probabilities (n, classes) without ties, and shares to refer."""
    sizes = ((10, 3, 0.2), (12, 5, 0.25), (8, 2, 0.0), (9, 4, 0.5))
    return [(rng.dirichlet(np.ones(k), size=n), share) for n, k, share in sizes]


def _reports(rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return training targets, test targets and predictions with classes that are not known."""
    listed = []
    for rare, missed in ((3, 2), (1, 3), (0, 1)):
        train = np.repeat(np.arange(4), 30)
        train = np.append(train[train != rare], [rare] * 2)
        targets = np.repeat(np.arange(4), [40, 30, 12, 9])
        predictions = targets.copy()
        for label in {rare, missed}:
            rows = np.flatnonzero(targets == label)
            wrong = rows[: len(rows) * 3 // 4] if label == missed else rows[: len(rows) // 4]
            predictions[wrong] = (label + 1) % 4
        order = rng.permutation(len(targets))
        listed.append((train, targets[order], predictions[order]))
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
                """Of each class 0 to classes - 1, the share that is found: an array (classes,)."""
                ...
        ''',
        solution='''
            def recalls(targets, predictions, classes):
                """Of each class 0 to classes - 1, the share that is found: an array (classes,)."""
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
        ),
        cases=_verdicts,
    ),
    Exercise(
        id="61.macro-f1",
        stub='''
            def macro_f1(targets, predictions, classes):
                """The mean over the classes of F1 = 2 found / (there + named)."""
                scores = []
                for k in np.unique(predictions):
                    found = np.sum((targets == k) & (predictions == k))
                    scores.append(2 * found / (np.sum(targets == k) + np.sum(predictions == k)))
                return np.mean(scores)
        ''',
        solution='''
            def macro_f1(targets, predictions, classes):
                """The mean over the classes of F1 = 2 found / (there + named)."""
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
                    return np.mean([right[targets == k].mean() for k in range(classes)])
                """,
            ),
        ),
        cases=_verdicts,
    ),
    Exercise(
        id="61.refer",
        stub='''
            def refer(probabilities, share):
                """True for the least sure share of the rows (n, classes): they go to a doctor."""
                ...
        ''',
        solution='''
            def refer(probabilities, share):
                """True for the least sure share of the rows (n, classes): they go to a doctor."""
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
        ),
        cases=_forecasts,
    ),
    Exercise(
        id="61.blind-spots",
        stub='''
            def blind_spots(train_targets, targets, predictions):
                """The classes, in rising order, that nobody may rely on: a list of whole numbers.

                Such a class has fewer than 10 examples for training, or less than half of it
                is found in the test.
                """
                ...
        ''',
        solution='''
            def blind_spots(train_targets, targets, predictions):
                """The classes, in rising order, that nobody may rely on: a list of whole numbers.

                Such a class has fewer than 10 examples for training, or less than half of it
                is found in the test.
                """
                return [
                    int(k)
                    for k in np.unique(np.concatenate([train_targets, targets]))
                    if np.sum(train_targets == k) < 10
                    or np.mean(predictions[targets == k] == k) < 0.5
                ]
        ''',
        hints=(
            "Go class by class. Two questions decide, and one of them is not about the test.",
            "Count train_targets == k; take the mean of predictions[targets == k] == k.",
            "A list of the k of np.unique(targets) with a count below 10 or a mean below 0.5.",
        ),
        misconceptions=(
            (
                "a class with two examples may be found by luck: the training set counts too",
                """
                def blind_spots(train_targets, targets, predictions):
                    return [
                        int(k) for k in np.unique(targets)
                        if np.mean(predictions[targets == k] == k) < 0.5
                    ]
                """,
            ),
            (
                "many examples do not mean that the class was learned: the test counts too",
                """
                def blind_spots(train_targets, targets, predictions):
                    return [int(k) for k in np.unique(targets) if np.sum(train_targets == k) < 10]
                """,
            ),
            (
                "one reason is enough: `or`, not `and`",
                """
                def blind_spots(train_targets, targets, predictions):
                    return [
                        int(k) for k in np.unique(targets)
                        if np.sum(train_targets == k) < 10
                        and np.mean(predictions[targets == k] == k) < 0.5
                    ]
                """,
            ),
        ),
        cases=_reports,
    ),
)
