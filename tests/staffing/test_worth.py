"""What each further person on queue is worth: curves that agree with the requirement and with the queueing models."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.clock import SiteCalendar
from staffplan.settings.queues import Goal, parse_goal
from staffplan.settings.staffing import ShrinkageSettings, StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing import service_worth, staff
from staffplan.staffing.models.erlang import erlang_a, erlang_c
from staffplan.staffing.worth import NOTHING_MORE
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import ServiceWorth

DEFINITIONS = ("offered", "answered", "excluding_short_abandons", "short_abandons_good", "virtual")
SICK = {"sick": ShrinkageSettings(share=0.1), "breaks": ShrinkageSettings(share=0.2, in_roster=True)}


def site_of(*queues: Queue) -> Site:
    return Site(SiteCalendar("UTC", 30), {queue.name: queue for queue in queues})


def queue(name: str = "calls", **settings: object) -> Queue:
    plain: dict[str, object] = {"planning_group": name, "goal": parse_goal("80/20"), "goal_is_default": False}
    return Queue(name, **(plain | settings))


def volume(name: str, offered: object, aht: float = 180.0, channel: str = "voice", hour: int = 9) -> pd.DataFrame:
    at = pd.Timestamp(date(2026, 6, 1)) + pd.Timedelta(hours=hour)
    starts = pd.date_range(at, periods=np.size(offered), freq="30min", tz="UTC", unit="ns")
    frame = pd.DataFrame({"interval_start": starts, "queue": name, "channel": channel, "method": "given"})
    bands = {f"offered_p{band}": offered for band in ("10", "90", "025", "975")}
    return frame.assign(offered=offered, aht_seconds=aht, **bands)


def forecast_of(*pieces: pd.DataFrame) -> VolumeForecast:
    return VolumeForecast.of(pd.concat(pieces, ignore_index=True))


def with_own_requirement(forecast: VolumeForecast, settings: StaffingSettings, site: Site) -> pd.DataFrame:
    """The requirement's rows beside those of the curves for as many people as it asks for."""
    rows = staff(forecast, settings, site=site).requirement.frame
    curves = service_worth(forecast, settings, site=site).frame
    keys = ["interval_start", "planning_group"]
    return rows.merge(curves, left_on=[*keys, "agents_on_queue"], right_on=[*keys, "agents"])


def test_fourteen_people_answer_888_of_a_thousand_calls_in_time_and_ten_none():
    """100 calls in half an hour, 180 s, 20 s: the published example, 14 agents 0.88835; 10 erlangs swamp ten."""
    frame = service_worth(forecast_of(volume("calls", 100.0)), StaffingSettings(), site=site_of(queue())).frame
    share = frame.set_index("agents")["in_time"]
    assert share[14] == pytest.approx(0.88835, abs=5e-6)
    assert (share[:10] == 0).all()
    assert share.iloc[-1] >= 1 - NOTHING_MORE > share.iloc[-2]
    assert frame["agents"].tolist() == list(range(len(frame)))
    assert frame[["offered", "goal_share", "floor"]].drop_duplicates().to_numpy().tolist() == [[100, 0.8, 1]]


@given(
    st.lists(st.floats(0, 200), min_size=1, max_size=4),
    st.sampled_from(DEFINITIONS),
    st.sampled_from([5.0, 60.0, 600.0, None]),
    st.floats(0, 0.4),
    st.integers(0, 4),
    st.sampled_from(["voice", "chat"]),
)
def test_another_person_never_makes_the_share_in_time_fall(offered, definition, patience, lost, minimum, channel):
    goal = Goal(service_level=0.8, within_seconds=20, definition=definition)
    chosen = StaffingSettings(method="erlang-a", shrinkage={"sick": ShrinkageSettings(share=lost)})
    own = queue(goal=goal, patience_seconds=patience, minimum_agents=minimum, channel=channel, concurrency=3)
    frame = service_worth(forecast_of(volume("calls", offered, channel=channel)), chosen, site=site_of(own)).frame
    assert frame.groupby("interval_start")["in_time"].diff().min() >= -1e-9 or len(frame) == len(offered)
    assert (frame.groupby("interval_start")["agents"].diff().dropna() == 1).all()
    last = frame.groupby("interval_start").last()
    assert (last["in_time"] >= 1 - NOTHING_MORE - 1e-9).all()
    assert (last["agents"] >= minimum).all()


@pytest.mark.parametrize("method", ["erlang-c", "erlang-a"])
@pytest.mark.parametrize("channel", ["voice", "chat"])
def test_as_many_as_are_required_give_what_the_requirement_promises(method, channel):
    forecast = forecast_of(volume("calls", [3.0, 40.0, 250.0, 0.0], channel=channel))
    own = queue(channel=channel, concurrency=2, concurrency_slowdown=0.2, patience_seconds=90.0)
    both = with_own_requirement(forecast, StaffingSettings(method=method), site_of(own))
    assert len(both) == 4
    assert both["in_time"].tolist() == pytest.approx(both["service_level"].tolist())


def test_people_on_queue_are_fewer_on_the_line():
    """10 % of paid time lost unplaced, 20 % placed: of 16 people on queue 16 x (1 - 0.1 / 0.8) = 14 are left."""
    forecast, site = forecast_of(volume("calls", 100.0)), site_of(queue())
    frame = service_worth(forecast, StaffingSettings(shrinkage=SICK), site=site).frame
    assert frame.set_index("agents")["in_time"][16] == pytest.approx(0.88835, abs=5e-6)
    both = with_own_requirement(forecast, StaffingSettings(shrinkage=SICK), site)
    assert both["agents"].tolist() == [15]
    left = erlang_c(10, 15 * 0.875, aht_seconds=180, answer_within_seconds=20)
    assert both["in_time"].tolist() == pytest.approx([float(left.service_level())])
    assert both["in_time"].item() >= 0.8


def test_customers_who_hang_up_leave_some_in_time_where_all_agents_are_swamped():
    forecast, chosen = forecast_of(volume("calls", 100.0)), StaffingSettings(method="erlang-a")
    frame = service_worth(forecast, chosen, site=site_of(queue(patience_seconds=60.0))).frame
    line = erlang_a(10, np.arange(1, 9), aht_seconds=180, answer_within_seconds=20, patience_seconds=60)
    assert frame["in_time"].iloc[1:9].tolist() == pytest.approx(line.service_level().tolist())
    assert frame["in_time"].iloc[0] == 0


def test_queues_of_one_group_are_one_line_and_each_counts_by_its_own_promise():
    first = queue("first", planning_group="both", goal=parse_goal("80/20"))
    second = queue("second", planning_group="both", goal=parse_goal("90/60"))
    forecast = forecast_of(volume("first", 30.0), volume("second", 90.0))
    frame = service_worth(forecast, StaffingSettings(), site=site_of(first, second)).frame
    line = [erlang_c(12, 15, aht_seconds=180, answer_within_seconds=seconds).service_level() for seconds in (20, 60)]
    assert frame["in_time"].iloc[15] == pytest.approx(0.25 * line[0] + 0.75 * line[1])
    assert frame["goal_share"].unique() == pytest.approx([0.25 * 0.8 + 0.75 * 0.9])
    assert frame["offered"].unique().tolist() == [120]


def test_without_contacts_nobody_is_worth_anything_but_the_minimum_is_told():
    frame = service_worth(forecast_of(volume("calls", [0.0, 5.0])), StaffingSettings(), site=site_of(queue())).frame
    empty = frame[frame["offered"] == 0]
    assert empty["agents"].tolist() == [0, 1]
    assert empty["in_time"].tolist() == [1, 1]
    assert empty["floor"].tolist() == [1, 1]


def test_closed_hours_mail_and_promises_of_another_kind_have_no_curve():
    mail = queue("mail", channel="email", goal=parse_goal("90/8h"))
    waits = queue("waits", goal=Goal(asa_seconds=10))
    pieces = [volume("calls", [5.0, 6.0]), volume("calls", [7.0], hour=15)]
    others = [volume("mail", [5.0] * 40, channel="email", hour=0), volume("waits", [5.0, 5.0])]
    frame = service_worth(forecast_of(*pieces, *others), StaffingSettings(), site=site_of(queue(), mail, waits)).frame
    assert set(frame["planning_group"]) == {"calls"}
    assert sorted(set(frame["interval_start"].dt.strftime("%H:%M"))) == ["09:00", "09:30", "15:00"]
    only_mail = service_worth(forecast_of(others[0]), StaffingSettings(), site=site_of(mail))
    assert only_mail.frame.equals(ServiceWorth.empty().frame)


def test_an_uncertain_volume_needs_more_people_for_the_same_share():
    forecast, site = forecast_of(volume("calls", 1000.0)), site_of(queue())
    sure = service_worth(forecast, StaffingSettings(), site=site).frame.set_index("agents")["in_time"]
    told = {"calls": np.array([0.1])}
    unsure = service_worth(forecast, StaffingSettings(), site=site, volume_cv=told).frame.set_index("agents")
    assert (unsure["in_time"][105:115] < sure[105:115] - 0.05).all()


def test_a_hundred_thousand_erlangs_are_answered_too():
    forecast = forecast_of(volume("calls", 1_000_000.0))
    for patience in (None, 100.0):
        chosen = StaffingSettings(method="erlang-a")
        curve = service_worth(forecast, chosen, site=site_of(queue(patience_seconds=patience))).frame["in_time"]
        assert curve.is_monotonic_increasing
        assert curve.iloc[-1] >= 1 - NOTHING_MORE
