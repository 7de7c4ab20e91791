"""A page in another language has no English left but names, codes, files and what the steps remarked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook

from staffplan.report import ReportData, build_workbook
from staffplan.report.blocks import Alert, Block, Bullets, Cards, Figure, Heading, Sheets, Table, Text
from staffplan.report.handoff import Handoff
from staffplan.report.page import page_parts, rendered
from staffplan.report.roster_calendar import calendars
from staffplan.report.rosters import shift_words
from staffplan.words import speaking

ALLOWED = {
    *("sales", "support", "chat", "staffplan", "Europe", "Madrid", "Agent", "December", "plan", "Excel", "WAPE"),
    *(
        "early_8h",
        "day_8h",
        "mid_8h",
        "late_8h",
        "sunday",
        "sickness",
        "EUR",
        "social",
        "security",
        "sha256",
        "access",
        "input",
    ),
    *("forecast", "roster", "bound", "gap", "objective", "status", "time", "limit", "day", "error", "past_fairness"),
}
"""Names of the made-up site, of the product, of steps and their figures, and of settings."""
LATIN = re.compile(r"[A-Za-z][\w.:-]*[A-Za-z][\w-]*")
HASH_OR_FIGURE = re.compile(r"[0-9a-f]*[a-f][0-9a-f]*$|(?:sales|support)\.day$")
NAMES_OF_FILES = re.compile(r"\S+\.(?:csv|toml|xlsx)(?::\w+)?")


def texts_of(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Text() | Alert() | Heading():
                yield block.text
            case Bullets():
                yield from block.items
            case Cards():
                yield from (text for card in block.cards for text in (card.label, card.value, card.detail))
            case Table():
                yield block.caption
                yield from (cell.text for row in (block.headers, *block.rows) for cell in row)
            case Figure():
                yield from (block.title, block.alt, block.caption)
                yield from texts_of((block.table,))
            case Sheets():
                for sheet in block.sheets:
                    yield from (sheet.title, *texts_of(sheet.blocks))


def english_in(text: str) -> list[str]:
    return [
        word
        for word in LATIN.findall(NAMES_OF_FILES.sub("", text))
        if word not in ALLOWED and not HASH_OR_FIGURE.match(word)
    ]


@pytest.fixture(scope="module")
def russian(plan: ReportData) -> ReportData:
    return replace(plan, language="ru", notes=())


def test_a_russian_page_has_no_english_words(russian: ReportData) -> None:
    with speaking("ru"):
        sections = [section for part in page_parts(russian) for section in part.sections]
    texts = [text for section in sections for text in (section.title, *texts_of(section.blocks))]
    assert len(texts) > 1000
    left = {text: found for text in texts if (found := english_in(text))}
    assert left == {}, left


def test_the_frame_of_the_page_and_its_script_are_russian(russian: ReportData) -> None:
    with speaking("ru"):
        page = rendered("План", (), {}, {"Settings": "../plan.toml"}, "")
    assert '<html lang="ru">' in page
    assert ">Настройки</a>" in page
    words = json.loads(page.split('id="words">')[1].split("<")[0])
    assert words["nobody matches"] == "никого не найдено"


def test_a_workbook_speaks_german_and_its_figures_stay_numbers(plan: ReportData) -> None:
    english, german = (load_workbook(BytesIO(build_workbook(replace(plan, language=name)))) for name in ("en", "de"))
    assert german.sheetnames[:4] == ["Zusammenfassung", "Prognose", "Bedarf", "Abdeckung"]
    rows = [list(book.worksheets[1].iter_rows(min_row=2, values_only=True)) for book in (english, german)]
    assert rows[0] == rows[1]
    assert [cell.value for cell in german.worksheets[1][1]][:3] == ["Tag", "Warteschlange", "Kontakte"]


def test_calendars_tell_breaks_in_the_language_and_keep_their_events(plan: ReportData) -> None:
    english, russian = (
        calendars(Handoff(plan.roster, "Europe/Madrid", "", language=name))["a001"].decode() for name in ("en", "ru")
    )
    assert "meal (unpaid)" in english
    assert "обед" in russian
    assert "meal" not in russian
    uids = [re.findall(r"UID:(\S+)", text) for text in (english, russian)]
    assert uids[0] == uids[1]


def test_standby_and_time_off_of_a_grid_are_said_in_the_language() -> None:
    grid = ("on call", "day 09:00, on call", "time off: vacation, on call", "day 09:00")
    assert tuple(map(shift_words, grid)) == grid
    with speaking("de"):
        said = [shift_words(shift) for shift in grid]
    assert said == [
        "Rufbereitschaft",
        "day 09:00, Rufbereitschaft",
        "Abwesenheit: Urlaub, Rufbereitschaft",
        "day 09:00",
    ]
