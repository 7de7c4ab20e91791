"""What `standby` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, show, show_json
from staffplan.cli.work.delivery import put_tables, say_notes
from staffplan.cli.work.repair import RepairInput, RepairWork, refuse_other_period, repair_work
from staffplan.errors import ConfigError, Problem, UsageError
from staffplan.files.read import read_table
from staffplan.files.write import table_bytes
from staffplan.plan.standby import standby_case
from staffplan.plan.text import text_table
from staffplan.report.formats import plural
from staffplan.roster.check.standby import standby_breaches
from staffplan.roster.standby.names import refuse_unknown_people
from staffplan.roster.standby.step import StandbyResult, refuse_unknown, share_standby
from staffplan.tables.standby import Standby

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

EXAMPLE = '[[standby]] with name = "evening reserve" and hours = "18:00-22:00"'


@dataclass(frozen=True)
class StandbyInput:
    """What was asked. check: the table to be checked, None where turns are to be shared out."""

    source: RepairInput
    published: Path | None
    past: Path | None
    check: Path | None
    output: Path | None


def run_standby(asked: StandbyInput, before: Hashes, *, as_json: bool) -> bool:
    """Share out or check, write and tell; whether nothing is missing or wrong."""
    _refuse_beside_check(asked)
    work = repair_work(asked.source)
    refuse_other_period(work)
    _refuse(work)
    published, past = (
        given if path is None else read_table(path, Standby, timezone=work.timezone)
        for path, given in ((asked.published, work.published_standby), (asked.past, work.past_standby))
    )
    if asked.check is not None:
        refuse_unknown(work.standby, (past,))
        return _checked(asked.check, work, past, as_json=as_json)
    found = share_standby(work.case, work.roster, work.standby, published=published, past=past)
    say_notes(found.notes)
    if asked.output is not None:
        put_tables({asked.output: found.standby}, work.timezone, before)
    _tell(found, work, told=published is not None)
    if as_json:
        facts = {"missing": found.missing, "changed": found.changed, "proven": found.proven, "turns": found.turns}
        show_json({**facts, "standby": records(found.standby.frame, work.timezone)})
    elif asked.output is None:
        show(table_bytes(found.standby.frame, work.timezone).decode())
    return not found.missing


def _refuse_beside_check(asked: StandbyInput) -> None:
    """Raise UsageError for what --check has no use for."""
    also = {"-o": asked.output, "--published": asked.published}
    problems = [
        Problem(name, "is not possible together with --check", f"remove {name}") for name, at in also.items() if at
    ]
    if asked.check is not None and problems:
        raise UsageError(problems)


def _refuse(work: RepairWork) -> None:
    """Raise where no standby is set, or one is for people or teams that nobody knows."""
    if not work.standby:
        raise ConfigError(Problem(f"{work.settings_place}:standby", "no standby is set", f"add {EXAMPLE}"))
    refuse_unknown_people(work.standby, work.case.workforce.agents, f"{work.settings_place}:standby")


def _checked(path: Path, work: RepairWork, past: Standby | None, *, as_json: bool) -> bool:
    case = standby_case(work.standby, work.roster, work.case, past, work.call_outs)
    found = standby_breaches(read_table(path, Standby, timezone=work.timezone), case)
    rows = [(one.agent_id, f"{one.day}", one.message) for one in found]
    if as_json:
        show_json({"breaches": [dict(zip(("agent_id", "day", "message"), row, strict=True)) for row in rows]})
    elif rows:
        show(text_table(rows, ("agent", "day", "what is wrong")) + "\n")
    say("nothing is wrong" if not found else f"{len(found)} fault{'s' * (len(found) > 1)}")
    return not found


def _tell(found: StandbyResult, work: RepairWork, *, told: bool) -> None:
    frame = found.standby.frame
    for kind in work.standby:
        rows = frame[frame["standby"] == kind.name]
        pay = (
            f", {kind.currency or work.currency} {rows['amount'].sum():,.2f}"
            if kind.per_hour or kind.per_duty
            else ""
        )
        said = f"{plural(len(rows), 'day')}, {rows['hours'].sum():,.1f} h, {_shares(found.turns[kind.name])}{pay}"
        say(f"{kind.name}: {said}")
    if told:
        say(f"{plural(found.changed, 'published turn')} could not be kept")
    if len(frame):
        say("no fairer sharing exists" if found.proven else "the time was over: a fairer sharing may exist")


def _shares(turns: Mapping[str, int]) -> str:
    counts = turns.values()
    if not counts:
        return "nobody can take it"
    low, high = min(counts), max(counts)
    each = f"{low} to {high} turns" if low != high else plural(low, "turn")
    return f"{each} each for {plural(len(counts), 'person', 'people')}"
