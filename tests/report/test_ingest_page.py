"""The page of `ingest`: one file, with how each file was read, and the days that are missing."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from commands import Run


def test_the_page_shows_how_the_file_was_read_and_which_days_are_missing(tmp_path: Path, run: Run) -> None:
    days = [day for day in pd.bdate_range("2026-10-01", "2026-10-30") if day.day != 14]
    rows = [f"{day:%Y-%m-%d} {hour}:00,{queue},7" for day in days for hour in (9, 10) for queue in ("a", "b")]
    export = tmp_path / "export <1>.csv"
    export.write_text("\n".join(["Interval,Queue,Calls Offered", *rows, "Total,,252"]))
    page = tmp_path / "report.html"
    done = run("ingest", export, "-o", tmp_path / "history.csv", "--page", page, "--timezone", "Europe/Madrid")
    assert done.code == 0, done.err
    text = page.read_text(encoding="utf-8")
    assert "export &lt;1&gt;.csv" in text
    assert "all queues: no rows on 2026-10-14" in text
    assert len(re.findall(r"<figure id=", text)) == 3
    assert "interval_start = Interval, queue = Queue, offered = Calls Offered" in text
    assert "a total" in text
    assert not re.search(r'(src|href)="(?!data:|#)', text)
    again = run("ingest", export, "-o", tmp_path / "more.csv", "--page", page, "--timezone", "Europe/Madrid")
    assert (again.code, (tmp_path / "more.csv").exists()) == (2, False)
