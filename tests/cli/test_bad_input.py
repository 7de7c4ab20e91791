"""Files and settings as people get them wrong: the exit code, the place, the remedy, and nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Run

HEADER = "interval_start,queue,offered\n"


BAD_HISTORIES = {
    "missing column": (b"interval_start,offered\n2026-01-05 09:00,3\n", "h.csv:1:queue: the column is missing"),
    "text in a number": (HEADER.encode() + b"2026-01-05 09:00,a,many\n", "h.csv:2:offered: 'many' is not a number"),
    "negative volume": (HEADER.encode() + b"2026-01-05 09:00,a,-3\n", "h.csv:2:offered: -3 is below 0"),
    "doubled row": (
        HEADER.encode() + b"2026-01-05 09:00,a,3\n2026-01-05 09:00,a,4\n",
        "h.csv:3:interval_start: the same queue and interval_start as row 2",
    ),
    "skipped hour": (HEADER.encode() + b"2026-03-29 02:30,a,3\n", "h.csv:2:interval_start: local time"),
    "empty": (b"", "h.csv: the file is empty"),
    "header only": (HEADER.encode(), "no rows"),
    "workbook": (b"PK\x03\x04rest", "the archive is damaged"),
    "binary": (b"\x00\x01\x02\xff", "not a CSV file"),
    "no time": (HEADER.encode() + b"soon,a,3\n", "h.csv:2:interval_start: 'soon' is not a date and time"),
    "infinite": (HEADER.encode() + b"2026-01-05 09:00,a,inf\n", "h.csv:2:offered"),
    "blank queue": (HEADER.encode() + b"2026-01-05 09:00,,3\n", "h.csv:2:queue: the cell is empty"),
    "ragged": (HEADER.encode() + b"2026-01-05 09:00,a,3,4\n", "h.csv:2: the row has 4 cells"),
}


@pytest.mark.parametrize("name", BAD_HISTORIES)
def test_a_history_that_cannot_be_used_is_refused_with_its_place(name: str, tmp_path: Path, run: Run) -> None:
    data, said = BAD_HISTORIES[name]
    (tmp_path / "h.csv").write_bytes(data)
    code, _, stderr = run("forecast", "h.csv", "-o", "f.csv", "--timezone", "Europe/Madrid")
    assert code == 4
    assert said in stderr
    assert [path.name for path in tmp_path.iterdir()] == ["h.csv"], "nothing is written"


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path, run: Run) -> None:
    rows = "2026-01-05 09:00,a,x\n2026-01-05 09:30,a,-1\n2026-01-05 10:00,,3\n"
    (tmp_path / "h.csv").write_text(HEADER + rows)
    code, _, stderr = run("forecast", "h.csv", "-o", "f.csv")
    assert code == 4
    for place in ("h.csv:2:offered", "h.csv:3:offered", "h.csv:4:queue"):
        assert place in stderr


def _good_history(separator: str = ",", comma: str = ".") -> str:
    lines = [separator.join(("interval_start", "queue", "offered", "aht_seconds"))]
    for day in range(5, 10):
        for half in range(18, 34):
            start = f"2026-01-{day:02d} {half // 2:02d}:{30 * (half % 2):02d}"
            lines.append(separator.join((start, "заказы", f"10{comma}5", f"200{comma}25")))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (_good_history(";", ","), "utf-8-sig"),
        (_good_history(";", ","), "cp1251"),
        (_good_history("\t"), "utf-16"),
        (_good_history().replace("\n", "\r\n"), "utf-8"),
    ],
    ids=["semicolon, decimal comma, BOM", "cp1251", "tabs, UTF-16", "CRLF"],
)
def test_files_of_other_spreadsheets_are_read(text: str, encoding: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "h.csv").write_bytes(text.encode(encoding))
    code, _, stderr = run("forecast", "h.csv", "-o", "f.csv", "--weeks", "1")
    assert code == 0, stderr
    written = (tmp_path / "f.csv").read_text(encoding="utf-8")
    assert "заказы" in written
    assert ",10.5," in written


def test_nothing_is_overwritten_without_force(tmp_path: Path, run: Run) -> None:
    (tmp_path / "h.csv").write_text(_good_history())
    (tmp_path / "f.csv").write_text("mine")
    code, _, stderr = run("forecast", "h.csv", "-o", "f.csv", "--weeks", "1")
    assert (code, (tmp_path / "f.csv").read_text()) == (2, "mine")
    assert "--force" in stderr
    assert run("forecast", "h.csv", "-o", "f.csv", "--weeks", "1", "--force").code == 0


BAD_SETTINGS = {
    "unknown setting": ("[plan]\nweks = 2\n", "plan.toml:plan.weks: unknown setting", "did you mean weeks?"),
    "goal out of range": ('[queues.a]\ngoal = "120/20"\n', "plan.toml:queues.a.goal", "below 100"),
    "share out of range": (
        "[staffing.shrinkage]\nsick = { share = 1.5 }\n",
        "staffing.shrinkage.sick.share",
        "1.5 is not below 1",
    ),
    "broken TOML": ("[plan\n", "plan.toml:1:6: the section's name is not closed", "write [plan] on a line"),
    "unknown zone": ('[plan]\ntimezone = "Mars/Olympus"\n', "plan.toml:plan.timezone", "Europe/Madrid"),
    "hours nobody defined": ('[queues.a]\nhours = "office"\n', "plan.toml:queues.a.hours", "no [hours.office]"),
}


@pytest.mark.parametrize("name", BAD_SETTINGS)
def test_settings_that_cannot_be_used_are_refused_with_their_key(name: str, tmp_path: Path, run: Run) -> None:
    text, place, hint = BAD_SETTINGS[name]
    (tmp_path / "plan.toml").write_text(text)
    code, _, stderr = run("plan", "plan.toml", "-o", "plan")
    assert code == 3
    assert place in stderr
    assert hint in stderr
    assert not (tmp_path / "plan").exists()


def test_a_queue_that_the_settings_do_not_know_is_named_with_the_nearest(small_center: Path, run: Run) -> None:
    history = small_center / "history.csv"
    history.write_text(history.read_text().replace("phone", "fone"))
    code, _, stderr = run("plan", "plan.toml", "-o", "plan")
    assert code == 4
    assert "history.csv:2:queue: queue 'fone' is not in the settings (and in " in stderr
    assert "did you mean phone?" in stderr


def test_agents_without_skills_are_named(small_center: Path, run: Run) -> None:
    agents = small_center / "agents.csv"
    agents.write_text(agents.read_text().replace("F2,Full 2,phone,full", "F2,Full 2,,full"))
    code, _, stderr = run("plan", "plan.toml", "-o", "plan")
    assert code == 4
    assert "F2" in stderr
    assert "skills" in stderr


def test_all_flags_that_are_wrong_are_told_at_once(small_center: Path, run: Run) -> None:
    assert run("forecast", "history.csv", "-o", "f.csv", "-c", "plan.toml").code == 0
    wrong = {"--goal": "zz", "--shrinkage": "1.2", "--occupancy": "3", "--interval": "20"}
    code, _, stderr = run("staff", "f.csv", *(part for flag in wrong.items() for part in flag), "-o", "r.csv")
    assert code == 2
    assert [flag for flag in wrong if f"{flag}: " not in stderr] == []
    assert stderr.count("--goal") == 1


def test_a_goal_out_of_range_on_the_command_line(small_center: Path, run: Run) -> None:
    assert run("forecast", "history.csv", "-o", "f.csv", "-c", "plan.toml").code == 0
    for goal in ("100/20", "80", "0/20", "pager=80/20", "mail=80/20", "phone=90/4h"):
        code, _, stderr = run("staff", "f.csv", "--goal", goal, "-o", "r.csv")
        assert code == 2
        assert "--goal" in stderr
    code, _, stderr = run("staff", "f.csv", "--shrinkage", "1.2", "--occupancy", "85", "-o", "r.csv")
    assert code == 2
    assert "--shrinkage: 1.2 is not below 1" in stderr
    assert stderr.count("--occupancy: 85") == 1, "told once, not for each queue"
    assert not Path("r.csv").exists()


def test_all_that_is_wrong_on_the_command_line_of_staff_is_told_at_once(small_center: Path, run: Run) -> None:
    assert run("forecast", "history.csv", "-o", "f.csv", "-c", "plan.toml").code == 0
    wrong = ("--goal", "zz", "--goal", "pager=80/20", "--shrinkage", "1.2", "--occupancy", "3", "--interval", "20")
    code, _, stderr = run("staff", "f.csv", *wrong)
    assert code == 2
    assert "--goal: 'pager' is not a queue or channel" in stderr
    for flag in ("--goal: 'zz'", "--shrinkage: 1.2", "--occupancy: 3", "--interval: 20"):
        assert stderr.count(flag) == 1


def test_a_goal_without_a_name_is_for_the_queues_that_wait_as_it_says(small_center: Path, run: Run) -> None:
    """Seconds for the phone, hours for the mail; what fits nothing is refused."""
    assert run("forecast", "history.csv", "-o", "f.csv", "-c", "plan.toml").code == 0
    code, _, stderr = run("staff", "f.csv", "--goal", "80/20", "-o", "r.csv")
    assert code == 0
    assert "mail: no goal is given" in stderr
    code, _, stderr = run("staff", "f.csv", "--goal", "80/20", "--goal", "95/4h", "-o", "r2.csv")
    assert code == 0
    assert "no goal is given" not in stderr
    forecast = Path("f.csv")
    forecast.write_text("".join(row for row in forecast.read_text().splitlines(True) if ",mail," not in row))
    code, _, stderr = run("staff", "f.csv", "--goal", "95/4h", "-o", "r3.csv")
    assert code == 2
    assert "fits no queue: no queue has a goal in hours" in stderr


WRONG_FLAGS = {
    "--weeks": ("0", "0 is below 1"),
    "--seed": ("-1", "-1 is below 0"),
    "--start": ("01.12.2026", "'01.12.2026' is not a day\n    write 2026-12-31"),
}


@pytest.mark.parametrize("flag", WRONG_FLAGS)
def test_a_wrong_flag_is_told_by_its_name_by_every_command_that_has_it(
    flag: str, small_center: Path, run: Run
) -> None:
    value, said = WRONG_FLAGS[flag]
    for command in (("plan", "plan.toml", "-o", "plan"), ("forecast", "history.csv", "-o", "f.csv")):
        code, _, stderr = run(*command, flag, value)
        assert code == 2
        assert stderr.startswith(f"wrong command line:\n{flag}: ")
        assert said in stderr
    assert not Path("plan").exists()


def test_a_wrong_set_is_told_as_such_beside_what_is_wrong_in_the_file(small_center: Path, run: Run) -> None:
    code, _, stderr = run("plan", "plan.toml", "-o", "plan", "--set", "roster.effort=much")
    assert code == 2
    assert "--set roster.effort: 'much'" in stderr
    settings = small_center / "plan.toml"
    settings.write_text(settings.read_text().replace("replications = 5", "replications = 0"))
    code, _, stderr = run("plan", "plan.toml", "-o", "plan", "--set", "roster.effort=much")
    assert code == 3
    assert "--set roster.effort: 'much'" in stderr
    assert "plan.toml:simulate.replications: 0" in stderr


def test_a_place_that_cannot_be_written_to_is_told_before_any_work(small_center: Path, run: Run) -> None:
    for command in (("forecast", "absent.csv"), ("roster", "absent.csv", "absent.csv", "-c", "absent.toml")):
        code, _, stderr = run(*command, "-o", "history.csv/x")
        assert code == 2
        assert "cannot be written: history.csv is a file, not a folder" in stderr
    code, _, stderr = run("forecast", "history.csv", "-o", ".", "--force")
    assert code == 2
    assert ".: is a folder" in stderr


def test_every_problem_of_the_input_files_is_told_before_the_first_step(small_center: Path, run: Run) -> None:
    (small_center / "time_off.csv").write_text("agent_id,first_day,last_day\nF9,2026-03-04,2026-03-04\n")
    history = small_center / "history.csv"
    history.write_text(history.read_text() + "2026-02-28 09:00,phone,many,280\n")
    code, _, stderr = run("plan", "plan.toml", "-o", "plan")
    assert code == 4
    assert "time_off.csv:2:agent_id: agent_id 'F9' is not in the agents file" in stderr
    assert ":offered: 'many' is not a number" in stderr
    assert not (small_center / "plan" / "forecast.csv").exists()


def test_a_plan_needs_agents_and_says_so(small_center: Path, run: Run) -> None:
    settings = small_center / "plan.toml"
    settings.write_text(settings.read_text().replace('agents = "agents.csv"\n', ""))
    code, _, stderr = run("plan", "plan.toml", "-o", "plan")
    assert code == 3
    assert "input.agents: the setting is missing" in stderr


def _close(center: Path, first: int, last: int) -> None:
    """Close the site from day to day of March 2026."""
    rows = "".join(f"2026-03-{day:02d},Works holiday,closed\n" for day in range(first, last + 1))
    (center / "special_days.csv").write_text("day,name,kind\n" + rows)
    settings = center / "plan.toml"
    more = 'agents = "agents.csv"\nspecial_days = "special_days.csv"'
    settings.write_text(settings.read_text().replace('agents = "agents.csv"', more))


def test_a_closed_week_within_the_plan_has_no_people_and_no_broken_rule(small_center: Path, run: Run) -> None:
    _close(small_center, 9, 15)
    code, _, stderr = run("plan", "plan.toml", "-o", "plan", "--weeks", "2")
    assert code == 0, stderr
    shifts = (small_center / "plan" / "roster_shifts.csv").read_text()
    assert "2026-03-05" in shifts
    assert not [day for day in range(9, 16) if f"2026-03-{day:02d}" in shifts]
    assert run("check", "plan").code == 0


def test_a_plan_of_closed_days_alone_says_that_nobody_is_needed(small_center: Path, run: Run) -> None:
    _close(small_center, 2, 8)
    code, _, stderr = run("plan", "plan.toml", "-o", "plan")
    assert code == 4
    assert "where every interval is closed: choose other weeks" in stderr
    assert (small_center / "plan" / "requirement.csv").exists(), "finished results are kept"


def test_the_command_line_itself_is_checked(run: Run) -> None:
    assert run("plan").code == 2
    assert run("plam", "x").code == 2
    assert run("plan", "plan.toml", "-o", "p", "--set", "weeks").code == 2
    assert run("status", "nowhere").code == 2
    code, _, stderr = run("plan", "no.toml", "-o", "p")
    assert code == 3
    assert "staffplan init" in stderr


def test_a_folder_that_holds_other_things_is_not_made_a_plan(small_center: Path, run: Run) -> None:
    (small_center / "letters").mkdir()
    (small_center / "letters" / "dear.txt").write_text("hello")
    code, _, stderr = run("plan", "plan.toml", "-o", "letters")
    assert code == 2
    assert "contains files, and is not a plan" in stderr
