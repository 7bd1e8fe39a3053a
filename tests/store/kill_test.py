#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Results and checkpoints whose writer is killed or has no room; kill_long_test.py kills five hundred."""
import os
import pathlib
import resource
import signal
import subprocess
import tempfile
import unittest

from kills import command, contents, run_kills


def no_room():
    """Files may grow to 20 kB: a full disk, as a program sees it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


class Kill(unittest.TestCase):
    def test_a_killed_writer_leaves_whole_files(self):
        caught, bad = run_kills(25)
        print(f"25 kills, {caught} of them while a file was being written: {bad} files lost or mistaken")
        self.assertEqual(bad, 0)

    def test_a_full_disk_leaves_the_old_files_and_says_so(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            subprocess.run(command(folder, 1), check=True, stdout=subprocess.DEVNULL)
            before = contents(folder)
            done = subprocess.run(command(folder, 2), preexec_fn=no_room, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertRegex(done.stderr, "cannot write '.*': File too large")
            self.assertEqual(contents(folder), before)
            self.assertEqual(sorted(os.listdir(folder)), ["checkpoint.h5", "results.h5"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
