"""The staffing step by its methods, and the volume at risk."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from staffplan.errors import ConfigError
from staffplan.settings.queues import Goal
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Queue
from staffplan.staffing import staff
from staffplan.staffing.pool import pools
from staffplan.staffing.risk import at_risk
from staffplan.staffing.simulated.offered_load import modified_offered_load
from staffplan.staffing.step import staff_by_method
from staffplan.staffing.worth_by_method import worth_by_method
from staffplan.tables.forecast import VolumeForecast

TWO_PEAKS = [6, 9, 15, 24, 30, 27, 18, 12, 12, 18, 25, 27, 20, 12, 8, 6]
LONG_CALLS = 1500.0


def by(method, forecast, site, *, simulation=None, **settings):
    chosen = StaffingSettings(method=method, **settings)
    return staff_by_method(forecast, chosen, simulation or SimulateSettings(), site=site)


def test_the_queueing_models_alone_give_what_staff_gives(make_calls, make_volumes, make_site):
    forecast, site = make_volumes(TWO_PEAKS), make_site(make_calls(patience_seconds=120.0))
    for method in ("erlang-c", "erlang-a"):
        plain = staff(forecast, StaffingSettings(method=method), site=site).requirement.frame
        pd.testing.assert_frame_equal(by(method, forecast, site).requirement.frame, plain)


def test_verified_holds_where_erlang_c_costs_more_and_misses(make_calls, make_volumes, make_site):
    forecast = make_volumes(np.array(TWO_PEAKS) * 2.0, aht=LONG_CALLS)
    site = make_site(make_calls(patience_seconds=180.0))
    result = by("verified", forecast, site)
    facts = result.facts
    assert facts["agent hours calls"] < facts["erlang-c agent hours calls"]
    assert facts["worst interval calls"] >= 0.79 > facts["erlang-c worst interval calls"] + 0.05
    frame = result.requirement.frame
    assert frame["model"].unique().tolist() == ["verified"]
    assert facts["agent_hours_required"] == facts["agent hours calls"] == frame["agents_required"].sum() / 2
    told = [note.message for note in result.notes if note.place == "calls"]
    assert any("plain Erlang C:" in message and "agent hours" in message for message in told)


def test_the_same_seed_gives_the_same_requirement(make_calls, make_volumes, make_site):
    forecast, site = make_volumes(TWO_PEAKS), make_site(make_calls(patience_seconds=120.0))
    first, again = (by("verified", forecast, site).requirement.frame for _ in range(2))
    pd.testing.assert_frame_equal(first, again)


def test_chats_are_verified_too_and_cost_less_than_each_interval_by_itself(make_calls, make_volumes, make_site):
    """Two at once, each a quarter slower; customers hang up, which the method erlang-c denies."""
    goal = Goal(service_level=0.8, within_seconds=60)
    chat = Queue("chat", "chat", "chat", goal=goal, concurrency=2, concurrency_slowdown=0.25, patience_seconds=340)
    both = [make_volumes(TWO_PEAKS).frame, make_volumes(TWO_PEAKS, name="chat").frame.assign(channel="chat")]
    forecast = VolumeForecast.of(pd.concat(both, ignore_index=True))
    site = make_site(make_calls(), chat)
    result = by("verified", forecast, site)
    models = result.requirement.frame.groupby("planning_group")["model"].unique()
    assert models.to_dict() == {"chat": ["verified"], "calls": ["verified"]}
    facts = result.facts
    assert facts["worst interval chat"] >= 0.79
    assert facts["agent hours chat"] < facts["erlang-c agent hours chat"]
    (told,) = [note.message for note in result.notes if note.place == "chat" and "verified" in note.message]
    assert "its own model, each interval independently: " in told
    assert "plain Erlang C, chats treated as calls: " in told
    trailing = by("offered-load", forecast, site)
    models = trailing.requirement.frame.groupby("planning_group")["model"].unique()
    assert models.to_dict() == {"chat": ["chat"], "calls": ["offered-load"]}
    assert ("left out", "chat") in {(note.kind, note.place) for note in trailing.notes}


def test_the_load_trails_behind_the_calls(make_calls, make_volumes, make_site):
    """Calls of half an hour for one half-hour: by its end 1 - 1/e of them are in hand, an hour later e^-2 of that."""
    forecast, site = make_volumes([10.0, 0.0, 0.0, 0.0], aht=1800.0), make_site(make_calls())
    (pool,) = pools(forecast, site)
    load = modified_offered_load(pool, SimulateSettings(service_time="exponential"), 1800.0)
    peak = 10 * (1 - np.exp(-1))
    assert load == pytest.approx([peak, peak, peak * np.exp(-1), peak * np.exp(-2)])
    even = modified_offered_load(pool, SimulateSettings(service_time_cv=0.01), 1800.0)
    assert even[:2] == pytest.approx([10, 10], abs=0.1)
    assert even[2] == pytest.approx(0, abs=0.1)


def test_a_steady_load_is_its_own_offered_load(make_calls, make_volumes, make_site):
    forecast, site = make_volumes([30.0] * 12), make_site(make_calls(patience_seconds=120.0))
    trailing = by("offered-load", forecast, site).requirement.frame["agents_required"]
    steady = by("erlang-a", forecast, site).requirement.frame["agents_required"]
    assert trailing.tolist()[6:] == steady.tolist()[6:]


def test_staffing_for_a_percentile_raises_the_volume_to_what_few_days_exceed(make_calls, make_volumes, make_site):
    """A day's level that scatters by 10 %: the gamma quantile, here by Wilson and Hilferty's cube (1931)."""
    forecast, site = make_volumes([300.0] * 8, spread=0.1), make_site(make_calls())
    raised, notes = at_risk(forecast, "p80", site)
    cube = (1 - 1 / 900 + 0.8416212 / 30) ** 3
    assert (raised.frame["offered"] / 300).to_numpy() == pytest.approx(cube, abs=2e-4)
    assert "80% of its days" in notes[0].message
    assert at_risk(forecast, "mean", site) == (forecast, [])


def test_a_week_is_surer_than_a_day_and_more_weeks_need_more_agents(make_calls, make_volumes, make_site):
    days = [make_volumes([300.0] * 8, spread=0.1).frame]
    days += [days[0].assign(interval_start=days[0]["interval_start"] + pd.Timedelta(days=n)) for n in range(1, 7)]
    forecast, site = VolumeForecast.of(pd.concat(days, ignore_index=True)), make_site(make_calls())
    raised = {risk: at_risk(forecast, risk, site)[0].frame["offered"].sum() for risk in ("p80", "8/10", "9/10")}
    assert 300.0 * 56 < raised["8/10"] < raised["9/10"] < raised["p80"]
    assert raised["8/10"] == pytest.approx(300 * 56 * (1 + 0.8416 * 0.1 / np.sqrt(7)), rel=2e-3)
    agents = [by("erlang-c", forecast, site, risk=risk).facts["agent_hours_required"] for risk in ("mean", "p80")]
    assert agents[0] < agents[1]


def test_a_group_may_have_a_risk_of_its_own(make_calls, make_volumes, make_site):
    forecast, queue = make_volumes([300.0] * 8, spread=0.1), make_calls()
    careful = make_site(dataclasses.replace(queue, risk="p80"))
    for method in ("erlang-c", "verified"):
        own, usual = by(method, forecast, careful), by(method, forecast, make_site(queue), risk="p80")
        pd.testing.assert_frame_equal(own.requirement.frame, usual.requirement.frame)
    bold = make_site(dataclasses.replace(queue, risk="mean"))
    assert at_risk(forecast, "p80", bold)[0].frame["offered"].tolist() == [300.0] * 8


def test_queues_of_one_group_cannot_have_different_risks(make_calls, make_volumes, make_site):
    queue = make_calls()
    other = dataclasses.replace(queue, name="other", planning_group=queue.planning_group, risk="p90")
    site = make_site(dataclasses.replace(queue, risk="p80"), other)
    with pytest.raises(ConfigError, match="different risks: p80, p90"):
        at_risk(make_volumes([300.0] * 8), "mean", site)


def test_bands_of_chance_alone_leave_nothing_at_risk(make_calls, make_volumes, make_site):
    forecast, site = make_volumes([300.0] * 8), make_site(make_calls())
    raised, notes = at_risk(forecast, "p95", site)
    assert raised.frame["offered"].tolist() == [300.0] * 8
    assert notes[0].kind == "warning"


def test_worth_is_of_the_volume_and_with_the_uncertainty_that_the_method_staffs_for(
    make_calls, make_volumes, make_site
):
    """The models alone take the forecast as certain; what is simulated is uncertain, or of a risky volume."""
    forecast, site = make_volumes([200.0], spread=0.15), make_site(make_calls(patience_seconds=120.0))
    found = {}
    for method, risk in (("erlang-a", "mean"), ("verified", "mean"), ("verified", "p90"), ("erlang-a", "p90")):
        chosen = StaffingSettings(method=method, risk=risk)
        frame = worth_by_method(forecast, chosen, SimulateSettings(), site=site).frame
        found[method, risk] = frame.set_index("agents")["in_time"][36]
        assert (frame["offered"] > 220).all() == (risk == "p90")
    certain = SimulateSettings(volume_uncertainty=False)
    frame = worth_by_method(forecast, StaffingSettings(method="verified"), certain, site=site).frame
    assert frame.set_index("agents")["in_time"][36] == found["erlang-a", "mean"]
    assert (
        found["erlang-a", "p90"] == found["verified", "p90"] < found["verified", "mean"] < found["erlang-a", "mean"]
    )


def test_mail_is_staffed_for_what_chance_alone_brings_to_a_day(make_volumes, make_site):
    """2,400 mails of a day scatter by their square root, 49; nine days in ten have no more than 1.28 times that more.

    Calls are sized with chance in the model, mail is not.
    """
    mail = Queue("mail", "email", "mail", goal=Goal(service_level=0.9, within_hours=8), goal_is_default=False)
    forecast = VolumeForecast.of(make_volumes([300.0] * 8, name="mail").frame.assign(channel="email"))
    raised, notes = at_risk(forecast, "p90", make_site(mail))
    assert raised.frame["offered"].sum() == pytest.approx(2400 + 1.2816 * 2400**0.5, abs=1)
    assert notes[0].kind == "assumption"
