"""A forecast is published with each planner's edit apart from what the statistics said."""

from __future__ import annotations

import pandas as pd
import pytest

from staffplan.control.published import published_forecast
from staffplan.control.told import told
from staffplan.tables.forecast import OverrideLog, VolumeForecast
from staffplan.tables.roster import Roster, RosterActivities, RosterShifts
from staffplan.tables.standby import Standby

NINE, HALF = pd.to_datetime(["2026-03-02T09:00Z", "2026-03-02T09:30Z"])


def forecast(*offered: float) -> VolumeForecast:
    rows = [
        {"interval_start": at, "queue": "phone", "channel": "voice", "offered": value, "aht_seconds": 300.0}
        for at, value in zip((NINE, HALF), offered, strict=True)
    ]
    bands = {"offered_p10": 0.8, "offered_p90": 1.2, "offered_p025": 0.7, "offered_p975": 1.3}
    frame = pd.DataFrame(rows)
    return VolumeForecast.of(frame.assign(**{n: frame["offered"] * part for n, part in bands.items()}, method="m"))


def edit(number: int, before: float, after: float, who: str) -> dict[str, object]:
    return {
        "interval_start": NINE,
        "queue": "phone",
        "override": number,
        "offered_before": before,
        "offered_after": after,
        "who": who,
        "why": "mailing",
    }


def test_each_edit_is_a_row_beside_what_the_statistics_said() -> None:
    log = OverrideLog.of(pd.DataFrame([edit(1, 100, 120, "Ana"), edit(2, 120, 150, "Ben")]))
    rows = published_forecast(forecast(150, 80), log).frame
    at_nine = rows[rows["interval_start"] == NINE]
    assert at_nine["offered"].tolist() == [100, 120, 150]
    assert at_nine["source"].tolist() == ["statistical", "override", "override"]
    assert at_nine["who"].tolist() == ["", "Ana", "Ben"]
    assert rows[rows["interval_start"] == HALF]["offered"].tolist() == [80]
    last, first = at_nine.iloc[-1], at_nine.iloc[0]
    assert last["offered_p90"] == pytest.approx(180)
    assert 100 < first["offered_p90"] < 125


def test_a_forecast_edited_by_hand_after_its_overrides_counts_as_it_stands() -> None:
    log = OverrideLog.of(pd.DataFrame([edit(1, 100, 120, "Ana")]))
    assert published_forecast(forecast(130, 80), log).frame["offered"].tolist() == [100, 130, 80]


def test_edits_of_handling_times_are_apart_too() -> None:
    aht = {**edit(1, 100, 100, "Ana"), "aht_seconds_before": 250.0, "aht_seconds_after": 300.0}
    rows = published_forecast(forecast(100, 80), OverrideLog.of(pd.DataFrame([aht]))).frame
    assert rows["aht_seconds"].tolist() == [250, 300, 300]


def roster(*shifts: tuple[str, str, int, int]) -> Roster:
    """Agent, day, first and last hour; the first hour's break is at its half."""
    rows, inside = [], []
    for agent, day, first, last in shifts:
        start, end = (pd.Timestamp(f"{day}T{hour:02d}:00Z") for hour in (first, last))
        common = {"agent_id": agent, "schedule_date": pd.Timestamp(day)}
        rows.append({**common, "shift": "day", "start": start, "end": end, "paid_hours": float(last - first)})
        common["activity_date"] = common["schedule_date"]
        inside.append(
            {**common, "start": start, "end": end, "activity": "queue", "planning_group": "phone", "paid": "yes"}
        )
    return Roster(RosterShifts.of(pd.DataFrame(rows)), RosterActivities.of(pd.DataFrame(inside)))


def test_people_are_told_of_shifts_that_are_new_gone_moved_and_of_work_inside() -> None:
    before = roster(("A", "2026-03-02", 9, 17), ("B", "2026-03-02", 9, 17), ("C", "2026-03-02", 9, 17))
    after = roster(("A", "2026-03-02", 12, 20), ("C", "2026-03-02", 9, 17), ("D", "2026-03-03", 9, 13))
    swapped = after.activities.frame.replace({"planning_group": {"phone": "mail"}})
    after = Roster(after.shifts, RosterActivities.of(swapped))
    changes, messages = told(before, after, "UTC")
    found = changes.frame.set_index("agent_id")["change"].to_dict()
    assert found == {"A": "shift moved", "B": "shift gone", "C": "work inside", "D": "shift new"}
    text = messages.frame.set_index("agent_id")["message"]
    assert text["A"] == "A: Your shifts have changed.\nMon 02 Mar 2026: day 12:00-20:00; before: day 09:00-17:00"
    assert text["B"].endswith("Mon 02 Mar 2026: off; before: day 09:00-17:00")
    assert text["C"].endswith("same shift, mail 09:00; before: phone 09:00")
    assert text["D"] == "D: These are your shifts.\nTue 03 Mar 2026: day 09:00-13:00"


def test_one_shift_more_of_somebody_who_was_told_before_is_a_change() -> None:
    before = roster(("A", "2026-03-02", 9, 17))
    after = roster(("A", "2026-03-02", 9, 17), ("A", "2026-03-03", 9, 13))
    (message,) = told(before, after, "UTC")[1].frame["message"]
    assert message == "A: Your shifts have changed.\nTue 03 Mar 2026: day 09:00-13:00; before: off"


def test_nobody_is_told_anything_where_nothing_differs() -> None:
    same = roster(("A", "2026-03-02", 9, 17))
    assert [len(table) for table in told(same, same, "UTC")] == [0, 0]


def test_people_are_told_whose_standby_changed_and_nobody_else() -> None:
    def standby(*rows: tuple[str, str]) -> Standby:
        columns = ["standby", "agent_id", "schedule_date", "start", "end"]
        days = [("evening", who, day, f"{day}T18:00Z", f"{day}T22:00Z") for who, day in rows]
        frame = pd.DataFrame(days, columns=columns)
        for name in columns[2:]:
            frame[name] = pd.to_datetime(frame[name], utc=name != "schedule_date")
        return Standby.of(frame)

    nobody = Roster(RosterShifts.empty(), RosterActivities.empty())
    before = standby(("ann", "2026-03-02"), ("bob", "2026-03-03"))
    after = standby(("ann", "2026-03-02"), ("cid", "2026-03-03"))
    changes, messages = told(nobody, nobody, "UTC", None, (before, after))
    assert changes.frame[["agent_id", "change", "before", "after"]].to_numpy().tolist() == [
        ["bob", "standby", "standby evening 18:00-22:00", "no standby"],
        ["cid", "standby", "no standby", "standby evening 18:00-22:00"],
    ]
    assert messages.frame["message"].tolist() == [
        "bob: Your standby has changed.\nTue 03 Mar 2026: no standby; before: standby evening 18:00-22:00",
        "cid: This is your standby.\nTue 03 Mar 2026: standby evening 18:00-22:00",
    ]
