#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The control loop over a real broker: what it prints, and what its record holds."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TAKT_BUILD_DIR", ROOT / "build" / "release")).resolve()
EXAMPLE = ROOT / "examples" / "control_loop"
PROGRAM = BUILD / "examples" / "control_loop" / "control_loop"
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class ControlLoop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(cls.folder.name)
        cls.record = folder / "record.jsonl"
        port = free_port()
        (folder / "broker.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n", encoding="utf-8")
        broker = subprocess.Popen([MOSQUITTO, "-c", folder / "broker.conf"], stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                with socket.socket() as one:
                    if one.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            cls.done = subprocess.run(
                [PROGRAM, EXAMPLE / "plant.json", f"mqtt://127.0.0.1:{port}", cls.record],
                capture_output=True, text=True, timeout=250, check=False)
        finally:
            broker.terminate()
            broker.wait()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_it_prints_what_is_expected(self):
        self.assertEqual(self.done.stderr, "")
        self.assertEqual(self.done.stdout, (EXAMPLE / "expected.txt").read_text(encoding="utf-8"))
        self.assertEqual(self.done.returncode, 0)

    def test_every_step_stands_on_record_in_its_order(self):
        lines = [json.loads(line) for line in self.record.read_text(encoding="utf-8").splitlines()]
        self.assertEqual([line["what"] for line in lines],
                         ["armed", "refused", "requested", "refused", "confirmed", "sent", "acknowledged"])
        self.assertTrue(lines[1]["detail"].startswith("not_valid"))
        self.assertTrue(lines[3]["detail"].startswith("same_person"))
        self.assertEqual(lines[-1]["who"], "plant")
        for before, after in zip(lines, lines[1:]):
            self.assertEqual(after["previous"], before["hash"])


if __name__ == "__main__":
    if MOSQUITTO is None:
        print("skipped: needs mosquitto")
        sys.exit(77)
    unittest.main(verbosity=2)
