"""Turns of standby shared out: all that are due first, then few changes to what was published, then fairly.

An integer program: a person takes a turn or not, and a turn that nobody takes is the dearest. Each turn more takes a
person's further from fair, so that it is dearer (1, 3, 5, ...): the sum of the squares of everybody's turns is least,
those before the period included, and once more, at half the price, that of turns with a day on a weekend or a public
holiday. Turns of one person that would overlap, come too soon after one another or exceed the week's number exclude
each other. The answer is proven unless the time was over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from staffplan.errors import Note
from staffplan.roster.case.case import Case
from staffplan.roster.search.integer_program import IntegerProgram
from staffplan.roster.standby.turns import WEEK, Candidate, Duty, Turn, candidates, turns_of
from staffplan.settings.standby import StandbySettings
from staffplan.tables.roster import Roster
from staffplan.tables.standby import Standby

MISSING, CHANGED, WEEKEND = 100_000.0, 1_000.0, 0.5
"""Prices of a person missing in a turn, of somebody who was told of one and loses it, and of a turn with a day on a
weekend or holiday beside its own, in the price of a person's first turn."""
SECONDS, GAP, CHOSEN = 60.0, 1e-7, 0.5
SATURDAY = 5
MOST_REASONS = 4
HOUR, CENT = pd.Timedelta(hours=1), Decimal("0.01")
Taken = tuple[int, int]
"""Number of a turn and of the person who takes it."""


@dataclass(frozen=True)
class StandbyResult:
    """Who stands by. `missing`: people missing in turns; `changed`: turns of those published that are somebody
    else's now; `turns`: of each kind, the turns of each person who could take one; `proven`: none is better."""

    standby: Standby
    missing: int
    changed: int
    turns: Mapping[str, Mapping[str, int]]
    proven: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Sharing:
    """The turns, the people, and who can take what."""

    kinds: Sequence[StandbySettings]
    turns: Sequence[Turn]
    people: Sequence[Candidate]
    week_first: date
    holidays: Collection[date]
    past: frozenset[tuple[str, str, date]]
    """Kind, agent and first day of each turn before the period."""

    def reason(self, t: int, p: int) -> str | None:
        """Why the person cannot take the turn."""
        turn, one = self.turns[t], self.people[p]
        kind = self.kinds[turn.of]
        return one.reason(kind, turn) or self._too_soon(kind, turn, one.agent_id)

    def _too_soon(self, kind: StandbySettings, turn: Turn, agent_id: str) -> str | None:
        before = [day for name, agent, day in self.past if (name, agent) == (kind.name, agent_id)]
        if any((turn.day - day).days < kind.days_apart for day in before):
            return f"had it less than {kind.days_apart} days before"
        most = kind.per_week_max
        if most is not None and sum(self.week_of(day) == turn.week for day in before) >= most:
            return f"had it {most} times in that week"
        return None

    def week_of(self, day: date) -> int:
        return (day - self.week_first).days // WEEK

    def is_weekend(self, day: date) -> bool:
        return day.weekday() >= SATURDAY or day in self.holidays

    def before(self, kind: StandbySettings, agent_id: str, *, weekends: bool) -> int:
        """Turns of a person before the period."""
        days = [day for name, agent, day in self.past if (name, agent) == (kind.name, agent_id)]
        return sum(self.is_weekend(day) for day in days) if weekends else len(days)


def share_standby(
    case: Case,
    roster: Roster,
    kinds: Sequence[StandbySettings],
    *,
    published: Standby | None = None,
    past: Standby | None = None,
    seconds: float = SECONDS,
) -> StandbyResult:
    """Give every turn of the period to people who can take it.

    published: what people were told before, kept where it still can be. past: standby before the period, which counts
    for fairness and for the days between two turns.
    """
    days = case.site.days_of(pd.DatetimeIndex(case.requirement.frame["interval_start"]))
    week_first = case.settings.week_of_first(days.first) or days.first
    turns = turns_of(kinds, case, days.first, days.number)
    people = candidates(case, roster)
    earlier = frozenset(_earlier(past, kinds, days.first, week_first))
    sharing = _Sharing(kinds, turns, people, week_first, case.site.calendar.holidays, earlier)
    reasons = {(t, p): sharing.reason(t, p) for t in range(len(turns)) for p in range(len(people))}
    able = [pair for pair, reason in reasons.items() if reason is None]
    told = _told(published, sharing)
    taken, proven = _solved(sharing, able, told, seconds)
    short = [kinds[turn.of].people - sum(t == number for t, _ in taken) for number, turn in enumerate(turns)]
    notes = [_missing_note(sharing, t, lacking, reasons) for t, lacking in enumerate(short) if lacking]
    return StandbyResult(
        _table(sharing, taken),
        sum(short),
        len(told - set(taken)),
        {kind.name: _counts(sharing, n, able, taken) for n, kind in enumerate(kinds)},
        proven,
        tuple(notes),
    )


def _earlier(
    past: Standby | None, kinds: Sequence[StandbySettings], first: date, week_first: date
) -> Iterator[tuple[str, str, date]]:
    """Kind, agent and first day of the turns before the period; the days of a week are one turn where a turn is."""
    if past is None:
        return
    by_week, seen = {kind.name for kind in kinds if kind.turn == "week"}, set()
    frame = past.frame.sort_values("schedule_date")
    for name, agent, day in zip(frame["standby"], frame["agent_id"], frame["schedule_date"].dt.date, strict=True):
        key = (name, agent, (day - week_first).days // WEEK if name in by_week else day)
        if day < first and key not in seen:
            seen.add(key)
            yield name, agent, day


def _told(published: Standby | None, sharing: _Sharing) -> set[Taken]:
    """Turns that people know to be theirs."""
    if published is None:
        return set()
    frame = published.frame
    days = set(zip(frame["standby"], frame["agent_id"], frame["schedule_date"].dt.date, strict=True))
    return {
        (t, p)
        for t, turn in enumerate(sharing.turns)
        for p, one in enumerate(sharing.people)
        if any((sharing.kinds[turn.of].name, one.agent_id, duty.day) in days for duty in turn.duties)
    }


def _solved(
    sharing: _Sharing, able: Sequence[Taken], told: Collection[Taken], seconds: float
) -> tuple[list[Taken], bool]:
    """The turns taken, and whether no other sharing is better."""
    program = IntegerProgram()
    takes = {pair: program.column(-CHANGED * (pair in told), 1) for pair in able}
    for t, turn in enumerate(sharing.turns):
        due = sharing.kinds[turn.of].people
        mine = [(column, 1.0) for (one, _), column in takes.items() if one == t]
        program.row([*mine, (program.column(MISSING, due), 1.0)], due, due)
    for p in range(len(sharing.people)):
        own = {t: column for (t, one), column in takes.items() if one == p}
        _exclude(program, sharing, own)
        for n in range(len(sharing.kinds)):
            _share_fairly(program, sharing, p, {t: c for t, c in own.items() if sharing.turns[t].of == n}, n)
    found = program.solve(seconds=seconds, gap=GAP)
    if not len(found.values):
        return [], False
    taken = [pair for pair, column in takes.items() if found.values[column] > CHOSEN]
    return taken, found.objective - found.bound < CHOSEN * WEEKEND


def _exclude(program: IntegerProgram, sharing: _Sharing, own: Mapping[int, int]) -> None:
    """Turns of one person, with their columns, of which only some can be taken."""
    spans = [(duty.start, duty.end, t) for t in own for duty in sharing.turns[t].duties]
    rows = {frozenset(t for begin, end, t in spans if begin <= at < end): 1 for at, _, _ in spans}
    for t in own:
        turn = sharing.turns[t]
        kind, same = sharing.kinds[turn.of], [o for o in own if sharing.turns[o].of == turn.of]
        until = turn.day + timedelta(days=kind.days_apart)
        rows[frozenset(o for o in same if turn.day <= sharing.turns[o].day < until)] = 1
        if kind.per_week_max is not None:
            week = frozenset(o for o in same if sharing.turns[o].week == turn.week)
            rows[week] = min(rows.get(week, kind.per_week_max), kind.per_week_max)
    for group, most in rows.items():
        if len(group) > most:
            program.row([(own[t], 1.0) for t in sorted(group)], high=most)


def _share_fairly(program: IntegerProgram, sharing: _Sharing, p: int, own: Mapping[int, int], of: int) -> None:
    """Price a person's turns of a kind by how many they are, and those of weekends once more."""
    kind, agent = sharing.kinds[of], sharing.people[p].agent_id
    late = {t: c for t, c in own.items() if any(sharing.is_weekend(duty.day) for duty in sharing.turns[t].duties)}
    for turns, weight, weekends in ((own, 1.0, False), (late, WEEKEND, True)):
        before = sharing.before(kind, agent, weekends=weekends)
        counts = [program.column(weight * (2 * (before + k) + 1), 1, whole=False) for k in range(len(turns))]
        terms = [*((column, 1.0) for column in turns.values()), *((column, -1.0) for column in counts)]
        if terms:
            program.row(terms, 0.0, 0.0)


def _counts(sharing: _Sharing, of: int, able: Sequence[Taken], taken: Sequence[Taken]) -> dict[str, int]:
    """Turns of everybody who could take one of the kind."""
    mine = [p for t, p in taken if sharing.turns[t].of == of]
    who = dict.fromkeys(p for t, p in able if sharing.turns[t].of == of)
    return {sharing.people[p].agent_id: mine.count(p) for p in who}


def _table(sharing: _Sharing, taken: Sequence[Taken]) -> Standby:
    rows = [
        _row(sharing.kinds[sharing.turns[t].of], sharing.people[p], duty)
        for t, p in taken
        for duty in sharing.turns[t].duties
    ]
    rows.sort(key=lambda row: (row["start"], row["standby"], row["agent_id"]))
    return Standby.of(pd.DataFrame(rows)) if rows else Standby.empty()


def _row(kind: StandbySettings, person: Candidate, duty: Duty) -> dict[str, object]:
    hours = (duty.end - duty.start) / HOUR
    amount = Decimal(str(kind.per_duty)) + Decimal(str(kind.per_hour)) * Decimal(str(hours))
    return {
        "standby": kind.name,
        "agent_id": person.agent_id,
        "name": person.name,
        "schedule_date": pd.Timestamp(duty.day),
        "start": duty.start,
        "end": duty.end,
        "hours": hours,
        "amount": float(amount.quantize(CENT, ROUND_HALF_UP)),
    }


def _missing_note(sharing: _Sharing, t: int, lacking: int, reasons: Mapping[Taken, str | None]) -> Note:
    """Who could have taken it, and why not the others, the most frequent reasons first."""
    turn = sharing.turns[t]
    kind = sharing.kinds[turn.of]
    found = Counter(reasons[t, p] or "could, but stands by too near or too often" for p in range(len(sharing.people)))
    said = [f"{count} {reason}" for reason, count in found.most_common(MOST_REASONS)]
    people = "person is" if lacking == 1 else "people are"
    message = f"{lacking} {people} missing; of {len(sharing.people)}: {', '.join(said)}"
    return Note("standby", "warning", f"{kind.name} {turn.day:%a %d %b %Y}", message)
