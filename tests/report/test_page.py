"""The page holds all it needs, shows every figure also as a table, and is the same every time."""

from __future__ import annotations

import base64
import dataclasses
import re
import struct
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pytest

from staffplan.report import ReportData, pictures, render_page, report_pages
from staffplan.report.blocks import Figure, Section, Table
from staffplan.report.page import figures_of, page_sections
from staffplan.tables.forecast import Backtest
from staffplan.tables.waits import Coverage, DayService
from thorough import THOROUGH

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """What a browser would find: tags that open and close in order, attributes, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def texts(value: object) -> Iterator[str]:
    """Every text inside a section, in order; pictures are not drawn."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))


def figures(data: ReportData) -> tuple[Figure, ...]:
    return figures_of(page_sections(data))


def words(data: ReportData) -> str:
    """All that the page says, without its pictures."""
    sections: tuple[Section, ...] = page_sections(data)
    return " ".join(texts(sections))


@pytest.fixture(scope="module")
def nasty_page(nasty_html: str) -> Page:
    return Page(nasty_html)


def test_every_tag_that_opens_closes_in_order(nasty_page):
    assert nasty_page.wrong == []
    assert nasty_page.open == []


def test_the_page_asks_nothing_of_any_network(nasty_page):
    addresses = [attrs.get(name) or "" for _, attrs in nasty_page.found for name in ("src", "href") if name in attrs]
    assert {address for address in addresses if not address.startswith(("data:image/png", "#"))} == {
        "../plan.toml",
        "workbook.xlsx",
    }
    assert nasty_page.all("script") == [{"type": "application/json", "id": "day-data"}, {}]
    assert nasty_page.all("link") == []


def test_every_section_linked_from_the_top_is_there(nasty_page):
    anchors = {attrs["id"] for attrs in nasty_page.all("section")}
    links = {attrs["href"] for attrs in nasty_page.all("a") if str(attrs["href"]).startswith("#")}
    assert links == {f"#{anchor}" for anchor in anchors}
    assert len(anchors) == 10


def test_a_name_cannot_become_markup(nasty_page):
    assert nasty_page.all("b") == []
    assert "<script>alert('plan')</script>\\u202e" in nasty_page.words
    assert '<b>Sales & "VIP"</b> _$x_1$ 東京' in nasty_page.words


def test_a_name_cannot_turn_the_text_around(nasty_html):
    assert "\u202e" not in nasty_html
    assert "&lt;/script&gt;\\u202e" in nasty_html


def test_every_picture_says_what_it_shows_and_is_also_a_table(nasty_plan, nasty_page):
    shown = figures(nasty_plan)
    images = nasty_page.all("img")
    assert [image["alt"] for image in images] == [figure.alt for figure in shown]
    assert all(len(figure.alt) > 40 and figure.table.rows for figure in shown)
    folded = [attrs for attrs in nasty_page.all("details") if "class" not in attrs]
    assert len(folded) == len(images) == len({figure.key for figure in shown})


def test_every_picture_is_a_png_of_some_size(nasty_page):
    for image in nasty_page.all("img"):
        content = base64.b64decode(str(image["src"]).removeprefix("data:image/png;base64,"))
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = struct.unpack(">II", content[16:24])
        assert width > 1000
        assert height > 150


def test_every_header_cell_says_what_it_heads(nasty_page):
    assert {attrs.get("scope") for attrs in nasty_page.all("th")} == {"col", "row"}


def test_every_row_of_every_table_has_a_cell_for_each_header(nasty_plan):
    for section in page_sections(nasty_plan):
        for block in section.blocks:
            table = block.table if isinstance(block, Figure) else block
            if isinstance(table, Table):
                assert {len(row) for row in table.rows} <= {len(table.headers)}, table.caption


def test_the_same_plan_gives_the_same_bytes(plan_of, request):
    """In make test without its pictures, which test_river.py compares."""
    if not THOROUGH:
        request.getfixturevalue("blank_pictures")
    pages, files = report_pages(plan_of(names=("sales",)))
    assert pages == {"index.html": render_page(plan_of(names=("sales",)))}
    assert all(base64.b64encode(file).decode() in pages["index.html"] for file in files.values())


def test_a_plan_of_two_groups_and_twelve_agents_stays_below_two_megabytes(nasty_html):
    assert len(nasty_html.encode()) < 2_000_000


@pytest.mark.thorough
def test_a_plan_of_four_groups_four_weeks_and_sixty_agents_stays_below_four_megabytes(plan_of):
    big = plan_of(names=("sales", "support", "chat", "mail"), weeks=4, agents=60, size=60)
    assert len(render_page(big).encode()) < 4_000_000


def test_a_plan_with_nothing_open_says_so_and_has_no_pictures(closed_plan):
    page = Page(render_page(closed_plan))
    text = " ".join(page.words)
    assert "No queue is open in the period of the plan" in text
    assert page.all("img") == []
    assert pictures(closed_plan) == {}


def test_one_agent_around_the_clock_in_quarter_hours_is_told(plan_of):
    text = words(plan_of(names=("night",), agents=1, hours="24h", minutes=15, size=1))
    assert "1 agent and 40.0 paid hours" in text
    assert "night on Mon 7 Dec 2026 00:00–08:00" in text


def test_a_day_of_25_hours_is_drawn_whole(plan_of):
    autumn = plan_of(names=("night",), agents=2, hours="24h", first=date(2026, 10, 19), size=2)
    figure = next(
        f for s in page_sections(autumn) for f in s.blocks if isinstance(f, Figure) and f.name == "forecast_week"
    )
    sunday = [row for row in figure.table.rows if row[0].text.startswith("Sun 25 Oct")]
    assert len(sunday) == 50
    assert [row[0].text for row in sunday].count("Sun 25 Oct 02:00") == 2


def test_waits_that_were_never_simulated_do_not_pass_for_kept_promises(plan):
    blank = plan.coverage.frame.assign(service_level=np.nan, asa_seconds=np.nan, offered=np.nan)
    unknown = dataclasses.replace(plan, coverage=Coverage.of(blank), waits=DayService.empty())
    text = words(unknown)
    assert "No day could be measured." in text
    assert "not measured" in text
    assert "met on every day" not in text


@pytest.mark.usefixtures("blank_pictures")
def test_a_group_with_work_but_no_coverage_is_shown_as_all_missing(plan):
    only_sales = plan.coverage.frame[plan.coverage.frame["planning_group"] == "sales"]
    page = Page(render_page(dataclasses.replace(plan, coverage=Coverage.of(only_sales))))
    assert any(
        "agents required and rostered for support" in str(i["alt"]).replace("on queue ", "") for i in page.all("img")
    )


def test_a_roster_changed_by_hand_is_flagged_on_the_first_page_and_beside_the_roster(plan_of):
    edited = plan_of(changed_by_hand=("roster_shifts.csv",))
    assert words(edited).count("roster_shifts.csv was changed by hand") == 2
    assert "changed by hand" not in words(plan_of())


def test_a_forecast_that_does_not_beat_a_simple_average_says_so(plan):
    worse = plan.backtest.frame.assign(wape=lambda f: f["wape"].where(f["chosen"] == "no", 0.5))
    text = words(dataclasses.replace(plan, backtest=Backtest.of(worse)))
    assert "is NOT better than the best simple average (average of the last six weeks, 19.0 %)" in text
    assert "was not better than a simple average in the backtest" in text


def test_no_roster_is_called_optimal_without_its_bound(plan):
    proven = dataclasses.replace(plan, facts={"roster": {"objective": 12.0, "bound": 12.0}})
    unproven = dataclasses.replace(plan, facts={})
    assert "This is the best possible roster" in words(proven)
    assert "This roster is within 0.7 % of the best possible" in words(plan)
    assert "The quality of this roster was not measured" in words(unproven)


@pytest.mark.usefixtures("blank_pictures")
def test_pictures_come_one_of_each_kind(plan_of):
    assert sorted(pictures(plan_of(names=("sales",)))) == [
        "cost_bridge.png",
        "fair_weekends.png",
        "fair_wishes.png",
        "forecast_days.png",
        "forecast_week.png",
        "heat_map.png",
        "hours_bridge.png",
        "hours_ledger.png",
        "required_vs_scheduled.png",
        "roster_day.png",
        "roster_weeks.png",
        "service_days.png",
        "service_level.png",
    ]


def test_the_first_page_has_no_acronyms(plan):
    first, *_ = page_sections(plan)
    text = " ".join(texts(first)).replace("EUR", "")
    assert re.findall(r"\b[A-Z]{2,}\b", text) == []


def test_queues_beyond_the_pictured_ones_are_named_as_such(plan_of):
    many = plan_of(names=tuple(f"queue {number}" for number in range(8)), agents=8, history_weeks=2)
    text = words(many)
    assert "2 more queues have no pictures here" in text
    assert "2 more planning groups have no pictures here" in text


def test_without_the_script_every_reader_part_and_every_day_is_there_as_text(nasty_html):
    bare = Page(re.sub(r"<script.*?</script>", "", nasty_html, flags=re.DOTALL))
    text = " ".join(bare.words)
    assert all(f" {reader} " in text for reader in ("Planner", "Manager", "Budget owner"))
    days = [attrs["id"] for attrs in bare.all("details") if attrs.get("class") == "sheet day"]
    assert days == [f"day-2026-12-{number:02d}" for number in range(7, 14)]
    assert text.count("needed / rostered / net agents on queue") == 7


def test_the_figures_of_the_optimizer_are_told_at_the_end_alone(plan):
    told = {section.anchor: " ".join(texts(section)) for section in page_sections(plan)}
    assert "objective" in told["candour"]
    assert not any("objective" in text or "score" in text for anchor, text in told.items() if anchor != "candour")
