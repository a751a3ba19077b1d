"""Is what the lessons store the same on other machines? `make portability` imitates some.

Libraries choose their algorithms by the processor and by the number of threads, and sums in
another order end in other digits. A learner's laptop is not the machine that made the outputs.
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
            env=os.environ | ONE_THREAD | variables,
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
    """Try lessons on every machine, print a table and each difference; return 1 if there is one."""
    chosen = [lesson(name) for name in names] or list(lessons())
    console = Console()
    trials = [(each, machine) for each in chosen for machine in MACHINES]
    bar = track(trials, "Running the lessons", console=console, transient=True)
    found = {(each.id, name): differences(each, MACHINES[name]) for each, name in bar}
    table = Table("lesson", *MACHINES)
    for each in chosen:
        counts = [len(found[each.id, machine]) for machine in MACHINES]
        table.add_row(f"{each.id} {each.title}", *(f"✘ {n}" if n else "✔" for n in counts))
    for (id, machine), told in found.items():
        for difference in told:
            console.rule(f"lesson {id}, {machine}")
            console.print(difference, markup=False, highlight=False)
    console.print(table)
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
