"""The examples of interval files share one truth: six half hours from 8:00 on 2 November 2026."""

from __future__ import annotations

import math

import pytest

from example_exports import read
from staffplan.ingest import Asked

OFFERED = [18, 25, 31, 29, 22, 16]
HANDLED = [17, 23, 28, 28, 22, 16]
AHT_SECONDS = [220, 232, 240, 232, 220, 215]
WITHOUT_HOLD = [210, 222, 230, 221, 210, 208]
HALF_HOURS = ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30"]
ZONE = "Europe/Berlin"
"""One hour ahead of UTC on that day; the examples with an offset have its."""
UTC_FILES = ("genesys_cloud/wfm_historical_data_import.csv", "amazon_connect/forecasting_historical_import.csv")


@pytest.mark.parametrize(
    ("name", "preset", "queue"),
    [
        ("genesys_cloud/wfm_historical_data_import.csv", "genesys-import", "Support EN"),
        ("genesys_cloud/queue_performance_interval_export_ms.csv", "genesys-view", "Support EN"),
        ("genesys_cloud/queue_performance_interval_export_hhmmss_semicolon_de.csv", "genesys-view", "Support EN"),
        ("amazon_connect/historical_metrics_report.csv", "amazon-report", "Support EN"),
        ("amazon_connect/historical_metrics_report_resaved_in_excel.csv", "amazon-report", "Support EN"),
        ("amazon_connect/forecasting_historical_import.csv", "amazon-import", "Support EN"),
        ("amazon_connect/get_metric_data_v2.json", "amazon-metrics", "11111111-2222-4333-8444-555566667777"),
        ("avaya_cms/hsplit_database_extract.csv", "cms-hsplit", "21"),
        ("avaya_cms/split_skill_summary_interval_report.csv", "cms-report", "Support EN"),
        ("cisco_uccx/csq_activity_by_interval.csv", "uccx-csq", "Support_EN"),
        ("nice_cxone/wfm_data_skills_contacts.json", "cxone-contacts", "Support EN"),
    ],
)
def test_interval_files_of_all_systems_agree(name: str, preset: str, queue: str) -> None:
    made = read(name, ZONE)
    frame = made.history.frame
    assert [part.preset.name for part in made.parts] == [preset]
    assert frame["queue"].unique().tolist() == [queue]
    assert frame["offered"].tolist() == OFFERED
    assert frame["handled"].tolist() == HANDLED
    if frame["abandoned"].notna().any():
        assert (frame["offered"] - frame["handled"]).tolist() == frame["abandoned"].tolist()
    with_z = name in UTC_FILES or name.endswith(("_ms.csv", ".json"))
    local = frame["interval_start"].dt.tz_convert("UTC" if with_z else ZONE)
    assert local.dt.strftime("%Y-%m-%d %H:%M").tolist() == [f"2026-11-02 {time}" for time in HALF_HOURS]
    expected = WITHOUT_HOLD if preset == "cms-report" else AHT_SECONDS
    if preset == "uccx-csq":
        assert frame["aht_seconds"].isna().all()
    else:
        assert frame["aht_seconds"].tolist() == expected


def test_callbacks_of_a_queue_are_a_queue_of_their_own() -> None:
    frame = read("genesys_cloud/conversations_aggregates.json").history.frame
    by_queue = frame.groupby("queue")["offered"].apply(list).to_dict()
    name = "7b1c0f0e-1111-4222-8333-444455556666"
    assert by_queue == {name: OFFERED[:3], f"{name} (callback)": [2]}
    assert frame["aht_seconds"].tolist()[:3] == AHT_SECONDS[:3]


def test_one_period_of_xml_is_read_as_many_are() -> None:
    frame = read("nice_iex/Q_110226.0800.xml").history.frame
    assert frame[["queue", "offered", "handled", "abandoned", "aht_seconds"]].to_numpy().tolist() == [
        ["5001", 18, 17, 1, 220]
    ]


def test_totals_are_put_aside_with_their_row() -> None:
    for name, row in (
        ("avaya_cms/split_skill_summary_interval_report.csv", 6),
        ("cisco_uccx/csq_activity_by_interval.csv", 8),
    ):
        rejects = read(name).rejects.frame
        assert rejects["row"].tolist() == [row]
        assert rejects["reason"].str.startswith("a total").all()


def test_a_zone_that_nobody_gave_is_asked() -> None:
    asking = read("cisco_uccx/csq_activity_by_interval.csv", asked=Asked())
    assert [note.kind for note in asking.notes if "zone" in note.message] == ["question"]
    told = read("cisco_uccx/csq_activity_by_interval.csv", ZONE)
    assert not [note for note in told.notes if "zone" in note.message]


def test_the_order_of_day_and_month_is_asked_where_the_system_alone_tells_it() -> None:
    """Uccx writes 11/2/26 for the second of November, and in other countries for the eleventh of February."""
    name = "cisco_uccx/csq_activity_by_interval.csv"
    [note] = [note for note in read(name, ZONE).notes if note.kind == "question"]
    assert "read as month/day/year" in note.message
    assert "--date-order" in note.message
    given = read(name, asked=Asked(timezone=ZONE, zone_given=True, date_order="month/day/year"))
    assert not [note for note in given.notes if note.kind == "question"]


def test_durations_of_systems_keep_their_unit() -> None:
    facts = {
        name: dict(read(f"genesys_cloud/{name}").parts[0].facts)
        for name in ("queue_performance_interval_export_ms.csv",)
    }
    assert "milliseconds" in facts["queue_performance_interval_export_ms.csv"]["unit of durations"]
    assert not math.isnan(read("amazon_connect/historical_metrics_report.csv").history.frame["aht_seconds"][0])
