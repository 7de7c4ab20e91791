"""What changes of a plan by hand have in common: who and when is meant, the question, the log, taking back."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from staffplan.cli.output.say import say, say_long, show_json, show_text
from staffplan.errors import Problem, UnansweredError, UsageError, nearest, place_of
from staffplan.files.change_log import UNDO
from staffplan.plan.edits import Edited, Logged, Standing, logged, standing, undone, write_change, write_undo
from staffplan.plan.renewed import Renewed, renewed
from staffplan.plan.text import text_table
from staffplan.planned import between
from staffplan.tables.standby import Standby

if TYPE_CHECKING:
    from staffplan.roster.edits.changes import Change
    from staffplan.roster.repair.absences import AgentDay


@dataclass(frozen=True)
class EditFlags:
    """What every command that changes a roster is told beside the change itself."""

    yes: bool
    dry_run: bool
    as_json: bool
    by: str | None
    why: str
    later: bool = False
    """Whether what is told of the roster is left out of date."""


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


def opened(folder: Path) -> Standing:
    """A plan directory to change; what is odd about its settings is said."""
    stands = standing(folder)
    for line in stands.plan.remarks:
        say_long(line)
    return stands


def days_of(stands: Standing, text: str, until: str | None = None) -> tuple[date, ...]:
    """The days from one to another, as given: "2026-12-11", or "2026-12-11..2026-12-12". Raises UsageError where they
    are none of the plan."""
    planned = stands.workspace.planned
    begin, dots, end = text.partition("..")
    if dots and until:
        raise UsageError(Problem("--until", f"{text} tells the last day already", "leave --until out"))
    first, last = _day(begin, "the day"), _day(until or end or begin, "--until" if until else "the day")
    outside = [day for day in (first, last) if not planned.contains(day)]
    if outside:
        said = f"{outside[0]} is not in the plan"
        raise UsageError(Problem("the day", said, f"it runs from {planned.first} to {planned.last}"))
    if last < first:
        raise UsageError(Problem("--until" if until else "the day", f"{last} is before {first}", "swap the two"))
    return between(first, last).days


def _day(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(Problem(place, f"{text!r} is not a date", "write it as 2026-12-01")) from error


def refuse_locked(stands: Standing, days: Iterable[AgentDay]) -> None:
    """Raise UsageError with every one of these days that is locked in the plan."""
    frame = stands.locks.frame
    locked = set(zip(frame["agent_id"], frame["day"].dt.date, strict=True))
    found = [key for key in dict.fromkeys(days) if key in locked]
    folder = place_of(stands.workspace.folder)
    if found:
        raise UsageError(
            Problem(agent_id, f"{day:%a %d %b %Y} is locked", f"staffplan unlock {folder} {agent_id} {day}")
            for agent_id, day in found
        )


def change_roster(stands: Standing, change: Change, flags: EditFlags) -> None:
    """Show what a change of shifts means, ask, and make it."""
    from staffplan.cli.work.edit_words import effect_json, effect_lines, sentence_of
    from staffplan.plan.edit_effect import effect_of
    from staffplan.roster.edits.changes import wanted
    from staffplan.roster.edits.place import placed

    asked = wanted(change, stands.roster)
    refuse_locked(stands, asked)
    made = placed(stands.case, stands.roster, asked)
    edited = Edited(made.roster, stands.case.workforce)
    effect = effect_of(stands, edited)
    said = sentence_of(stands, change)
    if not flags.as_json:
        show_text("\n".join(effect_lines(stands, said, made.lost, effect)))
    arguments = {"agent": change.agent_id, "other": change.other, "shift": change.shift}
    facts = facts_of(flags, change.verb, said, change.days, arguments)
    decide(stands, edited, flags, facts, {"effect": effect_json(made.lost, effect)})


def facts_of(
    flags: EditFlags, verb: str, said: str, days: Sequence[date], arguments: Mapping[str, str]
) -> dict[str, Any]:
    """What the log tells of a change. Arguments that are not given are left out."""
    given = {name: value for name, value in arguments.items() if value}
    return {
        **signed(flags),
        "verb": verb,
        "arguments": {"days": [day.isoformat() for day in days], **given},
        "says": said,
    }


def decide(
    stands: Standing, edited: Edited, flags: EditFlags, facts: Mapping[str, Any], told: Mapping[str, Any]
) -> None:
    """Say whose standby is lost, ask, make the change where the answer is yes, and say what was done. told: for a
    program, beside the facts."""
    lost = _standby_lost(stands, edited)
    if lost and not flags.as_json:
        show_text("\n".join(["", *lost]))
    told = {**told, "standby_lost": lost} if lost else told
    is_written = agreed(flags, str(facts["verb"]))
    if is_written:
        write_change(stands, edited, facts)
    ended(stands, flags, {**facts, **told}, is_written=is_written)


def _standby_lost(stands: Standing, edited: Edited) -> list[str]:
    """Standby that was possible before the change and is not after it, in words."""
    workspace = stands.workspace
    table = workspace.table_if_there(Standby) if workspace.config.standby else None
    if table is None:
        return []
    from staffplan.roster.standby.lost import lost_duties, words_of

    sides = (stands.case, stands.roster), (replace(stands.case, workforce=edited.workforce), edited.roster)
    before, after = (
        lost_duties(case, roster, workspace.config.standby, table, workspace.planned.first) for case, roster in sides
    )
    known = {(one.standby, one.agent_id, one.day) for one in before}
    agents = edited.workforce.agents.frame
    names = dict(zip(agents["agent_id"], agents["name"], strict=True))
    return [words_of(one, names) for one in after if (one.standby, one.agent_id, one.day) not in known]


def undo(folder: Path, to: int | None, flags: EditFlags) -> None:
    """Take the last change back, or all after one."""
    stands = logged(folder)
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
    stands = logged(folder)
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


def agreed(flags: EditFlags, verb: str, question: str = "Make this change?") -> bool:
    """Whether the change is to be made: --yes, or yes to the question."""
    if flags.dry_run or flags.yes:
        return flags.yes and not flags.dry_run
    if not sys.stdin.isatty():
        said = "a change is made after a yes, and there is no terminal to ask on"
        raise UnansweredError(Problem(verb, said, "add --yes to make the change, or --dry-run to look only"))
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def ended(stands: Standing | Logged, flags: EditFlags, facts: Mapping[str, Any], *, is_written: bool) -> None:
    """Say what was done, and what is out of date now."""
    folder = stands.workspace.folder
    number = len(stands.log.changes) + 1
    if is_written and not flags.as_json:
        back = "" if facts["verb"] == UNDO else f"; staffplan undo {place_of(folder)} takes it back"
        say(f"change {number} is made{back}")
    after = renewed(folder, later=flags.later) if is_written else Renewed()
    if flags.as_json:
        done = {"renewed": list(after.ran), "out_of_date": list(after.late)}
        show_json({"written": is_written, "change": number if is_written else None, **facts, **done})
        return
    if not is_written:
        say("nothing was written")
        return
    if after.ran:
        say(f"renewed: {', '.join(after.ran)}")
    if after.late:
        update = f"staffplan plan {stands.workspace.config_place} -o {place_of(folder)}"
        say(f"out of date now: {', '.join(after.late)}; {update} updates {'it' if len(after.late) == 1 else 'them'}")


def _listed(numbers: tuple[int, ...]) -> str:
    return f"change{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
