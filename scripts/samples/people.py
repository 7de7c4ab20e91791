"""The people: made up throughout. Names are drawn from two lists; any likeness to a real person is chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from samples.center import PLAN_START

FIRST_NAMES = """
    Ada Aitana Amara Andrei Beatriz Björn Carlos Chiara Daniela Darío Diego Elena Emeka Fatima Félix Gala Hugo Ines
    Iván Jana Joaquín Kenji Laia Leila Lucas Mei Mateo Mohamed Nadia Nuria Olena Óscar Paula Priya Rafael Rocío Samir
    Sofía Tomás Valeria Víctor Wanda Ximena Yusuf Zoe
"""
LAST_NAMES = """
    Abad Aguirre Alonso Bauer Benali Blasco Cano Castells Costa Díaz Duarte Esteban Ferrer Fuentes Gallego Haddad
    Herrero Ionescu Iglesias Jansen Kovacs Lara Lozano Marín Molina Navas Novak Okafor Ortega Pardo Petrov Quiroga
    Rao Reyes Romero Sato Serra Silva Torres Ureña Vidal Weber Yilmaz Zapata
"""


@dataclass(frozen=True)
class Crew:
    """People with the same contract and skills."""

    heads: int
    work_plan: str
    skills: str
    hourly_rate: float
    """Of a newcomer; seniority adds up to 15 %."""
    staffing_group: str
    holiday_duty: bool = False
    """Every second person of the crew works on public holidays."""


DEMO_CREWS = (
    Crew(7, "full_time", "sales", 12.4, "Sales"),
    Crew(10, "full_time", "sales;service", 13.1, "Sales"),
    Crew(9, "full_time", "service", 12.2, "Service"),
    Crew(4, "full_time", "service;chat", 12.9, "Digital"),
    Crew(4, "full_time", "chat;email", 12.3, "Digital"),
    Crew(3, "full_time", "service;email", 12.6, "Service"),
    Crew(5, "part_time", "service", 12.2, "Service", holiday_duty=True),
    Crew(3, "part_time", "sales;service", 13.1, "Sales"),
    Crew(2, "part_time", "chat;email", 12.3, "Digital"),
    Crew(6, "mornings", "service", 12.2, "Service", holiday_duty=True),
    Crew(2, "mornings", "sales", 12.4, "Sales"),
    Crew(4, "evenings", "sales;service", 13.1, "Service"),
    Crew(2, "evenings", "service;chat", 12.9, "Digital"),
)
BANK_CREWS = (
    Crew(9, "full_time", "general", 24.0, "Clients"),
    Crew(3, "full_time", "general;callback", 24.0, "Clients"),
    Crew(5, "full_time", "general;stock", 28.0, "Investments"),
    Crew(5, "full_time", "stock", 27.0, "Investments"),
    Crew(5, "evenings", "general", 24.0, "Clients"),
    Crew(3, "evenings", "general;stock", 28.0, "Investments"),
    Crew(3, "part_time", "general;callback", 24.0, "Clients"),
)
HELPDESK_CREWS = (
    Crew(9, "full_time", "helpdesk", 11.5, "Day"),
    Crew(7, "part_time", "helpdesk", 11.5, "Day"),
    Crew(13, "rotating", "helpdesk", 12.5, "Around the clock"),
)


def agents(crews: tuple[Crew, ...], prefix: str, rng: np.random.Generator) -> pd.DataFrame:
    """agents.csv: one row a person, numbered through the crews."""
    people = [crew for crew in crews for _ in range(crew.heads)]
    names = _names(len(people), rng)
    seniority = np.round(rng.beta(1.2, 2.5, len(people)) * 0.15, 3)
    return pd.DataFrame(
        {
            "agent_id": [f"{prefix}{number:03d}" for number in range(1, len(people) + 1)],
            "name": names,
            "staffing_group": [crew.staffing_group for crew in people],
            "skills": [crew.skills for crew in people],
            "work_plan": [crew.work_plan for crew in people],
            "hourly_rate": [
                f"{crew.hourly_rate * (1 + more):.2f}" for crew, more in zip(people, seniority, strict=True)
            ],
        }
    )


def _names(count: int, rng: np.random.Generator) -> list[str]:
    """Names without a double."""
    names = [f"{first} {last}" for first in FIRST_NAMES.split() for last in LAST_NAMES.split()]
    return [names[place] for place in rng.choice(len(names), count, replace=False)]


def time_off(people: pd.DataFrame, crews: tuple[Crew, ...], rng: np.random.Generator) -> pd.DataFrame:
    """time_off.csv: paid public holidays of those who are not on duty, and vacation of one person in three."""
    away = _vacations(list(people["agent_id"]), rng)
    rows = [(agent, first, last, "vacation", "yes") for agent, (first, last) in away.items()]
    for agent in _off_on_holidays(people, crews):
        begin, end = away.get(agent, (date.max, date.min))
        rows += [(agent, *days, "public holiday", "yes") for days in PUBLIC_HOLIDAYS if not begin <= days[0] <= end]
    frame = pd.DataFrame(rows, columns=["agent_id", "first_day", "last_day", "kind", "paid"])
    return frame.sort_values(["agent_id", "first_day"], ignore_index=True)


PUBLIC_HOLIDAYS = ((date(2026, 12, 7), date(2026, 12, 8)), (date(2026, 12, 24), date(2026, 12, 25)))
"""Holidays in the demo's weeks: only the duty crew works, from 10:00 to 14:00."""


def _off_on_holidays(people: pd.DataFrame, crews: tuple[Crew, ...]) -> list[str]:
    on_duty = [crew.holiday_duty and person % 2 == 0 for crew in crews for person in range(crew.heads)]
    return [agent for agent, duty in zip(people["agent_id"], on_duty, strict=True) if not duty]


def _vacations(agent_ids: list[str], rng: np.random.Generator) -> dict[str, tuple[date, date]]:
    """Blocks of three to seven days that begin on a Monday, never in the week of the first public holidays."""
    mondays = [PLAN_START + timedelta(weeks=week) for week in (0, 2, 3)]
    chosen = sorted(rng.choice(len(agent_ids), round(len(agent_ids) / 3), replace=False))
    away = {}
    for place in chosen:
        first = mondays[rng.choice(3, p=(0.25, 0.35, 0.40))]
        away[agent_ids[place]] = (first, first + timedelta(days=int(rng.choice([2, 4, 6]))))
    return away


def availability(people: pd.DataFrame) -> pd.DataFrame:
    """availability.csv: a few part-time people who cannot always work, by weekday and hours."""
    late = people[people["work_plan"] == "evenings"]["agent_id"].tolist()
    part = people[people["work_plan"] == "part_time"]["agent_id"].tolist()
    rows = [(agent, "mon-fri", "14:00-20:00") for agent in late[:4]]
    rows += [(agent, "sat", "09:00-14:00") for agent in late[:4]]
    rows += [(agent, "mon-fri", "08:00-16:00") for agent in part[:2]]
    rows += [(part[3], "mon,tue,thu,fri", "08:00-20:00"), (part[3], "sat", "09:00-14:00")]
    rows += [(part[6], "mon-fri", "09:00-18:00")]
    frame = pd.DataFrame(rows, columns=["agent_id", "weekdays", "hours"])
    return frame.sort_values(["agent_id", "weekdays"], ignore_index=True)


DAYS_LIKED_OFF = tuple(date(2026, 12, day) for day in (4, 9, 11, 18, 19, 21, 23))
"""Bridge days of the demo's weeks, Fridays, a Saturday and the days before Christmas."""
BLOCKS = tuple((date(2026, 12, day), date(2026, 12, day + 2)) for day in (1, 9, 15))
"""Three days in a row without a public holiday."""


def wishes(people: pd.DataFrame, away: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """wishes.csv: days off, early shifts, late shifts rather not; and three that no roster can grant."""
    full = people[people["work_plan"] == "full_time"]["agent_id"].tolist()
    here = [agent for agent in full if agent not in set(away.loc[away["kind"] == "vacation", "agent_id"])]
    chosen = [here[place] for place in rng.choice(len(here), 13, replace=False)]
    days = [DAYS_LIKED_OFF[place] for place in rng.choice(len(DAYS_LIKED_OFF), 8)]
    rows = [(agent, day, day, "off", "", "") for agent, day in zip(chosen, days, strict=False)]
    rows[0] = (*rows[0][:5], "3")
    blocks = [BLOCKS[place] for place in rng.choice(len(BLOCKS), 5)]
    asked = (("shift", "long_day 08:00"),) * 2 + (
        ("shift", "day 08:00"),
        ("not", "day 12:00"),
        ("not", "long_day 11:00"),
    )
    rows += [(agent, *block, *said, "") for agent, block, said in zip(chosen[8:], blocks, asked, strict=True)]
    columns = ["agent_id", "first_day", "last_day", "wish", "shift", "weight"]
    frame = pd.DataFrame([*rows, *_hopeless(people, away, here, rng)], columns=columns)
    return frame.sort_values(["agent_id", "first_day", "shift"], ignore_index=True)


def _hopeless(
    people: pd.DataFrame, away: pd.DataFrame, here: list[str], rng: np.random.Generator
) -> list[tuple[object, ...]]:
    """To work while on vacation, a shift that is not in the contract, and a morning that is never free."""
    vacation = away[away["kind"] == "vacation"]
    longest = vacation.loc[(vacation["last_day"] - vacation["first_day"]).idxmax()]
    evening = people[people["work_plan"] == "evenings"]["agent_id"].iloc[0]
    day = PLAN_START + timedelta(days=int(rng.integers(7, 11)))
    return [
        (longest["agent_id"], longest["first_day"], longest["first_day"], "shift", "", ""),
        (here[int(rng.integers(len(here)))], day, day, "shift", "four", ""),
        (evening, day, day, "shift", "six 08:00", ""),
    ]
