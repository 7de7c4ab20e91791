"""The made-up center: queues, hours, special days. Numbers marked (fact) are measured; see docs/calibration.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from staffplan.clock import (
    OpeningHours,
    SiteCalendar,
    SpecialDay,
    parse_spans,
    parse_weekdays,
    public_holidays,
)

TIMEZONE = "Europe/Madrid"
INTERVAL_MINUTES = 30
HISTORY_START = date(2024, 12, 2)
HISTORY_END = date(2026, 11, 29)
PLAN_START = date(2026, 11, 30)
PLAN_END = date(2026, 12, 27)

# Half-hour shares of a day in per mille, from the hour named on. (fact)
BANK_FROM_08 = (26, 34, 47, 52, 53, 52, 51, 50, 48, 48, 46, 46, 45, 45, 43, 42, 40, 36, 30, 26, 23, 21, 18, 17)
TECHNION_FROM_08 = (23, 33, 36, 43, 46, 44, 40, 38, 36, 34, 36, 38, 40, 39, 39, 40, 38, 37, 31, 30, 27, 24, 22, 20)
HELPDESK_FROM_00 = (
    *(4, 5, 4, 3, 2, 2, 2, 2, 2, 2, 3, 1, 5, 6, 8, 15, 40, 63, 66, 60, 59, 58, 52, 49),
    *(31, 23, 27, 40, 45, 48, 47, 41, 39, 37, 27, 17, 11, 7, 6, 5, 5, 4, 6, 9, 5, 4, 3, 3),
)
HANDLING_BY_HOUR = {8: 0.95, 9: 1.05, 10: 1.01, 11: 1.08, 12: 1.04, 13: 1.01, 14: 1.06, 15: 1.09, 16: 0.94}
"""Mean handling time of an hour as a multiple of the day's; hours not named 0.98. (fact)"""


@dataclass(frozen=True)
class Stream:
    """How one queue's contacts come and are handled. Shares and cv (standard deviation / mean) are plain numbers."""

    name: str
    channel: str
    hours: OpeningHours
    weekday_volume: float
    """Contacts of a mean weekday in a mean month at the start of the history."""
    weekdays: tuple[float, ...]
    """Monday to Sunday, 1 is the mean weekday."""
    profile_start: int
    """Minutes after midnight of the first share in `profile`."""
    profile: tuple[int, ...]
    months: tuple[float, ...]
    """January to December, at mid-month; in between it is interpolated."""
    yearly_growth: float
    day_cv: float
    day_memory: float
    half_hour_cv: float
    holiday: float
    """Volume of a public holiday, as a share of that weekday's, in the hours that are open."""
    after_holiday: float
    bridge: float
    """Volume of a single working day between a holiday and a weekend."""
    event: float
    """Volume of a day with an event."""
    aht_seconds: float
    threshold_seconds: float
    patience_seconds: float
    spare: float
    """People on the line in the past: load + spare x sqrt(load)."""
    at_once: float = 1.0
    """Contacts that one person handles in the time of one (chat)."""
    shift_from: date | None = None
    shift: float = 1.0
    """From that day on the volume is multiplied by this: a lasting step."""


def opening(hours: dict[str, str], on_holidays: str) -> OpeningHours:
    """Opening hours as configs/demo.toml says them."""
    days = {day: parse_spans(spans) for names, spans in hours.items() for day in parse_weekdays(names)}
    return OpeningHours(tuple(days.get(day, ()) for day in range(7)), parse_spans(on_holidays))


VOICE_HOURS = {"mon-fri": "08:00-20:00", "sat": "09:00-14:00"}
SALES = Stream(
    name="sales",
    channel="voice",
    hours=opening(VOICE_HOURS, "closed"),
    weekday_volume=380,
    weekdays=(1.02, 1.03, 0.98, 0.99, 0.98, 0.34, 0.0),
    profile_start=480,
    profile=TECHNION_FROM_08,  # (fact)
    months=(0.98, 0.95, 0.99, 0.98, 1.00, 1.02, 0.94, 0.78, 1.02, 1.06, 1.16, 1.12),
    yearly_growth=0.04,
    day_cv=0.10,  # between bank_calls and technion_bank (fact)
    day_memory=0.6,  # (fact)
    half_hour_cv=0.18,  # between it_helpdesk and technion_bank (fact)
    holiday=0.0,
    after_holiday=1.10,
    bridge=0.80,
    event=1.40,
    aht_seconds=420,
    threshold_seconds=20,
    patience_seconds=215,  # technion_bank NW, new customers (fact)
    spare=1.25,
)
SERVICE = Stream(
    name="service",
    channel="voice",
    hours=opening(VOICE_HOURS, "10:00-14:00"),
    weekday_volume=760,
    weekdays=(1.12, 1.00, 0.95, 0.95, 0.98, 0.33, 0.0),  # Monday to Friday bank_calls (fact)
    profile_start=480,
    profile=BANK_FROM_08,  # (fact)
    months=(1.12, 1.04, 1.02, 1.00, 0.98, 0.98, 0.94, 0.80, 1.02, 1.03, 1.04, 1.03),
    yearly_growth=0.05,
    day_cv=0.06,  # bank_calls (fact)
    day_memory=0.6,  # (fact)
    half_hour_cv=0.12,  # between bank_calls and it_helpdesk (fact)
    holiday=0.15,
    after_holiday=1.22,  # bank_calls (fact)
    bridge=0.90,
    event=1.05,
    aht_seconds=310,  # technion_bank NE (fact)
    threshold_seconds=20,
    patience_seconds=450,  # technion_bank PS (fact)
    spare=1.05,
)
CHAT = Stream(
    name="chat",
    channel="chat",
    hours=opening({"mon-fri": "09:00-19:00"}, "closed"),
    weekday_volume=140,
    weekdays=(1.06, 1.02, 0.99, 0.98, 0.95, 0.0, 0.0),
    profile_start=540,
    profile=TECHNION_FROM_08[2:22],  # (fact)
    months=(1.00, 0.98, 1.00, 1.00, 1.00, 1.00, 0.96, 0.84, 1.02, 1.04, 1.10, 1.06),
    yearly_growth=0.12,
    day_cv=0.12,  # it_helpdesk (fact)
    day_memory=0.3,  # it_helpdesk (fact)
    half_hour_cv=0.15,  # it_helpdesk (fact)
    holiday=0.0,
    after_holiday=1.15,
    bridge=0.85,
    event=1.20,
    aht_seconds=540,
    threshold_seconds=60,
    patience_seconds=340,  # technion_bank TT (fact)
    spare=1.0,
    at_once=1.6,
    shift_from=date(2026, 9, 14),
    shift=1.45,
)
EMAIL = Stream(
    name="email",
    channel="email",
    hours=OpeningHours.always(),
    weekday_volume=300,
    weekdays=(1.20, 1.01, 1.05, 0.90, 0.84, 0.14, 0.12),  # it_helpdesk (fact)
    profile_start=0,
    profile=HELPDESK_FROM_00,  # (fact)
    months=(1.08, 1.02, 1.00, 1.00, 0.98, 0.98, 0.94, 0.82, 1.02, 1.02, 1.06, 1.08),
    yearly_growth=-0.03,
    day_cv=0.12,  # it_helpdesk (fact)
    day_memory=0.3,  # it_helpdesk (fact)
    half_hour_cv=0.15,  # it_helpdesk (fact)
    holiday=0.25,
    after_holiday=1.15,
    bridge=0.85,
    event=1.10,
    aht_seconds=330,
    threshold_seconds=8 * 3600,
    patience_seconds=0,
    spare=0.0,
)
STREAMS = (SALES, SERVICE, CHAT, EMAIL)

HANDLING_CV = 1.1  # technion_bank PS (fact)
HANDLING_DAY_CV = 0.07  # technion_bank PS, day means beyond chance (fact)

OUTAGE_DAY = date(2026, 10, 20)
OUTAGE_MINUTES = (8 * 60 + 30, 12 * 60)
OUTAGE_LEFT = 0.03
OUTAGE_REBOUND = 1.25
OUTAGE_REBOUND_UNTIL = 14 * 60
LOST_DAY = date(2025, 5, 21)
"""A day whose export failed: no queue has rows."""
LOST_ROWS = 60
"""Single rows that are missing, beside that day."""

EVENTS = {
    date(2025, 3, 12): "TV campaign",
    date(2025, 10, 8): "TV campaign",
    date(2025, 11, 28): "Black Friday",
    date(2026, 3, 11): "TV campaign",
    date(2026, 11, 27): "Black Friday",
    date(2026, 12, 10): "TV campaign",
}
OWN_HOLIDAYS = {
    date(2024, 12, 24): "Christmas Eve",
    date(2025, 5, 15): "San Isidro",
    date(2025, 12, 24): "Christmas Eve",
    date(2026, 5, 15): "San Isidro",
    date(2026, 11, 9): "Almudena",
    date(2026, 12, 24): "Christmas Eve",
}
"""Days that the center keeps like public holidays: two of the city, and the day before Christmas."""


def listed_days() -> list[SpecialDay]:
    """The special days that the calendar of Spain does not know: what special_days.csv says."""
    days = [SpecialDay(day, name, "event") for day, name in EVENTS.items()]
    days += [SpecialDay(day, name, "holiday") for day, name in OWN_HOLIDAYS.items()]
    return sorted(days, key=lambda special: special.day)


def calendar() -> SiteCalendar:
    """The center's calendar: public holidays of Madrid, replaced and completed by the listed days."""
    years = range(HISTORY_START.year, PLAN_END.year + 2)
    days = [*public_holidays("ES", years, "MD"), *listed_days()]
    return SiteCalendar(TIMEZONE, INTERVAL_MINUTES, {special.day: special for special in days})
