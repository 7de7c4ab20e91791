"""How stamps are written, and whether they fit the zone of the plan."""

from __future__ import annotations

import pandas as pd
import pytest

from staffplan.files.cells import read_instants
from staffplan.files.stamps import foreign_offsets, how_written

MADRID = ["2026-03-02T08:00:00+01:00", "2026-03-29T00:00:00+01:00", "2026-03-29T08:00:00+02:00"]


def foreign(stamps: list[str], timezone: str) -> str:
    values = pd.Series(stamps, dtype=object)
    return foreign_offsets(values, read_instants(values, timezone)[0], timezone)


def test_offsets_of_another_clock_are_told_with_the_zones_that_keep_it() -> None:
    said = foreign(MADRID, "UTC")
    assert said.startswith("times have the offsets +01:00 and +02:00, which UTC does not use on those days")
    assert "--timezone, plan.timezone); zones with these offsets: Europe/" in said


@pytest.mark.parametrize(
    ("stamps", "timezone"),
    [
        (MADRID, "Europe/Berlin"),
        (["2026-03-02T08:00Z", "2026-07-02T08:00+00:00"], "Europe/Madrid"),
        (["2026-03-02T08:00", "2026-07-02T08:00", ""], "Europe/Madrid"),
    ],
)
def test_stamps_of_the_zone_of_utc_or_of_no_clock_are_in_order(stamps: list[str], timezone: str) -> None:
    assert foreign(stamps, timezone) == ""


def test_one_offset_throughout_names_no_zones() -> None:
    said = foreign(["2026-03-02T08:00+05:30", "2026-03-02 08:30"], "UTC")
    assert "offset +05:30, which" in said
    assert "kept in" not in said


def test_offsets_that_no_place_has_together_are_told_so() -> None:
    assert foreign(["2026-03-02T08:00+01:00", "2026-03-02T09:00-11:00"], "UTC").endswith(
        "no single zone matches them all"
    )


def test_the_order_of_day_and_month_that_was_found_is_told() -> None:
    assert how_written(pd.Series(["03/02/2026", "03/14/2026"])) == (
        "days like '03/02/2026' are read as month/day/year: values above 12 show this",
        "",
    )
    assert how_written(pd.Series(["2026-03-02", "02.03.2026"])) == ("", "")


def test_days_that_a_spreadsheet_may_have_swapped_are_pointed_at() -> None:
    """Written 02/03/2026, read as the American 3 February: what is left as text is above 12."""
    _, doubtful = how_written(pd.Series(["2026-02-03 08:00", "13/03/2026 08:00"]))
    assert "two ways, '13/03/2026 08:00' and '2026-02-03 08:00'" in doubtful
