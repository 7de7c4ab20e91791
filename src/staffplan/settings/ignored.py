"""Settings that are written and change nothing, as another setting decides: each is told, at its place."""

from __future__ import annotations

from collections.abc import Iterator

from staffplan.errors import Note
from staffplan.settings.config import Config
from staffplan.settings.priced_rules import FairShareSetting
from staffplan.settings.queues import QueueSettings
from staffplan.tables.history import WORK_TYPE


def ignored_settings(config: Config) -> tuple[Note, ...]:
    """A note for every setting that the others leave without effect, as far as the settings alone can tell."""
    queues = [note for name, queue in config.queues.items() for note in _of_queue(name, queue, config)]
    return (*queues, *_of_staffing(config), *_unused(config), *_others(config))


def _note(place: str, message: str, kind: str = "warning") -> Note:
    return Note("plan", kind, place, message)


def _of_queue(name: str, queue: QueueSettings, config: Config) -> Iterator[Note]:
    place, work, given = f"queues.{name}", WORK_TYPE[queue.channel], queue.model_fields_set
    for key in ("concurrency", "concurrency_slowdown"):
        if key in given and work != "concurrent":
            yield _note(
                f"{place}.{key}", 'has no effect: only chat is served several at once; write channel = "chat"'
            )
    if "concurrency_slowdown" in given and work == "concurrent" and queue.concurrency == 1:
        yield _note(f"{place}.concurrency_slowdown", "has no effect: concurrency is 1; write concurrency = 2 or more")
    if queue.patience_seconds is not None and work == "deferred":
        yield _note(f"{place}.patience_seconds", f"has no effect: nobody hangs up while {queue.channel} waits")
    elif queue.patience_seconds is not None and config.staffing.model == "erlang-c":
        said = (
            'the people needed do not depend on it: in Erlang C nobody hangs up; write staffing.method = "erlang-a"'
        )
        yield _note(f"{place}.patience_seconds", said, "assumption")
    yield from _of_goal(name, queue, work)


def _of_goal(name: str, queue: QueueSettings, work: str) -> Iterator[Note]:
    given = queue.goal.model_fields_set if queue.goal else set()
    if "clock" in given and work != "deferred":
        yield _note(f"queues.{name}.goal.clock", "has no effect: a goal in seconds counts every second; leave it out")
    if "max_abandon_rate" in given and work == "deferred":
        yield _note(f"queues.{name}.goal.max_abandon_rate", "has no effect: nobody hangs up on deferred work")


def _of_staffing(config: Config) -> Iterator[Note]:
    staffing = config.staffing
    if "goal_scope" in staffing.model_fields_set and staffing.method != "verified":
        yield _note(
            "staffing.goal_scope", f"has no effect with {staffing.method}: the goal is kept in every interval"
        )
    if "interval_floor" in staffing.model_fields_set and config.roster.objective != "service":
        if staffing.method != "verified":
            yield _note("staffing.interval_floor", f"has no effect with {staffing.method}; it is for verified")
        elif staffing.goal_scope == "interval":
            yield _note("staffing.interval_floor", 'has no effect: goal_scope is "interval"; write "day" or "week"')


def _unused(config: Config) -> Iterator[Note]:
    """Opening hours that no queue names, shifts that no contract names."""
    used = {name for queue in config.queues.values() for name in (queue.hours, queue.arrival_hours)}
    for name in config.hours:
        if name not in used:
            yield _note(f"hours.{name}", f'has no effect: no queue names it; write hours = "{name}" in the queue')
    allowed = {name for plan in config.work_plans.values() for name in plan.shifts}
    for name in config.shifts if config.work_plans else ():
        if name not in allowed:
            yield _note(f"shifts.{name}", "is never worked: no contract under [work_plans] names it in its shifts")


def _others(config: Config) -> Iterator[Note]:
    rules = {rule.rule for rule in config.roster.rules}
    if config.plan.subdivision is not None and config.plan.country is None:
        yield _note("plan.subdivision", "has no effect without plan.country; write both")
    if "service_time_cv" in config.simulate.model_fields_set and config.simulate.service_time == "exponential":
        said = 'has no effect: exponential handling times scatter by 1; write service_time = "lognormal"'
        yield _note("simulate.service_time_cv", said)
    for name, plan in config.work_plans.items():
        if plan.weekly_hours_norm is not None and not rules & {"overtime", "fair_share"}:
            said = 'has no effect: no hour above it is priced; write a rule { rule = "overtime" }'
            yield _note(f"work_plans.{name}.weekly_hours_norm", said)
    if "hours_balance" in rules and "average_hours" not in rules:
        said = 'hours_balance has no effect: no balance is kept; write a rule { rule = "average_hours", ... }'
        yield _note("roster.rules", said)
    shared = [rule.of for rule in config.roster.rules if isinstance(rule, FairShareSetting)]
    if "holidays" in shared and config.plan.country is None and config.input.special_days is None:
        yield _note("roster.rules", "fair_share of holidays has no effect: none is known; write plan.country")
