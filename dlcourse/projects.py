"""A notebook of the reader's own: read, run under several seeds, and held against a rubric.

What a machine can judge of a project, it judges from a run and from the notebook's code: whether
claims held, whether chance hangs on the seed, whether the contract stood before the first result.
The rest the reader ticks in the notebook's last cell, with a reason for each tick.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self

from IPython.core.inputtransformer2 import TransformerManager

from dlcourse import paths
from dlcourse.build import Run
from dlcourse.copies import KERNEL
from dlcourse.course import MEMORY, Cell, lesson

CLAIMS = 3
"""Claims that a project makes at least."""

SEEDS = 5
"""Seeds under which they hold at least."""

SECONDS = 60
"""Seconds of a core that one run may take: what takes longer is kept as a study."""

WORDS = 6
"""Words of a reason at least."""

KINDS = ("tabular", "sequence", "image")
"""The starting points of lesson 99; its cells have these as tags."""

RUBRIC = {
    "Need": "Somebody would act on the answer, and I know what a wrong one costs.",
    "Split": "No person, place or moment has rows on both sides of the split.",
    "Given away": "No input was computed from the answer, and none was known only later.",
    "Rivals": "Each rival got its own grid, and the tricks of its trade.",
    "Test": "The test was opened once, after everything had been chosen.",
    "Control": "Where there is nothing to be learned, my method finds nothing.",
    "Mistakes": "I looked at single mistakes, and know for whom it works worse.",
    "Stranger": "Somebody who did not write this tried to overturn each claim.",
}
"""What the reader ticks, and no machine can know."""


@dataclass(frozen=True)
class Project:
    """A notebook of the reader's own."""

    path: Path
    cells: tuple[Cell, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """The notebook's name without its suffix."""
        return self.path.stem

    @property
    def label(self) -> str:
        """The notebook as a sentence names it."""
        return self.path.name

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a notebook that can be run.

        Raises FileNotFoundError where there is none, and ValueError where it is no notebook or
        makes no claim.
        """
        if path.is_dir():
            raise ValueError(f"{path} is a folder: name the notebook in it that is to be run.")
        if not path.exists():
            raise FileNotFoundError(f"There is no notebook {path}: {_near(path)}")
        try:
            stored = json.loads(path.read_text(encoding="utf-8-sig"))
            cells = tuple(Cell.read(cell) for cell in stored["cells"])
            about = stored.get("metadata") or {}
            named = (about.get("kernelspec") or {}).get("language")
            language = named or (about.get("language_info") or {}).get("name") or "python"
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"{path.name} cannot be read as a notebook ({type(error).__name__}): "
                "save it in JupyterLab, as .ipynb of format 4."
            ) from error
        if not str(language).lower().startswith("python"):
            raise ValueError(
                f"{path.name} is written in {language}, and only Python can be run: "
                "choose a Python kernel for it in JupyterLab."
            )
        project = cls(path.resolve(), cells)
        if not any(calls(tree, "claim") for tree in project.trees):
            raise ValueError(
                f"{path.name} makes no claim, so that no run can tell whether it is true: "
                'write `claim("what was found", held, figure=figure)` behind a result.'
            )
        return project

    @cached_property
    def trees(self) -> tuple[ast.Module, ...]:
        """The code cells as syntax; one that is no Python is empty, and will fail when it runs."""
        return tuple(_parsed(cell.source) for cell in self.cells if cell.kind == "code")


_TRANSFORMER: Any = TransformerManager()  # type: ignore[no-untyped-call]


def _near(path: Path) -> str:
    """Say which notebook may have been meant."""
    others = [each.name for each in path.parent.glob("*.ipynb")] if path.parent.is_dir() else []
    if near := get_close_matches(path.name, others, n=1):
        return f"did you mean {path.with_name(near[0])}?"
    return "give its path, such as my/project.ipynb, or begin one with `dlcourse start tabular`."


def _parsed(source: str) -> ast.Module:
    """Return a cell's syntax, with IPython's own commands as calls."""
    code: str = _TRANSFORMER.transform_cell(source)
    try:
        return ast.parse(code)
    except SyntaxError:
        return ast.Module([], [])


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    """Return the calls in a tree of a function of that name, whatever module it is taken from."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name
    ]


def made(tree: ast.AST, name: str) -> list[ast.Call]:
    """Return the calls that surely run: those in functions may never."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    inside = {
        id(call) for f in ast.walk(tree) if isinstance(f, functions) for call in calls(f, name)
    }
    return [call for call in calls(tree, name) if id(call) not in inside]


def is_path(name: str) -> bool:
    """Tell whether a name on the command line is a notebook's path, and not that of a lesson."""
    path = Path(name)
    ours = path.resolve().parent == paths.NOTEBOOKS
    return not ours and (path.suffix == ".ipynb" or len(path.parts) > 1 or path.is_dir())


# --- what several runs have shown -----------------------------------------------------------------


def heard(runs: Mapping[int, Run[Any]]) -> dict[str, dict[int, bool | None]]:
    """Return for each claim and seed whether it held; None where the run did not reach it.

    A claim that is made several times in a run held if it held each time.
    """
    texts = dict.fromkeys(claim["text"] for run in runs.values() for claim in run.claims)
    found: dict[str, dict[int, bool | None]] = {text: dict.fromkeys(runs) for text in texts}
    for seed, run in runs.items():
        for claim in run.claims:
            found[claim["text"]][seed] = found[claim["text"]][seed] is not False and claim["held"]
    return found


def measured(text: str, runs: Mapping[int, Run[Any]]) -> Iterator[str]:
    """Yield a line for each time that a claim fell: the seed, and the figures behind it."""
    for seed, run in runs.items():
        for claim in run.claims:
            if claim["text"] == text and not claim["held"]:
                figures = (f"{name} = {value}" for name, value in claim["figures"].items())
                yield f"seed {seed}: {', '.join(figures) or 'no figures'}"


class Point(NamedTuple):
    """A point of the rubric: whether it is met, what it asks, and what was found instead."""

    met: bool
    asks: str
    found: str = ""


def judge(project: Project, runs: Mapping[int, Run[Any]]) -> list[Point]:
    """Hold a project against what a machine can judge, from its code and its runs by seed."""
    return [
        Point(not found, asks, found)
        for asks, found in (
            ("It runs from the top in a fresh kernel, under every seed", _failed(runs)),
            (f"It was run under {SEEDS} seeds or more", _few(runs)),
            (f"It makes {CLAIMS} claims or more, and each holds under every seed", _fell(runs)),
            ("Each claim could fall, and gives the figures that it rests on", _idle(project, runs)),
            ("Its chance hangs on the seed", _frozen(runs)),
            ("A claim gives an interval", _unsure(runs)),
            ("A contract stands before the first claim", _late(project)),
            ("Each rival of the contract is measured in a claim", _unmeasured(project, runs)),
            ("A model card closes it", _without(project, "ModelCard")),
            (f"One run takes {SECONDS} seconds of a core and 1.5 GiB at most", _heavy(runs)),
        )
    ]


def _failed(runs: Mapping[int, Run[Any]]) -> str:
    return next((run.failure for run in runs.values() if run.failure), "")


def _few(runs: Mapping[int, Run[Any]]) -> str:
    return "" if len(runs) >= SEEDS else f"{len(runs)} so far: add --seeds {SEEDS}."


def _fell(runs: Mapping[int, Run[Any]]) -> str:
    claims = heard(runs)
    if len(claims) < CLAIMS:
        return f"it makes {len(claims)}."
    poor = [text for text, by_seed in claims.items() if not all(by_seed.values())]
    return f"{len(poor)} of {len(claims)} did not, the first: {poor[0]!r}." if poor else ""


def _idle(project: Project, runs: Mapping[int, Run[Any]]) -> str:
    for tree in project.trees:
        for call in calls(tree, "claim"):
            held = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "held")]
            if any(not _measures(each) for each in held):
                return f"{ast.unparse(call)[:60]} cannot fall: compare something measured."
        for block in (node for node in ast.walk(tree) if isinstance(node, ast.Try)):
            if calls(block, "claim"):
                return "a claim stands inside `try`, where a false one could pass."
    bare = [claim["text"] for run in runs.values() for claim in run.claims if not claim["figures"]]
    return f"{bare[0]!r} gives none: add them by name, as in error=error." if bare else ""


def _measures(condition: ast.expr) -> bool:
    """Tell whether a condition names or calls anything, so that it could be false."""
    return any(isinstance(node, ast.Name | ast.Call) for node in ast.walk(condition))


def _frozen(runs: Mapping[int, Run[Any]]) -> str:
    figures = {json.dumps([claim["figures"] for claim in run.claims]) for run in runs.values()}
    if len(figures) > 1:
        return ""
    if len(runs) < 2:
        return "one run cannot tell."
    return "every figure is the same under every seed: take what is random from dlcourse.seeds."


def _unsure(runs: Mapping[int, Run[Any]]) -> str:
    for value in (v for run in runs.values() for c in run.claims for v in c["figures"].values()):
        if isinstance(value, list) and len(value) == 3 and all(map(_is_number, value)):
            middle, low, high = value
            if low <= middle <= high and low < high:
                return ""
    return "none does: give one of dlcourse.evaluation, and test the end that decides."


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _late(project: Project) -> str:
    for tree in project.trees:
        contracts, claimed = made(tree, "Contract"), calls(tree, "claim")
        if contracts:
            first = min(call.lineno for call in contracts)
            return "" if all(call.lineno > first for call in claimed) else "it comes after one."
        if claimed:
            break
    return "write an evaluation.Contract first, in no function: what is promised beforehand."


def _unmeasured(project: Project, runs: Mapping[int, Run[Any]]) -> str:
    if not (rivals := list(_rivals(project))):
        return "no rivals are written out in a contract, as in rivals={'mean': 'the mean'}."
    names = {name for run in runs.values() for claim in run.claims for name in claim["figures"]}
    missing = [rival for rival in rivals if not any(rival in name for name in names)]
    return f"no figure of a claim is named after {', '.join(missing)}." if missing else ""


def _rivals(project: Project) -> Iterator[str]:
    """Yield the names of the rivals, as far as they are written out, as figures are named."""
    for contract in (call for tree in project.trees for call in made(tree, "Contract")):
        for each in contract.keywords:
            if each.arg == "rivals" and isinstance(each.value, ast.Dict):
                for key in each.value.keys:
                    if isinstance(key, ast.Constant):
                        yield re.sub(r"\W+", "_", str(key.value))


def _without(project: Project, name: str) -> str:
    if any(made(tree, name) for tree in project.trees):
        return ""
    return f"write an evaluation.{name}, in no function: for what, not for what, limits, harms."


def _heavy(runs: Mapping[int, Run[Any]]) -> str:
    seconds = max(run.seconds for run in runs.values())
    memory = max(run.memory for run in runs.values())
    fits = seconds <= SECONDS and memory <= MEMORY
    return "" if fits else f"it took {seconds:.0f} seconds and {memory >> 20} MiB."


# --- what the reader ticks ------------------------------------------------------------------------

_TICK = re.compile(r"^- \[(.)\] \*\*(.+?)\.\*\*.*?\*Because:\*(.*)$", re.MULTILINE)


def ticks(project: Project) -> list[Point]:
    """Return the points that the reader has ticked, or not, in the notebook's Markdown.

    A tick counts with a reason of some words, another for each point.
    """
    text = "\n".join(cell.source for cell in project.cells if cell.kind == "markdown")
    given = {name: (mark, reason.split()) for mark, name, reason in _TICK.findall(text)}
    reasons = [reason for _, reason in given.values()]
    points = []
    for name, asks in RUBRIC.items():
        mark, reason = given.get(name, ("", []))
        found = "" if mark in "xX" and mark else "not ticked." if mark else "not in the notebook."
        if not found and len(reason) < WORDS:
            found = f"ticked without a reason: {WORDS} words or more behind *Because:*."
        elif not found and reasons.count(reason) > 1:
            found = "ticked with the reason of another point."
        points.append(Point(not found, f"{name}. {asks}", found))
    return points


def rubric() -> str:
    """Return the cell that a reader ticks, in Markdown."""
    lines = [f"- [ ] **{name}.** {asks} *Because:*" for name, asks in RUBRIC.items()]
    return "\n".join(
        (
            "## The rubric",
            "",
            "A machine judges what it can: `dlcourse run THIS.ipynb --seeds 5 --rubric`. The rest "
            "is yours. Put an x between the brackets once a line is true, and say behind "
            f"*Because:*, in {WORDS} words or more, what shows it.",
            "",
            *lines,
        )
    )


# --- a place to begin -----------------------------------------------------------------------------


def start(kind: str, to: Path | None = None) -> Path:
    """Write a notebook for the reader that begins as one of lesson 99's starting points.

    Raises ValueError for another kind, FileExistsError where the file is there already, and OSError
    where none can be written.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no starting point {kind!r}: choose {', '.join(KINDS)}.")
    path = to or paths.MINE / f"project_{kind}.ipynb"
    if path.suffix != ".ipynb":
        raise ValueError(f"{path} is no notebook's name: let it end with .ipynb.")
    if path.exists():
        raise FileExistsError(f"{path} is there already: name another file with --to.")
    written = json.dumps(_notebook(kind), indent=1, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        paths.write_whole(path, written)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OSError(f"{path} cannot be written ({reason}): name another with --to.") from error
    return path


def _notebook(kind: str) -> dict[str, Any]:
    """Return a starting point as a notebook of its own: its cells, and the rubric behind them."""
    opening = (
        "# A project of my own\n\nThis is a starting point of lesson 99. Change the question "
        "first, then the contract, then the rest; run it with `dlcourse run`."
    )
    cells = [cell for cell in lesson("99").cells if kind in cell.tags]
    parts = [("markdown", opening)]
    parts += [(cell.kind, cell.source.replace("## Further: s", "## S")) for cell in cells]
    return {
        "cells": [_cell(i, *part) for i, part in enumerate([*parts, ("markdown", rubric())])],
        "metadata": KERNEL,
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
    cell["source"] = source
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def report(points: Sequence[Point]) -> Iterator[str]:
    """Yield a line for each point."""
    for point in points:
        yield f"{'✔' if point.met else '✘'} {point.asks}" + (
            f": {point.found}" if point.found else ""
        )
