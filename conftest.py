"""What nbval leaves out of a lesson's test: its figures, its budget, and the closing table.

nbval runs each lesson (`pytest --nbval notebooks`) and compares every stored text. Here the
figures are compared as well, and one test a lesson, named `budget`, is added to its cells.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from nbclient.exceptions import DeadKernelError
from nbval import kernel as nbval_kernel
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile
from rich import box
from rich.console import Console
from rich.table import Table

from dlcourse.build import ONE_THREAD, STARTS, STORED
from dlcourse.course import MEMORY, Lesson, is_lesson
from dlcourse.legibility import taken
from dlcourse.limits import core_seconds, peak_memory, watched
from dlcourse.pictures import compare, pictures_of

TOO_SLOW, TOO_LARGE = 3.0, 1.5  # times its budget: far beyond, for machines differ

SECONDS = pytest.StashKey[float]()  # of one core, that its kernel has used
PEAK = pytest.StashKey[int]()  # the most memory that its kernel has held
ENDED = pytest.StashKey[int]()  # the cell with which its kernel ended

FOLDER = tempfile.TemporaryDirectory()  # which goes when the tests end
FIGURES = Path(FOLDER.name) / "figures.jsonl"  # what is amiss with the figures of a cell


_start = nbval_kernel.start_new_kernel


def start_new_kernel(*given: Any, starts: int = STARTS, **named: Any) -> Any:
    """Start a kernel, and another in the place of one that dies at once (see STARTS)."""
    try:
        return _start(*given, **named)
    except RuntimeError:
        if starts == 1:
            raise
    return start_new_kernel(*given, starts=starts - 1, **named)


nbval_kernel.start_new_kernel = start_new_kernel


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave a learner's own notebooks beside the lessons alone."""
    own = collection_path.suffix == ".ipynb" and not is_lesson(collection_path)
    return True if own else None  # None leaves it to others to say


class Budget(pytest.Item):
    """A lesson's seconds and memory, measured while its cells ran."""

    def runtest(self) -> None:
        """Report what was measured; fail where it is far beyond the budget."""
        lesson, notebook = Lesson.read(self.path), self.parent.stash
        seconds, memory = notebook.get(SECONDS, 0.0), notebook.get(PEAK, 0)
        measured = {"seconds": seconds, "budget": lesson.seconds, "memory": memory}
        cells = sum(cell.kind == "code" for cell in lesson.cells)
        self.user_properties += {"lesson": lesson.name, "cells": cells, **measured}.items()
        if seconds > TOO_SLOW * lesson.seconds:
            raise AssertionError(
                f"Lesson {lesson.id} took {seconds:.0f} s, but declares {lesson.seconds} s: "
                "make it quicker, or declare the seconds that it needs (60 at most)."
            )
        if memory > TOO_LARGE * MEMORY:
            raise AssertionError(
                f"Lesson {lesson.id} held {memory >> 20} MiB at its peak, but {MEMORY >> 20} MiB "
                "is what a lesson may use: work on smaller pieces, or free what is done with."
            )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
        """Tell the failure in its one sentence."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Name the lesson rather than a line of code."""
        return self.path, None, f"{self.path.name}: {self.name}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Add to each lesson's cells, as the last of its tests, that of its budget."""
    last = {item.parent: i for i, item in enumerate(items) if isinstance(item, IPyNbCell)}
    for notebook, i in sorted(last.items(), key=lambda entry: -entry[1]):
        items.insert(i + 1, Budget.from_parent(notebook, name="budget"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Set what a kernel's environment needs, before the first cell starts it.

    Where its kernel was ended, what is left of a lesson is skipped: it has failed once.
    """
    if isinstance(item, IPyNbCell | Budget) and ENDED in item.parent.stash:
        pytest.skip(f"Not run, for the kernel ended with cell {item.parent.stash[ENDED]}.")
    if not isinstance(item, IPyNbCell):
        return (yield)
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)  # `make portability` sets others
    os.environ.update(STORED, DLCOURSE_LESSON=item.path.stem, DLCOURSE_FIGURES=str(FIGURES))
    yield
    item.parent.kernel.get_message = patient(item.parent.kernel)


def patient(kernel: RunningKernel) -> Callable[..., dict[str, Any]]:
    """Return a way to wait for a kernel's messages as long as it lives, whatever the clock says."""

    def get_message(stream: str, timeout: float | None = None) -> dict[str, Any]:
        while kernel.is_alive():
            with suppress(Empty):
                return RunningKernel.get_message(kernel, stream, timeout=1)
        raise DeadKernelError

    return get_message


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Watch and measure a cell; compare its figures once nbval has found its texts the same."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    with watched(item.parent.kernel.km.provisioner.pid) as why:
        try:
            yield
        except DeadKernelError:
            item.parent.stash[ENDED] = item.cell_num
            item.raise_cell_error("".join(why) or "its kernel died, for want of memory perhaps")
        finally:
            measure(item.parent)
            poor = taken(FIGURES)
    if poor:
        item.raise_cell_error("A figure cannot be read", "\n".join(poor))
    if item.options["check"]:
        name = f"{item.path.stem}-cell-{item.cell_num}"
        told = compare(pictures_of(item.cell.outputs), pictures_of(item.test_outputs), name)
        if told:
            item.raise_cell_error("Figures differ", "\n".join(told))


def measure(notebook: IPyNbFile) -> None:
    """Look at what a lesson's kernel has used so far."""
    if notebook.kernel.is_alive():
        pid = notebook.kernel.km.provisioner.pid
        notebook.stash[SECONDS] = core_seconds(pid)
        notebook.stash[PEAK] = max(notebook.stash.get(PEAK, 0), peak_memory(pid))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of the lessons that ran."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    calls = [report for report in reports if getattr(report, "when", "") == "call"]
    found = [dict(report.user_properties) for report in calls]
    rows = sorted((row for row in found if "lesson" in row), key=lambda row: row["lesson"])
    if rows:
        console = Console(width=100, force_terminal=terminalreporter.hasmarkup)
        with console.capture() as captured:
            console.print(table(rows))
        terminalreporter.write_sep("=", "lessons")
        terminalreporter.write(captured.get())


def table(rows: list[dict[str, Any]]) -> Table:
    """Return the table of what lessons took, against what they may."""
    shown = Table("lesson", box=box.SIMPLE)
    for column in ("cells", "seconds", "of", "MiB", "of "):
        shown.add_column(column, justify="right")
    for row in rows:
        over = row["seconds"] > row["budget"] or row["memory"] > MEMORY
        figures = (row["cells"], f"{row['seconds']:.1f}", row["budget"], row["memory"] >> 20)
        style = "yellow" if over else None
        shown.add_row(row["lesson"], *map(str, figures), str(MEMORY >> 20), style=style)
    return shown
