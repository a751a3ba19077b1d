"""Finding the paragraph that answers a question, by its words and by its meaning.

Lesson 54 builds this up and measures it; `dlcourse ask` runs it. Scores are arrays
(questions, paragraphs), 1 for a perfect match.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

STEM = 5
"""Letters of a word that count, so that "divide" and "division" are one word."""

NEIGHBOURS = 5
"""How many of a lesson's paragraphs speak for each other."""


def stems(text: str) -> set[str]:
    """Return the different words of a text, in small letters, without their endings."""
    return {word[:STEM] for word in re.findall(r"\w+", text.lower())}


class Words:
    """Judges paragraphs by the words that they share with a question: `Words(texts)(questions)`.

    A word that stands in few paragraphs tells more: it weighs −log of the share of the paragraphs
    that have it, as in the inverse document frequency of K. Spärck Jones (1972),
    doi:10.1108/eb026526. The score is the part of the question's weight that is shared.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.count = len(texts)
        self.places: dict[str, list[int]] = defaultdict(list)
        for place, text in enumerate(texts):
            for word in stems(text):
                self.places[word].append(place)

    def weight(self, word: str) -> float:
        """Return how much a word tells, in nats; most, where no paragraph has it."""
        return float(np.log((self.count + 1) / (len(self.places.get(word, ())) + 1)))

    def __call__(self, questions: Iterable[str]) -> np.ndarray:
        """Return the scores (questions, paragraphs), 0 to 1."""
        return np.array([self._one(question) for question in questions])

    def _one(self, question: str) -> np.ndarray:
        scores, whole = np.zeros(self.count), 0.0
        for word in stems(question):
            whole += self.weight(word)
            scores[self.places.get(word, [])] += self.weight(word)
        return scores / whole if whole else scores


def best_of_lessons(
    scores: np.ndarray, lessons: np.ndarray, tells: np.ndarray | None = None, count: int = 3
) -> np.ndarray:
    """Return the places of the best paragraphs, each of another lesson: (questions, count).

    A lesson's best paragraph is raised by the mean of its five best, for where a question is
    answered, its neighbours speak of it as well. Where `tells` (paragraphs,) is False, a paragraph
    speaks for its lesson and is not returned itself.
    """
    names = list(dict.fromkeys(lessons.tolist()))
    places, raised = [], []
    for name in names:
        mine = np.flatnonzero(lessons == name)
        found = scores[:, mine]
        top = np.sort(found, axis=1)[:, -NEIGHBOURS:].mean(axis=1)
        chosen = found if tells is None else np.where(tells[mine], found, -np.inf)
        places.append(mine[chosen.argmax(axis=1)])
        raised.append(found.max(axis=1) + top)
    order = np.argsort(-np.array(raised), axis=0, kind="stable")[:count].T  # (questions, count)
    return np.take_along_axis(np.array(places).T, order, axis=1)
