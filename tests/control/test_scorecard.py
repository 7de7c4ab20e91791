"""The scorecard: means, scatter, trends, targets, and what is not measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from staffplan.control.scorecard import scorecard
from staffplan.control.scorecard.catalogue import MEASURES
from staffplan.control.scorecard.kpi import kpi_measures, kpi_targets, refuse_useless
from staffplan.control.scorecard.observed import ALL, Observed, figures, trend_of
from staffplan.control.scorecard.planned import PlanFrames, planned_measures
from staffplan.control.scorecard.step import unmeasured_principles
from staffplan.errors import DataError
from staffplan.settings.scorecard import ScorecardSettings
from staffplan.tables.access import AccessVerdicts
from staffplan.tables.scorecard import KPI_LIMITS, PRINCIPLES, KpiWeeks
from staffplan.tables.waits import Coverage, DayService

MONDAY = pd.Timestamp("2026-03-02")


def pieces(queue: str, parts: list[float], wholes: list[float], **grains: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"queue": queue, "part": parts, "whole": wholes, **grains})


def test_the_mean_is_that_of_all_contacts_and_the_scatter_that_of_days_by_their_contacts() -> None:
    days = [MONDAY, MONDAY, MONDAY + pd.Timedelta(days=1)]
    frame = pieces("phone", [10, 20, 60], [20, 20, 60], day=days)
    figure = figures(Observed("service_level", "", frame))["phone"]
    assert figure.mean == pytest.approx(0.9)
    # days: 30 of 40, and 60 of 60; around 0.9 by 40 and 60 contacts
    assert figure.spreads["day"] == pytest.approx(np.sqrt(0.4 * 0.15**2 + 0.6 * 0.1**2))
    assert set(figure.spreads) == {"day"}


def test_all_queues_together_come_first_unless_they_cannot_be_pooled() -> None:
    frame = pd.concat([pieces("a", [1], [1]), pieces("b", [0], [3])])
    both = figures(Observed("service_level", "", frame))
    assert list(both) == [ALL, "a", "b"]
    assert both[ALL].mean == pytest.approx(0.25)
    assert list(figures(Observed("asa_seconds", "", frame, is_pooled=False))) == ["a", "b"]


def test_a_trend_is_named_only_beyond_chance() -> None:
    weeks = pd.date_range(MONDAY, periods=6, freq="7D")
    rng = np.random.default_rng(5)
    named = 0
    for _ in range(400):
        named += trend_of(pd.Series(rng.normal(0.8, 0.05, 6), index=weeks))[1]
    assert stats.binom.sf(named - 1, 400, 0.05) > 0.001
    assert stats.binom.cdf(named, 400, 0.05) > 0.001
    assert trend_of(pd.Series([0.5, 0.6, 0.7, 0.8], index=weeks[:4])) == (pytest.approx(0.1), True)
    assert trend_of(pd.Series([0.5, 0.6, 0.7], index=weeks[:3]))[1] is False


@pytest.mark.parametrize(
    ("measure", "values", "target", "state", "trend"),
    [
        ("csat", [0.5, 0.6, 0.7, 0.8], 0.6, "met", "better"),
        ("absenteeism", [0.05, 0.06, 0.07, 0.08], 0.06, "missed", "worse"),
        ("forecast_bias", [-0.08, -0.06, -0.04, -0.02], 0.05, "met", "better"),
        ("forecast_bias", [0.08, 0.09, 0.1, 0.11], 0.05, "missed", "worse"),
        ("on_queue", [0.8, 0.7, 0.6, 0.5], None, "no target", "falling"),
        ("csat", [0.5, 0.5, 0.5, 0.5], None, "no target", "no trend"),
    ],
)
def test_better_and_met_follow_the_sense_of_the_measure(
    measure: str, values: list[float], target: float | None, state: str, trend: str
) -> None:
    weeks = list(pd.date_range(MONDAY, periods=4, freq="7D"))
    seen = Observed(measure, "here", pieces("a", values, [1.0] * 4, week=weeks))
    targets = {} if target is None else {(measure, "a"): (target, "there")}
    card = scorecard([seen], targets).card.frame
    row = card[card["measure"] == measure].iloc[0]
    assert (row["state"], row["trend_is"], row["source"]) == (state, trend, "here")


def test_the_target_of_all_together_is_that_of_an_only_queue() -> None:
    """A center with one queue has no row of all together; with two, each alone has no target."""
    targets = {("days_kept", ALL): (0.9, "scorecard.days_kept")}

    def told(*queues: str) -> list[tuple[str, str]]:
        frame = pd.concat([pieces(queue, [1.0], [1.0]) for queue in queues])
        card = scorecard([Observed("days_kept", "here", frame)], targets).card.frame
        own = card[card["measure"] == "days_kept"]
        return list(zip(own["queue"], own["state"], strict=True))

    assert told("a") == [("a", "met")]
    assert told("a", "b") == [(ALL, "met"), ("a", "no target"), ("b", "no target")]


def test_what_is_not_measured_stands_first_and_says_how() -> None:
    found = scorecard([Observed("csat", "kpi.csv", pieces(ALL, [0.8], [1]))], {})
    card = found.card.frame
    assert card["state"].tolist() == ["not measured"] * (len(MEASURES) - 1) + ["no target"]
    assert (card["source"] != "").all()
    assert set(unmeasured_principles(card)) == set(PRINCIPLES) - {"satisfaction and loyalty"}
    assert not len(found.weeks)


def test_every_principle_has_a_measure_and_every_measure_a_way_to_it_and_a_target() -> None:
    assert [*dict.fromkeys(measure.principle for measure in MEASURES)] == list(PRINCIPLES)
    names = {measure.name for measure in MEASURES}
    assert set(KPI_LIMITS) <= names
    of_goals = {"service_level", "asa_seconds", "on_queue", "goals_kept"}
    by_setting = {"required_covered", *names} - of_goals
    assert set(ScorecardSettings.model_fields) == by_setting


def test_what_was_observed_first_counts() -> None:
    one, other = (
        Observed("csat", name, pieces(ALL, [part], [1])) for name, part in (("came", 0.7), ("planned", 0.9))
    )
    card = scorecard([one, other], {}).card.frame
    assert card[card["measure"] == "csat"]["actual"].tolist() == [0.7]


def kpi(rows: list[dict[str, object]]) -> KpiWeeks:
    return KpiWeeks.of(pd.DataFrame(rows).assign(week=lambda frame: pd.to_datetime(frame["week"])), "kpi.csv")


def test_kpis_are_weighted_by_the_contacts_of_their_week_and_queue() -> None:
    table = kpi(
        [
            {"week": "2026-03-04", "queue": "a", "csat": 0.9, "csat_target": 0.8},
            {"week": "2026-03-02", "queue": "b", "csat": 0.5},
            {"week": "2026-03-10", "queue": "a", "csat": 0.7, "csat_target": 0.85},
            {"week": "2026-03-02", "queue": "", "attrition": 0.01},
        ]
    )
    contacts = pd.DataFrame(
        {"queue": ["a", "b", "a"], "week": [MONDAY, MONDAY, MONDAY + pd.Timedelta(weeks=1)], "offered": [30, 10, 60]}
    )
    seen = {one.measure: figures(one) for one in kpi_measures(table, contacts)}
    assert seen["csat"][ALL].mean == pytest.approx((0.9 * 30 + 0.5 * 10 + 0.7 * 60) / 100)
    assert seen["attrition"][ALL].mean == pytest.approx(0.01)
    unknown = {one.measure: figures(one) for one in kpi_measures(table, contacts.iloc[:2])}
    assert unknown["csat"][ALL].mean == pytest.approx(0.7)
    assert kpi_targets(table) == {("csat", "a"): (0.85, "kpi.csv")}


def test_a_week_that_is_there_twice_and_a_file_without_measures_are_refused() -> None:
    with pytest.raises(DataError, match=r"kpi\.csv:3:week: the week of 2026-03-02 of a is there already"):
        refuse_useless(kpi([{"week": f"2026-03-0{day}", "queue": "a", "csat": 0.5} for day in (2, 3)]))
    with pytest.raises(DataError, match="no row has a measure"):
        refuse_useless(kpi([{"week": "2026-03-02", "queue": "a"}]))


def test_resources_and_access_come_from_the_roster() -> None:
    start = pd.Timestamp("2026-03-02T09:00Z")
    coverage = pd.DataFrame(
        {
            "interval_start": [start, start + pd.Timedelta(minutes=30)],
            "planning_group": "phone",
            "required": [4.0, 2.0],
            "scheduled": [3.0, 0.0],
            "net": [-1.0, -2.0],
        }
    )
    shifts = pd.DataFrame({"agent_id": ["A", "B"], "schedule_date": MONDAY, "paid_hours": [4.0, 4.0]})
    work = pd.DataFrame(
        {
            "agent_id": ["A", "B", "B"],
            "schedule_date": MONDAY,
            "activity": ["queue", "queue", "break"],
            "start": start,
            "end": [start + pd.Timedelta(hours=hours) for hours in (4, 2, 1)],
        }
    )
    none = (table.empty().frame for table in (DayService, AccessVerdicts))
    waits, access = none
    frames = PlanFrames(Coverage.of(coverage).frame, waits, shifts, work, access, "UTC", "planned")
    found = {one.measure: figures(one) for one in planned_measures(frames)}
    assert set(found) == {"required_covered", "staffed", "on_queue"}
    assert found["required_covered"]["phone"].mean == pytest.approx(3 / 6)
    assert found["staffed"]["phone"].mean == pytest.approx(0.5)
    assert found["on_queue"][ALL].mean == pytest.approx(6 / 8)
    assert found["on_queue"][ALL].spreads["agent"] == pytest.approx(0.25)
