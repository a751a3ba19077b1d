"""Is what the lessons store the same on other machines? `make portability` imitates some.

Libraries choose their algorithms by the processor and by the number of threads, and sums in
another order end in other digits. A learner's laptop is not the machine that made the outputs.
Speed is not compared: without its best instructions a processor may take ten times as long.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console
from rich.progress import track
from rich.table import Table

from dlcourse.build import ONE_THREAD
from dlcourse.course import Lesson, lesson, lessons
from dlcourse.limits import SLOW
from dlcourse.paths import ROOT

MACHINES: dict[str, dict[str, str]] = {
    "one thread": {},
    "two threads": dict.fromkeys(ONE_THREAD, "2"),
    "no AVX-512": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_CBWR": "AVX2",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
    },
    "no AVX": {
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_CBWR": "COMPATIBLE",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "OPENBLAS_CORETYPE": "Nehalem",
    },
}
"""The variables that make the libraries work as they would on each machine."""


def differences(lesson: Lesson, variables: dict[str, str]) -> list[str]:
    """Run a lesson as its test does, under other variables; return what differs, cell by cell."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["--nbval", "--nbval-current-env", "--color=no", f"--junitxml={report}"]
        command = [sys.executable, "-m", "pytest", *options, "-k", "not budget", str(lesson.path)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | ONE_THREAD | {SLOW: "10"} | variables,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode not in (0, 1) or not report.exists():  # pytest itself did not run
            return [done.stdout + done.stderr]
        cases = ElementTree.parse(report).iter("testcase")
        return [
            f"{case.get('name')}: {each.text}" for case in cases for each in case.iter("failure")
        ]


def main(names: list[str]) -> int:
    """Try lessons on every machine; print each difference and a table; return 1 if any differs."""
    chosen = [lesson(name) for name in names] or list(lessons())
    console = Console(highlight=False)
    trials = [(each, machine) for each in chosen for machine in MACHINES]
    counts: dict[str, list[int]] = {each.id: [] for each in chosen}
    for each, machine in track(trials, "Running the lessons", console=console, transient=True):
        found = differences(each, MACHINES[machine])
        counts[each.id].append(len(found))
        for difference in found:
            console.rule(f"lesson {each.id}, {machine}")
            console.print(difference, markup=False)
    table = Table("lesson", *MACHINES)
    for each in chosen:
        marks = (f"✘ {count}" if count else "✔" for count in counts[each.id])
        table.add_row(f"{each.id} {each.title}", *marks)
    console.print(table)
    return int(any(map(any, counts.values())))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
