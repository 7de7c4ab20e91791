"""Rates of leaving from stays of which some go on: hand arithmetic, another estimator, simulation."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom

from staffplan.capacity import calibrate
from staffplan.capacity.hindsight import hindsight
from staffplan.capacity.leaving import Leaving, learn_leaving, shrunk
from staffplan.capacity.stays import Exposure, Stays, exposure_of
from staffplan.errors import DataError
from staffplan.settings.capacity import CapacitySettings
from staffplan.tables.workforce_history import WorkforceHistory

MONTH = 365.25 / 12
EDGES = np.array([30.0, 90.0])


def history(*stays: tuple[str, str | None], **columns: list[str]) -> WorkforceHistory:
    start, leave = ([pd.Timestamp(stay[n]) if stay[n] else pd.NaT for stay in stays] for n in (0, 1))
    return WorkforceHistory.of(pd.DataFrame({"start": start, "leave": leave, **columns}))


def simulated(rng: np.random.Generator, people: int = 400, early: float = 0.08, late: float = 0.012) -> pd.DataFrame:
    """Stays that began over five years before the end of 2026; a monthly hazard before and after six months."""
    begin = rng.integers(0, 5 * 365, people)
    first = rng.exponential(MONTH / early, people)
    stay = np.where(first < 6 * MONTH, first, 6 * MONTH + rng.exponential(MONTH / late, people))
    start = pd.Timestamp("2022-01-01") + pd.to_timedelta(begin, unit="D")
    leave = start + pd.to_timedelta(np.floor(stay), unit="D")
    return pd.DataFrame({"start": start, "leave": leave.where(leave <= pd.Timestamp("2026-12-30"))})


def settings(**given: object) -> CapacitySettings:
    return CapacitySettings.model_validate({"known_until": date(2026, 12, 31), **given})


def learnt(table: WorkforceHistory, own: CapacitySettings, edges: np.ndarray = EDGES) -> Leaving:
    return learn_leaving(exposure_of(Stays.of(table, own), edges), edges, 60)


def test_days_and_leavers_fall_into_their_bands_and_months():
    """Somebody for 100 days from 1 January, gone; somebody from 1 March who is still there on the 31st."""
    table = history(("2026-01-01", "2026-04-10"), ("2026-03-01", None))
    found = exposure_of(Stays.of(table, settings(known_until=date(2026, 4, 30))), EDGES)
    assert found.days.sum(axis=1).tolist() == [30 + 30, 60 + 31, 10]
    assert found.days[:, :4].sum(axis=0).tolist() == [31, 28, 31 + 31, 10 + 30]
    assert found.left.nonzero()[0].tolist() == [2]
    assert found.left.nonzero()[1].tolist() == [3]


def test_who_came_before_the_known_days_counts_from_them_on_alone():
    table = history(("2025-01-01", "2026-01-31"), ("2026-02-01", "2026-03-02"))
    stays = Stays.of(table, settings(known_from=date(2026, 1, 1), known_until=date(2026, 2, 10)))
    found = exposure_of(stays, EDGES)
    assert found.days.sum(axis=1).tolist() == [10, 0, 31]
    assert found.left.sum() == 1  # the second one leaves after the last day that is known
    assert stays.present.tolist() == [False, True]


def kaplan_meier(stays: Stays, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Survivors and Greenwood's standard error, with delayed entry: at risk is who entered before and is there."""
    entry, end = stays.entered - stays.start, stays.end - stays.start
    survivors, errors = [], []
    for moment in at:
        share, variance = 1.0, 0.0
        for time in np.unique(end[stays.left & (end <= moment)]):
            risk, gone = int(((entry < time) & (end >= time)).sum()), int((stays.left & (end == time)).sum())
            share *= 1 - gone / risk
            variance += gone / (risk * (risk - gone)) if risk > gone else 0.0
        survivors.append(share)
        errors.append(share * variance**0.5)
    return np.array(survivors), np.array(errors)


@pytest.mark.parametrize("known_from", [None, date(2024, 1, 1)])
def test_survivors_are_those_of_the_product_limit_estimator(known_from: date | None):
    """Bands of a month are nearly as free as Kaplan's and Meier's curve."""
    table = WorkforceHistory.of(simulated(np.random.default_rng(4), 1500))
    edges = MONTH * np.array([1.0, 2, 3, 4, 5, 6, 9, 12, 18, 24])
    own = settings(known_from=known_from)
    found, stays = learnt(table, own, edges), Stays.of(table, own)
    at = np.array([30, 91, 183, 365, 730])
    by_day = np.cumprod(1 - found.shares(1.0, 731))
    survivors, error = kaplan_meier(stays, at)
    assert np.abs(by_day[at - 1] - survivors).max() < 0.012
    assert (np.abs(by_day[at - 1] - survivors) < 1.5 * error + 0.002).all()
    exact = np.exp(-np.minimum(at, 6 * MONTH) / MONTH * 0.08 - np.maximum(at - 6 * MONTH, 0) / MONTH * 0.012)
    assert (np.abs(by_day[at - 1] - exact) < 3 * error).all()


def test_the_prior_is_the_one_under_which_the_leavers_are_most_likely():
    seen, expected = np.array([30.0, 12, 4, 9, 0]), np.array([12.0, 10, 12, 11, 10])
    found = shrunk(seen, expected)
    strengths = np.geomspace(0.3, 1e4, 700)
    chances = [nbinom.logpmf(seen, n, n / (n + expected)).sum() for n in strengths]
    assert found.strength == pytest.approx(strengths[int(np.argmax(chances))], rel=0.02)
    assert found.value.tolist() == pytest.approx(((seen + found.strength) / (expected + found.strength)).tolist())
    assert (found.low < found.value).all()
    assert (found.value < found.high).all()


def test_bands_that_are_alike_are_drawn_together_and_bands_that_differ_are_not():
    expected = np.full(6, 50.0)
    alike = shrunk(np.array([52.0, 47, 50, 55, 46, 50]), expected)
    apart = shrunk(np.array([150.0, 20, 25, 80, 10, 15]), expected)
    assert np.abs(alike.value - 1).max() < 0.01
    assert apart.value[0] > 2.8
    assert apart.value[4] < 0.3


def test_intervals_hold_the_true_rate_about_as_often_as_they_say():
    rng = np.random.default_rng(11)
    risks, expected, inside = rng.gamma(4, 1 / 4, (60, 8)), rng.uniform(3, 40, (60, 8)), []
    for risk, mean in zip(risks, expected, strict=True):
        found = shrunk(rng.poisson(risk * mean).astype(float), mean)
        inside.append((found.low <= risk) & (risk <= found.high))
    assert 0.91 <= np.mean(inside) <= 0.98


def steady(rng: np.random.Generator, bands: int = 6, leavers: float = 5.0) -> tuple[Leaving, float]:
    """Counts of leavers by chance at one rate of a day for all bands, and that rate."""
    rate, days = 0.001, np.outer(rng.uniform(0.5, 1.5, bands), np.ones(12)) * leavers / 12 / 0.001
    return learn_leaving(Exposure(days, rng.poisson(rate * days).astype(float)), np.arange(1.0, bands), 12), rate


@pytest.mark.parametrize("leavers", [1.0, 5.0, 40.0])
def test_intervals_of_bands_that_are_alike_know_that_the_rate_of_all_is_not_sure(leavers: float):
    rng = np.random.default_rng(12)
    tried = [steady(rng, leavers=leavers) for _ in range(150)]
    inside = [(low <= rate) & (rate <= high) for found, rate in tried for low, high in [found.interval()]]
    assert 0.9 <= np.mean(inside) <= 0.99


def test_one_leaver_says_little_and_nobody_who_left_does_not_say_never():
    """A hundred days: one leaver's interval is that of an exponential; of none the end where none is 1 in 40."""
    days = np.full((1, 12), 100 / 12)
    one = np.zeros((1, 12))
    one[0, 3] = 1.0
    (low,), (high,) = learn_leaving(Exposure(days, one), np.zeros(0), 12).interval()
    assert low * 100 == pytest.approx(-np.log(0.975), abs=0.001)
    assert high * 100 == pytest.approx(-np.log(0.025), abs=0.01)
    (low,), (high,) = learn_leaving(Exposure(days, 0 * one), np.zeros(0), 12).interval()
    assert low == 0
    assert np.exp(-high * 100) == pytest.approx(0.025)


def calibrated(frame: pd.DataFrame, sites: tuple[str, ...] = ("",), **given: object):
    return calibrate(WorkforceHistory.of(frame), settings(**given), sites, np.random.default_rng(1))


def test_settings_get_the_shares_of_leavers_by_month_of_tenure():
    found = calibrated(simulated(np.random.default_rng(5), 3000)).settings
    assert len(found.new_hire_attrition) == 25
    assert found.new_hire_attrition[0] == pytest.approx(1 - np.exp(-0.08), abs=0.015)
    assert found.new_hire_attrition[-1] == found.attrition == pytest.approx(1 - np.exp(-0.012), abs=0.003)
    assert np.std(list(found.attrition_by_month.values())) < 0.1


def test_a_season_is_found_where_there_is_one_and_not_in_one_year():
    frame = simulated(np.random.default_rng(6), 3000)
    more = frame["leave"].dt.month.isin([6]) & (np.arange(len(frame)) % 2 == 0)
    frame.loc[more, "leave"] = frame.loc[more, "leave"] + pd.Timedelta(days=31)
    found = calibrated(frame).settings.attrition_by_month
    assert found["jul"] > 1.25
    assert found["jun"] < 0.75
    short = calibrated(frame, known_from=date(2026, 1, 1))
    assert short.settings.attrition_by_month == {}
    assert any("needs two years" in note.message for note in short.notes)


def messages(found: object) -> str:
    return "\n".join(f"{note.kind}: {note.message}" for note in found.notes)


def test_the_last_year_lies_in_the_interval_about_as_often_as_that_says():
    """And tenure tells it better than one rate for all, as it made the stays."""
    edges = MONTH * np.array([1.0, 2, 3, 6, 12, 24])
    tables = [WorkforceHistory.of(simulated(np.random.default_rng(seed), 700)) for seed in range(20)]
    judged = [hindsight(Stays.of(table, settings()), edges, np.random.default_rng(1)) for table in tables]
    assert sum(one.low <= one.seen.sum() <= one.high for one in judged) >= 18
    assert np.mean([one.seen.sum() / one.expected.sum() for one in judged]) == pytest.approx(1, abs=0.06)
    assert all(one.gain > 0 for one in judged)


def test_a_short_history_of_one_rate_holds_the_months_left_out_as_often_as_it_says():
    """Two years of a constant rate: what the first sixteen months leave open of it counts."""
    edges, own = MONTH * np.array([1.0, 2, 3, 6, 12, 24]), settings(known_from=date(2025, 1, 1))
    tables = [
        WorkforceHistory.of(simulated(np.random.default_rng(seed), 700, 0.02, 0.02)) for seed in range(1000, 1060)
    ]
    judged = [hindsight(Stays.of(table, own), edges, np.random.default_rng(1)) for table in tables]
    assert np.mean([one.low <= one.seen.sum() <= one.high for one in judged]) >= 0.92


def test_a_year_unlike_those_before_is_a_warning():
    steady = simulated(np.random.default_rng(100), 900)
    assert "assumption: checked by its last 12 months" in messages(calibrated(steady))
    goes = steady["leave"].isna() & (np.arange(900) % 3 == 0) & (steady["start"] < pd.Timestamp("2026-09-01"))
    exodus = steady.assign(leave=steady["leave"].where(~goes, pd.Timestamp("2026-10-01")))
    found = calibrated(exodus)
    assert "warning: checked by its last 12 months" in messages(found)
    checks = found.rates.frame[found.rates.frame["kind"] == "check"].set_index("band")
    assert checks["left"].iloc[:-1].sum() == checks.loc["all", "left"] > checks.loc["all", "high"]


def test_where_tenure_says_nothing_about_the_last_year_that_is_told():
    """New people left early and stay now; old people stayed and leave now."""
    rng = np.random.default_rng(8)
    before = simulated(rng, 600, early=0.2, late=0.002)
    after = simulated(rng, 600, early=0.002, late=0.05)
    recent = after["start"] > pd.Timestamp("2025-06-01")
    old = before.assign(leave=before["leave"].where(before["leave"] < pd.Timestamp("2026-01-01")))
    gone = old["leave"].isna() & (rng.random(len(old)) < 0.5)
    old.loc[gone & (old["start"] < pd.Timestamp("2025-01-01")), "leave"] = pd.Timestamp("2026-08-01")
    told = messages(calibrated(pd.concat([old, after[recent]], ignore_index=True)))
    assert "one rate for all told better" in told


def test_missing_early_leavers_are_suspected_and_a_day_mends_it():
    full = simulated(np.random.default_rng(9), 800)
    export = full[~(full["leave"] < pd.Timestamp("2025-01-01"))]
    told = messages(calibrated(export))
    assert "nobody left before 2025-01-" in told
    assert "set known_from = 2025-01-" in told
    mended = calibrated(export, known_from=date(2025, 1, 1))
    assert "nobody left before" not in messages(mended)
    true, wrong, right = (
        made.settings.new_hire_attrition[0] for made in (calibrated(full), calibrated(export), mended)
    )
    assert abs(right - true) < abs(wrong - true)


def test_a_lay_off_is_no_season_and_a_day_leaves_it_out():
    frame = simulated(np.random.default_rng(13), 300, 0.02, 0.02)
    assert "would be usual: if that was" not in messages(calibrated(frame))
    there = (frame["start"] < pd.Timestamp("2024-03-01")) & ~(frame["leave"] < pd.Timestamp("2024-03-31"))
    laid_off = frame.assign(leave=frame["leave"].where(~(there & (frame.index % 2 == 0)), pd.Timestamp("2024-03-31")))
    found = calibrated(laid_off)
    assert f"{(laid_off['leave'].dt.to_period('M') == '2024-03').sum()} left in 2024-03, where" in messages(found)
    assert "set known_from = 2024-04-01" in messages(found)
    assert found.settings.attrition_by_month["mar"] > 2
    mended = calibrated(laid_off, known_from=date(2024, 4, 1))
    assert "would be usual: if that was" not in messages(mended)
    assert mended.settings.attrition_by_month["mar"] < 1.5


def test_a_site_that_closes_with_the_history_needs_the_people_who_are_there():
    frame = simulated(np.random.default_rng(13), 300, 0.02, 0.02)
    closed = frame.assign(leave=frame["leave"].fillna(pd.Timestamp("2026-12-31")))
    assert "set known_until = 2026-11-30, and heads to those who are there now" in messages(calibrated(closed))


@pytest.mark.parametrize(
    ("first_day", "word"),
    [
        (date(2026, 11, 1), "set known_until to the day on which the file was made"),
        (date(2027, 1, 1), ""),
        (date(2027, 3, 1), "those who left since count as there"),
    ],
)
def test_the_file_is_as_old_as_the_plan(first_day: date, word: str):
    table = history(("2024-01-01", None), ("2025-01-01", "2025-06-01"))
    found = calibrate(table, settings(), [""], np.random.default_rng(1), first_day=first_day)
    warned = [note.message for note in found.notes if note.kind == "warning"]
    assert len(warned) == bool(word)
    assert all(word in message for message in warned)


def test_people_of_today_are_those_without_a_last_day_by_site_and_tenure():
    stays = [("2026-12-01", None), ("2026-12-01", None), ("2020-01-01", None), ("2026-07-10", None)]
    table = history(*stays, ("2026-01-01", "2026-02-01"), site=["a", "a", "a", "b", "b"])
    found = calibrate(table, settings(), ["a", "b"], np.random.default_rng(1)).crews
    assert dict(zip(found["a"].ages.tolist(), found["a"].heads.tolist(), strict=True)) == {1: 2.0, 25: 1.0}
    assert (found["b"].ages.tolist(), found["b"].heads.tolist()) == ([5], [1.0])
    scaled = calibrate(table, settings(heads_by_site={"a": 30}), ["a", "b"], np.random.default_rng(1)).crews
    assert scaled["a"].heads.tolist() == pytest.approx([20, 10])


def test_sites_that_the_history_does_not_tell_are_named():
    table = history(("2026-01-01", None), ("2026-01-01", "2026-06-01"))
    found = calibrate(table, settings(attrition=0.1, graduation=0.9), ["a", "b"], np.random.default_rng(1))
    told = messages(found)
    assert found.crews == {}
    assert "how many are at a, b is not known" in told
    assert "the history of the workforce takes its place" in told
    assert "people who fail the training are among the leavers" in told
    other = history(("2026-01-01", None), site=["x"])
    assert "no required people are given for x" in messages(
        calibrate(other, settings(), ["a"], np.random.default_rng(1))
    )


def test_stays_that_cannot_be_are_told_together():
    table = history(
        ("2026-03-01", "2026-02-01"), ("2026-01-01", None), ("2026-05-01", None), agent_id=["x", "y", "y"]
    )
    with pytest.raises(DataError) as caught:
        calibrate(table, settings(), [""], np.random.default_rng(1))
    said = [str(problem) for problem in caught.value.problems]
    assert said[0].startswith("workforce_history.csv:2:leave: 2026-02-01 is before the start, 2026-03-01")
    assert said[1].startswith("workforce_history.csv:4:start: y starts on 2026-05-01 and has not left before")
    with pytest.raises(DataError, match="nobody was there in the days that are known"):
        calibrate(
            history(("2026-05-01", None)), settings(known_until=date(2026, 1, 1)), [""], np.random.default_rng(1)
        )
