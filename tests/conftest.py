"""What several test files need."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
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
