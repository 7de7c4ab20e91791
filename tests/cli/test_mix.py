"""`staffplan mix`: groups and profiles in, the mix and what it saves out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from staffplan.cli.main import run

GROUPS = """group,offered,interval_minutes,aht_seconds,patience_seconds,service_level,answer_within_seconds
sales,30,30,240,,0.8,20
service,30,30,240,,0.8,20
"""
PROFILES = "profile,groups,cost\nsales,sales,1\nservice,service,1\nboth,sales+service,1.1\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with groups.csv and profiles.csv, to work in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "groups.csv").write_text(GROUPS)
    (tmp_path / "profiles.csv").write_text(PROFILES)
    return tmp_path


def test_mix_and_what_belongs_to_it_are_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["mix", "groups.csv", "--profiles", "profiles.csv", "-o", "mix.csv"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    mix = list(csv.DictReader(io.StringIO((folder / "mix.csv").read_text())))
    assert [row["profile"] for row in mix] == ["sales", "service", "both"]
    assert sum(float(row["cost"]) for row in mix) < 14
    for name in ("groups", "compared", "savings"):
        assert (folder / f"mix_{name}.csv").is_file()
    assert "dedicated agents only, each group separate" in err
    assert run(["mix", "groups.csv", "-o", "mix.csv"]) == 2


def test_json_holds_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["mix", "groups.csv", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert sorted(found) == ["compared", "groups", "mix", "notes", "savings", "written"]
    assert [row["profile"] for row in found["mix"]] == ["sales", "service", "all-rounder"]
    assert any("10 % more" in note["message"] for note in found["notes"])


def test_bad_rows_are_told_with_file_and_row(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "groups.csv").write_text(GROUPS + "tech,-3,30,-1,,0.8,20\n")
    assert run(["mix", "groups.csv"]) == 4
    err = capsys.readouterr().err
    assert "groups.csv:4:offered: -3 is below 0" in err
    assert "groups.csv:4:aht_seconds: -1 is below 0" in err
    (folder / "groups.csv").write_text(GROUPS + "tech,3,30,100,,0.8,20\n")
    (folder / "profiles.csv").write_text(PROFILES.replace("+service", "+servce"))
    assert run(["mix", "groups.csv", "--profiles", "profiles.csv"]) == 4
    err = capsys.readouterr().err
    assert "groups.csv:4:group: no profile serves 'tech'" in err
    assert "profiles.csv:4:groups: 'servce' is not a planning group\n    did you mean service?" in err
