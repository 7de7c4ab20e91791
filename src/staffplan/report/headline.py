"""The page a budget owner reads: what is planned, what it costs, what customers wait, what has to be decided.

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
"""Broken promises named on the first page; all of them stand in the section on waits."""
WORTH_ASKING = 0.02
"""Share of the rostered hours below which surplus is no matter for a budget owner; the ledger tells it anyway."""
DAYS_A_YEAR = 365


def headline(data: ReportData) -> Section:
    """The first section of the page."""
    groups = summaries.group_table(data)
    blocks: list[Block] = [Text(_period_words(data))]
    blocks += [Alert(text) for text in hand_alerts(data)]
    blocks += [Cards(cards(data, groups)), Heading("What we plan"), Text(plan_words(data, groups))]
    if len(groups):
        blocks += [Heading("What customers get"), promise_table(data, groups)]
    blocks += [Heading("Where the promise is not kept"), *_broken_blocks(data, groups)]
    blocks += [Heading("Decisions we ask for"), Bullets(decisions(data, groups), numbered=True)]
    return Section("summary", "Summary", tuple(blocks))


def _period_words(data: ReportData) -> str:
    days = summaries.planned_days(data)
    if not days:
        return "Nothing is open in the period planned: there is no work to forecast, staff or pay."
    zone = data.site.calendar.timezone
    return f"{day(days[0])} to {day(days[-1])}, {plural(len(days), 'day')}. All times are local ({zone})."


def hand_alerts(data: ReportData) -> list[str]:
    """Said at the top and beside the roster: whose work the roster is."""
    if not data.changed_by_hand:
        return []
    files = listed(list(data.changed_by_hand), most=10)
    was = "was" if len(data.changed_by_hand) == 1 else "were"
    return [
        f"{files} {was} changed by hand. All that follows rests on the edited version, not on the one staffplan made."
    ]


def cards(data: ReportData, groups: pd.DataFrame) -> tuple[Card, ...]:
    """Contacts, people, cost, waits and promises, one figure each."""
    served = summaries.weighted(groups["service_level"], groups["offered"])
    kept, missed = int(groups["days_kept"].sum()), int(groups["days_missed"].sum())
    contacts = float(data.forecast.frame["offered"].sum())
    shifts = data.roster.shifts.frame
    cost = total_of(data.cost, "cost")
    served_value = f"{100 * served:.0f} of 100" if math.isfinite(served) else "not measured"
    return (
        Card("Contacts expected", count(contacts), _channel_words(data)),
        Card("People rostered", count(shifts["agent_id"].nunique()), f"{hours(paid_hours(data))} paid hours"),
        Card("Cost", money(cost, data.currency), f"{money(cost_per_contact(data), data.currency)} a contact"),
        Card("Served in time", served_value, "contacts, simulated with this roster"),
        Card("Promise kept", f"{kept} of {kept + missed}", "days, counted for each group"),
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
        f"We expect {plural(contacts, 'contact')}, which take {hours(groups['work_hours'].sum())} hours to handle. "
        f"To answer them in time, {hours(groups['required_hours'].sum())} hours of people at the ready are needed; "
        f"the roster gives {hours(groups['scheduled_hours'].sum())}, with {plural(agents, 'person', 'people')} "
        f"and {hours(paid_hours(data))} paid hours."
    ]
    if cost > 0:
        days = len(summaries.planned_days(data))
        year = cost / days * DAYS_A_YEAR if days else math.nan
        words.append(
            f"The plan costs {money(cost, data.currency)}, all employer costs included. A year at this level "
            f"would cost about {money(year, data.currency)} (a plain extrapolation, seasons not considered)."
        )
    return " ".join(words)


def promise_table(data: ReportData, groups: pd.DataFrame) -> Table:
    """What each group of customers was promised and gets."""
    goals = {
        group: listed(list(dict.fromkeys(promise(queue.goal, queue.channel) for queue in queues)))
        for group, queues in data.site.groups().items()
    }
    judged = groups["days_kept"] + groups["days_missed"]
    table = groups.assign(
        promise=[goals.get(group, "") for group in groups["planning_group"]],
        kept=[f"{kept} of {total}" for kept, total in zip(groups["days_kept"], judged, strict=True)],
    )
    columns = [
        ("planning_group", "group", None),
        ("offered", "contacts", count),
        ("promise", "promised", None),
        ("service_level", "served in time", share),
        ("asa_seconds", "average wait", wait),
        ("kept", "days kept", str),
    ]
    return table_of(table, columns, "Promise and result, from a simulation of this roster")


def _broken_blocks(data: ReportData, groups: pd.DataFrame) -> list[Block]:
    broken = promises.broken_promises(data)
    empty = promises.unstaffed(data)
    blocks: list[Block] = []
    if len(empty):
        blocks.append(Alert(_unstaffed_words(empty)))
    if broken.empty:
        judged = int(groups["days_kept"].sum()) > 0
        blocks.append(Text("The promise is kept on every day." if judged else "No day could be judged."))
        return blocks
    unserved = (broken["goal"] - broken["service_level"]).fillna(0) * broken["offered"]
    worst = broken.loc[unserved.sort_values(ascending=False, kind="stable").index[:MOST_BROKEN]]
    whole = f"{plural(len(broken), 'day')} (counted for each group) fall short of the promise."
    rest = f" The {len(worst)} worst are listed here, all of them under Waits." if len(broken) > len(worst) else ""
    return [*blocks, Text(whole + rest), broken_table(data, worst, "Days that fall short of the promise")]


def _unstaffed_words(empty: pd.DataFrame) -> str:
    first = [
        f"{row['planning_group']} on {day(row['day'])} {row['hours']}" for row in empty.head(3).to_dict("records")
    ]
    more = f" and on {plural(len(empty) - 3, 'further day')}" if len(empty) > 3 else ""
    return f"Open with nobody rostered: {'; '.join(first)}{more}."


def broken_table(data: ReportData, broken: pd.DataFrame, caption: str) -> Table:
    """Broken promises by day with the hours of the day they come from and what the missing hours would cost."""
    rate = cost_per_queue_hour(data)
    table = broken.assign(day=[day(value) for value in broken["day"]], price=broken["understaffed_hours"] * rate)
    columns = [
        ("day", "day", None),
        ("planning_group", "group", None),
        ("offered", "contacts", count),
        ("service_level", "served in time", share),
        ("goal", "promised", share),
        ("hours", "times below the promise", None),
        ("understaffed_hours", "hours missing", hours),
        ("price", f"cost of these hours, {data.currency}", money),
    ]
    return table_of(table, columns, caption)


def decisions(data: ReportData, groups: pd.DataFrame) -> tuple[str, ...]:
    """What somebody has to decide or confirm, worked out from the results."""
    asked = [
        *_staffing_decisions(data, groups),
        *_promise_decisions(data),
        *_forecast_decisions(data),
    ]
    if len(data.roster.shifts) and not total_of(data.cost, "cost") > 0:
        asked.append("No hourly rates are given, so the plan has no price. Please supply them.")
    if data.changed_by_hand:
        asked.append("The plan holds changes made by hand. Please confirm them, or have the steps run again.")
    nothing = "None: the plan keeps its promises with the people there are." if len(groups) else "None."
    return tuple(asked) or (nothing,)


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
        kept = ", though every day keeps its promise" if not groups["days_missed"].any() else ""
        asked.append(
            f"{hours(short)} hours are missing at the times they are needed ({listed(parts)}){kept}. "
            f"Fill them{price}, or accept the waits shown here?"
        )
    if over > WORTH_ASKING * float(groups["scheduled_hours"].sum()):
        worth = f", worth about {money(over * rate, data.currency)}" if rate > 0 else ""
        asked.append(
            f"{hours(over)} hours are rostered beyond the need of their moment{worth}. "
            "Shall they go to training, leave or other work, or shall shifts be reshaped?"
        )
    return asked


def _promise_decisions(data: ReportData) -> list[str]:
    planned = set(data.forecast.frame["queue"])
    return [
        f"Nobody gave a promise for {queue.name}; the plan assumes {promise(queue.goal, queue.channel)}. "
        "Please confirm or change it."
        for queue in data.site.queues.values()
        if queue.goal_is_default and queue.name in planned
    ]


def _forecast_decisions(data: ReportData) -> list[str]:
    verdicts = summaries.forecast_verdicts(data)
    weak = verdicts[verdicts["verdict"] == "does not beat the simple averages"]
    return [
        f"The forecast for {row['queue']} was no better than a simple average in trials "
        f"({method(row['simple_method'])}). Please treat its volume with care."
        for row in weak.to_dict("records")
    ]
