"""Histories that can be read and are not what they look like: what is left out or doubtful is said."""

from __future__ import annotations

import functools
from pathlib import Path

import pandas as pd
import pytest

from commands import Run
from staffplan.cli.main import run as run_command


@pytest.fixture
def run(run: Run) -> Run:
    """Forecast h.csv for one week."""
    return functools.partial(run, "forecast", "h.csv", "-o", "f.csv", "--force", "--weeks", "1")


def write(*queues: pd.DataFrame) -> None:
    pd.concat(queues).to_csv("h.csv", index=False)


def hourly(first: str, days: int, queue: str = "a", stamp: str = "%Y-%m-%d %H:%M") -> pd.DataFrame:
    """Ten contacts in each hour from 09:00 to 17:00 of every day."""
    starts = pd.date_range(first, periods=24 * days, freq="h")
    starts = starts[(starts.hour >= 9) & (starts.hour < 17)]
    return pd.DataFrame({"interval_start": starts.strftime(stamp), "queue": queue, "offered": 10, "aht_seconds": 300})


def test_a_start_within_the_history_tells_the_rows_and_queues_it_leaves_out(run: Run) -> None:
    write(hourly("2026-06-01", 14), hourly("2026-06-11", 4, queue="new"))
    code, _, said = run("--start", "2026-06-10")
    assert code == 0
    assert "not included: h.csv: 72 rows from 2026-06-10 on (the first day planned) are not used" in said
    assert "not included: new: not forecast: its first row is on 2026-06-11" in said
    code, _, said = run("--start", "2026-06-12")
    assert code == 0
    assert "new: not forecast" not in said


def test_a_start_before_the_history_leaves_nothing_to_learn_from(run: Run) -> None:
    write(hourly("2026-06-01", 7))
    code, _, said = run("--start", "2026-06-01")
    assert code == 4
    assert "h.csv: no row lies before 2026-06-01" in said


def test_offsets_of_another_clock_than_the_zones_are_warned_of(run: Run) -> None:
    starts = pd.to_datetime(hourly("2026-03-20", 14)["interval_start"]).dt.tz_localize("Europe/Madrid")
    write(hourly("2026-03-20", 14).assign(interval_start=[start.isoformat() for start in starts]))
    code, _, said = run()
    assert code == 0
    assert "warning: h.csv: interval_start: times have the offsets +01:00 and +02:00" in said
    code, _, said = run("--timezone", "Europe/Madrid")
    assert code == 0
    assert "stamps carry" not in said


def test_american_days_are_read_and_said_to_be(run: Run) -> None:
    write(hourly("2026-03-02", 21, stamp="%m/%d/%Y %I:%M %p"))
    code, _, said = run()
    assert code == 0
    assert "assumption: h.csv: interval_start: days like '03/02/2026 09:00 AM' are read as month/day/year" in said
    assert "2026-03-23T09:00:00+00:00" in Path("f.csv").read_text()


@pytest.mark.parametrize(
    ("stamp", "days", "problem"),
    [
        (
            "%d/%m/%Y %H:%M",
            4,
            ("days are written like '02/03/2026 09:00', and no value above 12 shows which is day and which is month"),
        ),
        ("%d %b %y, %H.%M", 10, "'02 Mar 26, 09.00' is not a date and time"),
    ],
)
def test_a_way_of_writing_that_no_row_can_be_read_in_is_one_problem(
    run: Run, stamp: str, days: int, problem: str
) -> None:
    write(hourly("2026-03-02", days, stamp=stamp))
    code, _, said = run()
    assert code == 4
    assert f"h.csv:2:interval_start: {problem} (and {8 * days - 1} more rows like it)" in said
    assert said.count("h.csv:") == 1


@pytest.mark.parametrize("minute", ["09:10", "09:15"])
def test_a_stamp_off_the_grid_is_told_and_makes_no_finer_grid(run: Run, minute: str) -> None:
    stray = hourly("2026-06-03", 1).head(1).assign(interval_start=f"2026-06-03 {minute}", offered=7)
    write(hourly("2026-06-01", 14), stray)
    code, _, said = run()
    assert code == 0
    assert len(Path("f.csv").read_text().splitlines()) == 1 + 7 * 8, "hours, as the other rows"
    assert (
        f"a: rows with 7 contacts do not start where the plan's intervals start (stamped 2026-06-03 {minute}:00)"
    ) in said
    quality = pd.read_csv("f_quality.csv").query("kind == 'off the grid'").iloc[0]
    assert (quality["interval_start"], quality["contacts"]) == ("2026-06-03T09:00:00+00:00", 7)


def test_a_history_of_finer_intervals_is_added_up_without_a_word(run: Run) -> None:
    on_the_half = hourly("2026-06-01", 14).assign(interval_start=lambda rows: rows["interval_start"].str[:-2] + "30")
    write(hourly("2026-06-01", 14), on_the_half)
    code, _, said = run("--interval", "60")
    assert code == 0
    assert "do not start where" not in said


def test_a_year_that_was_mistyped_is_an_error_with_both_rows(run: Run) -> None:
    write(hourly("2026-06-01", 7), hourly("2086-06-08", 1).head(1))
    code, _, said = run()
    assert code == 4
    assert "h.csv:58:interval_start: 2086-06-08 is 60 years after the previous date, 2026-06-07 in row 57" in said


@pytest.mark.parametrize(("column", "value"), [("offered", 1e99), ("aht_seconds", 1e9)])
def test_what_no_center_can_have_is_refused(run: Run, column: str, value: float) -> None:
    rows = hourly("2026-06-01", 7).astype({column: float})
    rows.loc[3, column] = value
    write(rows.reset_index(drop=True))
    code, _, said = run()
    assert code == 4
    assert f":{column}: {value:g} is above " in said


def test_a_queue_is_sent_to_borrow_only_where_another_has_something_to_lend(run: Run) -> None:
    short = hourly("2026-06-22", 7, queue="new")
    write(short)
    assert "it can borrow the history of another queue" not in run().err
    write(short, hourly("2026-06-22", 7, queue="b"))
    assert "it can borrow the history of another queue" not in run().err
    write(short, hourly("2026-05-25", 35))
    assert "it can borrow the history of another queue: queues.new.like" in run().err


def test_a_share_that_looks_like_a_percentage_is_asked_about(run: Run) -> None:
    write(hourly("2026-06-01", 14))
    Path("o.csv").write_text("first_day,change_share,who,why\n2026-06-16,10,Ana,mail\n2026-06-17,3,Ben,mail\n")
    code, _, said = run("--overrides", "o.csv")
    assert code == 0
    assert 'override 1 (Ana: mail): change_share = 10 is +1,000 %; did you mean +10 %? then write "10 %"' in said
    assert "Ben: mail): change_share" not in said


def test_a_column_that_is_no_numbers_is_one_problem_and_strays_in_it_are_told_one_by_one(run: Run) -> None:
    rows = hourly("2026-06-01", 14)
    write(rows.assign(offered=[f"{number} %" for number in range(len(rows))]))
    code, _, said = run()
    assert code == 4
    assert "h.csv:2:offered: '0%' is not a number (and 111 more rows like it)" in said
    assert said.count("h.csv:") == 1
    write(rows.assign(offered=[f"{number} %" if number % 3 == 0 else "5" for number in range(len(rows))]))
    assert run().err.count("is not a number") == 38


@pytest.mark.parametrize(("seconds", "unit"), [(4.2, "minutes"), (240_000, "milliseconds")])
def test_handling_times_in_another_unit_are_asked_about(run: Run, seconds: float, unit: str) -> None:
    write(hourly("2026-06-01", 14).assign(aht_seconds=seconds))
    code, _, said = run()
    assert code == 0
    assert f"does the export give {unit}? aht_seconds are seconds, or h:mm:ss" in said


def test_queues_whose_names_look_alike_are_pointed_at(run: Run) -> None:
    write(hourly("2026-06-01", 14, queue="voice main"), hourly("2026-06-01", 14, queue="Voice  main"))
    code, _, said = run()
    assert code == 0
    assert "warning: h.csv: queue: 'Voice  main' and 'voice main' differ only in capitals, blanks or dashes" in said


def test_more_handled_than_offered_is_doubted(run: Run) -> None:
    rows = hourly("2026-06-01", 14)
    write(rows.assign(handled=10, abandoned=1))
    assert "handled and abandoned are 1,232 contacts together, but offered is only 1,120" in run().err
    write(rows.assign(handled=9, abandoned=1))
    assert "contacts together" not in run().err


@pytest.mark.parametrize("year", [2025, 2027])
def test_a_lone_row_far_from_all_others_is_an_error(run: Run, year: int) -> None:
    rows = hourly("2026-06-01", 14)
    rows.loc[rows.index[50], "interval_start"] = f"{year}-06-07 11:00"
    write(rows)
    code, _, said = run()
    assert code == 4
    assert f"h.csv:52:interval_start: {year}-06-07 is 35" in said
    assert "days away from every other row\n    correct the date" in said


def test_a_queue_silent_for_some_days_is_forecast_on_and_asked_about(run: Run) -> None:
    write(hourly("2026-06-01", 21), hourly("2026-06-01", 14, queue="closed"), hourly("2026-06-01", 12, queue="gone"))
    code, _, said = run()
    assert code == 0
    assert "question: gone: no contact since 2026-06-12 (9 days on which other queues have rows): too short" in said
    assert "question: closed" not in said


def test_columns_that_may_be_meant_for_others_are_named(run: Run) -> None:
    write(hourly("2026-06-01", 14).rename(columns={"aht_seconds": "AHT"}))
    assert "not included: h.csv: columns not used: AHT; not there: aht_seconds, handled, abandoned" in run().err
    write(hourly("2026-06-01", 14))
    assert "columns not used" not in run().err


def test_a_forecast_of_another_zone_is_warned_of_where_it_is_used(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its stamps say what they mean, the history's do not: scored in UTC they would lie hours apart."""
    write(hourly("2026-06-01", 14))
    assert run("--timezone", "Europe/Madrid", "--start", "2026-06-08").code == 0
    for command in (("score", "f.csv", "h.csv"), ("staff", "f.csv", "--goal", "80/20")):
        assert run_command(list(command)) == 0
        assert "f.csv: interval_start: times have the offset +02:00" in capsys.readouterr().err
        assert run_command([*command, "--timezone", "Europe/Madrid"]) == 0
        assert "stamps carry" not in capsys.readouterr().err


def test_a_queue_that_is_the_sum_of_the_others_is_pointed_at(run: Run) -> None:
    parts = [hourly("2026-06-01", 14, queue=name).assign(offered=offered) for name, offered in (("a", 4), ("b", 6))]
    write(*parts, hourly("2026-06-01", 14, queue="Total"))
    assert "warning: h.csv: queue: 'Total' holds the sum of all others in every interval" in run().err
    total = hourly("2026-06-01", 14, queue="Total")
    total.loc[total.index[:2], "offered"] = [9, 11]
    write(*parts, total)
    assert "the sum of all others" not in run().err


def test_of_a_few_rows_one_off_the_grid_is_told_too(run: Run) -> None:
    stamps = ["08:00", "08:30", "09:10", "09:30"]
    write(pd.DataFrame({"interval_start": [f"2026-06-01 {at}" for at in stamps], "queue": "a", "offered": 2}))
    code, _, said = run()
    assert code == 0
    assert (
        "a: rows with 2 contacts do not start where the plan's intervals start (stamped 2026-06-01 09:10:00)"
    ) in said


RENAMED = (("2026-04-01", 40, "old"), ("2026-05-11", 50, "new"), ("2026-04-01", 90, "a"))


def test_a_queue_that_ended_and_the_question_of_its_new_name_are_the_last_lines(run: Run) -> None:
    write(*(hourly(*part) for part in RENAMED))
    code, _, said = run()
    assert code == 0
    ended, asked = said.splitlines()[-2:]
    assert ended.startswith("ended: old: no contact since 2026-05-10 (50 days on which other queues have rows)")
    assert asked.startswith("question: new: it began on 2026-05-11, when old stopped, with 1.00 times its contacts")
    assert said.count("when old stopped") == 1


def test_the_answer_alone_can_be_written_and_is_not_asked_again(run: Run) -> None:
    write(*(hourly(*part) for part in RENAMED))
    Path("plan.toml").write_text('[plan]\ninterval_minutes = 60\n[queues.new]\nwas = "old"\n')
    code, _, said = run("-c", "plan.toml")
    assert code == 0
    assert "assumption: new: its history has the contacts of old of 2026-04-01 to 2026-05-10 (3,200)" in said
    assert "question:" not in said
    assert "ended:" not in said
    assert set(pd.read_csv("f.csv")["queue"]) == {"a", "new"}


def test_an_older_name_that_is_not_in_the_history_is_refused_with_the_nearest(run: Run) -> None:
    write(*(hourly(*part) for part in RENAMED))
    Path("plan.toml").write_text('[plan]\ninterval_minutes = 60\n[queues.new]\nwas = "odl"\n')
    code, _, said = run("-c", "plan.toml")
    assert code == 4
    assert "queues.new.was: the history has no rows of 'odl'" in said
    assert "did you mean old?" in said
