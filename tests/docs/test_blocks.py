"""Every block of the README and of docs/ that can be run does what the page shows.

Where an output has changed for good: pytest tests/docs --update-golden, then read the diff of the pages.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import sys
from functools import partial
from pathlib import Path

import pytest
from blocks import FIRST_PLAN, RUN, Block, Session, blocks_of, printed_by, shown_is, updated

from commands import FilledOnce, Run
from staffplan.plan import reporting

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted(path.relative_to(REPOSITORY) for path in [REPOSITORY / "README.md", *REPOSITORY.glob("docs/**/*.md")])
GOES_ON = "<!-- goes on from: docs/tutorials/planner.md -->"
"""In a page whose reader has planned the small center before."""


def clone(folder: Path) -> None:
    """What the pages use of a clone of the repository."""
    for name in ("docs/center", "data/samples"):
        shutil.copytree(REPOSITORY / name, folder / name)
    shutil.copytree(REPOSITORY / "configs", folder / "configs")


@pytest.fixture(scope="session")
def planned_center(filled_once: FilledOnce) -> Path:
    """The small center, planned once for all pages, and beside it what the command printed."""

    def fill() -> None:
        shutil.copytree(REPOSITORY / "docs" / "center", "center")
        with pytest.MonkeyPatch.context() as patch:
            leave_reports_out(patch)
            code, printed, _ = printed_by(FIRST_PLAN)
        assert code == 0
        Path("printed.txt").write_text(printed, encoding="utf-8")

    return filled_once("docs", fill) / "center"


def leave_reports_out(patch: pytest.MonkeyPatch) -> None:
    """Plans with an empty page and workbook unless all is tested: they take long, and no page shows them."""
    if "STAFFPLAN_ALL" not in os.environ:
        empty = {"report/index.html": b"", "report/workbook.xlsx": b""}
        patch.setattr(reporting, "report_files", lambda *_: empty)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_shows_what_comes(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    blocks = [block for block in blocks_of(REPOSITORY / page) if runs(block)]
    if not blocks:
        return
    clone(tmp_path)
    if GOES_ON in (REPOSITORY / page).read_text(encoding="utf-8"):
        shutil.copytree(request.getfixturevalue("planned_center"), tmp_path / "center")
    monkeypatch.chdir(tmp_path)
    leave_reports_out(monkeypatch)

    def first_plan() -> str:
        planned = request.getfixturevalue("planned_center")
        shutil.copytree(planned / "plan", tmp_path / "center" / "plan")
        return (planned.parent / "printed.txt").read_text(encoding="utf-8")

    session = Session(tmp_path, first_plan, is_update=request.config.getoption("--update-golden"))
    for block in blocks:
        session.run(block)
    if session.changes:
        text = (REPOSITORY / page).read_text(encoding="utf-8")
        (REPOSITORY / page).write_text(updated(text, session.changes), encoding="utf-8")
    assert session.left == []


def runs(block: Block) -> bool:
    """Whether a block is run here: slow ones only where all is tested."""
    is_left = block.is_slow and "STAFFPLAN_ALL" not in os.environ
    return block.language in RUN and not block.reason_not_run and not is_left


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_block_that_is_not_run_gives_its_reason(page: Path) -> None:
    for block in blocks_of(REPOSITORY / page):
        place = f"{page}:{block.line}"
        assert block.language, f"{place}: name the language of the block"
        looks_run = re.search(r"^(\$ |staffplan |make )", block.text, re.MULTILINE)
        assert block.language in RUN or not looks_run or block.reason_not_run, f"{place}: console, or say why not"
        assert block.language != "csv" or block.title or block.reason_not_run, f"{place}: title the file"


def test_every_command_is_shown_somewhere_and_every_flag_shown_exists() -> None:
    texts = [block.text for page in PAGES if "reference" not in page.parts for block in blocks_of(REPOSITORY / page)]
    shown = re.findall(r"^(?:\$ )?staffplan ([a-z][a-z-]*)(.*)$", "".join(texts).replace("\\\n", " "), re.MULTILINE)
    reference = (REPOSITORY / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    known = {text.split("\n")[0]: text for text in re.split(r"^## ", reference, flags=re.MULTILINE)[1:]}
    assert {command for command, _ in shown} == set(known)
    for command, rest in shown:
        for flag in re.findall(r"(?<!\S)--?[a-z][a-z-]*", rest.partition(" | ")[0]):
            assert f"`{flag}`" in known[command], f"{command} {rest}"


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    """Those of docs/ are checked by make docs."""
    links = re.findall(r"\]\(([^)#]+)", (REPOSITORY / "README.md").read_text(encoding="utf-8"))
    assert len(links) > 10
    assert [link for link in links if not link.startswith("http") and not (REPOSITORY / link).is_file()] == []


def test_the_readme_is_short() -> None:
    words = (REPOSITORY / "README.md").read_text(encoding="utf-8").split()
    assert len(words) <= 900


@pytest.mark.parametrize(
    ("shown", "came", "is_it"),
    [
        ("a\n...\nd", "a\nb\nc\nd\n", True),
        ("a\n...\nd", "a\nb\nc\n", False),
        ("in ... s", "in 12 s\n", True),
        ("in 11 s", "in 12 s\n", False),
        ("", "anything", True),
    ],
)
def test_dots_stand_for_what_is_left_out(shown: str, came: str, is_it: bool) -> None:
    assert shown_is(shown, came) == is_it


def test_the_known_causes_of_the_bad_tuesday_are_found(planned_center: Path, tmp_path: Path, run_in: Run) -> None:
    """The sample is what its script makes of the small center; the day is laid to what the script did to it."""
    shutil.copytree(planned_center, tmp_path / "center")
    call, home = partial(run_in, tmp_path), REPOSITORY / "data" / "samples" / "bad_tuesday"
    assert call("publish", "center/plan", "--to", "ledger", "--at", "2026-03-01T18:00").code == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(REPOSITORY / "scripts")
        maker = importlib.import_module("make_bad_tuesday")
        patch.setattr(sys, "argv", ["make_bad_tuesday.py", str(tmp_path / "ledger"), "--out", str(tmp_path / "made")])
        assert maker.main() == 0
    for name in ("contacts.csv", "states.csv"):
        made = (tmp_path / "made" / name).read_bytes()
        assert made == (home / name).read_bytes(), (
            "the small center's roster has changed: scripts/make_bad_tuesday.py"
        )
    files = ("--actuals", str(home / "contacts.csv"), "--states", str(home / "states.csv"), "--json")
    causes = json.loads(call("explain-day", "ledger", "2026-03-03", "phone", *files).out)["causes"]
    found = {row["cause"]: (row["contribution"], row["error"]) for row in causes}
    for cause in ("volume", "handling time", "absence", "lateness"):
        share, error = found[cause]
        assert share < -2 * error
    assert sum(share for share, _ in found.values()) < -0.1
