#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A wheel made from the sources alone: pip configures, compiles and packs. It works in build/pip of the repository."""

import os
import tempfile
import unittest
from pathlib import Path

from wheels import ROOT, VERSION, environment, make_wheel, run, variables


@unittest.skipUnless("PYTHONPATH" in os.environ, "the Python package is not built")
class WheelFromSource(unittest.TestCase):
    def test_pip_compiles_the_module(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            python = environment(folder / "environment")
            wheel = make_wheel(python, ROOT, folder / "dist", TAKT_BUILD_DIR=None)
            run(python, "-m", "pip", "install", "--no-index", "--no-deps", wheel, env=variables())
            code = "import takt; print(takt.__version__)"
            self.assertEqual(run(python, "-c", code, env=variables(), cwd=folder), VERSION + "\n")


if __name__ == "__main__":
    unittest.main()
