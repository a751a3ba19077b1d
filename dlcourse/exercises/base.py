"""What an exercise is, and how an answer to it is judged."""

import ast
import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from textwrap import dedent
from types import CodeType, FunctionType
from typing import Any, Literal, NamedTuple

import numpy as np

from dlcourse.exercises import sandbox
from dlcourse.exercises.compare import difference, kind, plain, show
from dlcourse.exercises.sandbox import Outcome


class Verdict(NamedTuple):
    """Whether an answer passed, and if it failed, what is wrong with it."""

    state: Literal["passed", "not attempted", "failed"]
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A gap in a lesson, its solution, and wrong answers that explain themselves.

    `stub`, `solution` and every misconception are the source of one top-level name: a function, a
    class, or a value (`prediction = ...`). A value is compared with the solution's. A function is
    compared with the solution's on every tuple of arguments that `cases(rng)` returns. Where many
    answers are right, `judge(answer)` says what is wrong instead, or returns None.

    The sources may use `np`, `math`, and the names in `given`; `tolerance` is relative.
    """

    id: str
    stub: str
    solution: str
    hints: tuple[str, str, str]
    misconceptions: tuple[tuple[str, str], ...]  # diagnosis, source
    cases: Callable[[np.random.Generator], Iterable[tuple[Any, ...]]] | None = None
    judge: Callable[[Any], str | None] | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    tolerance: float = 1e-5

    def __post_init__(self) -> None:
        wrong = tuple((diagnosis, _tidy(source)) for diagnosis, source in self.misconceptions)
        object.__setattr__(self, "stub", _tidy(self.stub))
        object.__setattr__(self, "solution", _tidy(self.solution))
        object.__setattr__(self, "misconceptions", wrong)

    @property
    def name(self) -> str:
        """The name that the learner defines."""
        last = ast.parse(self.solution).body[-1]
        if isinstance(last, ast.Assign):
            return ast.unparse(last.targets[0])
        return str(getattr(last, "name", ""))

    def define(self, source: str) -> Any:
        """Run the source of an answer and return what it defines."""
        names = {"np": np, "math": math, **self.given}
        exec(compile(source, f"<{self.id}>", "exec"), names)
        return names[self.name]

    def arguments(self) -> list[tuple[Any, ...]]:
        """Return the hidden arguments, the same at every check."""
        return list(self.cases(np.random.default_rng([*self.id.encode()]))) if self.cases else []

    def assess(self, answer: Any) -> Verdict:
        """Judge an answer, whatever it is and does."""
        if answer is None or answer is ... or self._untouched(answer):
            return Verdict("not attempted")
        try:
            problem = self._misfit(answer) or self._fault(answer)
        except TimeoutError as late:
            problem = f"{self.name} {late}"
        return Verdict("failed", problem) if problem else Verdict("passed")

    def _untouched(self, answer: Any) -> bool:
        """Tell whether an answer is still the stub, whatever its comments say."""
        stub = self.define(self.stub)
        forms = (FunctionType, type)
        return (
            isinstance(answer, forms) and isinstance(stub, forms) and _body(answer) == _body(stub)
        )

    def _misfit(self, answer: Any) -> str:
        """Say why an answer is not even of the form asked for, or return ""."""
        wanted, given = self.define(self.solution), f"a value of type {type(answer).__name__}"
        if isinstance(answer, type):
            given = f"the class {answer.__name__}"
        elif callable(answer):
            given = "a function"
        if isinstance(wanted, type):
            form, fits = f"the class {self.name}", isinstance(answer, type)
        elif isinstance(wanted, FunctionType):
            form = f"the function {self.name}{inspect.signature(wanted)} itself, without calling it"
            fits = given == "a function"
        else:
            form, fits = "a value", callable(wanted) or not callable(answer)
        if not fits:
            return f"this needs {form}, but was given {given}"
        if inspect.iscoroutinefunction(answer):
            return f"{self.name} is defined with async def: def alone is what is needed"
        if isinstance(wanted, FunctionType) and not _accepts(answer, wanted):
            return f"the function has other arguments than {self.name}{inspect.signature(wanted)}"
        return ""

    def _fault(self, answer: Any) -> str:
        """Say what is wrong with an answer of the right form, or return ""."""
        if self.judge:
            self.judge(self.define(self.solution))  # loads what it needs, not in the answer's time
            (outcome,) = sandbox.run([partial(self.judge, answer)], answer)
            problem = "" if outcome.value is None else str(outcome.value) or "this is not right"
            return self._failure(outcome) if outcome.error else problem
        got, expected = self._outcomes(answer), self._outcomes(self.define(self.solution))
        wrong = [i for i in range(len(got)) if not self._agree(expected[i], got[i])]
        if not wrong:
            return ""
        for diagnosis, source in self.misconceptions:
            if all(map(self._agree, self._outcomes(self.define(source)), got)):
                return diagnosis
        if not self.cases:
            return self._explain_value(expected[0], got[0])
        if all(outcome.value and outcome.value[0] is None for outcome in got):
            prints = "prints its result but returns" if got[0].printed else "returns"
            return f"{self.name} {prints} nothing: end it with return"
        return self._explain_case(wrong[0], expected[wrong[0]], got[wrong[0]])

    def _outcomes(self, answer: Any) -> list[Outcome]:
        """Return the answer's outcome in every case; a value is its own only case."""
        if not self.cases:
            return sandbox.run([lambda: (plain(answer), [])])
        return sandbox.run([partial(_call, answer, case) for case in self.arguments()], answer)

    def _agree(self, one: Outcome, other: Outcome) -> bool:
        """Tell whether two answers did the same in one case."""
        if one.error or other.error:
            return one.error == other.error
        (result, changed), (result_, changed_) = one.value, other.value
        return changed == changed_ and not difference(result, result_, self.tolerance)

    def _explain_value(self, expected: Outcome, got: Outcome) -> str:
        """Say what is wrong with a value, without giving the right one away."""
        if got.error:
            return self._failure(got)
        (right, _), (value, _) = expected.value, got.value
        if kind(right) != kind(value):
            return f"{self.name} is {kind(value)} where {kind(right)} is needed"
        return f"{self.name} is {show(value)}, which is not right"

    def _explain_case(self, number: int, expected: Outcome, got: Outcome) -> str:
        """Say what is wrong with a function in one case."""
        if got.error:
            return self._failure(got)
        (right, _), (result, changed) = expected.value, got.value
        if result is ...:
            return f"{self.name} still returns ...: put your answer in its place"
        names = list(inspect.signature(self.define(self.solution)).parameters)
        if changed:
            return f"{self.name} changes its argument {names[changed[0]]}: work on a copy of it"
        case = zip(names, self.arguments()[number], strict=False)
        inputs = ", ".join(f"{name} = {show(plain(value), 60)}" for name, value in case)
        return f"for {inputs}: {difference(right, result, self.tolerance)}"

    def _failure(self, outcome: Outcome) -> str:
        return f"{self.name} {outcome.error}" + (f" ({outcome.line})" if outcome.line else "")


def _tidy(source: str) -> str:
    return dedent(source).strip() + "\n"


def _call(answer: Callable[..., Any], case: tuple[Any, ...]) -> tuple[Any, list[int]]:
    """Return the answer's plain result on a copy of a case, and which arguments it changed."""
    arguments = deepcopy(case)
    result = plain(answer(*arguments))
    pairs = enumerate(zip(case, arguments, strict=True))
    return result, [i for i, (was, now) in pairs if difference(plain(was), plain(now), 0)]


def _accepts(answer: Callable[..., Any], wanted: FunctionType) -> bool:
    """Tell whether a function can be called with as many arguments as the one that is wanted."""
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # some built-in functions do not tell
        return True
    try:
        signature.bind(*inspect.signature(wanted).parameters)
    except TypeError:
        return False
    return True


def _body(defined: FunctionType | type) -> dict[str, Any]:
    """Return what a function, or each function of a class, does, for comparison with another's."""
    parts = {"": defined} if isinstance(defined, FunctionType) else vars(defined)
    return {
        name: _instructions(part.__code__)
        for name, part in parts.items()
        if isinstance(part, FunctionType)
    }


def _instructions(code: CodeType) -> tuple[Any, ...]:
    constants = [
        _instructions(part) if isinstance(part, CodeType) else repr(part) for part in code.co_consts
    ]
    return code.co_code, code.co_names, constants
