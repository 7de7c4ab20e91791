"""From an unknown export to a first plan: one command, at most five questions, every one with a suggestion."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from commands import Run
from staffplan.cli.work.first_plan import Given, Question, look_at
from staffplan.ingest import read_history
from staffplan.plan.directory import load_config_file

FILES = {"plan.toml", "history.csv", "agents.csv"}


def rows(days: int = 28, hours: tuple[int, int] = (8, 18)) -> pd.DataFrame:
    """Half hours of working days from Monday 2026-08-31 on, with some ten contacts each."""
    starts = pd.date_range("2026-08-31", periods=48 * days, freq="30min")
    starts = starts[(starts.hour >= hours[0]) & (starts.hour < hours[1]) & (starts.day_of_week < 5)]
    return pd.DataFrame({"start": starts, "contacts": np.random.default_rng(1).poisson(10, len(starts))})


@pytest.fixture
def german(tmp_path: Path) -> Path:
    """An export with a title, semicolons, German dates and decimal commas, in cp1252."""
    lines = ["Bericht Störungen;;;;", "", "Datum;Uhrzeit;Warteschlange;Anrufe;Bearbeitungszeit (Min)"]
    lines += [
        f"{row.start:%d.%m.%Y;%H:%M};{queue};{row.contacts};3,50"
        for row in rows().itertuples()
        for queue in ("Störung", "Chat Vertrag")
    ]
    path = tmp_path / "bericht.csv"
    path.write_bytes("\r\n".join([*lines, "Summe;;;12345;"]).encode("cp1252"))
    return path


@pytest.fixture
def daily(tmp_path: Path) -> Path:
    """Totals by day."""
    days = rows(hours=(8, 9)).assign(start=lambda frame: frame["start"].dt.strftime("%Y-%m-%d"))
    path = tmp_path / "daily.csv"
    days.groupby("start", as_index=False)["contacts"].sum().rename(columns={"start": "Day"}).to_csv(path, index=False)
    return path


def test_an_export_becomes_settings_with_its_own_queues_and_hours(german: Path, tmp_path: Path, run: Run) -> None:
    made = run("init", tmp_path / "center", "--from", german, "--yes", "--timezone", "Europe/Berlin", "--json")
    assert made.code == 0, made.err
    assert {Path(name).name for name in json.loads(made.out)["written"]} == {*FILES, "rejects.csv"}
    config = load_config_file(tmp_path / "center" / "plan.toml")
    assert (config.plan.timezone, config.plan.country, config.plan.interval_minutes) == ("Europe/Berlin", "DE", 30)
    channels = {name: queue.channel for name, queue in config.queues.items()}
    assert channels == {"Störung": "voice", "Chat Vertrag": "chat"}
    assert [hours.model_extra for hours in config.hours.values()] == [{"mon-fri": "08:00-18:00"}]
    history = read_history(tmp_path / "center" / "history.csv", config)
    assert history.frame["offered"].sum() == 2 * rows()["contacts"].sum()
    assert set(history.frame["aht_seconds"]) == {210.0}
    assert (tmp_path / "center" / "agents.csv").read_text().count("\n") == 1
    for said in ("separator ;, encoding cp1252", "offered = Anrufe", "in plan.toml: Störung: voice", "next: "):
        assert said in made.err


def test_nothing_is_overwritten_unasked(german: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "agents.csv").write_text("mine")
    refused = run("init", tmp_path, "--from", german, "--yes")
    assert (refused.code, (tmp_path / "plan.toml").exists()) == (2, False)
    assert "agents.csv: already exists" in refused.err
    assert run("init", tmp_path, "--from", german, "--yes", "--force").code == 0


def test_without_a_terminal_it_says_what_it_would_take_and_how_to_answer(
    german: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    asked = run("init", tmp_path / "center", "--from", german)
    assert (asked.code, (tmp_path / "center").exists()) == (2, False)
    assert "nothing was written" in asked.err
    assert "--timezone: In which time zone is the center?" in asked.err
    assert "--channel: Channels: Chat Vertrag: chat, Störung: voice." in asked.err
    answered = run(
        *("init", tmp_path / "center", "--from", german, "--timezone", "Europe/Berlin"),
        *("--channel", "Störung=callback", "--channel", "Chat Vertrag=chat"),
    )
    assert answered.code == 0, answered.err
    assert load_config_file(tmp_path / "center" / "plan.toml").queues["Störung"].channel == "callback"


def test_on_a_terminal_an_answer_that_cannot_be_used_is_asked_again(
    german: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["Mars/Phobos", "Europe/Berlin", "Störung=chatt", "Störung=email"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(answers))
    made = run("init", tmp_path / "center", "--from", german)
    assert made.code == 0, made.err
    assert "'Mars/Phobos' is not a time zone" in made.err
    assert "'chatt' is not a channel" in made.err
    assert load_config_file(tmp_path / "center" / "plan.toml").queues["Störung"].channel == "email"


def test_totals_and_days_of_either_order_are_asked_about_and_five_questions_are_the_most(tmp_path: Path) -> None:
    lines = ["Day,Contacts,AHT", *(f"{day}/{day + 1}/2026,{90 + day},3:{day:02d}" for day in range(1, 6))]
    path = tmp_path / "daily.csv"
    path.write_text("\n".join(lines))
    asked: list[str] = []

    def suggested(question: Question) -> str:
        asked.append(question.key)
        return question.check(question.default)

    made = look_at(Given([path], tmp_path / "center"), suggested, lambda _: None)
    assert asked[-2:] == ["timezone", "channels"]
    assert {"profile", "date_order"} <= set(asked)
    assert len(asked) == len(set(asked)) <= 5
    assert made.history.frame["offered"].sum() == pytest.approx(5 * 90 + 15)


def test_what_was_decided_holds_for_the_next_export(daily: Path, tmp_path: Path, run: Run) -> None:
    center = tmp_path / "center"
    made = run("init", center, "--from", daily, "--yes", "--timezone", "UTC", "--profile", "10:00-12:00")
    assert made.code == 0, made.err
    assert load_config_file(center / "plan.toml").ingest.profile == "10:00-12:00"
    daily.write_text("Day,Contacts\n2026-09-28,40\n2026-09-29,44\n2026-09-30,48\n")
    more = run("ingest", daily, "-o", center / "history.csv", "--append", "-c", center / "plan.toml")
    assert more.code == 0, more.err
    history = read_history(center / "history.csv", load_config_file(center / "plan.toml")).frame
    new = history[history["interval_start"] >= pd.Timestamp("2026-09-28", tz="UTC")]
    assert set(new["interval_start"].dt.hour) == {10, 11}
    assert new["offered"].sum() == 132


def test_the_offsets_of_the_times_suggest_the_zone(tmp_path: Path) -> None:
    starts = pd.date_range("2026-10-26", "2026-11-06 23:30", freq="30min", tz="America/New_York")
    path = tmp_path / "ny.csv"
    pd.DataFrame({"Start Time": [start.isoformat() for start in starts], "Calls": 3}).to_csv(path, index=False)
    zones: list[str] = []

    def suggested(question: Question) -> str:
        zones.append(question.default)
        return question.check(question.default)

    made = look_at(Given([path], tmp_path / "center"), suggested, lambda _: None)
    assert zones[0] == "America/New_York"
    assert b'country = "US"' in made.files["plan.toml"]


def test_hours_that_changed_are_not_written_but_learnt_anew(tmp_path: Path) -> None:
    early, late = rows(56, (8, 16)), rows(56, (8, 20))
    frame = pd.concat([early, late.assign(start=late["start"] + pd.Timedelta(days=56))]).assign(queue="q")
    path = tmp_path / "history.csv"
    frame.rename(columns={"start": "interval_start", "contacts": "offered"}).to_csv(path, index=False)
    given = Given([path], tmp_path / "center", timezone="UTC")
    made = look_at(given, lambda question: question.default, lambda _: None)
    text = made.files["plan.toml"].decode()
    assert "[hours." not in text
    assert "# hours: they changed on 2026-10-26, to mon-fri 08:00-20:00" in text


def test_options_about_an_export_need_one(tmp_path: Path, run: Run) -> None:
    refused = run("init", tmp_path / "center", "--yes")
    assert (refused.code, (tmp_path / "center").exists()) == (2, False)
    assert "--yes: is about an export, and none is given" in refused.err


def test_a_plan_without_people_counts_heads_and_says_that_the_roster_needs_them(
    german: Path, tmp_path: Path, run: Run
) -> None:
    center = tmp_path / "center"
    assert run("init", center, "--from", german, "--yes", "--timezone", "Europe/Berlin").code == 0
    few = ("--weeks", 1, "--set", "forecast.backtest_origins=1", "--set", 'forecast.methods=["recent_average"]')
    made = run("plan", center / "plan.toml", "-o", center / "plan", *few, "--json")
    assert made.code == 0, made.err
    told = json.loads(made.out)
    assert told["made"] == ["forecast", "staff", "heads"]
    assert [group["planning_group"] for group in told["groups"]] == ["Chat Vertrag", "Störung"]
    assert told["heads"] == sum(row["heads"] for row in told["contracts"]) > 0
    states = json.loads(run("status", center / "plan", "--json").out)
    assert [(state["name"], state["state"]) for state in states] == [
        ("forecast", "up to date"),
        ("staff", "up to date"),
        ("heads", "up to date"),
    ]
    again = run("plan", center / "plan.toml", "-o", center / "plan", *few)
    assert "the roster needs people: write them into" in again.out
    assert "nothing to do" in again.err
    (center / "agents.csv").write_text("agent_id,skills,work_plan\nA1,Störung,full_time\n")
    states = json.loads(run("status", center / "plan", "--json").out)
    assert [state["name"] for state in states][2:] == ["roster", "check", "simulate", "cost", "report"]
