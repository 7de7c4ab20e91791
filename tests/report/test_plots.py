"""A picture shows columns of its table, says its units, and never tells by colour alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from staffplan.report import (
    ReportData,
    plot_daily_volume,
    plot_roster_day,
    plot_roster_grid,
    plot_service_days,
    plot_service_week,
    plot_staffing,
    plot_waterfall,
    plot_week_volume,
    plot_weekday_heat,
    rosters,
    style,
    summaries,
)
from staffplan.report.ledgers import waterfall
from staffplan.report.roster_plots import _tints, group_letter, legend_columns, legend_inches

ZONE = "Europe/Madrid"
Draw = Callable[[Axes], Axes]


def every_plot(plan: ReportData) -> dict[str, Draw]:
    days = list(summaries.planned_days(plan))
    grid, names = rosters.roster_grid(plan, days), rosters.agent_names(plan)
    codes = rosters.shift_codes(plan)
    day, groups = rosters.roster_day(plan, days[0]), ["sales", "support"]
    week, service = summaries.staffing_week(plan, "sales"), summaries.service_week(plan, "sales")
    return {
        "heat": lambda ax: plot_weekday_heat(summaries.weekday_heat(plan, "sales"), ax, cell_minutes=30),
        "days": lambda ax: plot_daily_volume(summaries.daily_volume(plan, "sales"), ax),
        "week": lambda ax: plot_week_volume(summaries.week_volume(plan, "sales"), ax, zone=ZONE),
        "staffing": lambda ax: plot_staffing(week, ax, zone=ZONE),
        "service week": lambda ax: plot_service_week(service, ax, zone=ZONE),
        "service days": lambda ax: plot_service_days(summaries.service_days(plan, "sales"), ax),
        "money": lambda ax: plot_waterfall(waterfall(plan.cost, "bridge"), ax, unit="hours"),
        "roster day": lambda ax: plot_roster_day(day, ax, names=names, groups=groups, ticks={8.0: "08:00"}),
        "roster": lambda ax: plot_roster_grid(grid, days, ax, names=names, codes=codes),
    }


@pytest.fixture
def ax() -> Axes:
    return Figure(figsize=(8, 4)).add_subplot()


def test_every_plot_draws_on_the_axes_it_is_given_and_labels_them(plan):
    for name, draw in every_plot(plan).items():
        ax = Figure().add_subplot()
        assert draw(ax) is ax, name
        assert ax.get_xlabel(), name


def test_every_plot_of_amounts_names_its_unit(plan):
    units = {"days": "contacts", "week": "contacts", "staffing": "agents", "service week": "service level"}
    for name, unit in units.items():
        assert unit in every_plot(plan)[name](Figure().add_subplot()).get_ylabel()


def test_the_heat_map_writes_the_number_into_every_open_cell(plan, ax):
    heat = summaries.weekday_heat(plan, "sales")
    plot_weekday_heat(heat, ax, cell_minutes=30)
    assert len(ax.texts) == int(np.isfinite(heat.to_numpy()).sum())


def test_missing_and_surplus_people_differ_in_hatch_and_lines_in_dash(plan, ax):
    every_plot(plan)["staffing"](ax)
    hatches = {patch.get_hatch() for patch in ax.patches if patch.get_fill()}
    dashes = {str(patch.get_linestyle()) for patch in ax.patches if not patch.get_fill()}
    assert len(hatches) == 2
    assert len(dashes) == 2


def test_every_missed_interval_carries_a_cross(plan, ax):
    week = summaries.service_week(plan, "sales")
    plot_service_week(week, ax, zone=ZONE)
    crosses = next(line for line in ax.lines if line.get_marker() == "x")
    assert len(np.asarray(crosses.get_xdata())) == int(week["missed"].sum()) > 0


def test_steps_of_the_waterfall_are_signed_and_sums_are_not(plan, ax):
    steps = waterfall(plan.cost, "bridge")
    plot_waterfall(steps, ax, unit="hours")
    for text, change, is_total in zip(ax.texts, steps["change"], steps["is_total"], strict=True):
        sign = text.get_text()[0]
        assert sign.isdigit() if is_total else sign == ("+" if change > 0 else "−")


def test_every_activity_of_the_day_is_named_by_a_letter(plan, ax):
    every_plot(plan)["roster day"](ax)
    assert {marks.get_gid() for marks in ax.collections} - {None} == {"A", "B", "b", "m"}
    legend = ax.get_legend()
    assert legend is not None
    assert {text.get_text() for text in legend.get_texts()} == {"A = sales", "B = support", "b = break", "m = meal"}


def test_letters_go_on_after_z():
    assert [group_letter(number) for number in (0, 25, 26, 52)] == ["A", "Z", "A2", "A3"]


def test_the_same_drawing_gives_the_same_bytes(plan):
    draw = every_plot(plan)["money"]
    assert style.png(draw, 6, 3) == style.png(draw, 6, 3)


def test_names_that_no_font_has_or_that_look_like_formulas_are_drawn_as_text():
    assert style.drawable("café 東京") == "café □□"
    assert style.shortened("a" * 40, 10) == "a" * 9 + "…"
    assert style.png(lambda ax: ax.set_xlabel("$x_1$ \\frac") and ax, 2, 2)[:4] == b"\x89PNG"


def test_every_shift_of_the_grid_is_written_as_its_code(plan, ax):
    every_plot(plan)["roster"](ax)
    written = {str(marks.get_gid()): len(marks.get_offsets()) for marks in ax.collections if marks.get_gid()}
    shifts = plan.roster.shifts.frame.groupby("shift").size()
    assert written == {
        "E08": shifts["early_8h"],
        "D09": shifts["day_8h"],
        "M11": shifts["mid_8h"],
        "L13": shifts["late_8h"],
    }


@pytest.mark.parametrize(("shifts", "named"), [(21, 21), (60, 60), (63, 60)])
def test_the_legend_of_the_weeks_names_every_code_or_says_how_many_more_there_are(ax, shifts, named):
    codes = {f"early {number // 60:02d}:{number % 60:02d}": f"E{number}" for number in range(shifts)}
    grid = pd.DataFrame([list(codes)], index=["A1"])
    plot_roster_grid(grid, [date(2026, 3, 2)] * shifts, ax, names={}, codes=codes)
    told = [text.get_text() for text in ax.get_legend().get_texts()]
    assert told[:named] == [f"{code} = {shift}" for shift, code in sorted(codes.items())][:named]
    assert told[named:] == ([f"and {shifts - named} more: see the report's table"] if shifts > named else [])


def test_long_names_make_the_legend_narrower_not_the_picture():
    assert legend_columns(["E08 = early 08:00"] * 21) == 5
    assert legend_columns(["P0730 = part_time_mornings 07:30"] * 21) == 3
    assert legend_inches(["P0730 = part_time_mornings 07:30"] * 21) > legend_inches(["E08 = early 08:00"] * 21)


def test_the_axis_of_service_begins_below_the_least_value(plan):
    week = summaries.service_week(plan, "sales")
    high = week.assign(service_level=week["service_level"].where(week["service_level"].isna(), 0.93))
    ax = plot_service_week(high, Figure().add_subplot(), zone="Europe/Madrid")
    assert 0.65 < ax.get_ylim()[0] < 0.8


def test_a_shift_has_the_colour_of_its_family():
    tints = _tints(["early 08:00", "early 09:00", "late 13:00", "time off: vacation"])
    assert tints[0] == tints[1]
    assert len(set(tints)) == 3
