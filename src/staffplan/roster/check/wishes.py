"""Which of the days that people wished for a finished roster grants, and what it has instead where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from staffplan.roster.check.report import MissedWish
from staffplan.roster.problem.worked import Agreed, Worked
from staffplan.roster.rules.reading import wishes_by_agent
from staffplan.roster.rules.wishes import WishesGranted
from staffplan.tables.people import Workforce


def wished_days(workforce: Workforce, agreed: Agreed) -> int:
    """Days of the period for which somebody wishes something; each wish counts."""
    wishes = (wish for mine in wishes_by_agent(workforce.wishes).values() for wish in mine)
    first, last = agreed.period_first, agreed.period_last
    return sum(max((min(wish.last_day, last) - max(wish.first_day, first)).days + 1, 0) for wish in wishes)


def missed_wishes(
    worked: Mapping[str, Sequence[Worked]], workforce: Workforce, agreed: Agreed
) -> Iterator[MissedWish]:
    """worked: everybody's shifts by agent_id, those before the period too."""
    for agent_id, wishes in wishes_by_agent(workforce.wishes).items():
        mine = worked.get(agent_id, ())
        for violation in WishesGranted(wishes).violations(mine, agreed):
            message = f"{violation.message}: {_instead(mine, violation.day, agreed.timezone)}"
            yield MissedWish(agent_id, violation.day, message)


def _instead(worked: Sequence[Worked], day: date, timezone: str) -> str:
    begun = [shift for shift in worked if shift.schedule_date == day]
    if begun:
        return ", ".join(f"works {_words(shift, timezone)}" for shift in begun)
    night = [shift for shift in worked if shift.start.tz_convert(timezone).date() < day]
    late = [shift for shift in night if shift.end.tz_convert(timezone).date() >= day]
    return f"{_words(late[-1], timezone)} of the previous day ends on it" if late else "does not work"


def _words(shift: Worked, timezone: str) -> str:
    start, end = shift.start.tz_convert(timezone), shift.end.tz_convert(timezone)
    return f"{shift.family} {start:%H:%M}-{end:%H:%M}".strip()
