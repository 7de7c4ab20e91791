"""What is asked: words in any order, each known by what it looks like or whose name it is."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from staffplan.errors import Problem, UsageError, listed, nearest
from staffplan.tables.roster import ABSENCE

COST, HOURS, AGENT, NEED, FORECAST, HISTORY = "cost", "hours", "agent", "need", "forecast", "history"
BRIDGE, UNIT = "bridge", "unit"
TOTAL, TIME_OFF = "total", "time off"
LEADS = (COST, HOURS, BRIDGE, UNIT, FORECAST, HISTORY)
LINES = (COST, HOURS, BRIDGE, UNIT)
"""Sections of the cost report, each with its lines."""
BESIDE = {
    "breaks": ("break",),
    "meals": ("meal",),
    "meetings": ("meeting",),
    "training": ("training",),
    "paid time off": (TIME_OFF, ABSENCE),
}
"""Kinds of paid time beside the queue, by the line of the hours ledger."""
SAID_FIRST = {"agent": "agent", "queue": "queue", "group": "group"}
"""Words that tell what the name after them is."""
MAY_BE_LEFT_OUT = ("on", "at", "in", "of", "for")
_MONTH, _DAY = re.compile(r"\d{4}-\d{2}"), re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{1,2}:\d{2}")
_BOTH = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2})")


@dataclass(frozen=True)
class Known:
    """What a plan has names for. `lines`, `hours`, `bridge`, `unit`: names of the cost report's lines by their short
    form."""

    lines: Mapping[str, str]
    hours: Mapping[str, str]
    months: Sequence[str]
    days: Sequence[date]
    groups: Sequence[str]
    queues: Sequence[str]
    agents: Mapping[str, str]
    """Names by agent_id."""
    bridge: Mapping[str, str]
    unit: Mapping[str, str]

    def lines_of(self, lead: str) -> Mapping[str, str]:
        """The lines of a section of the cost report, by their short form."""
        return {COST: self.lines, HOURS: self.hours, BRIDGE: self.bridge, UNIT: self.unit}.get(lead, {})

    def examples(self) -> str:
        """What may be asked, in one line each."""
        agent = next(iter(self.agents), "A001")
        group, queue = (names[0] if names else "phone" for names in (self.groups, self.queues))
        lines = [
            f"cost.total, or a line: {listed(f'cost.{name}' for name in self.lines)}",
            f"hours.total, or a line: {listed(f'hours.{name}' for name in self.hours)}",
            "a line from contacts to cost, or a unit cost: bridge.base-staff, unit.per-paid-hour",
            f"a person, with a day or month: {words(agent)}, {words(agent, self.days[0])}",
            f"the people required at a time: {self.days[0]}T10:00 {words(group)}",
            f"a queue's contacts: {words(f'forecast.{queue}', self.days[0])}, {words(f'history.{queue}')}",
            f"months: {listed(self.months)}; planning groups: {listed(self.groups)}; queues: {listed(self.queues)}",
        ]
        return "what may be asked:\n      " + "\n      ".join(lines)


@dataclass(frozen=True)
class Question:
    """One question. `kind`: cost, hours, bridge, unit, agent, need, forecast or history."""

    kind: str = ""
    line: str = ""
    month: str = ""
    day: date | None = None
    time: str = ""
    group: str = ""
    queue: str = ""
    agent: str = ""
    both: str = field(default="", repr=False)
    """A name that a queue and a planning group have."""

    def with_names(self) -> Question:
        """The same, its name understood as that of a queue or of a planning group, whichever is asked about."""
        if not self.both:
            return self
        if self.kind in (FORECAST, HISTORY):
            return replace(self, both="", queue=self.both)
        return replace(self, both="", group=self.both)


def words(*parts: object) -> str:
    """A question as it is typed: blanks where nothing is narrowed down are left out, names with spaces quoted."""
    return " ".join(shlex.quote(str(part)) for part in parts if part not in (None, ""))


def short(name: str) -> str:
    """A name in small letters, with hyphens for all that is no letter or digit."""
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-")


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Names by their short form; "premium: night" is "night" where no other line is called so."""
    plain = [short(name.partition(": ")[2] or name) for name in names]
    return {
        brief if plain.count(brief) == 1 and brief != TOTAL else short(name): name
        for name, brief in zip(names, plain, strict=True)
    }


def question_of(asked: Sequence[str], known: Known) -> Question:
    """The question that words ask; no word asks for the total cost. Raises UsageError with what may be asked."""
    found, rest, wrong = Question(), [part for word in asked for part in word.split()], []
    twice: list[Problem] = []
    hint = ""
    while rest:
        if rest[0].lower() in SAID_FIRST and len(rest) > 1:
            hint = SAID_FIRST[rest.pop(0).lower()]
            continue
        taken, meaning = _meaning(rest, known, hint)
        if taken == 0:
            wrong.append(rest[0])
        twice += _twice(found, meaning)
        found = replace(found, **meaning)
        rest, hint = rest[max(taken, 1) :], ""
    if wrong or twice:
        raise UsageError([*twice, *(_unknown(word, known) for word in wrong)])
    if any(word.strip() for word in asked) and found == Question():
        raise UsageError(Problem("explain", f"{' '.join(asked)!r} asks for nothing", known.examples()))
    return _complete(found, known)


NAMES = ("queue", "group")
"""What a name that a queue and a planning group have may mean."""


def _twice(found: Question, meaning: Mapping[str, Any]) -> Iterator[Problem]:
    """What a word says otherwise than one before it: two people, two days."""
    for name, value in meaning.items():
        before = getattr(found, name) or (name in NAMES and found.both)
        if name == "both":
            before = found.both or found.queue or found.group
        if before and before != value:
            yield Problem("explain", f"asks for {before} and for {value} at once", "ask for one of them at a time")


def _unknown(word: str, known: Known) -> Problem:
    names = [*known.lines, *known.hours, *known.groups, *known.queues, *known.agents, *known.agents.values()]
    lead, _, name = word.partition(".")
    lines = known.lines_of(lead)
    if lead in (BRIDGE, UNIT):
        return Problem("explain", f"the plan has no {word!r}", f"{nearest(name, list(lines))}, after {lead}.")
    if lines and name:
        near = nearest(name, [*lines, *([TOTAL] if lead in (COST, HOURS) else [])])
        near = near.replace("did you mean ", f"did you mean {lead}.") if near.startswith("did you mean") else ""
    else:
        near = nearest(word, names)
    near = f"{near}\n    " if near.startswith("did") else ""
    return Problem("explain", f"the plan has no {word!r}", near + known.examples())


def _meaning(rest: Sequence[str], known: Known, hint: str) -> tuple[int, dict[str, Any]]:
    """How many of the next words are one thing, and what it is; 0 where nobody knows it. The longest name counts."""
    for count in range(len(rest), 0, -1):
        for meaning in _meanings(" ".join(rest[:count]), known, hint):
            return count, meaning
    return (1, {}) if rest[0].lower() in MAY_BE_LEFT_OUT else (0, {})


def _meanings(text: str, known: Known, hint: str) -> Iterator[dict[str, Any]]:
    if not hint:
        yield from _dated(text)
        yield from _led(text, known)
    yield from _named(text, known, hint)


def _dated(text: str) -> Iterator[dict[str, Any]]:
    both = _BOTH.fullmatch(text)
    day = both[1] if both else text if _DAY.fullmatch(text) else ""
    if day:
        try:
            yield {"day": date.fromisoformat(day), **({"time": both[2]} if both else {})}
        except ValueError:
            return
    elif _MONTH.fullmatch(text):
        yield {"month": text}
    elif _TIME.fullmatch(text):
        yield {"time": text}


def _led(text: str, known: Known) -> Iterator[dict[str, Any]]:
    """An amount by its table and name: cost.night, hours.breaks, forecast.phone."""
    lead, _, name = text.partition(".")
    lead = lead.lower()
    if lead not in LEADS:
        return
    if lead in LINES:
        is_total = lead in (COST, HOURS) and short(name) in ("", TOTAL)
        line = TOTAL if is_total else _line(name, known.lines_of(lead))
        if line:
            yield {"kind": lead, "line": line}
    elif not name:
        yield {"kind": lead}
    elif queue := _same(name, known.queues):
        yield {"kind": lead, "queue": queue}


def _line(name: str, lines: Mapping[str, str]) -> str:
    whole = {short(full): full for full in lines.values()}
    return lines.get(short(name)) or whole.get(short(name), "")


def _same(name: str, names: Sequence[str]) -> str:
    """The name as the plan spells it; "" where it has none like it."""
    return name if name in names else {short(known): known for known in names}.get(short(name), "")


def _named(text: str, known: Known, hint: str) -> Iterator[dict[str, Any]]:
    ids = {short(name): agent_id for agent_id, name in known.agents.items() if name}
    agent = _same(text, list(known.agents)) or ids.get(short(text), "")
    group, queue = _same(text, known.groups), _same(text, known.queues)
    if hint:
        name = {"agent": agent, "group": group, "queue": queue}[hint]
        if name:
            yield {hint: name}
    elif agent and (group or queue):
        message = f"{text!r} is a person and a queue or planning group"
        raise UsageError(Problem("explain", message, f"write agent {text}, group {text} or queue {text}"))
    elif agent:
        yield {"agent": agent}
    elif group and queue:
        yield {"both": group}
    elif group or queue:
        yield {"group": group} if group else {"queue": queue}
    elif line := _line(text, known.lines):
        yield {"kind": COST, "line": line}
    elif line := _line(text, known.hours):
        yield {"kind": HOURS, "line": line}


def _complete(found: Question, known: Known) -> Question:
    """The question with its kind, its month where it has a day, and its days those of the plan."""
    kind = found.kind or _kind(found)
    question = replace(found, kind=kind, line=found.line or (TOTAL if kind in (COST, HOURS) else "")).with_names()
    problems = [*_dates_wrong(question, known), *_not_together(question, known)]
    if problems:
        raise UsageError(Problem("explain", message, hint) for message, hint in problems)
    return question


def _kind(found: Question) -> str:
    if found.time:
        return NEED
    if found.agent:
        return AGENT
    return FORECAST if found.queue or ((found.both or found.group) and found.day) else COST


def _dates_wrong(question: Question, known: Known) -> Iterator[tuple[str, str]]:
    """Days and months outside the plan; those of the history lie before it."""
    if question.day and question.month not in ("", f"{question.day:%Y-%m}"):
        yield f"{question.day} is not in {question.month}", "leave the month out"
    if question.kind == HISTORY:
        return
    first, last = known.days[0], known.days[-1]
    if question.day is not None and not first <= question.day <= last:
        yield f"{question.day} is not in the plan", f"the plan has the days {first} to {last}"
    if question.month and question.month not in known.months:
        yield f"{question.month} is not in the plan", f"the plan has the months {listed(known.months)}"


def _hours_not_together(question: Question, known: Known) -> Iterator[tuple[str, str]]:
    """Lines that are shares of a group's month have no day and no person; what is off the queue has no group."""
    narrow = question.agent or question.day is not None
    if not narrow or question.line == TOTAL:
        return
    line = short(question.line)
    if question.line not in BESIDE:
        month = question.month or (f"{question.day:%Y-%m}" if question.day else "")
        hint = f"leave the day and the person out: {words(f'hours.{line}', question.group, month)}"
        yield f"{question.line} is told for months and planning groups, as it is a share of their minutes", hint
    elif question.group:
        hint = f"leave the planning group out: {words(f'hours.{line}', question.agent, question.day)}"
        yield f"{question.line} of a person or a day are not told by planning group", hint


def _not_together(question: Question, known: Known) -> Iterator[tuple[str, str]]:
    """What does not belong together, or is missing."""
    kind, day = question.kind, question.day
    if kind in (COST, HOURS) and (question.time or question.queue):
        time = words(f"{day or known.days[0]}T{question.time or '10:00'}", question.group)
        yield "the cost is told for months, planning groups and people", f"the people of a time: {time}"
    if kind in (AGENT, COST) and day is not None and question.agent and question.group:
        whole = words(question.agent, day)
        hint = f"{whole}; the minutes on queue: {words('hours.total', question.group, question.agent, day)}"
        yield "a person's day is told for all planning groups", hint
    if kind in (BRIDGE, UNIT) and (question.agent or day is not None or question.time or question.queue):
        hint = f"leave the rest out: {words(f'{kind}.{short(question.line)}', question.group, question.month)}"
        yield f"{kind} lines are told for months and planning groups", hint
    if kind == HOURS:
        yield from _hours_not_together(question, known)
    if kind == COST and question.line == TOTAL and question.agent:
        yield "on-costs and other costs have no person", f"the pay of a person: {words(question.agent)}"
    if kind == COST and day is not None and not question.agent:
        hint = "add a person, or give a month; the hours of a day: hours.total DAY"
        yield "pay is rounded once a month, for each person: a day has no cost of its own", hint
    if kind == NEED and day is None:
        yield "a time needs its day", f"write it as {known.days[0]}T{question.time or '10:00'}"
    if kind in (FORECAST, HISTORY) and not (question.queue or question.group):
        yield f"of which queue is the {kind}?", f"queues: {listed(known.queues)}"
    if kind in (NEED, FORECAST, HISTORY) and question.agent:
        hint = f"the day of a person: {words(question.agent, day or 'DAY')}"
        yield "contacts and people required have no person", hint
    if kind not in (NEED, FORECAST, HISTORY) and question.time:
        yield f"{question.time} says nothing here", "leave the time out"
