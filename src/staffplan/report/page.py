"""The report as one HTML file that needs nothing else (no network, no script, no font), and its pictures as files."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from staffplan.errors import visible
from staffplan.report.access_section import access_section
from staffplan.report.blocks import Figure, Section
from staffplan.report.data import ReportData
from staffplan.report.fairness_section import fairness_section
from staffplan.report.headline import headline
from staffplan.report.sections import (
    candour_section,
    forecast_section,
    money_section,
    people_section,
    roster_section,
    waits_section,
)

SECTIONS: tuple[Callable[[ReportData], Section], ...] = (
    headline,
    forecast_section,
    people_section,
    waits_section,
    access_section,
    roster_section,
    fairness_section,
    money_section,
    candour_section,
)
"""In the order in which they are read."""
PLAN_LINKS = {"Settings": "../plan.toml", "Workbook": "workbook.xlsx"}
PLAN_FOOTER = (
    "Made by staffplan from the files listed under “What you should know”. The same inputs, settings and seed "
    "give the same page."
)


def page_sections(data: ReportData) -> tuple[Section, ...]:
    """The sections that have something to show."""
    return tuple(section for section in (make(data) for make in SECTIONS) if section.blocks)


def render_page(data: ReportData) -> str:
    """The whole page. The same data give the same text, byte for byte."""
    return page_and_pictures(data)[0]


def page_and_pictures(data: ReportData) -> tuple[str, dict[str, bytes]]:
    """The page, and the pictures as `pictures` gives them; each is drawn once."""
    sections = page_sections(data)
    drawn = {figure.key: figure.png() for figure in figures_of(sections)}
    page = _rendered(data.title, sections, drawn, PLAN_LINKS, PLAN_FOOTER)
    return page, {f"{figure.key}.png": drawn[figure.key] for figure in samples_of(sections)}


def sections_page(title: str, sections: Sequence[Section]) -> str:
    """A page of its own, of sections that belong to no plan."""
    drawn = {figure.key: figure.png() for figure in figures_of(sections)}
    return _rendered(title, sections, drawn, {}, "Made by staffplan. The same files and options give the same page.")


def _rendered(
    title: str, sections: Sequence[Section], drawn: Mapping[str, bytes], links: Mapping[str, str], footer: str
) -> str:
    sources = {key: f"data:image/png;base64,{base64.b64encode(png).decode()}" for key, png in drawn.items()}
    return visible(_template().render(title=title, sections=sections, sources=sources, links=links, footer=footer))


def pictures(data: ReportData) -> dict[str, bytes]:
    """One PNG file of each kind, for example "required_vs_scheduled.png", of the largest queue or group."""
    return {f"{figure.key}.png": figure.png() for figure in samples_of(page_sections(data))}


def figures_of(sections: Iterable[Section]) -> tuple[Figure, ...]:
    """Every picture, in the order of the page."""
    return tuple(block for section in sections for block in section.blocks if isinstance(block, Figure))


def samples_of(sections: Iterable[Section]) -> tuple[Figure, ...]:
    """The first picture of each kind."""
    return tuple(figure for figure in figures_of(sections) if figure.number == 1)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("staffplan.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")
