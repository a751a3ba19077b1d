"""Lesson 22: which mutants may pass, right answers in other styles, how values are computed."""

import numpy as np
from computed import Computed

EQUIVALENT = {
    "22.neighbours": {
        "np.linalg.norm(features[None] - features[:, None], axis=2)": "a distance goes both ways",
        "np.linalg.norm(-(features[:, None] - features[None]), axis=2)": "a length has no sign",
        "np.linalg.norm(features[:, None] - features, axis=2)": "NumPy adds the axis by itself",
        "np.argsort(gaps)[:, :k]": "the last axis, here 1, is sorted unless another is named",
    },
    "22.prototypes": {
        "classes = labels": "a class whose mean stands in several places is the same class",
        "means = [features[labels == c].mean(axis=0) for c in classes]": "NumPy stacks the list",
        "np.linalg.norm(means - features_new[:, None], axis=2)": "a distance goes both ways",
        "np.linalg.norm(-(features_new[:, None] - means), axis=2)": "a length has no sign",
    },
}

STYLES = {
    "22.slide": ("answers = np.array([[2.0, -1.0], [2.0, -2.0]])",),
    "22.parameters": (
        """
        def sliding_parameters(size, maps_in, maps_out):
            import torch
            neurons = torch.nn.Conv2d(maps_in, maps_out, size)
            return sum(p.numel() for p in neurons.parameters())
        """,
    ),
    "22.sees": (
        """
        def field(stack):
            seen = 1
            for size, step in reversed(stack):
                seen = (seen - 1) * step + size
            return seen
        """,
        """
        def field(stack):
            if not stack:
                return 1
            *below, (size, step) = stack
            return field(below) + (size - 1) * math.prod(step for _, step in below)
        """,
    ),
    "22.neighbours": (
        """
        def neighbour_share(features, labels, k):
            right = []
            for i in range(len(features)):
                gaps = [(math.dist(features[i], b), j) for j, b in enumerate(features) if j != i]
                right += [labels[j] == labels[i] for _, j in sorted(gaps)[:k]]
            return sum(right) / len(right)
        """,
        """
        def neighbour_share(features, labels, k):
            import torch
            x, y = torch.tensor(features).float(), torch.tensor(labels)
            gaps = torch.cdist(x, x).fill_diagonal_(torch.inf)
            nearest = gaps.topk(k, largest=False).indices
            return (y[nearest] == y[:, None]).float().mean()
        """,
        """
        def neighbour_share(features, labels, k):
            from sklearn.neighbors import NearestNeighbors
            nearest = NearestNeighbors(n_neighbors=k).fit(features).kneighbors()[1]
            return (labels[nearest] == labels[:, None]).mean()
        """,
    ),
    "22.prototypes": (
        """
        def nearest_mean(features, labels, features_new):
            means = {c: features[labels == c].mean(axis=0) for c in set(labels.tolist())}
            return [min(means, key=lambda c: math.dist(means[c], row)) for row in features_new]
        """,
        """
        def nearest_mean(features, labels, features_new):
            from sklearn.neighbors import NearestCentroid
            if len(set(labels)) == 1:
                return np.full(len(features_new), labels[0])
            return NearestCentroid().fit(features, labels).predict(features_new)
        """,
    ),
}

COMPUTED = {
    "22.slide": Computed(
        "slide(picture, np.array([[-1, 1], [-1, 1]]))",
        picture=np.array([[0, 1, 1], [0, 1, 0], [0, 1, 0]]),
    ),
}
