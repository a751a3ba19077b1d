"""What a name stands for that does not exist yet: the cell of the lesson that has to run first.

An extension of IPython, `%load_ext dlcourse.unrun`. Set-up has every kernel load it, for whoever
opens a lesson anew and runs a cell from its middle is met by a NameError that helps nobody.
"""

import ast
import re
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcourse.course import Cell, Lesson


def load_ipython_extension(shell: Any) -> None:
    """Have a shell add a sentence to each NameError that an earlier cell would have spared."""
    shell.set_custom_exc((NameError,), _show)


def _show(
    shell: Any,
    kind: type[BaseException],
    error: NameError,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Show the error as ever, and below it what to run first, where that is known."""
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    source = shell.history_manager.input_hist_raw[-1]
    if error.name and (told := advice(source, error.name)):
        print(told, file=sys.stderr)


def advice(source: str, name: str) -> str:
    """Say which cell of the lesson that has this source makes a name; '' where none does."""
    from dlcourse.course import survey  # here, so that no kernel starts later for it

    for each in survey()[0]:
        place = _place(each, source)
        makers = [cell for cell in each.cells[:place] if name in _made(cell)]
        if makers:
            first = makers[-1].source.strip().splitlines()[0]
            return (
                f"`{name}` is made by an earlier cell of lesson {each.id} that has not run since "
                f"this kernel started; it begins with `{first}`. Run all cells above this one: "
                "Run, then Run All Above Selected Cell."
            )
    return ""


def _place(lesson: "Lesson", source: str) -> int:
    """Return where a lesson has a cell, 0 where it has none; an answered exercise is one, too."""
    checked = re.findall(r"^check\(.*?,", source, re.MULTILINE)
    for place, cell in enumerate(lesson.cells):
        same = cell.source.strip() == source.strip()
        if cell.kind == "code" and (same or any(call in cell.source for call in checked)):
            return place
    return 0


def _made(cell: "Cell") -> set[str]:
    """Return the names that a cell of code gives to what it makes."""
    try:
        body = ast.parse(cell.source).body if cell.kind == "code" else []
    except SyntaxError:
        return set()
    names = set()
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        else:
            found = (part for part in ast.walk(node) if isinstance(part, ast.Name))
            names |= {part.id for part in found if isinstance(part.ctx, ast.Store)}
    return names
