"""Lesson 21: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "21.pieces": {
        "→ slopes = np.diff(x) / np.diff(y)": "slopes are equal exactly if their inverses are",
        "→ slopes = -(np.diff(y) / np.diff(x))": "slopes are equal exactly if their negatives are",
        "np.diff(-y)": "slopes are equal exactly if their negatives are",
        "np.diff(-x)": "slopes are equal exactly if their negatives are",
    },
    "21.neurons": dict.fromkeys(
        ("→ k = 0", "→ k = -1"), "at least two pieces are wanted, so that k is counted up to 1"
    ),
    "21.zigzag": {
        "→ y = m * x": "no point of the strip lies below 0",
        "np.maximum(x, -1)": "no point of the strip lies below 0",
        "range(1, m + 1)": "the ReLU that begins at 1 is 0 on the whole strip",
    },
    "21.eighty-one": dict.fromkeys(
        (
            *(f"* 3 + [([[{w}], [-6], [6]], [0])]" for w in (1, -1, 4, 2, 6, -3)),
            *(f"* 3 + [([[3], [{w}], [6]], [0])]" for w in (-1, "--1", -7, -5, -12, -3, "--6", 6)),
            *(f"* 3 + [([[3], [-6], [{w}]], [0])]" for w in (1, -1, 7, 5, 12, -6)),
            "* 3 + [([[-6], [3], [6]], [0])]",
            "* 3 + [([[3], [6], [-6]], [0])]",
            "  + [([[3], [-6], [6]], [1])]",
            "  + [([[3], [-6], [6]], [-1])]",
        ),
        "with these output weights too each of the 81 corners bends: any such network is right",
    ),
}

STYLES = {
    "21.folds": ["three_places = (0.75, 0.5, 1)"],
    "21.pieces": [
        """
        def count_pieces(x, y):
            count, before = 1, (y[1] - y[0]) / (x[1] - x[0])
            for i in range(2, len(x)):
                slope = (y[i] - y[i - 1]) / (x[i] - x[i - 1])
                count += abs(slope - before) > 1e-9
                before = slope
            return count
        """,
        """
        def count_pieces(x, y):
            return len(y) - 1 - sum(np.isclose(np.diff(np.diff(y) / np.diff(x)), 0))
        """,
        """
        def count_pieces(x, y):
            slopes = [round(float(slope), 6) for slope in np.diff(y) / np.diff(x)]
            return 1.0 + sum(one != other for one, other in zip(slopes, slopes[1:]))
        """,
    ],
    "21.neurons": [
        """
        def neurons(wanted):
            k = math.ceil(math.log2(wanted))
            return [2 * k, 2**k]
        """,
        """
        def neurons(wanted):
            folds = (wanted - 1).bit_length()
            return np.array([2 * folds, 1 << folds])
        """,
    ],
    "21.bound": [
        """
        def most_pieces(widths):
            pieces = 1
            for width in widths:
                pieces += pieces * width
            return pieces
        """,
        """
        def most_pieces(widths):
            return np.prod(np.array(widths) + 1)
        """,
    ],
    "21.zigzag": [
        """
        def zigzag(x, m):
            return 1 - abs((m * x) % 2 - 1)
        """,
        """
        def zigzag(x, m):
            return np.interp(x, np.arange(m + 1) / m, np.arange(m + 1) % 2)
        """,
        """
        def zigzag(x, m):
            return [m * p - int(m * p) if int(m * p) % 2 == 0 else 1 - m * p % 1 for p in x]
        """,
    ],
    "21.eighty-one": [
        """
        twelve_neurons = (  # in thirds, exactly, and with a slope of -1 in the end
            ([[1, 1, 1]], np.arange(3) * -(1 / 3)),
            *[(np.outer([3, -6, 6], [1, 1, 1]), [0, -1 / 3, -2 / 3])] * 3,
            (np.float32([[-3], [6], [-6]]), (1,)),
        )
        """
    ],
}

COMPUTED = {
    "21.folds": Computed("[fold(3 / 8), fold(fold(3 / 8)), fold(fold(fold(3 / 8)))]"),
    "21.eighty-one": Computed(
        "sum(len(b) for _, b in answer[:-1]) == 12 "
        "and pieces([(np.array(W), exact(b)) for W, b in answer]) >= 81"
    ),
}
