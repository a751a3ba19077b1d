"""Exercises of lesson 34, optimisers."""

import numpy as np

from dlcourse.exercises import Exercise


def bowl(w: np.ndarray) -> np.ndarray:
    """Return the gradient of a quadratic loss, steeper along the later weights."""
    return np.asarray(np.arange(1, len(w) + 1) * w)


def trough(w: np.ndarray) -> np.ndarray:
    """Return the gradient of a loss that is quadratic near zero and straight far out."""
    return np.asarray(w / np.sqrt(1 + w**2))


def hollow(w: np.ndarray) -> np.ndarray:
    """Return the gradient of a loss that is steep to the right and nearly straight to the left."""
    return np.asarray(np.exp(w) - 1)


EXERCISES = (
    Exercise(
        id="34.three-steps",
        stub="w_after = ...",
        solution="w_after = -0.561",
        hints=(
            "Keep two numbers on paper, b and w. Which of them changes first?",
            "b is 0.9 times the old b plus the slope 1: it becomes 1, then 1.9, then …",
            "b is 1, 1.9 and 2.71. Each time w goes down by 0.1 · b.",
        ),
        misconceptions=(
            (
                "that is plain descent, which has no memory: b grows from step to step",
                "w_after = -0.3",
            ),
            (
                "each step takes b as it is now: 1, 1.9, 2.71. You leave out the newest",
                "w_after = -0.29",
            ),
            ("downhill: the slope is 1 everywhere, so w falls", "w_after = 0.561"),
            (
                "a step grows to 0.1 / (1 − 0.9) only in the long run; the first three are shorter",
                "w_after = -3",
            ),
            (
                "the slope is not weighed with 0.1 here: b is 0.9 · b + 1, as in the equation",
                "w_after = -0.0561",
            ),
            ("you give the length of the third step; where does w end?", "w_after = -0.271"),
        ),
        tolerance=1e-6,
    ),
    Exercise(
        id="34.narrow-valley",
        stub='''
            def best_momentum(low, high):
                """The rate and mu that are fastest between the curvatures low and high."""
                rate = ...
                mu = ...
                return rate, mu
        ''',
        solution='''
            def best_momentum(low, high):
                """The rate and mu that are fastest between the curvatures low and high."""
                rate = (2 / (np.sqrt(low) + np.sqrt(high))) ** 2
                mu = ((np.sqrt(high) - np.sqrt(low)) / (np.sqrt(high) + np.sqrt(low))) ** 2
                return rate, mu
        ''',
        hints=(
            "Both ends of the window have to be used: rate · low and rate · high.",
            "√(rate · low) = 1 − √mu and √(rate · high) = 1 + √mu. Add them, and mu is gone.",
            "√rate is 2 / (√low + √high); √mu is what √rate · √high has beyond 1.",
        ),
        misconceptions=(
            (
                "that is √mu, the factor of a step; mu is its square",
                """
                def best_momentum(low, high):
                    s, t = np.sqrt(low), np.sqrt(high)
                    return (2 / (s + t)) ** 2, (t - s) / (t + s)
                """,
            ),
            (
                "you found √rate; the rate is its square",
                """
                def best_momentum(low, high):
                    s, t = np.sqrt(low), np.sqrt(high)
                    return 2 / (s + t), ((t - s) / (t + s)) ** 2
                """,
            ),
            (
                "that is the best rate of plain descent; with momentum it is another",
                """
                def best_momentum(low, high):
                    s, t = np.sqrt(low), np.sqrt(high)
                    return 2 / (low + high), ((t - s) / (t + s)) ** 2
                """,
            ),
            (
                "the window is made of the roots of the curvatures, not of the curvatures",
                """
                def best_momentum(low, high):
                    return (2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2
                """,
            ),
            (
                "momentum in the rate's place: return the rate first, then mu",
                """
                def best_momentum(low, high):
                    s, t = np.sqrt(low), np.sqrt(high)
                    return ((t - s) / (t + s)) ** 2, (2 / (s + t)) ** 2
                """,
            ),
        ),
        cases=lambda rng: [
            (1.0, 9.0),
            (0.25, 4.0),
            (1.0, 1.0),
            (2, 8),
            (1e-4, 100.0),
            tuple(np.sort(rng.uniform(1, 50, 2))),
        ],
    ),
    Exercise(
        id="34.nesterov",
        stub='''
            def nesterov(gradient, w, lr, mu, steps):
                """The weights after some steps: v = mu v - lr · gradient ahead, then w = w + v."""
                ...
        ''',
        solution='''
            def nesterov(gradient, w, lr, mu, steps):
                """The weights after some steps: v = mu v - lr · gradient ahead, then w = w + v."""
                v = np.zeros(len(w))
                for _ in range(steps):
                    v = mu * v - lr * gradient(w + mu * v)
                    w = w + v
                return w
        ''',
        hints=(
            "Where would the ball be in a moment, if it only rolled on? Ask for the slope there.",
            "The place ahead is w + mu * v. Begin with v of zeros.",
            "In the loop: v = mu * v - lr * gradient(w + mu * v), then w = w + v.",
        ),
        misconceptions=(
            (
                "you ask for the slope where you stand: that is plain momentum",
                """
                def nesterov(gradient, w, lr, mu, steps):
                    v = np.zeros(len(w))
                    for _ in range(steps):
                        v = mu * v - lr * gradient(w)
                        w = w + v
                    return w
                """,
            ),
            (
                "rolling on covers mu · v, not the whole of v",
                """
                def nesterov(gradient, w, lr, mu, steps):
                    v = np.zeros(len(w))
                    for _ in range(steps):
                        v = mu * v - lr * gradient(w + v)
                        w = w + v
                    return w
                """,
            ),
            (
                "v already points downhill, so the place ahead is w + mu · v, not w - mu · v",
                """
                def nesterov(gradient, w, lr, mu, steps):
                    v = np.zeros(len(w))
                    for _ in range(steps):
                        v = mu * v - lr * gradient(w - mu * v)
                        w = w + v
                    return w
                """,
            ),
            (
                "you look ahead, and then forget to roll: v has to keep mu times itself",
                """
                def nesterov(gradient, w, lr, mu, steps):
                    v = np.zeros(len(w))
                    for _ in range(steps):
                        v = -lr * gradient(w + mu * v)
                        w = w + v
                    return w
                """,
            ),
        ),
        cases=lambda rng: [
            (bowl, np.array([4.0, -1.0]), 0.2, 0.5, 3),
            (bowl, rng.normal(size=3), 0.1, 0.9, 6),
            (trough, 3 * rng.normal(size=4), 0.5, 0.7, 8),
            (hollow, rng.normal(size=2), 0.2, 0.8, 5),
            (trough, np.array([2.0]), 0.3, 0.0, 1),
            (bowl, np.array([1.0, 2.0]), 0.1, 0.5, 0),
        ],
    ),
    Exercise(
        id="34.first-step",
        stub="w_after = ...  # a list of three numbers",
        solution="w_after = [0.99, 1.01, 0.99]",
        hints=(
            "At the first step m and v know one slope each. What are they after the correction?",
            "Corrected, m is g itself, and v is g². What is g divided by the root of g²?",
            "Each weight moves by the rate, 0.01, against the sign of its own slope.",
        ),
        misconceptions=(
            (
                "that is plain descent; Adam divides each slope by its own size",
                "w_after = [0.95, 1.00002, 0.0]",
            ),
            (
                "without the correction: m is a tenth of g, √v a thirtieth, and 0.1/0.0316 is 3.16",
                "w_after = [0.9683772, 1.0316228, 0.9683772]",
            ),
            ("the second slope is below zero, so this weight goes up", "w_after = [0.99] * 3"),
            ("uphill: go against the slopes", "w_after = [1.01, 0.99, 1.01]"),
            (
                "m is corrected before it is used: 0.1 · g becomes g again",
                "w_after = [0.999, 1.001, 0.999]",
            ),
            ("that is how far each goes; where does it arrive?", "w_after = [-0.01, 0.01, -0.01]"),
        ),
        tolerance=1e-6,
    ),
    Exercise(
        id="34.adam",
        stub='''
            def adam_path(w, slopes, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                """The weights w (n,) after a step of Adam with each row of slopes (steps, n)."""
                m, v = np.zeros(len(w)), np.zeros(len(w))
                for t, g in enumerate(slopes):
                    m = beta1 * m + (1 - beta1) * g
                    v = beta2 * v + (1 - beta2) * g**2
                    m = m / (1 - beta1**t)
                    v = v / (1 - beta2**t)
                    w = w - lr * m / (np.sqrt(v) + eps)
                return w
        ''',
        solution='''
            def adam_path(w, slopes, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                """The weights w (n,) after a step of Adam with each row of slopes (steps, n)."""
                m, v = np.zeros(len(w)), np.zeros(len(w))
                for t, g in enumerate(slopes, start=1):
                    m = beta1 * m + (1 - beta1) * g
                    v = beta2 * v + (1 - beta2) * g**2
                    m_hat = m / (1 - beta1**t)
                    v_hat = v / (1 - beta2**t)
                    w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
                return w
        ''',
        hints=(
            "Two mistakes. The first shows at once: what is 1 − beta1**t at the first step?",
            "Steps are counted from 1. And what does the next step find in m?",
            "enumerate(slopes, start=1), and new names for what is corrected: m_hat and v_hat.",
        ),
        misconceptions=(
            (
                "the averages themselves must stay as they are: correct copies, m_hat and v_hat",
                """
                def adam_path(w, slopes, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                    m, v = np.zeros(len(w)), np.zeros(len(w))
                    for t, g in enumerate(slopes, start=1):
                        m = beta1 * m + (1 - beta1) * g
                        v = beta2 * v + (1 - beta2) * g**2
                        m = m / (1 - beta1**t)
                        v = v / (1 - beta2**t)
                        w = w - lr * m / (np.sqrt(v) + eps)
                    return w
                """,
            ),
            (
                "you took the correction out; without it the first steps are too long",
                """
                def adam_path(w, slopes, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                    m, v = np.zeros(len(w)), np.zeros(len(w))
                    for g in slopes:
                        m = beta1 * m + (1 - beta1) * g
                        v = beta2 * v + (1 - beta2) * g**2
                        w = w - lr * m / (np.sqrt(v) + eps)
                    return w
                """,
            ),
            (
                "v is corrected with beta2, which is its own memory, not with beta1",
                """
                def adam_path(w, slopes, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                    m, v = np.zeros(len(w)), np.zeros(len(w))
                    for t, g in enumerate(slopes, start=1):
                        m = beta1 * m + (1 - beta1) * g
                        v = beta2 * v + (1 - beta2) * g**2
                        fix = 1 - beta1**t
                        w = w - lr * m / fix / (np.sqrt(v / fix) + eps)
                    return w
                """,
            ),
            (
                "the first step is t = 1, and you count it as t = 2",
                """
                def adam_path(w, slopes, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                    m, v = np.zeros(len(w)), np.zeros(len(w))
                    for t, g in enumerate(slopes, start=2):
                        m = beta1 * m + (1 - beta1) * g
                        v = beta2 * v + (1 - beta2) * g**2
                        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
                        w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
                    return w
                """,
            ),
            (
                "eps stands beside the root, not in it",
                """
                def adam_path(w, slopes, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                    m, v = np.zeros(len(w)), np.zeros(len(w))
                    for t, g in enumerate(slopes, start=1):
                        m = beta1 * m + (1 - beta1) * g
                        v = beta2 * v + (1 - beta2) * g**2
                        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
                        w = w - lr * m_hat / np.sqrt(v_hat + eps)
                    return w
                """,
            ),
            (
                "a weight that has had no slope yet has v = 0: eps is there for it",
                """
                def adam_path(w, slopes, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                    m, v = np.zeros(len(w)), np.zeros(len(w))
                    for t, g in enumerate(slopes, start=1):
                        m = beta1 * m + (1 - beta1) * g
                        v = beta2 * v + (1 - beta2) * g**2
                        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
                        w = w - lr * m_hat / np.sqrt(v_hat)
                    return w
                """,
            ),
            (
                "the settings are the caller's: use beta1, beta2 and eps, not their usual values",
                """
                def adam_path(w, slopes, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                    m, v = np.zeros(len(w)), np.zeros(len(w))
                    for t, g in enumerate(slopes, start=1):
                        m = 0.9 * m + 0.1 * g
                        v = 0.999 * v + 0.001 * g**2
                        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
                        w = w - lr * m_hat / (np.sqrt(v_hat) + 1e-8)
                    return w
                """,
            ),
        ),
        cases=lambda rng: [
            *[
                (rng.normal(size=n), rng.normal(size=(steps, n)) * scale, rate)
                for n, steps, scale, rate in ((2, 3, 1.0, 0.1), (3, 5, 100.0, 1.0))
            ],
            (rng.normal(size=4), rng.normal(size=(12, 4)) * 1e-8, 0.01),
            (rng.normal(size=3), rng.normal(size=(6, 3)), 0.1, 0.5, 0.99, 0.1),
            (rng.normal(size=2), rng.normal(size=(4, 2)), 0.2, 0.0, 0.9),
            (np.ones(2), np.array([[0.0, 1.0], [0.0, -2.0], [3.0, 0.0]]), 0.1),
            (np.ones(3), np.zeros((0, 3)), 0.1),
        ],
    ),
    Exercise(
        id="34.schedule",
        stub='''
            def rate_at(step, steps, warmup, peak):
                """The rate of step 0 … steps - 1: in a line up to peak, in a wave to 0 at steps."""
                ...
        ''',
        solution='''
            def rate_at(step, steps, warmup, peak):
                """The rate of step 0 … steps - 1: in a line up to peak, in a wave to 0 at steps."""
                if step < warmup:
                    return peak * (step + 1) / warmup
                done = (step - warmup) / (steps - warmup)
                return peak * (1 + np.cos(np.pi * done)) / 2
        ''',
        hints=(
            "Two cases: step < warmup, and all others. At step warmup the rate is the peak.",
            "Going up it is peak · (step + 1) / warmup, so that the first step is not wasted.",
            "Coming down, done = (step - warmup) / (steps - warmup) goes from 0 to 1; the rate is "
            "peak · (1 + cos(π · done)) / 2.",
        ),
        misconceptions=(
            (
                "the first step would have the rate 0, and teach nothing: go up with step + 1",
                """
                def rate_at(step, steps, warmup, peak):
                    if step < warmup:
                        return peak * step / warmup
                    done = (step - warmup) / (steps - warmup)
                    return peak * (1 + np.cos(np.pi * done)) / 2
                """,
            ),
            (
                "the cosine has to begin where the warm-up ends, or the rate jumps there",
                """
                def rate_at(step, steps, warmup, peak):
                    if step < warmup:
                        return peak * (step + 1) / warmup
                    return peak * (1 + np.cos(np.pi * step / steps)) / 2
                """,
            ),
            (
                "that is a straight line down; half a cosine wave is asked for",
                """
                def rate_at(step, steps, warmup, peak):
                    if step < warmup:
                        return peak * (step + 1) / warmup
                    return peak * (1 - (step - warmup) / (steps - warmup))
                """,
            ),
            (
                "a whole wave goes down and up again: half a wave is cos from 0 to π",
                """
                def rate_at(step, steps, warmup, peak):
                    if step < warmup:
                        return peak * (step + 1) / warmup
                    done = (step - warmup) / (steps - warmup)
                    return peak * (1 + np.cos(2 * np.pi * done)) / 2
                """,
            ),
            (
                "cos runs from 1 to -1: lift it by 1 and halve it, since no rate is below zero",
                """
                def rate_at(step, steps, warmup, peak):
                    if step < warmup:
                        return peak * (step + 1) / warmup
                    return peak * np.cos(np.pi * (step - warmup) / (steps - warmup))
                """,
            ),
            (
                "the wave begins at step warmup with the peak, and reaches 0 only at step steps",
                """
                def rate_at(step, steps, warmup, peak):
                    if step < warmup:
                        return peak * (step + 1) / warmup
                    done = (step - warmup) / (steps - 1 - warmup)
                    return peak * (1 + np.cos(np.pi * done)) / 2
                """,
            ),
            (
                "without a warm-up the first step has the peak: divide by warmup only below it",
                """
                def rate_at(step, steps, warmup, peak):
                    rising = (step + 1) / warmup
                    falling = (1 + np.cos(np.pi * (step - warmup) / (steps - warmup))) / 2
                    return peak * (rising if step < warmup else falling)
                """,
            ),
        ),
        tolerance=3e-4,  # near the end of the wave single precision holds no more
        cases=lambda rng: [
            (step, steps, warmup, peak)
            for steps, warmup, peak in ((100, 10, 0.1), (40, 8, 3.0), (9, 0, 1.0), (12, 1, 0.5))
            for step in sorted(
                {0, warmup // 2, max(warmup - 1, 0), warmup, steps // 3, steps // 2, steps - 1}
            )
        ],
    ),
    Exercise(
        id="34.best-of",
        stub='''
            def expected_best(scores, k):
                """The mean of the best of k scores, drawn with replacement from scores (n,)."""
                ...
        ''',
        solution='''
            def expected_best(scores, k):
                """The mean of the best of k scores, drawn with replacement from scores (n,)."""
                below = np.arange(len(scores) + 1) / len(scores)
                return np.sum(np.sort(scores) * np.diff(below**k))
        ''',
        hints=(
            "Sort the scores. When is the best of k draws no better than the i-th of n?",
            "If all k draws are among the i lowest, which happens with probability (i/n)^k.",
            "The i-th is the best with probability (i/n)^k - ((i-1)/n)^k: weigh the sorted scores.",
        ),
        misconceptions=(
            (
                "that is the best of all n; of k draws, the best ones may be missed",
                "def expected_best(scores, k): return np.max(scores)",
            ),
            (
                "that is the mean of one draw; you may keep the best of k",
                "def expected_best(scores, k): return np.mean(scores)",
            ),
            (
                "the scores have to be sorted first: the i-th lowest is meant",
                """
                def expected_best(scores, k):
                    return np.sum(scores * np.diff((np.arange(len(scores) + 1) / len(scores)) ** k))
                """,
            ),
            (
                "the first k scores are one draw; the mean over all draws is asked for",
                "def expected_best(scores, k): return np.max(scores[:k])",
            ),
            (
                "you sorted the wrong way round, and found the worst of k",
                """
                def expected_best(scores, k):
                    below = np.arange(len(scores) + 1) / len(scores)
                    return np.sum(np.sort(scores)[::-1] * np.diff(below**k))
                """,
            ),
            (
                "all k draws below the i-th: the probability is raised to k before the difference "
                "is taken",
                """
                def expected_best(scores, k):
                    below = np.arange(len(scores) + 1) / len(scores)
                    return np.sum(np.sort(scores) * np.diff(below) ** k)
                """,
            ),
            (
                "two trials may score alike, and count twice: keep both",
                """
                def expected_best(scores, k):
                    scores = np.unique(scores)
                    below = np.arange(len(scores) + 1) / len(scores)
                    return np.sum(scores * np.diff(below**k))
                """,
            ),
            (
                "you put no score back after it was drawn; here one may be drawn twice",
                """
                def expected_best(scores, k):
                    n, total = len(scores), 0
                    for i, score in enumerate(sorted(scores)):
                        if n >= k:
                            total += score * math.comb(i, k - 1) / math.comb(n, k)
                    return total
                """,
            ),
        ),
        cases=lambda rng: [
            *[(rng.uniform(size=n), k) for n, k in ((5, 1), (5, 3), (8, 2), (20, 10))],
            (np.array([0.5, 0.9, 0.5, 0.2, 0.9]), 2),
            (np.array([-1.0, 3.0, -2.0]), 5),
            (np.array([0.7]), 3),
            (np.array([4, 1, 9, 4]), 2),
        ],
    ),
)
