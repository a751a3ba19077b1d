"""Every lesson has the anatomy of a lesson, and the checks of it see what is amiss."""

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from anatomy import (
    Anatomy,
    faults,
    is_isbn,
    paragraphs,
    sentences,
)
from PIL import Image

from dlcourse import exercises
from dlcourse.course import (
    STATEMENTS,
    Lesson,
    article_table,
    lesson,
    lessons,
    readme_map,
    readme_pictures,
    with_tables,
)
from dlcourse.data import catalog
from dlcourse.paths import NOTEBOOKS, ROOT

PATHS = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_lesson_has_its_anatomy(path):
    each = Lesson.read(path)
    with_exercises = exercises.exercises(each.id) if each.id in exercises.lessons() else ()
    stubs = {exercise.id: exercise.stub for exercise in with_exercises}
    anatomy = Anatomy(each, lessons(), frozenset(catalog), stubs)
    if told := faults(anatomy):
        pytest.fail("\n".join([f"{path.name} is not yet a lesson:", *told]), pytrace=False)


@pytest.mark.parametrize("id", ["00", "01", "11"])
def test_the_first_lessons_exist(id):
    assert lesson(id).id == id


def test_exercises_belong_to_lessons():
    assert set(exercises.lessons()) <= {each.id for each in lessons()}


def test_the_readme_lists_every_lesson():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert with_tables(readme) == readme, "run `python -m dlcourse.course`, which mends the table"


def test_readme_shows_the_pictures_of_the_lessons():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme_pictures(readme)
    assert len(shown) >= 2
    for path, picture in shown.items():
        assert (ROOT / path).read_bytes() == picture, "run `python -m dlcourse.course`"
    with pytest.raises(ValueError, match="lesson 11 has"):
        readme_pictures("![](docs/images/11-99.png)")


# --- the checks see what is amiss: a lesson without faults, and one defect after another ----------

STUB = "def double(x):\n    ...\n"
NAMES = tuple(f"12.double-{number}" for number in range(4))
OPENING = """# A tiny lesson

Does the machinery work?

20 minutes · runs in 9 seconds · needs [11](11_before.ipynb) · data `digits`"""
RECALL = """## Recall

1. What was first? <details><summary>Answer</summary>This.</details>
2. What was second? <details><summary>Answer</summary>That.</details>
3. What was third? <details><summary>Answer</summary>Those.</details>"""
IDEA = """## The idea

The *margin* is wide, e.g. by $2!$ units. See `just()` and He et al. (2015) for more.
In 1958 Rosenblatt began; see also Goodfellow and others (2016).

> "Simply put, it is just so!" others say."""
LIMITS = "## Limits and harms\n\nIt breaks at noon."
CLOSING = """## What you can do now

- Say this.
- Do that.
- Judge those.

## References

- Rosenblatt (1958). https://doi.org/10.1037/h0042519
- He et al. (2015). arXiv:1512.03385
- Goodfellow and others (2016). Just a Book! ISBN 978-0-262-03561-3

Next: [After](21_after.ipynb)."""
FINDING = {
    "statement": STATEMENTS[0],
    "verdict": "partly",
    "why": "two claims hold.",
    "claims": ["Claim a", "Claim b"],
}
NOTE = "10 minutes for the idea. Put it to the vote. Cut the proof when time runs out."
ALT = "A straight line that rises from the lower left to the upper right"


def picture() -> str:
    """Return a small PNG as a notebook stores it."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


def good() -> nbformat.NotebookNode:
    """Return a notebook without a fault."""
    text, code, output = (
        nbformat.v4.new_markdown_cell,
        nbformat.v4.new_code_cell,
        nbformat.v4.new_output,
    )
    drawn = [output("display_data", {"image/png": picture(), "text/plain": "<Figure>"})]
    cells = [text(source) for source in (OPENING, RECALL, IDEA)]
    cells += [code('from dlcourse import check, claim, data\ndigits = data.load("digits")')]
    cells += [code("plot()", outputs=drawn, metadata={"mystnb": {"image": {"alt": ALT}}})]
    cells += [
        code(f'claim("Claim {i}", True)', outputs=[output("stream", text=f"✔ Claim {i}\n")])
        for i in "abc"
    ]
    tag = {"tags": ["exercise"]}
    cells += [code(f'{STUB}\ncheck("{name}", double)', metadata=tag) for name in NAMES]
    cells += [text(NOTE, metadata={"tags": ["instructor"], "jupyter": {"source_hidden": True}})]
    cells += [text(LIMITS), text(CLOSING)]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    for number, cell in enumerate([cell for cell in cells if cell.cell_type == "code"], start=1):
        cell.execution_count = number
    metadata = {
        "id": "12",
        "title": "A tiny lesson",
        "part": 1,
        "question": "Does the machinery work?",
        "minutes": 20,
        "seconds": 9,
        "needs": ["11"],
        "objectives": ["Say what was tested"],
        "data": ["digits"],
        "terms": ["margin"],
        "exercises": list(NAMES),
        "article": [FINDING],
    }
    return nbformat.v4.new_notebook(cells=cells, metadata={"dlcourse": metadata})


def found(notebook: nbformat.NotebookNode, folder: Path) -> list[str]:
    """Return what the anatomy finds amiss in a notebook, one before it and one after."""
    around = {"11_before": {"id": "11"}, "21_after": {"id": "21", "part": 2}}
    for name, changes in around.items():
        dlcourse = good().metadata.dlcourse | changes
        nbformat.write(
            nbformat.v4.new_notebook(metadata={"dlcourse": dlcourse}), folder / f"{name}.ipynb"
        )
    path = folder / "12_tiny.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")  # nbformat would mend what is amiss
    stubs = dict.fromkeys(NAMES, STUB)
    return faults(Anatomy(Lesson.read(path), lessons(folder), frozenset({"digits"}), stubs))


def test_a_good_lesson_has_no_faults(tmp_path):
    assert found(good(), tmp_path) == []


def meta(**changes: Any) -> Callable[[nbformat.NotebookNode], None]:
    """Return a defect: other metadata."""
    return lambda notebook: notebook.metadata.dlcourse.update(changes)


def source(number: int, old: str, new: str) -> Callable[[nbformat.NotebookNode], None]:
    """Return a defect: another text in a cell."""

    def change(notebook: nbformat.NotebookNode) -> None:
        cell = notebook.cells[number]
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def cell(number: int, **changes: Any) -> Callable[[nbformat.NotebookNode], None]:
    """Return a defect: other fields of a cell."""
    return lambda notebook: notebook.cells[number].update(nbformat.from_dict(changes))


def output(number: int, **fields: Any) -> Callable[[nbformat.NotebookNode], None]:
    """Return a defect: another output of a cell."""
    return cell(number, outputs=[nbformat.v4.new_output(**fields)])


OPEN, RECALLED, THOUGHT, CODE, FIGURE, CLAIM, EXERCISE, INSTRUCTOR, LIMITED, CLOSED = (
    0,
    1,
    2,
    3,
    4,
    5,
    8,
    12,
    13,
    14,
)
DEFECTS = {
    "older than format 4.5": lambda notebook: notebook.update(nbformat_minor=4),
    "not valid: .*'colour' was unexpected": cell(CODE, colour="red"),
    "Two cells have the id 'cell-0'": cell(RECALLED, id="cell-0"),
    "kB, but at most 700": cell(
        CODE, outputs=[nbformat.v4.new_output("stream", text="x" * 700_000)]
    ),
    "'/home/ada' is a path": source(CODE, "digits =", "# /home/ada\ndigits ="),
    "'C:.*Users' is a path": output(CODE, output_type="stream", text="C:\\Users\\ada"),
    "stores the address 0x7f3a90": output(
        CODE, output_type="display_data", data={"text/plain": "<A at 0x7f3a90>"}
    ),
    "The id is '13', but the file begins with '12'": meta(id="13"),
    "The part is 2": meta(part=2),
    "needs lesson '10', which does not exist": meta(needs=["10"]),
    "needs lesson '21', which does not come earlier": meta(needs=["21"]),
    "declares 90 minutes": meta(minutes=90),
    "declares 40 minutes, but a learner takes about 18": meta(minutes=40),
    "takes about 98 minutes": source(LIMITED, "noon.", "noon and " + "so on " * 6800),
    "headed `Further: …`, but is not": source(THOUGHT, "## The idea", "## Further: the idea"),
    "He \\(2015\\) is listed, but no": source(THOUGHT, "He et al. (2015)", "He et al."),
    "Hu \\(2015\\) is cited, but not": source(THOUGHT, "He et al. (2015)", "Hu et al. (2015)"),
    "names lesson 99, which": source(THOUGHT, "The *margin*", "Lesson 99 says: the *margin*"),
    "declares 61 seconds": meta(seconds=61),
    "has 5 objectives": meta(objectives=["this"] * 5),
    "needs this line.*: # Another title": meta(title="Another title"),
    "needs this line.*: Does it\\?": meta(question="Does it?"),
    "needs this line.*: 20 minutes .* data `digits`": source(OPEN, "9 seconds", "8 seconds"),
    "'bias' is nowhere in italics": meta(terms=["bias"]),
    "without a literal name": source(CODE, '"digits"', "name"),
    "'digits' is declared but never loaded": source(CODE, "data.load", "load"),
    "'iris' is loaded but not in the metadata": source(CODE, '"digits"', '"iris"'),
    "'iris' is not in the catalogue": meta(data=["iris"]),
    "the claim 'Claim d', which it does not store": meta(
        article=[FINDING | {"claims": ["Claim d"]}]
    ),
    "but names no claim": meta(article=[FINDING | {"claims": []}]),
    "The reason 'So' is no sentence": meta(article=[FINDING | {"why": "So"}]),
    "'12.double-0' is named in the metadata, but no cell": source(EXERCISE, "double-0", "triple"),
    "'12.double-0' is named in the exercises' module": source(EXERCISE, "check(", "print("),
    "'12.triple' is checked in a cell, but the exercises' module": source(
        EXERCISE, "double-0", "triple"
    ),
    "'12.double-1' is checked in a cell, but the metadata": meta(exercises=["12.double-0"]),
    "has 3 exercises": source(EXERCISE, "check(", "print("),
    "is checked in 2 cells": source(EXERCISE, "double-0", "double-1"),
    "does not hold its stub": source(EXERCISE, "...", "return 2 * x"),
    "tag it `exercise`": cell(EXERCISE, metadata={}),
    "makes 2 claims": source(CLAIM, "claim(", "print("),
    "not written out": source(CLAIM, '"Claim a"', "sentence"),
    "inside `try`": source(CLAIM, "claim(", "try:\n    pass\nfinally:\n    claim("),
    "has 26 lines": source(CLAIM, "claim(", "1\n" * 25 + "claim("),
    "is empty": source(FIGURE, "plot()", " "),
    "not plain Python": source(CODE, "digits =", "%time digits ="),
    "import \\*` hides where names come from": source(
        CODE, "import check, claim, data", "import *"
    ),
    "is hidden": cell(FIGURE, metadata={"tags": ["hide-input"]}),
    "cell-2.* is hidden": cell(THOUGHT, metadata={"jupyter": {"source_hidden": True}}),
    "counts are not 1 to 9": cell(CLAIM, execution_count=7),
    "was edited after it ran": cell(CODE, metadata={"dlcourse": {"source": "0" * 16}}),
    "stores the error KeyError": output(
        CODE, output_type="error", ename="KeyError", evalue="", traceback=[]
    ),
    "stores a warning": output(CODE, output_type="stream", name="stderr", text="beware"),
    "draws a figure.*now ''": cell(FIGURE, metadata={}),
    "draws a figure.*png": cell(
        FIGURE, metadata={"mystnb": {"image": {"alt": f"{'long' * 10}.png"}}}
    ),
    "stores image/jpeg": output(FIGURE, output_type="display_data", data={"image/jpeg": "AAAA"}),
    "picture in the prose": source(THOUGHT, "The *margin*", "![line](line.png) The *margin*"),
    "a bare € in a formula": source(THOUGHT, "The *margin*", r"$p \ge 3\ €$ The *margin*"),
    "`## Recall` is missing": source(RECALLED, "## Recall", "## Look back"),
    "`## Limits` is missing": source(LIMITED, "## Limits", "## Ends"),
    "`## References` is missing": source(CLOSED, "## References", "## Sources"),
    "`## What you can do now` is missing": source(CLOSED, "What you can do now", "Done"),
    "in another order": source(LIMITED, "## Limits", "## References\n\nNone.\n\n## Limits"),
    "2 folded answers": source(RECALLED, "<details><summary>Answer</summary>That", "That"),
    "lists 2 things": source(CLOSED, "- Say this.\n", ""),
    "neither DOI, arXiv number nor ISBN: 'He et al": source(CLOSED, "arXiv:1512.03385", ""),
    "ISBN 978-0-262-03561-4 has a wrong check digit": source(CLOSED, "561-3", "561-4"),
    "no instructor's note": cell(INSTRUCTOR, metadata={}),
    "do not say minutes": source(INSTRUCTOR, "10 minutes", "Much"),
    "do not say a question to vote": source(INSTRUCTOR, "vote", "room"),
    "do not say where to cut": source(INSTRUCTOR, "Cut", "Keep"),
    "link to the next lesson: \\(21_after": source(CLOSED, "21_after", "22_other"),
    "An exclamation mark": source(LIMITED, "noon.", "noon!"),
    "The word 'just' helps nobody": source(LIMITED, "breaks at", "just breaks at"),
    "The word 'Simply' helps nobody": source(INSTRUCTOR, "10", "Simply 10"),
    "more than four sentences": source(
        LIMITED, "noon.", "one. At two. At three. At four. At five."
    ),
}


@pytest.mark.parametrize("message", DEFECTS)
def test_the_anatomy_sees_a_defect(message, tmp_path):
    notebook = good()
    DEFECTS[message](notebook)
    told = found(notebook, tmp_path)
    assert any(re.search(message, each) for each in told), told


def test_the_anatomy_sees_long_cells_on_the_whole(tmp_path):
    notebook = good()
    for each in notebook.cells:
        if each.cell_type == "code":
            each.source += "\n1" * 6
    assert any("median code cell has" in told for told in found(notebook, tmp_path))


@pytest.mark.parametrize(
    ("isbn", "right"),
    [
        ("978-0-262-03561-3", True),
        ("978-0-262-03561-4", False),
        ("0-8044-2957-X", True),
        ("0-306-40615-3", False),
        ("12345", False),
    ],
)
def test_check_digits(isbn, right):
    assert is_isbn(isbn) is right


def test_paragraphs_are_prose_alone():
    markdown = (
        "# Title\n\nOne `a!`.\nTwo.\n- item\n- other\n\n```\ncode!\n```\n\n| a! |\n|--|\n\n"
        "$$n!$$\n\n> quoted!\n\n![alt](a!.png)\n\n## References\n\n- Why! 2020."
    )
    assert paragraphs(markdown) == ["One x. Two.", "- item", "- other", "alt"]


@pytest.mark.parametrize(
    ("paragraph", "count"),
    [
        ("One. Two? Three.", 3),
        ("**A heading.** One, et al and 3.5 of it.", 1),
        ("- **A heading.** One.", 1),
        ('You try "this, that…" and go on. *Then?* (Yes.) "No."', 4),
        ("No full stop", 0),
    ],
)
def test_sentences_are_counted(paragraph, count):
    assert sentences(paragraph) == count


# --- lessons as data ------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the lessons 11, 12 and 21."""
    found(good(), tmp_path)
    return tmp_path


def test_lessons_come_in_reading_order_and_strangers_stay_out(folder):
    for stranger in ("Untitled.ipynb", "11_before-Copy1.ipynb", "notes.txt"):
        (folder / stranger).write_text("{}", encoding="utf-8")
    assert [each.name for each in lessons(folder)] == ["11_before", "12_tiny", "21_after"]


@pytest.mark.parametrize(
    "name", ["12", "tiny", "12_tiny", "12_tiny.ipynb", "notebooks/12_tiny.ipynb"]
)
def test_a_lesson_goes_by_several_names(folder, name):
    assert lesson(name, folder).id == "12"


def test_an_unknown_lesson_suggests_the_nearest(folder):
    with pytest.raises(ValueError, match=r"There is no lesson '12_tinny': did you mean 12_tiny\?"):
        lesson("12_tinny", folder)
    with pytest.raises(ValueError, match="`dlcourse lessons` lists them"):
        lesson("quantum", folder)


@pytest.mark.parametrize(
    ("defect", "told"),
    [
        (meta(minutes="20"), "12_tiny.ipynb has minutes = '20' .* needs a whole number"),
        (meta(part=True), "has part = True .* needs a whole number"),
        (meta(needs="11"), "has needs = '11' .* needs a list of texts"),
        (meta(data=[1]), r"has data = \[1\] .* needs a list of texts"),
        (meta(colour="red"), "amiss here: colour"),
        (lambda notebook: notebook.metadata.pop("dlcourse"), "amiss here: data, exercises, id"),
    ],
)
def test_metadata_that_falls_short_is_told(folder, defect, told):
    notebook = good()
    defect(notebook)
    with pytest.raises(ValueError, match=told):
        found(notebook, folder)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', '{"cells": [{}]}'])
def test_a_damaged_notebook_is_told(folder, content):
    path = folder / "12_tiny.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"12_tiny.ipynb cannot be read as a notebook .* keep a copy"
    ):
        Lesson.read(path)


def test_the_readme_map_groups_lessons_by_part(folder):
    rows = readme_map(folder).splitlines()[2:]
    assert [row.split(" | ")[0] for row in rows] == ["| **1** Neurons", "| ", "| **2** Depth"]
    assert f"[12 A tiny lesson]({folder.name}/12_tiny.ipynb)" in rows[1]
    assert rows[1].endswith("| Does the machinery work? | 20 |")


def test_the_readme_needs_the_markers_of_its_tables():
    with pytest.raises(ValueError, match="<!-- article --> … <!-- /article -->"):
        with_tables("# A README\n")


def test_every_statement_of_the_article_is_tested_by_a_lesson():
    tested = {finding.statement for each in lessons() for finding in each.article}
    assert tested == set(STATEMENTS)
    table = article_table(lessons(), "notebooks")
    assert "| **fails**: of tomorrow's direction" in table
    assert [row for row in table.splitlines() if row.startswith(f"| {STATEMENTS[0]} | **holds**")]
    with pytest.raises(ValueError, match=f"No lesson tests the statement '{STATEMENTS[1]}'"):
        article_table([lesson("00")], "notebooks")


@pytest.mark.parametrize(
    "change", [{"statement": "They fly"}, {"verdict": "perhaps"}, {"claims": 3}, {"more": ""}]
)
def test_a_finding_has_a_statement_a_verdict_a_reason_and_claims(tmp_path, change):
    notebook = good()
    notebook.metadata.dlcourse.article = [FINDING | change]
    path = tmp_path / "12_tiny.ipynb"
    nbformat.write(notebook, path)
    with pytest.raises(ValueError, match=r"12_tiny.ipynb has .* among `article`"):
        Lesson.read(path)


def test_a_copy_of_an_earlier_edition_without_findings_can_be_read(tmp_path):
    notebook = good()
    del notebook.metadata.dlcourse["article"]
    nbformat.write(notebook, tmp_path / "12_tiny.ipynb")
    assert Lesson.read(tmp_path / "12_tiny.ipynb").article == ()
