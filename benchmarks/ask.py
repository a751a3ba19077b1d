"""How often does `dlcourse ask` find the lesson, how often does it refuse, and what does it take?

    python benchmarks/ask.py

It asks the questions of `benchmarks/questions.csv`, and the recall questions, of the course as it
is now, and then runs the command by itself, as a reader does. The table is in Markdown. Seconds are
by the clock and of a core; memory is what the command held at its peak.
"""

import csv
import resource
import subprocess
import sys
import time
from collections.abc import Iterable

import numpy as np

from dlcourse.asking import Index, paragraphs
from dlcourse.course import lessons
from dlcourse.evaluation import bootstrap
from dlcourse.paths import ROOT
from dlcourse.spacing import questions

QUESTION, TIMES = "Why divide by the root of d?", 5


def asked() -> Iterable[tuple[str, str, str]]:
    """Yield questions: their kind, the lessons that answer, separated by blanks, the question."""
    for each in questions(lessons()):
        yield "recall", each.about, each.asks
    with (ROOT / "benchmarks" / "questions.csv").open(encoding="utf-8", newline="") as file:
        yield from ((row["kind"], row["lessons"], row["question"]) for row in csv.DictReader(file))


def found(index: Index) -> dict[str, list[tuple[bool, bool]]]:
    """Of each kind of question: was it answered, and was a right lesson among the three?"""
    kinds: dict[str, list[tuple[bool, bool]]] = {}
    for kind, right, question in asked():
        answer = index.answer(question)
        hit = any(each.lesson.id in right.split() for each in answer.found)
        kinds.setdefault(kind, []).append((bool(answer.found), hit))
    return kinds


def command() -> tuple[list[float], float, float]:
    """Run the command: seconds by the clock each time, seconds of a core in all, MiB at most."""
    ask = [sys.executable, "-m", "dlcourse.cli", "ask", QUESTION]
    subprocess.run(ask, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # the index may be new
    clock = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(TIMES):
        begin = time.perf_counter()
        subprocess.run(ask, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        clock.append(time.perf_counter() - begin)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    core = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return clock, core, after.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    """Print the table."""
    clock, core, memory = command()  # first: a child's peak counts what its parent holds
    begin = time.process_time()
    index = Index(paragraphs(lessons()))
    count = len(index.vectors) if index.encoder else 0
    print(f"{count:,} paragraphs; index in {time.process_time() - begin:.1f} s of a core\n")
    print("| questions | | answered | lesson among three | of those answered |")
    print("|---|--:|--:|--:|--:|")
    for kind, rows in found(index).items():
        answered, hit = np.array(rows).T
        columns = [answered, hit, hit[answered]] if hit.any() else [answered]
        shown = [f"{bootstrap(np.mean, 1.0 * column):.2f}" for column in columns]
        print("|", " | ".join([kind, str(len(rows)), *shown, "—", "—"][:5]), "|")
    print(
        f"\nseconds by the clock {min(clock):.2f} to {max(clock):.2f}, of a core {core / TIMES:.2f}"
    )
    print(f"MiB at most {memory:.0f}")


if __name__ == "__main__":
    main()
