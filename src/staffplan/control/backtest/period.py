"""One period of the past: planned from what was known before it, played with what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from staffplan.clock import SpecialDay, local_dates
from staffplan.control.backtest.mix import roster_of_positions
from staffplan.control.backtest.people import requirement_of
from staffplan.control.backtest.volumes import contacts_that_came, six_week_average
from staffplan.cost import cost
from staffplan.forecast import forecast
from staffplan.planned import PlannedDays
from staffplan.process.workers import Workers
from staffplan.roster.check.cover import coverage
from staffplan.roster.shifts.money import Pay
from staffplan.roster.shifts.step import mix_of_shifts
from staffplan.roster.step import roster
from staffplan.settings.config import Config
from staffplan.simulate.judge import judge_of
from staffplan.simulate.outcomes import ANSWERS, LEFT, OFFERED, WAITED
from staffplan.simulate.overflow import Helpers, helpers_of
from staffplan.simulate.scene import make_scene
from staffplan.simulate.steps import people_on_queue, play, service_of_days
from staffplan.site import Site, make_site
from staffplan.staffing.step import staff_by_method
from staffplan.staffing.worth_by_method import worth_by_method
from staffplan.tables.backtest import StaffedAgents
from staffplan.tables.forecast import Drivers, VolumeForecast
from staffplan.tables.history import ContactHistory
from staffplan.tables.people import Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.tables.schema import Table

INTERRUPTED = "interrupted"
"""The status of a roster whose search was ended by Ctrl-C."""
GAP = 0.01
"""Distance from the cheapest shift mix at which the search ends, share."""


@dataclass(frozen=True)
class Known:
    """What does not depend on the period: settings, people without dated time off, calendar, drivers."""

    config: Config
    workforce: Workforce | None
    """None: shift mixes in place of people."""
    pay: Pay | None = None
    """What a shift mix costs; given where there are no people."""
    special_days: tuple[SpecialDay, ...] = ()
    drivers: Drivers | None = None


@dataclass(frozen=True)
class Period:
    """Days of the past; what was known before them, and what came in them."""

    days: PlannedDays
    past: ContactHistory
    happened: ContactHistory
    staffed: StaffedAgents | None = None


@dataclass(frozen=True)
class Outcome:
    """What each stack made, by file name, before anything came; and a row of PlanBacktest for each."""

    plans: Mapping[str, Table]
    rows: tuple[dict[str, object], ...]


def play_period(known: Known, period: Period) -> Outcome:
    """Plan by both stacks, simulate what came, and count. Raises KeyboardInterrupt where a search was cut short."""
    site = _site(known, period)
    came = contacts_that_came(period.happened, period.past, site)
    plans: dict[str, Table] = {}
    rows = []
    for name, made in _stacks(known, period, site):
        plans |= {f"{name}_{table.file_name}": table for table in made.tables()}
        rows.append(_row(name, made, came, known, site))
    if period.staffed is not None:
        rows.append(_staffed_row(period.staffed, came, known, site))
    return Outcome(plans, tuple(rows))


@dataclass(frozen=True)
class _Plan:
    """Of one stack."""

    forecast: VolumeForecast
    requirement: StaffingRequirement
    roster: Roster
    paid_hours: float
    cost: float

    def tables(self) -> tuple[Table, ...]:
        return self.forecast, self.requirement, self.roster.shifts, self.roster.activities


def unforeseen(known: Known, period: Period) -> dict[str, float]:
    """Contacts of the period by queue, of queues that nobody knew before it: they are in no figure."""
    frame = period.happened.frame
    strange = frame[~frame["queue"].isin(list(_site(known, period).queues))]
    return {str(queue): float(offered) for queue, offered in strange.groupby("queue")["offered"].sum().items()}


def _site(known: Known, period: Period) -> Site:
    """The site as it was known before the period: the queues that had come by then."""
    frame, zone = period.past.frame, known.config.plan.timezone
    return make_site(
        known.config,
        queues=frame["queue"].unique(),
        first_day=local_dates(pd.DatetimeIndex([frame["interval_start"].min()]), zone)[0],
        last_day=period.days.last,
        special_days=known.special_days,
        planned=period.days,
    )


def _stacks(known: Known, period: Period, site: Site) -> Iterator[tuple[str, _Plan]]:
    """The settings' own plan, and what people build today from the same past and the same people."""
    config = known.config
    made = forecast(
        period.past,
        config.forecast,
        site=site,
        first_day=period.days.first,
        days=period.days.number,
        seed=config.plan.seed,
        drivers=known.drivers,
        workers=Workers(jobs=1),
    )
    yield "staffplan", _plan(made.forecast, known, site)
    staffing = config.staffing.model_copy(update={"method": "erlang-c", "risk": "mean"})
    usual = config.model_copy(
        update={"staffing": staffing, "roster": config.roster.model_copy(update={"objective": "cover"})}
    )
    certain = {name: replace(queue, risk=None) for name, queue in site.queues.items()}
    average = six_week_average(period.past, site, period.days)
    yield "usual", _plan(average, replace(known, config=usual), replace(site, queues=certain))


def _plan(expected: VolumeForecast, known: Known, site: Site) -> _Plan:
    """Staff and roster, as a plan directory does."""
    config = known.config
    requirement = staff_by_method(
        expected, config.staffing, config.simulate, site=site, seed=config.plan.seed
    ).requirement
    if known.workforce is None:
        return _mix(expected, requirement, known, site)
    people = _roster(expected, requirement, known.workforce, config, site)
    paid = cost(
        expected,
        requirement,
        people,
        coverage(people, requirement, site),
        known.workforce,
        config.cost,
        work_plans=config.work_plans,
        staffing=config.staffing,
        site=site,
        currency=config.plan.currency,
        week_starts=config.roster.week_starts,
    ).facts
    return _Plan(expected, requirement, people, paid["paid hours"], paid["loaded cost"])


def _roster(
    expected: VolumeForecast, requirement: StaffingRequirement, workforce: Workforce, config: Config, site: Site
) -> Roster:
    """Raises KeyboardInterrupt where the search was cut short: a part of a search is no finished period."""
    worth = judge = None
    if config.roster.objective == "service":
        seed, staffing, chance = config.plan.seed, config.staffing, config.simulate
        worth = worth_by_method(expected, staffing, chance, with_mail=True, site=site, seed=seed)
        judge = judge_of(
            expected,
            requirement,
            chance,
            staffing=staffing,
            site=site,
            seed=seed,
            helpers=helpers_of(chance.overflow, workforce),
        )
    made = roster(
        requirement,
        workforce,
        config.roster,
        shifts=config.shifts,
        work_plans=config.work_plans,
        site=site,
        worth=worth,
        judge=judge,
        seed=config.plan.seed,
    )
    if made.status == INTERRUPTED:
        raise KeyboardInterrupt
    return made.roster


def _mix(expected: VolumeForecast, requirement: StaffingRequirement, known: Known, site: Site) -> _Plan:
    """The cheapest shift mix; hours that no shift reaches are left."""
    config, pay = known.config, known.pay
    assert pay is not None
    mix = mix_of_shifts(
        requirement,
        config.roster,
        pay,
        shifts=config.shifts,
        work_plans=config.work_plans,
        site=site,
        minimise="cost" if any(rate > 0 for rate in pay.hourly.values()) else "hours",
        allow_short=True,
        gap=GAP,
    )
    positions = roster_of_positions(mix, site.calendar.timezone)
    return _Plan(expected, requirement, positions, mix.facts["paid_hours"], mix.facts["cost"])


def _row(name: str, made: _Plan, came: VolumeForecast, known: Known, site: Site) -> dict[str, object]:
    met = _met(came, made.requirement, made.roster, known, site)
    money = {"paid_hours": made.paid_hours, "cost": made.cost}
    return {"stack": name, "forecast_offered": float(made.forecast.frame["offered"].sum()), **met, **money}


def _helpers(known: Known) -> Helpers | None:
    """Who helps out other groups; nobody where people are not known."""
    return None if known.workforce is None else helpers_of(known.config.simulate.overflow, known.workforce)


def _met(
    came: VolumeForecast, requirement: StaffingRequirement, people: Roster | None, known: Known, site: Site
) -> dict[str, object]:
    """What the contacts that came met: with a roster, its people less absences; without, those of the requirement."""
    config, seed = known.config, known.config.plan.seed
    staffing = config.staffing if people is not None else config.staffing.model_copy(update={"shrinkage": {}})
    scene = replace(make_scene(came, requirement, people, site, _helpers(known)), is_counted=True)
    sure = config.simulate.model_copy(update={"volume_uncertainty": False})
    played = play(scene, sure, staffing, seed=seed)
    days = service_of_days(scene, requirement, played).frame
    counts = played.total.counts[:, ~scene.deferred].sum(axis=(1, 2))
    judged = days[days["kept"] != "no contacts"]
    levels = judged[judged["goal"].notna() & judged["service_level"].notna()]
    weights = levels["offered"].to_numpy(dtype=float)
    return {
        "offered": float(came.frame["offered"].sum()),
        "days_promised": float(len(judged)),
        "days_kept": float((judged["kept"] == "yes").sum()),
        "service_level": float(np.average(levels["service_level"], weights=weights)) if weights.sum() else np.nan,
        "asa_seconds": float(counts[WAITED] / counts[ANSWERS]) if counts[ANSWERS] else np.nan,
        "abandon_rate": float(counts[LEFT] / counts[OFFERED]) if counts[OFFERED] else np.nan,
        "on_queue_hours": float(people_on_queue(scene).sum() * scene.grid.interval_seconds / 3600),
    }


def _staffed_row(staffed: StaffedAgents, came: VolumeForecast, known: Known, site: Site) -> dict[str, object]:
    """With the people who were really on queue."""
    met = _met(came, requirement_of(staffed, site), None, known, site)
    return {"stack": "staffed", "forecast_offered": np.nan, **met, "paid_hours": np.nan, "cost": np.nan}
