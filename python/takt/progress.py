# SPDX-License-Identifier: Apache-2.0
"""How far a study has come, shown while it runs."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import Any, Iterator, Optional

from .values import Progress, ProgressLike


@contextmanager
def shown(progress: Optional[ProgressLike]) -> Iterator[Optional[Progress]]:
    """The function to be told; for True, one that moves a bar of tqdm until the block ends."""
    if progress is None or progress is False:
        yield None
    elif progress is not True:
        yield progress
    else:
        bar = Bar()
        try:
            yield bar
        finally:
            bar.close()


class Bar:
    """A bar of tqdm, in a notebook or on a terminal. It appears when something is told first."""

    def __init__(self) -> None:
        try:
            from tqdm.auto import tqdm  # type: ignore[import]
        except ImportError:
            text = "progress is not shown: tqdm is not installed (Debian: python3-tqdm)"
            warnings.warn(text, RuntimeWarning, stacklevel=6)
            tqdm = None
        self._make = tqdm
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        if self._make is None:
            return
        if self._bar is None:
            self._bar = self._make(total=total, unit="run")
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Leaves the bar as it stands."""
        if self._bar is not None:
            self._bar.close()
