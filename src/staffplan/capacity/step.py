"""The capacity step: required people and the settings to a plan by period, hiring plans, and how sure they are."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from staffplan.capacity.cohorts import Crew, Floats, period_rate, starts_to_hold, trained_crew
from staffplan.capacity.hiring import Hiring, best_plans, costs_of
from staffplan.capacity.outlook import Outlook
from staffplan.capacity.refused import refuse_wrong_periods
from staffplan.capacity.risk import risk_of
from staffplan.errors import Note, listed
from staffplan.process.workers import AS_MANY_AS_PAY, Workers, do_all
from staffplan.progress import OnProgress, Progress, silent
from staffplan.settings.capacity import CapacitySettings
from staffplan.tables.capacity import CapacityPlan, HiringPlans, RequiredByAht, RequiredPeople

ATTRITION_WORDS = {
    "per_period": "a period",
    "per_year": "a year of the average heads",
    "per_year_of_cohort": "a year of those there at its start",
}
NOBODY_KNOWN: Mapping[str, Crew] = MappingProxyType({})
EFFORT = 200
"""What a site's program takes, in rows as Workers counts them, for each period squared."""


@dataclass(frozen=True)
class Capacity:
    """The plan, the hiring plans, and what to know of them."""

    plan: CapacityPlan
    hiring: HiringPlans
    notes: tuple[Note, ...]
    facts: dict[str, float]
    """Totals over all sites and periods."""


def capacity(
    required: RequiredPeople,
    settings: CapacitySettings,
    *,
    by_aht: RequiredByAht | None = None,
    crews: Mapping[str, Crew] = NOBODY_KNOWN,
    seed: int = 1,
    workers: Workers = AS_MANY_AS_PAY,
    on_progress: OnProgress = silent,
) -> Capacity:
    """Plan every site by itself: the cheapest hiring, what it leads to, and the chance of being short.

    `by_aht` is the staffing model's word on longer handling times; `crews` are today's people by tenure, of a site
    that is not in it the settings' heads. Raises DataError where a site has a period twice, NoSolutionError where no
    hiring plan is found.
    """
    refuse_wrong_periods(required, settings, by_aht)
    pieces = [
        (str(name), rows, settings, _crew_of(str(name), settings, crews), _points(str(name), rows, by_aht), seed)
        for name, rows in required.frame.groupby("site", sort=True)
    ]
    effort = EFFORT * sum(len(rows) ** 2 for _, rows, *_ in pieces) if settings.hiring is not None else 0
    done = do_all(
        _site,
        pieces,
        workers,
        processes=workers.processes(len(pieces), effort),
        on_done=lambda number: on_progress(Progress("capacity", number + 1, len(pieces), pieces[number][0])),
    )
    plan = CapacityPlan.of(pd.concat([table for table, _ in done], ignore_index=True))
    hiring = HiringPlans.of(pd.DataFrame([row for _, rows in done for row in rows]))
    people = {str(name): _crew_of(str(name), settings, crews).heads.sum() for name in required.frame["site"].unique()}
    notes = _notes(hiring, settings, people, calibrated=bool(crews), queueing=by_aht is not None)
    return Capacity(plan, hiring, tuple(notes), _facts(plan))


def _crew_of(site: str, settings: CapacitySettings, crews: Mapping[str, Crew]) -> Crew:
    return crews.get(site) or trained_crew(settings.heads_by_site.get(site, settings.heads))


def _points(site: str, rows: pd.DataFrame, by_aht: RequiredByAht | None) -> Sequence[Sequence[tuple[float, float]]]:
    """For each period pairs of a factor above 1 and the people required at it."""
    if by_aht is None:
        return ()
    frame = by_aht.frame
    own = frame[(frame["site"] == site) & (frame["aht_factor"] > 1)]
    found = {
        str(period): [
            (float(factor), float(people)) for factor, people in zip(of["aht_factor"], of["required"], strict=True)
        ]
        for period, of in own.groupby("period")
    }
    return [found.get(period, []) for period in rows["period"]]


def _site(
    site: str,
    rows: pd.DataFrame,
    settings: CapacitySettings,
    crew: Crew,
    points: Sequence[Sequence[tuple[float, float]]],
    seed: int,
) -> tuple[pd.DataFrame, list[dict[str, float | str]]]:
    """One site's periods, and its hiring plans."""
    outlook = Outlook.of(rows, settings, crew, points)
    found = best_plans(outlook, settings)
    rng = np.random.default_rng([seed, zlib.crc32(site.encode())])
    table = _periods(found[0].starts, outlook, settings, rng)
    known = {name: rows[name].to_numpy() for name in ("position", "required_p10", "required_p90", "events")}
    return table.assign(site=site, **known), list(_plans(site, found, outlook, settings))


def _periods(starts: Floats, outlook: Outlook, settings: CapacitySettings, rng: np.random.Generator) -> pd.DataFrame:
    """A site's rows, in their order."""
    heads, net, costs = outlook.heads(starts), outlook.net(starts), costs_of(starts, outlook, settings)
    training, trainers, risk = outlook.in_training(starts), outlook.trainers(starts), risk_of(starts, outlook, rng)
    required, slower, kept = outlook.required(starts), outlook.slower(starts), 1.0 - outlook.shrinkage
    extra = outlook.extra_time - outlook.under_time
    before = np.concatenate([[outlook.crew.heads.sum()], heads[:-1]])
    return pd.DataFrame(
        {
            "period": outlook.periods,
            "required": required,
            "required_planned": required / kept,
            "required_trained": outlook.needs.trained,
            "aht_factor": 1.0 + slower / np.where(net > 0, net, np.inf),
            "starting": before,
            "attrition": np.maximum(0.0, before + starts + outlook.transfers - heads),
            "new_hires": starts,
            "transfers": outlook.transfers,
            "extra_time": outlook.extra_time,
            "under_time": outlook.under_time,
            "heads": heads,
            "in_training": training,
            "trainers": trainers,
            "planned": np.maximum(0.0, heads - training - trainers + extra),
            "effective": np.maximum(0.0, net / kept),
            "shrinkage": outlook.shrinkage,
            "net": np.maximum(0.0, net),
            "over_under": net - required,
            "hire_up_to": np.where(starts > 0, heads, np.nan),
            "chance_short": risk.chance_short,
            "chance_short_volume": risk.chance_short_volume,
            "net_p10": risk.net_p10,
            "net_p90": risk.net_p90,
            "expected_short": risk.expected_short,
            "wages": costs.wages,
            "hiring_cost": costs.hiring,
            "shortfall_cost": costs.shortfall,
            "cost": costs.wages + costs.hiring + costs.shortfall,
        }
    )


def _plans(
    site: str, found: list[Hiring], outlook: Outlook, settings: CapacitySettings
) -> Iterable[dict[str, float | str]]:
    """A row for each plan, and for hiring nobody beside those given."""
    best = costs_of(found[0].starts, outlook, settings).total
    for rank, plan in enumerate((Hiring(outlook.given_hires, 0.0), *found)):
        costs = costs_of(plan.starts, outlook, settings)
        yield {
            "site": site,
            "rank": float(rank),
            "classes": " ".join(f"{people:g}" for people in plan.starts),
            "hires": float(plan.starts.sum()),
            "short": float(costs.short.sum()),
            "wages": float(costs.wages.sum()),
            "hiring_cost": float(costs.hiring.sum()),
            "shortfall_cost": float(costs.shortfall.sum()),
            "cost": costs.total,
            "more_than_best": costs.total - best,
            "gap_share": plan.gap,
        }


def _notes(
    hiring: HiringPlans, settings: CapacitySettings, people: Mapping[str, float], *, calibrated: bool, queueing: bool
) -> Iterable[Note]:
    """What to know of the plan: what the rate of attrition means, what is missing, what is not proven.

    `people`: those of each site at the start.
    """
    if settings.attrition and not calibrated:
        yield Note("capacity", "assumption", "attrition", _about_attrition(settings))
    if max(settings.aht_factors, default=1.0) > 1 and not queueing:
        said = "the staffing model was not asked: required people are taken to grow as the handling time does"
        yield Note("capacity", "assumption", "aht_factors", said)
    for site in sorted(set(settings.heads_by_site) - set(people)):
        yield Note("capacity", "warning", f"heads_by_site.{site}", "no required people are given for it")
    empty = sorted(site for site, heads in people.items() if not heads)
    if empty:
        where = f" at {listed(empty)}" if any(empty) else ""
        yield Note("capacity", "warning", "heads", f"nobody is there at the start{where}: is heads missing?")
    if settings.hiring is not None and not settings.shortfall_cost:
        said = "a missing person has no price, so it is cheapest to hire nobody: give shortfall_cost"
        yield Note("capacity", "warning", "shortfall_cost", said)
    unproven = hiring.frame[hiring.frame["gap_share"] > 0]
    if len(unproven):
        said = (
            f"{len(unproven)} plans are not proven: at most {100 * unproven['gap_share'].max():.3g} % from the best"
        )
        yield Note("capacity", "warning", "hiring.time_limit_seconds", said)


def _about_attrition(settings: CapacitySettings) -> str:
    rate, count = period_rate(settings), settings.periods_per_year
    gone = 1 - (1 - rate) ** count
    return (
        f"{100 * settings.attrition:g} % {ATTRITION_WORDS[settings.attrition_is]} is {100 * rate:.3g} % from each "
        f"period to the next; {100 * gone:.3g} % of those there today are gone after {count} periods; "
        f"{starts_to_hold(settings, 100.0):.4g} starts a period hold 100 trained people"
    )


def _facts(plan: CapacityPlan) -> dict[str, float]:
    frame = plan.frame
    names = ("new_hires", "attrition", "wages", "hiring_cost", "shortfall_cost", "cost")
    sums = {name: float(frame[name].sum()) for name in names}
    return {**sums, "short": float((-frame["over_under"]).clip(lower=0).sum())}
