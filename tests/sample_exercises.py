"""One exercise of each form, as lessons write them, to test the machinery with."""

from dataclasses import replace

from dlcourse.exercises import Exercise, difference, kind, plain

WEIGHTED_SUM = Exercise(
    id="99.weighted-sum",
    stub='''
        def weighted_sum(weights, inputs, bias):
            """The neuron's input to its activation: one float."""
            ...
    ''',
    solution='''
        def weighted_sum(weights, inputs, bias):
            """The neuron's input to its activation: one float."""
            return np.dot(weights, inputs) + bias
    ''',
    hints=(
        "Multiply each input by its own weight. What is left to do with the products?",
        "Add up the products first; the bias comes once, at the end.",
        "np.dot(weights, inputs) multiplies and adds up; add the bias to it and return that.",
    ),
    misconceptions=(
        (
            "you add the bias once per input; it is added once, to the sum",
            "def weighted_sum(weights, inputs, bias): return np.sum(weights * inputs + bias)",
        ),
        (
            "the bias is missing: add it to the sum of the products",
            "def weighted_sum(weights, inputs, bias): return np.dot(weights, inputs)",
        ),
        (
            "you return the products one by one; add them up to one number",
            "def weighted_sum(weights, inputs, bias): return weights * inputs + bias",
        ),
        (
            "np.outer multiplies every weight by every input; each input has a weight of its own",
            "def weighted_sum(weights, inputs, bias): return float(np.outer(weights, inputs))",
        ),
    ),
    cases=lambda rng: [(rng.normal(size=n), rng.normal(size=n), rng.normal()) for n in (3, 2, 5)],
)


def _layer(rng, inputs, outputs):
    return [rng.normal(size=(inputs, outputs)), rng.normal(size=outputs)]


STEP = Exercise(  # a bug to mend, on lists of arrays, with an answer that changes its arguments
    id="99.step",
    stub='''
        def step(parameters, gradients, rate=0.1):
            """The parameters after one step of gradient descent."""
            return [p + rate * g for p, g in zip(parameters, gradients)]
    ''',
    solution='''
        def step(parameters, gradients, rate=0.1):
            """The parameters after one step of gradient descent."""
            return [p - rate * g for p, g in zip(parameters, gradients)]
    ''',
    hints=(
        "Does the loss rise or fall in the direction of the gradient?",
        "A step goes against the gradient.",
        "One sign is wrong: p - rate * g.",
    ),
    misconceptions=(
        (
            "you change the parameters themselves; return new ones",
            """
            def step(parameters, gradients, rate=0.1):
                for p, g in zip(parameters, gradients):
                    p -= rate * g
                return parameters
            """,
        ),
        (
            "the learning rate is missing: the gradient is scaled by it first",
            "def step(parameters, gradients, rate=0.1):\n"
            "    return [p - g for p, g in zip(parameters, gradients)]",
        ),
        (
            "you return the steps; add them to the parameters",
            "def step(parameters, gradients, rate=0.1): return [-rate * g for g in gradients]",
        ),
    ),
    cases=lambda rng: [
        (_layer(rng, *shape), _layer(rng, *shape), rate)
        for shape, rate in (((2, 3), 0.1), ((1, 2), 0.5), ((4, 2), 0.01))
    ],
)

COUNT = Exercise(  # a value that is predicted
    id="99.count",
    stub="parameters = ...",
    solution="parameters = 784 * 100 + 100 + 100 * 10 + 10",
    hints=(
        "Each layer has weights and biases.",
        "A layer from n to m units has n times m weights and m biases.",
        "784 * 100 + 100 for the first layer; the second goes from 100 to 10.",
    ),
    misconceptions=(
        ("the biases are missing: one for each unit", "parameters = 784 * 100 + 100 * 10"),
        ("this is the first layer alone", "parameters = 784 * 100 + 100"),
        ("these are the units; count the connections", "parameters = 784 + 100 + 10"),
    ),
)


def _separates(weights: object) -> str | None:
    given = plain(weights)
    if kind(given) != "an array of shape (3,)":
        return f"two weights and a bias are needed, but was given {kind(given)}"
    w, v, bias = given
    outputs = [int(w * x + v * y + bias > 0) for x in (0, 1) for y in (0, 1)]
    if outputs == [0, 1, 1, 1]:
        return "this is OR: the neuron fires when one input is on; raise its threshold"
    if outputs == [1, 1, 1, 0]:
        return "this is the opposite: the neuron is silent when both inputs are on"
    return None if outputs == [0, 0, 0, 1] else f"your neuron says {outputs}, AND is [0, 0, 0, 1]"


AND = Exercise(  # many right values
    id="99.and",
    stub="weights = ...",
    solution="weights = [1.0, 1.0, -1.5]",
    hints=(
        "How large is the sum when both inputs are on?",
        "The bias must hold against one input, but not against two.",
        "With both weights 1, any bias between -2 and -1 will do.",
    ),
    misconceptions=(
        (
            "this is OR: the neuron fires when one input is on; raise its threshold",
            "weights = [1.0, 1.0, -0.5]",
        ),
        (
            "this is the opposite: the neuron is silent when both inputs are on",
            "weights = [-1.0, -1.0, 1.5]",
        ),
        (
            "two weights and a bias are needed, but was given an array of shape (2,)",
            "weights = [1.0, 1.0]",
        ),
    ),
    judge=_separates,
)


def _counts(counter: type) -> str | None:
    one, two = counter(), counter()
    one.add(2)
    one.add(3)
    if one.total == 3:
        return "add replaces the total; it should grow"
    if two.total == 5:
        return "all counters share one total; set it in __init__"
    if not difference(plain([5, 0]), plain([one.total, two.total])):
        return None
    return f"after add(2) and add(3) the total is {one.total}, not 5"


COUNTER = Exercise(  # a class
    id="99.counter",
    stub='''
        class Counter:
            """Adds up what it is given."""

            def __init__(self):
                ...

            def add(self, amount):
                ...
    ''',
    solution='''
        class Counter:
            """Adds up what it is given."""

            def __init__(self):
                self.total = 0

            def add(self, amount):
                self.total += amount
    ''',
    hints=("What does a counter remember?", "Set self.total to 0.", "self.total += amount"),
    misconceptions=(
        (
            "add replaces the total; it should grow",
            """
            class Counter:
                total = 0

                def add(self, amount):
                    self.total = amount
            """,
        ),
        (
            "all counters share one total; set it in __init__",
            """
            class Counter:
                total = 0

                def add(self, amount):
                    Counter.total += amount
            """,
        ),
        (
            "Counter stops with AttributeError: 'Counter' object has no attribute 'total'",
            """
            class Counter:
                def add(self, amount):
                    self.total += amount
            """,
        ),
    ),
    judge=_counts,
)

EXERCISES = (WEIGHTED_SUM, STEP, COUNT, AND, COUNTER)


def cheap(exercise: Exercise) -> Exercise:
    """Return an exercise that judges alike, and spends nothing on diagnoses and on drawing."""
    arguments = exercise.arguments()
    cases = (lambda rng: arguments) if exercise.cases else None
    return replace(exercise, misconceptions=(), cases=cases)
