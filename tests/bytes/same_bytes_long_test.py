#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One table: what a hundred runs and every law come to, by compiler, optimisation and instruction set."""
import shutil
import sys
import tempfile

from build import digest

if __name__ == "__main__":
    rows = {}
    for compiler in ("g++", "clang++-14"):
        if shutil.which(compiler) is None:
            print(f"{compiler} is not installed")
            sys.exit(77)
        for level, *more in (("-O0",), ("-O1",), ("-O2",), ("-O3",), ("-O2", "-DTAKT_NO_AVX2")):
            with tempfile.TemporaryDirectory() as folder:
                row = digest(compiler, level, folder, *more).split()[1::2]
            rows[compiler, level, *more] = row
            print(f"{compiler:12} {' '.join([level, *more]):18} laws {row[0]}  runs {row[1]}", flush=True)
    equal = len({tuple(row) for row in rows.values()}) == 1
    print("all equal" if equal else "NOT equal")
    sys.exit(not equal)
