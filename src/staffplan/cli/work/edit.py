"""What `swap`, `move`, `assign`, `remove`, `undo` and `log` do between reading the command line and writing."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from staffplan.cli.output.say import say, show_json, show_text
from staffplan.errors import Problem, UnansweredError, UsageError, nearest, place_of
from staffplan.files.change_log import UNDO
from staffplan.plan.edit_effect import DayEffect, Effect, effect_of
from staffplan.plan.edits import Standing, out_of_date, standing, undone, write_change, write_undo
from staffplan.plan.text import percent, text_table
from staffplan.planned import between
from staffplan.roster.edits.changes import Change, wanted
from staffplan.roster.edits.place import Placed, placed

if TYPE_CHECKING:
    from staffplan.roster.check.report import Breach


@dataclass(frozen=True)
class EditFlags:
    """What every command that changes a roster is told beside the change itself."""

    yes: bool
    dry_run: bool
    as_json: bool
    by: str | None
    why: str


def person_of(stands: Standing, text: str) -> str:
    """The id of somebody, by id or by name. Raises UsageError where nobody, or more than one, is called so."""
    frame = stands.case.workforce.agents.frame
    ids, names = frame["agent_id"].tolist(), frame["name"].tolist()
    if text in ids:
        return text
    found = [one for one, name in zip(ids, names, strict=True) if name and name.casefold() == text.strip().casefold()]
    if len(found) == 1:
        return str(found[0])
    if found:
        hint = f"say which by the id: {', '.join(found)}"
        raise UsageError(Problem(text, f"{len(found)} people have this name", hint))
    raise UsageError(Problem(text, "nobody has this id or name", nearest(text, [*ids, *filter(None, names)])))


def days_of(stands: Standing, text: str, until: str | None = None) -> tuple[date, ...]:
    """The days from one to another, as given. Raises UsageError where they are none of the plan."""
    planned = stands.workspace.planned
    first, last = _day(text, "the day"), _day(until or text, "--until")
    outside = [day for day in (first, last) if not planned.contains(day)]
    if outside:
        said = f"{outside[0]} is not in the plan"
        raise UsageError(Problem("the day", said, f"it runs from {planned.first} to {planned.last}"))
    if last < first:
        raise UsageError(Problem("--until", f"{last} is before {first}", "swap the two"))
    return between(first, last).days


def _day(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(Problem(place, f"{text!r} is not a date", "write it as 2026-12-01")) from error


def change_roster(stands: Standing, change: Change, flags: EditFlags) -> None:
    """Show what a change means, ask, and make it."""
    made = placed(stands.case, stands.roster, wanted(change, stands.roster))
    effect = effect_of(stands, made.roster)
    said = sentence_of(stands, change)
    if not flags.as_json:
        show_text("\n".join(effect_lines(stands, said, made, effect)))
    arguments = {"agent": change.agent_id, "other": change.other, "shift": change.shift}
    facts = {
        **signed(flags),
        "verb": change.verb,
        "arguments": {
            "days": [day.isoformat() for day in change.days],
            **{name: value for name, value in arguments.items() if value},
        },
        "says": said,
    }
    is_written = agreed(flags, change.verb)
    if is_written:
        write_change(stands, made.roster, facts)
    ended(stands, flags, {**facts, "effect": effect_json(made, effect)}, is_written=is_written)


def undo(folder: Path, to: int | None, flags: EditFlags) -> None:
    """Take the last change back, or all after one."""
    stands = standing(folder)
    numbers, _ = undone(stands, to)
    known = {change.number: change for change in stands.log.changes}
    lines = [f"takes back change {number}: {known[number].facts['says']}" for number in numbers]
    if not flags.as_json:
        show_text("\n".join(lines))
    facts = {**signed(flags), "arguments": {"to": numbers[-1] - 1}, "says": f"takes back {_listed(numbers)}"}
    is_written = agreed(flags, UNDO)
    if is_written:
        write_undo(stands, to, facts)
    ended(stands, flags, {**facts, "verb": UNDO, "takes_back": list(numbers)}, is_written=is_written)


def show_log(folder: Path, *, as_json: bool) -> None:
    """Every change of a plan, the latest last."""
    stands = standing(folder)
    back = {number: one.number for one in stands.log.changes for number in one.takes_back}
    if as_json:
        show_json(
            [{"change": one.number, **one.facts, "taken_back_by": back.get(one.number)} for one in stands.log.changes]
        )
        return
    rows = [
        (one.number, one.facts["at"], one.facts["who"], one.facts["says"], one.facts["why"], back.get(one.number, ""))
        for one in stands.log.changes
    ]
    header = ("change", "at", "who", "what", "why", "taken back by")
    show_text(text_table(rows, header) if rows else "nothing was changed in this plan")


def signed(flags: EditFlags) -> dict[str, str]:
    """When, who and why."""
    at = datetime.now(UTC).replace(microsecond=0).isoformat()
    return {"at": at, "who": flags.by or _user(), "why": " ".join(flags.why.split())}


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user is known to the system, as in some containers
        return ""


def agreed(flags: EditFlags, verb: str) -> bool:
    """Whether the change is to be made: --yes, or yes to the question."""
    if flags.dry_run or flags.yes:
        return flags.yes and not flags.dry_run
    if not sys.stdin.isatty():
        said = "a change is made after a yes, and there is no terminal to ask on"
        raise UnansweredError(Problem(verb, said, "add --yes to make the change, or --dry-run to look only"))
    sys.stderr.write("Make this change? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def ended(stands: Standing, flags: EditFlags, facts: Mapping[str, Any], *, is_written: bool) -> None:
    """Say what was done, and what is out of date now."""
    folder = stands.workspace.folder
    late = out_of_date(folder) if is_written else []
    if flags.as_json:
        number = len(stands.log.changes) + 1 if is_written else None
        show_json({"written": is_written, "change": number, **facts, "out_of_date": late})
        return
    if not is_written:
        say("nothing was written")
        return
    back = "" if facts["verb"] == UNDO else f"; staffplan undo {place_of(folder)} takes it back"
    say(f"change {len(stands.log.changes) + 1} is made{back}")
    if late:
        update = f"staffplan plan {stands.workspace.config_place} -o {place_of(folder)}"
        say(f"out of date now: {', '.join(late)}; {update} updates them")


def sentence_of(stands: Standing, change: Change) -> str:
    """A change in words, with names."""
    days = change.days
    when = f"on {days[0]:%a %d %b %Y}" if len(days) == 1 else f"from {days[0]:%a %d %b} to {days[-1]:%a %d %b %Y}"
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


def name_of(stands: Standing, agent_id: str) -> str:
    """ "Ines Gallego (A001)"; the id alone where there is no name."""
    frame = stands.case.workforce.agents.frame
    name = str(frame.loc[frame["agent_id"] == agent_id, "name"].iloc[0])
    return f"{name} ({agent_id})" if name else agent_id


def effect_lines(stands: Standing, said: str, made: Placed, effect: Effect) -> Iterator[str]:
    """What a change means, for a person."""
    yield said
    yield ""
    rows = [(c.agent_id, c.name, f"{c.day:%a %d %b}", c.before, c.after) for c in effect.changes]
    yield text_table(rows, ("agent", "name", "day", "before", "after"))
    yield ""
    currency = stands.workspace.config.plan.currency
    for one in effect.people:
        hours, cents = one.after.paid_hours - one.before.paid_hours, one.after.cents - one.before.cents
        yield f"{one.name or one.agent_id}: {hours:+.2f} paid hours in the plan, {cents / 100:+,.2f} {currency}"
    yield f"together: {effect.hours:+.2f} paid hours, {effect.cents / 100:+,.2f} {currency}"
    yield from _rule_lines("newly broken", effect.broken)
    yield from _rule_lines("no longer broken", effect.mended)
    if not effect.broken:
        yield "no rule is newly broken"
    for lost in made.lost:
        yield f"{lost.agent_id} misses the {lost.activity} of {lost.when} on {lost.day:%a %d %b}"
    yield from (_day_line(one) for one in effect.days)


def _rule_lines(what: str, breaches: tuple[Breach, ...]) -> Iterator[str]:
    for breach in breaches:
        who = f"{breach.agent_id}, " if breach.agent_id else ""
        yield f"{what}: {who}{breach.day:%a %d %b}, {breach.rule}: {breach.message}"


def _day_line(one: DayEffect) -> str:
    short = f"understaffed hours {one.short_before:.2f} -> {one.short_after:.2f}"
    if one.service_before is None or one.service_after is None:
        return f"{one.day:%a %d %b}, {one.group}: {short}"
    goal = f" (goal {percent(one.goal, 0)})" if one.goal is not None else ""
    level = f"{percent(one.service_before, 0)} -> {percent(one.service_after, 0)}{goal}"
    return f"{one.day:%a %d %b}, {one.group}: {short}, predicted service level about {level}"


def effect_json(made: Placed, effect: Effect) -> dict[str, object]:
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
        "newly_broken": [vars(one) for one in effect.broken],
        "no_longer_broken": [vars(one) for one in effect.mended],
        "meetings_missed": [vars(one) for one in made.lost],
        "days": [vars(one) for one in effect.days],
    }


def _listed(numbers: tuple[int, ...]) -> str:
    return f"change{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
