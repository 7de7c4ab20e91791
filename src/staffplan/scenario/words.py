"""Differences in plain sentences: who is better off, and what a scenario comes to."""

from __future__ import annotations

from collections.abc import Sequence

from staffplan.scenario.deltas import Delta

MOST = 3
"""Planning groups that a sentence names."""


def gains(found: Sequence[Delta], currency: str) -> dict[str, str]:
    """What customers, the people and the budget get, each in some words."""
    by_name = {(delta.measure, delta.group): delta for delta in found}
    cost = by_name["loaded cost a year", ""]
    return {"customers": _customers(found), "people": _people(found), "budget": _budget(cost, currency)}


def _customers(found: Sequence[Delta]) -> str:
    levels = [delta for delta in found if delta.measure == "service_level" and delta.is_distinct]
    if not levels:
        return "no difference that can be told"
    ordered = sorted(levels, key=lambda delta: -abs(delta.delta))[:MOST]
    return "; ".join(f"{one.group}: service level {_points(one.delta)}" for one in ordered)


def _points(share: float) -> str:
    return f"{100 * share:+.1f} points"


def _people(found: Sequence[Delta]) -> str:
    told = []
    for delta in found:
        if delta.measure == "agents" and delta.delta:
            told.append(f"{delta.delta:+,.0f} people")
        if delta.measure == "paid hours" and delta.is_distinct:
            told.append(f"{delta.delta:+,.0f} paid hours")
        if delta.measure == "broken rules" and delta.delta:
            told.append(f"{delta.delta:+,.0f} broken rules")
    busier = [delta for delta in found if delta.measure == "occupancy" and delta.is_distinct]
    ordered = sorted(busier, key=lambda delta: -abs(delta.delta))[:MOST]
    told += [f"{one.group}: occupancy {_points(one.delta)}" for one in ordered]
    return "; ".join(told) or "no difference that can be told"


def _budget(cost: Delta, currency: str) -> str:
    if not cost.is_distinct:
        return f"not distinguishable: {currency} {cost.low:+,.0f} to {cost.high:+,.0f} a year"
    if cost.low == cost.high:
        return f"{currency} {cost.delta:+,.0f} a year"
    return f"{currency} {cost.delta:+,.0f} a year ({cost.low:+,.0f} to {cost.high:+,.0f})"


def in_words(name: str, found: Sequence[Delta]) -> str:
    """A scenario in one or two short sentences."""
    by_name = {(delta.measure, delta.group): delta for delta in found}
    cost = by_name["loaded cost a year", ""]
    share = f" ({cost.delta / cost.base:+.1%})" if cost.base else ""
    money = (
        f"{name}: {cost.unit.split()[0]} {abs(cost.delta):,.0f} a year {'more' if cost.delta >= 0 else 'less'}{share}"
    )
    if not cost.is_distinct:
        money = f"{name}: cost not distinguishable from the base's"
    worst = [delta for delta in found if delta.measure == "service_level" and delta.is_distinct]
    if not worst:
        return f"{money}. Waits not distinguishable from the base's."
    one = max(worst, key=lambda delta: abs(delta.delta))
    return f"{money}. Service level of {one.group} from {one.base:.1%} to {one.test:.1%}."
