"""A ledger is only ever added to: whatever is changed in it later shows, and where."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from staffplan.errors import DataError, UsageError
from staffplan.files.ledger import ENTRIES, append, held, read_ledger


def publish(folder: Path, number: int) -> None:
    with held(folder) as (book, _):
        append(book, {"forecast.csv": b"the same", "roster.csv": b"roster %d" % number}, {"plan": f"week {number}"})


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A ledger of three entries."""
    folder = tmp_path / "ledger"
    for number in (1, 2, 3):
        publish(folder, number)
    return folder


def lines(folder: Path) -> list[str]:
    return (folder / ENTRIES).read_text(encoding="utf-8").splitlines()


def rewrite(folder: Path, change: Callable[[list[str]], list[str]]) -> None:
    (folder / ENTRIES).write_text("\n".join(change(lines(folder))) + "\n", encoding="utf-8")


def test_an_entry_follows_the_one_before_and_what_is_there_is_not_written_again(three: Path) -> None:
    book = read_ledger(three)
    assert [entry.previous for entry in book.entries] == ["", *(entry.hash for entry in book.entries[:-1])]
    assert book.head == book.entries[-1].hash
    assert book.entries[2].path(three, "forecast.csv") == three / "0001" / "forecast.csv"
    assert sorted(path.name for path in (three / "0003").iterdir()) == ["roster.csv"]


def of_line_two(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: rewrite(folder, lambda rows: [rows[0], rows[1].replace(old, new), *rows[2:]])


def resealed(folder: Path) -> None:
    """Somebody who knows how hashes are made changes an entry and its hash."""
    from staffplan.files import ledger

    raw = {**json.loads(lines(folder)[1]), "plan": "week 9"}
    raw["hash"] = ledger.chained_hash(raw)
    rewrite(folder, lambda rows: [rows[0], json.dumps(raw), *rows[2:]])


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (of_line_two("week 2", "week 9"), "entries.jsonl:2: entry 2 was changed after it was published"),
        (resealed, "entries.jsonl:3: entry 3 does not follow the entry before it"),
        (lambda folder: rewrite(folder, lambda rows: [rows[0], rows[2]]), "entry 3 stands where entry 2 belongs"),
        (lambda folder: rewrite(folder, lambda rows: rows[:2]), "entry 3 is missing, and its files are there"),
        (lambda folder: rewrite(folder, lambda rows: [rows[0], rows[1][:40], rows[2]]), "entry 2 is damaged"),
        (of_line_two('"0002/', '"../0002/'), "entry 2 is damaged"),
        (lambda folder: (folder / "0002" / "roster.csv").write_bytes(b"other"), "roster.csv of entry 2 was changed"),
        (lambda folder: (folder / "0001" / "forecast.csv").unlink(), "forecast.csv of entry 1 is missing"),
    ],
)
def test_what_was_changed_is_told_by_entry_and_file(three: Path, tamper: Callable[[Path], None], said: str) -> None:
    tamper(three)
    for read in (read_ledger, lambda folder: publish(folder, 4)):
        with pytest.raises(DataError) as caught:
            read(three)
        assert said in str(caught.value)
        assert "restore it from a copy" in str(caught.value)


def test_a_name_with_an_odd_line_break_stays_on_its_line(tmp_path: Path) -> None:
    with held(tmp_path / "ledger") as (book, _):
        append(book, {"a.csv": b"a"}, {"plan": "Jos\u00e9\u2028\x85\nteam"})
    assert [entry.facts["plan"] for entry in read_ledger(tmp_path / "ledger").entries] == [
        "Jos\u00e9\u2028\x85\nteam"
    ]


def test_every_change_is_told_at_once(three: Path) -> None:
    (three / "0001" / "forecast.csv").unlink()
    (three / "0003" / "roster.csv").write_bytes(b"other")
    of_line_two("week 2", "week 9")(three)
    with pytest.raises(DataError) as caught:
        read_ledger(three)
    assert len(caught.value.problems) == 3


def test_publishers_at_the_same_time_wait_for_each_other(tmp_path: Path) -> None:
    program = """if True:
        import sys, pathlib
        from staffplan.files.ledger import append, held
        with held(pathlib.Path(sys.argv[1])) as (book, _):
            append(book, {"roster.csv": sys.argv[2].encode()}, {"plan": sys.argv[2]})
    """
    command = [sys.executable, "-c", program, tmp_path / "ledger"]
    running = [subprocess.Popen([*command, f"week {number}"]) for number in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    found = read_ledger(tmp_path / "ledger").entries
    assert sorted(entry.facts["plan"] for entry in found) == [f"week {number}" for number in range(4)]


def test_a_folder_of_other_things_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds other things"):
        publish(tmp_path, 1)
    with pytest.raises(UsageError, match="is no ledger"):
        read_ledger(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_ledger_without_its_chain_is_not_begun_anew(three: Path) -> None:
    (three / ENTRIES).unlink()
    with pytest.raises(DataError, match="is missing, and entries are there"):
        publish(three, 4)
