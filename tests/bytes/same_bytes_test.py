#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same bytes from both compilers, unoptimised and optimised, with AVX2 and without; on any number of threads; from processes side by side.

same_bytes_long_test.py prints the whole table."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from build import ROOT, digest

TAKT = pathlib.Path(os.environ.get("TAKT_BUILD_DIR", ROOT / "build" / "release")) / "takt"
COMPILERS = (("g++", "-O3"), ("clang++-14", "-O0", "-DTAKT_NO_AVX2"))


def results(threads):
    """A digest of what the command line prints."""
    plant = ROOT / "examples" / "bottling" / "bottling.json"
    return subprocess.Popen([TAKT, "run", plant, "--horizon", "2 h", "--replications", "24", "--json", "--threads",
                             str(threads)], stdout=subprocess.PIPE)


class SameBytes(unittest.TestCase):
    def test_from_both_compilers(self):
        missing = [compiler for compiler, *_ in COMPILERS if shutil.which(compiler) is None]
        if missing:
            self.skipTest(f"{missing[0]} is not installed")
        printed = {}
        for compiler, level, *more in COMPILERS:
            with tempfile.TemporaryDirectory() as folder:
                printed[compiler, level] = digest(compiler, level, folder, *more)
        self.assertEqual(len(set(printed.values())), 1, printed)

    def test_on_any_number_of_threads_and_from_processes_side_by_side(self):
        running = [results(threads) for threads in (1, 2, 3, 8, 1)]
        digests = {hashlib.sha256(each.communicate()[0]).hexdigest() for each in running}
        self.assertEqual([each.returncode for each in running], [0] * len(running))
        self.assertEqual(len(digests), 1)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
