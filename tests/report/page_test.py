#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page of a study in a browser: nothing is asked for, nothing goes wrong, and it prints."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TAKT = Path(os.environ["TAKT_BUILD_DIR"]) / "takt"
BOTTLING = ROOT / "examples" / "bottling" / "bottling.json"
FILLER = "/acme/filling/line_1/filler"
sys.path.insert(0, str(Path(__file__).resolve().parent))
import browser  # noqa: E402


GOALS = ("--maximise", "/ throughput_per_h", "--minimise", "/ flow_time_s quantile 95 %")


def run(*arguments):
    return subprocess.run([TAKT, *arguments], capture_output=True, text=True, timeout=120, check=False)


def takt(*arguments):
    done = run(*arguments)
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
        takt("report", folder / "r.h5", "-o", folder / "page.html", "--trace", folder / "t.json", *GOALS)
        cls.folder, cls.file = folder, folder / "page.html"
        cls.html = cls.file.read_text(encoding="utf-8")

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_is_whole_and_has_every_part(self):
        balance = Balance()
        balance.feed(self.html)
        self.assertEqual((balance.open, balance.faults), ([], []))
        for title in ("The plant", "Key figures", "Differences", "Compromises", "How single futures spread",
                      "Machines and the bottleneck", "One future", "Where this comes from"):
            self.assertIn(f"<h2>{title}</h2>", self.html)
        self.assertIn("a &lt;b&gt; &amp; &quot;c&quot;", self.html)
        self.assertNotIn("a <b>", self.html)
        self.assertGreater(self.html.count("<svg"), 8)

    def test_is_the_same_from_the_study_and_from_its_file(self):
        direct = (self.folder / "direct.html").read_text(encoding="utf-8")
        takt("report", self.folder / "r.h5", "-o", self.folder / "again.html")
        self.assertEqual((self.folder / "again.html").read_text(encoding="utf-8"), direct)

    def test_shows_which_scenarios_no_other_beats(self):
        """Judged once more, by the values of the table."""
        section = self.html.split("<h2>Compromises</h2>")[1].split("<h2>")[0]
        self.assertEqual(section.count("<circle"), 3)
        rows = re.findall(r"<tr><td>([^<]*)</td><td>(\d)</td><td>([^<]*)</td><td>([^<]*)</td><td>([^<]*)</td></tr>", section)
        self.assertEqual([row[1] for row in rows], ["1", "2", "3"])
        value = [tuple(float(cell.split(" ± ")[0]) for cell in row[2:4]) for row in rows]
        best = [not any(other[0] >= mine[0] and other[1] <= mine[1] and other != mine for other in value) for mine in value]
        self.assertEqual([row[4] == "yes" for row in rows], best)
        self.assertEqual(section.count('class="clear"'), sum(best))
        self.assertEqual(section.count("<polyline"), 1 if sum(best) > 1 else 0)
        for row in rows:
            for beater in re.findall(r"\d", row[4]):
                self.assertTrue(best[int(beater) - 1])

    def test_without_goals_there_are_no_compromises(self):
        self.assertNotIn("Compromises", (self.folder / "direct.html").read_text(encoding="utf-8"))

    def test_goals_that_make_no_sense_are_told(self):
        page, results = self.folder / "no.html", self.folder / "r.h5"
        report = ("report", results, "-o", page)
        for goals, said in (((*GOALS[:2], "--minimise", "/ wipp"), f'{results}: "/ wipp": found / wipp'),
                            ((*GOALS, "--maximise", "/ wip"), "goals: found 3, expected two, one for each axis"),
                            (GOALS[:2], "goals: found 1, expected two")):
            done = run(*report, *goals)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(said, done.stderr)
        self.assertFalse(page.exists())
        done = run("study", self.folder / "plant.json", "--horizon", "1 h", *GOALS)
        self.assertEqual(done.returncode, 2)
        self.assertIn("give --report FILE", done.stderr)

    def test_names_no_address_and_no_script(self):
        self.assertNotIn("<script", self.html)
        outside = [each for each in re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]+[^\s\"'<]*", self.html)
                   if "www.w3.org/2000/svg" not in each]
        self.assertEqual(outside, [])
        self.assertEqual(re.findall(r"(?:src|href)=\"(?!data:|#)[^\"]*\"", self.html), [])

    def seen(self, file):
        if browser.CHROMIUM is None:
            self.skipTest("chromium is not installed")
        return browser.seen(file, self.folder)

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
        if browser.CHROMIUM is None:
            self.skipTest("chromium is not installed")
        paper = self.folder / "page.pdf"
        done = browser.browse(self.file, self.folder, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(paper.read_bytes().startswith(b"%PDF"))


if __name__ == "__main__":
    unittest.main()
