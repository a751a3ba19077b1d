"""Tree search with a judge, for many boards at once.

One tree per board, all grown in step: each simulation goes down every tree to a new node, has the
new nodes judged in one call, and carries what they are worth back up. A node chooses by PUCT:
D. Silver and others (2017), Mastering the game of Go without human knowledge,
doi:10.1038/nature24270.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from dlcourse.games import Game

Judge = Callable[[np.ndarray], tuple[Any, Any]]
"""From boards (n, cells): how promising each move is (n, moves), which sums to 1 over the legal
ones, and what the board is worth to the player to move (n,), from -1 to 1."""


def search(
    game: Game,
    boards: npt.ArrayLike,
    judge: Judge,
    simulations: int,
    *,
    c: float = 1.5,
    noise: npt.ArrayLike | None = None,
) -> np.ndarray:
    """Return how often each move was tried from each board (n, moves), `simulations` in all.

    `c` weighs what is promising and little tried against what has proved good. A quarter of what
    the judge thinks of the first moves is replaced by `noise` (n, moves), if there is any.

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
        path, leaf = trees.descend(step, c)
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

    def descend(self, step: int, c: float) -> tuple[Path, np.ndarray]:
        """Go down every tree to a new node, or to the end of a game; return the way and the end."""
        at, tree, path = self.root, np.arange(len(self.root)), []
        leaf = np.zeros(len(self.root), np.int32)
        while len(tree):
            tried = self.visits[at]
            urge = np.sqrt(1 + tried.sum(axis=1, keepdims=True)) / (1 + tried)
            score = self.total[at] / np.maximum(tried, 1) + c * self.promise[at] * urge
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
