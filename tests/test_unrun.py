"""A cell that runs too early is told which cell comes first."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from dlcourse import unrun
from dlcourse.course import lesson


def exercise(id: str) -> str:
    """Return the source of the cell in which an exercise is answered."""
    (cell,) = (cell for cell in lesson(id[:2]).cells if f'\ncheck("{id}"' in cell.source)
    return cell.source


@pytest.mark.parametrize(
    ("name", "begins"),
    [("check", "import matplotlib.pyplot as plt"), ("np", "import matplotlib.pyplot as plt")],
)
def test_the_cell_that_makes_a_name_is_named(name: str, begins: str) -> None:
    told = unrun.advice(exercise("11.weighted-sum"), name)
    assert told.startswith(f"`{name}` is made by an earlier cell of lesson 11 ")
    assert f"begins with `{begins}`" in told


def test_an_answer_of_ones_own_is_known_by_what_it_checks() -> None:
    answered = 'def weighted_sum(*_):\n    return 1\n\n\ncheck("11.weighted-sum", weighted_sum)'
    assert "of lesson 11 " in unrun.advice(answered, "check")


@pytest.mark.parametrize(
    ("source", "name"), [("print(nobody)", "nobody"), ("", "x"), ('check("11.none", x)', "x")]
)
def test_where_no_lesson_makes_it_nothing_is_added(source: str, name: str) -> None:
    assert unrun.advice(source, name) == ""


def test_a_shell_shows_the_error_and_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    shell = InteractiveShell()
    unrun.load_ipython_extension(shell)
    done = shell.run_cell(exercise("11.weighted-sum"), store_history=True)
    assert isinstance(done.error_in_exec, NameError), "the cell counts as failed, as ever"
    shown = capsys.readouterr()
    assert "name 'check' is not defined" in shown.out + shown.err
    assert "Run All Above Selected Cell" in shown.err
    assert shell.run_cell("1 + 1").result == 2
