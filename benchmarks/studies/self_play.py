"""How well does a network that taught itself play Connect Four on 5 × 4? For lesson 81.

    python benchmarks/studies/self_play.py

About seventeen minutes of one core. The network, its teaching and the play-outs are the cells
tagged `recipe` of the lesson, so that the two cannot differ. All are judged on boards whose worth
is known exactly: what is chosen is chosen on validation boards, and each run draws test boards of
its own, the same for all that are judged in it. A part that is done is kept in `build/studies` and
not done again.
"""

import time
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import torch
from parts import Parts, recipe
from threadpoolctl import threadpool_limits
from torch import nn

from dlcourse import games, seeds, tree_search
from dlcourse.evaluation import Study
from dlcourse.games import CONNECT_FOUR, TIC_TAC_TOE, Solved
from dlcourse.paths import STUDIES
from dlcourse.training import save
from dlcourse.tree_search import Judge, Rule, puct, search, ucb1

NAME, LESSON = "self_play", recipe("81")
RUNS, COUNT = 3, 1000  # runs, test boards of each
ITERATIONS, WIDTH, STEPS, MOST = 80, 256, 100, 12  # of the teaching
STAGES = (2, 5, 10, 20, 40, 80)  # iterations after which the network is looked at
CONSTANTS = (0.5, 1.0, 2.0, 4.0, 8.0)
SIMULATIONS = (25, 100, 400, 1600)
PLAY_OUTS = {"play-outs": (*SIMULATIONS, 6400), "play-outs by UCB1": SIMULATIONS}
RULES: dict[str, Rule] = {"play-outs": puct, "play-outs by UCB1": ucb1, "network": puct}
GAMES = 500  # of a match, half of them begun by each side
parts = Parts(NAME, LESSON, games, tree_search)

Mover = Callable[[np.ndarray], np.ndarray]
solved = cache(Solved)


# --- boards whose worth is known ------------------------------------------------------------------


def boards(count: int, *stream: str | int) -> tuple[np.ndarray, np.ndarray]:
    """Return boards on which a mistake can be made, each once, and their best moves (n, 5).

    They come from 0 to 15 moves at random.
    """
    rng = seeds.rng("boards", *stream)
    drawn = np.unique(LESSON.openings(CONNECT_FOUR, rng, 8 * count, 15), axis=0)
    worths = solved(CONNECT_FOUR).worths(drawn)
    best = worths == worths.max(axis=1, keepdims=True)
    rows = rng.permutation(np.flatnonzero((~best & (worths > -2)).any(axis=1)))[:count]
    return drawn[rows], best[rows]


def chosen(
    judge: Judge, drawn: np.ndarray, simulations: int, c: float = 1.5, rule: Rule = puct
) -> np.ndarray:
    """Return the move that is tried most on each board; without simulations, the judge's own."""
    if simulations == 0:
        return np.asarray(judge(drawn)[0]).argmax(axis=1)
    some = max(1, 500_000 // simulations)  # so that the trees fit into memory
    pieces = [drawn[at : at + some] for at in range(0, len(drawn), some)]
    tried = [search(CONNECT_FOUR, piece, judge, simulations, c=c, rule=rule) for piece in pieces]
    return np.concatenate(tried).argmax(axis=1)


def share(
    judge: Judge,
    on: tuple[np.ndarray, np.ndarray],
    simulations: int,
    c: float = 1.5,
    rule: Rule = puct,
) -> float:
    """Return the share of boards on which the best move, or one of them, is chosen."""
    drawn, best = on
    return float(best[np.arange(len(drawn)), chosen(judge, drawn, simulations, c, rule)].mean())


def timed(
    judge: Judge, on: tuple[np.ndarray, np.ndarray], simulations: int, c: float, rule: Rule = puct
) -> list[Any]:
    """Return simulations, the share of best moves, and processor milliseconds per board."""
    begin = time.process_time()
    found = share(judge, on, simulations, c, rule)
    return [simulations, found, 1000 * (time.process_time() - begin) / len(on[0])]


def play_outs(*stream: str | int) -> Judge:
    """Return the rival's judge."""
    judge: Judge = LESSON.by_play_outs(CONNECT_FOUR, seeds.rng("play-outs", *stream))
    return judge


# --- matches --------------------------------------------------------------------------------------


def searching(judge: Judge, simulations: int = 25, c: float = 1.5) -> Mover:
    """Return a player that searches."""
    return lambda drawn: chosen(judge, drawn, simulations, c)


def random(*stream: str | int) -> Mover:
    """Return a player that moves at random."""
    rng = seeds.rng("random", *stream)
    return lambda drawn: np.asarray(LESSON.at_random(CONNECT_FOUR, drawn, rng))


def perfect(*stream: str | int) -> Mover:
    """Return a player that draws one of the best moves."""
    rng = seeds.rng("perfect", *stream)

    def move(drawn: np.ndarray) -> np.ndarray:
        worths = solved(CONNECT_FOUR).worths(drawn)
        best = worths == worths.max(axis=1, keepdims=True)
        return np.asarray((rng.random(best.shape) * best).argmax(axis=1))

    return move


def match(one: Mover, other: Mover, begun: np.ndarray) -> list[int]:
    """Return the games that `one` wins, draws and loses, from boards that each side begins once."""
    won = drawn = lost = 0
    for first in (one, other):
        now, turn = begun, 0
        while len(now):
            mover = (one, other)[(first is other) ^ turn % 2]
            now, turn = CONNECT_FOUR.play(now, mover(now)), turn + 1
            ended, over = CONNECT_FOUR.lost(now), CONNECT_FOUR.over(now)
            won, lost = (won + ended.sum(), lost) if mover is one else (won, lost + ended.sum())
            drawn += (over & ~ended).sum()
            now = now[~over]
    return [int(won), int(drawn), int(lost)]


def ways_to_beat(player: Mover) -> list[int]:
    """Return on how many boards a player has lost, of all to which any opponent can lead it.

    And how many boards it had to move on. The player has to move in the same way each time.
    """
    beaten = moved = 0
    for begins in (True, False):
        now, mine = CONNECT_FOUR.start(), begins
        while len(now):
            if mine:
                moved += len(now)
                now = CONNECT_FOUR.play(now, player(now))
            else:
                at, move = np.nonzero(CONNECT_FOUR.legal(now))
                now = np.unique(CONNECT_FOUR.play(now[at], move), axis=0)
                beaten += int(CONNECT_FOUR.lost(now).sum())
            now, mine = now[~CONNECT_FOUR.over(now)], not mine
    return [beaten, moved]


# --- what is kept ---------------------------------------------------------------------------------


def taught(run: int) -> dict[str, Any]:
    """Return what a network can do at each stage of its teaching, and what that took."""
    on, found, earlier = boards(COUNT, run), [], None
    seconds, begin = 0.0, time.process_time()
    settings = {"most": MOST, "steps": STEPS}
    teaching = LESSON.learn(CONNECT_FOUR, WIDTH, ITERATIONS, "study", run, **settings)
    for iteration, model in enumerate(teaching, start=1):
        if iteration in STAGES:
            seconds += time.process_time() - begin
            found.append({"iterations": iteration, **stage(model, earlier, on, run)})
            earlier = LESSON.Player(CONNECT_FOUR, WIDTH)
            earlier.load_state_dict(model.state_dict())
            begin = time.process_time()
    model.half().float()  # as it will be kept: in half the room
    save(model, parts.folder / f"player-{run}.pt")
    return {"stages": found, "seconds": seconds}


def stage(model: nn.Module, earlier: nn.Module | None, on: Any, run: int) -> dict[str, Any]:
    """Return the share of best moves, and matches, of a network with 25 simulations."""
    judge, empty = LESSON.judged_by(model), CONNECT_FOUR.start(GAMES // 2)
    player = searching(judge)
    found = {
        "instinct": share(judge, on, 0),
        "share": share(judge, on, 25),
        "random": match(player, random(run), empty),
        "perfect": match(player, perfect(run), empty),
    }
    if earlier is not None:
        begun = LESSON.openings(CONNECT_FOUR, seeds.rng("begun", run), GAMES // 2, 3)
        found["earlier"] = match(player, searching(LESSON.judged_by(earlier)), begun)
    return found


def kept_player(run: int) -> nn.Module:
    """Return the network of a run."""
    model: nn.Module = LESSON.load(
        LESSON.Player(CONNECT_FOUR, WIDTH), parts.folder / f"player-{run}.pt"
    )
    return model


def tuned(kind: str, c: float) -> float:
    """Return the share of best moves on validation boards, with one constant of the search.

    400 simulations each; the network is that of the first run.
    """
    network = kind == "network"
    judge = LESSON.judged_by(kept_player(0)) if network else play_outs("validation")
    return share(judge, boards(COUNT, "validation"), 400, c, RULES[kind])


def judged(run: int, c: float) -> list[list[Any]]:
    """Return what a network does with more and more simulations."""
    judge, on = LESSON.judged_by(kept_player(run)), boards(COUNT, run)
    return [timed(judge, on, simulations, c) for simulations in (0, *SIMULATIONS)]


def rival(kind: str, run: int, c: float) -> list[list[Any]]:
    """Return what random play-outs do with more and more simulations."""
    on, rule = boards(COUNT, run), RULES[kind]
    return [timed(play_outs(run), on, simulations, c, rule) for simulations in PLAY_OUTS[kind]]


def beaten(run: int, simulations: int) -> list[int]:
    """Return in how many ways the network of a run can be beaten."""
    return ways_to_beat(searching(LESSON.judged_by(kept_player(run)), simulations))


def symmetry(run: int, turned: bool, iterations: int, most: int = 6) -> int:
    """Return how many of the 3,888 boards of tic-tac-toe the first instinct throws away."""
    settings = {"turned": turned, "most": most}
    *_, model = LESSON.learn(TIC_TAC_TOE, 128, iterations, "symmetry", run, **settings)
    every = solved(TIC_TAC_TOE).boards()
    saved = every[solved(TIC_TAC_TOE).worth(every) >= 0]
    worths = solved(TIC_TAC_TOE).worths(saved)
    move = LESSON.judged_by(model)(saved)[0].argmax(axis=1)
    return int((worths[np.arange(len(saved)), move] < worths.max(axis=1)).sum())


SETTINGS = {
    "turned": (True, 24),
    "as played": (False, 24),
    "as played, twice as long": (False, 48),
    "turned, begun on the empty board": (True, 24, 0),
}


def main() -> None:
    teaching = [parts.kept(taught, run) for run in range(RUNS)]
    constants = {kind: {c: parts.kept(tuned, kind, c) for c in CONSTANTS} for kind in RULES}
    best = {kind: max(found, key=lambda c: found[c]) for kind, found in constants.items()}
    network = [parts.kept(judged, run, best["network"]) for run in range(RUNS)]
    lesser, by_ucb1 = (
        [parts.kept(rival, kind, run, best[kind]) for run in range(RUNS)] for kind in PLAY_OUTS
    )
    ways = {n: [parts.kept(beaten, run, n) for run in range(RUNS)] for n in (25, 100)}
    thrown = {
        name: [parts.kept(symmetry, run, *setting) for run in range(5)]
        for name, setting in SETTINGS.items()
    }
    keep_weights()
    at_hundred = SIMULATIONS.index(100)  # the network's first row is without a search
    shares = {"random play-outs": lesser, "random play-outs by UCB1": by_ucb1}
    shares["network"] = [run[1:] for run in network]
    Study(
        question="How well does a network that taught itself play Connect Four on 5 × 4?",
        metric="share of 1,000 boards on which a best move is chosen, 100 simulations each",
        runs={name: [run[at_hundred][1] for run in found] for name, found in shares.items()},
        seconds=round(parts.seconds),
        date=date.today().isoformat(),
        extra={
            "network": network,  # per run: simulations, share, milliseconds per board
            "play-outs": lesser,
            "play-outs by UCB1": by_ucb1,
            "stages": [run["stages"] for run in teaching],
            "seconds of teaching": [run["seconds"] for run in teaching],
            "constants": constants,
            "ways to beat it": ways,
            "thrown away": thrown,
        },
    ).save(NAME)


def keep_weights() -> None:
    """Write the weights of the first run, which the lesson reads, with half the usual digits."""
    save(kept_player(0).half(), STUDIES / f"{NAME}.pt")


if __name__ == "__main__":
    with threadpool_limits(1):
        torch.set_num_threads(1)
        main()
