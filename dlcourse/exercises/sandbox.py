"""Runs a stranger's function so that nothing it does can harm the notebook around it.

It runs in a thread of its own with a limit on its time; what it prints is swallowed, and what it
raises is put into words. Code that stays inside one C call (`sum(itertools.count())`) is beyond
this, as it is beyond the notebook's own stop button.
"""

import builtins
import contextlib
import ctypes
import io
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

LIMIT = 1.0
"""Seconds that an answer may take in all."""

_free = threading.Lock()


@dataclass(frozen=True)
class Outcome:
    """What one call came to: its value, or the error that ended it and the line where it arose."""

    value: Any = None
    error: str = ""
    line: str = ""
    printed: bool = False


class _Sink(io.TextIOBase):
    """Swallows text and remembers whether there was any."""

    used = False

    def write(self, text: str) -> int:
        self.used = True
        return len(text)


def run(calls: Sequence[Callable[[], Any]], answer: object = None) -> list[Outcome]:
    """Make the calls one after another and return what each came to.

    Lines of the module or notebook where `answer` is defined are quoted in errors. Raise
    TimeoutError if the calls have not ended after `LIMIT` seconds in all; a loop in Python is then
    stopped, and a call that waits is left behind.
    """
    main = vars(sys.modules["__main__"])
    home = answer.__globals__ if isinstance(answer, FunctionType) else main
    outcomes: list[Outcome] = []
    late, done = threading.Event(), threading.Event()

    def work() -> None:
        try:
            for call in calls:
                outcome = _observe(call, home, sink)
                if late.is_set():
                    return
                outcomes.append(outcome)
        finally:
            done.set()

    with _quiet() as sink:
        worker = threading.Thread(target=work, daemon=True)
        try:
            worker.start()
            done.wait(LIMIT)  # not join(), which takes a thread for ended when it is interrupted
        finally:
            late.set()
            _stop(worker, done)
    if len(outcomes) < len(calls):
        raise TimeoutError(
            f"still ran after {LIMIT:g} s and was stopped: see whether each of its loops ends"
        )
    return outcomes


@contextlib.contextmanager
def _quiet() -> Iterator[_Sink]:
    """Swallow what is printed and refuse `input`, which would wait for the learner for ever."""

    def refuse(prompt: object = "") -> str:
        raise EOFError("nothing can be typed in during a check, so use the arguments")

    if not _free.acquire(blocking=False):
        raise RuntimeError(
            "a check is running already; if it stands inside a function, move it out"
        )
    sink, ask = _Sink(), builtins.input
    builtins.input = refuse
    try:
        with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(_Sink()):
            yield sink
    finally:
        builtins.input = ask
        _free.release()


def _observe(call: Callable[[], Any], home: dict[str, Any], sink: _Sink) -> Outcome:
    """Make one call, whatever it does."""
    sink.used = False
    try:
        return Outcome(value=call(), printed=sink.used)
    except BaseException as error:  # sys.exit() and the like included
        return Outcome(error=_describe(error), line=_line(error, home), printed=sink.used)


def _describe(error: BaseException) -> str:
    """Say in one line what ended an answer."""
    if isinstance(error, SystemExit):
        return "ends the whole program: let it return its result instead"
    if isinstance(error, RecursionError):
        return "calls itself without end: give it a case in which it does not"
    try:
        words = " ".join(str(error).split())
    except BaseException:  # an exception of the learner's own may fail even at this
        words = ""
    return f"stops with {type(error).__name__}" + (f": {words[:200]}" if words else "")


def _line(error: BaseException, home: dict[str, Any]) -> str:
    """Return the last line of the learner's own code that the error passed through."""
    frames = [
        (frame, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_globals is home
    ]
    if not frames:
        return ""
    summary = traceback.StackSummary.extract(iter(frames[-1:]))[0]
    return f"line {summary.lineno}" + (f": {summary.line[:80]}" if summary.line else "")


def _stop(worker: threading.Thread, done: threading.Event) -> None:
    """Raise SystemExit, which a thread dies of in silence, in the worker until it is done.

    An answer may catch it (`except: pass`), hence the repetition; after half a second of that, or
    of a call that never returns to Python, the thread is left to itself.
    """
    for _ in range(50):
        if done.is_set():
            return
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(worker.ident or 0), ctypes.py_object(SystemExit)
        )
        done.wait(0.01)
