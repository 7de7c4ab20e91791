"""What --help promises is there, and comes at once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from staffplan.cli.main import app, run

FLAGS = {
    "plan": "--output --data --meetings --weeks --start --seed --set --jobs --cluster --dry-run --force --json",
    "status": "--json",
    "forecast": "--output --config --start --weeks --interval --timezone --country --overrides --drivers --explain "
    "--seed --set --jobs --cluster --force --json",
    "ingest": "--output --from --map --timezone --times --interval --within --aht-unit --date-order --queue "
    "--profile --sql --query --append --page --list --config --force --json",
    "pull": "--output --append --instance --region --queue --from --to --timezone --interval --within --config "
    "--force --json",
    "reforecast": "--output --config --now --backtest --timezone --country --set --jobs --cluster --force --json",
    "score": "--output --config --overrides --by --timezone --force --json",
    "staff": "--output --config --goal --asa --occupancy --shrinkage --absence --patience --concurrency --minimum "
    "--interval --timezone --abandon --cross-check --explain --method --scope --risk --worth --set --force "
    "--json",
    "size": "--output --load --per-hour --aht --goal --within --definition --asa --occupancy --abandon --agents "
    "--patience --lines --redial --volume-cv --absence --aht-by-chats --arrivals --interval --due --backlog --open "
    "--clock --agent-cost --wait-cost --abandon-cost --model --force --json",
    "mix": "--output --profiles --seed --force --json",
    "fit": "--output --config --arrival-column --queue-column --wait-column --outcome-column --handling-column "
    "--customer-column --agent-column --answered --abandoned --short-seconds --redial-minutes --on-duty "
    "--learn-until --within --pause-minutes --interval --timezone --set --force --json",
    "roster": "--output --config --skills --time-off --availability --meetings --wishes --locks --past --worth "
    "--forecast --seed --prices --repair --absent --from --per-change --set --force --json",
    "repair": "--output --absent --from --per-change --requirement --agents --skills --time-off --availability "
    "--meetings --wishes --locks --past --worth --config --seed --force --json",
    "open-shifts": "--output --most --bids --open-shifts --from --requirement --agents --time-off --availability "
    "--skills --meetings --locks --past --config --force --json",
    "standby": "--output --published --past-standby --check --requirement --agents --time-off --availability "
    "--skills --past --config --force --json",
    "shifts": "--output --config --minimise --week --allow-short --gap --set --force --json",
    "variance": "--budget --actual --output --method --force --json",
    "scenario": "--output --jobs --reports --force --json",
    "savings": "--output --target --runs --jobs --force --json",
    "price": "--of --output --goals --jobs --force --json",
    "capacity": "--months --weeks --agreed --required --by-aht --workforce --workforce-history --previous --output "
    "--seed --force --json",
    "check": "--requirement --agents --skills --time-off --availability --meetings --wishes --locks --past --config "
    "--map --output --force --json",
    "export": "--to --output --template --map --agents --time-off --timezone --config --list --force --json",
    "handoff": "--output --only --agents --time-off --agent-sheets --timezone --config --force --json",
    "simulate": "--output --config --goal --patience --seed --force --json",
    "cost": "--scenario --force --json",
    "report": "--force --json",
    "publish": "--to --who --why --at --diff --output --messages --force --json",
    "track": "--actuals --output --config --dead-zone --fail-on-alarm --force --json",
    "scorecard": "--actuals --kpi --output --config --force --json",
    "budget": "--output --currency --force --json",
    "explain": "--depth --output --force --json",
    "explain-day": "--actuals --states --plan --planned --actual --goal --model --patience --interval --timezone "
    "--output --force --json",
    "compare": "--output --force --json",
    "adherence": "--states --until --state --output --force --json",
    "now": "--at --output --force --json",
    "today": "--actuals --at --freeze --notice --most --kind --standby --states --state --force-share "
    "--apply --yes --dry-run --by --why --later --output --jobs --force --json",
    "swap": "--until --with-anyone --yes --dry-run --by --why --later --json",
    "move": "--shift --until --yes --dry-run --by --why --later --json",
    "assign": "--shift --until --yes --dry-run --by --why --later --json",
    "remove": "--until --yes --dry-run --by --why --later --json",
    "break": "--to --at --yes --dry-run --by --why --later --json",
    "absent": "--from --to --kind --until --no-cover --per-change --yes --dry-run --by --why --later --json",
    "leave": "--kind --unpaid --no-cover --per-change --anyway --yes --dry-run --by --why --later --json",
    "import": "--yes --dry-run --by --why --later --json",
    "lock": "--until --yes --dry-run --by --why --later --json",
    "unlock": "--until --yes --dry-run --by --why --later --json",
    "undo": "--to --yes --dry-run --by --why --later --json",
    "log": "--json",
    "access": "--output --no-change --force --json",
    "backtest": "--output --periods --weeks --without-people --data --set --jobs --cluster --force --json",
    "rules": "--contract --agent --agents --output --force --json",
    "init": "--from --yes --timezone --times --country --channel --preset --map --interval --aht-unit --date-order "
    "--profile --force --json",
}


@pytest.fixture
def help_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The text of a command's --help, on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERMINAL_WIDTH", "200")

    def read(*command: str) -> str:
        assert run([*command, "--help"]) == 0
        return capsys.readouterr().out

    return read


def test_these_are_the_commands() -> None:
    assert {command.name for command in app.registered_commands} == set(FLAGS)


@pytest.mark.parametrize("command", FLAGS)
def test_a_command_has_the_flags_that_are_written_down(command: str, help_of) -> None:
    found = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", help_of(command).split("Options", 1)[1]))
    assert found == {*FLAGS[command].split(), "--quiet", "--help"}


@pytest.mark.parametrize("command", FLAGS)
def test_help_says_in_a_line_what_a_command_does_then_shows_an_example(command: str, help_of) -> None:
    lines = [line.strip() for line in help_of(command).splitlines() if line.strip()]
    assert lines[0].startswith(f"Usage: staffplan {command}")
    assert lines[1].endswith(".")
    assert lines[2].startswith("Example")
    assert any(line.removeprefix("Example: ").startswith(f"staffplan {command} ") for line in lines[2:4])


def test_help_waits_for_no_heavy_library() -> None:
    program = "import sys, staffplan.cli; print(sorted({'numpy', 'pandas', 'pydantic', 'numba'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_completion_for_bash_is_shown_and_installed(tmp_path: Path) -> None:
    staffplan = str(Path(sys.executable).parent / "staffplan")
    environment = {**os.environ, "HOME": str(tmp_path), "SHELL": "/bin/bash"}
    command = {"env": environment, "capture_output": True, "text": True, "check": True}
    within = ("bash", "-c", '"$@"; exit $?', "bash", staffplan)  # the shell is found among the parents of the process
    assert "_staffplan_completion" in subprocess.run([*within, "--show-completion", "bash"], **command).stdout
    subprocess.run([*within, "--install-completion", "bash"], **command)
    assert "staffplan" in (tmp_path / ".bashrc").read_text()
    asked = {**environment, "_STAFFPLAN_COMPLETE": "complete_bash"}
    for words, place, answer in (
        ("staffplan sta", "1", ["status", "staff", "standby"]),
        ("staffplan size --ag", "2", ["--agents", "--agent-cost"]),
    ):
        words_so_far = {"COMP_WORDS": words, "COMP_CWORD": place}
        done = subprocess.run([staffplan], **{**command, "env": {**asked, **words_so_far}})
        assert done.stdout.split() == answer
