# SPDX-License-Identifier: Apache-2.0
"""Simulations are plain values."""

import copy
from datetime import timedelta

import pandas as pd
import pytest
import takt


def test_a_copy_continues_bit_for_bit(bottling):
    simulation = takt.Simulation(bottling, seed=5)
    simulation.advance("3 h")
    for other in (simulation.copy(), copy.copy(simulation), copy.deepcopy(simulation)):
        assert other == simulation
        assert other.hash() == simulation.hash()
        original = simulation.copy()
        original.advance("5 h")
        other.advance(timedelta(hours=5))
        assert other == original
        assert other != simulation
        assert other.hash() == original.hash()


def test_pieces_of_time_change_nothing(bottling):
    whole, pieces = takt.Simulation(bottling), takt.Simulation(bottling)
    whole.advance("8 h")
    for _ in range(8 * 60):
        pieces.advance("1 min")
    assert pieces == whole
    assert whole.time == timedelta(hours=8)


def test_a_fork_goes_its_own_way(bottling):
    simulation = takt.Simulation(bottling)
    simulation.advance("1 h")
    forks = [simulation.fork(replication) for replication in (1, 2, 1)]
    assert forks[0] == forks[2]
    assert forks[0] != forks[1]
    assert forks[0].time == simulation.time
    assert [fork.replication for fork in forks] == [1, 2, 1]
    for fork in forks:
        fork.advance("7 h")
    assert forks[0] == forks[2]
    assert forks[0] != forks[1]


def test_equality_is_of_plant_numbers_and_state(bottling, two_machines):
    simulation = takt.Simulation(bottling)
    assert simulation == takt.Simulation(bottling)
    assert simulation != takt.Simulation(bottling, seed=2)
    assert simulation != takt.Simulation(bottling, replication=1)
    assert simulation != takt.Simulation(bottling, set={"/acme/filling/line_1/capper/scrap": "2 %"})
    assert simulation != takt.Simulation(takt.Plant.from_json(two_machines))
    assert simulation != "bottling"
    with pytest.raises(TypeError):
        hash(simulation)


def test_machines_and_buffers_are_frames(bottling):
    simulation = takt.Simulation(bottling)
    outcome = simulation.advance("8 h")
    assert (outcome.status, outcome.time) == ("done", timedelta(hours=8))
    machines, buffers = simulation.machines(), simulation.buffers()
    assert list(machines["entity"]) == [
        "/acme/filling/line_1/capper",
        "/acme/filling/line_1/filler",
    ]
    states = {"working", "setup", "blocked", "starved", "down", "waiting_for_crew", "off_shift"}
    assert set(machines["state"]) <= states
    capper, filler = machines.to_dict("records")
    conveyor = buffers.to_dict("records")[0]
    assert conveyor["capacity"] == 20
    # What the filler made went on through the conveyor, or lies there, or waits for a place in it.
    assert filler["good_parts"] - conveyor["parts_out"] - conveyor["level"] == filler["blocked"]
    assert capper["good_parts"] + capper["scrap_parts"] <= conveyor["parts_out"]
    assert outcome.events >= filler["good_parts"] + capper["good_parts"]


def test_a_buffer_that_is_never_full_has_no_capacity(two_machines, equipment):
    del equipment["between"]["capacity"]
    buffers = takt.Simulation(takt.Plant.from_json(two_machines)).buffers()
    assert buffers["capacity"].isna().all()


def test_observe_tells_the_kpis_of_its_window(bottling):
    observed, silent = takt.Simulation(bottling), takt.Simulation(bottling)
    first, second = observed.observe("3 h"), observed.observe("5 h")
    silent.advance("8 h")
    assert observed == silent
    assert list(first) == ["entity", "kpi", "unit", "value"]

    def parts(kpis):
        return kpis.set_index(["entity", "kpi"]).loc[
            ("/acme/filling/line_1/filler", "parts_out"), "value"
        ]

    filler = silent.machines().set_index("entity").loc["/acme/filling/line_1/filler"]
    assert parts(first) + parts(second) == filler["good_parts"]


def test_what_if_starts_where_a_simulation_stands(bottling):
    simulation = takt.Simulation(bottling)
    simulation.advance("2 h")
    before = simulation.hash()
    result = takt.what_if(simulation, {"as is": {}}, replications=3)
    future = simulation.fork(2)
    pd.testing.assert_series_equal(
        result.frame().query("replication == 2")["value"].reset_index(drop=True),
        future.observe("8 h")["value"],
    )
    assert simulation.hash() == before


def test_a_run_that_gets_stuck_says_why(two_machines, equipment):
    equipment["second"]["to"] = [
        {"to": "store", "probability": "50 %"},
        {"to": "first", "probability": "50 %"},
    ]
    equipment["first"]["to"] = "second"
    del equipment["between"]
    simulation = takt.Simulation(takt.Plant.from_json(two_machines))
    with pytest.raises(takt.Error, match="deadlock.*(\n.*waits for a place in.*){2}"):
        simulation.copy().observe("100 h")
    outcome = simulation.advance("100 h")
    assert outcome.status == "deadlock"
    assert timedelta(0) < outcome.time < timedelta(hours=100)
    assert len(outcome.circular_wait) == 2
    assert list(simulation.machines()["state"]) == ["blocked", "blocked"]
