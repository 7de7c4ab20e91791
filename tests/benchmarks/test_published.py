"""On the known sets the benchmark gives the figures of the published table, where peers leave nothing to choose."""

from __future__ import annotations

from pathlib import Path

import pytest

from accuracy.data_sets import KNOWN, read
from accuracy.protocol import Contender, together, try_origin
from accuracy.scores import floor, score

PUBLISHED = {
    "bank_calls/calls_30min.csv": (8.79, 7.34, 2.29),
    "technion_bank/calls_30min_year.csv": (28.33, 24.19, 12.47),
    "it_helpdesk/incidents_30min.csv": (56.19, 42.91, 27.70),
}
"""WAPE in % of the same interval last week, of the average of six weeks, and the Poisson floor."""


@pytest.mark.real_data
@pytest.mark.parametrize("file", PUBLISHED)
def test_the_simple_peers_score_as_published(file: str, real_data: Path):
    data_set = read(real_data / file, KNOWN[file])
    contenders = [Contender("naive", peer="naive"), Contender("average", peer="average")]
    trial = together(try_origin(data_set, number, contenders) for number in range(data_set.origins))
    found = [100 * score(trial.rows, trial.given[title]).wape[0] for title in ("naive", "average")]
    assert [*found, 100 * floor(trial.rows)] == pytest.approx(PUBLISHED[file], abs=0.04)
