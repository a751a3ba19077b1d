"""Exercises of lesson 81, self-play."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlcourse.exercises import Exercise


def _games(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield games as nested lists: over at once, forced, of unequal depth, and drawn ones."""
    yield from ((end,) for end in (-1, 0, 1))
    yield ([-1],)
    yield ([[-1]],)
    yield ([1, 1],)
    yield ([0, 1],)
    yield ([[-1, 1], [0, 0]],)
    yield ([[0, 1], [-1, 1], 1],)
    yield ([[[-1, 0], [1, [0]]], 0, [[1], -1]],)

    def grown(depth: int) -> Any:
        if depth == 0 or rng.random() < 0.15:
            return int(rng.integers(-1, 2))
        return [grown(depth - 1) for _ in range(rng.integers(1, 4))]

    yield from ((grown(depth),) for depth in (3, 4, 4, 5, 5))


def _nodes(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield nodes: new, one move, promise without tries, one far tried, and drawn ones."""
    none = np.zeros(4)
    yield none, none, np.array([0.1, 0.2, 0.6, 0.1]), 1.5
    yield np.array([3.0]), np.array([-2.0]), np.array([1.0]), 1.0
    tried, total = np.array([20.0, 1.0, 0.0]), np.array([16.0, 0.25, 0.0])
    yield from ((tried, total, np.array([0.2, 0.5, 0.3]), c) for c in (0.0, 0.125, 1.0, 8.0))
    yield np.array([4.0, 1.0]), np.array([-3.0, -0.5]), np.array([0.9, 0.1]), 0.5
    yield np.array([1.0, 3.0]), np.array([1.0, 2.4]), np.array([0.5, 0.5]), 0.25
    yield np.array([1.0, 0.0]), np.array([0.6, 0.0]), np.array([0.2, 0.8]), 0.546
    for moves, c in ((5, 0.5), (9, 1.0), (9, 1.5), (7, 2.0), (5, 4.0), (30, 1.0)):
        visits = rng.integers(0, 30, size=moves).astype(float)
        promise = rng.dirichlet(np.ones(moves))
        yield visits, visits * rng.uniform(-0.6, 0.6, size=moves), promise, c


def _paths(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield paths of several lengths, an empty one, and what their leaves are worth."""
    yield [[0, 0.0]], 1.0
    yield [[0, 0.0], [0, 0.0]], 1.0
    yield [], 0.5
    yield [[5, 2.0], [3, -1.0], [1, 0.25]], 0.0
    yield [[5, 2.0], [3, -1.0], [1, 0.25]], -1.0
    for length in (4, 7):
        tries = rng.integers(1, 40, size=length)
        yield [[int(n), float(n * rng.uniform(-1, 1))] for n in tries], float(rng.uniform(-1, 1))


def _boards(rng: np.random.Generator) -> Iterable[tuple[Any, ...]]:
    """Yield square boards, how often each cell was tried, and turns, none and more than four."""
    for size, turns in ((3, 1), (3, 3), (3, 0), (3, 2), (2, 1), (4, 3), (1, 1), (3, 5)):
        board = rng.integers(-1, 2, size=(size, size))
        tried = rng.integers(0, 50, size=(size, size)) * (board == 0)
        yield board, tried, turns


EXERCISES = (
    Exercise(
        id="81.worth",
        stub='''
        def worth(game):
            """What a game is worth to the player to move: 1, 0 or -1.

            A game that is over is a number: what it is worth to the player who would be next.
            Any other is a list of the games that the player to move can choose from.
            """
            ...
        ''',
        solution='''
        def worth(game):
            """What a game is worth to the player to move: 1, 0 or -1.

            A game that is over is a number: what it is worth to the player who would be next.
            Any other is a list of the games that the player to move can choose from.
            """
            if not isinstance(game, list):
                return game
            return max(-worth(after) for after in game)
        ''',
        hints=(
            "What is a game worth that is over? And what is a game worth to you, after your move, "
            "if it is worth 1 to the other player?",
            "A move is worth to you minus what the game after it is worth to the other player. You "
            "take the best. The function may call itself.",
            "if not isinstance(game, list): return game; else max(-worth(after) for after in game)",
        ),
        misconceptions=(
            (
                "after your move the other player is to move: what is good for them is bad for "
                "you, so turn the sign of what each move leads to",
                """
                def worth(game):
                    if not isinstance(game, list):
                        return game
                    return max(worth(after) for after in game)
                """,
            ),
            (
                "you let the player to move choose what is worst for them: take the largest of "
                "the worths with their signs turned",
                """
                def worth(game):
                    if not isinstance(game, list):
                        return game
                    return min(-worth(after) for after in game)
                """,
            ),
            (
                "the worth is turned once too often: a game that is over is already told as the "
                "player sees it who would be next",
                """
                def worth(game):
                    if not isinstance(game, list):
                        return -game
                    return max(-worth(after) for after in game)
                """,
            ),
            (
                "you take the mean of the moves, as if the player chose at random; take the best",
                """
                def worth(game):
                    if not isinstance(game, list):
                        return game
                    return sum(-worth(after) for after in game) / len(game)
                """,
            ),
            (
                "you look one move ahead only: a game after a move may go on, so ask for its "
                "worth in the same way",
                """
                def worth(game):
                    if not isinstance(game, list):
                        return game
                    return max(-after if not isinstance(after, list) else 0 for after in game)
                """,
            ),
        ),
        cases=_games,
    ),
    Exercise(
        id="81.choose",
        stub='''
        def choose(N, W, P, c):
            """The number of the move whose score is highest.

            For each move: N how often it was tried, W what came of it in all, P how promising it
            is. A move that was never tried has Q = 0.
            """
            ...
        ''',
        solution='''
        def choose(N, W, P, c):
            """The number of the move whose score is highest.

            For each move: N how often it was tried, W what came of it in all, P how promising it
            is. A move that was never tried has Q = 0.
            """
            Q = W / np.maximum(N, 1)
            return np.argmax(Q + c * P * np.sqrt(1 + N.sum()) / (1 + N))
        ''',
        hints=(
            "The score has two parts: what came of the move on average, and how much it deserves "
            "another try.",
            "Q is W / N, where N is not 0. The second part is c times P, times the root of one "
            "more than all tries together, over one more than those of the move.",
            "Q = W / np.maximum(N, 1), then np.argmax(Q + c * P * np.sqrt(1 + N.sum()) / (1 + N))",
        ),
        misconceptions=(
            (
                "W is what came of all tries together: Q is their mean, so divide by N",
                """
                def choose(N, W, P, c):
                    return np.argmax(W + c * P * np.sqrt(1 + N.sum()) / (1 + N))
                """,
            ),
            (
                "under the root stand the tries of all moves together, and 1",
                """
                def choose(N, W, P, c):
                    Q = W / np.maximum(N, 1)
                    return np.argmax(Q + c * P * np.sqrt(1 + N) / (1 + N))
                """,
            ),
            (
                "you leave out how promising a move is: without P the judge is not asked",
                """
                def choose(N, W, P, c):
                    Q = W / np.maximum(N, 1)
                    return np.argmax(Q + c * np.sqrt(1 + N.sum()) / (1 + N))
                """,
            ),
            (
                "a move that has been tried often deserves another try less: divide by 1 + N",
                """
                def choose(N, W, P, c):
                    Q = W / np.maximum(N, 1)
                    return np.argmax(Q + c * P * np.sqrt(1 + N.sum()))
                """,
            ),
            (
                "you choose the move that was tried most: that is how the search ends, not how it "
                "goes on",
                """
                def choose(N, W, P, c):
                    return np.argmax(N)
                """,
            ),
            (
                "Q of a move is its own mean: divide W by 1 only where N is 0, by N elsewhere",
                """
                def choose(N, W, P, c):
                    Q = W / (1 + N)
                    return np.argmax(Q + c * P * np.sqrt(1 + N.sum()) / (1 + N))
                """,
            ),
        ),
        cases=_nodes,
    ),
    Exercise(
        id="81.carry-up",
        stub='''
        def carry_up(path, worth):
            """The path with its leaf counted: a list of [N, W], the root's move first.

            path holds [N, W] of each move on the way down, before this simulation; worth is what
            the leaf is worth to the player to move there.
            """
            return [[N + 1, W + worth] for N, W in path]
        ''',
        solution='''
        def carry_up(path, worth):
            """The path with its leaf counted: a list of [N, W], the root's move first.

            path holds [N, W] of each move on the way down, before this simulation; worth is what
            the leaf is worth to the player to move there.
            """
            counted = []
            for N, W in reversed(path):
                worth = -worth
                counted.append([N + 1, W + worth])
            return counted[::-1]
        ''',
        hints=(
            "Who made the last move of the path? Is a leaf that is good for the player to move "
            "there good for them?",
            "Go up from the leaf. Whoever made the last move sees the leaf with its sign turned; "
            "the move before was made by the other player.",
            "Go through reversed(path); turn worth = -worth before each entry [N + 1, W + worth]; "
            "put the entries back into the order of the path at the end.",
        ),
        misconceptions=(
            (
                "the last move of the path was made by the player who is not to move at the leaf: "
                "for them its sign is turned",
                """
                def carry_up(path, worth):
                    counted = []
                    for N, W in reversed(path):
                        counted.append([N + 1, W + worth])
                        worth = -worth
                    return counted[::-1]
                """,
            ),
            (
                "the signs alternate from the leaf upwards, not from the root downwards",
                """
                def carry_up(path, worth):
                    counted = []
                    for N, W in path:
                        worth = -worth
                        counted.append([N + 1, W + worth])
                    return counted
                """,
            ),
            (
                "the two players take turns along the path: turn the sign at every move, not once",
                """
                def carry_up(path, worth):
                    return [[N + 1, W - worth] for N, W in path]
                """,
            ),
            (
                "each move of the path was tried once more: count it in N",
                """
                def carry_up(path, worth):
                    counted = []
                    for N, W in reversed(path):
                        worth = -worth
                        counted.append([N, W + worth])
                    return counted[::-1]
                """,
            ),
            (
                "the path is told from the root's move on: put what you went through upwards back "
                "into its order",
                """
                def carry_up(path, worth):
                    counted = []
                    for N, W in reversed(path):
                        worth = -worth
                        counted.append([N + 1, W + worth])
                    return counted
                """,
            ),
        ),
        cases=_paths,
    ),
    Exercise(
        id="81.turned",
        stub='''
        def turned(board, tried, turns):
            """A board (n, n) and how often its cells were tried (n, n), turned left by 90 degrees.

            So many turns, 0 or more. Returns both as a pair.
            """
            return np.rot90(board, turns), tried
        ''',
        solution='''
        def turned(board, tried, turns):
            """A board (n, n) and how often its cells were tried (n, n), turned left by 90 degrees.

            So many turns, 0 or more. Returns both as a pair.
            """
            return np.rot90(board, turns), np.rot90(tried, turns)
        ''',
        hints=(
            "Turn the paper on which the board is drawn. Where is the cell now that was best?",
            "What was found out about a cell has to turn with the cell.",
            "np.rot90 turns an array left; use it on both: np.rot90(tried, turns)",
        ),
        misconceptions=(
            (
                "you turn what was found out about the cells the other way: it has to stay on its "
                "cells",
                """
                def turned(board, tried, turns):
                    return np.rot90(board, turns), np.rot90(tried, -turns)
                """,
            ),
            (
                "you turn once, whatever is asked: turn so many times",
                """
                def turned(board, tried, turns):
                    return np.rot90(board), np.rot90(tried)
                """,
            ),
            (
                "you turn to the right: left is against the clock",
                """
                def turned(board, tried, turns):
                    return np.rot90(board, -turns), np.rot90(tried, -turns)
                """,
            ),
            (
                "you mirror the board at its diagonal: that is another view, not a turn",
                """
                def turned(board, tried, turns):
                    for _ in range(turns):
                        board, tried = np.transpose(board), np.transpose(tried)
                    return board, tried
                """,
            ),
            (
                "you turn what was tried and leave the board as it was: both have to turn",
                """
                def turned(board, tried, turns):
                    return board, np.rot90(tried, turns)
                """,
            ),
        ),
        cases=_boards,
    ),
    Exercise(
        id="81.games",
        stub="different_games = ...  # at most",
        solution="different_games = 2",
        hints=(
            "Neither of the two leaves anything to chance. What do they do on the empty board, "
            "each time?",
            "From a given board on, the whole rest of the game is settled. How many boards do the "
            "thousand games begin on, and who begins?",
            "One game where the first begins, and one where the second does.",
        ),
        misconceptions=(
            (
                "a game that is played again, move by move, is no other game: neither leaves "
                "anything to chance, so what is settled once is settled each time",
                "different_games = 1000",
            ),
            (
                "either of the two may begin, and they need not do the same on the empty board",
                "different_games = 1",
            ),
            (
                "five hundred times the same game, on each side, is one game on each side",
                "different_games = 500",
            ),
        ),
    ),
)
