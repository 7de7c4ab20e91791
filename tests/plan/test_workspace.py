"""What the steps of a plan read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.errors import ConfigError, DataError, place_of
from staffplan.plan import workspace as workspaces
from staffplan.plan.directory import open_existing
from staffplan.plan.workspace import Workspace, first_day_after, history_before
from staffplan.planned import PlannedDays
from staffplan.settings.config import load_config
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.history import ContactHistory
from thorough import repetitions

MADRID = "Europe/Madrid"


def history(first: str, periods: int, freq: str = "30min", timezone: str = MADRID) -> ContactHistory:
    starts = pd.date_range(first, periods=periods, freq=freq, tz=timezone).tz_convert("UTC")
    return ContactHistory.of(pd.DataFrame({"interval_start": starts, "queue": "voice", "offered": 1.0}), "h.csv")


def workspace(folder: Path, text: str) -> Workspace:
    return Workspace(folder, load_config(text, "plan.toml"), folder, "plan.toml")


def test_planning_begins_the_day_after_the_last_local_day_of_the_history() -> None:
    """23:30 in Madrid is still the day that is over in New York's evening and UTC's night."""
    assert first_day_after(history("2026-03-28 00:00", 48), MADRID) == date(2026, 3, 29)
    assert first_day_after(history("2026-03-28 00:00", 49), MADRID) == date(2026, 3, 30)
    assert first_day_after(history("2026-03-28 00:00", 1), "UTC") == date(2026, 3, 28)


def test_a_file_has_the_days_that_the_settings_give() -> None:
    """Four weeks are the default; of a file alone no more of them count than have rows."""
    rows = [date(2026, 11, 30), date(2026, 12, 12)]
    start = "start = 2026-11-29"
    lengths = ("weeks = 3", 21), ("months = 1", 30), ("end = 2026-12-15", 17)
    given_too = [(f"{start}\n{text}", days) for text, days in lengths]
    for text, days in (("", None), ("weeks = 3", None), *given_too, (start, 14)):
        given = workspace(Path("nowhere"), f"[plan]\n{text}").days_given(rows)
        assert given == (None if days is None else PlannedDays(date(2026, 11, 29), days))


@pytest.mark.parametrize(("day", "rows"), [(date(2026, 3, 29), 48), (date(2026, 3, 30), 94), (date(2026, 4, 5), 142)])
def test_a_plan_of_the_past_sees_only_the_local_days_before_it(day: date, rows: int) -> None:
    past = history_before(history("2026-03-28 00:00", 142), day, MADRID)
    assert len(past) == rows
    assert past.source == "h.csv"


def test_a_plan_from_before_the_history_is_told_what_to_change() -> None:
    with pytest.raises(
        DataError, match="the history has no rows before the first day of the plan, 2026-03-28"
    ) as caught:
        history_before(history("2026-03-28 00:00", 48), date(2026, 3, 28), MADRID)
    assert caught.value.problems[0].place == "h.csv"
    assert "plan.start" in caught.value.problems[0].hint


@settings(max_examples=repetitions(10, 30))
@given(st.dates(date(2026, 1, 2), date(2026, 12, 31)), st.integers(1, 200))
def test_all_of_the_history_lies_before_the_first_day_planned_by_default(day: date, rows: int) -> None:
    past = history(f"{day} 00:00", rows, "6h")
    assert history_before(past, first_day_after(past, MADRID), MADRID).frame.equals(past.frame)


def test_a_file_that_no_setting_names_is_told_as_a_setting_to_write(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        workspace(tmp_path, "").required_path("history")
    assert caught.value.problems[0].place == "plan.toml:input.history"
    assert caught.value.problems[0].hint.startswith('write history = "history.csv" under [input]')


def test_a_file_that_is_not_there_is_told_with_where_to_get_it(tmp_path: Path) -> None:
    space = workspace(tmp_path, '[input]\nhistory = "h.csv"\nsource = "ask the bank"')
    with pytest.raises(ConfigError) as caught:
        space.required_path("history")
    assert caught.value.problems[0].message == f"there is no file {place_of(tmp_path / 'h.csv')}"
    assert caught.value.problems[0].hint == "check the path; the data: ask the bank"


def test_a_workspace_reads_its_history_days_and_people_once_and_as_set(tmp_path: Path) -> None:
    rows = "".join(f"2026-01-{day:02d} {hour},voice,{day}\n" for day in range(1, 32) for hour in ("08:00", "09:00"))
    (tmp_path / "h.csv").write_text(f"interval_start,queue,offered\n{rows}")
    (tmp_path / "days.csv").write_text("day,name,kind\n2026-01-06,Kings,holiday\n")
    (tmp_path / "a.csv").write_text("agent_id,skills\nanna,voice\n")
    files = 'history = "h.csv"\nspecial_days = "days.csv"\nagents = "a.csv"'
    text = f'[plan]\ntimezone = "{MADRID}"\n{{}}\n[input]\n{files}'
    space = workspace(tmp_path, text.format(""))
    assert space.first_day == date(2026, 2, 1)
    assert len(space.history) == 62
    assert space.site.calendar.special_days[date(2026, 1, 6)].name == "Kings"
    assert list(space.site.queues) == ["voice"]
    assert len(space.workforce.agents) == 1
    early = workspace(tmp_path, text.format("start = 2026-01-11"))
    assert (early.first_day, len(early.history), len(early.full_history)) == (date(2026, 1, 11), 20, 62)


def test_a_workspace_without_special_days_has_none(tmp_path: Path) -> None:
    assert workspace(tmp_path, "").special_days == ()


def test_a_table_of_the_plan_is_read_in_the_sites_zone_as_it_now_is(tmp_path: Path) -> None:
    header = ",".join(column.name for column in VolumeForecast.columns)
    row = "2026-07-06 08:00,voice,voice,10,300,8,12,7,13,edited"
    (tmp_path / "forecast.csv").write_text(f"{header}\n{row}\n")
    forecast = workspace(tmp_path, f'[plan]\ntimezone = "{MADRID}"').forecast()
    assert forecast.frame["interval_start"][0].isoformat() == "2026-07-06T06:00:00+00:00"
    assert forecast.frame["method"][0] == "edited"


def test_a_table_is_read_once_and_anew_where_its_file_was_edited(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = workspaces.read_table
    monkeypatch.setattr(
        workspaces, "read_table", lambda path, *a, **more: read.append(path.name) or real(path, *a, **more)
    )
    here = open_existing(planned / "plan").workspace
    first = here.forecast()
    assert here.forecast() is first
    file = planned / "plan" / "forecast.csv"
    rows = pd.read_csv(file)
    rows.assign(offered=0.0).to_csv(file, index=False)
    assert here.forecast().frame["offered"].eq(0).all()
    assert read == ["forecast.csv", "forecast.csv"]
