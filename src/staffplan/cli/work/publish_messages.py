"""The messages of a publication: for each person whose days differ a text, an HTML mail and a calendar."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from staffplan.cli.work.handoff import safe_names
from staffplan.files.ledger import Ledger
from staffplan.plan.directory import OpenPlan
from staffplan.plan.publication import Publication, standby_before, told_before
from staffplan.report import Handoff, calendars
from staffplan.report.mail import mail_page
from staffplan.tables.roster import Roster


def message_files(plan: OpenPlan, made: Publication, ledger: Ledger, folder: Path) -> dict[Path, bytes]:
    """By path; nobody else's files are among them. ledger: what was published before."""
    if not len(made.told):
        return {}
    people = made.messages.frame
    names = safe_names(people["agent_id"].tolist())
    made_calendars = _calendars(plan, made, ledger, people["agent_id"].tolist())
    files: dict[Path, bytes] = {}
    for agent_id, message in zip(people["agent_id"], people["message"], strict=True):
        name = names[agent_id]
        files[folder / f"{name}.txt"] = f"{message}\n".encode()
        files[folder / f"{name}.html"] = _mail(made, agent_id, message.split("\n")[0])
        files[folder / f"{name}.ics"] = made_calendars[agent_id]
    return files


def _mail(made: Publication, agent_id: str, title: str) -> bytes:
    frame = made.told.frame
    own = frame[frame["agent_id"] == agent_id]
    days = [f"{day:%a %d %b %Y}" for day in own["schedule_date"]]
    rows = list(zip(days, own["after"], own["before"], strict=True))
    return mail_page(title, ("day", "now", "before"), rows)


def _calendars(plan: OpenPlan, made: Publication, ledger: Ledger, people: list[str]) -> dict[str, bytes]:
    """The calendars of these people, each shift in the revision that the entries before make it: a calendar program
    takes a changed shift only with a higher number than it knows."""
    workspace = plan.workspace
    first, last = workspace.first_day, workspace.planned.last
    found: dict[str, bytes] = {}
    parts = [replace(ledger, entries=ledger.entries[:n]) for n in range(1, len(ledger.entries) + 1)]
    told = [(told_before(part, first, last), standby_before(part, first, last)) for part in parts]
    for roster, standby in (*told, (made.roster, made.standby)):
        own, duties = _of(roster, people), standby.only(standby.frame["agent_id"].isin(people).to_numpy())
        settings = workspace.config
        handoff = Handoff(
            own,
            made.timezone,
            settings.plan.name,
            first_day=first,
            last_day=last,
            standby=duties,
            language=settings.report.language,
        )
        found = calendars(handoff, found.get(""))
    return found


def _of(roster: Roster, people: list[str]) -> Roster:
    shifts, activities = roster.shifts, roster.activities
    return Roster(
        shifts.only(shifts.frame["agent_id"].isin(people).to_numpy()),
        activities.only(activities.frame["agent_id"].isin(people).to_numpy()),
    )
