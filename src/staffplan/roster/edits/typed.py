"""What a person types into a cell of a roster grid, and which shift is meant.

Nothing is guessed: where a text fits several shifts, that is said with the shifts that it fits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from staffplan.clock import parse_weekdays
from staffplan.errors import did_you_mean
from staffplan.settings.roster import DAY_MINUTES, ShiftForm, ShiftSettings, WorkPlanSettings
from staffplan.tables.roster_book import DAY_OFF, BookDay, BookMark

OFF_WORDS = frozenset({"", "off", "day off", "free", "-", "--", "·", "."})
_TIME = r"(\d{1,2})(?:[:.h](\d{2}))?(?::00)?"
_SPAN = re.compile(rf"{_TIME}\s*(?:-|to)\s*{_TIME}")
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?::00)?(?![\d:])")
_CODE = re.compile(r"([^\W\d_]+(?:\d\.)?)(\d{2})(\d{2})?")
Span = tuple[int, int]
"""From and to, minutes after midnight."""


class NotUnderstoodError(Exception):
    """A text that is no day of a roster: what is so, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True)
class Vocabulary:
    """What may stand in the cells of a workbook: the shifts of the settings, and the codes that it uses."""

    shifts: Mapping[str, ShiftSettings]
    contracts: Mapping[str, WorkPlanSettings]
    mark: BookMark

    @cached_property
    def forms(self) -> dict[str, ShiftForm]:
        """By name, "early 07:00"."""
        return {form.name: form for family, shift in self.shifts.items() for form in shift.forms(family)}

    @cached_property
    def codes(self) -> dict[str, BookDay]:
        """What each code of the workbook means; of several the shift that the settings have."""
        found: dict[str, BookDay] = {}
        for one in self.mark.days.values():
            if one.code and one.shift and (one.code not in found or self.is_standard(one)):
                found[one.code] = one
        return found

    @property
    def example(self) -> str:
        """What may be written, in words."""
        form = next(iter(self.forms.values()))
        return f'a shift as "{form.name}", its times as {self.standard(form).times}, or off'

    @cached_property
    def letters(self) -> dict[str, str]:
        """The family of shifts that the letters of a code stand for."""
        pairs = ((_CODE.match(code), day.shift.rsplit(" ", 1)[0]) for code, day in self.codes.items())
        return {match[1]: family for match, family in pairs if match and family in self.shifts}

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Codes and kinds of time off, and the ordinary words for it."""
        return frozenset(map(_plain, (*self.mark.kinds, *self.mark.kinds.values(), "vacation", "sick", "leave")))

    def is_standard(self, day: BookDay) -> bool:
        """Whether a shift is as long as the settings have it."""
        return day.shift in self.forms and self.forms[day.shift].minutes == day.minutes

    def standard(self, form: ShiftForm) -> BookDay:
        times = ", ".join(f"{_words(start)}-{_words(end)}" for start, end in spans_of(form))
        return BookDay("", form.name, form.minutes, times)


def day_typed(text: str, base: BookDay, when: date, contract: str, words: Vocabulary) -> BookDay:
    """The day that a cell means. base: what it meant when the workbook was made. contract: the person's work plan.

    Raises NotUnderstoodError.
    """
    lines = [line for line in (_plain(part) for part in text.split("\n")) if line]
    parts = [_plain(part) for part in base.parts.split(", ") if part]
    lines = [line for line in lines if line not in parts]
    if base.code and lines[:1] == [_plain(base.code)] and lines[1:] in ([], _lines_of(base.times)):
        return base
    if not base.shift and not lines:
        return base if not base.kind else _refuse_time_off(base)
    typed = " ".join(lines)
    if typed in OFF_WORDS:
        return DAY_OFF if not base.kind else _refuse_time_off(base)
    if typed in words.kinds:
        if base.kind and typed in (_plain(base.code), _plain(base.kind)):
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
    codes = [day for code, day in words.codes.items() if _plain(code) == label]
    if codes:
        return codes[:1]
    timed = _CLOCK.sub(lambda found: f"{int(found[1]):02d}:{found[2]}", label)
    forms = [form for name, form in words.forms.items() if _plain(name) == timed]
    forms = forms or [form for form in words.forms.values() if _plain(form.family) == label]
    forms = forms or list(_started(label, words)) or list(_coded(label, words))
    return [words.standard(form) for form in forms] or None


def _started(label: str, words: Vocabulary) -> Iterator[ShiftForm]:
    """The forms of "day 9" and "day 9.30"."""
    family, _, start = label.rpartition(" ")
    minute = _start_alone(start, plain=True) if family else None
    return (form for form in words.forms.values() if _plain(form.family) == family and form.start == minute)


def _coded(label: str, words: Vocabulary) -> Iterator[ShiftForm]:
    """The forms that a code means which nobody works so far: the letters of its family, hour and minute."""
    match = _CODE.fullmatch(label)
    if match is None:
        return
    families = {family for letters, family in words.letters.items() if _plain(letters) == match[1]}
    minute = _minute(match[2], match[3])
    yield from (form for form in words.forms.values() if form.family in families and form.start == minute)


def _start_alone(label: str, *, plain: bool = False) -> int | None:
    """A time alone in minutes, "9:00", "09.30"; plain: "9" as well."""
    match = re.fullmatch(_TIME, label)
    if match is None or (match[2] is None and not plain):
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
        raise NotUnderstoodError(said, f"shifts start at {', '.join(map(_words, starts))}")
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


def spans_of(form: ShiftForm) -> list[Span]:
    """From and to of each part of a shift, as a clock shows them."""
    free, end = form.free, form.start + form.minutes
    edges = [form.start, end]
    if free is not None:
        edges[1:1] = [form.start + free.earliest, form.start + free.earliest + free.minutes]
    return [(a % DAY_MINUTES, b % DAY_MINUTES) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _spans_in(times: str) -> list[Span]:
    return _split(_plain(times))[1]


def _lines_of(times: str) -> list[str]:
    return [_plain(line) for line in times.split(", ")]


def _minute(hour: str, minute: str | None) -> int:
    return int(hour) * 60 + int(minute or 0)


def _words(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _plain(text: str) -> str:
    """A text as it is compared: one sort of dash, single blanks, small letters."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub("[\u2010-\u2015\u2212]", "-", text)
    return " ".join(text.split()).casefold()


def _shown(text: str) -> str:
    return repr(" / ".join(part.strip() for part in text.split("\n") if part.strip()))
