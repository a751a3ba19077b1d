"""Translation by phrases and counts, the rival of the study of translation.

Phrases are cut out of sentences whose words are aligned in both directions (P. Koehn, F. J. Och and
D. Marcu (2003), Statistical phrase-based translation, NAACL), and put together from left to right
by a beam search, judged by a trigram model of the target. Words move only within a phrase.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import product

import numpy as np

from dlcourse.ngrams import KneserNey
from dlcourse.translation import Dictionary, Sentence

LONGEST, OPTIONS, BEAM, DIAGONAL = 4, 8, 8, 4.0
"""Words of a phrase, translations kept of each, hypotheses kept, and how strongly places agree."""

Phrase = tuple[int, ...]


def links(table: Dictionary, source: Sentence, target: Sentence) -> np.ndarray:
    """Return the source place of each target word; the nearer to the diagonal, the likelier."""
    chance = table.of(np.array(source)[None], np.array(target)[:, None])
    i = (np.arange(len(source)) + 0.5) / len(source)
    j = (np.arange(len(target)) + 0.5) / len(target)
    near = np.exp(-DIAGONAL * np.abs(i[None] - j[:, None]))
    return np.asarray(((chance + 1e-9) * near).argmax(axis=1))


def aligned(there: np.ndarray, back: np.ndarray) -> set[tuple[int, int]]:
    """Return links (source, target): those of both directions, and neighbours that one has.

    `there` has the source place of each target word, `back` the target place of each source word.
    """
    first = {(int(i), j) for j, i in enumerate(there)}
    second = {(i, int(j)) for i, j in enumerate(back)}
    kept, either = first & second, first | second
    steps = [step for step in product((-1, 0, 1), repeat=2) if any(step)]
    grown = True
    while grown:
        rows, columns = {i for i, _ in kept}, {j for _, j in kept}
        more = {
            (i, j)
            for i, j in either - kept
            if (i not in rows or j not in columns) and any((i + a, j + b) in kept for a, b in steps)
        }
        kept, grown = kept | more, bool(more)
    return kept | {(i, j) for i, j in first & either if i not in rows and j not in columns}


def phrases(n: int, m: int, pairs: set[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """Return all phrases, source from a to b and target from c to d, that no link leaves."""
    found = []
    by_source: defaultdict[int, list[int]] = defaultdict(list)
    by_target: defaultdict[int, list[int]] = defaultdict(list)
    for i, j in pairs:
        by_source[i].append(j)
        by_target[j].append(i)
    for a in range(n):
        reached: list[int] = []
        for b in range(a, min(n, a + LONGEST)):
            reached += by_source[b]
            if not reached:
                continue
            c, d = min(reached), max(reached)
            if d - c > LONGEST or any(
                not a <= i <= b for j in range(c, d + 1) for i in by_target[j]
            ):
                continue
            for c_ in range(c, -1, -1):  # words without a link may come along
                if c_ < c and by_target[c_]:
                    break
                for d_ in range(d, m):
                    if (d_ > d and by_target[d_]) or d_ - c_ > LONGEST:
                        break
                    found.append((a, b + 1, c_, d_ + 1))
    return found


class PhraseTable:
    """Phrases with their chances both ways, and a trigram model of the target language."""

    def __init__(self, source: Sequence[Sentence], target: Sequence[Sentence], size: int) -> None:
        """Learn from pairs of sentences of numbers from 1 up; the target's are below `size`."""
        self.size = size  # the number that begins and ends a sentence is `size`
        most = 1 + max(max(s) for s in source)
        there = Dictionary(source, target, size).learn(5)
        back = Dictionary(target, source, most).learn(5)
        counts: Counter[tuple[Phrase, Phrase]] = Counter()
        for s, t in zip(source, target, strict=True):
            pairs = aligned(links(there, s, t), links(back, t, s))
            for a, b, c, d in phrases(len(s), len(t), pairs):
                counts[tuple(s[a:b]), tuple(t[c:d])] += 1
        of_source: Counter[Phrase] = Counter()
        of_target: Counter[Phrase] = Counter()
        for (s, t), n in counts.items():
            of_source[s] += n
            of_target[t] += n
        self.table: defaultdict[Phrase, list[tuple[float, float, Phrase]]] = defaultdict(list)
        for (s, t), n in counts.items():
            self.table[s].append((np.log(n / of_source[s]), np.log(n / of_target[t]), t))
        end = size
        row = np.concatenate([[end, end, *t] for t in target])
        self.model = KneserNey(row, 3, size + 1)

    def translate(
        self, source: Sentence, weights: tuple[float, float, float], copied: dict[int, int]
    ) -> list[int]:
        """Return the best translation that the beam search finds.

        `weights` are those of the chance backward, of the trigram model, and of a word; a source
        word that no phrase has is left as it is, by `copied`, or left out.
        """
        n, end = len(source), self.size
        stacks: list[dict[tuple[int, int], tuple[float, list[int]]]] = [{} for _ in range(n + 1)]
        stacks[0][end, end] = (0.0, [])
        for a in range(n):
            best = sorted(stacks[a].items(), key=lambda item: -item[1][0])[:BEAM]
            if not best:
                continue
            options = self.options(source, a, weights, copied)
            x, y, gained = self.read(
                np.array([past for past, _ in best]), [words for *_, words in options]
            )
            for row, (b, fixed, words) in enumerate(options):
                totals = fixed + weights[1] * gained[row]
                for k, (_, (score, said)) in enumerate(best):
                    key, total = (int(x[row, k]), int(y[row, k])), score + totals[k]
                    if key not in stacks[b] or total > stacks[b][key][0]:
                        stacks[b][key] = (total, [*said, *words])
        _, _, gained = self.read(np.array([*stacks[n]]), [(end,)])
        totals = [
            score + weights[1] * g
            for (score, _), g in zip(stacks[n].values(), gained[0], strict=True)
        ]
        return list(stacks[n].values())[int(np.argmax(totals))][1]

    def options(
        self, source: Sentence, a: int, weights: tuple[float, float, float], copied: dict[int, int]
    ) -> list[tuple[int, float, Phrase]]:
        """Return what may be said of the phrases that begin at `a`: ends, scores and words."""
        back, _, longer = weights
        found = []
        for b in range(a + 1, min(len(source), a + LONGEST) + 1):
            known = self.table.get(tuple(source[a:b]), [])
            if not known and b == a + 1:
                word = copied.get(source[a])
                known = [(-5.0, -5.0, () if word is None else (word,))]
            scored = [(b, f + back * g + longer * len(words), words) for f, g, words in known]
            found += sorted(scored, key=lambda option: -option[1])[:OPTIONS]
        return found

    def read(
        self, pasts: np.ndarray, said: Sequence[Phrase]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the last two words, and the logarithm of the chance, of phrases after pasts.

        Each is (phrases, pasts); `pasts` holds two words a row.
        """
        shape = len(said), len(pasts)
        x, y = (
            np.broadcast_to(pasts[:, 0], shape).copy(),
            np.broadcast_to(pasts[:, 1], shape).copy(),
        )
        gained = np.zeros(shape)
        for place in range(max(map(len, said))):
            rows = np.array([k for k, words in enumerate(said) if len(words) > place])
            now = np.repeat(np.array([[said[k][place]] for k in rows]), len(pasts), axis=1)
            past = x[rows] * (self.size + 1) + y[rows]
            gained[rows] += np.log(self.model.probability(past, now))
            x[rows], y[rows] = y[rows], now
        return x, y, gained
