"""Answers that mean harm, or do it by accident: none passes, and none leaves a trace."""

import builtins
import contextlib
import io
import os
import random
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections import deque
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient
from sample_exercises import COUNT, COUNTER, STEP, WEIGHTED_SUM

from dlcourse.exercises import Exercise, Once, base, compare, sandbox
from dlcourse.exercises.grading import seal


def right(weights, inputs, bias):
    return float(np.dot(weights, inputs) + bias)


def verdict(answer, exercise=WEIGHTED_SUM):
    return exercise.assess(answer)


def make(solution, cases, **more):
    return Exercise(
        id="99.made",
        stub="f = ...",
        solution=solution,
        hints=("", "", ""),
        misconceptions=(),
        cases=cases,
        **more,
    )


# What other code uses too


def put(owner, name, value):
    """Return an answer that puts something else in the place of a name."""

    def answer(weights, inputs, bias):
        setattr(owner, name, value)
        return right(weights, inputs, bias)

    return answer


@pytest.mark.parametrize(
    ("owner", "name", "value", "told"),
    [
        (np, "mean", lambda *a, **k: 0.0, "np.mean"),
        (np, "array_equal", lambda *a, **k: True, "np.array_equal"),
        (np, "isclose", lambda *a, **k: np.True_, "np.isclose"),
        (np, "dot", lambda *a: 7.0, "np.dot"),
        (np.linalg, "norm", None, "np.linalg.norm"),
        (np.random, "default_rng", lambda *a: None, "np.random.default_rng"),
        (builtins, "len", lambda x: 3, "len"),
        (builtins, "all", lambda x: True, "all"),
        (builtins, "float", lambda x: 1.0, "float"),
        (builtins, "enlarge", lambda x: 1.0, "enlarge"),
        (random, "random", lambda: 0.5, "random.random"),
        (torch, "allclose", lambda *a, **k: True, "torch.allclose"),
        (torch.Tensor, "mean", lambda self: self, "torch.Tensor.mean"),
        (torch.Tensor, "backward", lambda self: None, "torch.Tensor.backward"),
        (torch.nn.Module, "eval", lambda self: self, "torch.nn.Module.eval"),
        (torch.nn.functional, "relu", lambda x: x, "torch.nn.functional.relu"),
        (compare, "difference", lambda *a, **k: "", "dlcourse.exercises.compare.difference"),
        (base, "difference", lambda *a, **k: "", "dlcourse.exercises.base.difference"),
        (sandbox, "LIMIT", 1e9, "dlcourse.exercises.sandbox.LIMIT"),
        (Exercise, "_agree", lambda *a: True, "dlcourse.exercises.base.Exercise._agree"),
    ],
)
def test_shared_name_that_an_answer_changes_is_told_and_put_back(owner, name, value, told):
    before = vars(owner).get(name)
    assert verdict(put(owner, name, value)) == (
        "failed",
        f"weighted_sum changes {told}, which other code uses too",
    )
    assert vars(owner).get(name) is before
    assert verdict(right).state == "passed"
    assert verdict(lambda *case: 7.0).state == "failed"


def test_deleted_name_and_swapped_module_are_put_back():
    def deletes(weights, inputs, bias):
        del np.cumsum
        return right(weights, inputs, bias)

    def swaps(weights, inputs, bias):
        sys.modules["numpy"] = Fraction
        return right(weights, inputs, bias)

    assert "changes np.cumsum" in verdict(deletes).message
    assert "changes np, which" in verdict(swaps).message
    assert np.cumsum
    assert sys.modules["numpy"] is np


def test_change_that_the_answer_takes_back_is_no_fault():
    def lends(weights, inputs, bias):
        before, np.mean = np.mean, np.sum
        np.mean = before
        return right(weights, inputs, bias)

    assert verdict(lends).state == "passed"


# What an answer leaves behind


def untidy(weights, inputs, bias):
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    np.seterr(all="raise")
    np.set_printoptions(precision=1)
    os.chdir("/")
    os.environ["LEFT"] = "1"
    sys.setrecursionlimit(5000)
    warnings.simplefilter("error")
    sys.stdout = io.StringIO()
    return right(weights, inputs, bias)


def settings():
    return (
        random.getstate(),
        repr(np.random.get_state()),  # noqa: NPY002
        torch.get_rng_state().tolist(),
        torch.get_default_dtype(),
        np.geterr(),
        np.get_printoptions(),
        os.getcwd(),
        dict(os.environ),
        sys.getrecursionlimit(),
        warnings.filters[:],
        sys.stdout,
        sys.stderr,
    )


def test_streams_and_settings_are_put_back():
    before = settings()
    assert verdict(untidy) == ("passed", "")
    assert settings() == before


def test_gradients_left_off_are_told_and_put_on():
    from dlcourse import autograd

    kept = []  # for a context that is thrown away is left, too

    def torch_off(weights, inputs, bias):
        torch.set_grad_enabled(False)
        return right(weights, inputs, bias)

    def engine_off(weights, inputs, bias):
        kept.append(autograd.no_grad())
        kept[-1].__enter__()
        return right(weights, inputs, bias)

    def tidy(weights, inputs, bias):
        with torch.no_grad(), autograd.no_grad():
            return right(weights, inputs, bias)

    assert "leaves the gradients of PyTorch switched off" in verdict(torch_off).message
    assert "leaves the gradients of the engine switched off" in verdict(engine_off).message
    assert verdict(tidy).state == "passed"
    assert (autograd.tensor([1.0], requires_grad=True) * 2).requires_grad


# Time


def test_waiting_is_told_as_waiting(monkeypatch):
    monkeypatch.setattr(sandbox, "PATIENCE", 0.2)
    begun = time.process_time()
    line = verdict(lambda *case: threading.Event().wait(3)).message
    assert line == ("weighted_sum still waited after 0.2 s: nothing comes that it could wait for")
    assert time.process_time() - begun < 0.5


def test_only_the_time_of_its_own_thread_counts(monkeypatch):
    monkeypatch.setattr(sandbox, "LIMIT", 0.3)
    ended = threading.Event()
    burner = threading.Thread(target=lambda: [None for _ in iter(ended.is_set, True)], daemon=True)
    burner.start()
    try:
        assert verdict(lambda *case: (time.sleep(0.2), right(*case))[1]).state == "passed"
    finally:
        ended.set()


def test_one_long_call_is_told_as_such(monkeypatch):
    monkeypatch.setattr(sandbox, "LIMIT", 0.05)
    matrix = np.random.default_rng(0).normal(size=(2500, 2500))
    line = verdict(lambda *case: np.linalg.svd(matrix)).message
    assert line.startswith("weighted_sum is stuck inside one long call, which cannot be stopped")
    assert verdict(right).state == "passed"


def test_output_comes_back_from_an_answer_that_was_left_behind(monkeypatch, capsys):
    monkeypatch.setattr(sandbox, "PATIENCE", 0.1)
    release, ended = threading.Event(), threading.Event()

    def holds(weights, inputs, bias):
        with contextlib.redirect_stdout(io.StringIO()):
            release.wait(30)
        ended.set()

    out = sys.stdout
    verdict(holds)
    assert sys.stdout is out
    release.set()
    ended.wait(5)
    print("seen")  # by way of the sink that the answer has just put back
    monkeypatch.undo()
    assert verdict(right).state == "passed"
    assert sys.stdout is out
    print("and this")
    assert capsys.readouterr().out == "seen\nand this\n"


# Classes that raise wherever they can


def raises(error):
    def answer(*case):
        raise error

    return answer


def mines():
    """Return answers of classes that raise wherever they can, out of pytest's sight."""

    def spring(*given):
        raise ValueError("sprung")

    shut = property(spring)
    members = ("array", "float", "eq", "bool", "repr", "str", "len", "iter", "hash", "deepcopy")
    traps = {f"__{name}__": spring for name in members}
    mined = type("Mined", (), traps | {"__class__": shut, "__signature__": shut})
    called = type("Called", (mined,), {"__call__": lambda self, *given: self})
    meta = type("Meta", (type,), {"__name__": shut, "__call__": spring, "__repr__": spring})
    error = type("Error", (Exception,), {"__str__": spring, "__class__": shut})
    items = type("List", (list,), {"__iter__": spring, "__len__": spring})
    text = type("Text", (str,), {"__str__": spring, "split": spring, "__eq__": spring})

    def never(self):
        while True:
            pass

    slow = type("Slow", (), {"__signature__": property(never), "__call__": lambda *given: 1.0})
    return {
        "object": mined(),
        "callable object": called(),
        "class": mined,
        "class of a class": meta("Class", (), {}),
        "list": items([1]),
        "returns an object": lambda *case: mined(),
        "returns a list": lambda *case: items([1.0]),
        "returns a dictionary": lambda *case: {Fraction(1, 3): items()},
        "returns a text": lambda *case: text("a"),
        "raises": raises(error()),
        "raises a text": raises(ValueError(text("a"))),
        "signature without end": slow(),
    }


HOSTILE = {
    **{name: lambda name=name: mines()[name] for name in mines()},
    "interrupts": lambda: raises(KeyboardInterrupt()),
    "exits a generator": lambda: raises(GeneratorExit()),
    "raises TimeoutError": lambda: raises(TimeoutError("me")),
    "too large a fraction": lambda: Fraction("1e400"),
    "not a decimal": lambda: Decimal("sNaN"),
}


@pytest.mark.parametrize("exercise", [WEIGHTED_SUM, STEP, COUNT, COUNTER], ids=lambda it: it.id)
@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_of_an_answer_comes_out_of_the_check(exercise, name, monkeypatch):
    monkeypatch.setattr(sandbox, "LIMIT", 0.2)
    state, message = verdict(HOSTILE[name](), exercise)
    assert state == "failed"
    assert type(message) is str
    assert verdict(right).state == "passed"


# Kinds of answers


HALF = make("def f(x): return 8 / 15 * x", lambda rng: [(1.0,), (2.0,)], digits=2)


@pytest.mark.parametrize("digits", [2, 3, 4, 8])
@pytest.mark.parametrize("number", [float, np.float32, Decimal, torch.tensor])
def test_numbers_rounded_to_the_digits_shown_pass(digits, number):
    def rounded(x):
        return (
            number(str(round(8 / 15 * x, digits)))
            if number is Decimal
            else number(round(8 / 15 * x, digits))
        )

    assert verdict(rounded, HALF).state == "passed"


@pytest.mark.parametrize("off", [0.5, 0.531, 0.54, 0.535, 0.5334, 0.52, 0.53001])
def test_numbers_rounded_otherwise_fail(off):
    assert verdict(lambda x: off if x == 1 else 16 / 15, HALF).state == "failed"


def test_form_makes_order_indifferent_and_never_raises():
    parts = make(
        "def f(n): return [3, 1, 2][:n]", lambda rng: [(3,), (2,)], form=lambda it: np.sort(it)
    )
    assert verdict(lambda n: sorted([3, 1, 2][:n]), parts).state == "passed"
    assert verdict(lambda n: tuple(float(x) for x in [3, 1, 2][:n]), parts).state == "passed"
    assert verdict(lambda n: [3, 1, 1][:n], parts).state == "failed"
    assert verdict(lambda n: None, parts).message == "f returns nothing: end it with return"


@pytest.mark.parametrize(
    "value",
    [
        Fraction(79510),
        Decimal("79510"),
        np.float32(79510),
        np.array(79510),
        torch.tensor(79510),
    ],
)
def test_numbers_of_every_kind_pass(value):
    assert verdict(value, COUNT).state == "passed"


def test_text_is_compared_without_case_and_spaces():
    word = Exercise(
        id="99.word",
        stub="word = ...",
        solution="word = 'early stopping'",
        hints=("", "", ""),
        misconceptions=(("no", "word = 'Dropout'"),),
    )
    assert verdict(" Early  stopping", word).state == "passed"
    assert verdict("DROPOUT ", word) == ("failed", "no")
    assert verdict("earlystopping", word).state == "failed"


def test_lists_are_lists_of_whatever_make():
    items = make("def f(n): return [0] * n", lambda rng: [(2,), (3,)])
    for answer in (
        lambda n: deque([0] * n),
        lambda n: dict.fromkeys(range(n), 0).values(),
        lambda n: torch.zeros(n),
        lambda n: (Fraction(0),) * n,
    ):
        assert verdict(answer, items).state == "passed"
    assert "a generator" in verdict(lambda n: (0 for _ in range(n)), items).message


def test_iterator_comes_afresh_in_every_case():
    total = make("def f(batches): return sum(batches)", lambda rng: [(Once([1, 2]),), (Once([3]),)])
    assert verdict(lambda batches: sum(x for x in batches), total).state == "passed"
    assert "stops with TypeError" in verdict(lambda batches: batches[0], total).message
    assert verdict(lambda batches: sum(batches) + sum(batches) * 2, total).state == "passed"
    twice = verdict(lambda batches: max(batches) + sum(batches), total)
    assert twice.message == "for batches = [1, 2]: expected 3, got 2"


# Arguments


def changed(change, *values):
    """Return what is said of an answer that changes its argument."""
    once = make("def f(x): return 1.0", lambda rng: [(value,) for value in values])

    def answer(x):
        change(x)
        return 1.0

    return verdict(answer, once).message


@pytest.mark.parametrize(
    ("change", "value"),
    [
        (lambda x: x.append(1), [1, "a"]),
        (lambda x: x.sort(), [2, 1]),
        (lambda x: x.update(b=2), {"a": 1}),
        (lambda x: x["a"].pop(), {"a": [1, 2]}),
        (lambda x: x.add_(1), torch.ones(2)),
        (lambda x: x.requires_grad_(), torch.ones(2)),
        (lambda x: x.sum().backward(), torch.ones(2, requires_grad=True)),
        (lambda x: x.eval(), torch.nn.Linear(2, 1)),
        (lambda x: x[0].eval(), torch.nn.Sequential(torch.nn.Dropout(), torch.nn.Tanh())),
        (lambda x: x.bias.data.zero_(), torch.nn.Linear(2, 1)),
        (lambda x: x(torch.ones(2)).backward(), torch.nn.Linear(2, 1)),
        (lambda x: x[0].fill(3), [np.ones(2), np.ones(3)]),
    ],
)
def test_changed_argument_is_told(change, value):
    assert changed(change, value) == "f changes its argument x: work on a copy of it"
    assert changed(lambda x: None, value) == ""


def test_argument_that_is_to_change_must_become_the_same():
    empties = make("def f(x): x.clear()\n", lambda rng: [([1, 2],), ([3],)])
    assert verdict(lambda x: x.clear(), empties).state == "passed"
    assert verdict(lambda x: x.pop(), empties).state == "failed"


# What is said


def test_none_where_a_function_is_needed_was_a_call():
    line = verdict(None).message
    assert line == (
        "this needs the function weighted_sum(weights, inputs, bias) itself, without calling it, "
        "but was given None"
    )
    assert verdict(None, COUNT).message == "this needs a value, but was given None"


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (1 / 3, 1 / 3 + 1e-5),
        (1_199_882, 1_199_881.0),
        (0.1234567, 0.1234573),
        (np.linspace(0, 1, 8), np.linspace(0, 1, 8) + 1e-4),
        ("a" * 200 + "b", "a" * 200 + "c"),
        ([1.0] * 7 + [2.0000004], [1.0] * 7 + [2.0000005]),
        (["long" * 30, "x"], ["long" * 30, "y"]),
    ],
)
def test_what_is_shown_differs_where_the_values_do(expected, got):
    text = compare.difference(compare.plain(expected), compare.plain(got), 1e-9)
    one, other = text.split("expected ")[-1].split(", got ")
    assert one != other


def test_list_is_never_called_an_array_beside_a_list():
    pairs = make("def f(n): return [('a', 1), ('b', 2)][:n]", lambda rng: [(2,), (1,)])
    line = verdict(lambda n: [(0, 1), (1, 2)][:n], pairs).message
    assert line.endswith("expected a text, got a number")
    assert "array" not in line


# Libraries, in an interpreter of their own

ADAM = """
import numpy as np
def adam_path(w, slopes, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    import torch
    p = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([p], lr=lr, betas=(beta1, beta2), eps=eps)
    for g in slopes:
        p.grad = torch.tensor(np.array(g, dtype=float))
        optimizer.step()
    return p.detach().numpy()
check("34.adam", adam_path)
import torch
torch.optim.Adam([torch.zeros(1, requires_grad=True)])
"""
BACKWARD = """
def linear_backward(G, X, W):
    import torch
    X, W = (torch.tensor(each, requires_grad=True) for each in (X, W))
    b = torch.zeros(W.shape[1], dtype=W.dtype, requires_grad=True)
    return torch.autograd.grad(X @ W + b, (X, W, b), torch.tensor(G))
check("32.linear-backward", linear_backward)
"""
SOFTMAX = """
def stable_softmax(z):
    import torch
    return torch.softmax(torch.tensor(z, dtype=torch.float64), dim=1)
check("31.softmax", stable_softmax)
"""
SCIKIT = """
def stable_softmax(z):
    from sklearn.metrics import roc_auc_score
    from scipy.special import softmax
    return softmax(z, axis=1)
check("31.softmax", stable_softmax)
"""
PRELUDE = """
import sys, pathlib
from dlcourse import check, paths
from dlcourse.exercises import sandbox
paths.PROGRESS = pathlib.Path(sys.argv[-1])
sandbox.LIMIT = 0.3
"""


@pytest.mark.parametrize("source", [ADAM, BACKWARD, SOFTMAX, SCIKIT])
def test_importing_a_library_costs_nothing_and_is_never_interrupted(tmp_path, source):
    printed = subprocess.run(
        [sys.executable, "-c", PRELUDE + source, str(tmp_path / "progress.json")],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert printed.stderr == ""
    assert printed.stdout.endswith(": passed\n")


def test_import_is_waited_for_and_then_the_loop_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "LIMIT", 0.1)
    (tmp_path / "slowly.py").write_text(
        "import time\nend = time.thread_time() + 0.5\n"
        "while time.thread_time() < end:\n    pass\nwhole = 1"
    )
    monkeypatch.syspath_prepend(str(tmp_path))

    def answer(weights, inputs, bias):
        import slowly

        assert slowly.whole
        while True:
            pass

    assert "still ran after 0.1 s of work" in verdict(answer).message
    assert sys.modules["slowly"].whole == 1


def graded(code: str) -> str:
    """Return what a notebook's code prints under nbgrader, whose kernel loads the checks first."""
    done = subprocess.run(
        [sys.executable, "-c", "import dlcourse.exercises\n" + textwrap.dedent(code)],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        env={**os.environ, "NBGRADER_EXECUTION": "autograde", "DLCOURSE_SEAL": "a secret"},
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "trick",
    [
        'import os; os.environ.pop("NBGRADER_EXECUTION")',
        "dlcourse.exercises.grading.IS_ON = False",
        "dlcourse.exercises.find = lambda id: dlcourse.exercises.Exercise",
        "dlcourse.exercises.Exercise.assess = lambda *_: dlcourse.exercises.Verdict('passed')",
        "dlcourse.exercises.find('11.by-hand').__dict__['solution'] = 'z_by_hand = 1'",
        "dlcourse.exercises.exercises('11')\n"
        "sys.modules['dlcourse.exercises.lesson_11'].EXERCISES = ()",
    ],
)
def test_grading_cannot_be_switched_off(trick):
    code = f"import sys\nfrom dlcourse import check\n{trick}\ncheck('11.by-hand', 1)"
    assert "AssertionError: ✘ 11.by-hand: z_by_hand is 1, which is not right" in graded(code)


def test_only_a_pass_is_sealed_and_each_exercise_has_its_own_seal():
    right = graded("dlcourse.check('11.by-hand', -2)").rstrip()
    assert right == f"✔ 11.by-hand: passed {seal('11.by-hand', 'a secret')}"
    assert seal("11.by-hand", "a secret") != seal("11.cost", "a secret")
    assert seal("11.by-hand", "a secret") not in graded("dlcourse.check('11.by-hand', 1)")
    assert "secret" not in graded("import os; print(*os.environ.values())")


def test_hostile_answers_in_a_kernel(tmp_path):
    setting = f"""
        import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
        import contextlib, io, os, threading, pathlib, random
        import numpy as np
        import sample_exercises, dlcourse.exercises, dlcourse.paths
        from dlcourse import check
        from dlcourse.exercises import sandbox
        dlcourse.paths.PROGRESS = pathlib.Path({str(tmp_path / "p.json")!r})
        sys.modules['dlcourse.exercises.lesson_99'] = sample_exercises
        dlcourse.exercises.lessons = lambda: ['31', '34', '99']
        sandbox.PATIENCE = 1
    """
    hostile = """
        def equal(w, x, b):
            np.array_equal = np.isclose = lambda *a, **k: np.True_
        check("99.weighted-sum", equal)
    """
    holding = """
        release = threading.Event()
        def holds(w, x, b):
            with contextlib.redirect_stdout(io.StringIO()):
                release.wait()
        check("99.weighted-sum", holds); release.set()
    """
    shut = """
        class Shut:
            __class__ = __signature__ = property(lambda self: 1 / 0)
            def __call__(self, *a): return 1 / 0
        check("99.weighted-sum", Shut())
    """
    good = 'check("99.weighted-sum", lambda w, x, b: w @ x + b)'
    sources = [setting, hostile, holding, "print('heard')", shut, SOFTMAX, ADAM, good]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(textwrap.dedent(source)) for source in sources]
    )
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    texts = ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells]
    assert texts == [
        "",
        "✘ 99.weighted-sum: weighted_sum changes np.array_equal, which other code uses too\n",
        "✘ 99.weighted-sum: weighted_sum still waited after 1 s: nothing comes that it could wait "
        "for\n",
        "heard\n",
        "✘ 99.weighted-sum: weighted_sum stops with ZeroDivisionError: division by zero "
        "(line 2: __class__ = __signature__ = property(lambda self: 1 / 0))\n",
        "✔ 31.softmax: passed\n",
        "✔ 34.adam: passed\n",
        "✔ 99.weighted-sum: passed\n",
    ]
