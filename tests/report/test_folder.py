"""A report that grows large is an index with a page for each day, queue, team and agent."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest
from test_day_view import staffed

from staffplan.report import report_pages

pytestmark = pytest.mark.usefixtures("blank_pictures")


@pytest.fixture
def pages(plan_of) -> dict[str, str]:
    data = staffed(plan_of(names=("sales", "support/päivä")))
    return report_pages(data, most_bytes=1000)[0]


def test_a_small_report_is_one_page(plan):
    assert list(report_pages(plan)[0]) == ["index.html"]


def test_every_day_queue_team_and_agent_has_a_page(pages):
    counts = {kind: sum(name.startswith(f"{kind}s/") for name in pages) for kind in ("day", "queue", "team", "agent")}
    assert counts == {"day": 7, "queue": 2, "team": 2, "agent": 13}
    assert all(re.fullmatch(r"[A-Za-z0-9/_.-]+", name) for name in pages)


def test_every_link_between_pages_leads_to_one(pages):
    for name, page in pages.items():
        links = re.findall(r'<a [^>]*href="([^"#]+\.html)"', page)
        assert name != "index.html" or len(links) > 20
        for link in links:
            parts = list(PurePosixPath(name).parent.parts)
            for part in PurePosixPath(link).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in pages, f"{name} links to {link}"


def test_the_index_is_smaller_than_the_one_page(plan_of, pages):
    whole = report_pages(staffed(plan_of(names=("sales", "support/päivä"))))[0]["index.html"]
    assert len(pages["index.html"]) < len(whole)


def test_a_queues_page_shows_its_own_people_and_its_own_need(pages):
    own = next(page for name, page in pages.items() if name.startswith("queues/") and "sales" in name)
    assert "sales: contacts per day" in own
    assert "Mon 7 Dec 2026: needed / rostered / net agents on queue" in own
    assert '"groups": ["sales"]' in own
