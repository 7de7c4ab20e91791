"""A tiny center with a plan made by hand, and ways to damage any of its files, chosen by a seed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from small_center import SMALL_PLAN
from staffplan.plan.manifest import Manifest, StepRecord, write_manifest

Rng = np.random.Generator
HALVES = [f"2026-03-02T{hour:02d}:{half:02d}:00+01:00" for hour in (9, 10) for half in (0, 30)]
INPUTS = ("drivers", "overrides", "availability", "meetings", "wishes", "locks", "special_days", "past_roster")
SHIFTS = (
    "agent_id,name,schedule_date,shift,start,end,paid_hours\n"
    "F1,Full 1,2026-03-02,day 09:00,2026-03-02T09:00:00+01:00,2026-03-02T17:00:00+01:00,7.5\n"
)
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//staffplan//staffplan//EN
BEGIN:VEVENT
UID:1
SEQUENCE:0
DTSTAMP:20000101T000000Z
DTSTART:20260302T080000Z
DTEND:20260302T160000Z
SUMMARY:day 09:00
DESCRIPTION:
STATUS:CONFIRMED
X-STAFFPLAN-AGENT:F1
X-STAFFPLAN-DAY:2026-03-02
END:VEVENT
END:VCALENDAR
"""


def _history() -> str:
    rows = [f"2026-02-{day:02d} 09:{half:02d},phone,{day},280" for day in range(2, 28) for half in (0, 30)]
    return "\n".join(["interval_start,queue,offered,aht_seconds", *rows, "2026-02-02 09:00,mail,3,420", ""])


def _forecast() -> str:
    head = (
        "interval_start,queue,channel,offered,aht_seconds,offered_p10,offered_p90,offered_p025,offered_p975,method\n"
    )
    return head + "".join(f"{start},phone,voice,20,280,15,25,12,28,recent_average\n" for start in HALVES)


def _requirement() -> str:
    head = "interval_start,planning_group,channel,offered,aht_seconds,load_erlangs,agents_required,agents_on_queue,"
    head += "agents_scheduled,service_level,asa_seconds,occupancy,abandon_rate,model\n"
    return head + "".join(f"{start},phone,voice,20,280,3.1,5,5.2,6,0.85,12,0.6,,erlang-c\n" for start in HALVES)


FILES: Mapping[str, str] = {
    "history.csv": _history(),
    "agents.csv": "agent_id,name,skills,work_plan,hourly_rate\nF1,Full 1,phone;mail,full,15\nP1,Part 1,phone,part,\n",
    "time_off.csv": "agent_id,first_day,last_day,kind,paid\nF1,2026-03-04,2026-03-05,vacation,yes\n",
    "availability.csv": "agent_id,weekdays,hours\nP1,mon-fri,09:00-15:00\n",
    "meetings.csv": "meeting,activity,minutes,first_day,last_day,hours,agents,together\n"
    "team,meeting,30,2026-03-02,2026-03-06,09:00-12:00,F1,yes\n",
    "wishes.csv": "agent_id,first_day,last_day,wish,shift,weight\nF1,2026-03-03,2026-03-03,off,,2\n",
    "locks.csv": "agent_id,day,shift\nF1,2026-03-06,off\n",
    "special_days.csv": "day,name,kind\n2026-03-05,Works day,event\n",
    "drivers.csv": "day,driver,value,queue\n2026-02-02,letters,100,phone\n2026-03-02,letters,300,*\n",
    "overrides.csv": "first_day,last_day,hours,queue,change_share,who,why\n"
    "2026-03-02,2026-03-03,09:00-11:00,phone,10 %,Ann,letters\n",
    "past_roster.csv": SHIFTS.replace("2026-03-02", "2026-02-27"),
    "calls.csv": "arrival,queue,wait_seconds,outcome,handling_seconds\n2026-02-02 09:01:00,phone,12,answered,180\n",
    "groups.csv": "group,offered,interval_minutes,aht_seconds,patience_seconds,service_level,answer_within_seconds\n"
    "sales,60,30,240,300,0.8,20\nservice,90,30,300,,0.8,20\n",
    "profiles.csv": "profile,groups,cost,aht_factor,maximum\n"
    "S,sales,1,,\nV,service,1,,20\nB,sales+service,1.1,1.05,\n",
    "begun/plan.toml": SMALL_PLAN,
    "begun/history.csv": _history(),
    "cases.csv": "load_erl,aht_s,target_sl,T_s,agents\n10,180,0.8,20,\n12,180,,20,14\n",
    "plan.toml": SMALL_PLAN.replace(
        "[input]\n", "[input]\n" + "".join(f'{name} = "{name}.csv"\n' for name in INPUTS)
    ),
    "plan/forecast.csv": _forecast(),
    "plan/requirement.csv": _requirement(),
    "plan/roster_shifts.csv": SHIFTS,
    "plan/roster_activities.csv": "agent_id,schedule_date,activity_date,start,end,activity,planning_group,paid\n"
    "F1,2026-03-02,2026-03-02,2026-03-02T09:00:00+01:00,2026-03-02T17:00:00+01:00,queue,phone,yes\n",
    "plan/coverage.csv": "interval_start,planning_group,required,scheduled,net\n"
    + "".join(f"{start},phone,5.2,1,-4.2\n" for start in HALVES),
    "plan/forecast_backtest.csv": "queue,method,chosen,origins,wape,wape_day,bias\n"
    "phone,recent_average,yes,8,0.2,0.1,0\n",
    "plan/check.csv": "agent_id,schedule_date,rule,message\nF1,2026-03-02,breaks,no meal\n",
    "plan/waits.csv": "day,planning_group,offered,service_level,service_level_low,service_level_high,goal,kept,"
    "asa_seconds,abandon_rate,occupancy,understaffed_hours,overstaffed_hours\n"
    "2026-03-02,phone,80,0.85,0.8,0.9,0.8,yes,12,0.01,0.7,0,1\n",
    "plan/cost.csv": "period,ledger,line,planning_group,hours,amount,quantity,unit,currency,source\n"
    "total,cost,loaded cost,,7.5,146.25,,,EUR,cost.csv\n",
    "h/calendars/all.ics": CALENDAR.replace("\n", "\r\n"),
}


@cache
def _parquet() -> bytes:
    """The history as a Parquet file."""
    kept = BytesIO()
    pd.read_csv(StringIO(FILES["history.csv"])).to_parquet(kept)
    return kept.getvalue()


def write_center(folder: Path) -> None:
    """The center's files, those of its plan and of a handoff too."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, newline="")
    (folder / "history.parquet").write_bytes(_parquet())
    settings = FILES["plan.toml"]
    (folder / "plan" / "plan.toml").write_text(settings)
    steps = {"forecast": StepRecord(outputs={"forecast.csv": "0"})}
    write_manifest(Manifest("../plan.toml", {}, sha256(settings.encode()).hexdigest(), steps), folder / "plan")


NASTY = (
    *("", " ", "nan", "inf", "-inf", "-1", "0", "1e300", "1e12", "1e-300", "1,5", "1.234,5", "0x10", "٣", "12 345"),
    *("9999-12-31", "1926-03-02", "2126-03-02", "2099-12-31", "0000-00-00", "2026-03-29 02:30", "24:00", "00:00"),
    *(
        "x" * 5000,
        "9" * 5000,
        "'" * 300,
        "=1+1",
        "'=1",
        "\u202edrow",
        "\x00",
        "\x1b[31m",
        "\ud83d",
        "😀",
        "a\nb",
        "a;b",
    ),
    *("*", "F1;F1", "../../x", "con", ".", "/", "yes", "off", "mon-fri", "22:00-06:00", "10 %", "-100 %", '"', "\\"),
)
"""Cells as nobody should write them, and right ones in the wrong place."""
TOML_VALUES = (
    *(
        "-1",
        "0",
        "1e300",
        "inf",
        "nan",
        '""',
        '"x"',
        "[]",
        "{}",
        "[[[]]]",
        "true",
        "9999-12-30",
        "1900-01-01",
        "00:00",
    ),
    *(
        "2026-03-02T08:00:00",
        "9" * 5000,
        "[" * 900 + "]" * 900,
        '"' + "y" * 100_000 + '"',
        "{a.b.c = 1}",
        "1_0",
        "0x7F",
    ),
    *('"24h"', '"80/20"', '"mon-fri"', "1000000", "-0.0", "0.999999", '"\\u0000"', "'''\n'''", "1 = 2", "]", ""),
)


def _pick(rng: Rng, things: Any) -> Any:
    return things[int(rng.integers(len(things)))]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _put(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))


def bytes_of(rng: Rng, path: Path) -> None:
    """Flipped, cut, doubled or foreign bytes."""
    data = bytearray(path.read_bytes())
    at, length = int(rng.integers(len(data))), int(rng.integers(1, 200))
    match int(rng.integers(5)):
        case 0:
            data[at] = int(rng.integers(256))
        case 1:
            del data[at:]
        case 2:
            data[at:at] = data[at : at + length]
        case 3:
            data[at : at + length] = rng.bytes(length)
        case _:
            data[:0] = _pick(
                rng, (b"PK\x03\x04", b"PAR1", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b"\x1f\x8b", b"sep=;\n")
            )
    path.write_bytes(bytes(data))


def cells(rng: Rng, path: Path) -> None:
    """One to three cells as nobody should write them."""
    rows = [line.split(",") for line in _text(path).splitlines()]
    for _ in range(int(rng.integers(1, 4))):
        row = _pick(rng, rows[1:] or rows)
        row[int(rng.integers(len(row)))] = _pick(rng, NASTY)
    _put(path, "\n".join(",".join(row) for row in rows) + "\n")


def columns(rng: Rng, path: Path) -> None:
    """A column that is gone, doubled, renamed, empty throughout or one too many."""
    rows = [line.split(",") for line in _text(path).splitlines()]
    at, way = int(rng.integers(len(rows[0]))), int(rng.integers(5))
    for number, row in enumerate(rows):
        if way == 0:
            del row[at : at + 1]
        elif way == 1:
            row.append(row[at] if at < len(row) else "")
        elif way == 2 and number == 0:
            row[at] = _pick(rng, NASTY)
        elif way == 3 and number and at < len(row):
            row[at] = ""
        elif way == 4 and number:
            row.append("more")
    _put(path, "\n".join(",".join(row) for row in rows) + "\n")


def rows(rng: Rng, path: Path) -> None:
    """No rows, no header, rows twice, in another order, or blank ones."""
    lines = _text(path).splitlines()
    ways: tuple[Callable[[], list[str]], ...] = (
        lambda: lines[:1],
        lambda: lines[1:],
        lambda: [*lines, *lines[1:]],
        lambda: [lines[0], *reversed(lines[1:])],
        lambda: ["", *lines, "", ",,,"],
    )
    _put(path, "\n".join(_pick(rng, ways)()) + "\n")


def settings(rng: Rng, path: Path) -> None:
    """Values, lines and names of a settings file that cannot be."""
    lines = _text(path).splitlines()
    given = [number for number, line in enumerate(lines) if "=" in line]
    for _ in range(int(rng.integers(1, 3))):
        at = _pick(rng, given)
        name = lines[at].partition("=")[0]
        lines[at] = _pick(
            rng, (f"{name}= {_pick(rng, TOML_VALUES)}", "", f"{lines[at]}\n{lines[at]}", f"x{lines[at]}")
        )
    _put(path, "\n".join(lines) + "\n")


def json_value(rng: Rng, path: Path) -> None:
    """Another value, or none, at some place of a manifest."""
    raw = json.loads(_text(path))
    places = [(raw, key) for key in raw] + [(raw["steps"], key) for key in raw["steps"]]
    places += [(step, key) for step in raw["steps"].values() for key in step]
    group, key = _pick(rng, places)
    if rng.random() < 0.2:
        del group[key]
    else:
        group[key] = _pick(rng, (None, 1, -1.5, "", "x" * 100_000, [], {}, [1], {"a": {}}, True, "\x00", "../.."))
    _put(path, json.dumps(raw))


def lines_of(rng: Rng, path: Path) -> None:
    """Lines doubled, gone, swapped or with another value, as after a merge of a calendar."""
    lines = _text(path).splitlines()
    at = int(rng.integers(len(lines)))
    name = re.split("[:;]", lines[at])[0]
    odd = ("", "19000101", "20260230T080000Z", "99999999T000000Z", "-1", "1e9", "9" * 400, "x", "2126-03-02", "😀")
    more = (f"{name}:{_pick(rng, odd)}", f"{name};VALUE=DATE:20260302", f"{name};TZID=No/Where:20260302T080000")
    lines[at : at + 1] = _pick(rng, ([lines[at]] * 2, [], [_pick(rng, more)], [lines[at], _pick(rng, more)]))
    _put(path, "\r\n".join(lines) + "\r\n")


def folder_instead(_: Rng, path: Path) -> None:
    path.unlink()
    path.mkdir()


def nothing_instead(_: Rng, path: Path) -> None:
    path.unlink()


def odd_name(rng: Rng, path: Path) -> None:
    """An agent or a queue with a name that no file, page or message can take as it is."""
    folder = path.parent if path.parent.name != "plan" else path.parent.parent
    old, new = _pick(rng, ("F1", "phone")), _pick(rng, [odd for odd in NASTY if not set(odd) & set(',"\n\\')])
    for own in folder.rglob("*.csv"):
        _put(own, _text(own).replace(old, new))


ANY = (bytes_of, folder_instead, nothing_instead)
OF_KIND: Mapping[str, tuple[Callable[[Rng, Path], None], ...]] = {
    ".csv": (cells, cells, cells, columns, rows, odd_name, *ANY),
    ".toml": (settings, settings, settings, *ANY),
    ".json": (json_value, json_value, *ANY),
    ".parquet": (bytes_of, *ANY),
    ".ics": (lines_of, lines_of, *ANY),
}


def damage(rng: Rng, folder: Path, names: Sequence[str]) -> str:
    """Damage one of the files named; gives what was done, in words."""
    path = folder / _pick(rng, names)
    way = _pick(rng, OF_KIND[path.suffix])
    way(rng, path)
    return f"{way.__name__} {path.relative_to(folder)}"


def reworded(rng: Rng, command: Sequence[str]) -> list[str]:
    """The command with another value after one of its long options."""
    words = list(command)
    words[_pick(rng, [at for at, word in enumerate(words) if word.startswith("--")]) + 1] = _pick(rng, NASTY)
    return words


def renewed(folder: Path) -> Path:
    """The folder, emptied, with the center in it."""
    whole = folder.with_name("whole")
    if not whole.exists():
        write_center(whole)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder, copy_function=shutil.copyfile)
    return folder
