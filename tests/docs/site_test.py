#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The references of C++ and Python, and all pages, are made without a warning."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Site(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_quietly(self, *command, **options):
        return subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False,
                              timeout=250, **options)

    @unittest.skipUnless(shutil.which("doxygen"), "doxygen is not installed")
    def test_the_reference_of_the_headers(self):
        settings = (ROOT / "docs" / "Doxyfile").read_text(encoding="utf-8") + f"\nOUTPUT_DIRECTORY = {self.folder}\n"
        done = self.run_quietly("doxygen", "-", input=settings)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue((self.folder / "cpp" / "index.html").exists())

    @unittest.skipUnless(os.environ.get("PYTHONPATH"), "the Python package is not built")
    def test_the_pages_and_the_reference_of_the_package(self):
        if subprocess.run([sys.executable, "-c", "import sphinx, myst_parser"], capture_output=True, check=False).returncode:
            self.skipTest("sphinx or myst_parser is not installed")
        done = self.run_quietly(sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-d", self.folder / "trees",
                                "docs", self.folder / "site")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue((self.folder / "site" / "first_plant.html").exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
