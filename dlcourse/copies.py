"""A learner's own copy of the lessons, and how a new edition of the course comes into it.

`notebooks/` is the course's. The learner works in `my/` (`dlcourse.paths.MINE`), without the stored
outputs, which would give every prediction away. What a copy was last made from is its base; where
the course has moved on since, base, copy and new edition are merged by nbdime. Answers to exercises
are always kept, and what cannot be merged is kept whole beside the new edition: nothing that a
learner wrote is lost.
"""

import json
import platform
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from dlcourse import paths
from dlcourse.course import is_lesson, no_lessons

Notebook = dict[str, Any]

KERNEL: dict[str, Any] = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": platform.python_version(),
    },
}
"""What JupyterLab would write into a notebook that it opens, and mark it as changed."""


def update() -> Iterator[str]:
    """Bring the learner's copies up to the course's edition; yield what there is to tell of it.

    Raise FileNotFoundError where there is no course to copy.
    """
    found = filter(is_lesson, sorted(paths.NOTEBOOKS.glob("*.ipynb")))
    editions = {path.name: path for path in found}
    if not editions:
        raise FileNotFoundError(no_lessons())
    paths.EDITIONS.mkdir(parents=True, exist_ok=True)
    changed = _changed_in_place()
    yield from _moved(editions)
    for name, path in editions.items():
        try:
            committed, theirs = changed.get(name) or (_parse(path.read_text("utf-8")), None)
            yield from _take(name, bare(committed), theirs)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            yield f"{name} could not be brought up to date ({error}); your copy is as it was."


def bare(notebook: Notebook) -> Notebook:
    """Return a notebook without what a run leaves in it, as JupyterLab would save it."""
    cells = [
        cell | ({"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {})
        for cell in notebook["cells"]
    ]
    for cell in cells:
        cell["metadata"] = {k: v for k, v in cell["metadata"].items() if k != "dlcourse"}
    described = [each for cell in cells for each in (cell, _description(cell)) if each]
    return notebook | {"cells": described, "metadata": notebook["metadata"] | KERNEL}


def _description(cell: dict[str, Any]) -> dict[str, Any] | None:
    """Return the folded text alternative of a cell's figure, which JupyterLab does not show."""
    told = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt")
    if not told:
        return None
    source = f"<details><summary>What the figure shows</summary>\n\n{told}\n\n</details>"
    return {
        "cell_type": "markdown",
        "id": f"{cell['id']}-shows",
        "metadata": {},
        "source": source,
    }


def _take(name: str, edition: Notebook, theirs: Notebook | None) -> Iterator[str]:
    """Bring one copy up to an edition; `theirs` is what was changed in the course's own folder."""
    mine, base = paths.MINE / name, paths.EDITIONS / name
    if not base.exists() and not mine.exists():
        _write(mine, theirs or edition)
        if theirs:
            yield (
                f"Your changes to notebooks/{name} stand in {_shown(mine)} now. The next "
                f"`git pull` needs the course's own back: `git checkout -- notebooks/{name}`."
            )
    elif not mine.exists():
        _write(mine, edition)
        yield f"{_shown(mine)} was gone: here is a new one."
    else:
        before = _read(base)
        if before and before["cells"] == edition["cells"]:
            return
        yield from _renew(name, before, _read(mine), edition)
    _write(base, edition)  # last, so that what is interrupted is done again


def _renew(
    name: str, base: Notebook | None, mine: Notebook | None, edition: Notebook
) -> Iterator[str]:
    """Write a new edition into a learner's copy."""
    shown = _shown(paths.MINE / name)
    if base and mine and _sources(mine) == _sources(base):
        _write(paths.MINE / name, edition)
        yield f"{shown} is the new edition."
        return
    merged = merge(base, mine, edition) if base and mine else None
    if merged is None:
        reason = "cannot be merged with the new edition" if mine else "cannot be read"
        yield f"{shown} {reason}: it is kept as {_keep(name)}, and a new one stands in its place."
    elif merged.overruled:
        yield (
            f"{shown} is the new edition with your answers. Where you and the course changed the "
            f"same cell, it is the course's: yours is in {_keep(name)}."
        )
    else:
        yield f"{shown} is the new edition with what you changed."
    if merged and merged.reworded:
        yield f"Your answers to {merged.reworded} of its exercises stand, but their text is new."
    _write(paths.MINE / name, merged.notebook if merged else edition)


class Merged(NamedTuple):
    """A base, a learner's copy and a new edition in one."""

    notebook: Notebook
    overruled: bool  # where learner and course changed the same, and the course's stands
    reworded: int  # exercises that the learner has answered, and whose text is another now


def merge(base: Notebook, mine: Notebook, edition: Notebook) -> Merged | None:
    """Merge what the learner and the course have changed; None where no valid notebook results."""
    import nbformat
    from nbdime.merging.notebooks import merge_notebooks

    answers, edition, reworded = _answers(base, mine), deepcopy(edition), 0
    before = {cell.get("id"): cell["source"] for cell in base["cells"]}
    for cell in edition["cells"]:
        if cell["id"] in answers:
            reworded += cell["source"] not in (before[cell["id"]], answers[cell["id"]])
            cell["source"] = answers[cell["id"]]
    sides = [side | {"metadata": edition["metadata"]} for side in (base, mine, edition)]
    for strategy in ("mergetool", "use-remote"):  # the one leaves conflicts, the other decides them
        options = Namespace(
            merge_strategy=strategy,
            input_strategy=None,
            output_strategy=None,
            ignore_transients=True,
            log_level="INFO",
        )
        merged, decisions = merge_notebooks(*map(nbformat.from_dict, sides), options)
        if not any(decision.conflict for decision in decisions):
            break
    written = {cell.get("id"): cell["source"] for cell in mine["cells"]}
    for cell in merged.cells:
        if cell.cell_type == "code" and cell.source != written.get(cell.get("id")):
            cell.update(outputs=[], execution_count=None)  # they were another source's
    if not nbformat.validator.isvalid(merged):
        return None
    lost = {*answers.values()} - {cell.source for cell in merged.cells}
    return Merged(merged, strategy == "use-remote" or bool(lost), reworded)


def _answers(base: Notebook, mine: Notebook) -> dict[str, str]:
    """Return what the learner wrote into cells of exercises, by the ids of the cells."""
    before = {cell.get("id"): cell["source"] for cell in base["cells"] if _is_exercise(cell)}
    return {
        cell["id"]: cell["source"]
        for cell in mine["cells"]
        if cell.get("id") in before and cell["source"] != before[cell["id"]]
    }


def _is_exercise(cell: dict[str, Any]) -> bool:
    return "exercise" in cell["metadata"].get("tags", ())


def _sources(notebook: Notebook) -> list[tuple[str, str]]:
    return [(cell["cell_type"], cell["source"]) for cell in notebook["cells"]]


def _moved(editions: dict[str, Path]) -> Iterator[str]:
    """Follow lessons that were renamed, and say which are no longer there."""
    now = {name[:2]: name for name in editions}
    for base in sorted(paths.EDITIONS.glob("*.ipynb")):
        if base.name in editions:
            continue
        mine, name = paths.MINE / base.name, now.get(base.name[:2])
        if name and not (paths.MINE / name).exists() and not (paths.EDITIONS / name).exists():
            if mine.exists():
                mine.rename(paths.MINE / name)
            base.rename(paths.EDITIONS / name)
            shown = _shown(paths.MINE / name)
            yield f"Lesson {name[:2]} has another name: your copy is {shown} now."
        else:
            base.unlink()
            yield f"{base.name} is no lesson any more; your copy {_shown(mine)} stays as it is."


def _changed_in_place() -> dict[str, tuple[Notebook, Notebook]]:
    """Return lessons that were changed in the course's own folder: as git has them, and bare.

    Outputs alone make no difference. Without git, or outside a clone, there is none to be found.
    """
    found = {}
    with suppress(OSError, subprocess.CalledProcessError):
        listed = _git("diff", "--name-only", "-z", "HEAD", "--", "notebooks")
        for name in filter(None, listed.split("\0")):
            path = paths.ROOT / name
            theirs = _read(path) if is_lesson(path) and path.exists() else None
            committed = _parse(_git("show", f"HEAD:{name}")) if theirs else None
            if theirs and committed and _sources(theirs) != _sources(committed):
                found[path.name] = committed, bare(theirs)
    return found


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(paths.ROOT), *arguments]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def _read(path: Path) -> Notebook | None:
    """Return the notebook in a file, or None if there is none."""
    try:
        return _parse(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _parse(text: str) -> Notebook:
    """Return a notebook with each source as one text."""
    notebook: Notebook = json.loads(text)
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        cell["metadata"].get("tags")  # which everything here asks for
    return notebook


def _keep(name: str) -> str:
    """Put a learner's copy aside, under a name that is still free, and return where it is."""
    folder = paths.MINE / "kept"
    folder.mkdir(exist_ok=True)
    stem, number = f"{Path(name).stem} {date.today().isoformat()}", 1
    while (place := folder / f"{stem}{f' ({number})' if number > 1 else ''}.ipynb").exists():
        number += 1
    shutil.copyfile(paths.MINE / name, place)
    return _shown(place)


def _shown(path: Path) -> str:
    """Return how a learner finds a file: from the clone, or in full where it lies elsewhere."""
    within = path.is_relative_to(paths.ROOT)
    return (path.relative_to(paths.ROOT) if within else path).as_posix()


def _write(path: Path, notebook: Notebook) -> None:
    paths.write_whole(path, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


def main() -> int:
    """Bring the copies up to date and print what there is to tell; 1 if that was not possible."""
    try:
        for told in update():
            print(told, flush=True)
    except OSError as error:
        print(f"Your copy of the lessons could not be brought up to date: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
