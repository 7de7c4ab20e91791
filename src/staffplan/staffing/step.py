"""The staffing step by any method: sized by a model alone, or judged by simulation."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.progress import OnProgress, Progress, silent
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate.outcomes import ANSWERS, LEFT, OFFERED, WAITED, ratio
from staffplan.site import Site
from staffplan.staffing.chance import Cover
from staffplan.staffing.live import agents_for_goals, live_line, size_live
from staffplan.staffing.pool import Pool, pools
from staffplan.staffing.requirement import StaffingResult, absence_cover, backlog_of, hangs_up, staff, totals
from staffplan.staffing.risk import DayRisk, at_risk, day_risks, risk_of
from staffplan.staffing.shrinkage import grossed_up, shrinkage_at
from staffplan.staffing.simulated.judge import FRESH, Judged, judge, repetitions_for
from staffplan.staffing.simulated.kernels import BUSY, Floats, Ints
from staffplan.staffing.simulated.line import Line, make_line
from staffplan.staffing.simulated.mail import MailJudged, make_mail
from staffplan.staffing.simulated.mail_step import mail_columns, usual_for_mail, verified_mail
from staffplan.staffing.simulated.notes import Played, about, about_the_rest, still_true
from staffplan.staffing.simulated.offered_load import modified_offered_load
from staffplan.staffing.simulated.search import confirm, fewest_by_interval, fewest_by_period, make_scope
from staffplan.tables.forecast import VolumeForecast
from staffplan.tables.requirement import StaffingRequirement

ONE_AT_A_TIME = "plain Erlang C, chats treated as calls"


@dataclass(frozen=True)
class Compared:
    """A requirement of one group and the same group staffed otherwise, all played with the same contacts."""

    chosen: Played
    others: Mapping[str, Played]
    """By their names; the first is what the method erlang-c would have staffed."""


def staff_by_method(
    forecast: VolumeForecast,
    staffing: StaffingSettings,
    simulation: SimulateSettings,
    *,
    site: Site,
    seed: int = 1,
    on_progress: OnProgress = silent,
) -> StaffingResult:
    """The requirement by `staffing.method`, for the volume that `staffing.risk` names.

    `verified` concerns all work, `offered-load` what waits seconds, one contact at a time; other work keeps its own
    model. What these two predict is simulated, and what plain Erlang C would have cost and given is told beside it.
    Raises DataError as `staffing.staff` does.
    """
    wanted, notes = at_risk(forecast, staffing.risk, site, with_chance=staffing.method != "verified")
    days = day_risks(forecast, staffing.risk, site)
    if staffing.method in ("erlang-c", "erlang-a"):
        plain = staff(wanted, staffing, site=site, days=days, on_progress=on_progress)
        return dataclasses.replace(plain, notes=(*notes, *plain.notes))
    by_model = staff(wanted, staffing, site=site, days=days)
    plain = staff(wanted, staffing.model_copy(update={"method": "erlang-c", "absence": "share"}), site=site)
    work = _Work(wanted, staffing, simulation, site, seed, days)
    frame, found = by_model.requirement.frame.copy(), {}
    groups = [pool for pool in pools(wanted, site) if work.concerns(pool, frame)]
    for number, pool in enumerate(groups):
        on_progress(Progress("staff", number, len(groups), pool.name))
        rows = np.flatnonzero((frame["planning_group"] == pool.name).to_numpy(dtype=bool))
        own = plain.requirement.frame[plain.requirement.frame["planning_group"] == pool.name]
        found[pool.name] = work.compare(pool, own)
        for name, values in work.columns(pool, found[pool.name].chosen).items():
            frame.loc[frame.index[rows], name] = values
    on_progress(Progress("staff", len(groups), len(groups)))
    requirement = StaffingRequirement.of(frame)
    told = [about(name, each.chosen, each.others, staffing) for name, each in found.items()]
    kept = [note for note in by_model.notes if still_true(note, found)]
    rest = about_the_rest([pool for pool in pools(wanted, site) if pool.name not in found], found)
    facts = {**totals(requirement, site), **_facts(found)}
    return StaffingResult(requirement, (*told, *notes, *kept, *rest), facts)


@dataclass(frozen=True)
class _Work:
    """All that the groups share."""

    forecast: VolumeForecast
    staffing: StaffingSettings
    simulation: SimulateSettings
    site: Site
    seed: int
    days: Mapping[str, DayRisk]

    def concerns(self, pool: Pool, requirement: pd.DataFrame) -> bool:
        """Whether the method says more of a group than its model alone; nothing of one that is never open."""
        if self.staffing.method == "verified":
            return bool((requirement["planning_group"] == pool.name).any())
        return pool.queues[0].work_type == "immediate"

    def simulation_of(self, pool: Pool) -> SimulateSettings:
        """A volume at risk is as high as it is; only the mean has uncertain days."""
        sure = risk_of(pool.queues, self.staffing.risk) != "mean"
        return self.simulation.model_copy(update={"volume_uncertainty": False}) if sure else self.simulation

    def compare(self, pool: Pool, plain: pd.DataFrame) -> Compared:
        """The group by the method asked for, and what others would have given; `plain`: its rows by erlang-c."""
        if pool.queues[0].work_type == "deferred":
            backlog, _ = backlog_of(pool, self.forecast, self.site)
            mail, fresh = make_mail(backlog, self.forecast, self.simulation_of(pool), self.site), self.seed + FRESH
            chosen = verified_mail(mail, self.staffing, self.site, seed=self.seed, fresh=fresh)
            return Compared(chosen, usual_for_mail(mail, plain, fresh=fresh))
        return self._compare_live(pool, plain["agents_required"].to_numpy())

    def _compare_live(self, pool: Pool, erlang_c: Floats) -> Compared:
        line = make_line(pool, self.forecast, self.simulation_of(pool), self.site)
        repetitions = repetitions_for(line)
        agents = self._trailing(pool)
        if self.staffing.method == "verified":
            chosen = self._verified(line, agents, repetitions)
        else:
            chosen = judge(line, agents, seed=self.seed + FRESH, repetitions=repetitions)
        others = {"plain Erlang C": erlang_c}
        if line.slots > 1:
            others = {
                "its own model, each interval independently": erlang_c,
                ONE_AT_A_TIME: self._one_at_a_time(pool),
            }
        again = -(-repetitions // 3)
        return Compared(
            chosen,
            {
                name: judge(line, heads.astype(np.int64), seed=self.seed + FRESH, repetitions=again)
                for name, heads in others.items()
            },
        )

    def _one_at_a_time(self, pool: Pool) -> Floats:
        """(open intervals,): agents as if chats were calls."""
        calls = tuple(dataclasses.replace(queue, channel="voice") for queue in pool.queues)
        shrinkage = shrinkage_at(pool.starts, self.staffing, self.site.calendar.timezone)
        length = self.site.calendar.interval_minutes * 60.0
        as_calls = dataclasses.replace(pool, queues=calls)
        return size_live(as_calls, shrinkage, interval_seconds=length, with_abandonment=False).agents_required

    def _trailing(self, pool: Pool) -> Ints:
        """(open intervals,): agents for the load as it trails behind the calls."""
        length = self.site.calendar.interval_minutes * 60.0
        load = modified_offered_load(pool, self.simulation_of(pool), length)
        some = pool.offered_total > 0
        share = np.divide(pool.offered, pool.offered_total, out=np.zeros_like(pool.offered), where=some)
        share[0, ~some] = 1.0
        trailing = dataclasses.replace(pool, offered=share * (load * length / pool.aht_positive))
        shrinkage = shrinkage_at(pool.starts, self.staffing, self.site.calendar.timezone)
        patient = not any(queue.patience_seconds for queue in pool.queues)
        sized = size_live(trailing, shrinkage, interval_seconds=length, with_abandonment=not patient)
        return np.asarray(sized.agents_required, dtype=np.int64)

    def _cover(self, pool: Pool) -> Cover | None:
        """What absence by chance adds by the queueing model: the simulation of a requirement has no people."""
        seconds = self.site.calendar.interval_minutes * 60.0
        line = live_line(pool, interval_seconds=seconds, with_abandonment=hangs_up(pool, self.staffing))
        exact = np.maximum(agents_for_goals(pool, line)[1], pool.minimum_agents)
        return absence_cover(pool, exact, self.staffing, self.site, self.days.get(pool.name))

    def _verified(self, line: Line, guess: Ints, repetitions: int) -> Judged:
        scope = make_scope(line, self.staffing.goal_scope, self.staffing.interval_floor)
        if scope.by_interval:
            agents = fewest_by_interval(line, guess, seed=self.seed, repetitions=repetitions)
        else:
            agents = fewest_by_period(line, scope, guess, seed=self.seed, repetitions=-(-repetitions // 8))
        return confirm(line, scope, agents, seed=self.seed + FRESH, repetitions=repetitions)

    def columns(self, pool: Pool, judged: Played) -> Mapping[str, Floats | str]:
        """The columns of the requirement that the method decides."""
        if isinstance(judged, MailJudged):
            return mail_columns(judged, self.staffing, self.site)
        shrinkage = shrinkage_at(pool.starts, self.staffing, self.site.calendar.timezone)
        heads, counts = judged.agents.astype(np.float64), judged.by_interval
        on_queue, scheduled = grossed_up(heads, shrinkage.not_in_roster), grossed_up(heads, shrinkage.everything)
        cover = self._cover(pool)
        if cover is not None:
            on_queue, scheduled = on_queue + cover.on_queue, scheduled + cover.scheduled
        on_the_line = heads * judged.line.interval_seconds * judged.counts.shape[1]
        return {
            "agents_required": heads,
            "agents_on_queue": on_queue,
            "agents_scheduled": scheduled,
            "service_level": judged.service_level,
            "asa_seconds": ratio(counts[WAITED], counts[ANSWERS]),
            "occupancy": np.minimum(1.0, ratio(counts[BUSY], on_the_line)),
            "abandon_rate": ratio(counts[LEFT], counts[OFFERED]),
            "model": self.staffing.method,
        }


def _facts(found: Mapping[str, Compared]) -> dict[str, float]:
    """Agent hours and worst intervals, by group, of the method chosen and of plain Erlang C."""
    facts = {}
    for name, both in found.items():
        for label, judged in (("", both.chosen), ("erlang-c ", next(iter(both.others.values())))):
            facts[f"{label}agent hours {name}"] = judged.agent_hours
            facts[f"{label}worst interval {name}"] = judged.worst_level
            facts[f"{label}service level {name}"] = judged.overall_level
    return facts
