"""Turns of standby shared out: all that are due first, then few changes to what was published, then fairly.

An integer program: a person takes a turn or not, and a turn that nobody takes is the dearest. Each turn more takes a
person's further from fair, so that it is dearer (1, 3, 5, ...): the sum of the squares of everybody's turns is least,
those before the period included, and once more, at half the price, that of turns with a day on a weekend or a public
holiday. Turns of one person that would overlap, come too soon after one another or exceed the week's number exclude
each other. The answer is proven unless the time was over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from staffplan.clock import parse_weekdays
from staffplan.errors import DataError, Note, Problem, nearest
from staffplan.roster.case.case import Case
from staffplan.roster.search.integer_program import IntegerProgram
from staffplan.roster.standby.turns import WEEK, Candidate, Duty, Turn, candidates, first_of_turn, turns_of
from staffplan.settings.standby import StandbySettings
from staffplan.tables.roster import Roster
from staffplan.tables.standby import Standby

MISSING, CHANGED, WEEKEND = 100_000.0, 1_000.0, 0.5
"""Prices of a person missing in a turn, of somebody who was told of one and loses it, and of a turn with a day on a
weekend or holiday beside its own, in the price of a person's first turn."""
SECONDS, GAP, CHOSEN = 60.0, 1e-7, 0.5
SATURDAY = 5
MOST_REASONS = 4
OTHERS, UNSOLVED = "could, but stands by too near or too often", "could, but no sharing was found in time"
HOUR, CENT = pd.Timedelta(hours=1), Decimal("0.01")
Taken = tuple[int, int]
"""Number of a turn and of the person who takes it."""


@dataclass(frozen=True)
class StandbyResult:
    """Who stands by. `missing`: people missing in turns; `changed`: published turns that were not kept; `turns`: of
    each kind, the turns of each person who could take one; `proven`: no sharing is better."""

    standby: Standby
    missing: int
    changed: int
    turns: Mapping[str, Mapping[str, int]]
    proven: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Past:
    """A turn before the period: its number of the week, its first day, and whether a day of it is on a weekend."""

    week: int
    begins: date
    late: bool


@dataclass(frozen=True)
class _Sharing:
    """The turns, the people, and who can take what."""

    kinds: Sequence[StandbySettings]
    turns: Sequence[Turn]
    people: Sequence[Candidate]
    holidays: Collection[date]
    past: Mapping[tuple[str, str], Sequence[_Past]]
    """By kind and agent."""

    def reason(self, t: int, p: int) -> str | None:
        """Why the person cannot take the turn."""
        turn, one = self.turns[t], self.people[p]
        kind = self.kinds[turn.of]
        return one.reason(kind, turn) or self._too_soon(kind, turn, one.agent_id)

    def _too_soon(self, kind: StandbySettings, turn: Turn, agent_id: str) -> str | None:
        before = self.past.get((kind.name, agent_id), ())
        if self.goes_on(turn, agent_id):
            return None
        if any((turn.begins - one.begins).days < kind.days_apart for one in before):
            return f"had it less than {kind.days_apart} days before"
        most = kind.per_week_max
        if most is not None and sum(one.week == turn.week for one in before) >= most:
            return f"had it {most} times in that week"
        return None

    def goes_on(self, turn: Turn, agent_id: str) -> bool:
        """Whether the turn is the rest of a week that the person began before the period."""
        kind = self.kinds[turn.of]
        before = self.past.get((kind.name, agent_id), ())
        return kind.turn == "week" and any(one.week == turn.week for one in before)

    def is_weekend(self, day: date) -> bool:
        return is_weekend(day, self.holidays)

    def before(self, kind: StandbySettings, agent_id: str, *, weekends: bool) -> int:
        """Turns of a person before the period."""
        return sum(one.late or not weekends for one in self.past.get((kind.name, agent_id), ()))


def is_weekend(day: date, holidays: Collection[date]) -> bool:
    return day.weekday() >= SATURDAY or day in holidays


def share_standby(
    case: Case,
    roster: Roster,
    kinds: Sequence[StandbySettings],
    *,
    published: Standby | None = None,
    past: Standby | None = None,
) -> StandbyResult:
    """Give every turn of the period to people who can take it.

    published: what people were told before, kept where it still can be. past: standby before the period, which counts
    for fairness and for the days between two turns. Raises DataError where one of them names a standby that the
    settings do not have.
    """
    refuse_unknown(kinds, (published, past))
    days = case.site.days_of(pd.DatetimeIndex(case.requirement.frame["interval_start"]))
    week_first, holidays = case.settings.week_of_first(days.first) or days.first, case.site.calendar.holidays
    turns = turns_of(kinds, case, days.first, days.number)
    earlier = (past or Standby.empty()).frame
    earlier = earlier[earlier["schedule_date"] < pd.Timestamp(days.first)]
    people = candidates(case, roster, days.first, earlier)
    sharing = _Sharing(kinds, turns, people, holidays, _earlier(earlier, kinds, week_first, holidays))
    reasons = {(t, p): sharing.reason(t, p) for t in range(len(turns)) for p in range(len(people))}
    able = [pair for pair, reason in reasons.items() if reason is None]
    told, gone = _told(published, sharing, days.first, days.number)
    taken, proven = _solved(sharing, able, told)
    short = [kinds[turn.of].people - sum(t == number for t, _ in taken) for number, turn in enumerate(turns)]
    notes = [_missing_note(sharing, t, lacking, reasons, taken) for t, lacking in enumerate(short) if lacking]
    return StandbyResult(
        _table(sharing, taken),
        sum(short),
        len(told - set(taken)) + gone,
        {kind.name: _counts(sharing, n, able, taken) for n, kind in enumerate(kinds)},
        proven,
        tuple(notes),
    )


def refuse_unknown(kinds: Sequence[StandbySettings], tables: Iterable[Standby | None]) -> None:
    """Raise DataError with every standby of the tables that the settings do not have, where each is first."""
    names = [kind.name for kind in kinds]
    problems = []
    for table in tables:
        first = Standby.empty().frame if table is None else table.frame.drop_duplicates("standby")
        for row in first[~first["standby"].isin(names)].itertuples():
            place, name = "" if table is None else table.place(int(str(row.Index)), "standby"), str(row.standby)
            problems.append(Problem(place, f"the settings have no standby {name!r}", nearest(name, names)))
    if problems:
        raise DataError(problems)


def _earlier(
    rows: pd.DataFrame, kinds: Sequence[StandbySettings], week_first: date, holidays: Collection[date]
) -> dict[tuple[str, str], list[_Past]]:
    """The turns before the period by kind and agent; the days of a week are one turn where a turn is."""
    by_name, found = {kind.name: kind for kind in kinds}, dict[tuple[str, str], dict[object, _Past]]()
    for name, agent, day in zip(rows["standby"], rows["agent_id"], rows["schedule_date"].dt.date, strict=True):
        kind, week, late = by_name[name], (day - week_first).days // WEEK, is_weekend(day, holidays)
        weekly = kind.turn == "week"
        begins = first_of_turn(week_first, week, parse_weekdays(kind.weekdays)) if weekly else day
        turns = found.setdefault((name, agent), {})
        known = turns.get(begins)
        turns[begins] = _Past(week, begins, late or (known is not None and known.late))
    return {key: list(turns.values()) for key, turns in found.items()}


def _told(published: Standby | None, sharing: _Sharing, first: date, days: int) -> tuple[set[Taken], int]:
    """Turns that people know to be theirs, and how many days of the period were told of that are due no more, or to
    people who are not there any more."""
    rows = (published or Standby.empty()).frame
    known = set(zip(rows["standby"], rows["agent_id"], rows["schedule_date"].dt.date, strict=True))
    days_of = {
        (t, p): {(sharing.kinds[turn.of].name, one.agent_id, duty.day) for duty in turn.duties}
        for t, turn in enumerate(sharing.turns)
        for p, one in enumerate(sharing.people)
    }
    told = {pair for pair, own in days_of.items() if own & known}
    left = {row for row in known if first <= row[2] < first + timedelta(days=days)} - set().union(*days_of.values())
    return told, len(left)


def _solved(sharing: _Sharing, able: Sequence[Taken], told: Collection[Taken]) -> tuple[list[Taken], bool]:
    """The turns taken, and whether no other sharing is better. People whom nobody can be are not asked for."""
    program = IntegerProgram()
    takes, by_turn, by_person = dict[Taken, int](), dict[int, list[int]](), dict[int, dict[int, int]]()
    for t, p in able:
        kept = (t, p) in told or sharing.goes_on(sharing.turns[t], sharing.people[p].agent_id)
        takes[t, p] = column = program.column(-CHANGED * kept, 1)
        by_turn.setdefault(t, []).append(column)
        by_person.setdefault(p, {})[t] = column
    for t, mine in by_turn.items():
        due = min(sharing.kinds[sharing.turns[t].of].people, len(mine))
        program.row([*((column, 1.0) for column in mine), (program.column(MISSING, due), 1.0)], due, due)
    for p, own in by_person.items():
        _exclude(program, sharing, own)
        for n in range(len(sharing.kinds)):
            _share_fairly(program, sharing, p, {t: c for t, c in own.items() if sharing.turns[t].of == n}, n)
    found = program.solve(seconds=SECONDS, gap=GAP)
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
        until = turn.begins + timedelta(days=kind.days_apart)
        rows[frozenset(o for o in same if turn.begins <= sharing.turns[o].begins < until)] = 1
        if kind.per_week_max is not None:
            week = frozenset(o for o in same if sharing.turns[o].week == turn.week)
            rows[week] = min(rows.get(week, kind.per_week_max), kind.per_week_max)
    for group, most in rows.items():
        if len(group) > most:
            program.row([(own[t], 1.0) for t in sorted(group)], high=most)


def _share_fairly(program: IntegerProgram, sharing: _Sharing, p: int, own: Mapping[int, int], of: int) -> None:
    """Price a person's turns of a kind by how many they are, and those of weekends once more."""
    kind, agent = sharing.kinds[of], sharing.people[p].agent_id
    own = {t: c for t, c in own.items() if not sharing.goes_on(sharing.turns[t], agent)}
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


def _missing_note(
    sharing: _Sharing, t: int, lacking: int, reasons: Mapping[Taken, str | None], taken: Collection[Taken]
) -> Note:
    """Why nobody else takes it, the most frequent reasons first."""
    turn = sharing.turns[t]
    others = [p for p in range(len(sharing.people)) if (t, p) not in taken]
    found = Counter(reasons[t, p] or (OTHERS if taken else UNSOLVED) for p in others)
    said = [f"{count} {reason}" for reason, count in found.most_common(MOST_REASONS)]
    people = "person is" if lacking == 1 else "people are"
    message = f"{lacking} {people} missing; the others: {', '.join(said)}"
    return Note("standby", "warning", f"{sharing.kinds[turn.of].name} {turn.day:%a %d %b %Y}", message)
