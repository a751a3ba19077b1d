"""What is promised before the first result, and what somebody has to know before using a model."""

from collections.abc import Mapping
from dataclasses import dataclass

from dlcourse.data.card import Row, as_html, as_text
from dlcourse.evaluation.intervals import Interval


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What a project promises before its first result; it displays itself in a notebook.

    `rivals` maps a short name, under which claims give the rival's figure, to what the rival is.
    """

    question: str
    acts: str  # who acts on the answer, and how
    wrong: str  # what a wrong answer costs, and whom
    split: str
    metric: str
    rivals: Mapping[str, str]
    overturned_by: str

    def __post_init__(self) -> None:
        _refuse_gaps(f"The contract {self.question!r}", self)

    def rows(self) -> list[Row]:
        """Return what is promised, point by point."""
        return [
            ("Who acts on it", (self.acts,)),
            ("A wrong answer", (self.wrong,)),
            ("Split", (self.split,)),
            ("Metric", (self.metric,)),
            ("Rivals", _measured(self.rivals)),
            ("Overturned by", (self.overturned_by,)),
        ]

    def __repr__(self) -> str:
        return as_text(self.question, self.rows())

    def _repr_html_(self) -> str:
        return as_html(self.question, "contract", self.rows())


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What somebody has to know before using a model; it displays itself in a notebook.

    The sections are those of M. Mitchell et al. (2019), Model cards for model reporting,
    doi:10.1145/3287560.3287596. `metrics` and `slices` map a name to an `Interval` or a text.
    """

    title: str
    model: str
    intended_use: str
    not_for: str
    training_data: str
    evaluation_data: str
    metrics: Mapping[str, Interval | str]
    slices: Mapping[str, Interval | str]
    limits: tuple[str, ...]
    harms: tuple[str, ...]
    overturned_by: str

    def __post_init__(self) -> None:
        _refuse_gaps(f"The model card {self.title!r}", self)

    def rows(self) -> list[Row]:
        """Return what the card says, section by section."""
        return [
            ("Model", (self.model,)),
            ("Intended use", (self.intended_use,)),
            ("Not for", (self.not_for,)),
            ("Training data", (self.training_data,)),
            ("Evaluation", (self.evaluation_data,)),
            ("Metrics", _measured(self.metrics)),
            ("Slices", _measured(self.slices)),
            ("Limits", self.limits),
            ("Harms", self.harms),
            ("Overturned by", (self.overturned_by,)),
        ]

    def __repr__(self) -> str:
        return as_text(self.title, self.rows())

    def _repr_html_(self) -> str:
        return as_html(self.title, "model card", self.rows())


def _refuse_gaps(which: str, card: Contract | ModelCard) -> None:
    """Raise ValueError where a card says nothing under one of its headings."""
    if empty := [name for name, value in vars(card).items() if not value]:
        raise ValueError(
            f"{which} says nothing under {', '.join(empty)}: "
            "write what is known, or that it is not known."
        )


def _measured(figures: Mapping[str, Interval | str] | Mapping[str, str]) -> tuple[str, ...]:
    """Return measured figures as lines."""
    return tuple(
        f"{name}: {figure:.3f}" if isinstance(figure, Interval) else f"{name}: {figure}"
        for name, figure in figures.items()
    )
