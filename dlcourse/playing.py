"""Boards to look at, and one to play on against a machine that shows what it thinks."""

from collections.abc import Callable, Sequence

import ipywidgets
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from dlcourse import plots
from dlcourse.games import Game

STONES = {1: "●", -1: "✕", 0: ""}
"""The reader's stones, the machine's, and none."""


def show(ax: Axes, game: Game, board: npt.ArrayLike, notes: Sequence[str] = ()) -> None:
    """Draw a board (cells,): circles are the player's who is to move, crosses the other's.

    Where there are `notes`, one per move, each stands in the cell to which its move leads.
    """
    cells = np.asarray(board)
    for stone, marker, color in ((1, "o", plots.BLUE), (-1, "X", plots.ORANGE)):
        rows, columns = np.divmod(np.flatnonzero(cells == stone), game.columns)
        ax.plot(columns, rows, marker, color=color, ms=17, mew=0)
    for move, cell in landing(game, cells).items() if notes else ():
        row, column = divmod(cell, game.columns)
        ax.text(column, row, notes[move], ha="center", va="center", fontsize=10)
    ax.set(xlim=(-0.5, game.columns - 0.5), ylim=(-0.5, game.rows - 0.5), aspect="equal")
    ax.set(xticks=np.arange(game.columns - 1) + 0.5, yticks=np.arange(game.rows - 1) + 0.5)
    ax.tick_params(length=0, labelbottom=False, labelleft=False)
    ax.grid(True)


def landing(game: Game, board: np.ndarray) -> dict[int, int]:
    """Return the cell to which each move leads for which there is room on a board (cells,)."""
    moves = np.flatnonzero(game.legal(board[None])[0])
    after = game.play(np.repeat(board[None], len(moves), axis=0), moves)
    return dict(zip(moves.tolist(), (after + board).argmin(axis=1).tolist(), strict=True))


def board(game: Game, think: Callable[[np.ndarray], np.ndarray]) -> ipywidgets.VBox:
    """Return a board: a click on a cell is the reader's move, and the machine answers.

    `think` tells of boards (1, cells), as the player to move sees them, how often a machine tries
    each move (1, moves); it plays the one that it tried most. On the cells that are free the reader
    sees in per cent how often the machine would try them in the reader's place.
    """
    return _Table(game, think).widget


class _Table:
    """The state of a game and the widgets that show it."""

    def __init__(self, game: Game, think: Callable[[np.ndarray], np.ndarray]) -> None:
        self.game, self.think = game, think
        layout = ipywidgets.Layout(width="56px", height="56px")
        self.cells = [ipywidgets.Button(layout=layout) for _ in range(game.cells)]
        for cell, button in enumerate(self.cells):
            button.on_click(lambda _, cell=cell: self.click(cell))
        self.told = ipywidgets.HTML()
        again = [ipywidgets.Button(description=text) for text in ("You begin", "It begins")]
        for first, button in enumerate(again):
            button.on_click(lambda _, first=first: self.begin(bool(first)))
        rows = [self.cells[at : at + game.columns] for at in range(0, game.cells, game.columns)]
        self.widget = ipywidgets.VBox(
            [*map(ipywidgets.HBox, reversed(rows)), self.told, ipywidgets.HBox(again)]
        )
        self.begin(False)

    def begin(self, machine: bool) -> None:
        """Clear the board; the machine moves first where it is to."""
        self.board = self.game.start()  # as the reader sees it, whenever the reader is to move
        self.show("Click on a cell.")
        if machine:
            self.answer()

    def click(self, cell: int) -> None:
        """Play the reader's move, then the machine's."""
        move = cell % self.game.columns if self.game.drops else cell
        if self.end():
            self.show("This game is over: begin another.")
        elif self.game.legal(self.board)[0, move]:
            self.board = -self.game.play(self.board, [move])
            if ended := self.end():
                self.show(ended)
            else:
                self.answer()
        else:
            self.show("There is no room: choose another cell.")

    def answer(self) -> None:
        """Let the machine move, on a board that is not over."""
        tried = self.think(-self.board)[0]
        move = tried.argmax()
        self.board = self.game.play(-self.board, [move])
        thought = f"It tried its move in {100 * tried[move] / tried.sum():.0f} % of its thoughts."
        self.show(self.end() or thought)

    def end(self) -> str:
        """Say how the game has ended, or ""."""
        if self.game.lost(self.board)[0]:
            return "It has won."
        if self.game.lost(-self.board)[0]:
            return "You have won."
        return "A draw." if self.board.all() else ""

    def show(self, told: str) -> None:
        """Show the board, what is told, and what the machine thinks of the reader's moves."""
        notes = dict.fromkeys(range(self.game.cells), "")
        if not self.end():
            tried = self.think(self.board)[0]
            for move, cell in landing(self.game, self.board[0]).items():
                notes[cell] = f"{100 * tried[move] / tried.sum():.0f} %"
        for cell, button in enumerate(self.cells):
            button.description = STONES[int(self.board[0, cell])] or notes[cell]
        self.told.value = told
