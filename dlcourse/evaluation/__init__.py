"""Judging a model fairly: honest splits, intervals, paired comparisons, calibration, costs, cards.

Metrics and baselines are scikit-learn's; a metric is a function `metric(targets, predictions)`, as
there. What is here is what a metric alone does not tell: how sure it is, and what follows from it.
"""

from dlcourse.evaluation.cards import Contract, ModelCard
from dlcourse.evaluation.columns import prices, same_columns
from dlcourse.evaluation.decisions import (
    Calibration,
    CostCurve,
    calibration,
    cost,
    cost_curve,
    recalibration,
    row_costs,
)
from dlcourse.evaluation.intervals import (
    Interval,
    Metric,
    bootstrap,
    comparison,
    paired,
    paired_bootstrap,
    t_interval,
)
from dlcourse.evaluation.splits import group_split, time_split
from dlcourse.evaluation.studies import Study, study

__all__ = [
    "Calibration",
    "Contract",
    "CostCurve",
    "Interval",
    "Metric",
    "ModelCard",
    "Study",
    "bootstrap",
    "calibration",
    "comparison",
    "cost",
    "cost_curve",
    "group_split",
    "paired",
    "paired_bootstrap",
    "prices",
    "recalibration",
    "row_costs",
    "same_columns",
    "study",
    "t_interval",
    "time_split",
]
