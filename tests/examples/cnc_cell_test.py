#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The CNC cell example on a made-up record: two machines that repeat programs, so that what comes next is known."""
import csv
import os
import pathlib
import random
import subprocess
import tempfile
import unittest
from datetime import datetime, timedelta

PROGRAM = pathlib.Path(os.environ.get("TAKT_BUILD_DIR", "build/release")) / "examples" / "cnc_cell" / "backtest"
HEADER = "set,part,target,unit,cut,horizon,known\n"
GAP_S = 240.0


def program(seed, blocks=300):
    """Seconds spent on each block."""
    numbers = random.Random(seed)
    return [numbers.uniform(0.5, 7.5) for _ in range(blocks)]


class Stream:
    """Lines of one machine, and what was true of it."""

    def __init__(self):
        self.lines, self.operations = [], []

    def say(self, time, item, value):
        self.lines.append((time, f"{time.isoformat(timespec='microseconds')}Z|{item}|{value}"))

    def run(self, time, dwells, jitter):
        start = time
        self.say(time, "Program_Status", "ACTIVE")
        for i, dwell in enumerate(dwells):
            self.say(time, "Block_Number", 10 * (i + 1))
            self.say(time, "Feed_Rate", 250.5)
            time += timedelta(seconds=dwell * jitter.uniform(0.98, 1.02))
        self.say(time, "Program_Status", "PROGRAM_COMPLETED")
        self.operations.append((start, time))
        return time

    def day(self, begin, end, dwells, jitter):
        time = begin
        while time < end:
            time = self.run(time, dwells, jitter) + timedelta(seconds=GAP_S * jitter.uniform(0.8, 1.2))

    def write(self, file, until=datetime.max, after=datetime.min):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(line + "\n" for time, line in self.lines if after <= time < until), encoding="ascii")


def record():
    streams = {}
    for number, (machine, blocks) in enumerate({"Hurco02": 300, "Hurco04": 200}.items()):
        stream, jitter = Stream(), random.Random(10 + number)
        for day in (6, 7, 8):
            begin = datetime(2017, 2, day, 8, number)
            stream.day(begin, begin.replace(hour=16), program(number, blocks), jitter)
        streams[machine] = stream
    return streams


def row(target, machine, cut, horizon, known=""):
    return f"nist_mtc_parts,given,{target},{machine},{cut.isoformat(sep=' ')},{horizon},{known}\n"


class CncCell(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.place.name)
        cls.streams = record()
        for machine, stream in cls.streams.items():
            stream.write(cls.folder / "all" / "nist_mtc_parts" / f"{machine}_stream.txt")
        cls.cuts = [datetime(2017, 2, 8, hour, 7) for hour in (10, 11, 12, 13)]
        text = HEADER + "other_set,given,items,x,2017-02-08 10:00:00,1h,\n"
        for machine, stream in cls.streams.items():
            for cut in cls.cuts:
                text += "".join(row("completions", machine, cut, f"{hours}h") for hours in (1, 2))
                running = [start for start, end in stream.operations if start < cut < end]
                text += "".join(row("op_end_grid", machine, cut, "end", f"start={start.isoformat(sep=' ')}") for start in running)
        cls.points = cls.folder / "points.csv"
        cls.points.write_text(text, encoding="ascii")

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def call(self, *arguments):
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)

    def forecast(self, data, name="out.csv", points=None, more=()):
        out = self.folder / name
        done = self.call("--data", data, "--points", points or self.points, "--out", out, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return out.read_bytes()

    def rows(self):
        self.forecast(self.folder / "all", "rows.csv")
        with open(self.folder / "rows.csv", encoding="ascii", newline="") as file:
            return list(csv.DictReader(file))

    def test_every_point_of_the_set_has_a_row_with_quantiles_in_order(self):
        rows = self.rows()
        asked = [line for line in self.points.read_text(encoding="ascii").splitlines() if line.startswith("nist")]
        self.assertEqual(len(rows), len(asked))
        for each in rows:
            quantiles = [float(each[q]) for q in ("q05", "q25", "q50", "q75", "q95")]
            self.assertEqual(quantiles, sorted(quantiles))
            self.assertGreaterEqual(quantiles[0], 0.0)

    def test_the_end_of_a_repeated_program_is_known_to_half_a_minute(self):
        ends = [each for each in self.rows() if each["target"] == "op_end_grid"]
        self.assertGreater(len(ends), 4)
        inside = 0
        for each in ends:
            cut = datetime.fromisoformat(each["cut"])
            end = next(end for start, end in self.streams[each["unit"]].operations if start < cut < end)
            left = (end - cut).total_seconds() / 60
            self.assertAlmostEqual(float(each["q50"]), left, delta=0.5)
            inside += float(each["q05"]) < left < float(each["q95"])
        self.assertGreater(inside, len(ends) / 2)  # of a band of 90 %

    def test_completions_are_those_of_a_machine_that_goes_on(self):
        for each in self.rows():
            if each["target"] != "completions":
                continue
            cut = datetime.fromisoformat(each["cut"])
            until = cut + timedelta(hours=int(each["horizon"][:-1]))
            done = sum(cut < end <= until for _, end in self.streams[each["unit"]].operations)
            self.assertAlmostEqual(float(each["mean"]), done, delta=0.8)

    def test_any_number_of_threads_gives_the_same_bytes(self):
        one = self.forecast(self.folder / "all", more=("--threads", "1"))
        self.assertEqual(one, self.forecast(self.folder / "all", more=("--threads", "3")))

    def test_what_is_recorded_later_changes_nothing(self):
        points = self.folder / "early.csv"
        points.write_text(HEADER + "".join(line + "\n" for line in self.points.read_text(encoding="ascii").splitlines()
                                           if f",{self.cuts[0].isoformat(sep=' ')}," in line), encoding="ascii")
        whole = self.forecast(self.folder / "all", points=points)
        for machine, stream in self.streams.items():
            stream.write(self.folder / "early" / "nist_mtc_parts" / f"{machine}_stream.txt", until=self.cuts[0])
        self.assertEqual(whole, self.forecast(self.folder / "early", points=points))

    def test_a_record_in_two_folders_is_one_record(self):
        middle = datetime(2017, 2, 7, 12, 3)
        for machine, stream in self.streams.items():
            stream.write(self.folder / "first" / "nist_mtc_parts" / f"{machine}_stream_until.txt", until=middle)
            stream.write(self.folder / "then" / "nist_mtc_parts" / f"{machine}_stream_from.txt", after=middle)
        self.assertEqual(self.forecast(self.folder / "all"),
                         self.forecast(self.folder / "first", more=("--held", self.folder / "then")))

    def test_speed_is_reported_as_rates(self):
        done = self.call("--speed", *sorted((self.folder / "all" / "nist_mtc_parts").iterdir()))
        self.assertEqual(done.returncode, 0, done.stderr)
        rates = [int(line.split(": ")[1]) for line in done.stdout.splitlines()]
        self.assertEqual(len(rates), 2)
        self.assertGreater(min(rates), 0)

    def test_wrong_use_and_missing_files_are_told_apart(self):
        self.assertEqual(self.call("--data").returncode, 2)
        done = self.call("--data", self.folder / "nowhere", "--points", self.points, "--out", self.folder / "x.csv")
        self.assertEqual(done.returncode, 3)
        self.assertIn("nowhere", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
