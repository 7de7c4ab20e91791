"""Which column of a log is which: as named by the user, else by the names that phone systems give them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from staffplan.errors import DataError, Note, Problem, nearest

USUAL_NAMES = {
    "arrival": "arrival arrival_time arrived arrived_at call_time call_start start_time start queued_at timestamp "
    "date_time datetime interval_start",
    "queue": "queue queue_name skill split call_type type service campaign group line",
    "wait_seconds": "wait_seconds wait wait_time waiting_time waiting_seconds queue_time queue_seconds q_time "
    "time_in_queue seconds_in_queue",
    "outcome": "outcome disposition result call_result status call_status",
    "handling_seconds": "handling_seconds handling_time handle_time handle_seconds service_seconds service_time "
    "ser_time aht_seconds aht call_duration duration",
    "agent": "agent agent_id agent_name server server_id operator",
    "customer": "customer customer_id caller caller_id client client_id account ani phone_number",
}
FLAGS = {
    "arrival": "--arrival-column",
    "queue": "--queue-column",
    "wait_seconds": "--wait-column",
    "outcome": "--outcome-column",
    "handling_seconds": "--handling-column",
    "agent": "--agent-column",
    "customer": "--customer-column",
}
NEEDED = ("arrival", "wait_seconds", "outcome")
HEADS = "agents agents_on_duty on_duty distinct_agents heads people staffed"


@dataclass(frozen=True)
class Columns:
    """Our column names with the file's, and what was guessed."""

    names: Mapping[str, str]
    notes: tuple[Note, ...]


def guess_columns(there: Sequence[str], given: Mapping[str, str], source: str) -> Columns:
    """The file's column for each of ours that it has; `given` names some of them.

    Raises DataError where a named one is not there, or one that is needed cannot be guessed.
    """
    problems = [
        Problem(FLAGS[ours], f"{source} has no column {theirs!r}", nearest(theirs, there))
        for ours, theirs in given.items()
        if theirs not in there
    ]
    free = [name for name in there if name not in given.values()]
    guessed = {ours: _first(names, free) for ours, names in USUAL_NAMES.items() if ours not in given}
    found = {**{ours: theirs for ours, theirs in guessed.items() if theirs is not None}, **given}
    for ours in NEEDED:
        if ours not in found:
            hint = f"columns there: {', '.join(there)}; name it with {FLAGS[ours]}"
            problems.append(Problem(f"{source}:1", f"no column looks like {ours}", hint))
    if problems:
        raise DataError(problems)
    renamed = [f"{ours} = {theirs}" for ours, theirs in found.items() if ours not in given and ours != theirs]
    notes = (Note("fit", "assumption", source, f"columns: {', '.join(renamed)}"),) if renamed else ()
    return Columns(found, notes)


def guess_on_duty(there: Sequence[str], source: str) -> dict[str, str]:
    """The columns of a file of agents on duty; raises DataError where one cannot be guessed."""
    wanted = {"interval_start": USUAL_NAMES["arrival"], "agents": HEADS}
    found = {ours: _first(names, there) for ours, names in wanted.items()}
    missing = [name for name, theirs in found.items() if theirs is None]
    hint = f"columns there: {', '.join(there)}; rename it to {' and '.join(missing)}"
    if missing:
        raise DataError(Problem(f"{source}:1", f"no column looks like {name}", hint) for name in missing)
    return {ours: theirs for ours, theirs in found.items() if theirs is not None}


def _first(usual: str, there: Sequence[str]) -> str | None:
    """The column with the most usual of these names."""
    by_name = {re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_"): name for name in reversed(there)}
    return next((by_name[name] for name in usual.split() if name in by_name), None)
