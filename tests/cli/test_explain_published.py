"""`staffplan explain-day` of a day of a ledger."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from commands import Run
from staffplan.cli.work import published_day
from staffplan.cli.work.explain_published import Explained, _spans
from staffplan.cli.work.group_day import with_limits
from staffplan.files.ledger import Entry, Ledger
from staffplan.settings.queues import Goal
from staffplan.site import Queue
from staffplan.tables.history import ContactHistory
from staffplan.tables.roster import RosterActivities

DAY = "2026-03-03"
ASKED = ("explain-day", "ledger", DAY, "phone", "--actuals", "actuals.csv")


@pytest.fixture
def go(planned: Path, run_in: Run) -> Run:
    """Run a command in the folder of the small center, which has published its plan; half again as many call."""
    call = partial(run_in, planned)
    assert call("publish", "plan", "--to", "ledger", "--at", "2026-03-02T00:00").code == 0
    history = pd.read_csv(planned / "history.csv", parse_dates=["interval_start"])
    last = history[history["interval_start"] >= "2026-02-23"]
    more = last.assign(interval_start=last["interval_start"] + pd.Timedelta(days=7), offered=last["offered"] * 1.5)
    more.round({"offered": 0}).to_csv(planned / "actuals.csv", index=False)
    return call


def write_states(planned: Path, away: int) -> None:
    """A log in which people do what the roster has, without the first ones on the phone."""
    rows = pd.read_csv(planned / "plan" / "roster_activities.csv")
    rows = rows[rows["schedule_date"] == DAY]
    phone = rows[rows["planning_group"] == "phone"]["agent_id"].drop_duplicates()
    there = rows[~rows["agent_id"].isin(phone.iloc[:away])]
    there.rename(columns={"activity": "state"})[["agent_id", "start", "end", "state"]].to_csv(
        planned / "states.csv", index=False
    )


def test_the_causes_add_up_and_stand_in_words_and_in_a_picture(planned: Path, go: Run) -> None:
    write_states(planned, away=1)
    done = go(*ASKED, "--states", "states.csv", "-o", "causes.csv")
    assert done.code == 0
    frame = pd.read_csv(planned / "causes.csv")
    change = frame["service_actual"].iloc[0] - frame["service_planned"].iloc[0]
    assert frame["contribution"].sum() == pytest.approx(change, abs=1e-5)
    by_cause = frame.set_index("cause")
    assert by_cause.loc["volume", "contribution"] < -2 * by_cause.loc["volume", "error"]
    assert {"absence", "lateness"} <= set(by_cause.index)
    assert (frame["error"] > 0).any()
    assert "contacts in all (-" in done.out.split("What cost most: ")[1].splitlines()[0]
    assert "<img" in (planned / "causes.html").read_text()
    assert go(*ASKED, "-o", "causes.csv").code == 2


def test_contacts_of_a_queue_that_was_to_be_closed_are_told(planned: Path, go: Run) -> None:
    with (planned / "actuals.csv").open("a") as file:
        file.write(f"{DAY} 10:00:00,fax,7,200\n")
    done = go(*ASKED)
    assert done.code == 0
    assert f"fax (7): nothing was published for {DAY}: their contacts are in no cause" in done.err


def test_a_group_without_contacts_does_not_keep_the_others_from_being_explained() -> None:
    groups = {
        name: (Queue(name, planning_group=name, goal=Goal(service_level=0.8, within_seconds=20)),)
        for name in ("chat", "phone")
    }
    rows = pd.DataFrame({"interval_start": pd.to_datetime([f"{DAY}T09:00Z"] * 2), "queue": ["chat", "phone"]})

    def told(*offered: float) -> tuple[list[str], list[str]]:
        came = ContactHistory.of(rows.assign(offered=offered, aht_seconds=200.0))
        busy, notes = published_day.busy_groups(groups, came)
        return list(busy), [note.place for note in notes]

    assert told(0, 5) == (["phone"], ["chat"])
    assert told(0, 0) == told(3, 5) == (["chat", "phone"], [])


def test_a_queue_with_a_goal_for_the_mean_wait_alone_takes_a_limit_of_its_group_or_the_usual_one() -> None:
    slow = Queue("slow", planning_group="all", goal=Goal(asa_seconds=30))
    fast = Queue("fast", planning_group="all", goal=Goal(service_level=0.9, within_seconds=10))
    for queues, limits, places in (
        ((slow, fast), [10, 10], ["slow"]),
        ((slow,), [20], ["slow"]),
        ((fast,), [10], []),
    ):
        made, notes = with_limits(queues)
        assert [queue.goal.threshold_seconds for queue in made] == limits
        assert [note.place for note in notes] == places


def test_a_roster_published_on_the_day_is_a_cause_of_its_own(planned: Path, go: Run) -> None:
    plan = planned / "plan"
    work = pd.read_csv(plan / "roster_activities.csv", dtype=str)
    who = work[work["planning_group"] == "phone"]["agent_id"].iloc[0]
    for name in ("roster_shifts", "roster_activities"):
        rows = pd.read_csv(plan / f"{name}.csv", dtype=str, keep_default_na=False)
        who = (
            pd.read_csv(plan / "roster_activities.csv", dtype=str)
            .query("planning_group == 'phone'")["agent_id"]
            .iloc[0]
        )
        rows[(rows["agent_id"] != who) | (rows["schedule_date"] != DAY)].to_csv(plan / f"{name}.csv", index=False)
    again = ("publish", "plan", "--to", "ledger", "--at", f"{DAY}T08:00", "--who", "Eva", "--why", "ill")
    assert go(*again).code == 0
    found = json.loads(go(*ASKED, "--json").out)
    assert "changes" in {row["cause"] for row in found["causes"]}
    assert found["mending"]["phone"]["service_level"] > 0


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-03-28", ["1 from 02:00 to 03:00", "2 from 03:00 to 05:00", "3 from 23:00 to 00:00"]),
        ("2026-03-29", ["1 from 03:00 to 04:00", "2 from 04:00 to 06:00", "3 from 00:00 to 01:00"]),
        ("2026-10-25", ["1 from 02:00 to 02:00", "2 from 02:00 to 04:00", "3 from 22:00 to 23:00"]),
    ],
)
def test_hours_that_would_have_kept_the_goal_are_told_by_the_clock_of_the_day(day: str, said: list[str]) -> None:
    """Third, fourth and fifth hour since midnight, and the 24th: the clock jumps over, or repeats, an hour."""
    told = Explained({}, "Europe/Madrid", "EUR", pd.Timestamp(day), ())
    assert list(_spans([0, 0, 1, 2, 2, *[0] * 18, 3], told)) == said


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("explain-day", "ledger"), 2, ("DAY: is missing", "--actuals: is missing")),
        (("explain-day", "ledger", "tuesday", "--actuals", "actuals.csv"), 2, ("DAY: 'tuesday' is not a day",)),
        (("explain-day", "ledger", "2027-01-01", "--actuals", "actuals.csv"), 2, ("was never published",)),
        (("explain-day", "ledger", DAY, "fax", "--actuals", "actuals.csv"), 2, ("QUEUE: 'fax' was not published",)),
        (("explain-day", "ledger", DAY, "mail", "--actuals", "actuals.csv"), 2, ("the work of 'mail' waits hours",)),
        ((*ASKED[:4], "--actuals", "history.csv"), 4, (f"no row is of {DAY}",)),
        ((*ASKED, "--goal", "80/30", "--patience", "9"), 2, ("--goal: belongs to two tables", "--patience: belongs")),
        ((*ASKED, "--states", "odd.csv"), 4, ("odd.csv:2:state: 'juggling' is not known here",)),
        ((*ASKED, "--states", "strange.csv"), 4, ("strange.csv: nobody of the roster has a state",)),
        (("explain-day", "--states", "odd.csv"), 2, ("--states: belongs to a ledger", "--planned: is missing")),
        (("explain-day", "plan", DAY, "--actuals", "actuals.csv"), 2, ("plan: is no ledger",)),
    ],
)
def test_what_cannot_be_asked_is_told(
    planned: Path, go: Run, command: tuple[str, ...], code: int, said: tuple[str, ...]
) -> None:
    head = "agent_id,start,end,state\n"
    (planned / "odd.csv").write_text(f"{head}A1,{DAY} 09:00,{DAY} 10:00,juggling\n")
    (planned / "strange.csv").write_text(f"{head}Z99,{DAY} 09:00,{DAY} 10:00,ready\n")
    done = go(*command)
    assert done.code == code, done.err
    assert [text for text in said if text not in done.err] == [], done.err


def _entry(number: int, first: str, last: str) -> Entry:
    files = {RosterActivities.file_name: (f"{number:04d}/{RosterActivities.file_name}", "")}
    return Entry(number, {"first_day": first, "last_day": last}, files, "", "")


def test_the_night_before_an_entrys_first_day_is_that_of_the_entry_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each entry has a night from 22:00 on every day of it: on the first day of the second week one of them ends."""

    def rows(_: Ledger, entry: Entry, zone: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        days = pd.date_range(entry.facts["first_day"], entry.facts["last_day"])
        start = (days + pd.Timedelta(hours=22)).tz_localize(zone)
        shifts = pd.DataFrame({"agent_id": f"A{entry.number}", "name": "", "schedule_date": days, "shift": "night",
                               "start": start, "end": start + pd.Timedelta(hours=8), "paid_hours": 8.0,
                               "premium_hours": ""})  # fmt: skip
        doing = shifts.assign(activity_date=days, activity="queue", planning_group="phone", paid="yes")
        return shifts, doing[[column.name for column in RosterActivities.columns]]

    monkeypatch.setattr(published_day, "_roster_rows", rows)
    entries = [_entry(1, "2026-03-02", "2026-03-08"), _entry(2, "2026-03-09", "2026-03-15")]
    ledger = Ledger(Path("ledger"), tuple(entries))

    def night(day: str) -> list[tuple[str, str]]:
        roster = published_day._roster(ledger, entries, date.fromisoformat(day), "UTC").activities.frame
        early = roster[roster["end"].dt.strftime("%Y-%m-%dT%H") == f"{day}T06"]
        return list(zip(early["agent_id"], early["schedule_date"].astype(str), strict=True))

    assert night("2026-03-09") == [("A1", "2026-03-08")]
    assert night("2026-03-10") == [("A2", "2026-03-09")]
    assert night("2026-03-02") == []


def test_changes_of_the_day_are_read_from_the_log_of_the_plan(planned: Path, go: Run) -> None:
    """A change of the morning is a cause, one that was made later is not."""
    expected = pd.read_csv(planned / "plan" / "forecast.csv")
    morning = expected[(expected["interval_start"] >= DAY) & (expected["interval_start"] < f"{DAY}T11")]
    twice = morning.assign(offered=(2 * morning["offered"]).round())
    twice[["interval_start", "queue", "offered", "aht_seconds"]].to_csv(planned / "today.csv", index=False)
    assert "changes" not in set(causes(planned, go)["cause"])
    now = ("today", "plan", "--actuals", "today.csv", "--jobs", "1", "--most", "2", "--apply", "all", "--yes")
    assert go(*now).code == 0
    found = causes(planned, go, "--plan", "plan").set_index("cause")
    assert found.loc["changes", "contribution"] > 0
    assert go("undo", "plan", "--yes").code == 0
    again = causes(planned, go, "--plan", "plan").set_index("cause")
    assert again.loc["changes", "contribution"] == found.loc["changes", "contribution"]
    shifts = planned / "plan" / "roster_shifts.csv"
    shifts.write_text(shifts.read_text().replace("day 09:00", "tag 09:00"))
    done = go(*ASKED, "--plan", "plan")
    assert done.code == 4
    assert "roster_shifts.csv: is not as change 2 left it" in done.err


def causes(folder: Path, go: Run, *more: str) -> pd.DataFrame:
    done = go(*ASKED, *more, "-o", "causes.csv", "--force")
    assert done.code == 0, done.err
    return pd.read_csv(folder / "causes.csv")
