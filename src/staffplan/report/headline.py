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
from staffplan.words import mark, one_or_many, tr

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
    blocks += [Cards(cards(data, groups)), Heading(tr("The plan")), Text(plan_words(data, groups))]
    if len(groups):
        blocks += [Heading(tr("Service for customers")), promise_table(data, groups)]
    blocks += [Heading(tr("Where the service goal is missed")), *_broken_blocks(data, groups)]
    blocks += [Heading(tr("Decisions to make")), Bullets(decisions(data, groups), numbered=True)]
    return Section("summary", tr("Summary"), tuple(blocks))


def _period_words(data: ReportData) -> str:
    days = summaries.planned_days(data)
    if not days:
        return tr("No queue is open in the period of the plan. There is no work to forecast, staff or pay.")
    zone = data.site.calendar.timezone
    return tr(
        "{days} to {days2}, {days3}. All times are local ({zone}).",
        days=day(days[0]),
        days2=day(days[-1]),
        days3=plural(len(days), "day", "days"),
        zone=zone,
    )


def hand_alerts(data: ReportData) -> list[str]:
    """Said at the top and beside the roster: whose work the roster is."""
    if not data.changed_by_hand:
        return []
    files = listed(list(data.changed_by_hand), most=10)
    was = one_or_many(len(data.changed_by_hand), "{files} was changed by hand.", "{files} were changed by hand.")
    rest = tr("All results below use the edited version, not the version by staffplan.")
    return [f"{was.format(files=files)} {rest}"]


def cards(data: ReportData, groups: pd.DataFrame) -> tuple[Card, ...]:
    """Contacts, agents, cost, waits and service goals, one figure each."""
    served = summaries.weighted(groups["service_level"], groups["offered"])
    kept, missed = int(groups["days_kept"].sum()), int(groups["days_missed"].sum())
    contacts = float(data.forecast.frame["offered"].sum())
    shifts = data.roster.shifts.frame
    cost = total_of(data.cost, "cost")
    served_value = (
        tr("{served} of 100", served=f"{100 * served:.0f}") if math.isfinite(served) else tr("not measured")
    )
    return (
        Card(tr("Expected contacts"), count(contacts), _channel_words(data)),
        Card(
            tr("Agents rostered"),
            count(shifts["agent_id"].nunique()),
            tr("{data} paid hours", data=hours(paid_hours(data))),
        ),
        Card(
            tr("Cost"),
            money(cost, data.currency),
            tr("{data} per contact", data=money(cost_per_contact(data), data.currency)),
        ),
        Card(tr("Service level"), served_value, tr("contacts served in time, simulated with this roster")),
        Card(
            tr("Days on target"),
            tr("{kept} of {kept2}", kept=kept, kept2=kept + missed),
            tr("days, counted per group"),
        ),
    )


def _channel_words(data: ReportData) -> str:
    channels = sorted(data.forecast.frame["channel"].unique())
    return listed([tr(CHANNEL_WORDS.get(str(channel), str(channel))) for channel in channels]) or tr(
        "no queue is open"
    )


def plan_words(data: ReportData, groups: pd.DataFrame) -> str:
    """The plan in a few sentences: work, people, money, and the year at this level."""
    contacts = float(data.forecast.frame["offered"].sum())
    agents = int(data.roster.shifts.frame["agent_id"].nunique())
    cost = total_of(data.cost, "cost")
    words = [
        tr(
            "We expect {contacts} with {sum} hours of workload. To answer them in time, {sum2} staffed "
            "hours on queue are required. The roster provides {sum3}, with {agents} and {data} paid "
            "hours.",
            contacts=plural(contacts, "contact", "contacts"),
            sum=hours(groups["work_hours"].sum()),
            sum2=hours(groups["required_hours"].sum()),
            sum3=hours(groups["scheduled_hours"].sum()),
            agents=plural(agents, "agent", "agents"),
            data=hours(paid_hours(data)),
        )
    ]
    if cost > 0:
        days = len(summaries.planned_days(data))
        year = cost / days * DAYS_A_YEAR if days else math.nan
        words.append(
            tr(
                "The plan costs {cost}, with all employer costs. A year at this level would cost about "
                "{year} (simple extrapolation without seasons).",
                cost=money(cost, data.currency),
                year=money(year, data.currency),
            )
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
        kept=[
            tr("{kept} of {total}", kept=kept, total=total)
            for kept, total in zip(groups["days_kept"], judged, strict=True)
        ],
    )
    columns = [
        ("planning_group", mark("group"), None),
        ("offered", mark("contacts"), count),
        ("promise", mark("service goal"), None),
        ("service_level", mark("service level"), share),
        ("waits", mark("average wait"), str),
        ("kept", mark("days on target"), str),
    ]
    return table_of(table, columns, tr("Service goal and result, from a simulation of this roster"))


def _wait_words(data: ReportData, group: str, seconds: float) -> str:
    """A mean wait, with a word where nights and closed days count in it but not in the goal."""
    return (
        tr("{seconds} (nights included)", seconds=wait(seconds))
        if summaries.counts_opening_time(data, group)
        else wait(seconds)
    )


def _broken_blocks(data: ReportData, groups: pd.DataFrame) -> list[Block]:
    broken = promises.broken_promises(data)
    empty = promises.unstaffed(data)
    blocks: list[Block] = []
    if len(empty):
        blocks.append(Alert(_unstaffed_words(empty)))
    if broken.empty:
        judged = int(groups["days_kept"].sum()) > 0
        blocks.append(
            Text(tr("The service goal is met on every day.") if judged else tr("No day could be measured."))
        )
        return blocks
    unserved = (broken["goal"] - broken["service_level"]).fillna(0) * broken["offered"]
    worst = broken.loc[unserved.sort_values(ascending=False, kind="stable").index[:MOST_BROKEN]]
    whole = plural(len(broken), "group-day misses the service goal.", "group-days miss the service goal.")
    rest = (
        tr(" The {worst} worst are listed here, all of them under Waits.", worst=len(worst))
        if len(broken) > len(worst)
        else ""
    )
    return [*blocks, Text(whole + rest), broken_table(data, worst, tr("Days below the service goal"))]


def _unstaffed_words(empty: pd.DataFrame) -> str:
    first = [
        tr(
            "{planning_group} on {day} {hours}",
            planning_group=row["planning_group"],
            day=day(row["day"]),
            hours=row["hours"],
        )
        for row in empty.head(3).to_dict("records")
    ]
    more = (
        tr(" and on {empty}", empty=plural(len(empty) - 3, "further day", "further days")) if len(empty) > 3 else ""
    )
    return tr("Open, but nobody is rostered: {first}{more}.", first="; ".join(first), more=more)


def broken_table(data: ReportData, broken: pd.DataFrame, caption: str) -> Table:
    """Missed service goals by day, with the times of day and the cost of the understaffed hours."""
    rate = cost_per_queue_hour(data)
    table = broken.assign(day=[day(value) for value in broken["day"]], price=broken["understaffed_hours"] * rate)
    columns = [
        ("day", mark("day"), None),
        ("planning_group", mark("group"), None),
        ("offered", mark("contacts"), count),
        ("service_level", mark("service level"), share),
        ("goal", mark("goal"), share),
        ("hours", mark("times below the goal"), None),
        ("understaffed_hours", mark("understaffed hours"), hours),
        ("price", tr("cost of these hours, {currency}", currency=data.currency), money),
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
        asked.append(tr("No hourly rates are given, so the plan has no cost. Please give hourly rates."))
    if data.changed_by_hand:
        asked.append(tr("The plan contains changes made by hand. Please confirm them, or run the steps again."))
    met = groups["days_kept"].any()
    return tuple(asked) or (
        tr("None: the plan meets the service goals with the available agents.") if met else tr("None."),
    )


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
        price = tr(" at about {short}", short=money(short * rate, data.currency)) if rate > 0 else ""
        met = groups["days_kept"].any() and not groups["days_missed"].any()
        kept = tr(", although the service goal is met on every day") if met else ""
        asked.append(
            tr(
                "{short} hours are understaffed ({parts}){kept}. Fill them{price}, or accept the waits shown here?",
                short=hours(short),
                parts=listed(parts),
                kept=kept,
                price=price,
            )
        )
    if over > WORTH_ASKING * float(groups["scheduled_hours"].sum()):
        worth = tr(", worth about {over}", over=money(over * rate, data.currency)) if rate > 0 else ""
        asked.append(
            tr(
                "{over} surplus hours are rostered when they are not needed{worth}. Use them for "
                "training, leave or other work, or change the shifts?",
                over=hours(over),
                worth=worth,
            )
        )
    return asked


def _promise_decisions(data: ReportData) -> list[str]:
    planned = set(data.forecast.frame["queue"])
    return [
        tr(
            "No service goal is given for {name}. The plan assumes {goal}. Please confirm or change it.",
            name=queue.name,
            goal=promise(queue.goal, queue.channel),
        )
        for queue in data.site.queues.values()
        if queue.goal_is_default and queue.name in planned
    ]


def _forecast_decisions(data: ReportData) -> list[str]:
    verdicts = summaries.forecast_verdicts(data)
    weak = verdicts[verdicts["verdict"] == "does not beat the simple averages"]
    return [
        tr(
            "The forecast for {queue} was not better than a simple average in the backtest "
            "({simple_method}). Please use its volume with care.",
            queue=row["queue"],
            simple_method=method(row["simple_method"]),
        )
        for row in weak.to_dict("records")
    ]
