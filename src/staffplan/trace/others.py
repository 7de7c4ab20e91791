"""On-costs and costs beside pay: by month, then the formula with its settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np

from staffplan.cost.exact import Ints, exact
from staffplan.cost.exchange import HOME, Amounts
from staffplan.cost.money import contact_cents, head_cents, planned_shares, shared_by, wage_share_cents, whole_cents
from staffplan.settings.cost import OnCostSettings, OtherCostSettings
from staffplan.trace.amount import Amount, Place, money, summed
from staffplan.trace.ask import HOURS, TOTAL, Question
from staffplan.trace.contacts import contacts_of
from staffplan.trace.exchanged import converted
from staffplan.trace.paid import minutes, narrowed, person
from staffplan.trace.pay import asked, own_pay, pay, pay_lines, pay_words, rule_words
from staffplan.trace.sources import Sources

ON_COST, OTHER = "on-cost: ", "other: "


def beside_pay(sources: Sources, question: Question) -> Amount:
    """An on-cost or another cost: by month, then by its formula."""
    cents = sources.books.money.lines[question.line]
    periods, groups = sources.books.frame.periods, sources.books.frame.groups
    places = [groups.index(question.group)] if question.group else list(range(len(groups)))
    months = [periods.index(question.month)] if question.month else list(range(len(periods)))
    value = money(int(cents[np.ix_(months, places)].sum()))
    narrow = ", ".join(part for part in (question.line, question.group, question.month) if part)
    amount = Amount(narrow, value, sources.currency, ask=asked(sources, question))
    if len(months) > 1:
        by_month = [replace(question, month=periods[month]) for month in months]
        return replace(amount, parts=lambda: [replace(beside_pay(sources, own), what=own.month) for own in by_month])
    question = replace(question, month=periods[months[0]])
    if question.line.startswith(ON_COST):
        return _on_cost(sources, question, amount)
    return _other(sources, question, amount)


def _month(sources: Sources, question: Question) -> int:
    return sources.books.frame.periods.index(question.month)


def _on_cost(sources: Sources, question: Question, amount: Amount) -> Amount:
    """A share of the wages and an amount for each person."""
    names = [f"{ON_COST}{cost.name}" for cost in sources.config.cost.on_costs]
    number = names.index(question.line)
    setting = sources.config.cost.on_costs[number]
    place = sources.setting("cost", "on_costs", number)
    parts: list[Amount] = []
    if setting.share:
        parts += _of_wages(sources, question, setting, place)
    if setting.monthly_per_agent:
        parts.append(_of_people(sources, question, setting, place))
    return replace(amount, parts=lambda: parts)


def _of_wages(sources: Sources, question: Question, setting: OnCostSettings, place: Place) -> list[Amount]:
    """The share of the wages, by the currency that they are paid in."""
    money_of = sources.books.money.amounts
    paid, month = Amounts.joined(money_of[line] for line in pay_lines(sources)).own, _month(sources, question)
    there = {currency: wages for currency, wages in paid.items() if wages[month].any()}
    return [_of_currency(sources, question, setting, place, one, there) for one in there]


def _of_currency(
    sources: Sources,
    question: Question,
    setting: OnCostSettings,
    place: Place,
    currency: str,
    paid: Mapping[str, Ints],
) -> Amount:
    """The share of the wages of one currency. paid: (periods, groups) cents of all that have wages in the month."""
    month, wages = _month(sources, question), paid[currency]
    what = "share of the wages" if currency == HOME else f"share of the wages in {currency}"
    own = wage_share_cents(wages, exact(setting.share))
    home = sources.exchange.converted(own, currency)
    if question.group:
        return _borne(sources, question, what, shared_by(home, wages)[month], wages[month], "cents of wages")

    def told(amount: Amount) -> Amount:
        lines = [replace(question, line=line) for line in pay_lines(sources)]
        pays = [pay(sources, one) if list(paid) == [HOME] else own_pay(sources, one, currency) for one in lines]
        paid_out = [one for one in pays if one.value]
        base = summed(f"{pay_words(sources)} of the month", paid_out, amount.unit)
        how = f"{float(base.value or 0):,.2f} x {setting.share:g}, rounded to the cent once a month"
        return replace(amount, how=how, place=place, sources=lambda: [base])

    amount = Amount(what, money(int(home[month])), sources.currency)
    return converted(amount, sources, currency, int(own[month]), told)


def _borne(sources: Sources, question: Question, what: str, cents: Ints, weights: Ints, by: str) -> Amount:
    """What one planning group bears of an amount that is shared by weights. cents, weights: (groups,)."""
    group = sources.books.frame.groups.index(question.group)
    whole = replace(beside_pay(sources, replace(question, group="")), what=f"{question.line}, all planning groups")
    how = f"of {float(money(int(cents.sum()))):,.2f} the share {int(weights[group]):,} of {int(weights.sum()):,} {by}"
    if not weights.sum():
        how = (
            f"of {float(money(int(cents.sum()))):,.2f} a share like the whole plan's, as nobody is paid in the month"
        )
    value = money(int(cents[group]))
    return Amount(what, value, sources.currency, how, sources=lambda: [whole])


def _of_people(sources: Sources, question: Question, setting: OnCostSettings, place: Place) -> Amount:
    """An amount for every person; turned into the plan's currency one by one."""
    books, month, currency = sources.books, _month(sources, question), sources.exchange.known(setting.currency)
    own = head_cents(books.paid, exact(setting.monthly_per_agent), books.days)
    cents = sources.exchange.converted(own, currency)
    how = f"{setting.monthly_per_agent:,.2f} x {_planned(sources, month)} for each person"
    if currency != HOME:
        how += f", in {currency} at {sources.config.cost.rates[currency].words}"
    if question.group:
        group = books.frame.groups.index(question.group)
        cents = books.paid.attributed(cents)[..., group]
        how += f", as far as the person works for {question.group}"
    people = []
    for number, agent in enumerate(books.frame.agents):
        if cents[number, month]:
            one = Amount(person(sources, agent), money(int(cents[number, month])), sources.currency)
            whole = int(own[number, month])
            people.append(one if question.group else converted(one, sources, currency, whole, lambda same: same))
    return replace(summed("amount for each person", people, sources.currency, how=how), place=place)


def _planned(sources: Sources, month: int) -> str:
    books = sources.books
    share = planned_shares(books.paid, books.days)[month]
    period = books.frame.periods[month]
    return f"{float(share):.4g} ({sum(f'{day:%Y-%m}' == period for day in books.days)} days of the month are planned)"


def _other(sources: Sources, question: Question, amount: Amount) -> Amount:
    """A cost that is no one's pay: its setting, and what it is reckoned from."""
    names = [f"{OTHER}{cost.name}" for cost in sources.config.cost.others]
    number = names.index(question.line)
    setting = sources.config.cost.others[number]
    rule = Amount("setting", None, "", rule_words(setting), sources.setting("cost", "others", number))
    if setting.per_contact is not None:
        return replace(amount, parts=lambda: _by_queue(sources, question, setting), sources=lambda: [rule])
    if question.group:
        return _shared(sources, question, amount, rule)
    how, found = _whole(sources, question, setting)
    books = sources.books
    own = whole_cents(setting, books.paid, _paid_minutes(sources), books.days)[_month(sources, question)]
    currency = sources.exchange.known(setting.currency)
    return converted(
        amount, sources, currency, int(own), lambda one: replace(one, how=how, sources=lambda: [*found, rule])
    )


def _paid_minutes(sources: Sources) -> Ints:
    """(periods, groups): paid minutes, time beside the queue as it is attributed."""
    paid = sources.books.paid
    return np.asarray(paid.attributed(paid.by_agent).sum(axis=0), dtype=np.int64)


def _shared(sources: Sources, question: Question, amount: Amount, rule: Amount) -> Amount:
    books, month = sources.books, _month(sources, question)
    cents = books.money.lines[question.line][month]
    borne = _borne(sources, question, amount.what, cents, _paid_minutes(sources)[month], "paid minutes")
    return replace(borne, ask=amount.ask, sources=lambda: [*borne.sources(), rule])


def _whole(sources: Sources, question: Question, setting: OtherCostSettings) -> tuple[str, Sequence[Amount]]:
    """The formula of a month in words, and what it takes."""
    if setting.agents_per_person is not None:
        rows = narrowed(sources.paid, question)
        worked = minutes(sources, "paid minutes of agents", rows, Question(HOURS, TOTAL, question.month))
        people = f"{int(worked.value or 0):,} paid minutes / 60 / {setting.agents_per_person:g} agents for each"
        return f"{people} x {setting.hourly_rate:,.2f} an hour, rounded to the cent once a month", [worked]
    if setting.per_month is not None:
        return f"{setting.per_month:,.2f} a month x {_planned(sources, _month(sources, question))}", []
    if setting.date in sources.books.days and f"{setting.date:%Y-%m}" == question.month:
        return f"{setting.amount:,.2f} once, on {setting.date}", []
    return f"{setting.amount:,.2f} once, on {setting.date}: not in this month's days", []


def _by_queue(sources: Sources, question: Question, setting: OtherCostSettings) -> Sequence[Amount]:
    """What the contacts of each queue cost."""
    books, month, currency = sources.books, _month(sources, question), sources.exchange.known(setting.currency)
    own = contact_cents(setting, books.queues, len(books.frame.periods))[month]
    cents = sources.exchange.converted(own, currency)
    found = []
    for number, queue in enumerate(books.queues):
        if cents[number] and (not question.group or books.frame.groups[queue.group] == question.group):
            contacts = contacts_of(sources, Question("forecast", month=question.month, queue=queue.name))
            number_of = f"{float(contacts.value or Fraction(0)):,.6g} contacts"
            how = f"{number_of} x {setting.per_contact:,.6g}, rounded to the cent once a month"
            amount = Amount(queue.name, money(int(cents[number])), sources.currency)
            told = partial(replace, how=how, sources=partial(list, [contacts]))
            found.append(converted(amount, sources, currency, int(own[number]), told))
    return found
