#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bottling example prints what it should, and learns what it does not know. --update writes expected.txt anew."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "bottling"
EXPECTED = EXAMPLE / "expected.txt"
BUILD = Path(os.environ.get("TAKT_BUILD_DIR", ROOT / "build" / "release"))


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, timeout=110)


def printed(folder):
    """What run.sh prints for a build whose programs are these; the day it makes stays in `folder`."""
    programs = Path(folder) / "examples" / "bottling"
    programs.mkdir(parents=True)
    for name in ("bottling", "bottling_truth"):
        (programs / name).symlink_to(BUILD / "examples" / "bottling" / name)
    return run(EXAMPLE / "run.sh", folder).stdout


@unittest.skipUnless((BUILD / "examples" / "bottling").exists(), "the examples are not built")
class Bottling(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.output = printed(cls.folder.name)
        cls.day = Path(cls.folder.name) / "examples" / "bottling" / "day"

    def test_it_prints_what_is_expected(self):
        self.maxDiff = None
        self.assertEqual(self.output, EXPECTED.read_text(encoding="utf-8"))

    def synchronised(self):
        day = self.day / "shift.jsonl"
        return json.loads(run(BUILD / "takt", "sync", EXAMPLE / "bottling.json", "--snapshots", day, "--json").stdout)

    def test_what_it_learns_lies_where_the_hidden_numbers_are(self):
        # A 90 % interval reaches 1.64 standard deviations; within twice that lie all but 1 in 1000. Of about 16
        # intervals 14.4 should hold the truth; fewer than 12 come in 2 % of all days. A fault in the merge or in the
        # learning, such as repairs missed or exposure not counted, moves means by more.
        truth = json.loads((self.day / "truth.json").read_text(encoding="utf-8"))
        learnt = self.synchronised()["learnt"]
        self.assertGreaterEqual(len(learnt), 15)
        held = 0
        for row in learnt:
            true = truth.get(row["path"], row["plant_s"])
            low = row["mean_s"] - 2 * (row["mean_s"] - row["low_s"])
            high = row["mean_s"] + 2 * (row["high_s"] - row["mean_s"])
            self.assertTrue(low <= true <= high, f"{row['path']}: {true} is not in {low} to {high}")
            held += row["low_s"] <= true <= row["high_s"]
        self.assertGreaterEqual(held, 0.75 * len(learnt))

    def test_it_learns_that_the_filler_is_slower_and_the_capper_jams_more_often(self):
        learnt = {row["path"]: row for row in self.synchronised()["learnt"]}
        filler = learnt["/acme/filling/line_1/filler/cycle_time"]
        self.assertGreater(filler["low_s"], filler["plant_s"])
        jams = learnt["/acme/filling/line_1/capper/failure/time_to_failure"]
        self.assertLess(jams["high_s"], jams["plant_s"])

    def test_sensors_that_are_right_contradict_nothing(self):
        told = self.synchronised()
        self.assertEqual(told["snapshots"], {"applied": 959, "late": 1, "duplicate": 10, "rejected": 0})
        self.assertEqual(told["conflicts"], [])


if __name__ == "__main__":
    if "--update" in sys.argv:
        with tempfile.TemporaryDirectory() as scratch:
            EXPECTED.write_text(printed(scratch), encoding="utf-8")
    else:
        unittest.main()
