"""Deferred work by the method verified: searched, played, and compared with what is usual."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from staffplan.settings.staffing import StaffingSettings
from staffplan.site import Site
from staffplan.staffing.deferred import Backlog
from staffplan.staffing.models.erlang import agents_for_line
from staffplan.staffing.shrinkage import carried_up, shrinkage_at
from staffplan.staffing.simulated.kernels import Floats
from staffplan.staffing.simulated.mail import Mail, MailJudged, judge_mail
from staffplan.staffing.simulated.mail_search import fewest_for_mail

OWN_MODEL = "its own model for the expected volume"
AS_CALLS = "plain Erlang C, treated as calls"


def verified_mail(mail: Mail, staffing: StaffingSettings, site: Site, *, seed: int, fresh: int) -> MailJudged:
    """The cheapest staffing found whose promise holds over `staffing.goal_scope`."""
    scope, floor, repetitions = staffing.goal_scope, staffing.interval_floor, mail.repetitions()
    return fewest_for_mail(mail, site, scope, floor=floor, seed=seed, fresh=fresh, repetitions=repetitions)


def usual_for_mail(mail: Mail, plain: pd.DataFrame, *, fresh: int) -> dict[str, MailJudged]:
    """What the group's own model staffs, and Erlang C with the promise as an answer time: by name, played.

    `plain`: the group's rows of the requirement by its own model, in order of time.
    """
    goals = [queue.goal for queue in mail.backlog.pool.queues]
    as_calls = agents_for_line(
        plain["load_erlangs"].to_numpy(dtype=np.float64),
        aht_seconds=np.maximum(1e-3, plain["aht_seconds"].to_numpy(dtype=np.float64)),
        service_level=max(goal.service_level or 0.0 for goal in goals),
        answer_within_seconds=min(goal.threshold_seconds or np.inf for goal in goals),
    )
    heads = {OWN_MODEL: plain["agents_required"].to_numpy(), AS_CALLS: as_calls}
    repetitions = -(-mail.repetitions() // 3)
    return {
        name: judge_mail(mail, own.astype(np.int64), seed=fresh, repetitions=repetitions)
        for name, own in heads.items()
    }


def mail_columns(judged: MailJudged, staffing: StaffingSettings, site: Site) -> Mapping[str, Floats | str]:
    """Columns of the requirement that the method decides, (open intervals of the plan,) each."""
    backlog: Backlog = judged.mail.backlog
    heads, day = judged.agents.astype(np.float64), judged.mail.date[backlog.rows]
    shrinkage = shrinkage_at(backlog.grid.starts[backlog.rows], staffing, site.calendar.timezone)
    return {
        "agents_required": heads,
        "agents_on_queue": carried_up(heads, shrinkage.not_in_roster, day),
        "agents_scheduled": carried_up(heads, shrinkage.everything, day),
        "service_level": judged.service_level,
        "asa_seconds": judged.response_seconds,
        "occupancy": judged.occupancy,
        "model": staffing.method,
    }
