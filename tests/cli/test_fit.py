"""`fit` on the command line: files in, parameters, curves and settings out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from commands import Run

CALLS = """arrival,queue,wait,outcome,service_time
2026-03-02 09:00,sales,0,answered,100
2026-03-02 09:01,sales,20,answered,0:03:20
2026-03-02 09:02,sales,30,abandoned,
2026-03-02 09:03,mail order,5,answered,60
2026-03-02 09:04,mail order,40,abandoned,
2026-03-02 09:05,mail order,0,phantom,
"""


@pytest.fixture(autouse=True)
def _calls(tmp_path: Path) -> None:
    """The folder to run in has calls.csv."""
    (tmp_path / "calls.csv").write_text(CALLS)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_parameters_and_curves_are_written_and_lines_for_the_settings_shown(tmp_path: Path, run: Run) -> None:
    code, out, err = run("fit", "calls.csv", "-o", "p.csv")
    assert (code, out) == (0, "")
    rows = {(row["queue"], row["parameter"]): row["value"] for row in table((tmp_path / "p.csv").read_text())}
    assert rows["sales", "patience_seconds"] == "50"
    assert rows["sales", "aht_seconds"] == "150"
    assert rows["*", "abandon_share"] == "0.4"
    curves = table((tmp_path / "p_patience.csv").read_text())
    assert [(row["queue"], row["wait_seconds"]) for row in curves if row["queue"] != "*"] == [
        ("mail order", "40"),
        ("sales", "30"),
    ]
    assert '[queues."mail order"]\npatience_seconds = 45' in err
    assert "[queues.sales]\npatience_seconds = 50\naht_seconds = 150.0" in err
    assert "wait_seconds = wait" in err
    assert "phantom 1" in err


def test_without_a_file_to_write_stdout_is_the_parameters_and_nothing_else(run: Run) -> None:
    code, out, _ = run("fit", "calls.csv")
    assert code == 0
    assert {row["queue"] for row in table(out)} == {"*", "mail order", "sales"}


def test_json_holds_everything(run: Run) -> None:
    code, out, _ = run("fit", "calls.csv", "--json")
    found = json.loads(out)
    assert code == 0
    assert sorted(found) == ["notes", "parameters", "patience", "settings", "waits", "written"]
    assert "[queues.sales]" in found["settings"]


def test_columns_and_words_can_be_named(tmp_path: Path, run: Run) -> None:
    text = CALLS.replace("queue,wait,outcome", "grp,secs,how").replace("answered", "ok").replace("abandoned", "gone")
    (tmp_path / "other.csv").write_text(text)
    named = ("--queue-column", "grp", "--wait-column", "secs", "--outcome-column", "how")
    code, out, _ = run("fit", "other.csv", *named, "--answered", "OK", "--abandoned", "gone")
    assert code == 0
    assert out == run("fit", "calls.csv")[1]


def test_a_log_without_queues_is_one_queue(tmp_path: Path, run: Run) -> None:
    (tmp_path / "one.csv").write_text(
        "arrival;wait;outcome\n02.03.2026 09:00;0:01:30;hang\n02.03.2026 09:05;7;agent\n"
    )
    code, out, _ = run("fit", "one.csv")
    assert code == 0
    rows = {(row["queue"], row["parameter"]): row["value"] for row in table(out)}
    assert rows["all", "patience_seconds"] == "97"


def test_every_bad_row_is_told_at_once(tmp_path: Path, run: Run) -> None:
    bad = CALLS + "2026-13-02 09:00,sales,0,answered,1\n2026-03-02 09:00,sales,-4,answered,1\n,sales,x,answered,1\n"
    (tmp_path / "bad.csv").write_text(bad)
    code, _, err = run("fit", "bad.csv", "-o", "p.csv")
    assert code == 4
    for place in ("bad.csv:8:arrival", "bad.csv:9:wait_seconds: -4 is below 0", "bad.csv:10:wait_seconds"):
        assert place in err
    assert not (tmp_path / "p.csv").exists()


def test_a_call_without_a_wait_teaches_all_but_patience(tmp_path: Path, run: Run) -> None:
    (tmp_path / "some.csv").write_text(CALLS.replace("sales,20", "sales,"))
    code, _, err = run("fit", "some.csv")
    assert code == 0
    assert "some.csv: 1 calls have no wait (0 of them abandoned; first in row 3)" in err


def test_patience_needs_the_waits_of_those_who_hung_up(tmp_path: Path, run: Run) -> None:
    rows = "".join(
        f"2026-03-02 09:{m:02d},sales,{'' if m % 3 else 20},{'lost' if m % 3 else 'answered'},100\n"
        for m in range(60)
    )
    (tmp_path / "calls.csv").write_text(CALLS.splitlines()[0] + "\n" + rows)
    code, _, err = run("fit", "calls.csv")
    assert code == 0
    assert "patience cannot be estimated: 40 of 40 callers who hung up have no wait" in err


def test_a_queue_log_is_read_as_it_is(tmp_path: Path, run: Run) -> None:
    log = "".join(
        f"{1793606400 + 600 * n}|c{n}|sales|NONE|ENTERQUEUE||700|1\n"
        f"{1793606410 + 600 * n}|c{n}|sales|A1|CONNECT|10|x|2\n"
        f"{1793606510 + 600 * n}|c{n}|sales|A1|COMPLETEAGENT|10|100|1\n"
        for n in range(40)
    )
    (tmp_path / "queue_log").write_text(log)
    code, out, err = run("fit", "queue_log")
    assert code == 0
    assert "read as Asterisk or FreePBX" in err
    assert any(line.startswith("sales,") and ",aht_seconds,100," in line for line in out.splitlines())


def test_a_log_of_two_calls_is_no_bug(tmp_path: Path, run: Run) -> None:
    (tmp_path / "queue_log").write_text(
        "1740988817|c1|700|NONE|ENTERQUEUE||0100|1\n1740988828|c1|700|A1|CONNECT|11|x|2\n"
        "1740988930|c3|700|NONE|ENTERQUEUE||0101|1\n1740988975|c3|700|NONE|ABANDON|1|1|45\n"
        "1740989042|c1|700|A1|COMPLETECALLER|11|214|1\n"
    )
    code, _, err = run("fit", "queue_log")
    assert code == 0
    assert "too few handling times of 700" in err


def test_times_of_the_clock_become_arrivals_waits_and_handling_times(tmp_path: Path, run: Run) -> None:
    (tmp_path / "calls.csv").write_text(
        "Call Date,Call Time,Time Answered,Call End Time,Status\n"
        + "".join(f"2026-03-02,09:{m:02d}:00,09:{m:02d}:12,09:{m:02d}:52,answered\n" for m in range(40))
    )
    flags = ("--arrival-column", "Call Time", "--wait-column", "Time Answered")
    code, out, _ = run("fit", "calls.csv", *flags)
    assert code == 0
    assert any(line.startswith("all,") and ",aht_seconds,40," in line for line in out.splitlines())


def test_unknown_words_and_columns_are_told_with_the_flag_that_helps(tmp_path: Path, run: Run) -> None:
    (tmp_path / "other.csv").write_text(CALLS.replace("answered", "ok"))
    code, _, err = run("fit", "other.csv")
    assert code == 4
    assert "outcomes in the file: ok (3), abandoned (2), phantom (1)" in err
    assert "--answered WORD" in err
    code, _, err = run("fit", "calls.csv", "--queue-column", "queu")
    assert code == 4
    assert "--queue-column: calls.csv has no column 'queu'\n    did you mean queue?" in err
    (tmp_path / "none.csv").write_text("arrival,who\n2026-03-02,ann\n")
    assert "no column looks like wait_seconds" in run("fit", "none.csv")[2]


def test_settings_give_the_zone_and_flags_overrule_them(tmp_path: Path, run: Run) -> None:
    (tmp_path / "plan.toml").write_text('[plan]\ntimezone = "Europe/Madrid"\n')
    assert run("fit", "calls.csv", "-c", "plan.toml")[0] == 0
    code, _, err = run("fit", "calls.csv", "-c", "plan.toml", "--timezone", "Moon")
    assert code == 2
    assert "--timezone: 'Moon' is not a time zone" in err


def test_nothing_is_overwritten_without_force(tmp_path: Path, run: Run) -> None:
    (tmp_path / "p_patience.csv").write_text("mine")
    code, _, err = run("fit", "calls.csv", "-o", "p.csv")
    assert code == 2
    assert "p_patience.csv: already exists" in err
    assert run("fit", "calls.csv", "-o", "p.csv", "--force")[0] == 0


def test_waits_that_happened_stand_beside_what_models_say_of_the_agents_on_duty(tmp_path: Path, run: Run) -> None:
    """Who answered tells who was there, or a file does; parameters may be learnt from the first days alone."""
    rows = [
        f"2026-03-{day:02d} 09:{minute:02d},sales,{minute},answered,60,ann" for day in (2, 3) for minute in range(30)
    ]
    rows += [f"2026-03-{day:02d} 09:{minute:02d},sales,40,abandoned,," for day in (2, 3) for minute in range(5, 25)]
    header = "arrival,queue,wait,outcome,service_time,agent"
    (tmp_path / "log.csv").write_text("\n".join([header, *rows]) + "\n")
    code, _, err = run("fit", "log.csv", "-o", "p.csv")
    assert code == 0
    assert "2026-03: 100 calls in 2 intervals, 1.0 agents on duty" in err
    waits = table((tmp_path / "p_waits.csv").read_text())
    models = [
        "what happened",
        "erlang-c",
        "erlang-a",
        "erlang-a, balking in the patience",
        "simulation",
        "chance alone",
    ]
    assert [row["model"] for row in waits] == models
    assert (waits[0]["in_time"], waits[0]["abandoned"]) == ("0.42", "0.4")
    (tmp_path / "duty.csv").write_text("timestamp,distinct_agents\n2026-03-03 09:00,4\n")
    more = ("--on-duty", "duty.csv", "--learn-until", "2026-03-03", "--within", "30", "--json")
    code, out, _ = run("fit", "log.csv", *more)
    found = json.loads(out)["waits"]
    assert (found[0]["agents"], found[0]["contacts"], found[0]["in_time"]) == (4, 50, 0.6)
    aht = [row for row in json.loads(out)["parameters"] if row["parameter"] == "aht_seconds"]
    assert aht[0]["contacts"] == 30


def test_a_day_to_learn_until_and_a_file_of_agents_that_cannot_be_are_refused(tmp_path: Path, run: Run) -> None:
    code, _, err = run("fit", "calls.csv", "--learn-until", "2026-03-02")
    assert (code, "no call came before 2026-03-02" in err) == (2, True)
    code, _, err = run("fit", "calls.csv", "--learn-until", "soon")
    assert (code, "'soon' is not a date" in err) == (2, True)
    (tmp_path / "duty.csv").write_text("when,how_many\n2026-03-03 09:00,4\n")
    code, _, err = run("fit", "calls.csv", "--on-duty", "duty.csv")
    assert (code, "no column looks like agents" in err) == (4, True)
