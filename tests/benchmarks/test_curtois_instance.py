"""The text format of the shift scheduling instances is read as it is meant, or refused with the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from curtois.instance import Cover, InstanceError, Request, find_instances, parse_instance, read_instance
from curtois.published import BEST_KNOWN

SMALL = """# made up for the tests
SECTION_HORIZON
# days
14

SECTION_SHIFTS
day,480,
late,420,day
night,600,day|late

SECTION_STAFF
ana,day=9|late=3|night=0,4000,2000,5,2,3,1
bob,day=0|late=14|night=2,3600,0,4,1,2,2

SECTION_DAYS_OFF
ana,3,4

SECTION_SHIFT_ON_REQUESTS
bob,6,night,3

SECTION_SHIFT_OFF_REQUESTS
ana,0,day,2
ana,1,late,1

SECTION_COVER
0,day,1,100,1
13,night,2,50,4
"""


def test_every_section_is_read():
    small = parse_instance(SMALL, "small")
    assert small.days == 14
    assert {s.shift_id: (s.minutes, set(s.not_followed_by)) for s in small.shifts.values()} == {
        "day": (480, set()),
        "late": (420, {"day"}),
        "night": (600, {"day", "late"}),
    }
    ana, bob = small.employees["ana"], small.employees["bob"]
    assert ana.max_shifts == {"day": 9, "late": 3, "night": 0}
    assert (ana.max_minutes, ana.min_minutes) == (4000, 2000)
    assert (ana.max_consecutive_shifts, ana.min_consecutive_shifts, ana.min_consecutive_days_off) == (5, 2, 3)
    assert (ana.max_weekends, bob.max_weekends) == (1, 2)
    assert (ana.days_off, bob.days_off) == ({3, 4}, frozenset())
    assert small.on_requests == (Request("bob", 6, "night", 3),)
    assert [wish.weight for wish in small.off_requests] == [2, 1]
    assert small.cover == (Cover(0, "day", 1, 100, 1), Cover(13, "night", 2, 50, 4))


def test_a_weight_of_minus_zero_as_two_published_files_have_it_is_no_weight():
    small = parse_instance(SMALL.replace("ana,1,late,1", "ana,1,late,-0"), "small")
    assert small.off_requests[1] == Request("ana", 1, "late", 0)


def test_line_ends_byte_order_marks_spaces_and_trailing_commas_do_not_matter(tmp_path: Path):
    loose = SMALL.replace("ana,3,4", " ana , 3, 4, ").replace("day|late", "day | late").replace("\n", "\r\n")
    path = tmp_path / "Instance77.txt"
    path.write_bytes(b"\xef\xbb\xbf" + loose.encode())
    read, plain = read_instance(path), parse_instance(SMALL, "Instance77")
    assert read == plain


def test_a_year_with_many_people_and_shifts_is_read():
    shifts = "".join(f"s{n},480,{'|'.join(f's{m}' for m in range(n))}\n" for n in range(32))
    most = "|".join(f"s{n}=364" for n in range(32))
    staff = "".join(f"E{n},{most},100000,90000,6,2,2,26\n" for n in range(150))
    sections = ("DAYS_OFF", "SHIFT_ON_REQUESTS", "SHIFT_OFF_REQUESTS")
    cover = "".join(f"{day},s{n},4,100,1\n" for day in range(364) for n in range(32))
    text = f"SECTION_HORIZON\n364\nSECTION_SHIFTS\n{shifts}SECTION_STAFF\n{staff}"
    text += "".join(f"SECTION_{section}\n" for section in sections) + f"SECTION_COVER\n{cover}"
    year = parse_instance(text, "year")
    assert (year.days, len(year.employees), len(year.shifts), len(year.cover)) == (364, 150, 32, 364 * 32)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("ana,3,4", "ana,3,14", "small:16: 'ana,3,14' names day 14; the horizon ends with day 13"),
        ("ana,3,4", "eve,3,4", "names 'eve', who is no employee"),
        ("bob,6,night,3", "bob,6,noon,3", "names 'noon', which is no shift"),
        ("bob,6,night,3", "bob,6,night", "small:19: 'bob,6,night' has too few values"),
        ("0,day,1,100,1", "0,day,1,1e2,1", "has '1e2' where a whole number belongs"),
        ("late,420,day", "late,420,noon", "shift late names noon, which is no shift"),
        ("day=9|late=3|night=0", "day=9|late=3", "employee ana must have a most for each of day, late, night"),
        ("SECTION_COVER", "SECTION_DEMAND", "'SECTION_DEMAND' is no section that is known"),
        ("SECTION_COVER", "SECTION_DEMAND", "SECTION_COVER is missing"),
        ("SECTION_DAYS_OFF", "SECTION_STAFF", "comes twice"),
        ("bob,day=0", "ana,day=0", "names an employee who is there already"),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_line(right: str, wrong: str, said: str):
    with pytest.raises(InstanceError) as told:
        parse_instance(SMALL.replace(right, wrong, 1), "small")
    assert said in str(told.value)


def test_all_problems_are_told_at_once():
    with pytest.raises(InstanceError) as told:
        parse_instance(SMALL.replace("ana,3,4", "ana,99").replace("0,day,1,100,1", "0,day"), "small")
    assert len(str(told.value).splitlines()) == 2


def test_instances_are_found_by_number_and_nothing_else_is(tmp_path: Path):
    for name in ("Instance10.txt", "Instance2.txt", "Instance_notes.txt", "README.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "Instance7.txt").write_text("")
    assert [path.stem for path in find_instances(tmp_path)] == ["Instance2", "Instance7", "Instance10"]


PUBLISHED_SIZES = {
    1: (14, 8, 1, 8, 26),
    2: (14, 14, 2, 14, 62),
    3: (14, 20, 3, 20, 64),
    4: (28, 10, 2, 20, 71),
    5: (28, 16, 2, 32, 106),
    6: (28, 18, 3, 36, 135),
    7: (28, 20, 3, 40, 168),
    8: (28, 30, 4, 60, 225),
    9: (28, 36, 4, 72, 232),
    10: (28, 40, 5, 80, 284),
    11: (28, 50, 6, 100, 336),
    12: (28, 60, 10, 120, 422),
    13: (28, 120, 18, 240, 841),
    24: (364, 150, 32, 5400, 13809),
}
"""Days, employees, shifts, days off, requests: github.com/ORProjects/NRP, Instances/README.md."""


@pytest.mark.real_data
def test_the_real_instances_have_their_published_sizes(shift_instances: Path):
    for path in find_instances(shift_instances):
        made, number = read_instance(path), int(path.stem.removeprefix("Instance"))
        assert number in BEST_KNOWN
        size = (
            made.days,
            len(made.employees),
            len(made.shifts),
            sum(len(employee.days_off) for employee in made.employees.values()),
            len(made.on_requests) + len(made.off_requests),
        )
        assert size == PUBLISHED_SIZES.get(number, size)
        assert len(made.cover) == made.days * len(made.shifts)
