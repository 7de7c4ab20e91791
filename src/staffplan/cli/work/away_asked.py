"""Which absence or leave a command line means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from staffplan.cli.work.edit import EditFlags, days_of, facts_of, person_of
from staffplan.cli.work.edit_words import name_of, span_of
from staffplan.clock import day_minute
from staffplan.errors import Problem, UsageError, nearest
from staffplan.roster.edits.away import Away, away_days, away_hours
from staffplan.roster.edits.changes import shifts_by_day
from staffplan.roster.edits.people_off import people_off

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from staffplan.plan.edits import Standing

KINDS = {"sick": True, "late": False, "unpaid": False}
"""Kinds of absence, and whether they are paid."""


def asked_absence(
    stands: Standing,
    who: str,
    span: tuple[str, str | None],
    hours: tuple[str | None, str | None],
    kind: str,
    flags: EditFlags,
) -> tuple[Away, dict[str, Any]]:
    """The absence, and what the log tells of it. Raises UsageError where it cannot be meant."""
    days, agent_id, zone = days_of(stands, *span), person_of(stands, who), stands.timezone
    begin, end = _minutes(hours)
    if kind not in KINDS:
        raise UsageError(Problem("--kind", f"there is no kind {kind!r}", nearest(kind, list(KINDS))))
    paid, name = KINDS[kind], name_of(stands, agent_id)
    if kind == "late" and end is None:
        raise UsageError(
            Problem("--kind", "late needs the time at which the person comes", "add for example --to 11:00")
        )
    given = {"agent": agent_id, "kind": kind, "from": hours[0] or "", "to": hours[1] or ""}
    if begin is None and end is None:
        _refuse_without_shift(stands, agent_id, days)
        away = away_days(stands.roster, agent_id, days, kind=kind, paid=paid, zone=zone, ahead=False)
        return away, facts_of(flags, "absent", f"{name} is absent ({kind}) {span_of(days)}", days, given)
    if len(days) > 1:
        raise UsageError(Problem("--until", "hours are given of one day alone", "give a command for each day"))
    away = away_hours(stands.roster, agent_id, days[0], (begin, end), kind=kind, paid=paid, zone=zone)
    times = " ".join(f"{word} {text}" for word, text in zip(("from", "to"), hours, strict=True) if text)
    return away, facts_of(flags, "absent", f"{name} is absent ({kind}) {span_of(days)} {times}", days, given)


def _minutes(hours: tuple[str | None, str | None]) -> tuple[int | None, int | None]:
    found: list[int | None] = []
    for option, text in zip(("--from", "--to"), hours, strict=True):
        try:
            found.append(None if text is None else day_minute(text))
        except ValueError as error:
            raise UsageError(Problem(option, f"{text!r}: {error}", "write it as 09:30")) from error
    return found[0], found[1]


def _refuse_without_shift(stands: Standing, agent_id: str, days: Sequence[date]) -> None:
    known = shifts_by_day(stands.roster)
    if not any((agent_id, day) in known for day in days):
        hint = "name a day on which the person works; staffplan leave notes time off"
        raise UsageError(Problem("absent", f"{agent_id} has no shift {span_of(days)}", hint))


def asked_leave(
    stands: Standing, who: str, text: str, kind: str, flags: EditFlags, *, paid: bool
) -> tuple[Away, dict[str, Any]]:
    """The leave, and what the log tells of it. Raises UsageError where it cannot be meant."""
    days, agent_id = days_of(stands, text), person_of(stands, who)
    off = people_off(stands.case.workforce, days)
    if all(agent_id in people for people in off.values()):
        said = f"{agent_id} is off already {span_of(days)}"
        raise UsageError(Problem("leave", said, "it stands in the time off of the plan"))
    away = away_days(stands.roster, agent_id, days, kind=kind, paid=paid, zone=stands.timezone, ahead=True)
    pay = "" if paid else ", unpaid"
    said = f"{name_of(stands, agent_id)} is on leave ({kind}{pay}) {span_of(days)}"
    return away, facts_of(flags, "leave", said, days, {"agent": agent_id, "kind": kind})
