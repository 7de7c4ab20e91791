"""Learnt hours held against the contacts that they leave out, and widened until these are no more than strays can be.

This is the last word on learnt hours: whatever the rules before it make of a history, it does not contradict them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from staffplan.forecast.history.hours_evidence import Seen
from staffplan.forecast.history.runs import runs
from staffplan.forecast.history.series import Flags, Floats

LEFT_OUT_SHARE = 0.01
"""Hours that leave out a larger share of the contacts are wrong by the contacts' own word."""
FEWEST_DAYS = 2
"""Contacts at a time on one day alone are misdated or an exception, however many they are..."""
TRULY_FEW = 0.1
"""...and so are those on less than this share of a weekday's days."""
HANDFUL = 5
"""Contacts on no more days than this in a whole stretch of the day, each at another time, may all be strays."""


def widened(is_open: Flags, told: Seen, longest_break: int) -> Flags:
    """(7, slots): opened where most contacts were left out, until no more are than strays can be.

    First single times of a weekday are opened, then times of all open weekdays, then whole stretches of them, as few
    contacts of a quiet queue come twice at the same time. Breaks that this leaves inside a day are filled.
    """
    wide = is_open.copy()
    for candidates in (_cells, _times, _stretches):
        for more in candidates(wide, told):
            if told.contacts[~wide].sum() <= LEFT_OUT_SHARE * told.contacts.sum():
                break
            wide = wide | more
    return is_open if (wide == is_open).all() else _bridged(wide, longest_break)


def _cells(is_open: Flags, told: Seen) -> Iterator[Flags]:
    """Single times of a weekday on which contacts came often, those with most first."""
    often = (told.busy_days >= FEWEST_DAYS) & (told.busy_days >= TRULY_FEW * told.days[:, None])
    for cell in _most_first(np.where(often & ~is_open, told.contacts, 0.0).ravel()):
        more = np.zeros(is_open.shape, dtype=bool)
        more.flat[cell] = True
        yield more


def _times(is_open: Flags, told: Seen) -> Iterator[Flags]:
    """Times of all open weekdays."""
    open_days = is_open.any(axis=1)
    outside = np.where(is_open, 0.0, told.contacts)[open_days].sum(axis=0)
    often = told.busy_days[open_days].sum(axis=0) >= FEWEST_DAYS
    for slot in _most_first(np.where(often, outside, 0.0)):
        more = np.zeros(is_open.shape, dtype=bool)
        more[open_days, slot] = True
        yield more


def _stretches(is_open: Flags, told: Seen) -> Iterator[Flags]:
    """Stretches that are closed on all open weekdays, from their first contact to their last."""
    open_days = is_open.any(axis=1)
    contacts, busy_days = (part[open_days].sum(axis=0) for part in (told.contacts, told.busy_days))
    never: Flags = np.all(~is_open, axis=0, keepdims=True)[0]
    for start, end, value in runs(never):
        if value and busy_days[start:end].sum() > HANDFUL:
            slots = start + np.flatnonzero(contacts[start:end])
            more = np.zeros(is_open.shape, dtype=bool)
            more[open_days, slots[0] : slots[-1] + 1] = True
            yield more


def _most_first(contacts: Floats) -> list[int]:
    order = np.argsort(-contacts, kind="stable")
    return [int(place) for place in order[: int((contacts > 0).sum())]]


def _bridged(is_open: Flags, longest: int) -> Flags:
    """(7, slots): breaks inside a day, up to the longest, filled."""
    filled = is_open.copy()
    for weekday in range(7):
        for start, end, value in runs(is_open[weekday]):
            if not value and start > 0 and end < is_open.shape[1] and end - start <= longest:
                filled[weekday, start:end] = True
    return filled
