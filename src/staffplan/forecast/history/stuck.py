"""Feeds that repeat themselves: the same number again and again, or a whole day a second time."""

from __future__ import annotations

import numpy as np

from staffplan.forecast.history.series import Flags, Floats

IMPROBABLE = 36.0
"""A repetition is not chance when its probability is below exp(-36), about 2e-16: there are many places to look."""
LAGS_DAYS = (1, 7)
"""A day is compared with the day before and the same weekday a week before."""


def stuck_runs(offered: Floats) -> Flags:
    """(days, slots): runs of one number above zero, longer than this queue's own habit of repeating explains.

    How often a number is followed by itself is taken from the history as it is: a queue that is constant, or that
    comes from hourly numbers cut in two, is never stuck.
    """
    flagged = np.zeros(offered.shape, dtype=bool)
    known = _counts(offered)
    values = offered[known]
    if len(values) < 3:
        return flagged
    same = np.concatenate([[False], (values[1:] == values[:-1]) & (values[1:] > 0)])
    chance = _chance(int(same.sum()), int((values > 0).sum()))
    run = np.cumsum(~same)
    repeats = np.bincount(run, same)
    flagged[known] = (repeats * -np.log(chance) > IMPROBABLE)[run]
    return flagged


def repeated_days(offered: Floats) -> Flags:
    """(days, slots): days on which every interval repeats an earlier day, where intervals seldom do."""
    flagged = np.zeros(offered.shape, dtype=bool)
    for lag in LAGS_DAYS:
        if len(offered) <= lag:
            continue
        now, then = offered[lag:], offered[:-lag]
        compared = _counts(now) & _counts(then) & ((now > 0) | (then > 0))
        same = compared & (now == then)
        cells, equal = compared.sum(axis=1), same.sum(axis=1)
        chance = _chance(int(equal.sum()), int(cells.sum()))
        flagged[lag:] |= ((equal == cells) & (cells * -np.log(chance) > IMPROBABLE))[:, None]
    return flagged & np.isfinite(offered)


def _counts(offered: Floats) -> Flags:
    """Known whole numbers: fractions are someone's reckoning, which may well repeat itself."""
    return np.asarray(np.isfinite(offered) & (offered == np.floor(offered)))


def _chance(seen: int, places: int) -> float:
    """Share of repetitions, as if one more had been seen in two more places."""
    return (seen + 1) / (places + 2)
