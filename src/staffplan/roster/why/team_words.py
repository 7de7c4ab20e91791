"""Conflicts about rules between people in a manager's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pandas as pd

from staffplan.errors import Note
from staffplan.roster.case.case import Case
from staffplan.roster.rules.between import TeamRule
from staffplan.roster.rules.team import ConcurrentBreaks, MinimumStaff, Seats, team_rules, team_violations
from staffplan.roster.rules.tie import Tie
from staffplan.roster.why.bonds import Bond
from staffplan.roster.why.team_conflict import Clash, Question, find_clashes
from staffplan.roster.why.team_remedies import Way, least_eased, ways_out
from staffplan.tables.roster import Roster

MOST_WAYS, MOST_NAMES = 4, 8


def team_notes(case: Case, roster: Roster, *, seconds: Callable[[], float]) -> Iterator[Note]:
    """What is to be said of the rules between people that a roster breaks; nothing where it keeps them all."""
    broken = broken_days(case, roster)
    if broken:
        question = Question.of(case, seconds)
        yield from _clash_notes(question, find_clashes(question, broken), broken)


def broken_days(case: Case, roster: Roster) -> dict[TeamRule, list[int]]:
    """Rules between people that the roster breaks, and the numbers of the days in the period."""
    planned = case.site.days_of(pd.DatetimeIndex(case.requirement.frame["interval_start"]))
    first, days, found = planned.first, planned.number, {}
    levels, calendar = case.settings.skill_levels_min, case.site.calendar
    for rule in team_rules(case.settings):
        broken = team_violations(
            roster, case.workforce, [rule], levels=levels, calendar=calendar, first=first, days=days
        )
        numbers = {(violation.day - first).days for violation in broken}
        if inside := sorted(numbers & set(range(days))):
            found[rule] = inside
    return found


def _clash_notes(
    question: Question, clashes: Iterable[Clash], broken: Mapping[TeamRule, Sequence[int]]
) -> Iterator[Note]:
    """One for each conflict, those of the same words together; what is broken without a proof is said to be so."""
    told: dict[tuple[str, str], list[list[int]]] = {}
    proven: set[TeamRule] = set()
    alike: dict[tuple[TeamRule, ...], str] = {}
    for clash in clashes:
        proven |= set(clash.broken)
        place = ", ".join(dict.fromkeys(rule_name(rule) for rule in clash.broken))
        if clash.without_seat:
            if clash.broken not in alike:
                alike[clash.broken] = seat_words(question, clash)
            words = alike[clash.broken]
        else:
            ways = way_words(ways_out(question, clash), in_time=question.seconds() > 0)
            words = f"{clash_words(question, clash)}. {ways}"
        told.setdefault((place, words), []).append([slot for _, slot in clash.atoms])
    for (place, words), runs in told.items():
        yield Note("roster", "warning", f"{place} {question.times(runs)}", words)
    for rule, days in broken.items():
        if rule not in proven:
            message = (
                f"{rule_words(rule)}: not satisfied on {len(days)} days, and no conflict is proven: perhaps more "
            )
            message += "search time satisfies it (roster.effort, roster.time_limit_seconds)"
            yield Note("roster", "warning", rule_name(rule), message)


def seat_words(question: Question, clash: Clash) -> str:
    """Minimums against seats. What is tried is tried for the first time at which they clash."""
    said = f"{' and '.join(rule_words(rule) for rule in clash.broken)}: these contradict each other in every roster"
    if ways := ways_out(question, clash):
        first = question.when(slot for _, slot in clash.atoms)
        return f"{said}. {way_words(ways, in_time=True)} (tested for {first})"
    return f"{said}. It takes at least: {'; or: '.join(least_eased(clash))}"


def rule_group(rule: TeamRule) -> str:
    """The planning group that a rule is about; "": all."""
    return rule.group if isinstance(rule, MinimumStaff | ConcurrentBreaks) else ""


def rule_name(rule: TeamRule) -> str:
    return f"{rule.name} {rule_group(rule)}".strip()


def rule_words(rule: TeamRule) -> str:
    match rule:
        case MinimumStaff(group=group, people=people):
            return f"at least {people} on queue for {group}"
        case Seats(most=most):
            return f"at most {most} people on site"
        case Tie():
            return rule.words
        case ConcurrentBreaks(most=most, share=share):
            limits = [f"{most} people"] * (most is not None) + [f"{float(share or 0):.0%} of those on duty"] * bool(
                share
            )
            return f"at most {' and '.join(limits)} on break at once"
        case _:
            raise TypeError(f"{rule} is not known")


def clash_words(question: Question, clash: Clash) -> str:
    rules = " and ".join(dict.fromkeys(rule_words(rule) for rule in clash.broken))
    if clash.bonds:
        size = "all of this" if clash.smallest else "this (the smallest conflict found in the time)"
        said = f"no roster satisfies {rules} together with {size}: {bond_words(clash.bonds)}"
    else:
        said = f"no roster satisfies {rules} with the existing shifts and skills"
    return ". ".join([said, *dict.fromkeys(_who(question, clash, rule) for rule in clash.broken if rule_group(rule))])


def _who(question: Question, clash: Clash, rule: TeamRule) -> str:
    """The people a rule is about, and those who are not bound by what is in the way."""
    group, bound = rule_group(rule), {bond.agent_id for bond in clash.bonds}
    able = [person.agent_id for person in question.problem.people if group in person.skills]
    free = [name for name in able if name not in bound]
    said = f"{len(able)} can serve {group}: {listed(able) or 'nobody'}"
    if clash.there is not None:
        return f"{said}; can be on queue: {listed(clash.there) or 'nobody'}"
    return said + (f"; not restricted: {listed(free) or 'nobody'}" if bound else "")


def bond_words(bonds: Sequence[Bond]) -> str:
    """What binds, each once, with the people it binds where its words do not name them."""
    names: dict[str, list[str]] = {}
    for bond in bonds:
        names.setdefault(bond.words.replace(f" of {bond.agent_id} ", " "), []).append(bond.agent_id)
    return "; ".join(
        words if all(who in words for who in those) else f"{words} ({listed(those)})"
        for words, those in names.items()
    )


def listed(names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def way_words(ways: Sequence[Way], *, in_time: bool) -> str:
    if not ways:
        return "No helpful change was found" if in_time else "No time was left to test changes"
    first, *rest = [way.words for way in ways[:MOST_WAYS]]
    return f"Cheapest: {first}" + ("; or: " + "; or: ".join(rest) if rest else "")
