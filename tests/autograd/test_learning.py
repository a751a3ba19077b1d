"""The same script on both engines: networks, optimisers, schedules, weights in both directions."""

import numpy as np
import pytest
import torch

import dlcourse.autograd as ours

ENGINES = (ours, torch)


def mlp(torch):
    nn = torch.nn
    model = nn.Sequential(
        nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 5)
    )
    return model, torch.optim.Adam(model.parameters(), lr=1e-2), (32, 20)


def cnn(torch):
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 3, stride=2),
        nn.GELU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(8, 5),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    return model, optimizer, (16, 1, 12, 12)


def transformer(torch):
    nn, functional = torch.nn, torch.nn.functional

    class Block(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.heads = heads
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.merge = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(
                nn.Linear(width, 2 * width),
                nn.GELU(approximate="tanh"),
                nn.Linear(2 * width, width),
            )

        def forward(self, x):
            b, t, d = x.shape
            qkv = self.qkv(self.norm1(x)).reshape(b, t, 3, self.heads, d // self.heads)
            q, k, v = qkv.permute(2, 0, 3, 1, 4)
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.merge(y.transpose(1, 2).reshape(b, t, d))
            return x + self.mlp(self.norm2(x))

    class Transformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.symbols, self.places = nn.Embedding(11, 16), nn.Embedding(6, 16)
            self.blocks = nn.Sequential(Block(16, 4), Block(16, 2))
            self.attention = nn.MultiheadAttention(16, 2, batch_first=True)
            self.norm, self.head = nn.LayerNorm(16), nn.Linear(16, 5)

        def forward(self, ids):
            x = self.blocks(self.symbols(ids) + self.places(torch.arange(ids.shape[1])))
            y, _ = self.attention(x, x, x)
            return self.head(self.norm(x + y).mean(dim=1))

    model = Transformer()
    return model, torch.optim.AdamW(model.parameters(), lr=1e-2), (8, 6)


def data(shape):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 11, shape) if len(shape) == 2 and shape[1] == 6 else rng.normal(size=shape)
    return (x if x.dtype == np.int64 else x.astype(np.float32)), rng.integers(0, 5, shape[0])


def train(torch, build, steps=10, weights=None):
    """The script: what differs between the engines is the module that is passed."""
    torch.manual_seed(3)
    model, optimizer, shape = build(torch)
    if weights is not None:
        model.load_state_dict(weights)
    x, y = (torch.tensor(a) for a in data(shape))
    losses = []
    for _ in range(steps):
        loss = torch.nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


@pytest.mark.parametrize("build", [mlp, cnn, transformer])
def test_one_script_gives_the_same_losses_from_the_same_seed(build):
    (_, found), (_, expected) = (train(engine, build) for engine in ENGINES)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found[-1] < found[0]


@pytest.mark.parametrize("build", [mlp, cnn, transformer])
def test_weights_travel_both_ways(build):
    theirs, _ = train(torch, build, steps=3)
    _, found = train(ours, build, weights=theirs.state_dict())
    _, expected = train(torch, build, weights=theirs.state_dict())
    np.testing.assert_allclose(found, expected, rtol=1e-6)

    mine, _ = train(ours, build, steps=3)
    sent = {name: torch.tensor(array) for name, array in mine.state_dict().items()}
    _, found = train(ours, build, weights=mine.state_dict())
    _, expected = train(torch, build, weights=sent)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert list(mine.state_dict()) == list(theirs.state_dict())


def test_a_hundred_steps_in_float64_agree_to_rounding():
    losses = []
    for engine in ENGINES:
        engine.manual_seed(0)
        model, _, shape = mlp(engine)
        model.double()
        optimizer = engine.optim.Adam(model.parameters(), lr=1e-2)
        x, y = data(shape)
        x, y = engine.tensor(x.astype(np.float64)), engine.tensor(y)
        losses.append([])
        for _ in range(100):
            loss = engine.nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[-1].append(loss.item())
    np.testing.assert_allclose(*losses, rtol=1e-6)  # the first weights agree to 1e-8


OPTIMIZERS = {
    "sgd": lambda o, p: o.SGD(p, lr=0.1),
    "momentum": lambda o, p: o.SGD(p, lr=0.1, momentum=0.9),
    "nesterov": lambda o, p: o.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.1, nesterov=True),
    "rmsprop": lambda o, p: o.RMSprop(p, lr=0.01, weight_decay=0.1),
    "rmsprop, momentum": lambda o, p: o.RMSprop(p, lr=0.01, alpha=0.9, momentum=0.5),
    "adam": lambda o, p: o.Adam(p, lr=0.1),
    "adam, decay": lambda o, p: o.Adam(p, lr=0.1, betas=(0.8, 0.9), weight_decay=0.1),
    "adamw": lambda o, p: o.AdamW(p, lr=0.1, eps=1e-3),
    "groups": lambda o, p: o.AdamW(
        [{"params": p[:2], "weight_decay": 0.5}, {"params": p[2:], "lr": 0.01}], lr=0.1
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_take_pytorchs_steps(name):
    """Fifty steps; the third parameter has a gradient only now and then, the last one never."""
    rng = np.random.default_rng(0)
    start = [rng.normal(size=shape) for shape in ((3, 4), (2,), (5,), (300, 300), ())]
    gradients = [[rng.normal(size=a.shape) for a in start] for _ in range(50)]
    ends = []
    for engine in ENGINES:
        params = [engine.tensor(a, requires_grad=True) for a in start]
        optimizer = OPTIMIZERS[name](engine.optim, params)
        for step, gs in enumerate(gradients):
            for i, (p, g) in enumerate(zip(params, gs, strict=True)):
                p.grad = None if i == 4 or (i == 2 and step % 3) else _gradient(engine, g)
            optimizer.step()
        ends.append([p.detach().numpy() for p in params])
    for found, expected in zip(*ends, strict=True):
        np.testing.assert_allclose(found, expected, 1e-10, 1e-10)


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam", "AdamW"])
def test_optimizers_begin_with_pytorchs_settings(name):
    mine, theirs = (
        getattr(t.optim, name)([t.tensor([1.0], requires_grad=True)]).param_groups[0]
        for t in ENGINES
    )
    assert {key: mine[key] for key in mine if key != "params"} == {
        key: theirs[key] for key in mine if key != "params"
    }


def _gradient(engine, g):
    return g.copy() if engine is ours else torch.tensor(g)


def test_a_group_of_one_tensor_moves_it():
    for engine in ENGINES:
        w = engine.tensor([1.0, 2.0], requires_grad=True)
        optimizer = engine.optim.SGD([{"params": w}], lr=0.5)
        (w * w).sum().backward()
        optimizer.step()
        np.testing.assert_array_equal(w.detach().numpy(), [0, 0])


@pytest.mark.parametrize("late", [False, True])
def test_an_optimizer_made_before_double_works_in_float64(late):
    ends = []
    for after in (True, False):
        ours.manual_seed(0)
        model = ours.nn.Linear(3, 2)
        model = model if late and after else model.double()
        optimizer = ours.optim.Adam(model.parameters(), lr=0.1)
        model.double()
        x = ours.tensor(np.linspace(0, 1, 12).reshape(4, 3))
        for _ in range(30):
            loss = (model(x) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        ends.append(model.weight.data)
        assert optimizer._states[0].averages[0].dtype == np.float64
    np.testing.assert_array_equal(*ends)


def test_a_gradient_of_another_shape_is_refused():
    w = ours.tensor([1.0, 2.0], requires_grad=True)
    optimizer = ours.optim.Adam([w])
    w.grad = np.ones(1, np.float32)
    with pytest.raises(ValueError, match="shape"):
        optimizer.step()


@pytest.mark.parametrize("name", ["sgd", "rmsprop"])
def test_without_momentum_nothing_is_carried_over(name):
    w = ours.tensor(np.zeros(1), requires_grad=True)
    optimizer = OPTIMIZERS[name](ours.optim, [w])
    w.grad = np.array([np.inf])
    with np.errstate(invalid="ignore"):
        optimizer.step()
    w.data, w.grad = np.zeros(1), np.ones(1)
    optimizer.step()
    assert np.isfinite(w.data).all()


SCHEDULES = {
    "lambda": lambda s, o: s.LambdaLR(o, lambda step: min(1, (step + 1) / 5) * 0.9**step),
    "one cycle": lambda s, o: s.OneCycleLR(o, max_lr=0.5, total_steps=20),
    "late peak": lambda s, o: s.OneCycleLR(
        o, 0.5, 20, pct_start=0.6, cycle_momentum=False, div_factor=10, final_div_factor=100
    ),
}


@pytest.mark.parametrize("method", ["SGD", "AdamW"])
@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_follow_pytorch(name, method):
    followed = []
    for engine in ENGINES:
        w = engine.tensor(np.array([1.0, -2.0]), requires_grad=True)
        optimizer = getattr(engine.optim, method)([w], lr=0.1)
        schedule = SCHEDULES[name](engine.optim.lr_scheduler, optimizer)
        rates = []
        for _ in range(20):
            rates += [schedule.get_last_lr()[0], w.detach().numpy().sum()]
            loss = (w * w).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        group = optimizer.param_groups[0]
        followed.append([*rates, group["betas"][0] if "betas" in group else group["momentum"]])
    np.testing.assert_allclose(*followed, rtol=1e-10)


def test_a_cycle_ends():
    optimizer = ours.optim.SGD([ours.tensor([1.0], requires_grad=True)])
    schedule = ours.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, 2)
    schedule.step()
    schedule.step()
    with pytest.raises(ValueError, match="2 steps"):
        schedule.step()


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("masked", [None, "truth", "added"])
def test_multihead_attention(batch_first, masked):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(2, n, 8)).astype(np.float32) for n in (3, 4, 4)]
    mask = {"truth": ~np.tri(3, 4, dtype=bool), "added": rng.normal(size=(3, 4))}.get(masked)
    results = []
    for engine in ENGINES:
        engine.manual_seed(1)
        module = engine.nn.MultiheadAttention(8, 2, batch_first=batch_first).double()
        q, k, v = (engine.tensor(a.astype(np.float64)) for a in arrays)
        if not batch_first:
            q, k, v = (x.transpose(0, 1) for x in (q, k, v))
        given = None if mask is None else engine.tensor(mask)
        y, weights = module(q, k, v, attn_mask=given)
        only_y, nothing = module(q, k, v, attn_mask=given, need_weights=False)
        ((y * y).sum() + (weights * weights).sum() + only_y.sum()).backward()
        assert nothing is None
        tensors = [y.detach().numpy(), weights.detach().numpy(), only_y.detach().numpy()]
        results.append(tensors + [np.asarray(p.grad) for p in module.parameters()])
    for found, expected in zip(*results, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_modules_know_their_parts():
    class Shared(ours.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = ours.nn.Linear(2, 2)
            self.b = self.a
            self.drop = ours.nn.Sequential(ours.nn.Dropout(), ours.nn.BatchNorm1d(2))

        def forward(self, x):
            return self.drop(self.b(self.a(x)))

    model = Shared()
    assert [name for name, _ in model.named_parameters()] == [
        "a.weight",
        "a.bias",
        "drop.1.weight",
        "drop.1.bias",
    ]
    model.eval()
    x = ours.randn(4, 2)
    np.testing.assert_array_equal(model(x).data, model(x).data)
    assert not any(m.training for m in model.modules())
    model.train()
    model(x).sum().backward()
    assert model.a.weight.grad is not None
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())
    assert len(model.drop) == 2
    assert isinstance(model.drop[1], ours.nn.BatchNorm1d)


def test_weights_of_another_shape_are_refused_and_nothing_is_taken():
    layer = ours.nn.Linear(3, 2)
    before = layer.state_dict()
    for name, wrong in (("weight", np.zeros((3, 2))), ("bias", np.zeros(1))):
        with pytest.raises(ValueError, match=f"{name} has shape"):
            layer.load_state_dict({**{n: a + 1 for n, a in before.items()}, name: wrong})
        for n, a in layer.state_dict().items():
            np.testing.assert_array_equal(a, before[n])


@pytest.mark.parametrize("bias", [True, False])
def test_convolutions_of_sequences(bias):
    found = []
    for engine in ENGINES:
        engine.manual_seed(2)
        layer = engine.nn.Conv1d(3, 4, 5, stride=2, padding=1, bias=bias)
        x = engine.tensor(np.linspace(-1, 1, 66, dtype=np.float32).reshape(2, 3, 11))
        y = layer(x)
        (y * y).sum().backward()
        assert tuple(layer.weight.shape) == (4, 3, 5)
        grads = [np.asarray(p.grad) for p in layer.parameters()]
        found.append([y.detach().numpy(), *grads])
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-5)


def test_buffers_go_to_float64_too():
    for engine in ENGINES:
        norm = engine.nn.BatchNorm1d(2).double()
        norm(engine.tensor(np.array([[1.0, 2.0], [4.0, 8.0]])))
        norm.eval()
        y = norm(engine.tensor(np.array([[1.0, 2.0]])))
        kinds = [str(x.dtype).removeprefix("torch.") for x in (norm.running_mean, norm.running_var)]
        assert kinds == ["float64", "float64"]
        assert str(norm.num_batches_tracked.dtype).endswith("int64")
        np.testing.assert_allclose(norm.running_mean.numpy(), [0.25, 0.5], rtol=1e-15)
        assert str(y.dtype).endswith("float64")


def test_a_part_of_a_network_is_a_network():
    for engine in ENGINES:
        nn = engine.nn
        model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
        head = model[:2]
        assert isinstance(head, nn.Sequential)
        assert len(head) == 2
        assert head[0] is model[0]
        assert model[-1] is model[2]


@pytest.mark.parametrize("kind", ["truth", "added"])
def test_who_may_look_nowhere_sees_zeros(kind):
    found = []
    for engine in ENGINES:
        q, k, v = (
            engine.tensor(np.arange(4.0).reshape(1, 2, 2) + i, requires_grad=True) for i in range(3)
        )
        seen = np.array([[False, False], [True, False]])
        mask = seen if kind == "truth" else np.where(seen, 0.5, -np.inf)
        y = engine.nn.functional.scaled_dot_product_attention(q, k, v, engine.tensor(mask))
        (y * y).sum().backward()
        found.append([y.detach().numpy(), *(np.asarray(x.grad) for x in (q, k, v))])
    for mine, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, 1e-12, 1e-12)
