"""Base pay and premiums: months, people, minutes x rate, the rule, down to the rows of the roster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd

from staffplan.cost.exact import Ints, exact
from staffplan.cost.money import BASE, base_cents, premium_cents, premium_currencies
from staffplan.cost.premiums import paid_for_shift
from staffplan.settings.base import Section
from staffplan.settings.cost import PremiumSettings
from staffplan.trace.amount import MINUTES, Amount, Place, money, rows_of, summed
from staffplan.trace.ask import COST, HOURS, TOTAL, Question, short_names, words
from staffplan.trace.exchanged import converted
from staffplan.trace.paid import minutes, narrowed, person
from staffplan.trace.sources import Sources
from staffplan.trace.standby import formula_of_standby

PREMIUM = "premium: "


def pay_lines(sources: Sources) -> list[str]:
    """Lines of the cost that are people's pay."""
    premiums = (f"{PREMIUM}{premium.name}" for premium in sources.config.cost.premiums)
    return [BASE, *premiums, *sources.books.standby.lines]


def pay_words(sources: Sources) -> str:
    """What people are paid, in words."""
    return "base pay, premiums and standby" if sources.books.standby.lines else "base pay and premiums"


def own_cents(sources: Sources, line: str) -> tuple[Ints, list[str]]:
    """(agents, periods) cents of base pay, of a premium, or of standby, and the currency of each agent's."""
    books = sources.books
    if line == BASE:
        return base_cents(books.paid, books.wages), [wage.currency for wage in books.wages]
    if line in books.standby.lines:
        return books.standby.summed(line, books.frame, "cents"), books.standby.currencies(line, books.frame)
    number = _number(sources, line)
    premium = sources.config.cost.premiums[number]
    currencies = premium_currencies(premium, books.wages, sources.exchange)
    return premium_cents(books.paid, books.wages, premium, number), currencies


def pay_cents(sources: Sources, line: str) -> Ints:
    """(agents, periods) cents of a line of pay in the plan's currency."""
    cents, currencies = own_cents(sources, line)
    rows = [sources.exchange.converted(own, name) for own, name in zip(cents, currencies, strict=True)]
    return np.array(rows, dtype=np.int64).reshape(cents.shape)


def _number(sources: Sources, line: str) -> int:
    return pay_lines(sources).index(line) - 1


def pay_of(sources: Sources, question: Question) -> Amount:
    """A person's base pay, premiums and standby."""
    lines = [
        pay(sources, replace(question, kind=COST, line=line))
        for line in pay_lines(sources)
        if line == BASE or pay_cents(sources, line)[_agents(sources, question)].any()
    ]
    value = sum((line.value or Fraction(0) for line in lines), start=Fraction(0))
    when = f" in {question.month}" if question.month else ""
    hours = minutes(sources, "paid minutes", _rows(sources, question), replace(question, kind=HOURS))
    return Amount(
        f"pay of {person(sources, question.agent)}{when}",
        value,
        sources.currency,
        f"{pay_words(sources)}; on-costs are told for all people together",
        parts=lambda: lines,
        sources=lambda: [hours],
    )


def day_of(sources: Sources, question: Question) -> Amount:
    """The paid minutes of a person's day, its shift, and its minutes with premiums."""
    asked = replace(question, kind=HOURS)
    whole = minutes(sources, "", _rows(sources, question), asked)
    return replace(
        whole,
        what=f"paid minutes of {person(sources, question.agent)} on {question.day:%a} {question.day}",
        how="pay is rounded to the cent once a month",
        ask="",
        sources=lambda: _of_the_day(sources, question),
    )


def _of_the_day(sources: Sources, question: Question) -> Sequence[Amount]:
    shifts = sources.roster.shifts
    own = (shifts.frame["agent_id"] == question.agent) & (shifts.frame["schedule_date"].dt.date == question.day)
    found = [
        Amount(
            f"shift {row['shift']}",
            exact(float(row["paid_hours"])) * 60,
            MINUTES,
            f"{sources.clock(row['start'])} to {sources.clock(row['end'])}",
            rows_of(shifts, [position]),
        )
        for position, row in shifts.frame[own].to_dict("index").items()
    ]
    rows = _rows(sources, question)
    for number, premium in enumerate(sources.config.cost.premiums):
        if rows[f"premium_{number}"].any():
            found.append(minutes(sources, f"with {premium.name}", rows, question, f"premium_{number}"))
    month = replace(question, day=None, month=f"{question.day:%Y-%m}")
    return [*found, replace(pay_of(sources, month), ask=words(question.agent, month.month))]


def _rows(sources: Sources, question: Question) -> pd.DataFrame:
    return narrowed(sources.paid, question)


def _agents(sources: Sources, question: Question) -> slice:
    if not question.agent:
        return slice(None)
    place = sources.books.frame.agents.index(question.agent)
    return slice(place, place + 1)


def _months(sources: Sources, question: Question) -> slice:
    if not question.month:
        return slice(None)
    place = sources.books.frame.periods.index(question.month)
    return slice(place, place + 1)


def pay(sources: Sources, question: Question) -> Amount:
    """A line of people's pay: by month and person; of one of both the formula."""
    cents = pay_cents(sources, question.line)
    if question.group:
        group = sources.books.frame.groups.index(question.group)
        cents = sources.books.paid.attributed(cents)[..., group]
    value = money(int(cents[_agents(sources, question), _months(sources, question)].sum()))
    amount = Amount(_title(question), value, sources.currency, ask=asked(sources, question))
    if question.month == "" and len(sources.books.frame.periods) > 1:
        months = sources.books.frame.periods
        return replace(amount, parts=lambda: [_of_month(sources, question, month) for month in months])
    month = question.month or sources.books.frame.periods[0]
    if not question.agent:
        place = sources.books.frame.periods.index(month)
        people = [sources.books.frame.agents[number] for number in np.flatnonzero(cents[:, place]).tolist()]
        return replace(amount, parts=lambda: [_of_person(sources, question, agent) for agent in people])
    return (_shared if question.group else _formula)(sources, replace(question, month=month), amount)


def _title(question: Question) -> str:
    narrow = [part for part in (question.group, question.month) if part]
    return f"{question.line}{', ' if narrow else ''}{', '.join(narrow)}"


def _of_month(sources: Sources, question: Question, month: str) -> Amount:
    return replace(pay(sources, replace(question, month=month)), what=month)


def _of_person(sources: Sources, question: Question, agent: str) -> Amount:
    return replace(pay(sources, replace(question, agent=agent)), what=person(sources, agent))


def asked(sources: Sources, question: Question) -> str:
    """A question on a line of the cost as it is typed."""
    lines = short_names(list(sources.books.money.lines))
    brief = next((brief for brief, name in lines.items() if name == question.line), TOTAL)
    return words(f"cost.{brief}", question.group, question.agent, question.month)


def _shared(sources: Sources, question: Question, amount: Amount) -> Amount:
    """A person's pay of a month, as far as a planning group bears it."""
    whole = replace(pay(sources, replace(question, group="")), what=f"{question.line}, all planning groups")
    rows = _rows(sources, question)
    on_queue = rows[rows["group"] != ""]
    mine = on_queue[on_queue["group"] == question.group]
    own, all_of_them = int(mine["minutes"].sum()), int(on_queue["minutes"].sum())
    how = (
        f"of {_amount(whole)} the share {own:,} of {all_of_them:,} minutes on queue; cents to the largest remainders"
    )
    if not all_of_them:
        how = f"of {_amount(whole)} the share of the plan's minutes on queue, or of the skills: none in the month"
    beside = [
        minutes(sources, f"minutes on queue for {question.group}", mine, question),
        minutes(sources, "minutes on queue", on_queue, question),
    ]
    return replace(amount, how=how, sources=lambda: [whole, *beside])


def _amount(amount: Amount) -> str:
    return f"{float(amount.value or 0):,.2f}"


def _formula(sources: Sources, question: Question, amount: Amount) -> Amount:
    """A person's pay of a month, turned into the plan's currency where it is paid in another."""
    number = sources.books.frame.agents.index(question.agent)
    cents, currencies = own_cents(sources, question.line)
    own = int(cents[number, sources.books.frame.periods.index(question.month)])
    return converted(amount, sources, currencies[number], own, lambda paid: _paid(sources, question, paid))


def own_pay(sources: Sources, question: Question, currency: str) -> Amount:
    """A line of pay of a month, of the people whose pay is in the currency, in that currency."""
    cents, currencies = own_cents(sources, question.line)
    month, agents = sources.books.frame.periods.index(question.month), sources.books.frame.agents
    unit = sources.name_of(currency)
    found = []
    for number, (agent, own) in enumerate(zip(agents, currencies, strict=True)):
        if own == currency and cents[number, month]:
            amount = Amount(person(sources, agent), money(int(cents[number, month])), unit)
            found.append(_paid(sources, replace(question, agent=agent), amount))
    return summed(f"{question.line}, in {unit}", found, unit)


def _paid(sources: Sources, question: Question, amount: Amount) -> Amount:
    """A person's pay of a month, in its own currency: minutes x rate."""
    number = sources.books.frame.agents.index(question.agent)
    wage = sources.books.wages[number]
    rate, stands = wage.rate, rate_place(sources, question.agent)
    rates = Amount("base rate an hour", rate, sources.name_of(wage.currency), *stands)
    if question.line in sources.books.standby.lines:
        return formula_of_standby(sources, question, amount, rates)
    rows = _rows(sources, question)
    if question.line == BASE:
        worked = minutes(sources, "paid minutes", rows, replace(question, kind=HOURS, line=TOTAL))
        how = f"{_whole(worked)} paid minutes / 60 x {_rate(rate)} an hour, rounded to the cent once a month"
        return replace(amount, how=how, sources=lambda: [worked, rates])
    place = _number(sources, question.line)
    premium = sources.config.cost.premiums[place]
    rule = Amount("rule", None, "", rule_words(premium), rule_place(sources, place))
    if premium.per_shift_only:
        shifts = _shifts(sources, question, premium)
        how = f"{_whole(shifts)} shifts x {premium.per_shift:,.2f}"
        return replace(amount, how=how, sources=lambda: [shifts, rule])
    worked = minutes(sources, "minutes with the premium", rows, question, f"premium_{place}")
    each = f"{_rate(rate)} x {premium.share:.4g}" if premium.share else f"{premium.per_hour:,.2f}"
    how = f"{_whole(worked)} minutes / 60 x {each} an hour, rounded to the cent once a month"
    return replace(amount, how=how, sources=lambda: [worked, *([rates] if premium.share else []), rule])


def _whole(amount: Amount) -> str:
    return f"{int(amount.value or 0):,}"


def _rate(rate: Fraction) -> str:
    return f"{float(rate):,.10g}"


def _shifts(sources: Sources, question: Question, premium: PremiumSettings) -> Amount:
    """The shifts of a person's month for which a premium is paid."""
    shifts = sources.roster.shifts
    rows = shifts.frame[shifts.frame["agent_id"] == question.agent]
    found = []
    for position, row in rows.to_dict("index").items():
        day = row["schedule_date"].date()
        if f"{day:%Y-%m}" == question.month and paid_for_shift(premium, row["shift"], day, sources.site.calendar):
            what = f"{row['shift']} on {day:%a} {day}"
            found.append(Amount(what, Fraction(1), "shifts", place=rows_of(shifts, [int(str(position))])))
    return Amount("shifts with the premium", Fraction(len(found)), "shifts", parts=lambda: found)


def rate_place(sources: Sources, agent: str) -> tuple[str, Place]:
    """Whose rate a person's is, and where it stands."""
    agents = sources.workforce.agents
    own = np.flatnonzero((agents.frame["agent_id"] == agent).to_numpy()).tolist()
    if own and not np.isnan(agents.frame["hourly_rate"].iloc[own[0]]):
        return "the person's own rate", rows_of(agents, own)
    plan = agents.frame["work_plan"].iloc[own[0]] if own else ""
    if plan in sources.config.work_plans and sources.config.work_plans[plan].hourly_rate is not None:
        return f"the rate of the contract {plan}", sources.setting("work_plans", plan, "hourly_rate")
    return "cost.default_hourly_rate", sources.setting("cost", "default_hourly_rate")


def rule_place(sources: Sources, number: int) -> Place:
    """Where a premium is set: its entry, or the agreements that it comes with."""
    own = sources.setting("cost", "premiums", number)
    is_own = ("cost", "premiums", number) in sources.setting_lines
    return own if is_own else sources.setting("cost", "agreements")


def rule_words(section: Section) -> str:
    """Every key of an entry of the settings that is set, but its name."""
    told = {name: value for name, value in section.model_dump(exclude_unset=True).items() if name != "name"}
    return ", ".join(f"{name} = {_setting(value)}" for name, value in told.items())


def _setting(value: object) -> str:
    return ";".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
