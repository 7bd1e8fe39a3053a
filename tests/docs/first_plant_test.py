#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every block of docs/first_plant.md does what the page says."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TAKT_BUILD_DIR", ROOT / "build" / "release"))
PAGE = (ROOT / "docs" / "first_plant.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)


class FirstPlant(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        (cls.folder / "line.json").write_text(*blocks("json"), encoding="utf-8")
        (cls.folder / "shift.jsonl").write_text(*blocks("jsonl"), encoding="utf-8")
        cls.environment = {**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}"}

    def run_here(self, *command):
        return subprocess.run(command, cwd=self.folder, env=self.environment, check=True, capture_output=True, text=True,
                              timeout=100).stdout

    def test_validate_prints_what_the_page_shows(self):
        (shown,) = blocks("text")
        self.assertEqual(self.run_here("takt", "validate", "line.json"), shown)

    def test_the_commands_run_and_the_scenarios_are_told(self):
        printed = self.run_here("bash", "-euc", "".join(blocks("sh")))
        self.assertIn("quick repairs", printed)
        self.assertIn("large rack", printed)
        self.assertIn("is blocked: /acme/hall/line_1/rack_1 is full (5 of 5)", printed)
        self.assertTrue((self.folder / "next_hours.h5").exists())

    @unittest.skipUnless(os.environ.get("PYTHONPATH"), "the Python package is not built")
    def test_the_python_block_runs(self):
        (code,) = blocks("python")
        self.assertIn("quick repairs", self.run_here(sys.executable, "-c", code))


if __name__ == "__main__":
    unittest.main(verbosity=2)
