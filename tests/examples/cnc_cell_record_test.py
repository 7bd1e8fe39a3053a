#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The CNC cell example on the real record beside the project, judged by the scorer that lies there. Skipped without them."""
import importlib.util
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
DATA = SHARED / "data"
SCORER = SHARED / "cases" / "forecast" / "score.py"
PROGRAM = Path(os.environ.get("TAKT_BUILD_DIR", ROOT / "build" / "release")) / "examples" / "cnc_cell" / "backtest"
SKIPPED = 77

# What the method reaches on this record, with a little room: a fault in it costs far more. Minutes, and pieces in an hour.
MOST_CRPS = {("op_end_start", "end"): 2.75, ("op_end_grid", "end"): 5.1,
             ("completions", "1h"): 0.58, ("completions", "2h"): 0.98, ("completions", "4h"): 1.75}


def load_scorer():
    spec = importlib.util.spec_from_file_location("score", SCORER)
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    return scorer


class Record(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        import pandas

        scorer = load_scorer()
        truth = pandas.DataFrame(list(scorer.cnc(str(DATA), None, "given")))
        with tempfile.TemporaryDirectory() as folder:
            points, out = Path(folder) / "points.csv", Path(folder) / "forecasts.csv"
            truth[scorer.KEY + ["known"]].to_csv(points, index=False)
            subprocess.run([PROGRAM, "--data", DATA, "--points", points, "--out", out], check=True)
            forecasts = pandas.read_csv(out, dtype={key: str for key in scorer.KEY})
        cls.rows = len(truth)
        cls.matched = truth.merge(forecasts, on=scorer.KEY)
        cls.scores = {(each.target, each.horizon): each for each in scorer.score(cls.matched).itertuples()}

    def test_every_point_is_forecast(self):
        self.assertEqual(len(self.matched), self.rows)
        self.assertFalse(self.matched.isna().any(axis=None))

    def test_ends_and_completions_surely_beat_the_naive_forecast(self):
        for target, horizon in (("op_end_start", "end"), ("op_end_grid", "end"), ("completions", "1h"), ("completions", "2h")):
            with self.subTest(target=target, horizon=horizon):
                self.assertTrue(self.scores[target, horizon].sure)

    def test_bands_of_nine_in_ten_hold_about_nine_in_ten(self):
        for key, each in self.scores.items():
            with self.subTest(key=key):
                low, high = map(float, each.cover_ci.split("-"))
                self.assertLessEqual(low, 95)
                self.assertGreaterEqual(high, 85)

    def test_the_method_is_as_sharp_as_when_it_was_measured(self):
        for key, most in MOST_CRPS.items():
            with self.subTest(key=key):
                self.assertLess(self.scores[key].CRPS, most)


if __name__ == "__main__":
    for needed in (DATA / "nist_mtc_parts", SCORER):
        if not needed.exists():
            print(f"skipped: {needed} is missing")
            sys.exit(SKIPPED)
    if not all(importlib.util.find_spec(name) for name in ("numpy", "pandas")):
        print("skipped: the scorer needs numpy and pandas")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
