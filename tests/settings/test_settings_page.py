"""docs/settings.md says what the code says."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import BaseModel

from staffplan.settings import (
    cost,
    forecast,
    hard_rules,
    plan,
    priced_rules,
    queues,
    roster,
    rule_sections,
    simulate,
    staffing,
    team_rules,
)
from staffplan.settings.base import Section

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("settings_page", REPOSITORY / "scripts" / "make_settings_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_page_is_the_one_that_the_code_makes(maker: ModuleType) -> None:
    """Where this fails: python scripts/make_settings_page.py"""
    assert maker.settings_page() == (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")


def models() -> Iterator[type[BaseModel]]:
    """Groups of settings that a file can hold, without those that others only build on."""
    modules = (
        cost,
        forecast,
        hard_rules,
        plan,
        priced_rules,
        queues,
        roster,
        rule_sections,
        simulate,
        staffing,
        team_rules,
    )
    for value in {name: value for module in modules for name, value in vars(module).items()}.values():
        if isinstance(value, type) and issubclass(value, Section) and not value.__subclasses__():
            yield value


def test_every_setting_of_every_group_is_on_the_page_with_its_meaning(maker: ModuleType) -> None:
    page = maker.settings_page()
    for model in models():
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name} has no text below it"
            meaning = " ".join(field.description.split())
            assert any(line.startswith(f"| `{name}` |") and meaning in line for line in page.splitlines())


def test_every_group_has_a_heading_as_in_the_file(maker: ModuleType) -> None:
    headings = [line[4:-1] for line in maker.settings_page().splitlines() if line.startswith("## `")]
    assert len(headings) == len(set(headings)) == len(list(models()))
    assert {"[plan]", "[hours.NAME]", "[[shifts.NAME.breaks]]", '[[roster.rules]], rule = "daily_rest"'} <= set(
        headings
    )
