"""Wrong answers made by machine: each is the solution with one small thing changed.

After DeMillo, Lipton and Sayward (1978), "Hints on Test Data Selection": a check that tells the
solution from all its mutants tells it from most of the mistakes that people make.
"""

import ast
import difflib
import inspect
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial, wraps
from itertools import pairwise, takewhile
from types import FunctionType
from typing import Any

from dlcourse.exercises import Exercise

Path = tuple[tuple[str, int | None], ...]  # fields, and places in those that are lists


@dataclass(frozen=True)
class Mutant:
    """A changed solution: what was done, in words, the line of the solution, and how to make it."""

    name: str
    kind: str
    line: int
    make: Callable[[], Any]


def mutants(exercise: Exercise) -> list[Mutant]:
    """Return an exercise's mutants, in an order that never changes, each of another name."""
    made = [*_of_source(exercise), *_of_arguments(exercise)]
    seen: dict[str, int] = {}
    named = []
    for mutant in made:
        number = seen[mutant.name] = seen.get(mutant.name, 0) + 1
        named.append(replace(mutant, name=f"{mutant.name} #{number}") if number > 1 else mutant)
    return named


def survives(exercise: Exercise, mutant: Mutant) -> bool:
    """Tell whether a mutant passes; one that cannot be defined does not."""
    try:
        answer = mutant.make()
    except Exception:
        return False
    return exercise.assess(answer).state == "passed"


# --- changes of the source ------------------------------------------------------------------------


def _of_source(exercise: Exercise) -> Iterator[Mutant]:
    """Yield every mutant of the source that can be compiled and reads otherwise than all before."""
    tree = ast.parse(exercise.solution)
    plain = ast.unparse(tree)
    known = {plain}
    for path, node in _nodes(tree):
        for kind, new in _changes(tree, path, node):
            changed = deepcopy(tree)
            _put(changed, path, new)
            source = ast.unparse(ast.fix_missing_locations(changed))
            if source not in known and _compiles(source):
                known.add(source)
                name = _difference(plain, source)
                line = getattr(node, "target", node).lineno  # a comprehension has none itself
                yield Mutant(name, kind, line, partial(exercise.define, source))


def _nodes(tree: ast.AST, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each statement and expression under a node, with the way to it, outermost first."""
    for field, value in ast.iter_fields(tree):
        if isinstance(tree, ast.keyword) and (tree.arg == "strict" or _other_axis(tree)):
            continue  # the one changes nothing; the other has a change of its own
        if isinstance(tree, ast.arg | ast.JoinedStr) or field in ("decorator_list", "returns"):
            continue
        for i, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not _is_text_alone(node):
                way = (*path, (field, i))
                if isinstance(node, ast.stmt | ast.expr | ast.comprehension | ast.Slice):
                    yield way, node
                yield from _nodes(node, way)


def _is_text_alone(node: ast.AST) -> bool:
    """Tell whether a statement is a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _put(tree: ast.AST, path: Path, new: Any) -> None:
    """Put a node, or statements, in the place that a path leads to."""
    *way, (field, i) = path
    for name, place in way:
        tree = getattr(tree, name) if place is None else getattr(tree, name)[place]
    if i is None:
        setattr(tree, field, new)
    else:
        getattr(tree, field)[i : i + 1] = new if isinstance(new, list) else [new]


def _compiles(source: str) -> bool:
    try:
        compile(source, "<mutant>", "exec")
    except SyntaxError:
        return False
    return True


def _difference(one: str, other: str) -> str:
    """Return what differs in two sources, as `old → new`: whole lines, or parts of long ones."""
    lines = list(difflib.ndiff(one.splitlines(), other.splitlines()))
    old, new = (" ⏎ ".join(x[2:].strip() for x in lines if x[0] == sign) for sign in "-+")
    if max(len(old), len(new)) > 80:
        same = _shared(old, new)
        old, new = (f"… {text[same - 24 :]}" if same > 24 else text for text in (old, new))
        same = _shared(old[::-1], new[::-1])
        old, new = (f"{text[: 24 - same]} …" if same > 24 else text for text in (old, new))
    return f"{old or 'nothing'} → {new or 'nothing'}"


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _changes(tree: ast.AST, path: Path, node: Any) -> Iterator[tuple[str, Any]]:
    """Yield what may stand in a node's place, each with the name of the kind of change."""
    if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return
    kind = type(node)
    for parent in (kind, *kind.__mro__):
        if parent in CHANGES:
            yield from CHANGES[parent](node)
            break
    if isinstance(node, ast.expr):
        yield from _of_place(path[-1][0], _at(tree, path[:-1]), node)
    elif isinstance(node, ast.stmt) and not isinstance(node, ast.FunctionDef | ast.Return):
        yield "statement dropped", ast.Pass()


def _at(tree: Any, path: Path) -> Any:
    """Return the node that a path leads to."""
    for name, place in path:
        tree = getattr(tree, name) if place is None else getattr(tree, name)[place]
    return tree


def _parse(source: str, **parts: ast.AST) -> Any:
    """Return an expression in which names stand for nodes."""

    class Fill(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return parts.get(node.id, node)

    return Fill().visit(ast.parse(source, mode="eval").body)


WHOLE = {"len", "int", "sum", "argmin", "argmax", "count_nonzero", "searchsorted"}
EVEN = {"maximum", "minimum", "max", "min", "logaddexp", "isclose", "allclose"}  # f(a, b) = f(b, a)
UNSIGNED = {"len", "zeros", "zeros_like", "range", "zip", "enumerate", "list", "set", "reversed"}


def _of_place(field: str, parent: ast.AST, node: ast.expr) -> Iterator[tuple[str, Any]]:
    """Yield changes that depend on where an expression stands."""
    if isinstance(node, ast.Constant | ast.Slice | ast.Starred):
        return
    in_range = isinstance(parent, ast.Call) and _called(parent) == "range"
    in_place = isinstance(parent, ast.Slice) or (
        isinstance(parent, ast.Subscript) and field == "slice" and not isinstance(node, ast.Tuple)
    )
    whole = isinstance(node, ast.Call) and _called(node) in WHOLE
    result = isinstance(parent, ast.AugAssign | ast.Return)
    if (in_range or in_place or whole or result) and not isinstance(node, ast.Tuple):
        yield "one more", _parse("x + 1", x=node)
        yield "one less", _parse("x - 1", x=node)
    taken = result or isinstance(parent, ast.Assign)
    passed = isinstance(parent, ast.Call) and field == "args" and _called(parent) not in UNSIGNED
    unsigned = isinstance(node, ast.Call) and _called(node) in UNSIGNED
    if (taken or passed) and not unsigned and not isinstance(node, ast.Tuple | ast.UnaryOp):
        yield "sign", _parse("-x", x=node)


def _of_constant(node: ast.Constant) -> Iterator[tuple[str, Any]]:
    value = node.value
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int | float):
        others = [0, 1, -1, value + 1, value - 1, 2 * value, value / 2, -value]
        if isinstance(value, int):
            others[-2] = value // 2
    elif isinstance(value, str):
        others = ["", f"{value}?", value.swapcase()]
    else:
        others = []
    for other in others:
        yield "constant", ast.Constant(other)


COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
ARITHMETIC = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr, ast.BitXor),
    ast.BitOr: (ast.BitAnd, ast.BitXor),
    ast.BitXor: (ast.BitAnd, ast.BitOr),
}


def _of_compare(node: ast.Compare) -> Iterator[tuple[str, Any]]:
    for i, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            ops = [*node.ops[:i], other(), *node.ops[i + 1 :]]
            yield "comparison", ast.Compare(node.left, ops, node.comparators)
    if len(node.ops) > 1:  # a < b < c: one of the two dropped
        sides = [node.left, *node.comparators]
        yield "term dropped", ast.Compare(sides[0], node.ops[:-1], sides[1:-1])
        yield "term dropped", ast.Compare(sides[1], node.ops[1:], sides[2:])


def _of_binary(node: ast.BinOp) -> Iterator[tuple[str, Any]]:
    for other in ARITHMETIC.get(type(node.op), ()):
        yield "operator", ast.BinOp(node.left, other(), node.right)
    yield "term dropped", node.left
    yield "term dropped", node.right
    if not isinstance(node.op, ast.Add | ast.Mult | ast.BitAnd | ast.BitOr | ast.BitXor):
        yield "swapped", ast.BinOp(node.right, node.op, node.left)


def _of_boolean(node: ast.BoolOp) -> Iterator[tuple[str, Any]]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield "and for or", ast.BoolOp(other, node.values)
    for i in range(len(node.values)):
        rest = node.values[:i] + node.values[i + 1 :]
        yield "term dropped", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _of_unary(node: ast.UnaryOp) -> Iterator[tuple[str, Any]]:
    yield "sign" if isinstance(node.op, ast.USub) else "not dropped", node.operand


def _of_choice(node: ast.IfExp) -> Iterator[tuple[str, Any]]:
    yield "branch dropped", node.body
    yield "branch dropped", node.orelse
    yield "swapped", ast.IfExp(node.test, node.orelse, node.body)


TWINS = ("min max", "argmin argmax", "minimum maximum", "mean sum", "any all", "floor ceil")
TWINS += (
    "zeros ones",
    "append extend",
    "mean median",
    "std var",
    "add subtract",
    "union difference",
)
TWIN: dict[str, list[str]] = {}
for _pair in TWINS:
    for _one, _other in (_pair.split(), _pair.split()[::-1]):
        TWIN.setdefault(_one, []).append(_other)


def _called(node: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _of_call(node: ast.Call) -> Iterator[tuple[str, Any]]:
    args, keywords = node.args, node.keywords
    for i in range(0 if _called(node) in EVEN else len(args) - 1):
        swapped = [*args[:i], args[i + 1], args[i], *args[i + 2 :]]
        yield "arguments swapped", ast.Call(node.func, swapped, keywords)
    for i in range(len(keywords)):
        rest = keywords[:i], keywords[i + 1 :]
        if other := _other_axis(keywords[i]):
            yield "axis", ast.Call(node.func, args, [*rest[0], other, *rest[1]])
        if keywords[i].arg != "strict":
            yield "keyword dropped", ast.Call(node.func, args, rest[0] + rest[1])
    if args:
        yield "argument dropped", ast.Call(node.func, args[:-1], keywords)
        if not isinstance(args[0], ast.Starred):
            yield "call dropped", args[0]
    if isinstance(node.func, ast.Attribute):
        yield "call dropped", node.func.value
    for other in TWIN.get(_called(node), []):
        func = deepcopy(node.func)
        setattr(func, "attr" if isinstance(func, ast.Attribute) else "id", other)
        yield "another function", ast.Call(func, args, keywords)


def _other_axis(keyword: ast.keyword) -> ast.keyword | None:
    """Return a literal axis=… as another axis, and anything else as None."""
    other = {"0": 1, "1": 0, "2": 1, "-1": 0, "-2": -1}.get(ast.unparse(keyword.value))
    named = keyword.arg in ("axis", "dim") and other is not None
    return ast.keyword(keyword.arg, ast.Constant(other)) if named else None


def _of_attribute(node: ast.Attribute) -> Iterator[tuple[str, Any]]:
    if node.attr in ("T", "mT", "real", "data"):
        yield "transpose dropped", node.value


def _of_subscript(node: ast.Subscript) -> Iterator[tuple[str, Any]]:
    yield "subscript dropped", node.value


def _of_slice(node: ast.Slice) -> Iterator[tuple[str, Any]]:
    for bound in ("lower", "upper", "step"):
        if getattr(node, bound):
            parts = {name: getattr(node, name) for name in ("lower", "upper", "step")}
            yield "bound dropped", ast.Slice(**(parts | {bound: None}))
    if not node.step:
        if not node.lower:
            yield "bound added", ast.Slice(ast.Constant(1), node.upper)
        if not node.upper:
            yield "bound added", ast.Slice(node.lower, _parse("-1"))


def _of_sequence(node: ast.List | ast.Tuple | ast.Set) -> Iterator[tuple[str, Any]]:
    context = {} if isinstance(node, ast.Set) else {"ctx": node.ctx}
    for i in range(len(node.elts)):
        rest = node.elts[:i] + node.elts[i + 1 :]
        yield "part dropped", type(node)(elts=rest, **context)
    for i in range(len(node.elts) - 1):
        swapped = [*node.elts[:i], node.elts[i + 1], node.elts[i], *node.elts[i + 2 :]]
        yield "swapped", type(node)(elts=swapped, **context)


PARTS_OF_A_LOOP = ("list(x)[:1]", "list(x)[1:]", "list(x)[:-1]")


def _of_comprehension(node: ast.comprehension) -> Iterator[tuple[str, Any]]:
    for i in range(len(node.ifs)):
        rest = node.ifs[:i] + node.ifs[i + 1 :]
        yield "condition dropped", ast.comprehension(node.target, node.iter, rest, 0)
    for part in PARTS_OF_A_LOOP:
        looped = _parse(part, x=node.iter)
        yield "part of the loop", ast.comprehension(node.target, looped, node.ifs, 0)


def _of_set_comprehension(node: ast.SetComp) -> Iterator[tuple[str, Any]]:
    yield "set dropped", ast.ListComp(node.elt, node.generators)


def _of_if(node: ast.If) -> Iterator[tuple[str, Any]]:
    yield "always", node.body
    yield "never", node.orelse or ast.Pass()
    if node.orelse:
        yield "branch dropped", ast.If(node.test, node.body, [])
    yield "condition turned", ast.If(_parse("not x", x=node.test), node.body, node.orelse)


def _of_for(node: ast.For) -> Iterator[tuple[str, Any]]:
    for part in PARTS_OF_A_LOOP:
        looped = _parse(part, x=node.iter)
        yield "part of the loop", ast.For(node.target, looped, node.body, node.orelse)


def _of_while(node: ast.While) -> Iterator[tuple[str, Any]]:
    yield "loop once", ast.While(node.test, [*node.body, ast.Break()], node.orelse)


def _of_with(node: ast.With) -> Iterator[tuple[str, Any]]:
    yield "context dropped", node.body


def _of_augmented(node: ast.AugAssign) -> Iterator[tuple[str, Any]]:
    yield "assigned alone", ast.Assign([node.target], node.value)
    for other in ARITHMETIC.get(type(node.op), ()):
        yield "operator", ast.AugAssign(node.target, other(), node.value)


def _of_assigned(node: ast.Assign) -> Iterator[tuple[str, Any]]:
    target, values = node.targets[-1], node.value
    if isinstance(target, ast.Tuple) and isinstance(values, ast.Tuple):
        for (one, a), (other, b) in pairwise(zip(target.elts, values.elts, strict=True)):
            if ast.unparse(one) in {ast.unparse(part) for part in ast.walk(b)}:
                yield "one after another", [ast.Assign([one], a), ast.Assign([other], b)]


def _of_return(node: ast.Return) -> Iterator[tuple[str, Any]]:
    if isinstance(node.value, ast.Tuple):
        for part in node.value.elts:
            yield "part returned", ast.Return(part)
    yield "nothing returned", ast.Return(None)


CHANGES: dict[type, Callable[[Any], Iterator[tuple[str, Any]]]] = {
    ast.Constant: _of_constant,
    ast.Compare: _of_compare,
    ast.BinOp: _of_binary,
    ast.BoolOp: _of_boolean,
    ast.UnaryOp: _of_unary,
    ast.IfExp: _of_choice,
    ast.Call: _of_call,
    ast.Attribute: _of_attribute,
    ast.Subscript: _of_subscript,
    ast.Slice: _of_slice,
    ast.List: _of_sequence,
    ast.Tuple: _of_sequence,
    ast.Set: _of_sequence,
    ast.comprehension: _of_comprehension,
    ast.SetComp: _of_set_comprehension,
    ast.If: _of_if,
    ast.For: _of_for,
    ast.While: _of_while,
    ast.With: _of_with,
    ast.AugAssign: _of_augmented,
    ast.Assign: _of_assigned,
    ast.Return: _of_return,
}


# --- arguments that are ignored -------------------------------------------------------------------


def _of_arguments(exercise: Exercise) -> Iterator[Mutant]:
    """Yield the solution with each argument kept at the first value it had, or at its default."""
    solution = exercise.define(exercise.solution)
    if isinstance(solution, FunctionType):
        for name, parameter in inspect.signature(solution).parameters.items():
            for kind, freeze in _freezings(parameter):
                make = partial(_frozen_function, exercise, name, freeze)
                yield Mutant(f"{name} {kind}", "argument frozen", 1, make)
    elif isinstance(solution, type):
        for method, function in vars(solution).items():
            if isinstance(function, FunctionType):
                for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
                    for kind, freeze in _freezings(parameter):
                        make = partial(_frozen_class, exercise, method, name, freeze)
                        yield Mutant(f"{method}: {name} {kind}", "argument frozen", 1, make)


def _freezings(parameter: inspect.Parameter) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield ways to ignore an argument: makers of functions from its value to the one taken."""
    yield "stays at its first value", _first
    if parameter.default is not parameter.empty:
        yield "stays at its default", lambda: lambda value: parameter.default


def _first() -> Callable[[Any], Any]:
    """Return a function that returns, whatever it is given, what it was given first."""
    kept: list[Any] = []

    def first(value: Any) -> Any:
        if kept:
            return deepcopy(kept[0])
        try:
            kept.append(deepcopy(value))
        except (RuntimeError, TypeError):  # what cannot be copied is kept itself
            kept.append(value)
        return value

    return first


def _frozen(function: FunctionType, name: str, taken: Callable[[Any], Any]) -> Any:
    """Return a function that sees another value in place of one of its arguments."""

    @wraps(function)
    def frozen(*args: Any, **keywords: Any) -> Any:
        bound = inspect.signature(function).bind(*args, **keywords)
        bound.apply_defaults()
        bound.arguments[name] = taken(bound.arguments[name])
        return function(*bound.args, **bound.kwargs)

    return frozen


def _frozen_function(exercise: Exercise, name: str, freeze: Callable[[], Any]) -> Any:
    return _frozen(exercise.define(exercise.solution), name, freeze())


def _frozen_class(exercise: Exercise, method: str, name: str, freeze: Callable[[], Any]) -> Any:
    made = exercise.define(exercise.solution)
    setattr(made, method, _frozen(vars(made)[method], name, freeze()))
    return made
