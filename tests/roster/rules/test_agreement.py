"""From the site's list of rules, the locks and the roster before to what holds for a person."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pandas as pd
import pytest
from roster_centers import (
    DAY,
    LATE,
    MONDAY,
    NIGHT,
    PLAIN,
    SHORT,
    Center,
    activities,
    day,
    every_day,
    made,
    shift,
)

from staffplan.errors import ConfigError, DataError
from staffplan.roster import rules
from staffplan.roster.check.cover import coverage
from staffplan.roster.notes import roster_notes, unpriced_wishes
from staffplan.roster.rules import Holder, Locked, agreed_rules
from staffplan.roster.rules.counts import Bounds, DayHours, PeriodDays, PeriodHours, ShiftsOf
from staffplan.roster.rules.fixed import Rotation
from staffplan.roster.rules.nights import Nights, NightsInARow, RestAfterNights
from staffplan.roster.rules.options import Night
from staffplan.roster.rules.registry import Binding, LeftOut
from staffplan.roster.rules.rest_after import RestAfter
from staffplan.roster.rules.runs import ConsecutiveDays, ConsecutiveDaysMin, DaysOffInARow
from staffplan.roster.rules.starts import StartVariation, Succession
from staffplan.roster.rules.weekends import WeekendsInARow, WeekendsOff, WeekendsWorked, WholeWeekends
from staffplan.roster.rules.weekly_rest import WeeklyRest
from staffplan.roster.why.one_person import explain
from staffplan.settings.config import load_config
from staffplan.settings.hard_rules import HardRuleSettings
from staffplan.settings.priced_rules import SoftRuleSettings
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.rule_sections import RuleSection
from staffplan.tables.wishes import Wishes

NIGHTLY = Night(23 * 60, 30 * 60, 180)
ANN = Holder("ann", "full", MONDAY)
WRITTEN: tuple[tuple[dict[str, object], rules.Rule], ...] = (
    ({"rule": "daily_rest"}, rules.DailyRest(11 * 60)),
    ({"rule": "weekly_rest"}, WeeklyRest(35 * 60)),
    ({"rule": "consecutive_days", "days": 5}, ConsecutiveDays(5)),
    ({"rule": "consecutive_days_min", "days": 3}, ConsecutiveDaysMin(3)),
    ({"rule": "days_off_in_a_row"}, DaysOffInARow(2)),
    ({"rule": "weekends_off", "weekends": 2}, WeekendsOff(2)),
    ({"rule": "weekends_in_a_row"}, WeekendsInARow(1)),
    ({"rule": "weekends_worked", "weekends": 2}, WeekendsWorked(2)),
    ({"rule": "whole_weekends"}, WholeWeekends()),
    ({"rule": "nights_in_a_row", "nights": 4}, NightsInARow(4, NIGHTLY)),
    (
        {"rule": "nights", "most": 3, "per": "week", "night": "22:00-06:00", "night_hours": 2.5},
        Nights(3, Night(22 * 60, 30 * 60, 150), "week"),
    ),
    ({"rule": "rest_after_nights", "hours": 48, "nights": 3}, RestAfterNights(48 * 60, NIGHTLY, 3, 0)),
    ({"rule": "rest_after_nights", "days_off": 2}, RestAfterNights(0, NIGHTLY, 1, 2)),
    ({"rule": "rest_after", "shift": "late", "hours": 48}, RestAfter("late", 48 * 60)),
    ({"rule": "start_variation", "minutes": 90}, StartVariation(90)),
    ({"rule": "succession", "after": "late", "never": ["early"]}, Succession("late", ("early",))),
    (
        {"rule": "succession", "after": "late", "never": ["late"], "days": 5, "from_day": 2},
        Succession("late", ("late",), 5, 2),
    ),
    ({"rule": "day_hours", "most": 9.5}, DayHours(570)),
    ({"rule": "period_hours", "least": 100, "most": 120}, PeriodHours(Bounds(6000, 7200))),
    ({"rule": "period_days", "most": 10}, PeriodDays(Bounds(None, 10))),
    ({"rule": "shifts_of", "shift": "night", "least": 1}, ShiftsOf("night", Bounds(1, None))),
    ({"rule": "rotation", "cycle": [["early"], []]}, Rotation((("early",), ()))),
)


def agreement(*written: dict[str, object], holder: Holder = ANN) -> tuple[rules.Rule, ...]:
    return agreed_rules(holder, RosterSettings(rules=written).rules)


@pytest.mark.parametrize(("written", "rule"), WRITTEN, ids=lambda value: str(value)[:50])
def test_what_is_written_is_the_rule_that_holds(written: dict[str, object], rule: rules.Rule) -> None:
    assert agreement(written)[0] == rule


@pytest.mark.parametrize("setting", get_args(HardRuleSettings), ids=lambda setting: setting.__name__)
def test_every_hard_setting_has_a_rule_and_a_relaxation_or_a_reason_for_none(setting: type[RuleSection]) -> None:
    match rules.hard_rules()[setting].relaxation:
        case LeftOut(words) | Binding(words):
            assert words
        case numbers:
            assert numbers
            assert {number.field for number in numbers} <= set(setting.model_fields)
            assert all(number.step and number.cost_hours > 0 and "{:g}" in number.words for number in numbers)


def test_the_registered_rules_are_those_that_settings_can_name() -> None:
    assert set(rules.hard_rules()) == set(get_args(HardRuleSettings))
    assert set(rules.priced_rules()) == set(get_args(SoftRuleSettings))


@pytest.mark.parametrize("setting", [*get_args(HardRuleSettings), *get_args(SoftRuleSettings)])
def test_a_setting_is_named_after_its_word(setting: type[RuleSection]) -> None:
    words = str(setting.model_fields["rule"].default).split("_")
    assert setting.__name__.lower() == "".join(words) + "setting"


def test_a_rule_holds_for_the_contracts_and_the_agents_that_it_names_and_overlap_is_never_allowed() -> None:
    days = {"rule": "consecutive_days", "days": 5}
    assert agreement({**days, "work_plans": ["part"]}) == (rules.DailyRest(0),)
    assert agreement({**days, "agents": ["bob"]}) == (rules.DailyRest(0),)
    assert agreement({**days, "agents": ["ann"], "work_plans": ["full"]})[0] == ConsecutiveDays(5)


def test_time_off_counts_as_hours_of_the_period() -> None:
    off = Holder("ann", "full", MONDAY, credited_hours=24, credited_paid_hours=16)
    written = {"rule": "period_hours", "least": 100, "most": 120}
    assert agreement(written, holder=off)[0] == PeriodHours(Bounds(76 * 60, 104 * 60))


@pytest.mark.parametrize(
    ("holder", "first_day", "turn"),
    [
        (Holder("a", "full", MONDAY, place=0), None, 0),
        (Holder("a", "full", MONDAY, place=4), None, 1),
        (Holder("a", "full", MONDAY, place=4, rotation_week=3), None, 2),
        (Holder("a", "full", MONDAY, rotation_week=1), "2026-11-08", 0),
        (Holder("a", "full", MONDAY, rotation_week=1), "2026-11-01", 1),
        (Holder("a", "full", MONDAY, rotation_week=1), "2026-10-20", 2),
        (Holder("a", "full", MONDAY, rotation_week=1), "2026-11-09", 2),
    ],
)
def test_people_start_a_rotation_one_week_apart_and_go_on_with_it_later(
    holder: Holder, first_day: str | None, turn: int
) -> None:
    written = {"rule": "rotation", "cycle": [["early"], ["late"], ["night"]], "first_day": first_day}
    (rotation, _) = agreement(written, holder=holder)
    assert isinstance(rotation, Rotation)
    assert rotation.first == turn


@pytest.mark.parametrize(
    ("holder", "first_day", "turn"),
    [
        (Holder("a", "full", MONDAY, place=4, rotation_week=2), None, 1),
        (Holder("a", "full", MONDAY, place=4, rotation_day=3), None, 2),
        (Holder("a", "full", MONDAY, rotation_day=1), "2026-11-01", 1),
        (Holder("a", "full", MONDAY, rotation_day=1), "2026-10-20", 1),
        (Holder("a", "full", MONDAY, rotation_day=1), "2026-11-03", 2),
    ],
)
def test_people_start_a_rotation_by_days_one_day_apart_and_go_on_with_it_later(
    holder: Holder, first_day: str | None, turn: int
) -> None:
    cycle = [["early"], ["late"], []]
    (rotation, _) = agreement(
        {"rule": "rotation", "per": "day", "cycle": cycle, "first_day": first_day}, holder=holder
    )
    assert isinstance(rotation, Rotation)
    assert rotation.first == turn


CENTER = Center(
    {"voice": every_day(7, range(8, 20))},
    agents=[(name, "voice", "any") for name in ("ann", "bob")],
    shifts={"day": DAY, "late": LATE, "short": SHORT, "night": NIGHT},
    work_plans={"any": WorkPlanSettings(shifts=("day", "late", "short"))},
    settings=RosterSettings(rules=({"rule": "daily_rest", "hours": 14}, {"rule": "consecutive_days", "days": 2})),
)


def test_the_second_agent_of_a_contract_is_a_week_ahead_in_the_rotation() -> None:
    cycle = {"rule": "rotation", "cycle": [["day"], ["late"]]}
    ann, bob = CENTER.but(settings=RosterSettings(rules=(cycle,))).problem().people
    assert (ann.rules[0], bob.rules[0]) == (
        Rotation((("day",), ("late",)), 0),
        Rotation((("day",), ("late",)), 1),
    )


def test_what_was_worked_before_the_period_is_known_by_the_name_of_its_times() -> None:
    before = [shift(-1, start=16, hours=4, paid=4) | {"shift": "day"}, shift(2)]
    ann, bob = CENTER.but(past=before).problem().people
    assert [(w.schedule_date, w.shift) for w in ann.past] == [(day(-1), "late 16:00")]
    assert bob.past == ()


def test_of_two_shifts_with_the_same_times_the_written_name_says_which_it_is() -> None:
    shifts = {**CENTER.shifts, "twin": SHORT}
    rows = pd.DataFrame([shift(0, hours=4, paid=4) | {"shift": name} for name in ("twin 08:00", "nonsense")])
    named = rules.worked_by_agent(rows, shifts, CENTER.timezone)["ann"]
    assert [w.shift for w in named] == ["twin 08:00", "short 08:00"]


def test_time_off_counts_for_the_hours_of_the_period_as_for_those_of_the_week() -> None:
    plan = WorkPlanSettings(shifts=("day",), weekly_hours_min=25)
    hours = RosterSettings(rules=({"rule": "period_hours", "least": 25, "most": 30},))
    off = (("ann", day(0), day(1), "yes"), ("ann", day(2), day(2), "no"))
    ann = CENTER.but(work_plans={"any": plan}, settings=hours, time_off=off).problem().people[0]
    assert ann.rules[0] == PeriodHours(Bounds(10 * 60, 20 * 60))
    center = CENTER.but(work_plans={"any": plan}, settings=hours, time_off=off, agents=CENTER.agents[:1])
    for days, said in (((3,), ["6 paid hours in the period, 10 h are due"]), ((3, 4), [])):
        doing = [row for number in days for row in activities(number, PLAIN)]
        report = center.check(made([shift(number) for number in days], doing))
        assert [b.message for b in report.breaches if b.rule == "hours in the period"] == said


def test_the_check_goes_on_from_the_roster_before() -> None:
    one_day = made([shift(0)], activities(0, PLAIN))
    assert CENTER.check(one_day).breaches == ()
    late = CENTER.but(past=[shift(-2), shift(-1, start=16, hours=4, paid=4)])
    said = {(b.rule, b.day): b.message for b in late.check(one_day).breaches}
    assert said == {
        ("daily rest", day(0)): "12 h between two shifts, 14 h are due",
        ("days in a row", day(0)): "day 3 of work in a row, 2 are allowed",
    }


def test_a_locked_shift_is_a_rule_and_may_be_worked_where_nobody_is_needed() -> None:
    need = {key: 1.0 for key in every_day(7, range(8, 20)) if key[0] != 3}
    locks = (("ann", day(3), "late"), ("ann", day(4), "off"), ("bob", day(9), "late"))
    center = CENTER.but(need={"voice": need}, locks=locks)
    problem = center.problem()
    assert problem.people[0].rules[-1] == Locked(((day(3), "late"), (day(4), "off")))
    names = [option.name for option in problem.options]
    assert [names[o] for o in problem.allowed[0, 3].nonzero()[0]] == ["late 16:00"]
    assert not problem.allowed[1, 3].any()
    report = center.check(made([shift(4)], activities(4, PLAIN)))
    assert {(b.agent_id, b.day, b.message) for b in report.breaches} == {
        ("ann", day(3), "late is locked, off is written"),
        ("ann", day(4), "off is locked, day 08:00 is written"),
    }


def test_the_notes_tell_what_is_known_of_the_days_before_and_which_rows_count_nothing() -> None:
    def told(center: Center) -> list[str]:
        roster = made([shift(1)], activities(1, PLAIN))
        notes = roster_notes(
            center.problem(), roster, coverage(roster, center.requirement, center.site), center.case()
        )
        return [note.message for note in notes if note.place in ("start of the period", "locks")]

    assert told(CENTER) == [
        "shifts before the first day are not known: rest and days in a row are counted from the first day"
    ]
    assert told(CENTER.but(past=[shift(-1)])) == []
    assert told(CENTER.but(past=[shift(-4), shift(1)])) == [
        "roster_shifts.csv ends on 29 Oct 2026: from then to the first day everybody is assumed to be off",
        "shifts of roster_shifts.csv that are not before the first day are ignored: 1",
    ]
    assert told(CENTER.but(past=[shift(-1)], locks=(("ann", day(7), "off"),))) == [
        "rows of locks.csv for days outside the period: 1"
    ]


@pytest.mark.parametrize(
    ("cycle", "per", "told"),
    [(["day", "late"], "week", True), (["day"], "week", False), (["day", "late"], "day", False)],
)
def test_a_cycle_of_weeks_longer_than_the_period_is_told(cycle: list[str], per: str, told: bool) -> None:
    rule = {"rule": "rotation", "per": per, "cycle": [[name] for name in cycle]}
    center, roster = CENTER.but(settings=RosterSettings(rules=(rule,))), made([shift(1)], activities(1, PLAIN))
    cover = coverage(roster, center.requirement, center.site)
    said = [note.message for note in roster_notes(center.problem(), roster, cover, center.case())]
    message = "the cycle has 2 weeks, of which people see 1 in this period"
    assert [words for words in said if "cycle" in words] == [
        f'{message}; if its turns are days, write per = "day"'
    ] * told


@pytest.mark.parametrize("rules", [(), ({"rule": "wishes"},)])
def test_wishes_that_no_rule_prices_are_told(rules: tuple[dict[str, str], ...]) -> None:
    center = CENTER.but(settings=RosterSettings(rules=rules))
    wish = {"agent_id": "ann", "first_day": pd.Timestamp(day(1)), "last_day": pd.Timestamp(day(1)), "wish": "off"}
    workforce = replace(center.workforce, wishes=Wishes.of(pd.DataFrame([wish]), "wishes.csv"))
    told = [note.message for note in unpriced_wishes(replace(center.case(), workforce=workforce))]
    message = "wishes.csv has wishes, but no rule gives them a price, so they are ignored: "
    assert told == ([] if rules else [message + 'add { rule = "wishes" } to roster.rules'])
    assert list(unpriced_wishes(center.case())) == []


def test_names_that_no_setting_and_no_table_has_are_told_with_the_nearest() -> None:
    written = (
        {"rule": "shifts_of", "shift": "lat", "most": 1},
        {"rule": "consecutive_days", "work_plans": ["ani"], "agents": ["bbo"]},
    )
    with pytest.raises(ConfigError) as caught:
        CENTER.but(settings=RosterSettings(rules=written)).problem()
    assert [(p.place, p.message, p.hint) for p in caught.value.problems] == [
        ("roster.rules.0", "no [shifts.lat] is defined", "did you mean late?"),
        ("roster.rules.1.work_plans", "no [work_plans.ani] is defined", "did you mean any?"),
        ("roster.rules.1.agents", "'bbo' is not in the agents table", "did you mean bob?"),
    ]


def test_locks_of_strangers_and_of_unknown_shifts_are_refused() -> None:
    locks = (("ben", day(0), "off"), ("ann", day(1), "laet"), ("ann", day(2), "late 16:15"))
    with pytest.raises(DataError) as caught:
        CENTER.but(locks=locks).problem()
    assert [(p.place, p.hint) for p in caught.value.problems] == [
        ("locks.csv:2:agent_id", "known: ann, bob"),
        ("locks.csv:3:shift", "did you mean late?"),
        ("locks.csv:4:shift", "did you mean late 16:00?"),
    ]


WRONG = {
    '{rule = "nights_in_a_row", nights = 3, night = "08:00-12:00, 13:00-14:00"}': "night is not one span of time",
    '{rule = "rest_after_nights"}': "neither hours nor days_off is given",
    '{rule = "period_days"}': "neither least nor most is given",
    '{rule = "period_hours", least = 20, most = 10}': "most is below least",
    '{rule = "succession", after = "late", never = []}': "the list is empty",
    '{rule = "rotation", cycle = []}': "the list is empty",
    '{rule = "weekly_rest", hours = 0}': "not above 0",
}


@pytest.mark.parametrize(("written", "said"), WRONG.items())
def test_a_rule_that_says_nothing_or_contradicts_itself_is_refused_at_its_place(written: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(f"[roster]\nrules = [{written}]", "plan.toml")
    assert caught.value.problems[0].place.startswith("plan.toml:roster.rules.0")
    assert said in caught.value.problems[0].message.lower() + caught.value.problems[0].hint


def test_a_misspelt_rule_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config('[roster]\nrules = [{rule = "weekly_rets"}]', "plan.toml")
    assert caught.value.problems[0].hint == "did you mean weekly_rest?"


def test_a_shift_in_the_hour_that_the_clock_skips_has_the_names_of_both_times() -> None:
    """In Madrid 02:30 does not exist on 29 March 2026: a shift meant for then begins at 03:00."""
    early = ShiftSettings(hours=4, first_start="02:30", last_start="03:00", every_minutes=30)
    start = pd.Timestamp("2026-03-29 01:00", tz="UTC")
    forms = rules.forms_of(start.date(), start, start + pd.Timedelta(hours=4), {"early": early}, CENTER.timezone)
    assert [form.name for form in forms] == ["early 02:30", "early 03:00"]


def test_a_lock_that_the_days_before_forbid_is_named_with_the_rule_that_forbids_it() -> None:
    center = CENTER.but(past=[shift(-2), shift(-1)], locks=(("ann", day(0), "late"),))
    conflict = explain(center.problem(), 0, center.case())
    assert conflict.message == (
        "Mon 2 Nov 2026: not all of these can be satisfied: at most 2 days in a row; "
        "the lock 'late' of ann on Mon 2 Nov 2026; the shifts worked before "
        "(roster_shifts.csv)"
    )
