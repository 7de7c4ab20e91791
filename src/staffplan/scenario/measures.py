"""What a plan directory comes to: people, hours, money, waits, and what its roster search left open."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from staffplan.files.disk import sha256
from staffplan.plan.directory import OpenPlan
from staffplan.settings.cost import CostSettings
from staffplan.settings.roster import RosterSettings
from staffplan.tables.cost import CostReport
from staffplan.tables.history import WORK_TYPE
from staffplan.tables.roster import RosterActivities, RosterBreaches, RosterShifts
from staffplan.tables.scenario import WaitsByRepetition
from staffplan.tables.spread import DAYS_PER_YEAR
from staffplan.tables.waits import DayService

TIME_LIMIT = "time limit"
COUNTS = ["contacts", "in_time", "answered", "abandoned", "waited_seconds", "busy_seconds", "line_seconds"]


@dataclass(frozen=True)
class Measures:
    """The sums of a plan. Open: by how much a better roster might still lower hours or cost, at most."""

    days: int
    currency: str
    agents: float
    contacts: float
    required_hours: float
    paid_hours: float
    cost: float
    once: float
    """Of the cost what is paid once: no part of a year's or of an hour's."""
    understaffed_hours: float
    overstaffed_hours: float
    broken_rules: float
    open_understaffed: float
    open_paid: float
    roster: tuple[str | None, ...]
    """Hashes of the roster's files."""
    waits: pd.DataFrame = field(repr=False)
    """As waits_by_repetition.csv."""
    at_once: tuple[str, ...] = ()
    """Planning groups whose contacts are answered at once."""
    refused_wishes: float = 0.0
    cut_short: bool = False
    """Whether the roster search ended by roster.time_limit_seconds: on a busy machine it finds less."""

    @property
    def per_year(self) -> float:
        """What the plan's amounts are multiplied by for a year of such days."""
        return DAYS_PER_YEAR / self.days

    @property
    def cost_of_a_year(self) -> float:
        """The cost of a year of such days, without what is paid once."""
        return (self.cost - self.once) * self.per_year

    @property
    def open_cost(self) -> float:
        return self.open_paid * (self.cost - self.once) / self.paid_hours if self.paid_hours else 0.0

    def level(self, name: str, groups: tuple[str, ...] = ()) -> float:
        """A measure of the waits over all repetitions; of several groups together where they are named."""
        return float(level_of(self.waits[self.waits["planning_group"].isin(groups or self.at_once)], name))


def measured(plan: OpenPlan) -> Measures:
    """Sum a finished plan up from its tables."""
    workspace, facts = plan.workspace, plan.manifest.steps["roster"].facts
    cost, waits = workspace.table(CostReport).frame, workspace.table(DayService).frame
    forecast = workspace.forecast().frame
    required, gap = (float(facts.get(name, 0.0)) for name in ("required_hours", "gap"))
    over, under = (float(waits[name].sum()) for name in ("overstaffed_hours", "understaffed_hours"))
    understaffed, paid = gap * required, total_of(cost, "hours", "paid hours", "hours")
    groups = workspace.site.groups()
    at_once = tuple(name for name, queues in groups.items() if WORK_TYPE[queues[0].channel] != "deferred")
    files = (RosterShifts.file_name, RosterActivities.file_name)
    return Measures(
        days=workspace.planned.number,
        currency=workspace.config.plan.currency,
        agents=float(len(workspace.workforce.agents)),
        contacts=float(forecast["offered"].sum()),
        required_hours=required,
        paid_hours=paid,
        cost=total_of(cost, "cost", "loaded cost", "amount"),
        once=sum(total_of(cost, "cost", line, "amount") for line in paid_once(workspace.config.cost)),
        understaffed_hours=under,
        overstaffed_hours=over,
        broken_rules=float(len(workspace.table(RosterBreaches))),
        open_understaffed=min(understaffed, under),
        open_paid=open_paid_hours(understaffed, over, paid, required - under + over, workspace.config.roster),
        roster=tuple(sha256(workspace.folder / name) for name in files),
        waits=workspace.table(WaitsByRepetition).frame,
        at_once=at_once,
        refused_wishes=float(plan.manifest.steps["check"].facts.get("wishes_not_granted", 0.0)),
        cut_short=facts.get("status") == TIME_LIMIT,
    )


def paid_once(settings: CostSettings) -> list[str]:
    """Lines of the cost that are an amount once."""
    return [f"other: {other.name}" for other in settings.others if other.amount is not None]


def open_paid_hours(open_hours: float, over: float, paid: float, on_queue: float, settings: RosterSettings) -> float:
    """By how many paid hours a better roster might be cheaper, at most. open_hours: understaffed ones that the search
    left open; over: overstaffed hours; on_queue: hours on queue of the paid ones.

    A better roster can give up no more hours on queue than those that are overstaffed, and those that it may leave
    understaffed in exchange by its own weights; with them go their share of breaks and the like.
    """
    weight = paid_hours_for_one(settings)
    fewer = min(open_hours * weight, over * (1 + 1 / weight))
    return min(fewer * max(1.0, paid / on_queue if on_queue > 0 else 1.0), paid)


def paid_hours_for_one(settings: RosterSettings) -> float:
    """Overstaffed hours that a search weighs as one understaffed hour; 1 where they cost it nothing."""
    if settings.objective == "service" or settings.overstaffing_weight <= 0:
        return 1.0
    return max(1.0, settings.understaffing_weight / settings.overstaffing_weight)


def total_of(cost: pd.DataFrame, ledger: str, line: str, column: str) -> float:
    """A line of a cost report, over all periods and groups."""
    rows = cost[(cost["period"] == "total") & (cost["ledger"] == ledger) & (cost["planning_group"] == "")]
    return float(rows.loc[rows["line"] == line, column].sum())


def level_of(rows: pd.DataFrame, name: str) -> float:
    """A measure of rows of waits_by_repetition.csv, their counts added up; NaN where nothing came."""
    sums = rows[COUNTS].sum()
    part, whole = {
        "asa_seconds": (sums["waited_seconds"], sums["answered"]),
        "abandon_rate": (sums["abandoned"], sums["contacts"]),
        "occupancy": (sums["busy_seconds"], sums["line_seconds"]),
        "service_level": ((rows["service_level"] * rows["contacts"]).sum(), _judged(rows)),
    }[name]
    return float(part / whole) if whole > 0 else float("nan")


def _judged(rows: pd.DataFrame) -> float:
    return float(rows.loc[rows["service_level"].notna(), "contacts"].sum())


def by_repetition(waits: pd.DataFrame, name: str, group: str) -> np.ndarray:
    """(repetitions,): a measure of one group in each repetition."""
    own = waits[waits["planning_group"] == group].sort_values("repetition")
    return np.array([level_of(own.iloc[[row]], name) for row in range(len(own))])
