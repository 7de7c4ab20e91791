"""DATEV LODAS: movement data (Bewegungsdaten) as text, in Windows-1252 with CRLF.

Source: DATEV, "LODAS ASCII-Import", as public programs write it: the record description names the fields, so their
order is free; `bs_nr` 1 stands for hours; the period is the first day of the month. Wage types (Lohnarten) are the
customer's own.
"""

from __future__ import annotations

from collections import Counter

from staffplan.errors import ConfigError, DataError, Problem
from staffplan.export.pay import exported, hour_rows, minutes_of_row, require_codes, require_settings
from staffplan.export.source import Exported, Source
from staffplan.export.text import hours_text
from staffplan.settings.toml_words import quoted_name

HOURS = "1"
FIELDS = "abrechnung_zeitraum#bwd;bs_wert_butab#bwd;bs_nr#bwd;la_eigene#bwd;pnr#bwd;kostenstelle#bwd;"
RECORD = f"1;u_lod_bwd_buchung_standard;{FIELDS}"


def make(source: Source) -> Exported:
    """Hours by month, person and wage type."""
    require_codes(source, "datev-lodas")
    require_settings(source, ["consultant_number", "client_number"], "datev-lodas")
    _refuse_codes(source)
    totals = _totals(source)
    _refuse_people({person for _, person, _ in totals})
    center = source.payroll.cost_center
    rows = [
        f"1;01/{month[5:]}/{month[:4]};{hours_text(minutes, ',')};{HOURS};{code};{person};{center};"
        for (month, person, code), minutes in sorted(totals.items())
    ]
    lines = [*_head(source), "[Satzbeschreibung]", RECORD, "", "[Bewegungsdaten]", *rows, ""]
    data = "\r\n".join(lines).encode("cp1252")
    return exported(source, {"lodas_bewegungsdaten.txt": data}, "datev-lodas")


def _head(source: Source) -> list[str]:
    return [
        "[Allgemein]",
        "Ziel=LODAS",
        "Version_SST=1.0",
        f"BeraterNr={source.payroll.consultant_number}",
        f"MandantenNr={source.payroll.client_number}",
        "Feldtrennzeichen=;",
        "Zahlenkomma=,",
        "Datumsformat=TT/MM/JJJJ",
        "",
    ]


def _totals(source: Source) -> Counter[tuple[str, str, str]]:
    """Minutes by month ("2026-11"), personnel number and wage type; whatever the pay period is."""
    found: Counter[tuple[str, str, str]] = Counter()
    for row in hour_rows(source):
        code = source.payroll.codes[str(row.kind)]
        if code:
            found[f"{row.day:%Y-%m}", str(row.payroll_id), code] += minutes_of_row(row.hours)
    return found


def _refuse_codes(source: Source) -> None:
    wrong = sorted(
        kind for kind in set(source.pay.frame["kind"]) if not (source.payroll.codes[kind] or HOURS).isdecimal()
    )
    if wrong:
        hint = "write the wage type's number; your payroll accountant knows it"
        raise ConfigError(
            Problem(
                f"payroll.codes.{quoted_name(kind)}", f"{source.payroll.codes[kind]!r} is no Lohnart number", hint
            )
            for kind in wrong
        )


def _refuse_people(people: set[str]) -> None:
    wrong = sorted(person for person in people if not (person.isascii() and person.isdigit()))
    if wrong:
        said = f"a personnel number has digits alone; agents without one: {', '.join(wrong)}"
        raise DataError(Problem("agents", said, "give --map ids.csv with a row for each: agent,NAME,4711"))
