"""How long callers wait before they hang up, though most of them are answered first.

A call answered after w seconds had a patience of more than w (censored), one that hung up after w had just w. Calls
answered at once tell nothing and are left out. Who hung up in the very second of arrival did not begin to wait: these
are counted as balking, apart from the patience of the others.

Sources: A. Mandelbaum, S. Zeltyn, The Palm/Erlang-A Queue, with Applications to Call Centers (Technion 2005), section
5 on estimating patience as total waiting time / hang-ups, section 8.1 on balking; L. Brown, N. Gans, A. Mandelbaum,
A. Sakov, H. Shen, S. Zeltyn, L. Zhao, Statistical Analysis of a Telephone Call Center (JASA 100, 2005).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from staffplan.fit.estimates import Estimate, Floats, share_of, unknown
from staffplan.fit.outcomes import waited
from staffplan.fit.survival import SurvivalCurve, exponential_mean, kaplan_meier

QUANTILES = {"patience_p10_seconds": 0.1, "patience_p25_seconds": 0.25, "patience_median_seconds": 0.5}
KAPLAN_MEIER = "Kaplan-Meier"
MOST_UNSEEN = 0.05
"""Share of the callers who hung up whose wait may be unknown; with more of them the others tell too little."""
MOST_WAITS = 0.95
"""The exponential is compared with the curve up to the wait that this share of the waits does not exceed."""


def patience_of(calls: pd.DataFrame) -> tuple[list[Estimate], pd.DataFrame]:
    """What calls of one queue teach, and the rows of its PatienceCurve without the queue's name."""
    hung_up = ~calls["answered"].to_numpy(dtype=bool)
    waits = calls["wait_seconds"].to_numpy(dtype=float)
    delayed = waited(calls)
    balked = int((hung_up & (waits == 0)).sum())
    begun = waits > 0
    curve = kaplan_meier(waits[begun], hung_up[begun])
    mean = exponential_mean(waits[begun], int(hung_up[begun].sum()))
    estimates = [
        share_of("abandon_share", int(hung_up.sum()), len(calls), "hung up / (answered + hung up)"),
        share_of("wait_share", int(delayed.sum()), len(calls), "not answered in the second of arrival"),
        share_of("balking_share", balked, int(delayed.sum()), "hung up in the second of arrival / not answered then"),
    ]
    unseen = int((hung_up & np.isnan(waits)).sum())
    if unseen > MOST_UNSEEN * hung_up.sum():
        why = f"cannot be estimated: {unseen:,} of {hung_up.sum():,} callers who hung up have no wait"
        return [*estimates, unknown("patience_seconds", float(begun.sum()), why)], _curve_rows(curve, math.nan)[:0]
    if not hung_up[begun].any():
        why = f"cannot be estimated: none of {begun.sum():,} callers who waited hung up"
        return [*estimates, unknown("patience_seconds", float(begun.sum()), why)], _curve_rows(curve, math.nan)
    estimates += [*_means(waits, begun, mean, balked, hung_up), *_curve_estimates(curve, waits[begun], mean[0])]
    return estimates, _curve_rows(curve, mean[0])


def _means(
    waits: Floats, begun: np.ndarray, mean: tuple[float, float, float, float], balked: int, hung_up: np.ndarray
) -> list[Estimate]:
    value, error, low, high = mean
    method = "exponential equivalent: total waiting time / hang-ups, balking left out"
    with_balks = exponential_mean(waits[begun], int(hung_up.sum()))
    everyone = int(begun.sum()) + balked
    told = (
        "total waiting time / all hang-ups: reproduces the abandonment in Erlang A; "
        "too low where many hang up at once"
    )
    return [
        Estimate("patience_seconds", value, int(begun.sum()), method, error, low, high),
        Estimate("patience_with_balking_seconds", with_balks[0], everyone, told, *with_balks[1:]),
    ]


def _curve_estimates(curve: SurvivalCurve, waits: Floats, exponential: float) -> list[Estimate]:
    contacts = len(waits)
    area, error = curve.restricted_mean()
    until = f"{KAPLAN_MEIER}, patience above the longest wait of {curve.longest:g} s counted as that wait"
    found = []
    for name, share in QUANTILES.items():
        value, low, high = curve.quantile(share)
        reached = f"{KAPLAN_MEIER}, Brookmeyer-Crowley bounds"
        missed = f"not reached: {1 - share:.0%} or more would wait longer than the waits in the log"
        method = reached if math.isfinite(value) else missed
        found.append(Estimate(name, value, contacts, method, low=low, high=high))
    mean = Estimate("patience_restricted_mean_seconds", area, contacts, until, error)
    return [*found, mean, _misfit(curve, waits, exponential)]


def _misfit(curve: SurvivalCurve, waits: Floats, exponential: float) -> Estimate:
    """The largest gap, with the standard error that the curve has there."""
    told = f"largest gap between the two curves, over {MOST_WAITS:.0%} of the waits; 0 is a perfect fit"
    compared = curve.times <= np.quantile(waits, MOST_WAITS)
    if not compared.any():
        return unknown(
            "patience_exponential_misfit", len(waits), "cannot be estimated: nobody hung up before the longest waits"
        )
    gaps = np.abs(curve.survival - np.exp(-curve.times / exponential))[compared]
    place = int(np.argmax(gaps))
    error = float(curve.standard_error[place])
    return Estimate("patience_exponential_misfit", float(gaps[place]), len(waits), told, error)


def _curve_rows(curve: SurvivalCurve, exponential: float) -> pd.DataFrame:
    low, high = curve.bounds()
    return pd.DataFrame(
        {
            "wait_seconds": curve.times,
            "at_risk": curve.at_risk,
            "abandoned": curve.events,
            "waiting_share": curve.survival,
            "low": low,
            "high": high,
            "exponential_share": np.exp(-curve.times / exponential),
        }
    )
