"""Games: what is legal, who has lost, which boards are the same, and what each is worth."""

from functools import cache

import numpy as np
import pytest

from dlcourse.games import CONNECT_FOUR, TIC_TAC_TOE, Game, Solved

SMALL = Game(3, 3, 3, drops=True)


def after(game, *moves):
    """Return the one board on which these moves have been played."""
    board = game.start()
    for move in moves:
        board = game.play(board, [move])
    return board


def drawn(game, count, seed=0):
    """Return boards (n, cells) from games of random moves, those that are over too."""
    rng, boards, found = np.random.default_rng(seed), game.start(count), []
    while len(boards):
        found.append(boards)
        boards = boards[~game.over(boards)]
        wish = rng.random((len(boards), game.moves)) * game.legal(boards)
        boards = game.play(boards, wish.argmax(axis=1))
    return np.concatenate(found)


def test_a_board_is_as_the_player_to_move_sees_it():
    assert after(TIC_TAC_TOE, 4).tolist() == [[0, 0, 0, 0, -1, 0, 0, 0, 0]]
    assert after(TIC_TAC_TOE, 4, 0).tolist() == [[-1, 0, 0, 0, 1, 0, 0, 0, 0]]


def test_stones_drop():
    assert np.flatnonzero(after(CONNECT_FOUR, 2, 2, 2)).tolist() == [2, 7, 12]
    assert CONNECT_FOUR.legal(after(CONNECT_FOUR, 2, 2, 2, 2)).tolist() == [
        [True, True, False, True, True]
    ]


def test_play_leaves_its_board_alone():
    board = TIC_TAC_TOE.start()
    TIC_TAC_TOE.play(board, [0])
    assert not board.any()


@pytest.mark.parametrize(("game", "count"), [(TIC_TAC_TOE, 8), (CONNECT_FOUR, 17)])
def test_lines(game, count):
    assert game.lines.shape == (game.cells, count)
    assert (game.lines.sum(axis=0) == game.line).all()


@pytest.mark.parametrize(
    ("game", "moves"),
    [
        (TIC_TAC_TOE, (0, 3, 1, 4, 2)),
        (TIC_TAC_TOE, (2, 0, 4, 1, 6)),
        (CONNECT_FOUR, (1, 0, 2, 0, 3, 0, 4)),
        (CONNECT_FOUR, (0, 1, 0, 1, 0, 1, 0)),
        (CONNECT_FOUR, (0, 1, 1, 2, 2, 3, 2, 3, 3, 0, 3)),
    ],
)
def test_who_completes_a_line_wins(game, moves):
    assert game.lost(after(game, *moves)).all()
    assert not game.over(after(game, *moves[:-1])).any()


def test_a_full_board_without_a_line_is_over_and_not_lost():
    board = after(TIC_TAC_TOE, 0, 1, 2, 4, 3, 5, 7, 6, 8)
    assert TIC_TAC_TOE.over(board).all()
    assert not TIC_TAC_TOE.lost(board).any()


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        ([4], r"given the move 4, for which there is no room: choose one of \[0, 1, 2, 3, 5, 6"),
        ([9], r"given the move\(s\) \[9\] for 1 board\(s\): give one per board, from 0 to 8"),
        ([-1], "give one per board, from 0 to 8"),
        ([0, 1], "give one per board"),
    ],
)
def test_an_illegal_move_is_told(moves, told):
    with pytest.raises(ValueError, match=told):
        TIC_TAC_TOE.play(after(TIC_TAC_TOE, 4), moves)


def test_a_full_column_is_told():
    with pytest.raises(ValueError, match=r"the move 2, .* choose one of \[0, 1, 3, 4\]"):
        CONNECT_FOUR.play(after(CONNECT_FOUR, 2, 2, 2, 2), [2])


def test_boards_of_another_game_are_told():
    with pytest.raises(ValueError, match=r"shape \(1, 9\), but this game needs \(n, 20\)"):
        CONNECT_FOUR.legal(TIC_TAC_TOE.start())


@pytest.mark.parametrize(
    ("game", "count"), [(TIC_TAC_TOE, 8), (CONNECT_FOUR, 2), (Game(3, 4, 3), 2)]
)
def test_a_game_looks_the_same_from_every_side(game, count):
    boards = drawn(game, 20)
    boards = boards[~game.over(boards)]
    move = game.legal(boards).argmax(axis=1)
    assert len(game.symmetries) == count
    assert len({tuple(cells) for cells, _ in game.symmetries}) == count
    for cells, moves in game.symmetries:
        turned = boards[:, cells]
        assert (game.legal(turned) == game.legal(boards)[:, moves]).all()
        assert (game.lost(turned) == game.lost(boards)).all()
        same = np.argsort(moves)[move]  # where the move went
        assert (game.play(turned, same) == game.play(boards, move)[:, cells]).all()


# --- solved ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def solved():
    return {game: Solved(game) for game in (TIC_TAC_TOE, SMALL)}


@pytest.mark.parametrize("game", [TIC_TAC_TOE, SMALL])
def test_worth_is_that_of_minimax(solved, game):
    @cache
    def minimax(board):
        row = np.array([board], np.int8)
        if game.over(row)[0]:
            return -int(game.lost(row)[0])
        moves = np.flatnonzero(game.legal(row)[0])
        return max(-minimax(tuple(game.play(row, [move])[0].tolist())) for move in moves)

    boards = drawn(game, 200)
    assert solved[game].worth(boards).tolist() == [minimax(tuple(row)) for row in boards.tolist()]


def test_tic_tac_toe_is_a_draw(solved):
    boards = solved[TIC_TAC_TOE].boards()
    worth = solved[TIC_TAC_TOE].worth(boards)
    assert solved[TIC_TAC_TOE].worth(TIC_TAC_TOE.start()) == 0
    assert (len(boards), len(np.unique(boards, axis=0)), (worth >= 0).sum()) == (4520, 4520, 3888)


@pytest.mark.parametrize("game", [TIC_TAC_TOE, SMALL])
def test_every_board_that_comes_up_is_listed_once(solved, game):
    listed = {tuple(row) for row in solved[game].boards().tolist()}
    played = drawn(game, 20_000)
    assert {tuple(row) for row in played[~game.over(played)].tolist()} <= listed
    mirrored = game.symmetries[len(game.symmetries) // 2][0]
    ended = {min(tuple(row), tuple(row[mirrored])) for row in played[game.over(played)]}
    pairs = {min(row, tuple(np.array(row)[mirrored])) for row in listed}
    assert len(solved[game]) == len(pairs) + len(ended)


def test_worths_are_those_of_the_player_who_moves(solved):
    win_at_2 = after(TIC_TAC_TOE, 0, 3, 1, 4)
    assert solved[TIC_TAC_TOE].worths(win_at_2).tolist() == [[-2, -2, 1, -2, -2, 0, -1, -1, -1]]


def test_a_board_that_cannot_come_up_is_told(solved):
    with pytest.raises(ValueError, match="cannot come up in a game"):
        solved[TIC_TAC_TOE].worth(np.ones((1, 9), np.int8))
