"""What a site can give up: every rule of the agreement, contract and table as a ladder of looser settings.

A ladder's steps run from the least loosening to leaving the rule out. What a step costs is only for ranking: the
hours of work, a day being eight, by which the person's plan may change; a rest is dearer hour by hour than a
contract, time off that was granted dearer than anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from staffplan.roster.case.case import Case
from staffplan.roster.problem.problem import Person, plan_of
from staffplan.roster.rules.registry import Binding, LeftOut, Relaxable, hard_rules
from staffplan.settings.hard_rules import DayHoursSetting, RuleSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.settings.rule_sections import RuleSection

DAY_HOURS, LONGEST_WEEK_HOURS = 8.0, 168.0
MOST_STEPS = 20
"""Steps of a ladder before the rule is left out."""
LEFT_OUT_HOURS = 24.0
"""What leaving a rule out costs, beside its last step."""
GRANTED = 3.0
"""Taking granted time off back costs so many times its hours."""

Key = tuple[object, ...]
"""Which rule, contract or row something is about: ("rule", place), ("contract", name, field), ("time_off", agent,
first day, start), ("availability", agent), ("skills", agent), ("locks", agent, day)."""


@dataclass(frozen=True)
class Step:
    """One way to give in: in words, what it costs in the ranking, and how it changes the case."""

    words: str
    cost: float
    apply: Callable[[Case], Case]


@dataclass(frozen=True)
class Ladder:
    """Looser and looser settings of one thing; the last step leaves it out. `words`: the thing as it is now."""

    words: str
    steps: tuple[Step, ...]
    key: Key
    open_to_change: bool = True
    """Whether somebody could decide it: what was worked before the period, for instance, cannot be changed."""


def ladders(case: Case, person: Person) -> Iterator[Ladder]:
    """Everything that binds the person of a one-person case (`Case.of_one`)."""
    yield from rule_ladders(case)
    yield from contract_ladders(person.plan_name, case.work_plans[person.plan_name], tuple(case.shifts))
    yield from table_ladders(case)


def rule_ladders(case: Case) -> Iterator[Ladder]:
    """The agreement's rules for each person, as far as they can be relaxed."""
    entries = hard_rules()
    for place, setting in enumerate(case.settings.rules):
        if isinstance(setting, RuleSection) and type(setting) in entries:
            match entries[type(setting)].relaxation:
                case LeftOut(words):
                    yield _out_ladder(place, setting, words)
                case Binding():
                    continue
                case numbers:
                    yield from _number_ladders(place, setting, numbers)


def _out_ladder(place: int, setting: RuleSection, words: str) -> Ladder:
    now = words.format(**_filled(setting)) + _whom(setting)
    return Ladder(now, (Step(_without(setting, now), LEFT_OUT_HOURS, left_out(place)),), ("rule", place))


def _number_ladders(place: int, setting: RuleSection, numbers: Sequence[Relaxable]) -> Iterator[Ladder]:
    """A ladder for each number that is given; a least of zero binds nothing."""
    given = [n for n in numbers if (now := getattr(setting, n.field)) is not None and (now or n.step > 0)]
    for number in given:
        yield _number_ladder(place, setting, number, alone=len(given) == 1)


def _number_ladder(place: int, setting: RuleSection, number: Relaxable, *, alone: bool) -> Ladder:
    kind, now = type(getattr(setting, number.field)), float(getattr(setting, number.field))
    words = _in_words(setting, number, now) + _whom(setting)
    steps = []
    for count in range(1, MOST_STEPS + 1):
        value = now + count * number.step
        if value < number.least or value <= 0 or not _valid(setting, number.field, value):
            break
        instead = f"{_in_words(setting, number, value)} instead of {now:g}{_whom(setting)} ({setting.rule})"
        steps.append(Step(instead, count * number.cost_hours, _set(place, number.field, kind(value))))
    out = left_out(place) if alone else _set(place, number.field, 0 if number.step < 0 else None)
    cost = (steps[-1].cost if steps else 0.0) + LEFT_OUT_HOURS
    return Ladder(words, (*steps, Step(_without(setting, words), cost, out)), ("rule", place))


def _in_words(setting: RuleSection, number: Relaxable, value: float) -> str:
    return number.words.replace("{:g}", "{value:g}").format(value=value, **_filled(setting))


def _without(setting: RuleSection, words: str) -> str:
    return f"without {setting.rule} ({words})"


def _whom(rule: RuleSection) -> str:
    """Of whom the rule speaks, where it is not everybody."""
    names = (*rule.work_plans, *rule.agents)
    return f" for {', '.join(names)}" if names else ""


def _filled(rule: Any) -> dict[str, object]:
    """The rule's words that messages may name."""
    found = {name: getattr(rule, name, "") for name in ("shift", "per", "after")}
    return {**found, "never": ", ".join(getattr(rule, "never", ()))}


def _valid(rule: Any, field: str, value: float) -> bool:
    """Whether the rule's settings allow another value."""
    try:
        type(rule).model_validate({**rule.model_dump(), field: value})
    except ValidationError:
        return False
    return True


def _set(place: int, field: str, value: object) -> Callable[[Case], Case]:
    return lambda case: _put(case, place, case.settings.rules[place].model_copy(update={field: value}))


def left_out(place: int) -> Callable[[Case], Case]:
    """A rule that binds nobody in its place, so that the places of the others stay."""
    return lambda case: _put(case, place, DayHoursSetting(most=24.0))


def _put(case: Case, place: int, rule: RuleSettings) -> Case:
    rules = case.settings.rules
    return case.with_settings(rules=(*rules[:place], rule, *rules[place + 1 :]))


def contract_ladders(name: str, plan: WorkPlanSettings, shifts: tuple[str, ...]) -> Iterator[Ladder]:
    """Hours, days and shifts of a contract."""
    place = f"[work_plans.{name}]"
    if plan.weekly_hours_min > 0:
        yield _contract_ladder(
            name, "weekly_hours_min", plan.weekly_hours_min, -0.5, 0.5, 0.0, "at least {:g} paid hours a week"
        )
    top = LONGEST_WEEK_HOURS
    yield _contract_ladder(
        name, "weekly_hours_max", plan.weekly_hours_max, 0.5, 0.5, top, "at most {:g} paid hours a week"
    )
    if plan.days_per_week_max < 7:
        yield _contract_ladder(name, "days_per_week_max", plan.days_per_week_max, 1, 8, 7, "at most {:g} days a week")
    if set(shifts) - set(plan.shifts):
        words = f"only the shifts of {place}: {', '.join(plan.shifts)}"
        more = Step(
            f"every shift of the site allowed ({place} shifts)", LEFT_OUT_HOURS, _contract(name, "shifts", shifts)
        )
        yield Ladder(words, (more,), ("contract", name, "shifts"))


def _contract_ladder(name: str, field: str, now: float, step: float, cost: float, end: float, words: str) -> Ladder:
    count = min(int(abs(end - now) / abs(step) + 1e-9), 2 * MOST_STEPS + int(now / abs(step)))
    values = [now + number * step for number in range(1, count + 1)]
    values += [end] if not values or values[-1] != end else []
    steps = tuple(
        Step(
            f"{words.format(value)} instead of {now:g} ({field} of [work_plans.{name}])",
            abs(value - now) / abs(step) * cost,
            _contract(name, field, type(now)(value)),
        )
        for value in values
    )
    return Ladder(f"{words.format(now)} ([work_plans.{name}])", steps, ("contract", name, field))


def _contract(name: str, field: str, value: object) -> Callable[[Case], Case]:
    return lambda case: case.with_contracts((name,), **{field: value})


def table_ladders(case: Case) -> Iterator[Ladder]:
    """Locks, time off, availability, and what was worked before, of everybody in the case."""
    yield from _lock_ladders(case)
    yield from _time_off_ladders(case)
    people = case.workforce
    for who in sorted(set(people.availability.frame["agent_id"])):
        always = Step(f"{who} available at all hours", 5 * DAY_HOURS, _without_rows("availability", who))
        words = f"hours of {people.availability.source} in which {who} is available"
        yield Ladder(words, (always,), ("availability", who))
    for who in sorted(set(people.skills.frame["agent_id"])):
        whole = Step(f"{who} with every skill on all days", 5 * DAY_HOURS, _on_all_days(who))
        words = f"days of {people.skills.source} on which {who} has the skills"
        yield Ladder(words, (whole,), ("skills", who))
    if len(people.past_roster):
        forget = Step("the days before not counted", 0.0, emptied("past_roster"))
        words = f"the shifts worked before ({people.past_roster.source})"
        yield Ladder(words, (forget,), ("past_roster",), open_to_change=False)


def _lock_ladders(case: Case) -> Iterator[Ladder]:
    for agent_id, day, shift in case.workforce.locks.frame[["agent_id", "day", "shift"]].itertuples(index=False):
        when = f"{day:%a} {day.day} {day:%b %Y}"
        what = f"the lock {shift!r} of {agent_id} on {when}"
        drop = _dropping("locks", agent_id, day=day)
        yield Ladder(what, (Step(f"without {what}", DAY_HOURS, drop),), ("locks", agent_id, day.date()))


def _time_off_ladders(case: Case) -> Iterator[Ladder]:
    off, zone = case.workforce.time_off, case.site.calendar.timezone
    plans = dict(zip(*(case.workforce.agents.frame[name] for name in ("agent_id", "work_plan")), strict=True))
    columns = ["agent_id", "first_day", "last_day", "start"]
    for number, (agent_id, first, last, start) in enumerate(off.frame[columns].itertuples(index=False)):
        when = f"{first.day} {first:%b}" + ("" if first == last else f" to {last.day} {last:%b %Y}")
        days, hours = (last - first).days + 1, DAY_HOURS
        easier: tuple[Step, ...] = ()
        part = next(iter(off.only(np.arange(len(off)) == number).within(first, first).parts), None)
        if part is not None:
            when, hours = f"{when} {part.words}", part.length_hours(zone)
            easier = _rest_of_shift(case, plan_of(plans.get(agent_id, ""), case.work_plans), hours * days)
        drop = _dropping("time_off", agent_id, first_day=first, start=start)
        away = Step(f"{agent_id} works in spite of the time off {when}", GRANTED * hours * days, drop)
        yield Ladder(f"time off of {agent_id} {when}", (*easier, away), ("time_off", agent_id, first.date(), start))


def _rest_of_shift(case: Case, name: str, hours: float) -> tuple[Step, ...]:
    """The contract lets people work the rest of a shift; where it does, there is nothing to loosen."""
    plan = case.work_plans.get(name)
    if plan is None or plan.works_rest_of_shift:
        return ()
    words = f'the rest of a shift around time off (part_days_off = "rest_of_shift" in [work_plans.{name}])'
    return (Step(words, hours, _contract(name, "part_days_off", "rest_of_shift")),)


def _dropping(table: str, agent_id: str, **cells: object) -> Callable[[Case], Case]:
    """The rows of the agent in which the columns have these values left out."""

    def apply(case: Case) -> Case:
        frame = getattr(case.workforce, table).frame
        mine = frame["agent_id"] == agent_id
        for column, value in cells.items():
            mine &= frame[column] == value
        return _only(case, table, np.asarray(~mine))

    return apply


def _without_rows(table: str, agent_id: str) -> Callable[[Case], Case]:
    """No row of the agent in a table of the workforce."""

    def apply(case: Case) -> Case:
        return _only(case, table, np.asarray(getattr(case.workforce, table).frame["agent_id"] != agent_id))

    return apply


def _on_all_days(agent_id: str) -> Callable[[Case], Case]:
    """Each skill of the agent always, on its highest level."""

    def apply(case: Case) -> Case:
        frame = case.workforce.skills.frame
        mine = frame["agent_id"] == agent_id
        best = frame[mine].sort_values("level", na_position="first").drop_duplicates("skill", keep="last")
        case = _only(case, "skills", np.asarray(~mine | frame.index.isin(best.index)))
        kept = case.workforce.skills
        dates = kept.frame[["valid_from", "valid_until"]].mask(kept.frame["agent_id"] == agent_id)
        always = replace(kept, frame=kept.frame.assign(**dates))
        return replace(case, workforce=replace(case.workforce, skills=always))

    return apply


def emptied(table: str) -> Callable[[Case], Case]:
    """Without any row of a table of the workforce."""
    return lambda case: _only(case, table, np.zeros(len(getattr(case.workforce, table)), dtype=bool))


def _only(case: Case, table: str, rows: NDArray[np.bool_]) -> Case:
    kept = getattr(case.workforce, table).only(rows)
    return replace(case, workforce=replace(case.workforce, **{table: kept}))
