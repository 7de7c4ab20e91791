"""What a change of a plan by hand means, in words and for a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from staffplan.plan.text import percent, text_table

if TYPE_CHECKING:
    from datetime import date

    from staffplan.plan.edit_effect import DayEffect, Effect
    from staffplan.plan.edits import Standing
    from staffplan.roster.check.report import Breach
    from staffplan.roster.edits.changes import Change
    from staffplan.roster.repair.tables import Lost


def sentence_of(stands: Standing, change: Change) -> str:
    """A change in words, with names."""
    when = span_of(change.days)
    who, other = name_of(stands, change.agent_id), name_of(stands, change.other) if change.other else ""
    match change.verb:
        case "swap":
            return f"{who} and {other} change shifts {when}"
        case "move":
            return f"{who} works {change.shift} instead {when}"
        case "assign":
            return f"{who} is given {change.shift} {when}"
        case _:
            return f"{who} is off {when}"


def span_of(days: Sequence[date]) -> str:
    """ "on Tue 01 Dec 2026", "from Tue 01 Dec to Thu 03 Dec 2026"."""
    if len(days) == 1:
        return f"on {days[0]:%a %d %b %Y}"
    return f"from {days[0]:%a %d %b} to {days[-1]:%a %d %b %Y}"


def name_of(stands: Standing, agent_id: str) -> str:
    """ "Ines Gallego (A001)"; the id alone where there is no name."""
    frame = stands.case.workforce.agents.frame
    name = str(frame.loc[frame["agent_id"] == agent_id, "name"].iloc[0])
    return f"{name} ({agent_id})" if name else agent_id


def effect_lines(stands: Standing, said: str, lost: Sequence[Lost], effect: Effect) -> Iterator[str]:
    """What a change means, for a person. lost: meetings that somebody misses."""
    yield said
    yield ""
    rows = [(c.agent_id, c.name, f"{c.day:%a %d %b}", c.before, c.after) for c in effect.changes]
    if rows:
        yield text_table(rows, ("agent", "name", "day", "before", "after"))
        yield ""
    currency = stands.workspace.config.plan.currency
    for one in effect.people:
        hours, cents = one.after.paid_hours - one.before.paid_hours, one.after.cents - one.before.cents
        yield f"{one.name or one.agent_id}: {hours:+.2f} paid hours in the plan, {cents / 100:+,.2f} {currency}"
    yield f"together: {effect.hours:+.2f} paid hours, {effect.cents / 100:+,.2f} {currency}"
    yield from _rule_lines("newly broken", effect.rules.broken)
    for still in effect.rules.still:
        yield f"still broken, {still.by}: {_rule_words(still.after)} (before: {still.before.message})"
    yield from _rule_lines("no longer broken", effect.rules.mended)
    if not effect.rules.broken:
        yield "no rule is newly broken"
    for one_lost in lost:
        yield f"{one_lost.agent_id} misses the {one_lost.activity} of {one_lost.when} on {one_lost.day:%a %d %b}"
    yield from (_day_line(one) for one in effect.days)


def _rule_lines(what: str, breaches: tuple[Breach, ...]) -> Iterator[str]:
    for breach in breaches:
        yield f"{what}: {_rule_words(breach)}"


def _rule_words(breach: Breach) -> str:
    who = f"{breach.agent_id}, " if breach.agent_id else ""
    return f"{who}{breach.day:%a %d %b}, {breach.rule}: {breach.message}"


def _day_line(one: DayEffect) -> str:
    short = f"understaffed hours {one.short_before:.2f} -> {one.short_after:.2f}"
    if one.service_before is None or one.service_after is None:
        return f"{one.day:%a %d %b}, {one.group}: {short}"
    goal = f" (goal {percent(one.goal, 0)})" if one.goal is not None else ""
    level = f"{percent(one.service_before, 0)} -> {percent(one.service_after, 0)}{goal}"
    return f"{one.day:%a %d %b}, {one.group}: {short}, predicted service level about {level}"


def effect_json(lost: Sequence[Lost], effect: Effect) -> dict[str, object]:
    """What a change means, for a program."""
    people = [
        {
            "agent_id": one.agent_id,
            "name": one.name,
            "paid_hours_before": one.before.paid_hours,
            "paid_hours_after": one.after.paid_hours,
            "cost_before": one.before.cents / 100,
            "cost_after": one.after.cents / 100,
        }
        for one in effect.people
    ]
    return {
        "changes": [vars(one) for one in effect.changes],
        "people": people,
        "paid_hours": effect.hours,
        "cost": effect.cents / 100,
        "newly_broken": [vars(one) for one in effect.rules.broken],
        "still_broken": [
            {**vars(one.after), "before": one.before.message, "by": one.by} for one in effect.rules.still
        ],
        "no_longer_broken": [vars(one) for one in effect.rules.mended],
        "meetings_missed": [vars(one) for one in lost],
        "days": [vars(one) for one in effect.days],
    }
