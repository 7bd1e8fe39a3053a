#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A live twin, a real broker, and what goes wrong between them. After each fault the twin's count of parts is that of
the edge node, who knows it, or the verdict says that something is missing."""

import json
import resource
import shutil
import signal
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
try:
    import broker as net
except ImportError:
    print("needs python3-paho-mqtt")
    sys.exit(77)
from command import ONE_MACHINE, run  # noqa: E402
from service import Service, wait_for  # noqa: E402

if net.MOSQUITTO is None or shutil.which("openssl") is None:
    print("needs mosquitto and openssl")
    sys.exit(77)

MILL = "/acme/hall/line/mill"


class Faults(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.folder.chmod(0o777)
        net.make_certificates(self.folder)
        self.broker = net.Broker(self.folder)
        self.addCleanup(lambda: self.broker.stop(signal.SIGKILL))
        self.edge = net.Edge(self.folder, self.broker.port, MILL)
        self.addCleanup(self.edge.close)
        self.plant = self.folder / "plant.json"
        self.plant.write_text(json.dumps(ONE_MACHINE), encoding="utf-8")

    def sources(self, **more):
        (self.folder / "password").write_text("takt-secret\n", encoding="utf-8")
        source = {"kind": "mqtt", "url": f"mqtts://localhost:{self.broker.port}", "user": "takt",
                  "password_file": "password", "ca_file": "ca.pem", "keep_alive": "2 s",
                  "topics": ["plant/+/snapshot"], "death_topics": ["plant/+/status"],
                  "rebirth_topic": "plant/{source}/rebirth", **more}
        file = self.folder / "sources.json"
        file.write_text(json.dumps({
            "format": "takt-sources/1",
            "ingest": {"reorder": "200 ms", "lateness": "0 s", "ask_again": "1 s", "idle": "2 s"},
            "sources": {"broker": source}}), encoding="utf-8")
        return file

    def service(self, *arguments, **more):
        service = Service(self.plant, self.sources(**more), *arguments)
        self.addCleanup(lambda: service.process.poll() is None and service.stop(signal.SIGKILL))
        return service

    def counted(self, state):
        """Parts that the twin has counted since its first message."""
        mill = next((m for m in state["machines"] if m["path"] == MILL), None)
        return mill and mill["good"]

    def begin(self, service):
        """The service is connected and has heard everything once."""
        service.wait(lambda state: state["account"]["deliveries"]["connected"] == 1, "it is connected")
        for tries_left in reversed(range(10)):  # what is told before the broker has its subscription is lost
            self.edge.report(complete=True)
            try:
                service.wait(lambda state: state["verdict"]["trust"] == "Valid", "it is in step", 2.0)
                break
            except AssertionError:
                if tries_left == 0:
                    raise
        self.base = self.edge.good - self.counted(service.get("/state"))

    def is_true(self, state):
        return state["verdict"]["trust"] == "Valid" and self.counted(state) == self.edge.good - self.base

    def check_true(self, service, seconds=20.0, is_new=True):
        state = service.wait(self.is_true, f"it counts {self.edge.good - self.base} parts and is valid", seconds)
        account = state["account"]
        if not is_new:  # what stood before the twin was taken up, and counts on; the rest of the account begins anew
            return
        self.assertEqual(account["deliveries"]["message"], sum(account["messages"].values()))
        self.assertEqual(account["messages"]["accepted"], sum(account["merged"].values()) + account["waiting"])

    def said(self, service, *words):
        wait_for(lambda: all(any(word in line for line in service.said) for word in words), f"it says {words}")

    def test_messages_lost_on_the_way_are_found_and_healed_by_a_rebirth(self):
        service = self.service()
        self.begin(service)
        self.edge.make(20)
        self.check_true(service)
        self.edge.lose(3)
        self.edge.make(1)
        service.wait(lambda state: state["account"]["missing"] == 3, "three are missing")
        self.check_true(service)
        self.assertEqual(self.edge.rebirths, 1)
        self.said(service, "line: something is missing", "no longer: something is missing")

    def test_the_broker_stops_and_starts(self):
        for how in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(how.name):
                service = self.service()
                self.begin(service)
                self.edge.make(20)
                self.check_true(service)
                self.broker.stop(how)
                state = service.wait(lambda state: state["lost"], "that the connection is lost is told")
                self.assertNotEqual(state["verdict"]["trust"], "Valid")
                self.said(service, "broker: its connection is down")
                self.broker.start()
                wait_for(self.edge.client.is_connected, "the edge node is back", 10)
                service.wait(lambda state: not state["lost"], "the service is back")
                self.edge.make(20)
                self.check_true(service)
                self.assertEqual(service.stop()[0], 0)

    def test_the_network_is_cut_or_stalls(self):
        proxy = net.Proxy(self.broker.port)
        self.addCleanup(proxy.close)
        for kept in (False, True):  # whether the broker keeps what comes meanwhile
            session = {"client_id": "takt-twin", "session": "1 h"} if kept else {}
            service = self.service(url=f"mqtts://localhost:{proxy.port}", **session)
            self.begin(service)
            for fail in (proxy.cut, proxy.stall):
                with self.subTest(fail=fail.__name__, kept=kept):
                    before = service.get("/state")["account"]
                    fail()
                    self.edge.make(25)
                    state = service.wait(lambda state: state["lost"], "that the connection is lost is told")
                    self.assertNotEqual(state["verdict"]["trust"], "Valid")
                    proxy.mend()
                    service.wait(lambda state: not state["lost"], "it is connected again")
                    self.edge.make(1)
                    self.check_true(service)
                    after = service.get("/state")["account"]
                    if kept:
                        self.assertEqual(after["missing"], before["missing"])
            self.assertEqual(service.stop()[0], 0)

    def test_the_service_is_killed_while_messages_come(self):
        session = {"client_id": "takt-twin", "session": "1 h"}
        service = self.service(**session)
        self.begin(service)
        self.edge.make(10)
        self.check_true(service)
        service.stop(signal.SIGKILL)
        self.edge.make(30)
        service = self.service(**session)
        service.wait(lambda state: state["account"]["deliveries"]["message"] >= 30, "the broker had kept them")
        self.edge.report(complete=True)
        state = service.wait(lambda state: state["verdict"]["trust"] == "Valid", "it is in step")
        self.base = self.edge.good - self.counted(state)
        self.edge.make(5)
        self.check_true(service)

    def test_a_service_with_a_history_that_is_killed_goes_on_as_if_it_had_not(self):
        options = {"client_id": "takt-twin", "session": "1 h"}
        history = ("--history", str(self.folder / "history.h5"))
        service = self.service(*history, **options)
        self.begin(service)
        for how in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
            self.edge.make(15)
            service.wait(lambda state: state["account"]["deliveries"]["message"] > 0, "some came")
            service.stop(how)
            self.edge.make(15)  # kept by the broker
            service = self.service(*history, **options)
            self.check_true(service, is_new=False)
            self.assertEqual(service.get("/state")["account"]["missing"], 0)
        self.said(service, "goes on after delivery")
        self.assertEqual(self.edge.rebirths, 0)

    def test_a_full_disk_loses_nothing_and_is_told(self):
        def little_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))

        service = Service(self.plant, self.sources(client_id="takt-twin", session="1 h"), "--history",
                          str(self.folder / "history.h5"), preexec_fn=little_room)
        self.addCleanup(lambda: service.process.poll() is None and service.stop(signal.SIGKILL))
        self.begin(service)
        for _ in range(20):
            self.edge.make(50)
            if service.text("/healthz")[0] == 503:
                break
        wait_for(lambda: service.text("/healthz")[0] == 503, "that nothing can be written is told")
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.edge.make(1)
        self.check_true(service, 40)
        self.assertEqual(service.text("/healthz")[0], 200)
        status = service.stop()[0]
        self.assertEqual(status, 0, service.said)

    def test_an_edge_node_that_dies_is_told_and_comes_back(self):
        service = self.service()
        self.begin(service)
        self.edge.make(5)
        self.check_true(service)
        self.edge.client.loop_stop()
        self.edge.client._sock_close()  # without a farewell: the broker publishes its last will
        state = service.wait(lambda state: any(each["standing"] == "dead" for each in state["sources"]), "it is dead")
        self.assertNotEqual(state["verdict"]["trust"], "Valid")
        self.edge.client.reconnect()
        self.edge.client.loop_start()
        wait_for(self.edge.client.is_connected, "it is back", 10)
        self.edge.good += 7
        self.edge.report(complete=True)
        self.check_true(service)

    def test_what_the_broker_refuses_is_told_in_words(self):
        (self.folder / "wrong").write_text("guess\n", encoding="utf-8")
        cases = {"the wrong password": ({"password_file": "wrong"}, ("password", "authori")),
                 "the wrong authority": ({"ca_file": "other.pem"}, ("certificate",))}
        for case, (options, words) in cases.items():
            with self.subTest(case):
                service = self.service(**options)
                state = service.wait(lambda state: state["lost"], "it is told")
                why = json.dumps(state["lost"]).lower()
                self.assertTrue(any(word in why for word in words), why)
                self.assertEqual(state["verdict"]["stage"], "Unbound")
                self.assertEqual(service.get("/healthz")["status"], "ok", "the service itself does its work")
                self.assertTrue(any(any(word in line.lower() for word in words) for line in service.said))
                self.assertEqual(service.stop()[0], 0)

    def test_verdict_and_forecast_are_published(self):
        heard = {}
        self.edge.client.message_callback_add(
            "twin/#", lambda _, __, message: heard.__setitem__(message.topic, message.payload.decode()))
        self.edge.client.subscribe("twin/#", qos=1)
        service = self.service("--publish", "broker:twin/cell", "--forecast-every", "200 ms", "--horizon", "1 h",
                               "--replications", "10")
        self.begin(service)
        wait_for(lambda: json.loads(heard.get("twin/cell/verdict", "{}")).get("trust") == "Valid", "it is published")
        wait_for(lambda: "twin/cell/forecast" in heard, "a forecast is published")
        forecast = json.loads(heard["twin/cell/forecast"])
        self.assertEqual(forecast["results"]["replications"], 10)
        self.assertIn(forecast["verdict"]["trust"], ("Valid", "Warning"))
        self.assertEqual(heard["twin/cell/status"], "online")
        service.stop()
        wait_for(lambda: heard["twin/cell/status"] == "offline", "its end is told")
        service = self.service("--publish", "broker:denied/cell")
        self.said(service, "cannot publish denied/cell/status")
        service.stop()

    def test_files_that_are_not_there_are_told_at_once(self):
        for wrong in ({"password_file": "gone"}, {"ca_file": "gone"}):
            done = run("sync", self.plant, "--live", self.sources(**wrong))
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(str(self.folder / "gone"), done.stderr)

    def test_a_topic_that_is_denied_brings_nothing_and_the_twin_says_so(self):
        (self.folder / "guest").write_text("guest-secret\n", encoding="utf-8")
        service = self.service(user="guest", password_file="guest")
        service.wait(lambda state: state["account"]["deliveries"]["connected"] == 1, "it is connected")
        self.edge.make(3)
        time.sleep(0.3)
        state = service.get("/state")
        self.assertEqual(state["account"]["deliveries"]["message"], 0)
        self.assertEqual((state["verdict"]["stage"], state["verdict"]["trust"]), ("Unbound", "Warning"))


if __name__ == "__main__":
    unittest.main()
