"""Mortgages denied: published sizes and counts, a published regression, and the card's flaws."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from dlcourse.data import Dataset


def table(mortgages: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return inputs, targets and who is Black, both halves together."""
    inputs, denied, black = (
        np.concatenate([getattr(half, name) for half in mortgages.parts.values()])
        for name in ("inputs", "targets", "black")
    )
    return inputs, denied, black


def test_applications_are_the_published_ones(loaded: Callable[[str], Dataset]) -> None:
    mortgages = loaded("mortgage-denials")
    assert len(mortgages.train.targets) == len(mortgages.test.targets) == 1_190
    inputs, denied, black = table(mortgages)
    assert inputs.shape == (2_380, 12)
    assert (denied.sum(), black.sum()) == (285, 339)
    assert denied[black == 1].mean() == pytest.approx(0.283, abs=5e-4)
    assert denied[black == 0].mean() == pytest.approx(0.093, abs=5e-4)


def test_logit_is_that_of_the_textbook(loaded: Callable[[str], Dataset]) -> None:
    """Stock and Watson, Introduction to Econometrics: -4.13 + 5.37 P/I ratio + 1.27 black."""
    inputs, denied, black = table(loaded("mortgage-denials"))
    logit = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000)
    logit.fit(np.column_stack([inputs[:, 0], black]), denied)
    assert logit.intercept_[0] == pytest.approx(-4.13, abs=0.006)
    assert logit.coef_[0] == pytest.approx([5.37, 1.27], abs=0.006)


def test_applications_have_the_flaws_that_the_card_names(
    loaded: Callable[[str], Dataset],
) -> None:
    mortgages = loaded("mortgage-denials")
    inputs, denied, _ = table(mortgages)
    columns = dict(zip(mortgages.features, inputs.T, strict=True))
    assert columns["payments to income"].max() == columns["housing expense to income"].max() == 3
    refused_insurance = columns["mortgage insurance denied"] == 1
    assert denied[refused_insurance].mean() > 0.9
    assert columns["consumer credit history"].max() == 6
    assert columns["mortgage credit history"].max() == 4
