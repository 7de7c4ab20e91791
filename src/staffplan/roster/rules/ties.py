"""The rules between named people, or people of a kind: from their settings, and as rows for the search."""

from __future__ import annotations

from collections.abc import Iterable

from staffplan.clock import SiteCalendar, parse_spans, parse_weekdays
from staffplan.roster.problem.problem import RosterProblem
from staffplan.roster.problem.ties import Row, merged
from staffplan.roster.rules.mentor import Mentor
from staffplan.roster.rules.on_duty import MinimumOnDuty
from staffplan.roster.rules.pairs import Apart, Together
from staffplan.roster.rules.tie import Tie
from staffplan.settings import team_rules as settings


def tie_of(setting: settings.TieSetting) -> Tie:
    """The rule of a setting."""
    match setting:
        case settings.MinimumOnDutySetting():
            return MinimumOnDuty(
                setting.weight,
                people=setting.people,
                team=setting.staffing_group,
                skill=setting.skill,
                level=setting.level,
                agents=setting.agents,
                spans=parse_spans(setting.hours),
                weekdays=parse_weekdays(setting.weekdays),
                holidays=setting.holidays,
            )
        case settings.TogetherSetting(agents=agents, start_minutes=start, end_minutes=end):
            return Together(setting.weight, agents=agents, start_minutes=start, end_minutes=end)
        case settings.ApartSetting(agents=agents, per=per):
            return Apart(setting.weight, agents=agents, per=per)
        case settings.MentorSetting(trainee=trainee, mentors=mentors):
            return Mentor(setting.weight, trainee=trainee, mentors=mentors)


def rows_of(ties: Iterable[Tie], problem: RosterProblem, calendar: SiteCalendar) -> list[tuple[Tie, list[Row]]]:
    """The rows of each rule."""
    return [(tie, merged(tie.rows(problem, calendar))) for tie in ties]
