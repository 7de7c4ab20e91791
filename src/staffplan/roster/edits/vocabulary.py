"""The words of a roster grid: the shifts of the settings, and the codes that a workbook uses for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from staffplan.settings.roster import DAY_MINUTES, ShiftForm, ShiftSettings, WorkPlanSettings
from staffplan.tables.roster_book import OFF_WORDS, TIME_OFF_WORDS, BookDay, BookMark

CODE = re.compile(r"([^\W\d_]+(?:\d\.)?)(\d{2})(\d{2})?")
"""Letters, hour and minute of a code."""
Span = tuple[int, int]
"""From and to, minutes after midnight."""


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
        pairs = ((CODE.match(code), day.shift.rsplit(" ", 1)[0]) for code, day in self.codes.items())
        return {match[1]: family for match, family in pairs if match and family in self.shifts}

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Codes and kinds of time off, and the ordinary words for it."""
        given = self.mark.kinds.values()
        said = (*self.mark.kinds, *given, *self.mark.words(*given, TIME_OFF_WORDS))
        return frozenset(map(plain, said))

    @cached_property
    def off(self) -> frozenset[str]:
        """What may be written for a day off."""
        return frozenset(map(plain, self.mark.words(OFF_WORDS)))

    def is_standard(self, day: BookDay) -> bool:
        """Whether a shift is as long as the settings have it."""
        return day.shift in self.forms and self.forms[day.shift].minutes == day.minutes

    def standard(self, form: ShiftForm) -> BookDay:
        times = ", ".join(f"{clock_words(start)}-{clock_words(end)}" for start, end in spans_of(form))
        return BookDay("", form.name, form.minutes, times)


def spans_of(form: ShiftForm) -> list[Span]:
    """From and to of each part of a shift, as a clock shows them."""
    free, end = form.free, form.start + form.minutes
    edges = [form.start, end]
    if free is not None:
        edges[1:1] = [form.start + free.earliest, form.start + free.earliest + free.minutes]
    return [(a % DAY_MINUTES, b % DAY_MINUTES) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def clock_words(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def plain(text: str) -> str:
    """A text as it is compared: one sort of dash, single blanks, small letters."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub("[\u2010-\u2015\u2212]", "-", text)
    return " ".join(text.split()).casefold()
