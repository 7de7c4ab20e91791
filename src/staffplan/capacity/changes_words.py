"""The changes of a capacity plan in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from staffplan.capacity.changes import MONEY, Compared
from staffplan.errors import listed

WORTH_A_WORD = 0.05
"""People: smaller changes round to nothing."""


def changes_in_words(compared: Compared, settings: Iterable[tuple[str, str, str]]) -> list[str]:
    """A sentence each: settings (name, before, after), required people, classes, the largest gap, the cost."""
    frame = compared.changes.frame
    lines = [f"setting {name}: {before} -> {after}" for name, before, after in settings]
    for site, rows in ((str(name), own) for name, own in frame.groupby("site", sort=True)):
        place = f"{site}: " if site else ""
        hires = compared.hires[compared.hires["site"] == site]
        lines += [f"{place}{line}" for line in _of_site(rows, hires)]
    if frame.empty:
        lines.append("no figure changed in the periods of both plans")
    for periods, word in (
        (compared.only_before, "no longer planned"),
        (compared.only_after, "planned for the first time"),
    ):
        if periods:
            lines.append(f"{word}: {listed(periods)}")
    return lines


def _of_site(rows: pd.DataFrame, hires: pd.DataFrame) -> Iterator[str]:
    by_cause: Mapping[str, pd.DataFrame] = {str(cause): own for cause, own in rows.groupby("cause")}
    yield from _moved(by_cause.get("required"), "required people")
    yield from _moved(by_cause.get("people at the start"), "people at the start", only_first=True)
    for row in hires.to_dict("records"):
        yield f"people who start in {row['period']}: {row['before']:,.0f} -> {row['after']:,.0f}"
    people = rows.groupby("period", sort=False)["people"].sum()
    if len(people) and people.abs().max() > WORTH_A_WORD:
        names = [str(name) for name in people.index]
        period = names[int(people.abs().to_numpy().argmax())]
        there = rows[rows["period"] == period]
        own = there[there["people"].abs() > WORTH_A_WORD]
        causes = ", ".join(
            f"{row['cause']} {row['people']:+.1f}"
            for row in own.sort_values("people", key=lambda column: -column.abs()).to_dict("records")
        )
        change = float(there["people"].sum())
        yield f"over/under changes most in {period}, by {change:+.1f} people: {causes}"
    cost = float(rows["cost"].sum())
    if abs(cost) >= 0.005:
        parts = [(word, float(by_cause[word]["cost"].sum())) for word in MONEY.values() if word in by_cause]
        told = ", ".join(f"{word} {amount:+,.2f}" for word, amount in parts if abs(amount) >= 0.005)
        yield f"cost {cost:+,.2f}: {told}"


def _moved(rows: pd.DataFrame | None, what: str, *, only_first: bool = False) -> Iterator[str]:
    if rows is None:
        return
    change = rows["after"] - rows["before"]
    if change.abs().max() <= WORTH_A_WORD:
        return
    if only_first:
        first = rows.iloc[0]
        yield f"{what} of {first['period']}: {first['before']:,.1f} -> {first['after']:,.1f}"
        return
    row = rows.iloc[int(change.abs().to_numpy().argmax())]
    most = f"most in {row['period']}: {row['before']:,.1f} -> {row['after']:,.1f}"
    yield f"{what} changed in {len(rows)} periods, by {change.mean():+,.1f} on average, {most}"
