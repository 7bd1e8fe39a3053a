#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the command line writes and goes on from."""

import csv
import json
import unittest

from command import BOTTLING, FILLER, ONE_MACHINE, Cli, run


class Files(Cli):
    """What run writes and goes on from."""

    HOUR = ("--horizon", "1 h", "--replications", "4")

    def whole(self, name):
        data = (self.folder / name).read_bytes()
        self.assertEqual(data[-32:-16], b"takt-store/1 end")
        return data

    def test_results_are_the_same_bytes_on_any_number_of_threads(self):
        for threads in (1, 2, 8):
            self.check(run("run", BOTTLING, *self.HOUR, "--threads", str(threads), "--out", self.folder / f"{threads}.h5"), 0)
        self.assertEqual(self.whole("1.h5"), self.whole("2.h5"))
        self.assertEqual(self.whole("1.h5"), self.whole("8.h5"))

    def test_a_checkpoint_goes_on_where_it_ended(self):
        end = self.folder / "end.h5"
        self.check(run("run", BOTTLING, *self.HOUR, "--checkpoint", end, "--replay", "as is:2"), 0)
        done = run("run", BOTTLING, *self.HOUR, "--from", end)
        self.check(done, 0)
        self.assertIn("from 2026-03-02T06:00:00Z", done.stdout)
        self.assertEqual(done.stderr, "")

    def test_a_checkpoint_goes_on_in_an_edited_plant(self):
        end, edited = self.folder / "end.h5", self.folder / "edited.json"
        self.check(run("run", BOTTLING, *self.HOUR, "--checkpoint", end), 0)
        plant = json.loads(BOTTLING.read_text(encoding="utf-8"))
        line = plant["enterprises"]["acme"]["workshops"]["filling"]["lines"]["line_1"]["equipment"]
        line["filler_2"] = line["filler"]
        feeder = next(e for e in line.values() if e.get("to") == "filler")
        feeder["to"] = [{"to": "filler"}, {"to": "filler_2"}]
        edited.write_text(json.dumps(plant), encoding="utf-8")
        done = run("run", edited, *self.HOUR, "--from", end)
        self.check(done, 0)
        self.assertRegex(done.stderr, "edited.json is not the plant of .*end.h5: [0-9]+ parts kept, 0 moved, 0 dropped")
        self.assertIn("added: /acme/filling/line_1/filler_2", done.stderr)
        compared = run("run", BOTTLING, *self.HOUR, "--from", end, "--scenario-plant", f"two fillers={edited}")
        self.check(compared, 0)
        self.assertIn("two fillers", compared.stdout)

    def test_a_log_has_a_row_for_each_operation_of_the_future_asked_for(self):
        rows = {}
        for future in ("as is:0", "as is:1"):
            log = self.folder / "log.csv"
            self.check(run("run", BOTTLING, *self.HOUR, "--log", log, "--replay", future), 0)
            with log.open(newline="", encoding="utf-8") as file:
                rows[future] = [row for row in csv.DictReader(file) if row["kind"] == "work"]
        self.assertIn(FILLER, {row["resource"] for row in rows["as is:0"]})
        self.assertNotEqual(rows["as is:0"], rows["as is:1"])
        for row in rows["as is:0"]:
            self.assertEqual(row["good"], "1" if row["complete"] else "")
            self.assertLessEqual(row["start"][:19], row["complete"][:19] or "9")

    def test_a_log_leaves_out_what_it_is_told_to(self):
        log = self.folder / "log.csv"
        wish = ("--log", log, "--log-without", "starts", "--log-without", "arrivals")
        self.check(run("run", BOTTLING, *self.HOUR, *wish), 0)
        with log.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertTrue(all(row["start"] == row["complete"] for row in rows if row["kind"] == "work"))
        self.assertNotIn("arrival", {row["kind"] for row in rows})
        self.check(run("run", BOTTLING, *self.HOUR, "--log", log, "--log-without", "start"), 2, "did you mean starts?")
        end = self.folder / "end.h5"
        self.check(run("run", BOTTLING, *self.HOUR, "--checkpoint", end), 0)
        self.check(run("run", BOTTLING, *self.HOUR, "--from", end, "--log", log), 2, "leave out --from")

    def test_a_trace_has_a_track_for_each_machine(self):
        trace = self.folder / "trace.json"
        self.check(run("run", BOTTLING, *self.HOUR, "--trace", trace), 0)
        events = json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
        tracks = {e["args"]["name"] for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
        self.assertIn("filler", tracks)
        hour = {}
        for e in events:
            if e["ph"] == "X":
                hour[e["tid"]] = hour.get(e["tid"], 0) + e["dur"]
        for track, us in hour.items():
            self.assertAlmostEqual(us, 3600e6, delta=1, msg=str(track))

    def test_why_follows_the_causes_of_the_future_asked_for(self):
        done = run("run", BOTTLING, *self.HOUR, "--why", FILLER + "@30 min", "--replay", "as is:3")
        self.check(done, 0)
        self.assertRegex(done.stdout, "filler after 30 min, replication 3 of 'as is'\n\n  /acme/filling/line_1/filler is ")

    def test_what_is_asked_of_a_future_is_checked_before_any_runs(self):
        long = ("--horizon", "1000 h", "--replications", "100000")
        for wish, named in ((("--replay", "as it:0", "--trace", self.folder / "t.json"), "did you mean as is?"),
                            (("--why", "/acme/filling/line_1/filer@1 h"), "did you mean /acme/filling/line_1/filler?")):
            done = run("run", BOTTLING, *long, *wish)
            self.check(done, 3)
            self.assertIn(named, done.stderr)

    def test_a_file_that_is_no_checkpoint_is_invalid_input(self):
        results = self.folder / "results.h5"
        self.check(run("run", BOTTLING, *self.HOUR, "--out", results), 0)
        for file, why in ((results, "it holds results, expected checkpoint"), (BOTTLING, "not a takt-store file"),
                          (self.folder / "no.h5", "No such file")):
            done = run("run", BOTTLING, *self.HOUR, "--from", file)
            self.check(done, 3)
            self.assertIn(why, done.stderr)

    def test_a_folder_that_is_not_there_is_a_failed_run(self):
        done = run("run", BOTTLING, *self.HOUR, "--out", self.folder / "nowhere" / "r.h5")
        self.check(done, 4)
        self.assertIn("cannot write", done.stderr)

    def test_a_drawing_is_of_the_kind_its_name_says(self):
        for name, begin in (("plant.svg", "<svg"), ("plant.dot", "digraph")):
            self.check(run("validate", BOTTLING, "--drawing", self.folder / name), 0)
            self.assertIn(begin, (self.folder / name).read_text(encoding="utf-8")[:200])
        self.check(run("validate", BOTTLING, "--drawing", self.folder / "plant.png"), 2)

    def test_validate_warns_of_what_no_part_reaches(self):
        plant = json.loads(json.dumps(ONE_MACHINE))
        line = plant["enterprises"]["acme"]["workshops"]["hall"]["lines"]["line"]["equipment"]
        line["spare"] = {"kind": "machine", "cycle_time": "5 s", "to": "out"}
        file = self.write("spare.json", json.dumps(plant))
        done = run("validate", file)
        self.check(done, 0)
        self.assertRegex(done.stderr, "warning: .*spare")
        (warning,) = json.loads(run("validate", file, "--json").stdout)["warnings"]
        self.assertEqual(warning["kind"], "unreachable")


if __name__ == "__main__":
    unittest.main()
