"""The report as one HTML file that needs nothing else (no network, no font), and its pictures as files.

A script in the page draws the days and shows the part of one reader at a time; without it everything stands in one
column.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from staffplan.errors import visible
from staffplan.report.access_section import access_section
from staffplan.report.agent_sheets import agents_section
from staffplan.report.blocks import Figure, Section
from staffplan.report.data import ReportData
from staffplan.report.day_view import days_section
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
from staffplan.words import language, mark, speaking, tr

Make = Callable[[ReportData], Section]
PARTS: tuple[tuple[str, tuple[Make, ...]], ...] = (
    ("", (headline,)),
    (mark("Planner"), (forecast_section, people_section, waits_section, access_section)),
    (mark("Manager"), (days_section, agents_section, roster_section, fairness_section)),
    (mark("Budget owner"), (money_section,)),
    ("", (candour_section,)),
)
"""Whose part holds which sections, in the order in which they are read; those without a reader are for all."""
PLAN_LINKS = {mark("Settings"): "../plan.toml", mark("Workbook"): "workbook.xlsx"}
PLAN_FOOTER = mark(
    "Made by staffplan from the files listed under “What you should know”. The same inputs, settings "
    "and seed give the same page."
)
FOOTER = mark("Made by staffplan. The same files and options give the same page.")


@dataclass(frozen=True)
class Part:
    """Sections of one reader; "" for all."""

    reader: str
    sections: tuple[Section, ...]


def page_parts(data: ReportData) -> tuple[Part, ...]:
    """The parts and their sections that have something to show."""
    parts = (Part(name, tuple(made for made in (make(data) for make in own) if made.blocks)) for name, own in PARTS)
    return tuple(part for part in parts if part.sections)


def page_sections(data: ReportData) -> tuple[Section, ...]:
    """The sections that have something to show."""
    return sections_of(page_parts(data))


def sections_of(parts: Iterable[Part]) -> tuple[Section, ...]:
    return tuple(section for part in parts for section in part.sections)


def render_page(data: ReportData) -> str:
    """The whole page as one file. The same data give the same text, byte for byte."""
    with speaking(data.language):
        parts = page_parts(data)
        return rendered(data.title, parts, drawn_of(parts), PLAN_LINKS, PLAN_FOOTER)


def sections_page(title: str, sections: Sequence[Section], links: Mapping[str, str] | None = None) -> str:
    """A page of its own, of sections that are for everybody."""
    parts = (Part("", tuple(sections)),)
    return rendered(title, parts, drawn_of(parts), links or {}, FOOTER)


def drawn_of(parts: Iterable[Part]) -> dict[str, bytes]:
    """Every picture of the parts by its key."""
    return {figure.key: figure.png() for figure in figures_of(sections_of(parts))}


def rendered(
    title: str, parts: Sequence[Part], drawn: Mapping[str, bytes], links: Mapping[str, str], footer: str
) -> str:
    """The HTML of the parts; `links` stand at the top, addresses by name."""
    sources = {key: f"data:image/png;base64,{base64.b64encode(png).decode()}" for key, png in drawn.items()}
    last = max((number for number, part in enumerate(parts) if part.reader), default=len(parts))
    text = _template().render(
        title=title,
        lead=sections_of(part for number, part in enumerate(parts) if not part.reader and number < last),
        readers=[part for part in parts if part.reader],
        tail=sections_of(part for number, part in enumerate(parts) if not part.reader and number > last),
        sources=sources,
        links=links,
        footer=footer,
        language=language(),
        script_words=_script_words(),
    )
    return visible(text)


def pictures(data: ReportData) -> dict[str, bytes]:
    """One PNG file of each kind, for example "required_vs_scheduled.png", of the largest queue or group."""
    with speaking(data.language):
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
    environment.globals["_"] = tr
    return environment.get_template("page.html.j2")


_SCRIPT_WORD = re.compile(r'\b_\("([^"]+)"')


def _script_words() -> dict[str, str]:
    """What the script in the page says, by its English; empty where the page is in English."""
    script = files("staffplan.report").joinpath("templates", "page.js").read_text(encoding="utf-8")
    found = {text: tr(text) for text in _SCRIPT_WORD.findall(script)}
    return {text: said for text, said in sorted(found.items()) if said != text}
