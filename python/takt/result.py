# SPDX-License-Identifier: Apache-2.0
"""What a study found."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from . import _core

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

    def __init__(
        self,
        core: _core.StudyResult,
        present: _core.Present,
        horizon: timedelta,
        warmup: timedelta,
    ) -> None:
        self._core = core
        self._present = present
        self.scenarios: List[str] = core.scenarios
        self.replications: int = core.replications
        self.plant: str = present.plant_name
        self.model_hash: str = f"{present.model_hash:016x}"
        self.seed: int = present.seed
        self.horizon = horizon
        self.warmup = warmup
        self.events: int = core.events
        self.little_gap: float = core.little_gap
        # What a pickle brought along of the state the futures began with, which it does not hold.
        self._pickled: Optional[Tuple[bytes, str]] = None

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

    def to_json(self) -> str:
        """The result as ``takt-results/1``, the document that ``takt run --json`` writes."""
        if self._pickled is not None:
            return self._pickled[1]
        return _core.results_json(self._core, self._present, self.horizon, self.warmup)

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

    def __reduce__(self) -> Tuple[Callable[..., Result], Tuple[bytes, str, timedelta, timedelta]]:
        if self._pickled is None:
            content = _core.results_bytes(self._core, self._present, self.horizon, self.warmup)
            return Result._unpickle, (content, self.to_json(), self.horizon, self.warmup)
        return Result._unpickle, (*self._pickled, self.horizon, self.warmup)

    @classmethod
    def _unpickle(cls, content: bytes, text: str, horizon: timedelta, warmup: timedelta) -> Result:
        result = cls(*_core.results_of(content), horizon, warmup)
        result._pickled = content, text
        return result

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
        return f"<p>{escape(repr(self))}</p>{table.to_html()}"
