"""The made-up center: made again byte for byte, and true to the facts of docs/calibration.md."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from staffplan.clock import horizon_intervals, local_dates
from staffplan.files.read import read_special_days
from staffplan.files.workforce import read_workforce
from staffplan.forecast import forecast
from staffplan.ingest import read_history
from staffplan.settings.config import Config, load_config
from staffplan.site import Site, make_site
from staffplan.staffing import staff
from staffplan.tables.history import ContactHistory
from staffplan.tables.people import Workforce

ROOT = Path(__file__).resolve().parents[2]
MADE = (
    "data/samples/history.csv",
    "data/samples/agents.csv",
    "data/samples/time_off.csv",
    "data/samples/availability.csv",
    "data/samples/special_days.csv",
    "data/samples/wishes.csv",
    "configs/bank/agents.csv",
    "configs/helpdesk/agents.csv",
)
OUTAGE = date(2026, 10, 20)
STEP = pd.Timestamp("2026-09-14", tz="Europe/Madrid")


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config((ROOT / "configs/demo.toml").read_text(encoding="utf-8"), "demo.toml")


@pytest.fixture(scope="module")
def history(config: Config, samples: Path) -> ContactHistory:
    return read_history(samples / "history.csv", config)


@pytest.fixture(scope="module")
def site(config: Config, samples: Path) -> Site:
    special = read_special_days(samples / "special_days.csv")
    first, last = date(2024, 12, 2), date(2026, 12, 27)
    return make_site(config, queues=config.queues, first_day=first, last_day=last, special_days=special)


@pytest.fixture(scope="module")
def people(samples: Path) -> Workforce:
    others = {name: samples / f"{name}.csv" for name in ("time_off", "availability", "wishes")}
    return read_workforce(samples / "agents.csv", others)


@pytest.fixture(scope="module")
def half_hours(history: ContactHistory) -> pd.DataFrame:
    """The history with the wall clock beside it."""
    local = history.frame["interval_start"].dt.tz_convert("Europe/Madrid")
    minute = local.dt.hour * 60 + local.dt.minute
    return history.frame.assign(local=local, day=local.dt.date, weekday=local.dt.day_of_week, minute=minute)


def ordinary_days(half_hours: pd.DataFrame, queue: str, site: Site) -> pd.Series:
    """Day totals of a queue's working days, without special days and the outage."""
    rows = half_hours[(half_hours["queue"] == queue) & (half_hours["weekday"] < 5)]
    days = rows.groupby("day")["offered"].sum()
    return days[[day not in site.calendar.special_days and day != OUTAGE for day in days.index]]


def test_the_script_makes_every_file_again_byte_for_byte(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "make_samples.py"
    subprocess.run([sys.executable, str(script), "--out", str(tmp_path)], check=True, capture_output=True)
    made = {str(path.relative_to(tmp_path).as_posix()) for path in tmp_path.rglob("*") if path.is_file()}
    assert made == set(MADE)
    for name in MADE:
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes(), name


def test_the_history_is_small_enough_to_live_in_the_repository(samples: Path) -> None:
    assert (samples / "history.csv").stat().st_size < 6_000_000


def test_the_history_covers_two_years_up_to_the_day_before_the_plan(half_hours: pd.DataFrame, config: Config) -> None:
    first, last = half_hours["day"].min(), half_hours["day"].max()
    assert (last - first).days + 1 == 104 * 7
    assert config.plan.start is not None
    assert (config.plan.start - last).days == 1


def test_queues_have_rows_only_while_they_take_contacts(half_hours: pd.DataFrame, site: Site) -> None:
    for queue, rows in half_hours.groupby("queue"):
        hours = site.queues[str(queue)].arrival_hours
        assert hours is not None
        assert hours.open_mask(pd.DatetimeIndex(rows["interval_start"]), site.calendar).all()


def test_few_open_half_hours_are_missing_and_one_whole_day_is(half_hours: pd.DataFrame) -> None:
    mail = half_hours[half_hours["queue"] == "email"]
    missing = horizon_intervals(date(2024, 12, 2), 104 * 7, "Europe/Madrid", 30).difference(
        pd.DatetimeIndex(mail["interval_start"])
    )
    by_day = pd.Series(local_dates(missing, "Europe/Madrid")).value_counts()
    assert by_day[date(2025, 5, 21)] == 48
    assert 10 < by_day.sum() - 48 < 60
    assert by_day.drop(date(2025, 5, 21)).max() <= 2
    assert date(2025, 5, 21) not in set(half_hours["day"])


def test_the_long_day_of_autumn_has_fifty_half_hours_of_mail(half_hours: pd.DataFrame) -> None:
    for day in (date(2025, 10, 26), date(2026, 10, 25)):
        rows = half_hours[(half_hours["queue"] == "email") & (half_hours["day"] == day)]
        assert len(rows) == 50
        assert rows["local"].dt.strftime("%H:%M").value_counts()[["02:00", "02:30"]].tolist() == [2, 2]


def test_every_contact_is_handled_or_has_hung_up(half_hours: pd.DataFrame) -> None:
    assert (half_hours["handled"] + half_hours["abandoned"] == half_hours["offered"]).all()
    assert (half_hours["answered_within_threshold"] <= half_hours["handled"]).all()
    assert (half_hours["aht_seconds"].isna() == (half_hours["handled"] == 0)).all()


@pytest.mark.parametrize(("queue", "low", "high"), [("sales", 1.2, 3), ("service", 1.2, 3), ("chat", 1.2, 3)])
def test_half_hours_vary_more_than_poisson_around_their_day(
    half_hours: pd.DataFrame, site: Site, queue: str, low: float, high: float
) -> None:
    ordinary = ordinary_days(half_hours, queue, site).index
    rows = half_hours[(half_hours["queue"] == queue) & half_hours["day"].isin(ordinary)]
    table = rows.pivot_table(index="day", columns="minute", values="offered").dropna()
    expected = np.outer(table.sum(axis=1), table.sum() / table.to_numpy().sum())
    ratio = float(((table.to_numpy() - expected) ** 2 / expected).sum() / (table.size - sum(table.shape)))
    assert low < ratio < high


@pytest.mark.parametrize("queue", ["sales", "service", "chat", "email"])
def test_days_vary_more_than_poisson_around_the_weeks_before_and_after(
    half_hours: pd.DataFrame, site: Site, queue: str
) -> None:
    days = ordinary_days(half_hours, queue, site)
    days.index = pd.DatetimeIndex(days.index)
    ratios = []
    for weekday in range(5):
        own = days[days.index.day_of_week == weekday]
        around = (own.shift(1) + own.shift(-1)) / 2
        ratios.append(((own - around) ** 2 / around).mean() / 1.5)
    assert 2 < float(np.mean(ratios)) < 12


def test_monday_is_the_busiest_day_of_service_and_mail_rests_at_the_weekend(
    half_hours: pd.DataFrame, site: Site
) -> None:
    service = ordinary_days(half_hours, "service", site)
    by_weekday = service.groupby([day.weekday() for day in service.index]).mean()
    assert by_weekday.idxmax() == 0
    assert by_weekday[0] / by_weekday[2] == pytest.approx(1.12 / 0.95, abs=0.05)
    mail = half_hours[half_hours["queue"] == "email"].groupby(["weekday", "day"])["offered"].sum()
    means = mail.groupby("weekday").mean()
    assert means[6] < 0.2 * means[0]


def test_the_step_in_chat_is_there_and_no_other_queue_has_it(half_hours: pd.DataFrame, site: Site) -> None:
    change = {}
    for queue in ("sales", "service", "chat"):
        days = ordinary_days(half_hours, queue, site)
        before = days[[date(2026, 6, 1) <= day < STEP.date() and day.month != 8 for day in days.index]]
        after = days[[day >= STEP.date() and day.month < 11 for day in days.index]]
        change[queue] = after.mean() / before.mean()
    assert 1.4 < change["chat"] < 1.75
    assert max(change["sales"], change["service"]) < 1.2


def test_the_telephones_were_down_on_one_morning(half_hours: pd.DataFrame) -> None:
    morning = half_hours[half_hours["minute"].between(510, 690) & (half_hours["weekday"] == 1)]
    morning = morning[(morning["day"] >= date(2026, 10, 6)) & (morning["day"] <= date(2026, 11, 3))]
    for queue in ("sales", "service"):
        by_day = morning[morning["queue"] == queue].groupby("day")["offered"].sum()
        assert by_day[OUTAGE] < 0.1 * by_day.drop(OUTAGE).min()
    chats = morning[morning["queue"] == "chat"].groupby("day")["offered"].sum()
    assert chats[OUTAGE] > 0.5 * chats.median()


def test_the_day_after_a_holiday_is_busier(half_hours: pd.DataFrame, site: Site) -> None:
    days = ordinary_days(half_hours, "service", site)
    ratios = []
    for after in (date(2025, 1, 7), date(2025, 5, 5), date(2025, 12, 9), date(2026, 1, 7), date(2026, 10, 13)):
        around = [days[d] for d in days.index if 0 < abs((d - after).days) <= 21 and d.weekday() == after.weekday()]
        ratios.append(days[after] / float(np.median(around)))
    assert np.mean(ratios) == pytest.approx(1.22, abs=0.1)


def test_voice_grows_from_year_to_year_and_august_is_quiet(half_hours: pd.DataFrame, site: Site) -> None:
    days = ordinary_days(half_hours, "service", site)
    months = days.groupby([f"{day:%Y-%m}" for day in days.index]).mean()
    growth = [months[f"2026-{month:02d}"] / months[f"2025-{month:02d}"] for month in range(1, 11)]
    assert 1.0 < np.mean(growth) < 1.12
    for year in (2025, 2026):
        assert months[f"{year}-08"] < 0.9 * min(months[f"{year}-06"], months[f"{year}-10"])


def test_handling_takes_longer_at_eleven_than_at_eight(half_hours: pd.DataFrame) -> None:
    service = half_hours[half_hours["queue"] == "service"].dropna(subset="aht_seconds")
    seconds = service["aht_seconds"] * service["handled"]
    hour = service["minute"] // 60
    means = seconds.groupby(hour).sum() / service["handled"].groupby(hour).sum()
    assert means[11] / means[8] == pytest.approx(1.08 / 0.95, abs=0.03)
    assert (seconds.sum() / service["handled"].sum()) == pytest.approx(310, rel=0.05)


def test_some_callers_hang_up_and_most_are_answered_in_time(half_hours: pd.DataFrame) -> None:
    for queue in ("sales", "service", "chat"):
        rows = half_hours[half_hours["queue"] == queue]
        total = rows[["offered", "abandoned", "answered_within_threshold"]].sum()
        assert 0.01 < total["abandoned"] / total["offered"] < 0.12
        assert 0.65 < total["answered_within_threshold"] / total["offered"] < 0.95


def test_about_sixty_people_with_names_of_their_own(people: Workforce, config: Config) -> None:
    agents = people.agents.frame
    assert 55 <= len(agents) <= 65
    assert agents["name"].is_unique
    assert set(agents["work_plan"]) == set(config.work_plans)
    skills = {skill for cell in agents["skills"] for skill in cell.split(";")}
    assert skills == {queue.planning_group or name for name, queue in config.queues.items()}
    assert agents["hourly_rate"].between(11, 17).all()


def test_absences_of_one_person_do_not_overlap(people: Workforce) -> None:
    for _, rows in people.time_off.frame.groupby("agent_id"):
        ordered = rows.sort_values("first_day")
        assert (ordered["first_day"].iloc[1:].to_numpy() > ordered["last_day"].iloc[:-1].to_numpy()).all()


def test_a_few_people_wish_for_days_off_and_shifts_and_some_wishes_are_hopeless(
    people: Workforce, config: Config
) -> None:
    wishes, agents = people.wishes.frame, people.agents.frame.set_index("agent_id")
    assert 12 <= len(wishes) <= 20
    assert wishes["wish"].value_counts()[["off", "shift", "not"]].min() >= 2
    off = people.time_off.frame
    hopeless = set()
    for wish in wishes[wishes["wish"] == "shift"].itertuples():
        away = off[(off["agent_id"] == wish.agent_id) & (off["last_day"] >= wish.first_day)]
        family = str(wish.shift).partition(" ")[0]
        mine = config.work_plans[str(agents.loc[wish.agent_id, "work_plan"])].shifts
        evening = people.availability.frame.query("agent_id == @wish.agent_id and hours == '14:00-20:00'")
        hopeless |= {"away"} if (away["first_day"] <= wish.first_day).any() else set()
        hopeless |= {"contract"} if family and family not in mine else set()
        hopeless |= {"morning"} if len(evening) and str(wish.shift).endswith("08:00") else set()
    assert hopeless == {"away", "contract", "morning"}


def test_the_plan_contains_public_holidays_and_an_event(site: Site) -> None:
    kinds = [site.calendar.special_days[date(2026, 12, day)].kind for day in (7, 8, 10, 24, 25)]
    assert kinds == ["holiday", "holiday", "event", "holiday", "holiday"]


def test_somebody_is_on_duty_on_every_public_holiday_of_the_plan(people: Workforce) -> None:
    off = people.time_off.frame
    for day in pd.to_datetime(["2026-12-07", "2026-12-08", "2026-12-24", "2026-12-25"]):
        away = set(off.loc[(off["first_day"] <= day) & (off["last_day"] >= day), "agent_id"])
        assert 4 <= len(people.agents.frame) - len(away) <= 8


def test_handling_fills_about_half_of_the_hours_in_the_contracts(
    half_hours: pd.DataFrame, people: Workforce, config: Config
) -> None:
    """The rest is waiting for contacts, breaks, training, sickness and vacation."""
    november = half_hours[half_hours["day"] >= date(2026, 11, 2)]
    handling = (november["offered"] * november["aht_seconds"].fillna(0)).sum() / 3600 / 4
    contract = people.agents.frame["work_plan"].map(lambda name: config.work_plans[name].weekly_hours_max).sum()
    assert 0.45 < handling / contract < 0.6


def hours_there_are(people: Workforce, config: Config) -> float:
    """Hours that the people can be on queue in the plan: contracts without time off and paid breaks."""
    assert config.plan.start is not None
    workdays = pd.bdate_range(config.plan.start, periods=5 * config.plan.weeks)
    total = 0.0
    for agent in people.agents.frame.itertuples():
        plan = config.work_plans[str(agent.work_plan)]
        shift = config.shifts[plan.shifts[0]]
        breaks = sum(pause.minutes for pause in shift.breaks if pause.paid) / shift.paid_minutes
        off = people.time_off.frame[people.time_off.frame["agent_id"] == agent.agent_id]
        away = [bool(((off["first_day"] <= day) & (off["last_day"] >= day)).any()) for day in workdays]
        total += plan.weekly_hours_max / 5 * away.count(False) * (1 - breaks)
    return total


def test_the_people_can_just_about_cover_the_need_of_the_plan(
    history: ContactHistory, people: Workforce, config: Config, site: Site
) -> None:
    assert config.plan.start is not None
    days = 7 * config.plan.weeks
    predicted = forecast(history, config.forecast, site=site, first_day=config.plan.start, days=days)
    requirement = staff(predicted.forecast, config.staffing, site=site).requirement
    needed = requirement.frame["agents_on_queue"].sum() / 2
    assert 0.9 < hours_there_are(people, config) / needed < 1.1


@pytest.mark.parametrize("name", ["demo", "bank", "helpdesk"])
def test_the_config_loads_and_first_says_when_to_start_from_it(name: str) -> None:
    text = (ROOT / f"configs/{name}.toml").read_text(encoding="utf-8")
    config = load_config(text, f"{name}.toml")
    assert text.startswith("# Start from this file when ")
    assert isinstance(tomllib.loads(text)["plan"]["start"], date)
    assert not isinstance(config.plan.start, datetime)
    assert config.work_plans
    assert config.cost.premiums


@pytest.mark.parametrize("name", ["demo", "bank", "helpdesk"])
def test_every_shift_and_contract_of_a_config_is_used(name: str) -> None:
    config = load_config((ROOT / f"configs/{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")
    assert {shift for plan in config.work_plans.values() for shift in plan.shifts} == set(config.shifts)
    assert config.input.agents is not None
    agents = read_workforce(ROOT / "configs" / config.input.agents, {}).agents.frame
    assert set(agents["work_plan"]) == set(config.work_plans)
    groups = {queue.planning_group or queue_name for queue_name, queue in config.queues.items()}
    assert {skill for cell in agents["skills"] for skill in cell.split(";")} == groups


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "last_day"), [("bank", date(1999, 2, 28)), ("helpdesk", date(2016, 5, 29))])
def test_the_real_history_reads_through_its_config(name: str, last_day: date, real_data: Path) -> None:
    text = (ROOT / f"configs/{name}.toml").read_text(encoding="utf-8")
    config = load_config(text, f"{name}.toml", {"input.data": str(real_data)})
    assert config.input.history is not None
    history = read_history(Path(config.input.history.replace("{data}", str(real_data))), config)
    local = history.frame["interval_start"].dt.tz_convert(config.plan.timezone)
    assert local.max().date() == last_day
    assert set(history.frame["queue"]) == set(config.queues)


@pytest.mark.real_data
def test_the_measured_facts_are_those_of_the_calibration_page(real_data: Path) -> None:
    script = ROOT / "scripts" / "measure_facts.py"
    run = subprocess.run(
        [sys.executable, str(script), "--data", str(real_data)], check=True, capture_output=True, text=True
    )
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    measured = [line for line in run.stdout.splitlines() if line.startswith("|") and "---" not in line]
    assert measured
    assert [line for line in measured if line not in page] == []
