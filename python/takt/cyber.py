# SPDX-License-Identifier: Apache-2.0
"""The cyber side of a plant: how late decisions are, and where analytics should run."""

from __future__ import annotations

import json
import os
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Dict, List, Optional

from . import _core
from .plant import Plant
from .values import Duration, Path, PlantLike

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import]


def _worker() -> str:
    """The worker that is installed beside the package; otherwise the library looks for it."""
    beside = FilePath(__file__).parent / "takt-ict-worker"
    return str(beside) if "TAKT_ICT_WORKER" not in os.environ and beside.is_file() else ""


def _frame(rows: List[Dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows)


class Ict:
    """What the cyber side of a plant did.

    Attributes
    ----------
    document : dict
        All of it, as ``takt ict --json`` prints it.
    """

    def __init__(self, document: Dict[str, Any]) -> None:
        self.document = document

    @property
    def loops(self) -> pd.DataFrame:
        """A row a control loop: counts, latencies in seconds, ``loss`` and ``late``."""
        rows = []
        for loop in self.document["loops"]:
            row = {k: v for k, v in loop.items() if not isinstance(v, (list, dict))}
            row.update({key: loop[key]["value"] for key in ("p50_s", "p95_s", "p99_s")})
            rows.append(row)
        return _frame(rows)

    @property
    def requirements(self) -> pd.DataFrame:
        """A row a requirement: ``loop``, ``requirement``, what was ``found`` and whether it is ``met``."""
        return _frame([{"loop": loop["name"], **row} for loop in self.document["loops"] for row in loop["requirements"]])

    @property
    def nodes(self) -> pd.DataFrame:
        """A row a node: load, energy, and the queue of a gateway."""
        return _frame(self.document["nodes"])

    @property
    def links(self) -> pd.DataFrame:
        """A row a link: messages, bytes, energy."""
        return _frame(self.document["links"])

    def latency(self, loop: str) -> List[float]:
        """The law of a loop's latency: 1000 seconds of equal weight, ascending."""
        for each in self.document["loops"]:
            if each["name"] == loop:
                return list(each["latency_s"])
        raise KeyError(loop)

    @property
    def all_met(self) -> bool:
        """Whether every requirement is met."""
        return bool(self.document["all_met"])

    def __repr__(self) -> str:
        met = "met" if self.all_met else "not all met"
        return f"Ict({self.document['plant']!r}, {len(self.document['loops'])} control loops, requirements {met})"


class Placements:
    """Placements of analytics compared: what each costs, and what it does to the factory.

    Attributes
    ----------
    document : dict
        All of it, as ``takt ict --study D --json`` prints it.
    """

    def __init__(self, document: Dict[str, Any]) -> None:
        self.document = document

    @property
    def costs(self) -> pd.DataFrame:
        """A row a placement: costs an hour in the currency of the plant."""
        return _frame([{"placement": each["name"], **each["cost_per_h"]} for each in self.document["placements"]])

    @property
    def differences(self) -> pd.DataFrame:
        """Each placement against the plant as written, figure by figure, paired, with 95 % intervals."""
        return _frame(self.document["differences"])

    @property
    def break_evens(self) -> pd.DataFrame:
        """How much later the cheapest placement's commands could come until each other one costs as much."""
        return _frame(self.document["break_evens"])

    def cyber(self, placement: str) -> Ict:
        """The cyber side of one placement."""
        for each in self.document["placements"]:
            if each["name"] == placement:
                return Ict({"plant": self.document["plant"], **each["cyber"]})
        raise KeyError(placement)

    def __repr__(self) -> str:
        return f"Placements({[each['name'] for each in self.document['placements']]})"


def _plant(plant: PlantLike) -> Plant:
    return plant if isinstance(plant, Plant) else Plant.load(plant)


def ict(
    plant: PlantLike,
    *,
    horizon: Duration = "10 min",
    warmup: Duration = "0 s",
    placement: str = "",
    seed: int = 1,
    timeout: Duration = "10 min",
    cache: Optional[Path] = None,
) -> Ict:
    """Simulate the sensors, computers, links and control loops of a plant.

    Parameters
    ----------
    plant : Plant, str or os.PathLike
        The plant, with a cyber side.
    horizon, warmup : str or datetime.timedelta
        How long sensors read, and the beginning of it that is not counted.
    placement : str
        Where analytics run; as the plant says if empty.
    seed : int
        Which random numbers.
    timeout : str or datetime.timedelta
        The simulation is ended after so much time on the wall.
    cache : str or os.PathLike, optional
        Folder of answers that are known already.

    Raises
    ------
    InvalidInput
        For a plant without a cyber side, or an argument that makes no sense.
    Error
        If the simulation failed or took too long.
    """
    folder = "" if cache is None else os.fspath(cache)
    text = _core.ict_json(_plant(plant)._core, placement, horizon, warmup, seed, timeout, _worker(), folder)
    return Ict(json.loads(text))


def placements(
    plant: PlantLike,
    *,
    study: Duration,
    replications: int = 50,
    threads: int = 0,
    horizon: Duration = "10 min",
    warmup: Duration = "0 s",
    seed: int = 1,
    timeout: Duration = "10 min",
    cache: Optional[Path] = None,
) -> Placements:
    """Compare the placements of a plant as scenarios of one study of the factory.

    Parameters
    ----------
    study : str or datetime.timedelta
        How much time of the factory each future has.
    replications, threads : int
        Futures for each placement, and threads that run them (0: one a core).
    plant, horizon, warmup, seed, timeout, cache
        As for `ict`.
    """
    folder = "" if cache is None else os.fspath(cache)
    text = _core.placements_json(
        _plant(plant)._core, study, replications, threads, horizon, warmup, seed, timeout, _worker(), folder
    )
    return Placements(json.loads(text))
