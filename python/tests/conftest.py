# SPDX-License-Identifier: Apache-2.0
"""Plants that the tests share."""

import copy
import shutil
from pathlib import Path

import pytest
import takt

DATA = Path(__file__).parent / "data"
LINE = "/acme/filling/line_1"

# Two equal exponential machines with 5 places between them, the first never starved, the second
# never blocked.
TWO_MACHINES = {
    "format": "takt-plant/1",
    "name": "two machines",
    "enterprises": {
        "acme": {
            "workshops": {
                "filling": {
                    "lines": {
                        "line_1": {
                            "equipment": {
                                "inlet": {"kind": "source", "supply": "saturated", "to": "first"},
                                "first": {
                                    "kind": "machine",
                                    "cycle_time": {"law": "exponential", "mean": "10 s"},
                                    "to": "between",
                                },
                                "between": {"kind": "buffer", "capacity": 5, "to": "second"},
                                "second": {
                                    "kind": "machine",
                                    "cycle_time": {"law": "exponential", "mean": "10 s"},
                                    "to": "store",
                                },
                                "store": {"kind": "sink"},
                            }
                        }
                    }
                }
            }
        }
    },
}


@pytest.fixture
def bottling():
    """The file of a line with failures, a crew and scrap."""
    return DATA / "bottling.json"


@pytest.fixture
def shift():
    """Half an hour of snapshots of that line."""
    return DATA / "shift.jsonl"


@pytest.fixture
def two_machines():
    """A plant as a dict, to be changed at will."""
    return copy.deepcopy(TWO_MACHINES)


@pytest.fixture
def equipment(two_machines):
    """The equipment of `two_machines`."""
    filling = two_machines["enterprises"]["acme"]["workshops"]["filling"]
    return filling["lines"]["line_1"]["equipment"]


@pytest.fixture
def takt_command():
    """The command line that was built beside the package."""
    beside = Path(takt._core.__file__).parents[2] / "takt"
    found = str(beside) if beside.is_file() else shutil.which("takt")
    if found is None:
        pytest.skip("the command line is not built beside the package")
    return found
