"""The fenced blocks of a Markdown page, and how each is run: as the reader of the page would."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from staffplan.cli.main import run
from staffplan.settings.config import Config
from staffplan.settings.scenarios import load_scenarios

RUN = {"console", "python", "toml", "csv"}
"""Languages of blocks that are run, loaded or written."""
DEMO = "staffplan plan configs/demo.toml -o plans/demo --set roster.time_limit_seconds=3600"
"""What make demo runs; the search is not cut short by the clock, so that a slow machine gets the same roster."""
FIRST_PLAN = "staffplan plan center/plan.toml -o center/plan"
"""What the planner's tutorial runs, and every page that goes on from it has behind it."""
NOT_RUN = re.compile(r"<!-- not run: (?P<reason>.+) -->")
SLOW = "<!-- run with STAFFPLAN_ALL -->"
_FENCE = re.compile(r"^```(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?$")
_PROGRESS = re.compile(r"^[a-z]+: \d+ of \d+ .*\n?", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, text and title, the line of the page that it starts on, the line above it."""

    language: str
    text: str
    title: str
    line: int
    mark: str

    @property
    def is_slow(self) -> bool:
        return self.mark == SLOW

    @property
    def reason_not_run(self) -> str:
        match = NOT_RUN.fullmatch(self.mark)
        return match["reason"] if match else ""


def blocks_of(page: Path) -> Iterator[Block]:
    """Every fenced block of a page, in order; those inside lists and notes too."""
    lines = page.read_text(encoding="utf-8").splitlines()
    opened: tuple[int, re.Match[str]] | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.match(line.strip())
        if opened is None and fence:
            opened = number, fence
        elif opened is not None and line.strip() == "```":
            start, head = opened
            text = "\n".join(lines[start + 1 : number]) + "\n"
            mark = lines[start - 1].strip() if start else ""
            yield Block(head["language"], text, head["title"] or "", start + 1, mark)
            opened = None


@dataclass
class Session:
    """A reader at work in a folder: runs the blocks of one page in order."""

    folder: Path
    first_plan: Callable[[], str]
    """Lays the small center's first plan, made once for all pages, into the folder; gives what was printed."""
    names: dict[str, Any] = field(default_factory=dict)
    code: int = 0
    """The exit code of the last command."""
    is_update: bool = False
    """Whether a command whose output differs keeps what came, in `changes`, instead of failing."""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    """Command as written, output shown, output that came."""
    left: list[str] = field(default_factory=list)
    """What an update cannot write by itself."""

    def run(self, block: Block) -> None:
        """Do what the block says; AssertionError where what it shows is not what comes."""
        match block.language:
            case "console":
                for command, shown in commands_of(block.text):
                    self._command(command, shown, block.line)
                assert self.code == 0, f"line {block.line}: exits with {self.code}; show it by: echo $?"
            case "python":
                exec(compile(block.text, f"line {block.line}", "exec"), self.names)
            case "toml":
                self._settings(block)
            case _:
                (self.folder / block.title).write_text(block.text, encoding="utf-8")

    def _command(self, command: str, shown: str, line: int) -> None:
        if command == "echo $?":
            self._hold(shown.strip() == str(self.code), f"line {line}: the last command exited with {self.code}")
            self.code = 0
            return
        self._hold(self.code == 0, f"line {line}: the command before exits with {self.code}; show it by: echo $?")
        ran = DEMO if command == "make demo" else command
        came = self._output(ran)
        if self.is_update and not shown_is(shown, came) and "..." not in shown:
            self.changes.append((command, shown, came))
            return
        self._hold(shown_is(shown, came), f"line {line}: {command}\nshown:\n{shown}\ncame:\n{came}")

    def _hold(self, is_so: bool, otherwise: str) -> None:
        """AssertionError at once, or kept for the end while a page is being updated."""
        if self.is_update and not is_so:
            self.left.append(otherwise)
            return
        assert is_so, otherwise

    def _output(self, command: str) -> str:
        if command == FIRST_PLAN and not (self.folder / "center" / "plan").exists():
            return self.first_plan()
        return self._staffplan(command) if command.startswith("staffplan ") else self._shell(command, "")

    def _staffplan(self, command: str) -> str:
        """Run a command of ours in this process; what it prints, or the output of the command behind a pipe."""
        own, _, rest = command.partition(" | ")
        self.code, printed, out = printed_by(own, keeps_stdout=bool(rest))
        return printed + (self._shell(rest, out) if rest else "")

    def _shell(self, command: str, given: str) -> str:
        """Run a command that is not ours, in the page's folder."""
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, input=given, check=False, capture_output=True, text=True
        )
        self.code = self.code or done.returncode
        return done.stdout + done.stderr

    def _settings(self, block: Block) -> None:
        """Load a piece of settings laid over the small center's, or a file of scenarios, and write it where the title
        asks for it."""
        if block.title in ("scenarios.toml", "options.toml"):
            load_scenarios(block.text, block.title)
            (self.folder / block.title).write_text(block.text, encoding="utf-8")
            return
        center = tomllib.loads((self.folder / "docs" / "center" / "plan.toml").read_text(encoding="utf-8"))
        Config.model_validate(merged(center, tomllib.loads(block.text)))
        if block.title:
            path = self.folder / block.title.removeprefix("at the end of ")
            with path.open("a" if block.title != str(path) else "w", encoding="utf-8") as file:
                file.write(f"\n{block.text}")


def printed_by(command: str, *, keeps_stdout: bool = False) -> tuple[int, str, str]:
    """Run a command of ours in this process: its code, what it printed, and its stdout where that is kept apart."""
    both, out = io.StringIO(), io.StringIO()
    with redirect_stdout(out if keeps_stdout else both), redirect_stderr(both):
        code = run(shlex.split(command)[1:])
    return code, _PROGRESS.sub("", both.getvalue()), out.getvalue()


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Settings with others laid over them, table by table."""
    both = dict(below)
    for name, value in above.items():
        inner = both.get(name)
        both[name] = merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return both


def commands_of(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, and the output shown below it."""
    for part in re.split(r"^\$ ", text.replace("\\\n", " "), flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield " ".join(shlex_kept(command)), shown.rstrip()


def updated(text: str, changes: list[tuple[str, str, str]]) -> str:
    """A page with the output that came in place of what it showed."""
    for command, shown, came in changes:
        words = r"(?:\s|\\\n)+".join(re.escape(word) for word in shlex_kept(command))
        shown_lines = "".join(f"{line}\n" for line in shown.splitlines())
        pattern = rf"(^\$ {words}\n){re.escape(shown_lines)}(?=\$ |```)"
        text = re.sub(
            pattern, lambda head, came=came: head[1] + came.rstrip() + "\n", text, count=1, flags=re.MULTILINE
        )
    return text


def shlex_kept(command: str) -> list[str]:
    """The words of a command, blanks between them made one; quotes stay."""
    return re.findall(r"(?:[^\s\"']|\"[^\"]*\"|'[^']*')+", command)


def shown_is(shown: str, came: str) -> bool:
    """Whether the output is the one shown; "..." stands for anything in a line, alone for any number of lines."""
    if not shown.strip():
        return True
    pattern = ""
    for line in shown.splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += r".*".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ ]*\n"
    return re.fullmatch(pattern + r"\s*", came.rstrip() + "\n") is not None
