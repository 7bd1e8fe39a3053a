# SPDX-License-Identifier: Apache-2.0
"""Digital twins of factories: describe a plant, keep it true to the real one, ask what if.

Describe a plant in a file (``takt-plant/1``), run it, and read its key figures:

>>> import takt
>>> result = takt.run("bottling.json", horizon="8 h", replications=20)
>>> throughput = result.kpis.query("entity == '/' and kpi == 'throughput_per_h'")
>>> print(throughput[["scenario", "mean", "unit"]].round(-1).to_string(index=False))
scenario  mean unit
   as is 340.0  1/h

Keep a twin true by what the real plant reports, and ask what changes would do from now on. All
futures of all scenarios meet the same random numbers, so the differences speak of the changes
alone:

>>> twin = takt.Twin.load("bottling.json").replay("shift.jsonl")
>>> study = twin.what_if(
...     {"as is": {}, "faster filler": {"/acme/filling/line_1/filler/cycle_time": "9 s"}},
...     horizon="8 h",
...     replications=20,
... )
>>> difference = study.compare("as is").query("entity == '/' and kpi == 'throughput_per_h'")
>>> print(difference[["scenario", "kpi", "clear"]].to_string(index=False))
     scenario              kpi  clear
faster filler throughput_per_h   True

Conventions
-----------
Durations are text with a unit (``"8 h"``, ``"90 s"``) or `datetime.timedelta`; a bare number is
refused, as nobody can see its unit. Numbers that scenarios set are text with a unit too
(``"11 s"``, ``"85 %"``). A path names a thing in the plant by its levels:
``"/acme/filling/line_1/filler"``. Frames are pandas frames; pandas is imported with the first.

Errors are `Error` or one of its kinds: `InvalidInput`, which lists every `Fault` found, and
`FileError`.

Calls that take long release the GIL, and Ctrl-C ends them within 0.1 s. Objects may be shared
between threads.
"""

from ._core import (
    CellChange,
    Error,
    Fault,
    FileError,
    InvalidInput,
    MergeReport,
    Outcome,
    __version__,
)
from . import choosing
from .choosing import optimise
from .cyber import Ict, Placements, ict, placements
from .discovery import Discovered, discover
from .history import History
from .live import LiveTwin
from .plant import Plant
from .result import Result
from .simulation import Simulation
from .study import run, what_if
from .study_plan import StudyPlan, merge, plan, run_task
from .timeline import Timeline
from .twin import Twin
from .verdict import Doubt, Verdict

__all__ = [
    "CellChange",
    "Discovered",
    "Doubt",
    "Error",
    "Fault",
    "FileError",
    "History",
    "Ict",
    "InvalidInput",
    "LiveTwin",
    "MergeReport",
    "Outcome",
    "Placements",
    "Plant",
    "Result",
    "Simulation",
    "StudyPlan",
    "Timeline",
    "Twin",
    "Verdict",
    "__version__",
    "choosing",
    "discover",
    "ict",
    "merge",
    "optimise",
    "placements",
    "plan",
    "run",
    "run_task",
    "what_if",
]
