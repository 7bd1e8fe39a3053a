# SPDX-License-Identifier: Apache-2.0
"""Files that are being written while their writer is killed: whole and old, or whole and new, whatever happens."""
import os
import pathlib
import random
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TAKT = pathlib.Path(os.environ.get("TAKT_BUILD_DIR", ROOT / "build" / "release")) / "takt"
PLANT = ROOT / "examples" / "bottling" / "bottling.json"


def command(folder, seed, replications=2000):
    return [TAKT, "run", PLANT, "--horizon", "5 min", "--replications", str(replications), "--seed", str(seed),
            "--threads", "1", "--out", folder / "results.h5", "--checkpoint", folder / "checkpoint.h5"]


def contents(folder):
    return {name: (folder / name).read_bytes() for name in ("results.h5", "checkpoint.h5")}


def wait_for_a_file_at_work(folder, writer):
    while writer.poll() is None:
        if any(name.endswith(".part") for name in os.listdir(folder)):
            return


def run_kills(kills, seed=1):
    """Kills writers at random moments. Gives how many kills met a writer at work on a file, and how many files were bad."""
    numbers = random.Random(seed)
    caught = bad = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        versions = []
        for version in (1, 2):
            begin = time.monotonic()
            subprocess.run(command(folder, version), check=True, stdout=subprocess.DEVNULL)
            lasts = time.monotonic() - begin
            versions.append(contents(folder))
        for _ in range(kills):
            writer = subprocess.Popen(command(folder, numbers.choice((1, 2))), stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
            if numbers.random() < 0.5:
                time.sleep(numbers.uniform(0.6, 1.1) * lasts)
            else:
                wait_for_a_file_at_work(folder, writer)
                time.sleep(numbers.uniform(0.0, 0.0002))
            writer.kill()
            writer.wait()
            caught += any(file.name.endswith(".part") for file in folder.iterdir())
            found = contents(folder)
            bad += sum(all(found[file] != version[file] for version in versions) for file in found)
    return caught, bad
