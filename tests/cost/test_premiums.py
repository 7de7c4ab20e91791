"""Premiums by the wall clock: nights over midnight, Sundays, holidays, rules that shut each other out."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from staffplan.cost import premium_hours
from staffplan.cost.premiums import paid_together
from staffplan.settings.cost import CostSettings, PremiumSettings

NIGHT = PremiumSettings(name="night", share=0.25, hours="22:00-06:00")
SUNDAY = PremiumSettings(name="sunday", share=0.5, weekdays="sun")
HOUR = 60
SUNDAY_8_MARCH = date(2026, 3, 8)


def hours(books, *premiums):
    return premium_hours(books.roster(), CostSettings(premiums=premiums), books.site).tolist()


def night_shift(make_books, first_day, **more):
    """20:00 to 06:00, an unpaid meal from 01:00 to 01:30 of the next day."""
    books = make_books(first_day=first_day, **more)
    books.work("ann", 20 * HOUR, 25 * HOUR)
    books.work("ann", 25 * HOUR, 25 * HOUR + 30, "meal", paid=False)
    books.work("ann", 25 * HOUR + 30, 30 * HOUR)
    return books


def test_a_sunday_night_earns_both_premiums(make_books):
    """Sunday until midnight 4 h; night from 22:00, 8 h less the unpaid meal."""
    assert hours(night_shift(make_books, SUNDAY_8_MARCH), NIGHT, SUNDAY) == ["night:7.5;sunday:4"]


def test_a_premium_that_excludes_another_takes_its_place_in_the_same_hour_only(make_books):
    alone = SUNDAY.model_copy(update={"excludes": ("night",)})
    assert hours(night_shift(make_books, SUNDAY_8_MARCH), NIGHT, alone) == ["night:5.5;sunday:4"]


def test_premiums_are_paid_to_the_cent(make_books):
    """20 an hour: 7.5 h at 25 % and 4 h at 50 %, 37.50 + 40."""
    books = night_shift(make_books, SUNDAY_8_MARCH)
    books.expect("calls", 20 * HOUR, offered=1, aht=60, need=(1, 1))
    books.expect("calls", 0, offered=1, aht=60, need=(1, 1), day=1)
    books.hire("ann", 20.0)
    frame = books.cost(CostSettings(premiums=(NIGHT, SUNDAY))).report.frame
    own = frame[(frame["ledger"] == "cost") & (frame["period"] == "total") & (frame["planning_group"] == "")]
    assert dict(zip(own["line"], own["amount"], strict=True)) == {
        "base pay": 190.0,
        "premium: night": 37.5,
        "premium: sunday": 40.0,
        "loaded cost": 267.5,
    }


def test_the_night_in_which_the_clock_goes_back_is_an_hour_longer(make_books):
    """25 October 2026 in Madrid: 22:00 to 06:00 lasts nine hours, 8.5 of them paid; Sunday begins at midnight."""
    books = night_shift(make_books, date(2026, 10, 24), timezone="Europe/Madrid")
    assert hours(books, NIGHT, SUNDAY) == ["night:8.5;sunday:6.5"]


def test_the_night_in_which_the_clock_goes_forward_is_an_hour_shorter(make_books):
    books = night_shift(make_books, date(2026, 3, 28), timezone="Europe/Madrid")
    assert hours(books, NIGHT, SUNDAY) == ["night:6.5;sunday:4.5"]


def test_a_holiday_premium_follows_the_day_on_which_its_hours_begin(make_books):
    holiday = PremiumSettings(name="holiday", share=1.0, holidays_only=True)
    eve = PremiumSettings(name="holiday night", share=1.0, holidays_only=True, hours="18:00-02:00")
    books = night_shift(make_books, date(2026, 12, 25), holidays=(date(2026, 12, 25),))
    assert hours(books, holiday, eve) == ["holiday:4;holiday night:5.5"]


def test_a_night_premium_of_fridays_goes_on_after_midnight(make_books):
    friday = NIGHT.model_copy(update={"weekdays": "fri"})
    assert hours(night_shift(make_books, date(2026, 3, 6)), friday) == ["night:7.5"]
    assert hours(night_shift(make_books, date(2026, 3, 7)), friday) == [""]


@pytest.mark.parametrize(
    ("excludes", "paid"),
    [
        ({"a": "b"}, {"a", "c"}),
        ({"a": "b", "b": "c"}, {"a", "c"}),
        ({"c": "b", "b": "a"}, {"a", "c"}),
        ({"a": "b", "b": "a"}, {"a", "c"}),
        ({"b": "a", "a": "b", "c": ""}, {"a", "c"}),
        ({}, {"a", "b", "c"}),
    ],
)
def test_one_that_is_shut_out_shuts_nothing_out(excludes, paid):
    premiums = [PremiumSettings(name=name, share=0.1, excludes=tuple(excludes.get(name, ""))) for name in "abc"]
    assert paid_together(premiums) == paid


def test_an_amount_is_paid_for_each_shift_of_a_kind_on_its_days(make_books):
    """Two split shifts at 12.50, one of them on a Sunday; the rest of the month is paid by the hour."""
    books = make_books(first_day=SUNDAY_8_MARCH)
    for day in (0, 1):
        books.work("ann", 8 * HOUR, 12 * HOUR, day=day)
        books.work("ann", 12 * HOUR, 16 * HOUR, "split", paid=False, day=day)
        books.work("ann", 16 * HOUR, 20 * HOUR, day=day)
    books.expect("calls", 8 * HOUR, offered=1, aht=60, need=(1, 1))
    books.expect("calls", 8 * HOUR, offered=1, aht=60, need=(1, 1), day=1)
    books.hire("ann", 20.0)
    premiums = (
        PremiumSettings(name="split", per_shift=12.5, shifts=("x",)),
        PremiumSettings(name="sunday split", per_shift=4, weekdays="sun"),
        PremiumSettings(name="other", per_shift=100, shifts=("y",)),
        PremiumSettings(name="afternoon", share=0.5, hours="12:00-17:00"),
    )
    settings = CostSettings(premiums=premiums)
    frame = books.cost(settings).report.frame
    own = frame[(frame["ledger"] == "cost") & (frame["period"] == "total") & (frame["planning_group"] == "")]
    assert dict(zip(own["line"], own["amount"], strict=True)) == {
        "base pay": 320.0,
        "premium: split": 25.0,
        "premium: sunday split": 4.0,
        "premium: other": 0.0,
        "premium: afternoon": 20.0,
        "loaded cost": 369.0,
    }
    assert premium_hours(books.roster(), settings, books.site).tolist() == ["afternoon:1", "afternoon:1"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give one of share, per_hour and per_shift"),
        ({"share": 0.1, "per_shift": 5}, "give one of share, per_hour and per_shift"),
        ({"per_hour": 2, "shifts": ("x",)}, "shifts cannot be given with per_hour"),
        ({"share": 0.1, "dates": ("24.12.",)}, "'24.12.' is not a day"),
        ({"share": 0.1, "up_to_hours": 43}, "up_to_hours needs over_hours"),
        ({"share": 0.1, "over_hours": 43, "up_to_hours": 35}, "up_to_hours is not above over_hours"),
        ({"share": 0.1, "over_hours": "norm", "per": "day"}, "is by week"),
        ({"share": 0.1, "over_hours": "norm", "up_to_hours": 50}, "needs a number"),
        ({"per_shift": 5, "over_hours": 8}, "over_hours cannot be given with per_shift"),
        ({"share": 0.1, "shifts": ("x",)}, "shifts cannot be given with share"),
        ({"per_shift": 5, "hours": "22:00-06:00"}, "hours cannot be given with per_shift"),
    ],
)
def test_a_premium_is_a_share_of_hours_or_an_amount_for_shifts(given, said):
    with pytest.raises(ValidationError, match=said):
        PremiumSettings(name="odd", **given)


def test_free_time_that_is_paid_by_hand_is_in_the_books(make_books):
    books = make_books(first_day=SUNDAY_8_MARCH)
    books.work("ann", 8 * HOUR, 12 * HOUR)
    books.work("ann", 12 * HOUR, 13 * HOUR, "split", paid=True)
    books.work("ann", 13 * HOUR, 16 * HOUR)
    books.expect("calls", 8 * HOUR, offered=1, aht=60, need=(1, 1))
    books.hire("ann", 20.0)
    assert books.cost().facts["paid hours"] == 8.0
