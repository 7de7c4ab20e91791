"""Small inputs that stand for very much: told at once, in few words, at the file that is at fault."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands import Run

HEADER = "interval_start,queue,offered,aht_seconds\n"


def test_a_million_characters_are_shortened(tmp_path: Path, run: Run) -> None:
    (tmp_path / "h.csv").write_text(f"{HEADER}2026-01-05 09:00,a,{'x' * 1_000_000},200\n")
    code, _, stderr = run("forecast", "h.csv", "-o", "f.csv")
    assert code == 4
    assert "(1,000,002 characters) is not a number" in stderr
    assert len(stderr) < 500


def test_many_columns_and_the_same_many_problems_are_counted(tmp_path: Path, run: Run) -> None:
    (tmp_path / "h.csv").write_text(",".join(f"c{number}" for number in range(100_000)) + "\n")
    code, _, stderr = run("forecast", "h.csv", "-o", "f.csv")
    assert code == 4
    assert "100,000 columns" in stderr
    (tmp_path / "plan.toml").write_text("".join(f"x{number} = 1\n" for number in range(1000)))
    code, _, stderr = run("forecast", "h.csv", "-c", "plan.toml", "-o", "f.csv")
    assert code == 3
    assert "and 800 more problems" in stderr


def test_a_column_of_numbers_of_contacts_is_no_column_of_queues(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"2026-01-05 09:{half:02d},{number},1,200\n" for number in range(11) for half in (0, 30)]
    (tmp_path / "h.csv").write_text(HEADER + "".join(rows))
    monkeypatch.setattr("staffplan.cli.work.forecast.MOST_QUEUES", 10)
    code, _, stderr = run("forecast", "h.csv", "-o", "g.csv")
    assert code == 4
    assert "h.csv:queue: 22 rows have 11 queues" in stderr


def test_a_parquet_file_of_one_row_repeated_is_not_unpacked(tmp_path: Path, run: Run) -> None:
    pq.write_table(
        pa.table({"offered": pa.DictionaryArray.from_arrays([0] * 600_000, [1.0])}), tmp_path / "h.parquet"
    )
    code, _, stderr = run("forecast", "h.parquet", "-o", "f.csv")
    assert code == 4
    assert "600,000 rows in" in stderr


def test_a_parquet_file_with_blank_texts_and_odd_years_is_told_by_cell(tmp_path: Path, run: Run) -> None:
    starts = pd.Series(
        pd.to_datetime(["2026-01-05 09:00", "9999-01-05 09:00", "2026-01-05 10:00"], format="ISO8601").as_unit("us")
    )
    frame = pd.DataFrame({"interval_start": starts, "queue": ["a", "a", None], "offered": [1.0, 2.0, 3.0]})
    frame.to_parquet(tmp_path / "h.parquet")
    code, _, stderr = run("forecast", "h.parquet", "-o", "f.csv")
    assert code == 4
    assert "h.parquet:3:interval_start: '9999-01-05 09:00:00' lies outside the years 1970 to 2100" in stderr
    assert "h.parquet:4:queue: the cell is empty" in stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = " + "9" * 5000, "plan.toml:1: a number has more than 1,000 digits"),
        ("[plan]\nx = " + "[" * 900 + "]" * 900, "plan.toml:2: lists or groups stand inside each other"),
        (".".join("a" * 30) + " = 1", "plan.toml:1: lists or groups stand inside each other"),
        ("[plan]\nstart = 9999-12-30", "plan.toml:plan.start: 9999-12-30 is above 2100-12-31"),
        ("[queues.a]\nopens = 1900-01-01", "plan.toml:queues.a.opens: 1900-01-01 is below 1970-01-01"),
        ("[work_plans.a]\nshifts = []\nhourly_rate = 1e12", "plan.toml:work_plans.a.hourly_rate"),
        ("[queues.a]\nminimum_agents = 1000000", "plan.toml:queues.a.minimum_agents: 1000000 is above 100000"),
    ],
    ids=["long number", "deep list", "deep group", "start", "opens", "rate", "agents"],
)
def test_settings_beyond_all_reason_are_told_at_their_place(text: str, said: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "plan.toml").write_text(text + "\n")
    (tmp_path / "h.csv").write_text(f"{HEADER}2026-01-05 09:00,a,3,200\n")
    code, _, stderr = run("forecast", "h.csv", "-c", "plan.toml", "-o", "f.csv")
    assert (code, said in stderr) == (3, True), stderr


def test_a_start_decades_after_the_history_is_refused(tmp_path: Path, run: Run) -> None:
    (tmp_path / "plan.toml").write_text("[plan]\nstart = 2099-01-05\n")
    (tmp_path / "h.csv").write_text(f"{HEADER}2026-01-05 09:00,a,3,200\n")
    code, _, stderr = run("forecast", "h.csv", "-c", "plan.toml", "-o", "f.csv")
    assert code == 3
    assert "plan.toml:plan.start: 2099-01-05 is 73.0 years after the last day of the history" in stderr


def test_a_load_that_no_center_has_is_no_case(run: Run) -> None:
    code, _, stderr = run("size", "--per-hour", "1e12", "--aht", "1e6", "--goal", "80/20")
    assert code == 2
    assert "--per-hour: 1e+12 is above 1e+08" in stderr
    code, _, stderr = run("size", "--per-hour", "1e8", "--aht", "1e6", "--goal", "80/20")
    assert code == 2
    assert "with this handling time the load is" in stderr


def test_no_memory_is_no_bug(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    (tmp_path / "h.csv").write_text(f"{HEADER}2026-01-05 09:00,a,3,200\n")
    monkeypatch.setattr("staffplan.forecast.forecast", full)
    code, _, stderr = run("forecast", "h.csv", "-o", "f.csv")
    assert code == 4
    assert "the memory of this computer is too small" in stderr
