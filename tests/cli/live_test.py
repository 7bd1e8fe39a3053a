#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""takt sync --live with sources that need no broker: what it follows, tells and survives."""

import json
import os
import resource
import signal
import socket
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from command import ONE_MACHINE, Cli, run  # noqa: E402
from service import Service, wait_for  # noqa: E402

MILL = "/acme/hall/line/mill"


def line(seq, second, good, complete=False, path=MILL, source="plc"):
    return json.dumps({"ts": f"2026-03-02T06:{second // 60:02}:{second % 60:02}Z", "source": source, "seq": seq,
                       "complete": complete,
                       "entities": {path: {"state": "Execute", "counters": {"good": good}}}}) + "\n"


class Live(Cli):
    def setUp(self):
        super().setUp()
        (self.folder / "drop").mkdir()
        self.plant = self.write("plant.json", ONE_MACHINE)

    def sources(self, **more):
        return self.write("sources.json", {
            "format": "takt-sources/1",
            "ingest": {"reorder": "200 ms", "lateness": "0 s"},
            "sources": {"drop": {"kind": "folder", "path": "drop", "every": "20 ms", "settle": "50 ms", **more}}})

    def service(self, *arguments, **options):
        service = Service(self.plant, self.sources(), *arguments, **options)
        self.addCleanup(lambda: service.process.poll() is None and service.stop(signal.SIGKILL))
        return service

    def drop(self, name, text):
        part = self.folder / "drop" / (name + ".part")
        part.write_text(text, encoding="utf-8")
        part.rename(self.folder / "drop" / name)

    def merged(self, n):
        return lambda state: state["account"]["merged"]["applied"] == n

    def test_follows_a_folder_and_ends_on_sigterm_with_a_report(self):
        service = self.service("--json")
        self.assertEqual(service.get("/state")["time"], None)
        self.assertEqual(service.get("/verdict")["stage"], "Unbound")
        self.drop("a.jsonl", line(0, 0, 10, complete=True) + line(1, 60, 11))
        service.wait(self.merged(2), "both are merged")
        self.drop("b.jsonl", line(2, 120, 12))
        state = service.wait(self.merged(3), "the third is merged")
        self.assertEqual(state["time"], "2026-03-02T06:02:00Z")
        self.assertEqual(state["verdict"]["stage"], "Synchronised")
        self.assertEqual(state["machines"][0]["state"], "working")
        status, out, took = service.stop()
        self.assertEqual(status, 0, service.said)
        self.assertLess(took, 2.0)
        self.assertEqual(json.loads(out)["account"]["merged"]["applied"], 3)

    def test_ends_on_sigint_with_130_and_all_that_had_come(self):
        service = self.service()
        self.drop("a.jsonl", line(0, 0, 10, complete=True) + line(3, 60, 11))  # the last one waits for two others
        service.wait(lambda state: state["account"]["deliveries"]["message"] == 2, "both came")
        status, out, took = service.stop(signal.SIGINT)
        self.assertEqual(status, 130, service.said)
        self.assertLess(took, 2.0)
        self.assertIn("messages   2 came: 2 merged, 0 duplicate, 0 late, 0 rejected, 2 never came", out)

    def test_a_gap_is_told_until_a_complete_message_heals_it(self):
        service = self.service()
        self.drop("a.jsonl", line(0, 0, 10, complete=True) + line(2, 60, 11))
        state = service.wait(lambda state: state["verdict"]["stage"] == "Degraded", "the gap is told")
        doubt = state["verdict"]["doubts"][0]
        self.assertEqual((state["verdict"]["trust"], doubt["about"]), ("Warning", "plc"))
        self.drop("b.jsonl", line(3, 120, 12, complete=True))
        service.wait(lambda state: state["verdict"]["trust"] == "Valid", "the gap is healed")
        said = [text for text in service.said if "plc: " in text]
        self.assertTrue(any("Degraded): plc: something is missing" in text for text in said), said)
        self.assertTrue(any("no longer: something is missing" in text for text in said), said)

    def test_what_cannot_be_used_is_told_and_the_rest_is_merged(self):
        service = self.service()
        self.drop("a.jsonl", line(0, 0, 10, complete=True) + "{\n" + line(1, 60, 1, path=MILL[:-1]) + line(2, 90, 11))
        state = service.wait(self.merged(3), "the rest is merged")
        self.assertEqual(state["account"]["deliveries"]["rejected"], 1)
        self.assertEqual(state["account"]["cells"]["unknown"], 1)
        self.assertEqual(state["conflicts"][0]["nearest"], MILL)
        self.assertEqual(state["rejections"][0]["line"], 2)
        wait_for(lambda: any("a.jsonl:2" in text for text in service.said), "it is said")

    def test_metrics_account_for_every_message(self):
        service = self.service()
        lines = [line(i, 2 * i, 10 + i // 50, complete=i == 0) for i in range(500)]
        self.drop("a.jsonl", "".join(lines[:300] + lines[200:300] + lines[300:400]))
        self.drop("b.jsonl", "".join(lines[410:]))
        service.wait(self.merged(490), "all that came is merged")
        metrics = service.metrics()
        self.assertEqual(metrics['takt_deliveries_total{kind="message"}'], 590)
        self.assertEqual(metrics['takt_messages_total{fate="accepted"}'], 490)
        self.assertEqual(metrics['takt_messages_total{fate="duplicate"}'], 100)
        self.assertEqual(metrics["takt_messages_missing_total"], 10)
        self.assertEqual(metrics["takt_messages_waiting"], 0)
        self.assertEqual(metrics["takt_merge_latency_seconds_count"], 490)
        self.assertEqual(metrics['takt_merge_latency_seconds_bucket{le="+Inf"}'], 490)
        self.assertEqual(metrics['takt_trust{trust="Warning"}'], 1)
        self.assertEqual(sum(v for k, v in metrics.items() if k.startswith("takt_stage{")), 1)
        self.assertEqual(service.text("/healthz")[0], 200)
        self.assertEqual(service.text("/nothing")[0], 404)

    def test_forecasts_stand_beside_the_verdict(self):
        service = self.service("--forecast-every", "200 ms", "--horizon", "1 h", "--replications", "20")
        self.assertEqual(service.text("/forecast")[0], 404)
        self.drop("a.jsonl", line(0, 0, 10, complete=True))
        wait_for(lambda: service.text("/forecast")[0] == 200, "there is a forecast")
        first = service.get("/forecast")
        self.assertEqual(first["from"], "2026-03-02T06:00:00Z")
        self.assertEqual(first["verdict"]["trust"], "Valid")
        self.assertEqual((first["results"]["horizon_s"], first["results"]["replications"]), (3600, 20))
        parts = next(k for k in first["results"]["kpis"] if k["entity"] == "/" and k["kpi"] == "parts_out")
        self.assertTrue(20 < parts["mean"] < 40, parts)  # a part takes 100 s, and the mill fails now and then
        wait_for(lambda: service.get("/forecast")["made"] > first["made"], "there is another one")

    def test_a_file_that_grows_and_a_table_are_sources_too(self):
        sources = self.write("sources.json", {
            "format": "takt-sources/1", "ingest": {"lateness": "0 s"},
            "sources": {"log": {"kind": "file", "path": "log.csv", "every": "20 ms", "table": {
                "time": "at", "columns": {"parts": {"equipment": MILL, "role": "good"}}}}}})
        service = Service(self.plant, sources)
        self.addCleanup(lambda: service.process.poll() is None and service.stop(signal.SIGKILL))
        service.wait(lambda state: "log.csv" in json.dumps(state["lost"]), "that there is no file is told")
        self.assertEqual(service.get("/healthz")["status"], "ok")
        self.write("log.csv", "at,parts\n2026-03-02 06:00:00,7\n2026-03-02 06:10:00,9\n")
        state = service.wait(self.merged(2), "its rows are merged")
        self.assertEqual(state["lost"], [])
        self.assertEqual(service.stop()[0], 0)

    def test_finished_files_are_not_read_again_by_the_next_process(self):
        sources = self.sources(finished="finished.txt")
        self.drop("a.jsonl", line(0, 0, 10, complete=True))
        for expected in (1, 0):
            service = Service(self.plant, sources)
            if expected:
                service.wait(self.merged(1), "it is merged")
            time.sleep(0.3)
            self.assertEqual(service.get("/state")["account"]["deliveries"]["message"], expected)
            service.stop()

    def test_a_disk_that_stays_full_ends_with_the_rest_in_the_journal(self):
        def full_disk():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

        history = self.folder / "history.h5"
        service = self.service("--history", history, preexec_fn=full_disk)
        self.drop("a.jsonl", "".join(line(i, i % 3600, i // 10, complete=i == 0) for i in range(3000)))
        wait_for(lambda: any("cannot be written" in text for text in service.said), "it is said")
        before = service.get("/state")["time"]
        status, _, _ = service.stop()
        self.assertEqual(status, 4, service.said)
        self.assertIn("what it lacks stays in its journal", service.said[-1])
        again = self.service("--history", history)
        again.wait(lambda state: (state["time"] or "") >= before, "it goes on")
        self.assertEqual(again.stop()[0], 0, again.said)

    def test_all_faults_of_a_sources_file_are_told_at_once(self):
        sources = self.write("sources.json", {
            "format": "takt-sources/1", "ingest": {"reorder": 2},
            "sources": {"a": {"kind": "fle", "path": "x"}, "b": {"kind": "folder"},
                        "c": {"kind": "file", "path": "x", "table": {"columns": {"p": {
                            "equipment": MILL, "role": "god"}}}}}})
        done = run("sync", self.plant, "--live", sources)
        self.check(done, 3, "/ingest/reorder: found 2", '/sources/a/kind: found "fle"', "did you mean file?",
                   "/sources/b/path", '/sources/c/table/columns/p/role: found "god"', "did you mean good?", "4 faults")

    def test_arguments_that_make_no_sense_are_wrong_usage(self):
        self.check(run("sync", self.plant, "--live", self.sources(), "--listen", "somewhere"), 2, "HOST:PORT")
        self.check(run("sync", self.plant, "--live", self.sources(), "--snapshots", "x"), 2, "--live")
        self.check(run("sync", self.plant, "--forecast-every", "1 min", "--snapshots", "x"), 2, "--live")

    def test_an_address_that_is_taken_is_told(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = "127.0.0.1:%d" % taken.getsockname()[1]
            done = run("sync", self.plant, "--live", self.sources(), "--listen", address)
        self.check(done, 4, "cannot listen on " + address)

    def test_ends_in_time_while_somebody_holds_a_connection_open(self):
        service = self.service()
        host, port = service.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as open_one:
            open_one.sendall(b"GET /state HTTP/1.1\r\n")
            status, _, took = service.stop()
        self.assertEqual(status, 0)
        self.assertLess(took, 3.5)

    def test_a_service_in_the_background_of_a_shell_ends_on_sigterm(self):
        service = self.service(preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
        self.assertEqual(service.stop()[0], 0)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    unittest.main()
