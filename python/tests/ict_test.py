# SPDX-License-Identifier: Apache-2.0
"""The cyber side of a plant."""

from pathlib import Path

import pytest
import takt

PLANT = Path(__file__).parents[2] / "examples" / "edge_or_cloud" / "plant.json"
if not PLANT.is_file() or not (Path(takt._core.__file__).parents[2] / "takt-ict-worker").is_file():
    pytest.skip("the ICT worker is not built beside the package", allow_module_level=True)


def test_loops_nodes_and_links_are_frames():
    result = takt.ict(PLANT, horizon="1 min")
    assert list(result.loops.name) == ["quality_stop", "wear_alarm"]
    assert (result.loops.p50_s <= result.loops.p99_s).all()
    assert set(result.requirements.columns) == {"loop", "requirement", "found", "met"}
    assert len(result.nodes) == 6
    assert len(result.links) == 5
    assert len(result.latency("wear_alarm")) == 1000
    assert "stamping" in repr(result)


def test_the_same_seed_gives_the_same_answer_twice():
    plant = takt.Plant.load(PLANT)
    first, second = (takt.ict(plant, horizon="1 min", seed=3).document for _ in range(2))
    assert first == second
    assert takt.ict(plant, horizon="1 min", seed=4).document != first


def test_placements_are_compared():
    study = takt.placements(PLANT, study="2 h", replications=5, horizon="2 min")
    assert list(study.costs.placement) == ["as written", "cloud", "split"]
    assert study.cyber("cloud").loops.mean_s[0] > study.cyber("as written").loops.mean_s[0]
    assert len(study.break_evens) >= 1
    assert {"scenario", "kpi", "difference", "half_width_95"} <= set(study.differences.columns)


def test_what_is_wrong_is_an_error(tmp_path, monkeypatch, bottling):
    with pytest.raises(takt.InvalidInput, match="cyber side"):
        takt.ict(bottling)
    with pytest.raises(takt.InvalidInput, match="did you mean cloud"):
        takt.ict(PLANT, placement="clod")
    with pytest.raises(takt.InvalidInput, match="horizon"):
        takt.ict(PLANT, horizon=60)
    worker = tmp_path / "worker"
    worker.write_text("#!/bin/sh\nexec sleep 600\n")
    worker.chmod(0o755)
    monkeypatch.setenv("TAKT_ICT_WORKER", str(worker))
    with pytest.raises(takt.Error, match="gave no answer within 1 s"):
        takt.ict(PLANT, timeout="1 s")
