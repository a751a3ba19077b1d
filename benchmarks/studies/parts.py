"""What the studies share: a lesson's recipe as a module, and parts that are not done twice."""

import ast
import hashlib
import inspect
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from rich.console import Console

from dlcourse import seeds
from dlcourse.course import lesson
from dlcourse.evaluation.studies import library_versions
from dlcourse.paths import ROOT, write_whole

KEPT = ROOT / "build" / "studies"
BENEATH = (
    *("training.py", "seeds.py", "ngrams.py", "boxes.py", "canvases.py"),
    *("evaluation", "data"),
)
"""What of the package decides the figures of a study, whichever it is."""


def recipe(id: str) -> ModuleType:
    """Return a lesson's cells that are tagged `recipe`, run as a module with a file of its own.

    The file is `build/studies/recipe_ID.py`, so that a traceback shows its lines.
    """
    cells = (cell for cell in lesson(id).cells if "recipe" in cell.tags)
    source = "\n\n\n".join(f"# cell {cell.id}\n{cell.source}" for cell in cells) + "\n"
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"recipe_{id}.py"
    path.write_text(source, encoding="utf-8")
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    exec(compile(source, path, "exec"), vars(module))
    return module


class Parts:
    """The parts of a study, kept in `folder`; `seconds` adds up the processor time they took.

    A part is done again when anything has changed that its figures rest on: the study's own file
    (its constants too, all but `main`), the lesson's recipe, the training and the data of the
    package, the versions of the libraries, the seed. Comments and layout do not count.
    """

    def __init__(self, name: str, *sources: ModuleType) -> None:
        self.folder, self.seconds = KEPT / name, 0.0
        self.folder.mkdir(parents=True, exist_ok=True)
        beneath = [file for place in BENEATH for file in modules(ROOT / "dlcourse" / place)]
        files = [*beneath, *(Path(inspect.getfile(source)) for source in sources)]
        code = [meaning(file.read_text(encoding="utf-8")) for file in files]
        self.rest = repr([code, sorted(library_versions().items()), seeds.base()])

    def kept(self, part: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a part found, from its file if it was done before by the same code."""
        path = self.path(part, *arguments)
        if not path.exists():
            begin = time.process_time()
            found = part(*arguments)
            seconds = time.process_time() - begin
            write_whole(path, json.dumps({"found": found, "seconds": seconds}))
            Console().print(f"{path.stem}: {seconds:.0f} s")
        stored = json.loads(path.read_text(encoding="utf-8"))
        self.seconds += stored["seconds"]
        return stored["found"]

    def path(self, part: Callable[..., Any], *arguments: Any) -> Path:
        """Return the file of a part: another where anything changes that it rests on."""
        study = Path(inspect.getfile(part)).read_text(encoding="utf-8")
        rest = repr([self.rest, meaning(study), part.__qualname__, arguments])
        name = "-".join([part.__name__, *map(str, arguments)]).replace(", ", "-").replace(" ", "-")
        return self.folder / f"{name}-{hashlib.sha256(rest.encode()).hexdigest()[:12]}.json"


def modules(place: Path) -> Iterable[Path]:
    """Return the files of a module or a package, in a fixed order."""
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


def meaning(source: str) -> str:
    """Return what a file says to Python, without `main`, its docstring and all comments."""
    tree = ast.parse(source)
    doc = ast.get_docstring(tree) is not None
    return "\n".join(
        ast.dump(node)
        for node in tree.body[doc:]
        if not (isinstance(node, ast.FunctionDef) and node.name == "main")
    )
