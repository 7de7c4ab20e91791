"""Candidate shifts: every shift with its start, where its pauses may lie, when it begins and whom it may serve."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import wall_instant
from staffplan.roster.problem.problem import Pause, Period, ShiftOption
from staffplan.settings.roster import ShiftForm, ShiftSettings


def make_options(shifts: Mapping[str, ShiftSettings], slot: int) -> tuple[ShiftOption, ...]:
    return tuple(
        ShiftOption(
            name=form.name,
            family=family,
            start_minute=form.start,
            slots=form.minutes // slot,
            paid_minutes=shift.paid_minutes,
            pauses=make_pauses(form, slot),
        )
        for family, shift in shifts.items()
        for form in shift.forms(family)
    )


def make_pauses(form: ShiftForm, slot: int) -> tuple[Pause, ...]:
    """Windows on the grid of slots, tightened from both ends so that the pauses fit one after the other."""
    lengths = [pause.minutes // slot for pause in form.breaks]
    earliest: list[int] = []
    for pause in form.breaks:
        before = earliest[-1] + lengths[len(earliest) - 1] if earliest else 0
        earliest.append(max(-(-pause.earliest // slot), before))
    latest = [pause.latest // slot for pause in form.breaks]
    for k in reversed(range(len(latest) - 1)):
        latest[k] = min(latest[k], latest[k + 1] - lengths[k])
    return tuple(
        Pause(pause.activity, lengths[k], earliest[k], latest[k], pause.paid) for k, pause in enumerate(form.breaks)
    )


def option_starts(options: tuple[ShiftOption, ...], period: Period) -> NDArray[np.int64]:
    """(options, days): slot at which each option starts."""
    minutes = sorted({option.start_minute for option in options})
    instants = [[wall_instant(period.day(d), m, period.timezone) for d in range(period.days)] for m in minutes]
    slots = {m: slot_numbers(pd.DatetimeIndex(row), period) for m, row in zip(minutes, instants, strict=True)}
    return np.array([slots[option.start_minute] for option in options], dtype=np.int64)


Walls = tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]
"""Of each part of a shift, the last one last: (days, options) start and end on the wall clock, minutes after midnight
of the shift's day."""


def option_walls(starts: NDArray[np.int64], options: tuple[ShiftOption, ...], period: Period) -> Walls:
    """When the parts of each shift begin and end; where some are split, others have the same part twice."""
    most = max(len(option.parts) for option in options)
    parts = np.array([[option.parts[min(n, len(option.parts) - 1)] for n in range(most)] for option in options])
    first = starts[:, :, None, None] + parts[:, None]
    return tuple(
        (_wall_minutes(first[:, :, n, 0], period), _wall_minutes(first[:, :, n, 1], period)) for n in range(most)
    )


def _wall_minutes(slots: NDArray[np.int64], period: Period) -> NDArray[np.int64]:
    step = pd.Timedelta(minutes=period.slot_minutes)
    local = pd.DatetimeIndex(period.start + slots.ravel() * step).tz_convert(period.timezone).tz_localize(None)
    midnights = pd.DatetimeIndex([pd.Timestamp(period.day(d)) for d in range(period.days)])
    since = local - midnights[np.tile(np.arange(period.days), slots.shape[0])]
    return np.asarray(since // pd.Timedelta(minutes=1), dtype=np.int64).reshape(slots.shape).T


def option_groups(
    options: tuple[ShiftOption, ...], shifts: Mapping[str, ShiftSettings], groups: tuple[str, ...]
) -> NDArray[np.int64]:
    """(options,): groups (bits) that each shift may serve: those it names, or all."""
    everything = (1 << len(groups)) - 1
    named = {
        family: sum(1 << groups.index(name) for name in shift.groups if name in groups)
        if shift.groups
        else everything
        for family, shift in shifts.items()
    }
    return np.array([named[option.family] for option in options], dtype=np.int64)


def useful_options(
    required: NDArray[np.float64],
    skillsets: NDArray[np.int64],
    starts: NDArray[np.int64],
    options: tuple[ShiftOption, ...],
    serves: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """(skillsets, days, options): one of the set's groups that the shift may serve needs somebody during it."""
    ends = starts + np.array([option.slots for option in options], dtype=np.int64)[:, None]
    found = np.zeros((len(skillsets), starts.shape[1], len(options)), dtype=bool)
    for number, skillset in enumerate(skillsets):
        for mask in np.unique(serves):
            mine = [g for g in range(len(required)) if (skillset & mask) >> g & 1]
            needed = np.concatenate([[0], np.cumsum((required[mine] > 0).any(axis=0))])
            found[number][:, serves == mask] = (needed[ends] > needed[starts]).T[:, serves == mask]
    return found


def slot_numbers(instants: pd.DatetimeIndex, period: Period) -> NDArray[np.int64]:
    """Numbers of the slots in which the instants lie, (instants,), counted from the start of the period."""
    return np.asarray((instants - period.start) // pd.Timedelta(minutes=period.slot_minutes), dtype=np.int64)
