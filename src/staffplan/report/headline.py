"""The page a budget owner reads: plan, cost, waiting times, decisions to make.

No acronyms here; every figure is a column or a sum of one, and the later sections show where it comes from.
"""

from __future__ import annotations

import math

import pandas as pd

from staffplan.report import promises, summaries
from staffplan.report.blocks import Alert, Block, Bullets, Card, Cards, Heading, Section, Table, Text, table_of
from staffplan.report.data import ReportData
from staffplan.report.formats import (
    CHANNEL_WORDS,
    count,
    day,
    hours,
    listed,
    method,
    money,
    plural,
    promise,
    share,
    wait,
)
from staffplan.report.ledgers import cost_per_contact, cost_per_queue_hour, paid_hours, total_of

MOST_BROKEN = 8
"""Missed service goals listed on the first page; the section on waits lists all."""
WORTH_ASKING = 0.02
"""Share of the rostered hours below which surplus needs no decision; the ledger shows it anyway."""
DAYS_A_YEAR = 365


def headline(data: ReportData) -> Section:
    """The first section of the page."""
    groups = summaries.group_table(data)
    blocks: list[Block] = [Text(_period_words(data))]
    blocks += [Alert(text) for text in hand_alerts(data)]
    blocks += [Cards(cards(data, groups)), Heading("The plan"), Text(plan_words(data, groups))]
    if len(groups):
        blocks += [Heading("Service for customers"), promise_table(data, groups)]
    blocks += [Heading("Where the service goal is missed"), *_broken_blocks(data, groups)]
    blocks += [Heading("Decisions to make"), Bullets(decisions(data, groups), numbered=True)]
    return Section("summary", "Summary", tuple(blocks))


def _period_words(data: ReportData) -> str:
    days = summaries.planned_days(data)
    if not days:
        return "No queue is open in the period of the plan. There is no work to forecast, staff or pay."
    zone = data.site.calendar.timezone
    return f"{day(days[0])} to {day(days[-1])}, {plural(len(days), 'day')}. All times are local ({zone})."


def hand_alerts(data: ReportData) -> list[str]:
    """Said at the top and beside the roster: whose work the roster is."""
    if not data.changed_by_hand:
        return []
    files = listed(list(data.changed_by_hand), most=10)
    was = "was" if len(data.changed_by_hand) == 1 else "were"
    return [f"{files} {was} changed by hand. All results below use the edited version, not the version by staffplan."]


def cards(data: ReportData, groups: pd.DataFrame) -> tuple[Card, ...]:
    """Contacts, agents, cost, waits and service goals, one figure each."""
    served = summaries.weighted(groups["service_level"], groups["offered"])
    kept, missed = int(groups["days_kept"].sum()), int(groups["days_missed"].sum())
    contacts = float(data.forecast.frame["offered"].sum())
    shifts = data.roster.shifts.frame
    cost = total_of(data.cost, "cost")
    served_value = f"{100 * served:.0f} of 100" if math.isfinite(served) else "not measured"
    return (
        Card("Expected contacts", count(contacts), _channel_words(data)),
        Card("Agents rostered", count(shifts["agent_id"].nunique()), f"{hours(paid_hours(data))} paid hours"),
        Card("Cost", money(cost, data.currency), f"{money(cost_per_contact(data), data.currency)} per contact"),
        Card("Service level", served_value, "contacts served in time, simulated with this roster"),
        Card("Days on target", f"{kept} of {kept + missed}", "days, counted per group"),
    )


def _channel_words(data: ReportData) -> str:
    channels = sorted(data.forecast.frame["channel"].unique())
    return listed([CHANNEL_WORDS.get(str(channel), str(channel)) for channel in channels]) or "no queue is open"


def plan_words(data: ReportData, groups: pd.DataFrame) -> str:
    """The plan in a few sentences: work, people, money, and the year at this level."""
    contacts = float(data.forecast.frame["offered"].sum())
    agents = int(data.roster.shifts.frame["agent_id"].nunique())
    cost = total_of(data.cost, "cost")
    words = [
        f"We expect {plural(contacts, 'contact')} with {hours(groups['work_hours'].sum())} hours of workload. "
        f"To answer them in time, {hours(groups['required_hours'].sum())} staffed hours on queue are required. "
        f"The roster provides {hours(groups['scheduled_hours'].sum())}, with {plural(agents, 'agent')} "
        f"and {hours(paid_hours(data))} paid hours."
    ]
    if cost > 0:
        days = len(summaries.planned_days(data))
        year = cost / days * DAYS_A_YEAR if days else math.nan
        words.append(
            f"The plan costs {money(cost, data.currency)}, with all employer costs. A year at this level "
            f"would cost about {money(year, data.currency)} (simple extrapolation without seasons)."
        )
    return " ".join(words)


def promise_table(data: ReportData, groups: pd.DataFrame) -> Table:
    """Service goal and result of each group."""
    goals = {
        group: listed(list(dict.fromkeys(promise(queue.goal, queue.channel) for queue in queues)))
        for group, queues in data.site.groups().items()
    }
    judged = groups["days_kept"] + groups["days_missed"]
    table = groups.assign(
        promise=[goals.get(group, "") for group in groups["planning_group"]],
        waits=[
            _wait_words(data, group, value)
            for group, value in zip(groups["planning_group"], groups["asa_seconds"], strict=True)
        ],
        kept=[f"{kept} of {total}" for kept, total in zip(groups["days_kept"], judged, strict=True)],
    )
    columns = [
        ("planning_group", "group", None),
        ("offered", "contacts", count),
        ("promise", "service goal", None),
        ("service_level", "service level", share),
        ("waits", "average wait", str),
        ("kept", "days on target", str),
    ]
    return table_of(table, columns, "Service goal and result, from a simulation of this roster")


def _wait_words(data: ReportData, group: str, seconds: float) -> str:
    """A mean wait, with a word where nights and closed days count in it but not in the goal."""
    return f"{wait(seconds)} (nights included)" if summaries.counts_opening_time(data, group) else wait(seconds)


def _broken_blocks(data: ReportData, groups: pd.DataFrame) -> list[Block]:
    broken = promises.broken_promises(data)
    empty = promises.unstaffed(data)
    blocks: list[Block] = []
    if len(empty):
        blocks.append(Alert(_unstaffed_words(empty)))
    if broken.empty:
        judged = int(groups["days_kept"].sum()) > 0
        blocks.append(Text("The service goal is met on every day." if judged else "No day could be measured."))
        return blocks
    unserved = (broken["goal"] - broken["service_level"]).fillna(0) * broken["offered"]
    worst = broken.loc[unserved.sort_values(ascending=False, kind="stable").index[:MOST_BROKEN]]
    falls = "misses" if len(broken) == 1 else "miss"
    whole = f"{plural(len(broken), 'group-day')} {falls} the service goal."
    rest = f" The {len(worst)} worst are listed here, all of them under Waits." if len(broken) > len(worst) else ""
    return [*blocks, Text(whole + rest), broken_table(data, worst, "Days below the service goal")]


def _unstaffed_words(empty: pd.DataFrame) -> str:
    first = [
        f"{row['planning_group']} on {day(row['day'])} {row['hours']}" for row in empty.head(3).to_dict("records")
    ]
    more = f" and on {plural(len(empty) - 3, 'further day')}" if len(empty) > 3 else ""
    return f"Open, but nobody is rostered: {'; '.join(first)}{more}."


def broken_table(data: ReportData, broken: pd.DataFrame, caption: str) -> Table:
    """Missed service goals by day, with the times of day and the cost of the understaffed hours."""
    rate = cost_per_queue_hour(data)
    table = broken.assign(day=[day(value) for value in broken["day"]], price=broken["understaffed_hours"] * rate)
    columns = [
        ("day", "day", None),
        ("planning_group", "group", None),
        ("offered", "contacts", count),
        ("service_level", "service level", share),
        ("goal", "goal", share),
        ("hours", "times below the goal", None),
        ("understaffed_hours", "understaffed hours", hours),
        ("price", f"cost of these hours, {data.currency}", money),
    ]
    return table_of(table, columns, caption)


def decisions(data: ReportData, groups: pd.DataFrame) -> tuple[str, ...]:
    """Decisions and confirmations that the results call for."""
    asked = [
        *_staffing_decisions(data, groups),
        *_promise_decisions(data),
        *_forecast_decisions(data),
    ]
    if len(data.roster.shifts) and not total_of(data.cost, "cost") > 0:
        asked.append("No hourly rates are given, so the plan has no cost. Please give hourly rates.")
    if data.changed_by_hand:
        asked.append("The plan contains changes made by hand. Please confirm them, or run the steps again.")
    met = groups["days_kept"].any()
    return tuple(asked) or ("None: the plan meets the service goals with the available agents." if met else "None.",)


def _staffing_decisions(data: ReportData, groups: pd.DataFrame) -> list[str]:
    short, over = float(groups["short_hours"].sum()), float(groups["over_hours"].sum())
    rate = cost_per_queue_hour(data)
    asked = []
    if short >= 0.5:
        parts = [
            f"{row['planning_group']} {hours(row['short_hours'])}"
            for row in groups.sort_values("short_hours", ascending=False, kind="stable").to_dict("records")
            if row["short_hours"] >= 0.5
        ]
        price = f" at about {money(short * rate, data.currency)}" if rate > 0 else ""
        met = groups["days_kept"].any() and not groups["days_missed"].any()
        kept = ", although the service goal is met on every day" if met else ""
        asked.append(
            f"{hours(short)} hours are understaffed ({listed(parts)}){kept}. "
            f"Fill them{price}, or accept the waits shown here?"
        )
    if over > WORTH_ASKING * float(groups["scheduled_hours"].sum()):
        worth = f", worth about {money(over * rate, data.currency)}" if rate > 0 else ""
        asked.append(
            f"{hours(over)} surplus hours are rostered when they are not needed{worth}. "
            "Use them for training, leave or other work, or change the shifts?"
        )
    return asked


def _promise_decisions(data: ReportData) -> list[str]:
    planned = set(data.forecast.frame["queue"])
    return [
        f"No service goal is given for {queue.name}. The plan assumes {promise(queue.goal, queue.channel)}. "
        "Please confirm or change it."
        for queue in data.site.queues.values()
        if queue.goal_is_default and queue.name in planned
    ]


def _forecast_decisions(data: ReportData) -> list[str]:
    verdicts = summaries.forecast_verdicts(data)
    weak = verdicts[verdicts["verdict"] == "does not beat the simple averages"]
    return [
        f"The forecast for {row['queue']} was not better than a simple average in the backtest "
        f"({method(row['simple_method'])}). Please use its volume with care."
        for row in weak.to_dict("records")
    ]
