# SPDX-License-Identifier: Apache-2.0
"""An edge node of Sparkplug B with one machine that works, for live_control_test.py: payloads by the specification's
Protobuf schema, written out by hand so that takt's own codec is held against another."""

import random
import struct
import threading
import time

import paho.mqtt.client as mqtt

from service import wait_for

UINT64, FLOAT64, BOOLEAN, STRING = 8, 10, 11, 12


def varint(number):
    out = b""
    while True:
        out += bytes([number & 0x7F | (0x80 if number > 0x7F else 0)])
        number >>= 7
        if not number:
            return out


def field(number, kind, value):
    head = varint(number << 3 | kind)
    return head + (varint(len(value)) + value if kind == 2 else value)


def metric(name, kind, value):
    body = field(1, 2, name.encode()) + field(3, 0, varint(now_ms())) + field(4, 0, varint(kind))
    if kind == UINT64:
        body += field(11, 0, varint(value))
    elif kind == FLOAT64:
        body += field(13, 1, struct.pack("<d", value))
    elif kind == BOOLEAN:
        body += field(14, 0, varint(int(value)))
    else:
        body += field(15, 2, value.encode())
    return field(2, 2, body)


def now_ms():
    return time.time_ns() // 1_000_000


def fields(data):
    """(number, value) of each: integers, or bytes."""
    at = 0

    def read_varint():
        nonlocal at
        number = shift = 0
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    while at < len(data):
        tag = read_varint()
        if tag & 7 == 0:
            yield tag >> 3, read_varint()
            continue
        size = {1: 8, 5: 4}.get(tag & 7) or read_varint()
        yield tag >> 3, data[at:at + size]
        at += size


def commanded(payload):
    """Values by the names of the metrics."""
    found = {}
    for number, value in fields(payload):
        if number != 2:
            continue
        parts = dict(fields(value))
        found[parts[1].decode()] = struct.unpack("<d", parts[13])[0] if 13 in parts else parts.get(14, parts.get(11))
    return found


class Line:
    """A mill that makes a part every so often, faster by its set-point `speed`, slower by its wear."""

    def __init__(self, port, group="acme", node="line", device="mill", cycle_s=0.1):
        self.topic = lambda kind, of="": f"spBv1.0/{group}/{kind}/{node}{of and '/' + of}"
        self.device, self.cycle_s = device, cycle_s
        self.wear, self.speed, self.good, self.seq = 1.0, 1.0, 0, 0
        self.obeys = True
        self.commands = []  # values of speed, as they came
        self.lock = threading.Lock()
        self.works = threading.Event()
        self.works.set()
        self.draw = random.Random(7)
        self.client = mqtt.Client(client_id="edge", clean_session=True)
        self.client.will_set(self.topic("NDEATH"), field(1, 0, varint(now_ms())) + metric("bdSeq", UINT64, 0), qos=1)
        self.client.on_connect = self._connected
        self.client.on_message = self._told
        self.client.connect("127.0.0.1", port, keepalive=5)
        self.client.loop_start()
        wait_for(self.client.is_connected, "the edge node is connected", 10)
        threading.Thread(target=self._work, daemon=True).start()

    def _connected(self, client, *_):
        client.subscribe([(self.topic("NCMD"), 1), (self.topic("DCMD", self.device), 1)])
        self.be_born()

    def _told(self, _, __, message):
        values = commanded(message.payload)
        if values.get("Node Control/Rebirth"):
            self.be_born()
        if "Setpoint/speed" in values:
            self.commands.append(values["Setpoint/speed"])
            if self.obeys:
                self.obey()

    def obey(self):
        with self.lock:
            self.speed = self.commands[-1]
            self._send("DDATA", self.device, metric("Setpoint/speed", FLOAT64, self.speed))

    def be_born(self):
        with self.lock:
            self.seq = 0
            self._send("NBIRTH", "", metric("bdSeq", UINT64, 0) + metric("Node Control/Rebirth", BOOLEAN, False))
            self._send("DBIRTH", self.device, metric("PackML/StateCurrent", STRING, "Execute") +
                       metric("Counters/Good", UINT64, self.good) + metric("Setpoint/speed", FLOAT64, self.speed))

    def _send(self, kind, device, metrics):
        payload = field(1, 0, varint(now_ms())) + metrics + field(3, 0, varint(self.seq))
        self.seq = (self.seq + 1) % 256
        self.client.publish(self.topic(kind, device), payload, qos=1)

    def _work(self):
        while True:
            took = self.cycle_s * self.wear / self.speed * self.draw.lognormvariate(-0.005, 0.1)
            time.sleep(took)
            if not self.works.is_set():
                continue
            with self.lock:
                self.good += 1
                self._send("DDATA", self.device, metric("Counters/Good", UINT64, self.good) +
                           metric("CycleTime/LastS", FLOAT64, took))

    def close(self):
        self.works.clear()
        self.client.disconnect()
        self.client.loop_stop()
