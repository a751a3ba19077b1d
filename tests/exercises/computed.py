"""Computes the answers of exercises by the lesson's own functions, without running the lesson."""

import ast
from typing import Any

from dlcourse.course import lesson as find_lesson
from dlcourse.exercises import exercises, find


class Computed:
    """An expression in the names of the lesson, and what it needs beside them."""

    def __init__(self, expression: str, **given: Any) -> None:
        self.expression, self.given = expression, given

    def value(self, id: str) -> Any:
        """Return the value; `answer` is the solution's, where the expression judges it."""
        exercise = find(id)
        names = Names(id[:2], answer=exercise.define(exercise.solution), **self.given)
        return eval(self.expression, names)


class Reason(str):
    """Why no function of the lesson can compute the answer."""

    __slots__ = ()


class Names(dict[str, Any]):
    """The names of a lesson, each made only when it is used.

    These are its imports, functions, classes, and what is assigned without a call other than
    NumPy's; then the solutions of its exercises. Those that are `given` go before all.
    """

    def __init__(self, lesson: str, **given: Any) -> None:
        super().__init__(given)
        self.lesson, self.given, self.sources = lesson, given, sources(lesson)

    def __missing__(self, name: str) -> Any:
        if name in self.sources:
            exec(compile(ast.Module([self.sources[name]], []), f"<{self.lesson}>", "exec"), self)
            self.update(self.given)
            return self[name]
        for exercise in exercises(self.lesson):
            if exercise.name == name:
                self[name] = exercise.define(exercise.solution)
                return self[name]
        raise KeyError(name)


def sources(lesson: str) -> dict[str, ast.stmt]:
    """Return the statement that makes each name of a lesson; its exercises' cells are left out."""
    found: dict[str, ast.stmt] = {}
    for cell in find_lesson(lesson).cells:
        if cell.kind == "code" and "exercise" not in cell.tags:
            for node in ast.parse(cell.source).body:
                for name in made(node):
                    if not (isinstance(node, ast.Assign) and name in found):
                        found[name] = node
    return found


def made(node: ast.stmt) -> list[str]:
    """Return the names that a statement makes without running a part of the lesson."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.Assign) and all(map(is_of_numpy, ast.walk(node.value))):
        stored = [part for target in node.targets for part in ast.walk(target)]
        return [part.id for part in stored if isinstance(part, ast.Name)]
    return []


def is_of_numpy(node: ast.AST) -> bool:
    """Tell whether a node calls nothing but NumPy."""
    return not isinstance(node, ast.Call) or ast.unparse(node.func).startswith("np.")
