"""Runs a stranger's function so that nothing it does can harm the notebook around it.

It runs in a thread of its own with a limit on its processor time; what it prints is swallowed, what
it raises is put into words, and what it changed is put back. Importing a library costs it nothing
and is never interrupted, for a module that is half loaded breaks all that comes later. Code that
stays inside one C call and keeps Python's lock (`sum(itertools.count())`) is beyond this, as it is
beyond the notebook's own stop button: the kernel has to be restarted.
"""

import builtins
import contextlib
import contextvars
import ctypes
import io
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import Any

from dlcourse.exercises.surroundings import Surroundings, record, recording

LIMIT = 1.0
"""Seconds of a processor that an answer may take in all."""

PATIENCE = 10.0
"""Seconds by the clock after which an answer is given up, for one that waits uses no processor."""

LOADING = 120.0
"""Seconds by the clock that one import may take; it is left to itself then, not interrupted."""

_bootstrap: Any = sys.modules["_frozen_importlib"]  # whatever is loaded passes through here
_find_and_load = _bootstrap._find_and_load

_free = threading.Lock()


@dataclass(frozen=True)
class Outcome:
    """What one call came to: its value, or the error that ended it and the line where it arose."""

    value: Any = None
    error: str = ""
    line: str = ""
    printed: bool = False


class _Sink(io.TextIOBase):
    """Swallows text during a check and remembers whether there was any.

    After the check it passes on what it is given, for an answer that was left behind may still put
    it in the place of the stream that it stood for.
    """

    def __init__(self, behind: Any) -> None:
        self.behind = behind
        self.used = self.over = False

    def write(self, text: str) -> int:
        self.used = True
        return int(self.behind.write(text) or 0) if self.over else len(text)

    def flush(self) -> None:
        if self.over:
            self.behind.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.behind, name)


def run(calls: Sequence[Callable[[], Any]], answer: object = None) -> list[Outcome]:
    """Make the calls one after another and return what each came to.

    Lines of the module or notebook where `answer` is defined are quoted in errors. Raise
    TimeoutError if the calls have not ended after `LIMIT` seconds of a processor, or `PATIENCE`
    seconds by the clock, in all; a loop in Python is then stopped, and a call that waits is left
    behind.
    """
    main = vars(sys.modules["__main__"])
    home = answer.__globals__ if type(answer) is FunctionType else main
    with _quiet() as sink:
        work = _Work(calls, home, sink)
        worker = threading.Thread(target=work.run, daemon=True)
        reason = "is interrupted"
        _bootstrap._find_and_load = work.load
        try:
            worker.start()
            reason = work.watch()
        finally:
            stopped = work.stop(worker)
            _bootstrap._find_and_load = _find_and_load
            work.around.mend()
            work.around.restore()
    if len(work.outcomes) < len(calls):
        raise TimeoutError(reason if stopped or work.used() < LIMIT else _STUCK)
    return work.outcomes


_STUCK = (
    "is stuck inside one long call, which cannot be stopped: if the notebook stays slow, restart "
    "its kernel"
)


class _Work:
    """Calls that are made in one thread while another one looks at the time."""

    def __init__(
        self, calls: Sequence[Callable[[], Any]], home: dict[str, Any], sink: _Sink
    ) -> None:
        self.calls, self.home, self.sink = calls, home, sink
        self.outcomes: list[Outcome] = []
        self.done, self.late = threading.Event(), False
        self.around = Surroundings()
        self.faults: list[str] = []
        self.worker = 0
        self.clock: Callable[[], float] = lambda: 0.0
        self.gate = threading.Lock()  # held by an import, and by whoever interrupts
        self.loading = self.loaded = self.spared = 0.0  # by the clock, by the clock, of a processor

    def run(self) -> None:
        """Make the calls, in the thread that this is called in."""
        try:
            self.worker, self.clock = threading.get_ident(), _thread_clock()
            modes = recording()
            for call in self.calls:
                self.faults = []
                # Settings such as np.seterr belong to a context: here, to one that is thrown away.
                context = contextvars.copy_context()
                outcome = context.run(_observe, call, self.home, self.sink)
                if self.late:
                    return
                left = [
                    f"leaves the gradients of {name} switched {'off' if modes[name] else 'on'}"
                    for name, mode in recording().items()
                    if mode != modes.setdefault(name, True)
                ]
                record(modes)
                if faults := [*self.faults, *self.around.mend(), *left]:
                    outcome = Outcome(error=faults[0], printed=outcome.printed)
                self.outcomes.append(outcome)
        except SystemExit:  # from stop, while the answer's own was put into words
            pass
        finally:
            self.done.set()

    def load(self, name: str, import_: Any) -> Any:
        """Load a module in the place of importlib, and count out the time that it takes."""
        if threading.get_ident() != self.worker or self.loading:
            return _find_and_load(name, import_)
        with self.gate:
            if self.late:
                raise SystemExit
            self.faults += self.around.mend()
            used, self.loading = self.clock(), time.monotonic()
            try:
                module = _find_and_load(name, import_)
            finally:
                if not self.late:
                    self.around.renew()
                self.spared += self.clock() - used
                self.loaded += time.monotonic() - self.loading
                self.loading = 0.0
        if self.late:
            raise SystemExit
        return module

    def used(self) -> float:
        """Return the seconds of a processor that the answer's own code has used."""
        try:
            return self.clock() - self.spared
        except OSError:  # the thread has just ended
            return 0.0

    def watch(self) -> str:
        """Wait until the work is done, or say why it has to be stopped."""
        begun = time.monotonic()
        while not self.done.wait(0.01):
            now = time.monotonic()
            if since := self.loading:
                if now - since > LOADING:
                    return f"imports a module that was not loaded after {LOADING:g} s"
            elif self.used() > LIMIT:
                return (
                    f"still ran after {LIMIT:g} s of work and was stopped: see whether each of its "
                    "loops ends"
                )
            elif now - begun - self.loaded > PATIENCE:
                if self.used() > LIMIT / 2:
                    return f"did not end in {PATIENCE:g} s of this busy machine: try it again"
                return f"still waited after {PATIENCE:g} s: nothing comes that it could wait for"
        return ""

    def stop(self, worker: threading.Thread) -> bool:
        """Raise SystemExit, which a thread dies of in silence, in the worker until it is done.

        An answer may catch it (`except: pass`), hence the repetition; a call that never returns to
        Python, and one that waits, are left to themselves after half a second of that.
        """
        self.late = True
        begun, used = time.monotonic(), self.used()
        while not self.done.wait(0.01) and worker.is_alive():
            if self.gate.acquire(timeout=0.01):
                try:
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        ctypes.c_ulong(worker.ident or 0), ctypes.py_object(SystemExit)
                    )
                finally:
                    self.gate.release()
            took, waited = self.used() - used, time.monotonic() - begun
            if took > 0.5 or waited > (0.5 if took < 0.01 else 10):
                return False
        return True


def _thread_clock() -> Callable[[], float]:
    """Return a clock of the processor time of this thread, which other threads can read too."""
    if sys.platform == "win32":
        return partial(_windows_clock, threading.get_native_id())
    if hasattr(time, "pthread_getcpuclockid"):
        return partial(time.clock_gettime, time.pthread_getcpuclockid(threading.get_ident()))
    return time.process_time


def _windows_clock(thread: int) -> float:
    """Return the seconds of a processor that a thread has used, by GetThreadTimes."""
    windows: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined, unused-ignore]
    windows.OpenThread.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(windows.OpenThread(0x0800, False, thread))  # to query, no more
    times = [ctypes.c_ulonglong() for _ in range(4)]  # created, ended, in the system, its own
    windows.GetThreadTimes(handle, *map(ctypes.byref, times))
    windows.CloseHandle(handle)
    return (times[2].value + times[3].value) * 1e-7


@contextlib.contextmanager
def _quiet() -> Iterator[_Sink]:
    """Swallow what is printed and refuse `input`, which would wait for the learner for ever."""

    def refuse(prompt: object = "") -> str:
        raise EOFError("nothing can be typed in during a check, so use the arguments")

    if not _free.acquire(blocking=False):
        raise RuntimeError(
            "a check is running already; if it stands inside a function, move it out"
        )
    sinks, ask = [_Sink(_real(sys.stdout)), _Sink(_real(sys.stderr))], builtins.input
    before = sinks[0].behind, sinks[1].behind
    builtins.input = refuse
    sys.stdout, sys.stderr = sinks
    try:
        with warnings.catch_warnings():
            yield sinks[0]
    finally:
        sys.stdout, sys.stderr = before
        for sink in sinks:
            sink.over = True
        builtins.input = ask
        _free.release()


def _real(stream: Any) -> Any:
    """Return the stream that stands behind the sinks of earlier checks."""
    while type(stream) is _Sink:
        stream = stream.behind
    return stream


def _observe(call: Callable[[], Any], home: dict[str, Any], sink: _Sink) -> Outcome:
    """Make one call, whatever it does."""
    sink.used = False
    try:
        return Outcome(value=call(), printed=sink.used)
    except BaseException as error:  # sys.exit() and the like included
        return Outcome(error=_describe(error), line=_line(error, home), printed=sink.used)


def _describe(error: BaseException) -> str:
    """Say in one line what ended an answer."""
    if issubclass(type(error), SystemExit):
        return "ends the whole program: let it return its result instead"
    if issubclass(type(error), RecursionError):
        return "calls itself without end: give it a case in which it does not"
    try:
        words = " ".join(str.split(str(error)))
    except BaseException:  # an exception of the learner's own may fail even at this
        words = ""
    name = type.__dict__["__name__"].__get__(type(error))
    return f"stops with {name}" + (f": {words[:200]}" if words else "")


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
