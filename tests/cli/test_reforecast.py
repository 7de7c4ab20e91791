"""`staffplan reforecast` as a person or a script uses it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest

from commands import Run

PLAN = ("-c", "plan.toml")


@pytest.fixture(scope="module")
def made_once() -> dict[str, str]:
    """The forecast of the small center, once it is made."""
    return {}


@pytest.fixture
def morning(small_center: Path, run_in: Run, made_once: dict[str, str]) -> Path:
    """The small center with its forecast, and a history that goes on to 11:30 of the forecast's second day."""
    if not made_once:
        made_once["forecast"] = run_in(small_center, "forecast", "history.csv", *PLAN)[1]
    (small_center / "forecast.csv").write_text(made_once["forecast"])
    history = pd.read_csv(small_center / "history.csv")
    last = history[history["interval_start"] >= "2026-02-23"].copy()
    later = pd.to_datetime(last["interval_start"]) + pd.Timedelta(days=7)
    last["interval_start"] = later.dt.strftime("%Y-%m-%d %H:%M:%S")
    last["offered"] = (last["offered"] * 1.3).round()
    both = pd.concat([history, last[last["interval_start"] < "2026-03-03 11:30"]])
    both.to_csv(small_center / "now.csv", index=False)
    return small_center


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_updated_forecast_has_what_came_and_staff_takes_it_as_it_is(morning: Path, run_in: Run) -> None:
    code, out, err = run_in(morning, "reforecast", "forecast.csv", "now.csv", "-o", "forecast_now.csv", *PLAN)
    assert code == 0
    assert out == ""
    assert "by 11:30" in err
    updated = rows((morning / "forecast_now.csv").read_text())
    given = rows((morning / "forecast.csv").read_text())
    assert [(row["interval_start"], row["queue"]) for row in updated] == [
        (row["interval_start"], row["queue"]) for row in given
    ]
    over = [row for row in updated if row["interval_start"] < "2026-03-03T11:30"]
    assert {row["method"] for row in over} == {"actual"}
    assert run_in(morning, "staff", "forecast_now.csv", "-o", "requirement_now.csv", *PLAN)[0] == 0


def test_beside_it_stands_what_updating_gained_by_hour(morning: Path, run_in: Run) -> None:
    run_in(morning, "reforecast", "forecast.csv", "now.csv", "-o", "forecast_now.csv", *PLAN)
    gain = rows((morning / "forecast_now_backtest.csv").read_text())
    assert [row["seen_until"] for row in gain if row["queue"] == "phone"] == [f"{h:02d}:00" for h in range(10, 17)]
    assert all(float(row["wape_before"]) > 0 for row in gain)
    run_in(morning, "reforecast", "forecast.csv", "now.csv", "--backtest", "gain.csv", *PLAN)
    assert rows((morning / "gain.csv").read_text()) == gain


def test_without_a_file_to_write_stdout_is_the_table(morning: Path, run_in: Run) -> None:
    code, out, err = run_in(morning, "reforecast", "forecast.csv", "now.csv", *PLAN)
    assert code == 0
    assert {row["queue"] for row in rows(out)} == {"phone", "mail"}
    assert "assumption" in err


def test_bare_files_need_no_settings_but_the_zone(morning: Path, run_in: Run) -> None:
    zone = ("--timezone", "Europe/Madrid")
    code, out, _ = run_in(morning, "reforecast", "forecast.csv", "now.csv", *zone)
    assert code == 0
    actual = [row for row in rows(out) if row["method"] == "actual" and row["queue"] == "phone"]
    assert {row["interval_start"][:10] for row in actual} == {"2026-03-02", "2026-03-03"}
    assert {row["channel"] for row in rows(out) if row["queue"] == "mail"} == {"email"}


def test_now_is_local_time_and_leaves_later_contacts_out(morning: Path, run_in: Run) -> None:
    code, out, err = run_in(morning, "reforecast", "forecast.csv", "now.csv", "--now", "2026-03-03T10:00", *PLAN)
    assert code == 0
    assert max(r["interval_start"] for r in rows(out) if r["method"] == "actual") == "2026-03-03T09:30:00+01:00"
    assert "by 10:00" in err


def test_json_tells_files_figures_and_notes(morning: Path, run_in: Run) -> None:
    command = ("reforecast", "forecast.csv", "now.csv", "-o", "forecast_now.csv", "--json", *PLAN)
    code, out, _ = run_in(morning, *command)
    told = json.loads(out)
    assert code == 0
    assert told["written"] == ["forecast_now.csv"]
    assert told["facts"]["known_until"] == "2026-03-03T11:30+01:00"
    assert told["facts"]["phone.came_today"] > 0
    assert {note["step"] for note in told["notes"]} == {"reforecast"}


def test_nothing_is_overwritten_without_force(morning: Path, run_in: Run) -> None:
    command = ("reforecast", "forecast.csv", "now.csv", "-o", "forecast_now.csv", *PLAN)
    assert run_in(morning, *command)[0] == 0
    code, _, err = run_in(morning, *command)
    assert code == 2
    assert "forecast_now_backtest.csv: already exists" in err
    assert run_in(morning, *command, "--force")[0] == 0


@pytest.mark.parametrize(
    ("flags", "code", "told"),
    [
        (("--now", "soon"), 2, "--now"),
        (("--now", "2026-03-29T02:30"), 2, "does not exist"),
        (("--now", "2026-03-01T10:00"), 4, "no interval of it has begun"),
        (("--jobs", "2", "--cluster", "tcp://127.0.0.1:1"), 2, "--jobs"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    morning: Path, run_in: Run, flags: tuple[str, ...], code: int, told: str
) -> None:
    found, _, err = run_in(morning, "reforecast", "forecast.csv", "now.csv", *flags, *PLAN)
    assert (found, told in err) == (code, True), err


def test_a_forecast_updated_before_is_refused(morning: Path, run_in: Run) -> None:
    run_in(morning, "reforecast", "forecast.csv", "now.csv", "-o", "forecast_now.csv", *PLAN)
    code, _, err = run_in(morning, "reforecast", "forecast_now.csv", "now.csv", *PLAN)
    assert code == 4
    assert "give the original forecast" in err


def test_a_plan_of_the_past_is_updated_with_what_came_after_it(morning: Path, run_in: Run) -> None:
    text = (morning / "plan.toml").read_text().replace("[input]", "[input]\nuntil = 2026-03-01")
    (morning / "past.toml").write_text(text)
    code, out, _ = run_in(morning, "reforecast", "forecast.csv", "now.csv", "-c", "past.toml")
    assert code == 0
    assert "actual" in {row["method"] for row in rows(out)}
