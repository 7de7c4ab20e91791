"""A pull: queues by name, windows in their order, then the reader of files."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from staffplan.errors import Note, Problem
from staffplan.files.documents import json_records
from staffplan.ingest.asked import Asked
from staffplan.ingest.preset import all_presets
from staffplan.ingest.recognise import preset_named
from staffplan.ingest.step import Ingested, ingest_tables
from staffplan.progress import OnProgress, Progress, silent
from staffplan.pull.period import Window
from staffplan.pull.service import Document, PullError, Service, chosen

INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Pulled:
    """The history of a period, and what ended the pull before all of it was there."""

    ingested: Ingested
    window: Window
    """What is in the history: all of the period, or whole windows from its start on."""
    failure: PullError | None = None


def pull(
    service: Service,
    window: Window,
    wanted: Sequence[str],
    asked: Asked,
    *,
    stopped: threading.Event | None = None,
    on_progress: OnProgress = silent,
) -> Pulled:
    """Fetch the queues `wanted` (names or ids; none: all) and read them as a file of the system is read.

    A failure, or `stopped`, keeps the windows that are whole. Raises PullError where not one is, or no contact came;
    UsageError for a queue that is not there.
    """
    names = chosen(service.queues(), wanted)
    answers: list[Document] = []
    failure: PullError | None = None
    until = window.start
    parts = window.parts(service.longest)
    for number, part in enumerate(parts):
        on_progress(Progress("pull", number, len(parts), part.in_words(asked.timezone)))
        try:
            if stopped is not None and stopped.is_set():
                raise PullError(Problem(service.reach.system, INTERRUPTED))
            answers += service.fetch(part, list(names))
        except PullError as error:
            failure = error
            break
        until = part.end
    got = Window(window.start, until)
    if failure is not None and not answers:
        raise failure
    return Pulled(_read(service, answers, names, got, asked), got, failure)


def _read(
    service: Service, answers: Sequence[Document], names: dict[str, str], got: Window, asked: Asked
) -> Ingested:
    place = f"{service.reach.system}, {got.in_words(asked.timezone)}"
    if not answers:
        hint = "choose other days or queues"
        raise PullError(Problem(place, "no contacts came in these days", hint))
    records = json_records(json.dumps(service.document(answers, names)), place)
    preset = preset_named(service.preset, all_presets())
    made = ingest_tables([[records]], replace(asked, preset=preset), [preset])
    return replace(made, notes=(*made.notes, *_about_empty(made.history.frame, names, place)))


def _about_empty(frame: pd.DataFrame, names: dict[str, str], place: str) -> list[Note]:
    there = set(frame["queue"]) | set(frame["queue"].str.replace(r" \([^()]*\)$", "", regex=True))
    empty = sorted(set(names.values()) - there)
    if not empty:
        return []
    shown = ", ".join(empty[:5]) + (f" and {len(empty) - 5} more" if len(empty) > 5 else "")
    return [Note("pull", "left out", place, f"no contacts came for {shown}")]
