"""Scripts run in several processes of this machine, and nothing of them is left behind."""

import time

import psutil
import pytest
import torch

from dlcourse import parallel, together

GREET = """
import torch, torch.distributed as dist
dist.init_process_group("gloo")
mine = torch.tensor([10.0 * (dist.get_rank() + 1)])
dist.all_reduce(mine)
print(f"{dist.get_rank()} of {dist.get_world_size()} has {mine.item():g}\\n", end="")
dist.destroy_process_group()
"""
FALL = """
import os, time
if os.environ["RANK"] == "1":
    raise ValueError("the second one falls")
time.sleep(600)
"""


@pytest.fixture
def script(tmp_path):
    """Return a function that writes a script and returns its path."""

    def write(source):
        path = tmp_path / "script.py"
        path.write_text(source, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def nothing_is_left():
    """Look, after a test, whether a process that it started still runs."""
    before = set(psutil.Process().children(recursive=True))
    yield
    assert set(psutil.Process().children(recursive=True)) <= before


def test_processes_meet_and_what_they_print_comes_back(script, nothing_is_left):
    printed = parallel.run(script(GREET), processes=2)
    assert sorted(printed.split("\n")) == ["", "0 of 2 has 30", "1 of 2 has 30"]


def test_a_process_that_fails_ends_the_others_and_is_told(script, nothing_is_left):
    begun = time.monotonic()
    with pytest.raises(RuntimeError, match="failed: ValueError: the second one falls"):
        parallel.run(script(FALL), processes=2)
    assert time.monotonic() - begun < 300


def test_processes_that_do_not_end_are_ended(script, nothing_is_left):
    with pytest.raises(TimeoutError, match="within 8 seconds"):
        parallel.run(script("import time\ntime.sleep(600)"), processes=2, limit=8)


@pytest.mark.parametrize(("target", "processes"), [((), 2), (("script.py",), 0)])
def test_what_cannot_be_run_is_told(target, processes):
    with pytest.raises(ValueError, match="name a script, and at least one process"):
        parallel.run(*target, processes=processes)


def test_alone_the_script_trains_without_a_launcher(tmp_path, monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    together.main([str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["hand0.npz"]
    assert not torch.distributed.is_initialized()
    with pytest.raises(ValueError, match=r"sizes \[5\] do not divide 1287 rows among 1"):
        together.main([str(tmp_path), "--sizes", "5"])
    assert not torch.distributed.is_initialized()


def test_every_process_begins_with_the_same_network():
    one, other = (together.flat(together.network().parameters()) for _ in range(2))
    assert torch.equal(one, other)
    assert one.shape == (9610,)
