"""CONTRIBUTING.md's own steps, followed to the letter: its toy rule is sought, checked, explained and relaxed."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import pytest
from every_roster import accepted_by_machine, accepted_by_solver, agreed, every_assignment, tiny_problem, worked
from pydantic import Field, TypeAdapter
from roster_centers import Center, every_day

from staffplan.roster.rules import registry, rule_of
from staffplan.roster.rules.registry import Holder
from staffplan.roster.why.one_person import explain
from staffplan.settings import hard_rules
from staffplan.settings.hard_rules import HardRuleSettings
from staffplan.settings.roster import RosterSettings, WorkPlanSettings

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SETTING_HEAD = """from typing import Literal
from pydantic import Field
from staffplan.settings.rule_sections import RuleSection
"""
PLAN = WorkPlanSettings(shifts=("day",), weekly_hours_min=0, weekly_hours_max=60, days_per_week_max=7)
WEEK = Center({"voice": every_day(7, range(8, 15))}, work_plans={"any": PLAN})
SUNDAY = WEEK.first_day.replace(day=WEEK.first_day.day + 6)


def steps(kind: str) -> list[str]:
    """The numbered steps under a heading."""
    section = re.search(rf"^### {kind}\n(.*?)(?=^##|\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    assert section, kind
    return re.split(r"^\d+\. ", section[1], flags=re.MULTILINE)[1:]


def code_of(step: str) -> str:
    found = re.search(r"```python\n(.*?)```", step, re.DOTALL)
    assert found, step
    return "\n".join(line.removeprefix("   ") for line in found[1].splitlines()) + "\n"


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The setting and the rule of the guide in a package of their own, registered as every rule is."""
    setting, rule, *_ = steps("A hard rule")
    package = tmp_path / "toy_rules"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "settings.py").write_text(SETTING_HEAD + code_of(setting), encoding="utf-8")
    (package / "sundays.py").write_text(code_of(rule), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "_HARD", dict(registry.hard_rules()))
    made = importlib.import_module("toy_rules.settings").SundaysSetting
    monkeypatch.setattr(hard_rules, "SundaysSetting", made, raising=False)
    yield importlib.import_module("toy_rules.sundays")
    for name in [name for name in sys.modules if name.startswith("toy_rules")]:
        del sys.modules[name]


def at_most(toy: ModuleType, sundays: int) -> RosterSettings:
    """Read from the words of plan.toml, as step 1 adds the setting to the others."""
    every_rule = Annotated[HardRuleSettings | toy.SundaysSetting, Field(discriminator="rule")]  # type: ignore[name-defined]
    adapter: TypeAdapter[Any] = TypeAdapter(every_rule)
    setting = adapter.validate_python({"rule": "sundays", "most": sundays})
    return RosterSettings(rules=()).model_copy(update={"rules": (setting,)})


def test_every_file_that_the_guide_names_exists() -> None:
    named = set(re.findall(r"`((?:src|tests|scripts|docs)/[\w/.]+)`", GUIDE))
    assert named
    missing = {name for name in named if not (ROOT / name).exists()}
    assert missing == {"src/staffplan/roster/rules/sundays.py"}, "the toy's own file is the only new one"


def test_a_rule_made_by_the_guide_is_kept_by_the_search(toy: ModuleType) -> None:
    free = WEEK.but(settings=RosterSettings(rules=())).solve().roster.shifts.frame
    kept = WEEK.but(settings=at_most(toy, 0)).solve().roster.shifts.frame
    assert (free["schedule_date"].dt.day_of_week == 6).any()
    assert len(kept)
    assert not (kept["schedule_date"].dt.day_of_week == 6).any()


def test_a_breach_of_it_is_found_by_the_check(toy: ModuleType) -> None:
    made = WEEK.but(settings=RosterSettings(rules=())).solve().roster
    found = [(b.rule, b.day) for b in WEEK.but(settings=at_most(toy, 0)).check(made).breaches]
    assert ("sundays", SUNDAY) in found


def test_a_conflict_names_it_and_offers_to_relax_it(toy: ModuleType) -> None:
    case = WEEK.but(settings=at_most(toy, 0), locks=(("ann", SUNDAY, "day"),)).case()
    conflict = explain(case.problem(), 0, case)
    assert "at most 0 Sundays" in conflict.message
    assert "at most 1 Sundays instead of 0 (sundays)" in conflict.hint


def test_its_solver_reader_and_search_agree_on_every_roster_of_a_tiny_problem(toy: ModuleType) -> None:
    problem = tiny_problem(3, first_day=5)
    rule = rule_of(at_most(toy, 0).rules[0], Holder("ann", "any", problem.period.first_day))  # type: ignore[arg-type]
    accepted, machine = accepted_by_solver(problem, rule), rule.machine(problem, problem.people[0])
    for assignment in every_assignment(problem):
        broken = list(rule.violations(worked(problem, assignment), agreed(problem)))
        assert (assignment in accepted) == accepted_by_machine(machine, assignment) == (not broken)
