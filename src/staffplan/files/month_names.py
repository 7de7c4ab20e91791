"""Months and weekdays by name, in English, German, Spanish, French and Russian."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

MONTHS = (
    ("january", "januar", "enero", "janvier", "январь", "января"),
    ("february", "februar", "febrero", "fevrier", "февраль", "февраля"),
    ("march", "marz", "maerz", "mrz", "marzo", "mars", "март", "марта"),
    ("april", "abril", "avril", "апрель", "апреля"),
    ("may", "mai", "mayo", "май", "мая"),
    ("june", "juni", "junio", "juin", "июнь", "июня"),
    ("july", "juli", "julio", "juillet", "июль", "июля"),
    ("august", "agosto", "aout", "август", "августа"),
    ("september", "septiembre", "setiembre", "septembre", "сентябрь", "сентября"),
    ("october", "oktober", "octubre", "octobre", "октябрь", "октября"),
    ("november", "noviembre", "novembre", "ноябрь", "ноября"),
    ("december", "dezember", "diciembre", "decembre", "декабрь", "декабря"),
)
WEEKDAYS = (
    ("monday", "montag", "lunes", "lundi", "понедельник", "mo", "пн"),
    ("tuesday", "dienstag", "martes", "mardi", "вторник", "tu", "di", "вт"),
    ("wednesday", "mittwoch", "miercoles", "mercredi", "среда", "we", "mi", "ср"),
    ("thursday", "donnerstag", "jueves", "jeudi", "четверг", "th", "do", "чт"),
    ("friday", "freitag", "viernes", "vendredi", "пятница", "fr", "пт"),
    ("saturday", "samstag", "sonnabend", "sabado", "samedi", "суббота", "sa", "сб"),
    ("sunday", "sonntag", "domingo", "dimanche", "воскресенье", "su", "so", "вс"),
)
SHORTEST = 3
"""Letters of a name's beginning that stand for it."""


def plain_letters(text: str) -> str:
    """Small letters without accents and full stops."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("й", "\ue000"))
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("\ue000", "й").strip(" .")


@cache
def month_of(word: str) -> int | None:
    """The month, 1 to 12, of a name or of its first three or more letters; None where no month, or several, fit."""
    found = _places(word, MONTHS)
    return found[0] + 1 if len(found) == 1 else None


@cache
def weekday_of_name(word: str) -> int | None:
    """The weekday, Monday 0, of a name or of its first letters; None where no weekday, or several, fit."""
    found = _places(word, WEEKDAYS)
    return found[0] if len(found) == 1 else None


def _places(word: str, names: tuple[tuple[str, ...], ...]) -> list[int]:
    plain = plain_letters(word)
    exact = [place for place, known in enumerate(names) if plain in known]
    if exact or len(plain) < SHORTEST:
        return exact
    return [place for place, known in enumerate(names) if any(name.startswith(plain) for name in known)]


_LETTERS = r"[^\W\d_]+"
_WEEKDAY = re.compile(rf"^({_LETTERS})\.?,?\s+(?=\w)")
_DAY_MONTH = re.compile(
    rf"^(\d{{1,2}})\.?[\s/.-]*(?:de\s+)?({_LETTERS})\.?,?[\s/.-]*(?:de\s+)?(\d{{4}}|\d{{2}})(?!\d)"
)
_MONTH_DAY = re.compile(rf"^({_LETTERS})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)")


def days_by_name(text: str) -> str:
    """The text with a weekday in front taken off, and a day whose month is a name as 2026-12-31."""
    weekday = _WEEKDAY.match(text)
    if weekday and weekday_of_name(weekday[1]) is not None and month_of(weekday[1]) is None:
        text = text[weekday.end() :]
    for pattern, day, month in ((_DAY_MONTH, 1, 2), (_MONTH_DAY, 2, 1)):
        found = pattern.match(text)
        number = month_of(found[month]) if found else None
        if found and number is not None:
            year = found[3] if len(found[3]) > len("26") else f"20{found[3]}"
            return f"{year}-{number:02d}-{int(found[day]):02d}{_time_after(text[found.end() :])}"
    return text


def _time_after(rest: str) -> str:
    """What follows a day: a time, after one blank."""
    time = re.sub(r"^(?:\s*г\.?)?,?\s*(?:um|at|a las|à|в)?\s+(?=\d)", " ", rest)
    return time if time.strip() else ""
