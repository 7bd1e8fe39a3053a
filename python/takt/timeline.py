# SPDX-License-Identifier: Apache-2.0
"""What the machines of one run did, and when."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Dict

from . import _core
from .values import Path

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import]

COLOURS = {
    "working": "#4c9f70",
    "set-up": "#8ab6d6",
    "starved": "#e6e6e6",
    "blocked": "#f2c14e",
    "in repair": "#c8553d",
    "waiting for crew": "#7a306c",
    "off shift": "#bbbbbb",
}
"""The colour of each state in `Timeline.gantt`."""


class Timeline:
    """What the machines of one run did, and when.

    Made by `Simulation.watch` and `Result.timeline`; never changed. Threads may share it.

    Examples
    --------
    >>> timeline = takt.Simulation("bottling.json").watch("2 h")
    >>> sorted(timeline.bars.columns)
    ['end', 'entity', 'server', 'start', 'state']
    """

    def __init__(self, core: _core.Timeline) -> None:
        self._core = core

    @property
    def bars(self) -> pd.DataFrame:
        """The times in one state, a row each.

        Returns
        -------
        pandas.DataFrame
            entity, a machine; server, counted from 1; state (``working``, ``set-up``, ``starved``,
            ``blocked``, ``in repair``, ``waiting for crew``, ``off shift``); start and end, as
            times since the plant's beginning. By server, then by time.
        """
        import pandas as pd

        columns: Dict[str, Any] = self._core.bars()
        for name in ("start", "end"):
            columns[name] = pd.to_timedelta(columns[name], unit="ns")
        return pd.DataFrame(columns)

    def save(self, path: Path) -> None:
        """Write it in the Trace Event Format, which ui.perfetto.dev opens.

        A track a server, a counter a buffer and a crew's queue.

        Raises
        ------
        FileError
            If the file cannot be written; it is then as it was before.
        """
        self._core.save(os.fspath(path))

    def gantt(self, ax: Any = None) -> Any:
        """Draw a row a server, a bar for each time in one state.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to; axes of its own if not given.

        Returns
        -------
        matplotlib.axes.Axes
            Its x axis is in hours since the plant's beginning.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        bars = self.bars
        hours = (bars[["start", "end"]].apply(lambda times: times.dt.total_seconds())) / 3600.0
        spans = list(zip(hours["start"], hours["end"] - hours["start"]))
        several = bars.groupby("entity")["server"].transform("max") > 1
        rows = bars["entity"].where(~several, bars["entity"] + " " + bars["server"].astype(str))
        names = list(dict.fromkeys(rows))
        if ax is None:
            from matplotlib import pyplot  # type: ignore[import]

            size = (10.0, 1.2 + 0.35 * len(names))
            ax = pyplot.subplots(figsize=size, layout="constrained")[1]
        height = {name: position for position, name in enumerate(names)}
        shown = {}
        for (name, state), chosen in bars.groupby([rows, "state"]).indices.items():
            place = (height[name] - 0.4, 0.8)
            shown[state] = ax.broken_barh(
                [spans[i] for i in chosen], place, facecolors=COLOURS[state]
            )
        above = os.path.commonpath([os.path.dirname(name) for name in names])
        ax.set_title(above, loc="left")
        ax.set_yticks(range(len(names)))
        ax.set_yticklabels([os.path.relpath(name, above) for name in names])
        ax.margins(x=0.0)
        ax.invert_yaxis()
        ax.set_xlabel("time since the plant's beginning [h]")
        states = [state for state in COLOURS if state in shown]
        ax.legend(
            [shown[state] for state in states],
            states,
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            ncol=len(states),
            frameon=False,
            columnspacing=1.0,
            handlelength=1.2,
        )
        return ax

    def __repr__(self) -> str:
        return f"Timeline({len(self._core.bars()['entity'])} bars)"
