"""Lesson 41: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "41.filter-gradient": {
        "slopes = np.ones((rows, columns))": "each of them is written over",
        "len(x[-1])": "all rows of a picture are equally long",
        "len(g[-1])": "all rows of a picture are equally long",
    },
    "41.slide": {
        "abs(-down)": "a distance has no sign",
        "abs(-right)": "a distance has no sign",
    },
    "41.worst-shift": {
        "moved(images, right, down)": "both run over the same moves",
        "moved(images, -down, right)": "for each move its opposite is tried too",
        "moved(images, down, -right)": "for each move its opposite is tried too",
    },
}

STYLES = {
    "41.size": [
        """
        def output_size(n, k, padding, stride):
            return len(range(-padding, n + padding - k + 1, stride))
        """,
        """
        def output_size(n, k, padding, stride):
            return math.floor((n + 2 * padding - k) / stride + 1)
        """,
        """
        def output_size(n, k, padding, stride):
            import torch

            row, filter_ = torch.zeros(1, 1, n), torch.zeros(1, 1, k)
            return torch.conv1d(row, filter_, None, stride, padding).shape[-1]
        """,
        """
        def output_size(n, k, padding, stride):
            places, start = 0, 0
            while start + k <= n + 2 * padding:
                places, start = places + 1, start + stride
            return places
        """,
    ],
    "41.filter-gradient": [
        """
        def filter_gradient(x, g):
            return [
                [
                    sum(g[i, j] * x[i + a, j + b] for i in range(len(g)) for j in range(len(g[0])))
                    for b in range(len(x[0]) - len(g[0]) + 1)
                ]
                for a in range(len(x) - len(g) + 1)
            ]
        """,
        """
        def filter_gradient(x, g):
            from numpy.lib.stride_tricks import sliding_window_view

            return np.einsum("abij,ij->ab", sliding_window_view(x, g.shape), g)
        """,
        """
        def filter_gradient(x, g):
            import torch

            x, g = (torch.tensor(each, dtype=torch.float64)[None, None] for each in (x, g))
            return torch.nn.functional.conv2d(x, g)[0, 0]
        """,
        """
        def filter_gradient(x, g):
            from scipy.signal import correlate2d

            return correlate2d(x, g, mode="valid")
        """,
    ],
    "41.slide": [
        """
        def slid(images, down, right):
            result = np.zeros_like(images)
            h, w = images.shape[1:]
            for i in range(h):
                for j in range(w):
                    if 0 <= i - down < h and 0 <= j - right < w:
                        result[:, i, j] = images[:, i - down, j - right]
            return result
        """,
        """
        def slid(images, down, right):
            h, w = images.shape[1:]
            rolled = np.roll(images, (down, right), axis=(1, 2))
            rows, columns = np.arange(h) - down, np.arange(w) - right
            inside = ((rows >= 0) & (rows < h))[:, None] & (columns >= 0) & (columns < w)
            return rolled * inside
        """,
        """
        def slid(images, down, right):
            import torch

            pads = (right, -right, down, -down)
            return torch.nn.functional.pad(torch.tensor(images), pads)
        """,
        """
        def slid(images, down, right):
            from scipy.ndimage import shift

            return shift(images, (0, down, right), order=0)
        """,
    ],
    "41.worst-shift": [
        """
        def worst_accuracy(read, images, labels, reach):
            worst = 1
            for down in range(-reach, reach + 1):
                for right in range(-reach, reach + 1):
                    right_ones = sum(read(moved(images, down, right)) == labels)
                    worst = min(worst, right_ones / len(labels))
            return worst
        """,
        """
        def worst_accuracy(read, images, labels, reach):
            from itertools import product

            side = np.arange(-reach, reach + 1)
            answers = np.array([read(moved(images, *move)) for move in product(side, side)])
            return (answers == labels).mean(axis=1, dtype=np.float32).min()
        """,
        """
        def worst_accuracy(read, images, labels, reach):
            from fractions import Fraction

            moves = range(reach, -reach - 1, -1)
            return min(
                Fraction(int((read(moved(images, d, r)) == labels).sum()), len(labels))
                for d in moves
                for r in moves
            )
        """,
    ],
}

COMPUTED = {
    "41.post-code": Computed("round(1000 * (1 - 0.98**5))"),
}
