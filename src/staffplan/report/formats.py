"""Numbers, times and service goals as a reader sees them: at most the digits that matter.

A value that is not there (NaN) is an en dash, never a zero.
"""

from __future__ import annotations

import math
from datetime import date, datetime

from staffplan.settings.queues import Goal
from staffplan.tables.history import WORK_TYPE
from staffplan.words import currency_of, date_words, figure, mark, one_or_many, tr

NOTHING = "–"
WEEKDAY_NAMES = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)

CHANNEL_WORDS = {
    "voice": mark("phone calls"),
    "chat": mark("chats"),
    "email": mark("e-mails"),
    "social": mark("messages on social media"),
    "callback": mark("call-backs"),
    "counter": mark("counter visits"),
}

METHOD_WORDS = {
    "seasonal_naive": mark("same interval last week"),
    "plain_average": mark("average of the last six weeks"),
    "recent_average": mark("average of recent weeks, cleaned"),
    "holt_winters": mark("Holt-Winters by day"),
    "day_model": mark("day regression"),
    "day_shapes": mark("typical day shapes"),
    "combination": mark("weighted combination"),
}
SIMPLE_METHODS = ("seasonal_naive", "plain_average")
"""What a planner does by hand; a forecast has to beat these to be worth its trouble."""

DEFINITION_WORDS = {
    "offered": mark("answered in time / offered"),
    "answered": mark("answered in time / answered"),
    "excluding_short_abandons": mark("answered in time / (offered - abandoned within the time limit)"),
    "short_abandons_good": mark("(answered in time + abandoned within the time limit) / offered"),
    "virtual": mark("service level without abandonment"),
}


def count(value: float) -> str:
    """Contacts, heads, days: whole, with thousands separators; small averages keep one decimal."""
    if not math.isfinite(value):
        return NOTHING
    if abs(value) < 10 and abs(value - round(value)) > 0.005:
        return figure(value, ".1f")
    return figure(_whole(value), ",")


def hours(value: float) -> str:
    """Hours without the unit: one decimal below a hundred, none for zero."""
    if not math.isfinite(value):
        return NOTHING
    return figure(_whole(value), ",") if abs(value) >= 100 or abs(value) < 0.05 else figure(value, ".1f")


def exact_hours(value: float) -> str:
    """Hours of a ledger that has to add up before the reader's eyes."""
    return figure(value, ",.1f") if math.isfinite(value) else NOTHING


def exact_money(value: float) -> str:
    """An amount of a ledger, to the cent."""
    return figure(value, ",.2f") if math.isfinite(value) else NOTHING


def money(value: float, currency: str = "") -> str:
    """An amount: whole units from a hundred on, two decimals below."""
    if not math.isfinite(value):
        return NOTHING
    amount = figure(_whole(value), ",") if abs(value) >= 100 or value == 0 else figure(value, ",.2f")
    return currency_of(currency, amount)


def share(value: float, *, digits: int = 1) -> str:
    return f"{figure(100 * value, f'.{digits}f')} %" if math.isfinite(value) else NOTHING


def signed(value: float, *, digits: int = 0) -> str:
    return figure(value, f"+,.{digits}f") if math.isfinite(value) else NOTHING


def wait(seconds: float) -> str:
    """A wait, short: "45 s", "3 min 20 s", "2 h 05 min"."""
    if not math.isfinite(seconds):
        return NOTHING
    whole = _whole(seconds)
    if whole < 60:
        return tr("{whole} s", whole=whole)
    if whole < 3600:
        return tr("{minutes} min {seconds} s", minutes=whole // 60, seconds=f"{whole % 60:02d}")
    minutes = _whole(seconds / 60)
    return tr("{hours} h {minutes} min", hours=figure(minutes // 60, ","), minutes=f"{minutes % 60:02d}")


def duration_words(seconds: float) -> str:
    """A time limit in words: "20 seconds", "2 minutes", "24 hours"."""
    if seconds >= 3600 and seconds % 3600 == 0:
        return plural(seconds / 3600, "hour", "hours")
    if seconds >= 60 and seconds % 60 == 0:
        return plural(seconds / 60, "minute", "minutes")
    if seconds >= 1 and seconds % 1 == 0:
        return plural(seconds, "second", "seconds")
    return tr("{seconds} seconds", seconds=figure(seconds, "g"))


def promise(goal: Goal, channel: str) -> str:
    """The service goal, as a sentence without a subject."""
    parts = []
    if goal.service_level is not None and goal.threshold_seconds is not None:
        parts.append(_in_time(goal.service_level, goal.threshold_seconds, goal, channel))
    if goal.asa_seconds is not None:
        parts.append(tr("an average wait of at most {duration}", duration=duration_words(goal.asa_seconds)))
    if goal.max_occupancy is not None:
        parts.append(tr("an occupancy of at most {share} %", share=figure(100 * goal.max_occupancy, "g")))
    return tr(" and ").join(parts)


def _in_time(level: float, limit_seconds: float, goal: Goal, channel: str) -> str:
    share_of, within = figure(100 * level, "g"), duration_words(limit_seconds)
    if WORK_TYPE[channel] != "deferred":
        return tr("{share} of 100 answered within {time}", share=share_of, time=within)
    if goal.clock == "opening":
        return tr("{share} of 100 finished within {time} of opening time", share=share_of, time=within)
    return tr("{share} of 100 finished within {time}", share=share_of, time=within)


def method(name: str) -> str:
    return tr(METHOD_WORDS.get(name, name))


def day(value: date) -> str:
    """Mon 7 Dec 2026."""
    return date_words(value, mark("EEE d MMM y"))


def short_day(value: date) -> str:
    return date_words(value, mark("EEE d MMM"))


def date_alone(value: date) -> str:
    """7 Dec 2026."""
    return date_words(value, mark("d MMM y"))


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
    return f"{count(number)} {one_or_many(round(number), one, many or one + 's')}"


def listed(words: list[str], *, most: int = 6) -> str:
    """ "a, b and c"; what exceeds `most` is counted."""
    shown = words if len(words) <= most else [*words[: most - 1], tr("{number} more", number=len(words) - most + 1)]
    return shown[0] if len(shown) == 1 else tr(" and ").join((", ".join(shown[:-1]), shown[-1])) if shown else ""


def _whole(value: float) -> int:
    """Nearest whole number, halves away from zero, as a reader rounds."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))
