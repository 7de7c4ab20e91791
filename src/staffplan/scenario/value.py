"""Whether a one-off cost pays: payback and net present value."""

from __future__ import annotations

import math


def payback_years(one_off: float, saving_per_year: float) -> float:
    """Years until the savings have paid the one-off cost; NaN where nothing is paid once, or nothing is saved."""
    return one_off / saving_per_year if one_off > 0 and saving_per_year > 0 else math.nan


def net_present_value(one_off: float, saving_per_year: float, years: float, rate: float) -> float:
    """Savings of so many years at their ends, less the one-off cost today: sum of S / (1 + r)^t - I.

    A last part of a year counts in part, at its end. Savings below 0 are more cost.
    Source: https://numpy.org/numpy-financial/latest/npv.html
    """
    whole = math.floor(years)
    value = sum((saving_per_year / float((1 + rate) ** year) for year in range(1, whole + 1)), 0.0)
    part = years - whole
    return value + part * saving_per_year / float((1 + rate) ** years) - one_off
