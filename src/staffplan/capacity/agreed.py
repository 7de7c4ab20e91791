"""What is known of periods beside a forecast: classes that are agreed, transfers, extra time."""

from __future__ import annotations

import pandas as pd

from staffplan.errors import DataError, Problem, nearest
from staffplan.tables.capacity import AgreedPeople

PLAIN = ("site", "period", "position")


def with_agreed(required: pd.DataFrame, agreed: AgreedPeople) -> pd.DataFrame:
    """Required people with the cells that are agreed in the place of their own.

    Raises DataError with every row whose site or period is not planned, and every second one of a period.
    """
    rows = required.set_index(["site", "period"])
    problems, seen = [], set[tuple[str, str]]()
    for number, (site, period) in enumerate(zip(agreed.frame["site"], agreed.frame["period"], strict=True)):
        if (site, period) not in rows.index:
            known = (
                sorted(set(required["site"])) if site not in set(required["site"]) else required["period"].tolist()
            )
            name, column = (period, "period") if site in set(required["site"]) else (site, "site")
            hint = nearest(name, known) or f"planned are {', '.join(dict.fromkeys(known))}"
            problems.append(Problem(agreed.place(number, column), f"{name!r} is not planned", hint))
        elif (site, period) in seen:
            problems.append(
                Problem(agreed.place(number, "period"), f"{period!r} appears twice", "keep one of the rows")
            )
        seen.add((site, period))
    if problems:
        raise DataError(problems)
    given = agreed.frame.drop(columns="position").set_index(["site", "period"])
    for name in given.columns:
        own = rows[name] if name in rows else pd.Series(index=rows.index, dtype=given[name].dtype)
        cells = given[name].replace("", pd.NA) if given[name].dtype == object else given[name]
        rows[name] = cells.reindex(rows.index).where(lambda found: found.notna(), own)
    return rows.reset_index()
