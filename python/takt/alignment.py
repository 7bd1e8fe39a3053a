# SPDX-License-Identifier: Apache-2.0
"""How alike two event logs are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Mapping, Optional, Union

from . import _core
from .values import Duration, Path

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import]


class Alignment:
    """What `align` found.

    Attributes
    ----------
    logic : float
        The share of events that came in the same order in both logs.
    timing : float
        The share that came at about the same time, too.
    """

    def __init__(self, core: _core.Alignment, zone: str) -> None:
        self._core = core
        self._zone = zone
        self.logic: float = core.logic
        self.timing: float = core.timing

    @property
    def stations(self) -> pd.DataFrame:
        """A row a station, the worst first.

        ``station``, ``first`` and ``second`` (its events in either log), ``in_order`` and
        ``in_time`` (those that match), ``logic``, ``timing``, and ``within_s``, the seconds that
        were allowed.
        """
        import pandas as pd

        columns = ["station", "first", "second", "in_order", "in_time", "logic", "timing", "within_s"]
        rows = [[getattr(each, column) for column in columns] for each in self._core.stations]
        return pd.DataFrame(rows, columns=columns)

    @property
    def unmatched(self) -> pd.DataFrame:
        """A row an event that has no match in time, by station, the worst first, then by time.

        ``station``, ``log`` (``first`` or ``second``), ``at``, ``event``, ``product``, and
        ``apart_s``: where the event has a match in order, how many seconds later that came.
        """
        import pandas as pd

        columns = ["station", "log", "at", "event", "product", "apart_s"]
        rows = [
            (e.station, "first" if e.in_first else "second", e.at_ns, e.event, e.product, e.apart_s)
            for e in self._core.unmatched
        ]
        frame = pd.DataFrame(rows, columns=columns)
        frame["at"] = pd.to_datetime(frame["at"], utc=True).dt.tz_convert(self._zone)
        frame["apart_s"] = frame["apart_s"].astype(float)
        return frame

    def __repr__(self) -> str:
        return (
            f"Alignment(logic={self.logic:.3f}, timing={self.timing:.3f}, "
            f"events={self._core.first}/{self._core.second})"
        )


def align(
    first: Union[Path, pd.DataFrame],
    second: Union[Path, pd.DataFrame],
    *,
    within: Optional[Duration] = None,
    listed: int = 20,
    columns: Optional[Mapping[str, str]] = None,
    kinds: Optional[Mapping[str, str]] = None,
    zone: str = "UTC",
) -> Alignment:
    """Compare two event logs, such as a plant's and that of a run, event by event.

    Two events match if station, event and product are the same. A station is a row's resource, its
    activity if it has none. Where only one log tells when work began, ends alone are compared;
    products count where both logs tell them.

    Parameters
    ----------
    first, second : str, os.PathLike or pandas.DataFrame
        CSV files, plain or gzip, or frames with a row an operation, as `discover` takes them.
    within : str or datetime.timedelta, optional
        How far apart in time events may be that match; half a mean cycle of their station in the
        first log, unless told.
    listed : int
        How many events without a match are listed, of each station and log.
    columns, kinds, zone
        As of `discover`, for both logs.

    Raises
    ------
    InvalidInput
        With every fault of a log, or if the two have no station in common.
    FileError
        If a log cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> def log(*minutes):
    ...     return pd.DataFrame({
    ...         "case": [str(i) for i in range(len(minutes))],
    ...         "activity": "press",
    ...         "complete": [pd.Timestamp("2026-03-02 06:00") + pd.Timedelta(minutes=m) for m in minutes],
    ...     })
    >>> alike = takt.align(log(1, 2, 3, 4, 5), log(1, 2, 3, 4.8))
    >>> alike
    Alignment(logic=0.800, timing=0.800, events=5/4)
    >>> takt.align(log(1, 2, 3, 4, 5), log(1, 2, 3.4, 4.4), within="20 s").unmatched[["log", "apart_s"]]
          log  apart_s
    0   first     24.0
    1  second    -24.0
    2   first     24.0
    3  second    -24.0
    4   first      NaN
    """

    def told(log: Union[Path, pd.DataFrame]) -> tuple[str, bool]:
        if isinstance(log, (str, os.PathLike)):
            return os.fspath(log), True
        return log.to_csv(index=False), False

    a, a_is_file = told(first)
    b, b_is_file = told(second)
    core = _core.align_logs(
        a, a_is_file, b, b_is_file, dict(columns or {}), dict(kinds or {}), zone, within, listed
    )
    return Alignment(core, zone)
