"""What a reader of an updated forecast should know, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from staffplan.errors import Note
from staffplan.forecast.history.series import Flags, Floats, date_ranges
from staffplan.forecast.intraday.gain import FEWEST_DAYS, Score
from staffplan.forecast.intraday.odd import stretches
from staffplan.forecast.intraday.update import Teaching

STEP = "reforecast"
MIDNIGHT = time(0, 0)
TOLD_HANDLING = 0.1
"""Share by which the handling time of a day so far must differ to be told."""


def about_today(
    queue: str, until: datetime, came: float, expected: float, changes: Sequence[tuple[str, float | None]]
) -> Note:
    """What came so far, and what that changes: factors by what they are on, None where nothing was expected of it.

    until: local time at which what is known ends.
    """
    if until.time() == MIDNIGHT:
        seen = f"on {until - timedelta(days=1):%a %d %b} {_contacts(came)}"
    else:
        seen = f"by {until:%H:%M} {_contacts(came)} so far today"
    told = [f"{name} is {_changed(factor)}" for name, factor in changes if factor is not None]
    said = f"{seen}, expected {expected:,.0f}{_difference(came, expected)}"
    return Note(STEP, "assumption", queue, "; ".join([said, *told]))


def about_handling(queue: str, seconds: float, expected: float, factor: float | None) -> list[Note]:
    """That the contacts of today so far take longer, or less long, than expected. factor: on the rest of the day."""
    if not expected > 0 or abs(seconds / expected - 1) < TOLD_HANDLING:
        return []
    said = f"handling time so far today {seconds:,.0f} s, expected {expected:,.0f} s{_difference(seconds, expected)}"
    rest = "" if factor is None else f"; that of the rest of today is {_changed(factor)}"
    return [Note(STEP, "assumption", queue, said + rest)]


def about_kind(queue: str, chance: float) -> list[Note]:
    """That today is far outside what past days show, where that is more likely than not."""
    if chance < 0.5:
        return []
    said = f"today is far outside what past days show: with a chance of {100 * chance:.0f} % it stays as it has been"
    return [Note(STEP, "assumption", queue, said)]


def _difference(came: float, expected: float) -> str:
    return f" ({100 * (came / expected - 1):+.1f} %)" if expected > 0 else ""


def _changed(factor: float) -> str:
    percent = round(100 * (factor - 1), 1)
    if percent == 0:
        return "left unchanged"
    return f"{'raised' if percent > 0 else 'lowered'} by {abs(percent):.1f} %"


def about_gain(queue: str, what: str, teaching: Teaching | None, days: int) -> Note:
    """Whether updating helped on past days: what is not supported is not done."""
    if teaching is None:
        message = (
            f"{what} are left unchanged: {days} past days are too few to test whether "
            f"updating improves accuracy ({FEWEST_DAYS} days from two weeks are needed, "
            "each with a full week before it)"
        )
        return Note(STEP, "warning", queue, message)
    gain = teaching.gain
    told = [_score_in_words("the rest of the day", gain.rest), _score_in_words("the next day", gain.next_day)]
    kind = "assumption" if gain.rest.helps or gain.next_day.helps else "warning"
    return Note(STEP, kind, queue, f"{what}, tested on past days: {'; '.join(told)}")


def _score_in_words(what: str, score: Score) -> str:
    came = float(score.came.sum())
    if came <= 0:
        return f"{what}: left unchanged, no contacts to test it on"
    before, after = (f"{100 * float(errors.sum()) / came:.1f} %" for errors in (score.before, score.after))
    if score.helps:
        return (
            f"{what}: updated, accuracy improved on past days (WAPE without updating {before}, with updating {after})"
        )
    return (
        f"{what}: left unchanged, updating has not clearly improved accuracy on past "
        f"days (WAPE without updating {before}, with updating {after})"
    )


def about_odd(
    queue: str, odd: Flags, came: Floats, expected: Floats, minutes: int, *, nothing_else: bool
) -> list[Note]:
    """Each outage or spike of today, with its times; a warning where today has `nothing_else`. `odd`, and `came` and
    `expected` in contacts: (slots,)."""
    notes: list[Note] = []
    for start, end in stretches(odd):
        run = slice(start, end)
        kind = "outage" if came[run].sum() < expected[run].sum() else "spike"
        times = f"{clock_time(start * minutes)}-{clock_time(end * minutes)}"
        message = (
            f"{kind} today {times}: {came[run].sum():,.0f} contacts, expected "
            f"{expected[run].sum():,.0f}; not used to update the rest of the day"
        )
        notes.append(Note(STEP, "warning" if nothing_else else "left out", queue, message))
    return notes


def about_rows(queue: str, zeros: float, gaps: Sequence[date], outside: float) -> list[Note]:
    """Rows that are not there, and contacts where the forecast has no row."""
    notes: list[Note] = []
    if zeros > 0:
        message = (
            "no row today, while other queues have rows: treated as zero contacts, "
            f"expected {zeros:,.0f} (if the data are late, give --now, the time up to which "
            "they are complete)"
        )
        notes.append(Note(STEP, "warning", queue, message))
    if gaps:
        message = f"rows are missing; the forecast is left unchanged there: {date_ranges(gaps)}"
        notes.append(Note(STEP, "warning", queue, message))
    if outside > 0:
        message = f"{_contacts(outside)} in intervals outside the forecast; not counted"
        notes.append(Note(STEP, "left out", queue, message))
    return notes


def _contacts(number: float) -> str:
    return f"{number:,.0f} contact{'' if round(number) == 1 else 's'}"


def clock_time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
