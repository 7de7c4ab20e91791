"""What was learnt, as lines to paste into the settings."""

from __future__ import annotations

import re

from staffplan.fit.tables import ALL_QUEUES, FitParameters

SETTINGS = {"patience_seconds": 0, "aht_seconds": 1}
"""Parameters that are settings of a queue, with the decimals worth writing."""
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def settings_lines(parameters: FitParameters) -> str:
    """A section for each queue, [queues.sales], with what was learnt of it; "" where nothing was."""
    frame = parameters.frame
    told = frame[frame["parameter"].isin(SETTINGS) & (frame["value"] > 0) & (frame["queue"] != ALL_QUEUES)]
    sections = []
    for queue, rows in told.groupby("queue"):
        lines = [f"[queues.{_key(str(queue))}]"]
        lines += [
            f"{name} = {_number(value, SETTINGS[name])}"
            for name, value in zip(rows["parameter"], rows["value"], strict=True)
        ]
        sections.append("\n".join(lines))
    return "\n\n".join(sections)


def _key(queue: str) -> str:
    """A TOML key: quoted where it has other characters than letters, digits, _ and -."""
    if _BARE.fullmatch(queue):
        return queue
    escaped = queue.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _number(value: float, decimals: int) -> str:
    """Rounded, but never to zero."""
    return f"{value:.{decimals}f}" if round(value, decimals) > 0 else f"{value:.1g}"
