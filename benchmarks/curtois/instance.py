"""The text format of the instances: what is to be rostered, as it stands in a file.

Sections begin with a line SECTION_...; lines that begin with # are comments. Days count from zero, day 0 is a Monday.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Shift:
    shift_id: str
    minutes: int
    not_followed_by: frozenset[str]
    """Shifts that nobody may work on the day after this one."""


@dataclass(frozen=True)
class Employee:
    employee_id: str
    max_shifts: Mapping[str, int]
    """Most shifts of each type in the horizon; 0: never."""
    max_minutes: int
    min_minutes: int
    max_consecutive_shifts: int
    min_consecutive_shifts: int
    min_consecutive_days_off: int
    max_weekends: int
    days_off: frozenset[int]


@dataclass(frozen=True)
class Request:
    """A wish to work the shift (or not to), and what it costs not to grant it."""

    employee_id: str
    day: int
    shift_id: str
    weight: int


@dataclass(frozen=True)
class Cover:
    day: int
    shift_id: str
    required: int
    weight_under: int
    weight_over: int


@dataclass(frozen=True)
class Instance:
    name: str
    days: int
    shifts: Mapping[str, Shift]
    employees: Mapping[str, Employee]
    on_requests: tuple[Request, ...]
    off_requests: tuple[Request, ...]
    cover: tuple[Cover, ...]


class InstanceError(ValueError):
    """The file is no instance; every problem found, one a line."""


def find_instances(folder: Path) -> list[Path]:
    """Files Instance<number>.txt in the folder or below, by number."""
    found = [path for path in folder.rglob("Instance*.txt") if re.fullmatch(r"Instance\d+", path.stem)]
    return sorted(found, key=lambda path: int(path.stem.removeprefix("Instance")))


def read_instance(path: Path) -> Instance:
    return parse_instance(path.read_text(encoding="utf-8-sig"), path.stem)


def parse_instance(text: str, name: str) -> Instance:
    """Raises InstanceError with every line that cannot be understood."""
    reader = _Reader(name)
    for number, line in enumerate(text.splitlines(), start=1):
        reader.take(number, line.strip())
    return reader.finish()


class _Reader:
    """One pass over the lines; what is wrong is collected, and told at the end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.section = ""
        self.seen: set[str] = set()
        self.days = 0
        self.shifts: dict[str, Shift] = {}
        self.employees: dict[str, Employee] = {}
        self.days_off: dict[str, frozenset[int]] = {}
        self.requests: dict[str, list[Request]] = {"ON": [], "OFF": []}
        self.cover: list[Cover] = []
        self.problems: list[str] = []
        self.row_of: dict[str, Callable[[list[str]], None]] = {
            "SECTION_HORIZON": self._horizon,
            "SECTION_SHIFTS": self._shift,
            "SECTION_STAFF": self._employee,
            "SECTION_DAYS_OFF": self._days_off,
            "SECTION_SHIFT_ON_REQUESTS": lambda cells: self._request("ON", cells),
            "SECTION_SHIFT_OFF_REQUESTS": lambda cells: self._request("OFF", cells),
            "SECTION_COVER": self._cover,
        }

    def take(self, number: int, line: str) -> None:
        if not line or line.startswith("#"):
            return
        try:
            if line.startswith("SECTION_"):
                self._open(line)
            elif not self.section:
                raise ValueError("stands before any section")
            else:
                self.row_of[self.section]([cell.strip() for cell in line.split(",")])
        except (ValueError, IndexError) as error:
            said = "has too few values" if isinstance(error, IndexError) else str(error)
            self.problems.append(f"{self.name}:{number}: {line!r} {said}")

    def finish(self) -> Instance:
        missing = [section for section in self.row_of if section not in self.seen]
        self.problems += [f"{self.name}: {section} is missing" for section in missing]
        if not self.problems:
            self.problems += [f"{self.name}: {said}" for said in self._unlisted()]
        if self.problems:
            raise InstanceError("\n".join(self.problems))
        return Instance(
            name=self.name,
            days=self.days,
            shifts=self.shifts,
            employees=self.employees,
            on_requests=tuple(self.requests["ON"]),
            off_requests=tuple(self.requests["OFF"]),
            cover=tuple(self.cover),
        )

    def _unlisted(self) -> Iterator[str]:
        """What only the whole file can tell."""
        if not self.days:
            yield "the horizon has no days"
        for shift in self.shifts.values():
            for other in sorted(shift.not_followed_by - self.shifts.keys()):
                yield f"shift {shift.shift_id} names {other}, which is no shift"
        for employee in self.employees.values():
            if employee.max_shifts.keys() != self.shifts.keys():
                yield f"employee {employee.employee_id} must have a most for each of {', '.join(self.shifts)}"

    def _open(self, line: str) -> None:
        self.section = ""
        if line not in self.row_of:
            raise ValueError("is no section that is known")
        if line in self.seen:
            raise ValueError("comes twice")
        self.section = line
        self.seen.add(line)

    def _horizon(self, cells: list[str]) -> None:
        if self.days:
            raise ValueError("is a second horizon")
        self.days = _count(cells[0])

    def _shift(self, cells: list[str]) -> None:
        shift_id, minutes = cells[0], _count(cells[1])
        if shift_id in self.shifts:
            raise ValueError("names a shift that is there already")
        after = frozenset(_parts(cells[2] if len(cells) > 2 else ""))
        self.shifts[shift_id] = Shift(shift_id, minutes, after)

    def _employee(self, cells: list[str]) -> None:
        employee_id = cells[0]
        if employee_id in self.employees:
            raise ValueError("names an employee who is there already")
        most = {}
        for part in _parts(cells[1]):
            shift_id, _, count = part.partition("=")
            most[self._known_shift(shift_id.strip())] = _count(count)
        numbers = [_count(cell) for cell in cells[2:8]]
        if len(numbers) < 6:
            raise IndexError
        self.employees[employee_id] = Employee(employee_id, most, *numbers, days_off=frozenset())

    def _days_off(self, cells: list[str]) -> None:
        employee = self._known_employee(cells[0])
        days = {self._known_day(cell) for cell in cells[1:] if cell}
        self.employees[employee.employee_id] = Employee(
            **{**vars(employee), "days_off": employee.days_off | frozenset(days)}
        )

    def _request(self, kind: str, cells: list[str]) -> None:
        employee_id = self._known_employee(cells[0]).employee_id
        wish = Request(employee_id, self._known_day(cells[1]), self._known_shift(cells[2]), _count(cells[3]))
        self.requests[kind].append(wish)

    def _cover(self, cells: list[str]) -> None:
        day, shift_id = self._known_day(cells[0]), self._known_shift(cells[1])
        self.cover.append(Cover(day, shift_id, _count(cells[2]), _count(cells[3]), _count(cells[4])))

    def _known_shift(self, shift_id: str) -> str:
        if shift_id not in self.shifts:
            raise ValueError(f"names {shift_id!r}, which is no shift")
        return shift_id

    def _known_employee(self, employee_id: str) -> Employee:
        if employee_id not in self.employees:
            raise ValueError(f"names {employee_id!r}, who is no employee")
        return self.employees[employee_id]

    def _known_day(self, text: str) -> int:
        day = _count(text)
        if day >= self.days:
            raise ValueError(f"names day {day}; the horizon ends with day {self.days - 1}")
        return day


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


def _count(text: str) -> int:
    """A whole number; two of the published files have -0 where no weight is meant."""
    if not re.fullmatch(r"\d+|-0+", text.strip()):
        raise ValueError(f"has {text.strip()!r} where a whole number belongs")
    return int(text)
