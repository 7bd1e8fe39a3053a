#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The JSON Schemas: they take every good document, and refuse what the readers refuse for its form."""

import copy
import json
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("needs python3-jsonschema")
    sys.exit(77)

sys.path.insert(0, str(Path(__file__).resolve().parent))
import schema_cases  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ["TAKT_BUILD_DIR"])
SCHEMAS = ROOT / "src" / "io" / "plant" / "schemas"
FORMATS = ["takt-control/1", "takt-mapping/1", "takt-plant/1", "takt-results/1", "takt-scenarios/1", "takt-snapshot/1",
           "takt-sources/1", "takt-space/1"]


def text_of(format_name):
    return (SCHEMAS / (format_name.replace("/", "-") + ".json")).read_text(encoding="utf-8")


VALIDATORS = {name: Draft202012Validator(json.loads(text_of(name))) for name in FORMATS}


def answers(format_name, documents):
    """What the reader says of each document: "ok" or its faults."""
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    done = subprocess.run([BUILD / "tests" / "documents", "read", format_name], input=lines, text=True,
                          capture_output=True, check=True, timeout=250)
    said = done.stdout.splitlines()
    assert len(said) == len(documents)
    return said


def fences(kind, page="formats.md"):
    page = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"\n```{kind}\n(.*?)\n```", page, re.DOTALL)


def shown():
    """The documents of the pages."""
    return [json.loads(block) for page in ("formats.md", "live.md", "control.md", "choosing.md")
            for block in fences("json", page)]


def examples():
    """Every good document of the repository: format -> documents."""
    found = {name: [] for name in FORMATS}
    for file in sorted([*ROOT.glob("examples/**/*.json"), *ROOT.glob("python/tests/data/*.json"),
                        *ROOT.glob("tests/**/good/*.json")]):
        document = json.loads(file.read_text(encoding="utf-8-sig"))
        if isinstance(document, dict) and document.get("format") in found:
            found[document["format"]].append(document)
    for file in sorted([*ROOT.glob("python/tests/data/*.jsonl"), *ROOT.glob("tests/**/good/*.jsonl")]):
        found["takt-snapshot/1"] += map(json.loads, filter(str.strip, file.read_text(encoding="utf-8").splitlines()))
    for document in shown():
        found[document["format"]].append(document)
    found["takt-snapshot/1"] += map(json.loads, fences("jsonl")[0].splitlines())
    return found


def places(value, at=()):
    """The way to every value within a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inside:
        yield (*at, key)
        yield from places(child, (*at, key))


def mutants(document):
    """The document with one value gone, renamed or of another kind."""
    for way in list(places(document)):
        def change(act):
            changed = copy.deepcopy(document)
            parent = changed
            for key in way[:-1]:
                parent = parent[key]
            act(parent, way[-1])
            return changed

        def rename(parent, key):
            parent["x_" + str(key)] = parent.pop(key)

        yield "gone", way, change(lambda parent, key: parent.pop(key))
        if isinstance(way[-1], str):
            yield "renamed", way, change(rename)
        for kind, value in (("null", None), ("boolean", True), ("number", 1.5), ("whole", 7), ("below", -7),
                            ("text", "?"), ("empty text", ""), ("list", []), ("object", {})):
            yield kind, way, change(lambda parent, key, value=value: parent.__setitem__(key, value))


class Schema(unittest.TestCase):
    def refused(self, format_name, document):
        return not VALIDATORS[format_name].is_valid(document)


class Program(unittest.TestCase):
    def run_takt(self, *arguments):
        return subprocess.run([BUILD / "takt", "schema", *arguments], capture_output=True, text=True, timeout=60)

    def test_lists_the_formats(self):
        done = self.run_takt()
        self.assertEqual((done.returncode, done.stdout.split()), (0, FORMATS))

    def test_prints_each_as_its_file_has_it(self):
        for name in FORMATS:
            done = self.run_takt(name)
            self.assertEqual((done.returncode, done.stdout), (0, text_of(name)))

    def test_an_unknown_format_is_wrong_usage(self):
        done = self.run_takt("takt-plnt/1")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("did you mean takt-plant/1?", done.stderr)


class Good(Schema):
    def test_schemas_are_schemas(self):
        for name in FORMATS:
            Draft202012Validator.check_schema(json.loads(text_of(name)))

    def test_every_example_is_taken(self):
        for name, documents in examples().items():
            if name != "takt-results/1":
                self.assertGreaterEqual(len(documents), 2, name)
                self.assertEqual(set(answers(name, documents)), {"ok"}, name)
            for document in documents:
                self.assertEqual([e.message for e in VALIDATORS[name].iter_errors(document)], [], name)

    def test_random_plants_are_taken(self):
        done = subprocess.run([BUILD / "tests" / "documents", "random", "150", "3"], capture_output=True, text=True,
                              check=True, timeout=100)
        for line in done.stdout.splitlines():
            self.assertEqual([e.message for e in VALIDATORS["takt-plant/1"].iter_errors(json.loads(line))], [])

    def test_results_are_taken(self):
        plant = ROOT / "examples" / "bottling" / "bottling.json"
        runs = [
            ("--horizon", "1 h", "--replications", "3"),
            ("--horizon", "1 h", "--warmup", "1 h", "--replications", "1",
             "--scenario", "fast:/acme/filling/line_1/filler/cycle_time=9 s"),
        ]
        for arguments in runs:
            done = subprocess.run([BUILD / "takt", "run", plant, *arguments, "--json"], capture_output=True, text=True,
                                  check=True, timeout=100)
            results = json.loads(done.stdout)
            self.assertEqual([e.message for e in VALIDATORS["takt-results/1"].iter_errors(results)], [])
            self.assertGreater(len(results["kpis"]), 10)
            for key in results:
                self.assertTrue(self.refused("takt-results/1", {k: v for k, v in results.items() if k != key}), key)


class Wrong(Schema):
    def test_what_is_wrong_in_form_is_refused_by_both(self):
        for name, cases in schema_cases.WRONG.items():
            for (case, document), said in zip(cases.items(), answers(name, list(cases.values()))):
                with self.subTest(case):
                    self.assertNotEqual(said, "ok")
                    self.assertTrue(self.refused(name, document), said)

    def test_what_is_wrong_in_meaning_is_beyond_a_schema(self):
        cases = schema_cases.BEYOND
        for (case, document), said in zip(cases.items(), answers("takt-plant/1", list(cases.values()))):
            with self.subTest(case):
                self.assertNotEqual(said, "ok")
                self.assertFalse(self.refused("takt-plant/1", document))


# Messages of the readers about what only meaning can tell.
OF_MEANING = re.compile(
    r"expected (the name of|the path of|a product of|one output at least|an IANA time zone|arrivals in the order"
    r"|as many|\d+, as many|a probability from|probabilities that sum|an output for every product|a machine|a buffer"
    r"|more than low|a number from low|a time such as \"2 h\", as the plant|the share of each|a product, as"
    r"|a law with a mean|a law of time, as product|at most the capacity|a name that is used once|one enterprise with"
    r"|a time above 0 s, by which|none, as only|none, as sensors|another node than|a power not below|a node with a speed|links that lead|a loop with"
    r"|a requirement such as|a time, 0 or more|either a period|a sum that is finite|a time above 0 s for one machine|no probability"
    r"|a path and an item that|a number not below from|a value from|an item that is listed once)")


class Mutants(Schema):
    """Thousands of documents: every value of a good one gone, renamed, or of another kind."""

    def compare(self, name, documents):
        cases = [case for document in documents for case in mutants(document)]
        wrong = 0
        for (kind, way, document), said in zip(cases, answers(name, [document for _, _, document in cases])):
            refused = self.refused(name, document)
            wrong += refused
            if refused and said == "ok":
                self.fail(f"the schema refuses what the reader takes: {kind} {way}")
            if not refused and any(not OF_MEANING.search(fault) for fault in said.split("\t") if said != "ok"):
                self.fail(f"the schema takes what the reader refuses: {kind} {way}: {said}")
        return len(cases), wrong

    def test_schema_and_reader_agree(self):
        pages = {document["format"]: document for document in reversed(shown())}  # the first of each
        pages["takt-snapshot/1"] = json.loads(fences("jsonl")[0].splitlines()[0])
        pages["takt-space/1"] = json.loads((ROOT / "tests/io/plant/good/space.json").read_text(encoding="utf-8"))
        cyber = json.loads((ROOT / "examples/edge_or_cloud/plant.json").read_text(encoding="utf-8"))
        for name, document in [*pages.items(), ("takt-plant/1", cyber)]:
            count, wrong = self.compare(name, [document])
            print(f"{name}: {count} documents, {wrong} refused", file=sys.stderr)
            self.assertGreater(wrong, 100)


if __name__ == "__main__":
    unittest.main()
