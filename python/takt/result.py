# SPDX-License-Identifier: Apache-2.0
"""What a study found."""

from __future__ import annotations

import os
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from . import _core
from .simulation import Simulation
from .timeline import Timeline
from .values import Duration, Path, invalid
from .verdict import Verdict, as_verdict

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import]
    from numpy.typing import NDArray


class Result:
    """The KPIs of every replication of every scenario. Never changed; threads may share it.

    Results compare by content. A pickle holds a result and its plant as ``takt-store/1``.

    Attributes
    ----------
    scenarios : list of str
        Their names, in the order of `values`.
    replications : int
        Runs of each scenario.
    antithetic : bool
        Whether runs 2i and 2i + 1 are antithetic pairs, and intervals of the means of pairs.
    plant : str
        The name of the plant.
    model_hash : str
        16 hexadecimal digits that tell one compiled plant from another.
    seed : int
        What all random numbers followed from.
    horizon, warmup : datetime.timedelta
        How long each run was observed, and went on before.
    events : int
        Events of all runs together.
    little_gap : float
        Little's law, checked by independent sums: the largest relative difference of all runs. 0 in
        right runs; NaN where parts are not kept one by one.
    """

    def __init__(self, stored: _core.StoredResults, study: Optional[_core.Study] = None) -> None:
        self._stored = stored
        self._core = stored.result
        self._study = study  # to run futures again; none once stored
        self.scenarios: List[str] = self._core.scenarios
        self.replications: int = self._core.replications
        self.antithetic: bool = self._core.antithetic
        self.plant: str = stored.provenance.plant_name
        self.model_hash: str = stored.provenance.model_hash
        self.seed: int = stored.provenance.seed
        self.horizon = timedelta(seconds=stored.provenance.horizon_s)
        self.warmup = timedelta(seconds=stored.provenance.warmup_s)
        self.events: int = self._core.events
        self.little_gap: float = self._core.little_gap

    @classmethod
    def load(cls, path: Path) -> Result:
        """Read the results that `save` or ``takt run --out`` wrote.

        Raises
        ------
        FileError
            If the file is not there, not whole or holds no results.
        """
        return cls(_core.load_results(os.fspath(path)))

    def save(self, path: Path) -> None:
        """Write it as ``takt-store/1``, an HDF5 file that other programs open without takt.

        The file is written whole or not at all.

        Raises
        ------
        FileError
            If it cannot be written.
        """
        self._stored.save(os.fspath(path))

    def replay(
        self, scenario: str, replication: int, until: Optional[Duration] = None
    ) -> Simulation:
        """Run one future again, exactly as the study had it.

        Parameters
        ----------
        scenario : str
            Which scenario.
        replication : int
            Which of its replications, counted from 0.
        until : str or datetime.timedelta, optional
            For how long from where it begins, warm-up included; to its end if not given.

        Returns
        -------
        Simulation
            As it stands then: `Simulation.why` tells what keeps a machine from working.

        Raises
        ------
        InvalidInput
            For a scenario or replication that the study does not have, and for a result that was
            loaded or pickled: it does not hold the state that the futures began with.
        """
        return Simulation._of(self._again("replay", scenario, replication, until)[0])

    def timeline(
        self, scenario: str, replication: int, until: Optional[Duration] = None
    ) -> Timeline:
        """What the machines did in one future; parameters and errors as for `replay`."""
        return Timeline(self._again("timeline", scenario, replication, until)[2])

    def _again(
        self, what: str, scenario: str, replication: int, until: Optional[Duration]
    ) -> Tuple[_core.Simulation, _core.Outcome, _core.Timeline]:
        if self._study is None:
            raise invalid(what, self, "a result that was neither loaded nor pickled")
        return self._study.replay(scenario, replication, until)

    @property
    def verdict(self) -> Optional[Verdict]:
        """Whether the twin that the futures began with could be trusted; None without a twin."""
        return None if self._core.verdict is None else as_verdict(self._core.verdict)

    @property
    def values(self) -> NDArray[np.float64]:
        """All values, read-only and without a copy: shape (scenario, replication, kpi).

        `scenarios` and `names` say what the first and the last axis mean.

        NaN where a value has no meaning (a mean of nothing) and throughout unfinished runs.
        """
        return self._core.values

    @property
    def names(self) -> pd.DataFrame:
        """What the last axis of `values` means: entity (``"/"``: the whole plant), kpi, unit."""
        import pandas as pd

        rows = [(name.entity, name.kpi, name.unit) for name in self._core.kpis]
        return pd.DataFrame(rows, columns=["entity", "kpi", "unit"])

    @property
    def kpis(self) -> pd.DataFrame:
        """Every KPI of every scenario.

        Returns
        -------
        pandas.DataFrame
            scenario, entity, kpi, unit; mean, and half_width_95, half the width of its 95 %
            interval; n, the replications that have a value; q05, q50, q95, the quantiles of one
            future.
        """
        import pandas as pd

        names = pd.concat([self.names] * len(self.scenarios), ignore_index=True)
        names.insert(0, "scenario", np.repeat(self.scenarios, len(self._core.kpis)).astype(object))
        columns = ["mean", "half_width_95", "n", "q05", "q50", "q95"]
        figures = pd.DataFrame(self._core.summaries(), columns=columns).astype({"n": "int64"})
        return pd.concat([names, figures], axis="columns")

    def frame(self) -> pd.DataFrame:
        """Every value: a row for each scenario, replication and KPI.

        Returns
        -------
        pandas.DataFrame
            scenario, replication, entity, kpi, unit, value.
        """
        import pandas as pd

        names = self.names
        runs, columns = len(self.scenarios) * self.replications, len(names)
        scenarios = np.array(self.scenarios, dtype=object)
        frame = {
            "scenario": np.repeat(scenarios, self.replications * columns),
            "replication": np.tile(
                np.repeat(np.arange(self.replications), columns), len(scenarios)
            ),
        }
        for column in names:
            frame[column] = np.tile(names[column].to_numpy(), runs)
        frame["value"] = self.values.ravel()
        return pd.DataFrame(frame)

    def compare(self, base: Optional[str] = None) -> pd.DataFrame:
        """How the other scenarios differ from one of them, replication by replication.

        Parameters
        ----------
        base : str, optional
            The scenario to compare with; the first if not given.

        Returns
        -------
        pandas.DataFrame
            scenario, entity, kpi, unit; base, the mean of the base; difference, the mean of
            scenario less base; half_width_95 of the difference (paired Student t); n; clear,
            whether that interval leaves zero out.

        Raises
        ------
        InvalidInput
            For a name that is none of the scenarios'.
        """
        import pandas as pd

        rows = [
            (
                row.scenario,
                row.kpi.entity,
                row.kpi.kpi,
                row.kpi.unit,
                row.base,
                row.mean,
                row.half_width_95,
                row.n,
                row.clear,
            )
            for row in self._core.compared_with(self.scenarios[0] if base is None else base)
        ]
        columns = ["scenario", "entity", "kpi", "unit", "base", "difference"]
        return pd.DataFrame(rows, columns=[*columns, "half_width_95", "n", "clear"])

    @property
    def unfinished(self) -> pd.DataFrame:
        """The runs that did not reach their horizon.

        Returns
        -------
        pandas.DataFrame
            scenario, replication; status (``deadlock``, ``livelock``); time since the start;
            circular_wait, who waits for whom, a line a wait.
        """
        import pandas as pd

        rows = [
            (
                run.scenario,
                run.replication,
                run.outcome.status,
                run.outcome.time,
                "\n".join(run.outcome.circular_wait),
            )
            for run in self._core.unfinished
        ]
        columns = ["scenario", "replication", "status", "time", "circular_wait"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def migrations(self) -> pd.DataFrame:
        """What became of the present's state in each scenario that has another plant.

        Returns
        -------
        pandas.DataFrame
            scenario; added and removed, lists of paths; parts_kept, parts_moved, parts_dropped;
            notes, a list of lines: what was moved, dropped or drawn anew.
        """
        import pandas as pd

        rows = [
            (name, each.added, each.removed, each.kept, each.moved, each.dropped, each.notes)
            for name, each in self._core.migrations
        ]
        parts = ["parts_kept", "parts_moved", "parts_dropped"]
        return pd.DataFrame(rows, columns=["scenario", "added", "removed", *parts, "notes"])

    def to_json(self) -> str:
        """The result as ``takt-results/1``, the document that ``takt run --json`` writes."""
        return _core.results_json(self._stored)

    def plot(self, kpi: str = "throughput_per_h", entity: str = "/", ax: Any = None) -> Any:
        """Draw one KPI of every scenario.

        A box stands for the futures, a point with its 95 % interval for their mean.

        Parameters
        ----------
        kpi, entity : str
            Which one; the whiskers reach from the 5 % to the 95 % quantile.
        ax : matplotlib.axes.Axes, optional
            Where to; axes of its own if not given.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        InvalidInput
            For an entity and KPI that the result does not have.
        ImportError
            If matplotlib is not installed.
        """
        column = self._core.kpi_index(entity, kpi)
        if ax is None:
            from matplotlib import pyplot  # type: ignore[import]

            ax = pyplot.subplots(figsize=(1.5 + 1.2 * len(self.scenarios), 4.0))[1]
        at = range(1, len(self.scenarios) + 1)
        futures = [row[~np.isnan(row)] for row in self.values[:, :, column]]
        figures = self._core.summaries().reshape(len(self.scenarios), -1, 6)[:, column]
        ax.boxplot(futures, positions=list(at), whis=(5, 95), showfliers=False, widths=0.5)
        ax.errorbar(at, figures[:, 0], yerr=figures[:, 1], fmt="o", capsize=4, color="tab:blue")
        ax.set_xticks(list(at))
        if max(map(len, self.scenarios)) > 12:  # side by side they would run into each other
            ax.set_xticklabels(self.scenarios, rotation=20, ha="right")
        else:
            ax.set_xticklabels(self.scenarios)
        unit = self._core.kpis[column].unit
        ax.set_ylabel(kpi if unit == "1" else f"{kpi} [{unit}]")
        ax.set_title(f"{self.plant}: {entity}")
        return ax

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        return (
            self.to_json() == other.to_json()
            and np.array_equal(self.values, other.values, equal_nan=True)
            and self.unfinished.equals(other.unfinished)
        )

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Result:
        return self

    def __deepcopy__(self, memo: Dict[int, object]) -> Result:
        return self

    def __reduce__(self) -> Tuple[Callable[[bytes], Result], Tuple[bytes]]:
        return Result._of_bytes, (self._stored.bytes(),)

    @classmethod
    def _of_bytes(cls, content: bytes) -> Result:
        return cls(_core.results_of(content))

    def __repr__(self) -> str:
        scenarios = ", ".join(repr(name) for name in self.scenarios)
        runs = f"{self.replications} replications of {self.horizon}"
        return f"Result({self.plant!r}, {scenarios}; {runs})"

    def _repr_html_(self) -> str:
        """The KPIs of the whole plant, for notebooks."""
        kpis = self.kpis
        kpis = kpis[kpis["entity"] == "/"]
        mean, half_width = kpis["mean"].map("{:.4g}".format), kpis["half_width_95"].map(
            "{:.2g}".format
        )
        kpis = kpis.assign(text=mean + " ± " + half_width)
        table = kpis.pivot(index=["kpi", "unit"], columns="scenario", values="text")[self.scenarios]
        verdict = "" if self.verdict is None else self.verdict._repr_html_()
        return f"<p>{escape(repr(self))}</p>{verdict}{table.to_html()}"
