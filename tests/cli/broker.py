# SPDX-License-Identifier: Apache-2.0
"""A real broker, a network that breaks, and an edge node that knows the truth: for live_broker_test.py."""

import json
import shutil
import signal
import socket
import subprocess
import threading
import time
from datetime import datetime, timezone

import paho.mqtt.client as mqtt

from service import wait_for

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def free_port():
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


def make_certificates(folder):
    """ca.pem, broker.pem and broker.key for localhost; other.pem is an authority that signed nothing."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    for name in ("ca", "other"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n", encoding="utf-8")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
            "-keyout", "broker.key", "-out", "broker.csr")
    openssl("x509", "-req", "-in", "broker.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "broker.pem")
    for key in folder.glob("*.key"):
        key.chmod(0o644)  # a broker that root starts becomes another user


class Broker:
    """mosquitto with TLS, users and topics they may use; it keeps its port and its sessions when started again."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        folder.chmod(0o777)
        for user in ("edge", "takt", "guest"):
            new = [] if (folder / "passwords").exists() else ["-c"]
            subprocess.run(["mosquitto_passwd", "-b", *new, str(folder / "passwords"), user, user + "-secret"],
                           check=True, capture_output=True)
        (folder / "passwords").chmod(0o644)
        (folder / "topics").write_text("user edge\ntopic readwrite #\nuser takt\ntopic readwrite plant/#\n"
                                       "topic readwrite twin/#\nuser guest\ntopic readwrite nothing/#\n",
                                       encoding="utf-8")
        self.config = folder / "mosquitto.conf"
        self.config.write_text(f"""
listener {self.port} 127.0.0.1
cafile {folder}/ca.pem
certfile {folder}/broker.pem
keyfile {folder}/broker.key
password_file {folder}/passwords
acl_file {folder}/topics
allow_anonymous false
persistence true
persistence_location {folder}/
autosave_on_changes true
autosave_interval 50
max_queued_messages 100000
log_dest file {folder}/mosquitto.log
""", encoding="utf-8")
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen([MOSQUITTO, "-c", str(self.config)], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_for(self._answers, "the broker listens", 10)

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "mosquitto.log").read_text()
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(timeout=10)


class Proxy:
    """A network between a client and the broker: `cut` closes it, `stall` lets nothing through, `mend` mends it."""

    def __init__(self, port):
        self.to = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.flows = threading.Event()
        self.flows.set()
        self.is_cut = False
        self.open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                client.close()
                continue
            try:
                broker = socket.create_connection(("127.0.0.1", self.to), timeout=2)
            except OSError:
                client.close()
                continue
            broker.settimeout(None)
            self.open += [client, broker]
            for a, b in ((client, broker), (broker, client)):
                threading.Thread(target=self._pump, args=(a, b), daemon=True).start()

    def _pump(self, source, sink):
        try:
            while True:
                data = source.recv(65536)
                self.flows.wait()
                if not data:
                    break
                sink.sendall(data)
        except OSError:
            pass
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def cut(self):
        self.is_cut = True
        for each in self.open:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has gone already
        self.open = []

    def stall(self):
        self.flows.clear()

    def mend(self):
        self.is_cut = False
        self.flows.set()

    def close(self):
        self.cut()
        self.mend()
        self.listener.close()


class Edge:
    """A line's controller: it counts parts, reports each, answers when asked for everything, and knows the truth."""

    def __init__(self, folder, port, path, name="line"):
        self.path, self.name = path, name
        self.good, self.seq, self.rebirths, self.sent = 0, 0, 0, 0
        self.epoch = time.time_ns() // 1_000_000
        self.lock = threading.Lock()
        self.client = mqtt.Client(client_id="edge-" + name, clean_session=True)
        self.client.username_pw_set("edge", "edge-secret")
        self.client.tls_set(ca_certs=str(folder / "ca.pem"))
        self.client.will_set(f"plant/{name}/status", "offline", qos=1)
        self.client.max_inflight_messages_set(200)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = self._connected
        self.client.on_message = lambda *_: self._asked()
        self.client.connect("localhost", port, keepalive=5)
        self.client.loop_start()
        wait_for(self.client.is_connected, "the edge node is connected", 10)

    def _connected(self, client, *_):
        client.subscribe(f"plant/{self.name}/rebirth", qos=1)

    def _asked(self):
        self.rebirths += 1
        self.report(complete=True)

    def report(self, complete=False):
        with self.lock:
            message = {"ts": datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z"),
                       "source": self.name, "epoch": self.epoch, "seq": self.seq, "complete": complete,
                       "entities": {self.path: {"state": "Execute", "counters": {"good": self.good, "scrap": 0}}}}
            self.seq += 1
            self.sent += 1
            return self.client.publish(f"plant/{self.name}/snapshot", json.dumps(message), qos=1)

    def make(self, parts):
        """So many parts, each reported and acknowledged by the broker."""
        last = None
        for _ in range(parts):
            self.good += 1
            last = self.report()
        wait_for(lambda: last._published, "the broker has them", 30)  # is_published fails while there is no connection

    def lose(self, parts):
        """So many parts whose reports never arrive."""
        self.good += parts
        self.seq += parts

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()
