"""Write the website's pages, as Sphinx reads them, from the stored notebooks: nothing is run.

`pages.py FOLDER` writes two editions, FOLDER/learner and FOLDER/instructor. Each is laid out like
the clone, with README as its front page, so that every link between files stays as it is.
"""

import html
import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from dlcourse.course import MEMORY, PARTS, Cell, Lesson, article_table, in_italics, lessons
from dlcourse.data import catalog
from dlcourse.exercises import Exercise, find
from dlcourse.paths import ROOT, STUDIES
from dlcourse.pictures import PNG
from dlcourse.replication import entry, read, used

LEARNER, INSTRUCTOR = "learner", "instructor"
"""The two editions; the instructor's has the plans of the lessons, and everything is unfolded."""

COPIED = (
    *("CONTRIBUTING.md", "LICENSE", "LICENSE-TEXT", "CITATION.cff", "docs/engine.md"),
    *("docs/class.md", "hub/jupyterhub_config.py", "benchmarks/hub.py"),
)
"""What the front page links to, beside the lessons."""

DAY, WEEK = 360, 120
"""Minutes of learning in a full day, and in a week of two sessions."""


# --- lessons -----------------------------------------------------------------------------------


def notebook(lesson: Lesson, edition: str) -> dict[str, Any]:
    """Return a lesson's notebook as its page shows it."""
    title, *rest = shown(lesson, edition)
    up = "../.." if edition == INSTRUCTOR else ".."
    title["source"] += (
        f"\n\n{{download}}`Download this notebook <original/{lesson.path.name}>` · "
        f'<a href="{up}/slides/{lesson.name}.html">Slides</a>'
    )
    cells = [title, *rest]
    if edition == INSTRUCTOR:
        for cell in cells:
            cell["source"] = cell["source"].replace("<details", "<details open")
    metadata = {"language_info": {"name": "python", "pygments_lexer": "python"}}
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": cells}


def shown(lesson: Lesson, edition: str) -> Iterator[dict[str, Any]]:
    """Yield the cells of a lesson's page; what a first reading can do without is folded."""
    is_open = False
    for cell in lesson.cells:
        if INSTRUCTOR in cell.tags and edition != INSTRUCTOR:
            continue
        source = cell.source
        heading = re.match(r"(#+) (.*)\n*", source) if cell.kind == "markdown" else None
        is_further = "further" in cell.tags
        if is_open and (heading or not is_further):
            yield markdown("</details>")
            is_open = False
        if is_further and not is_open:
            tag, title = (f"h{len(heading[1])}", heading[2]) if heading else ("span", "Further")
            source = source[heading.end() :] if heading else source
            summary = f"<summary><{tag}>{in_html(title)}</{tag}></summary>"
            yield markdown(f'<details class="further">{summary}')
            is_open = True
        yield code(cell) if cell.kind == "code" else markdown(source)
        if cell.kind == "code" and "exercise" in cell.tags:
            for id in re.findall(r'^check\("([^"]+)"', source, re.MULTILINE):
                yield markdown(help_with(find(id), edition))
    if is_open:
        yield markdown("</details>")


def markdown(source: str) -> dict[str, Any]:
    """Return a cell of text."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(cell: Cell) -> dict[str, Any]:
    """Return a cell of code, its figure with the width at which the notebook shows it."""
    metadata = dict(cell.metadata)
    widths = [out["metadata"][PNG]["width"] for out in cell.outputs if PNG in out.get("data", {})]
    if widths:
        image = metadata["mystnb"]["image"]
        metadata["mystnb"] = {"image": {**image, "width": f"{max(widths)}px"}}
    return {
        "cell_type": "code",
        "source": cell.source,
        "metadata": metadata,
        "outputs": list(cell.outputs),
        "execution_count": cell.execution_count,
    }


def help_with(exercise: Exercise, edition: str) -> str:
    """Return an exercise's hints and solution, folded; for instructors, also what goes wrong."""
    parts = [(f"Hint {number}", hint, "") for number, hint in enumerate(exercise.hints, start=1)]
    parts.append(("Solution", "", exercise.solution))
    if edition == INSTRUCTOR:
        for number, (diagnosis, source) in enumerate(exercise.misconceptions, start=1):
            parts.append((f"Misconception {number}", diagnosis, source))
    return "\n".join(folded(*part) for part in parts)


def folded(summary: str, text: str, source: str) -> str:
    """Return a text and a Python source that are unfolded by a click on their summary."""
    said = f"<p>{in_html(text)}</p>\n\n" if text else ""
    written = f"```python\n{source.strip()}\n```\n\n" if source else ""
    return f"<details><summary>{summary}</summary>\n\n{said}{written}</details>"


def in_html(text: str) -> str:
    """Return a line of text as HTML, with its `code`."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


def plain(text: str) -> str:
    """Return a text as Markdown that shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>$|#~])", r"\\\1", text)


def link(lesson: Lesson) -> str:
    """Return a link from a page beside the lessons to a lesson."""
    return f"[{lesson.id} {lesson.title}](notebooks/{lesson.path.name})"


# --- pages beside the lessons ------------------------------------------------------------------


def front(course: tuple[Lesson, ...]) -> str:
    """Return README as the front page: its table of lessons as lists, which a phone can show."""
    listed, contents = "", ""
    for part, members in groupby(course, key=lambda lesson: lesson.part):
        found = list(members)
        lines = [f"- {link(each)}: {each.question} *{each.minutes} minutes*" for each in found]
        listed += f"### {part} {PARTS[part]}\n\n" + "\n".join(lines) + "\n\n"
        entries = [f"{each.id} {each.title} <notebooks/{each.name}>" for each in found]
        contents += contents_of(f"{part} {PARTS[part]}", entries)
    beside = (
        *("article", "claims", "glossary", "data", "docs/engine", "try"),
        *("teaching", "docs/class", "compute", "CONTRIBUTING"),
    )
    contents += contents_of("Beside the lessons", beside)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    before, _, rest = readme.partition("<!-- lessons -->")
    return before + listed + rest.partition("<!-- /lessons -->")[2] + contents


def contents_of(caption: str, entries: Iterable[str]) -> str:
    """Return a part of the website's contents."""
    return "\n".join(["", "```{toctree}", ":hidden:", f":caption: {caption}", *entries, "```", ""])


def article(course: tuple[Lesson, ...]) -> str:
    """Return the page of what the article said, and what each lesson found."""
    parts = [
        "# The article, tested",
        'The course grew out of a short article, "Demystifying Deep Learning: How It Works and Why '
        'It Matters". Each lesson tests one of its statements, told here in our own words, and '
        "ends with what it found. What the lessons show is proven each time they run.",
        article_table(course, "notebooks"),
    ]
    for each in course:
        (said,) = re.findall(r"^\*\*What the article said.*", written(each), re.MULTILINE)
        parts += [f"## {link(each)}", said]
    return "\n\n".join(parts)


def written(lesson: Lesson) -> str:
    """Return the text of a lesson, its links as they are from a page beside the lessons."""
    text = "\n\n".join(cell.source for cell in lesson.cells if cell.kind == "markdown")
    return re.sub(r"\]\((\d\d_\w+\.ipynb)", r"](notebooks/\1", text)


def claims(course: tuple[Lesson, ...]) -> str:
    """Return the page of all claims, as the stored notebooks print them."""
    kept, total, parts = read(), 0, []
    for each in course:
        printed = [line for cell in each.cells for line in printed_by(cell)]
        held = [line[2:] for line in printed if re.match(r"✔ (?!\d\d\.[\w-]+: passed)", line)]
        total += len(held)
        lines = [f"- {plain(text)}" for text in held]
        parts.append("\n".join([f"## {link(each)}", "", replicated(entry(kept, each)), "", *lines]))
    return (
        f"# Claims\n\nThese {total} sentences are executed each time a lesson runs, and a lesson "
        "in which one is false fails its tests. Here they stand as they held with seed 0; every "
        "random choice in a lesson depends on the seed.\n\n" + "\n\n".join(parts)
    )


def printed_by(cell: Cell) -> list[str]:
    """Return the lines that a cell has printed."""
    texts = ("".join(out["text"]) for out in cell.outputs if out["output_type"] == "stream")
    return "".join(texts).splitlines()


def replicated(known: dict[str, Any]) -> str:
    """Return with which other seeds a lesson's claims held, when, and with what."""
    if not known["held"] and not known["fell"]:
        return "*Not yet run with other seeds since this lesson was last changed.*"
    told = [f"Seed {seed} fell: {plain(said)}" for seed, said in known["fell"].items()]
    if known["held"]:
        told.insert(0, f"All held with the seeds {', '.join(map(str, known['held']))}.")
    versions = ", ".join(f"{name} {version}" for name, version in known["with"].items())
    return " ".join([*told, f"({known['on']}, {versions})"])


def glossary(course: tuple[Lesson, ...]) -> str:
    """Return the page of all terms, each with the paragraph that explains it."""
    explained: dict[str, list[Lesson]] = {}
    for each in course:
        for term in each.terms:
            explained.setdefault(term, []).append(each)
    items = []
    for term, places in sorted(explained.items(), key=lambda item: item[0].casefold()):
        lines = [*explanation(term, places[0]).splitlines(), "", ", ".join(map(link, places))]
        items.append("\n".join([term, *(f"  {line}".rstrip() for line in lines)]))
    body = "\n\n".join(items)
    return (
        "# Glossary\n\nEach term with the paragraph that introduces it, and the lesson that "
        f"explains it.\n\n:::{{glossary}}\n{body}\n:::\n"
    )


def explanation(term: str, lesson: Lesson) -> str:
    """Return the paragraph in which a lesson has a term in italics, with a formula that follows."""
    for block, following in pairwise([*written(lesson).split("\n\n"), ""]):
        if in_italics(term, block) and block[0] not in "<|#$":
            return f"{block}\n\n{following}" if following.startswith("$$") else block
    return ""


def data(course: tuple[Lesson, ...]) -> str:
    """Return the page of the data cards."""
    parts = ["# Data", "Every data set is real, licensed, and pinned by its hash."]
    for name, card in catalog.items():
        used = ", ".join(link(each) for each in course if name in each.data) or "no lesson yet"
        rows = [(label, " ".join(map(plain, said))) for label, said in card.rows()]
        parts += [f"## {card.title}", f"`{name}`, used in {used}"]
        parts += [f"{label}\n: {said}" for label, said in rows]
    return "\n\n".join(parts)


def teaching(course: tuple[Lesson, ...], edition: str) -> str:
    """Return the page for instructors: schedules made from the lessons' minutes and needs."""
    this = "This instructor edition"
    if edition != INSTRUCTOR:
        this = 'The <a href="instructor/index.html">instructor edition</a>'
    days, weeks = packed(course, DAY), packed(course, WEEK)
    left = ", ".join(each.id for day in days[3:] for each in day)
    ways = []
    for each in course:
        way = way_to(each, course)
        minutes = sum(lesson.minutes for lesson in way)
        ways.append(f"| {link(each)} | {' '.join(lesson.id for lesson in way)} | {minutes} |")
    return "\n\n".join(
        [
            "# Teaching",
            f"{this} has the plan of each lesson (minutes per section, what learners get wrong and "
            "what to ask them, a question to vote on, where to cut), every solution, and every "
            "wrong answer that an exercise knows. It prints. The schedules below are computed from "
            "the minutes of the lessons and from what they need; breaks come on top.",
            f"## A day\n\n{rows_of('Day', days[:1])}",
            f"## Three days\n\n{rows_of('Day', days[:3])}",
            f"For a fourth day, or at home: {left}." if left else "That is the whole course.",
            f"## A term of {len(weeks)} weeks, two hours per week\n\n{rows_of('Week', weeks)}",
            "## The shortest way to each lesson",
            "Who has one lesson in mind can do without those that it does not build on.",
            "\n".join(["| To | Lessons in order | Minutes |", "|---|---|--:|", *ways]),
        ]
    )


def packed(course: tuple[Lesson, ...], minutes: int) -> list[list[Lesson]]:
    """Return the lessons in order, in groups that take no more than so many minutes each."""
    groups: list[list[Lesson]] = [[]]
    for each in course:
        if sum(lesson.minutes for lesson in groups[-1]) + each.minutes > minutes:
            groups.append([])
        groups[-1].append(each)
    return groups


def rows_of(unit: str, groups: list[list[Lesson]]) -> str:
    """Return a schedule as a table."""
    rows = [
        f"| {number} | {' · '.join(map(link, group))} | {sum(each.minutes for each in group)} |"
        for number, group in enumerate(groups, start=1)
    ]
    return "\n".join([f"| {unit} | Lessons | Minutes |", "|--:|---|--:|", *rows])


def way_to(lesson: Lesson, course: tuple[Lesson, ...]) -> list[Lesson]:
    """Return all that a lesson needs, and what these need, in order, and the lesson itself."""
    needed = {lesson.id}
    for each in reversed(course):  # what a lesson needs comes before it
        needed |= set(each.needs) if each.id in needed else set()
    return [each for each in course if each.id in needed]


def compute(course: tuple[Lesson, ...]) -> str:
    """Return the page of what the course costs a computer."""
    kept, rows = read(), []
    for each in course:
        runs = [used(entry(kept, each), what) for what in ("seconds", "MiB")]
        rows.append(
            f"| {link(each)} | {each.seconds} | "
            + " | ".join(f"{max(values):,.0f}" if values else "—" for values in runs)
            + " |"
        )
    total = sum(each.seconds for each in course)
    studies = []
    for file in sorted(STUDIES.glob("*.json")):
        study = json.loads(file.read_text(encoding="utf-8"))
        studies.append(f"| `{file.stem}` | {study['seconds']:,.0f} | {study['date']} |")
    first = (card.archives[0] for card in catalog.values() if card.archives)
    fetched = sum(archive.size for archive in first) / 1e6
    return "\n\n".join(
        [
            "# The compute bill",
            f"All {len(course)} lessons together take {total / 60:.0f} minutes of one processor "
            f"core, each at most {MEMORY / 2**30:g} GiB of memory, and no graphics card. Their "
            f"data, fetched once, are {fetched:.0f} MB. These are the seconds that each lesson "
            "declares. Beside them stands the most that it used in a run under another seed, "
            "where there was one since it was last changed.",
            "\n".join(
                [
                    "| Lesson | Seconds of one core, declared | measured | MiB |",
                    "|---|--:|--:|--:|",
                    *rows,
                    f"| All | {total} | | |",
                ]
            ),
            "## Studies",
            "What takes longer than a lesson may is run once, and its results are kept.",
            "\n".join(["| Study | Seconds | Date |", "|---|--:|---|", *studies]),
        ]
    )


# --- writing -----------------------------------------------------------------------------------


def write(folder: Path) -> None:
    """Write both editions into a folder, in which whatever was there is replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    course = lessons()
    pages = {page.__name__: page(course) for page in (article, claims, glossary, data, compute)}
    pages["index"] = front(course)
    pages["try"] = (ROOT / "docs" / "site" / "try.md").read_text(encoding="utf-8")
    for edition in (LEARNER, INSTRUCTOR):
        place = folder / edition
        for copied in (*COPIED, "docs/images"):
            (place / copied).parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / copied).is_dir() else shutil.copy
            copy(ROOT / copied, place / copied)
        pages["teaching"] = teaching(course, edition)
        for name, text in pages.items():
            (place / f"{name}.md").write_text(text, encoding="utf-8")
        (place / "notebooks" / "original").mkdir(parents=True)
        for each in course:
            shutil.copy(each.path, place / "notebooks" / "original")
            text = json.dumps(notebook(each, edition), ensure_ascii=False)
            (place / "notebooks" / each.path.name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
