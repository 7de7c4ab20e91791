"""Numbers, times and service goals as a reader sees them: at most the digits that matter.

A value that is not there (NaN) is an en dash, never a zero.
"""

from __future__ import annotations

import math
from datetime import date, datetime

from staffplan.settings.queues import Goal
from staffplan.tables.history import WORK_TYPE

NOTHING = "–"
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

CHANNEL_WORDS = {
    "voice": "phone calls",
    "chat": "chats",
    "email": "e-mails",
    "social": "messages on social media",
    "callback": "call-backs",
    "counter": "counter visits",
}

METHOD_WORDS = {
    "seasonal_naive": "same interval last week",
    "plain_average": "average of the last six weeks",
    "recent_average": "average of recent weeks, cleaned",
    "holt_winters": "Holt-Winters by day",
    "day_model": "day regression",
    "day_shapes": "typical day shapes",
    "combination": "weighted combination",
}
SIMPLE_METHODS = ("seasonal_naive", "plain_average")
"""What a planner does by hand; a forecast has to beat these to be worth its trouble."""

DEFINITION_WORDS = {
    "offered": "answered in time / offered",
    "answered": "answered in time / answered",
    "excluding_short_abandons": "answered in time / (offered - abandoned within the time limit)",
    "short_abandons_good": "(answered in time + abandoned within the time limit) / offered",
    "virtual": "service level without abandonment",
}


def count(value: float) -> str:
    """Contacts, heads, days: whole, with thousands separators; small averages keep one decimal."""
    if not math.isfinite(value):
        return NOTHING
    if abs(value) < 10 and abs(value - round(value)) > 0.005:
        return f"{value:.1f}"
    return f"{_whole(value):,}"


def hours(value: float) -> str:
    """Hours without the unit: one decimal below a hundred, none for zero."""
    if not math.isfinite(value):
        return NOTHING
    return f"{_whole(value):,}" if abs(value) >= 100 or abs(value) < 0.05 else f"{value:.1f}"


def exact_hours(value: float) -> str:
    """Hours of a ledger that has to add up before the reader's eyes."""
    return f"{value:,.1f}" if math.isfinite(value) else NOTHING


def exact_money(value: float) -> str:
    """An amount of a ledger, to the cent."""
    return f"{value:,.2f}" if math.isfinite(value) else NOTHING


def money(value: float, currency: str = "") -> str:
    """An amount: whole units from a hundred on, two decimals below."""
    if not math.isfinite(value):
        return NOTHING
    figure = f"{_whole(value):,}" if abs(value) >= 100 or value == 0 else f"{value:,.2f}"
    return f"{currency} {figure}".strip()


def share(value: float, *, digits: int = 1) -> str:
    return f"{100 * value:.{digits}f} %" if math.isfinite(value) else NOTHING


def signed(value: float, *, digits: int = 0) -> str:
    return f"{value:+,.{digits}f}" if math.isfinite(value) else NOTHING


def wait(seconds: float) -> str:
    """A wait, short: "45 s", "3 min 20 s", "2 h 05 min"."""
    if not math.isfinite(seconds):
        return NOTHING
    whole = _whole(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = _whole(seconds / 60)
    return f"{minutes // 60:,} h {minutes % 60:02d} min"


def duration_words(seconds: float) -> str:
    """A time limit in words: "20 seconds", "2 minutes", "24 hours"."""
    for size, unit in ((3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size and seconds % size == 0:
            amount = f"{seconds / size:g}"
            return f"{amount} {unit}" + ("" if amount == "1" else "s")
    return f"{seconds:g} seconds"


def promise(goal: Goal, channel: str) -> str:
    """The service goal, as a sentence without a subject."""
    parts = []
    if goal.service_level is not None and goal.threshold_seconds is not None:
        deferred = WORK_TYPE[channel] == "deferred"
        verb = "finished" if deferred else "answered"
        opening = " of opening time" if deferred and goal.clock == "opening" else ""
        within = f"{duration_words(goal.threshold_seconds)}{opening}"
        parts.append(f"{100 * goal.service_level:g} of 100 {verb} within {within}")
    if goal.asa_seconds is not None:
        parts.append(f"an average wait of at most {duration_words(goal.asa_seconds)}")
    if goal.max_occupancy is not None:
        parts.append(f"an occupancy of at most {100 * goal.max_occupancy:g} %")
    return " and ".join(parts)


def method(name: str) -> str:
    return METHOD_WORDS.get(name, name)


def day(value: date) -> str:
    """Mon 7 Dec 2026, the same in every locale."""
    return f"{WEEKDAY_NAMES[value.weekday()][:3]} {value.day} {_MONTHS[value.month - 1]} {value.year}"


def short_day(value: date) -> str:
    return f"{WEEKDAY_NAMES[value.weekday()][:3]} {value.day} {_MONTHS[value.month - 1]}"


def clock(value: datetime) -> str:
    return f"{value.hour:02d}:{value.minute:02d}"


def span(start: datetime, end: datetime) -> str:
    """From when to when on one day; an end at midnight is 24:00."""
    return f"{clock(start)}–{'24:00' if clock(end) == '00:00' else clock(end)}"


def minute_clock(minute: int) -> str:
    """Minutes after midnight as a time of day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def measured(value: float, unit: str, *, signed: bool = False) -> str:
    """A measure of a scorecard in its unit ("share", "points", "score", "seconds"); "" where it is not known. A
    signed share is a difference, in points."""
    if not math.isfinite(value):
        return ""
    sign = "+" if signed else ""
    if unit == "share":
        return f"{100 * value:{sign}.1f}" + (" points" if signed else " %")
    if unit == "seconds":
        return ("-" if value < 0 else sign) + wait(abs(value))
    return f"{value:{sign},.{2 if unit == 'score' else 1}f}"


def plural(number: float, one: str, many: str = "") -> str:
    """ "1 day", "2 days"; `many` where adding an s is not enough."""
    return f"{count(number)} {one if round(number) == 1 else many or one + 's'}"


def listed(words: list[str], *, most: int = 6) -> str:
    """ "a, b and c"; what exceeds `most` is counted."""
    shown = words if len(words) <= most else [*words[: most - 1], f"{len(words) - most + 1} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def _whole(value: float) -> int:
    """Nearest whole number, halves away from zero, as a reader rounds."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))
