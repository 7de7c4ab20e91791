"""A number learnt from data, with its error; and the intervals that several of them share."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NORMAL_975 = 1.959963984540054
"""The normal quantile of 95 % two-sided confidence."""


@dataclass(frozen=True)
class Estimate:
    """One row of FitParameters without its queue; nan is what cannot be told."""

    parameter: str
    value: float
    contacts: float
    method: str
    standard_error: float = math.nan
    low: float = math.nan
    high: float = math.nan


def within(
    parameter: str, value: float, standard_error: float, contacts: float, method: str, *, least: float = -math.inf
) -> Estimate:
    """An estimate with the normal interval around it, cut at `least`."""
    low, high = value - NORMAL_975 * standard_error, value + NORMAL_975 * standard_error
    return Estimate(parameter, value, contacts, method, standard_error, max(low, least), high)


def share_of(parameter: str, hits: int, of: int, method: str) -> Estimate:
    """A share with Wilson's interval, which stays within 0 and 1 and is not empty at either end.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference (JASA 22, 1927).
    """
    if not of:
        return unknown(parameter, 0, f"cannot be estimated: no such calls; {method}")
    share, square = hits / of, NORMAL_975**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = NORMAL_975 / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of**2))
    error = math.sqrt(share * (1 - share) / of)
    return Estimate(parameter, share, of, method, error, max(0.0, middle - reach), min(1.0, middle + reach))


def unknown(parameter: str, contacts: float, why: str) -> Estimate:
    """What this log cannot tell."""
    return Estimate(parameter, math.nan, contacts, why)
