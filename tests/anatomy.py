"""What every lesson has to have: each check yields a message for whatever is amiss.

A message says what is wrong and how to mend it, to somebody who is writing a lesson.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any

from nbformat.validator import iter_validate

from dlcourse.build import fingerprint
from dlcourse.course import PARTS, Cell, Lesson, in_italics
from dlcourse.pictures import PNG, pictures_of

WORDS_PER_MINUTE = 170
LINE, FIGURE, EXERCISE = 0.1, 0.5, 4.0
"""Minutes that a learner takes for a line of code, a figure and an exercise."""


@dataclass(frozen=True)
class Anatomy:
    """A lesson, with what of the rest of the course it is held against."""

    lesson: Lesson
    lessons: tuple[Lesson, ...]  # all, in reading order
    catalog: frozenset[str]  # names of data sets
    stubs: dict[str, str]  # of this lesson's exercises, by id

    @cached_property
    def code(self) -> list[Cell]:
        """The code cells."""
        return [cell for cell in self.lesson.cells if cell.kind == "code"]

    @cached_property
    def prose(self) -> list[Cell]:
        """The Markdown cells."""
        return [cell for cell in self.lesson.cells if cell.kind == "markdown"]

    @cached_property
    def text(self) -> str:
        """What a learner reads: all Markdown but the instructor's notes."""
        cells = (cell.source for cell in self.prose if "instructor" not in cell.tags)
        return "\n\n".join(cells)

    @cached_property
    def trees(self) -> list[ast.Module]:
        """The code cells as syntax, those that are Python."""
        return [tree for cell in self.code if (tree := parsed(cell.source))]

    @cached_property
    def minutes(self) -> float:
        """What the main path takes a learner: reading, code, figures and exercises."""
        path = [cell for cell in self.lesson.cells if not cell.tags & {"instructor", "further"}]
        text = "\n\n".join(cell.source for cell in path if cell.kind == "markdown")
        text = re.sub(r"^## References.*?(?=^## |^\*\*Next|\Z)", "", text, flags=re.M | re.S)
        text = re.sub(r"<[^>]+>|\]\([^)]*\)", "", text)  # tags and addresses are not read
        words = sum(bool(re.search(r"\w", word)) for word in text.split())
        code = [cell for cell in path if cell.kind == "code"]
        read = [cell.source for cell in code if "exercise" not in cell.tags]
        lines = sum(bool(line.strip()) for source in read for line in source.splitlines())
        drawn = sum(len(pictures_of(cell.outputs)) for cell in code)
        solved = len(code) - len(read)
        return words / WORDS_PER_MINUTE + lines * LINE + drawn * FIGURE + solved * EXERCISE

    def section(self, heading: str) -> str:
        """Return the text under the second-level heading that begins so, or ''."""
        found = re.search(rf"^## {heading}[^\n]*\n(.*?)(?=^## |\Z)", self.text, re.M | re.S)
        return found[1] if found else ""


Check = Callable[[Anatomy], Iterator[str]]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Add a function to the checks that every lesson goes through."""
    CHECKS.append(function)
    return function


def faults(anatomy: Anatomy) -> list[str]:
    """Return everything that is amiss in a lesson."""
    return [message for look in CHECKS for message in look(anatomy)]


def parsed(source: str) -> ast.Module | None:
    """Return a source's syntax, or None where it is not Python."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Yield the calls in a tree of a function that goes by one of `names`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            yield node


def literal(call: ast.Call) -> str:
    """Return the text that a call is given first, or '' where it is no literal."""
    first = call.args[0] if call.args else None
    return str(first.value) if isinstance(first, ast.Constant) else ""


def label(cell: Cell) -> str:
    """Name a cell so that its author finds it."""
    first = (cell.source.strip().splitlines() or [""])[0][:50]
    return f"cell [{cell.execution_count or cell.id}] ({first!r})"


# --- the file -------------------------------------------------------------------------------------


@check
def file_is_a_valid_notebook(a: Anatomy) -> Iterator[str]:
    notebook = json.loads(a.lesson.path.read_text(encoding="utf-8"))
    if (notebook["nbformat"], notebook["nbformat_minor"]) < (4, 5):
        yield "The notebook is older than format 4.5, which has cell ids: save it in JupyterLab."
    for error in iter_validate(notebook):
        yield f"The notebook is not valid: {error.message[:200]}."
    ids = [cell.id for cell in a.lesson.cells]
    for id in {id for id in ids if ids.count(id) > 1}:
        yield f"Two cells have the id {id!r}: build the lesson, which gives one of them another."


@check
def file_is_small(a: Anatomy) -> Iterator[str]:
    size = a.lesson.path.stat().st_size
    if size > 700_000:
        yield f"The file has {size // 1000} kB, but at most 700: draw fewer or plainer figures."


@check
def nothing_of_the_authors_machine_is_stored(a: Anatomy) -> Iterator[str]:
    text = a.lesson.path.read_text(encoding="utf-8")
    for found in re.findall(r"/(?:home|Users|root|tmp|mnt|private)/[\w.]+|[A-Z]:\\\\+\w+", text):
        yield f"{found!r} is a path of one machine: print the file's name alone."
    for cell in a.code:
        shown = " ".join(str(output.get("text", "")) + plain(output) for output in cell.outputs)
        for found in re.findall(r"0x[0-9a-fA-F]{6,}", shown):
            yield f"{label(cell)} stores the address {found}, which is another in every run."


def plain(output: dict[str, Any]) -> str:
    """Return the texts of an output that is shown in several forms."""
    return " ".join(str(v) for k, v in output.get("data", {}).items() if k.startswith("text/"))


# --- the metadata ---------------------------------------------------------------------------------


@check
def metadata_is_true(a: Anatomy) -> Iterator[str]:
    lesson, order = a.lesson, [each.id for each in a.lessons]
    if lesson.id != lesson.name[:2]:
        yield f"The id is {lesson.id!r}, but the file begins with {lesson.name[:2]!r}."
    if str(lesson.part) != lesson.id[:1] or lesson.part >= len(PARTS):
        yield f"The part is {lesson.part}, but a lesson's first digit is its part."
    for need in lesson.needs:
        if need not in order:
            yield f"It needs lesson {need!r}, which does not exist."
        elif need >= lesson.id:
            yield f"It needs lesson {need!r}, which does not come earlier."
    if not 5 <= lesson.minutes <= 60:
        yield f"It declares {lesson.minutes} minutes, but a lesson takes 5 to 60: split it."
    if not 1 <= lesson.seconds <= 60:
        yield f"It declares {lesson.seconds} seconds, but a lesson runs in 1 to 60."
    if not 1 <= len(lesson.objectives) <= 4:
        yield f"It has {len(lesson.objectives)} objectives, but a lesson has one to four."


@check
def minutes_are_honest(a: Anatomy) -> Iterator[str]:
    minutes = a.minutes
    if abs(a.lesson.minutes - minutes) > 0.15 * minutes:
        yield (
            f"It declares {a.lesson.minutes} minutes, but a learner takes about {minutes:.0f}: say "
            "so, or move what a first reading can do without under `Further: …` (tag `further`)."
        )
    if minutes > 60:
        yield f"A learner takes about {minutes:.0f} minutes for its main path, but has 60: cut it."
    for cell in a.prose:
        if re.search(r"^#+ Further:", cell.source, re.M) and "further" not in cell.tags:
            yield f"{label(cell)} is headed `Further: …`, but is not tagged `further`."


@check
def title_question_and_strip_open_the_lesson(a: Anatomy) -> Iterator[str]:
    first = a.lesson.cells[0].source if a.lesson.cells else ""
    for line in (f"# {a.lesson.title}", a.lesson.question, strip(a)):
        if line not in first.splitlines():
            yield f"The first cell needs this line, which says what the metadata says: {line}"


def strip(a: Anatomy) -> str:
    """Return the line under the question, made from the metadata."""
    files = {each.id: each.path.name for each in a.lessons}
    needs = ", ".join(f"[{need}]({files.get(need, '?')})" for need in a.lesson.needs)
    data = ", ".join(f"`{name}`" for name in a.lesson.data)
    return (
        f"{a.lesson.minutes} minutes · runs in {a.lesson.seconds} seconds · "
        f"needs {needs or 'nothing'} · {f'data {data}' if data else 'no data'}"
    )


@check
def terms_are_explained(a: Anatomy) -> Iterator[str]:
    for term in a.lesson.terms:
        if not in_italics(term, a.text):
            yield f"The term {term!r} is nowhere in italics (*{term}*), where it is explained."


@check
def data_is_that_of_the_catalogue(a: Anatomy) -> Iterator[str]:
    loads = [call for tree in a.trees for call in calls(tree, "data.load", "data.pretrained")]
    loaded = {literal(call) for call in loads}
    if "" in loaded:
        yield "data.load is called without a literal name: write the name out."
    for name in sorted(set(a.lesson.data) - a.catalog):
        yield f"The data set {name!r} is not in the catalogue."
    for name in sorted(set(a.lesson.data) ^ loaded - {""}):
        where = "loaded but not in the metadata" if name in loaded else "declared but never loaded"
        yield f"The data set {name!r} is {where}."


# --- exercises and claims -------------------------------------------------------------------------


@check
def exercises_are_in_the_lesson(a: Anatomy) -> Iterator[str]:
    checked: dict[str, list[Cell]] = {}
    for cell in a.code:
        for call in calls(parsed(cell.source) or ast.Module([], []), "check", "exercises.check"):
            checked.setdefault(literal(call), []).append(cell)
    declared = {"the metadata": a.lesson.exercises, "the exercises' module": tuple(a.stubs)}
    for place, ids in declared.items():
        for id in sorted(set(checked) - set(ids)):
            yield f"The exercise {id!r} is checked in a cell, but {place} does not name it."
        for id in sorted(set(ids) - set(checked)):
            yield f"The exercise {id!r} is named in {place}, but no cell checks it."
    if len(checked) < 4:
        yield f"It has {len(checked)} exercises, but a lesson has at least four."
    for id, cells in checked.items():
        if len(cells) > 1:
            yield f"The exercise {id!r} is checked in {len(cells)} cells: one is enough."
        if not any(a.stubs.get(id, "").strip() in cell.source for cell in cells):
            yield f"The cell of exercise {id!r} does not hold its stub as its module has it."
        for cell in cells:
            if "exercise" not in cell.tags:
                yield f"{label(cell)} checks an exercise: tag it `exercise`."


@check
def claims_are_made(a: Anatomy) -> Iterator[str]:
    claims = [call for tree in a.trees for call in calls(tree, "claim", "claims.claim")]
    if len(claims) < 3:
        yield f"It makes {len(claims)} claims, but a lesson makes at least three."
    if not all(map(literal, claims)):
        yield "A claim begins with a sentence that is not written out: give it as a literal text."
    tries = [n for tree in a.trees for n in ast.walk(tree) if isinstance(n, ast.Try)]
    if any(True for node in tries for _ in calls(node, "claim", "claims.claim")):
        yield "A claim stands inside `try`, where a false one could pass: take it out."


@check
def findings_rest_on_claims_that_held(a: Anatomy) -> Iterator[str]:
    outputs = (output for cell in a.code for output in cell.outputs)
    printed = "".join("".join(output.get("text", "")) for output in outputs).splitlines()
    for finding in a.lesson.article:
        if not finding.claims:
            yield f"It finds {finding.verdict!r} of {finding.statement!r}, but names no claim."
        for claim in finding.claims:
            if f"✔ {claim}" not in printed:
                yield f"Its finding rests on the claim {claim!r}, which it does not store as held."
        if not finding.why.endswith(".") or "\n" in finding.why:
            yield f"The reason {finding.why!r} is no sentence: end it with a full stop."


# --- code and outputs -----------------------------------------------------------------------------


@check
def code_is_plain_and_short(a: Anatomy) -> Iterator[str]:
    lengths = []
    for cell in a.code:
        lengths.append(sum(bool(line.strip()) for line in cell.source.splitlines()))
        if lengths[-1] > 25:
            yield f"{label(cell)} has {lengths[-1]} lines, but at most 25: split or move it."
        if not cell.source.strip():
            yield f"{label(cell)} is empty: remove it."
        if parsed(cell.source) is None:
            yield f"{label(cell)} is not plain Python: no % or ! commands, please."
    if lengths and median(lengths) > 6:
        yield f"The median code cell has {median(lengths):g} lines, but at most 6: split them."
    for node in (node for tree in a.trees for node in ast.walk(tree)):
        if isinstance(node, ast.ImportFrom) and any(name.name == "*" for name in node.names):
            yield f"`from {node.module} import *` hides where names come from: import by name."


@check
def nothing_is_hidden(a: Anatomy) -> Iterator[str]:
    for cell in a.lesson.cells:
        hiding = {tag for tag in cell.tags if re.match(r"(hide|remove)[-_]", tag)}
        folded = cell.metadata.get("jupyter", {}).get("source_hidden")
        if hiding or (folded and "instructor" not in cell.tags):
            yield f"{label(cell)} is hidden: readers see every cell but the instructor's notes."


@check
def outputs_are_those_of_one_run(a: Anatomy) -> Iterator[str]:
    counts = [cell.execution_count for cell in a.code]
    if counts != list(range(1, len(counts) + 1)):
        yield f"The execution counts are not 1 to {len(counts)}: build the lesson."
    code = ""
    for cell in a.code:
        code += cell.source
        made_from = fingerprint(code if "nbval-ignore-output" in cell.tags else cell.source)
        if cell.metadata.get("dlcourse", {}).get("source", made_from) != made_from:
            yield f"{label(cell)}, or code before it, was edited after it ran: build the lesson."
        for output in cell.outputs:
            if output["output_type"] == "error":
                yield f"{label(cell)} stores the error {output['ename']}: mend it, then build."
            if output.get("name") == "stderr":
                yield f"{label(cell)} stores a warning (stderr): mend what it warns of, then build."


@check
def figures_have_alternative_text(a: Anatomy) -> Iterator[str]:
    for cell in a.code:
        kinds = {k for o in cell.outputs for k in o.get("data", {}) if k.startswith("image/")}
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if kinds and not describes(alt):
            yield (
                f"{label(cell)} draws a figure: say in at least 40 characters of its metadata "
                f"mystnb.image.alt what a reader would see (now {alt!r})."
            )
        if kinds - {PNG}:
            yield f"{label(cell)} stores {', '.join(kinds - {PNG})}: figures are kept as PNG."
    for alt in re.findall(r"!\[([^\]]*)\]\(", a.text):
        if not describes(alt):
            yield f"A picture in the prose needs 40 characters of alternative text (now {alt!r})."


def describes(alt: str) -> bool:
    """Tell whether an alternative text can stand for its picture."""
    return len(alt) >= 40 and not re.fullmatch(r"\S+\.\w{2,4}", alt)


# --- the text -------------------------------------------------------------------------------------


@check
def sections_are_there(a: Anatomy) -> Iterator[str]:
    wanted = ["Recall", "Limits", "What you can do now", "References"]
    wanted = wanted[1:] if a.lesson.id == "00" else wanted
    missing = [heading for heading in wanted if not a.section(heading).strip()]
    for heading in missing:
        yield f"The section `## {heading}` is missing."
    places = [a.text.find(f"\n## {heading}") for heading in wanted if heading not in missing]
    if places != sorted(places):
        yield f"The sections come in another order than {', '.join(wanted)}."
    answers = len(re.findall(r"<details>", a.section("Recall")))
    if a.lesson.id != "00" and answers != 3:
        yield f"Recall has {answers} folded answers (<details>), but asks three questions."
    able = len(re.findall(r"^[-*] ", a.section("What you can do now"), re.M))
    if not 3 <= able <= 5:
        yield f"`What you can do now` lists {able} things, but three to five: a list of sentences."


@check
def references_can_be_found(a: Anatomy) -> Iterator[str]:
    for item in re.findall(r"^[-*] (.+(?:\n  .+)*)", a.section("References"), re.M):
        books = re.findall(r"ISBN[ :]*([\d\- ]{9,16}[\dX])", item)
        if not books and not re.search(r"\b10\.\d{4,9}/\S+|arXiv:\d{4}\.\d{4,5}", item):
            yield f"A reference has neither DOI, arXiv number nor ISBN: {item[:60]!r}."
        for isbn in books:
            if not is_isbn(isbn):
                yield f"ISBN {isbn} has a wrong check digit: copy it anew."


@check
def references_are_cited(a: Anatomy) -> Iterator[str]:
    listed = [
        (re.split(r",| and | et al", names.strip())[0].split()[-1], names, year)
        for item in re.findall(r"^[-*] (.+(?:\n  .+)*)", a.section("References"), re.M)
        for names, year in re.findall(r"\A(.*?)\((\d{4})\)", item, re.S)
    ]
    said = [
        " ".join(sentence.split())
        for text in paragraphs(a.text)
        for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z])", text)
    ]
    for first, _, year in listed:
        if not any(first in sentence and year in sentence for sentence in said):
            yield f"{first} ({year}) is listed, but no sentence cites it by name and year."
    for sentence in said:
        for name, year in re.findall(CITATION, sentence):
            if not any(name in names and year == its for _, names, its in listed):
                yield f"{name} ({year}) is cited, but not listed: {sentence[:60]!r}."


CITATION = (
    r"([A-ZÀ-Þ][\w'’\-]*[a-zß-ÿ])"  # a name, and those who wrote with it
    r"(?:,? and [A-ZÀ-Þ][\w'’\-]+|,? and (?:colleagues|others)|,? et al|, [A-ZÀ-Þ][\w'’\-]+)*"
    r"(?: \(|, )((?:1[6-9]|20)\d\d)\b"
)


@check
def lessons_named_exist(a: Anatomy) -> Iterator[str]:
    known = {each.id for each in a.lessons}
    for id in sorted(set(re.findall(r"\b[Ll]essons? (\d\d)\b", a.text)) - known):
        yield f"The prose names lesson {id}, which does not exist: name one that teaches it."


def is_isbn(text: str) -> bool:
    """Tell whether an ISBN of 10 or 13 digits has the right check digit."""
    digits = [10 if c == "X" else int(c) for c in text if c not in "- "]
    if len(digits) == 10:
        return sum(weight * d for weight, d in zip(range(10, 0, -1), digits, strict=True)) % 11 == 0
    return len(digits) == 13 and (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


@check
def instructors_are_helped(a: Anatomy) -> Iterator[str]:
    notes = "\n".join(cell.source for cell in a.prose if "instructor" in cell.tags)
    if not notes:
        yield "There is no instructor's note: a Markdown cell tagged `instructor`."
        return
    wanted = {
        r"\bmin(utes)?\b": "minutes per section",
        r"\bvot": "a question to vote on",
        r"\bcut": "where to cut",
    }
    for pattern, what in wanted.items():
        if not re.search(pattern, notes, re.I):
            yield f"The instructor's notes do not say {what}."


@check
def next_lesson_is_named(a: Anatomy) -> Iterator[str]:
    later = [each for each in a.lessons if each.id > a.lesson.id]
    last = a.text.strip().split("\n## ")[-1]
    if later and f"]({later[0].path.name})" not in last:
        yield f"The last section needs a link to the next lesson: ({later[0].path.name})."


@check
def formulas_can_be_shown(a: Anatomy) -> Iterator[str]:
    for cell in a.lesson.cells:
        if cell.kind == "markdown":
            for formula in re.findall(r"\$\$.*?\$\$|\$[^$\n]+\$", cell.source, re.DOTALL):
                if "€" in re.sub(r"\\text\{[^}]*\}", "", formula):
                    yield f"{label(cell)} has a bare € in a formula, which needs \\text{{€}}."


@check
def prose_is_plain(a: Anatomy) -> Iterator[str]:
    for cell in a.prose:
        for paragraph in paragraphs(cell.source):
            begins = f"({paragraph[:50]!r} …)"
            if "!" in paragraph:
                yield f"An exclamation mark in the prose: a full stop will do {begins}."
            for word in re.findall(r"\b(simply|just|obviously)\b", paragraph, re.I):
                yield f"The word {word!r} helps nobody who is stuck: leave it out {begins}."
            if "instructor" not in cell.tags and sentences(paragraph) > 4:
                yield f"A paragraph has more than four sentences: divide it {begins}."


def sentences(paragraph: str) -> int:
    """Return how many sentences a paragraph has, a bold heading at its beginning left out."""
    text = re.sub(r"^(?:[-*]|\d+\.)?\s*\*\*[^*]+\*\*", "", paragraph)
    closing = r"[.?!…][\"'”’)*_]*"
    return len(re.findall(rf"{closing}(?=\s+[\"'“‘(*_]*[A-Z0-9]|\s*$)", text))


def paragraphs(source: str) -> list[str]:
    """Return the paragraphs and list items of a Markdown cell, without what is not prose.

    Code, formulas, tables, quotations, addresses and references are others' words or no words.
    """
    source = re.sub(r"^## References.*?(?=^## |\Z)", "", source, flags=re.M | re.S)
    source = re.sub(r"```.*?```|\$\$.*?\$\$|<!--.*?-->", "", source, flags=re.S)
    source = re.sub(r"`[^`]*`|\$[^$]*\$", "x", source)
    source = re.sub(r"!\[|\]\([^)]*\)|<[^>]+>", "", source)
    source = re.sub(r"\b(e\.g|i\.e|et al|Fig|Eq|vs|cf)\.", r"\1", source)
    source = re.sub(r"^[>|#].*$", "", source, flags=re.M)
    parts = re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)", source)
    return [" ".join(part.split()) for part in parts if part.strip()]
