"""Settings of the staffing step: shrinkage, occupancy, methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, model_validator

from staffplan.clock import MINUTES_PER_DAY, minute_of_day, parse_spans, parse_weekdays, weekday_of
from staffplan.settings.base import Section, Share, ShareBelowOne
from staffplan.settings.queues import _known_risk


class ShrinkageTime(Section):
    """Time of the week with a different share of shrinkage."""

    weekdays: str = "daily"
    """Local weekdays: "mon-fri", "sat,sun", "daily"."""
    hours: str = "24h"
    """Local times in which the interval starts: "10:00-12:00", "22:00-06:00", "24h"."""
    share: ShareBelowOne
    """Share of paid time at this time of the week."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        parse_weekdays(self.weekdays)
        parse_spans(self.hours)
        return self

    def covers(self, weekday: NDArray[np.int64], minute: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether moments lie in it, (moments,), by local weekday (Monday 0) and minutes after midnight, (moments,)
        each."""
        days, inside = parse_weekdays(self.weekdays), np.zeros(len(weekday), dtype=bool)
        for start, end in parse_spans(self.hours):
            inside |= np.isin(weekday, days) & (minute >= start) & (minute < end)
            inside |= np.isin((weekday - 1) % 7, days) & (minute + MINUTES_PER_DAY < end)
        return inside


class ShrinkageSettings(Section):
    """Category of shrinkage: a reason why paid time is not available for contacts."""

    share: ShareBelowOne
    """Share of paid time."""
    planned: bool = True
    """Planned shrinkage. true: known before the roster is made (vacation, training). false: not known (sickness,
    lateness)."""
    in_office: bool = True
    """Shrinkage at work. true: the agent is at work (break, coaching). false: the agent is away (vacation,
    sickness)."""
    paid: bool = True
    """Paid time: true or false."""
    in_roster: bool = False
    """Shrinkage that the roster itself contains (breaks, meals, listed time off). It is not added to the agents
    required on queue, because the roster already includes it."""
    times: tuple[ShrinkageTime, ...] = ()
    """Times of the week with a different share. If several cover the start of an interval, the first one applies."""

    def share_at(self, weekday: NDArray[np.int64], minute: NDArray[np.int64]) -> NDArray[np.float64]:
        """Share at moments, (moments,), given as in `ShrinkageTime.covers`."""
        shares = np.full(len(weekday), self.share)
        for part in reversed(self.times):
            shares = np.where(part.covers(weekday, minute), part.share, shares)
        return shares


@dataclass(frozen=True)
class Shrinkage:
    """Shares of paid time not available for contacts, at some moments: (categories, moments)."""

    categories: tuple[tuple[str, ShrinkageSettings], ...]
    shares: NDArray[np.float64]

    @property
    def everything(self) -> NDArray[np.float64]:
        """(moments,): the shares of all categories add up, as they are shares of the same time."""
        return np.asarray(self.shares.sum(axis=0))

    @property
    def on_queue(self) -> dict[str, NDArray[np.float64]]:
        """(moments,) for each category that the roster does not place: share lost of the people it shows on queue.

        What the roster places is taken off first: 5 % sickness of paid time, with 10 % placed, is 5/90 of the rest.
        """
        rest = 1.0 - self.shares[[own.in_roster for _, own in self.categories]].sum(axis=0)
        rows = zip(self.categories, self.shares, strict=True)
        return {name: share / rest for (name, own), share in rows if not own.in_roster}

    @property
    def not_in_roster(self) -> NDArray[np.float64]:
        """(moments,): what `on_queue` adds up to."""
        return sum(self.on_queue.values(), start=np.zeros(self.shares.shape[1]))

    @property
    def unplanned(self) -> frozenset[str]:
        """Categories that nobody can plan: neither known before nor placed by the roster."""
        return frozenset(name for name, own in self.categories if not (own.planned or own.in_roster))

    @property
    def absent(self) -> NDArray[np.float64]:
        """(moments,): the part of `everything` that nobody can plan."""
        return np.asarray(self.shares[[name in self.unplanned for name, _ in self.categories]].sum(axis=0))

    @property
    def absent_on_queue(self) -> NDArray[np.float64]:
        """(moments,): the part of `not_in_roster` that nobody can plan."""
        shares = (share for name, share in self.on_queue.items() if name in self.unplanned)
        return sum(shares, start=np.zeros(self.shares.shape[1]))


class StaffingSettings(Section):
    """Settings of the staffing step, which turns workload into required agents."""

    method: Literal["erlang-c", "erlang-a", "offered-load", "verified"] = "erlang-c"
    """Sizing method for immediate work. erlang-c: each interval is sized independently (steady state). erlang-a: the
    same, and customers hang up after patience_seconds. offered-load: the same as erlang-a, with the load that follows
    the calls after a delay. verified: the fewest agents whose simulated waits meet the service goal, confirmed with
    other random numbers; it also sizes chat and deferred work. The older name `model` is accepted too."""
    goal_scope: Literal["interval", "day", "week"] = "interval"
    """For verified: the period in which the service goal must be met: every interval, every day, or every seven days
    from the first day."""
    interval_floor: Share = 0.5
    """For verified, with a goal per day or week: lowest service level allowed in any interval."""
    risk: Annotated[str, AfterValidator(_known_risk)] = "mean"
    """Volume to staff for, from the forecast's bands. mean: the forecast; simulations include its uncertainty by day.
    p80: a volume that 80 % of days do not exceed. 8/10: a volume that 8 of 10 weeks do not exceed."""
    absence: Literal["share", "chance"] = "share"
    """How unplanned shrinkage (planned = false, in_roster = false) counts for immediate and concurrent work. share:
    every agent is away for that share of every hour. chance: every agent on the roster is either present or absent,
    independently of the others. With risk = "mean" or "8/10", the average service level over the number present then
    meets the goal. With "p80", the goal is met on 80 % of days, volume and absence counted together."""
    shrinkage: dict[str, ShrinkageSettings] = Field(default_factory=dict)
    """Categories of shrinkage, by name. Their shares add up, because all are shares of the same paid time. Shrinkage
    is applied exactly once."""

    @model_validator(mode="before")
    @classmethod
    def _older_name(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or "model" not in raw:
            return raw
        rest = {key: value for key, value in raw.items() if key != "model"}
        if rest.setdefault("method", raw["model"]) != raw["model"]:
            raise ValueError("model is the older name of method, and the two values differ; keep only method")
        return rest

    @property
    def model(self) -> Literal["erlang-c", "erlang-a"]:
        """The queueing model behind the method: with customers who hang up unless Erlang C is asked for."""
        return "erlang-c" if self.method == "erlang-c" else "erlang-a"

    @model_validator(mode="after")
    def _below_one(self) -> Self:
        week = pd.date_range("1970-01-05", periods=7 * MINUTES_PER_DAY, freq="min", tz="UTC")
        most = float(self.shrinkage_at(week, "UTC").everything.max())
        if most >= 1:
            raise ValueError(f"the shares of shrinkage add up to {most:.2f}; reduce them to less than 1")
        return self

    def shrinkage_at(self, instants: pd.DatetimeIndex, timezone: str) -> Shrinkage:
        """Shares in intervals that begin at these instants; the categories' times are local."""
        categories, local = tuple(sorted(self.shrinkage.items())), (instants, timezone)
        shares = np.array([own.share_at(weekday_of(*local), minute_of_day(*local)) for _, own in categories])
        return Shrinkage(categories, shares.reshape(len(categories), len(instants)))
