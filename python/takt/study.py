# SPDX-License-Identifier: Apache-2.0
"""Many futures of one present."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, List, Mapping, Optional, Tuple, Union

from . import _core
from .plant import Plant, as_plant
from .progress import shown
from .result import Result
from .values import (
    Duration,
    Number,
    Numbers,
    Path,
    PlantLike,
    ProgressLike,
    Scenario,
    Scenarios,
    invalid,
    pairs,
)

if TYPE_CHECKING:
    from .simulation import Simulation
    from .twin import Twin


def run(
    plant: PlantLike,
    *,
    horizon: Duration = "8 h",
    warmup: Duration = "0 s",
    replications: int = 100,
    antithetic: bool = False,
    seed: int = 1,
    threads: Optional[int] = None,
    set: Optional[Numbers] = None,
    progress: Optional[ProgressLike] = None,
) -> Result:
    """Run a plant from its beginning, many times.

    Parameters
    ----------
    plant : Plant, str or os.PathLike
        The plant, or the file that describes it.
    horizon : str or datetime.timedelta
        How long each run is observed, after its warm-up.
    warmup : str or datetime.timedelta
        How long each run goes on before it is observed.
    replications : int
        The number of runs, each with random numbers of its own.
    antithetic : bool
        Run them as pairs, the second with every random number u of the first as 1 - u. Intervals
        then stand on the means of pairs; an odd number of replications is rounded up.
    seed : int
        What all random numbers follow from: the same seed gives the same bytes.
    threads : int, optional
        Threads to run on; one a core if not given. Their number changes no result.
    set : mapping of str to str or datetime.timedelta, optional
        Numbers that differ from the plant's, by path; `Plant.numbers` lists the paths.
    progress : bool or callable, optional
        True shows a bar of tqdm, where that is installed. A function is called on this thread, at
        most every 20 ms, with the number of runs done and of all runs.

    Returns
    -------
    Result
        With one scenario, ``"as is"``.

    Raises
    ------
    InvalidInput
        With every wrong path and value.
    FileError
        If the plant's file cannot be read.
    KeyboardInterrupt
        Within 0.1 s of Ctrl-C.

    Warns
    -----
    RuntimeWarning
        If runs did not reach the horizon; `Result.unfinished` says why.

    Notes
    -----
    Thread-safe: several threads may run studies at once.

    Examples
    --------
    >>> slower = {"/acme/filling/line_1/filler/cycle_time": "12 s"}
    >>> result = takt.run("bottling.json", warmup="1 h", replications=10, set=slower)
    >>> result.values.shape[:2]
    (1, 10)
    """
    return run_scenarios(
        as_plant(plant)._present(seed),
        {"as is": set or {}},
        horizon=horizon,
        warmup=warmup,
        replications=replications,
        antithetic=antithetic,
        threads=threads,
        progress=progress,
    )


def what_if(
    present: Union[Plant, Twin, Simulation, Path],
    scenarios: Scenarios,
    *,
    horizon: Duration = "8 h",
    warmup: Duration = "0 s",
    replications: int = 100,
    antithetic: bool = False,
    seed: Optional[int] = None,
    threads: Optional[int] = None,
    progress: Optional[ProgressLike] = None,
) -> Result:
    """Run scenarios from one present into many futures, under the same random numbers.

    Parameters
    ----------
    present : Plant, Twin, Simulation, str or os.PathLike
        Where the futures start: a plant about to begin, a twin or a simulation as it stands, or a
        plant's file.
    scenarios : mapping of str to mapping, Plant or pair
        What each scenario changes, by its name: ``{"as is": {}, "faster": {path: "11 s"}}``. A
        `Plant` in place of the numbers is another structure, into which the present's state is
        taken over (`Result.migrations` tells how); a pair ``(plant, numbers)`` is both.
    seed : int, optional
        As in `run`; 1 if not given. A twin and a simulation have theirs.
    horizon, warmup, replications, antithetic, threads, progress
        As in `run`.

    Returns
    -------
    Result
        `Result.compare` tells how the scenarios differ.

    Raises
    ------
    InvalidInput, FileError, KeyboardInterrupt
        As in `run`.

    Notes
    -----
    Replication r of every scenario meets the same random numbers. Futures of a twin that has learnt
    draw their numbers from what was learnt, so that the result also holds what is not known about
    the plant.
    """
    start = as_plant(present) if isinstance(present, (str, os.PathLike)) else present
    return run_scenarios(
        start._present(seed),
        scenarios,
        horizon=horizon,
        warmup=warmup,
        replications=replications,
        antithetic=antithetic,
        threads=threads,
        progress=progress,
    )


def run_scenarios(
    present: _core.Present,
    scenarios: Scenarios,
    *,
    horizon: Duration,
    warmup: Duration,
    replications: int,
    antithetic: bool,
    threads: Optional[int],
    progress: Optional[ProgressLike],
) -> Result:
    """What `run`, `what_if` and `Twin.what_if` have in common; warnings name their caller."""
    if not isinstance(scenarios, Mapping):
        raise invalid("scenarios", scenarios, "what each scenario changes, by its name")
    study = _core.Study(
        present,
        [(name, *parts(name, scenario)) for name, scenario in scenarios.items()],
        horizon=horizon,
        warmup=warmup,
        replications=replications,
        antithetic=antithetic,
        threads=0 if threads is None else threads,
    )
    with shown(progress) as told:
        stored = study.run(progress=told)
    warn_unfinished(stored, stacklevel=4)
    return Result(stored, study)


def warn_unfinished(stored: _core.StoredResults, stacklevel: int) -> None:
    """Says that runs did not reach their horizon, in the name of a caller so many calls above."""
    unfinished = len(stored.result.unfinished)
    if unfinished > 0:
        runs = len(stored.result.scenarios) * stored.result.replications
        text = f"{unfinished} of {runs} runs did not reach the horizon and have no values"
        warnings.warn(f"{text}: see Result.unfinished", RuntimeWarning, stacklevel=stacklevel)


def parts(
    name: str, scenario: Scenario
) -> Tuple[Optional[_core.Model], List[Tuple[str, Number]]]:
    """The other plant of a scenario, if it has one, and its numbers."""
    if isinstance(scenario, Plant):
        return scenario._model, []
    if isinstance(scenario, Mapping):
        return None, pairs(scenario)
    if isinstance(scenario, tuple) and len(scenario) == 2:
        plant, numbers = scenario
        if isinstance(plant, Plant) and isinstance(numbers, Mapping):
            return plant._model, pairs(numbers)
    raise invalid(name, scenario, "numbers by path, a Plant, or a pair of both")
