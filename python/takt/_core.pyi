# SPDX-License-Identifier: Apache-2.0
# The compiled part of takt, room by room, as python/bindings has it.

from datetime import timedelta
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

from .values import Duration, Number, Progress

__version__: str

_Numbers = Sequence[Tuple[str, Number]]

# core

class Fault:
    """One thing wrong with an input. Empty fields are unknown or do not apply."""

    def __init__(
        self,
        path: str = ...,
        value: str = ...,
        expected: str = ...,
        nearest: str = ...,
        file: str = ...,
        line: int = ...,
    ) -> None: ...
    @property
    def path(self) -> str:
        """Where: a JSON pointer, an entity's path, a parameter's path."""
    @property
    def value(self) -> str:
        """What was found there, as text."""
    @property
    def expected(self) -> str:
        """What would have been right."""
    @property
    def nearest(self) -> str:
        """The nearest valid name, for a name that is not known."""
    @property
    def file(self) -> str:
        """The file, if the input came from one."""
    @property
    def line(self) -> int:
        """Its line, counted from 1; 0 if unknown."""
    def __eq__(self, other: object) -> bool: ...

class Error(Exception):
    """Base of all errors raised by takt."""

class InvalidInput(Error, ValueError):
    """The input cannot be used. `faults` lists every `Fault` found in it, not only the first."""

    faults: List[Fault]

class FileError(Error, OSError):
    """A file cannot be opened, read or written; the text names it and the system's reason."""

def duration(value: Duration, name: str) -> timedelta: ...

# plant

class Plant:
    @property
    def name(self) -> str: ...
    @property
    def zone(self) -> str: ...
    def validate(self) -> List[Fault]: ...
    def __eq__(self, other: object) -> bool: ...

# engine

class Model:
    @property
    def entities(self) -> List[str]: ...
    def numbers(self) -> List[Tuple[str, float, str]]: ...

def compile(plant: Plant) -> Model: ...

class Outcome:
    """How an advance ended."""

    @property
    def status(self) -> str:
        """'done'; 'deadlock': machines wait in a circle; 'livelock': no time passes."""
    @property
    def time(self) -> timedelta:
        """Where it ended, since the start."""
    @property
    def events(self) -> int:
        """Completions, failures, repairs, arrivals, shift changes."""
    @property
    def circular_wait(self) -> List[str]:
        """Of a deadlock: who waits for whom, one line a wait."""

class Simulation:
    def __init__(self, model: Model, seed: int, replication: int, set: _Numbers) -> None: ...
    @property
    def time(self) -> timedelta: ...
    @property
    def seed(self) -> int: ...
    @property
    def replication(self) -> int: ...
    def advance(self, duration: Duration) -> Outcome: ...
    def copy(self) -> Simulation: ...
    def fork(self, replication: int) -> Simulation: ...
    def hash(self) -> int: ...
    def numbers(self) -> List[Tuple[str, float, str]]: ...
    def machines(self) -> Dict[str, List[object]]: ...
    def buffers(self) -> Dict[str, List[object]]: ...
    def __eq__(self, other: object) -> bool: ...

# topology

def drawing(model: Model) -> str: ...

# kpi

class KpiName:
    @property
    def entity(self) -> str: ...
    @property
    def kpi(self) -> str: ...
    @property
    def unit(self) -> str: ...

def observe(simulation: Simulation, duration: Duration) -> Tuple[Outcome, NDArray[np.float64]]: ...
def kpi_names(simulation: Simulation) -> List[KpiName]: ...

# sync

class Snapshot:
    @property
    def source(self) -> str: ...

class CellChange:
    """A value of the twin's state that a merge changed."""

    @property
    def path(self) -> str: ...
    @property
    def what(self) -> str:
        """'state', 'level', 'good', 'scrap', 'worked_s'."""
    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...

class MergeReport:
    """What merging a snapshot did."""

    @property
    def status(self) -> str:
        """'applied'; 'rejected', 'late' and 'duplicate' changed nothing."""
    @property
    def cells(self) -> int:
        """Readings taken over."""
    @property
    def corrected(self) -> List[CellChange]:
        """Sensed, and different from the model."""
    @property
    def inferred(self) -> List[CellChange]:
        """Not sensed, but follows."""
    @property
    def conflicts(self) -> List[Fault]:
        """Readings that contradict the plant or each other: left out."""
    @property
    def over_runs(self) -> List[str]:
        """Machines whose work takes longer than its law allows."""
    @property
    def log_evidence(self) -> float:
        """Sum of log p(observed | the model's forecast)."""

class Replayed:
    @property
    def ts_ns(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def epoch(self) -> int: ...
    @property
    def seq(self) -> int: ...
    @property
    def report(self) -> MergeReport: ...

class Present:
    @staticmethod
    def of(model: Model, seed: int) -> Present: ...
    @staticmethod
    def of_simulation(simulation: Simulation) -> Present: ...
    @property
    def seed(self) -> int: ...
    @property
    def plant_name(self) -> str: ...
    @property
    def model_hash(self) -> int: ...

class Twin:
    def __init__(
        self, model: Model, seed: int, learn: bool, largest_gap: Duration
    ) -> None: ...
    @property
    def plant(self) -> Plant: ...
    @property
    def time(self) -> timedelta: ...
    @property
    def now_ns(self) -> int: ...
    def copy(self) -> Twin: ...
    def apply(self, snapshot: Snapshot) -> MergeReport: ...
    def replay(
        self, file: str, on_fault: Optional[Callable[[Fault], object]]
    ) -> List[Replayed]: ...
    def advance(self, duration: Duration) -> None: ...
    def learnt(self) -> List[Tuple[str, int, float, float, float]]: ...
    def present(self) -> Present: ...
    def machines(self) -> Dict[str, List[object]]: ...
    def buffers(self) -> Dict[str, List[object]]: ...

# study

class Difference:
    @property
    def scenario(self) -> str: ...
    @property
    def kpi(self) -> KpiName: ...
    @property
    def base(self) -> float: ...
    @property
    def mean(self) -> float: ...
    @property
    def half_width_95(self) -> float: ...
    @property
    def n(self) -> int: ...
    @property
    def clear(self) -> bool: ...

class Unfinished:
    @property
    def scenario(self) -> str: ...
    @property
    def replication(self) -> int: ...
    @property
    def outcome(self) -> Outcome: ...

class StudyResult:
    @property
    def scenarios(self) -> List[str]: ...
    @property
    def kpis(self) -> List[KpiName]: ...
    @property
    def replications(self) -> int: ...
    @property
    def unfinished(self) -> List[Unfinished]: ...
    @property
    def events(self) -> int: ...
    @property
    def little_gap(self) -> float: ...
    @property
    def values(self) -> NDArray[np.float64]: ...
    def kpi_index(self, entity: str, kpi: str) -> int: ...
    def summaries(self) -> NDArray[np.float64]: ...
    def compared_with(self, base: str) -> List[Difference]: ...

def run_study(
    present: Present,
    scenarios: Sequence[Tuple[str, _Numbers]],
    horizon: Duration,
    warmup: Duration,
    replications: int,
    threads: int,
    progress: Optional[Progress],
) -> StudyResult: ...

# io

def load_plant(file: str) -> Plant: ...
def parse_plant(text: str, is_text: bool) -> Plant: ...
def plant_json(plant: Plant) -> str: ...
def parse_snapshot(text: str, is_text: bool) -> Snapshot: ...

def simulation_bytes(simulation: Simulation) -> bytes: ...
def simulation_of(bytes: bytes) -> Simulation: ...
def results_bytes(
    result: StudyResult, present: Present, horizon: Duration, warmup: Duration
) -> bytes: ...
def results_of(bytes: bytes) -> Tuple[StudyResult, Present]: ...

# report

def results_json(
    result: StudyResult, present: Present, horizon: Duration, warmup: Duration
) -> str: ...
