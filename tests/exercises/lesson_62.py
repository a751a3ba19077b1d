"""Lesson 62: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Reason

EQUIVALENT = {
    "62.gap": {
        "abs(other - place)": "a distance has no sign",
        "abs(-(place - other))": "a distance has no sign",
    },
    "62.doubt": {
        "chances, 1))": "the logarithm there is multiplied by a chance of 0",
        "chances, 2.0))": "the logarithm there is multiplied by a chance of 0",
        "chances, 0.5))": "the logarithm there is multiplied by a chance of 0",
    },
}

STYLES = {
    "62.dice": (
        """
        def dice(found, truth, label):
            a, b = np.sum(found == label), np.sum(truth == label)
            both = np.sum((found == label) & (truth == label))
            return 1 if a + b == 0 else both / ((a + b) / 2)
        """,
    ),
    "62.gap": (
        """
        def may_train(places, tested, gap):
            return (np.abs(np.subtract.outer(places, tested)) >= gap).all(axis=1)
        """,
    ),
    "62.mirror": ("different_halves = 138 / 2", "different_halves = 69.0"),
    "62.padding": (
        """
        def padding(height, width, factor):
            return [math.ceil(n / factor) * factor - n for n in (height, width)]
        """,
    ),
    "62.doubt": (
        """
        def doubt(chances):
            return [-sum(p * math.log(p) for p in row if p > 0) for row in chances]
        """,
    ),
}

COMPUTED = {
    "62.mirror": Reason("The other half of the head was left out, so that no function has it."),
}
