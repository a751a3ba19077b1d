"""Intervals cover what they promise, splits keep groups and time apart, costs are counted right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, roc_auc_score

from dlcourse.evaluation import (
    Interval,
    ModelCard,
    Study,
    bootstrap,
    calibration,
    comparison,
    cost,
    costs,
    group_split,
    paired,
    paired_bootstrap,
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
    expected = stats.ttest_rel(one, other).confidence_interval(0.95)
    np.testing.assert_allclose(paired(one, other)[1:], [expected.low, expected.high])
    assert paired(one, other).low > 0
    assert t_interval(one).low < t_interval(other).high


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


def test_a_bootstrap_keeps_the_decidedof_its_arrays_together(rng):
    one = rng.normal(size=50)
    assert bootstrap(lambda a, b: np.abs(a - b).max(), one, one, resamples=50) == (0, 0, 0)


def test_a_bootstrap_of_groups_is_wider_where_their_decidedsay_the_same(rng):
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
    difference = paired_bootstrap(roc_auc_score, targets, scores, worse)
    apart = [bootstrap(roc_auc_score, targets, each) for each in (scores, worse)]
    expected = roc_auc_score(targets, scores) - roc_auc_score(targets, worse)
    assert difference.estimate == pytest.approx(expected)
    assert difference.high - difference.low < 0.7 * (apart[0].high - apart[0].low)
    assert paired_bootstrap(roc_auc_score, targets, scores, scores) == (0, 0, 0)


def test_a_comparison_has_a_row_a_model():
    table = comparison({"a": [0.5, 0.7], "guessing": 0.1}, digits=2)
    assert list(table.index) == ["a", "guessing"]
    assert list(table.loc["a"]) == ["0.60", "-0.67 to 1.87", 2]
    assert list(table.loc["guessing"]) == ["0.10", "—", 1]
    assert list(table.columns) == ["mean", "95% interval", "runs"]


# Studies


def a_study(**runs):
    return Study(question="?", metric="accuracy", runs=runs, seconds=1.5, date="2026-01-31")


def test_a_study_is_read_back_as_it_was_written(tmp_path, monkeypatch):
    monkeypatch.setattr("dlcourse.evaluation.STUDIES", tmp_path)
    written = a_study(network=[0.9, 0.8, 0.95])
    written.save("digits")
    assert study("digits") == written
    assert [path.name for path in tmp_path.iterdir()] == ["digits.json"]
    assert list(study("digits").table().index) == ["network"]


def test_a_study_with_a_figure_that_is_no_number_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr("dlcourse.evaluation.STUDIES", tmp_path)
    with pytest.raises(ValueError, match="not JSON compliant"):
        a_study(network=[0.9, float("nan")]).save("digits")
    assert list(tmp_path.iterdir()) == []


def test_a_study_that_is_not_there_is_named_with_the_command_that_makes_it(tmp_path, monkeypatch):
    monkeypatch.setattr("dlcourse.evaluation.STUDIES", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"benchmarks/studies/digits\.py"):
        study("digits")


def test_the_next_run_lies_in_its_interval_as_often_as_promised(rng):
    draws = rng.normal(size=(4000, 6))
    intervals = [a_study(network=row[:5]).next_run("network", level=0.8) for row in draws]
    inside = [low <= row[5] <= high for row, (_, low, high) in zip(draws, intervals, strict=True)]
    assert np.mean(inside) == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / 4000))


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
    result = costs(outcomes, probabilities, miss=amounts, alarm=alarm)
    assert set(result.thresholds) == {*probabilities, np.inf}
    for threshold, total in zip(result.thresholds, result.totals, strict=True):
        alarms = probabilities >= threshold
        decided = zip(outcomes, alarms, amounts, strict=True)
        by_hand = sum(alarm if raised else y * amount for y, raised, amount in decided)
        assert total == pytest.approx(by_hand)
        assert cost(outcomes, alarms, amounts, alarm) == pytest.approx(by_hand)
    best = cost(outcomes, probabilities >= result.best, amounts, alarm)
    assert best == pytest.approx(result.totals.min())


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
        (lambda: calibration([0, 1], [0.1]), "2 outcomes and 1 probabilities"),
        (lambda: calibration([0, 2], [0.1, 0.2]), "outcomes other than 0 and 1"),
        (lambda: calibration([0, 1], [0.1, 0.2], bins=3), "3 bins of 2 rows"),
        (lambda: costs([0, 1], [0.1], 1, 1), "2 outcomes and 1 probabilities"),
    ],
)
def test_bad_input_is_told_in_one_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()
