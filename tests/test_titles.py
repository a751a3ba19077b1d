"""A figure's title that states a finding is the text of a claim that has just held."""

import ast
from collections.abc import Iterator

import pytest
from anatomy import parsed

from dlcourse.course import lessons

CAPTIONS: dict[str, tuple[str, ...]] = {
    "53": (
        "A date, as it is said and as it is written",
        "IBM model 1, by words",
        "The network's attention, by pieces",
        "Where it looks while it speaks",
    ),
    "54": ("One question, and every paragraph of the course",),
    "62": (
        "A level slice and its map",
        "One slice, the network's doubt and its errors",
        "Three slices, and what each pixel is",
    ),
    "02": (
        "Mean surprise at 510 answers",
        "Surprise at one event",
        "The average of each digit, over ten writers",
        "The middle 95 % of the redraws",
        "Three wheels, one chain",
    ),
    "00": (
        "The same digit looks different each time",
        "After 1, 5, 20 and 100 epochs",
        "What it read, and in brackets what was meant",
        "Deep learning is a part of a part",
    ),
    "01": (
        "Zeros and ones: how do you tell them apart?",
        "Zeros without a hole: the pen did not close the loop",
    ),
    "11": (
        "398 lumps, each measured twice",
        "Weights turn the line",
        "The bias moves it",
        "Each threshold trades tumours for alarms",
        "XOR: where would you draw the line?",
    ),
    "12": (
        "Two switches, three neurons",
        "A batch of 100 times the weights of 32 neurons",
    ),
    "21": ("The strip after some folds and one cut, unfolded",),
    "22": (
        "The same eight",
        "asked",
        "nearest in pixels",
        "nearest in layer 4",
        "Neighbours of a moved picture: where pixels fail and layer 4 does not",
    ),
    "31": (
        "Along the path's own two directions",
        "Along two random directions",
        "Where ink speaks for a digit (dark) and against it (light)",
    ),
    "32": (
        "Forward: values in the nodes, slopes on the edges",
        "Backward: each node learns the loss's slope",
        "The loss along one weight",
    ),
    "34": (
        "As they come",
        "Tuned, 16 trials each",
    ),
    "35": (
        "Two books to study: true labels, shuffled",
        "New digits read",
        "Loss on new digits",
        "Bias², variance and their sum",
        "Three polynomials for one data set",
        "Misread digits",
        "Bias² and variance",
    ),
    "36": ("Ten of the digits that it learns",),
    "37": (
        "What our networks are to read",
        "Signals, on the way forth …",
        "… and slopes, on the way back",
    ),
    "41": (
        "One training digit, ten times",
        "Misread by all five: the label, and what they read",
        "Sixteen filters, and the strokes that each answers to",
        "temple",
        "flower",
        "portrait",
    ),
    "42": (
        "What is where? Below, the answer",
        "One box, and the same pushed down and right",
        "The cells that are to answer for a digit",
        "All that it says",
    ),
    "43": (
        "A track, and a car that goes straight on",
        "The end of its worst lap",
        "One place, four times",
    ),
    "44": (
        "Who drew which row?",
        "Two rows by Gaussians, one by the copier",
        "straight paths",
        "walks",
        "At time 0, 1/4, 1/2, 3/4 and 1",
        "Drawn by the network, and nearest to it; by the mover, and nearest to it",
    ),
    "51": (
        "What one word tells of the verdict",
        "What the counting judge listens to",
    ),
    "52": ("Shaded is what surprised the machine by more than two bits",),
    "55": (
        "A quarter of a second of air, in samples",
        "Three, zero, seven, two",
        "Three, zero, seven, two: heard, and laid out",
    ),
    "61": (
        "Dark is what the answer rests on",
        "Up to a dozen beats of each kind, and their mean",
    ),
    "91": (
        "Upper or lower row: which network has learned?",
        "One seven, and four maps of it",
        "One digit, two marks",
        "As written; with noise by chance; attacked",
        "Size of the slope: plain above, hardened below",
    ),
    "81": (
        "Circles are to move: what does each cell lead to?",
        "Of 100 simulations, how many it spends on each column",
    ),
    "93": (
        "1,200 digits for one process, and 87, shaded, for the other",
        "What more processes bring",
    ),
    "92": ("Privacy loss of 300 steps", "The patients, by disease"),
    "94": ("A usual morning, a weaker lamp, a crooked tray",),
    "99": ("Zeros: which stand on their heads?",),
}
"""Titles that name what is shown and state nothing of it, by lesson."""


def titles(sources: list[str]) -> Iterator[str]:
    """Yield the titles that are written out in a lesson's cells.

    Left out are those that a claim returned, and those that are put together from measured numbers.
    """
    first = {"plots.axes": 0, "plots.images": 2}
    for tree in filter(None, map(parsed, sources)):
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            place = 0 if name.endswith((".set_title", ".suptitle")) else first.get(name)
            drawn = place is not None or name.endswith(".set")
            given = [] if place is None else call.args[place : place + 1]
            given += [each.value for each in call.keywords if drawn and each.arg == "title"]
            yield from (text for node in given for text in texts(node, tree) if text)


def texts(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """Yield the texts that an expression stands for, as far as its own cell tells."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Tuple | ast.List):
        yield from (text for each in node.elts for text in texts(each, tree))
    elif isinstance(node, ast.Name):
        for place in ast.walk(tree):
            if isinstance(place, ast.Assign) and ast.unparse(place.targets[0]) == node.id:
                yield from texts(place.value, tree)
            elif isinstance(place, ast.For):
                for value in values(node.id, place.target, place.iter):
                    yield from texts(value, tree)


def values(name: str, target: ast.expr, over: ast.expr) -> Iterator[ast.expr]:
    """Yield what a name stands for in a loop over what is written out."""
    if isinstance(target, ast.Name) and target.id == name:
        yield over
    elif isinstance(target, ast.Tuple) and isinstance(over, ast.Call):  # zip
        for each, part in zip(target.elts, over.args, strict=False):
            yield from values(name, each, part)
    elif isinstance(target, ast.Tuple) and isinstance(over, ast.Tuple | ast.List):
        for row in (row for row in over.elts if isinstance(row, ast.Tuple)):
            for each, part in zip(target.elts, row.elts, strict=True):
                yield from values(name, each, part)


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.id)
def test_a_title_that_states_a_finding_is_what_a_claim_returned(lesson):
    found = titles([cell.source for cell in lesson.cells if cell.kind == "code"])
    for title in set(found) - set(CAPTIONS.get(lesson.id, ())):
        pytest.fail(
            f"The title {title!r} is no claim's text: give what claim() returned, as in "
            "plots.axes(held, …), or list it among CAPTIONS if it states nothing.",
            pytrace=False,
        )


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.id)
def test_a_title_that_is_gone_is_taken_off_the_list(lesson):
    found = titles([cell.source for cell in lesson.cells if cell.kind == "code"])
    assert set(CAPTIONS.get(lesson.id, ())) - set(found) == set()


def test_titles_are_found_wherever_they_are_written():
    cell = """
name = "By a name"
ax = plots.axes("At once", "x", "title")
for ax, (values, title) in zip(panels, ((a, "In a loop"), (b, "In a loop, too")), strict=True):
    ax.set(title=title, xlabel="x")
ax.set_title(name)
figure.suptitle("Over all")
plots.images(pictures, labels, "Of pictures")
evaluation.card(title="Not of a figure")
"""
    expected = {"By a name", "At once", "In a loop", "In a loop, too", "Over all", "Of pictures"}
    assert set(titles([cell])) == expected


def test_titles_that_were_claimed_or_measured_are_left_out():
    cell = """
held = claim("It holds", True)
plots.axes(held, "x", "y")
ax.set_title(f"{n} of 100")
ax.set(title="")
"""
    assert set(titles([cell])) == set()
