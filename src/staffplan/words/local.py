"""Numbers, dates and currencies as the language spoken writes them. Source: CLDR, by way of Babel."""

from __future__ import annotations

from datetime import date
from functools import cache

from staffplan.words.catalog import SOURCE
from staffplan.words.spoken import language, tr


def figure(value: float, spec: str) -> str:
    """A number by a format like ",.1f", with the language's decimal sign and thousands separator."""
    text = format(value, spec)
    return text if language() == SOURCE else text.translate(_separators(language()))


@cache
def _separators(code: str) -> dict[int, str]:
    from babel import Locale

    symbols = Locale.parse(code).number_symbols["latn"]
    return {ord(","): symbols["group"], ord("."): symbols["decimal"]}


def date_words(value: date, pattern: str) -> str:
    """A date by a CLDR pattern in English, like "EEE d MMM y"; the catalog has the pattern of its language."""
    return _date_words(date(value.year, value.month, value.day), tr(pattern), language())


def weekday_words(weekday: int) -> str:
    """A weekday, short; Monday is 0."""
    return _date_words(date(2024, 1, 1 + weekday), "EEE", language())


@cache
def _date_words(value: date, pattern: str, code: str) -> str:
    from babel.dates import format_date

    return format_date(value, pattern, locale=code)


def currency_of(code: str, amount: str) -> str:
    """An amount with its currency, where the language puts it: "EUR 12", "12 €"."""
    if language() == SOURCE or not code:
        return f"{code} {amount}".strip()
    from babel.numbers import get_currency_symbol

    symbol = get_currency_symbol(code, locale=language())
    return f"{symbol} {amount}" if _symbol_first(language()) else f"{amount}\N{NO-BREAK SPACE}{symbol}"


@cache
def _symbol_first(code: str) -> bool:
    from babel import Locale

    return str(Locale.parse(code).currency_formats["standard"].pattern).startswith("¤")
