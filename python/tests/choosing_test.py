# SPDX-License-Identifier: Apache-2.0
"""Intervals, selection, optimisation and sensitivity from Python, on functions and on a plant."""

import numpy as np
import pytest
import takt
from takt import choosing

LINE = "/acme/filling/line_1"


def noise(replications):
    """A standard normal for each replication, the same for every point."""
    return np.array([np.random.default_rng(int(r)).standard_normal() for r in replications])


def bowl(points, replications):
    cost = (points[:, 0] - 3) ** 2 + (points[:, 1] - 7) ** 2
    return np.column_stack([cost + noise(replications), points[:, 0]])


VARY = ["a=0..20", "b=0..20"]
BOTH = {"responses": ["cost", "a"], "minimise": ["cost"]}


@pytest.mark.parametrize("method", ["exhaustive", "r-spline", "surrogate"])
def test_every_search_finds_the_bottom_of_a_bowl(method):
    found = takt.optimise(bowl, VARY, method=method, budget=3000, **BOTH)
    assert found.best[0].point.tolist() == [3, 7]
    assert found.runs <= 3000
    assert found.conclusion.startswith("a = 3, b = 7 gives cost = ")
    frame = choosing.candidates_frame(found, ["a", "b"], ["cost"])
    assert frame.loc[frame.best, "a"].tolist() == [3]


def test_limits_constraints_and_guarantees():
    found = takt.optimise(
        bowl,
        VARY,
        constraints=["a + b <= 10"],
        limits=["a >= 6"],
        method="r-spline",
        budget=3000,
        indifference=0.5,
        **BOTH,
    )
    assert found.best[0].point.tolist() == [6, 4]
    assert found.is_guaranteed


def test_an_optimiser_from_elsewhere_plugs_in():
    # Ended by BudgetSpent, which passes through it.
    def spend(evaluate, seed):
        for replications in (20, 100, 1000, 10_000):
            evaluate(np.array([[3.0, 7.0], [4.0, 7.0]]), replications)

    assert takt.optimise(bowl, VARY, method=spend, budget=3000, **BOTH).best[0].point.tolist() == [3, 7]

    def wrong(evaluate, seed):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        takt.optimise(bowl, VARY, method=wrong, **BOTH)
    with pytest.raises(takt.InvalidInput, match="did you mean r-spline"):
        takt.optimise(bowl, VARY, method="r-splin", **BOTH)


def test_kn_rinott_and_ocba_choose():
    points = [[3, 7], [5, 7], [3, 9]]
    for method in ("kn", "rinott", "ocba"):
        chosen = choosing.select(
            bowl, points, VARY, minimise="cost", responses=["cost", "a"], method=method, indifference=1.0, most_runs=2000
        )
        assert chosen.best == 0
        assert chosen.means.shape == (3,)
        assert chosen.is_guaranteed == (method != "ocba")
    assert "'x' " in chosen.conclusion(["x", "y", "z"], "")


def test_sobol_of_ishigami_is_known():
    def ishigami(x, replications):
        return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])

    pi = f"{-np.pi:.15f}..{np.pi:.15f}"
    vary = [f"x{i}={pi}" for i in (1, 2, 3)]
    indices = choosing.sobol(ishigami, vary, samples=40_000)
    assert indices[:, 0] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert indices[:, 1] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    assert choosing.morris(ishigami, vary).shape == (3, 3)
    slopes = choosing.finite_differences(ishigami, vary, [1.0, 0.5, 2.0], steps=[0.01] * 3, replications=2)
    assert slopes[1, 0] == pytest.approx(7 * np.sin(1.0), abs=1e-3)


def test_intervals_take_arrays():
    x = np.random.default_rng(1).standard_normal(20_000) + 5
    assert choosing.mser(x)[1]
    for interval in (choosing.mean_interval(x), choosing.batch_means(x), choosing.batch_quantiles(x, 0.5)):
        assert interval.low < 5.0 < interval.high
    assert choosing.quantile_interval(x[:10], 0.99) is None
    control = np.random.default_rng(2).standard_normal(100)
    y = 3 + 2 * control + 0.01 * x[:100]
    assert choosing.with_controls(y, control, 0.0).half_width < 0.01
    assert choosing.with_antithetic_pairs([1.0, 3.0, 0.0, 4.0]).value == 2.0
    values = np.array([control, control + 1, control + 0.1 * x[:100]])
    differences = choosing.against_base(values)
    assert [each[:2] for each in differences] == [(1, 0), (2, 0)]
    assert differences[0][2].value == pytest.approx(1.0)
    assert len(choosing.all_pairs(values)) == 3


def test_replications_until_precise_do_not_depend_on_the_batches():
    def batch(first, count):
        return np.array([[10 + 3 * noise([r])[0]] for r in range(first, first + count)])

    n, reached, rows = choosing.replicate_until(batch, relative=0.05)
    assert reached and rows.shape == (n, 1)
    assert np.array_equal(rows, batch(0, n))
    with pytest.raises(takt.InvalidInput, match="first look"):
        choosing.replicate_until(batch, first=1)


def test_a_plant_is_chosen_for(two_machines):
    plant = takt.Plant.from_json(two_machines)
    vary = [f"places:{LINE}/between/capacity=1..20", f"cycle:{LINE}/first/cycle_time=9.0..12.0 s"]
    found = takt.optimise(
        plant, vary, maximise=["/ throughput_per_h"], limits=["/ wip <= 6"], budget=2000, horizon="8 h"
    )
    assert found.best[0].keeps_limits
    again = takt.optimise(
        plant, vary, maximise=["/ throughput_per_h"], limits=["/ wip <= 6"], budget=2000, horizon="8 h", threads=1
    )
    assert again.conclusion == found.conclusion
    slopes = choosing.finite_differences(plant, vary, [5, 10.0], response="/ throughput_per_h", replications=100)
    assert slopes[0, 1] > 0.0 > slopes[1, 2]
    with pytest.raises(takt.InvalidInput, match="did you mean / throughput_per_h"):
        takt.optimise(plant, vary, maximise=["/ througput_per_h"])
