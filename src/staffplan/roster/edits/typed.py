"""What a person types into a cell of a roster grid, and which shift is meant.

Nothing is guessed: where a text fits several shifts, that is said with the shifts that it fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from staffplan.clock import parse_weekdays
from staffplan.errors import did_you_mean
from staffplan.roster.edits.vocabulary import CODE, Span, Vocabulary, clock_words, plain, spans_of
from staffplan.settings.roster import DAY_MINUTES, ShiftForm
from staffplan.tables.roster_book import DAY_OFF, BookDay

NO_WORDS = frozenset({"", "-", "--", "·", "."})
"""What stands for a day off in every language."""
_TIME = r"(\d{1,2})(?:[:.h](\d{2}))?(?::00)?"
_SPAN = re.compile(rf"{_TIME}\s*(?:-|to)\s*{_TIME}")
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?::00)?(?![\d:])")


class NotUnderstoodError(Exception):
    """A text that is no day of a roster: what is so, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def day_typed(text: str, base: BookDay, when: date, contract: str, words: Vocabulary) -> BookDay:
    """The day that a cell means. base: what it meant when the workbook was made. contract: the person's work plan.

    Raises NotUnderstoodError.
    """
    lines = [line for line in (plain(part) for part in text.split("\n")) if line]
    parts = [plain(part) for part in base.parts.split(", ") if part]
    lines = [line for line in lines if line not in parts]
    if base.code and lines[:1] == [plain(base.code)] and lines[1:] in ([], _lines_of(base.times)):
        return base
    if not base.shift and not lines:
        return base if not base.kind else _refuse_time_off(base)
    typed = " ".join(lines)
    if typed in NO_WORDS or typed in words.off:
        return DAY_OFF if not base.kind else _refuse_time_off(base)
    if typed in words.kinds:
        if base.kind and typed in (plain(base.code), plain(base.kind)):
            return base
        raise NotUnderstoodError(f"{_shown(text)} is time off", "staffplan leave gives time off; put the cell back")
    return _shift(text, lines, base, (when, contract), words)


def _refuse_time_off(base: BookDay) -> BookDay:
    said = f"the day is {base.kind}, and a grid cannot take time off back"
    raise NotUnderstoodError(said, f"write {base.code} again, or a shift that is worked all the same")


def _shift(text: str, lines: Sequence[str], base: BookDay, whose: tuple[date, str], words: Vocabulary) -> BookDay:
    """The shift of a cell with a name or a code, times, or both in any order."""
    label, spans = _split(" ".join(lines))
    known = _named(label, words)
    if known is None and label and (start := _start_alone(label)) is not None:
        return _chosen(text, [f for f in words.forms.values() if f.start == start], base, whose, words)
    if known is None and label:
        near = did_you_mean(label, [*words.shifts, *words.forms, *words.codes])
        raise NotUnderstoodError(f"{_shown(text)} is no shift", f"write {words.example}{near}")
    if not spans:
        return _only(text, known or [], base, whose, words)
    timed = [words.standard(form) for form in words.forms.values() if spans_of(form) == spans]
    if known is None:
        return _only(text, timed, base, whose, words) if timed else _no_such_times(text, spans, words)
    both = [day for day in known if _spans_in(day.times) == spans]
    if both:
        return _only(text, both, base, whose, words)
    return _half_edited(text, known, spans, (base, timed, whose), words)


def _half_edited(
    text: str,
    known: Sequence[BookDay],
    spans: list[Span],
    beside: tuple[BookDay, Sequence[BookDay], tuple[date, str]],
    words: Vocabulary,
) -> BookDay:
    """Name and times that do not belong together: one of them is as it was, so the other is meant."""
    base, timed, whose = beside
    if base.shift and _spans_in(base.times) == spans:
        return _only(text, known, base, whose, words)
    if base.shift and any(day.meant == base.meant for day in known):
        return _only(text, timed, base, whose, words) if timed else _no_such_times(text, spans, words)
    said = f"{_shown(text)}: the times are not those of the shift, {known[0].times}"
    raise NotUnderstoodError(said, "write the shift or the times alone")


def _no_such_times(text: str, spans: Sequence[Span], words: Vocabulary) -> BookDay:
    near = sorted(words.forms.values(), key=lambda form: abs(form.start - spans[0][0]))
    shown = dict.fromkeys(f"{form.name} ({words.standard(form).times})" for form in near[:3])
    raise NotUnderstoodError(f"no shift of the settings runs {_shown(text)}", f"the nearest: {', '.join(shown)}")


def _split(typed: str) -> tuple[str, list[Span]]:
    """A text without its spans, and these, in minutes."""
    spans = [found.groups() for found in _SPAN.finditer(typed)]
    label = _SPAN.sub(" ", typed)
    read = [(_minute(a, b), _minute(c, d)) for a, b, c, d in spans]
    return " ".join(label.replace(",", " ").split()), [(start, end % DAY_MINUTES) for start, end in read]


def _named(label: str, words: Vocabulary) -> list[BookDay] | None:
    """The shifts that a code, a name, or a family means; None for no such word. A family means each of its starts."""
    if not label:
        return None
    codes = [day for code, day in words.codes.items() if plain(code) == label]
    if codes:
        return codes[:1]
    timed = _CLOCK.sub(lambda found: f"{int(found[1]):02d}:{found[2]}", label)
    forms = [form for name, form in words.forms.items() if plain(name) == timed]
    forms = forms or [form for form in words.forms.values() if plain(form.family) == label]
    forms = forms or list(_started(label, words)) or list(_coded(label, words))
    return [words.standard(form) for form in forms] or None


def _started(label: str, words: Vocabulary) -> Iterator[ShiftForm]:
    """The forms of "day 9" and "day 9.30"."""
    family, _, start = label.rpartition(" ")
    minute = _start_alone(start, bare_hour=True) if family else None
    return (form for form in words.forms.values() if plain(form.family) == family and form.start == minute)


def _coded(label: str, words: Vocabulary) -> Iterator[ShiftForm]:
    """The forms that a code means which nobody works so far: the letters of its family, hour and minute."""
    match = CODE.fullmatch(label)
    if match is None:
        return
    families = {family for letters, family in words.letters.items() if plain(letters) == match[1]}
    minute = _minute(match[2], match[3])
    yield from (form for form in words.forms.values() if form.family in families and form.start == minute)


def _start_alone(label: str, *, bare_hour: bool = False) -> int | None:
    """A time alone in minutes, "9:00", "09.30"; bare_hour: "9" as well."""
    match = re.fullmatch(_TIME, label)
    if match is None or (match[2] is None and not bare_hour):
        return None
    return _minute(match[1], match[2])


def _chosen(
    text: str, forms: Iterable[ShiftForm], base: BookDay, whose: tuple[date, str], words: Vocabulary
) -> BookDay:
    """The shift of a start alone: that of the family which is worked anyway, else the only one."""
    days = [words.standard(form) for form in forms]
    if not days:
        starts = sorted({form.start for form in words.forms.values()})
        said = f"no shift of the settings starts at {_shown(text)}"
        raise NotUnderstoodError(said, f"shifts start at {', '.join(map(clock_words, starts))}")
    family = base.shift.rsplit(" ", 1)[0]
    same = [day for day in days if words.forms[day.shift].family == family]
    return _only(text, same or days, base, whose, words)


def _only(text: str, days: Sequence[BookDay], base: BookDay, whose: tuple[date, str], words: Vocabulary) -> BookDay:
    """The one day of several: the one that is worked anyway, or that weekday and contract leave."""
    if any(day.meant == base.meant for day in days) and base.shift and len(days) > 1 and _timed(text):
        return base
    left = [day for day in days if _fits(day, whose, words)] or list(days)
    if len(left) == 1:
        return left[0]
    shown = [f"{day.shift} ({day.times})" for day in left]
    raise NotUnderstoodError(f"{_shown(text)} may be several shifts", f"write which: {', '.join(shown)}")


def _timed(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _fits(day: BookDay, whose: tuple[date, str], words: Vocabulary) -> bool:
    """Whether the contract has a shift, and the shift the weekday."""
    when, contract = whose
    family = day.shift.rsplit(" ", 1)[0]
    plan = words.contracts.get(contract)
    allowed = plan is None or family in plan.shifts
    return allowed and family in words.shifts and when.weekday() in parse_weekdays(words.shifts[family].weekdays)


def _spans_in(times: str) -> list[Span]:
    return _split(plain(times))[1]


def _lines_of(times: str) -> list[str]:
    return [plain(line) for line in times.split(", ")]


def _minute(hour: str, minute: str | None) -> int:
    return int(hour) * 60 + int(minute or 0)


def _shown(text: str) -> str:
    return repr(" / ".join(part.strip() for part in text.split("\n") if part.strip()))
