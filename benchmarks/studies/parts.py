"""What the studies share: a lesson's recipe, and parts that are not done twice."""

import hashlib
import inspect
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from dlcourse.course import lesson
from dlcourse.paths import ROOT


def recipe(id: str) -> str:
    """Return the source of a lesson's cells that are tagged `recipe`."""
    return "\n\n".join(cell.source for cell in lesson(id).cells if "recipe" in cell.tags)


class Parts:
    """The parts of a study, kept in `folder`; `seconds` adds up the processor time they took."""

    def __init__(self, name: str, source: str) -> None:
        self.folder, self.source, self.seconds = ROOT / "build" / "studies" / name, source, 0.0
        self.folder.mkdir(parents=True, exist_ok=True)

    def kept(self, part: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a part found, from its file if it was done before by the same code."""
        path = self.path(part, *arguments)
        if not path.exists():
            begin = time.process_time()
            found = part(*arguments)
            seconds = time.process_time() - begin
            path.write_text(json.dumps({"found": found, "seconds": seconds}), encoding="utf-8")
            Console().print(f"{path.stem}: {seconds:.0f} s")
        stored = json.loads(path.read_text(encoding="utf-8"))
        self.seconds += stored["seconds"]
        return stored["found"]

    def path(self, part: Callable[..., Any], *arguments: Any) -> Path:
        """Return the file of a part: another where the recipe, any function or an argument changes.

        All functions and classes of the study count but `main`, since a part may use each of them.
        Constants do not, so that runs can be added: where one matters, make it an argument.
        """
        mine = [
            inspect.getsource(value)
            for name, value in vars(sys.modules[part.__module__]).items()
            if getattr(value, "__module__", "") == part.__module__ and name != "main"
        ]
        code = "".join([self.source, *mine, inspect.getsource(part), repr(arguments)])
        name = "-".join([part.__name__, *map(str, arguments)]).replace(", ", "-").replace(" ", "-")
        return self.folder / f"{name}-{hashlib.sha256(code.encode()).hexdigest()[:12]}.json"
