# SPDX-License-Identifier: Apache-2.0
"""Which design is best, what matters, and how sure numbers are.

What may be chosen is text: ``"stock=0.0..1.0"`` is a real number, ``"places=1..30"`` a whole one,
``"mode=slow,fast"`` a choice. Of a plant the name is a path, perhaps with a shorter one before it:
``"rinsed:/acme/filling/line_1/rinsed/capacity=1..30"``. What is run is a plant, or a function of
arrays: ``f(points, replications)`` gives a row of responses for each row of ``points``; the number
of a replication stands for its random numbers, which all points share.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from ._core import BudgetSpent, Interval, Optimum, Selection
from .plant import Plant, as_plant
from .values import Duration, Path, invalid

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import]

    from .simulation import Simulation
    from .twin import Twin

Function = Callable[[NDArray[np.float64], NDArray[np.uint32]], ArrayLike]
"""``f(points, replications)``: arrays of (trial, variable) and (trial); gives (trial) or (trial, response)."""

What = Union["Plant", "Twin", "Simulation", Path, Function]
"""A plant, its file, a twin or a simulation as it stands, or a function."""

Evaluate = Callable[..., NDArray[np.float64]]
Search = Callable[[Evaluate, int], object]
"""An optimiser: called with ``evaluate(points, replications)``, which gives (point, goal), and a seed."""

__all__ = [
    "BudgetSpent",
    "Interval",
    "Optimum",
    "Selection",
    "all_pairs",
    "against_base",
    "batch_means",
    "batch_quantiles",
    "candidates_frame",
    "finite_differences",
    "mean_interval",
    "morris",
    "mser",
    "optimise",
    "quantile_interval",
    "replicate_until",
    "select",
    "sobol",
    "with_antithetic_pairs",
    "with_controls",
]


def choice(
    what: What,
    vary: Sequence[str],
    *,
    constraints: Sequence[str] = (),
    maximise: Sequence[str] = (),
    minimise: Sequence[str] = (),
    limits: Sequence[str] = (),
    responses: Optional[Sequence[str]] = None,
    horizon: Duration = "8 h",
    warmup: Duration = "0 s",
    seed: int = 1,
    threads: Optional[int] = None,
) -> _core.Choice:
    """What the functions below have in common: what may be chosen, what for, what is run."""
    asked = list(vary), list(constraints), list(maximise), list(minimise), list(limits)
    if isinstance(what, (str, os.PathLike)):
        what = as_plant(what)
    if hasattr(what, "_present"):
        return _core.Choice.of_plant(
            what._present(seed), *asked, horizon, warmup, 0 if threads is None else threads
        )
    if not callable(what):
        raise invalid("what", what, "a plant, a twin or a function")
    return _core.Choice.of_function(what, *asked, list(responses or ["y"]))


def optimise(
    what: What,
    vary: Sequence[str],
    *,
    constraints: Sequence[str] = (),
    maximise: Sequence[str] = (),
    minimise: Sequence[str] = (),
    limits: Sequence[str] = (),
    responses: Optional[Sequence[str]] = None,
    method: Union[str, Search] = "surrogate",
    budget: int = 10_000,
    indifference: float = 0.0,
    confidence: float = 0.95,
    candidates: int = 8,
    horizon: Duration = "8 h",
    warmup: Duration = "0 s",
    seed: int = 1,
    threads: Optional[int] = None,
) -> Optimum:
    """Find the best design within a budget of runs.

    Parameters
    ----------
    what : Plant, Twin, Simulation, path or function
        What is run.
    vary, constraints : sequence of str
        What may be chosen, and what must be kept together: ``"first + second <= 20"``.
    maximise, minimise, limits : sequence of str
        Figures: of a plant ``"/ throughput_per_h"``, of a function the name of a response; behind it
        perhaps a risk: ``"quantile 95 %"``, ``"cvar 90 %"``, ``"above 3600"``. A limit ends with
        ``"<= NUMBER"`` or ``">= NUMBER"``. Several goals give a Pareto front.
    responses : sequence of str, optional
        The names of a function's responses; ``["y"]`` if not given.
    method : str or function
        ``"exhaustive"``, ``"r-spline"``, ``"surrogate"``, or an optimiser of your own, called with
        ``evaluate(points, replications)`` and a seed; `BudgetSpent` ends it.
    budget : int
        Runs in all, the final comparison of the best candidates included.
    indifference : float
        The smallest difference that matters. The best of the candidates is chosen to within it with
        ``confidence``; 0: by equal replications and without a guarantee.

    Returns
    -------
    Optimum
        ``best`` (one, or the front), ``candidates``, and a ``conclusion`` in words.
    """
    asked = choice(
        what,
        vary,
        constraints=constraints,
        maximise=maximise,
        minimise=minimise,
        limits=limits,
        responses=responses,
        horizon=horizon,
        warmup=warmup,
        seed=seed,
        threads=threads,
    )
    return asked.optimise(method, budget, indifference, confidence, candidates, seed)


def candidates_frame(optimum: Optimum, variables: Sequence[str], goals: Sequence[str]) -> pd.DataFrame:
    """The candidates of an optimum as a frame: a column for each variable, each goal and its standard error."""
    import pandas as pd

    best = [tuple(each.point) for each in optimum.best]
    rows = []
    for each in optimum.candidates:
        row = dict(zip(variables, each.point))
        for name, goal in zip(goals, each.goals):
            row[name] = goal.value
            row[name + " standard error"] = goal.standard_error
        row["replications"] = each.replications
        row["best"] = tuple(each.point) in best
        rows.append(row)
    return pd.DataFrame(rows)


def select(
    what: What,
    points: ArrayLike,
    vary: Sequence[str],
    *,
    maximise: Optional[str] = None,
    minimise: Optional[str] = None,
    responses: Optional[Sequence[str]] = None,
    method: str = "kn",
    indifference: float = 0.0,
    confidence: float = 0.95,
    first_stage: int = 10,
    most_runs: int = 10_000_000,
    horizon: Duration = "8 h",
    warmup: Duration = "0 s",
    seed: int = 1,
    threads: Optional[int] = None,
) -> Selection:
    """Choose the best of several design points: ``"kn"``, ``"rinott"`` (with a guarantee) or ``"ocba"``.

    ``points`` is an array of (point, variable). `Selection.conclusion` says what was chosen.
    """
    asked = choice(
        what,
        vary,
        maximise=[] if maximise is None else [maximise],
        minimise=[] if minimise is None else [minimise],
        responses=responses,
        horizon=horizon,
        warmup=warmup,
        seed=seed,
        threads=threads,
    )
    return asked.select(
        method, np.asarray(points, dtype=float), indifference, confidence, first_stage, most_runs
    )


def finite_differences(
    what: What,
    vary: Sequence[str],
    at: Sequence[float],
    *,
    response: Optional[str] = None,
    steps: Sequence[float] = (),
    replications: int = 50,
    confidence: float = 0.95,
    **options: Any,
) -> NDArray[np.float64]:
    """The change of the response for a unit of each variable, paired: columns value, low, high."""
    asked = _of_response(what, vary, response, options)
    return asked.finite_differences(list(at), list(steps), replications, confidence)


def morris(
    what: What,
    vary: Sequence[str],
    *,
    response: Optional[str] = None,
    trajectories: int = 20,
    levels: int = 4,
    replications: int = 1,
    seed: int = 1,
    **options: Any,
) -> NDArray[np.float64]:
    """Elementary effects: columns mu, mu* and sigma, a row for each variable."""
    asked = _of_response(what, vary, response, options)
    return asked.morris(trajectories, levels, replications, seed)


def sobol(
    what: What,
    vary: Sequence[str],
    *,
    response: Optional[str] = None,
    samples: int = 1024,
    replications: int = 1,
    seed: int = 1,
    **options: Any,
) -> NDArray[np.float64]:
    """Sobol indices: columns S, S_T and their standard errors, a row for each variable.

    With two or more replications what noise adds to S_T is taken out.
    """
    asked = _of_response(what, vary, response, options)
    return asked.sobol(samples, replications, seed)


def _of_response(
    what: What, vary: Sequence[str], response: Optional[str], options: Dict[str, Any]
) -> _core.Choice:
    names = [response] if response is not None else ["y"]
    options.setdefault("responses", names)
    return choice(what, vary, maximise=names, **options)


def mser(observations: ArrayLike, batch: int = 5) -> Tuple[int, bool]:
    """MSER-5: how many observations to leave out as warm-up, and whether the run was long enough to tell."""
    return _core.mser(np.asarray(observations, dtype=float), batch)


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """The mean of independent values with Student's interval."""
    return _core.mean_interval(np.asarray(values, dtype=float), confidence)


def batch_means(observations: ArrayLike, batches: int = 20, confidence: float = 0.95) -> Interval:
    """The steady-state mean from one run, its warm-up left out."""
    return _core.batch_means(np.asarray(observations, dtype=float), batches, confidence)


def batch_quantiles(
    observations: ArrayLike, p: float, batches: int = 20, confidence: float = 0.95
) -> Interval:
    """The steady-state p-quantile from one run, its warm-up left out."""
    return _core.batch_quantiles(np.asarray(observations, dtype=float), p, batches, confidence)


def quantile_interval(values: ArrayLike, p: float, confidence: float = 0.95) -> Optional[Interval]:
    """The p-quantile of independent values between two order statistics; None if they are too few."""
    return _core.quantile_interval(np.asarray(values, dtype=float), p, confidence)


def with_controls(
    y: ArrayLike, controls: ArrayLike, means: ArrayLike, confidence: float = 0.95
) -> Interval:
    """The mean of y by control variates (replication, control) whose true means are known."""
    return _core.with_controls(
        np.asarray(y, dtype=float),
        np.asarray(controls, dtype=float),
        np.atleast_1d(np.asarray(means, dtype=float)),
        confidence,
    )


def with_antithetic_pairs(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """The mean from antithetic pairs: values 2i and 2i + 1 are of one pair."""
    return _core.with_antithetic_pairs(np.asarray(values, dtype=float), confidence)


def against_base(
    values: ArrayLike, base: int = 0, confidence: float = 0.95
) -> List[Tuple[int, int, Interval]]:
    """Each scenario less the base, paired by replication; the intervals hold together.

    ``values`` is (scenario, replication). Gives (scenario, base, interval) for each.
    """
    return _core.compare_values(np.asarray(values, dtype=float), base, confidence, False)


def all_pairs(
    values: ArrayLike, confidence: float = 0.95, independent: bool = False
) -> List[Tuple[int, int, Interval]]:
    """Every two scenarios; the intervals hold together.

    Paired and by Bonferroni, or by Tukey where scenarios were run ``independent`` of each other.
    """
    return _core.compare_values(np.asarray(values, dtype=float), None, confidence, independent)


def replicate_until(
    batch: Callable[[int, int], ArrayLike],
    figures: int = 1,
    *,
    relative: float = 0.05,
    absolute: float = 0.0,
    confidence: float = 0.95,
    first: int = 10,
    most: int = 10_000,
) -> Tuple[int, bool, NDArray[np.float64]]:
    """Replications until all figures are precise together.

    ``batch(first, count)`` gives (replication, figure). Gives the number of replications, whether the
    precision was reached, and the rows. How many are run at once changes nothing of that.
    """
    return _core.replicate_until(batch, figures, relative, absolute, confidence, first, most)
