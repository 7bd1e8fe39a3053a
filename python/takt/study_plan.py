# SPDX-License-Identifier: Apache-2.0
"""Studies that run anywhere: as a value that is sent, and a pure function of it."""

from __future__ import annotations

import os
import time
import warnings
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, wait
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Tuple, Union

from . import _core
from .plant import Plant, as_plant
from .progress import shown
from .result import Result
from .study import parts, warn_unfinished
from .values import Duration, Path, ProgressLike, Scenarios, invalid

if TYPE_CHECKING:
    from .simulation import Simulation
    from .twin import Twin

ExecutorLike = Union[Executor, Callable[[], Executor]]
"""An executor, or a function that makes one (again, if its workers were lost)."""

TASK_SECONDS = 0.05
"""How long a task takes that is sent away: long against what sending takes."""

TRIES = 3
"""How often a task is tried that a worker did not bring back."""


def run_task(plan: bytes, first: int, last: int) -> bytes:
    """Run futures [first, last) of a plan: the same rows in any process, thread or machine.

    Parameters
    ----------
    plan : bytes
        `StudyPlan.content`.
    first, last : int
        The futures are numbered scenario by scenario: future i is replication ``i % replications``
        of scenario ``i // replications``.

    Returns
    -------
    bytes
        What `StudyPlan.collect` puts together.
    """
    return _core.run_task(plan, first, last)


class StudyPlan:
    """Everything that the futures of a study follow from, as bytes. Never changed; pickles.

    Plans are equal if they lead to the same rows; the same version of takt reads them.

    Attributes
    ----------
    content : bytes
        What `run_task` takes.
    hash : str
        The SHA-256 of what it says.
    scenarios : list of str
        Their names.
    replications : int
        Futures of each scenario.
    futures : int
        All of them.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.hash = _core.plan_hash(content)
        collector = _core.Collector(content, None)
        self.scenarios: List[str] = collector.scenarios
        self.replications: int = collector.replications
        self.futures: int = collector.futures

    def tasks(self, size: int) -> List[Tuple[int, int]]:
        """All futures in ranges [first, last) of at most `size`."""
        starts = range(0, self.futures, size)
        return [(first, min(first + size, self.futures)) for first in starts]

    def shard(self, number: int, of: int, path: Path) -> None:
        """Run one of `of` parts, counted from 1, and write it for `merge` and ``takt merge``."""
        if not 1 <= number <= of:
            raise invalid("number", number, f"a shard from 1 to {of}")
        before = [self.futures // of * n + min(n, self.futures % of) for n in (number - 1, number)]
        rows = run_task(self.content, *before)
        _core.save_shard(os.fspath(path), f"{number}/{of}", self.content, rows)

    def collect(self, rows: List[bytes]) -> Result:
        """The result, from the rows of all futures in any order.

        Raises
        ------
        InvalidInput
            For rows of another plan, futures that are missing and futures that are there twice.
        """
        collector = _core.Collector(self.content, None)
        for each in rows:
            collector.add(each)
        return Result(collector.result())

    def run(
        self,
        executor: Optional[ExecutorLike] = None,
        *,
        threads: Optional[int] = None,
        cache: Optional[Path] = None,
        progress: Optional[ProgressLike] = None,
    ) -> Result:
        """Run all futures and put them together: the same bytes wherever they run.

        Parameters
        ----------
        executor : concurrent.futures.Executor or callable, optional
            What runs the tasks: a process pool, ``mpi4py.futures.MPIPoolExecutor``,
            ``dask.distributed.Client.get_executor()``. Threads of this process if not given. A
            function that makes an executor is called again if its workers were lost; of an
            executor that broke, the rest is run on threads here, with a warning.
        threads : int, optional
            Threads to run on without an executor; one a core if not given.
        cache : str or os.PathLike, optional
            A folder that keeps what has run: a study that was killed goes on where it was.
        progress : bool or callable, optional
            As in `run`; with an executor only.

        Raises
        ------
        InvalidInput
            With every wrong path and value.

        Warns
        -----
        RuntimeWarning
            If workers were lost, or runs did not reach the horizon.
        """
        collector = _core.Collector(self.content, None if cache is None else os.fspath(cache))
        if executor is not None:
            with shown(progress) as told:
                Tasks(self.content, collector, told).run(executor)
        collector.run(0 if threads is None else threads)
        stored = collector.result()
        warn_unfinished(stored, stacklevel=3)
        return Result(stored)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StudyPlan):
            return NotImplemented
        return self.content == other.content

    def __hash__(self) -> int:
        return hash(self.hash)

    def __reduce__(self) -> Tuple[Callable[[bytes], StudyPlan], Tuple[bytes]]:
        return StudyPlan, (self.content,)

    def __repr__(self) -> str:
        return f"StudyPlan({len(self.scenarios)} scenarios x {self.replications}, {self.hash[:16]})"


class Tasks:
    """The futures that a collector lacks, on their way to an executor and back."""

    def __init__(self, plan: bytes, collector: _core.Collector, told: Any) -> None:
        self.plan = plan
        self.collector = collector
        self.told = told
        self.tries: Dict[Tuple[int, int], int] = {}

    def run(self, executor: ExecutorLike) -> None:
        """Until nothing is missing, or what makes executors is of no more use."""
        size = self.size_of_task()
        make = executor if not isinstance(executor, Executor) and callable(executor) else None
        for _ in range(TRIES):
            if not self.collector.missing():
                return
            if make is None:
                self.send(executor, size)
                break
            with make() as made:
                self.send(made, size)
        if self.collector.missing():
            text = "workers were lost: what they did not bring back is run on threads of this process"
            warnings.warn(text, RuntimeWarning, stacklevel=4)

    def size_of_task(self) -> int:
        """How many futures a task has, measured on the first that are missing."""
        size = 1
        while self.collector.missing():
            first, last = self.collector.missing()[0]
            last = min(first + size, last)
            _core.run_task(self.plan, first, first)  # makes the plan ready
            began = time.perf_counter()
            self.collector.add(run_task(self.plan, first, last))
            took = time.perf_counter() - began
            if took > TASK_SECONDS / 5:
                return max(1, round((last - first) * TASK_SECONDS / took))
            size *= 2
        return size

    def send(self, executor: Any, size: int) -> None:
        """Until all are back, tried too often, or the executor is broken."""
        queue = [
            (start, min(start + size, last))
            for first, last in self.collector.missing()
            for start in range(first, last, size)
        ]
        total = self.collector.futures
        waiting: Dict[Any, Tuple[int, int]] = {}
        try:
            for task in queue:
                waiting[executor.submit(run_task, self.plan, *task)] = task
            while waiting:
                done = wait(waiting, return_when=FIRST_COMPLETED).done
                for future in done:
                    self.receive(executor, waiting, future)
                if self.told is not None:
                    self.told(self.collector.done, total)
        except (BrokenExecutor, RuntimeError):  # RuntimeError: no more tasks are taken
            return
        finally:
            for future in waiting:
                future.cancel()

    def receive(self, executor: Any, waiting: Dict[Any, Tuple[int, int]], future: Any) -> None:
        """Takes what a task brought, or sends it once more."""
        task = waiting.pop(future)
        try:
            rows = future.result()
        except (BrokenExecutor, _core.Error):
            raise
        except Exception:  # what an executor says of a worker that is gone is its own
            self.tries[task] = self.tries.get(task, 0) + 1
            if self.tries[task] >= TRIES:
                raise
            waiting[executor.submit(run_task, self.plan, *task)] = task
            return
        self.collector.add(rows)


def plan(
    present: Union[Plant, Twin, Simulation, Path],
    scenarios: Optional[Scenarios] = None,
    *,
    horizon: Duration = "8 h",
    warmup: Duration = "0 s",
    replications: int = 100,
    antithetic: bool = False,
    seed: Optional[int] = None,
) -> StudyPlan:
    """A study as a value, to be run elsewhere or in parts.

    Parameters are those of `what_if`; without scenarios there is one, ``"as is"``.

    Examples
    --------
    >>> faster = {"/acme/filling/line_1/filler/cycle_time": "9 s"}
    >>> study = takt.plan("bottling.json", {"as is": {}, "faster": faster}, replications=8)
    >>> rows = [takt.run_task(study.content, first, last) for first, last in study.tasks(4)]
    >>> study.collect(rows) == study.run()
    True
    """
    from .twin import Twin

    start = as_plant(present) if isinstance(present, (str, os.PathLike)) else present
    chosen = {"as is": {}} if scenarios is None else scenarios
    study = _core.Study(
        start._present(seed),
        [(name, *parts(name, scenario)) for name, scenario in chosen.items()],
        horizon=horizon,
        warmup=warmup,
        replications=replications,
        antithetic=antithetic,
        threads=0,
    )
    return StudyPlan(study.plan(start._core if isinstance(start, Twin) else None))


def merge(shards: List[Path]) -> Result:
    """Put the shards of one study together, as ``takt merge`` does.

    Raises
    ------
    InvalidInput
        Naming every file that is cut off, damaged, of another study or there twice, and every
        shard that is missing.
    """
    return Result(_core.merge_shards([os.fspath(each) for each in shards]))
