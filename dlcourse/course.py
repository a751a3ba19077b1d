"""What a lesson is: its notebook's metadata and cells, read without running anything."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

from dlcourse import paths
from dlcourse.paths import NOTEBOOKS, ROOT

PARTS = (
    "Start",
    "Neurons",
    "Depth",
    "Backpropagation and training",
    "Vision",
    "Language and speech",
    "Healthcare",
    "Finance",
    "Games",
    "Why it matters",
)
"""The parts of the course; a lesson's first digit is its part."""

STATEMENTS = (
    "It learns from data instead of following written rules, and improves with experience",
    "Networks are made of connected neurons, like the brain",
    "They have an input layer, hidden layers and an output layer",
    "With more layers they learn more complex patterns",
    "Tens or hundreds of layers draw high-level features from raw data",
    "A large amount of labelled data is needed",
    "Weights and biases are adjusted by sending the error backward",
    "They recognise objects in images",
    "They drive cars",
    "They transcribe speech",
    "They translate languages",
    "They tell the sentiment of a text",
    "They generate text like a human's",
    "They answer as chatbots and virtual assistants",
    "They diagnose diseases",
    "They analyse medical images",
    "They predict patient outcomes",
    "They detect fraud",
    "They assess risk",
    "They trade",
    "They go beyond humans, in recognition and in games such as chess and Go",
    "They solve complex problems and help science",
    "Open frameworks give all this to everybody, without great investment",
)
"""What the article says that can be put to the test, in our own words and its order."""

VERDICTS = ("holds", "partly", "fails")
"""What a lesson may find of a statement."""

MEMORY = 1536 << 20
"""Bytes that a lesson may hold at its peak."""

_NAME = re.compile(r"\d\d_[a-z0-9_]+\.ipynb")  # leaves a learner's own copies and scratch files out


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook."""

    id: str
    kind: str  # "code", "markdown" or "raw"
    source: str
    metadata: dict[str, Any]
    outputs: tuple[dict[str, Any], ...] = ()
    execution_count: int | None = None

    @property
    def tags(self) -> frozenset[str]:
        """The cell's tags, such as `exercise` or `instructor`."""
        return frozenset(self.metadata.get("tags") or ())

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        """Read a cell as the notebook's file holds it."""
        return cls(
            id=stored.get("id", ""),
            kind=stored["cell_type"],
            source="".join(stored["source"]),
            metadata=dict(stored["metadata"]),
            outputs=tuple(stored.get("outputs", ())),
            execution_count=stored.get("execution_count"),
        )


@dataclass(frozen=True)
class Finding:
    """What a lesson found of one of the article's statements."""

    statement: str  # one of STATEMENTS
    verdict: str  # one of VERDICTS
    why: str  # in one sentence
    claims: tuple[str, ...]  # the texts of those that decide

    @classmethod
    def read(cls, stored: Any, path: Path) -> Self:
        """Read what the metadata of a lesson holds; raise ValueError where it falls short."""
        try:
            found = cls(**{**stored, "claims": tuple(stored["claims"])})
        except (TypeError, KeyError):
            found = None
        if not found or found.statement not in STATEMENTS or found.verdict not in VERDICTS:
            raise ValueError(
                f"{path.name} has {stored!r} among `article` in its metadata, but needs a "
                f"statement of dlcourse.course.STATEMENTS, a verdict ({', '.join(VERDICTS)}), "
                "one sentence why, and a list of claims."
            )
        return found


@dataclass(frozen=True)
class Lesson:
    """One notebook: what its metadata says of it, and its cells."""

    id: str
    title: str
    part: int
    question: str
    minutes: int  # of a learner's time
    seconds: int  # of one core
    needs: tuple[str, ...]  # ids of the lessons it builds on
    objectives: tuple[str, ...]
    data: tuple[str, ...]  # names in the catalogue
    terms: tuple[str, ...]
    exercises: tuple[str, ...]
    article: tuple[Finding, ...]
    path: Path
    cells: tuple[Cell, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """The notebook's name without its suffix: `11_neuron`."""
        return self.path.stem

    @property
    def label(self) -> str:
        """The lesson as a sentence names it: "Lesson 11 (One neuron)"."""
        return f"Lesson {self.id} ({self.title})"

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a lesson; raise ValueError if it is no notebook or its metadata falls short."""
        try:
            notebook = json.loads(path.read_text(encoding="utf-8-sig"))
            cells = tuple(Cell.read(cell) for cell in notebook["cells"])
            metadata = notebook["metadata"].get("dlcourse")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"{path.name} cannot be read as a notebook ({error!r}): keep a copy if you wrote "
                f"into it, then `git checkout -- {path.parent.name}/{path.name}` brings it back."
            ) from error
        checked = _checked(metadata, path)
        # a learner's copy of an earlier edition has none
        article = tuple(Finding.read(each, path) for each in metadata.get("article") or ())
        return cls(**checked, article=article, path=path, cells=cells)


def in_italics(term: str, text: str) -> bool:
    """Tell whether a term stands in italics in a text, as it does where it is explained."""
    return bool(re.search(rf"(?<!\*)\*{re.escape(term)}(s|es)?\*(?!\*)", text, re.IGNORECASE))


def _checked(metadata: Any, path: Path) -> dict[str, Any]:
    """Return the metadata with lists as tuples; raise ValueError where a field is amiss."""
    others = ("article", "path", "cells")
    expected = {f.name: f.type for f in fields(Lesson) if f.name not in others}
    found = set(metadata) - {"article"} if isinstance(metadata, dict) else set()
    if found != set(expected):
        raise ValueError(
            f"{path.name} needs the metadata `dlcourse` with exactly these fields: "
            f"{', '.join(expected)}; amiss here: {', '.join(sorted(found ^ set(expected)))}."
        )
    given = {key: metadata[key] for key in expected}
    checked = {key: tuple(v) if isinstance(v, list) else v for key, v in given.items()}
    for key, value in checked.items():
        texts = isinstance(value, tuple) and all(isinstance(part, str) for part in value)
        kind = tuple[str, ...] if texts else type(value)
        if kind != expected[key]:
            raise ValueError(
                f"{path.name} has {key} = {metadata[key]!r} in its metadata, "
                f"but needs {_IN_WORDS[expected[key]]}."
            )
    return checked


_IN_WORDS: dict[Any, str] = {
    str: "a text",
    int: "a whole number",
    tuple[str, ...]: "a list of texts",
}


def lessons(folder: Path = NOTEBOOKS) -> tuple[Lesson, ...]:
    """Return all lessons in reading order; raise ValueError if there is a notebook that is none."""
    found, troubles = survey(folder)
    if troubles:
        raise ValueError(troubles[0])
    return found


def no_lessons() -> str:
    """Say that there are none, and where there are."""
    return f"There are no lessons in {paths.NOTEBOOKS}: run the command in a clone of the course."


def survey(folder: Path = NOTEBOOKS) -> tuple[tuple[Lesson, ...], list[str]]:
    """Return the lessons that can be read, and a sentence on each notebook that is left out."""
    found: dict[str, Lesson] = {}
    troubles = []
    for path in sorted(path for path in folder.glob("*.ipynb") if is_lesson(path)):
        try:
            each = Lesson.read(path)
        except ValueError as error:
            troubles.append(str(error))
            continue
        if (first := found.setdefault(each.id, each)) is not each:
            troubles.append(
                f"{path.name} is left out, for lesson {each.id} is {first.path.name}: give a "
                f"notebook of your own another name, such as my_{path.name}."
            )
    return tuple(found.values()), troubles


def is_lesson(path: Path) -> bool:
    """Tell whether a file is named like a lesson, NN_short_name.ipynb."""
    return _NAME.fullmatch(path.name) is not None


def lesson(name: str, folder: Path = NOTEBOOKS) -> Lesson:
    """Return one lesson by its id, name or file: "11", "neuron", "11_neuron" or its path.

    Raises ValueError, with the nearest lesson there is, where there is none of that name.
    """
    known: dict[str, Lesson] = {}
    for found in survey(folder)[0]:
        known |= dict.fromkeys((found.id, found.name[3:], found.name), found)
    wanted = Path(name).stem.lower()
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, known, n=1)
    hint = f"did you mean {known[near[0]].name}?" if near else "`dlcourse lessons` lists them."
    raise ValueError(f"There is no lesson {name!r}: {hint}")


def own(lesson: Lesson) -> Lesson:
    """Return the learner's own copy of a lesson where there is one, else the course's."""
    path = paths.MINE / lesson.path.name
    return Lesson.read(path) if path.exists() else lesson


def article_table(chosen: Iterable[Lesson], folder: str) -> str:
    """Return what the article says and what the lessons found of it, as a table in Markdown.

    Raises ValueError where no lesson tests a statement.
    """
    rows = ["| The article says | We found | |", "|---|---|---|"]
    found = [(finding, each) for each in chosen for finding in each.article]
    for statement in STATEMENTS:
        said = [(finding, each) for finding, each in found if finding.statement == statement]
        if not said:
            raise ValueError(
                f"No lesson tests the statement {statement!r}: name it in the metadata `article` "
                "of the one that does."
            )
        for number, (finding, each) in enumerate(said):
            link = f"[{each.id}]({folder}/{each.path.name})"
            shown = "" if number else statement
            rows.append(f"| {shown} | **{finding.verdict}**: {finding.why} | {link} |")
    return "\n".join(rows) + "\n"


def readme_map(folder: Path = NOTEBOOKS) -> str:
    """Return README's table of lessons, in Markdown."""
    rows = ["| Part | Lesson | The question | Minutes |", "|---|---|---|--:|"]
    shown = None
    for each in lessons(folder):
        part = "" if each.part == shown else f"**{each.part}** {PARTS[each.part]}"
        link = f"[{each.id} {each.title}]({folder.name}/{each.path.name})"
        rows.append(f"| {part} | {link} | {each.question} | {each.minutes} |")
        shown = each.part
    return "\n".join(rows) + "\n"


def with_tables(readme: str) -> str:
    """Return README's text with its tables made anew, each between its two markers.

    Raises ValueError where markers are missing.
    """
    made = {"article": article_table(lessons(), NOTEBOOKS.name), "lessons": readme_map()}
    for name, table in made.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, opened, rest = readme.partition(start)
        _, closed, after = rest.partition(end)
        if not (opened and closed):
            raise ValueError(
                f"README.md has no {start.strip()} … {end}: write these two lines, "
                f"each on its own, where the table {name!r} belongs."
            )
        readme = before + start + table + end + after
    return readme


def readme_pictures(readme: str, folder: Path = NOTEBOOKS) -> dict[str, bytes]:
    """Return the pictures that README shows, by their paths, as the lessons have them.

    `docs/images/11-5.png` is the fifth figure of lesson 11. Raises ValueError where a lesson has
    no such figure.
    """
    from dlcourse.pictures import pictures_of  # here, so that reading lessons loads no NumPy

    found = {}
    for path, name, number in re.findall(r"\((docs/images/(\d\d)-(\d+)\.png)\)", readme):
        outputs = [output for cell in lesson(name, folder).cells for output in cell.outputs]
        figures = pictures_of(outputs)
        if not 1 <= int(number) <= len(figures):
            raise ValueError(
                f"README.md shows {path}, but lesson {name} has {len(figures)} figures: "
                f"name one of 1 to {len(figures)}."
            )
        found[path] = figures[int(number) - 1]
    return found


def write_readme(readme: Path = ROOT / "README.md") -> None:
    """Write README's tables and its pictures anew."""
    text = readme.read_text(encoding="utf-8")
    for path, picture in readme_pictures(text).items():
        (readme.parent / path).parent.mkdir(parents=True, exist_ok=True)
        (readme.parent / path).write_bytes(picture)
    readme.write_text(with_tables(text), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_readme()
