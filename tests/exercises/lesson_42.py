"""Lesson 42: which mutants may pass, right answers in other styles, how values are computed."""

from computed import Computed

EQUIVALENT = {
    "42.overlap": {
        "one[-2]": "a box has four numbers",
        "other[-2]": "a box has four numbers",
        "height = min(one[-1]": "a box has four numbers",
        "height = min(one[3], other[-1]": "a box has four numbers",
        "box[-2]": "a box has four numbers",
        "(box[-1] - box[1])": "a box has four numbers",
        "for box in (other, one)": "a sum has no order",
    },
    "42.hits": {
        "free[1:, best] = 0": "the first box has chosen before anything is taken",
        "free[:, best] = -1": "whatever is below one half is not hit",
    },
    "42.suppress": {
        "overlaps[j, i]": "two boxes overlap each other by as much",
    },
}

STYLES = {
    "42.overlap": (
        """
        def overlap(one, other):
            one, other = np.asarray(one, float), np.asarray(other, float)
            edges = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
            common = np.prod(np.clip(edges, 0, None))
            return common / (np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]) - common)
        """,
        """
        def overlap(one, other):
            left, top, right, bottom = one
            left_, top_, right_, bottom_ = other
            if right <= left_ or right_ <= left or bottom <= top_ or bottom_ <= top:
                return 0
            width = min(right, right_) - max(left, left_)
            height = min(bottom, bottom_) - max(top, top_)
            common = width * height
            return common / (
                (right - left) * (bottom - top) + (right_ - left_) * (bottom_ - top_) - common
            )
        """,
        """
        def overlap(one, other):
            from dlcourse import boxes

            return boxes.overlap([one], [other])[0, 0]
        """,
    ),
    "42.hits": (
        """
        def hits(overlaps):
            taken, answer = set(), []
            for row in overlaps:
                free = [j for j in range(len(row)) if j not in taken and row[j] >= 0.5]
                if free:
                    taken.add(max(free, key=lambda j: row[j]))
                answer.append(bool(free))
            return answer
        """,
        """
        def hits(overlaps):
            free = np.ones(overlaps.shape[1], dtype=bool)
            answer = np.zeros(len(overlaps), dtype=bool)
            for i, row in enumerate(overlaps):
                best = np.argmax(np.where(free, row, -1))
                if free[best] and row[best] >= 0.5:
                    free[best], answer[i] = False, True
            return answer
        """,
    ),
    "42.sides": (
        """
        def sides(box, x, y, cell):
            left, top, right, bottom = box
            return np.log(np.array([x - left, y - top, right - x, bottom - y]) / cell)
        """,
        """
        def sides(box, x, y, cell):
            left, top, right, bottom = box
            distances = x - left, y - top, right - x, bottom - y
            return tuple(math.log(d) - math.log(cell) for d in distances)
        """,
    ),
    "42.suppress": (
        """
        def suppress(overlaps, limit):
            left, kept = list(range(len(overlaps))), []
            while left:
                best = left.pop(0)
                kept.append(best)
                left = [i for i in left if overlaps[best, i] <= limit]
            return kept
        """,
        """
        def suppress(overlaps, limit):
            gone = np.zeros(len(overlaps), dtype=bool)
            for i in range(len(overlaps)):
                if not gone[i]:
                    gone[i + 1 :] |= overlaps[i, i + 1 :] > limit
            return np.flatnonzero(~gone)
        """,
    ),
    "42.tail": ("after_the_tail = 0.80", "after_the_tail = 0.802"),
    "42.merged": (
        "said_as_one = 0.5",
        "from fractions import Fraction\nsaid_as_one = Fraction(1, 2)",
    ),
}

COMPUTED = {
    "42.tail": Computed("boxes.average_precision([True] * 8 + [False] * 992, 10)"),
    "42.merged": Computed("found_well(np.array([[1] * 8]), np.array([[1] * 5 + [2] * 3]))"),
}
