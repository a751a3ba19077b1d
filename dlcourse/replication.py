"""Do the claims hold for other seeds? `make replication` finds out, and keeps what it found.

Every random choice of a lesson hangs on DLCOURSE_SEED. What has held is kept in
docs/replication.json for as long as the lesson stands as it was: its code, and the texts that it
stores, which change when the package changes a result. So the work can be stopped and gone on with.
Each run is measured; from this lesson 94 adds up what the course costs.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import date
from importlib.metadata import version
from typing import Any

from rich.console import Console
from rich.table import Table

from dlcourse.build import Run, execute
from dlcourse.course import Lesson, lesson, lessons
from dlcourse.paths import ROOT, write_whole

KEPT = ROOT / "docs" / "replication.json"

SEEDS = 20
"""Seeds 1 to this one are tried; seed 0 is that of the stored outputs, which every test runs."""


def digest(lesson: Lesson) -> str:
    """Return a short digest of a lesson's code and of the texts that it stores."""
    parts = []
    for cell in lesson.cells:
        if cell.kind == "code":
            shown = () if "nbval-ignore-output" in cell.tags else cell.outputs
            texts = [out.get("text") or out.get("data", {}).get("text/plain") for out in shown]
            parts.append([cell.source, *texts])
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def read() -> dict[str, dict[str, Any]]:
    """Return what is kept, lesson by lesson."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}


def entry(kept: dict[str, dict[str, Any]], lesson: Lesson) -> dict[str, Any]:
    """Return what is known of a lesson as it stands: nothing, where it has changed since."""
    known, now = kept.get(lesson.id, {}), digest(lesson)
    return known if known.get("lesson") == now else {"lesson": now, "held": [], "fell": {}}


def note(run: Run[Lesson], seed: int) -> None:
    """Keep what one run of a lesson showed."""
    kept = read()
    known = entry(kept, run.lesson)
    known["claims"] = len(run.claims)
    measured = {"seconds": round(run.seconds, 1), "MiB": run.memory >> 20}
    known["used"] = known.get("used", {}) | {str(seed): measured}
    known["held"] = sorted({*known["held"], seed} if not run.failure else {*known["held"]} - {seed})
    known["fell"].pop(str(seed), None)
    if run.failure:
        known["fell"][str(seed)] = run.failure
    known["on"] = date.today().isoformat()
    known["with"] = {name: version(name) for name in ("numpy", "torch", "scikit-learn", "scipy")}
    kept[run.lesson.id] = known
    write_whole(KEPT, json.dumps(dict(sorted(kept.items())), indent=1) + "\n")


def used(known: dict[str, Any], what: str) -> list[float]:
    """Return what each kept run of a lesson used: its "seconds" of a core, or "MiB" at its peak."""
    return [each[what] for each in known.get("used", {}).values()]


def missing(chosen: Iterable[Lesson], last: int) -> list[tuple[Lesson, int]]:
    """Return the lessons and seeds of which it is not known that all claims hold, seed by seed."""
    kept = read()
    known = [(each, entry(kept, each)["held"]) for each in chosen]
    return [(each, s) for s in range(1, last + 1) for each, held in known if s not in held]


def main(arguments: list[str]) -> int:
    """Run what is missing, keep and print what is found; return 1 if a claim fell."""
    parser = argparse.ArgumentParser(prog="dlcourse.replication", description=__doc__)
    parser.add_argument("lessons", nargs="*", help="ids such as 11; all of them without")
    parser.add_argument("--to", type=int, default=SEEDS, help="the last seed that is tried")
    parser.add_argument("--jobs", type=int, default=2, help="lessons that run side by side")
    asked = parser.parse_args(arguments)
    chosen = [lesson(name) for name in asked.lessons] or list(lessons())
    console = Console(highlight=False)

    def replicate(each: Lesson, seed: int) -> tuple[Run[Lesson], int]:
        return execute(each, environment={"DLCOURSE_SEED": str(seed)}), seed

    with ThreadPoolExecutor(asked.jobs) as pool:
        tasks = [pool.submit(replicate, *task) for task in missing(chosen, asked.to)]
        for done in as_completed(tasks):
            run, seed = done.result()
            note(run, seed)
            told = run.failure or f"{len(run.claims)} claims held"
            console.print(f"{run.lesson.id}, seed {seed}: {told}", markup=False)
    kept, table, fell = read(), Table("lesson", "claims", "seeds that hold them", "fell"), False
    for each in chosen:
        known = entry(kept, each)
        fell |= bool(known["fell"])
        held, fallen = (" ".join(map(str, known[what])) for what in ("held", "fell"))
        table.add_row(f"{each.id} {each.title}", str(known.get("claims", "")), held, fallen)
    console.print(table)
    return int(fell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
