#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds exact_cases itself to its word: it passes what is right, fails what is wrong and names what it cannot do."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ["TAKT_BUILD_DIR"]) / "tests" / "exact_cases"
CASES = ROOT / "tests" / "validation" / "wrong_cases.json"
EXPECTED_STATUS = {"right": "passed", "wrong": "failed", "unsupported": "unsupported"}


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False)


def judged(*arguments):
    return json.loads(run(CASES, "--json", *arguments).stdout)["cases"]


class ExactCases(unittest.TestCase):
    def test_every_case_has_the_status_that_its_id_says(self):
        cases = judged()
        self.assertEqual(len(cases), len(json.loads(CASES.read_text(encoding="utf-8"))["cases"]))
        for case in cases:
            with self.subTest(case["id"]):
                self.assertEqual(case["status"], EXPECTED_STATUS[case["id"].split("/")[0]], case)
                self.assertIsInstance(case["worst_z"], float)
                for value in case["values"]:
                    self.assertEqual(list(value), ["name", "expected", "simulated", "half_width", "z"])

    def test_a_case_that_fails_fails_the_program_and_one_that_is_not_supported_does_not(self):
        self.assertEqual(run(CASES, "--case", "wrong/last_digit").returncode, 1)
        self.assertEqual(run(CASES, "--case", "right/pair").returncode, 0)
        unsupported = run(CASES, "--case", "unsupported/kind")
        self.assertEqual(unsupported.returncode, 0)
        self.assertIn("the kind perpetuum_mobile is not known", unsupported.stdout)
        self.assertIn("0 passed, 0 failed, 1 unsupported", unsupported.stdout)

    def test_any_number_of_threads_gives_the_same_bytes(self):
        for case in ["right/line", "right/transient"]:
            outputs = {run(CASES, "--json", "--case", case, "--threads", n).stdout for n in (1, 3)}
            self.assertEqual(len(outputs), 1, case)

    def test_another_seed_gives_other_numbers(self):
        def simulated(seed):
            return judged("--case", "right/line", "--seed", seed)[0]["values"][0]["simulated"]

        self.assertNotEqual(simulated(1), simulated(2))
        self.assertEqual(simulated(2), simulated(2))

    def test_over_seeds_a_right_case_passes_and_a_wrong_one_does_not(self):
        self.assertEqual(run(CASES, "--case", "right/line", "--seeds", 8).returncode, 0)
        wrong = run(CASES, "--case", "wrong/two_percent", "--seeds", 3)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("outside", wrong.stdout)

    def test_wrong_usage_and_files_that_cannot_be_used_are_told_apart(self):
        for arguments in [(), (CASES, "--speed", 1), (CASES, "--seed"), (CASES, "--seed", "one"), (CASES, CASES)]:
            result = run(*arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertIn("usage", result.stderr)
        self.assertEqual(run(ROOT / "no_such_file.json").returncode, 3)
        self.assertEqual(run(CASES, "--case", "right/not_there").returncode, 3)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "cases.json"
            for text in ["", "{", "[]", '{"format": "takt-plant/1"}', '{"format": "takt-exact-cases/1", "cases": [7]}']:
                file.write_text(text, encoding="utf-8")
                result = run(file)
                self.assertEqual(result.returncode, 3, text)
                self.assertIn(str(file), result.stderr)


if __name__ == "__main__":
    unittest.main()
