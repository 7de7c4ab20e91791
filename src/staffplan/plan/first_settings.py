"""The text of a first plan.toml, made from what an export shows; every line says where it came from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from staffplan.clock import MINUTES_PER_DAY, WEEKDAYS, OpeningHours, Spans, parse_weekdays
from staffplan.settings.toml_words import quoted_name
from staffplan.tables.history import WORK_TYPE

GOALS = {
    "immediate": ('"80/20"', "80 % answered within 20 seconds: the usual goal for calls"),
    "concurrent": ('"80/60"', "80 % answered within 60 seconds: a usual goal for chats"),
    "deferred": ('"90/8h"', "90 % done within 8 opening hours: a working day"),
}
"""Service goal by work type, and what it says: common in the field."""
MAIL_HOURS = OpeningHours((((540, 1020),),) * 5 + ((), ()))
"""When mail is worked where no other queue shows hours: Monday to Friday, 9:00 to 17:00."""
FULL_MINUTES, SHORTEST_FULL_MINUTES, MEAL_MINUTES = 510, 420, 30
"""Length of a whole day's shift, eight paid hours and a meal; as short where the center is open for less."""
HALF_MINUTES, SHORTEST_MINUTES = 240, 60
DAYS_OF_A_CONTRACT, HALF_DAYS_LEAST, LEAST_SHARE = 5, 3, 0.8
STEPS_MINUTES = (60, 30, 15, 5)
SHRINKAGE = """# Why a paid hour is not an hour on queue: ASSUMPTIONS, common in the field. Shares of paid time.
# in_roster = true: the roster places it by name, so nothing is added for it.
[staffing.shrinkage]
vacation = { share = 0.08, in_office = false, in_roster = true }
breaks = { share = 0.05, in_roster = true }
sickness = { share = 0.05, planned = false, in_office = false }
training_and_coaching = { share = 0.03 }
"""
RULES = """[roster]
rules = [                     # ASSUMPTIONS: write the rules of your contracts and of your country's law
    { rule = "daily_rest", hours = 11 },       # between two shifts
    { rule = "consecutive_days", days = 6 },   # worked in a row, at most
]

# Money is not known. With a wage the plan has a cost.
# [cost]
# default_hourly_rate = 15.00
"""
FULL_BREAKS = """breaks = [
    {{ minutes = 15, earliest_minutes = 75, latest_minutes = 150 }},
    {{ activity = "meal", minutes = 30, paid = false, earliest_minutes = 180, latest_minutes = 255 }},
    {{ minutes = 15, earliest_minutes = {third}, latest_minutes = {last} }},
]"""
HALF_BREAKS = "breaks = [{ minutes = 15, earliest_minutes = 75, latest_minutes = 165 }]"


@dataclass(frozen=True)
class FirstQueue:
    """A queue of the export. `hours`: None where they changed during the history, and are learnt anew each time."""

    name: str
    channel: str
    channel_why: str
    hours: OpeningHours | None
    hours_why: str
    has_handling_times: bool = True

    @property
    def is_deferred(self) -> bool:
        return WORK_TYPE[self.channel] == "deferred"


@dataclass(frozen=True)
class FirstPlan:
    """What is known of a center from its export alone."""

    name: str
    exports: str
    """The files, in words."""
    period: str
    next_monday: date
    """The first Monday after the exports."""
    timezone: str
    timezone_why: str
    country: str | None
    country_why: str
    interval_minutes: int
    queues: tuple[FirstQueue, ...]
    reading: Mapping[str, str]
    """Settings of [ingest] that were decided."""
    next_export: str
    """Command that adds the next export."""


def first_settings(first: FirstPlan) -> str:
    """The text of plan.toml."""
    parts = (_plan(first), _input(first), *_hours(first.queues), *_queues(first.queues), SHRINKAGE)
    return "\n".join([*parts, *_shifts(first.queues), RULES])


def _line(key: str, value: str, why: str) -> str:
    return f"{f'{key} = {value}':<36} # {why}"


def _plan(first: FirstPlan) -> str:
    country = _line("country", json.dumps(first.country or ""), first.country_why)
    lines = [
        f"# Made by staffplan init from {first.exports} ({first.period}).",
        "# Lines marked ASSUMPTION are not from the export: look at them first. Everything else can be changed, too.",
        "# All settings: docs/reference/settings.md",
        "",
        "[plan]",
        _line("name", json.dumps(first.name, ensure_ascii=False), "title of the reports"),
        _line("timezone", json.dumps(first.timezone), first.timezone_why),
        country if first.country else f"# {country}",
        _line("interval_minutes", str(first.interval_minutes), "length of an interval in the export"),
        _line("weeks", "4", "weeks to plan; the first day is the day after the history ends"),
        f"# {_line('start', f'{first.next_monday}', 'first day to plan instead')}",
        "",
    ]
    return "\n".join(lines)


def _input(first: FirstPlan) -> str:
    reading = {key: json.dumps(value, ensure_ascii=False) for key, value in first.reading.items()}
    decided = [_line(key, value, "as answered") for key, value in reading.items()]
    if decided:
        decided.insert(0, f"{'[ingest]':<36} # how exports are read, as decided for the first")
    lines = [
        "[input]                              # files, relative to this one",
        _line("history", '"history.csv"', "the export in staffplan's own form, times with their offset"),
        _line("agents", '"agents.csv"', "your people: empty until you fill it"),
        '# time_off = "time_off.csv"          # agent_id, first_day, last_day, kind, paid',
        '# special_days = "special_days.csv"  # day, name, kind (holiday, closed, event, ordinary)',
        "",
        "# history.csv is a copy on purpose: most systems give out the last months alone, so an export forgets.",
        "# Add each new export to it; intervals that both have are taken from the new one:",
        f"#   {first.next_export}",
        *decided,
        "",
    ]
    return "\n".join(lines)


def _hours(queues: Sequence[FirstQueue]) -> Iterator[str]:
    named = hours_names(queues)
    for hours, name in named.items():
        own = [queue for queue in queues if queue.hours == hours]
        for why in dict.fromkeys(queue.hours_why for queue in own):
            yield f"# {', '.join(queue.name for queue in own if queue.hours_why == why)}: {why}"
        yield f"[hours.{quoted_name(name)}]"
        yield from (f'{days} = "{spans}"' for days, spans in _weekdays(hours))
        yield ('holidays = "closed"' if hours.on_holidays == () else '# holidays = "closed"') + "\n"


def hours_names(queues: Sequence[FirstQueue]) -> dict[OpeningHours, str]:
    """Each of the hours with its name in the settings: that of the first queue that has them."""
    named: dict[OpeningHours, str] = {}
    for queue in queues:
        if queue.hours is not None:
            named.setdefault(queue.hours, queue.name)
    return dict.fromkeys(named, "center") if len(named) == 1 else named


def _weekdays(hours: OpeningHours) -> Iterator[tuple[str, str]]:
    """ "mon-fri" and "08:00-20:00" for each run of days that are open alike."""
    for spans, members in groupby(range(7), key=lambda day: hours.weekdays[day]):
        days = list(members)
        if spans:
            name = WEEKDAYS[days[0]] if len(days) == 1 else f"{WEEKDAYS[days[0]]}-{WEEKDAYS[days[-1]]}"
            yield name, ", ".join(f"{clock_text(start)}-{clock_text(end)}" for start, end in spans)


def clock_text(minute: int) -> str:
    """08:30 for 510 minutes after midnight."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _queues(queues: Sequence[FirstQueue]) -> Iterator[str]:
    named = hours_names(queues)
    for queue in queues:
        goal, said = GOALS[WORK_TYPE[queue.channel]]
        yield f"[queues.{quoted_name(queue.name)}]"
        yield _line("channel", json.dumps(queue.channel), queue.channel_why)
        if queue.hours is None:
            yield f"# hours: {queue.hours_why}"
        else:
            yield _line("hours", json.dumps(named[queue.hours], ensure_ascii=False), "see above")
        yield _line("goal", goal, f"ASSUMPTION: {said}")
        if not queue.has_handling_times:
            yield _line("aht_seconds", "300", "ASSUMPTION: the export has no handling times; every figure needs it")
        if queue.is_deferred:
            yield _line("minimum_agents", "0", "nobody has to sit and wait for mail")
        yield ""


def _shifts(queues: Sequence[FirstQueue]) -> Iterator[str]:
    """Families of shifts that fit the opening hours, and two contracts that allow them."""
    yield "# ASSUMPTIONS: whole-day and half-day shifts, laid into the opening hours above, and two contracts."
    full: dict[str, int] = {}
    half: dict[str, int] = {}
    days = 0
    known = [queue.hours for queue in queues if queue.hours is not None]
    for weekdays, first, last in list(open_days(known)) or open_days([MAIL_HOURS]):
        days += len(parse_weekdays(weekdays))
        end = first + 2 * MINUTES_PER_DAY if last - first >= MINUTES_PER_DAY else last
        name = weekdays.replace("-", "_")
        if last - first >= SHORTEST_FULL_MINUTES:
            length = full[f"full_{name}"] = min(FULL_MINUTES, last - first)
            breaks = FULL_BREAKS.format(third=length - 120, last=length - 60)
            yield _family(f"full_{name}", length, weekdays, first, end, breaks)
        length = half[f"half_{name}"] = min(HALF_MINUTES, last - first)
        yield _family(f"half_{name}", length, weekdays, first, end, HALF_BREAKS if length == HALF_MINUTES else "")
    days = min(days, DAYS_OF_A_CONTRACT)
    if full:
        paid = (max(full.values()) - MEAL_MINUTES) / 60
        yield _contract("full_time", [*full, *half], LEAST_SHARE * days * paid, days * paid)
    paid = max(half.values(), default=0) / 60
    yield _contract("part_time", list(half), min(HALF_DAYS_LEAST, days) * paid, days * paid)


def _contract(name: str, shifts: Sequence[str], least_hours: float, most_hours: float) -> str:
    lines = [
        f"[work_plans.{name}]",
        f"shifts = {json.dumps(shifts)}",
        f"weekly_hours_min = {least_hours:g}",
        f"weekly_hours_max = {most_hours:g}",
        f"days_per_week_max = {DAYS_OF_A_CONTRACT}\n",
    ]
    return "\n".join(lines)


def open_days(all_hours: Sequence[OpeningHours]) -> Iterator[tuple[str, int, int]]:
    """Runs of weekdays with the first minute and the last on which any of the queues is open: ("mon-fri", 480, 1200).

    Minutes after midnight. Without hours: every day, around the clock.
    """
    spans = [[span for hours in all_hours for span in hours.weekdays[day]] for day in range(7)]
    around: Spans = ((0, MINUTES_PER_DAY),)
    ends = [_ends(found if all_hours else list(around)) for found in spans]
    for found, members in groupby(range(7), key=lambda day: ends[day]):
        days = list(members)
        if found is not None and found[1] - found[0] >= SHORTEST_MINUTES:
            name = WEEKDAYS[days[0]] if len(days) == 1 else f"{WEEKDAYS[days[0]]}-{WEEKDAYS[days[-1]]}"
            yield name, *found


def _ends(spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None


def _family(name: str, minutes: int, weekdays: str, first: int, last: int, breaks: str) -> str:
    """A shift that may start from `first` on, so that it ends by `last`, and on its own day."""
    latest = min(last - minutes, MINUTES_PER_DAY - STEPS_MINUTES[0] + first % STEPS_MINUTES[0])
    every = next(step for step in STEPS_MINUTES if (latest - first) % step == 0)
    lines = [
        f"[shifts.{name}]",
        f"hours = {minutes / 60:g}",
        f'first_start = "{clock_text(first)}"\nlast_start = "{clock_text(latest)}"',
        f'every_minutes = {every}\nweekdays = "{weekdays}"',
        *([breaks] if breaks else []),
        "",
    ]
    return "\n".join(lines)
