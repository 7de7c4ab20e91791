"""A whole forecast becomes a requirement: open intervals, shared pools, shrinkage, deferred work, notes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.clock import OpeningHours as Hours
from staffplan.clock import SiteCalendar, horizon_intervals, parse_spans
from staffplan.errors import ConfigError, DataError
from staffplan.settings.queues import Goal, parse_goal
from staffplan.settings.staffing import ShrinkageSettings, StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing import StaffingResult, staff
from staffplan.staffing.models.erlang import agents_for_line, erlang_c
from staffplan.tables.forecast import VolumeForecast
from thorough import repetitions

MONDAY = date(2026, 6, 1)
OFFICE = Hours((parse_spans("09:00-17:00"),) * 5 + ((), ()))
PLAIN = StaffingSettings()


def site_of(*queues: Queue, zone: str = "UTC", minutes: int = 30) -> Site:
    return Site(SiteCalendar(zone, minutes), {queue.name: queue for queue in queues})


def queue(name: str = "calls", **settings: object) -> Queue:
    return Queue(
        name=name, **({"planning_group": name, "goal": parse_goal("80/20"), "goal_is_default": False} | settings)
    )


def forecast_of(*pieces: pd.DataFrame) -> VolumeForecast:
    return VolumeForecast.of(pd.concat(pieces, ignore_index=True))


def volume(
    name: str, starts: pd.DatetimeIndex, offered: object, aht: object = 180.0, channel: str = "voice"
) -> pd.DataFrame:
    frame = pd.DataFrame({"interval_start": starts, "queue": name, "channel": channel, "method": "given"})
    bands = {f"offered_p{band}": offered for band in ("10", "90", "025", "975")}
    return frame.assign(offered=offered, aht_seconds=aht, **bands)


def half_hours(count: int, day: date = MONDAY, hour: int = 9) -> pd.DatetimeIndex:
    return pd.date_range(
        pd.Timestamp(day) + pd.Timedelta(hours=hour), periods=count, freq="30min", tz="UTC", unit="ns"
    )


def said(result: StaffingResult, kind: str) -> list[tuple[str, str]]:
    return [(note.place, note.message) for note in result.notes if note.kind == kind]


def test_a_hundred_calls_in_half_an_hour_need_fourteen_agents_and_nineteen_on_duty():
    """13.04 agents just keep 80/20; 13.04 / 0.7 is 18.6, rounded once. Rounded before it too: 14 / 0.7 = 20."""
    shrinkage = {"all of it": ShrinkageSettings(share=0.3)}
    forecast = forecast_of(volume("calls", half_hours(1), 100.0))
    row = staff(forecast, StaffingSettings(shrinkage=shrinkage), site=site_of(queue())).requirement.frame.iloc[0]
    assert row["load_erlangs"] == pytest.approx(10)
    assert (row["agents_required"], row["agents_on_queue"], row["agents_scheduled"]) == (14, 19, 19)
    assert row["service_level"] == pytest.approx(0.88835, abs=5e-6)
    assert row["asa_seconds"] == pytest.approx(7.83593701177724)
    assert row["occupancy"] == pytest.approx(10 / 14)
    assert np.isnan(row["abandon_rate"])
    assert row["model"] == "erlang-c"


def test_shrinkage_is_applied_once_and_a_tie_stays_a_tie():
    """21 on the line and 30 % shrinkage are 30 on duty; 10 % of it placed by the roster leaves 21 / (7/9) = 27."""
    shrinkage = {
        "sick": ShrinkageSettings(share=0.2, planned=False, in_office=False),
        "breaks": ShrinkageSettings(share=0.1, in_roster=True),
    }
    forecast = forecast_of(volume("calls", half_hours(1), 1.0))
    site = site_of(queue(minimum_agents=21))
    row = staff(forecast, StaffingSettings(shrinkage=shrinkage), site=site).requirement.frame.iloc[0]
    assert (row["agents_required"], row["agents_on_queue"], row["agents_scheduled"]) == (21, 27, 30)


@given(st.floats(1, 300), st.floats(0.01, 0.5))
@settings(deadline=None, max_examples=repetitions(13, 40))
def test_people_on_queue_are_enough_after_shrinkage_and_one_fewer_is_not(offered, share):
    """Those left of the people on queue, not whole, keep the goal; of one person fewer they do not."""
    shrinkage = {"sick": ShrinkageSettings(share=share)}
    forecast = forecast_of(volume("calls", half_hours(1), offered))
    site = site_of(queue(minimum_agents=0))
    row = staff(forecast, StaffingSettings(shrinkage=shrinkage), site=site).requirement.frame.iloc[0]
    left = np.array([row["agents_on_queue"], row["agents_on_queue"] - 1]) * (1 - share)
    line = erlang_c(offered / 10, left, aht_seconds=180, answer_within_seconds=20)
    kept, missed = line.service_level().tolist()
    assert kept >= 0.8 - 1e-6
    assert missed < 0.8
    assert row["agents_required"] == agents_for_line(
        offered / 10, aht_seconds=180, service_level=0.8, answer_within_seconds=20
    )


def test_shrinkage_of_a_time_of_the_week_counts_then_and_only_then():
    """Half of the people are in a meeting on Mondays from 10 to 11, Madrid time: 8 to 9 UTC."""
    meeting = {"share": 0.0, "times": [{"weekdays": "mon", "hours": "10:00-11:00", "share": 0.5}]}
    forecast = forecast_of(volume("calls", half_hours(5, hour=7), 0.0))
    site = site_of(queue(minimum_agents=4), zone="Europe/Madrid")
    told = StaffingSettings.model_validate({"shrinkage": {"meeting": meeting}})
    frame = staff(forecast, told, site=site).requirement.frame
    assert frame["agents_required"].tolist() == [4] * 5
    assert frame["agents_scheduled"].tolist() == [4, 4, 8, 8, 4]


def test_mail_is_rounded_once_with_shrinkage_in_it():
    """One and a half agents' work, a fifth lost: over the weeks 1.9 heads, not two and then two and a half."""
    forecast = mail(28, lambda starts: np.full(len(starts), 240 * 3 / 336))
    shrinkage = {"sick": ShrinkageSettings(share=0.2)}
    site = site_of(queue("mail", channel="email", goal=parse_goal("90/8h"), service_hours=OFFICE, minimum_agents=0))
    result = staff(forecast, StaffingSettings(shrinkage=shrinkage), site=site)
    frame = result.requirement.frame
    work = forecast.frame["offered"].sum() * 600 / 1800
    assert not said(result, "broken promise")
    assert frame["agents_required"].sum() == pytest.approx(work, rel=0.05)
    assert frame["agents_on_queue"].sum() == pytest.approx(work / 0.8, rel=0.05)


def test_a_limit_on_who_hangs_up_is_a_goal_and_left_out_visibly_where_nobody_does():
    goal = Goal(max_abandon_rate=0.02)
    forecast = forecast_of(volume("calls", half_hours(1), 200.0))
    site = site_of(queue(goal=goal, patience_seconds=90.0))
    row = staff(forecast, StaffingSettings(model="erlang-a"), site=site).requirement.frame.iloc[0]
    assert 0.005 < row["abandon_rate"] <= 0.02
    patient = staff(forecast, PLAIN, site=site)
    assert "max_abandon_rate is left out" in dict(said(patient, "warning"))["calls"]


def test_an_open_interval_without_contacts_is_staffed_to_its_minimum_and_a_closed_one_has_no_row():
    forecast = forecast_of(volume("calls", half_hours(3), [0.0, 0.0, 0.0]))
    frame = staff(forecast, PLAIN, site=site_of(queue(minimum_agents=2))).requirement.frame
    assert frame["agents_required"].tolist() == [2, 2, 2]
    assert frame["service_level"].tolist() == [1, 1, 1]
    nobody = staff(forecast, PLAIN, site=site_of(queue(minimum_agents=0))).requirement.frame
    assert nobody["agents_required"].tolist() == [0, 0, 0]
    assert nobody["service_level"].isna().all()


@given(st.floats(0.1, 400), st.floats(20, 900))
@settings(deadline=None, max_examples=repetitions(10, 30))
def test_twice_the_contacts_in_twice_the_time_need_the_same_agents(offered, aht):
    half = staff(forecast_of(volume("calls", half_hours(1), offered, aht)), PLAIN, site=site_of(queue()))
    whole = staff(
        forecast_of(volume("calls", half_hours(1), 2 * offered, aht)), PLAIN, site=site_of(queue(), minutes=60)
    )
    assert half.requirement.frame["agents_required"].tolist() == whole.requirement.frame["agents_required"].tolist()


def test_queues_of_one_group_share_their_agents():
    site = site_of(queue("sales", planning_group="voice"), queue("help", planning_group="voice"))
    pieces = volume("sales", half_hours(2), 60.0, 120.0), volume("help", half_hours(2), 30.0, 360.0)
    frame = staff(forecast_of(*pieces), PLAIN, site=site).requirement.frame
    assert frame["planning_group"].unique().tolist() == ["voice"]
    assert frame["offered"].tolist() == [90, 90]
    assert frame["aht_seconds"].tolist() == [200, 200]
    assert (
        frame["agents_required"].tolist()
        == [float(agents_for_line(10, aht_seconds=200, service_level=0.8, answer_within_seconds=20))] * 2
    )


def test_every_goal_of_the_open_queues_holds_and_a_closed_queue_asks_for_nothing():
    site = site_of(
        queue("sales", planning_group="voice", goal=parse_goal("95/5"), minimum_agents=3),
        queue("help", planning_group="voice", goal=parse_goal("70/60")),
    )
    pieces = volume("sales", half_hours(1), 50.0), volume("help", half_hours(2), [50.0, 100.0])
    frame = staff(forecast_of(*pieces), PLAIN, site=site).requirement.frame
    hard, easy = (
        float(agents_for_line(10, aht_seconds=180, service_level=level, answer_within_seconds=within))
        for level, within in ((0.95, 5), (0.7, 60))
    )
    assert frame["agents_required"].tolist() == [hard, easy]
    assert hard > easy


def test_an_average_wait_and_an_occupancy_are_goals_too():
    goal = Goal(asa_seconds=5, max_occupancy=0.6)
    forecast = forecast_of(volume("calls", half_hours(1), 100.0))
    row = staff(forecast, PLAIN, site=site_of(queue(goal=goal))).requirement.frame.iloc[0]
    assert row["agents_required"] == 17
    assert row["asa_seconds"] <= 5
    assert row["occupancy"] <= 0.6
    assert np.isnan(row["service_level"])


def test_the_order_of_the_rows_changes_nothing():
    starts = half_hours(20)
    frame = volume("calls", starts, np.arange(20.0) * 7)
    shuffled = frame.sample(frac=1, random_state=3, ignore_index=True)
    site = site_of(queue())
    first, second = (staff(VolumeForecast.of(table), PLAIN, site=site) for table in (frame, shuffled))
    pd.testing.assert_frame_equal(first.requirement.frame, second.requirement.frame)
    assert first.notes == second.notes


def test_customers_who_hang_up_need_fewer_agents_and_are_counted():
    forecast = forecast_of(volume("calls", half_hours(2), 300.0))
    site = site_of(queue(patience_seconds=60.0))
    patient = staff(forecast, PLAIN, site=site).requirement.frame
    hanging_up = staff(forecast, StaffingSettings(model="erlang-a"), site=site).requirement.frame
    assert (hanging_up["agents_required"] < patient["agents_required"]).all()
    assert hanging_up["abandon_rate"].between(0.001, 0.2).all()
    assert (hanging_up["service_level"] >= 0.8).all()
    assert hanging_up["model"].unique().tolist() == ["erlang-a"]


def test_erlang_a_without_any_patience_is_erlang_c_and_says_so():
    forecast = forecast_of(volume("calls", half_hours(1), 100.0))
    result = staff(forecast, StaffingSettings(model="erlang-a"), site=site_of(queue()))
    assert result.requirement.frame["model"].tolist() == ["erlang-c"]
    assert ("calls", "no patience is given: nobody hangs up (Erlang C)") in said(result, "assumption")


def test_chats_are_sized_by_their_own_model():
    chat = queue("chat", channel="chat", goal=parse_goal("80/60"), concurrency=3, concurrency_slowdown=0.2)
    forecast = forecast_of(volume("chat", half_hours(1), 30.0, 600.0, "chat"))
    row = staff(forecast, PLAIN, site=site_of(chat)).requirement.frame.iloc[0]
    assert row["model"] == "chat"
    assert row["service_level"] >= 0.8
    # Alone 10 erlangs; three at once, each 1.4 times as long: at least 10 x 1.4 / 3 agents.
    assert 10 * 1.4 / 3 < row["agents_required"] < 10


def mail_site(goal: str | Goal, hours: Hours = OFFICE) -> Site:
    promise = parse_goal(goal) if isinstance(goal, str) else goal
    return site_of(queue("mail", channel="email", goal=promise, service_hours=hours))


def mail(days: int, offered: Callable[[pd.DatetimeIndex], object], aht: float = 600.0) -> VolumeForecast:
    starts = horizon_intervals(MONDAY, days, "UTC", 30)
    return forecast_of(volume("mail", starts, offered(starts), aht, "email"))


def test_mail_that_comes_at_night_is_worked_on_in_the_morning():
    forecast = mail(28, lambda starts: np.ones(len(starts)))
    goal = parse_goal("90/4h")
    frame = staff(forecast, PLAIN, site=mail_site("90/4h")).requirement.frame
    hours = frame["interval_start"].dt.hour
    assert goal.clock == "opening"
    assert hours.between(9, 16).all()
    assert (frame["interval_start"].dt.day_of_week < 5).all()
    # 17:00 to 09:00 are 32 half-hours, and the first half-hour of the day itself is one more.
    assert frame.loc[frame["interval_start"] == pd.Timestamp("2026-06-03 09:00", tz="UTC"), "offered"].item() == 33
    assert (frame["model"] == "backlog").all()


def test_no_mail_is_lost_and_the_work_done_is_the_work_that_came():
    forecast = mail(28, lambda starts: 1.0 + starts.hour.to_numpy() / 8)
    result = staff(forecast, PLAIN, site=mail_site("90/4h"))
    frame = result.requirement.frame
    after = forecast.frame["interval_start"] > frame["interval_start"].max()
    offered = forecast.frame["offered"]
    assert frame["offered"].sum() == pytest.approx(offered[~after].sum())
    assert f"{offered[after].sum():.1f} contacts arrive after the last staffed interval" in str(
        said(result, "left out")
    )
    worked_hours = (frame["agents_required"] * frame["occupancy"]).sum() / 2
    assert worked_hours == pytest.approx(offered.sum() * 600 / 3600, rel=0.02)


def test_weeks_that_are_alike_need_alike_people_from_the_first_to_the_last():
    forecast = mail(28, lambda starts: 2.0 + np.sin(starts.hour.to_numpy() / 4))
    frame = staff(forecast, PLAIN, site=mail_site("90/4h")).requirement.frame
    weeks = frame["agents_required"].to_numpy().reshape(4, 80)
    assert (weeks == weeks[0]).all()


def test_a_promise_kept_by_opening_hours_is_kept_for_every_contact():
    forecast = mail(14, lambda starts: np.where(starts.hour == 10, 20.0, 0.5))
    result = staff(forecast, PLAIN, site=mail_site("90/2h"))
    frame = result.requirement.frame
    assert not said(result, "broken promise")
    assert (frame["service_level"].dropna() >= 0.9).all()


def test_mail_is_levelled_over_the_time_it_may_take():
    """A hundred mails at ten o'clock: with two hours to answer them, far more people than with a day."""
    forecast = mail(14, lambda starts: np.where((starts.hour == 10) & (starts.minute == 0), 100.0, 0.0))
    peaks = [
        staff(forecast, PLAIN, site=mail_site(goal)).requirement.frame["agents_required"].max()
        for goal in ("90/2h", "90/4h", "90/8h", "90/16h")
    ]
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[0] >= 3 * peaks[-1]


def test_a_promise_that_no_number_of_agents_can_keep_is_said_to_be_broken():
    """Mail of the weekend cannot be answered within 24 hours on the clock when Monday is the next working day."""
    goal = Goal(service_level=0.9, within_hours=24, clock="elapsed")
    forecast = mail(28, lambda starts: np.ones(len(starts)))
    result = staff(forecast, PLAIN, site=mail_site(goal))
    ((place, message),) = said(result, "broken promise")
    assert place == "mail"
    assert "the service goal is 90 % within 24 elapsed hours" in message
    # What comes from Friday 17:00 (less the last half-hour) to Sunday 09:00 has nobody for 24 hours.
    share = float(message.split("at most ")[1].split(" %")[0]) / 100
    assert share == pytest.approx(1 - 40 / 168, abs=0.01)


def test_a_promise_too_short_for_its_intervals_says_so():
    forecast = mail(7, lambda starts: np.ones(len(starts)))
    result = staff(forecast, PLAIN, site=mail_site(Goal(service_level=0.9, within_hours=0.5)))
    ((_, message),) = said(result, "broken promise")
    assert "too coarse for such a short service goal; plan in shorter intervals" in message


def test_the_longest_day_of_the_clock_change_has_its_rows():
    """Madrid, 25 October 2026, has 25 hours; the mail team works from 00:00 to 24:00."""
    starts = horizon_intervals(date(2026, 10, 25), 1, "Europe/Madrid", 30)
    site = site_of(
        queue("mail", channel="email", goal=parse_goal("90/4h"), service_hours=Hours.always()), zone="Europe/Madrid"
    )
    forecast = forecast_of(volume("mail", starts, 3.0, 600.0, "email"))
    frame = staff(forecast, PLAIN, site=site).requirement.frame
    assert len(frame) == 50
    assert frame["agents_required"].min() >= 1


def test_mail_without_service_hours_is_worked_on_when_the_phones_are_open():
    starts = horizon_intervals(MONDAY, 7, "UTC", 30)
    phones = starts[OFFICE.open_mask(starts, SiteCalendar())]
    site = site_of(queue(), queue("mail", channel="email", goal=parse_goal("90/8h")))
    pieces = volume("calls", phones, 20.0), volume("mail", starts, 1.0, 300.0, "email")
    result = staff(forecast_of(*pieces), PLAIN, site=site)
    frame = result.requirement.frame
    mail_rows = frame.loc[frame["planning_group"] == "mail", "interval_start"]
    assert mail_rows.tolist() == list(phones)
    assert any(place == "mail" and "no service hours" in message for place, message in said(result, "assumption"))


def test_an_occupancy_below_one_slows_mail_down():
    forecast = mail(14, lambda starts: np.full(len(starts), 6.0))
    goal = Goal(service_level=0.9, within_hours=8, max_occupancy=0.5)
    free = staff(forecast, PLAIN, site=mail_site("90/8h")).requirement.frame
    slow = staff(forecast, PLAIN, site=mail_site(goal)).requirement.frame
    assert slow["agents_required"].sum() == pytest.approx(2 * free["agents_required"].sum(), rel=0.05)
    assert slow["occupancy"].max() <= 0.5 + 1e-9


def test_totals_are_those_of_the_table():
    forecast = forecast_of(volume("calls", half_hours(10), 50.0))
    shrinkage = {"sick": ShrinkageSettings(share=0.25)}
    result = staff(forecast, StaffingSettings(shrinkage=shrinkage), site=site_of(queue()))
    frame = result.requirement.frame
    assert result.facts["agent_hours_required"] == frame["agents_required"].sum() / 2
    assert result.facts["agent_hours_scheduled"] == frame["agents_scheduled"].sum() / 2
    assert result.facts["peak_agents_required"] == frame["agents_required"].max()
    assert (result.facts["intervals"], result.facts["groups"]) == (10, 1)


@pytest.mark.parametrize(("aht", "said_to_be"), [(4.5, "4.5 s: does the export give minutes?"), (280.0, None)])
def test_handling_times_in_another_unit_are_asked_about(aht: float, said_to_be: str | None):
    forecast = forecast_of(volume("calls", half_hours(2), [40.0, 20.0], [aht, aht]))
    warned = dict(said(staff(forecast, PLAIN, site=site_of(queue())), "warning"))
    assert ("calls" in warned) == (said_to_be is not None)
    assert (said_to_be or "") in warned.get("calls", "")


def test_what_was_assumed_and_left_out_is_said():
    site = site_of(queue(goal_is_default=True))
    forecast = forecast_of(volume("calls", half_hours(3), [4.0, 0.0, 4.0], [2400.0, 2400.0, 0.0]))
    result = staff(forecast, PLAIN, site=site)
    assumed, left_out = dict(said(result, "assumption")), dict(said(result, "left out"))
    assert assumed["calls"] == "no goal is given; 80 % within 20 seconds is assumed"
    assert "no shrinkage is given" in assumed["staffing.shrinkage"]
    assert left_out["calls"].startswith("in 1 intervals contacts take longer than the interval")
    assert dict(said(result, "warning"))["calls"].startswith("1 intervals have contacts and an AHT of 0")


def test_an_unknown_queue_is_named_with_the_nearest_known_one():
    with pytest.raises(DataError, match=r"'cals' is not a queue of the site\n    did you mean calls\?"):
        staff(forecast_of(volume("cals", half_hours(1), 1.0)), PLAIN, site=site_of(queue()))


@pytest.mark.parametrize("minutes", [15, 60])
def test_intervals_of_another_length_are_refused(minutes):
    """Half-hours read as hours would halve the load, as quarters double it."""
    with pytest.raises(DataError, match=r"rows are 30 minutes apart"):
        staff(forecast_of(volume("calls", half_hours(4), 1.0)), PLAIN, site=site_of(queue(), minutes=minutes))


def test_mail_in_weeks_that_are_closed_throughout_has_no_rows_and_is_told_as_a_broken_promise():
    closed = Hours(((),) * 7)
    result = staff(mail(7, lambda starts: np.ones(len(starts))), PLAIN, site=mail_site("90/4h", closed))
    assert len(result.requirement) == 0
    ((place, message),) = said(result, "broken promise")
    assert place == "mail"
    assert "336 contacts arrive, but nobody works on them" in message


def test_mail_without_a_goal_in_hours_is_a_setting_to_mend():
    with pytest.raises(ConfigError, match=r"queues\.mail\.goal: deferred work needs a goal in hours"):
        staff(mail(7, lambda s: np.ones(len(s))), PLAIN, site=mail_site(Goal(asa_seconds=60)))


def test_an_empty_forecast_needs_nobody():
    result = staff(VolumeForecast.empty(), PLAIN, site=site_of(queue()))
    assert len(result.requirement) == 0
    assert result.facts["agent_hours_required"] == 0


def test_progress_counts_the_groups():
    seen = []
    site = site_of(queue("a"), queue("b"))
    forecast = forecast_of(volume("a", half_hours(1), 1.0), volume("b", half_hours(1), 1.0))
    staff(forecast, PLAIN, site=site, on_progress=seen.append)
    assert [(step.step, step.done, step.of) for step in seen] == [("staff", 0, 2), ("staff", 1, 2), ("staff", 2, 2)]
