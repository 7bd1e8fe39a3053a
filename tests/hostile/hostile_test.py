#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Malformed plants, snapshots, mappings and streams, and what the program says of each: cases/<kind>_<what>, with its
golden text beside it. With --update the golden texts are written anew."""

import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
TAKT = Path(os.environ["TAKT_BUILD_DIR"]) / "takt"
STREAM = ["sync", "good/cell.json", "--stream"]
COMMANDS = {
    "plant": lambda case: ["validate", case],
    "run": lambda case: ["run", case, "--horizon", "1 h"],
    "snapshots": lambda case: ["sync", "good/cell.json", "--snapshots", case],
    "mapping": lambda case: [*STREAM, "good/mill.txt", "--mapping", case],
    "stream": lambda case: [*STREAM, case, "--mapping", "good/mapping.json"],
}


def cases():
    return sorted(file for file in (HERE / "cases").iterdir() if file.suffix != ".golden")


def golden_of(case):
    return case.with_name(case.name + ".golden")


def said_of(case):
    """The command, its exit status and what it said, the same on every machine."""
    arguments = COMMANDS[case.name.split("_")[0]]("cases/" + case.name)
    done = subprocess.run([TAKT, *arguments], cwd=HERE, capture_output=True, timeout=60)
    said = done.stderr.decode("utf-8")  # whatever a file holds, a message is text
    said = re.sub(r"(?m)^(\d+ observations in ).*$", r"\1some time", said)
    return f"takt {' '.join(arguments)}\nexit status {done.returncode}\n{said}"


class Hostile(unittest.TestCase):
    maxDiff = None

    def test_each_case_is_told_as_its_golden_text_has_it(self):
        for case in cases():
            with self.subTest(case.name):
                self.assertEqual(said_of(case), golden_of(case).read_text(encoding="utf-8"))

    def test_each_is_refused(self):
        for case in cases():
            with self.subTest(case.name):
                golden = golden_of(case).read_text(encoding="utf-8")
                if "lines cannot be read and were left out" not in golden:  # the others of a stream are taken
                    self.assertIn("\nexit status 3\n", golden)

    def test_there_are_many(self):
        self.assertGreaterEqual(len(cases()), 40)
        self.assertEqual({case.name.split("_")[0] for case in cases()}, set(COMMANDS))

    def test_the_good_files_are_good(self):
        for arguments in (["validate", "good/plant.json"], ["validate", "good/laws.json"],
                          ["validate", "good/cell.json"],
                          ["sync", "good/plant.json", "--snapshots", "good/snapshots.jsonl"],
                          [*STREAM, "good/mill.txt", "--mapping", "good/mapping.json"],
                          [*STREAM, "good/mill.txt.gz", "--mapping", "good/mapping.json"]):
            done = subprocess.run([TAKT, *arguments], cwd=HERE, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        for each in cases():
            golden_of(each).write_text(said_of(each), encoding="utf-8")
    else:
        unittest.main()
