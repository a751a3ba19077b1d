"""A board to play on: clicks move, the machine answers, and what it thinks is shown."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlcourse import playing
from dlcourse.games import CONNECT_FOUR, TIC_TAC_TOE


def first_free(game):
    """Return a machine that tries the first free move three times in four, others evenly."""

    def think(boards):
        legal = game.legal(boards)
        tried = 10.0 * legal / legal.sum(axis=1, keepdims=True)
        tried[np.arange(len(boards)), legal.argmax(axis=1)] += 30
        return tried

    return think


class Table:
    """A board as somebody at the screen uses it."""

    def __init__(self, game):
        *rows, told, again = playing.board(game, first_free(game)).children
        self.cells = [button for row in reversed(rows) for button in row.children]
        self.told, self.again = told, again.children

    @property
    def stones(self):
        return "".join({"●": "●", "✕": "✕"}.get(each.description, ".") for each in self.cells)

    def click(self, *cells):
        for cell in cells:
            self.cells[cell].click()


def test_a_click_is_a_move_and_the_machine_answers():
    table = Table(TIC_TAC_TOE)
    table.click(4)
    assert table.stones == "✕...●...."
    assert "It tried its move in 78 % of its thoughts" in table.told.value


def test_what_it_thinks_of_each_move_stands_on_its_cell():
    table = Table(CONNECT_FOUR)
    assert [each.description for each in table.cells[:5]] == ["80 %", "5 %", "5 %", "5 %", "5 %"]
    assert [each.description for each in table.cells[5:]] == [""] * 15
    table.click(0)
    assert table.stones[:6] == "●....✕"
    assert table.cells[10].description == "80 %"


def test_with_drops_any_cell_of_a_column_will_do():
    table = Table(CONNECT_FOUR)
    table.click(17)
    assert table.stones[2] == "●"


def test_a_full_cell_is_told_and_nothing_moves():
    table = Table(TIC_TAC_TOE)
    table.click(4, 4)
    assert table.told.value == "There is no room: choose another cell."
    assert table.stones == "✕...●...."


@pytest.mark.parametrize(
    ("game", "cells", "told"),
    [
        (TIC_TAC_TOE, (4, 3, 5), "You have won."),
        (TIC_TAC_TOE, (8, 4, 5), "It has won."),
        (TIC_TAC_TOE, (4, 2, 3, 7, 8), "A draw."),
    ],
)
def test_the_end_is_told_and_is_the_end(game, cells, told):
    table = Table(game)
    table.click(*cells)
    assert table.told.value == told
    assert not any("%" in each.description for each in table.cells)
    stones = table.stones
    table.click(6)
    assert table.told.value == "This game is over: begin another."
    assert table.stones == stones


def test_either_may_begin():
    table = Table(TIC_TAC_TOE)
    table.click(4)
    table.again[1].click()
    assert table.stones == "✕........"
    table.again[0].click()
    assert table.stones == "........."


def test_a_board_is_drawn_with_a_note_where_each_move_leads():
    _, ax = plt.subplots()
    board = CONNECT_FOUR.start()
    for move in (2, 2, 2, 2, 3):
        board = CONNECT_FOUR.play(board, [move])
    playing.show(ax, CONNECT_FOUR, board[0], list("abcde"))
    circles, crosses = (set(zip(*line.get_data(), strict=True)) for line in ax.lines)
    assert circles == {(2, 1), (2, 3)}
    assert crosses == {(2, 0), (2, 2), (3, 0)}
    notes = {text.get_text(): text.get_position() for text in ax.texts}
    assert notes == {"a": (0, 0), "b": (1, 0), "d": (3, 1), "e": (4, 0)}
    plt.close()
