#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""README.md shows what takt does: its commands run, its program is the example, its table is what quickstart prints."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ["TAKT_BUILD_DIR"])
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST_LOOK = README[README.index("## A first look") : README.index("## Build it yourself")]


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", FIRST_LOOK, re.MULTILINE | re.DOTALL)


def run(command, folder):
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=100).stdout


@unittest.skipUnless((BUILD / "examples" / "first_look").exists(), "the examples are not built")
class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A folder that looks like the repository's root after quickstart."""
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        build = cls.root / "build" / "quickstart"
        programs = build / "examples" / "bottling"
        programs.mkdir(parents=True)
        (cls.root / "examples").symlink_to(ROOT / "examples")
        (build / "takt").symlink_to(BUILD / "takt")
        for name in ("bottling", "bottling_truth"):
            (programs / name).symlink_to(BUILD / "examples" / "bottling" / name)
        cls.quickstart = run([ROOT / "examples" / "bottling" / "run.sh", build], cls.root)

    def test_the_table_is_what_quickstart_prints(self):
        (table,) = blocks("text")
        self.assertIn(table, self.quickstart)

    def test_the_program_is_the_example_and_runs(self):
        (program,) = blocks("cpp")
        source = (ROOT / "examples" / "first_look" / "first_look.cpp").read_text(encoding="utf-8")
        self.assertEqual(program, source[source.index("#include") :])
        self.assertIn("faster filler", run([BUILD / "examples" / "first_look" / "first_look"], self.root))

    def test_the_commands_run(self):
        commands = "".join(blocks("sh"))
        self.assertGreaterEqual(commands.count("build/quickstart/takt "), 3)
        self.assertIn("faster filler", run(["bash", "-euc", commands], self.root))


if __name__ == "__main__":
    unittest.main()
