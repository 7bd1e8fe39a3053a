# SPDX-License-Identifier: Apache-2.0
"""Results as frames, arrays and pictures."""

import gc
import json

import numpy as np
import pytest
import takt

FILLER = "/acme/filling/line_1/filler"


@pytest.fixture(scope="module")
def result():
    from conftest import DATA

    scenarios = {
        "as is": {},
        "faster": {FILLER + "/cycle_time": "9 s"},
        "slower": {FILLER + "/cycle_time": "12 s"},
    }
    return takt.what_if(DATA / "bottling.json", scenarios, replications=10)


def test_values_are_the_results_own(result):
    values = result.values
    assert values.shape == (3, 10, len(result.names))
    assert values.dtype == np.float64
    assert not values.flags.owndata
    assert not values.flags.writeable
    assert np.shares_memory(values, result.values)
    assert values.base is result._core  # no copy: the compiled result owns the memory


def test_values_live_longer_than_their_result(bottling):
    values = takt.run(bottling, replications=3).values
    sample = values.copy()
    gc.collect()
    takt.run(bottling, replications=3, seed=2)
    assert values.tobytes() == sample.tobytes()


def test_kpis_are_a_tidy_frame(result):
    kpis = result.kpis
    assert list(kpis) == [
        "scenario",
        "entity",
        "kpi",
        "unit",
        "mean",
        "half_width_95",
        "n",
        "q05",
        "q50",
        "q95",
    ]
    assert len(kpis) == 3 * len(result.names)
    row = kpis.set_index(["scenario", "entity", "kpi"]).loc[("faster", FILLER, "parts_out")]
    column = result.names.query(f"entity == '{FILLER}' and kpi == 'parts_out'").index[0]
    sample = result.values[1, :, column]
    assert row["mean"] == pytest.approx(sample.mean(), rel=1e-12)
    assert row["half_width_95"] == pytest.approx(
        2.2621571628 * sample.std(ddof=1) / np.sqrt(10), rel=1e-9
    )
    assert row["n"] == 10
    assert list(row[["q05", "q50", "q95"]]) == pytest.approx(
        list(np.quantile(sample, [0.05, 0.5, 0.95])), rel=1e-12
    )


def test_the_frame_has_a_row_for_every_value(result):
    frame = result.frame()
    assert list(frame) == ["scenario", "replication", "entity", "kpi", "unit", "value"]
    assert frame["value"].to_numpy().tobytes() == result.values.tobytes()
    pivoted = frame.pivot(
        index=["scenario", "replication"], columns=["entity", "kpi"], values="value"
    )
    column = result.names.query("entity == '/' and kpi == 'wip'").index[0]
    assert pivoted.loc[("slower", 7), ("/", "wip")] == result.values[2, 7, column]


def test_differences_are_paired(result):
    compared = result.compare("as is")
    expected = [
        "scenario",
        "entity",
        "kpi",
        "unit",
        "base",
        "difference",
        "half_width_95",
        "n",
        "clear",
    ]
    assert list(compared) == expected
    assert list(compared["scenario"].unique()) == ["faster", "slower"]
    row = compared.set_index(["scenario", "entity", "kpi"]).loc[("slower", "/", "parts_out")]
    column = result.names.query("entity == '/' and kpi == 'parts_out'").index[0]
    difference = result.values[2, :, column] - result.values[0, :, column]
    assert row["difference"] == pytest.approx(difference.mean(), rel=1e-12)
    assert row["half_width_95"] == pytest.approx(
        2.2621571628 * difference.std(ddof=1) / np.sqrt(10), rel=1e-9
    )
    assert row["clear"] == (abs(row["difference"]) > row["half_width_95"])
    assert result.compare().equals(compared)
    assert list(result.compare("slower")["scenario"].unique()) == ["as is", "faster"]


def test_nothing_is_unfinished_in_a_run_that_ends(result):
    assert result.unfinished.empty
    assert list(result.unfinished) == ["scenario", "replication", "status", "time", "circular_wait"]


def test_json_says_what_the_frame_says(result):
    document = json.loads(result.to_json())
    assert document["format"] == "takt-results/1"
    assert document["plant"] == result.plant == "bottling"
    assert document["model_hash"] == result.model_hash
    assert (document["seed"], document["horizon_s"], document["replications"]) == (1, 28800, 10)
    means = [np.nan if kpi["mean"] is None else kpi["mean"] for kpi in document["kpis"]]
    np.testing.assert_array_equal(means, result.kpis["mean"])


def test_a_notebook_shows_the_whole_plant(result):
    html = result._repr_html_()
    assert "throughput_per_h" in html and "±" in html
    assert html.index("as is") < html.index("faster") < html.index("slower")
    assert "bottling" in repr(result)


def test_a_plot_has_a_box_for_every_scenario(result):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = result.plot("flow_time_s")
    assert [label.get_text() for label in axes.get_xticklabels()] == result.scenarios
    assert axes.get_ylabel() == "flow_time_s [s]"
    assert result.plot("oee", FILLER, ax=axes) is axes
