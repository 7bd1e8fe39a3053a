# SPDX-License-Identifier: Apache-2.0
"""Builds tests/bytes/digest.cpp with the engine's sources by any compiler, and runs it."""
import concurrent.futures
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOMS = ("core", "plant", "engine", "kpi")
FLAGS = ("-std=c++20", "-ffp-contract=off", "-DNDEBUG", "-I", ROOT / "include", "-I", ROOT / "src", "-I", ROOT / "tests",
         "-isystem", "/usr/include/eigen3")


def digest(compiler, level, folder, *more):
    """What the program prints, compiled so, with `more` flags."""
    sources = [file for room in ROOMS for file in sorted((ROOT / "src" / room).rglob("*.cpp"))]
    sources.append(ROOT / "tests" / "bytes" / "digest.cpp")
    launcher = [shutil.which("ccache")] if shutil.which("ccache") else []

    def compile_one(numbered):
        number, source = numbered
        into = pathlib.Path(folder) / f"{number}.o"
        subprocess.run([*launcher, compiler, level, *more, *map(str, FLAGS), "-c", source, "-o", into], check=True)
        return into

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(compile_one, enumerate(sources)))
    program = pathlib.Path(folder) / "digest"
    subprocess.run([compiler, *objects, "-o", program, "-ldate-tz", "-lfmt", "-pthread"], check=True)
    return subprocess.run([program], check=True, capture_output=True, text=True).stdout
