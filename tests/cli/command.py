# SPDX-License-Identifier: Apache-2.0
"""The command line under test, and the plants and streams that its tests share."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TAKT = Path(os.environ["TAKT_BUILD_DIR"]) / "takt"
BOTTLING = ROOT / "examples" / "bottling" / "bottling.json"
FILLER = "/acme/filling/line_1/filler"

ONE_MACHINE = {
    "format": "takt-plant/1",
    "name": "cell",
    "enterprises": {"acme": {"workshops": {"hall": {"lines": {"line": {"equipment": {
        "in": {"kind": "source", "supply": "saturated", "to": "mill"},
        "mill": {
            "kind": "machine",
            "cycle_time": {"law": "lognormal", "mean": "100 s", "cv": "10 %"},
            "failure": {"time_to_failure": {"law": "exponential", "mean": "8 h"},
                        "time_to_repair": {"law": "exponential", "mean": "20 min"}},
            "to": "out",
        },
        "out": {"kind": "sink"},
    }}}}}}},
}

# Half of the parts come back into a buffer that the source keeps full.
STUCK = {
    "format": "takt-plant/1",
    "name": "stuck",
    "enterprises": {"acme": {"workshops": {"hall": {"lines": {"loop": {"equipment": {
        "in": {"kind": "source", "supply": "saturated", "to": "q1"},
        "q1": {"kind": "buffer", "capacity": 1, "to": "m1"},
        "m1": {"kind": "machine", "cycle_time": "10 s", "to": "q2"},
        "q2": {"kind": "buffer", "capacity": 1, "to": "m2"},
        "m2": {"kind": "machine", "cycle_time": "10 s",
               "to": [{"to": "out", "probability": "50 %"}, {"to": "q1", "probability": "50 %"}]},
        "out": {"kind": "sink"},
    }}}}}}},
}

MAPPING = {
    "format": "takt-mapping/1",
    "streams": {"mill": {
        "equipment": "/acme/hall/line/mill",
        "items": {
            "execution": {"role": "state", "states": {"ACTIVE": "Execute", "READY": "Idle", "ALARM": "Aborted"}},
            "parts": {"role": "part_count"},
        },
    }},
}

STREAM = """\
2026-03-02T06:00:00Z|execution|ACTIVE
2026-03-02T06:00:01Z|feed|120
2026-03-02T06:01:40Z|parts|1
2026-03-02T06:03:30Z|parts|2
2026-03-02T06:04:50Z|parts|3
2026-03-02T06:05:00Z|execution|ALARM
2026-03-02T06:15:00Z|execution|ACTIVE
this is no observation
2026-03-02T06:16:00Z|execution|DREAMING
2026-03-02T06:17:00Z|parts|4
"""


def run(*arguments, **options):
    command = [str(TAKT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, **options)


class Cli(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, content):
        file = self.folder / name
        file.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
        return file

    def check(self, done, status, *messages):
        """The status, no data where there is none to have, and each message on standard error."""
        self.assertEqual(done.returncode, status, done.stderr)
        for message in messages:
            self.assertIn(message, done.stderr)
        if status in (2, 3):
            self.assertEqual(done.stdout, "")
