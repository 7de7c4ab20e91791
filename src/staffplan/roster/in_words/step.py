"""The rules in force as a table: those of each contract, those between people, and a person's own rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from staffplan.roster.in_words.never import Key
from staffplan.roster.in_words.sentences import contract_sentences, sentence_of, skill_sentence
from staffplan.settings.agreements import known_of
from staffplan.settings.hard_rules import RuleSettings
from staffplan.settings.priced_rules import SoftSection
from staffplan.settings.roster import RosterSettings, WorkPlanSettings
from staffplan.settings.rule_sections import RuleSection
from staffplan.tables.people import Workforce
from staffplan.tables.rules import RulesInForce

Place = Callable[[tuple[str | int, ...]], str]
"""Where a setting stands, in words."""


class _Listed(NamedTuple):
    """An entry of the rules in force, and the law behind it."""

    number: int
    setting: RuleSettings
    article: str


class _Row(NamedTuple):
    work_plan: str
    rule: str
    kind: str
    sentence: str
    place: str
    binds: str = ""


def rules_in_words(
    settings: RosterSettings,
    work_plans: Mapping[str, WorkPlanSettings],
    place_of: Place,
    *,
    agent: str = "",
    held: Mapping[str, str] | None = None,
    people: Workforce | None = None,
    binds: Mapping[Key, bool] | None = None,
) -> RulesInForce:
    """Every rule that holds for these contracts; with `agent`, for the one person, with their rows of `people`.
    held: the contract of each agent. binds: the answer of `whether_they_bind`."""
    rules = zip(settings.rules, settings.articles, strict=True)
    listed, answers = [_Listed(number, *rule) for number, rule in enumerate(rules)], binds or {}
    rows = [
        row
        for name, plan in work_plans.items()
        for row in (
            *_contract(name, plan, place_of),
            *_agreed(name, _concerning(listed, name, agent, held or {}), place_of),
        )
    ]
    named = [row._replace(binds=_answer(answers, row)) for row in rows]
    plain = [row._replace(rule=row.rule.partition(":")[0]) for row in named]
    between = (*_levels(settings, place_of), *_between_people(listed, place_of))
    rows = [*plain, *between, *_own_rows(people, agent), *_not_held(settings)]
    return RulesInForce.of(pd.DataFrame(rows, columns=_Row._fields))


def _answer(answers: Mapping[Key, bool], row: _Row) -> str:
    """A rule of the agreement is known here as its name and place, "daily_rest:0"."""
    name, _, number = row.rule.partition(":")
    answer = answers.get((row.work_plan, int(number) if number else name))
    return "" if answer is None else "yes" if answer else "never"


def _contract(name: str, plan: WorkPlanSettings, place_of: Place) -> Iterator[_Row]:
    for key, sentence in contract_sentences(plan):
        yield _Row(name, key, "mandatory", sentence, place_of(("work_plans", name, key)))


def _agreed(name: str, listed: Iterable[_Listed], place_of: Place) -> Iterator[_Row]:
    """The agreement's rules for people of the contract; those for some by name say for whom."""
    for number, setting, article in listed:
        if not isinstance(setting, RuleSection):
            continue
        kind = "preference" if isinstance(setting, SoftSection) else "mandatory"
        whose = f" Only for {', '.join(setting.agents)}." if setting.agents else ""
        place = article or place_of(("roster", "rules", number))
        yield _Row(name, f"{setting.rule}:{number}", kind, sentence_of(setting) + whose, place)


def _concerning(listed: Iterable[_Listed], name: str, agent: str, held: Mapping[str, str]) -> Iterator[_Listed]:
    """The rules for people, each for themselves, that hold for the agent, or for somebody of the contract."""
    for entry in listed:
        setting = entry.setting
        if isinstance(setting, RuleSection):
            among = [agent] if agent else [who for who in setting.agents if held.get(who, name) == name]
            ours = not setting.work_plans or name in setting.work_plans
            if ours and (not setting.agents or any(who in setting.agents for who in among)):
                yield entry


def _between_people(listed: Iterable[_Listed], place_of: Place) -> Iterator[_Row]:
    for number, setting, _ in listed:
        if not isinstance(setting, RuleSection):
            place = place_of(("roster", "rules", number))
            yield _Row("", setting.rule, "between people", sentence_of(setting), place)


def _levels(settings: RosterSettings, place_of: Place) -> Iterator[_Row]:
    for group, level in settings.skill_levels_min.items():
        words = f"Only people whose skill {group} has level {level} or higher serve it."
        yield _Row("", "skill_levels_min", "between people", words, place_of(("roster", "skill_levels_min", group)))


def _own_rows(people: Workforce | None, agent: str) -> Iterator[_Row]:
    """Time off, availability and locks of the person."""
    if people is None or not agent:
        return
    for row in _of(people.time_off.frame, agent):
        until = "" if row["first_day"] == row["last_day"] else f" to {row['last_day']:%Y-%m-%d}"
        yield _Row("", "time_off", "mandatory", f"Off {row['first_day']:%Y-%m-%d}{until}.", people.time_off.source)
    for row in _of(people.availability.frame, agent):
        words = f"On {row['weekdays']} available {row['hours']}."
        yield _Row("", "availability", "mandatory", words, people.availability.source)
    for row in _of(people.skills.frame, agent):
        yield _Row("", "skills", "mandatory", skill_sentence(row), people.skills.source)
    for row in _of(people.locks.frame, agent):
        yield _Row("", "locks", "mandatory", f"{row['day']:%Y-%m-%d}: {row['shift']}.", people.locks.source)


def _not_held(settings: RosterSettings) -> Iterator[_Row]:
    for agreement in known_of(settings.agreements):
        for fact in agreement.not_held:
            yield _Row("", "agreements", "not held", fact.text, f"{agreement.source}, {fact.article}")


def _of(frame: pd.DataFrame, agent: str) -> list[dict[Any, Any]]:
    return frame[frame["agent_id"] == agent].to_dict("records")
