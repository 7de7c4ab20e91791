"""The line of every setting in a file, whatever way of writing TOML is used."""

from __future__ import annotations

from staffplan.settings.toml_places import line_of, lines_of

TEXT = '''# [not.a.section]
title = """
[neither] = this
"""

[plan]
start = 2026-12-01 # a day
names = ["a # b", "c]", 'd"']

[work_plans."full time"]
shifts = [
    "early",  # first, second

    "late",
]

[work_plans]
half = { shifts = ["late"],
         weekly_hours_max = 20 }

[roster]
rules = [
    { rule = "daily_rest", hours = 11 },
    # none here
    { rule = "rotation", cycle = [["early"],
                                  []] },
]

[[repeated]]
a.b = 1

[[repeated]]
a = [{ x = 1 }, { x = 2 }]
[repeated.below]
c = 3
'''
PLACES = {
    ("title",): 2,
    ("plan", "start"): 7,
    ("plan", "names", 2): 8,
    ("work_plans", "full time"): 10,
    ("work_plans", "full time", "shifts", 0): 12,
    ("work_plans", "full time", "shifts", 1): 14,
    ("work_plans", "half", "weekly_hours_max"): 19,
    ("roster", "rules", 0): 23,
    ("roster", "rules", 0, "hours"): 23,
    ("roster", "rules", 1): 25,
    ("roster", "rules", 1, "cycle", 1): 26,
    ("repeated", 0, "a", "b"): 30,
    ("repeated", 1, "a", 1, "x"): 33,
    ("repeated", 1, "below", "c"): 35,
}


def test_every_setting_is_found_at_its_line() -> None:
    lines = lines_of(TEXT)
    assert {path: lines.get(path) for path in PLACES} == PLACES
    assert not any("neither" in path or "not" in path for path in lines)


def test_what_is_left_out_is_where_its_section_is() -> None:
    assert line_of(lines_of(TEXT), ("plan", "seed")) == 6
    assert line_of(lines_of(TEXT), ("forecast", "seed")) is None


def test_an_empty_file_has_no_places() -> None:
    assert lines_of("# nothing\n") == {}
