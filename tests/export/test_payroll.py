"""Pay hours in the shapes of payroll systems, read back by readers that share nothing with the writers."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from exports import WEEK, hours

from staffplan.errors import ConfigError, DataError
from staffplan.export import PRESETS, Exported, Ids, Source
from staffplan.planned import between
from staffplan.settings.export import PayrollSettings

NUMBERS = {"A1": "000101", "A2": "000102", "A3": "000103", "A4": "000104"}


def payroll(**given: Any) -> PayrollSettings:
    return PayrollSettings(**{"company_code": "ABC", "period": "week", **given})


def exported(preset: str, settings: PayrollSettings, found: dict[str, dict[str, float]], **given: Any) -> Exported:
    known = given.pop("ids", NUMBERS)
    pay = hours(found, settings, ids=known, **{k: given.pop(k) for k in ("names", "planned") if k in given})
    return PRESETS[preset].make(Source(pay=pay, payroll=settings, ids=Ids({"agent": known}, "ids.csv"), **given))


def only_file(preset: str, settings: PayrollSettings, found: dict[str, dict[str, float]], **given: Any) -> bytes:
    [content] = exported(preset, settings, found, **given).files.values()
    assert isinstance(content, bytes)
    return content


def rows_in(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_adp_run_gets_the_file_of_the_example_under_its_name(examples: Path) -> None:
    settings = payroll(company_code="R1ABC", codes={"regular": "REG", "overtime": "OVT", "vacation": "VAC"})
    found = {"A1": {"regular": 40}, "A2": {"regular": 32, "overtime": 2.5, "vacation": 8}, "A3": {"regular": 38.75}}
    made = exported("adp-run", settings, found)
    name = "Weekly-11022026-11082026.csv"
    assert list(made.files) == [name]
    assert made.files[name].splitlines() == (examples / f"adp_run_{name}").read_bytes().splitlines()


def test_adp_workforce_now_gets_blanks_for_no_hours_and_a_second_record_for_a_third_code(examples: Path) -> None:
    codes = {"night": "N", "vacation": "V", "holiday": "H", "sickness": "S"}
    found: dict[str, dict[str, float]] = {
        "A1": {"regular": 40},
        "A2": {"regular": 32, "overtime": 2.5, "night": 6, "vacation": 8, "holiday": 4},
        "A3": {"regular": 38.75, "night": 8},
        "A4": {"regular": 24, "sickness": 16},
    }
    made = exported("adp-workforce-now", payroll(codes=codes), found)
    assert list(made.files) == ["PRABCEPI.csv"]
    content = made.files["PRABCEPI.csv"]
    assert content.count(b"\r\n") == content.count(b"\n") == 6
    wanted = (examples / "adp_workforce_now_PRABCEPI.csv").read_bytes()
    assert content.splitlines() == wanted.splitlines()


def test_a_file_number_of_adp_has_six_digits_and_what_is_none_is_refused() -> None:
    found = {"A1": {"regular": 8.0}, "A2": {"regular": 8.0}}
    settings = payroll()
    assert (
        rows_in(only_file("adp-workforce-now", settings, {"A1": {"regular": 8.0}}, ids={"A1": "7"}))[0]["File #"]
        == "000007"
    )
    with pytest.raises(DataError, match="agents without one: A1, A2"):
        only_file("adp-workforce-now", settings, found, ids={})


def test_two_pay_periods_are_two_files() -> None:
    found = {"A1": {"regular": 80.0}}
    fortnight = between(date(2026, 11, 2), date(2026, 11, 15))
    made = exported("adp-workforce-now", payroll(), found, planned=fortnight)
    assert list(made.files) == ["2026-11-08/PRABCEPI.csv", "2026-11-15/PRABCEPI.csv"]
    assert [rows_in(content)[0]["Reg Hours"] for content in made.files.values()] == ["56.00", "24.00"]


def test_gusto_gets_names_apart_and_hours_in_its_columns(examples: Path) -> None:
    example = (examples / "gusto_hours.csv").read_bytes()
    wanted = rows_in(example)
    found = {
        row["gusto_employee_id"]: {
            "regular": float(row["regular_hours"]),
            "overtime": float(row["overtime_hours"] or 0),
        }
        for row in wanted
    }
    names = {row["gusto_employee_id"]: f"{row['first_name']} {row['last_name']}" for row in wanted}
    made = only_file("gusto", payroll(), found, ids={}, names=names)
    assert made.splitlines()[0] == example.splitlines()[0]
    assert rows_in(made) == [{**row, "title": ""} for row in wanted]


def test_the_columns_of_the_companys_own_gusto_template_count() -> None:
    template = b"last_name,first_name,gusto_employee_id,regular_hours,pto_hours\n"
    settings, found = payroll(codes={"vacation": "pto_hours"}), {"A1": {"regular": 32.0, "vacation": 8.0}}
    made = only_file("gusto", settings, found, template=template, template_place="gusto.csv")
    assert [list(row.values()) for row in rows_in(made)] == [["", "", "000101", "32.00", "8.00"]]
    with pytest.raises(ConfigError, match="'pto_hours' is not a column of the Gusto file"):
        only_file("gusto", settings, found)


def test_lodas_gets_its_sections_in_its_encoding_with_decimal_commas(examples: Path) -> None:
    wanted = (examples / "datev_lodas_bewegungsdaten.txt").read_text(encoding="cp1252").splitlines()
    codes = {"regular": "1000", "night": "1510", "vacation": "1600"}
    settings = payroll(codes=codes, consultant_number="1234567", client_number="12345", cost_center="4711")
    found = {"101": {"regular": 160, "night": 24}, "102": {"regular": 128.5, "vacation": 8, "night": 6.25}}
    november = between(date(2026, 11, 1), date(2026, 11, 30))
    content = only_file("datev-lodas", settings, found, ids={}, planned=november)
    made = content.decode("cp1252").splitlines()
    start = wanted.index("[Bewegungsdaten]")
    assert made[: start + 1] == wanted[: start + 1]
    assert sorted(made[start + 1 :]) == sorted(wanted[start + 1 :])
    assert content.count(b"\r\n") == content.count(b"\n")


def test_hours_for_lodas_are_by_calendar_month_whatever_the_pay_period() -> None:
    settings = payroll(codes={"regular": "1000"}, consultant_number="1", client_number="2")
    content = only_file(
        "datev-lodas",
        settings,
        {"7": {"regular": 56}},
        ids={},
        planned=between(date(2026, 11, 28), date(2026, 12, 4)),
    )
    assert [line.split(";")[1:3] for line in content.decode().splitlines() if line.startswith("1;0")] == [
        ["01/11/2026", "24,00"],
        ["01/12/2026", "32,00"],
    ]


def test_paychex_gets_a_line_for_each_worker_and_component(examples: Path) -> None:
    codes = {"regular": "Hourly", "overtime": "Overtime", "vacation": "PTO"}
    found = {"A1": {"regular": 40}, "A2": {"regular": 32, "overtime": 2.5, "vacation": 8}, "A3": {"regular": 38.75}}
    made = only_file("paychex", payroll(company_code="12345678", codes=codes), found)
    assert made.splitlines() == (examples / "paychex_flex.csv").read_bytes().splitlines()


EMPLOYEE = {"A1": "00000000-0000-0000-0000-000000000101"}
RATES = {"regular": "00000000-0000-0000-0000-00000000aaaa", "overtime": "00000000-0000-0000-0000-00000000bbbb"}


def test_xero_in_the_uk_gets_a_line_a_day(examples: Path) -> None:
    settings = payroll(codes=RATES, calendar_id="00000000-0000-0000-0000-000000000001")
    made = json.loads(only_file("xero-uk-nz", settings, {"A1": {"regular": 40}}, ids=EMPLOYEE))
    assert made == [json.loads((examples / "xero_uk_nz_timesheet.json").read_text())]


def test_xero_in_australia_gets_a_number_for_each_day_of_the_period(examples: Path) -> None:
    [wanted] = json.loads((examples / "xero_au_timesheet.json").read_text())
    made = json.loads(
        only_file("xero-au", payroll(codes=RATES), {"A1": {"regular": 40, "overtime": 4}}, ids=EMPLOYEE)
    )
    wanted["TimesheetLines"][1]["NumberOfUnits"] = [4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert made == [wanted]


def test_every_kind_of_hours_without_a_code_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        only_file("adp-run", payroll(), {"A1": {"regular": 8, "night shift": 4}})
    assert [(p.place, p.message) for p in raised.value.problems] == [
        ('payroll.codes."night shift"', "no pay code for 4.00 hours of kind 'night shift'"),
        ("payroll.codes.regular", "no pay code for 8.00 hours of kind 'regular'"),
    ]


def test_hours_with_an_empty_code_stay_out_and_that_is_said() -> None:
    settings = payroll(codes={"regular": "REG", "night": ""})
    made = exported("adp-run", settings, {"A1": {"regular": 8, "night": 4}})
    [content] = made.files.values()
    assert content.count(b"\n") == 3
    assert any(note.message.endswith("empty: night") for note in made.notes)


@pytest.mark.parametrize("preset", ["adp-run", "adp-workforce-now", "gusto", "datev-lodas", "paychex", "xero-au"])
def test_beside_every_payroll_file_stands_that_its_hours_are_planned_and_what_they_add_up_to(preset: str) -> None:
    settings = payroll(codes={"regular": "1000"}, consultant_number="1", client_number="2")
    made = exported(preset, settings, {"A1": {"regular": 37.5}})
    assert "planned hours, from the roster: not hours worked" in made.about
    assert "regular: 37.50 hours" in made.about
    assert any(note.message == "planned hours, from the roster: not hours worked" for note in made.notes)


def test_the_table_of_pay_hours_says_in_every_row_that_they_are_planned() -> None:
    pay = hours({"A1": {"regular": 10}}, payroll(codes={"regular": "REG"}), ids=NUMBERS)
    assert pay.frame["basis"].tolist() == ["planned", "planned"]
    assert pay.frame[["payroll_id", "kind", "pay_code", "hours"]].to_numpy().tolist() == [
        ["000101", "regular", "REG", 8.0],
        ["000101", "regular", "REG", 2.0],
    ]
    assert {
        (start.date(), end.date())
        for start, end in zip(pay.frame["period_start"], pay.frame["period_end"], strict=True)
    } == {(WEEK.first, WEEK.last)}
