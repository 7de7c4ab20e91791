"""A fair share in the words of a message."""

from __future__ import annotations

from staffplan.settings.priced_rules import FairKind

ONE: dict[FairKind, str] = {
    "nights": "night shift",
    "weekends": "weekend",
    "early_starts": "early start",
    "late_ends": "late end",
    "holidays": "public holiday",
    "shifts": "shift",
    "hours": "paid hour",
}


def in_words(count: float, of: FairKind, share: float, carried: float) -> str:
    """A count beside the fair share, and what was carried into the period."""
    before = f", {abs(carried):.1f} too {'many' if carried > 0 else 'few'} before"
    said = f"{count:g} {ONE[of]}{'' if count == 1 else 's'}, the fair share is {share:.1f}"
    return said + (before if abs(carried) >= 0.05 else "")
