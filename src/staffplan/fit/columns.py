"""Which column of a log is which: as named by the user, else by the names that phone systems give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from staffplan.errors import DataError, Note, Problem, nearest
from staffplan.tables.names import CALL_NAMES, plain

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
HEADS = ("agents", "agents on duty", "on duty", "distinct agents", "heads", "people", "staffed")


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
    guessed = {ours: _first(names, free) for ours, names in CALL_NAMES.items() if ours in FLAGS and ours not in given}
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
    wanted = {"interval_start": CALL_NAMES["arrival"], "agents": HEADS}
    found = {ours: _first(names, there) for ours, names in wanted.items()}
    missing = [name for name, theirs in found.items() if theirs is None]
    hint = f"columns there: {', '.join(there)}; rename it to {' and '.join(missing)}"
    if missing:
        raise DataError(Problem(f"{source}:1", f"no column looks like {name}", hint) for name in missing)
    return {ours: theirs for ours, theirs in found.items() if theirs is not None}


def _first(usual: Sequence[str], there: Sequence[str]) -> str | None:
    """The column with the most usual of these names."""
    by_name = {plain(name): name for name in reversed(there)}
    return next((by_name[name] for name in usual if name in by_name), None)
