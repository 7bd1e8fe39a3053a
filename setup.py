# SPDX-License-Identifier: Apache-2.0
"""Compiles the module of the Python package with CMake, or takes it from a build that is there already.

All that is made on the way lies in build/pip. With TAKT_BUILD_DIR in the environment, the module is copied from that
build of takt, and nothing is compiled.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
WORK = Path("build/pip")
OFF = ("TAKT_TESTS", "TAKT_EXAMPLES", "TAKT_BENCHMARKS", "TAKT_INSTALL", "TAKT_MPI")


class BuildModule(build_ext):
    """Makes each extension as the target of CMake that has it."""

    def build_extension(self, extension):
        target = Path(self.get_ext_fullpath(extension.name)).resolve()
        existing = os.environ.get("TAKT_BUILD_DIR")
        build = Path(existing) if existing else self.compile()
        module = build / "python" / "takt" / target.name
        if not module.is_file():
            raise SystemExit(f"{module} is not there: build takt_python in {build} with {sys.executable}")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(module, target)
        target.chmod(0o755)
        worker = build / "takt-ict-worker"
        if worker.is_file():  # the cyber side runs in a process of its own
            shutil.copy(worker, target.parent / worker.name)

    def compile(self):
        """Configures and builds; the folder that it was built in."""
        build = Path(self.build_temp).resolve()
        options = [f"-D{option}=OFF" for option in OFF] + [f"-DPython_EXECUTABLE={sys.executable}"]
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        configure = ["cmake", "-S", ROOT, "-B", build, *generator, "-DCMAKE_BUILD_TYPE=Release", *options]
        subprocess.run(configure, check=True)
        subprocess.run(["cmake", "--build", build, "--target", "takt_python", "takt_ict", "-j2"], check=True)
        return build


def version():
    text = (ROOT / "include" / "takt" / "core" / "version.hpp").read_text(encoding="utf-8")
    return re.search(r'kVersion = "(.*)"', text)[1]


WORK.mkdir(parents=True, exist_ok=True)
setup(
    version=version(),
    ext_modules=[Extension("takt._core", sources=[])],
    cmdclass={"build_ext": BuildModule},
    options={"build": {"build_base": str(WORK)}, "egg_info": {"egg_base": str(WORK)}},
)
