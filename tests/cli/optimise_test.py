#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""takt optimise: what it finds, what it promises, and what it says of wrong input."""

import json
import unittest

from command import BOTTLING, Cli, run

LINE = "/acme/filling/line_1"
ASKED = (
    "optimise", BOTTLING, "--horizon", "2 h", "--budget", "600", "--candidates", "3",
    "--vary", f"rinsed:{LINE}/rinsed/capacity=1..12", "--vary", f"filled:{LINE}/filled/capacity=1..12",
    "--constraint", "rinsed + filled <= 14",
)  # fmt: skip
GOAL = ("--maximise", "/ throughput_per_h")


class Optimise(Cli):
    def test_it_tells_the_best_and_how_sure_that_is(self):
        done = run(*ASKED, *GOAL)
        self.check(done, 0)
        self.assertIn("best of the 3 candidates found, run again with equal replications", done.stdout)
        told = json.loads(run(*ASKED, *GOAL, "--json").stdout)
        self.assertIn(told["conclusion"], done.stdout)
        self.assertEqual(told["method"], "r-spline")
        self.assertLessEqual(told["runs"], 600)
        self.assertEqual(len(told["candidates"]), 3)
        best = told["best"][0]
        self.assertLessEqual(best["values"]["rinsed"] + best["values"]["filled"], 14)
        self.assertEqual(best["goals"][0]["goal"], "/ throughput_per_h")
        self.assertGreater(best["goals"][0]["standard_error"], 0)

    def test_any_number_of_threads_gives_the_same_bytes(self):
        one, three = (run(*ASKED, *GOAL, "--json", "--threads", threads) for threads in ("1", "3"))
        self.assertEqual(one.stdout, three.stdout)

    def test_a_guarantee_is_kept_or_its_lack_is_status_5(self):
        kept = run(*ASKED, *GOAL, "--indifference", "20", "--json")
        self.check(kept, 0)
        self.assertTrue(json.loads(kept.stdout)["is_guaranteed"])
        self.check(run(*ASKED, *GOAL, "--indifference", "0.01"), 5)

    def test_limits_risks_and_several_goals(self):
        done = run(*ASKED, *GOAL, "--minimise", "/ wip cvar 80 %", "--limit", "/ wip <= 50", "--json")
        self.check(done, 0)
        told = json.loads(done.stdout)
        self.assertEqual(told["method"], "surrogate")
        for each in told["best"]:
            self.assertTrue(each["keeps_limits"])
            self.assertLessEqual(each["limits"][0]["value"], 50)
        none = run(*ASKED, *GOAL, "--limit", "/ wip <= 1")
        self.check(none, 4)
        self.assertIn("keeps the limits", none.stdout)

    def test_a_file_says_the_same(self):
        space = {
            "format": "takt-space/1",
            "vary": [ASKED[9], ASKED[11]],
            "constraints": [ASKED[13]],
            "maximise": [GOAL[1]],
        }
        file = self.write("space.json", json.dumps(space))
        by_file = run(*ASKED[:8], "--space", file)
        self.check(by_file, 0)
        self.assertEqual(by_file.stdout, run(*ASKED, *GOAL).stdout)
        self.check(run(*ASKED, "--space", file), 2, "--space")
        space["vary"][0] = f"{LINE}/rinsed/capcity=1..12"
        space["maximise"] = ["/ througput_per_h"]
        wrong = self.write("wrong.json", json.dumps(space))
        self.check(run(*ASKED[:8], "--space", wrong), 3, f"{wrong}: {LINE}/rinsed/capcity", f"bottling ({BOTTLING}); did",
                   f"did you mean {LINE}/rinsed/capacity?", f'per_h" ({BOTTLING}); did you mean / throughput_per_h?',
                   "3 faults\n")
        odd = self.write("odd.json", json.dumps({"format": "takt-space/1", "vari": [1]}))
        self.check(run(*ASKED[:8], "--space", odd), 3, "did you mean vary?")

    def test_wrong_input_is_told_with_what_may_be_meant(self):
        plain = ("optimise", BOTTLING, "--horizon", "2 h")
        vary = ("--vary", f"{LINE}/rinsed/capacity=1..12")
        cases = {
            "nothing to vary": ((*plain, *GOAL), 2, "--vary"),
            "nothing to gain": ((*plain, *vary), 2, "--maximise"),
            "no range": ((*plain, *GOAL, "--vary", f"{LINE}/rinsed/capacity"), 2, "NAME=1..18"),
            "a range upside down": ((*plain, *GOAL, "--vary", f"{LINE}/rinsed/capacity=9..1"), 2, "from low to high"),
            "no such method": ((*plain, *vary, *GOAL, "--method", "exhaustiv"), 2, "did you mean exhaustive?"),
            "no such flag": ((*plain, *vary, "--maximize", "/ wip"), 2, "--maximize"),
            "a guarantee of nothing": ((*plain, *vary, *GOAL, "--indifference", "0"), 2, "a number above 0"),
            "certainty": ((*plain, *vary, *GOAL, "--confidence", "100 %"), 2, "95 %"),
            "a wrong unit": ((*plain, *GOAL, "--vary", f"{LINE}/filler/cycle_time=9..12 kg"), 3, "a time"),
            "half a place": ((*plain, *GOAL, "--vary", f"{LINE}/rinsed/capacity=1.0..12.0"), 3, "whole numbers"),
            "a wrong path": ((*plain, *GOAL, "--vary", f"{LINE}/filler/cycle_tme=9..12 s"), 3,
                             f"{BOTTLING}: {LINE}/filler/cycle_tme: expected the path of a number or a count of plant "
                             f"bottling; did you mean {LINE}/filler/cycle_time?"),
            "a wrong figure": ((*plain, *vary, "--maximise", "/ throughput"), 3,
                               f'{BOTTLING}: "/ throughput": found / throughput, expected ENTITY KPI'),
            "a wrong risk": ((*plain, *vary, "--maximise", "/ wip quantil 95 %"), 3, "did you mean quantile?"),
            "a wrong limit": ((*plain, *vary, *GOAL, "--limit", "/ wip < 4"), 3, "no bound"),
            "a wrong constraint": ((*plain, *vary, *GOAL, "--constraint", "rinsd <= 4"), 3, "a variable"),
            "too many for all": ((*plain, *GOAL, *vary, "--method", "exhaustive", "--budget", "20",
                                  "--vary", f"{LINE}/filled/capacity=1..12"), 3, "budget"),
            "guarantee of two goals": ((*plain, *vary, *GOAL, "--minimise", "/ wip", "--indifference", "1"), 3,
                                       "indifference"),
        }
        for case, (arguments, status, message) in cases.items():
            with self.subTest(case):
                self.check(run(*arguments), status, message)


if __name__ == "__main__":
    unittest.main()
