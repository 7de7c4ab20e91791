"""A workspace to start from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from staffplan.cli.main import run
from staffplan.errors import UsageError
from staffplan.plan.directory import load_config_file
from staffplan.plan.starter import starter_files, write_starter
from staffplan.plan.workspace import Workspace


def test_the_settings_of_a_new_workspace_find_its_files(tmp_path: Path) -> None:
    write_starter(tmp_path / "center", force=False)
    settings = tmp_path / "center" / "plan.toml"
    workspace = Workspace(settings.parent, load_config_file(settings), settings.parent, "plan.toml")
    workspace.check_inputs()
    assert len(workspace.workforce.agents) > 50
    assert "../" not in settings.read_text(encoding="utf-8")


def test_nothing_is_written_where_one_of_its_files_is_there(tmp_path: Path) -> None:
    (tmp_path / "agents.csv").write_text("mine")
    with pytest.raises(UsageError, match=r"agents\.csv: already exists"):
        write_starter(tmp_path, force=False)
    assert [path.name for path in tmp_path.iterdir()] == ["agents.csv"]
    write_starter(tmp_path, force=True)
    assert {path.name for path in tmp_path.iterdir()} == set(starter_files())


def test_init_says_what_it_wrote_and_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", "center", "--json"]) == 0
    out, err = capsys.readouterr()
    assert set(json.loads(out)["written"]) == {str(Path("center", name)) for name in starter_files()}
    assert "next: staffplan plan center/plan.toml -o center/plan" in err
    assert run(["init", "my center"]) == 0
    assert "next: staffplan plan 'my center/plan.toml' -o 'my center/plan'; then" in capsys.readouterr().err
    assert run(["init", "center"]) == 2
    assert run(["init", "center/plan.toml"]) == 2
