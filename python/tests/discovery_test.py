# SPDX-License-Identifier: Apache-2.0
"""A plant from an event log, as a file or a frame."""

import pandas as pd
import pytest
import takt

# A cutter of two minutes a part, and a press behind it of one.
ROWS = [
    (case, station, pd.Timestamp("2026-03-02 06:00") + pd.Timedelta(minutes=start), pd.Timedelta(minutes=minutes))
    for case in range(200)
    for station, start, minutes in (("cutter", 2 * case, 2), ("press", 2 * case + 2, 1))
]
LOG = pd.DataFrame(
    {
        "order": [f"o{row[0]}" for row in ROWS],
        "activity": [row[1] for row in ROWS],
        "start": [row[2] for row in ROWS],
        "complete": [row[2] + row[3] for row in ROWS],
    }
)


def test_a_frame_and_its_file_give_the_same_plant(tmp_path):
    found = takt.discover(LOG)
    file = tmp_path / "log.csv"
    LOG.to_csv(file, index=False)
    assert takt.discover(file).plant == found.plant
    assert {"/discovered/plant/line/cutter", "/discovered/plant/line/press"} <= set(found.plant.paths)


def test_elements_have_a_confidence_and_a_reason():
    elements = takt.discover(LOG, name="shop").elements
    cycle = elements[(elements.what == "cycle_time") & elements.path.str.endswith("cutter")].iloc[0]
    assert cycle.value == "constant 120 s"
    assert 0.9 < cycle.confidence <= 1.0
    assert cycle.reason


def test_the_plant_runs_as_the_log_did():
    found = takt.discover(LOG)
    kpis = takt.run(found.plant, horizon="10 h", warmup="1 h", replications=2).kpis
    throughput = kpis[(kpis.entity == "/") & (kpis.kpi == "throughput_per_h")]["mean"].iloc[0]
    assert throughput == pytest.approx(30.0, rel=0.01)
    assert any("when parts arrived" in sentence for sentence in found.unseen)


def test_columns_and_choices_are_checked():
    other = LOG.rename(columns={"order": "lot no"})
    with pytest.raises(takt.InvalidInput, match="a column case"):
        takt.discover(other)
    assert takt.discover(other, columns={"case": "lot no"}).plant == takt.discover(LOG).plant
    with pytest.raises(takt.InvalidInput, match="did you mean case"):
        takt.discover(other, columns={"cas": "lot no"})
    with pytest.raises(takt.InvalidInput, match="did you mean resource"):
        takt.discover(LOG, stations="resources")
    with pytest.raises(takt.InvalidInput, match="IANA"):
        takt.discover(LOG, zone="Mars/Crater")
