"""What `today --apply` does: the chosen changes shown, agreed to, and put into the roster and its log of changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import show_text
from staffplan.cli.work.delivery import put_tables
from staffplan.cli.work.edit import EditFlags, agreed, ended, refuse_locked, signed
from staffplan.cli.work.edit_words import effect_json, effect_lines
from staffplan.cli.work.today import BEST
from staffplan.cli.work.today_told import clock_words, day_words, rows_of, tables_of
from staffplan.errors import Problem, UsageError
from staffplan.plan.edit_effect import Effect, effect_of
from staffplan.plan.edits import Edited, write_change
from staffplan.plan.text import text_table
from staffplan.roster.repair.absences import each
from staffplan.tables.control import ToTell

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes
    from staffplan.cli.work.today import Told
    from staffplan.control.today.chosen import Chosen
    from staffplan.control.today.levers import Lever
    from staffplan.roster.repair.absences import AgentDay


def apply(
    told: Told, wanted: tuple[int, ...] | str, flags: EditFlags, paths: Mapping[str, Path], before: Hashes
) -> None:
    """Show the day and what the changes mean, ask, and make them. Files of the day are written in any case, the list
    of whom to tell once the changes are made."""
    from staffplan.control.today.chosen import chosen

    numbers = _listed(told, wanted)
    made = chosen(told.day, told.found.offers, numbers)
    refuse_locked(told.stands, _days_of(made))
    edited = Edited(made.roster, told.stands.case.workforce)
    effect = effect_of(told.stands, edited, with_days=False)
    tell = to_tell(told, made, effect)
    if not flags.as_json:
        show_text("\n".join(_lines(told, made, effect, tell)))
    facts = {
        **signed(flags),
        "verb": "today",
        "arguments": {"at": told.day.at.tz_convert(told.zone).isoformat(), "changes": records(tell.frame, told.zone)},
        "says": says(told, made),
    }
    is_written = bool(made.taken) and agreed(flags, "today")
    if is_written:
        write_change(told.stands, edited, facts)
    _put(told, tell if is_written else None, paths, before)
    shown = {
        **rows_of(told),
        "to_tell": records(tell.frame, told.zone),
        "not_possible": {str(number): why for number, why in made.refused.items()},
        "gain_points": made.gain.points,
        "error_points": made.gain.error_points,
        "effect": effect_json((), effect),
    }
    ended(told.stands, flags, {**facts, **shown}, is_written=is_written)


def _listed(told: Told, wanted: tuple[int, ...] | str) -> tuple[int, ...]:
    """The numbers of the changes, no more than the list may be long. Raises UsageError for a number that is not in
    the list."""
    count = len(told.found.offers)
    if isinstance(wanted, str):
        return tuple(range(1, min(count, 1 if wanted == BEST else told.day.most) + 1))
    beyond = [number for number in wanted if number > count]
    if beyond:
        has = f"the list has {count}" if count else "the list is empty"
        hint = "run it without --apply to see the list"
        raise UsageError(Problem("--apply", f"there is no change {number}: {has}", hint) for number in beyond)
    return wanted


def _days_of(made: Chosen) -> list[AgentDay]:
    """Whose days the changes are."""
    afters = (after for offer in made.taken.values() for after in offer.lever.afters)
    return [(after.agent_id, after.schedule_date.date()) for after in afters]


def to_tell(told: Told, made: Chosen, effect: Effect) -> ToTell:
    """Who must be told what, and by when."""
    from staffplan.control.today.told import deadline_of

    words = {(one.agent_id, one.day): one for one in effect.changes}
    rows = []
    for number, offer in made.taken.items():
        when = {"tell_by": deadline_of(told.day, offer.lever), "begins": offer.lever.first}
        for after in offer.lever.afters:
            day = words[after.agent_id, after.schedule_date.date()]
            row = {"number": number, "agent_id": day.agent_id, "name": day.name, "schedule_date": after.schedule_date}
            rows.append({**row, **when, "change": offer.lever.words, "before": day.before, "after": day.after})
    return ToTell.of(pd.DataFrame(rows)) if rows else ToTell.empty()


def says(told: Told, made: Chosen) -> str:
    """The changes in a sentence, for the log."""
    day, count = f"{told.day.date:%a %d %b %Y}", len(made.taken)
    each = (offer.lever for offer in made.taken.values())
    words = "; ".join(f"{_names(one)} {one.kind}: {one.words}" for one in each)
    return f"{count} change{'s' * (count != 1)} on {day} at {clock_words(told.day.at, told.zone)}: {words}"


def _names(lever: Lever) -> str:
    return ", ".join(after.name or after.agent_id for after in lever.afters)


def _lines(told: Told, made: Chosen, effect: Effect, tell: ToTell) -> Iterator[str]:
    yield day_words(told)
    yield ""
    for number, why in made.refused.items():
        yield f"change {number} is not made: {why}"
    if not made.taken:
        yield "no change is to be made"
        return
    yield from effect_lines(told.stands, says(told, made), (), effect)
    points = f"{made.gain.points:+.2f} ± {made.gain.error_points:.2f} points"
    yield f"together: {points} of service level over the contacts of the rest of the day"
    yield ""
    rows = [_tell_row(row, told.zone) for row in each(tell.frame)]
    yield text_table(rows, ("tell by", "who", "what", "from"))


def _tell_row(row: Any, zone: str) -> tuple[str, ...]:
    return (clock_words(row.tell_by, zone), row.name or row.agent_id, row.change, clock_words(row.begins, zone))


def _put(told: Told, tell: ToTell | None, paths: Mapping[str, Path], before: Hashes) -> None:
    """Write the files asked for."""
    tables = tables_of(told) | ({} if tell is None else {tell.file_name: tell})
    if paths:
        put_tables({path: tables[name] for name, path in paths.items() if name in tables}, told.zone, before)
