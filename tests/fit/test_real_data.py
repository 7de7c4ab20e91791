"""The bank of Brown et al. (JASA 2005): what its two months teach."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from staffplan.files.read import read_table
from staffplan.fit import CallLog, FitChoices, OutcomeWords, fit
from staffplan.fit.predicted_waits import Comparison, predicted_waits


@pytest.mark.real_data
def test_the_bank_is_learnt_as_its_authors_describe_it(real_data: Path, parameter: Callable[..., float]) -> None:
    """Lognormal handling times, artefacts below ten seconds, patient stock traders, an over-dispersed arrival."""
    columns = {"handling_seconds": "service_seconds", "agent": "server"}
    path = real_data / "technion_bank" / "call_by_call_jan_feb.csv"
    result = fit(read_table(path, CallLog, columns=columns), FitChoices())
    assert parameter(result, "abandon_share", "*", "contacts") < 54_222 + 10_203, "closed hours are left out"
    for queue in ("PS", "NW", "NE", "IN"):
        lognormal = parameter(result, "aht_lognormal_misfit", queue)
        assert lognormal < 0.05 < parameter(result, "aht_exponential_misfit", queue) + 0.02
    assert parameter(result, "patience_seconds", "NE") > parameter(result, "patience_seconds", "PS")
    assert parameter(result, "aht_short_share", "*") == pytest.approx(0.06, abs=0.02)
    assert parameter(result, "arrivals_variance_to_mean", "*") > 1.5
    assert any("PHANTOM 518" in note.message for note in result.notes)


@pytest.mark.real_data
def test_with_the_agents_of_february_erlang_a_says_what_the_bank_waited_and_erlang_c_does_not(
    real_data: Path,
) -> None:
    """Learnt from January; agents on duty as their calls show them."""
    columns = {"handling_seconds": "service_seconds", "agent": "server"}
    log = read_table(real_data / "technion_bank" / "call_by_call_jan_feb.csv", CallLog, columns=columns)
    january = CallLog.of(log.frame[(log.frame["arrival"].dt.month == 1).to_numpy()], "January")
    choices = FitChoices(OutcomeWords.of(["AGENT"], ["HANG"]))
    waits, _ = predicted_waits(log, choices, fit(january, choices), None, Comparison())
    by_model = waits.frame[waits.frame["period"] == "1999-02"].set_index("model")
    happened, erlang_a = by_model.loc["what happened"], by_model.loc["erlang-a"]
    assert erlang_a["in_time"] == pytest.approx(happened["in_time"], abs=0.03)
    assert erlang_a["abandoned"] == pytest.approx(happened["abandoned"], abs=0.03)
    assert by_model.loc["erlang-c", "in_time"] < happened["in_time"] - 0.15
