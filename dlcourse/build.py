"""Run a lesson in a kernel of its own, and write it back so that only what changed changes."""

import hashlib
import json
import logging
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.output_widget import OutputWidget
from nbformat import NotebookNode

from dlcourse.course import Lesson
from dlcourse.limits import core_seconds, peak_memory, watched
from dlcourse.paths import write_whole
from dlcourse.pictures import PNG, alike, compress, encode, pictures_of

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    ),
    "1",
)
"""One thread a library: lessons that run side by side do not slow each other down."""

STORED = {"DLCOURSE_SEED": "0", "DLCOURSE_DEVICE": "cpu", "PYTHONHASHSEED": "0"}
"""The environment in which stored outputs are made and compared."""

_WIDGET = "application/vnd.jupyter.widget-view+json"

_LOG = logging.getLogger(__name__)
_LOG.addHandler(logging.NullHandler())  # a failure is told once, in the run's own words

OnCell = Callable[[int, int], None]
"""Called after each code cell with the number of cells run and the number there are."""


class LessonError(RuntimeError):
    """A lesson that did not run to its end."""


class Executable(Protocol):
    """A notebook in a file: a lesson, or one of the reader's own."""

    @property
    def path(self) -> Path:
        """Where it lies."""

    @property
    def name(self) -> str:
        """Its file's name without the suffix."""

    @property
    def label(self) -> str:
        """What a sentence calls it."""


N = TypeVar("N", bound=Executable)


@dataclass(frozen=True)
class Run(Generic[N]):
    """What one execution of a notebook showed."""

    lesson: N
    notebook: NotebookNode  # with its new outputs
    seconds: float  # of a core, that the kernel and its children used
    memory: int  # bytes that the kernel held at its peak
    claims: tuple[dict[str, Any], ...]  # as the ledger has them
    failure: str | None  # one sentence, where a cell failed

    @property
    def held(self) -> bool:
        """Whether every cell ran, and every claim held."""
        return self.failure is None and all(claim["held"] for claim in self.claims)


def execute(
    lesson: N, on_cell: OnCell | None = None, environment: Mapping[str, str] | None = None
) -> Run[N]:
    """Run every cell of a notebook in this Python, in the notebook's folder, one thread a library.

    The variables of `environment` come on top of those. The first cell that fails ends the run,
    and is named in its `failure`.
    """
    notebook = nbformat.read(lesson.path, as_version=4)
    for cell in notebook.cells:  # what an earlier run left is no result of this one
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "ledger.jsonl"
        usual = {"PYTHONHASHSEED": "0", "DLCOURSE_CLAIMS": ""}  # a claim that falls raises
        variables = os.environ | ONE_THREAD | usual | dict(environment or {})
        variables |= {"DLCOURSE_LESSON": lesson.name, "DLCOURSE_LEDGER": str(ledger)}
        runner, told = _run(notebook, lesson.path.parent, variables, on_cell)
        claims = _claims(ledger)
    where = f"{lesson.label} failed at cell [{runner.begun}]"
    failure = f"{where}: {told.rstrip('.')}." if told else None
    return Run(lesson, notebook, runner.seconds, runner.memory, claims, failure)


STARTS = 3
"""Kernels that are started for a notebook, where one dies before it has run anything.

A kernel is given free ports, and on a busy machine another program may be quicker to take one.
"""


def _run(
    notebook: NotebookNode,
    folder: Path,
    variables: dict[str, str],
    on_cell: OnCell | None,
    starts: int = STARTS,
) -> "tuple[_Runner, str]":
    """Run a notebook; return what ran it, and what went wrong or ""."""
    runner = _Runner(notebook, folder)
    try:
        return runner, runner.run(variables, on_cell)
    except RuntimeError:
        if runner.begun or starts == 1:
            raise
    return _run(notebook, folder, variables, on_cell, starts - 1)


class _SilentOutput(OutputWidget):
    """The output area of a widget, which does not tell the kernel what it shows.

    Telling writes to a socket that is being waited on, and now and then an answer is missed by it:
    the run then stands still until it is ended. Nothing in the kernel asks for what is told.
    """

    def send(self, *_: Any, **__: Any) -> None:
        """Send nothing."""


class _Runner:
    """A notebook and its kernel."""

    def __init__(self, notebook: NotebookNode, folder: Path) -> None:
        self.notebook = notebook
        self.begun = 0  # code cells
        self.memory = 0  # bytes
        self.seconds = 0.0  # of a core
        self.ended: list[str] = []  # why its kernel was
        # Without folders to look in, the manager knows one kernel: this Python's own.
        specs = KernelSpecManager(kernel_dirs=[])
        self.kernel = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)
        self.client = NotebookClient(
            notebook,
            km=self.kernel,
            log=_LOG,
            timeout=None,  # a cell is ended by what it uses
            startup_timeout=600,  # by the clock, which only ends what hangs
            record_timing=False,
            # Without it, a widget that draws stops the run; normalise leaves the state out again.
            store_widget_state=True,
            coalesce_streams=True,
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(folder)}},
        )
        self.client.widget_registry = {"@jupyter-widgets/output": {"OutputModel": _SilentOutput}}

    def run(self, variables: dict[str, str], on_cell: OnCell | None) -> str:
        """Run all cells; return what went wrong, or ""."""
        try:
            # What a kernel writes past its notebook is for those who mend kernels.
            with self.client.setup_kernel(
                env=variables, stderr=subprocess.DEVNULL, cleanup_kc=True
            ):
                self._run_cells(on_cell)
        except CellExecutionError as error:
            return " ".join(f"{error.ename}: {error.evalue}".split())
        except DeadKernelError:
            return "".join(self.ended) or "its kernel died, for want of memory perhaps"
        return ""

    def _run_cells(self, on_cell: OnCell | None) -> None:
        cells = list(enumerate(self.notebook.cells))
        code = [(i, cell) for i, cell in cells if cell.cell_type == "code" and cell.source.strip()]
        for self.begun, (index, cell) in enumerate(code, start=1):
            provisioner: Any = self.kernel.provisioner
            try:
                with watched(provisioner.pid) as self.ended:
                    self.client.execute_cell(cell, index, execution_count=self.begun)
            finally:
                self.memory = max(self.memory, peak_memory(provisioner.pid))
                self.seconds = max(self.seconds, core_seconds(provisioner.pid))
            if on_cell:
                on_cell(self.begun, len(code))


def _claims(ledger: Path) -> tuple[dict[str, Any], ...]:
    """Read a run's claims, and pass them on to the ledger that the user asked for."""
    text = ledger.read_text(encoding="utf-8") if ledger.exists() else ""
    if text and (asked := os.environ.get("DLCOURSE_LEDGER", "").strip()):
        with Path(asked).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return tuple(json.loads(line) for line in text.splitlines())


def build(lesson: Lesson, on_cell: OnCell | None = None) -> bool:
    """Run a lesson and write its notebook back; return whether the file changed.

    Raises LessonError, and leaves the file as it is, where a cell fails, where a figure cannot be
    read, or where somebody else saved the notebook meanwhile.
    """
    from dlcourse.legibility import taken  # brings Matplotlib, which no other run needs

    before, poor = lesson.path.read_bytes(), []
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.jsonl"

        def inspect(done: int, total: int) -> None:
            if faults := "; ".join(taken(figures)):
                poor.append(f"a figure in cell [{done}] that cannot be read: {faults}")
            if on_cell:
                on_cell(done, total)

        run = execute(lesson, inspect, STORED | {"DLCOURSE_FIGURES": str(figures)})
    told = f"{lesson.label} has {', and '.join(poor)}." if poor else None
    if told := run.failure or told:
        raise LessonError(f"{told} The notebook was left as it was.")
    normalise(run.notebook, nbformat.reads(before.decode("utf-8"), as_version=4))
    after = nbformat.writes(run.notebook).rstrip("\n") + "\n"
    if lesson.path.read_bytes() != before:
        raise LessonError(
            f"{lesson.path.name} was saved by somebody else while it ran: build it again."
        )
    if after.encode("utf-8") == before:
        return False
    write_whole(lesson.path, after)
    return True


def normalise(notebook: NotebookNode, stored: NotebookNode) -> None:
    """Make an executed notebook differ from the stored one in substance only, in place."""
    before = {cell.id: cell for cell in stored.cells}
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        dlcourse=notebook.metadata.dlcourse,
    )
    count, code = 0, ""
    for cell in notebook.cells:
        cell.metadata = _kept_metadata(cell.metadata)
        if cell.cell_type == "code" and cell.source.strip():
            count, code = count + 1, code + cell.source
            cell.execution_count = count
            # A figure is looked at again; what is volatile rests on all the code before it, too.
            made_from = fingerprint(code if is_volatile(cell) else cell.source)
            cell.outputs = _kept_outputs(cell, before.get(cell.id, cell), made_from)
            if is_volatile(cell) or pictures_of(cell.outputs):
                cell.metadata.dlcourse = {"source": made_from}


def _kept_metadata(metadata: Mapping[str, Any]) -> NotebookNode:
    """Return what belongs to a cell, without what editors and runs leave in it."""
    kept = {k: metadata[k] for k in ("tags", "mystnb", "slideshow", "nbgrader") if k in metadata}
    if metadata.get("jupyter", {}).get("source_hidden"):
        kept["jupyter"] = {"source_hidden": True}
    return NotebookNode(kept)


def _kept_outputs(cell: NotebookNode, stored: NotebookNode, made_from: str) -> list[Any]:
    """Return a cell's outputs: the stored ones where they are as good, else the new ones."""
    unchanged = stored.metadata.get("dlcourse", {}).get("source") == made_from
    if unchanged and is_volatile(cell):
        return list(stored.outputs)
    # A stored widget is dead: its slider moves nothing. Its static twin stands for it.
    outputs = [output for output in cell.outputs if _WIDGET not in output.get("data", {})]
    drawn_before = iter(pictures_of(stored.outputs) if unchanged else ())
    for output in outputs:
        if "execution_count" in output:
            output.execution_count = cell.execution_count
        for drawn in pictures_of([output]):
            kept = next(drawn_before, None)
            if kept is None or not alike(kept, drawn):
                kept = compress(drawn)
            output.data[PNG] = encode(kept)
    return outputs


def is_volatile(cell: NotebookNode) -> bool:
    """Tell whether a cell's outputs change from run to run (widgets, timings)."""
    return "nbval-ignore-output" in cell.metadata.get("tags", ())


def fingerprint(source: str) -> str:
    """Return a short digest of a source, which says what a cell's stored outputs were made from."""
    return hashlib.sha256(source.encode("utf-8")).hexdigest()[:16]
