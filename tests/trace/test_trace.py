"""Amounts are followed down to rows of files, and added up again by a clerk who shares no code with the product."""

from __future__ import annotations

import contextlib
import csv
import math
import random
import shutil
import tomllib
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from commands import FilledOnce, Run
from staffplan.cli.main import run as run_command
from staffplan.cli.work.explain import sources_of
from staffplan.errors import UsageError
from staffplan.plan.directory import open_existing
from staffplan.trace import Sources, known_of, question_of, trace
from staffplan.trace.amount import Amount, Place

COSTS = """
[[cost.premiums]]
name = "early"
share = 0.25
hours = "09:00-10:30"

[[cost.premiums]]
name = "late"
per_hour = 1.37
hours = "15:20-17:00"

[[cost.premiums]]
name = "half shift"
per_shift = 3.33
shifts = ["half"]

[[cost.premiums]]
name = "long day"
share = 0.1
over_hours = 6.5
per = "day"

[[cost.on_costs]]
name = "contributions"
share = 0.313
monthly_per_agent = 21
currency = "USD"

[[cost.others]]
name = "supervision"
agents_per_person = 7
hourly_rate = 33.3

[[cost.others]]
name = "lines"
per_contact = 0.07
currency = "GBP"

[[cost.others]]
name = "rent"
per_month = 3100

[[cost.others]]
name = "course"
amount = 777.77
date = "2026-03-04"
currency = "USD"

[cost.rates]
USD = { rate = "0.9237", of = 2026-03-01, source = "treasury" }
GBP = { rate = "1.15", of = 2026-03-01, source = "treasury" }
"""
LINES = ("early", "late", "half-shift", "long-day", "contributions", "supervision", "lines", "rent", "course")
CLOCK = {"early": (540, 630), "late": (920, 1020)}
"""Minutes of the wall clock at which the premiums are paid."""
LONG_DAY_MINUTES = 390
CURRENCIES = ("EUR", "USD", "GBP")


def cents(value: Fraction) -> Fraction:
    return Fraction(math.floor(value * 100 + Fraction(1, 2)), 100)


def half_up(value: Fraction) -> Fraction:
    return Fraction(math.floor(value + Fraction(1, 2)))


class Clerk:
    """Reads the files as text and counts with fractions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = tomllib.loads((folder / "plan.toml").read_text())
        self.files: dict[str, list[dict[str, str]]] = {}

    def row(self, place: Place) -> dict[str, str]:
        """The row of a file, counted as a spreadsheet does."""
        [number] = place.rows
        return self.table(place.file)[number - 2]

    def table(self, name: str) -> list[dict[str, str]]:
        if name not in self.files:
            with (self.folder / name).open(encoding="utf-8-sig", newline="") as file:
                self.files[name] = list(csv.DictReader(file))
        return self.files[name]

    def count(self, amount: Amount, premium: str = "") -> Fraction:
        """What the rows below an amount add up to."""
        parts = amount.parts()
        if parts:
            return sum((self.count(part, premium) for part in parts), start=Fraction(0))
        if amount.ask.startswith("unit."):
            return self.price(amount)
        if amount.ask.startswith("bridge."):
            return self.difference(amount)
        if amount.unit in CURRENCIES:
            return self.money(amount)
        if amount.value == 0 and not amount.place.rows:
            return Fraction(0)
        row = self.row(amount.place)
        match Path(amount.place.file).name:
            case "roster_activities.csv":
                return Fraction(self.minutes(row, premium))
            case "time_off.csv":
                return Fraction(self.settings["work_plans"]["full"]["weekly_hours_min"]) / 5 * 60
            case "roster_shifts.csv":
                return Fraction(1)
            case "requirement.csv":
                if amount.unit == "people":
                    return Fraction(row["agents_on_queue"])
                told = amount.how.removeprefix("less ")
                return Fraction(row[told.split(" ")[0]]) * 30 * (1 if told == amount.how else -1)
            case _:
                return Fraction(row["offered"])

    def price(self, amount: Amount) -> Fraction:
        """The loaded cost over contacts or hours."""
        cost, quantity = amount.sources()
        whole = self.count(quantity) / (60 if quantity.unit == "minutes" else 1)
        return cents(self.count(cost) / whole)

    def difference(self, amount: Amount) -> Fraction:
        """A line of the bridge from the rows below it: group by group, interval by interval."""
        found = {source.what.partition(" ")[0]: source for source in amount.sources()}
        group = next((name for name in ("phone", "mail") if f", {name}" in amount.what), "")
        need, line = self.needed(group), amount.what.partition(",")[0]
        if line == "workload":
            return sum((half_up(self.work(one)) for one in self.groups(group)), start=Fraction(0))
        if line.startswith("queueing"):
            base = self.count(found["agents_required"])
            return base - sum((half_up(self.work(one)) for one in self.groups(group)), start=Fraction(0))
        on_queue = self.count(found["paid"])
        over = sum((max(Fraction(0), have - wanted) for wanted, have in need), start=Fraction(0))
        return {"on queue": on_queue, "roster fit: too many": over}.get(
            line, on_queue - over - sum((wanted for wanted, _ in need), start=Fraction(0))
        )

    def groups(self, group: str) -> list[str]:
        return [group] if group else ["phone", "mail"]

    def work(self, group: str) -> Fraction:
        """Minutes of work of a queue, of which each planning group has one."""
        rows = [row for row in self.table("plan/forecast.csv") if row["queue"] == group]
        return sum((Fraction(row["offered"]) * Fraction(row["aht_seconds"]) / 60 for row in rows), start=Fraction(0))

    def needed(self, group: str) -> list[tuple[Fraction, Fraction]]:
        """Minutes required and rostered on queue of each interval and group."""
        have: dict[tuple[str, datetime], Fraction] = {}
        for row in self.table("plan/roster_activities.csv"):
            at, end = (datetime.fromisoformat(row[name]) for name in ("start", "end"))
            while row["activity"] == "queue" and row["paid"] == "yes" and at < end:
                start = at.replace(minute=at.minute // 30 * 30)
                stop = min(end, start + timedelta(minutes=30))
                key = (row["planning_group"], start)
                have[key] = have.get(key, Fraction(0)) + Fraction((stop - at).seconds, 60)
                at = stop
        want = {}
        for row in self.table("plan/requirement.csv"):
            key = row["planning_group"], datetime.fromisoformat(row["interval_start"])
            want[key] = Fraction(row["agents_on_queue"]) * 30
        own = [key for key in {**have, **want} if key[0] in self.groups(group)]
        return [(want.get(key, Fraction(0)), have.get(key, Fraction(0))) for key in own]

    def minutes(self, row: dict[str, str], premium: str) -> int:
        start, end = (datetime.fromisoformat(row[name]) for name in ("start", "end"))
        first, last = (at.hour * 60 + at.minute for at in (start, end))
        if premium in CLOCK:
            low, high = CLOCK[premium]
            return max(0, min(last, high) - max(first, low))
        if premium == "long day":
            day = [r for r in self.table("plan/roster_activities.csv") if r["agent_id"] == row["agent_id"]]
            day = [r for r in day if r["schedule_date"] == row["schedule_date"] and r["paid"] == "yes"]
            before = sum(self.minutes(r, "") for r in day if r["start"] < row["start"])
            return max(0, before + last - first - max(before, LONG_DAY_MINUTES))
        return last - first

    def money(self, amount: Amount) -> Fraction:
        """The pay of a person's month, or a formula of the settings; turned into euros where paid in another."""
        found = {source.what: source for source in amount.sources()}
        if "exchange rate" in found:
            [there] = [source for name, source in found.items() if name != "exchange rate"]
            return cents(self.count(there) * self.exchange(there.unit, found["exchange rate"]))
        name = amount.what.rpartition(": ")[2].partition(",")[0]
        if "paid minutes" in found:
            return cents(self.count(found["paid minutes"]) / 60 * self.rate(amount))
        if "minutes with the premium" in found:
            setting = self.setting("premiums", found["rule"].place)
            minutes = self.count(found["minutes with the premium"], setting["name"])
            each = self.rate(amount) * Fraction(str(setting.get("share", 0))) + Fraction(
                str(setting.get("per_hour", 0))
            )
            return cents(minutes / 60 * each)
        if "shifts with the premium" in found:
            each = Fraction(str(self.setting("premiums", found["rule"].place)["per_shift"]))
            return self.count(found["shifts with the premium"]) * each
        if "base pay and premiums of the month" in found:
            return cents(self.count(found["base pay and premiums of the month"]) * Fraction("0.313"))
        if "paid minutes of agents" in found:
            return cents(self.count(found["paid minutes of agents"]) / 60 / 7 * Fraction("33.3"))
        contacts = [source for source in found.values() if source.unit == "contacts"]
        if contacts:
            return cents(self.count(contacts[0]) * Fraction("0.07"))
        once = {"rent": Fraction(3100) * 7 / 31, "course": Fraction("777.77")}
        return cents(once.get(name, Fraction(21) * 7 / 31))

    def setting(self, section: str, place: Place) -> dict[str, object]:
        """The entry of [[cost.SECTION]] that begins on a line."""
        [line] = place.rows
        lines = (self.folder / place.file).read_text().splitlines()
        number = sum(1 for text in lines[: line - 1] if text == f"[[cost.{section}]]")
        assert lines[line - 1] == f"[[cost.{section}]]"
        return self.settings["cost"][section][number]

    def exchange(self, currency: str, stated: Amount) -> Fraction:
        """The rate on the line that the trace names."""
        [line] = stated.place.rows
        text = (self.folder / stated.place.file).read_text().splitlines()[line - 1]
        assert text.startswith(f"{currency} = ")
        return Fraction(self.settings["cost"]["rates"][currency]["rate"])

    def rate(self, amount: Amount) -> Fraction:
        [place] = [source.place for source in amount.sources() if source.what == "base rate an hour"] or [None]
        if place is None:
            return Fraction(0)
        line = (self.folder / place.file).read_text().splitlines()[place.rows[0] - 1]
        return Fraction(line.removeprefix("hourly_rate = "))


@pytest.fixture(scope="module")
def center(filled_once: FilledOnce, _planned_once: Path) -> Path:
    """The small center with every kind of cost."""

    def fill() -> None:
        shutil.copytree(_planned_once, ".", dirs_exist_ok=True)
        text = Path("plan.toml").read_text().replace("hourly_rate = 14\n", 'hourly_rate = 14\ncurrency = "USD"\n')
        Path("plan.toml").write_text(text[: text.index("[[cost.on_costs]]")] + COSTS)
        assert run_command(["cost", "plan"]) == 0

    return filled_once("costed", fill)


@pytest.fixture(scope="module")
def sources(center: Path) -> Sources:
    with contextlib.chdir(center):
        return sources_of(open_existing(Path("plan")).workspace)


def answer(sources: Sources, *words: str) -> Amount:
    amount, notes = trace(sources, question_of(words, known_of(sources)))
    assert notes == ()
    return amount


def questions(sources: Sources) -> list[str]:
    """What can be asked about the small center, by the hundred."""
    people, days = (
        [f"F{n}" for n in range(1, 9)] + [f"P{n}" for n in range(1, 5)],
        [f"2026-03-0{d}" for d in range(2, 7)],
    )
    asked = ["cost.total", "cost.base-pay", *(f"cost.{line}" for line in LINES), "hours.paid-time-off"]
    asked += [f"cost.{line} {person}" for line in ("base-pay", *LINES[:4]) for person in people]
    asked += [f"{person} {when}".strip() for person in people for when in ("", "2026-03", *days)]
    asked += [f"hours.total {when}" for when in (*days, *people)]
    times = [f"{hour:02d}:{minute}" for hour in range(9, 17) for minute in ("00", "30")]
    for queue in ("phone", "mail"):
        asked += [f"forecast.{queue}", f"history.{queue}", f"history.{queue} 2026-02", f"history.{queue} 2026-02-03"]
        asked += [f"forecast.{queue} {day}" for day in days]
        asked += [f"forecast.{queue} {day}T{time}" for day in days for time in times]
        asked += [f"{day}T{time} {queue}" for day in days for time in times]
    asked += [f"bridge.{line} {group}" for line in BRIDGE[:8] for group in ("phone", "mail")]
    return asked + [f"bridge.{line}" for line in BRIDGE] + [f"unit.{price}" for price in PRICES]


BRIDGE = (
    *("contacts", "workload", "queueing-buffer-and-minimum-staff", "base-staff", "cover-for-shrinkage-whole-people"),
    *("roster-fit-too-few", "roster-fit-too-many", "on-queue", "breaks-and-meals", "meetings-and-training"),
    *("paid-time-off", "paid-hours", "base-pay", "premiums", "on-costs", "other-costs", "loaded-cost"),
)
PRICES = ("per-contact-offered", "per-paid-hour")


def test_two_hundred_amounts_are_what_their_rows_add_up_to(sources: Sources, center: Path):
    """A clerk reads the rows that the trace names, and comes to the same amount, to the cent."""
    clerk, asked = Clerk(center), random.Random(17).sample(questions(sources), 190)
    asked += ["cost.total", "cost.base-pay", *(f"cost.{line}" for line in LINES)]
    asked += [f"bridge.{line}" for line in BRIDGE] + [f"unit.{price}" for price in PRICES]
    for question in asked:
        amount = answer(sources, question)
        if amount.value != 0:
            assert clerk.count(amount) == amount.value, question


def test_the_people_required_lead_to_contacts_and_to_the_people_rostered(sources: Sources, center: Path):
    clerk, amount = Clerk(center), answer(sources, "2026-03-03T11:00", "phone")
    row = clerk.row(amount.place)
    assert row["interval_start"].startswith("2026-03-03T11:00")
    found = {source.what: source for source in amount.sources()}
    assert clerk.count(found["contacts"]) == pytest.approx(float(row["offered"]), abs=1e-5)
    assert found["goal 80 % within 20 s"].value is not None
    people = [clerk.row(part.place) for part in found["rostered on queue in the interval"].parts()]
    assert len(people) * 30 == found["rostered on queue in the interval"].value
    assert {row["planning_group"] for row in people} == {"phone"}


@pytest.mark.parametrize("line", ["total", "base-pay", *LINES])
def test_what_the_planning_groups_bear_is_the_whole(sources: Sources, line: str):
    whole = answer(sources, f"cost.{line}").value
    assert sum(answer(sources, f"cost.{line}", group).value or 0 for group in ("phone", "mail")) == whole


def test_a_forecast_day_is_taken_apart_and_leads_to_the_history(sources: Sources, center: Path):
    day = answer(sources, "forecast.phone", "2026-03-04")
    found = {source.what: source for source in day.sources()}
    assert {"level", "weekday", "combination"} <= set(found)
    history = found["all rows of the history that the methods learnt from"]
    rows = [row for row in Clerk(center).table("history.csv") if row["queue"] == "phone"]
    assert history.value == sum(int(row["offered"]) for row in rows)
    assert len(history.place.rows) == len(rows)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("F1 2026-03-02", "2026-03-02 agent F1"),
        ("cost.base-pay F1", "base pay Full 1"),
        ("cost.half-shift", "cost.premium: half shift"),
        ("hours.meals 2026-03", "meals 2026-03"),
        ("2026-03-02T10:00 phone", "phone at 10:00 on 2026-03-02"),
        ("forecast.phone 2026-03-02", "phone 2026-03-02"),
        ("", "cost"),
    ],
)
def test_a_question_may_be_put_in_several_ways(sources: Sources, one: str, other: str):
    known = known_of(sources)
    assert question_of([one], known) == question_of(other.split(" "), known)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("cost.erly", "did you mean cost.early?"),
        ("F11", "did you mean F1?"),
        ("bridge.base-staf", "did you mean base-staff?"),
        ("unit.per-contact-offered F1", "unit lines are told for months and planning groups"),
        ("nonsense", "what may be asked"),
        ("cost.early 2026-03-02", "a day has no cost of its own"),
        ("cost.rent F1", "has no person"),
        ("cost.total F1", "have no person"),
        ("10:00 phone", "a time needs its day"),
        ("F1 2026-04", "is not in the plan"),
        ("2026-03-03T22:00 phone", "required from 09:00 to 16:30"),
        ("forecast", "of which queue"),
        ("history.phone 2027-01", "there are no rows"),
        ("2026-03-03T25:00 phone", "25:00"),
        ("F1 2026-04 2026-03-02", "2026-03-02 is not in 2026-04"),
        ("2026-03-02T10:00 phone F1", "have no person"),
        ("F1 F2", "asks for F1 and for F2 at once"),
        ("F1 2026-03-02 2026-03-03", "asks for 2026-03-02 and for 2026-03-03 at once"),
        ("forecast.phone mail", "asks for phone and for mail at once"),
        ("mail phone 2026-03-02", "asks for mail and for phone at once"),
        ("of at", "asks for nothing"),
        ("hours.handling-contacts 2026-03-03", "is told for months and planning groups"),
        ("hours.overstaffing F1", "leave the day and the person out: hours.overstaffing"),
        ("hours.meals phone F1", "not told by planning group"),
        ("F1 mail 2026-03-02", "told for all planning groups"),
        ("cost.base-pay 10:00 phone", "2026-03-02T10:00 phone"),
    ],
)
def test_what_cannot_be_asked_is_told_with_what_can(sources: Sources, asked: str, said: str):
    with pytest.raises(UsageError, match=said.replace("?", r"\?")):
        answer(sources, asked)


def test_all_unknown_words_are_told_at_once(sources: Sources):
    with pytest.raises(UsageError) as raised:
        question_of(["cost.erly", "F77"], known_of(sources))
    assert len(raised.value.problems) == 2


def test_a_report_that_is_older_than_the_roster_is_told(center: Path, tmp_path: Path, run_in: Run):
    own = Path(shutil.copytree(center, tmp_path / "own"))
    path = own / "plan" / "roster_activities.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    lines[1] = lines[1].removesuffix("yes") + "no"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    finished = run_in(own, "explain", "plan", "cost.base-pay")
    assert finished.code == 0
    assert "run staffplan cost again" in finished.err


def test_a_person_s_minutes_of_a_group_are_those_on_its_queue(sources: Sources, center: Path):
    """Summed up again from the file; and the two groups are the minutes on queue together."""
    with (center / "plan" / "roster_activities.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["agent_id"] == "F1"]
    for group in ("phone", "mail"):
        own = [row for row in rows if (row["activity"], row["planning_group"]) == ("queue", group)]
        ends = [(datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"])) for row in own]
        assert answer(sources, f"hours.total {group} F1").value == sum((b - a).seconds // 60 for a, b in ends)
