"""Intervals cover what they promise, splits keep groups and time apart, costs are counted right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score

from dlcourse.evaluation import (
    Interval,
    ModelCard,
    Study,
    bootstrap,
    calibration,
    comparison,
    cost,
    cost_curve,
    group_split,
    paired,
    paired_bootstrap,
    prices,
    recalibration,
    row_costs,
    same_columns,
    study,
    t_interval,
    time_split,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


# Intervals


def test_a_t_interval_is_scipys(rng):
    runs = rng.normal(size=7)
    expected = stats.ttest_1samp(runs, 0).confidence_interval(0.9)
    interval = t_interval(runs, level=0.9)
    np.testing.assert_allclose(interval, [runs.mean(), expected.low, expected.high])


def test_a_t_interval_covers_the_truth_as_often_as_it_says(rng):
    drawn = [t_interval(rng.normal(3, 2, size=5)) for _ in range(2000)]
    covered = np.mean([low <= 3 <= high for _, low, high in drawn])
    assert abs(covered - 0.95) < 0.015  # three standard errors


def test_a_paired_interval_is_scipys_and_sees_what_two_intervals_hide(rng):
    luck = rng.normal(0, 5, size=6)
    one, other = luck + 1 + rng.normal(0, 0.1, size=6), luck
    for interval, level in ((paired(one, other), 0.95), (paired(one, other, 0.8), 0.8)):
        expected = stats.ttest_rel(one, other).confidence_interval(level)
        np.testing.assert_allclose(interval[1:], [expected.low, expected.high])
    assert paired(one, other).low > 0
    assert t_interval(one).low < t_interval(other).high


def test_an_interval_over_divisions_covers_other_rows_as_often_as_it_says(rng):
    """Ten divisions of the same 100 rows, the mean of whose test rows is 0 in the long run."""

    def divisions():
        rows = rng.normal(size=100)
        return [rng.permutation(rows)[:40].mean() for _ in range(10)]

    def covered(overlap):
        found = (paired(divisions(), np.zeros(10), overlap=overlap) for _ in range(200))
        return sum(low < 0 < high for _, low, high in found)

    assert covered(0) < 160
    assert covered(40 / 60) > 180


def test_an_interval_is_written_with_its_bounds():
    assert f"{Interval(0.5, 0.25, 0.75):.2f}" == "0.50 (0.25 to 0.75)"
    assert str(Interval(0.5, 0.25, 0.75)) == "0.5 (0.25 to 0.75)"


def test_a_bootstrap_interval_is_scipys_percentile(rng):
    sample = rng.exponential(size=200)
    ours = bootstrap(np.mean, sample, resamples=4000)
    theirs = stats.bootstrap(
        (sample,), np.mean, method="percentile", n_resamples=4000, rng=rng
    ).confidence_interval
    assert ours.estimate == sample.mean()
    np.testing.assert_allclose(ours[1:], [theirs.low, theirs.high], atol=0.012)


def test_a_bootstrap_keeps_the_rows_of_its_arrays_together(rng):
    one = rng.normal(size=50)
    assert bootstrap(lambda a, b: np.abs(a - b).max(), one, one, resamples=50) == (0, 0, 0)


def test_a_bootstrap_of_groups_is_wider_where_their_rows_say_the_same(rng):
    groups = np.repeat(np.arange(20), 50)
    values = rng.normal(size=20)[groups]
    by_row, by_group = bootstrap(np.mean, values), bootstrap(np.mean, values, groups=groups)
    assert by_group.high - by_group.low > 4 * (by_row.high - by_row.low)
    # 20 groups are all that there is: as wide as if each had one row.
    alone = bootstrap(np.mean, values[::50])
    np.testing.assert_allclose(by_group, alone)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_groups_are_drawn_whole(groups):
    names = np.array(groups)
    sizes = dict(zip(*np.unique(names, return_counts=True), strict=True))
    whole = []

    def metric(drawn):
        counts = zip(*np.unique(drawn, return_counts=True), strict=True)
        whole.append(all(count % sizes[name] == 0 for name, count in counts))
        return 0.0

    bootstrap(metric, names, groups=names, resamples=5)
    assert len(whole) == 6
    assert all(whole)


def test_a_bootstrap_repeats_itself_and_moves_with_its_stream(rng):
    sample = rng.normal(size=30)
    assert bootstrap(np.mean, sample) == bootstrap(np.mean, sample)
    assert bootstrap(np.mean, sample) != bootstrap(np.mean, sample, stream=("other",))


def test_a_paired_bootstrap_sees_a_small_difference_on_the_same_rows(rng):
    targets = rng.integers(2, size=500)
    scores = targets + rng.normal(0, 1, size=500)
    worse = scores + rng.normal(0, 0.3, size=500)
    difference = paired_bootstrap(roc_auc_score, targets, scores, worse, resamples=200)
    apart = [bootstrap(roc_auc_score, targets, each, resamples=200) for each in (scores, worse)]
    expected = roc_auc_score(targets, scores) - roc_auc_score(targets, worse)
    assert difference.estimate == pytest.approx(expected)
    assert difference.high - difference.low < 0.7 * (apart[0].high - apart[0].low)
    assert paired_bootstrap(roc_auc_score, targets, scores, scores, resamples=20) == (0, 0, 0)


def test_a_paired_bootstrap_draws_whole_groups(rng):
    cards = np.repeat(np.arange(30), 40)
    better = (rng.normal(0.1, 0.5, size=30)[cards] > 0).astype(int)  # card by card
    right, targets = np.zeros(1200), np.zeros(1200)

    def share_wrong(targets, answers):
        return np.mean(targets != answers)

    by_row = paired_bootstrap(share_wrong, targets, right, better)
    by_card = paired_bootstrap(share_wrong, targets, right, better, groups=cards)
    assert by_card.estimate == by_row.estimate
    assert by_card.high - by_card.low > 4 * (by_row.high - by_row.low)


def test_groups_of_unequal_size_are_drawn_as_often_as_any():
    names, seen = np.array(["a", "b", "b", "b", "c", "c"]), []
    bootstrap(lambda drawn: seen.append(drawn) or 0.0, names, groups=names, resamples=3000)
    counts = {name: np.mean([np.sum(drawn == name) for drawn in seen[:-1]]) for name in "abc"}
    assert counts == pytest.approx({"a": 1, "b": 3, "c": 2}, rel=0.06)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_a_bootstrap_leaves_out_what_its_level_says(level):
    values = []

    def metric(rows):
        values.append(rows.mean())
        return values[-1]

    _, low, high = bootstrap(metric, np.arange(40.0), level=level)
    drawn = np.array(values[:-1])  # the last is the estimate
    assert np.mean(drawn < low) == pytest.approx((1 - level) / 2, abs=0.003)
    assert np.mean(drawn > high) == pytest.approx((1 - level) / 2, abs=0.003)


def test_the_seed_moves_a_bootstrap_and_a_split(rng, monkeypatch):
    def drawn():
        return bootstrap(np.mean, np.arange(30.0)).low, group_split(np.arange(50))[1].tolist()

    monkeypatch.setenv("DLCOURSE_SEED", "0")
    first = drawn()
    assert drawn() == first
    monkeypatch.setenv("DLCOURSE_SEED", "1")
    second = drawn()
    assert second[0] != first[0]
    assert second[1] != first[1]


@pytest.mark.parametrize(("level", "named"), [(0.95, "95"), (0.995, "99.5"), (0.9, "90")])
def test_a_comparison_names_the_level_it_shows(level, named):
    table = comparison({"a": [0.5, 0.7, 0.65]}, digits=6, level=level)
    (shown,) = table[f"{named}% interval"]
    _, low, high = t_interval([0.5, 0.7, 0.65], level)
    assert shown == f"{low:.6f} to {high:.6f}"


def test_a_comparison_has_a_row_per_model():
    table = comparison({"a": [0.5, 0.7], "guessing": 0.1}, digits=2)
    assert list(table.index) == ["a", "guessing"]
    assert list(table.loc["a"]) == ["0.60", "-0.67 to 1.87", 2]
    assert list(table.loc["guessing"]) == ["0.10", "—", 1]
    assert list(table.columns) == ["mean", "95% interval", "runs"]
    assert list(comparison({"guessing": [0.1]})["mean"]) == ["0.100"]


# Studies


def a_study(**runs):
    told = {"question": "?", "metric": "accuracy", "date": "2026-01-31", "versions": {"numpy": "2"}}
    return Study(runs=runs, seconds=1.5, **told)


def test_a_study_is_read_back_as_it_was_written(tmp_path, monkeypatch):
    monkeypatch.setattr("dlcourse.evaluation.studies.STUDIES", tmp_path)
    written = a_study(network=[0.9, 0.8, 0.95])
    written.save("digits")
    assert study("digits") == written
    assert [path.name for path in tmp_path.iterdir()] == ["digits.json"]
    assert list(study("digits").table().index) == ["network"]
    assert [study("digits").table(*digits)["mean"].item() for digits in ((), (1,))] == [
        "0.883",
        "0.9",
    ]


def test_a_study_with_a_figure_that_is_no_number_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr("dlcourse.evaluation.studies.STUDIES", tmp_path)
    with pytest.raises(ValueError, match="not JSON compliant"):
        a_study(network=[0.9, float("nan")]).save("digits")
    assert list(tmp_path.iterdir()) == []


def test_a_study_that_is_not_there_is_named_with_the_command_that_makes_it(tmp_path, monkeypatch):
    monkeypatch.setattr("dlcourse.evaluation.studies.STUDIES", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"none yet\): .* benchmarks/studies/digits\.py"):
        study("digits")
    a_study(network=[0.9]).save("letters")
    with pytest.raises(FileNotFoundError, match=r"'digits' \(there are: letters\)"):
        study("digits")


def test_a_limit_is_given_back_where_chance_would_not_cross_it():
    # Mean 10, s = 1: one more of five runs lies beyond 10 + 7.1732 · √1.2 once in a thousand.
    runs = np.array([-2, -1, 0, 1, 2]) / np.sqrt(2.5) + 10
    edge = 7.1732 * np.sqrt(1.2)
    for side in (1, -1):
        assert a_study(network=runs).limit("network", 10 + side * (edge + 0.01)) > 0
        with pytest.raises(ValueError, match=r"one run in 99\d crosses it by chance"):
            a_study(network=runs).limit("network", 10 + side * (edge - 0.01))


@pytest.mark.parametrize("runs", [[3.0], [3.0, 3.0, 3.0]])
def test_runs_without_spread_make_no_limit_safe(runs):
    with pytest.raises(ValueError, match=r"whose \d run\(s\) show no spread: make five"):
        a_study(network=runs).limit("network", 100)
    assert a_study(network=[3.0, 3.1]).limit("network", 100) == 100


# Splits


@given(st.lists(st.integers(0, 8), min_size=2, max_size=60).filter(lambda g: len(set(g)) > 1))
def test_a_group_split_has_every_row_once_and_no_group_twice(groups):
    names = np.array(groups)
    train, test = group_split(names, test=0.3)
    assert sorted([*train, *test]) == list(range(len(names)))
    assert not set(names[train]) & set(names[test])
    assert len(train)
    assert len(test)


@given(st.lists(st.integers(0, 20), min_size=2, max_size=60), st.floats(0.1, 0.9))
def test_a_time_split_never_tests_on_the_past(times, share):
    moments = np.array(times, dtype=float)
    try:
        train, test = time_split(moments, share)
    except ValueError:
        return  # one side would be empty, which the next test asks for
    assert sorted([*train, *test]) == list(range(len(moments)))
    assert moments[train].max() < moments[test].min()
    assert len(train) <= share * len(moments)


def test_a_time_split_keeps_the_share(rng):
    train, test = time_split(rng.permutation(1000), 0.7)
    assert (len(train), len(test)) == (700, 300)


# Calibration and costs


def test_calibration_is_scikit_learns(rng):
    forecast = rng.random(1000)
    happened = rng.random(1000) < forecast**2
    ours = calibration(happened, forecast, bins=10)
    observed, predicted = calibration_curve(happened, forecast, n_bins=10, strategy="quantile")
    np.testing.assert_allclose(ours.forecast, predicted)
    np.testing.assert_allclose(ours.observed, observed)
    assert ours.rows.sum() == 1000


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.1, 0.3, 0.7, 1.0]), st.booleans()),
        min_size=1,
        max_size=60,
    ).filter(lambda rows: len({happened for _, happened in rows}) == 2),
    st.integers(1, 12),
)
def test_calibration_of_tied_forecasts_is_scikit_learns_in_any_order(rows, bins):
    forecast, happened = (np.array(column) for column in zip(*rows, strict=True))
    bins = min(bins, len(rows))
    ours = calibration(happened, forecast, bins)
    observed, predicted = calibration_curve(happened, forecast, n_bins=bins, strategy="quantile")
    np.testing.assert_allclose(ours.forecast, predicted)
    np.testing.assert_allclose(ours.observed, observed)
    assert ours.rows.sum() == len(rows)
    back = calibration(happened[::-1], forecast[::-1], bins)
    np.testing.assert_allclose(back.observed, ours.observed)


@pytest.mark.parametrize(("method", "theirs"), [("platt", "sigmoid"), ("isotonic", "isotonic")])
@pytest.mark.parametrize("share", [0.5, 0.02])
def test_recalibration_is_scikit_learns(method, theirs, share, rng):
    happened = (rng.random(2000) < share).astype(int)
    scores = 3 * happened + rng.normal(-5, 2, size=2000)
    asked = np.linspace(-20, 20, 101)
    ours = recalibration(happened, scores, method)(asked)
    passes = LogisticRegression()  # whose decision is its input
    passes.classes_, passes.coef_, passes.intercept_ = np.arange(2), np.ones((1, 1)), np.zeros(1)
    oracle = CalibratedClassifierCV(FrozenEstimator(passes), method=theirs)
    expected = oracle.fit(scores[:, None], happened).predict_proba(asked[:, None])[:, 1]
    np.testing.assert_allclose(ours, expected, atol=1e-4)
    assert (np.diff(ours) >= 0).all()


@pytest.mark.parametrize("method", ["platt", "isotonic"])
def test_recalibration_mends_forecasts_that_boast(method, rng):
    p = rng.random(8000)
    happened = rng.random(8000) < p
    boasting = 3 * np.log(p / (1 - p))  # three times too sure
    mend = recalibration(happened[:4000], boasting[:4000], method)
    raw = calibration(happened[4000:], 1 / (1 + np.exp(-boasting[4000:])))
    mended = calibration(happened[4000:], mend(boasting[4000:]))
    assert raw.error > 0.1
    assert mended.error < 0.03


def test_recalibration_is_never_quite_certain():
    mend = recalibration([0, 0, 1, 1], [-2.0, -1.0, 1.0, 2.0])
    assert 0 < mend([-2.0])[0] < 0.5 < mend([2.0])[0] < 1


def test_calibration_error_tells_honest_forecasts_from_boasting():
    forecast = np.repeat([0.2, 0.8], 100)
    happened = np.repeat([1, 0, 1, 0], [20, 80, 80, 20])
    assert calibration(happened, forecast, bins=2).error == pytest.approx(0)
    assert calibration(happened, np.repeat([0.0, 1.0], 100), bins=2).error == pytest.approx(0.2)


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.5, 0.9]), st.integers(0, 9)),
        min_size=1,
        max_size=25,
    ),
    st.integers(0, 5),
)
def test_costs_are_what_a_brute_force_count_gives(rows, alarm):
    outcomes, probabilities, amounts = (np.array(column) for column in zip(*rows, strict=True))
    result = cost_curve(outcomes, probabilities, miss=amounts, alarm=alarm)
    assert set(result.thresholds) == {*probabilities, np.inf}
    for threshold, total in zip(result.thresholds, result.totals, strict=True):
        alarms = probabilities >= threshold
        decided = zip(outcomes, alarms, amounts, strict=True)
        by_hand = sum(alarm if raised else y * amount for y, raised, amount in decided)
        assert total == pytest.approx(by_hand)
        assert cost(outcomes, alarms, amounts, alarm) == pytest.approx(by_hand)
    best = cost(outcomes, probabilities >= result.best, amounts, alarm)
    assert best == pytest.approx(result.totals.min())


def test_costs_of_single_decisions_give_totals_and_savings_with_intervals(rng):
    cards, amounts = np.repeat(np.arange(40), 5), rng.integers(1, 100, size=200)
    fraud = (cards < 10).astype(int)
    first, second = fraud.astype(bool), cards < 5  # all frauds called, and those of five cards
    here, there = (row_costs(fraud, alarms, miss=amounts, alarm=3) for alarms in (first, second))
    assert here.sum() == cost(fraud, first, miss=amounts, alarm=3) == 3 * 50
    assert there.tolist() == np.where(cards < 5, 3, fraud * amounts).tolist()
    saved = bootstrap(np.sum, there - here, groups=cards)
    assert saved.estimate == there.sum() - here.sum()
    assert saved.low > 0
    rows = bootstrap(np.sum, there - here)
    assert saved.high - saved.low > 1.5 * (rows.high - rows.low)  # five payments at once


# Model cards


def card(**changes):
    texts = dict.fromkeys(
        (
            "title",
            "model",
            "intended_use",
            "not_for",
            "training_data",
            "evaluation_data",
            "overturned_by",
        ),
        "some <text>",
    )
    metrics = {"accuracy": Interval(0.9, 0.8, 1.0)}
    rest = {"metrics": metrics, "slices": {"women": "few"}, "limits": ("l",), "harms": ("h",)}
    return ModelCard(**texts | rest | changes)


def test_a_model_card_shows_every_section_and_figure():
    for shown in (repr(card()), card()._repr_html_()):
        for text in ("Intended use", "Not for", "Harms", "accuracy: 0.900 (0.800 to 1.000)", "few"):
            assert text in shown
    assert "<text>" not in card()._repr_html_()


def test_a_model_card_with_an_empty_section_is_refused():
    with pytest.raises(ValueError, match="says nothing under harms"):
        card(harms=())


# Bad input


LEARNED = np.column_stack([np.arange(50), np.arange(50) % 2])


def test_columns_that_could_be_so_by_chance_pass():
    rows = [[1, 0], [2, 0]] * 5  # the second column is constant once in 2**9 such lots
    assert same_columns(rows, LEARNED, "ab").tolist() == rows
    assert same_columns([[1, 7]], LEARNED, "ab").tolist() == [[1, 7]]
    assert same_columns(LEARNED, LEARNED, "ab").dtype == float


def test_prices_from_which_returns_can_be_taken_pass():
    assert prices([100, 0.5, 7.25]).tolist() == [100, 0.5, 7.25]
    assert prices(np.array([3], np.int64)).dtype == float


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: t_interval([1.0]), "was given 1 run"),
        (lambda: t_interval([1.0, np.nan]), "1 values that are not finite"),
        (lambda: t_interval([[1.0, 2.0]]), r"shape \(1, 2\)"),
        (lambda: paired([1, 2], [1, 2, 3]), "2 and 3 runs"),
        (lambda: bootstrap(np.mean, []), "was given 0 rows"),
        (lambda: bootstrap(accuracy_score, [1, 0], [1]), "2 and 1 rows"),
        (lambda: bootstrap(np.mean, [1, 0], groups=[1]), "2 and 1 rows"),
        (lambda: bootstrap(lambda a: np.nan, [1, 0]), "not finite"),
        (lambda: group_split([1, 1, 1]), r"was given 1 group"),
        (lambda: time_split([1, 1, 1]), "too many share one moment"),
        (lambda: time_split([1, np.inf]), "not finite"),
        (lambda: calibration([0, 1], [0.1]), "2 outcomes and 1 forecasts"),
        (lambda: calibration([0, np.nan], [0.1, 0.2]), r"calibration\(\) .* not finite"),
        (lambda: calibration([0, 2], [0.1, 0.2]), "outcomes other than 0 and 1"),
        (lambda: calibration([0, 1], [0.1, 0.2], bins=3), "3 bins of 2 rows"),
        (lambda: calibration([0, 1], [0.1, 1.2]), "forecasts from 0.1 to 1.2: give probabilities"),
        (lambda: recalibration([1, 1], [0.1, 0.2]), "2 outcomes that are all 1: give rows of both"),
        (lambda: recalibration([0, 0], [0.1, 0.2]), "2 outcomes that are all 0: give rows of both"),
        (lambda: recalibration([0, 1], [0.1, 0.2])([np.nan]), r"the sigmoid .* not finite"),
        (lambda: recalibration([1, 0], [0.1, 0.2], "beta"), "not 'beta'"),
        (lambda: row_costs([0, 1], [True], 1, 1), r"outcomes \(2,\) and alarms \(1,\)"),
        (lambda: t_interval([1, 2], level=95), r"t_interval\(\) was given level=95: give"),
        (lambda: bootstrap(np.mean, [1, 0], level=1.0), r"bootstrap\(\) was given level=1\.0"),
        (lambda: comparison({}, level=95), r"comparison\(\) was given level=95"),
        (lambda: cost_curve([0, 1], [0.1], 1, 1), r"cost_curve\(\) .* 2 outcomes and 1 forecasts"),
        (lambda: same_columns(LEARNED[:, :1], LEARNED, "ab"), r"shape \(50, 1\), .* 2 columns"),
        (lambda: same_columns([], LEARNED, "ab"), r"shape \(0,\)"),
        (lambda: same_columns([[1, np.nan]], LEARNED, "ab"), "'b' lacks 1 of 1 numbers"),
        (lambda: same_columns([[1, 2]], 0 * LEARNED, "ab"), "'a' was constant when"),
        (lambda: same_columns([[1, 3], [2, 3]] * 15, LEARNED, "ab"), "'b' is 3 in all 30 rows"),
        (lambda: prices([5, np.nan, 4, np.nan]), r"nan in row 1 \(2 of 4 are missing"),
        (lambda: prices([5, 4, 0]), r"given 0 in row 2 \(1 of 3 are missing or not"),
        (lambda: prices([-5, np.inf]), r"-5 in row 0 \(2 of 2 .* leave those days out"),
        (lambda: prices([]), r"shape \(0,\), but needs a row of prices"),
        (lambda: prices([[1, 2]]), r"shape \(1, 2\), but needs a row of prices"),
    ],
)
def test_bad_input_is_told_in_one_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()
