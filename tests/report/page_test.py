#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page of a study in a browser: nothing is asked for, nothing goes wrong, and it prints."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TAKT = Path(os.environ["TAKT_BUILD_DIR"]) / "takt"
BOTTLING = ROOT / "examples" / "bottling" / "bottling.json"
FILLER = "/acme/filling/line_1/filler"
CHROMIUM = shutil.which("chromium")


def takt(*arguments):
    done = subprocess.run([TAKT, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Balance(HTMLParser):
    """Whether every element is closed where it was opened."""

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.seen = [], [], set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.add(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        folder = Path(cls.scratch.name)
        plant = BOTTLING.read_text(encoding="utf-8").replace('"name": "bottling"', '"name": "a <b> & \\"c\\""', 1)
        (folder / "plant.json").write_text(plant, encoding="utf-8")
        way = ("--horizon", "2 h", "--replications", "10")
        takt("study", folder / "plant.json", *way, "--vary", f"{FILLER}/cycle_time=9 s,10 s,12 s",
             "--out", folder / "r.h5", "--report", folder / "direct.html")
        takt("run", folder / "plant.json", "--horizon", "1 h", "--replications", "1", "--trace", folder / "t.json")
        takt("report", folder / "r.h5", "-o", folder / "page.html", "--trace", folder / "t.json")
        cls.folder, cls.file = folder, folder / "page.html"
        cls.html = cls.file.read_text(encoding="utf-8")

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_is_whole_and_has_every_part(self):
        balance = Balance()
        balance.feed(self.html)
        self.assertEqual((balance.open, balance.faults), ([], []))
        for title in ("The plant", "Key figures", "Differences", "How single futures spread",
                      "Machines and the bottleneck", "One future", "Where this comes from"):
            self.assertIn(f"<h2>{title}</h2>", self.html)
        self.assertIn("a &lt;b&gt; &amp; &quot;c&quot;", self.html)
        self.assertNotIn("a <b>", self.html)
        self.assertGreater(self.html.count("<svg"), 8)

    def test_is_the_same_from_the_study_and_from_its_file(self):
        direct = (self.folder / "direct.html").read_text(encoding="utf-8")
        takt("report", self.folder / "r.h5", "-o", self.folder / "again.html")
        self.assertEqual((self.folder / "again.html").read_text(encoding="utf-8"), direct)

    def test_names_no_address_and_no_script(self):
        self.assertNotIn("<script", self.html)
        outside = [each for each in re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]+[^\s\"'<]*", self.html)
                   if "www.w3.org/2000/svg" not in each]
        self.assertEqual(outside, [])
        self.assertEqual(re.findall(r"(?:src|href)=\"(?!data:|#)[^\"]*\"", self.html), [])

    def browser(self, file, *arguments):
        if CHROMIUM is None:
            self.skipTest("chromium is not installed")
        profile = self.folder / "profile"
        return subprocess.run(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--user-data-dir={profile}", *arguments, file.as_uri()],
            capture_output=True, text=True, timeout=120, check=False)

    def seen(self, file):
        """What a browser made of a file: its document, what its console says, the addresses it asked for."""
        log = self.folder / "net.json"
        done = self.browser(file, "--enable-logging=stderr", "--v=0", f"--log-net-log={log}", "--dump-dom",
                            "--disable-background-networking", "--disable-component-update", "--disable-sync",
                            "--no-first-run", "--disable-default-apps")
        self.assertEqual(done.returncode, 0, done.stderr)
        events = json.loads(log.read_text(encoding="utf-8"))["events"]
        asked = {event["params"]["url"] for event in events if "url" in event.get("params", {})}
        asked = [url for url in asked if url.startswith("http") and "google" not in url]  # those are the browser's own
        return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line], asked

    def test_asks_for_nothing_and_has_no_error_in_a_browser(self):
        document, console, asked = self.seen(self.file)
        self.assertIn("Where this comes from", document)
        self.assertEqual((console, asked), ([], []))

    def test_a_page_that_asks_or_fails_would_be_seen(self):
        wrong = self.folder / "wrong.html"
        wrong.write_text('<img src="http://127.0.0.1:9/x.png"><script>throw new Error("wrong")</script>', encoding="utf-8")
        document, console, asked = self.seen(wrong)
        self.assertIn("x.png", document)
        self.assertIn("wrong", "".join(console))
        self.assertEqual(asked, ["http://127.0.0.1:9/x.png"])

    def test_prints(self):
        paper = self.folder / "page.pdf"
        done = self.browser(self.file, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(paper.read_bytes().startswith(b"%PDF"))


if __name__ == "__main__":
    unittest.main()
