"""The recall questions of all lessons as cards, each asked again when it is about to be forgotten.

The intervals are those of FSRS (Ye, Su and Cao, 2022, "A Stochastic Shortest Path Algorithm for
Optimizing Spaced Repetition Scheduling", doi:10.1145/3534678.3539081), by the package `fsrs`.
"""

import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fsrs import Card, Rating, Scheduler

from dlcourse import paths
from dlcourse.course import Lesson, survey
from dlcourse.exercises.progress import load

RATINGS = {"knew it": Rating.Good, "hesitated": Rating.Hard, "did not": Rating.Again}
"""What a learner says of a question, once they have seen the answer."""

NEW = 10
"""New questions that one sitting begins with at most."""

_SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)  # whole days

_QUESTION = re.compile(
    r"<details><summary>\s*\d+\.\s*(.*?)\s*\(lesson (\d\d)\)\s*</summary>\s*(.*?)\s*</details>",
    re.DOTALL,
)


@dataclass(frozen=True)
class Question:
    """A question on an earlier lesson, and its answer, in Markdown."""

    about: str  # the lesson's id
    asks: str
    answer: str

    @property
    def key(self) -> str:
        """What the question is kept under: another wording is another question."""
        return hashlib.sha256(self.asks.encode()).hexdigest()[:12]


def questions(lessons: Iterable[Lesson]) -> list[Question]:
    """Return the questions in the lessons' sections *Recall*, in reading order."""
    cells = (cell for lesson in lessons for cell in lesson.cells)
    recalls = (cell.source for cell in cells if cell.source.startswith("## Recall"))
    found = (match.groups() for source in recalls for match in _QUESTION.finditer(source))
    return [Question(about, asks, answer) for asks, about, answer in found]


def waiting(asked: list[Question], begun: set[str], now: datetime) -> list[Question]:
    """Return the questions to ask now: those that are due, longest overdue first, then new ones.

    New ones are about lessons that were begun, and no more than `NEW`. `now` is in UTC.
    """
    cards = _load()
    known = [(cards[each.key].due, each) for each in asked if each.key in cards]
    due = [each for when, each in sorted(known, key=lambda pair: pair[0]) if when <= now]
    new = [each for each in asked if each.key not in cards and each.about in begun]
    return due + new[:NEW]


def today() -> list[Question]:
    """Return the questions that wait for this learner now."""
    begun = {id.partition(".")[0] for id, record in load().items() if record.passed}
    return waiting(questions(survey()[0]), begun, datetime.now(UTC))


def rate(question: Question, said: str, now: datetime) -> datetime:
    """Keep what the learner said, one of `RATINGS`, and return when the question comes again."""
    if said not in RATINGS:
        raise ValueError(f"{said!r} is no answer here: say one of {', '.join(RATINGS)}.")
    _place().parent.mkdir(parents=True, exist_ok=True)
    with paths.locked(_place().with_suffix(".lock"), timeout=2):
        cards = _load()
        card, _ = _SCHEDULER.review_card(
            cards.get(question.key, Card(card_id=0)), RATINGS[said], review_datetime=now
        )
        _write(cards | {question.key: card})
    return card.due


def _place() -> Path:
    return paths.PROGRESS.with_suffix(".recall.json")


def _load() -> dict[str, Card]:
    """Return the cards by their questions' keys; a damaged file is set aside, and begun anew."""
    place = _place()
    if not place.exists():
        return {}
    try:
        return {key: Card.from_dict(card) for key, card in json.loads(place.read_text()).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        with suppress(OSError):
            place.replace(place.with_suffix(".json.damaged"))
        return {}


def _write(cards: dict[str, Card]) -> None:
    """Write the cards, one a line."""
    kept: dict[str, Any] = {key: card.to_dict() for key, card in sorted(cards.items())}
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(card)}" for key, card in kept.items())
    paths.write_whole(_place(), f"{{\n{lines}\n}}\n")


# --- in a notebook ---------------------------------------------------------------------------


def recall() -> None:
    """Ask the recall questions that are due, one after the other, in a notebook's cell."""
    import ipywidgets
    from IPython.display import display

    asked = iter(today())
    box = ipywidgets.VBox()
    display(box)  # type: ignore[no-untyped-call]

    def ask(*_: object) -> None:
        question = next(asked, None)
        if question is None:
            box.children = [ipywidgets.HTMLMath("No question is due now.")]
            return
        show = _button("Show the answer", lambda _: reveal(question))
        box.children = [_words(f"{question.asks} (lesson {question.about})"), show]

    def reveal(question: Question) -> None:
        def keep(button: Any) -> None:
            rate(question, button.description, datetime.now(UTC))
            ask()

        buttons = [_button(said, keep) for said in RATINGS]
        told = [_words(question.asks), _words(question.answer)]
        box.children = [*told, ipywidgets.HBox(buttons)]

    ask()


def _words(text: str) -> Any:
    """Return a text with its formulas."""
    import ipywidgets

    return ipywidgets.HTMLMath(html.escape(text))


def _button(label: str, act: Callable[[Any], None]) -> Any:
    """Return a button that does something."""
    import ipywidgets

    made = ipywidgets.Button(description=label)
    made.on_click(act)
    return made
