"""Totals by day, week or month are no contacts of an interval; a profile spreads them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from example_exports import EXAMPLES, problems_of
from staffplan.errors import DataError
from staffplan.ingest import Asked, ingest
from staffplan.ingest.history import read_history
from staffplan.ingest.profile import even_profile
from staffplan.ingest.step import read_profile
from staffplan.settings.config import load_config


def totals(tmp_path: Path, freq: str, *, count: int = 20) -> Path:
    days = pd.date_range("2026-01-05", periods=count, freq=freq).strftime("%Y-%m-%d")
    path = tmp_path / "totals.csv"
    path.write_text("date,queue,calls,aht\n" + "".join(f"{day},Office,140,300\n" for day in days))
    return path


@pytest.mark.parametrize(("freq", "period"), [("D", "day"), ("B", "day"), ("7D", "week"), ("MS", "month")])
def test_totals_are_recognised_for_what_they_are(tmp_path: Path, freq: str, period: str) -> None:
    for count in (3, 20):
        (problem,) = problems_of(totals(tmp_path, freq, count=count), Asked(timezone="America/Denver"))
        assert f"the rows are totals by {period}" in problem.message
        assert "--profile" in problem.hint


def test_a_forecast_never_takes_a_day_for_an_hour(tmp_path: Path) -> None:
    columns = 'columns = { interval_start = "date", offered = "calls" }'
    settings = f'[plan]\ninterval_minutes = 60\ntimezone = "America/Denver"\n[input]\n{columns}'
    with pytest.raises(DataError) as raised:
        read_history(totals(tmp_path, "D", count=300), load_config(settings, "plan.toml"))
    assert "totals by day" in raised.value.problems[0].message


def test_a_center_of_one_interval_a_day_is_read_where_it_says_so(tmp_path: Path) -> None:
    path = tmp_path / "hour.csv"
    days = pd.date_range("2026-01-05", periods=20, freq="B").strftime("%Y-%m-%d")
    path.write_text("interval_start,queue,offered\n" + "".join(f"{day} 09:00,Help,7\n" for day in days))
    assert "input.totals = false" in problems_of(path)[0].hint
    config = load_config('[plan]\ntimezone = "UTC"\n[input]\ntotals = false', "plan.toml")
    assert len(read_history(path, config)) == len(ingest([path], Asked(totals=False)).history) == 20


def test_hours_with_a_gap_of_a_day_are_no_totals(tmp_path: Path) -> None:
    path = tmp_path / "hours.csv"
    path.write_text("start,calls\n2026-01-05 08:00,3\n2026-01-05 09:00,3\n2026-01-06 08:00,3\n2026-01-07 08:00,4\n")
    assert len(ingest([path], Asked()).history) == 4


def test_a_profile_keeps_every_total(tmp_path: Path) -> None:
    path = totals(tmp_path, "D", count=14)
    made = ingest([path], Asked(timezone="Europe/Madrid"), profile=even_profile("09:00-18:00", 60))
    frame = made.history.frame
    local = frame["interval_start"].dt.tz_convert("Europe/Madrid")
    assert frame.groupby(local.dt.date)["offered"].sum().tolist() == [pytest.approx(140)] * 14
    assert sorted(set(local.dt.hour)) == list(range(9, 18))
    assert set(frame["aht_seconds"]) == {300}
    assert any("are spread over intervals evenly over 09:00-18:00" in note.message for note in made.notes)


def test_a_typical_week_spreads_weeks_by_its_days(tmp_path: Path) -> None:
    profile = read_profile(EXAMPLES / "generic_excel" / "weekday_by_halfhour.xlsx", Asked())
    frame = ingest([totals(tmp_path, "7D", count=3)], Asked(), profile=profile).history.frame
    by_day = frame[frame["interval_start"] < "2026-01-12"].groupby(frame["interval_start"].dt.day)["offered"].sum()
    assert by_day.sum() == pytest.approx(140)
    assert by_day.iloc[0] / by_day.iloc[5] == pytest.approx(141 / 69)  # Monday to Saturday, as in the sheet


def test_a_history_spreads_the_totals_of_another_queue(tmp_path: Path) -> None:
    profile = read_profile(EXAMPLES / "genesys_cloud" / "wfm_historical_data_import.csv", Asked())
    path = tmp_path / "monday.csv"
    path.write_text("date,calls\n2026-11-02,282\n2026-11-09,141\n2026-11-16,141\n")
    frame = ingest([path], Asked(), profile=profile).history.frame
    assert frame["offered"].tolist()[:6] == [pytest.approx(2 * value) for value in (18, 25, 31, 29, 22, 16)]


def test_contacts_of_a_day_that_the_profile_leaves_out_are_not_lost(tmp_path: Path) -> None:
    profile = read_profile(EXAMPLES / "genesys_cloud" / "wfm_historical_data_import.csv", Asked())
    with pytest.raises(DataError) as raised:
        ingest([totals(tmp_path, "D", count=7)], Asked(), profile=profile)
    (problem,) = raised.value.problems
    assert "has no contacts on Tuesdays, but 2026-01-06 has 140 (and 5 more rows like it)" in problem.message
