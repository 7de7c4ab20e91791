"""The roster as calendars, RFC 5545: an event for every shift and standby, one calendar for each agent and one
for all.

Nothing in them tells when they were made. An event is known by agent and day, so a roster handed off again changes
the events that are in people's calendars already: pass the calendar handed off before, and a changed shift gets the
next SEQUENCE, a shift that is gone is CANCELLED, and what is as before stays as it is, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unicodedata import category
from urllib.parse import quote, unquote
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import pandas as pd
from icalendar import Calendar, Event, Timezone, vText

from staffplan import __version__
from staffplan.clock import FIRST_YEAR, LAST_YEAR
from staffplan.errors import visible
from staffplan.report.formats import span
from staffplan.report.handoff import Handoff
from staffplan.report.vtimezone import vtimezone
from staffplan.tables.roster import SPLIT
from staffplan.words import speaking, tr

_NAMES = uuid5(NAMESPACE_URL, "https://staffplan/roster")
_STAMP = datetime(2000, 1, 1, tzinfo=UTC)
"""DTSTAMP must be there (RFC 5545, 3.8.7.2), and must not be the clock's: this day, and a later one by revision."""
MOST_REVISIONS = 10_000
"""Changes of a shift that was handed off."""
_AGENT, _DAY, _PART = "X-STAFFPLAN-AGENT", "X-STAFFPLAN-DAY", "X-STAFFPLAN-PART"
_STANDBY = "X-STAFFPLAN-STANDBY"


@dataclass(frozen=True)
class Shift:
    """An event: an agent's shift of one day, or one part of it where it is split; or, by its name, a standby."""

    agent_id: str
    day: date
    start: datetime
    end: datetime
    summary: str
    description: str
    sequence: int = 0
    cancelled: bool = False
    part: int = 1
    standby: str = ""

    @property
    def uid(self) -> str:
        """Known by agent and day, whatever the shift; the second part of a split one by its number too, standby by
        its name."""
        second = "" if self.part == 1 else f" part {self.part}"
        second += f" standby {self.standby}" if self.standby else ""
        return str(uuid5(_NAMES, f"{self.day.isoformat()} {self.agent_id}{second}"))


def calendars(handoff: Handoff, before: bytes | None = None) -> dict[str, bytes]:
    """Calendars by agent_id, and that of all under "". `before`: the calendar of all as handed off last time.

    Raises ValueError where `before` is no calendar of staffplan.
    """
    with speaking(handoff.language):
        return _calendars(handoff, before)


def _calendars(handoff: Handoff, before: bytes | None) -> dict[str, bytes]:
    zone = _Zone.of(handoff)
    known = [] if before is None else read_calendar(before)
    shifts = revised([*_shifts(handoff), *_on_call(handoff)], known, handoff.days)
    agents: dict[str, list[Shift]] = {agent: [] for agent in handoff.people.index}
    for shift in shifts:
        agents.setdefault(shift.agent_id, []).append(shift)
    names = handoff.people["name"].to_dict()
    mine = {agent: _calendar(own, _title(handoff, names.get(agent) or agent), zone) for agent, own in agents.items()}
    return {"": _calendar(shifts, _title(handoff, ""), zone), **mine}


def _title(handoff: Handoff, whose: str) -> str:
    return ": ".join(part for part in (handoff.title or tr("Roster"), whose) if part)


def _shifts(handoff: Handoff) -> list[Shift]:
    """Every shift of the roster, what happens in it told line by line; both parts of a split one."""
    told, names = _told(handoff), handoff.people["name"].to_dict()
    columns = [handoff.worked[name] for name in ("agent_id", "day", "shift")]
    found = []
    for agent, day, shift in zip(*columns, strict=True):
        name, date_of = names.get(agent) or agent, pd.Timestamp(day)
        parts = handoff.parts[agent, date_of]
        for number, (start, end) in enumerate(parts, start=1):
            which = tr(", part {number} of {parts}", number=number, parts=len(parts)) if len(parts) > 1 else ""
            words = _plain(f"{shift} ({name}){which}"), _plain(told.get((agent, date_of, start), ""))
            found.append(Shift(agent, day, start.to_pydatetime(), end.to_pydatetime(), *words, part=number))
    return found


def _on_call(handoff: Handoff) -> list[Shift]:
    """Every day of standby as an event of its own."""
    names = handoff.people["name"].to_dict()
    return [
        Shift(
            one.agent_id,
            one.day,
            one.start.to_pydatetime(),
            one.end.to_pydatetime(),
            _plain(tr("On call {times} ({name})", times=one.times, name=names.get(one.agent_id) or one.agent_id)),
            _plain(tr("Standby: {standby}", standby=one.standby)),
            standby=_plain(one.standby),
        )
        for one in handoff.on_call
    ]


def _told(handoff: Handoff) -> dict[Any, str]:
    """Lines like "08:00–10:00 sales" for each agent, day and start of a part of the shift."""
    frame = handoff.roster.activities.frame
    frame = frame[frame["activity"] != SPLIT]
    local = (frame[name].dt.tz_convert(handoff.timezone) for name in ("start", "end"))
    columns = (*local, frame["planning_group"], frame["activity"], frame["paid"])
    lines = [
        f"{span(start, end)} {group or tr(activity)}{'' if paid == 'yes' else tr(' (unpaid)')}"
        for start, end, group, activity, paid in zip(*columns, strict=True)
    ]
    parts = [handoff.parts.get(key, [(at, at)]) for key, at in _begun(frame)]
    begun = [
        max((first for first, _ in own if first <= at), default=own[0][0])
        for own, at in zip(parts, frame["start"], strict=True)
    ]
    texts = frame.assign(line=pd.Series(lines, index=frame.index, dtype=object), part=begun).sort_values("start")
    return dict(texts.groupby(["agent_id", "schedule_date", "part"])["line"].agg("\n".join))


def _begun(frame: pd.DataFrame) -> list[tuple[tuple[str, pd.Timestamp], pd.Timestamp]]:
    """Agent and day of each activity, and its start."""
    keys = zip(frame["agent_id"], frame["schedule_date"], strict=True)
    return list(zip(keys, frame["start"], strict=True))


def _plain(text: str) -> str:
    """Without the control characters that a calendar cannot hold (RFC 5545, 3.1); lines stay lines.

    Those that turn the direction of the text are shown as their numbers.
    """
    return visible("".join(char for char in text if char == "\n" or category(char) != "Cc")).strip()


def revised(shifts: Iterable[Shift], before: Iterable[Shift], days: Iterable[date]) -> list[Shift]:
    """The shifts with their SEQUENCE, and those of these days that are gone, cancelled."""
    old, period = {shift.uid: shift for shift in before}, set(days)
    new = {shift.uid: _next(shift, old.get(shift.uid)) for shift in shifts}
    gone = [shift for uid, shift in old.items() if uid not in new and shift.day in period]
    kept = [
        shift if shift.cancelled else replace(shift, cancelled=True, sequence=shift.sequence + 1) for shift in gone
    ]
    return sorted([*new.values(), *kept], key=lambda shift: (shift.day, shift.start, shift.agent_id))


def _next(shift: Shift, old: Shift | None) -> Shift:
    if old is None:
        return shift
    same = replace(shift, sequence=old.sequence)
    return same if same == old else replace(shift, sequence=old.sequence + 1)


@dataclass(frozen=True)
class _Zone:
    """The clock that the events are written in."""

    zone: ZoneInfo
    component: Timezone | None
    """None: UTC, which needs no description."""

    @classmethod
    def of(cls, handoff: Handoff) -> _Zone:
        if handoff.timezone == "UTC" or not handoff.days:
            return cls(ZoneInfo("UTC"), None)
        return cls(ZoneInfo(handoff.timezone), vtimezone(handoff.timezone, handoff.days[0], handoff.days[-1]))

    def written(self, *instants: datetime) -> tuple[datetime, ...]:
        """In the local clock; in UTC where one of them falls into the hour that comes a second time.

        A local time that occurs twice means the first (RFC 5545, 3.3.5), so the second cannot be written so.
        """
        local = tuple(instant.astimezone(self.zone) for instant in instants)
        if self.component is None or any(instant.fold for instant in local):
            return tuple(instant.astimezone(UTC) for instant in instants)
        return local


def _calendar(shifts: Iterable[Shift], title: str, zone: _Zone) -> bytes:
    calendar = Calendar()
    calendar.add("PRODID", f"-//staffplan//staffplan {__version__}//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("X-WR-CALNAME", vText(_plain(title)), encode=False)
    if zone.component is not None:
        calendar.add("X-WR-TIMEZONE", zone.zone.key)
        calendar.add_component(zone.component)
    for shift in shifts:
        calendar.add_component(_event(shift, zone))
    return bytes(calendar.to_ical())


def _event(shift: Shift, zone: _Zone) -> Event:
    start, end = zone.written(shift.start, shift.end)
    properties: Mapping[str, object] = {
        "UID": shift.uid,
        "DTSTAMP": _STAMP + timedelta(days=shift.sequence),
        "SEQUENCE": shift.sequence,
        "DTSTART": start,
        "DTEND": end,
        "SUMMARY": shift.summary,
        "DESCRIPTION": shift.description,
        "STATUS": "CANCELLED" if shift.cancelled else "CONFIRMED",
        "TRANSP": "TRANSPARENT" if shift.cancelled or shift.standby else "OPAQUE",
        _AGENT: quote(shift.agent_id),
        _DAY: shift.day.isoformat(),
        **({} if shift.part == 1 else {_PART: shift.part}),
        **({_STANDBY: quote(shift.standby)} if shift.standby else {}),
    }
    event = Event()
    for name, value in properties.items():
        event.add(name, value)
    return event


def read_calendar(data: bytes) -> list[Shift]:
    """The shifts of a calendar that was handed off. Raises ValueError where it is none of staffplan's."""
    try:
        return [_shift(event) for event in Calendar.from_ical(data).walk("VEVENT")]
    except KeyError as error:
        raise ValueError(f"an event has no {error.args[0]}") from error
    except (AttributeError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        raise ValueError("a property occurs twice in an event, or is of another kind") from error


def _shift(event: Any) -> Shift:
    day, sequence = date.fromisoformat(str(event[_DAY])), int(event["SEQUENCE"])
    if not (FIRST_YEAR <= day.year <= LAST_YEAR and 0 <= sequence <= MOST_REVISIONS):
        raise ValueError(f"an event has the day {day} and the SEQUENCE {sequence}")
    return Shift(
        agent_id=unquote(str(event[_AGENT])),
        day=day,
        start=event["DTSTART"].dt.astimezone(UTC),
        end=event["DTEND"].dt.astimezone(UTC),
        summary=str(event["SUMMARY"]),
        description=str(event["DESCRIPTION"]),
        sequence=sequence,
        cancelled=str(event["STATUS"]) == "CANCELLED",
        part=int(event.get(_PART, 1)),
        standby=unquote(str(event.get(_STANDBY, ""))),
    )
