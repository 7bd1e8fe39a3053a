# SPDX-License-Identifier: Apache-2.0
"""Back-tests on the real logs beside the project, judged by the scorer that lies there. Skipped without them."""
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
EXAMPLES = Path(os.environ.get("TAKT_BUILD_DIR", ROOT / "build" / "release")) / "examples"
SKIPPED = 77


def load_scorer():
    spec = importlib.util.spec_from_file_location("score", SCORER)
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    return scorer


class Scored(unittest.TestCase):
    """The scores of one log by target: `log` is the scorer's function, `program` what forecasts it."""

    log, program = "", ""

    @classmethod
    def setUpClass(cls):
        import pandas

        scorer = load_scorer()
        truth = pandas.DataFrame(list(getattr(scorer, cls.log)(str(DATA), None, "given")))
        with tempfile.TemporaryDirectory() as folder:
            points, out = Path(folder) / "points.csv", Path(folder) / "forecasts.csv"
            truth[scorer.KEY + ["known"]].to_csv(points, index=False)
            subprocess.run([EXAMPLES / cls.program, "--data", DATA, "--points", points, "--out", out], check=True)
            forecasts = pandas.read_csv(out, dtype={key: str for key in scorer.KEY})
        cls.rows = len(truth)
        cls.matched = truth.merge(forecasts, on=scorer.KEY)
        cls.scores = {each.target: each for each in scorer.score(cls.matched).itertuples()}

    def assert_complete(self):
        self.assertEqual(len(self.matched), self.rows)
        self.assertFalse(self.matched.isna().any(axis=None))

    def assert_band_holds(self, target):
        """The interval of the share of true values inside the band of 90 % touches 85 to 95 %."""
        low, high = map(float, self.scores[target].cover_ci.split("-"))
        self.assertLessEqual(low, 95)
        self.assertGreaterEqual(high, 85)


def main(folder):
    for needed in (DATA / folder, SCORER):
        if not needed.exists():
            print(f"skipped: {needed} is missing")
            sys.exit(SKIPPED)
    if not all(importlib.util.find_spec(name) for name in ("numpy", "pandas")):
        print("skipped: the scorer needs numpy and pandas")
        sys.exit(SKIPPED)
    unittest.main(module="__main__", verbosity=2)
