"""Required people by period, and the capacity plan made for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import LARGEST_NUMBER, MOST_AGENTS, Column, Table, number, text

LARGEST_SHRINKAGE = 0.99


@dataclass(frozen=True)
class RequiredPeople(Table):
    """People needed at work on contacts in each period, before shrinkage; and what is already known of the period.

    Periods of a site follow each other as in the file, or as `position` numbers them. `attrition` is the share of the
    people of the period before who have left by this one, `leavers` a number of them; where both are blank the
    settings hold. `hires` start in this period whatever is planned. `transfers` stay; `extra_time` and `under_time`
    are of this period alone, in people. `required_p10` and `required_p90` are those of the ends of the forecast's
    band; `events` say in words what begins or ends.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        number("position", required=False, blank=True),
        text("site", required=False, blank=True),
        text("period"),
        number("required", 0, MOST_AGENTS),
        number("required_p10", 0, MOST_AGENTS, required=False, blank=True),
        number("required_p90", 0, MOST_AGENTS, required=False, blank=True),
        number("shrinkage", 0, LARGEST_SHRINKAGE, required=False, blank=True),
        number("attrition", 0, 1, required=False, blank=True),
        number("leavers", 0, MOST_AGENTS, required=False, blank=True),
        Column("hires", "count", required=False, blank=True, minimum=0, maximum=MOST_AGENTS),
        number("transfers", -MOST_AGENTS, MOST_AGENTS, required=False, blank=True),
        number("extra_time", 0, MOST_AGENTS, required=False, blank=True),
        number("under_time", 0, MOST_AGENTS, required=False, blank=True),
        text("events", required=False, blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("site", "position")
    numbered: ClassVar[str | None] = "position"
    file_name: ClassVar[str] = "required.csv"
    needs_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class AgreedPeople(RequiredPeople):
    """What is known of periods whose required people a forecast gives: columns as in required.csv, without those."""

    columns: ClassVar[tuple[Column, ...]] = tuple(
        column for column in RequiredPeople.columns if not column.name.startswith("required")
    )
    file_name: ClassVar[str] = "agreed.csv"


@dataclass(frozen=True)
class RequiredByAht(Table):
    """People required in a period where the team's mean handling time is a multiple of a trained team's."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("site", required=False, blank=True),
        text("period"),
        number("aht_factor", 1, 10),
        number("required", 0, MOST_AGENTS),
    )
    key: ClassVar[tuple[str, ...]] = ("site", "period", "aht_factor")
    file_name: ClassVar[str] = "required_by_aht.csv"


@dataclass(frozen=True)
class CapacityPlan(Table):
    """The capacity plan of each site, period by period, in people.

    `required` are trained people that do beside the new ones of the plan; `required_trained` those that a team of
    trained people needs. They differ where the staffing model knows the longer handling times of new people:
    `aht_factor` is the team's mean handling time as a multiple of a trained team's. `planned` are trained people with
    extra and without under time; `effective` weighs new hires by what they can do already; `net` is that less
    shrinkage; `over_under` is net less required. `hire_up_to` is the number of people, those in training included, to
    reach by hiring where a class starts: hire more if more have left. `chance_short` is the chance that net is below
    required, where each person leaves by chance; `chance_short_volume` counts the forecast's error too, where
    required.csv has its band. `net_p10` and `net_p90` are the band of net, over leavers. Amounts are expected ones.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        number("position"),
        text("site", blank=True),
        text("period"),
        number("required"),
        number("required_planned"),
        number("required_trained"),
        number("required_p10", blank=True),
        number("required_p90", blank=True),
        number("aht_factor"),
        number("starting"),
        number("attrition"),
        number("new_hires"),
        number("transfers", None),
        number("extra_time"),
        number("under_time"),
        number("heads"),
        number("in_training"),
        number("trainers"),
        number("planned"),
        number("effective"),
        number("shrinkage", 0, 1),
        number("net"),
        number("over_under", None),
        number("hire_up_to", blank=True),
        number("chance_short", 0, 1),
        number("chance_short_volume", 0, 1, blank=True),
        number("net_p10"),
        number("net_p90"),
        number("expected_short"),
        number("wages", 0, LARGEST_NUMBER),
        number("hiring_cost", 0, LARGEST_NUMBER),
        number("shortfall_cost", 0, LARGEST_NUMBER),
        number("cost", 0, LARGEST_NUMBER),
        text("events", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("site", "position")
    file_name: ClassVar[str] = "capacity.csv"


@dataclass(frozen=True)
class HiringPlans(Table):
    """The best hiring plan of each site, the next best ones, and that of hiring nobody (rank 0).

    `classes` are the people that start in each period, from the first. `cost` is the sum of wages, hiring and
    shortfall prices over all periods; `gap_share` how far the plan may be from the best of its rank, 0 where that is
    proven.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("site", blank=True),
        number("rank"),
        text("classes", blank=True),
        number("hires"),
        number("short"),
        number("wages", 0, LARGEST_NUMBER),
        number("hiring_cost", 0, LARGEST_NUMBER),
        number("shortfall_cost", 0, LARGEST_NUMBER),
        number("cost", 0, LARGEST_NUMBER),
        number("more_than_best", None),
        number("gap_share"),
    )
    key: ClassVar[tuple[str, ...]] = ("site", "rank")
    file_name: ClassVar[str] = "hiring.csv"
