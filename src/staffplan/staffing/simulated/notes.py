"""What a simulated requirement has to say: how it does, beside plain Erlang C, and what it leaves out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from staffplan.errors import Note
from staffplan.settings.staffing import StaffingSettings
from staffplan.staffing.deferred import EVERY_INTERVAL, NEXT_BACKLOG
from staffplan.staffing.pool import Pool
from staffplan.staffing.simulated.judge import Judged
from staffplan.staffing.simulated.mail import MailJudged

Played = Judged | MailJudged

CARRIED_OVER = "staffing.method"
"""Place of the note that each interval is sized by itself."""


def about(name: str, chosen: Played, others: Mapping[str, Played], staffing: StaffingSettings) -> Note:
    """One line to compare: agent hours and simulated waits of the method chosen and of `others`, by their names."""
    scope = f", goal met in every {staffing.goal_scope}" if staffing.method == "verified" else ""
    told = [f"{staffing.method}{scope}: {_figures(chosen)}"]
    told += [f"{label}: {_figures(judged)}" for label, judged in others.items()]
    said = (
        f"{'; '.join(told)} (simulated, {chosen.repetitions} repetitions with different "
        "random numbers from the search)"
    )
    return Note("staff", "assumption", name, said)


def _figures(judged: Played) -> str:
    hours = f"{judged.agent_hours:,.1f} agent hours"
    if not judged.promises or judged.overall_level != judged.overall_level:
        return hours
    return f"{hours}, service level {judged.overall_level:.1%}, {judged.worst_level:.1%} in the worst interval"


def still_true(note: Note, judged: Collection[str]) -> bool:
    """Whether a note of the model alone holds for groups that were simulated."""
    if note.place in judged and (note.kind == "left out" or note.message == EVERY_INTERVAL):
        return note.message.endswith(NEXT_BACKLOG)
    return note.place != CARRIED_OVER


def about_the_rest(rest: Collection[Pool], judged: Collection[str]) -> Iterator[Note]:
    """Groups that keep their own model, and what the simulation leaves out."""
    for pool in rest:
        if pool.queues[0].work_type == "concurrent":
            said = "contacts handled several at once are sized by their own model, each interval independently"
            yield Note("staff", "left out", pool.name, said)
    if judged:
        said = (
            "not simulated: redials, absences and breaks (a requirement has no people), "
            "calls and chats waiting from before the period; when fewer agents are "
            "staffed, free agents leave first, then those who finish first"
        )
        yield Note("staff", "left out", "staffing.method", said)
