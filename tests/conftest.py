"""What several test files need."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from browser import Once
from filelock import FileLock
from hypothesis import HealthCheck, settings

from dlcourse.course import Lesson

# No test fails by the clock: hypothesis would say of an example on a busy machine that it is slow.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

METADATA = {
    "id": "19",
    "title": "A tiny lesson",
    "part": 1,
    "question": "Does the machinery work?",
    "minutes": 5,
    "seconds": 5,
    "needs": [],
    "objectives": ["Say what was tested"],
    "data": [],
    "terms": [],
    "exercises": [],
}


@pytest.fixture
def make_lesson(tmp_path: Path) -> Callable[..., Lesson]:
    """Return a function that writes a lesson with the given code cells into a folder of its own.

    A cell is its source, or a pair of its source and a tag.
    """

    def make(*sources: str | tuple[str, str]) -> Lesson:
        notebook = nbformat.v4.new_notebook(metadata={"dlcourse": METADATA})
        for number, source in enumerate(sources):
            text, *tags = (source,) if isinstance(source, str) else source
            cell = nbformat.v4.new_code_cell(text, id=f"cell-{number}", metadata={"tags": tags})
            notebook.cells.append(cell)
        path = tmp_path / "19_tiny.ipynb"
        nbformat.write(notebook, path)
        return Lesson.read(path)

    return make


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """Return what lets something long be done once for all workers; its result is kept as JSON."""
    base = tmp_path_factory.getbasetemp()
    session = base if worker_id == "master" else base.parent

    def found(name: str, find: Callable[[], Any]) -> Any:
        file = session / f"{name}.json"
        with FileLock(file.with_suffix(".lock")):
            if not file.exists():
                file.write_text(json.dumps(find()), encoding="utf-8")
        return json.loads(file.read_text(encoding="utf-8"))

    return found
