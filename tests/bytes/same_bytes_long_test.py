#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One table: what a hundred runs and every law come to, by compiler and optimisation."""
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
        for level in ("-O0", "-O1", "-O2", "-O3"):
            with tempfile.TemporaryDirectory() as folder:
                rows[compiler, level] = digest(compiler, level, folder).split()[1::2]
            print(f"{compiler:12} {level}  laws {rows[compiler, level][0]}  runs {rows[compiler, level][1]}", flush=True)
    equal = len({tuple(row) for row in rows.values()}) == 1
    print("all equal" if equal else "NOT equal")
    sys.exit(not equal)
