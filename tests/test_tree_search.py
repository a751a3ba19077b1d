"""Tree search: the batch does what one tree does, finds what must be found, and tells bad input."""

import numpy as np
import pytest

from dlcourse.games import CONNECT_FOUR, TIC_TAC_TOE, Solved
from dlcourse.tree_search import search, ucb1


def unsure(game):
    """Return a judge that knows nothing."""

    def judge(boards):
        legal = game.legal(boards)
        return legal / legal.sum(axis=1, keepdims=True), np.zeros(len(boards))

    return judge


def opinionated(game):
    """Return a judge whose opinions differ from board to board, the same each time."""

    def judge(boards):
        weights = np.sin(np.arange(game.cells * game.moves)).reshape(game.cells, game.moves)
        promise = np.exp(boards @ weights) * game.legal(boards)
        return promise / promise.sum(axis=1, keepdims=True), np.tanh(boards @ weights[:, 0])

    return judge


def grown(game, root, judge, simulations, c):
    """Return the visits of one tree, by dictionaries, straight from the equations."""
    promise, visits, total = {}, {}, {}

    def simulate(board):
        row, key = np.array([board], np.int8), tuple(board)
        if game.over(row)[0]:
            return -float(game.lost(row)[0])
        if key not in promise:
            (promise[key],), (worth,) = judge(row)
            visits[key], total[key] = np.zeros((2, game.moves))
            return worth
        tried, legal = visits[key], game.legal(row)[0]
        urge = np.sqrt(1 + tried.sum()) / (1 + tried)
        score = total[key] / np.maximum(tried, 1) + c * promise[key] * urge
        move = np.where(legal, score, -np.inf).argmax()
        worth = -simulate(game.play(row, [move])[0])
        visits[key][move] += 1
        total[key][move] += worth
        return worth

    simulate(root)
    for _ in range(simulations):
        simulate(root)
    return visits[tuple(root)]


@pytest.mark.parametrize("game", [TIC_TAC_TOE, CONNECT_FOUR])
def test_every_move_tried_is_counted_at_legal_moves_only(game):
    boards = np.concatenate([game.start(), game.play(game.start(), [3])])
    visits = search(game, boards, opinionated(game), 30)
    assert (visits.sum(axis=1) == 30).all()
    assert (visits[~game.legal(boards)] == 0).all()


@pytest.mark.parametrize("c", [0.5, 2.0])
def test_a_batch_does_what_one_tree_does(c):
    # With drops, few moves on, no board is reached in two ways: the dictionaries form a tree.
    boards = CONNECT_FOUR.start()
    boards = np.concatenate([boards, CONNECT_FOUR.play(boards, [1])])
    visits = search(CONNECT_FOUR, boards, opinionated(CONNECT_FOUR), 12, c=c)
    for row, board in zip(visits, boards, strict=True):
        assert row.tolist() == grown(CONNECT_FOUR, board, opinionated(CONNECT_FOUR), 12, c).tolist()


def test_ucb1_tries_each_legal_move_once_then_what_is_best_or_least_known():
    tried = np.array([[3, 0, 0, 2], [6, 2, 1, 0], [6, 2, 1, 0]], np.float32)
    total = np.array([[3, 0, 0, 2], [3, 1.5, -1, 0], [3, 1.5, -1, 0]], np.float32)
    promise = np.where([[1, 0, 1, 1], [1, 1, 1, 0], [1, 1, 1, 0]], 0.3, -np.inf)
    assert ucb1(tried[:1], total[:1], promise[:1], 1.0).argmax() == 2, "the first one untried"
    assert ucb1(tried[1:2], total[1:2], promise[1:2], 0.1).argmax() == 1, (
        "of little doubt: the best"
    )
    assert ucb1(tried[2:], total[2:], promise[2:], 9.0).argmax() == 2, "of much: the least known"
    score = ucb1(tried[1:2], total[1:2], promise[1:2], 2.0)[0]
    assert score[:3] == pytest.approx(
        [n + 2 * np.sqrt(np.log(9) / k) for n, k in ((0.5, 6), (0.75, 2), (-1, 1))]
    )


def test_a_search_by_ucb1_ignores_what_a_judge_thinks_of_moves():
    def judge(boards):
        return np.eye(9)[np.zeros(len(boards), int)], np.zeros(len(boards))

    visits = search(TIC_TAC_TOE, TIC_TAC_TOE.start(), judge, 45, c=50.0, rule=ucb1)
    assert visits.tolist() == [[5] * 9]
    lost = np.array([[1, 1, 0, -1, -1, 0, 0, 0, 0]], np.int8)  # a line for the player to move
    assert search(TIC_TAC_TOE, lost, judge, 60, c=0.5, rule=ucb1).argmax() == 2


def test_boards_do_not_disturb_each_other():
    boards = np.concatenate([TIC_TAC_TOE.start(), TIC_TAC_TOE.play(TIC_TAC_TOE.start(), [4])])
    together = search(TIC_TAC_TOE, boards, opinionated(TIC_TAC_TOE), 40)
    for row, board in zip(together, boards, strict=True):
        alone = search(TIC_TAC_TOE, board[None], opinionated(TIC_TAC_TOE), 40)
        assert row.tolist() == alone[0].tolist()


def test_long_search_finds_what_minimax_knows():
    solved = Solved(TIC_TAC_TOE)
    boards = [TIC_TAC_TOE.start()]
    for move in (0, 8, 2):
        boards.append(TIC_TAC_TOE.play(boards[-1], [move]))
    boards = np.concatenate(boards)
    chosen = search(TIC_TAC_TOE, boards, unsure(TIC_TAC_TOE), 2000).argmax(axis=1)
    worths = solved.worths(boards)
    assert (worths[np.arange(4), chosen] == worths.max(axis=1)).all()


def test_noise_turns_the_first_moves_alone():
    start, noise = TIC_TAC_TOE.start(), np.zeros((1, 9))
    noise[0, 7] = 1
    assert search(TIC_TAC_TOE, start, unsure(TIC_TAC_TOE), 3, noise=noise).argmax() == 7
    assert search(TIC_TAC_TOE, start, unsure(TIC_TAC_TOE), 3).argmax() == 0


@pytest.mark.parametrize("simulations", [0, -1])
def test_no_simulation_is_told(simulations):
    with pytest.raises(ValueError, match=f"0 board.s. .* {simulations} simulations"):
        search(TIC_TAC_TOE, TIC_TAC_TOE.start(), unsure(TIC_TAC_TOE), simulations)


def test_a_game_that_is_over_is_told():
    board = np.array([[-1, -1, -1, 1, 1, 0, 0, 0, 0]], np.int8)
    with pytest.raises(ValueError, match=r"1 board\(s\) on which the game is over"):
        search(TIC_TAC_TOE, board, unsure(TIC_TAC_TOE), 10)
