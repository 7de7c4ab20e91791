"""The level of each day, and what it is expected to be: contacts over what shape, weekday and calendar give a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffplan.forecast.days.beliefs import LEAST_NOISE, MOST_WEEKS, level_ahead
from staffplan.forecast.history.series import Flags, Floats, Whole

FEWEST_SHARE = 0.25
"""A day known in less than this part of what is usually known of its weekday's shape says nothing of its level."""


@dataclass(frozen=True)
class DayLevels:
    """All (days,): contacts, share of the day's shape in the intervals that are known, and logs of their ratio."""

    contacts: Floats
    share: Floats
    usable: Flags
    log_level: Floats
    """NaN where not usable."""

    def log_mean(self, log_effects: Floats, days: int) -> float:
        """Level of the last usable `days` by their total, `log_effects` (days,) divided out; NaN without contacts.

        The mean of logs would be below the log of the mean.
        """
        recent = np.flatnonzero(self.usable)[-days:]
        came = float(self.contacts[recent].sum())
        said = float((np.exp(log_effects) * self.share)[recent].sum())
        return float(np.log(came / said)) if came > 0 and said > 0 else float("nan")

    def log_gap(self, log_effects: Floats) -> float:
        """By how much the log of a week's mean level lies above the mean of its logs, in the middle week; 0 where no
        week tells. `log_effects`: (days,)."""
        logs = _by_week(np.where(self.usable, np.nan_to_num(self.log_level) - log_effects, 0.0))
        came, said = (
            _by_week(np.where(self.usable, each, 0.0)) for each in (self.contacts, self.share * np.exp(log_effects))
        )
        count, total, expected = (said > 0).sum(axis=1), came.sum(axis=1), said.sum(axis=1)
        told = (count > 1) & (total > 0)
        gaps = np.log(total[told] / expected[told]) - logs.sum(axis=1)[told] / count[told]
        return float(np.median(gaps)) if len(gaps) else 0.0


def day_levels(offered: Floats, shape: Floats, weekday: Whole) -> DayLevels:
    """From (days, slots) contacts, NaN unknown, the shape of each weekday (7, slots), and the days' weekdays.

    Shapes reach beyond the opening hours: a queue open for two hours never has more than a small part of its shape.
    """
    known = np.isfinite(offered)
    contacts = np.where(known, offered, 0.0).sum(axis=1)
    share = np.where(known, shape[weekday], 0.0).sum(axis=1)
    usable = (share > FEWEST_SHARE * _usual_share(share, weekday)[weekday]) & known.any(axis=1)
    level = np.full(len(share), np.nan)
    level[usable] = np.log((contacts[usable] + 0.5) / share[usable])
    return DayLevels(contacts, share, usable, level)


def _usual_share(share: Floats, weekday: Whole) -> Floats:
    """(7,): median share of the shape that is known of each weekday's days; 0 without any."""
    of_weekday = (share[(weekday == number) & (share > 0)] for number in range(7))
    return np.array([np.median(own) if len(own) else 0.0 for own in of_weekday])


def expected_level(days: DayLevels, log_effects: Floats) -> float:
    """Log of the level expected for the weeks after the last day; NaN without a day that says anything.

    A filter of weekly levels tells a level that wanders from deviations that pass (beliefs.py). `log_effects`:
    (days,).
    """
    came, said = (
        _by_week(np.where(days.usable, each, 0.0)) for each in (days.contacts, days.share * np.exp(log_effects))
    )
    expected, total = said.sum(axis=1), came.sum(axis=1)
    known = (expected > 0) & (total > 0)
    if not known.any():
        return float("nan")
    ratio = np.divide(total, expected, out=np.ones(len(known)), where=known)
    values = np.where(known, np.log(ratio), np.nan)
    count = (said > 0).sum(axis=1)
    apart = ((came - said * ratio[:, None]) ** 2).sum(axis=1) / np.maximum(total, 1e-9) ** 2
    told = known & (count > 1)
    of_a_day = float(np.median((apart * count**2)[told] / (count - 1)[told])) if told.any() else 0.0
    noise = np.maximum(of_a_day, LEAST_NOISE) / np.maximum(count, 1)
    return float(level_ahead(values, noise, np.array([len(values)]))[0])


def _by_week(values: Floats) -> Floats:
    """(weeks, 7): the last weeks of (days,), the first filled up with zeros."""
    last = values[-7 * MOST_WEEKS :]
    return np.concatenate([np.zeros(-len(last) % 7), last]).reshape(-1, 7)
