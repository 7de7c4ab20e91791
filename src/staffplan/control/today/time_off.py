"""People who may go home early, where more are on queue than today's contacts need: if they like, and not paid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from staffplan.control.today.levers import TIME_OFF, Lever, clock_words, whole_interval
from staffplan.control.today.spans import QUEUE, Shift
from staffplan.roster.case.case import Case
from staffplan.tables.roster import ABSENCE


def time_off_of(shift: Shift, case: Case, since: pd.Timestamp) -> Iterator[Lever]:
    """Every interval at which somebody could leave, the earliest first, so that what is left out is time on queue.

    Breaks, meals and meetings stay as they are: nobody leaves before the last of them.
    """
    if not shift.spans:
        return
    begin = shift.end
    for span in reversed(shift.spans):
        if span.activity != QUEUE or span.paid != "yes":
            break
        begin = span.start
    length = pd.Timedelta(minutes=case.site.calendar.interval_minutes)
    first = whole_interval(max(since, begin, shift.start + length), case)
    for at in pd.date_range(first, shift.end - length, freq=length):
        words = f"go home at {clock_words(at, case)} instead of {clock_words(shift.end, case)}"
        yield Lever(TIME_OFF, words, shift, _until(shift, at), at)


def _until(shift: Shift, at: pd.Timestamp) -> Shift:
    """The shift with its time on queue from then on not worked and not paid."""
    kept = [replace(span, end=min(span.end, at)) for span in shift.spans if span.start < at]
    gone = replace(kept[-1], start=at, end=shift.end, activity=ABSENCE, group="", paid="no")
    return replace(shift, spans=(*kept, gone))
