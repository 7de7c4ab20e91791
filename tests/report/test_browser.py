"""The page in a real browser: nothing sticks out at any width, every picture is there."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
from html import unescape
from pathlib import Path

import pytest

from staffplan.report import render_page

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
MEASURE = """<!DOCTYPE html><html><body style="margin:0"><pre id="found">nothing</pre><iframe id="frame"
style="border:0;width:{width}px;height:900px"></iframe><script>
const frame = document.getElementById("frame");
frame.onload = () => {{
  const page = frame.contentDocument;
  const pictures = [...page.images].map(image => [image.complete, image.naturalWidth, image.naturalHeight]);
  const root = page.documentElement;
  page.querySelectorAll(".tab.closed").forEach(tab => tab.classList.remove("closed"));
  page.querySelectorAll("details").forEach(one => {{ one.open = true; }});
  frame.contentWindow.dispatchEvent(new Event("resize"));
  const sideways = [...page.querySelectorAll("body *")].filter(one => one.scrollWidth > one.clientWidth + 1
    && ["auto", "scroll"].includes(frame.contentWindow.getComputedStyle(one).overflowX)).map(one => one.className);
  const wide = [...page.querySelectorAll("body *")].filter(one => !one.closest(".scroll")
    && one.getBoundingClientRect().right > root.clientWidth + 1).map(one => one.tagName);
  document.getElementById("found").textContent = JSON.stringify(
    {{scroll: root.scrollWidth, client: root.clientWidth, pictures: pictures, wide: wide, sideways: sideways}});
}};
frame.srcdoc = {page};
</script></body></html>"""


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in ("chromium", "google-chrome", "chrome") if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("needs chromium or google-chrome on the PATH")
    return found


def run(browser: str, folder: Path, *arguments: str) -> str:
    command = [browser, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_sticks_out_and_every_picture_is_shown(browser, nasty_html, tmp_path, width):
    file = tmp_path / "measure.html"
    inside_script = json.dumps(nasty_html).replace("</", "<\\/")
    file.write_text(MEASURE.format(width=width, page=inside_script), encoding="utf-8")
    dom = run(browser, tmp_path, "--virtual-time-budget=20000", "--dump-dom", file.as_uri())
    told = re.search(r'<pre id="found">(\{.*?\})</pre>', dom)
    assert told is not None, "the page did not load"
    found = json.loads(told[1])
    assert found["client"] == width
    assert found["scroll"] <= width
    assert found["wide"] == []
    assert width > 390 or found["sideways"] == []
    assert len(found["pictures"]) == nasty_html.count("<img ")
    assert all(loaded and wide > 1000 and high > 150 for loaded, wide, high in found["pictures"])


def test_a_screenshot_shows_more_than_an_empty_page(browser, nasty_html, tmp_path):
    (tmp_path / "page.html").write_text(nasty_html, encoding="utf-8")
    picture = tmp_path / "page.png"
    run(browser, tmp_path, "--window-size=1280,2400", f"--screenshot={picture}", (tmp_path / "page.html").as_uri())
    content = picture.read_bytes()
    assert struct.unpack(">II", content[16:24]) == (1280, 2400)
    assert len(content) > 100_000


USE = """<!DOCTYPE html><html><body><pre id="found">nothing</pre><iframe id="frame"
style="width:1280px;height:900px"></iframe><script>
const frame = document.getElementById("frame");
frame.onload = () => {{
  const page = frame.contentDocument, view = frame.contentWindow, told = {{}};
  const one = name => page.querySelector(name);
  const key = (name, target) => target.dispatchEvent(new view.KeyboardEvent("keydown", {{key: name, bubbles: true}}));
  const shown = () => [...page.querySelectorAll(".tab:not(.closed) > h2")].map(head => head.textContent);
  told.first = shown();
  key("ArrowRight", page.activeElement.closest("[role=tab]") || one("[role=tab]"));
  told.second = shown();
  told.focused = page.activeElement.textContent;
  told.rows = one(".chart svg").querySelectorAll("text.small").length;
  const chart = one(".chart");
  chart.focus();
  for (const name of ["ArrowRight", "ArrowDown"]) key(name, chart);
  told.readout = one(".readout").textContent;
  const day = one("#day-pick").value;
  key("PageDown", chart);
  told.nextDay = Number(one("#day-pick").value) - Number(day);
  told.open = [...page.querySelectorAll("details.day")].filter(sheet => sheet.offsetParent).length;
  one("#pick-person").value = "agent 12";
  one("#pick-person").dispatchEvent(new view.Event("input"));
  told.found = one("#found").textContent;
  told.agents = [...page.querySelectorAll("details.agent")].filter(sheet => !sheet.hidden).map(sheet => sheet.id);
  const names = [...page.querySelectorAll("button, select, input, [tabindex='0']")].filter(part =>
    !(part.getAttribute("aria-label") || part.closest("label") || part.textContent.trim()));
  told.nameless = names.map(part => part.outerHTML.slice(0, 80));
  const ids = [...page.querySelectorAll("[id]")].map(part => part.id);
  told.twice = ids.filter((id, at) => ids.indexOf(id) !== at && !id.startsWith("look"));
  told.problems = view.problems;
  document.getElementById("found").textContent = JSON.stringify(told);
}};
frame.srcdoc = {page};
</script></body></html>"""
CATCH = (
    (
        "<head><script>window.problems = []; window.onerror = said => {{ problems.push(String(said)); }};"
        "console.error = said => {{ problems.push(String(said)); }};</script>"
    )
    .replace("{{", "{")
    .replace("}}", "}")
)


def test_tabs_days_and_people_are_reached_by_keyboard_alone(browser, plan, tmp_path):
    html = render_page(plan).replace("<head>", CATCH, 1)
    file = tmp_path / "use.html"
    file.write_text(USE.format(page=json.dumps(html).replace("</", "<\\/")), encoding="utf-8")
    dom = run(browser, tmp_path, "--virtual-time-budget=20000", "--dump-dom", file.as_uri())
    told = re.search(r'<pre id="found">(\{.*?\})</pre>', dom)
    assert told is not None, "the page did not load or its script failed"
    found = json.loads(unescape(told[1]))
    assert (found["first"], found["second"], found["focused"]) == (["Planner"], ["Manager"], "Manager")
    assert found["rows"] > 4
    assert re.match(r"08:15; needed \d.*, rostered .*, net .*, service .*; Agent \d+: sales until", found["readout"])
    assert (found["nextDay"], found["open"]) == (1, 1)
    assert (found["found"], found["agents"]) == ("1 of 12 agents", ["agent-a012"])
    assert found["nameless"] == found["twice"] == found["problems"] == []
