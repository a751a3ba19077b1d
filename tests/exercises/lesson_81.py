"""Lesson 81: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Reason

EQUIVALENT: dict[str, dict[str, str]] = {}

STYLES = {
    "81.worth": (
        """
        def worth(game):
            if isinstance(game, int):
                return game
            best = -1
            for after in game:
                best = max(best, -worth(after))
            return best
        """,
        """
        def worth(game):
            try:
                return -min(worth(after) for after in game)
            except TypeError:
                return game
        """,
        """
        def worth(game):
            def largest(game):
                return max(map(smallest, game)) if isinstance(game, list) else game

            def smallest(game):
                return min(map(largest, game)) if isinstance(game, list) else -game

            return largest(game)
        """,
    ),
    "81.choose": (
        """
        def choose(N, W, P, c):
            scores = []
            for n, w, p in zip(N, W, P):
                q = w / n if n > 0 else 0
                scores.append(q + c * p * math.sqrt(1 + sum(N)) / (1 + n))
            return scores.index(max(scores))
        """,
        """
        def choose(N, W, P, c):
            Q = np.divide(W, N, out=np.zeros(len(N)), where=N > 0)
            return int((Q + c * P * (1 + np.sum(N)) ** 0.5 / (N + 1)).argmax())
        """,
    ),
    "81.carry-up": (
        """
        def carry_up(path, worth):
            n = len(path)
            return [(N + 1, W + worth * (-1) ** (n - i)) for i, (N, W) in enumerate(path)]
        """,
        """
        def carry_up(path, worth):
            if not path:
                return []
            *above, (N, W) = path
            return [*carry_up(above, -worth), [N + 1, W - worth]]
        """,
    ),
    "81.turned": (
        """
        def turned(board, tried, turns):
            for _ in range(turns):
                board, tried = board.T[::-1], tried.T[::-1]
            return board, tried
        """,
        """
        def turned(board, tried, turns):
            return [np.rot90(each, turns % 4) for each in (board, tried)]
        """,
    ),
    "81.games": ("different_games = 2.0", "different_games = np.int64(2)"),
}

COMPUTED = {
    "81.games": Reason("who leaves nothing to chance repeats it: a game for each side that begins"),
}
