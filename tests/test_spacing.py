"""Recall: what is due is asked, what is known comes back later and later, and nothing is lost."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from dlcourse import cli, paths, spacing
from dlcourse.course import lessons
from dlcourse.exercises import progress
from dlcourse.spacing import Question, questions, rate, waiting

NOW = datetime(2026, 12, 1, 20, tzinfo=UTC)
DAY = timedelta(days=1)
ASKED = [Question("00", f"Question {i}?", f"Answer {i}.") for i in range(3)]
ASKED.append(Question("12", "Another?", "Yes."))


@pytest.fixture(autouse=True)
def own(monkeypatch, tmp_path):
    """Keep the cards of whoever runs the tests out of them."""
    monkeypatch.setattr(paths, "PROGRESS", tmp_path / "own" / "progress.json")
    monkeypatch.setattr(paths, "EARLIER_PROGRESS", tmp_path / "nothing")


def test_every_lessons_recall_is_found_whole():
    found = questions(lessons())
    ids = {lesson.id for lesson in lessons()}
    assert len(found) >= 3 * (len(ids) - 2)  # the first lessons have nothing to look back on
    assert len({question.key for question in found}) == len(found)
    for question in found:
        assert question.about in ids
        assert question.asks.strip()
        assert question.answer.strip()
        assert "<" not in question.asks.replace(" < ", "")
        assert "details" not in question.answer


def test_new_questions_are_about_lessons_that_were_begun():
    assert waiting(ASKED, set(), NOW) == []
    assert waiting(ASKED, {"00"}, NOW) == ASKED[:3]
    assert waiting(ASKED, {"00", "12"}, NOW) == ASKED


def test_a_sitting_begins_few_new_questions():
    many = [Question("00", f"Question {i}?", "…") for i in range(30)]
    assert waiting(many, {"00"}, NOW) == many[: spacing.NEW]


def test_what_is_known_comes_later_and_later_and_what_is_not_soon():
    known, when, waits = ASKED[0], NOW, []
    for _ in range(4):
        again = rate(known, "knew it", when)
        waits.append(again - when)
        when = again
    assert waits == sorted(waits)
    assert waits[-1] > 10 * DAY
    assert rate(known, "did not", when) - when < waits[0] + 10 * DAY
    assert rate(ASKED[1], "did not", NOW) <= rate(ASKED[2], "knew it", NOW)


def test_what_is_due_is_asked_first_and_what_is_not_waits():
    rate(ASKED[1], "did not", NOW)
    rate(ASKED[0], "knew it", NOW)
    assert waiting(ASKED[:3], {"00"}, NOW) == [ASKED[2]]
    assert waiting(ASKED[:3], {"00"}, NOW + 30 * DAY) == [ASKED[1], ASKED[0], ASKED[2]]


def test_another_word_is_refused():
    with pytest.raises(ValueError, match="knew it, hesitated, did not"):
        rate(ASKED[0], "perhaps", NOW)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"a": {}}', '{"a": 3}'])
def test_a_damaged_file_is_set_aside(damage):
    rate(ASKED[0], "knew it", NOW)
    place = paths.PROGRESS.with_suffix(".recall.json")
    place.write_text(damage, encoding="utf-8")
    assert waiting(ASKED[:1], {"00"}, NOW) == ASKED[:1]
    rate(ASKED[0], "knew it", NOW)
    assert json.loads(place.read_text(encoding="utf-8"))
    assert place.with_suffix(".json.damaged").read_text(encoding="utf-8") == damage


def test_a_sitting_in_the_terminal(monkeypatch):
    def recall(typed):
        return CliRunner().invoke(cli.app, ["recall"], input=typed)

    assert "Nothing is due" in recall("").stdout
    asked = questions(lessons())
    progress.attempt(f"{asked[0].about}.x", passed=True)
    first = recall("\n7\n1\nq\n").stdout
    assert asked[0].asks in first
    assert asked[0].answer in first
    assert "Asked again on" in first
    assert asked[0].asks not in recall("q\n").stdout


def test_a_sitting_in_a_notebook(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    monkeypatch.setattr(spacing, "today", lambda: ASKED[:1])
    spacing.recall()
    (box,) = shown
    words, show = box.children
    assert "Question 0?" in words.value
    show.click()
    answer, buttons = box.children[1:]
    assert answer.value == "Answer 0."
    assert [button.description for button in buttons.children] == list(spacing.RATINGS)
    buttons.children[0].click()
    assert box.children[0].value == "No question is due now."
    assert waiting(ASKED[:1], {"00"}, datetime.now(UTC)) == []
