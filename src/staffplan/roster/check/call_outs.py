"""What is wrong with call-outs: outside standby, or without the rest after them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pandas as pd

from staffplan.roster.check.report import Breach
from staffplan.settings.standby import StandbySettings
from staffplan.tables.standby import CallOuts, Standby

RULE = "standby"


def call_out_breaches(
    calls: CallOuts, duties: Standby, present: pd.DataFrame, kinds: Sequence[StandbySettings], zone: str, first: date
) -> Iterator[Breach]:
    """Call-outs of the period, the last one before it for its rest too. present: agent_id, start and end of
    everybody's time at work."""
    known = {kind.name: kind for kind in kinds}
    columns = (calls.frame[name] for name in ("standby", "agent_id", "start", "end"))
    for name, agent, start, end in zip(*columns, strict=True):
        day = start.tz_convert(zone).date()
        if name not in known and day >= first:
            yield Breach(agent, day, RULE, f"called out: no standby {name!r} is defined")
        if name not in known:
            continue
        if day >= first and not _stands_by(duties.frame, name, agent, start):
            clock = f"{start.tz_convert(zone):%H:%M}"
            yield Breach(agent, day, RULE, f"called out at {clock}, and does not stand by for {name} then")
        yield from _rest(known[name], agent, end, present, zone, first)


def _stands_by(duties: pd.DataFrame, name: str, agent: str, at: pd.Timestamp) -> bool:
    own = (duties["standby"] == name) & (duties["agent_id"] == agent)
    return bool((own & (duties["start"] <= at) & (duties["end"] > at)).any())


def _rest(
    kind: StandbySettings, agent: str, end: pd.Timestamp, present: pd.DataFrame, zone: str, first: date
) -> Iterator[Breach]:
    """The person's next shift after a call-out."""
    later = present.loc[(present["agent_id"] == agent) & (present["start"] >= end), "start"]
    if later.empty:
        return
    next_start = later.min()
    rest, day = (next_start - end) / pd.Timedelta(hours=1), next_start.tz_convert(zone).date()
    if rest < kind.call_out_rest_hours and day >= first:
        said = f"{rest:.4g} h rest after a call-out for {kind.name}, {kind.call_out_rest_hours:g} are due"
        yield Breach(agent, day, RULE, said)
