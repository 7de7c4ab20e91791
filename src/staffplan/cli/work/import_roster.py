"""What `import` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from staffplan.cli.output.say import say, show_json, show_text
from staffplan.cli.work.edit import EditFlags, decide, facts_of, opened
from staffplan.cli.work.edit_words import effect_json, effect_lines, name_of
from staffplan.cli.work.handoff import read_handoff, roster_state
from staffplan.errors import DataError, Problem, listed, place_of
from staffplan.files.roster_book import read_roster_book
from staffplan.plan.changed_days import changes_since, days_of_change
from staffplan.plan.edit_effect import effect_of
from staffplan.plan.edits import Edited, Standing
from staffplan.report import mark_of
from staffplan.report.formats import plural
from staffplan.roster.edits.book_people import missing, owned_rows
from staffplan.roster.edits.merged import Conflict, Edit, Merged, edits_of, merged
from staffplan.roster.edits.place import Placed, UnplacedError, placed
from staffplan.roster.edits.vocabulary import Vocabulary
from staffplan.tables.roster_book import BookMark

VERB = "import"
MOST_SAID = 2
"""Days that the log's sentence names."""
AGAIN = "hand the roster off again, and make the changes there"


def import_workbook(path: Path, folder: Path, flags: EditFlags) -> None:
    """Show what the changes of a workbook mean, ask, and make them."""
    book = read_roster_book(path)
    stands = opened(folder)
    _refuse_other_plan(stands, book.mark, place_of(path))
    now = _mark_now(stands)
    rows, problems = owned_rows(book, now.people)
    config = stands.workspace.config
    words = Vocabulary(config.shifts, config.work_plans, book.mark)
    edits, wrong = edits_of(rows, _contracts(stands), words)
    found, ungiven = merged(edits, book.mark, now, words)
    _refuse([*book.problems, *problems, *wrong, *ungiven, *_locked(stands, found)])
    notes = [*missing(book, rows, now.people), *_notes(stands, book.mark, now, found)]
    if not flags.as_json:
        for line in notes:
            say(line)
    told = {"notes": notes, "left": [_left_json(one) for one in found.conflicts]}
    if found.edits:
        _change(stands, path, found, flags, told)
        return
    _nothing(found, flags, told)


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise DataError(dict.fromkeys(problems))


def _refuse_other_plan(stands: Standing, mark: BookMark, place: str) -> None:
    """Raise DataError where the workbook is one of another plan, or of other days."""
    planned, name = stands.workspace.planned, stands.workspace.config.plan.name
    folder = place_of(stands.workspace.folder)
    problems = []
    if mark.plan != name:
        problems.append(Problem(place, f"was made of the plan {mark.plan!r}, and {folder} is {name!r}", AGAIN))
    if mark.first > planned.last or mark.last < planned.first:
        said = (
            f"is of the days from {mark.first} to {mark.last}; {folder} runs from {planned.first} to {planned.last}"
        )
        problems.append(Problem(place, said, AGAIN))
    _refuse(problems)


def _mark_now(stands: Standing) -> BookMark:
    """What a workbook of the plan would say now."""
    folder = stands.workspace.folder
    handoff = read_handoff(folder, agents=None, time_off=None, timezone=None, config_path=None)
    return mark_of(handoff, roster_state(folder))


def _contracts(stands: Standing) -> Mapping[str, str]:
    frame = stands.case.workforce.agents.frame
    return dict(zip(frame["agent_id"], frame["work_plan"], strict=True))


def _locked(stands: Standing, found: Merged) -> Iterator[Problem]:
    frame = stands.locks.frame
    locked = set(zip(frame["agent_id"], frame["day"].dt.date, strict=True))
    folder = place_of(stands.workspace.folder)
    for edit in found.edits:
        agent_id, day = edit.key
        if edit.key in locked:
            hint = f"put the cell back, or: staffplan unlock {folder} {agent_id} {day}"
            yield Problem(edit.place, f"{agent_id} on {day:%a %d %b %Y} is locked", hint)


def _notes(stands: Standing, base: BookMark, now: BookMark, found: Merged) -> Iterator[str]:
    """What happened to the plan since the workbook was made, and which edits are left out for it."""
    if base.state.shifts_sha256 != now.state.shifts_sha256:
        since = [one for one in changes_since(stands.log, base.state) or () if days_of_change(one)]
        if not since:
            yield "the roster was made anew since the workbook was made, or the workbook is of a copy of the plan"
        else:
            count = plural(len(since), "change")
            yield f"the workbook is older than the plan: {count} since ({listed(one.number for one in since)})"
    if found.already:
        yield f"in the plan by now: {listed(edit.place for edit in found.already)}"
    for one in found.conflicts:
        yield f"{one.edit.place}: left as it is: {_conflict_words(stands, base, one)}"


def _conflict_words(stands: Standing, base: BookMark, one: Conflict) -> str:
    agent_id, day = one.edit.key
    who = f"{name_of(stands, agent_id)} on {day:%a %d %b}"
    since = changes_since(stands.log, base.state, one.edit.key)
    by = f" since change {since[-1].number} ({since[-1].facts['says']})" if since else ""
    return (
        f"{who} is {one.now.words} in the plan{by}, was {one.base.words}; the workbook wants {one.edit.meant.words}"
    )


def _left_json(one: Conflict) -> dict[str, Any]:
    return {**_edit_json(one.edit), "was": one.base.words, "in_the_plan": one.now.words}


def _edit_json(edit: Edit) -> dict[str, Any]:
    agent_id, day = edit.key
    return {
        "cell": edit.place,
        "text": edit.text,
        "agent": agent_id,
        "day": day.isoformat(),
        "shift": edit.meant.shift or "off",
    }


def _nothing(found: Merged, flags: EditFlags, told: Mapping[str, Any]) -> None:
    """Say that nothing is taken. Raises DataError where that is because every edit was left out."""
    if found.conflicts:
        raise DataError(
            Problem(one.edit.place, f"changed in the plan too: {one.now.words}, was {one.base.words}", AGAIN)
            for one in found.conflicts
        )
    if flags.as_json:
        show_json({"written": False, "change": None, **told, "cells": []})
    else:
        show_text("nothing changed: the workbook says what the plan says")


def _change(stands: Standing, path: Path, found: Merged, flags: EditFlags, told: Mapping[str, Any]) -> None:
    made = _placed(stands, found)
    edited = Edited(made.roster, stands.case.workforce)
    days = sorted({day for _, day in found.wanted})
    effect = effect_of(stands, edited)
    said = _sentence(stands, path, found)
    if not flags.as_json:
        show_text("\n".join(effect_lines(stands, said, made.lost, effect)))
    facts = facts_of(flags, VERB, said, days, {"workbook": path.name})
    cells = [_edit_json(edit) for edit in found.edits]
    decide(stands, edited, flags, facts, {**told, "cells": cells, "effect": effect_json(made.lost, effect)})


def _placed(stands: Standing, found: Merged) -> Placed:
    """The roster with the edits. Raises DataError with the cell of each shift that nobody can be given."""
    places = {edit.key: edit.place for edit in found.edits}
    try:
        return placed(stands.case, stands.roster, found.wanted)
    except UnplacedError as error:
        raise DataError(
            Problem(places[key], f"{key[0]} on {key[1]:%a %d %b}: {one.message}", one.hint)
            for key, problems in error.days.items()
            for one in problems
        ) from error


def _sentence(stands: Standing, path: Path, found: Merged) -> str:
    """ "roster.xlsx changes 2 days of 2 people: Ines Gallego (A001) Tue 01 Dec day 09:00, ..."."""
    people = {edit.key[0] for edit in found.edits}
    each = [f"{name_of(stands, e.key[0])} {e.key[1]:%a %d %b} {e.meant.shift or 'off'}" for e in found.edits]
    count = f"{plural(len(found.edits), 'day')} of {plural(len(people), 'person', 'people')}"
    shown, more = each[:MOST_SAID], len(each) - MOST_SAID
    return f"{path.name} changes {count}: {', '.join(shown)}{f' and {more} more' if more > 0 else ''}"
