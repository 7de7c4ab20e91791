"""`staffplan explain-day` on two files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from commands import Run

HEAD = "interval_start,queue,offered,aht_seconds,agents"
PLANNED = f"{HEAD}\n2026-03-02 09:00,phone,60,300,14\n2026-03-02 09:30,phone,80,300,18\n"
ACTUAL = f"{HEAD},service_level\n2026-03-02 09:00,phone,60,306,14,0.9\n2026-03-02 09:30,phone,90,306,17,0.5\n"
FILES = ("--planned", "planned.csv", "--actual", "actual.csv")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "planned.csv").write_text(PLANNED)
    (tmp_path / "actual.csv").write_text(ACTUAL)
    return tmp_path


def test_a_day_is_told_with_its_largest_cause_first_and_chance_apart(run: Run) -> None:
    done = run("explain-day", *FILES, "-o", "causes.csv")
    lines = done.out.splitlines()
    assert lines[0] == "Mon 02 Mar 2026, phone: 87.3 % planned, 66.0 % measured: -21.3 points"
    assert lines[3].split() == ["contacts", "in", "all", "-10.8", "+13.8", "-8.2"]
    frame = pd.read_csv("causes.csv")
    assert frame["contribution"].sum() == pytest.approx(0.66 - 0.8734560483, abs=1e-5)
    assert set(frame["cause"]) == {"volume", "shape", "handling time", "people", "chance"}
    assert run("explain-day", *FILES, "-o", "causes.csv").code == 2


def test_json_holds_the_rows_and_an_hour_is_as_long_as_it_is_said_to_be(run: Run) -> None:
    half, whole = (
        json.loads(run("explain-day", *FILES, "--json", *more).out)["causes"] for more in ((), ("--interval", "60"))
    )
    assert half[0]["service_planned"] == pytest.approx(0.873456)
    assert whole[0]["service_planned"] > 0.99


@pytest.mark.parametrize(
    ("change", "flags", "code", "said"),
    [
        ("", ("--goal", "90/4h"), 2, "--goal: a goal in hours has no waiting line"),
        ("", ("--patience", "60"), 2, "--patience: patience belongs to the model erlang-a"),
        ("", ("--model", "erlang-a"), 2, "--patience: patience belongs to the model erlang-a"),
        ("", ("--model", "erlang-a", "--patience", "-1"), 2, "--patience: -1 is not above 0"),
        ("queue", (), 4, "actual.csv: there is no row of mail on 2026-03-02"),
        ("contacts", (), 4, "phone 2026-03-02: no contacts are planned and none came"),
        ("times", (), 4, "phone 2026-03-02: no handling time is given"),
    ],
)
def test_what_cannot_be_explained_is_told(
    run: Run, folder: Path, change: str, flags: tuple[str, ...], code: int, said: str
) -> None:
    if change == "queue":
        (folder / "planned.csv").write_text(PLANNED.replace("phone", "mail"))
    if change == "contacts":
        for name, text in (("planned.csv", PLANNED), ("actual.csv", ACTUAL)):
            (folder / name).write_text(text.replace(",60,", ",0,").replace(",80,", ",0,").replace(",90,", ",0,"))
    if change == "times":
        for name, text in (("planned.csv", PLANNED), ("actual.csv", ACTUAL)):
            (folder / name).write_text(text.replace(",300,", ",,").replace(",306,", ",,"))
    done = run("explain-day", *FILES, *flags)
    assert (done.code, said in done.err) == (code, True), done.err


def test_what_the_files_do_not_show_is_told(run: Run, folder: Path) -> None:
    assert not run("explain-day", *FILES).err
    for name, text in (("planned.csv", PLANNED), ("actual.csv", ACTUAL)):
        first = text.splitlines()[:2]
        (folder / name).write_text("\n".join(first))
    assert "taken for 30 minutes; --interval sets it" in run("explain-day", *FILES).err
    assert not run("explain-day", *FILES, "--interval", "60").err
    for name, text in (("planned.csv", PLANNED), ("actual.csv", ACTUAL)):
        (folder / name).write_text(text.replace("02 09:30", "03 09:30"))
    assert "days begin at midnight UTC; --timezone sets" in run("explain-day", *FILES, "--interval", "30").err
    assert not run("explain-day", *FILES, "--interval", "30", "--timezone", "Europe/Madrid").err
