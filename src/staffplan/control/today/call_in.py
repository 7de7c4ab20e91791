"""People who are off today and could be called in: those who stand by, and others who are asked early enough."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from staffplan.clock import parse_weekdays, wall_instant
from staffplan.control.today.levers import CALL_IN, MINUTE, NO_NOTICE, Lever, clock_words, families_of, skills_of
from staffplan.control.today.spans import QUEUE, Shift, Span
from staffplan.control.today.worth import Marginal
from staffplan.roster.case.case import Case
from staffplan.settings.roster import DueBreak, ShiftForm
from staffplan.tables.standby import Standby

STEP = 15 * MINUTE
"""Breaks of a new shift begin at multiples of it after the shift's start."""
TimeSpan = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class CallIn:
    """Who can be called in on a day. `since`: the end of the freeze; `asked_since`: from when on somebody who does
    not stand by can begin; `standing`: by person the span in which they stand by."""

    case: Case
    day: pd.Timestamp
    since: pd.Timestamp
    asked_since: pd.Timestamp
    notice: pd.Timedelta
    standing: Mapping[str, TimeSpan]

    def levers(self, at_work: Collection[str], marginal: Marginal) -> Iterator[Lever]:
        """For everybody who has no shift today every shift of the contract that can still begin; rules are not looked
        at yet. Breaks are where a person is worth least, queues where one is worth most."""
        agents = self.case.workforce.agents.frame
        for agent_id, name in zip(agents["agent_id"], agents["name"], strict=True):
            if agent_id not in at_work:
                yield from self._of_one(Shift(str(agent_id), str(name), self.day, ()), marginal)

    def _of_one(self, off: Shift, marginal: Marginal) -> Iterator[Lever]:
        skills, stands = skills_of(off.agent_id, self.case), off.agent_id in self.standing
        for family in families_of(off.agent_id, self.case):
            groups = [name for name in skills if name in (self.case.shifts[family].groups or skills)]
            for form, start in self._forms(family, off.agent_id) if groups else ():
                after = placed_shift(off, form, start, groups, marginal, self.case)
                span = f"{clock_words(start, self.case)}-{clock_words(after.end, self.case)}"
                words = f"come in {span} for {form.family}{', stands by' if stands else ''}"
                yield Lever(CALL_IN, words, off, after, start, NO_NOTICE if stands else self.notice)

    def _forms(self, family: str, agent_id: str) -> Iterator[tuple[ShiftForm, pd.Timestamp]]:
        """The shifts of a family that begin late enough; of somebody who stands by those that begin then. Split ones
        are left out."""
        settings, date = self.case.shifts[family], self.day.date()
        if date.weekday() not in parse_weekdays(settings.weekdays):
            return
        stands = self.standing.get(agent_id)
        for minute in settings.start_minutes:
            start = wall_instant(date, minute, self.case.site.calendar.timezone)
            within = start >= self.asked_since if stands is None else stands[0] <= start < stands[1]
            if within and start >= self.since:
                yield from ((form, start) for form in settings.forms_at(family, minute) if form.free is None)


def standing_by(standby: Standby, since: pd.Timestamp, until: pd.Timestamp) -> dict[str, TimeSpan]:
    """By person the first span between two instants in which they stand by."""
    rows = standby.frame[(standby.frame["end"] > since) & (standby.frame["start"] < until)]
    rows = rows.sort_values("start", ascending=False)
    return {
        str(who): (start, end) for who, start, end in zip(rows["agent_id"], rows["start"], rows["end"], strict=True)
    }


def placed_shift(
    off: Shift, form: ShiftForm, start: pd.Timestamp, groups: Sequence[str], marginal: Marginal, case: Case
) -> Shift:
    """The shift of a form with its breaks, and between two of them the group in which a person is worth most."""
    end = start + form.minutes * MINUTE
    main = marginal.best(groups, start, end)
    at, spans = start, list[Span]()
    for due in form.breaks:
        pause = _pause(start, due, main, marginal, at)
        spans += [_stretch(at, pause.start, groups, spans, marginal, case), pause]
        at = pause.end
    spans.append(_stretch(at, end, groups, spans, marginal, case))
    return replace(off, spans=tuple(span for span in spans if span.start < span.end), shift=form.name)


def _pause(start: pd.Timestamp, due: DueBreak, group: str, marginal: Marginal, after: pd.Timestamp) -> Span:
    """A break or meal inside its window, at the time at which a person of the group is worth least."""
    length = due.minutes * MINUTE
    first = max(start + due.earliest * MINUTE, after)
    latest = max(start + due.latest * MINUTE, first)
    begin = min(pd.date_range(first, latest, freq=STEP), key=lambda at: marginal.between(group, at, at + length))
    return Span(begin, begin + length, due.activity, "", "yes" if due.paid else "no")


def _stretch(
    start: pd.Timestamp,
    end: pd.Timestamp,
    groups: Sequence[str],
    before: Sequence[Span],
    marginal: Marginal,
    case: Case,
) -> Span:
    """Time on queue for one group: the one before, where both touch one interval, else the best."""
    length = pd.Timedelta(minutes=case.site.calendar.interval_minutes)
    grid = case.requirement.frame["interval_start"].min()
    last = next((span for span in reversed(before) if span.activity == QUEUE), None)
    same = last is not None and (last.end - MINUTE - grid) // length == (start - grid) // length
    group = last.group if last is not None and same else marginal.best(groups, start, end)
    return Span(start, end, QUEUE, group, "yes")
