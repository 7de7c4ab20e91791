"""What `break` does between reading the command line and writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from staffplan.cli.output.say import show_text
from staffplan.cli.work.edit import EditFlags, days_of, decide, facts_of, person_of, refuse_locked
from staffplan.cli.work.edit_words import effect_json, effect_lines, name_of, span_of
from staffplan.clock import clock_minute
from staffplan.errors import Problem, UsageError
from staffplan.plan.edit_effect import effect_of
from staffplan.plan.edits import Edited
from staffplan.roster.edits.pauses import with_break_moved

if TYPE_CHECKING:
    from staffplan.plan.edits import Standing


def move_break(stands: Standing, who: str, day: str, times: tuple[str | None, str], flags: EditFlags) -> None:
    """Show what another time of a break means, ask, and make the change."""
    agent_id, days = person_of(stands, who), days_of(stands, day)
    if len(days) > 1:
        raise UsageError(Problem("the day", "a break is moved on one day", "give a command for each day"))
    refuse_locked(stands, [(agent_id, days[0])])
    begins, then = (
        None if text is None else _minute(name, text) for name, text in zip(("--at", "--to"), times, strict=True)
    )
    assert then is not None
    roster = with_break_moved(stands.roster, agent_id, days[0], (begins, then), stands.timezone)
    edited = Edited(roster, stands.case.workforce)
    effect = effect_of(stands, edited, [agent_id])
    if not effect.changes:
        raise UsageError(Problem("--to", f"the break begins at {times[1]} already", "there is nothing to move"))
    said = f"{name_of(stands, agent_id)} takes a break at {times[1]} {span_of(days)}"
    if not flags.as_json:
        show_text("\n".join(effect_lines(stands, said, (), effect)))
    facts = facts_of(flags, "break", said, days, {"agent": agent_id, "at": times[0] or "", "to": times[1]})
    decide(stands, edited, flags, facts, {"effect": effect_json((), effect)})


def _minute(option: str, text: str) -> int:
    try:
        return clock_minute(text)
    except ValueError as error:
        raise UsageError(Problem(option, f"{text!r}: {error}", "write it as 12:30")) from error
