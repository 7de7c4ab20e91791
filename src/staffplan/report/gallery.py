"""Every picture of the report, with its words and its table."""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from staffplan.clock import midnight
from staffplan.report import plots, roster_plots, rosters, summaries
from staffplan.report.blocks import Column, Figure, Table, matrix_of, table_of
from staffplan.report.data import ReportData
from staffplan.report.formats import clock, count, day, hours, money, share, short_day, signed, wait
from staffplan.report.ledgers import line_words, waterfall
from staffplan.words import mark, tr

MOST_PICTURED = 6
"""Queues or groups that get pictures of their own, the largest first; tables and files hold all."""
LOCAL = ("when", mark("start (local)"), None)
BAND_COLUMNS: tuple[Column, ...] = (
    ("offered_p025", mark("95 % from"), count),
    ("offered_p10", mark("80 % from"), count),
    ("offered_p90", mark("80 % to"), count),
    ("offered_p975", mark("95 % to"), count),
)


def heat_figure(data: ReportData, queue: str, number: int) -> Figure:
    heat = summaries.weekday_heat(data, queue)
    minutes = summaries.heat_minutes(data.site.calendar.interval_minutes)
    alt = tr(
        "Heat map of expected contacts of {queue} by weekday and time of day{heat}.",
        queue=queue,
        heat=_peak_words(heat, minutes),
    )
    return Figure(
        name="heat_map",
        number=number,
        title=tr("{queue}: contacts by weekday and time of day", queue=queue),
        alt=alt,
        draw=functools.partial(plots.plot_weekday_heat, heat, cell_minutes=minutes),
        height_inches=3.0,
        table=matrix_of(
            heat.T, "time", tr("{queue}: average contacts per {minutes} minutes", queue=queue, minutes=minutes), count
        ),
        caption=tr(
            "Contacts per {minutes} minutes, average over the days of the plan. Hatched: closed.", minutes=minutes
        ),
    )


def _peak_words(heat: pd.DataFrame, minutes: int) -> str:
    values = heat.to_numpy(dtype=float)
    if not np.isfinite(values).any():
        return tr("; always closed")
    row, column = divmod(int(np.nanargmax(values)), values.shape[1])
    peak = tr(
        "{index} {columns} with {values}",
        index=tr(str(heat.index[row])),
        columns=heat.columns[column],
        values=count(values[row, column]),
    )
    return tr("; the peak is {peak} per {minutes} minutes", peak=peak, minutes=minutes)


def daily_figure(data: ReportData, queue: str, number: int) -> Figure:
    days = summaries.daily_volume(data, queue)
    error = summaries.day_error_80(data, queue)
    columns: list[Column] = [
        ("day", mark("day"), None),
        ("actual", mark("history"), count),
        ("forecast", mark("forecast"), count),
    ]
    columns += [(n, h, count) for n, h in (("low_95", tr("95 % from")), ("low_80", tr("80 % from")))]
    columns += [(n, h, count) for n, h in (("high_80", tr("80 % to")), ("high_95", tr("95 % to")))]
    measured = tr(
        "80 % of backtest days were within {error}. The 95 % band assumes a normal distribution.", error=share(error)
    )
    summed = tr("Bands: sums of the bands by interval. They are too wide for a day; no day error was measured.")
    ahead, past = days["forecast"].mean(), days["actual"].mean()
    return Figure(
        name="forecast_days",
        number=number,
        title=tr("{queue}: contacts per day, history and forecast", queue=queue),
        alt=tr(
            "Line chart of contacts per day of {queue}: {past} on average in the weeks before, "
            "{ahead} forecast, with 80 and 95 percent bands.",
            queue=queue,
            past=count(past),
            ahead=count(ahead),
        ),
        draw=functools.partial(plots.plot_daily_volume, days),
        height_inches=3.2,
        table=table_of(_told_days(days), columns, tr("{queue}: contacts per day", queue=queue)),
        caption=summed if math.isnan(error) else measured,
    )


def _told_days(days: pd.DataFrame) -> pd.DataFrame:
    """The days with contacts, in words."""
    known = days[days["actual"].notna() | days["forecast"].notna()]
    return known.assign(day=[day(value) for value in known["day"]])


def week_figure(data: ReportData, queue: str, number: int) -> Figure:
    week = summaries.week_volume(data, queue)
    columns: list[Column] = [
        LOCAL,
        ("last_week", mark("last week of history"), count),
        ("offered", mark("forecast"), count),
    ]
    caption = tr("{queue}: contacts by interval, first week of the plan", queue=queue)
    return Figure(
        name="forecast_week",
        number=number,
        title=tr("{queue}: contacts by interval, first week of the plan", queue=queue),
        alt=tr(
            "Line chart of contacts by interval of {queue} in the first week: the forecast with its "
            "80 and 95 percent bands, and the last week of the history for comparison.",
            queue=queue,
        ),
        draw=functools.partial(plots.plot_week_volume, week, zone=data.site.calendar.timezone),
        height_inches=3.2,
        table=table_of(_open_rows(week, "offered"), [*columns, *BAND_COLUMNS], caption),
        caption=tr(
            "Bands by interval as in forecast.csv. Thin line: same weekday and time in the last week of history."
        ),
    )


def staffing_figure(data: ReportData, group: str, number: int) -> Figure:
    week = summaries.staffing_week(data, group)
    length = data.site.calendar.interval_minutes / 60
    short, over = float(week["short"].sum()) * length, float(week["over"].sum()) * length
    columns: list[Column] = [LOCAL, ("required", mark("required"), count), ("scheduled", mark("rostered"), count)]
    rows = _open_rows(week, "required").assign(net=lambda frame: frame["scheduled"] - frame["required"])
    return Figure(
        name="required_vs_scheduled",
        number=number,
        title=tr("{group}: agents required and rostered, {week}", group=group, week=_week_words(week)),
        alt=tr(
            "Step chart of agents required and rostered on queue for {group} in one week: {short} "
            "understaffed hours and {over} overstaffed hours.",
            group=group,
            short=hours(short),
            over=hours(over),
        ),
        draw=functools.partial(plots.plot_staffing, week, zone=data.site.calendar.timezone),
        height_inches=3.2,
        table=table_of(
            rows,
            [*columns, ("net", mark("difference"), signed)],
            tr("{group}: agents on queue by interval", group=group),
        ),
        caption=tr("The week with the most understaffed hours. Required includes cover for unplanned absence."),
    )


def service_week_figure(data: ReportData, group: str, number: int) -> Figure:
    week = summaries.service_week(data, group)
    known = week["service_level"].notna()
    columns: list[Column] = [
        LOCAL,
        ("offered", mark("contacts"), count),
        ("service_level", mark("service level"), share),
    ]
    rows = _open_rows(week, "service_level").assign(
        met=lambda frame: frame["missed"].map({True: tr("below"), False: ""})
    )
    columns += [("goal", mark("goal"), share), ("met", mark("goal missed"), None)]
    columns += [("asa_seconds", summaries.wait_words(data, group), wait)]
    return Figure(
        name="service_level",
        number=number,
        title=tr("{group}: service level by interval, {week}", group=group, week=_week_words(week)),
        alt=tr(
            "Step chart of the service level by interval for {group} in one week: {sum} of {sum2} "
            "intervals are below the goal.",
            group=group,
            sum=int(week["missed"].sum()),
            sum2=int(known.sum()),
        ),
        draw=functools.partial(plots.plot_service_week, week, zone=data.site.calendar.timezone),
        height_inches=3.0,
        table=table_of(rows, columns, tr("{group}: service by interval", group=group)),
        caption=tr("The week with the most contacts not served in time. A cross marks an interval below the goal."),
    )


def service_days_figure(data: ReportData, group: str, number: int) -> Figure:
    days = summaries.service_days(data, group)
    columns: list[Column] = [
        ("day", mark("day"), None),
        ("offered", mark("contacts"), count),
        ("service_level", mark("service level"), share),
        ("service_level_low", mark("low"), share),
        ("service_level_high", mark("high"), share),
        ("goal", mark("goal"), share),
        ("kept", mark("on target"), None),
        ("asa_seconds", summaries.wait_words(data, group), wait),
        ("abandon_rate", mark("abandoned"), share),
        ("understaffed_hours", mark("understaffed hours"), hours),
        ("overstaffed_hours", mark("overstaffed hours"), hours),
    ]
    return Figure(
        name="service_days",
        number=number,
        title=tr("{group}: service level by day", group=group),
        alt=tr(
            "Chart of the service level by day for {group}: the service goal is met on {sum} days "
            "and missed on {sum2}.",
            group=group,
            sum=int((days["kept"] == "yes").sum()),
            sum2=int((days["kept"] == "no").sum()),
        ),
        draw=functools.partial(plots.plot_service_days, days),
        height_inches=2.8,
        table=table_of(_told_service(days), columns, tr("{group}: service by day", group=group)),
        caption=tr("Weighted by contacts. The grey bar covers 90 % of the simulated repetitions of the day."),
    )


def _told_service(days: pd.DataFrame) -> pd.DataFrame:
    return days.assign(day=[day(value) for value in days["day"]], kept=[tr(word) for word in days["kept"]])


_KEPT = (mark("yes"), mark("no"), mark("no contacts"))
"""What waits.csv says of a day."""


def roster_day_figure(data: ReportData, when: date) -> Figure:
    rows = rosters.roster_day(data, when)
    names = rosters.agent_names(data)
    agents = rows["agent_id"].nunique()
    drawn = min(agents, roster_plots.MOST_ROWS)
    groups = sorted(summaries.groups_of(data))
    ticks = _hour_ticks(data, when, rows)
    rest = (
        tr(" {drawn} of {agents} agents are shown; the table lists all.", drawn=drawn, agents=agents)
        if drawn < agents
        else ""
    )
    return Figure(
        name="roster_day",
        title=tr("Roster of {when}", when=day(when)),
        alt=tr(
            "Chart of {agents} agents on {when}: a bar for each activity from start to end of the shift.",
            agents=agents,
            when=day(when),
        ),
        draw=functools.partial(roster_plots.plot_roster_day, rows, names=names, groups=groups, ticks=ticks),
        height_inches=1.3 + 0.155 * drawn,
        table=_day_table(rows, names, when),
        caption=tr(
            "The day with the most agents at work, ordered by start. Letters show the activity.{rest}", rest=rest
        ),
    )


def _hour_ticks(data: ReportData, when: date, rows: pd.DataFrame) -> dict[float, str]:
    """Clock text at every whole hour, or every second one on a long day, that the day's activities span."""
    zone = data.site.calendar.timezone
    zero = midnight(when, zone)
    first, last = math.floor(rows["from_hour"].min()), math.ceil(rows["to_hour"].max())
    step = 1 if last - first <= 16 else 2
    instants = {float(hour): zero + pd.Timedelta(hours=hour) for hour in range(first, last + 1, step)}
    return {hour: clock(instant.tz_convert(zone)) for hour, instant in instants.items()}


def _day_table(rows: pd.DataFrame, names: dict[str, str], when: date) -> Table:
    """One row for each agent: the day in words, in order of time."""
    told = rows.assign(
        text=[
            f"{clock(begin)}–{clock(end)} {group or tr(activity)}"
            for begin, end, group, activity in zip(
                rows["start_local"], rows["end_local"], rows["planning_group"], rows["activity"], strict=True
            )
        ]
    )
    table = told.groupby("agent_id", sort=False)["text"].agg(", ".join).reset_index()
    table["name"] = [names.get(str(agent), str(agent)) for agent in table["agent_id"]]
    columns: list[Column] = [("name", mark("agent"), None), ("text", mark("activities (local time)"), None)]
    return table_of(table, columns, tr("Roster of {when}", when=day(when)))


def roster_grid_figure(data: ReportData) -> Figure:
    """The shifts of the plan's first weeks, agents by days."""
    days = rosters.grid_days(summaries.planned_days(data))
    grid, codes = rosters.grid_with_time_off(data, days)
    names = rosters.people_names(rosters.handoff_of(data))
    closed, foot = summaries.closed_days(data), summaries.day_hours(data, days)
    drawn = min(len(grid), roster_plots.MOST_ROWS)
    rest = (
        tr(" {drawn} of {grid} agents are shown; the table lists all.", drawn=drawn, grid=len(grid))
        if drawn < len(grid)
        else ""
    )
    later = days[-1] < summaries.planned_days(data)[-1]
    rest += tr(" {mark} is on call.", mark=rosters.ON_CALL_MARK) if data.standby is not None else ""
    more = tr(" Later weeks are in the workbook and in roster_shifts.csv.") if later else ""
    return Figure(
        name="roster_weeks",
        title=tr("Shifts from {days} to {days2}", days=day(days[0]), days2=day(days[-1])),
        alt=tr(
            "Grid of {grid} agents by {days} days; each cell shows the code of the shift.",
            grid=len(grid),
            days=len(days),
        ),
        draw=functools.partial(
            roster_plots.plot_roster_grid, grid, days, names=names, codes=codes, closed=closed, foot=foot
        ),
        height_inches=1.5 + roster_plots.legend_inches(roster_plots.grid_legend(codes)) + 0.145 * drawn,
        table=_grid_table(data, grid, days, names, codes, foot),
        caption=tr(
            "Weekends are grey, closed days are dark grey, days off are empty; lower-case "
            "letters are time off. Below: hours on queue needed and rostered, and the "
            "difference.{rest}{more}",
            rest=rest,
            more=more,
        ),
    )


def _grid_table(
    data: ReportData,
    grid: pd.DataFrame,
    days: list[date],
    names: dict[str, str],
    codes: dict[str, str],
    foot: dict[str, list[str]],
) -> Table:
    legend = ", ".join(f"{code} = {rosters.shift_words(shift)}" for shift, code in sorted(codes.items()))
    totals = rosters.agent_totals(data)
    shown = grid.map(lambda shift: codes.get(str(shift), rosters.DAY_OFF))
    closed = summaries.closed_days(data)
    shut = [value for value in days if value in closed]
    shown[shut] = shown[shut].where(shown[shut] != rosters.DAY_OFF, tr(rosters.CLOSED))
    shown.columns = pd.Index([short_day(value) for value in days])
    shown = shown.assign(days=totals["days"].map(count), paid=totals["paid_hours"].map(hours))
    shown.index = pd.Index([names.get(str(agent), str(agent)) for agent in shown.index])
    shown = shown.rename(columns={"days": tr("days, whole plan"), "paid": tr("paid hours, whole plan")})
    shown = shown.astype(object).where(shown.notna(), "")
    for label, texts in foot.items():
        shown.loc[label] = [*texts, "", ""]
    table = matrix_of(shown, mark("agent"), tr("Shifts by agent and day: {legend}", legend=legend), str)
    return replace(table, strong=tuple(range(len(grid), len(shown))))


def waterfall_figure(data: ReportData, ledger: str) -> Figure:
    """One ledger as steps up to its total."""
    steps = waterfall(data.cost, ledger)
    steps = steps.assign(line=[line_words(line) for line in steps["line"]])
    name, title, unit = {
        "bridge": ("hours_bridge", mark("From workload to paid hours"), "hours"),
        "hours": ("hours_ledger", mark("Use of the paid hours"), "hours"),
        "cost": ("cost_bridge", mark("Cost of the plan"), data.currency),
    }[ledger]
    title, unit = tr(title), tr(unit)
    form = money if ledger == "cost" else hours
    told = [f"{line} {form(change)}" for line, change in zip(steps["line"], steps["change"], strict=True)]
    columns: list[Column] = [
        ("line", mark("line"), None),
        ("change", unit, form),
        ("top", mark("running total"), form),
    ]
    return Figure(
        name=name,
        title=title,
        alt=tr("Waterfall chart in {unit}: {told}.", unit=unit, told="; ".join(told)),
        draw=functools.partial(plots.plot_waterfall, steps, unit=unit),
        height_inches=0.9 + 0.36 * max(len(steps), 1),
        table=table_of(steps, columns, f"{title}, {unit}", strong="is_total"),
        caption=tr("Each bar starts where the bar above ends. Dark bars are totals."),
    )


def _open_rows(week: pd.DataFrame, known: str) -> pd.DataFrame:
    """Rows in which `known` has a value, with their local time in words."""
    rows = week[week[known].notna()]
    return rows.assign(when=[f"{short_day(moment)} {clock(moment)}" for moment in rows["local"]])


def _week_words(week: pd.DataFrame) -> str:
    return tr("week of {iloc}", iloc=day(week["local"].iloc[0])) if len(week) else tr("no week")
