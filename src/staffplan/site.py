"""Calendar and queues of a site with everything resolved: what every step may know beside its own section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from staffplan.clock import OpeningHours, SiteCalendar, SpecialDay, local_dates, public_holidays, working_weekends
from staffplan.planned import PlannedDays, days_planned
from staffplan.settings.config import Config
from staffplan.settings.queues import DEFAULT_GOALS, Goal, QueueSettings
from staffplan.tables.history import WORK_TYPE


@dataclass(frozen=True)
class Queue:
    """A queue with everything resolved: what the steps work with."""

    name: str
    channel: str = "voice"
    planning_group: str = ""
    service_hours: OpeningHours | None = None
    """None: not given; the forecast learns them."""
    arrival_hours: OpeningHours | None = None
    """None: not given; for immediate work learnt, as the service hours."""
    goal: Goal = DEFAULT_GOALS["immediate"]
    goal_is_default: bool = True
    aht_seconds: float | None = None
    patience_seconds: float | None = None
    concurrency: int = 1
    concurrency_slowdown: float = 0.0
    minimum_agents: int = 1
    shortfall_weight: float = 1.0
    risk: str | None = None
    """None: that of the staffing."""
    like: str | None = None
    """The queue whose history it borrows."""
    expected_per_week: float | None = None
    opens: date | None = None
    ended: date | bool | None = None
    """First day without it; True: ended, False: not ended; None: not given, the forecast finds out."""
    was: tuple[str, ...] = ()
    """Older queues whose history is this queue's."""
    channel_is_default: bool = False
    """No setting names it."""

    @property
    def work_type(self) -> str:
        return WORK_TYPE[self.channel]


@dataclass(frozen=True)
class Site:
    """Calendar and queues of the site: what every step may know beside its own section."""

    calendar: SiteCalendar
    queues: Mapping[str, Queue] = field(default_factory=dict)
    planned: PlannedDays | None = None
    """The plan's days; None where only files are known."""

    def days_of(self, starts: pd.DatetimeIndex) -> PlannedDays:
        """The days planned, of a table with a row for each of these instants."""
        return days_planned(local_dates(starts.unique(), self.calendar.timezone), self.planned)

    def groups(self) -> dict[str, tuple[Queue, ...]]:
        """Queues of each planning group, in order of their names."""
        found: dict[str, list[Queue]] = {}
        for name in sorted(self.queues):
            found.setdefault(self.queues[name].planning_group, []).append(self.queues[name])
        return {group: tuple(queues) for group, queues in sorted(found.items())}


def make_site(
    config: Config,
    *,
    queues: Iterable[str],
    first_day: date,
    last_day: date,
    special_days: Iterable[SpecialDay] = (),
    planned: PlannedDays | None = None,
) -> Site:
    """The site for `queues` (those of the data) and those of the settings that borrow or take over a history.

    Queues without a section get the defaults. Queues whose history another took over are not part of it.

    Public holidays of the years from `first_day` to `last_day` and their neighbours are looked up;
    `special_days` from a file replace a public holiday on the same day.
    """
    days: list[SpecialDay] = []
    at_work: frozenset[date] = frozenset()
    if config.plan.country is not None:
        years = range(first_day.year - 1, last_day.year + 2)
        days += public_holidays(config.plan.country, years, config.plan.subdivision)
        at_work = working_weekends(config.plan.country, years, config.plan.subdivision)
    days += special_days
    calendar = SiteCalendar.of(config.plan.timezone, config.plan.interval_minutes, days)
    calendar = replace(calendar, working_weekends=at_work)
    learning = {name for name, queue in config.queues.items() if queue.like is not None or queue.was}
    learning -= set(config.input.ignore_queues)
    older = {name for heir in learning for name in config.queues[heir].was}
    names = {*queues, *learning} - older
    return Site(calendar, {name: resolve_queue(name, config) for name in sorted(names)}, planned)


def resolve_queue(name: str, config: Config) -> Queue:
    """One queue with its hours, goal and group resolved."""
    settings = config.queues.get(name, QueueSettings())
    work_type = WORK_TYPE[settings.channel]
    service = config.hours[settings.hours].opening_hours() if settings.hours else None
    if settings.arrival_hours:
        arrival: OpeningHours | None = config.hours[settings.arrival_hours].opening_hours()
    else:
        arrival = OpeningHours.always() if work_type == "deferred" else service
    return Queue(
        name=name,
        channel=settings.channel,
        channel_is_default="channel" not in settings.model_fields_set,
        planning_group=settings.planning_group or name,
        service_hours=service,
        arrival_hours=arrival,
        goal=settings.goal or DEFAULT_GOALS[work_type],
        goal_is_default=settings.goal is None,
        aht_seconds=settings.aht_seconds,
        patience_seconds=settings.patience_seconds,
        concurrency=settings.concurrency,
        concurrency_slowdown=settings.concurrency_slowdown,
        minimum_agents=settings.minimum_agents,
        shortfall_weight=settings.shortfall_weight,
        like=settings.like,
        expected_per_week=settings.expected_per_week,
        opens=settings.opens,
        ended=settings.ended,
        was=settings.was,
        risk=settings.risk,
    )
