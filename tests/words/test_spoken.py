"""Words, numbers and dates follow the language spoken, and two languages do not mix."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest

from staffplan.errors import ConfigError
from staffplan.report.formats import count, day, money, plural, share
from staffplan.settings.config import load_config
from staffplan.words import language, speaking, tr


def days(number: float) -> str:
    return plural(number, "day", "days")


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1 день"), (2, "2 дня"), (5, "5 дней"), (11, "11 дней"), (21, "21 день"), (104, "104 дня")],
)
def test_russian_counts_one_few_and_many(number: int, said: str) -> None:
    with speaking("ru"):
        assert days(number) == said


def test_numbers_dates_and_money_are_written_as_the_language_does() -> None:
    when = date(2026, 12, 7)
    written = {}
    for name in ("en", "de", "ru"):
        with speaking(name):
            written[name] = (count(12345), share(0.888), money(1234.0, "EUR"), day(when))
    assert written == {
        "en": ("12,345", "88.8 %", "EUR 1,234", "Mon 7 Dec 2026"),
        "de": ("12.345", "88,8 %", "1.234\N{NO-BREAK SPACE}€", "Mo., 7. Dez. 2026"),
        "ru": ("12\N{NO-BREAK SPACE}345", "88,8 %", "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}€", "пн, 7 дек. 2026"),
    }


def test_two_threads_speak_two_languages_at_the_same_time() -> None:
    both_speak = Barrier(2)

    def said(name: str) -> str:
        with speaking(name):
            both_speak.wait(timeout=10)
            return tr("Roster")

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(said, ("ru", "de"))) == ["График смен", "Dienstplan"]
    assert tr("Roster") == "Roster"


def test_the_language_before_comes_back_after_an_error() -> None:
    with speaking("de"):
        with pytest.raises(ZeroDivisionError), speaking("ru"):
            1 / 0  # noqa: B018
        assert language() == "de"
    assert language() == "en"


def test_a_text_without_a_translation_stays_as_it_is() -> None:
    with speaking("ru"):
        assert tr("sales {late}") == "sales {late}"


def test_a_setting_names_a_language_that_there_is() -> None:
    assert load_config('[report]\nlanguage = "ru"', "plan.toml").report.language == "ru"
    with pytest.raises(ConfigError, match="'fr' is not a language of staffplan\n    write one of en, de, ru"):
        load_config('[report]\nlanguage = "fr"', "plan.toml")
