"""What is published of a plan: its forecast with the overrides apart, and what people must be told of their days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np
import pandas as pd

from staffplan.forecast.overrides import BOUNDS, moved_bound
from staffplan.roster.repair.compared import INSIDE, Changed, compared
from staffplan.tables.forecast import OverrideLog, VolumeForecast
from staffplan.tables.ledger import OVERRIDE, STATISTICAL, PublishedForecast, RosterMessages, RosterTold
from staffplan.tables.roster import Roster

KEY = ["queue", "interval_start"]
AHT = "aht_seconds"


def published_forecast(forecast: VolumeForecast, log: OverrideLog | None) -> PublishedForecast:
    """The forecast with what it was before each override. The last row of an interval is the forecast as it stands,
    also where its file was edited by hand after the overrides."""
    final = forecast.frame.assign(source=STATISTICAL, override=0.0, who="", why="")
    edits = (log or OverrideLog.empty()).frame.merge(final[KEY], on=KEY).sort_values([*KEY, "override"])
    if edits.empty:
        return PublishedForecast.of(final)
    first = edits.groupby(KEY)
    before = pd.DataFrame({"offered": first["offered_before"].first(), AHT: first["aht_seconds_before"].first()})
    rows = final.drop(columns=["source", "override", "who", "why"]).merge(
        edits[[*KEY, "override", "offered_after", "aht_seconds_after", "who", "why"]], on=KEY
    )
    is_last = ~rows.duplicated(KEY, keep="last")
    rows["wanted"] = np.where(is_last, rows["offered"], rows["offered_after"])
    rows[AHT] = np.where(is_last, rows[AHT], rows["aht_seconds_after"].fillna(rows[AHT]))
    plain = final.merge(before.reset_index(), on=KEY, how="left", suffixes=("", "_before"))
    plain["wanted"] = plain["offered_before"].fillna(plain["offered"])
    plain[AHT] = plain["aht_seconds_before"].fillna(plain[AHT])
    both = [_moved(plain), _moved(rows.assign(source=OVERRIDE))]
    return PublishedForecast.of(pd.concat(both, ignore_index=True)[list(final.columns)])


def _moved(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `wanted` as their mean, and the bounds moved with it."""
    before, after = (rows[name].to_numpy(dtype=float) for name in ("offered", "wanted"))
    bounds = {name: moved_bound(rows[name].to_numpy(dtype=float), before, after, at) for name, at in BOUNDS.items()}
    return rows.assign(**bounds, offered=after)


def told(before: Roster, after: Roster, timezone: str) -> tuple[RosterTold, RosterMessages]:
    """What people must be told: the days that differ, and a text for each person. Whoever has no shift in `before` is
    told of shifts, all others of changes."""
    known = set(before.shifts.frame["agent_id"])
    changes = list(compared(before, after, timezone))
    rows = [
        (c.agent_id, c.name, pd.Timestamp(c.day), c.change, c.before or "nothing", c.after or "nothing")
        for c in changes
    ]
    columns = [column.name for column in RosterTold.columns]
    messages = [_message(own, is_new=own[0].agent_id not in known) for own in _by_person(changes)]
    return (
        RosterTold.of(pd.DataFrame(rows, columns=columns)) if rows else RosterTold.empty(),
        RosterMessages.of(pd.DataFrame(messages)) if rows else RosterMessages.empty(),
    )


def _by_person(changes: Iterable[Changed]) -> Iterator[list[Changed]]:
    people: dict[str, list[Changed]] = {}
    for change in changes:
        people.setdefault(change.agent_id, []).append(change)
    yield from people.values()


def _message(changes: list[Changed], *, is_new: bool) -> dict[str, object]:
    first = changes[0]
    what = "These are your shifts" if is_new else "Your shifts have changed"
    days = [f"{_day(change.day)}: {change.after if is_new else _words(change)}" for change in changes]
    lines = [f"{first.name or first.agent_id}: {what}.", *days]
    return {"agent_id": first.agent_id, "name": first.name, "days": len(changes), "message": "\n".join(lines)}


def _day(day: date) -> str:
    return f"{day:%a %d %b %Y}"


def _words(change: Changed) -> str:
    inside = "same shift, " if change.change == INSIDE else ""
    return f"{inside}{change.after or 'nothing'}; before: {change.before or 'nothing'}"
