#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""takt study, merge and report: the same bytes on threads, shards and MPI, and what they say of mistakes."""

import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from command import BOTTLING, FILLER, STUCK, TAKT, Cli, run

HOUR = ("--horizon", "1 h", "--replications", "12")
VARIED = ("--vary", f"{FILLER}/cycle_time=9 s,10 s", "--vary", "/acme/filling/line_1/filled/capacity=range(10, 20, 2)")
STUDY = ("study", BOTTLING, *HOUR, *VARIED)
MPI = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
       "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_btl": "self,vader"}


def mpirun(*arguments, ranks=3):
    return [str(each) for each in ("mpirun", *arguments, "-n", ranks, TAKT)]


class SameBytes(Cli):
    @classmethod
    def setUpClass(cls):
        done = run(*STUDY, "--threads", "1", "--json")
        assert done.returncode == 0, done.stderr
        cls.whole = done.stdout

    def shard(self, i, n=3):
        file = self.folder / f"{i}.shard"
        self.check(run(*STUDY, "--shard", f"{i}/{n}", "--out", file), 0)
        return file

    def test_on_any_number_of_threads(self):
        told = json.loads(self.whole)
        self.assertEqual(len({row["scenario"] for row in told["kpis"]}), 4)
        self.assertEqual(run(*STUDY, "--threads", "2", "--json").stdout, self.whole)

    def test_from_shards_in_any_order_with_one_killed_and_run_again(self):
        files = [self.shard(3), self.shard(1)]
        missing = self.folder / "2.shard"
        long = ["study", BOTTLING, "--horizon", "10000 h", "--replications", "1000", "--shard", "2/3", "--out", missing]
        killed = subprocess.Popen([str(TAKT), *map(str, long)], stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        killed.kill()
        killed.wait(timeout=30)
        self.assertFalse(missing.exists(), "a shard is there whole or not at all")
        done = run("merge", *files, "--json")
        self.check(done, 3, "shard 2/3: found no sound file of it, expected every shard of the study\n1 fault\n")
        files.insert(1, self.shard(2))
        self.assertEqual(run("merge", *files, "--json").stdout, self.whole)

    def test_from_a_cache_after_a_kill(self):
        cache = self.folder / "cache"
        arguments = ["study", BOTTLING, "--horizon", "50 h", "--replications", "3000", "--cache", cache, "--json"]
        killed = subprocess.Popen([str(TAKT), *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            time.sleep(0.1)
            if killed.poll() is not None or list(cache.glob("*/*.rows")):
                break
        killed.kill()
        killed.wait(timeout=30)
        self.assertTrue(list(cache.glob("*/*.rows")), "what had run was kept")
        arguments[5] = "40"
        kept = run(*arguments)
        self.check(kept, 0)
        self.assertEqual(kept.stdout, run(*arguments[:6], "--json").stdout)

    def test_on_the_ranks_of_mpi(self):
        if shutil.which("mpirun") is None:
            self.skipTest("openmpi-bin is not installed")
        done = subprocess.run([*mpirun(), *map(str, STUDY), "--mpi", "--json"], env=MPI, capture_output=True, text=True,
                              timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, self.whole)

    def test_on_the_ranks_of_mpi_of_which_one_is_lost(self):
        if shutil.which("mpirun") is None:
            self.skipTest("openmpi-bin is not installed")
        longer = ["study", BOTTLING, "--horizon", "100 h", "--replications", "300", "--mpi", "--json"]
        job = subprocess.Popen([*mpirun("--enable-recovery"), *map(str, longer)], env=MPI, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            ranks = []
            for _ in range(100):
                time.sleep(0.1)
                ranks = children_of(job.pid)
                if len(ranks) == 3:
                    break
            time.sleep(1)
            os.kill(ranks[-1], signal.SIGKILL)
            out, err = job.communicate(timeout=120)
        finally:
            job.kill()
        self.assertEqual(job.returncode, 0, err)
        self.assertIn("1 of 3 ranks were lost", err)
        self.assertEqual(out, run(*longer[:-2], "--json").stdout)


def children_of(pid):
    """The processes that a process started, by number."""
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, timeout=30)
    return sorted(map(int, done.stdout.split()))


class Scenarios(Cli):
    FILE = {"format": "takt-scenarios/1", "scenarios": {
        "as is": {},
        "faster filler": {"set": {f"{FILLER}/cycle_time": "9 s"}},
        "second filler": {"equipment": {"/acme/filling/line_1/filler_2": {
            "kind": "machine", "cycle_time": "12 s", "to": "filled"},
            "/acme/filling/line_1/rinsed": {"to": [{"to": "filler"}, {"to": "filler_2"}]}}}}}

    def test_of_a_file_are_compared_with_the_first_or_the_one_named(self):
        file = self.write("s.json", self.FILE)
        done = run("study", BOTTLING, *HOUR, "--scenarios", file)
        self.check(done, 0)
        for text in ("3 scenarios, 12 futures of each", "Compared with 'as is'", "second filler"):
            self.assertIn(text, done.stdout)
        other = run("study", BOTTLING, *HOUR, "--scenarios", file, "--base", "second filler")
        self.assertIn("Compared with 'second filler'", other.stdout)

    def test_are_told_without_running_them(self):
        done = run(*STUDY, "--dry-run", "--json")
        self.check(done, 0)
        told = json.loads(done.stdout)
        self.assertEqual([told["futures"], told["replications"], len(told["scenarios"])], [48, 12, 4])
        self.assertRegex(told["plan"], "^[0-9a-f]{64}$")
        self.assertIn("4 scenarios x 12 replications = 48 futures", run(*STUDY, "--dry-run").stdout)

    def test_begin_with_a_checkpoint(self):
        checkpoint = self.folder / "noon.h5"
        self.check(run("run", BOTTLING, "--horizon", "6 h", "--replications", "1", "--checkpoint", checkpoint), 0)
        alone = run("study", "--from", checkpoint, *HOUR, "--json")
        self.check(alone, 0)
        self.assertIn("the state at", json.loads(alone.stdout)["semantics"]["begin"])
        self.assertEqual(run("study", BOTTLING, "--from", checkpoint, *HOUR, "--json").stdout, alone.stdout)


class Antithetic(Cli):
    PAIRS = (*STUDY, "--antithetic")

    def test_pairs_are_the_same_on_threads_shards_and_from_a_cache(self):
        whole = run(*self.PAIRS, "--threads", "1", "--json")
        self.check(whole, 0)
        self.assertIs(json.loads(whole.stdout)["antithetic"], True)
        self.assertEqual(run(*self.PAIRS, "--threads", "2", "--json").stdout, whole.stdout)
        files = [self.folder / f"pairs_{i}.shard" for i in (1, 2, 3, 4, 5)]
        for i, file in enumerate(files, 1):
            self.check(run(*self.PAIRS, "--shard", f"{i}/5", "--out", file), 0)
        self.assertEqual(run("merge", *files, "--json").stdout, whole.stdout)
        cache = ("--cache", self.folder / "pairs_cache", "--json")
        self.assertNotEqual(run(*STUDY, *cache).stdout, whole.stdout)
        self.assertEqual(run(*self.PAIRS, *cache).stdout, whole.stdout)
        self.assertEqual(run(*self.PAIRS, *cache).stdout, whole.stdout)

    def test_an_odd_number_is_rounded_up_and_that_is_told(self):
        done = run("study", BOTTLING, "--horizon", "1 h", "--replications", "7", "--antithetic")
        self.check(done, 0)
        self.assertEqual(done.stderr, "antithetic pairs: 8 replications of each scenario instead of 7\n")
        self.assertIn("8 futures of each, in antithetic pairs\n", done.stdout)
        self.assertIn("x 8 replications in antithetic pairs =",
                      run("study", BOTTLING, "--horizon", "1 h", "--replications", "7", "--antithetic", "--dry-run").stdout)

    def test_a_precision_is_reached_with_whole_pairs(self):
        done = run("study", BOTTLING, "--horizon", "8 h", "--replications", "2001", "--precision", "throughput_per_h=2 %",
                   "--antithetic", "--json")
        self.check(done, 0)
        self.assertEqual(json.loads(done.stdout)["replications"] % 2, 0)
        self.assertLess(json.loads(done.stdout)["replications"], 2000)

    def test_only_a_study_has_them(self):
        self.check(run("optimise", BOTTLING, "--horizon", "1 h", "--antithetic"), 2, "--antithetic")


class Precision(Cli):
    def test_is_reached_or_told(self):
        done = run("study", BOTTLING, "--horizon", "8 h", "--replications", "2000", "--precision", "throughput_per_h=2 %",
                   "--json")
        self.check(done, 0)
        n = json.loads(done.stdout)["replications"]
        self.assertLess(n, 2000)
        row = next(row for row in json.loads(done.stdout)["kpis"]
                   if row["entity"] == "/" and row["kpi"] == "throughput_per_h")
        self.assertLess(row["half_width_95"] / row["mean"], 0.02)
        short = run("study", BOTTLING, *HOUR, "--precision", "throughput_per_h=0.01 %")
        self.assertEqual(short.returncode, 5)
        self.assertIn("the precision was not reached with 12 replications\n", short.stderr)
        self.assertIn("the whole plant", short.stdout)


class Mistakes(Cli):
    """Each with its whole message."""

    def golden(self, status, message, *arguments):
        done = run(*arguments)
        self.assertEqual((done.returncode, done.stderr), (status, message))
        self.assertEqual(done.stdout, "")

    def test_of_paths_units_figures_and_scenarios(self):
        study = ("study", BOTTLING, *HOUR)
        self.golden(3, f"{BOTTLING}: /acme/filling/line_1/filer/cycle_time: expected the path of a number of plant bottling; did you mean "
                       f"{FILLER}/cycle_time?\n1 fault\n", *study, "--set", "/acme/filling/line_1/filer/cycle_time=9 s")
        self.golden(3, f"{BOTTLING}: /acme/filling/line_1/filed/capacity: expected the path of a count of the plant; did you mean "
                       "/acme/filling/line_1/filled/capacity?\n1 fault\n",
                    *study, "--vary", "/acme/filling/line_1/filed/capacity=10,20")
        self.golden(3, f"{BOTTLING}: {FILLER}/cycle_time: found 9 kW, expected a time such as \"12 s\" (units: s min h d "
                       "wk ms us ns)\n1 fault\n",
                    *study, "--set", f"{FILLER}/cycle_time=9 kW")
        self.golden(3, f"{BOTTLING}: /acme/filling/line_1/filed/capacity: expected the path of a count of the plant; did you mean "
                       "/acme/filling/line_1/filled/capacity?\n"
                       f"{BOTTLING}: {FILLER}/server: expected the path of a number of plant bottling; did you mean {FILLER}/servers?\n"
                       "2 faults\n",
                    *study, "--vary", "/acme/filling/line_1/filed/capacity=10,20", "--set", f"{FILLER}/server=2")
        self.golden(3, f"{BOTTLING}: kpi: found / throughput_per_hr, expected an entity and one of its KPIs; did you mean / "
                       "throughput_per_h?\n1 fault\n", *study, "--precision", "throughput_per_hr=1 %")
        self.golden(3, "--base: found as si, expected a scenario of this study; did you mean as is?\n1 fault\n",
                    *study, "--base", "as si")

    def test_of_flags_that_do_not_fit_or_are_mistyped(self):
        help_ = "Run with --help for more information.\n"
        for typed, meant in (("--antithetc", "--antithetic"), ("--repl=5", "--replications")):
            self.golden(2, f"The following argument was not expected: {typed}\n{help_}did you mean {meant}?\n",
                        "study", BOTTLING, *HOUR, typed)
        self.golden(2, f"The following argument was not expected: --xyzzy\n{help_}", "study", BOTTLING, *HOUR, "--xyzzy")
        self.golden(2, "--maximise and --minimise are for the page, which is made of the whole: give them to merge\n" + help_,
                    "study", BOTTLING, *HOUR, "--shard", "1/2", "--out", self.folder / "s.json", "--maximise", "/ wip")

    def test_of_files(self):
        nowhere = self.folder / "nowhere.json"
        missing = f"cannot read '{nowhere}': No such file or directory\n"
        self.golden(3, missing.replace("read", "open"), "study", nowhere, *HOUR)
        self.golden(3, missing, "study", "--from", nowhere, *HOUR)
        self.golden(3, missing.replace("read", "open"), "study", BOTTLING, "--scenarios", nowhere, *HOUR)
        self.golden(3, missing, "report", nowhere, "-o", self.folder / "page.html")
        self.golden(3, f"{nowhere}: found cannot read '{nowhere}': No such file or directory, expected a shard\n1 fault\n",
                    "merge", nowhere)
        self.golden(3, f"{BOTTLING}: found something else, expected whole bytes of takt-shard/1\n1 fault\n",
                    "merge", BOTTLING)

    def test_of_scenario_files_come_all_at_once(self):
        file = self.write("s.json", '{"format": "takt-scenarios/1", "scenarios": {\n'
                                    f'"a": {{"set": {{"{FILLER}/cycle_tim": "9 s"}}}},\n'
                                    f'"b": {{"set": {{"{FILLER}/cycle_time": "9"}}}},\n'
                                    '"c": {"sets": {}}}}')
        done = run("study", BOTTLING, *HOUR, "--scenarios", file)
        self.check(done, 3, f"{file}:2: {FILLER}/cycle_tim: expected the path of a number of plant bottling ({BOTTLING}); "
                   f"did you mean {FILLER}/cycle_time?", f"{file}:3: ",
                   f"{file}:4: /scenarios/c/sets", "did you mean set?", "\n3 faults\n")

    def test_of_usage(self):
        cases = {
            "no horizon": (("study", BOTTLING), "--horizon"),
            "no beginning": (("study", *HOUR), "study begins with a PLANT, or --from a checkpoint"),
            "a flag": (("study", BOTTLING, *HOUR, "--vari", "x=1"), "--vari"),
            "no value": (("study", BOTTLING, *HOUR, "--vary", FILLER), "PATH=VALUES"),
            "a range": (("study", BOTTLING, *HOUR, "--vary", f"{FILLER}/cycle_time=range(9 s)"), "range(FROM, TO, STEPS)"),
            "a shard": (("study", BOTTLING, *HOUR, "--shard", "4/3", "--out", "x"), 'found "4/3", expected NUMBER/OF'),
            "a shard without a file": (("study", BOTTLING, *HOUR, "--shard", "1/3"), "give --out FILE"),
            "a precise shard": (("study", BOTTLING, *HOUR, "--shard", "1/3", "--out", "x", "--precision", "wip=1 %"),
                                "leave out --shard"),
            "a design": (("study", BOTTLING, *HOUR, "--design", "cube"), "--design"),
            "points": (("study", BOTTLING, *HOUR, "--points", "5"), "--points goes with --design lhs"),
            "a precision": (("study", BOTTLING, *HOUR, "--precision", "wip=1"), "KPI=RATIO"),
            "no shards": (("merge",), "SHARDS"),
            "no page": (("report", BOTTLING), "--out"),
        }
        for case, (arguments, message) in cases.items():
            with self.subTest(case):
                self.check(run(*arguments), 2, message)

    def test_a_deadlock_is_a_failed_run(self):
        stuck = self.write("stuck.json", STUCK)
        self.check(run("study", stuck, "--horizon", "24 h", "--replications", "3"), 4, "3 of 3 futures", "deadlock")


if __name__ == "__main__":
    unittest.main()
