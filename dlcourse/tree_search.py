"""Tree search with a judge, for many boards at once.

One tree per board, all grown in step: each simulation goes down every tree to a new node, has the
new nodes judged in one call, and carries what they are worth back up.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from dlcourse.games import Game

Judge = Callable[[np.ndarray], tuple[Any, Any]]
"""From boards (n, cells): how promising each move is (n, moves), which sums to 1 over the legal
ones, and what the board is worth to the player to move (n,), from -1 to 1."""

Rule = Callable[[np.ndarray, np.ndarray, np.ndarray, float], np.ndarray]
"""How a node chooses: the move with the highest score (n, moves). It is given, for each move, how
often it was tried, what came of that in all, how promising it is (-inf: not legal), and c."""


def puct(tried: np.ndarray, total: np.ndarray, promise: np.ndarray, c: float) -> np.ndarray:
    """Score moves by what came of them, and by what is promising and little tried.

    D. Silver and others (2017), Mastering the game of Go without human knowledge,
    doi:10.1038/nature24270.
    """
    urge = np.sqrt(1 + tried.sum(axis=1, keepdims=True)) / (1 + tried)
    return np.asarray(total / np.maximum(tried, 1) + c * promise * urge)


def ucb1(tried: np.ndarray, total: np.ndarray, promise: np.ndarray, c: float) -> np.ndarray:
    """Score moves by what came of them, and by how little is known of them; each is tried once.

    What a judge thinks of moves plays no part. L. Kocsis and C. Szepesvári (2006), Bandit based
    Monte-Carlo planning, doi:10.1007/11871842_29, which calls a search by this rule UCT.
    """
    known, all_tries = np.maximum(tried, 1), np.maximum(tried.sum(axis=1, keepdims=True), 1)
    score = total / known + c * np.sqrt(np.log(all_tries) / known)
    return np.where(np.isneginf(promise), -np.inf, np.where(tried == 0, np.inf, score))


def search(
    game: Game,
    boards: npt.ArrayLike,
    judge: Judge,
    simulations: int,
    *,
    c: float = 1.5,
    rule: Rule = puct,
    noise: npt.ArrayLike | None = None,
) -> np.ndarray:
    """Return how often each move was tried from each board (n, moves), `simulations` in all.

    A node chooses by `rule`, in which `c` weighs what is little tried against what has proved good.
    A quarter of what the judge thinks of the first moves is replaced by `noise` (n, moves), if
    there is any.

    Raises ValueError for boards on which the game is over, and for less than one simulation.
    """
    roots = np.asarray(boards)
    if game.over(roots).any() or simulations < 1:
        raise ValueError(
            f"search() was given {game.over(roots).sum()} board(s) on which the game is over, and "
            f"{simulations} simulations: give boards with a move left, and one simulation or more."
        )
    trees = _Trees(game, roots, simulations)
    promise, _ = judge(roots)
    if noise is not None:
        promise = 0.75 * np.asarray(promise) + 0.25 * np.asarray(noise)
    trees.promise[trees.root] = np.where(game.legal(roots), promise, -np.inf)
    for step in range(1, simulations + 1):
        path, leaf = trees.descend(step, c, rule)
        open_ = leaf[~trees.over[leaf]]
        if len(open_):
            promise, worth = judge(trees.board[open_])
            trees.promise[open_] = np.where(game.legal(trees.board[open_]), promise, -np.inf)
            trees.worth[open_] = worth
        trees.carry_up(path, trees.worth[leaf])
    return trees.visits[trees.root]


Path = list[tuple[np.ndarray, np.ndarray]]
"""Level by level the trees (k,) that went so deep, and the edge (k,) that each of them took."""


class _Trees:
    """A tree per board. Node number `tree * size + step` is the one that a simulation added.

    Of each node its board and what it is worth, and of each of its moves how promising it is, how
    often it was tried, what came of that in all, and to which node it leads (0: to none yet).
    """

    def __init__(self, game: Game, roots: np.ndarray, simulations: int) -> None:
        self.game, self.size = game, simulations + 1
        nodes = len(roots) * self.size
        self.root = self.size * np.arange(len(roots))
        self.board = np.zeros((nodes, game.cells), np.int8)
        self.board[self.root] = roots
        self.over, self.worth = np.zeros(nodes, bool), np.zeros(nodes, np.float32)
        self.promise, self.visits, self.total = np.zeros((3, nodes, game.moves), np.float32)
        self.child = np.zeros((nodes, game.moves), np.int32)

    def descend(self, step: int, c: float, rule: Rule) -> tuple[Path, np.ndarray]:
        """Go down every tree to a new node, or to the end of a game; return the way and the end."""
        at, tree, path = self.root, np.arange(len(self.root)), []
        leaf = np.zeros(len(self.root), np.int32)
        while len(tree):
            score = rule(self.visits[at], self.total[at], self.promise[at], c)
            edge = at * self.game.moves + score.argmax(axis=1)
            path.append((tree, edge))
            after = self.child.ravel()[edge]
            new = after == 0
            after[new] = tree[new] * self.size + step
            self._add(edge[new], after[new])
            leaf[tree] = after
            on = ~new & ~self.over[after]
            at, tree = after[on], tree[on]
        return path, leaf

    def _add(self, edge: np.ndarray, node: np.ndarray) -> None:
        """Hang new nodes below edges."""
        self.child.ravel()[edge] = node
        move = edge % self.game.moves
        board = self.game.play(self.board[edge // self.game.moves], move)
        self.board[node] = board
        self.over[node], self.worth[node] = self.game.over(board), -1.0 * self.game.lost(board)

    def carry_up(self, path: Path, worth: np.ndarray) -> None:
        """Add what the leaves are worth to every edge above them, each as its player sees it."""
        for tree, edge in reversed(path):
            worth[tree] = -worth[tree]
            self.visits.ravel()[edge] += 1
            self.total.ravel()[edge] += worth[tree]
