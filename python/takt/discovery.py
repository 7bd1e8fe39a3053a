# SPDX-License-Identifier: Apache-2.0
"""A plant from an event log."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, List, Mapping, Optional, Union

from . import _core
from .plant import Plant
from .values import Path

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import]


class Discovered:
    """What `discover` found: a plant, how sure each element of it is, and what the log did not tell.

    Attributes
    ----------
    plant : Plant
        It can be run.
    unseen : list of str
        Sentences: what the log does not tell, and what stands in the plant for it.
    """

    def __init__(self, core: _core.Discovered) -> None:
        self._core = core
        self.plant: Plant = Plant(core.plant)
        self.unseen: List[str] = list(core.unseen)

    @property
    def elements(self) -> pd.DataFrame:
        """A row an element: ``path``, ``what``, ``value``, ``confidence`` from 0 to 1, ``reason``."""
        import pandas as pd

        columns = ["path", "what", "value", "confidence", "reason"]
        rows = [[getattr(each, column) for column in columns] for each in self._core.elements]
        return pd.DataFrame(rows, columns=columns)

    def __repr__(self) -> str:
        return f"Discovered({self.plant.name!r}, {len(self._core.elements)} elements)"


def discover(
    log: Union[Path, pd.DataFrame],
    *,
    columns: Optional[Mapping[str, str]] = None,
    kinds: Optional[Mapping[str, str]] = None,
    zone: str = "UTC",
    stations: str = "automatic",
    least_share: float = 0.0,
    name: str = "discovered",
) -> Discovered:
    """Find the plant behind an event log.

    Parameters
    ----------
    log : str, os.PathLike or pandas.DataFrame
        A CSV file, plain or gzip, or a frame with a row an operation.
    columns : mapping, optional
        Which column holds what, where its name is not a usual one: ``{"case": "order"}``.
    kinds : mapping, optional
        What the values of the column ``kind`` mean: ``work``, ``setup``, ``breakdown`` or
        ``arrival``.
    zone : str
        The zone of times without an offset, and of shifts.
    stations : str
        What a station is: ``"resource"``, ``"activity"`` or ``"automatic"``.
    least_share : float
        Ways that a smaller share of a station's parts takes are left out.
    name : str
        The plant's name.

    Raises
    ------
    InvalidInput
        With every fault of the log.
    FileError
        If it cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "case": ["a", "b", "a"],
    ...     "activity": ["cut", "cut", "glue"],
    ...     "start": pd.to_datetime(["2026-03-02 06:00", "2026-03-02 06:02", "2026-03-02 06:02"]),
    ...     "complete": pd.to_datetime(["2026-03-02 06:02", "2026-03-02 06:04", "2026-03-02 06:07"]),
    ... })
    >>> found = takt.discover(log)
    >>> [path for path in found.plant.paths if path.endswith(("/cut", "/glue"))]
    ['/discovered/plant/line/cut', '/discovered/plant/line/glue']
    """
    is_file = isinstance(log, (str, os.PathLike))
    text = os.fspath(log) if is_file else log.to_csv(index=False)  # type: ignore[union-attr]
    return Discovered(
        _core.discover_log(
            text, is_file, dict(columns or {}), dict(kinds or {}), zone, stations, least_share, name
        )
    )
