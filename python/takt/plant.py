# SPDX-License-Identifier: Apache-2.0
"""The description of a plant."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional, Tuple, Union

from . import _core
from .values import Path, PlantLike

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import]


class Plant:
    """A plant as a person describes it: enterprises, workshops, lines, equipment, people, shifts.

    Made by `load` and `from_json`; never changed afterwards. Threads may share it, plants compare
    by content, and can be pickled.

    Examples
    --------
    >>> plant = takt.Plant.load("bottling.json")
    >>> plant
    Plant('bottling')
    >>> takt.Plant.from_json(plant.to_json()) == plant
    True
    """

    def __init__(self, core: _core.Plant) -> None:
        self._core = core
        self._compiled: Optional[_core.Model] = None

    @classmethod
    def load(cls, path: Path) -> Plant:
        """Read a ``takt-plant/1`` file.

        Parameters
        ----------
        path : str or os.PathLike
            The file.

        Raises
        ------
        InvalidInput
            With every fault of the file, of form and of meaning: file, line, JSON pointer, value,
            expectation, nearest name.
        FileError
            If it cannot be read.
        """
        return cls(_core.load_plant(os.fspath(path)))

    @classmethod
    def from_json(cls, description: Union[str, Mapping[str, Any]]) -> Plant:
        """Make a plant from ``takt-plant/1`` as text, or as the dict that stands for it.

        Raises
        ------
        InvalidInput
            With every fault, as `load` does; for a dict without lines.
        """
        if isinstance(description, str):
            return cls(_core.parse_plant(description, is_text=True))
        return cls(_core.parse_plant(json.dumps(description), is_text=False))

    def to_json(self) -> str:
        """The plant as ``takt-plant/1``; reads back as an equal plant."""
        return _core.plant_json(self._core)

    def validate(self) -> List[_core.Fault]:
        """Every fault of the plant; none for every plant that `load` or `from_json` let pass."""
        return self._core.validate()

    @property
    def name(self) -> str:
        """The name of the plant."""
        return self._core.name

    @property
    def paths(self) -> List[str]:
        """The paths of everything in the plant, sorted."""
        return self._model.entities

    def to_svg(self) -> str:
        """A drawing of the plant, as an SVG document."""
        return _core.drawing(self._model)

    def numbers(self) -> pd.DataFrame:
        """The numbers that scenarios may change.

        Returns
        -------
        pandas.DataFrame
            path, value (of a law, its mean), unit (``"s"``, or ``"1"`` for a probability). Below
            the path of a law are its own numbers: ``".../cycle_time/cv"``.
        """
        return number_frame(self._model.numbers())

    @property
    def _model(self) -> _core.Model:
        if self._compiled is None:
            self._compiled = _core.compile(self._core)
        return self._compiled

    def _present(self, seed: Optional[int]) -> _core.Present:
        return _core.Present.of(self._model, 1 if seed is None else seed)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Plant):
            return NotImplemented
        return self._core == other._core

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Tuple[Callable[[str], Plant], Tuple[str]]:
        return Plant.from_json, (self.to_json(),)

    def __copy__(self) -> Plant:
        return self

    def __deepcopy__(self, memo: Dict[int, object]) -> Plant:
        return self

    def __repr__(self) -> str:
        return f"Plant({self.name!r})"

    def _repr_html_(self) -> str:
        """The drawing, for notebooks; as an image, whose styles leave the page alone."""
        drawing = b64encode(self.to_svg().encode()).decode()
        name = escape(repr(self))
        source = f"data:image/svg+xml;base64,{drawing}"
        return f'<p>{name}</p><img alt="{name}" style="max-width:100%" src="{source}">'


def number_frame(rows: List[Tuple[str, float, str]]) -> pd.DataFrame:
    """The frame of `Plant.numbers`."""
    import pandas as pd

    return pd.DataFrame(rows, columns=["path", "value", "unit"])


def as_plant(plant: PlantLike) -> Plant:
    """A plant, or the one a file describes."""
    return plant if isinstance(plant, Plant) else Plant.load(plant)
