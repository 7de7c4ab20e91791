"""Where shifts and contracts of the settings fall short of the statutory minimum of a country that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from staffplan.errors import Note
from staffplan.settings.agreements import Agreement, BreakDue, known_of
from staffplan.settings.roster import RosterSettings, ShiftSettings, WorkPlanSettings


def agreement_gaps(
    settings: RosterSettings, shifts: Mapping[str, ShiftSettings], work_plans: Mapping[str, WorkPlanSettings]
) -> Iterator[Note]:
    """Which law is planned by; a warning for each shift with too few breaks and each contract with too many hours."""
    for agreement in known_of(settings.agreements):
        said = f"{agreement.source} ({agreement.title}), looked up on {agreement.looked_up}: {agreement.url}"
        yield Note("roster", "assumption", "roster.agreements", f"{said}; no legal advice")
        for name, shift in shifts.items():
            yield from _breaks(agreement, name, shift)
        for name, plan in work_plans.items():
            yield from _contract(agreement, name, plan)


def _breaks(agreement: Agreement, name: str, shift: ShiftSettings) -> Iterator[Note]:
    """The longest break that is due and not there. A break lessens the work that it is due for; the free time of a
    split shift is one."""
    form = shift.forms(name)[0]
    has = sum(pause.minutes for pause in form.breaks)
    work = form.minutes - has
    missing = [due for due in agreement.breaks if due.is_due(work) and has < due.minutes]
    if missing:
        due = max(missing, key=lambda each: each.minutes)
        message = (
            f"{work / 60:g} h of work with {has} minutes of breaks; {_due(due)} ({_law(agreement, due.article)})"
        )
        yield Note("roster", "warning", f"shifts.{name}", message)


def _due(due: BreakDue) -> str:
    when = f"above {due.over_hours:g} h" if due.over_hours < due.from_hours else f"from {due.from_hours:g} h on"
    return f"{when} {'a break is' if due.minutes == 1 else f'{due.minutes} minutes are'} due"


def _contract(agreement: Agreement, name: str, plan: WorkPlanSettings) -> Iterator[Note]:
    for limit in agreement.contracts:
        if plan.weekly_hours_max > limit.weekly_hours_most:
            message = f"{plan.weekly_hours_max:g} hours a week are allowed, {limit.weekly_hours_most:g} are the most"
            place = f"work_plans.{name}.weekly_hours_max"
            yield Note("roster", "warning", place, f"{message} ({_law(agreement, limit.article)})")


def _law(agreement: Agreement, article: str) -> str:
    return f"{agreement.source}, {article}"
