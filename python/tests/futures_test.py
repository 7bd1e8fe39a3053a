# SPDX-License-Identifier: Apache-2.0
"""Single futures again, other plants as scenarios, runs and results put aside in files."""

import importlib.util
import json
import subprocess

import numpy as np
import pytest
import takt

LINE = "/acme/filling/line_1"
FILLER = LINE + "/filler"

needs_matplotlib = pytest.mark.skipif(
    importlib.util.find_spec("matplotlib") is None, reason="matplotlib is not installed"
)


@pytest.fixture
def simulation(bottling):
    made = takt.Simulation(bottling, seed=5)
    made.advance("1 h")
    return made


@pytest.fixture
def wider(bottling):
    """The bottling plant with a conveyor of 80 places and a second filler."""
    described = json.loads(bottling.read_text(encoding="utf-8"))
    line = described["enterprises"]["acme"]["workshops"]["filling"]["lines"]["line_1"]
    line["equipment"]["filler_2"] = {**line["equipment"]["filler"]}
    for each in line["equipment"].values():
        if each["kind"] == "source":
            each["to"] = [
                {"to": "filler", "probability": "50 %"},
                {"to": "filler_2", "probability": "50 %"},
            ]
    return takt.Plant.from_json(described)


def test_a_checkpoint_goes_on_bit_for_bit(simulation, tmp_path):
    simulation.save(tmp_path / "noon.h5")
    other = takt.Simulation.load(tmp_path / "noon.h5")
    assert other == simulation
    other.advance("3 h")
    simulation.advance("3 h")
    assert other == simulation


def test_a_file_that_is_no_checkpoint_is_told(simulation, bottling, tmp_path):
    takt.run(bottling, replications=2).save(tmp_path / "r.h5")
    with pytest.raises(takt.FileError, match="it holds results, expected checkpoint"):
        takt.Simulation.load(tmp_path / "r.h5")
    simulation.save(tmp_path / "s.h5")
    with pytest.raises(takt.FileError, match="it holds checkpoint, expected results"):
        takt.Result.load(tmp_path / "s.h5")
    with pytest.raises(takt.FileError, match="absent.h5"):
        takt.Result.load(tmp_path / "absent.h5")
    with pytest.raises(takt.FileError):
        simulation.save(tmp_path / "no_folder" / "s.h5")


def test_results_come_back_from_their_file(bottling, shift, tmp_path):
    twin = takt.Twin.load(bottling).replay(shift)
    result = twin.what_if({"as is": {}, "faster": {FILLER + "/cycle_time": "9 s"}}, replications=4)
    result.save(tmp_path / "r.h5")
    other = takt.Result.load(tmp_path / "r.h5")
    assert other == result
    assert other.to_json() == result.to_json()
    other.save(tmp_path / "again.h5")
    assert (tmp_path / "again.h5").read_bytes() == (tmp_path / "r.h5").read_bytes()
    with pytest.raises(takt.InvalidInput, match="neither loaded nor pickled"):
        other.replay("as is", 0)


def test_a_timeline_covers_every_server_without_gaps(simulation):
    begin = simulation.time
    timeline = simulation.watch("2 h")
    bars = timeline.bars
    machines = simulation.machines()["entity"]
    assert set(bars["entity"]) == set(machines)
    for _, rows in bars.groupby(["entity", "server"]):
        assert rows["start"].iloc[0] == begin
        assert rows["end"].iloc[-1] == simulation.time
        assert (rows["start"].to_numpy()[1:] == rows["end"].to_numpy()[:-1]).all()
        assert (rows["state"].to_numpy()[1:] != rows["state"].to_numpy()[:-1]).all()
    assert {"working", "starved", "in repair"} <= set(bars["state"])


def test_a_timeline_is_written_for_perfetto(simulation, tmp_path):
    timeline = simulation.watch("1 h")
    timeline.save(tmp_path / "run.json")
    events = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["traceEvents"]
    assert sum(event["ph"] == "X" for event in events) == len(timeline.bars)


@needs_matplotlib
def test_a_timeline_is_drawn(simulation):
    import matplotlib

    matplotlib.use("Agg")
    timeline = simulation.watch("1 h")
    ax = timeline.gantt()
    drawn = [path.get_extents() for shown in ax.collections for path in shown.get_paths()]
    assert len(drawn) == len(timeline.bars)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    machines = list(dict.fromkeys(timeline.bars["entity"]))
    assert [ax.get_title(loc="left") + "/" + label for label in labels] == machines
    assert sum(each.width for each in drawn) == pytest.approx(1.0 * len(labels))


def test_a_future_of_a_study_runs_again_exactly(bottling, shift):
    twin = takt.Twin.load(bottling).replay(shift)
    scenarios = {"as is": {}, "faster": {FILLER + "/cycle_time": "9 s"}}
    result = twin.what_if(scenarios, replications=6, horizon="2 h")
    column = result.names.query(f"entity == '{FILLER}' and kpi == 'parts_out'").index[0]
    begin = result.replay("faster", 4, "0 s").machines().set_index("entity")
    end = result.replay("faster", 4).machines().set_index("entity")
    good = end["good_parts"][FILLER] - begin["good_parts"][FILLER]
    assert good == result.values[1, 4, column]
    assert result.replay("faster", 4) == result.replay("faster", 4)
    assert result.replay("faster", 4) != result.replay("faster", 5)
    assert (result.timeline("as is", 0).bars["end"].max() - twin.time).total_seconds() == 7200
    with pytest.raises(takt.InvalidInput, match="scenario"):
        result.replay("fastr", 0)
    with pytest.raises(takt.InvalidInput, match="replication"):
        result.replay("faster", 6)


def test_why_names_the_causes(simulation, bottling):
    simulation.advance("10 h")
    for machine in simulation.machines()["entity"]:
        lines = simulation.why(machine)
        assert lines and machine in lines[0]
    assert takt.Twin.load(bottling).why(FILLER)
    with pytest.raises(takt.InvalidInput, match="fillr"):
        simulation.why(LINE + "/fillr")


def test_another_plant_is_a_scenario(simulation, wider):
    faster = {LINE + "/capper/cycle_time": "5 s"}
    scenarios = {"as is": {}, "two fillers": wider, "and a faster capper": (wider, faster)}
    result = takt.what_if(simulation, scenarios, replications=10, horizon="4 h")
    throughput = result.kpis.query("entity == '/' and kpi == 'throughput_per_h'")["mean"]
    assert throughput.to_numpy()[2] > throughput.to_numpy()[0]
    moved = result.migrations.set_index("scenario")
    assert list(moved.index) == ["two fillers", "and a faster capper"]
    assert moved["added"]["two fillers"] == [LINE + "/filler_2"]
    assert moved["parts_dropped"]["two fillers"] == 0
    assert json.loads(result.to_json())["migrations"][0]["scenario"] == "two fillers"
    assert np.isnan(result.values[0]).any()  # figures of what the plant as it is does not have


@pytest.mark.parametrize("wrong", [None, 3, "11 s", ("plant", {}), [FILLER, "11 s"]])
def test_a_scenario_of_a_wrong_kind_is_told(bottling, wrong):
    with pytest.raises(takt.InvalidInput, match="numbers by path, a Plant, or a pair") as told:
        takt.what_if(bottling, {"as is": {}, "odd": wrong}, replications=2)
    assert told.value.faults[0].path == "odd"


def test_scenarios_and_numbers_without_names_are_told(bottling):
    with pytest.raises(takt.InvalidInput, match="what each scenario changes, by its name"):
        takt.what_if(bottling, [("as is", {})], replications=2)
    with pytest.raises(takt.InvalidInput, match="set: .* expected numbers by path"):
        takt.Simulation(bottling, set=[(FILLER + "/cycle_time", "9 s")])


def test_the_command_line_and_python_share_files(bottling, simulation, tmp_path, takt_command):
    simulation.save(tmp_path / "noon.h5")
    run = [takt_command, "run", str(bottling), "--from", "noon.h5", "--horizon", "1 h"]
    run += ["--seed", "5", "--replications", "4", "--out", "r.h5"]
    subprocess.run(run, cwd=tmp_path, check=True, capture_output=True)
    there = takt.Result.load(tmp_path / "r.h5")
    here = takt.what_if(simulation, {"as is": {}}, horizon="1 h", replications=4)
    assert there.values.tobytes() == here.values.tobytes()
    assert there.model_hash == here.model_hash
