"""Sentence templates of Home Assistant: `[please] turn (on|off) <the> {area} light[s]`.

`[a]` may be left out, `(a|b)` is one of several, `(a;b)` all of them in any order, `<rule>` another
template, and `{list:slot}` a value that is filled in under the name of a slot. The grammar is that
of the library hassil, which is at home in a smart house.
"""

from collections.abc import Callable, Iterable

import numpy as np

Marked = list[tuple[str, str]]
"""A sentence character by character, each with the name of its slot or ''."""

CLOSING = {"(": ")", "[": "]"}


class Templates:
    """Sentences drawn from templates: `Templates(rules, fill)(template, rng)`.

    `rules` are templates by name. `fill(list, rng)` draws a value for a list, itself a template.
    """

    def __init__(
        self, rules: dict[str, str], fill: Callable[[str, np.random.Generator], str]
    ) -> None:
        self.rules, self.fill = rules, fill

    def __call__(self, template: str, rng: np.random.Generator) -> tuple[str, str]:
        """Return a sentence, and for each of its words the name of its slot or O, as texts."""
        found, end = self._alternatives(template, 0, rng)
        if end != len(template):
            raise ValueError(
                f"The template {template!r} closes a bracket at {end} that was never opened."
            )
        return _words(found)

    def _alternatives(self, text: str, place: int, rng: np.random.Generator) -> tuple[Marked, int]:
        """Read up to a closing bracket: one of the parts between `|`, all of those between `;`."""
        parts: list[Marked] = [[]]
        permuted = False
        while place < len(text) and text[place] not in ")]":
            letter = text[place]
            if letter in "|;":
                permuted |= letter == ";"
                parts.append([])
                place += 1
            elif letter in CLOSING:
                inner, place = self._alternatives(text, place + 1, rng)
                if place == len(text) or text[place] != CLOSING[letter]:
                    raise ValueError(f"The template {text!r} opens a bracket and never closes it.")
                keep = letter == "(" or rng.random() < 0.5
                parts[-1] += inner if keep else []
                place += 1
            elif letter in "<{":
                end = text.index(">" if letter == "<" else "}", place)
                name, _, slot = text[place + 1 : end].partition(":")
                inner_text = self.rules[name] if letter == "<" else self.fill(name, rng)
                inner, _ = self._alternatives(inner_text, 0, rng)
                if letter == "{":
                    inner = [(each, slot or name) for each, _ in inner]
                parts[-1] += inner
                place = end + 1
            else:
                parts[-1].append((letter, ""))
                place += 1
        if permuted:
            shuffled = [parts[k] for k in rng.permutation(len(parts))]
            return [each for part in shuffled for each in [*part, (" ", "")]], place
        return parts[rng.integers(len(parts))], place


def _words(marked: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Return the words, each separated by one blank, and the slots of the words likewise."""
    words: list[str] = []
    slots: list[str] = []
    inside = False
    for letter, slot in marked:
        if letter.isspace():
            inside = False
            continue
        if not inside:
            words.append("")
            slots.append("O")
            inside = True
        words[-1] += letter
        slots[-1] = slot or slots[-1]
    return " ".join(words), " ".join(slots)
