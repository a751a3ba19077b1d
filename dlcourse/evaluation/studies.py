"""Studies: runs that take longer than a lesson may, kept as a small file beside their command."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from dlcourse.evaluation.checks import finite_row
from dlcourse.evaluation.intervals import comparison
from dlcourse.paths import STUDIES, write_whole


def library_versions() -> dict[str, str]:
    """Return the versions of what a study's figures rest on."""
    libraries = {name: version(name) for name in ("numpy", "torch", "scikit-learn")}
    return {"python": platform.python_version(), **libraries}


@dataclass(frozen=True, kw_only=True)
class Study:
    """Runs that take longer than a lesson may, made by one command and kept as a small file.

    `runs` maps a model to its figures, one per seed; `extra` holds what else a lesson shows, as
    plain numbers and texts.
    """

    question: str  # what the runs are to tell, in a sentence
    metric: str  # what each figure is, with its unit
    runs: Mapping[str, Sequence[float]]
    seconds: float  # of processor time, in all
    date: str  # of the runs, ISO 8601
    extra: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=library_versions)

    def save(self, name: str) -> None:
        """Write the study to `benchmarks/studies/NAME.json`, all of it or nothing."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False, allow_nan=False)
        write_whole(STUDIES / f"{name}.json", text + "\n")

    def table(self, digits: int = 3) -> pd.DataFrame:
        """Return a row per model: the mean of its runs, its t-interval, how many runs."""
        return comparison(self.runs, digits)

    def limit(self, model: str, value: float) -> float:
        """Return `value`, if chance alone would hardly take one more run of `model` across it.

        A live run is held to a limit that matters: a rival's figure, or what the task demands, so
        that crossing it would overturn a conclusion. Then the claim can fail, by a recipe that no
        longer does what the study's did, and will not fail by luck. Student's prediction interval
        judges the luck: the distance from the mean, in units of s·√(1 + 1/n), is t-distributed.

        Raises ValueError for a limit that one run in a thousand or more would cross by chance.
        """
        runs = finite_row("limit()", self.runs[model])
        if len(runs) < 2 or np.ptp(runs) == 0:
            raise ValueError(
                f"limit() was asked about {model!r}, whose {len(runs)} run(s) show no spread: "
                "make five runs or more."
            )
        unit = runs.std(ddof=1) * np.sqrt(1 + 1 / len(runs))
        risk = float(stats.t.sf(abs(value - runs.mean()) / unit, len(runs) - 1))
        if risk >= 0.001:
            raise ValueError(
                f"limit() was given {value:.4g} for {model!r}, but one run in {1 / risk:.0f} "
                "crosses it by chance: take a limit farther away that matters too, "
                "or make more runs."
            )
        return value


def study(name: str) -> Study:
    """Return the study that `python benchmarks/studies/NAME.py` has made.

    Raises FileNotFoundError where there is none.
    """
    path = STUDIES / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in STUDIES.glob("*.json"))) or "none yet"
        raise FileNotFoundError(
            f"There is no study {name!r} (there are: {known}): make it by "
            f"`python benchmarks/studies/{name}.py`."
        )
    return Study(**json.loads(path.read_text(encoding="utf-8")))
