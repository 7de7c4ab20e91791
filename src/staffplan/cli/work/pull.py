"""What `pull` does between reading the command line and writing."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from staffplan.cli.work.common import config_and_workspace, interval_of
from staffplan.cli.work.ingest import Done, appended
from staffplan.errors import Problem, UsageError, place_of
from staffplan.files.read import read_table
from staffplan.ingest import Asked
from staffplan.ingest.report import report
from staffplan.process.interrupts import ends
from staffplan.progress import OnProgress
from staffplan.pull import Pulled, PullError, Service, period, pull
from staffplan.pull.connect import Connect, connect_client
from staffplan.pull.genesys import Genesys, addresses, genesys_client
from staffplan.settings.plan import PlanSettings
from staffplan.tables.history import ContactHistory

WITHIN_SECONDS = 20
"""Time limit of the service level where none is asked for."""


@dataclass(frozen=True)
class PullAsked:
    """What the command line asks of a system; days as they were typed."""

    system: str
    instance: str | None
    region: str | None
    queues: tuple[str, ...]
    first: str | None
    last: str | None
    within_seconds: int | None


def pull_history(
    asked: PullAsked,
    config_path: Path | None,
    given: Mapping[str, object],
    output: Path | None,
    *,
    append: bool,
    on_progress: OnProgress,
) -> tuple[Done, PullError | None]:
    """Fetch, read and, with `append`, add to what is there; and what ended the pull early, to be told at the end.

    Raises UsageError for options that cannot be, PullError where nothing could be fetched, or where a part cannot be
    kept as there is no file to keep it in.
    """
    plan = config_and_workspace(config_path, given)[0].plan
    first, last = _day(asked.first, "--from"), _day(asked.last, "--to")
    old = _old(output, plan) if append else None
    stopped = threading.Event()
    with ExitStack() as held:
        service = _service(asked, plan, stopped, held)
        until = None if old is None else _known_until(old.frame, asked.queues)
        window, notes = period(
            _now(),
            service.reach,
            timezone=plan.timezone,
            minutes=plan.interval_minutes,
            first=first,
            last=last,
            known_until=until,
        )
        held.enter_context(ends(stopped))
        read_as = Asked(timezone=plan.timezone, zone_given=True, interval_minutes=plan.interval_minutes)
        made = pull(service, window, asked.queues, read_as, stopped=stopped, on_progress=on_progress)
    failure = None if made.failure is None else _kept(made, made.failure, output, plan.timezone)
    made = replace(made, ingested=replace(made.ingested, notes=(*notes, *made.ingested.notes)))
    return _done(made, old, plan), failure


def _now() -> pd.Timestamp:
    return pd.Timestamp.now("UTC")


def _done(made: Pulled, old: ContactHistory | None, plan: PlanSettings) -> Done:
    history, notes = made.ingested.history, made.ingested.notes
    if old is not None:
        history, note = appended(old, history)
        notes = (*notes, replace(note, step="pull"))
    told = report(replace(made.ingested, notes=notes), plan.timezone, plan.interval_minutes)
    return Done(history, made.ingested.rejects, told, notes, plan.timezone)


def _service(asked: PullAsked, plan: PlanSettings, stopped: threading.Event, held: ExitStack) -> Service:
    if asked.system == "connect":
        if asked.instance is None:
            hint = "give the instance's ARN, or its id: it is on the instance's page in the AWS console"
            raise UsageError(Problem("--instance", "is missing", hint))
        return Connect(
            connect_client(asked.instance, asked.region),
            asked.instance,
            minutes=plan.interval_minutes,
            timezone=plan.timezone,
            within_seconds=asked.within_seconds or WITHIN_SECONDS,
        )
    _refuse_for_genesys(asked)
    where = addresses(asked.region or "")
    client = held.enter_context(genesys_client())
    return Genesys(client, where, minutes=plan.interval_minutes, wait=stopped.wait)


def _refuse_for_genesys(asked: PullAsked) -> None:
    problems = []
    if asked.region is None:
        hint = "give the domain that you sign in at, like mypurecloud.de or usw2.pure.cloud"
        problems.append(Problem("--region", "is missing", hint))
    if asked.instance is not None:
        problems.append(Problem("--instance", "is for Amazon Connect", "leave it out"))
    if asked.within_seconds is not None:
        hint = "leave it out: Genesys Cloud counts by the service level of each queue"
        problems.append(Problem("--within", "is for Amazon Connect", hint))
    if problems:
        raise UsageError(problems)


def _day(text: str | None, flag: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(Problem(flag, f"{text!r} is not a date", "write it as 2026-11-02")) from error


def _old(output: Path | None, plan: PlanSettings) -> ContactHistory | None:
    """The history that grows; None where it does not exist yet. Raises UsageError for one in other intervals."""
    if output is None:
        raise UsageError(Problem("--append", "there is no file to add to", "name it: -o history.csv"))
    if not output.exists():
        return None
    old = read_table(output, ContactHistory, timezone=plan.timezone)
    minutes = interval_of(old.frame, "queue")
    if len(old) > 1 and minutes != plan.interval_minutes:
        message = f"{place_of(output)} has intervals of {minutes} minutes, and {plan.interval_minutes} are asked for"
        raise UsageError(Problem("--interval", message, f"--interval {minutes}, or another file"))
    return old


def _known_until(frame: pd.DataFrame, wanted: Sequence[str]) -> pd.Timestamp | None:
    """The last interval that is there of every queue wanted (of all together, where none is named)."""
    if not wanted:
        return pd.Timestamp(frame["interval_start"].max())
    names = frame["queue"].str.replace(r" \([^()]*\)$", "", regex=True)
    lasts = [frame.loc[(names == name) | (frame["queue"] == name), "interval_start"].max() for name in wanted]
    return None if any(pd.isna(last) for last in lasts) else min(lasts)


def _kept(made: Pulled, failure: PullError, output: Path | None, timezone: str) -> PullError:
    """The failure, with what is there and how to go on. Raises it where there is no file."""
    if output is None:
        raise failure
    words = f"{made.window.in_words(timezone)} is in {place_of(output)}; run the command again with --append"
    return PullError(replace(problem, hint=f"{problem.hint}; {words}".lstrip("; ")) for problem in failure.problems)
