"""When a queue counts as ended: silent where others are not, for longer than a pause or chance."""

from __future__ import annotations

import os
from datetime import date

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import SiteCalendar, SpecialDay
from staffplan.forecast.history.endings import ENDED_AFTER_DAYS, QueueDays, Silence, silences
from staffplan.tables.history import ContactHistory

CALENDAR = SiteCalendar("Europe/Madrid", 30)
WEEKDAYS = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.4, 0.0])
QUEUES = 40 if "STAFFPLAN_ALL" not in os.environ else 1000


def _days(spans: dict[str, tuple[tuple[int, int], ...]], per_day: float = 60.0, special_days=None) -> QueueDays:
    """A history of one row a day and queue, on the days (first, last + 1) of each span."""
    start = pd.Timestamp("2025-01-06 10:00", tz="UTC")
    rows = [
        (start + pd.Timedelta(days=day), queue, per_day)
        for queue, parts in spans.items()
        for first, end in parts
        for day in range(first, end)
    ]
    frame = ContactHistory.of(pd.DataFrame(rows, columns=["interval_start", "queue", "offered"])).frame
    return QueueDays.of(frame, SiteCalendar("Europe/Madrid", 30, special_days or {}))


def _silence(days: QueueDays, queue: str) -> Silence | None:
    return silences(days, [queue]).get(queue)


def _has_ended(days: QueueDays, queue: str) -> bool:
    silence = _silence(days, queue)
    return silence is not None and silence.has_ended_after(ENDED_AFTER_DAYS)


def test_a_queue_without_a_contact_for_ten_weeks_has_ended() -> None:
    days = _days({"old": ((0, 130),), "other": ((0, 200),)})
    silence = _silence(days, "old")
    assert silence is not None
    assert (silence.last, silence.silent_days, silence.longest_pause) == (date(2025, 5, 15), 70, 0)
    assert silence.gone_from == date(2025, 5, 16)
    assert _has_ended(days, "old")
    assert not _has_ended(days, "other")


def test_an_only_queue_never_ends() -> None:
    assert silences(_days({"old": ((0, 130),)}), ["old"]) == {}


def test_an_export_that_lags_by_some_days_ends_nothing() -> None:
    assert not any(_has_ended(_days({"late": ((0, 200 - lag),), "other": ((0, 200),)}), "late") for lag in range(15))


def test_a_gap_of_the_whole_file_ends_nothing() -> None:
    assert not _has_ended(_days({"old": ((0, 130),), "other": ((0, 130), (200, 206))}), "old")


def test_a_queue_that_paused_as_long_last_year_has_not_ended() -> None:
    pausing = {"summer": ((0, 150), (240, 510)), "other": ((0, 595),)}
    assert not _has_ended(_days(pausing), "summer")
    assert _has_ended(_days({**pausing, "other": ((0, 640),)}), "summer")


def test_a_pause_from_before_any_other_queue_was_there_counts() -> None:
    assert not _has_ended(_days({"old": ((0, 50), (110, 300)), "other": ((200, 350),)}), "old")
    assert _has_ended(_days({"old": ((0, 300),), "other": ((200, 350),)}), "old")


def test_days_closed_for_all_are_no_silence() -> None:
    closed = {date(2025, 7, day): SpecialDay(date(2025, 7, day), "works holiday", "closed") for day in range(1, 24)}
    spans = {"old": ((0, 176),), "other": ((0, 200),)}
    assert _silence(_days(spans, special_days=closed), "old").silent_days == 1
    assert _silence(_days(spans), "old").silent_days == 24


def test_a_queue_seen_on_a_single_day_is_not_judged() -> None:
    silence = _silence(_days({"test call": ((20, 21),), "other": ((0, 200),)}), "test call")
    assert silence is not None
    assert silence.chance == 1


def test_rows_of_zeros_are_silence_and_are_called_so() -> None:
    days = _days({"old": ((0, 130),), "other": ((0, 200),)})
    days.rows[days.names.index("old"), 130:] = True
    silence = _silence(days, "old")
    assert silence is not None
    assert silence.writes_zeros
    assert silence.has_ended_after(ENDED_AFTER_DAYS)


def _ordinary(rng: np.random.Generator) -> QueueDays:
    """Queues that all go on: busy and thin, some closed at weekends, with holes and lags, some gaps of the file."""
    days, names = 400, [f"q{number}" for number in range(QUEUES)]
    per_day = np.exp(rng.uniform(np.log(0.1), np.log(500), QUEUES))
    clustered = rng.gamma(1 / 0.5, 0.5, (QUEUES, days))
    expected = (
        per_day[:, None] * clustered * np.where(rng.random((QUEUES, 1)) < 0.5, WEEKDAYS[np.arange(days) % 7], 1)
    )
    contacts = rng.poisson(expected).astype(float)
    for queue in range(QUEUES):
        for start in rng.integers(0, days - 60, 3):
            contacts[queue, start : start + rng.integers(1, 15)] = 0
        contacts[queue, days - int(rng.integers(0, 15)) :] = 0
    rows = contacts > 0
    gap = int(rng.integers(100, 300))
    rows[:, gap : gap + 30] = contacts[:, gap : gap + 30] = False
    first = (date(2025, 1, 6) - date(1970, 1, 1)).days
    return QueueDays(names, first, rows, contacts, CALENDAR)


@pytest.mark.parametrize("seed", range(5))
def test_no_ordinary_queue_counts_as_ended(seed) -> None:
    days = _ordinary(np.random.default_rng(seed))
    assert [name for name in days.names if _has_ended(days, name)] == []


@pytest.mark.parametrize(("per_day", "needed"), [(100.0, 21), (1.0, 28), (0.3, 70)])
def test_the_fewer_contacts_the_longer_it_takes(per_day, needed) -> None:
    """The silence at which three of four queues that did end count as ended, at twice the shortest possible."""
    rng = np.random.default_rng(1)
    contacts = rng.poisson(per_day, (40, 400)).astype(float)
    contacts[1:, 400 - 2 * needed :] = 0
    contacts[0] = 100
    first = (date(2025, 1, 6) - date(1970, 1, 1)).days
    days = QueueDays([f"{number:02}" for number in range(40)], first, contacts > 0, contacts, CALENDAR)
    assert sum(_has_ended(days, name) for name in days.names[1:]) >= 30
