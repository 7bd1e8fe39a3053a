#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A plant from an event log, on the command line."""

import json
import unittest

from command import BOTTLING, FILLER, Cli, run


class Discover(Cli):
    def log(self, *arguments):
        log = self.folder / "mes.csv"
        self.check(run("run", BOTTLING, "--horizon", "8 h", "--replications", "1", "--log", log, *arguments), 0)
        return log

    def test_a_plant_comes_out_that_can_be_run(self):
        out = self.folder / "found.json"
        done = run("discover", self.log(), "--out", out)
        self.check(done, 0)
        self.assertIn(FILLER, done.stdout)
        self.assertIn("not seen in this log:", done.stdout)
        self.check(run("validate", out), 0)
        self.check(run("run", out, "--horizon", "1 h", "--replications", "2"), 0)

    def test_json_has_plant_elements_and_what_was_not_seen(self):
        done = run("discover", self.log(), "--json", "--name", "found")
        self.check(done, 0)
        found = json.loads(done.stdout)
        self.assertEqual(found["plant"]["name"], "found")
        element = next(e for e in found["elements"] if e["path"] == FILLER and e["what"] == "cycle_time")
        self.assertTrue(0 <= element["confidence"] <= 1)
        self.assertTrue(found["unseen"])

    def test_columns_may_have_any_name(self):
        text = self.log().read_text(encoding="utf-8").replace("case,activity,resource", "lot no,step,where", 1)
        log = self.write("other.csv", text)
        self.check(run("discover", log), 3, "a column case, case_id")
        named = "case=lot no,activity=step,resource=where"
        self.assertEqual(run("discover", log, "--columns", named, "--json").stdout, run("discover", self.log(), "--json").stdout)
        self.check(run("discover", log, "--columns", "cas=lot no"), 2, "did you mean case?")
        self.check(run("discover", log, "--columns", named.replace("where", "were")), 3, "did you mean where?")

    def test_bad_rows_are_told_and_left_out_if_that_is_asked(self):
        log = self.write("mes.csv", "case,activity,start,complete\n1,cut,2026-03-02 06:00,soon\n"
                                    "1,cut,2026-03-02 06:00:00,2026-03-02 06:01:00\n")
        self.check(run("discover", log), 3, "mes.csv:2: complete: found soon")
        done = run("discover", log, "--skip-bad-rows")
        self.check(done, 0, "left out:", "mes.csv:2")
        self.assertIn("cut", done.stdout)

    def test_wrong_wishes_are_told(self):
        log = self.log()
        self.check(run("discover", self.folder / "none.csv"), 3, "none.csv")
        self.check(run("discover", self.write("empty.csv", "case,activity,complete\n")), 3, "empty.csv", "work")
        self.check(run("discover", log, "--stations", "resorce"), 2, "did you mean resource?")
        self.check(run("discover", log, "--zone", "Mars/Crater"), 2, "an IANA time zone")
        self.check(run("discover", log, "--kinds", "D=wrok"), 2, "a kind being work")
        self.check(run("discover", log, "--least-share", "120 %"), 2, "below 100 %")


if __name__ == "__main__":
    unittest.main()
