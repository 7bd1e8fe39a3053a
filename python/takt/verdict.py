# SPDX-License-Identifier: Apache-2.0
"""Whether a twin can be trusted, why not, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from html import escape
from typing import Tuple
from zoneinfo import ZoneInfo

from . import _core


@dataclass(frozen=True)
class Doubt:
    """One reason to trust a twin less.

    Attributes
    ----------
    trust : str
        What it alone leads to: ``Warning`` or ``Invalid``.
    check : str
        Which check has failed: ``modes``, ``levels``, ``calibration``, ``coverage``, ``skill``,
        ``drift``, ``source``, ``merge``, ``evidence``.
    about : str
        The path or the source it speaks of; ``/`` is the whole plant.
    value, limit : float
        What was seen and what is allowed, in the unit of the check.
    since : datetime.datetime
        Since when it leads to `trust`.
    sentence : str
        The same in words.
    """

    trust: str
    check: str
    about: str
    value: float
    limit: float
    since: datetime
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """How far a twin can be trusted.

    Attributes
    ----------
    trust : str
        ``Valid``, ``Warning`` or ``Invalid``: that of the worst doubt.
    stage : str
        ``Unbound``, ``Bound``, ``Synchronised``, ``Degraded`` or ``OutOfSync``.
    since : datetime.datetime
        Since when it has been of that trust.
    doubts : tuple of Doubt
        Worst first; empty when valid.
    """

    trust: str
    stage: str
    since: datetime
    doubts: Tuple[Doubt, ...]

    def __str__(self) -> str:
        return f"{self.trust} ({self.stage}) since {self.since.isoformat()}"

    def _repr_html_(self) -> str:
        doubts = "".join(f"<li>{escape(f'{d.trust}: {d.sentence}')}</li>" for d in self.doubts)
        return f"<p>{escape(str(self))}</p>" + (f"<ul>{doubts}</ul>" if doubts else "")


def as_verdict(core: _core.Verdict, zone: str = "UTC") -> Verdict:
    """The same in Python's own types, instants in a zone."""

    def instant(since_1970_ns: int) -> datetime:
        at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=since_1970_ns // 1000)
        return at.astimezone(timezone.utc if zone == "UTC" else ZoneInfo(zone))

    doubts = tuple(
        Doubt(d.trust, d.check, d.about, d.value, d.limit, instant(d.since_ns), d.sentence)
        for d in core.doubts
    )
    return Verdict(core.trust, core.stage, instant(core.since_ns), doubts)
