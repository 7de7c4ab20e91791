"""Absence as a chance: whole people present or not, against sums over everybody who may be there."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from staffplan.clock import SiteCalendar
from staffplan.errors import DataError
from staffplan.settings.queues import Goal, parse_goal
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import ShrinkageSettings, StaffingSettings
from staffplan.site import Queue, Site
from staffplan.staffing import SizingCases, explain, service_worth, size, staff
from staffplan.staffing.models.erlang import agents_for_line, erlang_c
from staffplan.staffing.step import staff_by_method
from staffplan.tables.forecast import VolumeForecast

HUNDRED = {"in_load_erl": 100.0, "in_aht_s": 300.0, "in_T_s": 20.0, "in_absence": 0.1}
T8 = {119: 0.709908, 120: 0.757676, 122: 0.833938, 124: 0.888430}
T8_DAYS = {120: 0.576071, 122: 0.762770, 124: 0.887285}
"""100 erlangs, 300 s, 80/20, each of those rostered present with .9; plain sums of binomial chances, 108 needed."""


def answer(**case: object) -> dict[str, object]:
    return size(SizingCases.of(pd.DataFrame([{"_row": 2, **case}]), "cases.csv")).iloc[0].to_dict()


def site_of(**more: object) -> Site:
    plain: dict[str, object] = {"planning_group": "calls", "goal": parse_goal("80/20"), "goal_is_default": False}
    return Site(SiteCalendar("UTC", 30), {"calls": Queue("calls", **(plain | more))})


def volume(*loads: float, aht: float = 300.0, variation: float = 0.0, channel: str = "voice") -> VolumeForecast:
    """Half-hours of these erlangs; days scatter by `variation`, and calls by chance (Poisson)."""
    starts = pd.date_range(pd.Timestamp(date(2026, 6, 1)) + pd.Timedelta(hours=9), periods=len(loads), freq="30min")
    offered = np.array(loads) * 1800 / aht
    half = special.ndtri(0.9) * np.sqrt(offered + (variation * offered) ** 2)
    frame = pd.DataFrame({"interval_start": starts.tz_localize("UTC"), "queue": "calls", "channel": channel})
    bands = {"offered_p10": np.maximum(0, offered - half), "offered_p90": offered + half}
    rest = {"offered_p025": 0.0, "offered_p975": offered + 3 * half, "method": "given"}
    return VolumeForecast.of(frame.assign(offered=offered, aht_seconds=aht, **bands, **rest))


def away(share: float, absence: str = "chance", **more: object) -> StaffingSettings:
    sick = ShrinkageSettings(share=share, planned=False, in_office=False)
    return StaffingSettings(absence=absence, shrinkage={"sick": sick}, **more)


def on_queue(forecast: VolumeForecast, chosen: StaffingSettings, **more: object) -> list[int]:
    result = staff_by_method(forecast, chosen, SimulateSettings(), site=site_of(**more))
    return [int(heads) for heads in result.requirement.frame["agents_on_queue"]]


def binomial(rostered: int, presence: float) -> list[float]:
    return [math.comb(rostered, k) * presence**k * (1 - presence) ** (rostered - k) for k in range(rostered + 1)]


def mean_level(rostered: int, presence: float, load: float, aht: float = 300.0) -> float:
    """Service level within 20 s over all numbers present, one after the other; none where too few are."""
    levels = (
        0.0 if k <= load else float(erlang_c(load, k, aht_seconds=aht, answer_within_seconds=20).service_level())
        for k in range(rostered + 1)
    )
    return sum(chance * level for chance, level in zip(binomial(rostered, presence), levels, strict=True))


@pytest.mark.parametrize(("rostered", "level"), T8.items())
def test_the_service_of_those_who_come_is_the_mean_over_their_number(rostered, level):
    found = answer(**HUNDRED, in_agents=rostered, in_target_sl=0.8)
    assert found["out_sl"] == pytest.approx(level, abs=5e-7)
    assert found["out_min_agents"] == 122
    assert found["out_agents_present"] == 108
    if rostered in T8_DAYS:
        assert found["out_days_kept"] == pytest.approx(T8_DAYS[rostered], abs=5e-7)


def test_a_share_of_an_hour_promises_what_a_chance_does_not_keep():
    """108 / 0.9 is 120, which gives .757676; two more keep 80 % in the mean, and 123 on eight of ten days (.83)."""
    assert on_queue(volume(100.0), away(0.1, "share")) == [120]
    assert on_queue(volume(100.0), away(0.1)) == [122]
    assert on_queue(volume(100.0), away(0.1, risk="p80")) == [123]
    assert sum(binomial(123, 0.9)[108:]) >= 0.8 > sum(binomial(122, 0.9)[108:])


@settings(max_examples=25, deadline=None)
@given(st.floats(0.2, 12), st.floats(0.01, 0.4), st.floats(0.3, 0.95))
def test_one_fewer_on_the_roster_misses_the_goal_in_the_mean(load, absence, level):
    goal = Goal(service_level=level, within_seconds=20)
    (heads,) = on_queue(volume(load), away(absence), goal=goal, minimum_agents=0)
    assert mean_level(heads, 1 - absence, load) >= level - 1e-9
    stable = (heads - 1) * (1 - absence) > load  # the mean number present has to be more than the load
    assert not stable or mean_level(heads - 1, 1 - absence, load) < level


@pytest.mark.parametrize("risk", ["mean", "p80", "8/10"])
def test_more_absence_never_needs_fewer_people(risk):
    loads = (0.0, 0.3, 2.0, 7.0, 40.0)
    counts = [
        on_queue(volume(*loads, variation=0.15), away(share, risk=risk)) for share in (0.0, 0.02, 0.1, 0.2, 0.4)
    ]
    assert (np.diff(counts, axis=0) >= 0).all()
    shares = on_queue(volume(*loads, variation=0.15), away(0.2, "share", risk=risk))
    assert risk == "p80" or (np.array(counts[3]) >= shares).all()


@pytest.mark.parametrize(("load", "absence", "variation"), [(3.0, 0.1, 0.2), (30.0, 0.05, 0.1), (30.0, 0.15, 0.03)])
def test_eight_of_ten_days_count_absence_and_volume_together(load, absence, variation):
    """A sum over 2,000 equally likely volumes of the day and all numbers present."""
    (heads,) = on_queue(volume(load, variation=variation), away(absence, risk="p80"))
    shape = 1 / variation**2
    volumes = special.gammaincinv(shape, (np.arange(2000) + 0.5) / 2000) / shape
    needed = agents_for_line(load * volumes, aht_seconds=300.0, service_level=0.8, answer_within_seconds=20)

    def days_kept(rostered: int) -> float:
        chances = binomial(rostered, 1 - absence)
        return sum(chance * float((needed <= k).mean()) for k, chance in enumerate(chances))

    assert days_kept(heads) >= 0.8 - 1e-3
    assert days_kept(heads - 1) < 0.8 + 1e-3


def test_what_can_be_planned_stays_a_share_of_the_time():
    planned = {"training": ShrinkageSettings(share=0.1), "breaks": ShrinkageSettings(share=0.1, in_roster=True)}
    by = [
        staff(volume(2.0, 30.0), StaffingSettings(shrinkage=planned, absence=own), site=site_of()).requirement.frame
        for own in ("share", "chance")
    ]
    pd.testing.assert_frame_equal(*by)


def test_deferred_work_waits_for_those_who_come_later():
    chosen = {"channel": "email", "goal": parse_goal("90/4h")}
    result = staff(volume(2.0, 3.0, channel="email"), away(0.1), site=site_of(**chosen))
    plain = staff(volume(2.0, 3.0, channel="email"), away(0.1, "share"), site=site_of(**chosen))
    pd.testing.assert_frame_equal(result.requirement.frame, plain.requirement.frame)
    assert any("share of every hour" in note.message for note in result.notes if note.kind == "left out")


def test_curves_of_worth_are_means_over_those_who_come():
    curve = service_worth(volume(3.0), away(0.1), site=site_of()).frame.set_index("agents")["in_time"]
    for heads in (4, 6, 9):
        assert curve[heads] == pytest.approx(mean_level(heads, 0.9, 3.0), abs=1e-12)
    (wanted,) = on_queue(volume(3.0), away(0.1))
    assert curve[wanted] >= 0.8 > curve[wanted - 1]
    assert curve.iloc[-1] > 1 - 3e-4


def test_a_simulated_requirement_gets_what_the_model_adds_for_absence():
    chosen = {"method": "offered-load"}
    found, share = (on_queue(volume(30.0, 30.0), away(0.1, own, **chosen)) for own in ("chance", "share"))
    model, plain = (on_queue(volume(30.0, 30.0), away(0.1, own)) for own in ("chance", "share"))
    assert np.subtract(found, share).tolist() == np.subtract(model, plain).tolist()
    assert np.subtract(model, plain).min() > 0


def test_the_walk_says_that_absence_is_a_chance():
    forecast, chosen, site = volume(100.0), away(0.1), site_of()
    requirement = staff(forecast, chosen, site=site).requirement
    at = pd.Timestamp("2026-06-01 09:00", tz="UTC")
    lines = {step.line: step for step in explain(requirement, forecast, chosen, site=site, at=at)}
    assert lines["on queue: present"].value == pytest.approx(0.9)
    assert lines["on queue"].value == 122
    assert "average service level" in lines["on queue"].how


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"in_absence": 1.0, "in_target_sl": 0.8}, "in_absence: 1 is not a share below 1"),
        ({"in_agents": 3.5}, "in_agents: 3.5 is not a whole number"),
        ({"in_load_erl": 1e6, "in_target_sl": 0.8}, "in_load_erl: 1e+06 is above 100,000 with in_absence"),
        ({"in_volume_cv": 0.1, "in_target_sl": 0.8}, "in_absence: uncertain_volume does not use it"),
    ],
)
def test_a_case_with_absence_is_refused_where_it_cannot_be_answered(case, said):
    with pytest.raises(DataError) as caught:
        answer(**(HUNDRED | case))
    assert said in [
        f"{problem.place}: {problem.message}".removeprefix("cases.csv:2:") for problem in caught.value.problems
    ]
