# SPDX-License-Identifier: Apache-2.0
"""A live service under test: takt sync PLANT --live SOURCES as a process of its own."""

import json
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

from command import TAKT


class Service:
    """Runs until `stop`. What it says on standard error is in `said`."""

    def __init__(self, plant, sources, *arguments, **options):
        command = [str(TAKT), "sync", str(plant), "--live", str(sources), "--listen", "127.0.0.1:0",
                   *map(str, arguments)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        self.said = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.address = wait_for(lambda: self._listening() or self.process.poll() is not None, "it listens")
        self.address = self._listening()

    def _read(self):
        for line in self.process.stderr:
            self.said.append(line.rstrip("\n"))

    def _listening(self):
        return next((line.split()[-1] for line in self.said if line.startswith("listening on http://")), None)

    def text(self, path):
        """(status, text) of a GET."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def get(self, path):
        return json.loads(self.text(path)[1])

    def metrics(self):
        """Values by name with labels, as Prometheus reads them."""
        found = {}
        for line in self.text("/metrics")[1].splitlines():
            if not line.startswith("#"):
                match = re.fullmatch(r'([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})?) (\S+)', line)
                assert match, line
                found[match[1]] = float(match[2])
        return found

    def wait(self, condition, what, seconds=20.0):
        """Until condition(state) holds; gives the state."""
        state = {}

        def holds():
            assert self.process.poll() is None, self.said
            state.update(self.get("/state"))
            return condition(state)

        try:
            wait_for(holds, what, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{json.dumps(state.get('verdict'), indent=1)}\n" + "\n".join(self.said))
        return state

    def stop(self, how=signal.SIGTERM):
        """(exit status, standard output, seconds it took)."""
        begin = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(how)
        out = self.process.stdout.read()
        status = self.process.wait(timeout=30)
        self.reader.join(timeout=10)
        self.process.stdout.close()
        self.process.stderr.close()
        return status, out, time.monotonic() - begin


def wait_for(condition, what, seconds=20.0):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"in {seconds} s it did not come to this: {what}"
        time.sleep(0.02)
