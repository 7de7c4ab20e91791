"""Settings: what a user may decide, and how each mistake is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from staffplan.clock import OpeningHours, SpecialDay, clock_minute
from staffplan.errors import ConfigError
from staffplan.settings.base import Section
from staffplan.settings.config import Config, data_path, load_config, make_config
from staffplan.settings.hard_rules import RULES, ConsecutiveDaysSetting, DailyRestSetting
from staffplan.settings.queues import DEFAULT_GOALS, parse_goal
from staffplan.settings.staffing import ShrinkageSettings, StaffingSettings
from staffplan.settings.value_words import value_problems
from staffplan.site import make_site, resolve_queue

QUOTES = "a name with a space or a special character needs quotes"
STRAIGHT = "a text stands in straight quotes: "
OWN_LINE = "write [plan] on a line of its own"
START = "write year, month and day: start = 2026-12-01"
ONCE = "keep one of the two; a section stands once, all its settings in it"
CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.toml"))


def told(text: str, **overrides: object) -> list[tuple[str, str, str]]:
    """Place below the file, message and hint of every problem."""
    dotted = {key.replace("__", "."): value for key, value in overrides.items()}
    with pytest.raises(ConfigError) as caught:
        load_config(text, "plan.toml", dotted)
    return [(p.place.removeprefix("plan.toml:"), p.message, p.hint) for p in caught.value.problems]


def test_an_empty_file_is_a_plan_of_four_weeks_of_half_hours() -> None:
    plan = load_config("", "plan.toml").plan
    assert (plan.weeks, plan.interval_minutes, plan.timezone, plan.seed) == (4, 30, "UTC", 1)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_example_can_be_used(path: Path) -> None:
    assert load_config(path.read_text(encoding="utf-8"), path.name).queues


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("[plan]\nwekks = 3", "plan.wekks", "did you mean weeks?"),
        ("[plann]\nweeks = 3", "plann", "did you mean plan?"),
        ("[queues.voice]\nchanel = 'voice'", "queues.voice.chanel", "did you mean channel?"),
        (
            "[queues.voice.goal]\nservice_levle = 0.8",
            "queues.voice.goal.service_levle",
            "did you mean service_level?",
        ),
        (
            "[shifts.early]\nhours = 8\n[[shifts.early.breaks]]\nminuts = 15\nminutes = 15\n"
            "earliest_minutes = 60\nlatest_minutes = 90",
            "shifts.early.breaks.0.minuts",
            "did you mean minutes?",
        ),
        (
            "[[roster.rules]]\nrule = 'consecutive_days'\nday = 3",
            "roster.rules.0.day",
            "did you mean days?",
        ),
        ("[[cost.premiums]]\nname = 'n'\nshare = 0.1\nhour = '24h'", "cost.premiums.0.hour", "did you mean hours?"),
        ("[cost]\nzzz = 1", "cost.zzz", "known: agreements, default_hourly_rate, on_costs, others, premiums, rates"),
    ],
)
def test_an_unknown_setting_is_told_with_the_nearest_known_one(text: str, place: str, hint: str) -> None:
    assert told(text) == [(place, "unknown setting", hint)]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("[plan]\nweeks = 0", "plan.weeks", "0 is below 1"),
        ("[plan]\nweeks = 'many'", "plan.weeks", "'many' is not a whole number"),
        ("[plan]\ninterval_minutes = 45", "plan.interval_minutes", "45 is not one of the values allowed"),
        ("[plan]\ncurrency = 'euro'", "plan.currency", "'euro' is not three capital letters"),
        ("[plan]\nstart = '2026-13-01'", "plan.start", "'2026-13-01' is not a day"),
        ("[plan]\ntimezone = 'Madrid'", "plan.timezone", "'Madrid' is not a time zone"),
        ("[plan]\ncountry = 'XX'", "plan", "no holidays are known for country XX"),
        ("[plan]\ncountry = 'ES'\nsubdivision = 'ZZ'", "plan", "no holidays are known for country ES-ZZ"),
        ("[hours.desk]\nmonday = '8-20'", "hours.desk", "'monday' is not a weekday or a range"),
        ("[hours.desk]\nmon = '8-20'", "hours.desk", "'8-20' is not a span of hours"),
        ("[hours.desk]\nholidays = 'shut'", "hours.desk", "'shut' is not a span of hours"),
        ("[queues.q]\nchannel = 'fax'", "queues.q.channel", "'fax' is not one of the values allowed"),
        ("[queues.q]\ngoal = '80 in 20'", "queues.q.goal", "'80 in 20' is not a goal"),
        ("[queues.q]\ngoal = '100/20'", "queues.q.goal", "'100/20': 100 % is not possible"),
        ("[queues.q]\ngoal = '80/0h'", "queues.q.goal.within_hours", "0.0 is not above 0"),
        ("[queues.q.goal]\nservice_level = 0.8", "queues.q.goal", "service_level and within_seconds"),
        ("[queues.q.goal]\nwithin_seconds = 20", "queues.q.goal", "service_level and within_seconds"),
        ("[queues.q.goal]\ndefinition = 'offered'", "queues.q.goal", "no goal is given"),
        (
            "[queues.q.goal]\nservice_level = 0.8\nwithin_seconds = 20\nwithin_hours = 4",
            "queues.q.goal",
            "give within_seconds or within_hours, not both",
        ),
        (
            "[queues.q.goal]\nservice_level = 1.0\nwithin_seconds = 20",
            "queues.q.goal.service_level",
            "1.0 is not below 1",
        ),
        ("[staffing.shrinkage.sick]\nshare = -0.1", "staffing.shrinkage.sick.share", "-0.1 is below 0"),
        ("[staffing.shrinkage.sick]\npaid = true", "staffing.shrinkage.sick.share", "the setting is missing"),
        ("[shifts.a]\nhours = 8\nfirst_start = '25:00'", "shifts.a", "'25:00' is not a time of day"),
        ("[shifts.a]\nhours = 8\nlast_start = '07:00'", "shifts.a", "last_start is before first_start"),
        ("[shifts.a]\nhours = 8\nweekdays = 'always'", "shifts.a", "'always' is not a weekday"),
        ("[work_plans.full]\nweekly_hours_max = 40", "work_plans.full.shifts", "the setting is missing"),
        (
            "[work_plans.full]\nshifts = []\nweekly_hours_min = 40\nweekly_hours_max = 30",
            "work_plans.full",
            "weekly_hours_max is below weekly_hours_min",
        ),
        ("[[roster.rules]]\nrule = 'daily_rst'", "roster.rules.0.rule", "'daily_rst' is not a rule"),
        ("[[roster.rules]]\nhours = 11", "roster.rules.0.rule", "the setting is missing"),
        ("[[cost.premiums]]\nname = 'n'\nshare = 0.1\nhours = 'late'", "cost.premiums.0", "'late' is not a span"),
        ("plan = 3", "plan", "3 is not a group of settings"),
        ("[hours]\nmon-fri = '08:00-20:00'", "hours.mon-fri", "'08:00-20:00' is not a group of settings"),
    ],
)
def test_a_value_that_cannot_be_is_told_at_its_setting(text: str, place: str, message: str) -> None:
    found = told(text)
    assert [problem[0] for problem in found] == [place]
    assert found[0][1].startswith(message)


def test_a_break_lies_inside_its_shift_and_its_window_is_not_backward() -> None:
    pause = "[shifts.a]\nhours = 4\n[[shifts.a.breaks]]\nminutes = 30\nearliest_minutes = {}\nlatest_minutes = {}"
    assert told(pause.format(60, 211)) == [
        ("shifts.a", "a break can end after the shift", "reduce its latest_minutes"),
    ]
    assert told(pause.format(90, 60))[0][1] == "latest_minutes is before earliest_minutes"
    assert load_config(pause.format(60, 210), "plan.toml").shifts["a"].paid_minutes == 240


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    text = "[plan]\nweeks = 0\ntimezone = 'x'\n[queues.a]\nchanel = 'chat'\n[roster]\neffort = -1\n[simulat]"
    assert [place for place, _, _ in told(text)] == [
        "plan.weeks",
        "plan.timezone",
        "queues.a.chanel",
        "roster.effort",
        "simulat",
    ]


def test_a_mistake_says_what_to_write_instead() -> None:
    assert told("[plan]\ntimezone = 'Madrid'")[0][2] == "write a name from the IANA list, for example Europe/Madrid"
    assert told("[queues.q]\ngoal = 'soon'")[0][2] == "write 80/20 (80 % within 20 seconds) or 90/4h"
    assert told("[[roster.rules]]\nrule = 'daily_rst'")[0][2] == "did you mean daily_rest?"
    assert told("plan = 3")[0][2] == "write [plan]"


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("[queues.Customer Service]", "1:18", QUOTES, 'write [queues."Customer Service"]'),
        ("[queues.Müller]", "1:10", QUOTES, 'write [queues."Müller"]'),
        ("[queues.q]\nmax wait = 3", "2:5", QUOTES, 'write "max wait" = 3'),
        ("[plan\n", "1:6", "the section's name is not closed, or something follows it", OWN_LINE),
        ("[plan]\nweeks = = 3", "2:9", "= 3 is not a value", STRAIGHT + 'weeks = "= 3"'),
        ("[queues.q]\ngoal = 80/20", "2:10", "80/20 is not a value", STRAIGHT + 'goal = "80/20"'),
        ("[plan]\nname = “North”", "2:8", "“North” is not a value", STRAIGHT + 'name = "North"'),
        ("[plan]\nstart = 1.12.2026", "2:13", "1.12.2026 is not a day", START),
        ("[a]\nshare = 0,5", "2:10", "0,5 is not a number", "write share = 0.5"),
        ("[a]\npaid = True", "2:8", "True is not a value", "write paid = true"),
        ("[plan]\nweeks: 3", "2:6", "a setting is written with =, not with a colon", "write weeks = 3"),
        ("[plan]\nweeks =", "2", "weeks has no value", "write weeks = value, or leave the line out"),
        ("[plan]\n[plan]\n", "2:6", "[plan] is given a second time", ONCE),
        ("[plan]\nweeks = 1\nweeks = 2\n", "3:10", "weeks is given a second time", ONCE),
        ('name = "plan', "1", "a text is not closed", "close it with the quote that it begins with"),
    ],
)
def test_a_file_that_is_not_toml_is_told_at_its_line_with_what_to_write(
    text: str, place: str, message: str, hint: str
) -> None:
    assert told(text) == [(place, message, hint)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[roster.rules]]\nrule = 'nights_in_a_row'", ("roster.rules.0.nights", "the setting is missing", "")),
        ("[[roster.rules]]\nrule = 'nights'", ("roster.rules.0.most", "the setting is missing", "")),
    ],
)
def test_a_missing_setting_is_named_though_a_rule_is_called_the_same(
    text: str, problem: tuple[str, str, str]
) -> None:
    assert told(text) == [problem]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "[queues.q]\nended = 'May'",
            ("queues.q.ended", "'May' cannot stand here", "write 2026-12-31, or true or false, without quotes"),
        ),
        (
            "[forecast]\nclean = 'spikes'",
            (
                "forecast.clean",
                "'spikes' cannot stand here",
                'write true or false, without quotes, or a list in square brackets: ["spikes"]',
            ),
        ),
    ],
)
def test_a_value_of_several_possible_kinds_is_told_once(text: str, problem: tuple[str, str, str]) -> None:
    assert told(text) == [problem]


WRONG = (-1, 0, 1.5, 9e99, 10**30, float("inf"), "x", "", True, [], ["x"], [None], {}, {"rule": 3}, {"a": 1}, None)


@pytest.mark.parametrize("model", [Config, *RULES.values()], ids=lambda model: model.__name__)
def test_no_wording_of_a_library_reaches_the_user(model: type[Section]) -> None:
    for section in dict.fromkeys(sections_in(model)):
        for key, wrong in product(section.model_fields, WRONG):
            try:
                section.model_validate({key: wrong})
            except ValidationError as error:
                found = value_problems(error.errors(), "plan.toml", section)
                assert not re.search(r"should|valid|tuple|dictionary", "".join(map(str, found)), re.IGNORECASE)


def sections_in(annotation: object) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
        for field in annotation.model_fields.values():
            yield from sections_in(field.annotation)
    for inner in get_args(annotation):
        yield from sections_in(inner)


# --- names that must exist elsewhere ---


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "[hours.office]\n[queues.q]\nhours = 'ofice'",
            ("queues.q.hours", "no [hours.ofice] is defined", "did you mean office?"),
        ),
        ("[queues.q]\narrival_hours = 'day'", ("queues.q.arrival_hours", "no [hours.day] is defined", "")),
        (
            "[shifts.early]\nhours = 8\n[work_plans.full]\nshifts = ['erly']",
            ("work_plans.full.shifts", "no [shifts.erly] is defined", "did you mean early?"),
        ),
        (
            "[work_plans.full]\nshifts = []\n[[roster.rules]]\nrule = 'daily_rest'\nwork_plans = ['fulltime']",
            ("roster.rules.0.work_plans", "no [work_plans.fulltime] is defined", "did you mean full?"),
        ),
        (
            "[queues.phone]\n[[roster.rules]]\nrule = 'minimum_staff'\nplanning_group = 'phones'",
            ("roster.rules.0.planning_group", "'phones' is no planning group", "did you mean phone?"),
        ),
        (
            "[queues.mail]\nchannel = 'email'\ngoal = '80/20'",
            (
                "queues.mail.goal",
                "deferred work needs a goal in hours",
                'email is answered within hours: write "90/4h", or within_hours = 4',
            ),
        ),
        (
            "[queues.q]\ngoal = '80/2h'",
            ("queues.q.goal", "voice is answered within seconds: a goal in hours is not possible", 'write "80/20"'),
        ),
        (
            "[queues.a]\nchannel = 'chat'\nplanning_group = 'g'\n[queues.b]\nplanning_group = 'g'",
            (
                "queues:planning_group g",
                "its queues have different work types: concurrent, immediate",
                "put the queues in separate planning groups and give the agents both skills",
            ),
        ),
    ],
)
def test_what_no_single_setting_can_see_is_told_too(text: str, problem: tuple[str, str, str]) -> None:
    assert told(text) == [problem]


def test_names_that_nothing_has_are_told_beside_values_that_cannot_be() -> None:
    text = """
[shifts.early]
hours = 99
[work_plans.full]
shifts = ["early", "erly"]
[roster]
rules = [{ rule = "daily_rest", hours = -1 }, { rule = "shifts_of", shift = "lat", most = 1 }]
"""
    with pytest.raises(ConfigError) as caught:
        load_config(text, "plan.toml")
    assert [problem.place for problem in caught.value.problems] == [
        "plan.toml:shifts.early.hours",
        "plan.toml:roster.rules.0.hours",
        "plan.toml:work_plans.full.shifts",
        "plan.toml:roster.rules.1",
    ]


def test_mail_and_voice_may_not_share_people_in_a_group_by_the_name_of_a_queue() -> None:
    text = "[queues.mail]\nchannel = 'email'\n[queues.voice]\nplanning_group = 'mail'"
    assert told(text)[0][1] == "its queues have different work types: deferred, immediate"


# --- overrides, and values that cannot be changed ---


def test_an_override_of_a_queue_with_a_space_may_quote_its_name() -> None:
    for key in ("queues.Customer Service.aht_seconds", 'queues."Customer Service".aht_seconds'):
        assert load_config("", "plan.toml", {key: 240}).queues["Customer Service"].aht_seconds == 240


def test_an_override_wins_over_the_file_and_makes_sections_that_are_not_there() -> None:
    config = load_config("[plan]\nweeks = 2", "plan.toml", {"plan.weeks": 6, "staffing.shrinkage.sick.share": 0.1})
    assert config.plan.weeks == 6
    assert config.staffing.shrinkage["sick"].share == 0.1


def test_a_wrong_override_is_told_like_a_wrong_setting() -> None:
    assert told("", plan__wekks=3) == [("plan.wekks", "unknown setting", "did you mean weeks?")]


@pytest.mark.parametrize(
    ("text", "key", "whole"),
    [
        ("[plan]\nname = 'x'", "plan__name__first", "plan.name"),
        ("[[roster.rules]]\nrule = 'daily_rest'", "roster__rules__0__hours", "roster.rules"),
        ("[queues.q]\ngoal = '80/20'", "queues__q__goal__service_level", "queues.q.goal"),
    ],
)
def test_an_override_inside_something_that_has_no_inside_is_told(text: str, key: str, whole: str) -> None:
    hint = f"it is a single value or a list; set {whole} as a whole"
    assert told(text, **{key: 1}) == [
        (key.replace("__", "."), f"{whole.rsplit('.', 1)[1]} has no settings inside it", hint)
    ]


def test_settings_cannot_be_changed_once_they_are_read() -> None:
    config = load_config("", "plan.toml")
    with pytest.raises(ValidationError):
        config.plan.weeks = 3  # type: ignore[misc]


def test_settings_are_the_same_from_a_file_and_from_plain_values() -> None:
    config = load_config("[plan]\nweeks = 2\n[queues.q]\ngoal = '80/20'", "plan.toml")
    assert make_config({"plan": {"weeks": 2}, "queues": {"q": {"goal": "80/20"}}}, "x") == config
    assert make_config(config.model_dump(exclude_unset=True), "x") == config
    assert Config.model_validate(config.model_dump()) == config


def test_rules_are_the_kind_that_their_name_says() -> None:
    text = "[[roster.rules]]\nrule = 'daily_rest'\nhours = 12\n[[roster.rules]]\nrule = 'consecutive_days'\ndays = 5"
    assert load_config(text, "plan.toml").roster.rules == (DailyRestSetting(hours=12), ConsecutiveDaysSetting(days=5))


# --- goals ---


@pytest.mark.parametrize(
    ("text", "share", "seconds", "hours"),
    [
        ("80/20", 0.8, 20, None),
        ("80 % / 20 s", 0.8, 20, None),
        ("95/30min", 0.95, 1800, None),
        ("95/1.5m", 0.95, 90, None),
        ("90/4h", 0.9, None, 4),
        ("99.5/2D", 0.995, None, 48),
        ("80/0", 0.8, 0, None),
    ],
)
def test_a_goal_is_read_as_planners_write_it(text: str, share: float, seconds: float, hours: float) -> None:
    goal = parse_goal(text)
    assert goal.service_level == pytest.approx(share)
    assert (goal.within_seconds, goal.within_hours) == (seconds, hours)
    assert goal.threshold_seconds == (seconds if hours is None else hours * 3600)


@pytest.mark.parametrize("text", ["", "80", "80/", "/20", "80-20", "80/20w", "eighty/20", "0/20", "100/20", "800/20"])
def test_what_is_no_goal_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a goal|is not possible"):
        parse_goal(text)


def test_a_goal_may_be_an_average_wait_or_an_occupancy_alone() -> None:
    config = load_config("[queues.q.goal]\nasa_seconds = 30\nmax_occupancy = 0.85", "plan.toml")
    goal = config.queues["q"].goal
    assert goal is not None
    assert (goal.threshold_seconds, goal.asa_seconds, goal.max_occupancy) == (None, 30, 0.85)


# --- shrinkage ---


def shrinkage(**shares: tuple[float, bool]) -> StaffingSettings:
    categories = {name: ShrinkageSettings(share=share, in_roster=placed) for name, (share, placed) in shares.items()}
    return StaffingSettings(shrinkage=categories)


def lost(settings: StaffingSettings, moment: str = "2026-06-01 10:00") -> tuple[float, float]:
    """Of paid time, and of the people whom the roster shows on queue, on a Monday."""
    told = settings.shrinkage_at(pd.DatetimeIndex([moment]).tz_localize("Europe/Madrid"), "Europe/Madrid")
    return float(told.everything[0]), float(told.not_in_roster[0])


def test_shrinkage_adds_up_and_what_the_roster_places_is_taken_off_first() -> None:
    """By hand: of 100 paid hours 10 are placed and 5 sick, so 5 of the 90 that the roster shows are lost."""
    settings = shrinkage(breaks=(0.1, True), sickness=(0.05, False))
    everything, not_in_roster = lost(settings)
    assert everything == pytest.approx(0.15)
    assert not_in_roster == pytest.approx(float(Fraction(5, 90)))


def test_without_shrinkage_nobody_is_lost_and_with_all_of_it_placed_neither() -> None:
    assert lost(StaffingSettings()) == (0, 0)
    assert lost(shrinkage(breaks=(0.1, True), vacation=(0.2, True)))[1] == 0


def with_times(*times: dict[str, object]) -> StaffingSettings:
    """A tenth, and another share at these times."""
    return StaffingSettings.model_validate({"shrinkage": {"coaching": {"share": 0.1, "times": times}}})


def test_shrinkage_may_differ_by_weekday_and_hour_the_first_time_that_fits_counting() -> None:
    times = [
        {"weekdays": "mon", "hours": "10:00-12:00", "share": 0.3},
        {"weekdays": "mon-fri", "share": 0.2},
        {"weekdays": "sun", "hours": "22:00-02:00", "share": 0.4},
    ]
    coaching = with_times(*times)
    shares = {
        "2026-06-01 10:00": 0.3,
        "2026-06-01 12:00": 0.2,
        "2026-06-02 10:00": 0.2,
        "2026-06-06 10:00": 0.1,
        "2026-06-07 23:00": 0.4,
    }
    assert {moment: lost(coaching, moment)[0] for moment in shares} == pytest.approx(shares)
    assert lost(with_times(times[2]), "2026-06-08 01:30")[0] == pytest.approx(0.4)


def test_a_time_that_cannot_be_read_or_leaves_nobody_is_refused() -> None:
    text = '[staffing.shrinkage]\na = { share = 0.6, times = [{ weekdays = "mon", share = 0.9 }] }\n'
    text += "b = { share = 0.2 }"
    assert told(text) == [("staffing", "the shares of shrinkage add up to 1.10", "reduce them to less than 1")]
    wrong = '[staffing.shrinkage]\na = { share = 0.1, times = [{ weekdays = "someday", share = 0.2 }] }'
    assert "'someday' is not a weekday" in told(wrong)[0][1]


def test_shares_that_leave_nobody_are_refused() -> None:
    text = "[staffing.shrinkage]\na = { share = 0.6 }\nb = { share = 0.4 }"
    assert told(text) == [("staffing", "the shares of shrinkage add up to 1.00", "reduce them to less than 1")]


@given(st.floats(0, 0.49), st.floats(0, 0.49))
def test_the_two_parts_of_shrinkage_leave_what_the_whole_leaves(placed: float, unplaced: float) -> None:
    settings = shrinkage(placed=(placed, True), unplaced=(unplaced, False))
    everything, not_in_roster = lost(settings)
    assert (1 - placed) * (1 - not_in_roster) == pytest.approx(1 - everything)


# --- shifts ---


def test_a_family_of_shifts_starts_from_first_to_last() -> None:
    text = "[shifts.a]\nhours = 8\nfirst_start = '07:30'\nlast_start = '09:00'\nevery_minutes = 30"
    assert load_config(text, "plan.toml").shifts["a"].start_minutes == (450, 480, 510, 540)
    text = "[shifts.a]\nhours = 8\nfirst_start = '08:00'\nlast_start = '09:15'\nevery_minutes = 60"
    assert load_config(text, "plan.toml").shifts["a"].start_minutes == (480, 540)


def test_an_unpaid_meal_is_not_paid() -> None:
    text = (
        "[shifts.a]\nhours = 8.5\nbreaks = [\n"
        "{ activity = 'meal', minutes = 30, paid = false, earliest_minutes = 180, latest_minutes = 300 },\n"
        "{ minutes = 15, earliest_minutes = 60, latest_minutes = 120 }]"
    )
    assert load_config(text, "plan.toml").shifts["a"].paid_minutes == 480


@pytest.mark.parametrize(("text", "minute"), [("0:00", 0), ("08:30", 510), ("23:59", 1439)])
def test_a_time_of_day_is_its_minutes_after_midnight(text: str, minute: int) -> None:
    assert clock_minute(text) == minute


@pytest.mark.parametrize("text", ["24:00", "8", "08:60", "noon", ""])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time of day"):
        clock_minute(text)


# --- queues and the site ---


def test_a_queue_without_a_section_is_voice_with_the_goal_of_habit() -> None:
    queue = resolve_queue("sales", Config())
    assert (queue.channel, queue.work_type, queue.planning_group) == ("voice", "immediate", "sales")
    assert (queue.goal, queue.goal_is_default) == (DEFAULT_GOALS["immediate"], True)
    assert (queue.service_hours, queue.arrival_hours) == (None, None)


def test_mail_arrives_around_the_clock_and_is_worked_in_its_hours() -> None:
    text = "[hours.office]\nmon-fri = '08:00-18:00'\n[queues.mail]\nchannel = 'email'\nhours = 'office'"
    queue = resolve_queue("mail", load_config(text, "plan.toml"))
    assert queue.arrival_hours == OpeningHours.always()
    assert queue.service_hours is not None
    assert queue.service_hours.weekdays == ((((480, 1080),),) * 5 + ((),) * 2)
    assert queue.goal == DEFAULT_GOALS["deferred"]


def test_calls_arrive_in_the_opening_hours_unless_told_otherwise() -> None:
    text = "[hours.a]\ndaily = '24h'\n[hours.b]\ndaily = '08:00-09:00'\n[queues.q]\nhours = 'b'"
    queue = resolve_queue("q", load_config(text, "plan.toml"))
    assert queue.arrival_hours == queue.service_hours
    queue = resolve_queue("q", load_config(f"{text}\narrival_hours = 'a'", "plan.toml"))
    assert queue.arrival_hours is not None
    assert queue.arrival_hours.weekdays == OpeningHours.always().weekdays


def test_a_file_of_special_days_replaces_the_public_holiday() -> None:
    config = load_config("[plan]\ncountry = 'ES'\ntimezone = 'Europe/Madrid'", "plan.toml")
    christmas = SpecialDay(date(2026, 12, 25), "open after all", "event")
    site = make_site(
        config,
        queues=["b", "a", "b"],
        first_day=date(2026, 1, 1),
        last_day=date(2026, 12, 31),
        special_days=[christmas],
    )
    days = site.calendar.special_days
    assert days[date(2026, 12, 25)] == christmas
    assert days[date(2026, 1, 1)].kind == "holiday"
    assert date(2027, 1, 1) in days
    assert list(site.queues) == ["a", "b"]


def test_queues_that_share_a_group_are_found_under_its_name() -> None:
    text = "[queues.b]\nplanning_group = 'desk'\n[queues.a]\nplanning_group = 'desk'\n[queues.c]"
    config = load_config(text, "plan.toml")
    site = make_site(config, queues=config.queues, first_day=date(2026, 1, 1), last_day=date(2026, 1, 1))
    found = {group: [queue.name for queue in queues] for group, queues in site.groups().items()}
    assert found == {"c": ["c"], "desk": ["a", "b"]}


def test_paths_are_those_of_the_settings_file_and_the_data_folder_is_put_in() -> None:
    config = load_config("[input]\ndata = '../data'", "plan.toml")
    assert data_path("history.csv", config, Path("configs"), "p") == Path("configs/history.csv")
    assert data_path("{data}/bank/h.csv", config, Path("configs"), "p") == Path("configs/../data/bank/h.csv")
    assert data_path("/abs/h.csv", config, Path("configs"), "p") == Path("/abs/h.csv")


def test_without_a_data_folder_the_reader_is_told_where_to_get_the_data() -> None:
    config = load_config("[input]\nsource = 'ask the library'", "plan.toml")
    with pytest.raises(ConfigError) as caught:
        data_path("{data}/h.csv", config, Path("configs"), "plan.toml:input.history")
    problem = caught.value.problems[0]
    assert problem.message == "{data}/h.csv needs a data folder"
    assert problem.hint == "give --data DIR; the data: ask the library"


def _queue_problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_config(text, "plan.toml")
    return [str(problem).replace("\n    ", "; ") for problem in error.value.problems]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[queues.a]\nwas = "a"', "queues.a.was: 'a' refers back to 'a'"),
        ('[queues.a]\nwas = "b"\n[queues.b]\nwas = ["c", "a"]', "queues.b.was: 'a' refers back to 'b'"),
        ('[queues.a]\nwas = ["b", "b"]', "queues.a.was: 'b' is named twice"),
        ('[queues.a]\nwas = "b"\nlike = "c"', "queues.a.was: cannot be given together with like"),
        ('[queues.a]\nwas = "b"\n[queues.c]\nlike = "b"', "queues.c.like: 'b' is now part of 'a'"),
        ('[input]\nignore_queues = ["b"]\n[queues.a]\nwas = "b"', "queues.a.was: 'b' is in input.ignore_queues"),
        ('[queues.a]\nended = "soon"', "queues.a.ended"),
    ],
)
def test_what_a_queue_was_and_when_it_ended_must_make_sense(text, problem) -> None:
    assert any(said.startswith(f"plan.toml:{problem}") for said in _queue_problems(text))


def test_one_older_name_may_be_written_without_a_list() -> None:
    assert load_config('[queues.a]\nwas = "b"', "plan.toml").queues["a"].was == ("b",)


def test_sections_that_only_answer_what_was_asked_do_not_list_the_queues() -> None:
    answers = '[queues.a]\nwas = "b"\n[queues.c]\nended = 2026-03-01\n'
    assert load_config(answers, "plan.toml").queues_listed() == []
    assert load_config(answers + "[queues.d]", "plan.toml").queues_listed() == ["a", "c", "d", "b"]


def test_what_was_published_has_a_price_without_being_written() -> None:
    text = "[input]\npublished = 'roster_shifts.csv'\n[roster]\nagreements = ['eu']\n"
    names = [rule.rule for rule in load_config(text, "plan.toml").roster.rules]
    assert names == ["stability", "daily_rest", "weekly_rest"]
    assert load_config(text, "plan.toml").roster.articles[0] == ""
    own = f"{text}rules = [{{ rule = 'stability', weight = 1 }}]"
    assert [rule.rule for rule in load_config(own, "plan.toml").roster.rules] == names
