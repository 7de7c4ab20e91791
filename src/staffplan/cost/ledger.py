"""The hours ledger: what every paid minute was for, adding up to the minute.

Per planning group and interval, with S minutes paid on queue, of which the share s is lost to shrinkage that the
roster does not place, L = S (1 - s) on the line, W minutes of work, R required on the line and Q on queue:

    handling     H = min(W, L); deferred work carries on as backlog what L does not reach
    overstaffing O = L - max(H, min(S, Q) (1 - s))
    idle by design = what remains of L, as far as R reaches beyond H: the price of a short wait
    rounding       = the rest: whole people where the requirement, grossed up, is a fraction
    understaffing  = max(0, Q - S) (1 - s), beside the ledger: nobody is paid for it
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.cost.exact import Floats, Ints, share_out
from staffplan.cost.people import Frame, PaidTime, Spans
from staffplan.cost.premiums import instants_of, minutes_of
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Queue, Site
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.waits import Coverage

USES = (
    "handling contacts",
    "idle by design",
    "rounding to whole people",
    "overstaffing",
    "beyond the forecast's days",
)
"""What time on the line was for, in the order of the ledger."""


@dataclass(frozen=True)
class Demand:
    """(groups, intervals) on a grid that covers forecast, requirement and roster; minutes unless said otherwise."""

    period: Ints
    """(intervals,): the month of each interval; -1 outside the frame."""
    starts: pd.DatetimeIndex
    """(intervals,)"""
    covered: np.ndarray
    """(groups, intervals): whether the interval is one of the forecast's days."""
    contacts: Floats
    contact_minutes: Floats
    """Contacts x AHT."""
    agent_minutes: Floats
    """The same for agents who serve several at once: at full concurrency."""
    required: Ints
    on_queue_required: Ints
    on_queue: Ints
    deferred: np.ndarray
    """(groups,)"""

    def by_period(self, values: Floats | Ints, periods: int) -> np.ndarray:
        """(groups, intervals) to (periods, groups)."""
        sums = np.zeros((periods, values.shape[0]), dtype=values.dtype)
        inside = self.period >= 0
        np.add.at(sums, self.period[inside], values[:, inside].T)
        return sums


@dataclass(frozen=True)
class QueueWork:
    """Each queue's contacts and work by month: (periods,) arrays."""

    name: str
    channel: str
    group: int
    contacts: Floats
    answered: Floats
    agent_minutes: Floats


def make_demand(
    forecast: VolumeForecast, requirement: StaffingRequirement, spans: Spans, frame: Frame, site: Site
) -> Demand:
    """Forecast, requirement and roster on one grid."""
    length = site.calendar.interval_minutes
    f, r = forecast.frame, requirement.frame
    f_at, r_at = minutes_of(f["interval_start"]), minutes_of(r["interval_start"])
    first = int(f_at.min())
    bounds = np.concatenate([f_at, r_at, spans.start, spans.end - 1])
    low, high = (int(bounds.min()) - first) // length, (int(bounds.max()) - first) // length + 1
    origin, shape = first + low * length, (len(frame.groups), high - low)
    code = {name: number for number, name in enumerate(frame.groups)}
    queues = {name: known_queue(site, name, channel) for name, channel in queue_channels(forecast).items()}
    owner = np.array([code[queues[name].planning_group] for name in f["queue"]], dtype=np.int64)
    at = (owner, (f_at - origin) // length)
    offered, aht = f["offered"].to_numpy(dtype=float), f["aht_seconds"].to_numpy(dtype=float)
    pace = np.array([agent_share(queues[name]) for name in f["queue"]], dtype=float)
    group = np.array([code[name] for name in r["planning_group"]], dtype=np.int64)
    needed = (group, (r_at - origin) // length)
    return Demand(
        period=_periods(origin, high - low, frame, site),
        starts=_grid(origin, high - low, site),
        covered=_covered(origin, high - low, f_at, site),
        contacts=_placed(shape, at, offered),
        contact_minutes=_placed(shape, at, offered * aht / 60),
        agent_minutes=_placed(shape, at, offered * aht / 60 * pace),
        required=_whole(shape, needed, r["agents_required"], length),
        on_queue_required=_whole(shape, needed, r["agents_on_queue"], length),
        on_queue=_spread(spans, origin, length, shape),
        deferred=np.array([_is_deferred(name, queues) for name in frame.groups]),
    )


def queue_channels(forecast: VolumeForecast) -> dict[str, str]:
    """The channel of each queue in the forecast."""
    firsts = forecast.frame.groupby("queue")["channel"].first()
    return {str(name): str(channel) for name, channel in firsts.items()}


def known_queue(site: Site, name: str, channel: str) -> Queue:
    """The site's queue, or one with its channel's defaults."""
    return site.queues.get(name) or Queue(name=name, channel=channel, planning_group=name)


def agent_share(queue: Queue) -> float:
    """Minutes of an agent for one minute of a contact, when as many are served at once as the queue allows."""
    if queue.work_type != "concurrent":
        return 1.0
    return (1 + queue.concurrency_slowdown * (queue.concurrency - 1)) / queue.concurrency


def _is_deferred(group: str, queues: dict[str, Queue]) -> bool:
    return any(q.planning_group == group and q.work_type == "deferred" for q in queues.values())


def _placed(shape: tuple[int, int], at: tuple[Ints, Ints], values: Floats) -> Floats:
    placed = np.zeros(shape)
    np.add.at(placed, at, values)
    return placed


def _whole(shape: tuple[int, int], at: tuple[Ints, Ints], heads: pd.Series, length_minutes: int) -> Ints:
    placed = np.zeros(shape, dtype=np.int64)
    placed[at] = np.rint(heads.to_numpy(dtype=float) * length_minutes).astype(np.int64)
    return placed


def _grid(origin: int, intervals: int, site: Site) -> pd.DatetimeIndex:
    return instants_of(origin + np.arange(intervals) * site.calendar.interval_minutes)


def _periods(origin: int, intervals: int, frame: Frame, site: Site) -> Ints:
    code = {name: number for number, name in enumerate(frame.periods)}
    local = _grid(origin, intervals, site).tz_convert(site.calendar.timezone).strftime("%Y-%m")
    return np.array([code.get(name, -1) for name in local], dtype=np.int64)


def _covered(origin: int, intervals: int, forecast_minutes: Ints, site: Site) -> np.ndarray:
    """(intervals,): whether the interval's local day lies between the forecast's first and last."""
    zone = site.calendar.timezone
    days = local_dates(_grid(origin, intervals, site), zone)
    ends = instants_of(np.array([forecast_minutes.min(), forecast_minutes.max()]))
    first, last = local_dates(ends, zone)
    return np.asarray((days >= first) & (days <= last), dtype=bool)


def _spread(spans: Spans, origin: int, length: int, shape: tuple[int, int]) -> Ints:
    """(groups, intervals): paid minutes on queue, cut where intervals end."""
    own = spans.group >= 0
    start, end, group = spans.start[own] - origin, spans.end[own] - origin, spans.group[own]
    first, last = start // length, (end - 1) // length
    count = last - first + 1
    row = np.repeat(np.arange(len(start)), count)
    interval = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    minutes = np.minimum(end[row], (interval + 1) * length) - np.maximum(start[row], interval * length)
    placed = np.zeros(shape, dtype=np.int64)
    np.add.at(placed, (group[row], interval), minutes)
    return placed


@dataclass(frozen=True)
class Hours:
    """The ledger, (periods, groups) whole minutes by line; `lines` add up to `paid`, `memo` stands beside it."""

    lines: dict[str, Ints]
    paid: Ints
    memo: dict[str, Ints]


def make_hours(paid: PaidTime, demand: Demand, staffing: StaffingSettings, site: Site) -> Hours:
    """All paid minutes by what they were for, month and planning group."""
    periods = len(paid.frame.periods)
    shrinkage = staffing.shrinkage_at(demand.starts, site.calendar.timezone)
    uses, missing = line_uses(demand, shrinkage.not_in_roster)
    lost = {name: share for name, share in shrinkage.on_queue.items() if share.any()}
    queue_minutes = paid.on_queue.sum(axis=0)
    weights = [demand.by_period(use, periods) for use in uses]
    weights += [demand.by_period(demand.on_queue * share, periods) for share in lost.values()]
    parts = share_out(queue_minutes, np.stack(weights, axis=-1))
    names = [*USES, *(f"shrinkage: {name}" for name in lost)]
    lines = {name: parts[..., number] for number, name in enumerate(names)}
    beside = {"break": "breaks", "meal": "meals", "meeting": "meetings", "training": "training"}
    for number, kind in enumerate([*beside, "time off"]):
        name = beside.get(kind, "paid time off")
        lines[name] = paid.attributed(paid.other[:, :, number]).sum(axis=0)
    understaffed = np.rint(demand.by_period(missing, periods)).astype(np.int64)
    return Hours(
        lines, np.asarray(sum(lines.values()), dtype=np.int64), {"memo: understaffing on the line": understaffed}
    )


def line_uses(demand: Demand, shrinkage: Floats) -> tuple[list[Floats], Floats]:
    """(groups, intervals) minutes on the line for each of USES, and the minutes missing on the line."""
    line = demand.on_queue * (1 - shrinkage)
    needed = np.minimum(demand.on_queue, demand.on_queue_required) * (1 - shrinkage)
    within = line * demand.covered
    handling = _handled(demand, within)
    over = within - np.maximum(handling, needed * demand.covered)
    rest = within - handling - over
    idle = np.clip(demand.required - handling, 0.0, rest)
    missing = np.maximum(demand.on_queue_required - demand.on_queue, 0) * (1 - shrinkage)
    return [handling, idle, rest - idle, over, line - within], missing


def _handled(demand: Demand, line: Floats) -> Floats:
    """Work done in each interval: at once or not at all, except deferred work, which waits as backlog."""
    handled = np.minimum(demand.agent_minutes, line)
    for group in np.flatnonzero(demand.deferred).tolist():
        backlog = 0.0
        for interval, (work, able) in enumerate(zip(demand.agent_minutes[group], line[group], strict=True)):
            backlog += work
            handled[group, interval] = min(backlog, able)
            backlog -= handled[group, interval]
    return handled


def queue_work(forecast: VolumeForecast, coverage: Coverage, frame: Frame, site: Site) -> list[QueueWork]:
    """Contacts and work of each queue by month; answered contacts where the simulation tells who hung up."""
    rows = forecast.frame
    months = pd.DatetimeIndex(rows["interval_start"]).tz_convert(site.calendar.timezone).strftime("%Y-%m")
    period = np.array([frame.periods.index(month) for month in months], dtype=np.int64)
    channels = queue_channels(forecast)
    queues = {name: known_queue(site, name, channel) for name, channel in channels.items()}
    owner = np.array([queues[name].planning_group for name in rows["queue"]], dtype=object)
    lost = coverage.frame.set_index(["planning_group", "interval_start"])["abandon_rate"]
    wanted = pd.MultiIndex.from_arrays([owner, rows["interval_start"]])
    answered = rows["offered"].to_numpy() * (1 - lost.reindex(wanted).fillna(0.0).to_numpy(dtype=float))
    offered, minutes = rows["offered"].to_numpy(dtype=float), (rows["offered"] * rows["aht_seconds"] / 60).to_numpy()
    found = []
    for name, queue in sorted(queues.items()):
        own = (rows["queue"] == name).to_numpy()
        per_month = [
            np.asarray(np.bincount(period[own], weights=values[own], minlength=len(frame.periods)), dtype=float)
            for values in (offered, answered, minutes * agent_share(queue))
        ]
        found.append(QueueWork(name, channels[name], frame.groups.index(queue.planning_group), *per_month))
    return found
