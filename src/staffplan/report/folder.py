"""The report as one page, and where that grows large as an index with a page a day, queue, team and agent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from staffplan.report import gallery, summaries
from staffplan.report.blocks import Block, Section, Sheet, Sheets, Text
from staffplan.report.data import ReportData
from staffplan.report.day_view import DayView
from staffplan.report.page import (
    PLAN_FOOTER,
    PLAN_LINKS,
    Part,
    drawn_of,
    page_parts,
    rendered,
    samples_of,
    sections_of,
    sections_page,
)
from staffplan.words import mark, speaking, tr

MOST_BYTES = 6_000_000
"""Size of a page beyond which days, queues, teams and agents get pages of their own."""
INDEX = "index.html"
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def report_pages(data: ReportData, *, most_bytes: int = MOST_BYTES) -> tuple[dict[str, str], dict[str, bytes]]:
    """The pages by their address in the report, and the pictures as `pictures` gives them; each is drawn once."""
    with speaking(data.language):
        return _pages(data, most_bytes)


def _pages(data: ReportData, most_bytes: int) -> tuple[dict[str, str], dict[str, bytes]]:
    parts = page_parts(data)
    drawn = drawn_of(parts)
    pictures = {f"{figure.key}.png": drawn[figure.key] for figure in samples_of(sections_of(parts))}
    page = rendered(data.title, parts, drawn, PLAN_LINKS, PLAN_FOOTER)
    if len(page.encode()) <= most_bytes:
        return {INDEX: page}, pictures
    leaves = tuple(_leaves(data, parts))
    index = rendered(data.title, _index_parts(parts, leaves), drawn, PLAN_LINKS, PLAN_FOOTER)
    return {INDEX: index} | {leaf.address: _leaf_page(data, leaf) for leaf in leaves}, pictures


@dataclass(frozen=True)
class _Leaf:
    """A page of its own: a day, a queue, a team or an agent."""

    what: str
    address: str
    anchor: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def sheet(self) -> Sheet:
        """Its place in the index."""
        return Sheet(self.anchor, self.title, (), self.address)


def _leaf_page(data: ReportData, leaf: _Leaf) -> str:
    section = Section(leaf.what, leaf.title, leaf.blocks)
    return sections_page(data.title, (section,), {mark("Back to the report"): f"../{INDEX}"})


def _leaves(data: ReportData, parts: Iterable[Part]) -> Iterator[_Leaf]:
    agents: list[_Leaf] = []
    for block in _sheets_in(parts):
        for number, sheet in enumerate(block.sheets):
            name = sheet.anchor.removeprefix(f"{block.what}-")
            file = name if block.what == "day" else _file_name(number, name)
            leaf = _Leaf(block.what, f"{block.what}s/{file}.html", sheet.anchor, sheet.title, sheet.blocks)
            agents += [leaf] if block.what == "agent" else []
            yield leaf
    yield from _queue_leaves(data)
    yield from _team_leaves(data, {leaf.anchor: leaf for leaf in agents})


def _sheets_in(parts: Iterable[Part]) -> list[Sheets]:
    return [block for section in sections_of(parts) for block in section.blocks if isinstance(block, Sheets)]


def _file_name(number: int, name: str) -> str:
    """A name that every file system takes; the number keeps two alike apart."""
    return f"{number + 1:03d}-{_NOT_IN_A_NAME.sub('-', name)[:40]}"


def _queue_leaves(data: ReportData) -> Iterator[_Leaf]:
    """Each queue with its contacts by day, and the days and people of its planning group."""
    known = data.site.queues
    for number, queue in enumerate(summaries.queues_by_size(data)):
        group = known[queue].planning_group if queue in known else queue
        view = DayView(data, only_groups=(group,))
        tables: list[Block] = [Sheets("day", (), view.payload())]
        tables += [gallery.daily_figure(data, queue, number).table]
        tables += [gallery.service_days_figure(data, group, number).table]
        tables += list(view.cover_tables())
        yield _Leaf("queue", f"queues/{_file_name(number, queue)}.html", f"queue-{number + 1}", queue, tuple(tables))


def _team_leaves(data: ReportData, agents: dict[str, _Leaf]) -> Iterator[_Leaf]:
    """Each team with its days, and the pages of its agents."""
    teams = DayView(data).handoff.people["team"]
    for number, team in enumerate(sorted({str(name) for name in teams if name})):
        own = [str(agent) for agent in teams.index[teams == team]]
        links = [agents[f"agent-{agent}"].sheet for agent in own if f"agent-{agent}" in agents]
        beside = tuple(replace(sheet, link=f"../{sheet.link}") for sheet in links)
        payload = DayView(data, only_agents=frozenset(own)).payload()
        blocks = (Text(tr("Needed, rostered and service are those of all teams.")), Sheets("day", (), payload))
        address = f"teams/{_file_name(number, team)}.html"
        yield _Leaf("team", address, f"team-{number + 1}", team, (*blocks, Sheets("agent", beside)))


def _index_parts(parts: Iterable[Part], leaves: Iterable[_Leaf]) -> tuple[Part, ...]:
    """The parts with links in place of days and agents, and links to queues and teams."""
    sheets: dict[str, tuple[Sheet, ...]] = {}
    for leaf in leaves:
        sheets[leaf.what] = (*sheets.get(leaf.what, ()), leaf.sheet)
    added = {
        "Planner": Section("queues", tr("Queues"), (Sheets("queue", sheets.get("queue", ())),)),
        "Manager": Section("teams", tr("Teams"), (Sheets("team", sheets.get("team", ())),)),
    }
    return tuple(
        Part(part.reader, tuple(_linked(own, sheets) for own in (*part.sections, *_some(added.get(part.reader)))))
        for part in parts
    )


def _some(section: Section | None) -> tuple[Section, ...]:
    return () if section is None or not any(b.sheets for b in section.blocks if isinstance(b, Sheets)) else (section,)


def _linked(section: Section, sheets: dict[str, tuple[Sheet, ...]]) -> Section:
    return replace(section, blocks=tuple(_link(block, sheets) for block in section.blocks))


def _link(block: Block, sheets: dict[str, tuple[Sheet, ...]]) -> Block:
    if not isinstance(block, Sheets):
        return block
    payload = block.payload and {**block.payload, "folder": "days/"}
    return replace(block, sheets=sheets.get(block.what, ()), payload=payload)
