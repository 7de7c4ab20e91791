"""plan.toml to frozen settings: every problem at once, each at its key.

Paths are relative to the file that names them; `{data}` stands for the folder given by --data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from staffplan.errors import ConfigError, Problem, nearest
from staffplan.settings.access import AccessSettings
from staffplan.settings.base import Section
from staffplan.settings.capacity import CapacitySettings
from staffplan.settings.cost import CostSettings
from staffplan.settings.currencies import currency_problems
from staffplan.settings.export import ExportSettings, PayrollSettings
from staffplan.settings.forecast import ForecastSettings
from staffplan.settings.hard_rules import RuleSettings, unknown_names
from staffplan.settings.ingest import IngestSettings
from staffplan.settings.leave import LeaveSettings
from staffplan.settings.ledger import LedgerSettings
from staffplan.settings.open_shifts import OpenShiftsSettings
from staffplan.settings.plan import InputSettings, PlanSettings
from staffplan.settings.priced_rules import StabilitySetting
from staffplan.settings.queues import HoursSettings, QueueSettings
from staffplan.settings.report import ReportSettings
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings
from staffplan.settings.scorecard import ScorecardSettings
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.settings.standby import StandbySettings
from staffplan.settings.toml_words import dotted_names, read_toml
from staffplan.settings.value_words import value_problems
from staffplan.tables.history import WORK_TYPE

RULE: TypeAdapter[Section] = TypeAdapter(RuleSettings)
ABOUT_THE_PAST = frozenset({"ended", "was"})
"""Settings of a queue that answer what a forecast asked; sections of these alone do not list the site's queues."""


class Config(Section):
    """All of plan.toml."""

    plan: PlanSettings = PlanSettings()
    input: InputSettings = InputSettings()
    ingest: IngestSettings = IngestSettings()
    hours: dict[str, HoursSettings] = Field(default_factory=dict)
    queues: dict[str, QueueSettings] = Field(default_factory=dict)
    forecast: ForecastSettings = ForecastSettings()
    staffing: StaffingSettings = StaffingSettings()
    shifts: dict[str, ShiftSettings] = Field(default_factory=dict)
    work_plans: dict[str, WorkPlanSettings] = Field(default_factory=dict)
    roster: RosterSettings = RosterSettings()
    open_shifts: OpenShiftsSettings = OpenShiftsSettings()
    leave: LeaveSettings = LeaveSettings()
    standby: tuple[StandbySettings, ...] = ()
    simulate: SimulateSettings = SimulateSettings()
    cost: CostSettings = CostSettings()
    access: AccessSettings = AccessSettings()
    capacity: CapacitySettings = CapacitySettings()
    export: ExportSettings = ExportSettings()
    payroll: PayrollSettings = PayrollSettings()
    ledger: LedgerSettings = LedgerSettings()
    scorecard: ScorecardSettings = ScorecardSettings()
    report: ReportSettings = ReportSettings()

    def queues_listed(self) -> list[str]:
        """The queues that tables may name; none where any may be, as no section says more than what a queue was or
        that it ended."""
        given = [queue.model_fields_set for queue in self.queues.values()]
        if all(keys and keys <= ABOUT_THE_PAST for keys in given):
            return []
        return [*self.queues, *(older for queue in self.queues.values() for older in queue.was)]


def load_config(text: str, source: str, overrides: Mapping[str, object] | None = None) -> Config:
    """Settings from the text of a plan.toml; `overrides` ("plan.weeks": 2) come last.

    Raises ConfigError with every problem found, each at `source:section.key`.
    """
    raw = read_toml(text, source)
    for dotted, value in (overrides or {}).items():
        _set(raw, dotted_names(dotted), value, source)
    return make_config(raw, source)


def load_capacity(text: str, source: str) -> CapacitySettings:
    """The section [capacity] from a file of its own, with its keys at the top.

    Raises ConfigError with every problem found, each at `source:key`.
    """
    try:
        return CapacitySettings.model_validate(read_toml(text, source))
    except ValidationError as error:
        raise ConfigError(value_problems(error.errors(), source, CapacitySettings)) from error


def make_config(raw: Mapping[str, object], source: str) -> Config:
    """Settings from nested plain values, checked as load_config checks a file."""
    names = list(_name_problems(raw, source))
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        raise ConfigError([*value_problems(error.errors(), source, Config), *names]) from error
    problems = [*names, *_cross_problems(config, source)]
    if problems:
        raise ConfigError(problems)
    return _keeping_what_was_published(config)


def _keeping_what_was_published(config: Config) -> Config:
    """With a published roster its days have a price, that of the rule's default where the rules name none."""
    rules, own = config.roster.rules, config.roster.articles.count("")
    if config.input.published is None or any(isinstance(rule, StabilitySetting) for rule in rules):
        return config
    priced = config.roster.model_copy(update={"rules": (*rules[:own], StabilitySetting(), *rules[own:])})
    return config.model_copy(update={"roster": priced})


def _set(raw: dict[str, Any], keys: Sequence[str], value: object, source: str) -> None:
    group: Any = raw
    for depth, key in enumerate(keys[:-1], start=1):
        group = group.setdefault(key, {})
        if not isinstance(group, dict):
            hint = f"it is a single value or a list; set {'.'.join(keys[:depth])} as a whole"
            raise ConfigError(Problem(f"{source}:{'.'.join(keys)}", f"{key} has no settings inside it", hint))
    group[keys[-1]] = value


def _name_problems(raw: Mapping[str, object], source: str) -> Iterable[Problem]:
    """Names that must exist elsewhere, as far as they can be read: beside settings that are wrong, too."""
    queues, hours, shifts, plans = (_groups_of(raw, name) for name in ("queues", "hours", "shifts", "work_plans"))
    for name, queue in queues.items():
        for key in ("hours", "arrival_hours"):
            wanted = queue.get(key)
            if isinstance(wanted, str) and wanted not in hours:
                place = f"{source}:queues.{name}.{key}"
                yield Problem(place, f"no [hours.{wanted}] is defined", nearest(wanted, list(hours)))
    for name, plan in plans.items():
        for shift in _texts_of(plan.get("shifts")):
            if shift not in shifts:
                place = f"{source}:work_plans.{name}.shifts"
                yield Problem(place, f"no [shifts.{shift}] is defined", nearest(shift, list(shifts)))
    listed = queues if any(not queue or set(queue) - ABOUT_THE_PAST for queue in queues.values()) else {}
    groups = sorted({str(queue.get("planning_group") or name) for name, queue in listed.items()})
    yield from unknown_names(_rules_of(raw), shifts, plans, groups, f"{source}:roster.rules")
    yield from _unpaid_names(raw, shifts, source)
    yield from _standby_names(raw, plans, source)


def _unpaid_names(raw: Mapping[str, object], shifts: Mapping[str, object], source: str) -> Iterator[Problem]:
    """Shifts that a premium names and the settings do not have."""
    cost = raw.get("cost")
    premiums = cost.get("premiums") if isinstance(cost, Mapping) else ()
    for number, premium in enumerate(premiums if isinstance(premiums, list | tuple) else ()):
        for name in _texts_of(premium.get("shifts")) if isinstance(premium, Mapping) else ():
            if name not in shifts:
                place = f"{source}:cost.premiums.{number}.shifts"
                yield Problem(place, f"no [shifts.{name}] is defined", nearest(name, list(shifts)))


def _standby_names(raw: Mapping[str, object], plans: Mapping[str, object], source: str) -> Iterator[Problem]:
    """Contracts that a standby names and the settings do not have, and names that two of them share."""
    written, seen = raw.get("standby"), set[object]()
    for number, one in enumerate(written if isinstance(written, list | tuple) else ()):
        if not isinstance(one, Mapping):
            continue
        for name in _texts_of(one.get("contracts")):
            if name not in plans:
                place = f"{source}:standby.{number}.contracts"
                yield Problem(place, f"no [work_plans.{name}] is defined", nearest(name, list(plans)))
        own = one.get("name")
        if isinstance(own, str) and own in seen:
            yield Problem(f"{source}:standby.{number}.name", f"{own!r} is used twice", "give each its own name")
        seen.add(own)


def _groups_of(raw: Mapping[str, object], name: str) -> dict[str, Mapping[str, object]]:
    """The groups [name.X] that are written as such."""
    section = raw.get(name)
    found = section.items() if isinstance(section, Mapping) else ()
    return {str(key): group for key, group in found if isinstance(group, Mapping)}


def _texts_of(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list | tuple) else []


def _rules_of(raw: Mapping[str, object]) -> list[Section | None]:
    """The site's rules in their order; None for one that cannot be read."""
    section = raw.get("roster")
    written = section.get("rules", ()) if isinstance(section, Mapping) else ()
    return [_rule_of(rule) for rule in written] if isinstance(written, list | tuple) else []


def _rule_of(written: object) -> Section | None:
    try:
        rule: Section = RULE.validate_python(written)
    except ValidationError:
        return None
    return rule


def _cross_problems(config: Config, source: str) -> Iterable[Problem]:
    """What no single section can see beside names: goals that fit the channel, queues that share a group."""
    for name, queue in config.queues.items():
        yield from _goal_problems(name, queue, source)
        yield from _loan_problems(name, queue, config, source)
        yield from _past_problems(name, queue, config, source)
    yield from _group_problems(config, source)
    yield from currency_problems(config.plan.currency, config.cost, config.work_plans, config.standby, source)
    yield from _overflow_problems(config, source)


def _loan_problems(name: str, queue: QueueSettings, config: Config, source: str) -> Iterable[Problem]:
    """Who borrows a history, and from whom; whether the history has the lender's rows is seen later."""
    place = f"{source}:queues.{name}"
    if queue.expected_per_week is not None and queue.like is None:
        hint = 'name an existing queue with a similar pattern: like = "..."'
        yield Problem(f"{place}.expected_per_week", "a weekly volume alone is not enough for a forecast", hint)
    lender = config.queues.get(queue.like or "")
    if queue.like == name or (lender is not None and lender.like is not None):
        hint = "name a queue with a history of its own"
        yield Problem(f"{place}.like", f"{queue.like!r} has no history of its own", hint)


def _past_problems(name: str, queue: QueueSettings, config: Config, source: str) -> Iterable[Problem]:
    """Whose history a queue takes over; whether the history has the older queues' rows is seen later."""
    place = f"{source}:queues.{name}"
    heirs = {older: heir for heir, settings in config.queues.items() for older in settings.was}
    if queue.was and queue.like is not None:
        yield Problem(f"{place}.was", "cannot be given together with like", "keep one of the two")
    if queue.like in heirs and queue.like != name:
        yield Problem(f"{place}.like", f"{queue.like!r} is now part of {heirs[queue.like]!r}", "name that queue")
    for older in dict.fromkeys(queue.was):
        if name in _all_older(older, config):
            hint = "remove the name of the queue that is still in use; name only older queues"
            yield Problem(f"{place}.was", f"{older!r} refers back to {name!r}", hint)
        if queue.was.count(older) > 1:
            yield Problem(f"{place}.was", f"{older!r} is named twice", "name it once")
        if older in config.input.ignore_queues:
            hint = "remove it there; its rows are needed"
            yield Problem(f"{place}.was", f"{older!r} is in input.ignore_queues", hint)


def _all_older(name: str, config: Config) -> set[str]:
    """The queue and all whose history it has, those of those included."""
    found, waiting = {name}, [name]
    while waiting:
        settings = config.queues.get(waiting.pop())
        new = set(settings.was) - found if settings else set()
        found |= new
        waiting += new
    return found


def _goal_problems(name: str, queue: QueueSettings, source: str) -> Iterable[Problem]:
    if queue.goal is None:
        return
    place = f"{source}:queues.{name}.goal"
    deferred = WORK_TYPE[queue.channel] == "deferred"
    if deferred and queue.goal.within_hours is None:
        hint = f'{queue.channel} is answered within hours: write "90/4h", or within_hours = 4'
        yield Problem(place, "deferred work needs a goal in hours", hint)
    if not deferred and queue.goal.within_hours is not None:
        message = f"{queue.channel} is answered within seconds: a goal in hours is not possible"
        yield Problem(place, message, 'write "80/20"')


def _group_problems(config: Config, source: str) -> Iterable[Problem]:
    groups: dict[str, set[str]] = {}
    for name, queue in config.queues.items():
        groups.setdefault(queue.planning_group or name, set()).add(WORK_TYPE[queue.channel])
    for group, types in groups.items():
        if len(types) > 1:
            hint = "put the queues in separate planning groups and give the agents both skills"
            message = f"its queues have different work types: {', '.join(sorted(types))}"
            yield Problem(f"{source}:queues:planning_group {group}", message, hint)


def _overflow_problems(config: Config, source: str) -> Iterable[Problem]:
    """Rules of overflow that name groups which are not there, or work that nobody waits for by the moment."""
    if not config.queues_listed():
        return
    kinds = {queue.planning_group or name: WORK_TYPE[queue.channel] for name, queue in config.queues.items()}
    for number, rule in enumerate(config.simulate.overflow):
        place = f"{source}:simulate.overflow.{number}"
        for name in dict.fromkeys((rule.group, *rule.to)):
            if name not in kinds:
                yield Problem(place, f"there is no planning group {name!r}", nearest(name, sorted(kinds)))
        if rule.group in rule.to:
            yield Problem(f"{place}.to", f"{rule.group} would help out itself", "name other groups")
        if kinds.get(rule.group) == "deferred":
            hint = "let a group whose customers wait in line be helped out"
            yield Problem(f"{place}.group", f"{rule.group} is deferred work, which waits for hours", hint)


def data_path(setting: str, config: Config, base: Path, place: str) -> Path:
    """A path setting made real: `{data}` replaced, relative to `base` (the config file's folder).

    Raises ConfigError when `{data}` is used and no folder was given.
    """
    if "{data}" in setting:
        if config.input.data is None:
            where = f"; the data: {config.input.source}" if config.input.source else ""
            raise ConfigError(Problem(place, f"{setting} needs a data folder", f"give --data DIR{where}"))
        return base / setting.replace("{data}", config.input.data)
    return base / setting
