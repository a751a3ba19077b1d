"""The website: what its pages hold, that no link in them is dead, and how a browser shows them."""

import html
import itertools
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import pytest
from browser import Once, in_browser

from dlcourse.course import Lesson, lessons
from dlcourse.data import catalog
from dlcourse.exercises import find
from dlcourse.paths import ROOT
from dlcourse.pictures import PNG

SITE = ROOT / "build" / "site"
TOOLS = ROOT / ".venv-site"
COURSE = {each.id: each for each in lessons()}
LARGEST = 1_500_000
"""Bytes that a page and its pictures may have; what all pages share comes on top once."""


sys.path.append(str(ROOT / "docs" / "site"))  # scripts, which are no part of the package
pages, slides = import_module("pages"), import_module("slides")

every_lesson = pytest.mark.parametrize("lesson", COURSE.values(), ids=COURSE)


def sources(lesson: Lesson, edition: str) -> list[str]:
    """Return the sources of the cells of a lesson's page."""
    return [cell["source"] for cell in pages.notebook(lesson, edition)["cells"]]


# --- the pages, before they are HTML -------------------------------------------------------------


@every_lesson
def test_the_instructors_notes_are_in_their_edition_only(lesson: Lesson) -> None:
    notes = [cell.source for cell in lesson.cells if "instructor" in cell.tags]
    assert notes
    assert not set(notes) & set(sources(lesson, "learner"))
    opened = {note.replace("<details", "<details open") for note in notes}
    assert opened <= set(sources(lesson, "instructor"))


@every_lesson
def test_what_a_first_reading_can_do_without_is_folded_and_nothing_else(lesson: Lesson) -> None:
    further = {cell.source for cell in lesson.cells if "further" in cell.tags}
    is_folded, bodies = False, []
    for source in sources(lesson, "learner"):
        if source.startswith('<details class="further">'):
            assert not is_folded
            is_folded = True
        elif source == "</details>":
            is_folded = False
        elif not source.startswith("<details><summary>Hint 1"):
            bodies.append((source, is_folded))
    assert not is_folded
    for source, folded in bodies:
        assert folded is any(whole.endswith(source) for whole in further), source
    assert {source for source, _ in bodies if source in further} >= {
        cell.source for cell in lesson.cells if "further" in cell.tags and cell.kind == "code"
    }


@every_lesson
def test_each_exercise_is_followed_by_its_help(lesson: Lesson) -> None:
    for edition in ("learner", "instructor"):
        cells = sources(lesson, edition)
        for id in lesson.exercises:
            exercise = find(id)
            (place,) = (n for n, cell in enumerate(cells) if f'\ncheck("{id}"' in cell)
            help_ = cells[place + 1]
            hints = [pages.in_html(hint) for hint in exercise.hints]
            found = [help_.index(part) for part in (*hints, exercise.solution.strip())]
            assert found == sorted(found)
            said = [pages.in_html(diagnosis) for diagnosis, _ in exercise.misconceptions]
            assert all((f"<p>{each}</p>" in help_) is (edition == "instructor") for each in said)


def test_only_the_instructor_edition_is_unfolded() -> None:
    for lesson in COURSE.values():
        assert "<details open" not in "".join(sources(lesson, "learner"))
        assert not re.search(r"<details(?! open)", "".join(sources(lesson, "instructor")))


@every_lesson
def test_figures_keep_their_alternatives_and_their_width(lesson: Lesson) -> None:
    shown = [cell for cell in pages.notebook(lesson, "learner")["cells"] if "outputs" in cell]
    stored = [cell for cell in lesson.cells if cell.kind == "code"]
    for page, cell in zip(shown, stored, strict=True):
        assert page["outputs"] == list(cell.outputs)
        widths = [
            out["metadata"][PNG]["width"] for out in cell.outputs if PNG in out.get("data", {})
        ]
        for width in widths:
            image = cell.metadata["mystnb"]["image"]
            assert page["metadata"]["mystnb"]["image"] == {**image, "width": f"{width}px"}


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"held": [], "fell": {}}, "Not yet run with other seeds"),
        ({"held": [1, 2], "fell": {}}, "All held with the seeds 1, 2. (2026-11-01, numpy 2.4)"),
        ({"held": [1], "fell": {"2": "A *claim*"}}, "Seed 2 fell: A \\*claim\\*"),
    ],
)
def test_claims_say_with_which_seeds_they_held(known: dict[str, Any], said: str) -> None:
    assert said in pages.replicated({**known, "on": "2026-11-01", "with": {"numpy": "2.4"}})


def test_claims_are_those_that_the_notebooks_print() -> None:
    page = pages.claims(tuple(COURSE.values()))
    assert "- One neuron judges at least 95 of 100 unseen biopsies correctly" in page
    assert "not attempted" not in page
    printed = sum(
        line.startswith("✔ ")
        for lesson in COURSE.values()
        for cell in lesson.cells
        for line in pages.printed_by(cell)
    )
    assert page.count("\n- ") == printed


def test_every_lesson_says_what_the_article_said() -> None:
    page = pages.article(tuple(COURSE.values()))
    found = re.findall(r"^## (.*)\n\n\*\*What the article said(.*)", page, re.MULTILINE)
    assert [lesson for lesson, _ in found] == [pages.link(lesson) for lesson in COURSE.values()]
    assert all(len(said) > 100 for _, said in found)
    assert "](1" not in page, "links lead to the lessons' folder"


def test_every_term_is_explained_and_leads_to_its_lesson() -> None:
    page = pages.glossary(tuple(COURSE.values()))
    for lesson in COURSE.values():
        for term in lesson.terms:
            assert pages.explanation(term, lesson), f"{lesson.id}: {term}"
            (item,) = re.findall(rf"^{re.escape(term)}\n((?:  .*\n|\n)+)", page, re.MULTILINE)
            assert pages.link(lesson) in item


def test_every_data_set_has_its_card() -> None:
    page = pages.data(tuple(COURSE.values()))
    for card in catalog.values():
        assert f"## {card.title}" in page
        assert f"Licence\n: {pages.plain(card.licence)}" in page
    assert "`breast-cancer`, used in [11 One neuron]" in page


def test_schedules_hold_every_lesson_once_and_fit() -> None:
    course = tuple(COURSE.values())
    for minutes in (60, pages.WEEK, pages.DAY):
        groups = pages.packed(course, minutes)
        assert [each for group in groups for each in group] == list(course)
        assert all(sum(each.minutes for each in group) <= minutes for group in groups)


@every_lesson
def test_the_way_to_a_lesson_holds_what_each_step_needs(lesson: Lesson) -> None:
    way = [each.id for each in pages.way_to(lesson, tuple(COURSE.values()))]
    assert way[-1] == lesson.id
    for number, id in enumerate(way):
        assert set(COURSE[id].needs) <= set(way[:number])
        assert id == lesson.id or any(id in COURSE[later].needs for later in way[number:])


@every_lesson
def test_slides_show_the_main_path_and_every_figure_of_it(lesson: Lesson) -> None:
    path = [cell for cell in lesson.cells if not cell.tags & {"further", "instructor"}]
    cells = slides.deck(lesson)["cells"]
    texts = [cell.source for cell in path if cell.kind == "markdown"]
    headings = re.findall(r"^#+ .*", "\n".join(texts), re.MULTILINE)
    shown = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
    assert [text for text in shown if text.startswith("#")] == headings
    figures = [out for cell in path for out in cell.outputs if PNG in out.get("data", {})]
    drawn = [out for cell in cells for out in cell.get("outputs", ()) if PNG in out.get("data", {})]
    assert drawn == figures
    for cell in lesson.cells:
        if "instructor" in cell.tags:
            assert cell.source not in [each["source"] for each in cells]


def test_a_long_paragraph_is_told_and_its_first_sentence_shown() -> None:
    told = "It is short (e.g. one line. Or two.), and ends here. " + "Then come more words. " * 9
    ((shown, _),) = slides.written(told)
    assert shown["source"].startswith(
        "It is short (e.g. one line. Or two.), and ends here.\n\n````"
    )
    assert told.strip() in shown["source"]
    ((shown, _),) = slides.written(
        "<details><summary>1. Why?</summary>\n\nSo.\n\nYes.\n\n</details>"
    )
    assert shown["source"] == "1. Why?\n\n````{revealjs-notes}\nSo.\n\nYes.\n````"


# --- the website ---------------------------------------------------------------------------------


class Html(HTMLParser):
    """What tests ask of a page."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.text = file.read_text(encoding="utf-8")
        self.ids: set[str] = set()
        self.links: list[str] = []  # where a reader can go
        self.parts: list[str] = []  # what a browser fetches by itself
        self.images: list[dict[str, str]] = []
        self.headings: list[int] = []
        self.feed(self.text)

    def handle_starttag(self, tag: str, found: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in found}
        self.ids |= {attributes[name] for name in ("id", "name") if name in attributes}
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        elif tag == "link" and attributes.get("rel") not in ("index", "search", "next", "prev"):
            self.parts.append(attributes["href"])
        elif "src" in attributes:
            self.parts.append(attributes["src"])
        if tag == "img":
            self.images.append(attributes)
        if tag == "article":
            self.headings.clear()  # what stands before is the theme's
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def target(self, address: str) -> Path:
        """Return the file that an address in this page means."""
        path = urldefrag(address)[0].partition("?")[0]
        return (self.file.parent / unquote(path)).resolve() if path else self.file


def is_within(image: dict[str, str]) -> bool:
    """Tell whether a picture stands in the page itself, as those that move do."""
    return image["src"].startswith("data:")


@cache
def read() -> dict[str, Html]:
    """Return the pages of both editions, by their paths."""
    files = [file for file in SITE.rglob("*.html") if "_static" not in file.parts]
    return {file.relative_to(SITE).as_posix(): Html(file) for file in files}


def make_site() -> str:
    """Make the website and return what was told meanwhile."""
    done = subprocess.run(
        [sys.executable, "make.py", "site"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(once: Once) -> dict[str, Html]:
    """Make the website, once for all workers, and return its pages."""
    if not TOOLS.exists():
        pytest.skip("the website is not tested: `make site` sets up what makes it")
    once("site", make_site)
    return read()


def test_no_link_is_dead(built: dict[str, Html]) -> None:
    by_file = {page.file.resolve(): page for page in built.values()}
    dead = []
    for page in built.values():
        for address in (*page.links, *page.parts):
            if re.match(r"https?:|data:|mailto:", address):
                continue
            target, place = page.target(address), unquote(urldefrag(address)[1])
            ids = by_file[target].ids if target in by_file else {place}
            if not target.exists() or (place and place not in ids):
                dead.append(f"{page.file.relative_to(SITE)}: {address}")
    assert dead == []
    assert len(by_file) > 2 * len(COURSE)


def test_nothing_is_fetched_from_another_host(built: dict[str, Html]) -> None:
    parts = {part for page in built.values() for part in page.parts}
    assert [part for part in parts if re.match(r"(https?:)?//", part)] == []
    for style in {page.target(part) for page in built.values() for part in page.parts}:
        if style.suffix != ".css":
            continue
        text = style.read_text(encoding="utf-8")
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", text), style


@every_lesson
def test_figures_have_their_alternatives_in_their_order(
    built: dict[str, Html], lesson: Lesson
) -> None:
    stored = [
        cell.metadata["mystnb"]["image"]["alt"]
        for cell in lesson.cells
        for output in cell.outputs
        if PNG in output.get("data", {})
    ]
    for edition in ("", "instructor/"):
        page = built[f"{edition}notebooks/{lesson.name}.html"]
        assert [image["alt"] for image in page.images if not is_within(image)] == stored
        assert all(image["alt"] for image in page.images)


@every_lesson
def test_a_page_is_small_and_its_notebook_is_the_original(
    built: dict[str, Html], lesson: Lesson
) -> None:
    page = built[f"notebooks/{lesson.name}.html"]
    pictures = [page.target(image["src"]) for image in page.images if not is_within(image)]
    assert sum(file.stat().st_size for file in (page.file, *pictures)) < LARGEST
    (original,) = (link for link in page.links if link.endswith(".ipynb"))
    assert page.target(original).read_bytes() == lesson.path.read_bytes()


@every_lesson
def test_only_instructors_read_the_plan(built: dict[str, Html], lesson: Lesson) -> None:
    (plan,) = (cell for cell in lesson.cells[:2] if "instructor" in cell.tags)
    summary = re.search(r"<summary>(.*?)</summary>", plan.source)
    assert summary
    assert summary[1] in built[f"instructor/notebooks/{lesson.name}.html"].text
    assert summary[1] not in built[f"notebooks/{lesson.name}.html"].text


def test_headings_leave_no_level_out(built: dict[str, Html]) -> None:
    for name, page in built.items():
        if re.search("search|genindex|slides/", name):  # the theme's own, and slides, which repeat
            continue
        assert page.headings.count(1) == page.headings[0] == 1, name
        for before, after in itertools.pairwise(page.headings):
            assert after <= before + 1, f"{name}: {page.headings}"


def test_what_is_read_is_found_by_the_search(built: dict[str, Html]) -> None:
    index = (SITE / "searchindex.js").read_text(encoding="utf-8")
    names = (
        *("notebooks/11_neuron", "article", "claims", "glossary", "data"),
        *("docs/engine", "try", "teaching", "docs/class"),
    )
    assert all(f'"{name}"' in index for name in names)
    assert '"perceptron"' in index


# --- in a browser --------------------------------------------------------------------------------

KNOWN = {"button-name", "region", "empty-table-header"}
"""What axe finds in the theme: a button of its search, its regions; and an empty corner of a table.
"""


def look(pages: Iterable[str]) -> dict[str, Any]:
    """Return what a browser shows of pages on a phone, and what axe says of some of them."""
    audited = ["index.html", "glossary.html", "data.html", "try.html", "notebooks/11_neuron.html"]
    shown = in_browser("site_in_browser.py")
    found: dict[str, Any] = shown(SITE, *pages, "--", *audited)
    return found


@pytest.fixture(scope="module")
def looked(built: dict[str, Html], once: Once) -> dict[str, Any]:
    """Return what a browser shows of every page of the learner's edition, slides too."""
    return once("seen", lambda: look(page for page in built if not page.startswith("instructor/")))


@pytest.fixture(scope="module")
def seen(looked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a browser shows of each page."""
    return looked["seen"]


def test_a_browser_shows_every_page_whole(seen: list[dict[str, Any]]) -> None:
    for page in seen:
        assert page["elsewhere"] == page["errors"] == [], page
        assert page["broken"] == 0, f"{page['page']} has a formula that is none"
        assert page["sideways"] <= 0, f"{page['page']} is too wide for a phone"
        assert page["tall"] == [], f"slides of {page['page']} are cut off below"
    assert sum(page["formulas"] for page in seen) > 100


def test_everybody_can_read_it_light_and_dark(seen: list[dict[str, Any]]) -> None:
    found = [(page["page"], *fault) for page in seen for fault in page.get("axe", ())]
    assert [fault for fault in found if fault[2] not in KNOWN] == []


def test_the_engine_can_be_tried_or_the_page_says_what_it_needs(looked: dict[str, Any]) -> None:
    # Pyodide, of some hundred megabytes, is no part of what is made here.
    assert looked["tried"].startswith("This copy of the website does not hold Pyodide: unpack")


def test_the_packed_engine_needs_numpy_alone_and_runs_the_program_of_its_page(
    built: dict[str, Html],
) -> None:
    program = re.search(r"<textarea.*?>\n(.*?)</textarea>", built["try.html"].text, re.DOTALL)
    assert program
    packed = str(SITE / "_static" / "engine.zip")
    only = f"import sys; sys.path[:0] = [{packed!r}]\n"
    only += "sys.modules.update(dict.fromkeys(('torch', 'scipy', 'matplotlib', 'pandas')))\n"
    where = f"assert torch.__file__.startswith({packed!r})\n"
    done = subprocess.run(
        [sys.executable, "-I", "-c", only + html.unescape(program[1]) + where],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"step 300: loss 0\.0\d+, right (1\.000|0\.99\d)", done.stdout)
