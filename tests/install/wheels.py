# SPDX-License-Identifier: Apache-2.0
"""Making wheels and environments, for the tests of them."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSION = re.search(r'"(.*)"', (ROOT / "include/takt/core/version.hpp").read_text(encoding="utf-8"))[1]
OFFLINE = ("--no-build-isolation", "--no-index", "--no-deps", "--disable-pip-version-check")


def run(*command, **options):
    """What a program wrote to standard output; a failure shows all of what it wrote."""
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, timeout=1500, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def environment(folder):
    """The Python of a new environment that sees the system's packages."""
    run(sys.executable, "-m", "venv", "--system-site-packages", folder)
    return Path(folder) / "bin" / "python"


def variables(**changes):
    """Those of this process, without the package that is being built; None takes one away."""
    made = {**os.environ, **changes, "PYTHONPATH": None}
    return {name: value for name, value in made.items() if value is not None}


def make_wheel(python, source, into, **changes):
    """The file that `pip wheel` makes of a folder."""
    run(python, "-m", "pip", "wheel", *OFFLINE, "--wheel-dir", into, source, env=variables(**changes))
    (wheel,) = Path(into).glob("*.whl")
    return wheel
