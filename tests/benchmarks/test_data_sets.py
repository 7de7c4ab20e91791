"""Which files of a folder are data sets, and when they are forecast from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from accuracy.data_sets import ALWAYS, DataSet, real_sets, synthetic


def write_counts(path: Path, *, days: int = 70, minutes: int = 30, queue: str = "calls", offered: int = 3) -> None:
    """The same number in every interval from Monday 2025-01-06 on."""
    starts = pd.date_range("2025-01-06", periods=days * 24 * 60 // minutes, freq=f"{minutes}min")
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame({"timestamp": starts, "queue": queue, "offered": offered}).to_csv(path, index=False)


def sets_of(folder: Path) -> tuple[dict[str, DataSet], list[str]]:
    found = list(real_sets(folder))
    return {one.name: one for one in found if isinstance(one, DataSet)}, [
        one for one in found if isinstance(one, str)
    ]


def test_any_file_of_counts_is_a_set(tmp_path: Path):
    write_counts(tmp_path / "shop" / "phones.csv")
    found, _ = sets_of(tmp_path)
    assert list(found) == ["shop/phones"]
    assert (found["shop/phones"].zone, found["shop/phones"].hours) == ("UTC", None)


def test_calls_and_agents_are_no_counts(tmp_path: Path):
    (tmp_path / "calls.csv").write_text("arrival,queue,wait_seconds\n2025-01-06 08:00:03,calls,4\n")
    (tmp_path / "agents.csv").write_text("timestamp,distinct_agents\n2025-01-06 08:00,4\n")
    assert sets_of(tmp_path)[0] == {}


def test_counts_in_finer_intervals_are_told_and_left(tmp_path: Path):
    write_counts(tmp_path / "fine.csv", minutes=5)
    found, said = sets_of(tmp_path)
    assert found == {}
    assert "fine.csv: no set, its intervals are 5 minutes long; 15, 30, 60 are read" in said


def test_of_the_same_queues_twice_the_half_hours_win(tmp_path: Path):
    for minutes in (60, 15, 30):
        write_counts(tmp_path / f"in_{minutes}.csv", minutes=minutes, offered=minutes)
    write_counts(tmp_path / "mail.csv", minutes=60, queue="mail", offered=60)
    write_counts(tmp_path / "other_site.csv", minutes=60, offered=90)
    found, said = sets_of(tmp_path)
    assert sorted(found) == ["in_30", "mail", "other_site"]
    assert "in_60: no set, in_30 counts the same" in said


def test_origins_are_the_last_mondays_with_training_before_and_four_weeks_after(tmp_path: Path):
    write_counts(tmp_path / "ten_weeks.csv", days=70)
    write_counts(tmp_path / "long.csv", days=200, queue="mail")
    found, _ = sets_of(tmp_path)
    assert (found["ten_weeks"].first_origin, found["ten_weeks"].origins) == (date(2025, 2, 3), 3)
    assert (found["long"].first_origin, found["long"].origins) == (date(2025, 5, 5), 8)


def test_too_short_a_file_is_told(tmp_path: Path):
    write_counts(tmp_path / "short.csv", days=50)
    assert "short.csv: no set, 50 days are too few for 4 weeks of training and 4 of testing" in sets_of(tmp_path)[1]


def test_sets_toml_says_more(tmp_path: Path):
    write_counts(tmp_path / "calls.csv", days=120)
    (tmp_path / "sets.toml").write_text(
        '["calls.csv"]\nzone = "Europe/Madrid"\ncountry = "ES"\nhours = { mon-fri = "08:00-20:00" }\n'
        "first_origin = 2025-03-10\norigins = 2\nuntil = 2025-04-20\n"
    )
    found = sets_of(tmp_path)[0]["calls"]
    assert (found.zone, found.country, found.first_origin, found.origins) == (
        "Europe/Madrid",
        "ES",
        date(2025, 3, 10),
        2,
    )
    assert found.hours is not None
    assert found.hours.weekdays[0] == ((480, 1200),)
    assert found.last_day == date(2025, 4, 20)
    assert date(2025, 1, 6) in found.calendar.special_days


def test_an_unknown_word_in_sets_toml_is_told(tmp_path: Path):
    write_counts(tmp_path / "calls.csv")
    (tmp_path / "sets.toml").write_text('["calls.csv"]\nhour = "always"\n')
    assert "calls.csv: no set, sets.toml says hour, which is not known" in sets_of(tmp_path)[1]


def test_hours_may_be_always(tmp_path: Path):
    write_counts(tmp_path / "calls.csv")
    (tmp_path / "sets.toml").write_text('["calls.csv"]\nhours = "always"\n')
    assert sets_of(tmp_path)[0]["calls"].hours == ALWAYS


def test_the_known_sets_that_are_not_there_are_told(tmp_path: Path):
    assert "bank: skipped, bank_calls/calls_30min.csv is not in the folder" in sets_of(tmp_path)[1]


def test_made_up_sets_have_room_for_all_their_origins():
    for one in synthetic(1):
        assert one.origin(one.origins - 1) + pd.Timedelta(days=24) <= pd.Timestamp(
            one.last_day
        )  # a Thursday or later
        first = one.rows["interval_start"].min().tz_convert(one.zone).tz_localize(None).normalize()
        assert one.origin(0) - first >= pd.Timedelta(days=27)
