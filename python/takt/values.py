# SPDX-License-Identifier: Apache-2.0
"""The types of arguments that mean more than their Python type says."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Callable, List, Mapping, Tuple, Union

from . import _core

if TYPE_CHECKING:
    from .plant import Plant

Duration = Union[str, timedelta]
"""``"8 h"`` or a `datetime.timedelta`. Units: ns us ms s min h d wk."""

Number = Union[str, timedelta, int]
"""A number with its unit: ``"11 s"``, ``"85 %"``; ``"2.5 1"`` where it has no dimension. A count is
a whole number, at the path of a ``capacity``, ``initial``, ``servers`` or ``size``."""

Numbers = Mapping[str, Number]
"""Numbers by path: ``{"/acme/filling/line_1/filler/cycle_time": "11 s"}``."""

Scenario = Union[Numbers, "Plant", Tuple["Plant", Numbers]]
"""What a scenario changes: numbers, the plant itself, or both; ``{}`` changes nothing."""

Scenarios = Mapping[str, Scenario]
"""The scenarios by their names."""

Path = Union[str, "os.PathLike[str]"]
"""A file."""

PlantLike = Union["Plant", Path]
"""A plant, or the file that describes it."""

Progress = Callable[[int, int], object]
"""Called with the number of runs done and of all runs."""

ProgressLike = Union[bool, Progress]
"""A function, or True for a bar of tqdm."""


def pairs(numbers: Numbers) -> List[Tuple[str, Number]]:
    """Numbers as the compiled part takes them, in their order."""
    if not isinstance(numbers, Mapping):
        raise invalid("set", numbers, "numbers by path")
    return [(path, str(n) if is_count(path, n) else n) for path, n in numbers.items()]


def is_count(path: str, number: object) -> bool:
    """Whether it is a whole number where the plant has a count."""
    name = str(path).rpartition("/")[2]
    whole = isinstance(number, int) and not isinstance(number, bool)
    return whole and name in ("capacity", "initial", "servers", "size")


def invalid(path: str, value: object, expected: str) -> _core.InvalidInput:
    """The error for one argument that cannot be used."""
    fault = _core.Fault(path, repr(value), expected)
    error = _core.InvalidInput(str(fault))
    error.faults = [fault]
    return error
