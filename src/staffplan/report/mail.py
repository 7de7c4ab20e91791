"""A message to one person as HTML for a mail program: plain markup, no picture, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from staffplan.errors import visible

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body style="font-family: sans-serif; color: #1d2733">
<p>{title}</p>
<table style="border-collapse: collapse">
{rows}
</table>
</body>
</html>
"""
_CELL = '<{tag} style="border: 1px solid #c9ced6; padding: 4px 8px; text-align: left">{text}</{tag}>'


def mail_page(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A line and a table under it; every text stays text."""
    lines = [_row(header, "th"), *(_row(row, "td") for row in rows)]
    return _PAGE.format(title=_text(title), rows="\n".join(lines)).encode()


def _row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(_CELL.format(tag=tag, text=_text(cell)) for cell in cells) + "</tr>"


def _text(text: str) -> str:
    return escape(visible(text))
