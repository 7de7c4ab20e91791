"""The cheapest staffing of work that may wait whose simulated service holds, in every interval, day or week.

An agent in one hour helps what came hours before and what comes for days after, so that the search does not go
interval by interval. It starts from the levellest staffing for a raised volume: by how much each day is raised is
found from what it lacks. Then single agents are taken away, from the highest hours first, as long as the promise
holds. All this asks a fluid (mail_kernels), which knows every repetition's volume and work; how far the fluid is off
is learnt from playing the same contacts one by one, and fresh contacts confirm what was found.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, vstack

from staffplan.site import Site
from staffplan.staffing.simulated.kernels import Floats, Ints
from staffplan.staffing.simulated.mail import Mail, MailJudged, judge_mail, make_fluid
from staffplan.staffing.simulated.mail_kernels import Fluid, change, contacts_in_time, done_by

STRIDE = 32
"""Of so many agents one is the first step; then half of it, down to single agents."""
STEPS, FIRST_STEP, LATER_STEPS = 16, 0.15, 0.8
"""How often days are raised or lowered, by which part at first, and by how much of that each time after."""
REACHABLE, TIMES_AS_MANY = 0.998, 3
"""A promise is not sought beyond this part of what so many times the agents of the group's own model would do in
time: what must be done within minutes of the opening, or of its coming just before closing, hardly anybody could."""
SHORT = 0.005
"""A confirmation that is short of the goal by more than this share calls for more."""
ROUNDS = 6
SAME_GAIN = 1e-4
"""Shares of a period's contacts that are told apart."""
UNTOUCHED = 1_000_000


def fewest_for_mail(
    mail: Mail, site: Site, scope: str, *, floor: float, seed: int, fresh: int, repetitions: int
) -> MailJudged:
    """The staffing found, played with fresh contacts: seeds from `fresh` on.

    `floor` is the lowest service level of any interval, where the promise is for days or weeks.
    """
    search = _make_search(mail, site, scope, floor, seed, repetitions)
    search.start_from(_levelled(search, site))
    search.lift()
    search.thin_out()
    if search.learn_from(judge_mail(mail, search.agents, seed=seed, repetitions=repetitions)):
        search.thin_out()
    search.lift()
    for number in range(ROUNDS):
        judged = judge_mail(mail, search.agents, seed=fresh + number, repetitions=repetitions)
        if number == ROUNDS - 1 or not search.asks_for_more(judged):
            break
        search.lift()
    return judged


@dataclass
class _Search:
    """A staffing under way, (open intervals of the plan,) agents, and what the fluid says of it."""

    mail: Mail
    fluid: Fluid
    members: csr_array
    """(periods, intervals): 1 where what comes in an interval counts for a period; a period has one promise."""
    level: Floats
    """(periods,): share that must be in time."""
    offered: Floats
    target: Floats
    """(periods,): contacts that came, and that must be in time, over all repetitions."""
    reachable: Floats
    agents: Ints
    done: Floats
    margin: Floats

    def start_from(self, agents: Ints) -> None:
        self.agents = agents.copy()
        self.done = done_by(self.fluid.came, self.mail.everywhere(agents))
        self.margin = self.by_period(contacts_in_time(self.fluid, self.done)) - self.target

    def by_period(self, values: Floats) -> Floats:
        return np.asarray(self.members @ values, dtype=np.float64)

    def gain(self, row: int, more: int, *, keep: bool = False) -> Floats:
        """(periods,): contacts more in time with `more` agents in an open interval, in the weeks added on both sides
        too."""
        grid, people = self.mail.backlog.grid, self.mail.everywhere(self.agents)
        same = grid.source == self.mail.backlog.rows[row] - grid.first
        places = np.flatnonzero(same & self.mail.backlog.is_open)
        gained = self.by_period(change(self.fluid, self.done, people, places, more, keep))
        if keep:
            self.agents[row] += more
            self.margin = self.margin + gained
        return gained

    def lift(self) -> None:
        """Add agents where they help a period that is short the most, until none is; among equals to the fewest."""
        while (self.margin < 0).any():
            worst = int(np.argmin(self.margin / np.maximum(self.offered, 1.0)))
            lacking, unit = -self.margin[worst], SAME_GAIN * max(1.0, self.offered[worst])
            gains = [(self.gain(row, self._step(row))[worst], row) for row in self._rows_for(worst).tolist()]
            ranked = sorted((-round(gain / unit), self.agents[row], row, gain) for gain, row in gains if gain > 0)
            if not ranked:
                self.margin[worst] = 0.0
                self.target[worst] -= self.offered[worst]
            for _, _, row, gain in ranked:
                self.gain(row, self._step(row), keep=True)
                lacking -= gain
                if lacking <= 0:
                    break

    def _rows_for(self, period: int) -> Ints:
        """Open intervals of the plan from the first arrival of a period to its last deadline."""
        came = self.members.indices[self.members.indptr[period] : self.members.indptr[period + 1]]
        last, places = self.fluid.due[:, -1, came].max(), self.mail.backlog.rows
        return np.flatnonzero((places >= came.min()) & (places <= last))

    def thin_out(self) -> None:
        """Take agents away as long as every period keeps its promise, some at a time, then one by one."""
        fewer = max(1, int(self.agents.max(initial=0)) // STRIDE)
        while fewer:
            self._thin_out(fewer)
            fewer //= 2

    def _thin_out(self, most: int) -> None:
        """Where most are first; from all hours of a day alike, so that it keeps its shape within one step."""
        before, refused = self.agents.copy(), np.zeros(len(self.agents), dtype=bool)
        while True:
            may = self.agents > self.mail.minimum_agents
            taken = np.where(may, before - self.agents, UNTOUCHED)
            free = may & ~refused & (taken == np.minimum.reduceat(taken, self._days)[self._day])
            if not free.any():
                break
            row = int(np.argmax(np.where(free, self.agents, -1)))
            fewer = min(most, self._step(row), int(self.agents[row]) - self.mail.minimum_agents)
            refused[row] = (self.margin + self.gain(row, -fewer) < 0).any()
            if not refused[row]:
                self.gain(row, -fewer, keep=True)

    def _step(self, row: int) -> int:
        """By how many agents an hour is changed at once."""
        return max(1, int(self.agents[row]) // STRIDE)

    @property
    def _day(self) -> Ints:
        """(open intervals of the plan,): the day of each, numbered."""
        return np.unique(self.mail.date[self.mail.backlog.rows], return_inverse=True)[1]

    @property
    def _days(self) -> Ints:
        """(days,): the first open interval of each."""
        return np.flatnonzero(np.diff(self._day, prepend=-1))

    def learn_from(self, judged: MailJudged) -> bool:
        """Ask the fluid for as much more or less as it is off from these contacts, which it knows; gives whether it
        was too strict anywhere."""
        fluid, played = self.margin + self.target, self.by_period(judged.good)
        self.target = np.minimum(self.target + fluid - played, REACHABLE * self.reachable)
        self.margin = fluid - self.target
        return bool((played - fluid > SHORT * self.offered).any())

    def asks_for_more(self, judged: MailJudged) -> bool:
        """Whether a confirmation is short anywhere; the fluid is then asked for what it lacks."""
        offered = np.maximum(1.0, self.by_period(judged.offered))
        wanted = np.minimum(self.level, REACHABLE * self.reachable / np.maximum(1.0, self.offered))
        lacking = wanted - self.by_period(judged.good) / offered
        short = lacking > SHORT
        self.target = np.where(short, self.target + self.margin + lacking * self.offered, self.target)
        self.margin = np.where(short, -lacking * self.offered, self.margin)
        return bool(short.any())


def _make_search(mail: Mail, site: Site, scope: str, floor: float, seed: int, repetitions: int) -> _Search:
    fluid, (members, level) = make_fluid(mail, seed, repetitions), _periods(mail, scope, floor)
    none, rows = np.zeros(len(level)), np.zeros(len(mail.backlog.rows), dtype=np.int64)
    search = _Search(mail, fluid, members, level, none, none, none, rows, fluid.came, none)
    offered = search.by_period(fluid.counts.sum(axis=(0, 1)))
    own = mail.backlog.levelled(mail.backlog.work(), site, np.zeros(1))
    plenty = np.zeros(len(mail.date), dtype=np.int64)
    plenty[mail.backlog.is_open] = TIMES_AS_MANY * np.maximum(own, 1.0)
    reachable = search.by_period(contacts_in_time(fluid, done_by(fluid.came, plenty)))
    target = np.minimum(level * offered, REACHABLE * reachable)
    return dataclasses.replace(search, offered=offered, target=target, reachable=reachable)


def _periods(mail: Mail, scope: str, floor: float) -> tuple[csr_array, Floats]:
    """Which intervals count for each period, and its promise: those of the scope, and every interval's floor."""
    promised = float(mail.promise.service_level or 0.0)
    wanted = {scope: promised} | ({} if scope == "interval" else {"interval": min(floor, promised)})
    some, parts, levels = (mail.backlog.offered > 0).any(axis=0), [], []
    for kind, level in wanted.items():
        period = mail.period(kind)
        places = np.flatnonzero((period >= 0) & some)
        numbers = np.unique(period[places], return_inverse=True)[1]
        size = int(numbers.max(initial=-1)) + 1
        parts.append(csr_array((np.ones(len(places)), (numbers, places)), shape=(size, len(period))))
        levels.append(np.full(size, level))
    return csr_array(vstack(parts)), np.concatenate(levels)


def _levelled(search: _Search, site: Site) -> Ints:
    """The levellest staffing for volumes raised day by day: the cheapest that holds, else what is least short."""
    mail = search.mail
    grid, work = mail.backlog.grid, mail.backlog.work()
    date, (periods, places) = mail.date[grid.inside], search.members.nonzero()
    factor, step = np.ones(int(date[-1]) + 1), FIRST_STEP
    inside = np.isin(np.flatnonzero(mail.backlog.is_open), mail.backlog.rows)
    found: list[tuple[float, float, Ints]] = []
    for _ in range(STEPS):
        raised = dataclasses.replace(work, work=work.work * factor[date][grid.source])
        agents = mail.backlog.levelled(raised, site, np.zeros(1))[inside].astype(np.int64)
        search.start_from(agents)
        found.append((-float(np.minimum(search.margin, 0.0).sum()), float(agents.sum()), agents))
        worst = np.full(len(factor), np.inf)
        np.minimum.at(worst, mail.date[places], search.margin[periods])
        factor = factor * np.exp(np.where(worst < 0, step, np.where(np.isfinite(worst), -step / 2, 0.0)))
        step *= LATER_STEPS
    return min(found, key=lambda one: one[:2])[2]
