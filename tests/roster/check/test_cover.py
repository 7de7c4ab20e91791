"""Coverage of any roster, recomputed from its activities."""

from __future__ import annotations

from roster_centers import PLAIN, Center, activities, day, every_day, made, shift

from staffplan.clock import wall_instant
from staffplan.roster.check.cover import coverage


def test_cover_counts_parts_of_an_interval_and_work_nobody_required() -> None:
    center = Center({"voice": every_day(1, range(8, 12), 2.0)})
    roster = made([shift(0)], activities(0, "queue:voice 2.5, meal 1, queue:voice 3.5"))
    frame = coverage(roster, center.requirement, center.site).frame
    assert frame["required"].tolist() == [2, 2, 2, 2, 0, 0, 0]
    assert frame["scheduled"].tolist() == [1, 1, 0.5, 0.5, 1, 1, 1]
    assert frame["net"].tolist() == [-1, -1, -1.5, -1.5, 1, 1, 1]
    assert frame["service_level"].isna().all()


def test_intervals_lie_on_the_requirement_s_grid_in_a_zone_off_the_hour() -> None:
    center = Center({"voice": every_day(1, range(8, 15))}, timezone="Asia/Kathmandu")
    rows = activities(0, PLAIN)
    starts = [wall_instant(day(0), hour * 60, "Asia/Kathmandu") for hour in (8, 11, 12)]
    ends = [wall_instant(day(0), hour * 60, "Asia/Kathmandu") for hour in (11, 12, 15)]
    local = [row | {"start": s, "end": e} for row, s, e in zip(rows, starts, ends, strict=True)]
    roster = made([shift(0) | {"start": starts[0], "end": ends[-1]}], local)
    assert coverage(roster, center.requirement, center.site).frame["scheduled"].tolist() == [1, 1, 1, 0, 1, 1, 1]
    assert not center.check(roster).breaches


def test_the_cover_of_a_solved_roster_has_the_hours_that_the_search_counted_on_its_slots() -> None:
    center = Center({"voice": every_day(3, range(8, 15))}, agents=(("ann", "voice", "any"), ("bob", "voice", "any")))
    result = center.solve()
    net = coverage(result.roster, center.requirement, center.site).frame["net"]
    assert net.clip(upper=0).sum() == -result.understaffed_hours
    assert net.clip(lower=0).sum() == result.overstaffed_hours
    assert result.understaffed_hours + result.overstaffed_hours > 0
