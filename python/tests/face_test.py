# SPDX-License-Identifier: Apache-2.0
"""What people write: plants, runs, what-ifs."""

import doctest
import importlib
import pickle
import pkgutil
from datetime import timedelta

import pytest
import takt

FIRST = "/acme/filling/line_1/first"


def test_a_plant_reads_back_as_it_was_written(bottling):
    plant = takt.Plant.load(bottling)
    assert plant.name == "bottling"
    assert plant.validate() == []
    assert takt.Plant.from_json(plant.to_json()) == plant
    assert pickle.loads(pickle.dumps(plant)) == plant


def test_a_dict_is_as_good_as_text(two_machines, equipment):
    plant = takt.Plant.from_json(two_machines)
    equipment["between"]["capacity"] = 6
    assert takt.Plant.from_json(two_machines) != plant
    assert FIRST in plant.paths


def test_a_plant_lists_the_numbers_that_scenarios_may_change(bottling):
    numbers = takt.Plant.load(bottling).numbers().set_index("path")
    filler = "/acme/filling/line_1/filler"
    assert numbers.loc[filler + "/cycle_time", "value"] == pytest.approx(10.0)
    assert numbers.loc[filler + "/cycle_time", "unit"] == "s"
    assert numbers.loc["/acme/filling/line_1/capper/scrap", "unit"] == "1"
    result = takt.run(
        bottling,
        replications=1,
        set={path: "50 %" for path in numbers.index if path.endswith("scrap")},
    )
    assert result.scenarios == ["as is"]


def test_two_machines_make_what_the_formula_says(two_machines):
    # Two machines of rate mu with b places between them make mu (b + 2) / (b + 3): a birth-death
    # chain. 3.5 standard errors leave a right engine out for one seed in 1000; with one place more
    # or fewer it would make 4 parts an hour more or fewer.
    result = takt.run(
        takt.Plant.from_json(two_machines), horizon="100 h", warmup="5 h", replications=40, seed=3
    )
    kpis = result.kpis.set_index(["entity", "kpi"]).loc[("/", "throughput_per_h")]
    assert kpis["unit"] == "1/h"
    error = kpis["half_width_95"] / 2.0227  # Student's t, 39 degrees of freedom
    assert abs(kpis["mean"] - 360.0 * 7 / 8) < 3.5 * error
    assert 3.5 * error < 3.0


def test_set_changes_the_numbers_of_a_run(two_machines):
    plant = takt.Plant.from_json(two_machines)
    as_text = takt.run(plant, replications=3, set={FIRST + "/cycle_time": "20 s"})
    as_timedelta = takt.run(
        plant, replications=3, set={FIRST + "/cycle_time": timedelta(seconds=20)}
    )
    untouched = takt.run(plant, replications=3)
    assert as_text.to_json() == as_timedelta.to_json()
    assert as_text.to_json() != untouched.to_json()


def test_horizon_and_warm_up_are_text_or_timedelta(two_machines):
    plant = takt.Plant.from_json(two_machines)
    as_text = takt.run(plant, horizon="90 min", warmup="30 min", replications=2)
    as_timedelta = takt.run(
        plant, horizon=timedelta(hours=1.5), warmup=timedelta(minutes=30), replications=2
    )
    assert as_text.values.tobytes() == as_timedelta.values.tobytes()
    assert as_text.horizon == timedelta(minutes=90)
    assert as_text.warmup == timedelta(minutes=30)


@pytest.mark.parametrize("threads", [2, 3, None])
def test_any_number_of_threads_gives_the_same_bytes(bottling, threads):
    scenarios = {"as is": {}, "faster": {"/acme/filling/line_1/filler/cycle_time": "9 s"}}
    one = takt.what_if(bottling, scenarios, replications=8, threads=1)
    several = takt.what_if(bottling, scenarios, replications=8, threads=threads)
    assert several.values.tobytes() == one.values.tobytes()
    assert several.to_json() == one.to_json()


def test_another_seed_is_another_sample(bottling):
    one, other = (takt.run(bottling, replications=2, seed=seed) for seed in (1, 2**64 - 1))
    assert one.values.tobytes() != other.values.tobytes()
    assert (one.seed, other.seed) == (1, 2**64 - 1)


def test_scenarios_meet_the_same_random_numbers(bottling):
    result = takt.what_if(bottling, {"as is": {}, "the same": {}}, replications=5)
    assert result.values[0].tobytes() == result.values[1].tobytes()


def test_progress_is_told_to_the_end(two_machines):
    told = []
    takt.run(
        takt.Plant.from_json(two_machines),
        replications=4,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (4, 4)
    assert told == sorted(told)


def test_an_error_in_progress_ends_the_run(two_machines):
    def refuse(done, total):
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        takt.run(takt.Plant.from_json(two_machines), replications=4, progress=refuse)


def test_runs_that_get_stuck_are_told(two_machines, equipment):
    # Each machine sends parts to the other, and neither lets go of the one it has.
    equipment["second"]["to"] = [
        {"to": "store", "probability": "50 %"},
        {"to": "first", "probability": "50 %"},
    ]
    equipment["first"]["to"] = "second"
    del equipment["between"]
    with pytest.warns(RuntimeWarning, match="5 of 5 runs did not reach the horizon") as warned:
        result = takt.run(takt.Plant.from_json(two_machines), horizon="100 h", replications=5)
    assert warned[0].filename == __file__
    unfinished = result.unfinished
    assert list(unfinished["status"]) == ["deadlock"] * 5
    assert FIRST in unfinished["circular_wait"][0]
    assert (result.kpis["n"] == 0).all()


def modules():
    names = [name for _, name, _ in pkgutil.iter_modules(takt.__path__, "takt.")]
    return ["takt", *(name for name in names if not name.endswith("._core"))]


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_say_what_happens(name, bottling, monkeypatch):
    monkeypatch.chdir(bottling.parent)
    outcome = doctest.testmod(importlib.import_module(name), extraglobs={"takt": takt})
    assert outcome.failed == 0
