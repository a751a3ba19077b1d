"""`dlcourse ask`: the paragraphs of the course that answer a question, or that it does not say.

Nothing is generated: what is shown are sentences of the reader's own copy of the lessons, found by
their words and by MiniLM, as lesson 54 has shown to work. All of it happens on this machine.
"""

import hashlib
import html
import io
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from dlcourse import data, paths
from dlcourse.course import Lesson, in_italics, no_lessons, own, survey
from dlcourse.data import catalog
from dlcourse.encoder import Encoder
from dlcourse.retrieval import Words, best_of_lessons

ENOUGH, ENOUGH_WORDS = 0.485, 0.48
"""The least that the best paragraph has to score, by meaning; and, without an encoder, by words.

Chosen in lesson 54: there an answer to what the course does not say costs three times as much as a
needless refusal.
"""

SHORTEST, LONGEST = 6, 100
"""Words of a paragraph that counts, at least; words of a question, at most."""

COMMON = frozenset(
    re.findall(
        r"\w+",
        "about after always and any are be before better between by can could course did does "
        "from get happens has have how if is it its make many more most my need not of should "
        "tell than that the there this to use used what when where which who why with without "
        "would you your",
    )
)
"""Words of which an English question has one, and one in another language none."""


ALSO = {
    "AI": "artificial intelligence",
    "activation function": "activation",
    "autodiff": "automatic differentiation",
    "backprop": "backpropagation",
    "batch[- ]?normali[sz]ation": "batch norm",
    "behaviou?ral cloning": "imitation learning",
    "BPE": "byte-pair encoding",
    "CNN|convolutional (?:neural )?network": "convolution",
    "confidence interval": "95 % interval",
    "data augmentation": "augmentation",
    "data leakage|leakage": "leak",
    "Dice (?:coefficient|index|score)": "Dice",
    "FedAvg|federated learning": "federated averaging",
    "FID": "Fréchet distance",
    "HMM": "hidden Markov model",
    "IoU|Jaccard(?: index)?": "intersection over union",
    "L2[- ]regulari[sz]ation": "weight decay",
    "layer[- ]?normali[sz]ation": "layer norm",
    "learning[- ]rate schedule": "schedule",
    "logistic function": "sigmoid",
    "LoRA": "low rank",
    "loss function": "loss",
    "MCTS|Monte[- ]Carlo tree search": "tree search",
    "non-max(?:imum)?[- ]suppression": "suppression",
    "ridge regression": "ridge",
    "rollout": "play-out",
    "(?:skip|shortcut)[- ]connection": "residual connection",
    "softmax function": "softmax",
    "step[- ]size": "learning rate",
    "TPR|true positive rate": "recall",
    "transfer learning": "transfer",
    "vanishing gradient(?: problem)?": "vanishing",
    "weight initiali[sz]ation": "initialisation",
    "WER": "word error rate",
    "word embedding": "embedding",
}
"""What others say, as patterns, and what the lessons say: each is one of their `terms`."""


QUOTED = re.compile(r"""(\*|`)[^*`\n]+\?"?\1""")
"""A question that a lesson quotes, which answers nothing: else it would be found first."""


WHAT_IS = re.compile(
    r"\W*(?:(?:please|can you|could you)\s+)*"
    r"(?:what(?:['’]?s| is| are|( does| do))\s+|(?:define|explain)\W+)?"
    r"(?:exactly\s+|meant by\s+|the (?:meaning|definition) of\s+)?(?:the term\s+)?"
    r"(?:(?:an?|the)\s+)?(.+?)(?(1)\W+(?:mean|stand for))(?:,?\s+please)?\W*",
    re.IGNORECASE,
)
"""A question for the meaning of a term, or the bare term."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a lesson, as plain text."""

    lesson: Lesson
    section: str
    text: str
    terms: tuple[str, ...] = ()
    """Terms of the lesson that stand here in italics, as they do where they are explained."""
    tells: bool = True
    """Whether it says anything: a lesson's opening question and objectives only name a thing."""

    @property
    def link(self) -> str:
        """Where it is, for a notebook that lies beside the lessons."""
        return f"{self.lesson.path.name}#{self.section.replace(' ', '-')}"

    @property
    def command(self) -> str:
        """The line that opens it."""
        place = self.lesson.path
        shown = place.relative_to(paths.ROOT) if place.is_relative_to(paths.ROOT) else place
        return f"jupyter lab {shown.as_posix()}"


@dataclass(frozen=True)
class Answer:
    """What the course says to a question: three paragraphs, or none. It shows itself."""

    question: str
    found: tuple[Paragraph, ...]
    note: str = ""

    def __str__(self) -> str:
        lines = [
            f"{number}  {each.lesson.id} {each.lesson.title} · {each.section}\n"
            f"   {each.text}\n   → {each.command}\n"
            for number, each in enumerate(self.found, start=1)
        ]
        return "\n".join([*lines, self._closing])

    __repr__ = __str__

    @property
    def _closing(self) -> str:
        said = "Found, not generated." if self.found else "The course does not say."
        return f"{said} {self.note}".strip()

    def _repr_html_(self) -> str:
        items = "".join(
            f'<li><a href="{html.escape(each.link)}">{each.lesson.id} '
            f"{html.escape(each.lesson.title)} · {html.escape(each.section)}</a><br>"
            f"{html.escape(each.text)}</li>"
            for each in self.found
        )
        return f"<ol>{items}</ol><p>{html.escape(self._closing)}</p>"


def ask(question: str) -> Answer:
    """Return what the course says to a question, or that it does not say.

    Raises ValueError for a question that is empty, too long, or not in English, LookupError where
    there are no lessons.
    """
    asked = checked(question)
    if not (known := survey()[0]):
        raise LookupError(no_lessons())
    return Index(paragraphs(map(_readers, known))).answer(asked)


def _readers(lesson: Lesson) -> Lesson:
    """Return the reader's own copy of a lesson, or the course's where that cannot be read."""
    try:
        mine = own(lesson)
    except (OSError, ValueError, RecursionError):
        return lesson
    return mine if mine.id == lesson.id else lesson


def checked(question: str) -> str:
    """Return a question on one line, or raise ValueError if the course cannot be asked it."""
    words = re.findall(r"\w+", question) if isinstance(question, str) else []
    if not words:
        raise ValueError('There is no question: ask one, such as "Why divide by the root of d?".')
    if len(words) > LONGEST:
        raise ValueError(
            f"The question has {len(words):,} words, but may have {LONGEST}: ask it in a sentence."
        )
    plain = [word.lower() for word in words if word.isascii()]
    if len(plain) < len(words) / 2 or (len(words) > 3 and not COMMON.intersection(plain)):
        raise ValueError("The question is not in English, as the course is: ask it in English.")
    return " ".join(question.split())


def in_our_words(question: str) -> str:
    """Return a question with the lessons' terms in the place of those that others use."""
    for theirs, ours in ALSO.items():
        question = re.sub(rf"\b(?:{theirs})(s?)\b", rf"{ours}\1", question, flags=re.IGNORECASE)
    return question


def term_asked(question: str) -> str:
    """Return what a question asks the meaning of, as `_spelled`, if it is such a question."""
    found = WHAT_IS.fullmatch(in_our_words(question))
    return _spelled(found[2]) if found else ""


def _spelled(term: str) -> str:
    """Return a term so that hyphens, blanks, capitals and the ocean do not count."""
    return re.sub(r"is(?=e|ing|ation)", "iz", re.sub(r"[\W_]+", "", term.lower()))


def paragraphs(lessons: Iterable[Lesson]) -> list[Paragraph]:
    """Return what the lessons say, paragraph by paragraph, without formulas and folded answers."""
    found = []
    for lesson in lessons:
        section = lesson.title
        for cell in lesson.cells:
            if cell.kind != "markdown" or "instructor" in cell.tags:
                continue
            source = re.sub(r"<details>.*?</details>|\$\$.*?\$\$", "", cell.source, flags=re.DOTALL)
            for part in re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)", source):
                text = part.strip()
                if heading := re.match(r"#+ (.*)", text):
                    section = heading[1]
                elif section not in ("Recall", "References") and not text.startswith(
                    ("|", "**Terms")
                ):
                    terms = tuple(term for term in lesson.terms if in_italics(term, text))
                    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", QUOTED.sub("", text))
                    text = re.sub(r"\A(?:[-*]|\d+\.)\s|[*`]", "", text)
                    text = " ".join(text.split())
                    tells = section != "What you can do now" and text != lesson.question
                    if len(text.split()) >= SHORTEST:
                        found.append(Paragraph(lesson, section, text, terms, tells))
    return found


class Index:
    """The paragraphs with what is needed to compare them; vectors are kept in the cache."""

    def __init__(self, found: list[Paragraph]) -> None:
        self.found = found
        self.lessons = np.array([each.lesson.id for each in found])
        self.tells = np.array([each.tells for each in found])
        self.words = Words([f"{each.section} {each.text}" for each in found])

    @cached_property
    def encoder(self) -> Encoder | None:
        """MiniLM, or None where it is not in the cache and cannot be fetched."""
        try:
            return Encoder(data.pretrained("minilm"))
        except (OSError, ValueError):  # no network; no room; not the pinned file
            return None

    @cached_property
    def vectors(self) -> np.ndarray:
        """The vectors of the paragraphs (n, 384): kept ones, and new ones of what is new."""
        assert self.encoder
        known = _kept()
        keys = [_key(each.text) for each in self.found]
        new = {
            key: each.text for key, each in zip(keys, self.found, strict=True) if key not in known
        }
        known |= dict(zip(new, self.encoder(list(new.values())), strict=True))
        kept = {key: known[key] for key in keys}
        if new:
            _keep(kept)
        return np.array([kept[key] for key in keys], dtype=np.float32)

    def explained(self, question: str) -> list[int]:
        """Return the places that explain the term which a question asks about, one per lesson."""
        asked = term_asked(question)
        places: dict[str, int] = {}
        for place, each in enumerate(self.found):
            known = map(_spelled, each.terms)
            if any(asked in (term, f"{term}s", f"{term}es") for term in known):
                places.setdefault(each.lesson.id, place)
        return list(places.values())

    def answer(self, question: str) -> Answer:
        """Rank by words and meaning, refuse by meaning: words find, and cannot doubt.

        What a term means is said where it stands in italics: that comes first, and is no doubt.
        """
        asked = list(dict.fromkeys([question, in_our_words(question)]))
        scores, note = self.words(asked).max(axis=0, keepdims=True), ""
        if self.encoder:
            meaning = (self.encoder(asked) @ self.vectors.T).max(axis=0, keepdims=True)
            scores, enough = scores + meaning, meaning.max() >= ENOUGH
        else:
            note = "(By its words alone: the encoder is not here, and could not be fetched.)"
            enough = scores.max() >= ENOUGH_WORDS
        explained = self.explained(question)
        if not (enough or explained):
            return Answer(question, (), note)
        told = {self.lessons[place] for place in explained}
        ranked = best_of_lessons(scores, self.lessons, self.tells)[0]
        others = [each for each in ranked if enough and self.lessons[each] not in told]
        places = [*explained, *others][:3]
        return Answer(question, tuple(self.found[place] for place in places), note)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _place() -> Path:
    """Return the file that keeps the vectors; another encoder has another."""
    return paths.own_cache() / f"ask-1-{catalog['minilm'].sha256[:12]}.npz"


def _kept() -> dict[str, np.ndarray]:
    """Return the vectors that are kept, by their texts' keys; none, if the file is damaged."""
    try:
        with np.load(_place()) as stored:
            keys, vectors = stored["keys"].tolist(), stored["vectors"]
            if vectors.shape == (len(keys), 384) and stored["sum"] == _checksum(vectors):
                return dict(zip(keys, vectors, strict=True))
    except Exception:  # a damaged file can raise nearly anything
        pass
    return {}


def _keep(vectors: dict[str, np.ndarray]) -> None:
    """Keep the vectors, all of them or, where the cache cannot be written, none."""
    block = np.array(list(vectors.values()), dtype=np.float16)
    place, file = _place(), io.BytesIO()
    np.savez(file, keys=np.array(list(vectors)), vectors=block, sum=_checksum(block))
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        paths.write_whole(place, file.getvalue())


def _checksum(vectors: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(vectors).data).hexdigest()
