"""What an exercise is, and how an answer to it is judged."""

import ast
import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property, partial
from textwrap import dedent
from types import CodeType, FunctionType
from typing import Any, Literal, NamedTuple

import numpy as np

from dlcourse.exercises import sandbox
from dlcourse.exercises.compare import difference, kind, plain, show, state, unstacked
from dlcourse.exercises.sandbox import Outcome


class Verdict(NamedTuple):
    """Whether an answer passed, and if it failed, what is wrong with it."""

    state: Literal["passed", "not attempted", "failed"]
    message: str = ""


class Once(list[Any]):
    """An argument in `cases` that an answer is given as an iterator, to be gone through once."""


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A gap in a lesson, its solution, and wrong answers that explain themselves.

    `stub`, `solution` and every misconception are the source of one top-level name: a function, a
    class, or a value (`prediction = ...`). A value is compared with the solution's. A function is
    compared with the solution's on every tuple of arguments that `cases(rng)` returns. Where many
    answers are right, `judge(answer)` says what is wrong instead, or returns None.

    The sources may use `np`, `math`, and the names in `given`; `tolerance` is relative. Where
    the text shows `digits` decimals, a number that is correctly rounded to so many or more passes
    as well: half a unit of the last decimal given is the most that is forgiven. Where one result
    may be given in several forms, `form` puts it into one of them before it is compared, such as
    `np.sort` where the order does not matter; it is given the `plain` result.
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
    digits: int | None = None
    form: Callable[[Any], Any] | None = None

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
        if answer is ...:
            return Verdict("not attempted")
        try:
            (looked,) = sandbox.run([partial(self._misfit, answer)], answer)
            if not looked.error and looked.value is None:
                return Verdict("not attempted")
            problem = self._failure(looked) if looked.error else looked.value or self._fault(answer)
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

    def _misfit(self, answer: Any) -> str | None:
        """Say why an answer is not even of the form asked for, or "", or None for the stub."""
        if self._untouched(answer):
            return None
        wanted, given = self.define(self.solution), f"a value of type {type(answer).__name__}"
        if answer is None:
            given = "None"
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
            form = "a value"
            fits = answer is not None and (callable(wanted) or not callable(answer))
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
            self._judge_is_loaded  # noqa: B018  in nobody's time
            (outcome,) = sandbox.run([partial(self._judged, answer)], answer)
            return self._failure(outcome) if outcome.error else str(outcome.value)
        cases = self.arguments()
        expected = self._outcomes(self.define(self.solution), cases)  # before the answer runs
        got = self._outcomes(answer, cases)
        wrong = [i for i in range(len(got)) if not self._agree(expected[i], got[i])]
        if not wrong:
            return ""
        for diagnosis, source in self.misconceptions:
            with suppress(TimeoutError):
                likes = self._outcomes(self.define(source), cases)
                if all(map(self._agree, likes, got)):
                    return diagnosis
        if not self.cases:
            return self._explain_value(expected[0], got[0])
        if all(outcome.value and outcome.value[0] is None for outcome in got):
            prints = "prints its result but returns" if got[0].printed else "returns"
            return f"{self.name} {prints} nothing: end it with return"
        first = wrong[0]
        return self._explain_case(cases[first], expected[first], got[first])

    @cached_property
    def _judge_is_loaded(self) -> bool:
        """Whether the judge accepts the solution: asked once, so that it loads what it needs."""
        assert self.judge is not None
        return self.judge(self.define(self.solution)) is None

    def _judged(self, answer: Any) -> str:
        """Return what the judge says, as plain text."""
        assert self.judge is not None
        said = self.judge(answer)
        return "" if said is None else str(said or "this is not right")

    def _outcomes(self, answer: Any, cases: list[tuple[Any, ...]]) -> list[Outcome]:
        """Return the answer's outcome in every case; a value is its own only case."""
        if not self.cases:
            return sandbox.run([lambda: (_spoken(self._formed(answer)), {})])
        return sandbox.run([partial(self._call, answer, case) for case in cases], answer)

    def _call(
        self, answer: Callable[..., Any], case: tuple[Any, ...]
    ) -> tuple[Any, dict[int, Any]]:
        """Return the result on a copy of a case, and what became of each argument it changed."""
        arguments = deepcopy(case)
        before = [state(argument) for argument in arguments]
        given = [iter(each) if isinstance(each, Once) else each for each in arguments]
        result = self._formed(answer(*given))
        after = enumerate(map(state, arguments))
        return result, {i: now for i, now in after if difference(before[i], now, 0)}

    def _formed(self, result: Any) -> Any:
        """Return a result in its plain and, where it can be put into that, standard form."""
        result = plain(result)
        if self.form:
            with suppress(Exception):  # of the wrong kind, which the comparison will say
                return plain(self.form(result))
        return result

    def _agree(self, one: Outcome, other: Outcome) -> bool:
        """Tell whether two answers did the same in one case."""
        if one.error or other.error:
            return one.error == other.error
        (result, changed), (result_, changed_) = one.value, other.value
        return (
            changed.keys() == changed_.keys()
            and not any(difference(changed[i], changed_[i], self.tolerance) for i in changed)
            and not difference(result, result_, self.tolerance, self.digits)
        )

    def _explain_value(self, expected: Outcome, got: Outcome) -> str:
        """Say what is wrong with a value, without giving the right one away."""
        if got.error:
            return self._failure(got)
        right, value = unstacked(expected.value[0], got.value[0])
        if kind(right) != kind(value):
            return f"{self.name} is {kind(value)} where {kind(right)} is needed"
        return f"{self.name} is {show(value)}, which is not right"

    def _explain_case(self, case: tuple[Any, ...], expected: Outcome, got: Outcome) -> str:
        """Say what is wrong with a function in one case."""
        if got.error:
            return self._failure(got)
        names = list(inspect.signature(self.define(self.solution)).parameters)
        given = zip(names, case, strict=False)
        inputs = ", ".join(
            f"{name} = {getattr(value, '__name__', '') or show(plain(value), 60)}"
            for name, value in given
        )
        if expected.error:
            return f"for {inputs}: it {expected.error.replace('stops', 'should stop', 1)}"
        (right, rightly), (result, changed) = expected.value, got.value
        if result is ...:
            return f"{self.name} still returns ...: put your answer in its place"
        if wrongly := [i for i in changed if i not in rightly]:
            return f"{self.name} changes its argument {names[wrongly[0]]}: work on a copy of it"
        if found := difference(right, result, self.tolerance, self.digits):
            return f"for {inputs}: {found}"
        missed = next(i for i in rightly if i not in changed or changed[i] is not rightly[i])
        return f"for {inputs}: the argument {names[missed]} does not become what it should"

    def _failure(self, outcome: Outcome) -> str:
        return f"{self.name} {outcome.error}" + (f" ({outcome.line})" if outcome.line else "")


def _tidy(source: str) -> str:
    return dedent(source).strip() + "\n"


def _spoken(value: Any) -> Any:
    """Return a plain value with its texts as they sound: without case and superfluous spaces."""
    if isinstance(value, str):
        return " ".join(value.split()).casefold()
    return [_spoken(item) for item in value] if isinstance(value, list) else value


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
