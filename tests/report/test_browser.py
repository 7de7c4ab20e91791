"""The page in a real browser: nothing sticks out at any width, every picture is there."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

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
  const wide = [...page.querySelectorAll("body *")].filter(one => !one.closest(".scroll")
    && one.getBoundingClientRect().right > root.clientWidth + 1).map(one => one.tagName);
  document.getElementById("found").textContent = JSON.stringify(
    {{scroll: root.scrollWidth, client: root.clientWidth, pictures: pictures, wide: wide}});
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


@pytest.mark.parametrize("width", [1280, 400])
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
    assert len(found["pictures"]) == nasty_html.count("<img ")
    assert all(loaded and wide > 1000 and high > 150 for loaded, wide, high in found["pictures"])


def test_a_screenshot_shows_more_than_an_empty_page(browser, nasty_html, tmp_path):
    (tmp_path / "page.html").write_text(nasty_html, encoding="utf-8")
    picture = tmp_path / "page.png"
    run(browser, tmp_path, "--window-size=1280,2400", f"--screenshot={picture}", (tmp_path / "page.html").as_uri())
    content = picture.read_bytes()
    assert struct.unpack(">II", content[16:24]) == (1280, 2400)
    assert len(content) > 100_000
