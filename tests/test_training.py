"""Training: the loop is the one written by hand, goes on exactly, keeps the best, stops in time."""

import copy
import os

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse import seeds
from dlcourse.training import (
    History,
    accuracy,
    device,
    fit,
    fit_one_cycle,
    load,
    predict,
    save,
)

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    """Begin each test with seed 0 on the CPU."""
    monkeypatch.delenv("DLCOURSE_SEED", raising=False)
    monkeypatch.delenv("DLCOURSE_DEVICE", raising=False)


def examples(rows=100, stream="examples"):
    """Return points of three classes that a line can nearly tell apart."""
    rng = seeds.rng(stream)
    inputs = rng.normal(size=(rows, 4)).astype(np.float32)
    return inputs, (inputs[:, :3] + rng.normal(size=(rows, 3)) / 4).argmax(axis=1)


def network(*extra):
    """Return a small network, always with the same first weights."""
    torch.manual_seed(7)
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Tanh(), *extra, nn.Linear(8, 3))


def adam(model, lr=0.01):
    return torch.optim.Adam(model.parameters(), lr=lr)


def weights(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(one, other):
    """Tell whether two models or dictionaries of weights are the same, bit for bit."""
    one, other = (w if isinstance(w, dict) else w.state_dict() for w in (one, other))
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def noisy(x):
    """Augment: shake the inputs."""
    return x + 0.1 * torch.randn_like(x)


# --- The loop ---


def by_hand(model, optimizer, scheduler, epochs, size, clip, stream):
    """Train as a lesson writes it, line by line; return the mean loss of each epoch."""
    inputs, targets = (torch.tensor(array) for array in examples())
    means = []
    for epoch in range(epochs):
        torch.manual_seed(seeds.seed(*stream, epoch))
        order = seeds.rng(*stream, epoch).permutation(len(inputs))
        total = 0.0
        for start in range(0, len(inputs), size):
            chosen = torch.tensor(order[start : start + size])
            output = model(noisy(inputs[chosen]))
            loss = F.cross_entropy(output, targets[chosen])
            optimizer.zero_grad()
            loss.backward()
            if clip:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            scheduler.step()
            total += loss.item() * len(chosen)
        means.append(total / len(inputs))
    return means


@pytest.mark.parametrize("clip", [None, 0.5])
def test_it_is_the_loop_written_by_hand(clip):
    runs = []
    for _ in range(2):
        model = network(nn.Dropout())
        optimizer = adam(model)
        runs.append((model, optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, 40)))
    ours, theirs = runs
    expected = by_hand(*theirs, epochs=10, size=30, clip=clip, stream=("mine", 3))
    history = fit(
        ours[0],
        examples(),
        optimizer=ours[1],
        scheduler=ours[2],
        epochs=10,
        batch_size=30,
        clip=clip,
        augment=noisy,
        stream=("mine", 3),
        progress=False,
    )
    assert same(ours[0], theirs[0])
    assert history == History(train_loss=expected)
    assert expected[-1] < expected[0]


class Recorder(nn.Module):
    """One number a row that passes through, with a weight, and a memory of what it saw."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.seen = []

    def forward(self, x):
        self.seen.append((self.training, x.flatten().tolist()))
        return x * self.weight


def mean(output, target):
    return (output * target).mean()


def record(**options):
    """Train a recorder on the numbers 0 to 9; return it with the gradients' lengths that it met."""
    model, lengths = Recorder(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.125)
    step = optimizer.step

    def watched(*args):
        lengths.append(model.weight.grad.item())
        return step(*args)

    optimizer.step = watched
    numbers = torch.arange(10.0)[:, None]
    settings = {"loss": mean, "epochs": 3, "batch_size": 4, "progress": False} | options
    fit(model, (numbers, torch.ones(10, 1)), optimizer=optimizer, **settings)
    return model, lengths


def test_each_epoch_sees_each_example_once_in_an_order_of_its_own():
    model, _ = record()
    passes = [[n for _, x in model.seen[i : i + 3] for n in x] for i in (0, 3, 6)]
    assert [len(x) for _, x in model.seen] == [4, 4, 2] * 3
    assert all(sorted(one) == list(range(10)) for one in passes)
    assert len({tuple(one) for one in passes}) == 3


def test_the_stream_and_the_seed_name_the_order(monkeypatch):
    first = record()[0].seen
    assert record()[0].seen == first
    assert record(stream=("batches", 1))[0].seen != first
    monkeypatch.setenv("DLCOURSE_SEED", "1")
    assert record()[0].seen != first


def test_gradients_are_zeroed_and_clipped():
    model, lengths = record()
    batches = [x for _, x in model.seen]
    assert lengths == pytest.approx([np.mean(x) for x in batches])  # nothing left from before
    assert min(lengths) < 3 < max(lengths)
    _, clipped = record(clip=3.0)
    assert clipped == pytest.approx(np.minimum(lengths, 3.0), rel=1e-5)


def test_the_schedule_moves_once_a_batch():
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + step))
    fit(model, examples(), optimizer=optimizer, scheduler=scheduler, epochs=2, batch_size=30)
    assert optimizer.param_groups[0]["lr"] == 1 / 9  # two epochs of four batches


def test_it_trains_in_training_mode_and_judges_in_evaluation_mode():
    numbers = torch.arange(10.0)[:, None]
    seen = []
    model, _ = record(
        validation=(numbers, numbers),
        score=lambda outputs, targets: seen.append(outputs.requires_grad) or 0.0,
    )
    assert [training for training, _ in model.seen] == [True, True, True, False] * 3
    assert seen == [False] * 3


def test_augmentation_touches_training_alone():
    model, _ = record(
        augment=lambda x: x + 100,
        validation=(torch.zeros(2, 1), torch.zeros(2, 1)),
        score=lambda outputs, targets: 0.0,
    )
    assert all((min(x) >= 100) == training for training, x in model.seen)


def test_pytorchs_generator_is_left_as_it_was():
    torch.manual_seed(1)
    model, before = network(nn.Dropout()), torch.get_rng_state()
    fit(model, examples(), optimizer=adam(model), epochs=1, augment=noisy)
    assert torch.equal(torch.get_rng_state(), before)


def test_arrays_and_tensors_and_read_only_splits_are_the_same():
    inputs, targets = examples()
    frozen = inputs.copy(), targets.copy()
    for array in frozen:
        array.setflags(write=False)
    models = []
    for pair in ((inputs, targets), tuple(map(torch.tensor, (inputs, targets))), frozen):
        models.append(model := network())
        fit(model, pair, optimizer=adam(model), epochs=2)
    assert same(models[0], models[1])
    assert same(models[0], models[2])


# --- The best epoch, and stopping in time ---


def judged(scores, model=None, epochs=20, **options):
    """Train while a judge gives these scores; return the model, history, weights of each epoch."""
    model = network() if model is None else model
    kept, given = [], iter(scores)

    def score(outputs, targets):
        kept.append(weights(model))
        return next(given)

    optimizer = options.pop("optimizer", None) or adam(model)
    settings = {"validation": examples(20, "held out"), "score": score, "progress": False}
    history = fit(model, examples(), optimizer=optimizer, epochs=epochs, **settings | options)
    return model, history, kept


def test_the_best_epochs_weights_are_put_back():
    model, history, kept = judged([0.1, 0.7, 0.3, 0.7, 0.2], epochs=5)
    assert history.validation_score == [0.1, 0.7, 0.3, 0.7, 0.2]
    assert history.best_epoch == 1  # of equals the first
    assert same(model, kept[1])
    assert not any(same(model, kept[other]) for other in (0, 2, 3, 4))


def test_without_validation_the_last_weights_stay():
    model = network()
    history = fit(model, examples(), optimizer=adam(model), epochs=3)
    assert history.best_epoch == 2
    assert history.validation_score == []


@pytest.mark.parametrize(("patience", "epochs_run"), [(1, 3), (2, 6), (3, 10), (4, 10), (None, 10)])
def test_training_stops_when_patience_is_at_its_end(patience, epochs_run):
    scores = [0.1, 0.5, 0.4, 0.6, 0.6, 0.5, 0.7, 0.7, 0.7, 0.7]  # as good is no better
    _, history, _ = judged(scores, epochs=10, patience=patience)
    assert len(history.validation_score) == len(history.train_loss) == epochs_run


def test_accuracy_is_the_score_unless_another_is_named():
    model, held_out = network(), examples(50, "held out")
    history = fit(model, examples(), optimizer=adam(model), epochs=4, validation=held_out)
    assert accuracy(predict(model, held_out[0]), held_out[1]) == max(history.validation_score)


# --- Going on after an interruption ---


class Interrupted(Exception):
    """What Ctrl-C or a power cut does."""


def long_run(path=None, stop_at=None, epochs=6, stream=("long",), **changes):
    """Train with everything that there is, and stop in the middle of a batch if told to."""
    model = network(nn.Dropout())
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, 6 * 5)
    batches = 0

    def augment(x):
        nonlocal batches
        batches += 1
        if batches == stop_at:
            raise Interrupted
        return noisy(x)

    history = fit(
        model,
        examples(),
        optimizer=optimizer,
        scheduler=scheduler,
        epochs=epochs,
        **{"batch_size": 20, "clip": 1.0} | changes,
        augment=augment,
        validation=examples(40, "held out"),
        score=lambda outputs, targets: -F.cross_entropy(outputs, targets).item(),
        checkpoint=path,
        stream=stream,
        progress=False,
    )
    return model, optimizer, history


@pytest.mark.parametrize("stop_at", [1, 5, 6, 11, 18, 25, 26, 30])
def test_an_interrupted_run_ends_as_if_nothing_had_happened(stop_at, tmp_path):
    model, optimizer, history = long_run()
    path = tmp_path / "run.pt"
    with pytest.raises(Interrupted):
        long_run(path, stop_at)
    assert path.exists() == (stop_at > 5)
    resumed, its_optimizer, its_history = long_run(path)
    assert same(model, resumed)
    assert history == its_history
    assert str(optimizer) == str(its_optimizer)
    moments = optimizer.state_dict()["state"], its_optimizer.state_dict()["state"]
    assert all(same(moments[0][i], moments[1][i]) for i in moments[0])
    assert os.listdir(tmp_path) == ["run.pt"]


def test_a_run_may_be_interrupted_again_and_again(tmp_path):
    expected, _, history = long_run()
    path = tmp_path / "run.pt"
    for _ in range(5):
        with pytest.raises(Interrupted):
            long_run(path, stop_at=7)  # one epoch further each time
    model, _, its_history = long_run(path)
    assert same(model, expected)
    assert its_history == history


def test_a_finished_run_trains_no_more_and_can_be_made_longer(tmp_path):
    path = tmp_path / "run.pt"
    long_run(path, epochs=2)
    short = path.read_bytes()
    again, _, history = long_run(path, stop_at=1, epochs=2)  # would raise at the first batch
    assert len(history.train_loss) == 2
    assert path.read_bytes() == short
    assert same(again, long_run(epochs=2)[0])
    assert same(long_run(path)[0], long_run()[0])


def test_the_best_epoch_and_patience_survive_an_interruption(tmp_path):
    path, scores = tmp_path / "run.pt", [0.1, 0.9, 0.2, 0.3, 0.4]
    expected, history, _ = judged(scores, patience=3)
    judged(scores, epochs=3, checkpoint=path)
    model, its_history, kept = judged(scores[3:], patience=3, checkpoint=path)
    assert len(kept) == 2
    assert its_history == history
    assert same(model, expected)


def test_an_interrupted_write_leaves_the_file_that_was_there(tmp_path, monkeypatch):
    path = tmp_path / "run.pt"
    long_run(path, epochs=1)
    before = path.read_bytes()

    def full(self, content):
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        long_run(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["run.pt"]


@pytest.mark.parametrize("damage", ["empty", "half", "flipped", "text", "pickle"])
def test_a_damaged_checkpoint_is_named(damage, tmp_path):
    path = tmp_path / "run.pt"
    long_run(path, epochs=1)
    whole = bytearray(path.read_bytes())
    if damage == "flipped":
        whole[len(whole) // 3] ^= 255  # one byte of a weight
    content = {
        "empty": b"",
        "half": whole[: len(whole) // 2],
        "flipped": whole,
        "text": b"a diary",
        "pickle": b"cos\nsystem\n(S'exit 3'\ntR.",
    }[damage]
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"run\.pt is damaged, or was not written by.*: delete it"):
        long_run(path)


def test_the_checkpoint_of_another_run_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "run.pt"
    refused = pytest.raises(ValueError, match=r"run\.pt was not written by this run .*: delete it")
    save(network(), path)
    with refused:
        long_run(path)
    path.unlink()
    long_run(path, epochs=1)
    with refused:
        long_run(path, stream=("other",))
    model = network()
    with refused:
        judged([0.0], model, checkpoint=path, optimizer=adam(model, lr=0.02))
    monkeypatch.setenv("DLCOURSE_SEED", "1")
    with refused:
        long_run(path)


@pytest.mark.parametrize("changes", [{"batch_size": 10}, {"clip": 2.0}, {"clip": None}])
def test_a_checkpoint_of_other_settings_is_refused(changes, tmp_path):
    path = tmp_path / "run.pt"
    long_run(path, epochs=1)
    with pytest.raises(ValueError, match=r"the same data, batch size, clip, .*: delete it"):
        long_run(path, **changes)
    long_run(path, epochs=1)  # with its own settings it is taken


# --- The recipe that lessons share ---


@pytest.mark.parametrize(
    ("adamw", "cycle"),
    [(None, None), ({"weight_decay": 1, "betas": (0.8, 0.9)}, {"pct_start": 0.1})],
)
def test_one_cycle_is_adamw_with_its_schedule(adamw, cycle):
    ours, theirs = network(nn.Dropout()), network(nn.Dropout())
    settings = {"epochs": 3, "batch_size": 30, "clip": 0.5, "stream": ("mine",)}
    history = fit_one_cycle(ours, examples(), rate=0.05, adamw=adamw, cycle=cycle, **settings)
    optimizer = torch.optim.AdamW(theirs.parameters(), **adamw or {})
    steps = 3 * 4  # the last batch of an epoch has 10 of the 100 examples
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, steps, **cycle or {})
    expected = fit(
        theirs, examples(), optimizer=optimizer, scheduler=schedule, progress=False, **settings
    )
    assert same(ours, theirs)
    assert history == expected


def test_one_cycle_takes_examples_one_by_one():
    history = fit_one_cycle(nn.Linear(4, 3), examples(9), rate=0.01, epochs=1, batch_size=1)
    assert len(history.train_loss) == 1


@pytest.mark.parametrize(
    "wrong", [{"rate": 0}, {"rate": float("nan")}, {"epochs": 0}, {"batch_size": 0}]
)
def test_one_cycle_tells_what_is_wrong_in_one_sentence(wrong):
    with pytest.raises(ValueError, match=r"fit_one_cycle\(\) was given rate=.*: give a rate above"):
        fit_one_cycle(network(), examples(), **{"rate": 0.1, "epochs": 1} | wrong)


# --- Predicting, saving, devices ---


def test_predict_gives_what_the_model_gives_and_leaves_its_mode():
    model, (inputs, _) = network(nn.Dropout()), examples()
    expected = copy.deepcopy(model).eval()(torch.tensor(inputs)).detach()
    for size in (1, 7, 1000):
        outputs = predict(model, inputs, batch_size=size)
        torch.testing.assert_close(outputs, expected, atol=1e-6, rtol=1e-6)
    assert not outputs.requires_grad
    assert model.training
    predict(model.eval(), inputs)
    assert not model.training
    with pytest.raises(ValueError, match="no inputs"):
        predict(model, inputs[:0])


def test_accuracy():
    outputs = [[3.0, 1.0], [0.0, 2.0], [5.0, 4.0], [1.0, 0.0]]
    assert accuracy(outputs, [0, 1, 1, 0]) == 0.75
    characters = torch.tensor(outputs).T[None]  # (1 text, 2 classes, 4 places)
    assert accuracy(characters, [[0, 1, 1, 1]]) == 0.5
    for wrong in ([0, 1], [[0], [1], [1], [0]]):
        with pytest.raises(ValueError, match=r"outputs \(4, 2\) and targets"):
            accuracy(outputs, wrong)


def test_saved_weights_come_back(tmp_path):
    model = network()
    fit(model, examples(), optimizer=adam(model), epochs=1)
    save(model, tmp_path / "weights.pt")
    fresh = network()
    assert not same(fresh, model)
    assert load(fresh, tmp_path / "weights.pt") is fresh
    assert same(fresh, model)


def test_no_flipped_byte_changes_weights_unnoticed(tmp_path):
    path = tmp_path / "weights.pt"
    save(model := nn.Linear(2, 2), path)
    whole, refused = path.read_bytes(), 0
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        try:
            assert same(load(nn.Linear(2, 2), path), model)  # padding holds nothing
        except ValueError:
            refused += 1
    assert refused > len(whole) / 9


class Bomb:
    """Writes a file when it is unpickled by a loader that trusts."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_a_file_that_would_run_code_is_refused(tmp_path):
    hit = tmp_path / "hit"
    torch.save({"weight": Bomb(str(hit))}, tmp_path / "weights.pt")
    with pytest.raises(ValueError, match=r"weights\.pt is damaged, or was not written by"):
        load(network(), tmp_path / "weights.pt")
    assert not hit.exists()
    torch.load(tmp_path / "weights.pt", weights_only=False)  # which shows that the bomb was live
    assert hit.exists()


def test_weights_of_another_model_are_refused(tmp_path):
    path = tmp_path / "weights.pt"
    save(nn.Linear(4, 3), path)
    with pytest.raises(ValueError, match=r"weights\.pt are not those of this Sequential"):
        load(network(), path)
    torch.save([1, 2], path)
    with pytest.raises(ValueError, match=r"weights\.pt are not those of this Sequential"):
        load(network(), path)
    with pytest.raises(FileNotFoundError):
        load(network(), tmp_path / "none.pt")


def test_the_device_is_the_one_that_is_named(monkeypatch):
    assert device() == torch.device("cpu")
    monkeypatch.setenv("DLCOURSE_DEVICE", " meta ")
    assert device() == torch.device("meta")
    for wrong in ("gpu", "cuda:99"):
        monkeypatch.setenv("DLCOURSE_DEVICE", wrong)
        with pytest.raises(ValueError, match=f"DLCOURSE_DEVICE is '{wrong}'.*: set it to cpu"):
            device()


def test_training_takes_place_on_the_device(monkeypatch):
    # "meta" holds shapes without numbers, on any machine: enough to see where the work is done.
    monkeypatch.setenv("DLCOURSE_DEVICE", "meta")
    model, places = network(), []

    def loss(output, target):
        places.append({output.device.type, target.device.type})
        raise Interrupted

    with pytest.raises(Interrupted):
        fit(model, examples(), optimizer=adam(model), epochs=1, loss=loss)
    assert places == [{"meta"}]
    assert {p.device.type for p in model.parameters()} == {"meta"}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu_training_learns_the_same_and_goes_on(monkeypatch, tmp_path):
    _, _, history = long_run()
    monkeypatch.setenv("DLCOURSE_DEVICE", "cuda")
    there, _, its_history = long_run()
    assert next(there.parameters()).is_cuda
    assert predict(there, examples()[0]).device.type == "cpu"
    assert its_history.train_loss[-1] == pytest.approx(history.train_loss[-1], rel=0.3)
    with pytest.raises(Interrupted):
        long_run(tmp_path / "run.pt", stop_at=18)
    resumed, _, again = long_run(tmp_path / "run.pt")
    assert again.train_loss == pytest.approx(its_history.train_loss, rel=1e-4)
    monkeypatch.setenv("DLCOURSE_DEVICE", "cpu")
    save(resumed, tmp_path / "weights.pt")
    assert (
        next(load(network(nn.Dropout()), tmp_path / "weights.pt").parameters()).device.type == "cpu"
    )


# --- Bad input ---


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train": (np.zeros((3, 4)), np.zeros(2))}, "`train` with 3 inputs and 2 targets: give"),
        ({"train": (np.zeros((0, 4)), np.zeros(0))}, "`train` with 0 inputs and 0 targets: give"),
        ({"train": np.zeros((3, 4))}, "`train` to be a pair of arrays"),
        ({"train": 3}, "`train` to be a pair of arrays"),
        ({"train": (np.array(["a"]), np.array([0]))}, "`train` to be a pair of arrays"),
        ({"validation": (np.zeros((3, 4)), np.zeros(2))}, "`validation` with 3 inputs and 2"),
        ({"epochs": 0}, "epochs=0, .*: give whole numbers from 1 up"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"patience": 0, "validation": examples()}, "patience=0"),
        ({"patience": 3}, "nothing to judge an epoch on: give validation"),
        ({"score": accuracy}, "nothing to judge an epoch on: give validation"),
        ({"clip": 0}, "clip=0"),
        ({"clip": float("nan")}, "clip=nan"),
        ({"optimizer": adam(nn.Linear(4, 3))}, "weights of another model: make it from this"),
    ],
)
def test_bad_input_gets_one_sentence(change, message):
    model = network()
    before = weights(model)
    settings = {"train": examples(), "optimizer": adam(model), "epochs": 1} | change
    with pytest.raises(ValueError, match=message):
        fit(model, **settings)
    assert same(model, before)


def test_a_loss_that_is_not_finite_stops_the_run_before_it_spoils_the_weights():
    inputs, targets = examples()
    order = seeds.rng("batches", 0).permutation(100)
    inputs[order[70]] = np.nan  # in the third batch of 30
    model = network()
    expected = r"The loss is nan in epoch 0, batch 2 \(counted from 0\): lower the learning rate"
    with pytest.raises(FloatingPointError, match=expected):
        fit(model, (inputs, targets), optimizer=adam(model), epochs=2, batch_size=30)
    assert all(p.isfinite().all() for p in model.parameters())


def test_a_score_that_is_not_finite_stops_the_run():
    with pytest.raises(FloatingPointError, match="The validation score is nan in epoch 1 "):
        judged([0.5, float("nan")])
