"""Where things lie: the clone, its lessons, the learner's own file, and the data cache."""

import os
from pathlib import Path

from platformdirs import user_cache_path

ROOT = Path(__file__).resolve().parent.parent
"""The clone: the folder that holds `dlcourse` and `notebooks`."""

NOTEBOOKS = ROOT / "notebooks"
"""The lessons in reading order."""

STUDIES = ROOT / "benchmarks" / "studies"
"""What takes longer than a lesson may: scripts, their results, and small weights."""

MINE = ROOT / "my"
"""The learner's own copies of the lessons; never part of a commit."""

EDITIONS = MINE / ".editions"
"""What each copy was last made from, or brought up to."""

PROGRESS = ROOT / ".dlcourse" / "progress.json"
"""Which exercises this learner has passed; never part of a commit."""


def data_cache() -> Path:
    """Return the folder that holds fetched data: `DLCOURSE_DATA`, or the user's cache folder."""
    named = os.environ.get("DLCOURSE_DATA", "").strip()
    return Path(named).expanduser() if named else user_cache_path("dlcourse", appauthor=False)
