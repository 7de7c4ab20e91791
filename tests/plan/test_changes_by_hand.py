"""Changes of a plan's roster by hand: always whole, never lost, taken back to the same bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from staffplan.cli.work.away import edited_of
from staffplan.errors import DataError, UsageError
from staffplan.files import disk
from staffplan.files.change_log import CHANGES, read_changes
from staffplan.files.lock import BusyError, locked
from staffplan.files.together import EditedMeanwhileError, recover
from staffplan.plan.edit_effect import effect_of
from staffplan.plan.edits import ROSTER_FILES, WRITTEN, Edited, Standing, standing, undone, write_change, write_undo
from staffplan.roster.case.broken import broken_alone
from staffplan.roster.edits.away import away_days, away_hours, taken_off
from staffplan.roster.edits.changes import Change, Verb, shifts_by_day, wanted
from staffplan.roster.edits.pauses import with_break_moved
from staffplan.roster.edits.place import placed
from staffplan.roster.repair.absences import each, is_among
from staffplan.tables.people import LockedDays
from staffplan.tables.roster import BREAKS

DAYS = [date(2026, 3, 2 + n) for n in range(5)]
PEOPLE = ["F1", "F2", "F3", "P1", "P2"]
WHOLE = {"activities", "breaks", "paid hours", "schedule date", "shift", "skills", "one group"}
"""Rules that tell of a roster that is not whole, whatever anybody may work."""
SIGNED = {"at": "2026-03-01T08:00:00+00:00", "who": "Ana", "why": ""}


def facts(change: Change) -> dict[str, object]:
    return {**SIGNED, "verb": change.verb, "arguments": {}, "says": change.verb}


def roster_files(plan: Path) -> dict[str, bytes]:
    return {name: (plan / name).read_bytes() for name in ROSTER_FILES}


def made(stands: Standing, change: Change) -> None:
    """Make a change."""
    after = placed(stands.case, stands.roster, wanted(change, stands.roster)).roster
    write_change(stands, Edited(after, stands.case.workforce), facts(change))


def first_off(stands: Standing) -> Change:
    """A change that every plan can have: somebody's first shift goes."""
    agent_id, day = next(iter(shifts_by_day(stands.roster)))
    return Change("remove", agent_id, (day,))


def any_change(stands: Standing, rng: random.Random) -> Change:
    """Some change that can be meant."""
    shifts, names = shifts_by_day(stands.roster), ["day 09:00", "half 09:00", "half 13:00"]
    while True:
        verb: Verb = rng.choice(["swap", "move", "assign", "remove"])
        agent_id, other = rng.sample(PEOPLE, 2)
        more = {"swap": {"other": other}, "remove": {}}.get(verb, {"shift": rng.choice(names)})
        change = Change(verb, agent_id, (rng.choice(DAYS),), **more)
        try:
            wanted(change, stands.roster)
        except UsageError:
            continue
        if shifts.get((agent_id, change.days[0])) != change.shift:
            return change


def test_any_sequence_of_changes_keeps_both_files_whole_and_ends_at_the_same_bytes(planned: Path) -> None:
    plan, rng = planned / "plan", random.Random(5)
    states, stands = [roster_files(plan)], standing(plan)
    """As the plan was before each change in force, and as it is."""
    for _ in range(7):
        if len(states) > 1 and rng.random() < 0.3:
            write_undo(stands, None, {**SIGNED, "arguments": {}, "says": "undo"})
            assert roster_files(plan) == states[-2]
            states.pop()
        else:
            made(stands, any_change(stands, rng))
            states.append(roster_files(plan))
        stands = standing(plan)
        for agent_id in PEOPLE:
            assert not {breach.rule for breach in broken_alone(stands.case, stands.roster, agent_id)} & WHOLE
    write_undo(stands, 0, {**SIGNED, "arguments": {}, "says": "undo"})
    assert roster_files(plan) == states[0]
    assert read_changes(plan).in_force == ()


def all_files(plan: Path) -> dict[str, bytes | None]:
    """The roster and all else that a change may write; None for a file that is not there."""
    paths = {name: plan / name for name in (*ROSTER_FILES, *WRITTEN)}
    return {name: path.read_bytes() if path.is_file() else None for name, path in paths.items()}


def any_edit(stands: Standing, rng: random.Random) -> Edited:
    """What some verb makes of the plan: an absence, a part of one, leave, a lock, a moved break, or other shifts."""
    people, zone, (agent_id, day) = (
        stands.case.workforce,
        stands.timezone,
        rng.choice([*shifts_by_day(stands.roster)]),
    )
    match rng.choice(["absent", "home", "leave", "lock", "break", "shifts"]):
        case "absent":
            away = away_days(stands.roster, agent_id, [day], kind="sick", paid=True, zone=zone, ahead=False)
        case "home":
            shifts = stands.roster.shifts.frame
            shift = next(each(shifts[is_among(shifts, [(agent_id, day)])]))
            minute = shift.start.tz_convert(zone).hour * 60 + 120
            away = away_hours(stands.roster, agent_id, day, (minute, None), kind="unpaid", paid=False, zone=zone)
        case "leave":
            away = away_days(stands.roster, agent_id, [day], kind="vacation", paid=True, zone=zone, ahead=True)
        case "lock":
            shift = shifts_by_day(stands.roster)[agent_id, day]
            rows = [{"agent_id": agent_id, "day": pd.Timestamp(day), "shift": shift}]
            return Edited(stands.roster, people, locks=LockedDays.of(pd.DataFrame(rows)))
        case "break":
            pauses = stands.roster.activities.frame
            of_day = pauses[is_among(pauses, [(agent_id, day)]) & pauses["activity"].isin(BREAKS)]
            at = of_day["start"].min().tz_convert(zone) if len(of_day) else pd.Timestamp(day, tz=zone)
            minute = at.hour * 60 + at.minute
            return Edited(with_break_moved(stands.roster, agent_id, day, (minute, minute + 30), zone), people)
        case _:
            change = any_change(stands, rng)
            return Edited(placed(stands.case, stands.roster, wanted(change, stands.roster)).roster, people)
    off = taken_off(stands.case, stands.roster, away)
    return edited_of(stands, off, away, off.roster)


def test_any_sequence_of_all_verbs_and_undos_ends_at_the_same_bytes(planned: Path) -> None:
    plan, rng = planned / "plan", random.Random(11)
    states, stands, verbs = [all_files(plan)], standing(plan), 0
    while verbs < 14:
        if len(states) > 1 and rng.random() < 0.25:
            write_undo(stands, None, {**SIGNED, "arguments": {}, "says": "undo"})
            states.pop()
            assert all_files(plan) == states[-1]
        else:
            try:
                edited = any_edit(stands, rng)
            except UsageError:
                continue  # it cannot be meant so
            write_change(stands, edited, {**SIGNED, "verb": "any", "arguments": {}, "says": "any"})
            states.append(all_files(plan))
            verbs += 1
        stands = standing(plan)
        for agent_id in PEOPLE:
            assert not {breach.rule for breach in broken_alone(stands.case, stands.roster, agent_id)} & (
                WHOLE - {"breaks"}
            )
    assert all_files(plan).keys() - {name for name, data in states[0].items() if data is not None}
    write_undo(stands, 0, {**SIGNED, "arguments": {}, "says": "undo"})
    assert all_files(plan) == states[0]


def test_an_edit_by_hand_is_never_taken_back_with_the_changes_around_it(planned: Path) -> None:
    plan = planned / "plan"
    stands = standing(plan)
    made(stands, first_off(stands))
    path = plan / ROSTER_FILES[0]
    by_hand = path.read_bytes().replace(b"Full 2", b"Full two")
    path.write_bytes(by_hand)
    with pytest.raises(UsageError, match="not as change 1 wrote it"):
        undone(stands := standing(plan), None)
    made(stands, first_off(stands))
    write_undo(standing(plan), None, {**SIGNED, "arguments": {}, "says": "undo"})
    assert path.read_bytes() == by_hand
    with pytest.raises(UsageError, match="not as change 1 wrote it"):
        undone(standing(plan), 0)
    assert path.read_bytes() == by_hand


def test_two_managers_at_once_are_told_and_nobodys_change_is_lost(planned: Path) -> None:
    plan = planned / "plan"
    first, second = standing(plan), standing(plan)
    change = first_off(first)
    after = placed(first.case, first.roster, wanted(change, first.roster)).roster
    write_change(first, Edited(after, first.case.workforce), facts(change))
    files = roster_files(plan)
    with pytest.raises(EditedMeanwhileError, match="was changed since this was shown"):
        write_change(second, Edited(second.roster, second.case.workforce), facts(change))
    assert roster_files(plan) == files
    assert len(read_changes(plan).changes) == 1
    third = standing(plan)
    with locked(plan), pytest.raises(BusyError, match="another staffplan is working in this folder"):
        write_change(third, Edited(third.roster, third.case.workforce), facts(change))


STEPS = ("make_folder", "write", "set_mode", "sync", "move", "remove", "remove_folder")


class KilledError(BaseException):
    """The process ends here: nothing behind it is done."""


def killed_after(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """The process dies at the disk's step of this number, and does nothing more."""
    left = iter(range(number))

    def dying(name: str) -> None:
        real = getattr(disk, name)

        def step(*arguments: object) -> object:
            if next(left, None) is None:
                raise KilledError
            return real(*arguments)

        monkeypatch.setattr(disk, name, step)

    for name in STEPS:
        dying(name)


def test_a_change_killed_at_any_step_of_the_disk_is_made_or_not_made(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the log agrees with the files: a change that is in it can be taken back."""
    plan = planned / "plan"
    stands, before = standing(plan), roster_files(plan)
    change = first_off(stands)
    after = placed(stands.case, stands.roster, wanted(change, stands.roster)).roster
    seen = set()
    for number in numbers():
        with monkeypatch.context() as context:
            killed_after(context, number)
            try:
                write_change(stands, Edited(after, stands.case.workforce), facts(change))
            except KilledError:
                whole = False
            else:
                whole = True
        recover(plan)
        is_made = roster_files(plan) != before
        assert is_made == bool(read_changes(plan).changes)
        seen.add(is_made)
        if is_made:
            write_undo(standing(plan), None, {**SIGNED, "arguments": {}, "says": "undo"})
            assert roster_files(plan) == before
            (plan / CHANGES).unlink()
        if whole:
            break
    assert seen == {True, False}


def numbers() -> Iterator[int]:
    yield from range(60)


def test_a_log_that_was_changed_or_cut_in_the_middle_is_refused(planned: Path) -> None:
    plan = planned / "plan"
    for _ in range(2):
        stands = standing(plan)
        made(stands, first_off(stands))
    path = plan / CHANGES
    lines = path.read_bytes().splitlines(keepends=True)
    for damaged in ([lines[0].replace(b"Ana", b"Bob"), lines[1]], lines[1:], [lines[0][:-9], lines[1]]):
        path.write_bytes(b"".join(damaged))
        with pytest.raises(DataError, match=CHANGES):
            read_changes(plan)


def test_what_a_change_means_agrees_with_the_plan_that_follows(planned: Path) -> None:
    """Hours, money and rules of the one who is off, reckoned by hand: 7.5 hours of 15 and 30 % on them."""
    plan = planned / "plan"
    stands = standing(plan)
    agent_id, day = next(key for key, name in shifts_by_day(stands.roster).items() if name == "day 09:00")
    after = placed(stands.case, stands.roster, wanted(Change("remove", agent_id, (day,)), stands.roster)).roster
    effect = effect_of(stands, Edited(after, stands.case.workforce))
    assert (effect.hours, effect.cents) == (-7.5, -14625)
    assert [(change.agent_id, change.day, change.after) for change in effect.changes] == [(agent_id, day, "off")]
    assert effect.rules.mended == ()
    back = effect_of(stands, Edited(stands.roster, stands.case.workforce))
    assert (back.changes, back.people, back.days, back.rules.broken) == ((), (), (), ())
