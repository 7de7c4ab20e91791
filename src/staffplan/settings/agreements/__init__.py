"""Statutory minimum rules of countries, as data: what the law is called, where it was looked up and when.

They are facts for planning, and no legal advice: collective agreements and exceptions may say something else. What a
roster of one period cannot keep, as an average over a year, is listed as not held.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import Field

from staffplan.settings.base import Positive, Section


class AgreedRule(Section):
    """An entry of [roster] rules, and the article it comes from."""

    article: str
    setting: Mapping[str, Any]


class AgreedPremium(Section):
    """An entry of [cost] premiums, and the article it comes from."""

    article: str
    setting: Mapping[str, Any]


class BreakDue(Section):
    """The breaks that a day of so much work must have."""

    article: str
    over_hours: Positive = 24.0
    """Work without breaks, above which they are due."""
    from_hours: Positive = 24.0
    """The same, from so many hours on."""
    minutes: int = Field(default=1, gt=0)
    """Breaks in all, at least; left out: of any length."""

    def is_due(self, work_minutes: float) -> bool:
        return work_minutes > self.over_hours * 60 or work_minutes >= self.from_hours * 60


class ContractLimit(Section):
    """What a contract may say at most."""

    article: str
    weekly_hours_most: Positive


class NotHeld(Section):
    """What the law says and no roster of a single period can be held to."""

    article: str
    text: str


class Agreement(Section):
    """The statutory minimum of a country."""

    title: str
    source: str
    """The law."""
    url: str
    looked_up: date
    rules: tuple[AgreedRule, ...] = ()
    breaks: tuple[BreakDue, ...] = ()
    contracts: tuple[ContractLimit, ...] = ()
    not_held: tuple[NotHeld, ...] = ()
    premiums: tuple[AgreedPremium, ...] = ()
    not_reckoned: tuple[NotHeld, ...] = ()
    """What the law says of pay and no premium says."""


@cache
def all_agreements() -> Mapping[str, Agreement]:
    """The agreements that staffplan knows, by the name of their file."""
    folder = files("staffplan.settings.agreements")
    found = {file.name: file for file in folder.iterdir() if file.name.endswith(".toml")}
    return {
        name.removesuffix(".toml"): Agreement.model_validate(tomllib.loads(found[name].read_text("utf-8")))
        for name in sorted(found)
    }


def known_of(names: Sequence[str]) -> Iterator[Agreement]:
    """The agreements of these names, in their order; names that nobody knows are left out."""
    yield from (all_agreements()[name] for name in names if name in all_agreements())


def agreed_settings(names: Sequence[str]) -> list[dict[str, Any]]:
    """Entries of [roster] rules of these agreements."""
    return [dict(rule.setting) for agreement in known_of(names) for rule in agreement.rules]


def agreed_premiums(names: Sequence[str]) -> list[dict[str, Any]]:
    """Entries of [cost] premiums of these agreements."""
    return [dict(premium.setting) for agreement in known_of(names) for premium in agreement.premiums]


def pays(name: str) -> bool:
    """Whether the agreement says anything on pay."""
    agreement = all_agreements()[name]
    return bool(agreement.premiums or agreement.not_reckoned)


def articles_of(names: Sequence[str]) -> list[str]:
    """Where each of `agreed_settings` comes from, in words."""
    return [f"{agreement.source}, {rule.article}" for agreement in known_of(names) for rule in agreement.rules]
