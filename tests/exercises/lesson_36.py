"""Lesson 36: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "36.evaluate": {"→ return right / rows": "a share may be a tensor of one number"},
}

STYLES = {
    "36.products": ["products = 8.0"],
    "36.stack": [
        """
        class Stack(nn.Module):
            def __init__(self, sizes):
                super().__init__()
                layers = []
                for n, k in pairwise(sizes):
                    layers += [nn.Linear(n, k), nn.Tanh()]
                self.layers = nn.Sequential(*layers[:-1])

            def forward(self, x):
                return self.layers(x)
        """,
        """
        class Stack(nn.Module):
            def __init__(self, sizes):
                super().__init__()
                self.last = nn.Linear(*sizes[-2:])
                self.others = nn.ModuleList([nn.Linear(n, k) for n, k in pairwise(sizes[:-1])])

            def forward(self, x):
                for layer in self.others:
                    x = layer(x).tanh()
                return self.last(x)
        """,
        """
        class Stack(nn.Module):
            def __init__(self, sizes):
                super().__init__()
                shapes = [*pairwise(sizes)]
                self.weights = nn.ParameterList(torch.randn(k, n) for n, k in shapes)
                self.biases = nn.ParameterList(torch.randn(k) for _, k in shapes)

            def forward(self, x):
                for number, (W, b) in enumerate(zip(self.weights, self.biases), 1):
                    x = x @ W.T + b
                    x = x if number == len(self.weights) else torch.tanh(x)
                return x
        """,
    ],
    "36.epoch": [
        """
        def train_epoch(model, optimizer, batches):
            model.train()
            for inputs, targets in batches:
                scores = model(inputs)
                loss = nn.CrossEntropyLoss()(scores, targets)
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
        """,
    ],
    "36.floor": [
        """
        import torch
        import torch.nn.functional as F

        def smallest_loss(classes):
            best = torch.zeros(classes)
            best[0] = 1
            return F.cross_entropy(best, torch.tensor(0))
        """,
        """
        def smallest_loss(classes):
            return -np.log(np.e / (np.e + classes - 1))
        """,
    ],
    "36.evaluate": [
        """
        @torch.no_grad()
        def evaluate(model, batches):
            was = model.training
            model.eval()
            answers = torch.cat([model(x).argmax(1) for x, _ in batches])
            model.train(was)
            return (answers == torch.cat([y for _, y in batches])).float().mean()
        """,
    ],
    "36.pieces": [
        """
        def gradient_in_pieces(model, inputs, targets, size):
            for p in model.parameters():
                p.grad = torch.zeros_like(p)
            for i in range(0, len(inputs), size):
                y = targets[i : i + size]
                loss = F.cross_entropy(model(inputs[i : i + size]), y) * len(y) / len(targets)
                for p, g in zip(model.parameters(), torch.autograd.grad(loss, model.parameters())):
                    p.grad += g
        """,
    ],
}

COMPUTED = {
    "36.products": Computed("3 * layers - 1", layers=3),  # the first layer's inputs need no slope
}
