# SPDX-License-Identifier: Apache-2.0
"""One run, step by step."""

from __future__ import annotations

import os
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Callable, Dict, List, Optional, Tuple

from . import _core
from .plant import as_plant, number_frame
from .timeline import Timeline
from .values import Duration, Numbers, Path, PlantLike, invalid, pairs

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import]


class Simulation:
    """One run of a plant as a plain value: advance it, copy it, fork it, compare it.

    Parameters
    ----------
    plant : Plant, str or os.PathLike
        The plant, or the file that describes it.
    seed : int
        What all random numbers follow from.
    replication : int
        Which of the futures of that seed.
    set : mapping of str to str or datetime.timedelta, optional
        Numbers that differ from the plant's, by path.

    Raises
    ------
    InvalidInput
        With every fault of the plant and every wrong path and value.

    Notes
    -----
    A *copy* continues bit for bit. A *fork* has random numbers of its own, also for what is under
    way. Two simulations are equal if they are of the same plant and will continue alike. Threads
    may share one: their calls take turns. A pickle holds its plant, numbers and state as
    ``takt-store/1``, and continues bit for bit.

    Examples
    --------
    >>> simulation = takt.Simulation("bottling.json", seed=7)
    >>> simulation.advance("8 h").time
    datetime.timedelta(seconds=28800)
    >>> other = simulation.copy()
    >>> simulation.advance("1 h").status, other.advance("60 min").status
    ('done', 'done')
    >>> simulation == other
    True
    """

    def __init__(
        self, plant: PlantLike, seed: int = 1, replication: int = 0, set: Optional[Numbers] = None
    ) -> None:
        self._core = _core.Simulation(as_plant(plant)._model, seed, replication, pairs(set or {}))

    @classmethod
    def _of(cls, core: _core.Simulation) -> Simulation:
        simulation = cls.__new__(cls)
        simulation._core = core
        return simulation

    def advance(self, duration: Duration) -> _core.Outcome:
        """Let time pass.

        Parameters
        ----------
        duration : str or datetime.timedelta
            How much; what is due at the very end happens too.

        Returns
        -------
        Outcome
            Its `status` is ``"done"``, or says why the run got stuck.

        Raises
        ------
        KeyboardInterrupt
            Within 0.1 s of Ctrl-C; the simulation is then as it was before.
        """
        return self._core.advance(duration)

    def observe(self, duration: Duration) -> pd.DataFrame:
        """Let time pass as `advance` does, and tell the KPIs of that time.

        Returns
        -------
        pandas.DataFrame
            entity, kpi, unit, value; NaN where a value has no meaning (a mean of nothing).

        Raises
        ------
        Error
            If the run got stuck: machines wait for each other in a circle.
        """
        outcome, values = _core.observe(self._core, duration)
        if outcome.status != "done":
            waits = "".join(f"\n  {wait}" for wait in outcome.circular_wait)
            raise _core.Error(f"{outcome.status} at {outcome.time} after the start{waits}")
        import pandas as pd

        names = _core.kpi_names(self._core)
        columns: Dict[str, object] = {
            "entity": [name.entity for name in names],
            "kpi": [name.kpi for name in names],
            "unit": [name.unit for name in names],
            "value": values,
        }
        return pd.DataFrame(columns)

    def watch(self, duration: Duration) -> Timeline:
        """Let time pass as `advance` does, and tell what the machines did meanwhile.

        Returns
        -------
        Timeline
            Its `gantt` draws it; `Timeline.save` writes it for ui.perfetto.dev. If the run got
            stuck, it ends there.
        """
        return Timeline(_core.watch(self._core, duration)[1])

    def why(self, machine: str) -> List[str]:
        """Why a machine does not work: the chain of causes, a line each.

        Raises
        ------
        InvalidInput
            For a path that is no machine's.
        """
        return self._core.why(machine)

    def save(self, path: Path) -> None:
        """Write a checkpoint: plant, numbers and state as ``takt-store/1``.

        ``takt run --from`` and `load` go on from it bit for bit. The file is written whole or not
        at all.

        Raises
        ------
        FileError
            If it cannot be written.
        """
        _core.save_simulation(self._core, os.fspath(path))

    @classmethod
    def load(cls, path: Path) -> Simulation:
        """Read a checkpoint that `save`, ``takt run`` or ``takt sync`` wrote.

        Raises
        ------
        FileError
            If the file is not there, not whole or no checkpoint.
        InvalidInput
            If its content cannot be a run of its plant.
        """
        return cls._of(_core.load_simulation(os.fspath(path)))

    def copy(self) -> Simulation:
        """A value of its own that continues bit for bit as this one does."""
        return Simulation._of(self._core.copy())

    def fork(self, replication: int) -> Simulation:
        """A future of its own: other random numbers, and what is under way drawn anew."""
        return Simulation._of(self._core.fork(replication))

    @property
    def time(self) -> timedelta:
        """The simulated time since the start, to the microsecond."""
        return self._core.time

    @property
    def seed(self) -> int:
        """What all its random numbers follow from."""
        return self._core.seed

    @property
    def replication(self) -> int:
        """Which of the futures of its seed it is."""
        return self._core.replication

    def hash(self) -> int:
        """64 bits, the same on any machine for simulations of one plant that stand alike."""
        return self._core.hash()

    def numbers(self) -> pd.DataFrame:
        """The numbers it runs with; columns as in `Plant.numbers`."""
        return number_frame(self._core.numbers())

    def machines(self) -> pd.DataFrame:
        """What the machines do.

        Returns
        -------
        pandas.DataFrame
            entity; state (``working``, ``setup``, ``blocked``, ``starved``, ``down``,
            ``waiting_for_crew``, ``off_shift``); in_process and blocked, in parts; good_parts,
            scrap_parts and failures since the start.
        """
        return machine_frame(self._core.machines())

    def buffers(self) -> pd.DataFrame:
        """What the buffers hold.

        Returns
        -------
        pandas.DataFrame
            entity; level and capacity, in parts (capacity ``<NA>``: never full); parts_out since
            the start.
        """
        return buffer_frame(self._core.buffers())

    def _present(self, seed: Optional[int]) -> _core.Present:
        refuse_seed(seed, "a simulation")
        return _core.Present.of_simulation(self._core)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Simulation):
            return NotImplemented
        return self._core == other._core

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Simulation:
        return self.copy()

    def __deepcopy__(self, memo: Dict[int, object]) -> Simulation:
        return self.copy()

    def __reduce__(self) -> Tuple[Callable[[bytes], Simulation], Tuple[bytes]]:
        return Simulation._of_bytes, (_core.simulation_bytes(self._core),)

    @classmethod
    def _of_bytes(cls, content: bytes) -> Simulation:
        return cls._of(_core.simulation_of(content))

    def __repr__(self) -> str:
        return f"Simulation(seed={self.seed}, replication={self.replication}, time={self.time})"

    def _repr_html_(self) -> str:
        """What its machines and buffers do, for notebooks."""
        return state_html(repr(self), self.machines(), self.buffers())


def machine_frame(columns: Dict[str, List[object]]) -> pd.DataFrame:
    """The frame of `Simulation.machines`."""
    import pandas as pd

    return pd.DataFrame(columns)


def buffer_frame(columns: Dict[str, List[object]]) -> pd.DataFrame:
    """The frame of `Simulation.buffers`."""
    import pandas as pd

    return pd.DataFrame(columns).astype({"capacity": "Int64"})


def state_html(title: str, machines: pd.DataFrame, buffers: pd.DataFrame) -> str:
    """How a state looks in a notebook; of large plants, the first and the last rows."""
    tables = [frame.to_html(index=False, max_rows=20) for frame in (machines, buffers)]
    return f"<p>{escape(title)}</p>{''.join(tables)}"


def refuse_seed(seed: Optional[int], what: str) -> None:
    """A present that has begun has its seed."""
    if seed is not None:
        raise invalid("seed", seed, f"none: {what} has its own")
