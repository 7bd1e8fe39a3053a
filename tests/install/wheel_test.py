#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The wheel of the Python package: what it holds, and that it runs where nothing can be compiled."""

import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import unittest
import zipfile
from pathlib import Path

from wheels import OFFLINE, ROOT, VERSION, environment, make_wheel, run, variables

BUILD = Path(os.environ["TAKT_BUILD_DIR"])
MODULE = BUILD / "python" / "takt" / ("_core" + sysconfig.get_config_var("EXT_SUFFIX"))
NEEDED = [name for name in ("ensurepip", "setuptools", "wheel") if importlib.util.find_spec(name) is None]

RUN = """
import shutil, sys
assert not any(map(shutil.which, ("c++", "cc", "g++", "gcc", "clang", "clang++", "cmake", "ninja", "make")))
import takt
result = takt.run(sys.argv[1], horizon="1 h", replications=2)
print(takt.__version__, takt.__file__, result.values.shape[:2])
"""


@unittest.skipUnless(MODULE.exists(), "the Python package is not built")
@unittest.skipIf(NEEDED, f"{', '.join(NEEDED)} is not installed (Debian: python3-venv, -setuptools, -wheel)")
class Wheel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.source = cls.folder / "source"  # all that a wheel is made of when its module is there
        cls.source.mkdir()
        for name in ("include", "python", "pyproject.toml", "setup.py", "README.md", "LICENSE"):
            (cls.source / name).symlink_to(ROOT / name)
        cls.python = environment(cls.folder / "environment")
        cls.wheel = make_wheel(cls.python, cls.source, cls.folder / "dist", TAKT_BUILD_DIR=str(BUILD))

    def test_it_holds_the_package_and_nothing_else(self):
        with zipfile.ZipFile(self.wheel) as wheel:
            names = {name for name in wheel.namelist() if ".dist-info/" not in name}
            metadata = wheel.read(f"takt-{VERSION}.dist-info/METADATA").decode()
            self.assertEqual(wheel.read(f"takt/{MODULE.name}"), MODULE.read_bytes())
        package = ROOT / "python" / "takt"
        kept = {file for pattern in ("*.py", "*.pyi", "py.typed") for file in package.rglob(pattern)}
        worker = {"takt/takt-ict-worker"} if (BUILD / "takt-ict-worker").is_file() else set()
        self.assertEqual(names, {f"takt/{file.relative_to(package)}" for file in kept} | {f"takt/{MODULE.name}"} | worker)
        self.assertIn(f"\nVersion: {VERSION}\n", metadata)
        self.assertIn("\nRequires-Dist: numpy\n", metadata)

    def test_it_is_for_this_python_and_this_machine(self):
        python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
        self.assertRegex(self.wheel.name, rf"^takt-{re.escape(VERSION)}-{python}-{python}-linux_\w+\.whl$")

    def test_it_runs_where_nothing_can_be_compiled(self):
        unpacked = self.folder / "unpacked"
        with zipfile.ZipFile(self.wheel) as wheel:
            wheel.extractall(unpacked)
        bare = {"PATH": str(self.folder / "nothing"), "PYTHONPATH": str(unpacked), "PYTHONDONTWRITEBYTECODE": "1"}
        bottling = ROOT / "python" / "tests" / "data" / "bottling.json"
        told = run(sys.executable, "-c", RUN, bottling, env=bare, cwd=self.folder)
        self.assertEqual(told, f"{VERSION} {unpacked}/takt/__init__.py (1, 2)\n")

    def test_pip_installs_it_and_takes_it_away(self):
        def pip(*words):
            return run(self.python, "-m", "pip", *words, env=variables())

        where = [self.python, "-c", "import takt; print(takt.__file__)"]
        pip("install", "--no-index", "--no-deps", self.wheel)
        self.assertTrue(run(*where, env=variables(), cwd=self.folder).startswith(str(self.folder / "environment")))
        pip("uninstall", "--yes", "takt")
        gone = subprocess.run(where, env=variables(), cwd=self.folder, capture_output=True, check=False)
        self.assertNotEqual(gone.returncode, 0)

    def test_a_build_without_the_module_is_told(self):
        with self.assertRaisesRegex(AssertionError, r"nowhere/python/takt/_core\S+ is not there: build takt_python"):
            make_wheel(self.python, self.source, self.folder / "none", TAKT_BUILD_DIR="/nowhere")

    def test_making_it_leaves_nothing_but_in_the_build_folder(self):
        run(self.python, "-m", "pip", "install", *OFFLINE, self.source, env=variables(TAKT_BUILD_DIR=str(BUILD)))
        linked = {"include", "python", "pyproject.toml", "setup.py", "README.md", "LICENSE"}
        self.assertEqual({file.name for file in self.source.iterdir()} - {"build"}, linked)
        self.assertEqual([file.name for file in (self.source / "build").iterdir()], ["pip"])
        self.assertEqual(list((ROOT / "python").glob("*.egg-info")), [])


if __name__ == "__main__":
    unittest.main()
