#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line follows a real plant."""

import gzip
import json
import unittest

from command import FILLER, MAPPING, ONE_MACHINE, ROOT, STREAM, Cli, run

DATA = ROOT / "python" / "tests" / "data"
PLANT, SHIFT = DATA / "bottling.json", DATA / "shift.jsonl"


class Sync(Cli):
    def test_a_stream_becomes_a_twin_of_its_machine(self):
        files = (self.write("plant.json", ONE_MACHINE), "--mapping", self.write("mapping.json", MAPPING), "--stream",
                 self.write("mill.txt", STREAM))
        done = run("sync", *files, "--json")
        self.check(done, 0, "observations in ", " a second", '"DREAMING" came 1 times', "1 of 10 lines cannot be read",
                   "mill.txt:8")
        told = json.loads(done.stdout)
        self.assertEqual(told["time"], "2026-03-02T06:17:00Z")
        self.assertEqual(told["snapshots"], {"applied": 7, "late": 0, "duplicate": 0, "rejected": 0})
        (mill,) = told["machines"]
        self.assertEqual((mill["path"], mill["state"]), ("/acme/hall/line/mill", "working"))
        self.assertRegex(mill["why"][0], "mill is at work, [0-9.]+ s to go")
        learnt = {row["path"].removeprefix("/acme/hall/line/mill/"): row for row in told["learnt"]}
        # Executed from count to count: 110 s, 80 s, 10 s + 120 s. One failure, and its repair of 10 minutes.
        self.assertEqual(learnt["cycle_time"]["observations"], 3)
        self.assertGreater(learnt["cycle_time"]["mean_s"], 100.0)
        self.assertLess(learnt["cycle_time"]["mean_s"], 110.0)
        self.assertEqual(learnt["failure/time_to_failure"]["observations"], 1)
        self.assertEqual(learnt["failure/time_to_repair"]["observations"], 1)
        self.assertLess(learnt["failure/time_to_repair"]["mean_s"], 1200.0)
        text = run("sync", *files)
        self.check(text, 0)
        self.assertIn("/acme/hall/line/mill  working", text.stdout)

    def test_a_stream_that_ends_early_is_invalid_input_and_tells_what_was_read(self):
        text = "".join(f"2026-03-02T{6 + i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z|parts|{i}\n" for i in range(20000))
        whole = gzip.compress(text.encode(), mtime=0)
        stream = self.folder / "mill.txt.gz"
        files = (self.write("plant.json", ONE_MACHINE), "--mapping", self.write("mapping.json", MAPPING), "--stream",
                 stream, "--json")
        stream.write_bytes(whole)
        self.check(run("sync", *files), 0, "20000 observations in ")
        stream.write_bytes(whole[:len(whole) // 2])
        done = run("sync", *files)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("expected a whole gzip file", done.stderr)
        self.assertNotIn("cannot be read", done.stderr)
        self.assertGreater(json.loads(done.stdout)["snapshots"]["applied"], 1000)

    def test_a_mapping_for_another_stream_is_invalid_input(self):
        two = {**MAPPING, "streams": {"mxll": MAPPING["streams"]["mill"], "lathe": MAPPING["streams"]["mill"]}}
        done = run("sync", self.write("plant.json", ONE_MACHINE), "--mapping", self.write("mapping.json", two),
                   "--stream", self.write("mill.txt", STREAM))
        self.check(done, 3, 'no stream "mill"', "did you mean mxll?")

    def test_a_mapping_to_a_machine_that_is_not_there_is_invalid_input(self):
        mapping = self.write("mapping.json", json.dumps(MAPPING).replace("line/mill", "line/mull"))
        done = run("sync", self.write("plant.json", ONE_MACHINE), "--mapping", mapping, "--stream",
                   self.write("mill.txt", STREAM))
        self.check(done, 3, f"{mapping}: /acme/hall/line/mull: expected the path", "did you mean /acme/hall/line/mill?")

    def test_a_twin_put_aside_goes_on_as_if_it_had_never_stopped(self):
        shift = SHIFT.read_text(encoding="utf-8").splitlines(keepends=True)
        parts = [self.write(name, "".join(lines))
                 for name, lines in (("first.jsonl", shift[:7]), ("rest.jsonl", shift[7:]), ("all.jsonl", shift))]
        twins = [self.folder / name for name in ("first.h5", "rest.h5", "all.h5")]
        self.check(run("sync", PLANT, "--snapshots", parts[0], "--checkpoint", twins[0]), 0)
        self.check(run("sync", PLANT, "--snapshots", parts[1], "--from", twins[0], "--checkpoint", twins[1]), 0)
        self.check(run("sync", PLANT, "--snapshots", parts[2], "--checkpoint", twins[2]), 0)
        self.assertEqual(twins[1].read_bytes(), twins[2].read_bytes())
        self.assertNotEqual(twins[0].read_bytes(), twins[2].read_bytes())
        future = ("--horizon", "2 h", "--replications", "20", "--json")
        from_twin = run("run", PLANT, "--from", twins[2], *future)
        self.check(from_twin, 0)
        self.assertEqual(from_twin.stdout, run("run", PLANT, "--snapshots", parts[2], *future).stdout)
        again = run("sync", PLANT, "--snapshots", parts[2], "--from", twins[2], "--json")
        self.assertEqual(json.loads(again.stdout)["snapshots"]["duplicate"], len(shift))

    def test_a_twin_put_aside_goes_on_in_an_edited_plant_and_says_what_it_forgot(self):
        twin, edited = self.folder / "twin.h5", self.folder / "edited.json"
        self.check(run("sync", PLANT, "--snapshots", SHIFT, "--checkpoint", twin), 0)
        plant = json.loads(PLANT.read_text(encoding="utf-8"))
        line = plant["enterprises"]["acme"]["workshops"]["filling"]["lines"]["line_1"]["equipment"]
        line["filler"]["cycle_time"] = "9 s"
        edited.write_text(json.dumps(plant), encoding="utf-8")
        news = self.write("news.jsonl", json.dumps({"ts": "2026-03-02T06:40:00+01:00", "source": "new", "seq": 1}))
        done = run("sync", edited, "--from", twin, "--snapshots", news, "--json")
        self.check(done, 0, "edited.json is not the plant of", f"learnt anew: {FILLER}/cycle_time")
        learnt = {row["path"] for row in json.loads(done.stdout)["learnt"]}
        self.assertNotIn(f"{FILLER}/cycle_time", learnt)
        self.assertIn(f"{FILLER}/failure/time_to_failure", learnt)

    def test_duplicates_and_late_snapshots_are_counted(self):
        def line(minute, seq):
            return json.dumps({"ts": f"2026-03-02T06:{minute:02}:00Z", "source": "plc", "seq": seq,
                               "entities": {"/acme/hall/line/mill": {"state": "Execute"}}})
        snapshots = self.write("day.jsonl", "\n".join([line(1, 1), line(2, 2), line(2, 2), line(4, 4), line(3, 3)]))
        told = json.loads(run("sync", self.write("plant.json", ONE_MACHINE), "--snapshots", snapshots, "--json").stdout)
        self.assertEqual(told["snapshots"], {"applied": 3, "late": 1, "duplicate": 1, "rejected": 0})

    def test_a_snapshot_too_far_ahead_is_rejected_and_those_behind_it_are_not_late(self):
        def line(ts, seq):
            return json.dumps({"ts": ts, "source": "plc", "seq": seq,
                               "entities": {"/acme/hall/line/mill": {"state": "Execute"}}})
        snapshots = self.write("day.jsonl", "\n".join([line("2026-03-02T06:00:00Z", 1), line("2206-03-02T06:01:00Z", 2),
                                                       line("2026-03-02T06:02:00Z", 3)]))
        files = (self.write("plant.json", ONE_MACHINE), "--snapshots", snapshots)
        told = json.loads(run("sync", *files, "--json").stdout)
        self.assertEqual(told["snapshots"], {"applied": 2, "late": 0, "duplicate": 0, "rejected": 1})
        self.assertEqual([(row["path"], row["value"]) for row in told["conflicts"]], [("/ts", "2206-03-02T06:01:00Z")])
        self.assertIn("30 d", told["conflicts"][0]["expected"])
        told = json.loads(run("sync", *files, "--largest-gap", "1 min", "--json").stdout)
        self.assertEqual(told["snapshots"]["rejected"], 2)
        early = self.write("early.json", {**ONE_MACHINE, "clock": {"epoch": "2026-01-01T00:00:00Z"}})
        done = run("sync", early, "--snapshots", snapshots)
        self.check(done, 0, "no snapshot was applied, 0 are late and 3 rejected: the plant's clock begins at 2026-01-01")

    def test_readings_of_the_wrong_kind_are_conflicts(self):
        line = json.dumps({"ts": "2026-03-02T06:00:00Z", "source": "plc", "seq": 1, "entities": {
            "/acme/hall/line": {"state": "Execute"}, "/acme/hall/line/mill": {"level": 3}}})
        done = run("sync", self.write("plant.json", ONE_MACHINE), "--snapshots", self.write("day.jsonl", line))
        self.check(done, 0)
        self.assertIn("/acme/hall/line: found state, expected no reading of a line", done.stdout)
        self.assertIn("/acme/hall/line/mill: found level, expected a reading of a machine: state,", done.stdout)

    def test_paths_that_the_plant_does_not_have_are_told_once_each(self):
        def line(seq):
            return json.dumps({"ts": "2026-03-02T06:00:00Z", "source": "plc", "seq": seq, "entities": {
                "/acme/hall/line/mil": {"state": "Execute"}, "/acme/hall/line/lathe": {"state": "Execute"}}})
        done = run("sync", self.write("plant.json", ONE_MACHINE), "--snapshots",
                   self.write("day.jsonl", line(1) + "\n" + line(2) + "\n"))
        self.check(done, 3, 'day.jsonl:1: /entities/~1acme~1hall~1line~1mil: found "/acme/hall/line/mil", expected',
                   "did you mean /acme/hall/line/mill?", "\n2 faults\n")

    def test_conflicts_are_listed(self):
        plant = json.loads(json.dumps(ONE_MACHINE))
        del plant["enterprises"]["acme"]["workshops"]["hall"]["lines"]["line"]["equipment"]["mill"]["failure"]
        line = json.dumps({"ts": "2026-03-02T06:00:00Z", "source": "plc", "seq": 1,
                           "entities": {"/acme/hall/line/mill": {"state": "Aborted"}}})
        done = run("sync", self.write("plant.json", plant), "--snapshots", self.write("day.jsonl", line))
        self.check(done, 0)
        self.assertIn("conflicts  1\n  2026-03-02T06:00:00Z plc: /acme/hall/line/mill: found Aborted", done.stdout)


if __name__ == "__main__":
    unittest.main()
