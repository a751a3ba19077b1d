"""The command `dlcourse`: what the lessons offer, from a terminal."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Protocol, TypeVar

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from dlcourse import paths
from dlcourse.course import MEMORY, PARTS, Lesson, no_lessons, own, survey
from dlcourse.course import lesson as find_lesson

if TYPE_CHECKING:
    from rich.progress import Progress

    from dlcourse.build import OnCell, Run
    from dlcourse.projects import Project

T = TypeVar("T")
W = TypeVar("W", bound="Labelled")

app = typer.Typer(
    name="dlcourse",
    help="Demystifying Deep Learning, from a terminal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="The data sets: what there is, what is here, what is intact.")
app.add_typer(data_app, name="data", no_args_is_help=True)
console = Console(highlight=False)

Lessons = Annotated[
    list[str] | None,
    typer.Argument(metavar="LESSON...", help="An id or name such as 11; all of them without."),
]
ExerciseId = Annotated[str, typer.Argument(metavar="EXERCISE", help="Such as 11.weighted-sum.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="NAME...")]
Runnable = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LESSON|PATH...",
        help="An id or name such as 11, or a notebook of your own; all lessons without.",
    ),
]


class Labelled(Protocol):
    """What a bar can be shown for."""

    @property
    def label(self) -> str:
        """What it is called."""


class Seeded(NamedTuple):
    """A notebook, and a seed under which it is run."""

    notebook: "Lesson | Project"
    seed: int

    @property
    def label(self) -> str:
        """What a bar calls it."""
        return f"{self.notebook.label}, seed {self.seed}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; what goes wrong is told in one sentence, without a traceback."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed, as by >&-
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        getattr(sys, name).reconfigure(errors="replace")  # a pipe on Windows
    try:
        app(arguments)
    except BrokenPipeError:  # whoever read what is printed has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
    except ImportError as error:
        sys.exit(f"✘ {error}: `make setup` mends the environment.")
    except (LookupError, OSError, RuntimeError, ValueError) as error:
        sys.exit(f"✘ {error}")


def say(text: str) -> None:
    """Print a line as it is, however long."""
    console.print(text, markup=False, soft_wrap=True)


def table(*columns: str, right: Iterable[str] = ()) -> Table:
    """Return an empty table in the house style; the columns in `right` hold numbers."""
    made = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left")
    return made


@cache
def all_lessons() -> tuple[Lesson, ...]:
    """Return the lessons that can be read, and say once what is wrong with the others."""
    found, troubles = survey()
    for trouble in troubles:
        say(f"✘ {trouble}")
    if not found:
        raise LookupError(no_lessons())
    return found


def lessons_named(names: list[str] | None) -> tuple[Lesson, ...]:
    """Return the lessons that are named, or all of them."""
    return tuple(map(find_lesson, names)) if names else all_lessons()


@app.command()
def doctor() -> None:
    """Look whether this machine is ready, and say how to mend what is not."""
    from dlcourse.doctor import examine

    ready = True
    for finding in examine():
        say(f"{'✔' if finding.ready else '✘'} {finding.subject:<11} {finding.text}")
        ready &= finding.ready
    say("\nReady." if ready else "\nNot ready yet: mend what is marked ✘.")
    raise typer.Exit(not ready)


@app.command()
def lessons() -> None:
    """List the lessons in reading order."""
    shown = table("", "lesson", "the question", "minutes", right=["minutes"])
    part = None
    for each in all_lessons():
        if each.part != part:
            shown.add_row(str(each.part), f"[bold]{PARTS[each.part]}[/bold]")
            part = each.part
        shown.add_row(each.id, each.title, each.question, str(each.minutes))
    console.print(shown)


@app.command()
def run(
    names: Runnable = None,
    jobs: Annotated[int, typer.Option(min=1, help="Runs that go on side by side.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds under which each is run.")] = 1,
    rubric: Annotated[
        bool, typer.Option("--rubric", help="Hold your own notebook against lesson 99's rubric.")
    ] = False,
) -> None:
    """Run lessons, or a notebook of your own, from the first cell to the last.

    Says which claims held under which seed, the seconds of a core and the memory. The notebooks
    stay as they are. DLCOURSE_SEED=N begins with other random choices.
    """
    from dlcourse import seeds as streams

    first, found = streams.base(), notebooks_named(names)
    if rubric and any(isinstance(each, Lesson) for each in found):
        raise ValueError("--rubric is for a notebook of your own, not for a lesson: give its path.")
    tasks = tuple(Seeded(each, first + n) for each in found for n in range(seeds))
    runs = in_kernels(run_seeded, tasks, jobs)
    shown = table("notebook", "seed", "claims held", "seconds", "MiB", "", right=["seconds", "MiB"])
    for task, each in zip(tasks, runs, strict=True):
        held = sum(claim["held"] for claim in each.claims)
        shown.add_row(
            title_of(task.notebook),
            str(task.seed),
            f"{held} of {len(each.claims)}",
            f"{each.seconds:.{int(each.seconds < 1)}f} of {seconds_for(task.notebook)}",
            f"{each.memory >> 20} of {MEMORY >> 20}",
            "✔" if each.held and (each.claims or isinstance(task.notebook, Lesson)) else "✘",
        )
    console.print(shown)
    good = all(each.held for each in runs)
    for notebook in found:
        pairs = zip(tasks, runs, strict=True)
        of_it = {task.seed: each for task, each in pairs if task.notebook is notebook}
        good &= say_what_held(notebook, of_it, rubric)
    raise typer.Exit(not good)


def run_seeded(task: Seeded, on_cell: "OnCell") -> "Run[Any]":
    """Run a notebook under a seed.

    A claim that falls ends a lesson; of the reader's own notebook all claims are heard.
    """
    from dlcourse.build import execute

    environment = {"DLCOURSE_SEED": str(task.seed)}
    if not isinstance(task.notebook, Lesson):
        environment["DLCOURSE_CLAIMS"] = "gather"
    return execute(task.notebook, on_cell, environment)


def notebooks_named(names: list[str] | None) -> "tuple[Lesson | Project, ...]":
    """Return what is named: lessons, and notebooks of the reader's own; all lessons without."""
    if not names:
        return all_lessons()
    from dlcourse.projects import Project, is_path

    return tuple(Project.read(Path(n)) if is_path(n) else find_lesson(n) for n in names)


def title_of(notebook: "Lesson | Project") -> str:
    """Return a notebook's name for a table."""
    if isinstance(notebook, Lesson):
        return f"{notebook.id} {notebook.title}"
    return notebook.label


def seconds_for(notebook: "Lesson | Project") -> int:
    """Return the seconds of a core that a run of a notebook may take."""
    from dlcourse.projects import SECONDS

    return notebook.seconds if isinstance(notebook, Lesson) else SECONDS


def say_what_held(notebook: "Lesson | Project", runs: "dict[int, Run[Any]]", rubric: bool) -> bool:
    """Say of one notebook what fell under which seed, and how it stands before the rubric.

    Returns whether all that was asked is met.
    """
    from dlcourse import projects

    for seed, run in runs.items():
        if run.failure:
            say(f"✘ seed {seed}: {run.failure}")
    is_own, claims = isinstance(notebook, projects.Project), projects.heard(runs)
    if is_own and not claims:
        say(f"✘ {notebook.label} reached no claim, so nothing in it was put to the test.")
    if is_own or len(runs) > 1 or not all(all(each.values()) for each in claims.values()):
        for text, by_seed in claims.items():
            say(claim_line(text, by_seed))
            for line in projects.measured(text, runs):
                say(f"    {line}")
    if not (rubric and isinstance(notebook, projects.Project)):
        return bool(claims) or not is_own
    points = [*projects.judge(notebook, runs), *projects.ticks(notebook)]
    say("\nThe rubric")
    for line in projects.report(points):
        say(line)
    say(f"{sum(point.met for point in points)} of {len(points)} points are met.")
    return all(point.met for point in points)


def claim_line(text: str, by_seed: "dict[int, bool | None]") -> str:
    """Say under which seeds a claim held, fell, or was not reached."""
    told = []
    for verdict, word in ((True, "held"), (False, "fell"), (None, "not reached")):
        if found := [str(seed) for seed, held in by_seed.items() if held is verdict]:
            told.append(f"{word} under {' '.join(found)}")
    return f"{'✔' if all(by_seed.values()) else '✘'} {text}: {', '.join(told)}"


@app.command()
def start(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="tabular, sequence or image.")],
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="In my/ without.")] = None,
) -> None:
    """Write a notebook of your own that begins as one of lesson 99's starting points."""
    from dlcourse.projects import start

    path = start(kind, to)
    named = f'"{path}"' if " " in str(path) else path
    say(f"✔ {path}: open it in JupyterLab, then `dlcourse run {named} --seeds 5 --rubric`")


def in_kernels(work: "Callable[[W, OnCell], T]", things: tuple[W, ...], jobs: int = 1) -> list[T]:
    """Do some work with each notebook, `jobs` of them side by side, under progress bars."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with (
        Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as bars,
        ThreadPoolExecutor(jobs) as workers,
    ):
        started = [workers.submit(under_bar, bars, work, each) for each in things]
        try:
            while wait(started, timeout=0.5).not_done:
                pass  # a wait without end would not hear Ctrl-C on Windows
        except KeyboardInterrupt:
            end_kernels(started)
            raise
    return [each.result() for each in started]


def under_bar(bars: "Progress", work: "Callable[[W, OnCell], T]", thing: W) -> T:
    """Do some work with a notebook under a progress bar of its own, which goes away at the end."""
    bar = bars.add_task(thing.label, total=None)
    try:
        return work(thing, lambda done, total: bars.update(bar, completed=done, total=total))
    finally:
        bars.remove_task(bar)


def end_kernels(started: Sequence[Future[Any]]) -> None:
    """End the lessons that run and leave out those that wait: kernels do not hear Ctrl-C."""
    import psutil

    for each in started:
        each.cancel()
    while wait(started, timeout=0.5).not_done:
        for kernel in psutil.Process().children():
            kernel.kill()


@app.command()
def check(
    name: Annotated[
        str | None, typer.Argument(metavar="LESSON|EXERCISE", help="All lessons without.")
    ] = None,
) -> None:
    """Run your saved notebook, and show how its exercises stand."""
    from dlcourse.build import execute

    found, ids = exercises_of(name)
    passed = True
    for result in in_kernels(execute, tuple(map(own, found))):
        lines = verdicts(result)
        for id in filter(ids.__contains__, result.lesson.exercises):
            say(lines.get(id, f"○ {id}: not reached"))
            passed &= lines.get(id, "").startswith("✔")
        if result.failure:
            say(f"✘ {result.failure}")
    raise typer.Exit(not passed)


def exercises_of(name: str | None) -> tuple[tuple[Lesson, ...], list[str]]:
    """Return the lessons and exercises that a name stands for: a lesson, an exercise, or all."""
    if name and "." in name:
        from dlcourse.exercises import find

        return (find_lesson(name.partition(".")[0]),), [find(name).id]
    found = lessons_named([name] if name else None)
    return found, [id for lesson in found for id in lesson.exercises]


def verdicts(run: "Run[Lesson]") -> dict[str, str]:
    """Return what the checks of a lesson printed, a line an exercise."""
    outputs = [output for cell in run.notebook.cells for output in cell.get("outputs", ())]
    printed = "".join(output.get("text", "") for output in outputs)
    found = re.finditer(r"^[✔✘○] (\d\d\.[\w-]+): .*$", printed, re.MULTILINE)
    return {line[1]: line[0] for line in found}


@app.command("next")
def next_step() -> None:
    """Say what to do now, and why."""
    from dlcourse.exercises.progress import load

    say(next_of(all_lessons(), {id for id, record in load().items() if record.passed}))


def next_of(lessons: Sequence[Lesson], passed: set[str]) -> str:
    """Return what to do now in a sentence: go on with a lesson that was begun, or begin the next.

    Which exercises have been passed is all that is known of what was done.
    """
    waiting = {
        each.id: [id for id in each.exercises if id not in passed]
        for each in lessons
        if not passed.issuperset(each.exercises)
    }
    begun = [each for each in lessons if 0 < len(waiting.get(each.id, ())) < len(each.exercises)]
    for each in begun[-1:]:  # the last in reading order is the one that is being read
        number = len(each.exercises) - len(waiting[each.id])
        return (
            f"Go on with lesson {each.id}, {each.title}: exercise {waiting[each.id][0]} waits, "
            f"{number} of {len(each.exercises)} are passed."
        )
    for each in lessons:
        if each.id in waiting and not any(id in waiting for id in each.needs):
            needs = ", ".join(each.needs)
            why = f"it builds on {needs}, which you have done" if needs else "it needs no other"
            return f"Begin lesson {each.id}, {each.title} ({each.minutes} minutes): {why}."
    return "Every exercise of every lesson is passed: there is nothing left but to teach it."


@app.command()
def recall() -> None:
    """Ask the recall questions that are due; an empty line shows the answer, q ends it."""
    from dlcourse import spacing

    asked = spacing.today()
    for number, question in enumerate(asked, start=1):
        say(f"\n{number}/{len(asked)}  {question.asks}  (lesson {question.about})")
        if typer.prompt("  Enter shows the answer", "", show_default=False) == "q":
            return
        say(f"  {question.answer}")
        said = _said(list(spacing.RATINGS))
        if not said:
            return
        again = spacing.rate(question, said, datetime.now(UTC))
        say(f"  Asked again on {again.astimezone():%d %B}.")
    say("\nThat was all." if asked else "Nothing is due; questions are about lessons you began.")


def _said(ratings: list[str]) -> str:
    """Ask how well a question was known until there is an answer; '' ends the sitting."""
    choices = ", ".join(f"{number} {rating}" for number, rating in enumerate(ratings, start=1))
    while (typed := typer.prompt(f"  {choices}, q to end")) != "q":
        if typed.isdigit() and 1 <= int(typed) <= len(ratings):
            return ratings[int(typed) - 1]
    return ""


@app.command()
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In quotation marks.")],
) -> None:
    """Find what the course says to a question, offline: three paragraphs, nothing generated."""
    from dlcourse.asking import ask

    say(str(ask(question)))


@app.command()
def update() -> None:
    """Bring your own copy of the lessons, in `my/`, up to the course's edition."""
    from dlcourse.copies import update

    told = list(update())
    for line in told:
        say(line)
    if not told:
        say(f"Your lessons in {paths.MINE} are up to date.")


@app.command()
def hint(id: ExerciseId) -> None:
    """Show the next of an exercise's three hints."""
    from dlcourse.exercises import hint

    hint(id)


@app.command()
def solution(id: ExerciseId) -> None:
    """Show an exercise's solution."""
    from dlcourse.exercises import solution

    solution(id)


@app.command()
def progress() -> None:
    """Show which exercises you have passed."""
    from dlcourse.exercises.progress import load

    records = load()
    shown = table("lesson", "passed", "", right=["passed"])
    for each in all_lessons():
        passed = [id for id in each.exercises if id in records and records[id].passed]
        marks = " ".join("✔" if id in passed else "○" for id in each.exercises)
        count = f"{len(passed)} of {len(each.exercises)}"
        shown.add_row(f"{each.id} {each.title}", count, marks)
    console.print(shown)


@app.command()
def reset(
    name: Annotated[
        str | None, typer.Argument(metavar="LESSON|EXERCISE", help="Everything without.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget what you have passed, after asking; your notebooks stay as they are."""
    from dlcourse.exercises.progress import load, reset

    known = load()
    ids = list(known) if name is None else [id for id in exercises_of(name)[1] if id in known]
    if not ids:
        say("There is nothing to forget.")
    elif yes or typer.confirm(f"Forget the progress on {', '.join(ids)}?"):
        reset(*ids)
        say("Forgotten.")


@app.command()
def release(
    names: Annotated[list[str], typer.Argument(metavar="LESSON...", help="Such as 11.")],
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="nbgrader's course.")] = Path("class"),
) -> None:
    """Make nbgrader's assignments of lessons, one point for each exercise of the main path."""
    from dlcourse.release import release

    for each in lessons_named(names):
        release(each, to)
        say(f"✔ {each.name}: in {to}, `nbgrader generate_assignment {each.name}` comes next")


@app.command()
def build(names: Lessons = None) -> None:
    """Run lessons anew and write their outputs into the notebooks."""
    results = in_kernels(rebuild, lessons_named(names))
    for result in results:
        say(f"✘ {result}" if isinstance(result, Exception) else f"✔ {result}")
    raise typer.Exit(any(isinstance(result, Exception) for result in results))


def rebuild(lesson: Lesson, on_cell: "OnCell") -> str | Exception:
    """Build a lesson, and return what to say of it; a failure keeps no other lesson from it."""
    from dlcourse.build import LessonError, build

    try:
        return f"{lesson.path.name}: {'written' if build(lesson, on_cell) else 'unchanged'}"
    except LessonError as error:
        return error


@data_app.command("list")
def list_data() -> None:
    """List the data sets, and whether they can be loaded without a network."""
    from dlcourse.data import catalog, fetched

    shown = table("name", "title", "licence", "here")
    for name, card in catalog.items():
        shown.add_row(name, card.title, card.licence, "✔" if fetched(name) else "○")
    console.print(shown)


@data_app.command()
def fetch(names: Names = None) -> None:
    """Fetch data sets for work without a network: those named, or all that lessons need."""
    from dlcourse.data import fetch

    for name in names or needed():
        fetch(name)
        say(f"✔ {name}")


@data_app.command()
def verify(names: Names = None) -> None:
    """Compare data sets, those named or all that are here, with their fingerprints."""
    from dlcourse.data import catalog, fetched, verify

    failed = False
    for name in names or filter(fetched, catalog):
        try:
            verify(name)
            say(f"✔ {name}")
        except (FileNotFoundError, ValueError) as error:
            say(f"✘ {error}")
            failed = True
    raise typer.Exit(failed)


def needed() -> list[str]:
    """Return the names of the data sets that lessons need, each once, in reading order."""
    return list(dict.fromkeys(name for lesson in all_lessons() for name in lesson.data))


if __name__ == "__main__":
    main()
