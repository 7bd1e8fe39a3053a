# SPDX-License-Identifier: Apache-2.0
"""A twin that follows its sources while you look at it."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import TYPE_CHECKING, AsyncIterator, Callable, Dict, List, Optional, Tuple, Type
from zoneinfo import ZoneInfo

from . import _core
from .plant import as_plant
from .result import Result
from .twin import Twin
from .values import Duration, Path, PlantLike
from .verdict import Verdict, as_verdict

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import]

_News = Tuple[int, int, int, bool]
_LOOK_S = 0.1  # how soon a wait that was given up or interrupted ends


class LiveTwin:
    """A twin kept true by brokers, agents, files and folders, on a thread of its own.

    Parameters
    ----------
    plant : Plant, str or os.PathLike
        The plant, or the file that describes it.
    sources : str or os.PathLike
        A ``takt-sources/1`` file: where the news comes from.
    seed, learn, largest_gap, particles
        As of `Twin`.
    history : str or os.PathLike, optional
        Everything that comes and happens is written down there (`History` reads it), and where
        that file stands already the twin goes on where it ended.
    forecast_every : str or datetime.timedelta, optional
        A forecast is made so often; none without it.
    horizon, replications, threads
        Of each forecast. One thread, so that the twin has another.

    Raises
    ------
    InvalidInput
        With every fault of the plant and of the file of sources.
    FileError
        If a file cannot be read, or another process writes that history.

    Notes
    -----
    It lives from its making until `stop`; a ``with`` or ``async with`` block stops it at its end.
    Threads may share it.

    Examples
    --------
    >>> with takt.LiveTwin("bottling.json", "sources.json") as live:  # doctest: +SKIP
    ...     live.wait_for(lambda live: live.verdict.stage == "Synchronised", timeout="1 min")
    ...     live.twin.what_if({"as is": {}}).kpis

    In a coroutine:

    >>> async for verdict in live.verdicts():  # doctest: +SKIP
    ...     print(verdict)
    """

    def __init__(
        self,
        plant: PlantLike,
        sources: Path,
        *,
        seed: int = 1,
        learn: bool = True,
        largest_gap: Duration = "30 d",
        particles: int = 0,
        history: Optional[Path] = None,
        forecast_every: Optional[Duration] = None,
        horizon: Duration = "8 h",
        replications: int = 200,
        threads: int = 1,
    ) -> None:
        described = as_plant(plant)
        self._zone = described._core.zone
        self._core = _core.Live(
            described._model,
            os.fspath(sources),
            seed,
            learn,
            largest_gap,
            particles,
            None if history is None else os.fspath(history),
            forecast_every,
            horizon,
            replications,
            threads,
        )

    def stop(self) -> None:
        """Stop the sources, merge what they had delivered, and finish the history.

        Nothing happens the second time; what the twin was can still be asked.

        Raises
        ------
        Error
            If it had ended by itself, with the reason; if the history could not be finished.
        """
        self._core.stop()

    def __enter__(self) -> LiveTwin:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.stop()

    async def __aenter__(self) -> LiveTwin:
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.stop)

    @property
    def running(self) -> bool:
        """Whether it still follows its sources."""
        return not self._core.news()[3]

    @property
    def twin(self) -> Optional[Twin]:
        """The twin as it stands: a value of its own that lives on by itself.

        None before the first message.
        """
        core = self._core.twin()
        return None if core is None else Twin._of(core)

    @property
    def verdict(self) -> Verdict:
        """Whether it can be trusted now, why not, and since when."""
        return as_verdict(self._core.verdict(), self._zone)

    @property
    def account(self) -> Dict[str, int]:
        """What became of everything that came.

        messages, and of them applied, duplicate, late, rejected; unreadable deliveries; missing
        messages that never came; cells taken over, conflicts, readings of unknown paths.
        """
        return self._core.account()

    @property
    def troubles(self) -> List[str]:
        """Connections that are down, then the last deliveries and readings that were no use."""
        return self._core.troubles()

    def sources(self) -> pd.DataFrame:
        """How each source of messages stands.

        Returns
        -------
        pandas.DataFrame
            source, standing, clock_offset_s (of its clock against this one's).
        """
        import pandas as pd

        columns = ["source", "standing", "clock_offset_s"]
        return pd.DataFrame(self._core.sources(), columns=columns)

    @property
    def forecast(self) -> Optional[Result]:
        """The last forecast, with its verdict; None before the first."""
        found = self._core.forecast()
        return None if found is None else Result(found[0])

    @property
    def forecast_from(self) -> Optional[datetime]:
        """The time of the twin at which the last forecast began."""
        found = self._core.forecast()
        if found is None:
            return None
        at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=found[1] // 1000)
        return at.astimezone(timezone.utc if self._zone == "UTC" else ZoneInfo(self._zone))

    def wait_for(self, condition: Callable[[LiveTwin], object], timeout: Duration = "10 s") -> bool:
        """Block until a condition holds; it is looked at whenever something has happened.

        Parameters
        ----------
        condition : callable
            Called with this object.
        timeout : str or datetime.timedelta
            How long at most.

        Returns
        -------
        bool
            Whether it holds. False at once when the service has ended without it.

        Raises
        ------
        KeyboardInterrupt
            Within 0.2 s of Ctrl-C.
        """
        end = time.monotonic() + _core.seconds_of(timeout)
        while True:
            seen = self._core.news()
            if condition(self):
                return True
            if seen[3] or time.monotonic() >= end:
                return False
            self._core.wait(seen, max(0.0, min(_LOOK_S, end - time.monotonic())))

    async def until(
        self, condition: Callable[[LiveTwin], object], timeout: Duration = "10 s"
    ) -> bool:
        """As `wait_for`, while other coroutines run."""
        end = time.monotonic() + _core.seconds_of(timeout)
        while True:
            seen = self._core.news()
            if condition(self):
                return True
            if seen[3] or time.monotonic() >= end:
                return False
            await self._next(seen, end - time.monotonic())

    async def verdicts(self) -> AsyncIterator[Verdict]:
        """The verdict as it stands, then each time its trust or stage has changed.

        Ends with the service. Of changes that come faster than they are taken the last is given.
        """
        async for _ in self._each(1):
            yield self.verdict

    async def forecasts(self) -> AsyncIterator[Result]:
        """The last forecast, if there is one, then each new one; ends with the service."""
        async for _ in self._each(2):
            if (forecast := self.forecast) is not None:
                yield forecast

    async def twins(self) -> AsyncIterator[Twin]:
        """The twin as it stands, then again after messages were merged; ends with the service."""
        async for _ in self._each(0):
            if (twin := self.twin) is not None:
                yield twin

    async def _each(self, which: int) -> AsyncIterator[None]:
        seen = self._core.news()
        yield
        while not seen[3]:
            news = await self._next(seen, _LOOK_S)
            is_new = news[which] > seen[which]
            seen = news
            if is_new:
                yield

    async def _next(self, seen: _News, most_s: float) -> _News:
        wait_s = max(0.0, min(_LOOK_S, most_s))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, self._core.wait, seen, wait_s)

    def __repr__(self) -> str:
        return f"LiveTwin({self.verdict})"
