"""Does longer training change which depth wins? The races of lesson 21, eight times as long.

    python benchmarks/studies/why_deep.py

About six minutes of one core. The networks, their tasks and the race are the cells tagged
`recipe` of the lesson: equal parameters, four rates tried on one network each, five more with the
best. A part that is done is kept in `build/studies` and not done again.
"""

from datetime import date
from typing import Any

import torch
import torch.nn.functional as F
from parts import Parts, recipe
from threadpoolctl import threadpool_limits

from dlcourse.evaluation import Study

NAME = "why_deep"
LONGER = 8
LESSON = recipe("21")
TASKS = {  # inputs, outputs, parameters; batches, loss, judge; steps in the lesson
    "six folds": (2, 1, 2_400, LESSON.kaleidoscope, F.mse_loss, LESSON.left_over, 1_200),
    "four sines": (4, 1, 600, LESSON.sines, F.mse_loss, LESSON.left_over, 300),
    "digits": (784, 10, 26_000, LESSON.pictures, F.cross_entropy, None, 250),
}
parts = Parts(NAME, LESSON)


def raced(task: str, depth: int) -> dict[str, Any]:
    """Return the errors of five networks and the rate that was chosen for them."""
    inputs, outputs, budget, draw, loss, judge, steps = TASKS[task]
    sizes = LESSON.widest(inputs, outputs, depth, budget)
    judged = judge(draw) if judge else LESSON.misread
    _, errors, rate = LESSON.race(sizes, draw, loss, judged, LONGER * steps)
    return {"errors": errors.tolist(), "rate": rate}


def exact_size() -> list[float]:
    """Return the errors of the six layers of four that could be exact, from five starts."""
    draw, judge = LESSON.kaleidoscope, LESSON.left_over(LESSON.kaleidoscope)
    sizes, steps = [2, *[4] * 6, 1], LONGER * 800
    tiny = (LESSON.train(sizes, draw, F.mse_loss, steps, 0.02, "tiny", run) for run in range(5))
    return [judge(model, "test") for model in tiny]


def main() -> None:
    races = [
        *(("six folds", depth) for depth in (1, 2, 4)),
        *(("four sines", depth) for depth in (1, 2, 4)),
        *(("digits", depth) for depth in (1, 2, 3, 5)),
    ]
    found = {f"{task}, {depth} deep": parts.kept(raced, task, depth) for task, depth in races}
    Study(
        question="Does longer training change which depth comes closest?",
        metric="share of the variance left over; for digits, misread of 100 test digits",
        runs={name: each["errors"] for name, each in found.items()}
        | {"six folds, six layers of four": parts.kept(exact_size)},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={"rates": {name: each["rate"] for name, each in found.items()}, "longer": LONGER},
    ).save(NAME)


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
