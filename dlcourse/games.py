"""Games of two players who see all: many boards at once, and what each is worth when solved.

A board is a row of cells, always as the player to move sees it: 1 their own stones, -1 the other
player's, 0 empty. Who completes a line wins, so a game is over when the player to move has lost,
or when the board is full.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Game:
    """A board of `rows` × `columns` on which `line` stones in a row win.

    Cells are numbered row by row. With `drops` a move names a column, and its stone falls down to
    the lowest free cell there, row 0 being the ground; without, a move names a cell.
    """

    rows: int
    columns: int
    line: int
    drops: bool = False

    @property
    def cells(self) -> int:
        """How many cells the board has."""
        return self.rows * self.columns

    @property
    def moves(self) -> int:
        """How many moves there are on an empty board."""
        return self.columns if self.drops else self.cells

    @cached_property
    def lines(self) -> np.ndarray:
        """The lines that win (cells, lines): a column per line, 1 in its cells."""
        board = np.arange(self.cells).reshape(self.rows, self.columns)
        steps, found = np.arange(self.line), []
        for up, across in ((0, 1), (1, 0), (1, 1), (1, -1)):
            for row, column in np.ndindex(board.shape):
                i, j = row + up * steps, column + across * steps
                if i[-1] < self.rows and 0 <= j[-1] < self.columns:
                    found.append(np.isin(np.arange(self.cells), board[i, j]))
        return np.array(found, np.float32).T

    @cached_property
    def symmetries(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """The ways to turn and mirror a board that change nothing about the game.

        For each the orders of cells and moves: `boards[:, cells]` is the board turned, and
        `visits[:, moves]` belongs to it. With drops there are two, on a square without drops eight.
        """
        board = np.arange(self.cells).reshape(self.rows, self.columns)
        turns = 4 if self.rows == self.columns and not self.drops else 1
        views = [np.rot90(each, turn) for each in (board, board[:, ::-1]) for turn in range(turns)]
        return [(view.ravel(), view[0] if self.drops else view.ravel()) for view in views]

    def start(self, count: int = 1) -> np.ndarray:
        """Return empty boards (count, cells)."""
        return np.zeros((count, self.cells), np.int8)

    def legal(self, boards: npt.ArrayLike) -> np.ndarray:
        """Tell for which moves there is room (n, moves)."""
        return np.asarray(self._rows(boards)[:, -self.moves :] == 0)

    def lost(self, boards: npt.ArrayLike) -> np.ndarray:
        """Tell whether the other player has completed a line (n,)."""
        return np.asarray((self._rows(boards) @ self.lines == -self.line).any(axis=1))

    def over(self, boards: npt.ArrayLike) -> np.ndarray:
        """Tell whether a game has ended, by a line of the other player or on a full board (n,)."""
        return np.asarray(self.lost(boards) | self._rows(boards).all(axis=1))

    def play(self, boards: npt.ArrayLike, moves: npt.ArrayLike) -> np.ndarray:
        """Return the boards (n, cells) after one move each, as the other player sees them.

        Raises ValueError for a move that does not exist, or for which there is no room.
        """
        before, chosen = self._rows(boards), np.asarray(moves)
        each = np.arange(len(before))
        if chosen.shape != each.shape or ((chosen < 0) | (chosen >= self.moves)).any():
            raise ValueError(
                f"play() was given the move(s) {chosen.tolist()} for {len(before)} board(s): "
                f"give one per board, from 0 to {self.moves - 1}."
            )
        cell = chosen
        if self.drops:
            columns = before.reshape(-1, self.rows, self.columns)[each, :, chosen]
            height = np.count_nonzero(columns, axis=1)
            cell = chosen + self.columns * np.minimum(height, self.rows - 1)
        if (taken := before[each, cell] != 0).any():
            free = np.flatnonzero(self.legal(before[taken][:1])[0])
            raise ValueError(
                f"play() was given the move {chosen[taken][0]}, for which there is no room: "
                f"choose one of {free.tolist()}."
            )
        after = -before
        after[each, cell] = -1
        return after

    def _rows(self, boards: npt.ArrayLike) -> np.ndarray:
        """Return boards as an array (n, cells), or say what is wrong with them."""
        rows = np.asarray(boards)
        if rows.ndim != 2 or rows.shape[1] != self.cells:
            raise ValueError(
                f"Boards were given as an array of shape {rows.shape}, but this game needs "
                f"(n, {self.cells}): give a row of {self.cells} cells per board."
            )
        return rows


TIC_TAC_TOE = Game(3, 3, 3)
CONNECT_FOUR = Game(4, 5, 4, drops=True)
"""Connect Four on 5 columns of 4 cells: small enough to be solved while you wait."""


class Solved:
    """What every board of a game that can come up is worth to the player to move: 1, 0 or -1.

    All boards are listed, layer by layer of one stone more, from the empty one to the full ones;
    then, from the last layer back, each gets the best of what its moves lead to. This is minimax,
    with every board looked at once. A board and its mirror image count as one. `len()` tells how
    many there are, those on which the game is over included.
    """

    def __init__(self, game: Game) -> None:
        self.game = game
        digits = 3.0 ** np.arange(game.cells)  # as floats, which are exact for so large numbers
        mirrored = digits.reshape(game.rows, game.columns)[:, ::-1].ravel()
        self._digits = np.column_stack([digits, mirrored])
        layers, leads = [game.start()], []
        while len(layers[-1]):
            after, lead = self._moved(layers[-1])
            layers.append(after)
            leads.append(lead)
        worth, found = np.zeros(0, np.int8), []
        for boards, lead in zip(layers[-2::-1], leads[::-1], strict=True):
            best = -np.append(worth, 2)[lead].min(axis=1)  # 2: a move that there is no room for
            worth = np.where(game.over(boards), -1 * game.lost(boards), best).astype(np.int8)
            found.append((self._keys(boards), worth))
        keys, values = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.argsort(keys)
        self._known, self._worth = keys[order], values[order]

    def __len__(self) -> int:
        return len(self._known)

    def boards(self) -> np.ndarray:
        """Return all boards that can come up and on which a move is left (n, cells)."""
        digits = self._known[:, None] // self._digits[:, 0] % 3 - 1
        shape = -1, self.game.rows, self.game.columns
        mirrored = digits.reshape(shape)[:, :, ::-1].reshape(digits.shape)
        boards = np.unique(np.concatenate([digits, mirrored]).astype(np.int8), axis=0)
        return np.asarray(boards[~self.game.over(boards)])

    def worth(self, boards: npt.ArrayLike) -> np.ndarray:
        """Return what boards are worth to the player to move (n,).

        Raises ValueError for a board that cannot come up in a game.
        """
        keys = self._keys(self.game._rows(boards))
        place = np.minimum(np.searchsorted(self._known, keys), len(self) - 1)
        if (self._known[place] != keys).any():
            raise ValueError(
                "worth() was given a board that cannot come up in a game: give boards with turns "
                "in order and nothing played after the end."
            )
        return np.asarray(self._worth[place])

    def worths(self, boards: npt.ArrayLike) -> np.ndarray:
        """Return what each move is worth to who makes it (n, moves), -2 where there is no room."""
        rows = self.game._rows(boards)
        worths = np.full((len(rows), self.game.moves), -2, np.int8)
        board, move = np.nonzero(self.game.legal(rows))
        worths[board, move] = -self.worth(self.game.play(rows[board], move))
        return worths

    def _keys(self, boards: np.ndarray) -> np.ndarray:
        """Return a number per board (n,), the same for a board and its mirror image."""
        return np.asarray(((boards + 1) @ self._digits).min(axis=1))

    def _moved(self, boards: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the boards that are one move away, each once, and where each move leads.

        The latter (n, moves) counts among the former, -1 where there is no move.
        """
        lead = np.full((len(boards), self.game.moves), -1, np.int32)
        board, move = np.nonzero(self.game.legal(boards) & ~self.game.over(boards)[:, None])
        after = self.game.play(boards[board], move)
        _, first, lead[board, move] = np.unique(
            self._keys(after), return_index=True, return_inverse=True
        )
        return after[first], lead
