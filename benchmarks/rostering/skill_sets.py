"""A seeded center of many skills: 12 groups, two of them chats, and agents of 30 skill sets, with contacts by group.

Ten agents of twelve groups' own come first in every skill set; two thirds of the agents have two or three groups.
Chat agents have a call group besides. Volumes are scaled until the groups apart need as many hours as the contracts
can be on queue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from rostering.centers import (
    FIRST_DAY,
    ON_QUEUE_HOURS,
    PLAN_SHARES,
    WEEKDAY_SHARES,
    ZONE,
    Center,
    Size,
    make_contracts,
    make_shifts,
    make_time_off,
)
from staffplan.clock import OpeningHours, SiteCalendar, horizon_intervals, minute_of_day
from staffplan.settings.hard_rules import ConsecutiveDaysSetting, DailyRestSetting
from staffplan.settings.roster import RosterSettings
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing.step import staff_by_method
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.people import Agents, Availability, Workforce
from staffplan.tables.requirement import StaffingRequirement

OPEN = (8 * 60, 22 * 60)
CALLS = tuple(f"calls {number:02d}" for number in range(1, 11))
CHATS = ("chat 11", "chat 12")
GROUPS = (*CALLS, *CHATS)
SHARES = dict(zip(GROUPS, (0.16, 0.14, 0.12, 0.1, 0.09, 0.08, 0.07, 0.06, 0.05, 0.04, 0.05, 0.04), strict=True))
AHT_SECONDS = dict(
    zip(GROUPS, (300, 240, 420, 360, 180, 300, 480, 240, 600, 360, 540, 660), strict=True),
)
PATIENCE_SECONDS, CHATS_AT_ONCE = 180.0, 2
SKILL_SETS, LOAD = 30, 0.97
"""Number of skill sets, and hours needed by the groups apart, as a share of what the contracts can be on queue."""


@dataclass(frozen=True)
class ManySkills:
    """The center, its contacts, and the same people with their own group alone."""

    center: Center
    apart: Workforce
    forecast: VolumeForecast


def make_many_skills(agents: int, seed: int, seconds: float, effort: float) -> ManySkills:
    rng = np.random.default_rng([seed, agents, SKILL_SETS])
    site = make_site()
    people = _people(agents, rng)
    hours = LOAD * sum(ON_QUEUE_HOURS[plan] for plan in people["work_plan"])
    forecast, requirement = _needed(hours, site, rng)
    size = Size(agents, 1, skills=len(GROUPS))
    off = make_time_off(list(people["agent_id"]), 1, rng)
    rules = (DailyRestSetting(hours=11), ConsecutiveDaysSetting(days=6))
    settings = RosterSettings(rules=rules, effort=effort, time_limit_seconds=seconds)
    workforce = Workforce(Agents.of(people), off, Availability.empty())
    own = people.assign(skills=people["skills"].str.split(";").str[0])
    center = Center(
        f"{agents} x 12 groups",
        size,
        requirement,
        workforce,
        settings,
        make_shifts(size),
        make_contracts(nights=False),
        site,
    )
    return ManySkills(center, replace(workforce, agents=Agents.of(own)), forecast)


def make_site() -> Site:
    open_daily = OpeningHours(((OPEN,),) * 7)
    queues = {
        group: Queue(
            group,
            channel="chat" if group in CHATS else "voice",
            planning_group=group,
            service_hours=open_daily,
            aht_seconds=float(AHT_SECONDS[group]),
            patience_seconds=PATIENCE_SECONDS,
            concurrency=CHATS_AT_ONCE if group in CHATS else 1,
        )
        for group in GROUPS
    }
    return Site(SiteCalendar(ZONE, 30), queues)


def _people(agents: int, rng: np.random.Generator) -> pd.DataFrame:
    """Each of the groups has agents by its share; the skill set of each is drawn from those that begin with it."""
    sets = skill_sets(rng)
    own = rng.choice(len(GROUPS), agents, p=list(SHARES.values()))
    skills = [";".join(sets[int(rng.choice([n for n, s in enumerate(sets) if s[0] == GROUPS[g]]))]) for g in own]
    return pd.DataFrame(
        {
            "agent_id": [f"a{number:04d}" for number in range(agents)],
            "skills": skills,
            "work_plan": rng.choice(list(PLAN_SHARES), agents, p=list(PLAN_SHARES.values())),
        }
    )


def skill_sets(rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Ten call groups alone, all groups with another call group, and eight triples of calls: 30."""
    alone = [(group,) for group in CALLS]
    pairs = [(group, str(rng.choice([other for other in CALLS if other != group]))) for group in GROUPS]
    triples = [
        (group, *rng.choice([other for other in CALLS if other != group], 2, replace=False)) for group in CALLS[:8]
    ]
    return [tuple(map(str, one)) for one in (*alone, *pairs, *triples)]


def _needed(hours: float, site: Site, rng: np.random.Generator) -> tuple[VolumeForecast, StaffingRequirement]:
    """Contacts and people needed (Erlang A, 80 % in time), so many hours in all within 1 %."""
    shape, scale = _shape(rng), 1.0
    for _ in range(8):
        forecast = VolumeForecast.of(shape.assign(offered=scale * shape["offered"]).pipe(_certain))
        settings = StaffingSettings(method="erlang-a")
        requirement = staff_by_method(forecast, settings, SimulateSettings(), site=site).requirement
        needed = float(requirement.frame["agents_on_queue"].sum()) / 2
        if abs(needed / hours - 1) < 0.01:
            break
        scale *= hours / needed
    return forecast, requirement


def _shape(rng: np.random.Generator) -> pd.DataFrame:
    """Two humps a day, each group's later or earlier than the others', with noise; a thousand erlang hours in all."""
    starts = horizon_intervals(FIRST_DAY, 7, ZONE, 30)
    minute = minute_of_day(starts, ZONE)
    starts, hour = (
        starts[(minute >= OPEN[0]) & (minute < OPEN[1])],
        minute[(minute >= OPEN[0]) & (minute < OPEN[1])] / 60,
    )
    weekday = WEEKDAY_SHARES[np.asarray(starts.tz_convert(ZONE).day_of_week)]
    frames = []
    for group, share in SHARES.items():
        at = hour + rng.normal(0, 1.0)
        work = (np.exp(-(((at - 11) / 2.2) ** 2)) + 0.8 * np.exp(-(((at - 17) / 2.5) ** 2)) + 0.25) * weekday
        work = share * work / work.sum() * np.maximum(rng.normal(1, 0.1, len(starts)), 0.3)
        offered = 3000 * 3600 * work / AHT_SECONDS[group]
        frames.append(pd.DataFrame({"interval_start": starts, "queue": group, "offered": offered}))
    made = pd.concat(frames, ignore_index=True)
    channel = np.where(made["queue"].isin(CHATS), "chat", "voice")
    return made.assign(channel=channel, aht_seconds=made["queue"].map(AHT_SECONDS).astype(float))


def _certain(shape: pd.DataFrame) -> pd.DataFrame:
    """The forecast's columns; its bands have no width."""
    bands = dict.fromkeys(("offered_p10", "offered_p90", "offered_p025", "offered_p975"), shape["offered"])
    return shape.assign(**bands, method="made up")
