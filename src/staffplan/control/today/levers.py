"""What could be changed today: breaks, meals and meetings moved, a skill lent, a shift made longer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from staffplan.control.today.spans import MOVED, QUEUE, Shift, Span, held_together, moved, put
from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import plan_of
from staffplan.roster.rules import forms_of
from staffplan.tables.roster import BREAKS, SPLIT
from staffplan.tables.schema import names_in

STEP_MINUTES = 15
"""Breaks and meetings are moved to multiples of so many minutes."""
LENT_HOURS = (1.0, 2.0, 4.0)
"""A skill is lent for so long, or until the next break."""
PAUSES = (*BREAKS, SPLIT)
MINUTE = pd.Timedelta(minutes=1)
NO_NOTICE = pd.Timedelta(0)
TIME_OFF, CALL_IN, MOVE_MEETING = "time off", "call in", "move meeting"
KINDS = ("move break", "move meal", MOVE_MEETING, "lend skill", "overtime", CALL_IN, TIME_OFF)


@dataclass(frozen=True)
class Lever:
    """One change of a person's day: the shift before and after, and the first instant that it changes."""

    kind: str
    words: str
    before: Shift
    after: Shift
    first: pd.Timestamp
    notice: pd.Timedelta = NO_NOTICE
    """So long before `first` the person must know, beside the freeze."""
    others: tuple[tuple[Shift, Shift], ...] = ()
    """Shifts before and after of those whose days change with it: who attend a meeting together."""

    @property
    def changes(self) -> tuple[tuple[Shift, Shift], ...]:
        """Of everybody, before and after."""
        return ((self.before, self.after), *self.others)

    @property
    def afters(self) -> tuple[Shift, ...]:
        return tuple(after for _, after in self.changes)

    @property
    def people(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(shift.agent_id for shift in self.afters)

    @property
    def is_time_off(self) -> bool:
        return self.kind == TIME_OFF

    @property
    def more_paid_hours(self) -> float:
        return self.after.paid_hours - self.before.paid_hours


def levers_of(shift: Shift, case: Case, since: pd.Timestamp, together: Collection[Span] = ()) -> Iterator[Lever]:
    """Every change of a shift that touches nothing before `since`; rules are not looked at yet.

    together: meetings that others attend too, which stay where they are.
    """
    yield from _moves(shift, case, since, together)
    yield from _lent(shift, case, since)
    yield from _longer(shift, case, since)


def meetings_moved(shifts: Sequence[Shift], case: Case, since: pd.Timestamp) -> Iterator[Lever]:
    """Every other time of today at which all who attend a meeting together are on queue."""
    held = held_together(shifts)
    for span in sorted(held, key=lambda one: (one.start, one.end)):
        if span.start < since:
            continue
        attending = [(shift, shift.spans.index(span)) for shift in shifts if span in shift.spans]
        last = min(shift.end for shift, _ in attending) - span.length
        for start in pd.date_range(whole_step(since), last, freq=STEP_MINUTES * MINUTE):
            after = [moved(shift, number, start) for shift, number in attending] if start != span.start else []
            changes = [(shift, then) for (shift, _), then in zip(attending, after, strict=False) if then is not None]
            if len(changes) == len(attending):
                clocks = f"{clock_words(span.start, case)} to {clock_words(start, case)}"
                words = f"{span.activity} {clocks} for all {len(changes)}"
                first, *others = changes
                yield Lever(MOVE_MEETING, words, *first, min(start, span.start), others=tuple(others))


def whole_step(since: pd.Timestamp) -> pd.Timestamp:
    """The first quarter of an hour from then on."""
    return since.ceil(STEP_MINUTES * MINUTE)


def clock_words(at: pd.Timestamp, case: Case) -> str:
    """The time of the site's clock."""
    return f"{at.tz_convert(case.site.calendar.timezone):%H:%M}"


def _moves(shift: Shift, case: Case, since: pd.Timestamp, together: Collection[Span]) -> Iterator[Lever]:
    step = STEP_MINUTES * MINUTE
    for number, span in enumerate(shift.spans):
        if span.activity not in MOVED or span.start < since or span in together:
            continue
        first = shift.start - (shift.start - since) // step * step
        earliest, latest = _window(shift, number, case)
        for start in pd.date_range(max(first, earliest), latest, freq=step):
            after = moved(shift, number, start) if start != span.start else None
            if after is not None:
                words = f"{span.activity} {clock_words(span.start, case)} to {clock_words(start, case)}"
                kind = span.activity if span.activity in ("break", "meal") else "meeting"
                yield Lever(f"move {kind}", words, shift, after, min(start, span.start))


def _window(shift: Shift, number: int, case: Case) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last start of a span: of a break or meal as the shift's settings have it, of others any."""
    zone = case.site.calendar.timezone
    forms = forms_of(shift.schedule_date.date(), shift.start, shift.end, case.shifts, zone)
    pauses = [place for place, span in enumerate(shift.spans) if span.activity in PAUSES]
    if number in pauses and forms and pauses.index(number) < len(forms[0].breaks):
        due = forms[0].breaks[pauses.index(number)]
        return shift.start + due.earliest * MINUTE, shift.start + due.latest * MINUTE
    return shift.start, shift.end - shift.spans[number].length


def _lent(shift: Shift, case: Case, since: pd.Timestamp) -> Iterator[Lever]:
    for span in shift.spans:
        if span.activity != QUEUE or span.end <= since:
            continue
        start = max(span.start, whole_interval(since, case))
        for group in skills_of(shift.agent_id, case):
            if group == span.group:
                continue
            ends = {min(start + pd.Timedelta(hours=hours), span.end) for hours in LENT_HOURS}
            for end in sorted(end for end in ends if end > start):
                after = put(shift, replace(span, start=start, end=end, group=group))
                if after is not None:
                    words = (
                        f"serve {group} instead of {span.group} {clock_words(start, case)}-{clock_words(end, case)}"
                    )
                    yield Lever("lend skill", words, shift, after, start)


def whole_interval(since: pd.Timestamp, case: Case) -> pd.Timestamp:
    """The first interval that begins from then on."""
    grid = case.requirement.frame["interval_start"].min()
    length = pd.Timedelta(minutes=case.site.calendar.interval_minutes)
    return pd.Timestamp(grid - (grid - since) // length * length)


def skills_of(agent_id: str, case: Case) -> list[str]:
    """The planning groups that somebody can serve."""
    agents = case.workforce.agents.frame
    cell = agents.loc[agents["agent_id"] == agent_id, "skills"]
    skills = names_in(str(cell.iloc[0])) if len(cell) else []
    return [group for group in skills if group in case.site.groups()]


def _longer(shift: Shift, case: Case, since: pd.Timestamp) -> Iterator[Lever]:
    """Ends that a longer shift of the contract with the same start has."""
    last = shift.spans[-1]
    if last.activity != QUEUE or last.end < since:
        return
    for minutes in sorted({length for family in case.shifts.values() for length in family.lengths}):
        end = shift.start + minutes * MINUTE
        name = _name_of(shift, end, case) if end > shift.end else ""
        if name:
            after = replace(shift, spans=(*shift.spans[:-1], replace(last, end=end)), shift=name)
            words = f"stay until {clock_words(end, case)} instead of {clock_words(shift.end, case)}"
            yield Lever("overtime", words, shift, after, shift.end)


def _name_of(shift: Shift, end: pd.Timestamp, case: Case) -> str:
    """The shift of the person's contract that ends then; "" where there is none."""
    day, zone = shift.schedule_date.date(), case.site.calendar.timezone
    allowed = families_of(shift.agent_id, case)
    forms = forms_of(day, shift.start, end, case.shifts, zone)
    return next((form.name for form in forms if form.family in allowed), "")


def families_of(agent_id: str, case: Case) -> tuple[str, ...]:
    """The families of shifts that the contract of somebody has."""
    agents = case.workforce.agents.frame
    cell = agents.loc[agents["agent_id"] == agent_id, "work_plan"]
    name = plan_of(str(cell.iloc[0]), case.work_plans) if len(cell) else ""
    return tuple(case.work_plans[name].shifts) if name in case.work_plans else ()
