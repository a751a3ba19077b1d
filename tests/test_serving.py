"""A web service runs beside its caller and never outlives it, whatever becomes of the caller."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import httpx
import psutil
import pytest

from dlcourse.serving import serving

WHO = """
import os, sys

async def app(scope, receive, send):
    if scope["type"] == "http":
        said = f"{os.getpid()} {' '.join(sys.argv[1:])}".encode()
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": said})
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Return a service that says which process it is, and what it was called with."""
    path = tmp_path / "who.py"
    path.write_text(WHO, encoding="utf-8")
    return path


def ask(address: str) -> tuple[int, str]:
    """Return the number of the process that answers, and what it was called with."""
    number, _, arguments = httpx.get(address, trust_env=False).text.partition(" ")
    return int(number), arguments


def ends(number: int) -> bool:
    """Tell whether a process ends within some seconds."""
    until = monotonic() + 15
    while psutil.pid_exists(number) and monotonic() < until:
        if psutil.Process(number).status() == psutil.STATUS_ZOMBIE:
            return True
        sleep(0.05)
    return not psutil.pid_exists(number)


def test_a_service_answers_with_its_arguments_and_ends_with_the_block(program):
    with serving(program, "reader.onnx", "two") as address:
        number, arguments = ask(address)
        assert arguments == "reader.onnx two"
        assert psutil.Process(number).ppid() == psutil.Process().pid
    assert not psutil.pid_exists(number)
    with pytest.raises(httpx.ConnectError):
        ask(address)


def test_a_service_ends_where_the_block_fails(program):
    numbers = []
    with suppress(ZeroDivisionError), serving(program) as address:
        numbers += [ask(address)[0]]
        raise ZeroDivisionError
    assert not psutil.pid_exists(*numbers)


def test_a_service_ends_where_its_caller_is_killed(program):
    code = (
        "import sys, time; from dlcourse.serving import serving\n"
        "with serving(sys.argv[1]) as address: print(address, flush=True); time.sleep(60)"
    )
    caller = subprocess.Popen([sys.executable, "-c", code, program], stdout=subprocess.PIPE)
    assert caller.stdout is not None
    number, _ = ask(caller.stdout.readline().decode().strip())
    caller.kill()
    caller.communicate()
    assert ends(number)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("1 / 0", "service who.py ended before it listened; it said: ZeroDivisionError"),
        ("application = 3", "who.py defines no `app`: write app = FastAPI\\(\\) into it"),
    ],
)
def test_a_service_that_does_not_begin_says_why(program, content, said):
    program.write_text(content, encoding="utf-8")
    with pytest.raises(RuntimeError, match=said), serving(program):
        pass
