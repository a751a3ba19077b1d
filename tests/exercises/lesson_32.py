"""Lesson 32: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {}

STYLES = {
    "32.by-hand": [
        "from fractions import Fraction\nslope_along_x = Fraction(2)",
        "slope_along_x = 2.0",
    ],
    "32.tanh-backward": [
        """
        def tanh_backward(g, h):
            return np.multiply(g, (1 - h) * (1 + h))
        """,
        """
        import torch

        def tanh_backward(g, h):
            return torch.tensor(g, dtype=torch.float32) * (1 - torch.tensor(h).float() ** 2)
        """,
    ],
    "32.linear-backward": [
        """
        import torch

        def linear_backward(G, X, W):
            b = torch.zeros(W.shape[1], dtype=torch.double, requires_grad=True)
            X, W = (torch.tensor(A, requires_grad=True) for A in (X, W))
            return torch.autograd.grad(X @ W + b, (X, W, b), torch.tensor(G))
        """,
        """
        def linear_backward(G, X, W):
            dX, dW, db = np.zeros(X.shape), np.zeros(W.shape), np.zeros(W.shape[1])
            for i in range(len(X)):
                for k in range(W.shape[1]):
                    dX[i] += G[i, k] * W[:, k]
                    dW[:, k] += G[i, k] * X[i]
                    db[k] += G[i, k]
            return [dX, dW, db]
        """,
    ],
    "32.any-depth": [
        """
        def deep_gradients(X, Y, weights):
            if len(weights) == 1:
                return [X.T @ (softmax(X @ weights[0]) - Y) / len(X)]

            def back(H, layers):
                W, *above = layers
                if not above:
                    G = (softmax(H @ W) - Y) / len(X)
                    return G @ W.T, (H.T @ G,)
                out = np.tanh(H @ W)
                G, gradients = back(out, above)
                G = G * (1 - out**2)
                return G @ W.T, (H.T @ G, *gradients)

            return back(X, weights)[1]
        """,
    ],
}

COMPUTED = {
    "32.by-hand": Computed('sweep(slopes)["x"]', t=1),
    "32.paths": Computed(
        'sweep({n: dict.fromkeys(below, 1) for below, above in pairs for n in above})["x"]',
        pairs=[("xyz", "abcd"), ("abcd", "efghi"), ("efghi", "L")],
    ),
}
