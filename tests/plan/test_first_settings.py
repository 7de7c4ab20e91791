"""The text of a first plan.toml: whatever the hours and channels, settings that hold together."""

from __future__ import annotations

from datetime import date

import pytest

from staffplan.clock import OpeningHours, Spans
from staffplan.plan.countries import country_of_zone
from staffplan.plan.first_settings import FirstPlan, FirstQueue, first_settings
from staffplan.settings.config import load_config
from staffplan.tables.history import CHANNELS

DAY, NIGHT, SHORT, SPLIT = ((480, 1200),), ((0, 1440),), ((540, 570),), ((540, 780), (840, 1080))
CLOSED: Spans = ()
WEEKS = {
    "office": (DAY,) * 5 + (CLOSED,) * 2,
    "around the clock": (NIGHT,) * 7,
    "a half hour": (SHORT,) + (CLOSED,) * 6,
    "a long lunch, a short Saturday": (SPLIT,) * 5 + (((540, 780),), CLOSED),
    "closed": (CLOSED,) * 7,
}


def _first(weekdays: tuple[Spans, ...] | None, channel: str) -> FirstPlan:
    hours = None if weekdays is None else OpeningHours(weekdays, ())
    queue = FirstQueue('Shop "A"', channel, "as given", hours, "learnt", has_handling_times=False)
    other = FirstQueue("Звонки", "voice", "as given", None, "they changed")
    return FirstPlan(
        "Center",
        "x.csv",
        "2026",
        date(2026, 3, 2),
        "UTC",
        "as given",
        None,
        "none",
        15,
        (queue, other),
        {"queue": "all"},
        "staffplan",
    )


@pytest.mark.parametrize("week", [*WEEKS, None])
def test_the_settings_can_be_read_and_shifts_lie_in_the_hours(week: str | None) -> None:
    for channel in CHANNELS:
        config = load_config(first_settings(_first(None if week is None else WEEKS[week], channel)), "plan.toml")
        assert list(config.queues) == ['Shop "A"', "Звонки"]
        assert config.queues['Shop "A"'].channel == channel
        assert config.ingest.queue == "all"
        assert config.work_plans
    opens = WEEKS.get(week or "", ((),) * 7)
    ends = [span for spans in opens for span in spans]
    if ends and max(end - start for start, end in ends) < 1440 and week != "a half hour":
        for shift in config.shifts.values():
            assert shift.start_minutes[0] >= min(begin for begin, _ in ends)
            assert shift.start_minutes[-1] + shift.hours * 60 <= max(end for _, end in ends)


def test_a_zone_tells_its_country() -> None:
    assert country_of_zone("Europe/Madrid") == "ES"
    assert country_of_zone("UTC") is None
