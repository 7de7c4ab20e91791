"""A manager sees who had more than their share of what nobody likes, and whose wishes were not granted."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from staffplan.report import ReportData
from staffplan.report.blocks import Figure, Section, Table, Text
from staffplan.report.fairness import shares, totals
from staffplan.report.fairness_plots import MOST_MARKED, plot_shares
from staffplan.report.fairness_section import fairness_section
from staffplan.report.page import page_sections, pictures
from staffplan.tables.wishes import Fairness

Row = tuple[str, str, str, float, float, float, float]


def fairness(*rows: Row) -> Fairness:
    """agent_id, name, what, count, of, fair share, carried in."""
    frame = pd.DataFrame(rows, columns=["agent_id", "name", "what", "count", "of", "fair_share", "carried_in"])
    return Fairness.of(frame.assign(carried_out=frame["carried_in"] + frame["count"] - frame["fair_share"]))


NO = float("nan")
THREE = fairness(
    ("a", "Ann", "weekends", 3, NO, 1.0, 0.0),
    ("b", "Bob", "weekends", 0, NO, 1.0, 0.0),
    ("c", "Cyd", "weekends", 0, NO, 1.0, 0.9),
)


def texts(section: Section) -> str:
    return " ".join(block.text for block in section.blocks if isinstance(block, Text))


def tables(section: Section) -> list[list[list[str]]]:
    """The cells of every table that is not a picture's."""
    found = [block for block in section.blocks if isinstance(block, Table)]
    return [[[cell.text for cell in row] for row in table.rows] for table in found]


def with_fairness(plan: ReportData, table: Fairness | None) -> ReportData:
    return dataclasses.replace(plan, fairness=table)


@pytest.fixture
def ax() -> Axes:
    return Canvas(figsize=(11, 3)).add_subplot()


@pytest.mark.usefixtures("blank_pictures")
def test_every_kind_that_somebody_could_have_had_is_pictured_and_the_rest_is_named(plan):
    section = fairness_section(plan)
    kinds = [block.name for block in section.blocks if isinstance(block, Figure)]
    assert kinds == ["fair_weekends", "fair_wishes"]
    assert "because there were none: nights, early starts and late ends." in texts(section)
    assert {"fair_weekends.png", "fair_wishes.png"} <= set(pictures(plan))


def test_what_counts_as_late_is_told_as_the_rule_has_it(plan):
    table = fairness(("a", "Ann", "late_ends", 1, NO, 1, 0), ("a", "Ann", "early_starts", 1, NO, 1, 0))
    rows = {row[0]: row[1:3] for row in tables(fairness_section(with_fairness(plan, table)))[0]}
    assert rows == {
        "Late ends": ["shifts that end after 19:30", "yes"],
        "Early starts": ["shifts that start before 07:00", "no"],
    }


def test_a_plan_of_an_earlier_version_says_what_is_missing_and_the_rest_is_reported(plan):
    old = with_fairness(plan, None)
    assert "fairness.csv is missing" in texts(fairness_section(old))
    assert len(page_sections(old)) == len(page_sections(plan))


def test_a_plan_in_which_nobody_works_has_nothing_to_share(plan):
    section = fairness_section(with_fairness(plan, Fairness.empty()))
    assert "nights, weekends, early starts, late ends and wishes" in texts(section)
    assert not any(isinstance(block, Figure) for block in section.blocks)


def test_what_was_too_much_before_lowers_what_is_due_now():
    due = shares(THREE).set_index("label")["due"]
    assert due.to_dict() == pytest.approx({"Ann": 1.0, "Bob": 1.0, "Cyd": 0.1})


def test_furthest_are_named_with_what_goes_on_and_one_from_the_share_is_no_more_than_rounding(plan):
    section = fairness_section(with_fairness(plan, THREE))
    everybody, far = tables(section)[:2]
    assert far == [["Ann", "weekends", "3", "1.0", "", "+2.0"]]
    assert everybody[0][-3:] == ["Ann +2.0", "Bob -1.0", "2.0"]


def test_nobody_far_from_the_share_is_said_in_words(plan):
    alike = fairness(*((agent, "", "nights", 2, NO, 1.5, 0.0) for agent in "abc"))
    section = fairness_section(with_fairness(plan, alike))
    assert "No agent differs from the fair share by more than 1." in texts(section)


def test_totals_say_how_many_there_were_and_how_much_goes_on():
    row = totals(shares(THREE)).iloc[0]
    assert (row["count"], row["agents"], row["far"]) == (3, 3, 1)
    assert row["carried"] == pytest.approx(2.0)


def test_two_people_of_one_name_are_told_apart():
    two = fairness(("a1", "Ann", "nights", 1, NO, 1, 0), ("a2", "Ann", "nights", 1, NO, 1, 0))
    assert shares(two)["label"].tolist() == ["Ann (a1)", "Ann (a2)"]
    nameless = fairness(("a1", "", "nights", 1, NO, 1, 0), ("a1", "", "weekends", 1, NO, 1, 0))
    assert shares(nameless)["label"].tolist() == ["a1", "a1"]


def test_a_wish_that_is_not_granted_is_told_here_and_not_again_among_the_notes(plan):
    by_title = {section.title: section for section in page_sections(plan)}
    assert tables(by_title["Fairness and wishes"])[-1][0][0] == "Agent 2 Wed 09 Dec 2026"
    assert "Agent 2 Wed 09 Dec 2026" not in str(tables(by_title["What you should know"]))


def test_marks_stand_at_counts_and_shares_and_the_far_ones_differ_in_shape(ax):
    table = shares(THREE)
    plot_shares(table, ax, unit="weekends worked")
    marks = {line.get_marker(): np.asarray(line.get_ydata()).tolist() for line in ax.lines}
    assert marks == {"o": [0, 0], "D": [3]}
    due = [path.vertices[0][1] for path in ax.collections[1].get_paths()]
    assert due == pytest.approx(table["due"].tolist())
    assert ax.get_ylabel() == "weekends worked"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Ann", "Bob", "Cyd"]


def test_what_was_asked_for_stands_behind_what_was_granted(ax):
    table = shares(fairness(("a", "Ann", "wishes", 1, 4, 2, 0), ("b", "Bob", "wishes", 1, 2, 1, 0)))
    plot_shares(table, ax, unit="granted wishes")
    assert [bar.get_height() for bar in ax.patches] == [4, 2]


def test_of_three_hundred_agents_some_of_the_furthest_are_named_side_by_side(ax):
    rng = np.random.default_rng(3)
    counts = rng.integers(0, 9, 300)
    many = fairness(*((f"a{n:03d}", f"Agent {n}", "nights", float(c), NO, 4.0, 0.0) for n, c in enumerate(counts)))
    table = shares(many)
    plot_shares(table, ax, unit="night shifts")
    named = {text.get_text(): text.xy for text in ax.texts}
    assert 3 <= len(named) <= MOST_MARKED
    for name, (place, count) in named.items():
        row = table.iloc[int(place)]
        assert (row["label"], row["count"]) == (name, count)
        assert row["far"]
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(one.overlaps(other) for k, one in enumerate(boxes) for other in boxes[:k])
    assert all(box.x0 >= 0 and box.x1 <= 1100 for box in boxes)
