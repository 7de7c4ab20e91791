"""What `swap --with-anyone` does: the colleagues to swap with, the best first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from staffplan.cli.output.say import progress_shown, say, show_json, show_text
from staffplan.cli.work.edit import days_of, opened, person_of, refuse_locked
from staffplan.cli.work.edit_words import name_of, span_of
from staffplan.errors import Problem, UsageError, place_of
from staffplan.plan.edits import Standing
from staffplan.plan.partners import Partner, Partners, partners
from staffplan.plan.text import text_table
from staffplan.report.formats import plural
from staffplan.roster.edits.changes import Change

SHOWN = 10


def list_partners(
    folder: Path, who: str, span: tuple[str, str | None], *, beside: tuple[str | None, bool], as_json: bool
) -> bool:
    """Try everybody and tell; whether there is somebody. beside: a second person and --yes, which have no place here.

    Raises UsageError for them, for a day that is none, and for a locked one.
    """
    _refuse(*beside)
    stands = opened(folder)
    agent_id, days = person_of(stands, who), days_of(stands, *span)
    refuse_locked(stands, [(agent_id, day) for day in days])
    with progress_shown() as on_progress:
        found = partners(stands, Change("swap", agent_id, days), on_progress)
    if as_json:
        show_json({"agent_id": agent_id, "tried": found.tried, "partners": [vars(one) for one in found.found]})
    else:
        show_text("\n".join(_lines(stands, agent_id, span, span_of(days), found)))
    return bool(found.found)


def _refuse(other_day: str | None, is_yes: bool) -> None:
    problems = []
    if other_day is not None:
        hint = "leave the other person out: swap PLAN WHO DAY --with-anyone"
        problems.append(Problem("--with-anyone", "two people are named", hint))
    if is_yes:
        problems.append(Problem("--yes", "is not possible together with --with-anyone", "choose somebody first"))
    if problems:
        raise UsageError(problems)


def _lines(
    stands: Standing, agent_id: str, span: tuple[str, str | None], when: str, found: Partners
) -> Iterator[str]:
    tried = plural(found.tried, "colleague")
    yield f"{name_of(stands, agent_id)} could swap {when} with {len(found.found)} of {tried}: no rule is newly broken"
    if not found.found:
        return
    yield ""
    currency = stands.workspace.config.plan.currency
    rows = [_row(number, one, currency) for number, one in enumerate(found.found[:SHOWN], 1)]
    yield text_table(
        rows, ("", "agent", "name", "works", "understaffed hours", "cost", "meetings missed"), right=(0, 4)
    )
    if len(found.found) > SHOWN:
        yield f"and {len(found.found) - SHOWN} more: --json lists all"
    day, until = span
    last = "" if until is None else f" --until {until}"
    say(f"next: staffplan swap {place_of(stands.workspace.folder)} {agent_id} {found.found[0].agent_id} {day}{last}")


def _row(number: int, one: Partner, currency: str) -> tuple[str, ...]:
    works, cost = ", ".join(dict.fromkeys(one.works)), f"{one.cents / 100:+.2f} {currency}"
    return str(number), one.agent_id, one.name, works, f"{one.short_hours:+.2f}", cost, str(one.misses)
