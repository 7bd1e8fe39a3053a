#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example of edge and cloud prints what it should. --update writes expected.txt anew."""

import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "edge_or_cloud"
EXPECTED = EXAMPLE / "expected.txt"
BUILD = Path(os.environ.get("TAKT_BUILD_DIR", ROOT / "build" / "release"))


def printed():
    return subprocess.run([EXAMPLE / "run.sh", BUILD], check=True, capture_output=True, text=True, timeout=250).stdout


@unittest.skipUnless((BUILD / "takt-ict-worker").exists(), "takt is built without the ICT worker")
class EdgeOrCloud(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.printed = printed()

    def test_it_prints_what_is_expected(self):
        self.assertEqual(self.printed, EXPECTED.read_text(encoding="utf-8"))

    def test_pictures_in_the_cloud_come_too_late(self):
        late = [float(line.split()[-2]) for line in self.printed.splitlines() if line.startswith("quality_stop") and
                not re.search("<=", line)]
        edge, cloud, split = late
        self.assertLess(edge, 1.0)
        self.assertGreater(cloud, 50.0)
        self.assertLess(split, 1.0)


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        EXPECTED.write_text(printed(), encoding="utf-8")
    else:
        unittest.main()
