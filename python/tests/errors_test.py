# SPDX-License-Identifier: Apache-2.0
"""What people get wrong: every fault at once, with its place, in Python's own kinds of error."""

import json
import pickle
from datetime import timedelta

import pytest
import takt

FIRST = "/acme/filling/line_1/first"


def fault_of(call, *arguments, **options):
    with pytest.raises(takt.InvalidInput) as raised:
        call(*arguments, **options)
    assert len(raised.value.faults) == 1
    assert str(raised.value) == str(raised.value.faults[0])
    return raised.value.faults[0]


@pytest.fixture
def plant(two_machines):
    return takt.Plant.from_json(two_machines)


def test_errors_are_of_takt_and_of_python():
    assert issubclass(takt.InvalidInput, takt.Error)
    assert issubclass(takt.InvalidInput, ValueError)
    assert issubclass(takt.FileError, takt.Error)
    assert issubclass(takt.FileError, OSError)


def test_every_fault_of_a_file_has_its_line_and_pointer(two_machines, equipment, tmp_path):
    equipment["first"]["kind"] = "machin"
    equipment["between"]["capacity"] = "five"
    equipment["second"]["cycle_time"]["mean"] = 10
    file = tmp_path / "plant.json"
    file.write_text(json.dumps(two_machines, indent=1), encoding="utf-8")
    with pytest.raises(takt.InvalidInput) as raised:
        takt.Plant.load(file)
    faults = raised.value.faults
    assert len(faults) == 3
    assert {fault.file for fault in faults} == {str(file)}
    lines = file.read_text(encoding="utf-8").splitlines()
    by_end = {fault.path.rsplit("/", 1)[1]: fault for fault in faults}
    assert sorted(by_end) == ["capacity", "kind", "mean"]
    assert '"machin"' in lines[by_end["kind"].line - 1]
    assert by_end["kind"].nearest == "machine"
    assert by_end["capacity"].value == '"five"'
    assert by_end["mean"].path.endswith("/equipment/second/cycle_time/mean")
    assert str(raised.value).count("\n") == 2


def test_faults_of_a_dict_have_no_lines(two_machines, equipment):
    del equipment["store"]
    fault = fault_of(takt.Plant.from_json, two_machines)
    assert (fault.file, fault.line) == ("", 0)
    assert fault.path.endswith("/equipment/second/to")


def test_a_file_that_cannot_be_read_is_named(plant):
    with pytest.raises(takt.FileError, match="nowhere.json.*No such file"):
        takt.run("nowhere.json")
    with pytest.raises(takt.FileError, match="nowhere.jsonl.*No such file"):
        takt.Twin(plant).replay("nowhere.jsonl")


@pytest.mark.parametrize("name", ["horizon", "warmup"])
@pytest.mark.parametrize("bare", [8, 8.0, True, None])
def test_a_bare_number_is_no_duration(plant, name, bare):
    fault = fault_of(takt.run, plant, **{name: bare})
    assert fault.path == name
    assert fault.value == repr(bare)
    assert '"8 h"' in fault.expected and "datetime.timedelta" in fault.expected


def test_a_wrong_unit_is_told_with_the_nearest(plant):
    fault = fault_of(takt.run, plant, horizon="8 hours")
    assert (fault.path, fault.value, fault.nearest) == ("horizon", "8 hours", "h")


@pytest.mark.parametrize("duration", ["-1 h", timedelta(hours=-1), timedelta.max])
def test_time_goes_forward_and_not_for_ever(plant, duration):
    assert fault_of(takt.Simulation(plant).advance, duration).path == "duration"
    assert fault_of(takt.Twin(plant).advance, duration).path == "duration"


def test_time_ends_where_it_can_no_longer_be_counted(plant):
    simulation = takt.Simulation(plant)
    simulation.advance("1 d")
    assert "292 years" in fault_of(simulation.advance, "106751 d").expected
    assert simulation.time == timedelta(days=1)


def test_wrong_paths_of_all_scenarios_come_at_once(plant):
    scenarios = {
        "one": {FIRST + "/cicle_time": "11 s", FIRST + "/cycle_time": "11 kg"},
        "two": {"/acme/nothing": "11 s"},
    }
    with pytest.raises(takt.InvalidInput) as raised:
        takt.what_if(plant, scenarios)
    faults = raised.value.faults
    assert [fault.path for fault in faults] == [
        FIRST + "/cicle_time",
        FIRST + "/cycle_time",
        "/acme/nothing",
    ]
    assert faults[0].nearest == FIRST + "/cycle_time"
    assert "11 kg" in faults[1].value


def test_bare_numbers_of_all_scenarios_come_at_once(plant):
    scenarios = {"one": {FIRST + "/cycle_time": 11}, "two": {FIRST + "/cycle_time": 12.5}}
    with pytest.raises(takt.InvalidInput) as raised:
        takt.what_if(plant, scenarios)
    assert [fault.value for fault in raised.value.faults] == ["11", "12.5"]
    assert '"11 s"' in raised.value.faults[0].expected


def test_a_simulation_tells_every_wrong_number(plant):
    with pytest.raises(takt.InvalidInput) as raised:
        takt.Simulation(plant, set={FIRST + "/cycle": "1 s", "/x": "2 s"})
    assert [fault.path for fault in raised.value.faults] == [FIRST + "/cycle", "/x"]


@pytest.mark.parametrize(
    "option, wrong",
    [
        ("replications", 0),
        ("replications", 1.5),
        ("replications", True),
        ("replications", 10**7 + 1),
        ("threads", 4097),
        ("seed", -1),
        ("seed", 2**64),
        ("threads", "2"),
    ],
)
def test_counts_are_whole_and_in_range(plant, option, wrong):
    fault = fault_of(takt.run, plant, **{option: wrong})
    assert (fault.path, fault.value) == (option, repr(wrong))
    assert "a whole number from" in fault.expected


def test_what_has_begun_has_its_seed(plant):
    assert fault_of(takt.what_if, takt.Twin(plant), {"as is": {}}, seed=2).path == "seed"
    assert fault_of(takt.what_if, takt.Simulation(plant), {"as is": {}}, seed=2).path == "seed"


def test_names_a_result_does_not_have_are_told_with_the_nearest(plant):
    result = takt.run(plant, replications=2)
    assert fault_of(result.compare, "as it").nearest == "as is"
    assert fault_of(result.plot, "throughput_per_hh").nearest == "/ throughput_per_h"


def test_faults_are_values():
    fault = takt.Fault(path="/a", value="1", expected="2", nearest="3", file="f", line=4)
    assert pickle.loads(pickle.dumps(fault)) == fault
    assert fault != takt.Fault()
    assert eval(repr(fault), {"Fault": takt.Fault}) == fault
    assert str(fault) == "f:4: /a: found 1, expected 2; did you mean 3?"


def test_errors_can_be_pickled(plant):
    with pytest.raises(takt.InvalidInput) as raised:
        takt.run(plant, horizon=8)
    again = pickle.loads(pickle.dumps(raised.value))
    assert type(again) is takt.InvalidInput
    assert again.faults == raised.value.faults
    assert str(again) == str(raised.value)
