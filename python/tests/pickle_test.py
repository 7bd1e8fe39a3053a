# SPDX-License-Identifier: Apache-2.0
"""Plants, simulations and results go to files and to other processes, and come back equal."""

import copy
import multiprocessing
import pickle

import numpy as np
import pytest
import takt

FILLER = "/acme/filling/line_1/filler"
PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


def again(value, protocol=pickle.HIGHEST_PROTOCOL):
    return pickle.loads(pickle.dumps(value, protocol))


@pytest.fixture
def simulation(bottling):
    made = takt.Simulation(bottling, seed=5, replication=3, set={FILLER + "/cycle_time": "11 s"})
    made.advance("3 h")
    return made


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_pickled_simulation_continues_bit_for_bit(simulation, protocol):
    other = again(simulation, protocol)
    assert other == simulation
    assert (other.hash(), other.seed, other.replication) == (simulation.hash(), 5, 3)
    simulation.advance("5 h")
    other.advance("5 h")
    assert other == simulation
    assert other.hash() == simulation.hash()


def test_a_pickled_simulation_has_its_numbers(simulation, bottling):
    numbers = again(simulation).numbers().set_index("path")["value"]
    assert numbers[FILLER + "/cycle_time"] == pytest.approx(11.0)
    assert numbers.to_dict() == simulation.numbers().set_index("path")["value"].to_dict()
    untouched = takt.Plant.load(bottling).numbers().set_index("path")["value"]
    assert untouched[FILLER + "/cycle_time"] == pytest.approx(10.0)
    assert again(takt.Plant.load(bottling).numbers()).equals(takt.Plant.load(bottling).numbers())


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_damaged_pickle_is_told(simulation, cut):
    restore, (content,) = simulation.__reduce__()
    assert restore(content) == simulation
    with pytest.raises(takt.FileError, match="a checkpoint in memory"):
        restore(content[:cut])
    turned = bytearray(content)
    turned[len(turned) // 2] ^= 1
    with pytest.raises(takt.FileError, match="a checkpoint in memory"):
        restore(bytes(turned))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_pickled_result_is_equal(bottling, protocol):
    scenarios = {"as is": {}, "faster": {FILLER + "/cycle_time": "9 s"}}
    result = takt.what_if(bottling, scenarios, warmup="1 h", replications=5, seed=2)
    other = again(result, protocol)
    assert other == result
    assert other.to_json() == result.to_json()
    assert other.values.tobytes() == result.values.tobytes()
    assert other.compare("as is").equals(result.compare("as is"))
    assert (other.horizon, other.warmup) == (result.horizon, result.warmup)
    assert (other.seed, other.model_hash, other.events) == (2, result.model_hash, result.events)
    assert repr(other) == repr(result)
    assert other != takt.what_if(bottling, scenarios, warmup="1 h", replications=5, seed=3)
    assert not other.values.flags.owndata and not other.values.flags.writeable


def test_a_result_of_a_twin_keeps_what_was_learnt(bottling, shift):
    twin = takt.Twin.load(bottling).replay(shift)
    result = twin.what_if({"as is": {}}, replications=3)
    assert again(result) == result
    assert again(again(result)).to_json() == result.to_json()
    assert pickle.dumps(again(result)) == pickle.dumps(result)


@pytest.mark.filterwarnings("ignore:.*did not reach")
def test_unfinished_runs_are_kept(two_machines, equipment):
    equipment["second"]["to"] = [
        {"to": "store", "probability": "50 %"},
        {"to": "first", "probability": "50 %"},
    ]
    equipment["first"]["to"] = "second"
    del equipment["between"]
    result = takt.run(takt.Plant.from_json(two_machines), horizon="100 h", replications=3)
    assert len(result.unfinished) == 3
    assert np.isnan(result.values).all()
    other = again(result)
    assert other == result
    assert other.unfinished.equals(result.unfinished)


def test_reports_and_outcomes_are_kept(bottling, simulation):
    outcome = simulation.advance("1 h")
    assert repr(again(outcome)) == repr(outcome)
    assert again(outcome).circular_wait == outcome.circular_wait
    twin = takt.Twin.load(bottling)
    entities = {"/acme/filling/line_1/conveyor": {"level": 7}}
    ts = "2026-03-02T06:10:00+01:00"
    report = twin.apply({"ts": ts, "source": "mes", "seq": 1, "entities": entities})
    other = again(report)
    assert repr(other) == repr(report)
    assert [repr(change) for change in other.corrected] == [repr(c) for c in report.corrected]
    assert (other.log_evidence, other.conflicts) == (report.log_evidence, report.conflicts)


def test_copies_of_what_never_changes_are_the_thing_itself(bottling):
    plant = takt.Plant.load(bottling)
    result = takt.run(plant, replications=2)
    for each in (plant, result):
        assert copy.copy(each) is each
        assert copy.deepcopy([each])[0] is each


def hour_later(simulation):
    outcome = simulation.advance("1 h")
    return simulation, outcome.status


def test_a_process_sends_back_what_a_thread_would_have(simulation):
    forks = [simulation.fork(replication) for replication in range(3)]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        returned = pool.map_async(hour_later, forks).get(timeout=60)
    for fork, (other, status) in zip(forks, returned):
        assert status == "done"
        assert other == hour_later(fork)[0]
