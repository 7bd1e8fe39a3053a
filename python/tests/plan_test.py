# SPDX-License-Identifier: Apache-2.0
"""A study is a value that runs anywhere: the same bytes on threads, processes, MPI and Dask, with lost workers too."""

import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
import textwrap
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import takt

FILLER = "/acme/filling/line_1/filler"
SCENARIOS = {"as is": {}, "faster filler": {f"{FILLER}/cycle_time": "9 s"}}
WAY = {"horizon": "1 h", "warmup": "10 min", "replications": 12, "seed": 3}
SECONDS = 150  # for a test that starts other processes

SPAWN = multiprocessing.get_context("spawn")
MPI = {
    **os.environ,
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_btl": "self,vader",
}


@pytest.fixture
def study(bottling):
    return takt.plan(bottling, SCENARIOS, **WAY)


@pytest.fixture
def whole(bottling):
    return takt.what_if(bottling, SCENARIOS, **WAY)


def test_tasks_of_any_size_give_the_result_of_the_study(study, whole):
    for size in (1, 5, 24):
        rows = [takt.run_task(study.content, *task) for task in reversed(study.tasks(size))]
        assert study.collect(rows) == whole


def test_a_plan_pickles_and_is_a_value(study, bottling):
    again = pickle.loads(pickle.dumps(study))
    assert again == study and hash(again) == hash(study)
    assert again.scenarios == list(SCENARIOS) and again.futures == 24
    assert takt.plan(bottling, SCENARIOS, **{**WAY, "seed": 4}) != study
    assert pickle.loads(pickle.dumps(takt.run_task)) is takt.run_task


def test_a_plan_of_a_twin_carries_what_it_has_learnt(bottling, shift):
    twin = takt.Twin.load(bottling).replay(shift)
    way = {key: WAY[key] for key in ("horizon", "replications")}
    assert takt.plan(twin, SCENARIOS, **way).run() == twin.what_if(SCENARIOS, **way)


def test_a_plan_of_a_simulation_begins_in_its_state(bottling):
    simulation = takt.Simulation(bottling, seed=5)
    simulation.advance("2 h")
    way = {key: WAY[key] for key in ("horizon", "replications")}
    planned = takt.plan(simulation, SCENARIOS, **way).run()
    assert planned == takt.what_if(simulation, SCENARIOS, **way)


def test_counts_are_whole_numbers_by_path(bottling):
    larger = {"larger": {"/acme/filling/line_1/conveyor/capacity": 40}}
    base = takt.what_if(bottling, {"larger": {}}, **WAY)
    assert not (takt.what_if(bottling, larger, **WAY).values == base.values).all()
    with pytest.raises(takt.InvalidInput, match="did you mean /acme/filling/line_1/conveyor/"):
        takt.plan(bottling, {"x": {"/acme/filling/line_1/conveyer/capacity": 40}}, **WAY)


def test_what_is_wrong_with_rows_is_said(study, bottling):
    rows = [takt.run_task(study.content, *task) for task in study.tasks(10)]
    with pytest.raises(takt.InvalidInput, match="futures 10 to 19"):
        study.collect([rows[0], rows[2]])
    with pytest.raises(takt.InvalidInput, match="once more"):
        study.collect([*rows, rows[1]])
    with pytest.raises(takt.InvalidInput, match="cut off"):
        study.collect([*rows[:2], rows[2][:-1]])
    other = takt.plan(bottling, SCENARIOS, **{**WAY, "seed": 4})
    with pytest.raises(takt.InvalidInput, match="expected rows of plan"):
        other.collect(rows)


def test_shards_are_merged_in_any_order(study, whole, tmp_path, takt_command):
    files = [tmp_path / f"{i}.shard" for i in (2, 3, 1)]
    for i, file in zip((2, 3, 1), files):
        study.shard(i, 3, file)
    assert takt.merge(files) == whole
    done = subprocess.run(
        [takt_command, "merge", *files, "--out", tmp_path / "all.h5"], capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert takt.Result.load(tmp_path / "all.h5") == whole
    with pytest.raises(takt.InvalidInput, match="shard 3/3"):
        takt.merge([files[0], files[2]])


def test_a_cache_keeps_what_has_run(study, whole, tmp_path):
    assert study.run(cache=tmp_path) == whole
    files = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.rows")}
    assert files
    assert study.run(cache=tmp_path) == whole
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.rows")} == files


@pytest.fixture
def short_tasks(monkeypatch):
    """Tasks of one future, so that there are many to be sent."""
    monkeypatch.setattr(takt.study_plan, "TASK_SECONDS", 1e-4)


def test_spawned_processes_give_the_same(study, whole, short_tasks):
    with ProcessPoolExecutor(2, mp_context=SPAWN) as pool:
        assert study.run(pool) == whole


class Killed:
    """Kills the worker that runs it first, and then is `run_task`."""

    def __init__(self, marker):
        self.marker = str(marker)

    def __call__(self, plan, first, last):
        if first > 0 and not os.path.exists(self.marker):
            Path(self.marker).touch()
            os._exit(9)
        return takt.run_task(plan, first, last)


class LosingPool(ProcessPoolExecutor):
    """A pool that loses a worker."""

    def __init__(self, marker):
        super().__init__(2, mp_context=SPAWN)
        self.lost = Killed(marker)

    def submit(self, function, *arguments):
        return super().submit(self.lost, *arguments)


def test_the_tasks_of_lost_workers_are_run_by_new_ones(study, whole, tmp_path, short_tasks):
    assert study.run(partial(LosingPool, tmp_path / "lost")) == whole
    assert (tmp_path / "lost").exists(), "a worker was lost indeed"


def test_of_a_pool_that_broke_the_rest_is_run_here(study, whole, tmp_path, short_tasks):
    with pytest.warns(RuntimeWarning, match="workers were lost"):
        assert study.run(LosingPool(tmp_path / "lost")) == whole


def in_a_script(tmp_path, bottling, text, *command, environment=None):
    """Runs a script that leaves its result in a file."""
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(text), encoding="utf-8")
    out = tmp_path / "result.h5"
    done = subprocess.run(
        [*command, sys.executable, *(["-m", "mpi4py.futures"] if command else []), script, bottling, out],
        capture_output=True, text=True, timeout=SECONDS, env=environment, cwd=tmp_path, check=False,
    )
    assert done.returncode == 0, done.stderr
    return takt.Result.load(out)


HEAD = f"""
import sys
import takt
takt.study_plan.TASK_SECONDS = 1e-4
SCENARIOS = {SCENARIOS!r}
WAY = {WAY!r}
"""


def test_mpi4py_gives_the_same(whole, tmp_path, bottling):
    pytest.importorskip("mpi4py", reason="python3-mpi4py is not installed")
    if shutil.which("mpirun") is None:
        pytest.skip("openmpi-bin is not installed")
    text = HEAD + """
if __name__ == "__main__":
    from mpi4py.futures import MPIPoolExecutor
    with MPIPoolExecutor() as pool:
        takt.plan(sys.argv[1], SCENARIOS, **WAY).run(pool).save(sys.argv[2])
"""
    assert in_a_script(tmp_path, bottling, text, "mpirun", "-n", "3", environment=MPI) == whole


def test_dask_gives_the_same(whole, tmp_path, bottling):
    pytest.importorskip("distributed", reason="python3-distributed is not installed")
    text = HEAD + """
if __name__ == "__main__":
    from distributed import Client, LocalCluster
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            takt.plan(sys.argv[1], SCENARIOS, **WAY).run(client.get_executor()).save(sys.argv[2])
"""
    assert in_a_script(tmp_path, bottling, text) == whole


def test_antithetic_pairs_are_the_same_everywhere_and_say_so(bottling):
    way = {**WAY, "replications": 11, "antithetic": True}
    pairs = takt.what_if(bottling, SCENARIOS, **way)
    assert pairs.antithetic and pairs.replications == 12  # rounded up
    plain = takt.what_if(bottling, SCENARIOS, **WAY)
    assert not plain.antithetic
    np.testing.assert_array_equal(pairs.values[:, ::2], plain.values[:, :6])  # each pair begins as a plain one
    study = takt.plan(bottling, SCENARIOS, **way)
    rows = [takt.run_task(study.content, first, last) for first, last in study.tasks(5)]
    assert study.collect(rows) == pairs
    assert pickle.loads(pickle.dumps(pairs)) == pairs and pickle.loads(pickle.dumps(pairs)).antithetic
    column = pairs.names.query("entity == '/' and kpi == 'parts_out'").index[0]
    interval = takt.choosing.with_antithetic_pairs(pairs.values[0, :, column])
    row = pairs.kpis.iloc[column]
    assert row["mean"] == pytest.approx(interval.value)
    assert row.half_width_95 == pytest.approx(interval.half_width)
    assert pairs.replay("as is", 11) == pairs.replay("as is", 11)
    assert pairs.replay("as is", 11) != pairs.replay("as is", 10)
