"""`staffplan backtest` on the small center: nothing of a period is known before it, nothing finished is lost."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from commands import Run
from small_center import write_small_center
from staffplan.cli.work import backtest as work
from staffplan.cli.work.common import config_and_workspace
from staffplan.settings.config import Config
from staffplan.tables.history import ContactHistory

QUICK = (
    'forecast.methods=["recent_average"]',
    "forecast.backtest_origins=1",
    "roster.effort=0.001",
    "simulate.replications=2",
    "roster.time_limit_seconds=3600",
)
FLAGS = ("--jobs", "1", *(word for setting in QUICK for word in ("--set", setting)))
"""Little work, of every step."""


@pytest.fixture
def center(tmp_path: Path) -> Path:
    write_small_center(tmp_path)
    return tmp_path


def change_last_week(folder: Path, factor: float, queue: str = "phone") -> None:
    path = folder / "history.csv"
    frame = pd.read_csv(path)
    later = (frame["interval_start"] >= "2026-02-23") & (frame["queue"] == queue)
    frame.loc[later, "offered"] = (frame.loc[later, "offered"] * factor).round()
    frame.loc[later, "aht_seconds"] = 111
    frame.to_csv(path, index=False)


def plans_of(period: Path) -> dict[str, bytes]:
    """The files of a period but for its outcome, and the hash of all that it rests on."""
    return {path.name: path.read_bytes() for path in period.iterdir() if path.name not in ("backtest.csv", "key.txt")}


@pytest.mark.thorough
def test_nothing_of_a_period_leaks_into_its_plan_and_what_is_finished_is_not_run_again(
    center: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pd.read_csv(center / "history.csv")
    frame.assign(agents=(frame["queue"] == "phone") * 4).to_csv(center / "history.csv", index=False)
    first = json.loads(run("backtest", "plan.toml", "--periods", "1", "-o", "a", *FLAGS, "--json").out)
    change_last_week(center, 3.0)
    done = run("backtest", "plan.toml", "--periods", "1", "-o", "b", *FLAGS, "--json")
    second = json.loads(done.out)
    one, other = (center / name / "period_2026-02-23" for name in "ab")
    assert len(plans_of(one)) == 8  # forecast, requirement and two files of the roster, of both
    assert plans_of(one) == plans_of(other)
    before, after = ({row["stack"]: row for row in told["periods"]} for told in (first, second))
    assert list(before) == ["staffed", "staffplan", "usual"]
    assert after["staffplan"]["offered"] > 1.5 * before["staffplan"]["offered"]
    assert after["staffplan"]["cost"] == before["staffplan"]["cost"]
    assert before["staffed"]["on_queue_hours"] == pytest.approx(5 * 8 * 4)
    assert before["staffed"]["cost"] is None
    monkeypatch.setattr(work, "play_period", lambda *_: pytest.fail("a finished period was run again"))
    again = run("backtest", "plan.toml", "--periods", "1", "-o", "b", *FLAGS)
    assert again.code == 0
    assert "finished before, not run again: 1 period" in again.err
    assert again.out.splitlines()[-1].startswith("Over 1 period staffplan keeps")


def test_a_period_that_is_done_is_kept_when_the_next_one_is_interrupted(
    center: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    play, seen = work.play_period, []

    def stop_at_the_second(known, period):
        seen.append(period.days.first)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return play(known, period)

    monkeypatch.setattr(work, "play_period", stop_at_the_second)
    assert run("backtest", "plan.toml", "--periods", "2", "-o", "bt", *FLAGS).code == 130
    assert [path.name for path in sorted((center / "bt").iterdir()) if path.is_dir()] == [f"period_{seen[0]}"]
    again = run("backtest", "plan.toml", "--periods", "2", "-o", "bt", *FLAGS)
    assert again.code == 0
    assert "finished before, not run again: 1 period" in again.err
    assert seen == [date(2026, 2, 16), date(2026, 2, 23), date(2026, 2, 23)]


def test_a_period_knows_what_came_before_it_and_nothing_else() -> None:
    starts = pd.date_range("2026-01-05", "2026-03-01 23:00", freq="6h", tz="UTC")
    rows = pd.DataFrame({"interval_start": starts, "queue": "phone", "offered": 1.0, "aht_seconds": 60.0})
    history = ContactHistory.of(rows)
    for number, period in enumerate(work._periods(history, None, Config(), 2, 1)):
        first = pd.Timestamp(2026, 2, 16 + 7 * number, tz="UTC")
        assert period.days.first == first.date()
        assert period.past.frame["interval_start"].max() < first
        happened = period.happened.frame["interval_start"]
        assert (happened.min(), len(happened)) == (first, 28)


def test_people_stand_at_the_times_of_their_own_contacts(tmp_path: Path) -> None:
    """Times of another zone than the plan's, in days of which no file shows which number is the month."""
    rows = "\n".join(f"{day:02d}/03/2026 09:00,phone,5,60,{day}" for day in range(2, 6))
    (tmp_path / "history.csv").write_text(f"interval_start,queue,offered,aht_seconds,agents\n{rows}\n")
    asked = 'history = "history.csv"\ntimezone = "UTC"\ndate_order = "month/day/year"\n'
    (tmp_path / "plan.toml").write_text(f'[plan]\ntimezone = "Asia/Tokyo"\n[input]\n{asked}')
    _, workspace = config_and_workspace(tmp_path / "plan.toml", {})
    staffed = work._staffed(workspace)
    assert staffed is not None
    assert set(staffed.frame["interval_start"]) == set(workspace.full_history.frame["interval_start"])
    assert staffed.frame["interval_start"].min() == pd.Timestamp("2026-02-03T09:00Z")


def test_a_renamed_queue_keeps_its_past_its_people_and_what_came_and_a_new_one_is_told(
    center: Path, run: Run
) -> None:
    frame = pd.read_csv(center / "history.csv").assign(agents=2)
    last = frame["interval_start"] >= "2026-02-23"
    phone = frame["queue"] == "phone"
    came = frame.loc[last & phone, "offered"].sum()
    frame.loc[phone & (frame["interval_start"] < "2026-02-25"), "queue"] = "old line"
    new = frame[last & phone].assign(queue="web", offered=1)
    pd.concat([frame, new]).to_csv(center / "history.csv", index=False)
    plan = (center / "plan.toml").read_text().replace("[queues.phone]", '[queues.phone]\nwas = "old line"')
    (center / "plan.toml").write_text(f"{plan}\n[queues.web]\n")
    told = json.loads(run("backtest", "plan.toml", "--periods", "1", "-o", "bt", *FLAGS, "--json").out)
    usual = pd.read_csv(center / "bt" / "period_2026-02-23" / "usual_forecast.csv")
    assert set(usual["queue"]) == {"mail", "phone"}
    mail = frame.loc[last & (frame["queue"] == "mail"), "offered"].sum()
    rows = {row["stack"]: row for row in told["periods"]}
    assert rows["usual"]["offered"] == pytest.approx(came + mail)
    assert rows["staffed"]["on_queue_hours"] == pytest.approx(2 * (5 * 8 + 7 * 24))  # mail has rows at all hours
    [note] = told["notes"]
    assert note["place"] == "web"
    assert f"{len(new):,} contacts of the period from 2026-02-23: the queue had none before" in note["message"]


def test_a_history_that_is_too_short_says_how_many_periods_fit(center: Path, run: Run) -> None:
    done = run("backtest", "plan.toml", "--periods", "9", "-o", "bt")
    assert done.code == 4
    assert "9 periods of 1 week and 6 weeks before them are more than it has" in done.err
    assert "--periods 4" in done.err


def test_a_folder_of_something_else_is_left_alone(center: Path, run: Run) -> None:
    (center / "bt").mkdir()
    (center / "bt" / "notes.txt").write_text("mine")
    done = run("backtest", "plan.toml", "-o", "bt")
    assert done.code == 2
    assert "is not a backtest's folder" in done.err
