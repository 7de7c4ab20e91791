"""Reads what people did, as the telephone system logs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from staffplan.errors import Problem, UsageError
from staffplan.files.read import read_file, table_from
from staffplan.plan.edits import Standing
from staffplan.tables.roster import ACTIVITIES, SPLIT
from staffplan.tables.states import WORDS, AgentStates

STATE = "state"


def words_of(given: Sequence[str]) -> dict[str, str]:
    """The activity of each state: those known, and those given as WORD=ACTIVITY. Raises UsageError for others."""
    known = [name for name in ACTIVITIES if name != SPLIT]
    found, problems = dict(WORDS), []
    for text in given:
        word, _, activity = (part.strip().casefold() for part in text.rpartition("="))
        if not word or activity not in known:
            hint = f'write "not ready=break"; the activities are {", ".join(known)}'
            problems.append(Problem("--state", f"{text!r} names no activity for a state", hint))
        found[word] = activity
    if problems:
        raise UsageError(problems)
    return found


def read_states(path: Path, stands: Standing, words: Mapping[str, str]) -> AgentStates:
    """The log. Raises DataError with every problem: unknown people and states, rows that overlap, times that the
    clock does not show."""
    records = read_file(path)
    frame = records.frame
    if STATE in frame.columns:
        frame = frame.assign(**{STATE: [str(cell).strip().casefold() for cell in frame[STATE]]})
    known = {"agent_id": stands.case.workforce.agents.frame["agent_id"].tolist(), STATE: list(words)}
    of = {"agent_id": "the agents table", STATE: 'the known states (--state "not ready=break" adds one)'}
    return table_from(
        replace(records, frame=frame), AgentStates, timezone=stands.timezone, known=known, known_from=of
    )
