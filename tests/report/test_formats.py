"""Numbers are written with the digits that matter, and what is not there is never a zero."""

from __future__ import annotations

import math
from datetime import date

import pytest

from staffplan.report import formats
from staffplan.settings.queues import Goal, parse_goal


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.4, "0.4"), (9.96, "10.0"), (14.5, "15"), (1234567, "1,234,567"), (math.nan, "–")]
)
def test_counts_have_separators_and_small_ones_a_decimal(value, text):
    assert formats.count(value) == text


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (7.5, "7.5"), (9600, "9,600"), (-12.25, "-12.2")])
def test_hours_have_one_decimal_below_a_hundred(value, text):
    assert formats.hours(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(3.204, "EUR 3.20"), (188160.4, "EUR 188,160"), (-2.5, "EUR -2.50"), (math.nan, "–")]
)
def test_large_amounts_are_whole_and_small_ones_have_cents(value, text):
    assert formats.money(value, "EUR") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(4.6, "5 s"), (200, "3 min 20 s"), (7500, "2 h 05 min"), (math.nan, "–")],
)
def test_waits_are_told_in_the_unit_one_would_say(seconds, text):
    assert formats.wait(seconds) == text


@pytest.mark.parametrize(
    ("goal", "channel", "text"),
    [
        (parse_goal("80/20"), "voice", "80 of 100 answered within 20 seconds"),
        (parse_goal("90/4h"), "email", "90 of 100 finished within 4 hours of opening time"),
        (Goal(service_level=0.9, within_hours=24, clock="elapsed"), "email", "90 of 100 finished within 24 hours"),
        (Goal(asa_seconds=60), "voice", "an average wait of at most 1 minute"),
        (
            Goal(service_level=0.8, within_seconds=90, max_occupancy=0.85),
            "chat",
            "80 of 100 answered within 90 seconds and an occupancy of at most 85 %",
        ),
    ],
)
def test_a_promise_reads_as_a_sentence(goal, channel, text):
    assert formats.promise(goal, channel) == text


def test_days_are_named_the_same_in_every_locale():
    assert formats.day(date(2026, 3, 29)) == "Sun 29 Mar 2026"
    assert formats.short_day(date(2026, 12, 7)) == "Mon 7 Dec"


def test_a_long_list_counts_what_it_does_not_name():
    assert formats.listed(["a"]) == "a"
    assert formats.listed(["a", "b", "c"]) == "a, b and c"
    assert formats.listed(list("abcdefgh"), most=3) == "a, b and 6 more"
    assert formats.listed([]) == ""


def test_one_is_not_several():
    assert formats.plural(1, "person", "people") == "1 person"
    assert formats.plural(2, "day") == "2 days"
