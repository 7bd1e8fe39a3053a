#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The cyber side of a plant, on the command line."""

import json
import os
import signal
import subprocess
import time
import unittest

from command import ONE_MACHINE, ROOT, TAKT, Cli, run

PLANT = ROOT / "examples" / "edge_or_cloud" / "plant.json"
WORKER = TAKT.parent / "takt-ict-worker"


def workers():
    """The ICT workers of this build that live."""
    found = []
    for folder in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{folder}/exe") == str(WORKER.resolve()):
                found.append(int(folder))
        except OSError:
            pass
    return found


@unittest.skipUnless(WORKER.exists(), "takt is built without the ICT worker")
class Ict(Cli):
    def plant(self, change):
        document = json.loads(PLANT.read_text(encoding="utf-8"))
        change(document["cyber"])
        return self.write("plant.json", json.dumps(document))

    def test_tables_tell_loops_requirements_nodes_and_links(self):
        done = run("ict", PLANT, "--horizon", "1 min")
        self.check(done, 0)
        for word in ("quality_stop", "p99 <= 0.1 s", "field_gateway", "wan"):
            self.assertIn(word, done.stdout)

    def test_json_is_the_same_for_the_same_seed_and_one_document(self):
        first, second, other = (run("ict", PLANT, "--horizon", "1 min", "--json", "--seed", seed) for seed in "112")
        self.assertEqual(first.stdout, second.stdout)
        self.assertNotEqual(first.stdout, other.stdout)
        document = json.loads(first.stdout)
        self.assertEqual(document["format"], "takt-ict-result/1")
        loop = document["loops"][1]
        self.assertEqual(loop["samples"], loop["acted"] + loop["lost"] + loop["in_flight"])
        self.assertEqual(loop["samples"], 240)
        self.assertLessEqual(loop["p50_s"]["low_95"], loop["p50_s"]["value"])

    def test_a_placement_is_further_away(self):
        near, far = (json.loads(run("ict", PLANT, "--horizon", "1 min", "--json", *more).stdout)["loops"][0]
                     for more in ((), ("--placement", "cloud")))
        self.assertGreater(far["mean_s"], near["mean_s"] + 0.030)  # two crossings of 18 ms

    def test_a_study_compares_placements_in_pairs(self):
        done = run("ict", PLANT, "--study", "4 h", "--replications", "10", "--horizon", "5 min", "--json")
        self.check(done, 0)
        document = json.loads(done.stdout)
        self.assertEqual([each["name"] for each in document["placements"]], ["as written", "cloud", "split"])
        scrap = next(row for row in document["differences"]
                     if (row["scenario"], row["entity"], row["kpi"]) == ("cloud", "/", "scrap_parts"))
        self.assertGreater(scrap["difference"] - scrap["half_width_95"], 0)
        self.assertEqual(scrap["n"], 10)
        self.assertTrue(document["break_evens"])

    def test_what_is_wrong_is_told(self):
        cell = self.write("cell.json", json.dumps(ONE_MACHINE))
        self.check(run("ict", cell), 3, f"{cell}: /cyber: found", "a plant with a cyber side")
        self.check(run("ict", cell, "--study", "1 h"), 3, f"{cell}: /cyber/placements: found none")
        self.check(run("ict", PLANT, "--placement", "clod"), 3, f"{PLANT}: /cyber/placements", "did you mean cloud?")
        self.check(run("ict", PLANT, "--horizon", "0 s"), 3, "horizon")
        self.check(run("ict", self.plant(lambda c: c["loops"]["quality_stop"].update(node="egde"))), 3,
                   "/cyber/loops/quality_stop/node", "did you mean edge?")
        self.check(run("ict", self.plant(lambda c: c["nodes"]["edge"].update(speed="8 GHz"))), 3,
                   "/cyber/nodes/edge/speed", "a computing speed")
        self.check(run("ict", self.plant(lambda c: c["links"]["wan"].update(bandwith="1 MB/s"))), 3, "bandwidth")

    def test_a_worker_that_hangs_is_ended(self):
        script = self.write("worker", "#!/bin/sh\nexec sleep 600\n")
        script.chmod(0o755)
        done = subprocess.run([TAKT, "ict", PLANT, "--timeout", "1 s"], env={**os.environ, "TAKT_ICT_WORKER": str(script)},
                              capture_output=True, text=True, timeout=60)
        self.check(done, 4, "gave no answer within 1 s")

    def test_no_worker_outlives_an_interrupt(self):
        before = workers()
        process = subprocess.Popen([TAKT, "ict", PLANT, "--horizon", "30 d"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        end = time.monotonic() + 30
        while set(workers()) <= set(before) and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        self.assertEqual((process.returncode, said.decode().strip().splitlines()[-1]), (130, "interrupted"))
        self.assertEqual(set(workers()) - set(before), set())

    def test_answers_are_kept(self):
        cache = self.folder / "answers"
        first = run("ict", PLANT, "--horizon", "1 min", "--cache", cache)
        self.assertEqual(len(list(cache.iterdir())), 1)
        self.assertEqual(run("ict", PLANT, "--horizon", "1 min", "--cache", cache).stdout, first.stdout)


if __name__ == "__main__":
    unittest.main()
