#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""takt sync --live against an MTConnect agent: current, sample by polling and as a stream, a buffer that runs over, an
agent that begins anew."""

import signal
import sys
import threading
import time
import unittest
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))
from command import ONE_MACHINE, Cli  # noqa: E402
from service import Service, wait_for  # noqa: E402

MILL = "/acme/hall/line/mill"


def now():
    return datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Agent:
    """What an agent does by MTConnect Part 1: numbered observations in a buffer of some size, answers in XML."""

    def __init__(self, size=50):
        self.size = size
        self.lock = threading.Condition()
        self.requests = []
        self.is_open = True
        self.begin(int(time.time()))
        agent = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                agent.answer(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def begin(self, instance):
        self.instance, self.next, self.buffer, self.latest = instance, 1, [], {}

    def add(self, **values):
        with self.lock:
            at = now()
            for item, value in values.items():
                self.buffer.append((self.next, at, item, value))
                self.latest[item] = self.buffer[-1]
                self.next += 1
            self.buffer = self.buffer[-self.size:]
            self.lock.notify_all()

    def document(self, observations):
        first = self.buffer[0][0] if self.buffer else self.next
        events = "".join(f'<{"Execution" if item == "exec" else "PartCount"} dataItemId="{item}" sequence="{n}" '
                         f'timestamp="{at}" name="n_{item}">{value}</{"Execution" if item == "exec" else "PartCount"}>'
                         for n, at, item, value in observations)
        after = observations[-1][0] + 1 if observations else self.next
        return (f'<?xml version="1.0" encoding="UTF-8"?>\n<m:MTConnectStreams xmlns:m="urn:mtconnect.org:MTConnectStreams:1.7">'
                f'<m:Header creationTime="{now()}" instanceId="{self.instance}" bufferSize="{self.size}" '
                f'nextSequence="{after}" firstSequence="{first}" lastSequence="{self.next - 1}"/>'
                f'<m:Streams><m:DeviceStream name="mill" uuid="u"><m:ComponentStream component="Path" componentId="p">'
                f'<m:Events>{events}</m:Events></m:ComponentStream></m:DeviceStream></m:Streams></m:MTConnectStreams>').encode()

    def error(self, code):
        return (f'<?xml version="1.0"?><MTConnectError><Header instanceId="{self.instance}"/><Errors>'
                f'<Error errorCode="{code}">no</Error></Errors></MTConnectError>').encode()

    def sample(self, start, count):
        """The document, or None where the buffer no longer has its beginning."""
        if self.buffer and start < self.buffer[0][0] or start > self.next:
            return None
        return [each for each in self.buffer if each[0] >= start][:count]

    def answer(self, handler):
        split = urlsplit(handler.path)
        query = {key: int(values[0]) for key, values in parse_qs(split.query).items()}
        self.requests.append(split.path + ("?stream" if "interval" in query else ""))
        if not split.path.startswith("/mill/"):
            return self.plain(handler, 404, self.error("UNSUPPORTED"))
        if split.path.endswith("/current"):
            with self.lock:
                latest = sorted(self.latest.values())
                # Everything up to now is in it.
                text = self.document(latest).replace(
                    b'nextSequence="%d"' % (latest[-1][0] + 1 if latest else self.next), b'nextSequence="%d"' % self.next)
            return self.plain(handler, 200, text)
        with self.lock:
            observations = self.sample(query["from"], query["count"])
            text = self.error("OUT_OF_RANGE") if observations is None else self.document(observations)
        if observations is None or "interval" not in query:
            return self.plain(handler, 200, text)
        return self.stream(handler, query)

    @staticmethod
    def plain(handler, status, text):
        try:
            handler.send_response(status)
            handler.send_header("Content-Type", "text/xml")
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            handler.wfile.write(text)
        except OSError:
            pass  # whoever asked has ended

    def stream(self, handler, query):
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace;boundary=a8e12")
        handler.end_headers()
        handler.close_connection = True
        start, instance, ended = query["from"], self.instance, time.monotonic() + 60
        try:
            while self.is_open and self.instance == instance and time.monotonic() < ended:
                with self.lock:
                    self.lock.wait_for(lambda: self.next > start, query["heartbeat"] / 1000)
                    observations = self.sample(start, query["count"])
                    text = self.error("OUT_OF_RANGE") if observations is None else self.document(observations)
                handler.wfile.write(b"--a8e12\r\nContent-type: text/xml\r\nContent-length: %d\r\n\r\n" % len(text))
                for piece in range(0, len(text), 97):  # as networks cut it
                    handler.wfile.write(text[piece:piece + 97])
                handler.wfile.write(b"\r\n")
                if observations is None:
                    return
                start = observations[-1][0] + 1 if observations else start
                time.sleep(query["interval"] / 1000)
        except OSError:
            pass

    def close(self):
        self.is_open = False
        with self.lock:
            self.lock.notify_all()
        self.server.shutdown()
        self.server.server_close()


class MtConnect(Cli):
    def begin(self, streaming, **more):
        agent = Agent(**more)
        self.addCleanup(agent.close)
        agent.add(exec="ACTIVE", count=100)
        plant = self.write("plant.json", ONE_MACHINE)
        sources = self.write("sources.json", {
            "format": "takt-sources/1", "ingest": {"lateness": "0 s", "reorder": "200 ms"},
            "sources": {"mill": {
                "kind": "mtconnect", "url": agent.url + "/mill", "streaming": streaming, "every": "20 ms",
                "heartbeat": "500 ms",
                "items": {"exec": {"equipment": MILL, "role": "state"},
                          "n_count": {"equipment": MILL, "role": "good"}}}}})
        service = Service(plant, sources)
        self.addCleanup(lambda: service.process.poll() is None and service.stop(signal.SIGKILL))
        state = service.wait(lambda state: state["verdict"]["stage"] == "Synchronised", "it knows what is now")
        self.base = 100 - state["machines"][0]["good"]
        self.assertEqual(state["machines"][0]["state"], "working")
        return agent, service

    def counts(self, parts):
        return lambda state: (state["verdict"]["trust"] == "Valid" and not state["lost"]
                              and state["machines"][0]["good"] == parts - self.base)

    def test_what_happens_comes_by_polling_and_as_a_stream(self):
        for streaming in (False, True):
            with self.subTest(streaming=streaming):
                agent, service = self.begin(streaming)
                for i in range(102, 132, 2):
                    agent.add(count=i)
                service.wait(self.counts(130), "it counts what the agent counts")
                agent.add(exec="FEED_HOLD")
                service.wait(lambda state: state["machines"][0]["state"] != "working", "it is held")
                agent.add(exec="UNAVAILABLE", count="UNAVAILABLE")
                agent.add(exec="ACTIVE", count=133)
                service.wait(self.counts(133), "it counts on")
                self.assertEqual(agent.requests.count("/mill/current"), 1)
                self.assertEqual("/mill/sample?stream" in agent.requests, streaming)
                self.assertEqual(service.get("/state")["account"]["deliveries"]["rejected"], 0)
                status, _, took = service.stop()
                self.assertEqual(status, 0)
                self.assertLess(took, 2.0)

    def test_a_buffer_that_ran_over_is_healed_by_everything_as_it_is(self):
        agent, service = self.begin(False, size=10)
        with agent.lock:  # between two requests
            for i in range(102, 142, 2):
                agent.buffer.append((agent.next, now(), "count", i))
                agent.latest["count"] = agent.buffer[-1]
                agent.next += 1
            agent.buffer = agent.buffer[-10:]
        service.wait(self.counts(140), "it counts what the agent counts")
        self.assertEqual(agent.requests.count("/mill/current"), 2)

    def test_an_agent_that_begins_anew_is_asked_for_everything(self):
        for streaming in (False, True):
            with self.subTest(streaming=streaming):
                agent, service = self.begin(streaming)
                agent.add(count=105)
                service.wait(self.counts(105), "it counts")
                with agent.lock:
                    agent.begin(agent.instance + 1)
                agent.add(exec="ACTIVE", count=107)
                agent.add(count=109)
                service.wait(self.counts(109), "it counts on")
                service.stop()

    def test_an_agent_that_cannot_be_reached_is_told_and_tried_again(self):
        agent, service = self.begin(True)
        port = agent.server.server_port
        agent.close()
        state = service.wait(lambda state: state["lost"], "that the connection is lost is told")
        self.assertEqual(state["verdict"]["trust"], "Warning")
        again = Agent()
        again.server.server_close()
        again.server.shutdown()
        back = ThreadingHTTPServer(("127.0.0.1", port), again.server.RequestHandlerClass)
        back.daemon_threads = True
        again.server = back
        with again.lock:
            again.begin(agent.instance + 1)  # as an agent does that was started anew
        again.add(exec="ACTIVE", count=111)
        threading.Thread(target=back.serve_forever, daemon=True).start()
        self.addCleanup(again.close)
        service.wait(self.counts(111), "it counts on")

    def test_a_device_that_the_agent_does_not_have_is_told_in_its_words(self):
        agent = Agent()
        self.addCleanup(agent.close)
        sources = self.write("sources.json", {
            "format": "takt-sources/1",
            "sources": {"mill": {"kind": "mtconnect", "url": agent.url + "/mull",
                                 "items": {"exec": {"equipment": MILL, "role": "state"}}}}})
        service = Service(self.write("plant.json", ONE_MACHINE), sources)
        self.addCleanup(lambda: service.process.poll() is None and service.stop(signal.SIGKILL))
        wait_for(lambda: any("the agent says UNSUPPORTED" in line for line in service.said), "it is said")


if __name__ == "__main__":
    unittest.main()
