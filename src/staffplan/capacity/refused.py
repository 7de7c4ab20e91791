"""Periods that cannot be planned, all at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from staffplan.capacity.periods import UNKNOWN, months_of
from staffplan.errors import DataError, Problem
from staffplan.settings.capacity import CapacitySettings
from staffplan.tables.capacity import RequiredByAht, RequiredPeople
from staffplan.tables.schema import by_row, capped


def refuse_wrong_periods(
    required: RequiredPeople, settings: CapacitySettings, by_aht: RequiredByAht | None = None
) -> None:
    """Raise DataError with all periods that a site has twice, that do not follow each other, or that no month has."""
    problems = [*_order(required), *_bands(required), *_months(required, settings)]
    if by_aht is not None:
        problems += _strangers(by_aht, required)
    if problems:
        raise DataError(capped(sorted(problems, key=by_row), required.source))


def _order(required: RequiredPeople) -> list[Problem]:
    frame = required.frame
    months = frame["period"].str.extract(r"^(\d{4})-(\d{2})$").astype(float)
    steps = (months[0] * 12 + months[1]).groupby(frame["site"]).diff()
    twice, gaps = frame.duplicated(["site", "period"]), steps.notna() & ~steps.isin((0, 1))
    again = "keep one of the rows"
    wrong = [(i, f"{frame['period'][i]!r} appears twice", again) for i in np.flatnonzero(twice).tolist()]
    for i in np.flatnonzero(gaps).tolist():
        said = f"{frame['period'][i]} does not follow {frame['period'][i - 1]}"
        wrong.append((i, said, "give every month, in order"))
    return [Problem(required.place(i, "period"), said, hint) for i, said, hint in wrong]


def _bands(required: RequiredPeople) -> Iterator[Problem]:
    """Ends of the forecast's band on the wrong side of what is required."""
    frame = required.frame
    for name, wrong in (
        ("required_p10", frame["required_p10"] > frame["required"]),
        ("required_p90", frame["required_p90"] < frame["required"]),
    ):
        side = "above" if name == "required_p10" else "below"
        for row in np.flatnonzero(wrong.to_numpy()).tolist():
            said = f"{frame[name][row]:g} is {side} required, {frame['required'][row]:g}"
            yield Problem(required.place(row, name), said, "correct one of the two, or leave the band blank")


def _months(required: RequiredPeople, settings: CapacitySettings) -> Iterator[Problem]:
    """Periods whose name tells no month, where settings by month wait for one."""
    if not (settings.attrition_by_month or settings.shrinkage_by_month):
        return
    names = required.frame["period"].tolist()
    for row in np.flatnonzero(months_of(names) == UNKNOWN).tolist():
        said = f"{names[row]!r} does not tell its month, and attrition or shrinkage go by month"
        yield Problem(required.place(row, "period"), said, "write 2027-07, 2027-07-05 or 2027-W27")


def _strangers(by_aht: RequiredByAht, required: RequiredPeople) -> Iterator[Problem]:
    """Rows about periods that are not planned."""
    known = set(zip(required.frame["site"], required.frame["period"], strict=True))
    for row, pair in enumerate(zip(by_aht.frame["site"], by_aht.frame["period"], strict=True)):
        if pair not in known:
            said = f"{pair[1]!r} of site {pair[0]!r} is not in {required.source}"
            yield Problem(by_aht.place(row, "period"), said, "both files are of one plan: make them together")
