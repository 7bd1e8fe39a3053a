# SPDX-License-Identifier: Apache-2.0
"""What happened to a live twin, and the twin as it was."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Optional, Tuple

from . import _core
from .twin import Twin
from .values import Path

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_FIRST, _LAST = -(2**63), 2**63 - 1


class History:
    """The history that ``takt sync --live --history`` writes, also while it writes.

    Examples
    --------
    >>> history = takt.History.open("line.h5")  # doctest: +SKIP
    >>> history.state_at(datetime(2026, 3, 2, 7, 30, tzinfo=timezone.utc)).machines()  # doctest: +SKIP
    """

    def __init__(self, path: Path) -> None:
        self._path = os.fspath(path)
        self._core = _core.History(self._path)

    @classmethod
    def open(cls, path: Path) -> History:
        """The history with that name; its full files beside it belong to it.

        Raises
        ------
        FileError
            If there is none, or it is damaged.
        """
        return cls(path)

    def state_at(self, at: datetime) -> Twin:
        """The twin as it was at an instant, to the last bit what the live twin was.

        Everything is merged that told of that instant or of one before, and nothing of later ones.
        The twin returned is a value of its own: it can be advanced, asked why, and forked.

        Raises
        ------
        InvalidInput
            If the instant is not within `span`.
        """
        return Twin._of(self._core.state_at(_ns(at)))

    @property
    def span(self) -> Tuple[datetime, datetime]:
        """From when to when `state_at` answers, to the microsecond."""
        begin, end = self._core.span_ns()
        return _instant(begin, up=True), _instant(end)

    def segments(self) -> pd.DataFrame:
        """The files of the history, one row each.

        Returns
        -------
        pandas.DataFrame
            file; the numbers of its first and last delivery; begin and end, when these arrived
            (UTC); readings; bytes.
        """
        import pandas as pd

        columns = ["file", "first", "last", "begin", "end", "readings", "bytes"]
        frame = pd.DataFrame(self._core.segments(), columns=columns)
        for name in ("begin", "end"):
            frame[name] = pd.to_datetime(frame[name], utc=True)
        return frame

    def readings(
        self, begin: Optional[datetime] = None, end: Optional[datetime] = None
    ) -> pd.DataFrame:
        """What was sensed, one row a reading.

        Returns
        -------
        pandas.DataFrame
            number of the delivery; ts, by the clock of its source, and arrival (UTC); source,
            epoch, seq; path; kind (``state``, ``level``, ``counters/good``, ``health/…``); value,
            NaN where it is a text, and text.
        """
        return self._table("readings", begin, end)

    def merges(
        self, begin: Optional[datetime] = None, end: Optional[datetime] = None
    ) -> pd.DataFrame:
        """What became of the messages, one row each; json tells what was changed."""
        return self._table("merges", begin, end)

    def verdicts(
        self, begin: Optional[datetime] = None, end: Optional[datetime] = None
    ) -> pd.DataFrame:
        """How far the twin could be trusted: at, trust, stage, since, and the doubts as json."""
        return self._table("verdicts", begin, end)

    def events(
        self, begin: Optional[datetime] = None, end: Optional[datetime] = None
    ) -> pd.DataFrame:
        """Alerts, work orders and commands: at, kind, path, json."""
        return self._table("events", begin, end)

    def learnt(
        self, begin: Optional[datetime] = None, end: Optional[datetime] = None
    ) -> pd.DataFrame:
        """What was learnt, at every checkpoint; columns as in `Twin.learnt`."""
        return self._table("learnt", begin, end)

    def forecasts(
        self, begin: Optional[datetime] = None, end: Optional[datetime] = None
    ) -> pd.DataFrame:
        """What was forecast: at, for when, path, kpi, mean and quantiles."""
        return self._table("forecasts", begin, end)

    def _table(
        self, name: str, begin: Optional[datetime], end: Optional[datetime]
    ) -> pd.DataFrame:
        import pandas as pd

        first = _FIRST if begin is None else _ns(begin)
        last = _LAST if end is None else _ns(end)
        columns = self._core.table(name, first, last)
        return pd.DataFrame(
            {
                key[:-3] if key.endswith("_ns") else key: pd.to_datetime(values, utc=True)
                if key.endswith("_ns")
                else values
                for key, values in columns.items()
            }
        )

    def __repr__(self) -> str:
        return f"History({self._path!r})"


def _ns(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return (at - _EPOCH) // timedelta(microseconds=1) * 1000


def _instant(ns: int, up: bool = False) -> datetime:
    return _EPOCH + timedelta(microseconds=-(-ns // 1000) if up else ns // 1000)
