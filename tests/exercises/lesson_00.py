"""Lesson 00: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed, Reason

EQUIVALENT = {
    "00.rings": dict.fromkeys(("'ai'", "'ml'", "'dl'"), "Capitals or not, it is the same ring."),
}

STYLES = {
    "00.accuracy": [
        """
        def accuracy(predicted, true):
            right = 0
            for answer, label in zip(predicted, true):
                if answer == label:
                    right += 1
            return right / len(true)
        """,
        "def accuracy(predicted, true): return 1 - np.count_nonzero(predicted - true) / true.size",
        """
        def accuracy(predicted, true):
            import torch
            return (torch.tensor(predicted) == torch.tensor(true)).float().mean()
        """,
        """
        def accuracy(predicted, true):
            from fractions import Fraction
            return Fraction(sum((predicted == true).tolist()), len(true))
        """,
    ],
    "00.guessing": [
        """
        def guessing_accuracy(train_labels, test_labels):
            from collections import Counter
            commonest = Counter(train_labels).most_common(1)[0][0]
            return sum(label == commonest for label in test_labels) / len(test_labels)
        """,
        """
        def guessing_accuracy(train_labels, test_labels):
            digits, counts = np.unique(train_labels, return_counts=True)
            return (test_labels == digits[counts.argmax()]).astype(np.float32).mean()
        """,
        """
        def guessing_accuracy(train_labels, test_labels):
            answer = max(range(10), key=train_labels.tolist().count)
            return test_labels.tolist().count(answer) / len(test_labels)
        """,
    ],
    "00.mistakes": [
        """
        def mistakes(predicted, true):
            wrong = []
            for i in range(len(true)):
                if predicted[i] != true[i]:
                    wrong.append(i)
            return wrong
        """,
        "def mistakes(predicted, true): return np.where(predicted != true)[0]",
        "def mistakes(predicted, true): return np.arange(len(true))[predicted != true]",
    ],
    "00.split-by-writer": [
        """
        def split_by_writer(writers, held_out):
            train = [i for i, writer in enumerate(writers) if writer not in held_out]
            test = [i for i, writer in enumerate(writers) if writer in held_out]
            return train, test
        """,
        """
        def split_by_writer(writers, held_out):
            in_test = np.zeros(len(writers), dtype=bool)
            for person in held_out:
                in_test |= writers == person
            return [np.where(~in_test)[0], np.where(in_test)[0]]
        """,
        """
        def split_by_writer(writers, held_out):
            test = np.sort(np.concatenate([np.flatnonzero(writers == one) for one in held_out]))
            return np.setdiff1d(np.arange(len(writers)), test), test
        """,
    ],
}

COMPUTED = {
    "00.numbers-per-image": Computed("pixels(np.zeros((1, 8, 8))).shape[1]"),
    "00.rings": Reason("What each program learned stands in the text, not in a function."),
}
