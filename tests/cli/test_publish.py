"""`staffplan publish` freezes a plan, and tells who must be told of what."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from icalendar import Calendar

from commands import Run

SHIFTS, ACTIVITIES = "roster_shifts.csv", "roster_activities.csv"


@pytest.fixture
def go(planned: Path, run_in: Run) -> Run:
    """Run a command in the folder of the planned small center."""
    return partial(run_in, planned)


def publish(go: Run, *flags: str):
    return go("publish", "plan", "--to", "ledger", *flags)


def entries(planned: Path) -> list[dict]:
    return [json.loads(line) for line in (planned / "ledger" / "entries.jsonl").read_text().splitlines()]


def one_shift_gone(planned: Path) -> pd.Series:
    """By hand, somebody's first shift is taken out of the roster."""
    shifts, activities = (pd.read_csv(planned / "plan" / name, dtype=str) for name in (SHIFTS, ACTIVITIES))
    gone = shifts.iloc[0]
    shifts.iloc[1:].to_csv(planned / "plan" / SHIFTS, index=False)
    left = (activities["agent_id"] != gone["agent_id"]) | (activities["schedule_date"] != gone["schedule_date"])
    activities[left].to_csv(planned / "plan" / ACTIVITIES, index=False)
    return gone


def test_a_plan_is_frozen_whole_and_published_twice_is_one_entry(planned: Path, go: Run) -> None:
    done = publish(go, "--at", "2026-03-02T00:00")
    assert done.code == 0
    assert "entry 1: 2026-03-02 to 2026-03-08" in done.out
    assert "has this content already" in publish(go).out
    (entry,) = entries(planned)
    assert {"published_forecast.csv", "requirement.csv", SHIFTS, ACTIVITIES, "waits.csv", "cost.csv"} < set(
        entry["files"]
    )
    assert entry["made_at"] == "2026-03-02T00:00:00+01:00"
    kept = pd.read_csv(planned / "ledger" / "0001" / SHIFTS, dtype=str)
    assert kept.equals(pd.read_csv(planned / "plan" / SHIFTS, dtype=str))
    cost = pd.read_csv(planned / "plan" / "cost.csv")
    whole = cost[(cost["period"] == "total") & (cost["line"] == "loaded cost") & (cost["ledger"] == "cost")]
    assert entry["cost"] == pytest.approx(whole[whole["planning_group"].isna()]["amount"].sum())


def test_who_must_be_told_of_a_change_and_why_it_was_made(planned: Path, go: Run) -> None:
    assert publish(go).code == 0
    gone = one_shift_gone(planned)
    shown = publish(go, "--diff", "-o", "changes.csv")
    assert (shown.code, len(entries(planned))) == (0, 1)
    (told,) = pd.read_csv(planned / "changes.csv").to_dict("records")
    assert (told["agent_id"], told["change"], told["after"]) == (gone["agent_id"], "shift gone", "off")
    (message,) = pd.read_csv(planned / "changes_messages.csv").to_dict("records")
    assert "off; before: " in message["message"]
    assert "shift gone" in publish(go, "--diff").out
    as_json = json.loads(publish(go, "--diff", "--json").out)
    assert [row["agent_id"] for row in as_json["messages"]] == [gone["agent_id"]]
    refused = publish(go)
    assert refused.code == 2
    assert "--who" in refused.err
    assert "--why" in refused.err
    done = publish(go, "--who", "Ana", "--why", "ill")
    assert "1 day of 1 person to tell" in done.out
    assert "not up to date" in done.err
    assert entries(planned)[1]["who"] == "Ana"
    assert "nobody needs to be told" in publish(go, "--diff").out


def first_shift(planned: Path) -> pd.Series:
    return pd.read_csv(planned / "plan" / SHIFTS, dtype=str).iloc[0]


def test_the_log_tells_of_each_day_who_changed_it_last_and_why(planned: Path, go: Run) -> None:
    assert publish(go).code == 0
    row = first_shift(planned)
    day = (row["agent_id"], row["schedule_date"])
    for verb, more, who, why in (
        ("move", ("--shift", "half 11:00"), "Nora", "too early"),
        ("leave", ("--no-cover", "--anyway"), "Leo", "moving house"),
    ):
        flags = (*more, "--yes", "--later", "--by", who, "--why", why)
        assert go(verb, "plan", *day, *flags).code == 0
    [told] = json.loads(publish(go, "--diff", "--json").out)["changes"]
    assert (told["who"], told["why"], told["after"]) == ("Leo", "moving house", "off (vacation)")
    assert "moving house" in publish(go, "--diff").out
    assert go("undo", "plan", "--yes", "--later").code == 0
    [told] = json.loads(publish(go, "--diff", "--json").out)["changes"]
    assert (told["who"], told["why"]) == ("Nora", "too early")


def test_each_person_to_tell_has_a_text_a_mail_and_a_calendar_and_nobody_else(planned: Path, go: Run) -> None:
    row = first_shift(planned)
    agent, day = row["agent_id"], row["schedule_date"]
    assert publish(go, "--messages", "first").code == 0
    by_kind = {kind: {path.stem for path in (planned / "first").glob(f"*.{kind}")} for kind in ("txt", "html", "ics")}
    assert (
        by_kind["txt"] == by_kind["html"] == by_kind["ics"] == set(pd.read_csv(planned / "plan" / SHIFTS)["agent_id"])
    )
    first = event_of(planned / "first" / f"{agent}.ics", day)
    for number, shift in enumerate(("half 11:00", "half 12:00"), start=1):
        flags = ("--yes", "--later", "--why", "a <b>secret</b> of mine")
        assert go("move", "plan", agent, day, "--shift", shift, *flags).code == 0
        done = publish(go, "--who", "Ana", "--why", "swap", "--messages", f"told{number}")
        assert "wrote text, mail and calendar of 1 person to told" in done.err
        folder = planned / f"told{number}"
        assert {path.name for path in folder.iterdir()} == {f"{agent}.{kind}" for kind in ("txt", "html", "ics")}
        event = event_of(folder / f"{agent}.ics", day)
        assert (str(event["UID"]), int(event["SEQUENCE"])) == (str(first["UID"]), number)
        assert f"{11 + number - 1}:00" in (folder / f"{agent}.txt").read_text()
        for kind in ("txt", "html"):
            assert "secret" not in (folder / f"{agent}.{kind}").read_text()
    assert publish(go, "--diff", "--messages", "told1").code == 0
    assert go("move", "plan", agent, day, "--shift", "half 09:00", "--yes", "--later").code == 0
    refused = publish(go, "--diff", "--messages", "told1")
    assert refused.code == 2
    assert "--force" in refused.err


def event_of(path: Path, day: str):
    events = Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    return next(event for event in events if str(event["X-STAFFPLAN-DAY"]) == day)


def test_a_plan_that_is_published_again_after_another_of_the_same_days_is_told_again(planned: Path, go: Run) -> None:
    """A, then B over a part of its days, then A again: people heard of B last."""
    assert publish(go).code == 0
    shutil.copytree(planned / "plan", planned / "other")
    one_shift_gone(planned)
    text = (planned / "plan" / "plan.toml").read_text()
    (planned / "plan" / "plan.toml").write_text(text.replace('name = "Small center"', 'name = "Short week"'))
    assert publish(go, "--who", "Ana", "--why", "ill").code == 0
    done = go("publish", "other", "--to", "ledger", "--who", "Ana", "--why", "well again")
    assert "entry 3: 2026-03-02 to 2026-03-08, 1 day of 1 person to tell" in done.out
    assert "wrote 1 file of entry 3 to ledger; " in done.err


def test_names_stay_at_home_where_the_settings_say_so(planned: Path, go: Run) -> None:
    with (planned / "plan.toml").open("a") as file:
        file.write("\n[ledger]\nagent_names = false\n")
    assert publish(go).code == 0
    files = [path.read_text() for path in (planned / "ledger").rglob("*.csv")]
    names = pd.read_csv(planned / "agents.csv")["name"]
    assert not any(name in text for name in names for text in files)


def test_a_plan_cannot_have_been_made_before_the_contacts_it_knows(planned: Path, go: Run) -> None:
    refused = publish(go, "--at", "2026-01-01")
    assert refused.code == 2
    assert "it cannot have been made before" in refused.err
    assert publish(go, "--at", "2099-01-01").code == 2
    assert "is not a date" in publish(go, "--at", "soon").err
    assert not (planned / "ledger").exists()


def test_a_changed_ledger_is_told_and_not_added_to(planned: Path, go: Run) -> None:
    assert publish(go).code == 0
    path = planned / "ledger" / "0001" / "requirement.csv"
    path.write_text(path.read_text().replace("3", "4"))
    one_shift_gone(planned)
    for flags in (("--diff",), ("--who", "A", "--why", "b")):
        done = publish(go, *flags)
        assert done.code == 4
        assert "requirement.csv of entry 1 was changed after it was published" in done.err
    assert len(entries(planned)) == 1


def test_a_plan_of_volumes_alone_is_published_too(planned: Path, go: Run) -> None:
    for name in (SHIFTS, ACTIVITIES, "waits.csv", "coverage.csv", "cost.csv"):
        (planned / "plan" / name).unlink()
    assert publish(go).code == 0
    assert SHIFTS not in entries(planned)[0]["files"]


def test_volumes_published_again_do_not_send_anybody_home(planned: Path, go: Run) -> None:
    assert publish(go).code == 0
    for name in (SHIFTS, ACTIVITIES, "waits.csv", "coverage.csv", "cost.csv"):
        (planned / "plan" / name).unlink()
    assert "nobody needs to be told" in publish(go, "--diff").out
    assert publish(go).code == 0
    assert len(entries(planned)) == 2


def test_what_is_no_plan_or_no_flag_of_publishing_is_refused(planned: Path, go: Run) -> None:
    assert go("publish", "nowhere", "--to", "ledger").code == 2
    assert publish(go, "--output", "x.csv").code == 2
    assert publish(go, "--diff").code == 2
    assert not (planned / "ledger").exists()
