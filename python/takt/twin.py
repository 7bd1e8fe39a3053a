# SPDX-License-Identifier: Apache-2.0
"""A plant kept true to the real one."""

from __future__ import annotations

import json
import os
import warnings
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional, Tuple, Union
from zoneinfo import ZoneInfo

from . import _core
from .plant import as_plant
from .simulation import buffer_frame, machine_frame, refuse_seed, state_html
from .study import run_scenarios
from .values import Duration, Path, PlantLike, ProgressLike, Scenarios
from .verdict import Verdict, as_verdict

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import]

    from .result import Result


class Twin:
    """A plant whose state and numbers are kept true by what the real plant reports.

    Parameters
    ----------
    plant : Plant, str or os.PathLike
        The plant, or the file that describes it.
    seed : int
        What all random numbers follow from.
    learn : bool
        Whether cycle times, failures and repairs are learnt from what is reported.
    largest_gap : str or datetime.timedelta
        A snapshot further ahead of the present than this is rejected: its clock is taken to be
        wrong. `advance` leads across a time in which the plant did stand still for longer.
    particles : int
        States kept beside the twin's own for what is not sensed; 0 for none. See `estimates`.

    Raises
    ------
    InvalidInput
        With every fault of the plant.

    Notes
    -----
    A twin is a value: a copy lives on its own. Threads may share one: their calls take turns, and
    `what_if` holds it only while it copies the present.

    Examples
    --------
    >>> twin = takt.Twin.load("bottling.json").replay("shift.jsonl")
    >>> twin.now.isoformat()
    '2026-03-02T06:30:00+01:00'
    >>> twin.machines()[["entity", "state"]]
                            entity    state
    0  /acme/filling/line_1/capper  working
    1  /acme/filling/line_1/filler  working
    """

    def __init__(
        self,
        plant: PlantLike,
        *,
        seed: int = 1,
        learn: bool = True,
        largest_gap: Duration = "30 d",
        particles: int = 0,
    ) -> None:
        described = as_plant(plant)
        self._core = _core.Twin(described._model, seed, learn, largest_gap, particles)
        self._zone = described._core.zone
        self._replayed: List[_core.Replayed] = []

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        seed: int = 1,
        learn: bool = True,
        largest_gap: Duration = "30 d",
        particles: int = 0,
    ) -> Twin:
        """A twin of the plant that a ``takt-plant/1`` file describes, at its beginning.

        Raises
        ------
        InvalidInput, FileError
            As `Plant.load`.
        """
        return cls(path, seed=seed, learn=learn, largest_gap=largest_gap, particles=particles)

    def replay(
        self, path: Path, on_fault: Optional[Callable[[_core.Fault], object]] = None
    ) -> Twin:
        """Apply every snapshot of a ``takt-snapshot/1`` file, in its order.

        `reports` tells what became of each.

        Parameters
        ----------
        path : str or os.PathLike
            The file, a snapshot a line.
        on_fault : callable, optional
            Called with each fault of a line; that line is then left out. Without it, faults are an
            error.

        Returns
        -------
        Twin
            This twin.

        Raises
        ------
        InvalidInput
            With every fault of the file, or of the first snapshot that names what the plant does
            not have.
        FileError
            If the file cannot be read.
        KeyboardInterrupt
            Within 0.1 s of Ctrl-C. After any error the twin is as it was before.
        """
        self._replayed = self._core.replay(os.fspath(path), on_fault)
        return self

    def reports(self) -> pd.DataFrame:
        """What became of the snapshots of the last replay, one row each.

        Returns
        -------
        pandas.DataFrame
            ts (UTC), source, epoch, seq; status (``applied``, ``rejected``, ``late``,
            ``duplicate``); cells taken over; the numbers of those corrected, inferred and in
            conflict; log_evidence.
        """
        import pandas as pd

        columns = {
            "ts": pd.to_datetime([each.ts_ns for each in self._replayed], utc=True),
            "source": [each.source for each in self._replayed],
            "epoch": [each.epoch for each in self._replayed],
            "seq": [each.seq for each in self._replayed],
            "status": [each.report.status for each in self._replayed],
            "cells": [each.report.cells for each in self._replayed],
            "corrected": [len(each.report.corrected) for each in self._replayed],
            "inferred": [len(each.report.inferred) for each in self._replayed],
            "conflicts": [len(each.report.conflicts) for each in self._replayed],
            "log_evidence": [each.report.log_evidence for each in self._replayed],
        }
        return pd.DataFrame(columns)

    def apply(self, snapshot: Union[str, Mapping[str, Any]]) -> _core.MergeReport:
        """Advance to a snapshot's time and make the state agree with it.

        Parameters
        ----------
        snapshot : dict or str
            A ``takt-snapshot/1`` object, or the line of text for it. `datetime.datetime` values may
            stand for instants.

        Returns
        -------
        MergeReport
            What was taken over, corrected and left out. A snapshot older than the present is late,
            one seen before a duplicate, one too far ahead rejected: all three change nothing.

        Raises
        ------
        InvalidInput
            With every fault of the snapshot, and every path that the plant does not have; nothing
            is changed.
        Error
            If the plant gets stuck on the way to the snapshot's time.
        KeyboardInterrupt
            Within 0.1 s of Ctrl-C; the twin may then stand at an earlier time than the snapshot's.
        """
        if isinstance(snapshot, str):
            return self._core.apply(_core.parse_snapshot(snapshot, is_text=True))
        text = json.dumps(snapshot, default=_instant_text)
        return self._core.apply(_core.parse_snapshot(text, is_text=False))

    def advance(self, duration: Duration) -> Twin:
        """Let the model run on without news.

        Parameters
        ----------
        duration : str or datetime.timedelta
            How long.

        Returns
        -------
        Twin
            This twin.

        Raises
        ------
        Error
            If the plant gets stuck: machines wait for each other in a circle.
        KeyboardInterrupt
            Within 0.1 s of Ctrl-C; the twin then stands at an earlier time.
        """
        self._core.advance(duration)
        return self

    def copy(self) -> Twin:
        """A twin of its own that stands where this one does."""
        twin = Twin.__new__(Twin)
        twin._core = self._core.copy()
        twin._zone = self._zone
        twin._replayed = list(self._replayed)
        return twin

    @property
    def now(self) -> datetime:
        """The present by the plant's clock and in its zone, to the microsecond."""
        since_1970 = timedelta(microseconds=self._core.now_ns // 1000)
        instant = datetime(1970, 1, 1, tzinfo=timezone.utc) + since_1970
        return instant.astimezone(ZoneInfo(self._zone))

    @property
    def time(self) -> timedelta:
        """The simulated time since the plant's beginning, to the microsecond."""
        return self._core.time

    def machines(self) -> pd.DataFrame:
        """What the machines do now; columns as in `Simulation.machines`."""
        return machine_frame(self._core.machines())

    def buffers(self) -> pd.DataFrame:
        """What the buffers hold now; columns as in `Simulation.buffers`."""
        return buffer_frame(self._core.buffers())

    def why(self, machine: str) -> List[str]:
        """Why a machine does not work now; as `Simulation.why`."""
        return self._core.why(machine)

    def estimates(self) -> pd.DataFrame:
        """What is known of every cell, sensed or not, by the twin's particles.

        Returns
        -------
        pandas.DataFrame
            A row a cell: ``entity``, ``what`` ("level" or "parts", in parts; "working", "idle" or
            "down", a probability), ``sensed``, ``mean``, ``sd``, ``q05``, ``q50``, ``q95``. Empty
            without particles.
        """
        import pandas as pd

        columns = ["entity", "what", "sensed", "mean", "sd", "q05", "q50", "q95"]
        return pd.DataFrame(self._core.estimates(), columns=columns)

    def observability(self) -> pd.DataFrame:
        """Which sensor that is not there would tell most of the levels.

        Returns
        -------
        pandas.DataFrame
            A row a sensor, the best first: ``entity``, ``sensor`` ("level", "state" or
            "counters"), ``sd_before`` and ``sd_after`` (parts), and ``share``, how much of the
            levels' variance it would take away. Empty without particles.
        """
        import pandas as pd

        columns = ["entity", "sensor", "sd_before", "sd_after", "share"]
        return pd.DataFrame(self._core.observability(), columns=columns)

    @property
    def verdict(self) -> Verdict:
        """Whether the twin can be trusted, why not, and since when, in the plant's zone."""
        return as_verdict(self._core.verdict(), self._zone)

    def adopt(self) -> pd.DataFrame:
        """Take what has drifted for right from now on.

        What was learnt, or where nothing is learnt what was measured to have changed, becomes the
        numbers that the plant is held to; the doubts about them end.

        Returns
        -------
        pandas.DataFrame
            path of each law that changed; before_s and after_s, its mean in seconds.
        """
        import pandas as pd

        return pd.DataFrame(self._core.adopt(), columns=["path", "before_s", "after_s"])

    def learnt(self) -> pd.DataFrame:
        """What was learnt from what the plant reported.

        Returns
        -------
        pandas.DataFrame
            path of the law, observations; mean_s and the 90 % interval of the mean, low_s to
            high_s, in seconds.
        """
        import pandas as pd

        columns = ["path", "observations", "mean_s", "low_s", "high_s"]
        return pd.DataFrame(self._core.learnt(), columns=columns)

    def what_if(
        self,
        scenarios: Scenarios,
        *,
        horizon: Duration = "8 h",
        warmup: Duration = "0 s",
        replications: int = 100,
        antithetic: bool = False,
        threads: Optional[int] = None,
        progress: Optional[ProgressLike] = None,
    ) -> Result:
        """Run scenarios from now into many futures; see `takt.what_if`. The twin does not change.

        Examples
        --------
        >>> twin = takt.Twin.load("bottling.json").replay("shift.jsonl")
        >>> faster = {"/acme/filling/line_1/filler/cycle_time": "9 s"}
        >>> study = twin.what_if({"as is": {}, "faster filler": faster}, replications=20)
        >>> study.scenarios
        ['as is', 'faster filler']
        """
        return run_scenarios(
            self._present(None),
            scenarios,
            horizon=horizon,
            warmup=warmup,
            replications=replications,
            antithetic=antithetic,
            threads=threads,
            progress=progress,
        )

    def _present(self, seed: Optional[int]) -> _core.Present:
        refuse_seed(seed, "a twin")
        return self._core.present()

    def save(self, path: Path) -> None:
        """Put the twin aside with all it knows, as ``takt-store/1``.

        `resume` and ``takt sync --from`` go on from it bit for bit; `Simulation.load` and ``takt
        run --from`` read it too. The file is written whole or not at all.

        Raises
        ------
        FileError
            If it cannot be written.
        """
        _core.save_twin(self._core, os.fspath(path))

    @classmethod
    def resume(cls, path: Path) -> Twin:
        """The twin that `save` or ``takt sync --checkpoint`` put aside, on the plant in the file.

        Of a run that was put aside, a twin that has learnt nothing yet. What could not be taken up,
        because another version of takt wrote it, is a warning.

        Raises
        ------
        FileError
            If the file is not there, not whole or no checkpoint.
        InvalidInput
            If its content cannot be a twin of its plant.
        """
        return cls._taken(_core.load_twin(os.fspath(path)))

    @classmethod
    def _taken(cls, taken: Tuple[_core.Twin, List[str]]) -> Twin:
        core, notes = taken
        for note in notes:
            warnings.warn(note, stacklevel=3)
        return cls._of(core)

    @classmethod
    def _of(cls, core: _core.Twin) -> Twin:
        twin = cls.__new__(cls)
        twin._core = core
        twin._zone = core.plant.zone
        twin._replayed = []
        return twin

    @classmethod
    def _of_bytes(cls, content: bytes) -> Twin:
        return cls._taken(_core.twin_of(content))

    def __reduce__(self) -> Tuple[Callable[[bytes], Twin], Tuple[bytes]]:
        return Twin._of_bytes, (_core.twin_bytes(self._core),)

    def __copy__(self) -> Twin:
        return self.copy()

    def __deepcopy__(self, memo: Dict[int, object]) -> Twin:
        return self.copy()

    def __repr__(self) -> str:
        return f"Twin({self._core.plant.name!r}, now={self.now.isoformat()})"

    def _repr_html_(self) -> str:
        """Whether it can be trusted, and what its machines and buffers do now, for notebooks."""
        return self.verdict._repr_html_() + state_html(repr(self), self.machines(), self.buffers())


def _instant_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a snapshot")
