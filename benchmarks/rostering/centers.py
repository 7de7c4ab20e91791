"""Seeded contact centers: everything that `roster` wants, by a name such as "200x1", "1000x4" or "200x1-24h-3skills".

The name says agents x weeks, then what differs from the usual: half-hours, open from 8 to 22, two planning groups.
Agents are needed in two humps a day, fewer at weekends, with noise; in all as many hours as the contracts can be on
queue, so that every roster leaves something uncovered and the proven bound tells how much of it is forced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from staffplan.clock import OpeningHours, SiteCalendar, horizon_intervals, minute_of_day
from staffplan.settings.hard_rules import ConsecutiveDaysSetting, DailyRestSetting, WeekendsOffSetting
from staffplan.settings.roster import BreakSettings, RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.team_rules import (
    ApartSetting,
    MentorSetting,
    MinimumOnDutySetting,
    TieSetting,
    TogetherSetting,
)
from staffplan.site import Queue, Site
from staffplan.tables.people import Agents, Availability, TimeOff, Workforce
from staffplan.tables.requirement import StaffingRequirement

FIRST_DAY = date(2026, 11, 2)
ZONE = "Europe/Madrid"
SHIFT_HOURS = (4, 6, 8, 9, 10)
NIGHT_HOURS = (8, 9, 10)
GROUP_SHARES = {
    1: {"service": 1.0},
    2: {"sales": 0.6, "service": 0.4},
    3: {"sales": 0.45, "service": 0.35, "billing": 0.2},
    4: {"sales": 0.35, "service": 0.35, "chat": 0.15, "email": 0.15},
}
"""By the number of skills: planning groups and their share of the work."""
PLAN_SHARES = {"full": 0.5, "long": 0.1, "flex": 0.2, "part": 0.2}
ON_QUEUE_HOURS = {"full": 35.64, "long": 35.64, "flex": 25.92, "part": 18.36}
"""Hours on queue that are asked of a contract in a week: slightly more than it gives after breaks and time off."""
WEEKDAY_SHARES = np.array([1.15, 1.05, 1.0, 1.0, 1.05, 0.6, 0.45])


@dataclass(frozen=True)
class Size:
    """What a center's name says."""

    agents: int
    weeks: int
    minutes: int = 30
    around_the_clock: bool = False
    skills: int = 2
    ties: bool = False
    """Whether there are rules between people."""


@dataclass(frozen=True)
class Center:
    """A made-up center: everything `roster` wants."""

    name: str
    size: Size
    requirement: StaffingRequirement
    workforce: Workforce
    settings: RosterSettings
    shifts: dict[str, ShiftSettings]
    work_plans: dict[str, WorkPlanSettings]
    site: Site


def size_of(name: str) -> Size:
    """Raises ValueError, in words, for a name that says nothing."""
    first, *rest = name.split("-")
    counts = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", first)
    if counts is None:
        raise ValueError(
            f"{name!r} is no center; write agents x weeks, 200x1, then -15min, -24h, -1skill or -3skills"
        )
    size = Size(int(counts[1]), int(counts[2]))
    for part in rest:
        skills = re.fullmatch(r"(\d)skills?", part)
        if part in ("15min", "30min"):
            size = replace(size, minutes=int(part[:2]))
        elif part == "24h":
            size = replace(size, around_the_clock=True)
        elif part == "ties":
            size = replace(size, ties=True)
        elif skills is not None and int(skills[1]) in GROUP_SHARES:
            size = replace(size, skills=int(skills[1]))
        else:
            raise ValueError(f"{name!r}: {part!r} is not known; 15min, 24h, ties and 1skill to 4skills are")
    return size


def make_center(name: str, seed: int = 1, *, effort: float = 1.0, time_limit_seconds: float = 600) -> Center:
    size = size_of(name)
    rng = np.random.default_rng([seed, size.agents, size.weeks])
    workforce = make_workforce(size, rng)
    free_weekends = (WeekendsOffSetting(weekends=size.weeks // 4),) if size.weeks >= 4 else ()
    ties = make_ties(workforce) if size.ties else ()
    settings = RosterSettings(
        rules=(
            DailyRestSetting(hours=11),
            ConsecutiveDaysSetting(days=6),
            *free_weekends,
            *ties,
        ),
        effort=effort,
        time_limit_seconds=time_limit_seconds,
    )
    groups = GROUP_SHARES[size.skills]
    site = Site(
        SiteCalendar(ZONE, size.minutes),
        {group: Queue(group, planning_group=group, service_hours=OpeningHours.always()) for group in groups},
    )
    capacity_hours = size.weeks * sum(ON_QUEUE_HOURS[plan] for plan in workforce.agents.frame["work_plan"])
    requirement = make_requirement(size, capacity_hours, rng)
    return Center(
        name, size, requirement, workforce, settings, make_shifts(size), make_contracts(size.around_the_clock), site
    )


def make_ties(workforce: Workforce) -> tuple[TieSetting, ...]:
    """Rules between people as a center has them: of a hundred people, eight go by the same car to the minute of the
    start, eight are kept apart, five learn beside one of four mentors, and of twelve who know first aid somebody is
    always there by day."""
    names = workforce.agents.frame["agent_id"].tolist()
    plans = dict(zip(names, workforce.agents.frame["work_plan"], strict=True))
    full, part = ([name for name in names if plans[name] == plan] for plan in ("full", "part"))
    share = max(len(names) // 25, 1)
    cars = [TogetherSetting(agents=tuple(full[2 * n : 2 * n + 2])) for n in range(share)]
    apart = [ApartSetting(agents=(full[-1 - n], part[n])) for n in range(share)]
    mentors = tuple(full[2 * share : 2 * share + 4])
    learners = [MentorSetting(trainee=name, mentors=mentors) for name in part[-max(len(names) // 20, 1) :]]
    aid = MinimumOnDutySetting(agents=tuple(names[:: max(len(names) // 12, 1)]), hours="09:00-18:00")
    return (*cars, *apart, *learners, aid)


def make_shifts(size: Size) -> dict[str, ShiftSettings]:
    """Starts every interval: 71 shifts in half-hours from 8 to 22; around the clock from 6 on, and nights from 20."""
    opens, closes = (6, 24) if size.around_the_clock else (8, 22)
    shifts = {f"{hours}h": _family(hours, opens, closes - hours, size.minutes) for hours in SHIFT_HOURS}
    if size.around_the_clock:
        shifts |= {f"{hours}h night": _family(hours, 20, 23.5, size.minutes) for hours in NIGHT_HOURS}
    return shifts


def _family(hours: int, first_hour: float, last_hour: float, minutes: int) -> ShiftSettings:
    """A meal from 6 hours on, two breaks from 8 hours on."""
    half = hours * 30
    meal = BreakSettings(
        activity="meal", minutes=30, paid=False, earliest_minutes=half - 60, latest_minutes=half + 30
    )
    breaks: tuple[BreakSettings, ...] = () if hours < 6 else (meal,)
    if hours >= 8:
        early = BreakSettings(minutes=15, earliest_minutes=60, latest_minutes=half - 75)
        late = BreakSettings(minutes=15, earliest_minutes=half + 60, latest_minutes=hours * 60 - 45)
        breaks = (early, meal, late)
    first, last = (f"{int(hour):02d}:{round(hour % 1 * 60):02d}" for hour in (first_hour, last_hour))
    return ShiftSettings(hours=hours, first_start=first, last_start=last, every_minutes=minutes, breaks=breaks)


def make_contracts(nights: bool) -> dict[str, WorkPlanSettings]:
    """Four contracts; part-time people work no nights."""

    def contract(shifts: tuple[str, ...], fewest: float, most: float, days: int) -> WorkPlanSettings:
        night = tuple(f"{shift} night" for shift in shifts if int(shift[:-1]) in NIGHT_HOURS) if nights else ()
        return WorkPlanSettings(
            shifts=shifts + night, weekly_hours_min=fewest, weekly_hours_max=most, days_per_week_max=days
        )

    return {
        "full": contract(("8h", "9h"), 36, 42.5, 5),
        "long": contract(("10h",), 28, 38, 4),
        "flex": contract(("6h", "8h"), 25, 32, 5),
        "part": contract(("4h", "6h"), 16, 24, 5),
    }


def make_workforce(size: Size, rng: np.random.Generator) -> Workforce:
    shares = GROUP_SHARES[size.skills]
    names = [f"a{number:04d}" for number in range(size.agents)]
    plans = rng.choice(list(PLAN_SHARES), size.agents, p=list(PLAN_SHARES.values()))
    skills = [
        ";".join(rng.choice(list(shares), skill_count(number, size.skills), replace=False, p=list(shares.values())))
        for number in range(size.agents)
    ]
    agents = Agents.of(pd.DataFrame({"agent_id": names, "skills": skills, "work_plan": plans}))
    return Workforce(agents, make_time_off(names, size.weeks, rng), Availability.empty())


def skill_count(number: int, skills: int) -> int:
    """Every third agent has two skills; of three and more, every ninth has three."""
    wanted = 3 if number % 9 == 0 and skills > 2 else 2 if number % 3 == 0 else 1
    return min(wanted, skills)


def make_time_off(names: list[str], weeks: int, rng: np.random.Generator) -> TimeOff:
    """In each week 12 % of the people are off for one to five days from Monday, Tuesday or Wednesday on."""
    rows = [
        (name, first, first + timedelta(days=int(rng.integers(0, 5))))
        for name in names
        for week in range(weeks)
        if rng.random() < 0.12
        for first in [FIRST_DAY + timedelta(days=7 * week + int(rng.integers(0, 3)))]
    ]
    frame = pd.DataFrame(rows, columns=["agent_id", "first_day", "last_day"])
    frame[["first_day", "last_day"]] = frame[["first_day", "last_day"]].astype("datetime64[ns]")
    return TimeOff.of(frame)


def make_requirement(size: Size, capacity_hours: float, rng: np.random.Generator) -> StaffingRequirement:
    """As many hours as the agents can be on queue. The first night belongs to the week before, and is left out."""
    starts = horizon_intervals(FIRST_DAY, 7 * size.weeks, ZONE, size.minutes)
    minute = minute_of_day(starts, ZONE)
    is_open = (minute >= 480) & (minute < 1320)
    if size.around_the_clock:
        is_open = np.arange(len(starts)) >= 6 * 60 // size.minutes
    starts, hour = starts[is_open], minute[is_open] / 60
    shape = np.exp(-(((hour - 11) / 2.2) ** 2)) + 0.8 * np.exp(-(((hour - 17) / 2.5) ** 2)) + 0.25
    if size.around_the_clock:
        shape = np.where((hour < 6) | (hour >= 23), 0.12, shape)
    shape = shape * WEEKDAY_SHARES[np.asarray(starts.tz_convert(ZONE).day_of_week)]
    hours = size.minutes / 60
    frames = []
    for group, share in GROUP_SHARES[size.skills].items():
        wanted = capacity_hours * share * shape / (shape.sum() * hours)
        need = np.maximum(np.round(wanted * rng.normal(1, 0.06, len(starts))), 1)
        frames.append(_requirement_frame(starts, group, need))
    return StaffingRequirement.of(pd.concat(frames))


def _requirement_frame(starts: pd.DatetimeIndex, group: str, need: np.ndarray) -> pd.DataFrame:
    heads = dict.fromkeys(("agents_required", "agents_on_queue", "agents_scheduled"), need)
    nothing = dict.fromkeys(("offered", "aht_seconds", "load_erlangs"), 0.0)
    unknown = dict.fromkeys(("service_level", "asa_seconds", "occupancy", "abandon_rate"), np.nan)
    columns = {"interval_start": starts, "planning_group": group, "channel": "voice", "model": "made up"}
    return pd.DataFrame(columns | heads | nothing | unknown)
