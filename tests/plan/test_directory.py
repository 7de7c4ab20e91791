"""A plan directory: made from a settings file, and found again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from staffplan.errors import ConfigError, UsageError
from staffplan.plan.directory import (
    OpenPlan,
    create_or_update,
    load_config_file,
    open_existing,
    parse_overrides,
    read_config_text,
)
from staffplan.plan.workspace import INPUTS, Workspace
from staffplan.settings.config import load_config

TEXT = """# my center
[plan]
weeks = 2   # a fortnight

[input]
history = "data/history.csv"
agents = "../people/agents.csv"
special_days = "{data}/days.csv"
data = "../sets"

[queues.voice]
goal = "80/20"
"""


@pytest.fixture
def config_path(tmp_path: Path) -> Path:
    """A settings file with a sentence of its own, in a folder of its own."""
    path = tmp_path / "configs" / "center.toml"
    path.parent.mkdir()
    path.write_text(TEXT, encoding="utf-8")
    for name in ("configs/data/history.csv", "people/agents.csv", "sets/days.csv", "elsewhere/days.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("anything")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "plans" / "deep" / "december"


def make(
    config_path: Path, folder: Path, overrides: dict[str, object] | None = None, *, force: bool = False
) -> OpenPlan:
    return create_or_update(config_path, folder, overrides or {}, force=force)


def real_paths(workspace: Workspace) -> dict[str, str | None]:
    found = {name: workspace.input_path(name) for name in INPUTS}
    return {name: None if path is None else os.path.normpath(path) for name, path in found.items()}


def test_the_copy_in_the_plan_finds_the_same_files_as_the_settings_it_came_from(
    config_path: Path, folder: Path
) -> None:
    plan = make(config_path, folder)
    own = Workspace(folder, load_config_file(folder / "plan.toml"), folder, "plan.toml")
    assert real_paths(own) == real_paths(plan.workspace)
    assert real_paths(own)["history"] == str(config_path.parent / "data" / "history.csv")
    assert real_paths(own)["special_days"] == str(config_path.parent.parent / "sets" / "days.csv")
    assert real_paths(own)["time_off"] is None


def test_the_copy_keeps_comments_and_says_nothing_of_this_machine(config_path: Path, folder: Path) -> None:
    make(config_path, folder)
    copy = (folder / "plan.toml").read_text(encoding="utf-8")
    assert "# my center" in copy
    assert "weeks = 2   # a fortnight" in copy
    assert str(config_path.parent.parent) not in copy + (folder / "manifest.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "overrides",
    [
        {"plan.weeks": 6},
        {"plan.start": "2026-11-30", "plan.seed": 3},
        {"input.data": "../elsewhere"},
        {"queues.voice.patience_seconds": 90.5},
        {"queues.voice.goal": "90/10"},
        {"queues.chat.channel": "chat"},
        {"staffing.shrinkage.sickness.share": 0.05, "staffing.shrinkage.breaks.share": 0.1},
        {"simulate.volume_uncertainty": False, "input.ignore_queues": ["test"]},
    ],
)
def test_the_copy_means_what_the_settings_with_their_overrides_mean(
    config_path: Path, folder: Path, overrides: dict[str, object]
) -> None:
    make(config_path, folder, overrides)
    copy = load_config_file(folder / "plan.toml")
    wanted = load_config(TEXT, "center.toml", overrides)
    assert copy.model_dump(exclude={"input": {*INPUTS, "data"}}) == wanted.model_dump(
        exclude={"input": {*INPUTS, "data"}}
    )
    again = open_existing(folder)
    assert again.workspace.config == wanted
    own = Workspace(folder, copy, folder, "plan.toml")
    assert real_paths(own) == real_paths(again.workspace)


def test_a_wrong_setting_leaves_no_directory_behind(config_path: Path, folder: Path) -> None:
    with pytest.raises(ConfigError, match="unknown setting"):
        create_or_update(config_path, folder, {"plan.wekks": 2}, force=False)
    assert not folder.exists()


def test_every_input_file_that_is_not_there_is_told_before_anything_is_written(
    config_path: Path, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "people" / "agents.csv").unlink()
    (tmp_path / "sets" / "days.csv").unlink()
    with pytest.raises(ConfigError) as told:
        make(config_path, folder)
    places = [problem.place.rpartition(":")[2] for problem in told.value.problems]
    assert places == ["input.special_days", "input.agents"]
    assert not folder.exists()


def test_a_settings_file_that_is_not_there_is_told_with_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config_text(tmp_path / "absent.toml")
    assert caught.value.problems[0].message == "cannot be read: No such file or directory"
    assert "staffplan init DIR" in caught.value.problems[0].hint


def test_settings_of_an_old_windows_editor_are_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes('[queues."Продажи"]\r\ngoal = "80/20"\r\n'.encode("cp1251"))
    assert list(load_config_file(path).queues) == ["Продажи"]
    path.write_bytes(b"\xef\xbb\xbf[plan]\r\nweeks = 3\r\n")
    assert load_config_file(path).plan.weeks == 3


def test_a_folder_with_other_things_is_not_made_into_a_plan(config_path: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="contains files, and is not a plan"):
        make(config_path, folder)
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
    make(config_path, folder, force=True)
    assert (folder / "letter.txt").exists()


def test_an_empty_folder_may_become_a_plan_and_a_file_may_not(config_path: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    make(config_path, folder)
    with pytest.raises(UsageError, match="is a file"):
        make(config_path, config_path)


def test_a_plan_made_again_keeps_what_its_steps_did(config_path: Path, folder: Path) -> None:
    from staffplan.plan.manifest import StepRecord, write_manifest

    plan = make(config_path, folder)
    write_manifest(plan.manifest.with_step("forecast", StepRecord(seed=5)), folder)
    assert make(config_path, folder, {"plan.weeks": 8}).manifest.steps == {"forecast": StepRecord(seed=5)}


def test_an_edit_of_the_settings_file_counts_at_once(config_path: Path, folder: Path) -> None:
    make(config_path, folder, {"plan.seed": 9})
    config_path.write_text(TEXT.replace("weeks = 2", "weeks = 5"), encoding="utf-8")
    plan = open_existing(folder)
    assert (plan.workspace.config.plan.weeks, plan.workspace.config.plan.seed) == (5, 9)
    assert plan.remarks == ()


def test_the_plans_own_settings_count_when_they_were_edited_by_hand_and_it_is_said(
    config_path: Path, folder: Path
) -> None:
    make(config_path, folder)
    copy = folder / "plan.toml"
    copy.write_text(copy.read_text(encoding="utf-8").replace("weeks = 2", "weeks = 7"), encoding="utf-8")
    plan = open_existing(folder)
    assert plan.workspace.config.plan.weeks == 7
    assert plan.workspace.base == folder
    assert "december/plan.toml was edited by hand: this file is used, not " in plan.remarks[0]
    assert plan.remarks[0].endswith("center.toml")


def test_settings_edited_by_hand_are_not_overwritten_unless_forced(config_path: Path, folder: Path) -> None:
    make(config_path, folder)
    copy = folder / "plan.toml"
    copy.write_text(copy.read_text(encoding="utf-8").replace("weeks = 2", "weeks = 7"), encoding="utf-8")
    with pytest.raises(UsageError, match="was edited by hand"):
        make(config_path, folder)
    assert load_config_file(copy).plan.weeks == 7
    make(config_path, folder, force=True)
    assert load_config_file(copy).plan.weeks == 2


def test_the_plans_own_settings_may_be_what_it_is_made_from(config_path: Path, folder: Path) -> None:
    first = make(config_path, folder)
    copy = folder / "plan.toml"
    copy.write_text("# edited\n" + copy.read_text(encoding="utf-8"), encoding="utf-8")
    again = make(copy, folder)
    assert copy.read_text(encoding="utf-8").startswith("# edited\n")
    assert real_paths(again.workspace) == real_paths(first.workspace)
    assert open_existing(folder).remarks == ()
    with_override = make(copy, folder, {"plan.weeks": 3})
    assert real_paths(with_override.workspace) == real_paths(first.workspace)
    assert load_config_file(copy).plan.weeks == 3


def test_a_plan_whose_settings_file_is_gone_lives_on_by_its_copy(config_path: Path, folder: Path) -> None:
    before = make(config_path, folder, {"plan.weeks": 3})
    config_path.unlink()
    plan = open_existing(folder)
    assert plan.workspace.config.plan.weeks == 3
    assert real_paths(plan.workspace) == real_paths(before.workspace)
    assert "center.toml is missing: the plan's own settings are used, " in plan.remarks[0]
    assert plan.remarks[0].endswith("plan.toml")


def test_a_workspace_that_holds_files_of_a_plans_names_is_not_written_into(config_path: Path) -> None:
    """-o . beside the settings: a forecast.csv that somebody put there is not ours to replace."""
    own = config_path.rename(config_path.with_name("plan.toml"))
    folder = own.parent
    (folder / "forecast.csv").write_text("mine")
    with pytest.raises(UsageError, match="already exists"):
        make(own, folder)
    assert (folder / "forecast.csv").read_text() == "mine"
    make(own, folder, force=True)
    make(own, folder)


def test_a_plan_moved_as_a_whole_finds_its_files_again(tmp_path: Path, config_path: Path, folder: Path) -> None:
    make(config_path, folder)
    moved = tmp_path / "archive"
    moved.mkdir()
    for name in ("plans", "configs"):
        (tmp_path / name).rename(moved / name)
    plan = open_existing(moved / "plans" / "deep" / "december")
    assert plan.remarks == ()
    assert real_paths(plan.workspace)["history"] == str(moved / "configs" / "data" / "history.csv")


def test_a_folder_that_is_no_plan_is_told_with_how_to_make_one(
    tmp_path: Path, config_path: Path, folder: Path
) -> None:
    with pytest.raises(UsageError, match="is not a plan directory"):
        open_existing(tmp_path)
    make(config_path, folder)
    (folder / "plan.toml").unlink()
    with pytest.raises(UsageError, match="is not a plan directory"):
        open_existing(folder)


@pytest.mark.parametrize(
    ("item", "key", "value"),
    [
        ("plan.weeks=2", "plan.weeks", 2),
        ("plan.name=Winter", "plan.name", "Winter"),
        ('plan.name="2"', "plan.name", "2"),
        ("plan.name=a=b", "plan.name", "a=b"),
        ("simulate.volume_uncertainty=false", "simulate.volume_uncertainty", False),
        ('input.ignore_queues=["a", "b"]', "input.ignore_queues", ["a", "b"]),
        (" plan.weeks = 2 ", "plan.weeks", 2),
        ("queues.voice.goal=80/20", "queues.voice.goal", "80/20"),
    ],
)
def test_a_setting_on_the_command_line_is_read_as_in_a_file_or_else_as_text(
    item: str, key: str, value: object
) -> None:
    assert parse_overrides([item]) == {key: value}


@pytest.mark.parametrize("item", ["weeks=2", "plan.weeks", "=2", ""])
def test_what_is_not_a_key_and_a_value_is_refused(item: str) -> None:
    with pytest.raises(UsageError, match=r"is not in the form SECTION\.KEY=VALUE"):
        parse_overrides([item])
