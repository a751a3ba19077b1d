"""Write the lessons as slides, from the same notebooks: `slides.py FOLDER`.

The main path alone is shown. A heading begins a slide, as does what would not fit below the rest.
Of a long paragraph its first sentence stands on the slide, and all of it in the speaker's notes.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pages import INSTRUCTOR, code, contents_of, markdown

from dlcourse.course import Cell, Lesson, lessons
from dlcourse.pictures import PNG

HEIGHT = 600
"""Points of a slide below its heading; a slide has 1120 × 720."""

LINE, CODE, ROW, FORMULA = 38, 24, 44, 110
"""Points that a line of text takes, one of code, a row of a table, and a formula."""

WORDS = 14
"""Words on a line."""

LONG = 30
"""Words from which on a paragraph is shortened."""

BLOCK = r"\s*(<details>.*?</details>|```.*?```|.+?)\s*(?=\n\n|<details>|$)"
"""What is kept together on a slide."""

Piece = tuple[dict[str, Any], float]
"""A cell of a deck, and the points that it takes; a heading takes none, for it begins a slide."""


def deck(lesson: Lesson) -> dict[str, Any]:
    """Return a lesson's slides as a notebook."""
    cells, used = [], 0.0
    for cell in lesson.cells:
        if cell.tags & {"further", INSTRUCTOR}:
            continue
        for piece, height in written(cell.source) if cell.kind == "markdown" else run(cell):
            if not height:
                used = 0.0
            elif used and used + height > HEIGHT:
                cells.append(markdown("```{revealjs-break}\n:notitle:\n```"))
                used = 0.0
            cells.append(piece)
            used += height
        if cell.kind == "code" and "exercise" in cell.tags:
            used = HEIGHT  # what follows is no part of it
    metadata = {"language_info": {"name": "python", "pygments_lexer": "python"}}
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": cells}


def written(source: str) -> Iterator[Piece]:
    """Yield what slides show of a text, each paragraph, list, table and formula for itself."""
    for text in re.findall(BLOCK, source, re.DOTALL):
        if text.startswith("#"):
            yield markdown(text), 0
        elif text.startswith("<details>"):
            question, answer = text.removesuffix("</details>").split("</summary>")
            yield noted(question.removeprefix("<details><summary>"), answer.strip())
        elif text.startswith("$$"):
            yield markdown(text), FORMULA * (1 + text.count("\\\\") / 2)
        elif text.startswith("|"):
            yield markdown(text), ROW * rows(text)
        elif text.startswith("```"):
            yield markdown(text), CODE * rows(text)
        elif text.startswith(("- ", "1. ")):
            for item in re.split(r"\n(?=- |\d+\. )", text):
                yield markdown(item), lines(item) * LINE
        elif len(text.split()) > LONG:
            yield noted(first_sentence(text), text)
        else:
            yield markdown(text), lines(text) * LINE


def noted(shown: str, told: str) -> Piece:
    """Return what a slide shows, and what its speaker tells."""
    notes = f"````{{revealjs-notes}}\n{told}\n````"
    return markdown(f"{shown}\n\n{notes}"), lines(shown) * LINE


def lines(text: str) -> int:
    """Return how many lines a text takes on a slide, the space below each paragraph included."""
    return sum(2 + len(line.split()) // WORDS for line in text.split("\n"))


def first_sentence(text: str) -> str:
    """Return a text up to the end of its first sentence, outside brackets and formulas."""
    for end in re.finditer(r"[.?](?=\s)", text):
        begun = text[: end.end()]
        if begun.count("(") == begun.count(")") and not any(begun.count(m) % 2 for m in "$*`"):
            return begun
    return text


def run(cell: Cell) -> Iterator[Piece]:
    """Yield the slides of a code cell: its source, then its figures and tables for themselves."""
    rich = [out for out in cell.outputs if {PNG, "text/html"} & out.get("data", {}).keys()]
    printed = tuple(out for out in cell.outputs if out not in rich)
    texts = [cell.source, *("".join(out.get("text", "")) for out in printed)]
    yield code(replace(cell, outputs=printed)), CODE * (2 + sum(map(rows, texts)))
    for out in rich:
        shown = code(replace(cell, outputs=(out,)))
        shown["metadata"]["tags"] = ["remove-input"]
        table = "".join(out["data"].get("text/html", "")).count("<tr")
        if PNG in out["data"]:
            yield shown, out["metadata"][PNG]["height"] + ROW
        elif table:  # a data card, which has none, is to be read and not to be shown
            yield shown, ROW * table


def rows(text: str) -> int:
    """Return how many lines a text has."""
    return len(text.splitlines())


def write(folder: Path) -> None:
    """Write the decks of all lessons into a folder."""
    folder.mkdir(parents=True)
    for each in lessons():
        text = json.dumps(deck(each), ensure_ascii=False)
        (folder / each.path.name).write_text(text, encoding="utf-8")
    names = [f"{each.id} {each.title} <{each.name}>" for each in lessons()]
    (folder / "index.md").write_text("# Slides\n" + contents_of("Lessons", names), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
