"""The pages of docs/reference say what the code says."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from staffplan.cli.main import app
from staffplan.errors import StaffplanError
from staffplan.scenario.changes import MAKERS
from staffplan.settings import (
    capacity,
    cost,
    export,
    forecast,
    hard_rules,
    ingest,
    leave,
    open_shifts,
    plan,
    priced_rules,
    queues,
    report,
    roster,
    rule_sections,
    scorecard,
    simulate,
    staffing,
    standby,
    team_rules,
)
from staffplan.settings.base import Section
from staffplan.tables.cost import CostReport

REPOSITORY = Path(__file__).parents[2]
REFERENCE = REPOSITORY / "docs" / "reference"
PAGES = ("settings.md", "scenarios.md", "files.md", "commands.md", "exit-codes.md")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Every page by its name, made from the code now."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(REPOSITORY / "scripts")
        made: dict[str, str] = importlib.import_module("make_reference").reference_pages()
    return made


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_the_one_that_the_code_makes(name: str, pages: dict[str, str]) -> None:
    written = (REFERENCE / name).read_text(encoding="utf-8")
    assert written == pages[name], "the code has changed; renew the pages: python scripts/make_reference.py"


def test_the_folder_holds_these_pages_and_no_others(pages: dict[str, str]) -> None:
    assert set(pages) == set(PAGES) == {path.name for path in REFERENCE.iterdir()}


def test_every_command_is_on_its_page_with_every_option(pages: dict[str, str]) -> None:
    sections = re.split(r"^## ", pages["commands.md"], flags=re.MULTILINE)[1:]
    shown = {text.split("\n")[0]: set(re.findall(r"`(--[a-z-]+)`", text)) for text in sections}
    assert {command.name for command in app.registered_commands} == set(shown)
    assert shown["status"] == {"--json"}
    assert {"--set", "--weeks", "--force"} <= shown["plan"]


def test_every_file_is_on_its_page_with_every_column(pages: dict[str, str]) -> None:
    sections = re.split(r"^### ", pages["files.md"], flags=re.MULTILINE)[1:]
    shown = {text.split("\n")[0]: re.findall(r"^\| `(\w+)`", text, re.MULTILINE) for text in sections}
    assert shown["cost.csv"] == [column.name for column in CostReport.columns]
    assert len(shown) == len(sections)
    assert {"history.csv", "agents.csv", "roster_shifts.csv", "waits.csv"} <= set(shown)


def test_every_exit_code_of_an_error_is_on_its_page(pages: dict[str, str]) -> None:
    for error in StaffplanError.__subclasses__():
        assert f"| `{error.exit_code}` | {error.heading} |" in pages["exit-codes.md"]


def models() -> Iterator[type[BaseModel]]:
    """Groups of settings that a file can hold, without those that others only build on."""
    modules = (
        capacity,
        cost,
        export,
        forecast,
        hard_rules,
        ingest,
        leave,
        open_shifts,
        plan,
        priced_rules,
        queues,
        report,
        roster,
        rule_sections,
        scorecard,
        simulate,
        staffing,
        standby,
        team_rules,
    )
    for value in {name: value for module in modules for name, value in vars(module).items()}.values():
        if isinstance(value, type) and issubclass(value, Section) and not value.__subclasses__():
            yield value


def test_every_setting_of_every_group_is_on_the_page_with_its_meaning(pages: dict[str, str]) -> None:
    page = pages["settings.md"]
    for model in models():
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name} has no text below it"
            meaning = " ".join(field.description.split())
            assert any(line.startswith(f"| `{name}` |") and meaning in line for line in page.splitlines())


def test_every_kind_of_change_of_a_scenario_is_on_its_page(pages: dict[str, str]) -> None:
    for kind in MAKERS:
        assert f'## `[[scenario.changes]], change = "{kind}"`' in pages["scenarios.md"]


def test_every_group_has_a_heading_as_in_the_file(pages: dict[str, str]) -> None:
    headings = [line[4:-1] for line in pages["settings.md"].splitlines() if line.startswith("## `")]
    assert len(headings) == len(set(headings)) >= len(list(models()))  # breaks stand below both parts of a shift
    assert {"[plan]", "[hours.NAME]", "[[shifts.NAME.breaks]]", '[[roster.rules]], rule = "daily_rest"'} <= set(
        headings
    )
