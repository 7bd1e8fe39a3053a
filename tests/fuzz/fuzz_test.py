#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds a fuzzer for each reader and for the merge, and runs them: no crash, no hang, no more memory than allowed.

  TAKT_FUZZ_SECONDS=N   all targets together (42 unless given; fuzz_long_test.py takes an hour)
  TAKT_FUZZ_COVERAGE=1  what the runs reached of the readers and the merge, as a table

Needs clang with libFuzzer, in Debian clang-14 and libclang-rt-14-dev; llvm-14 for the coverage."""

import base64
import json
import os
import random
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = Path(os.environ.get("TAKT_BUILD_DIR", ROOT / "build")) / "fuzz"
TARGETS = ["plant", "snapshot", "mapping", "stream", "merge", "sparkplug", "packet", "scenarios", "space"]

SANITIZED = ["-O1", "-gline-tables-only", "-fsanitize=fuzzer-no-link,address,undefined", "-fno-sanitize-recover=all"]
COVERED = ["-O1", "-fprofile-instr-generate", "-fcoverage-mapping"]
# The event loop is not what is looked at here, and takes long to build: it is left as users have it.
PLAIN = ["-O1"]
# What no target needs.
LEFT_OUT = {"engine/migrate.cpp", "engine/explain.cpp", "engine/fork.cpp"}
SYNC = ["merge", "reconcile", "state_editor", "snapshot"]
FOLDERS = ["core", "plant", "engine", "engine/compile", "io/plant"]
# What reads scenarios and spaces; the rest of the folder runs them.
STUDY = ["scenario_plan", "plant_counts", "sweep", "plant_problem", "problem_text", "space", "space_text"]
KPI = ["kpis", "observer", "time_elements"]
# The parsers of streams; the rest of the folder is sources that run.
LIVE = ["stream", "mapping"]
# The parsers of what a broker sends; the rest of the folder is connections.
MQTT = ["packet", "url", "sparkplug_payload", "sparkplug_names", "sparkplug_metrics", "sparkplug_host", "sparkplug_edge"]


# Of the plants that the targets have.
SEEDS = {
    "scenarios": [
        {"format": "takt-scenarios/1", "scenarios": {
            "as is": {}, "fast": {"set": {"/e/w/l/m/cycle_time": "2 s", "/e/w/l/b/capacity": 9, "/e/w/l/m/to/b": "50 %"}},
            "more": {"equipment": {"/e/w/l/k": {"kind": "machine", "cycle_time": "4 s", "to": "out"},
                                   "/e/w/l/b": {"to": [{"to": "n"}, {"to": "k"}]}}},
            "less": {"equipment": {"/e/w/l/n": None, "/e/w/l/b": {"to": "out"}}},
            "other": {"plant": "p.json"}}},
        {"format": "takt-scenarios/1", "sweeps": {
            "grid": {"vary": {"/e/w/l/m/cycle_time": "range(1 s, 3 s, 3)", "/e/w/l/b/capacity": [1, 2]}},
            "cube": {"vary": {"/e/w/l/m/cycle_time/cv": "range(10 %, 90 %)"}, "design": "latin_hypercube", "points": 5,
                     "seed": 3},
            "list": {"set": {"/e/w/c/size": 1}, "vary": {"/e/w/l/n/scrap": ["1 %", "2 %"]}, "design": "list"}}},
    ],
    "space": [
        {"format": "takt-space/1", "vary": ["b:/e/w/l/b/capacity=1..9", "/e/w/l/m/cycle_time=1.0..3.0 s",
                                            "/e/w/l/n/cycle_time=1 s,2 s", "/e/w/l/m/to/b=10..90 %"],
         "constraints": ["b + 2 /e/w/l/m/cycle_time <= 12"], "maximise": ["/ throughput_per_h"],
         "minimise": ["/ flow_time_s quantile 95 %", "/ wip cvar 90 %", "/ flow_time_s above 60"],
         "limits": ["/ wip <= 40", "/e/w/l/m utilisation >= 0.5"]},
    ],
}


def find_compiler():
    probe = 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }'
    for name in ("clang++-14", "clang++"):
        if shutil.which(name):
            done = subprocess.run([name, "-fsanitize=fuzzer,address", "-x", "c++", "-", "-o", os.devnull], input=probe,
                                  text=True, capture_output=True)
            if done.returncode == 0:
                return name
    return None


def sources():
    src = ROOT / "src"
    found = [file for folder in FOLDERS for file in (src / folder).glob("*.cpp")]
    found += [src / "sync" / f"{name}.cpp" for name in SYNC]
    found += [src / "study" / f"{name}.cpp" for name in STUDY] + [src / "kpi" / f"{name}.cpp" for name in KPI]
    found += [src / "io" / "live" / f"{name}.cpp" for name in LIVE]
    found += [src / "io" / "live" / "mqtt" / f"{name}.cpp" for name in MQTT]
    targets = [ROOT / "tests" / "fuzz" / f"{target}_fuzz.cpp" for target in TARGETS]
    return sorted(file for file in found if str(file.relative_to(src)) not in LEFT_OUT) + targets + [made_schema()]


def made_schema():
    """The C++ of the protobuf schema of Sparkplug B."""
    WORK.mkdir(parents=True, exist_ok=True)
    folder = ROOT / "src" / "io" / "live" / "mqtt"
    made = WORK / "sparkplug.pb.cc"
    if not made.exists() or made.stat().st_mtime < (folder / "sparkplug.proto").stat().st_mtime:
        subprocess.run(["protoc", f"--cpp_out={WORK}", f"--proto_path={folder}", "sparkplug.proto"], check=True)
    return made


def build(compiler, folder, flags, plain_rooms, link):
    """Every target in `folder`; the rooms named are built without the flags."""
    folder.mkdir(parents=True, exist_ok=True)
    includes = ["-I" + str(ROOT / room) for room in ("include", "src", "tests")]
    command = [*filter(None, [shutil.which("ccache")]), compiler, "-std=c++20", "-ffp-contract=off", *includes,
               "-isystem", "/usr/include/eigen3", "-isystem", str(WORK)]

    def compile_one(source):
        name = source.name if source.parent == WORK else str(source.relative_to(ROOT)).replace("/", "_")
        is_plain = name.startswith(tuple(f"src_{room}_" for room in plain_rooms))
        made = folder / (name + ".o")
        subprocess.run([*command, *(PLAIN if is_plain else flags), "-c", source, "-o", made], check=True)
        return made

    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        objects = list(pool.map(compile_one, sources()))
    rest = [made for made in objects if not made.name.endswith("_fuzz.cpp.o")]
    for target in TARGETS:
        own = folder / f"tests_fuzz_{target}_fuzz.cpp.o"
        subprocess.run([compiler, *link, own, *rest, "-Wl,--gc-sections", "-lz", "-ldate-tz",
                        "-lprotobuf-lite", "-lfmt", "-lpthread",
                        "-o", folder / target], check=True)


def make_seeds(folder):
    """The examples and the malformed files, each for its reader."""
    cases, good = ROOT / "tests" / "hostile" / "cases", ROOT / "tests" / "hostile" / "good"
    files = {
        "plant": [*ROOT.glob("examples/*/*.json"), *ROOT.glob("python/tests/data/*.json"), *good.glob("*.json"),
                  *cases.glob("plant_*.json")],
        "snapshot": [*good.glob("*.jsonl"), *cases.glob("*.jsonl")],
        "mapping": [*ROOT.glob("examples/*/mapping.json"), good / "mapping.json", *cases.glob("mapping_*.json")],
        "stream": [good / "mill.txt", *cases.glob("stream_*.txt")],
        "scenarios": [ROOT / "tests" / "io" / "plant" / "good" / "sweeps.json"],
        "space": [ROOT / "tests" / "io" / "plant" / "good" / "space.json"],
    }
    shutil.rmtree(folder, ignore_errors=True)
    for target in TARGETS:
        (folder / target).mkdir(parents=True)
    for target, found in files.items():
        for i, file in enumerate(found):
            (folder / target / f"{i}").write_bytes(file.read_bytes())
    for target, documents in SEEDS.items():
        for i, document in enumerate(documents):
            (folder / target / f"own{i}").write_text(json.dumps(document, indent=1), encoding="utf-8")
    for line in (ROOT / "python" / "tests" / "data" / "shift.jsonl").read_bytes().splitlines()[:5]:
        (folder / "snapshot" / f"line{len(line)}").write_bytes(line)
    for file in [good / "mill.txt.gz", *cases.glob("stream_*.gz")]:
        (folder / "stream" / file.name).write_bytes(b"z" + file.read_bytes())
    # NBIRTH and DBIRTH with a metric each, DDATA by alias; CONNACK, SUBACK, a PUBLISH, a PUBACK.
    birth = bytes.fromhex("08808ef9a6ec33120c0a0562645365712004580312140a0c436f756e746572732f476f6f64100220035005"
                          "121a0a135061636b4d4c2f537461746543757272656e741001200c7a0449646c651800")
    (folder / "sparkplug" / "birth").write_bytes(birth + b"\\x" + birth + b"\\x\x05\x02\x00")
    (folder / "packet" / "answers").write_bytes(b"\x01\x20\x03\x00\x00\x00\x90\x04\x00\x01\x00\x01"
                                                b"\x32\x08\x00\x01t\x00\x02\x00{}\x40\x02\x00\x03\xd0\x00")
    draw = random.Random(1)
    for i in range(30):
        (folder / "merge" / f"{i}").write_bytes(draw.randbytes(600))


def run(target, seconds):
    """Runs a target and tells how many inputs it took. False if it failed."""
    corpus, found = WORK / "corpus" / target, WORK / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    options = [f"-max_total_time={seconds}", f"-artifact_prefix={found}/{target}-", "-max_len=8192",
               "-rss_limit_mb=2048", "-malloc_limit_mb=512", "-timeout=20", "-print_final_stats=1"]
    done = subprocess.run([WORK / "sanitized" / target, *options, corpus, WORK / "seeds" / target],
                          capture_output=True, text=True, errors="replace")
    stats = dict(re.findall(r"^stat::(\w+):\s+(\d+)$", done.stderr, re.MULTILINE))
    executions, rate = int(stats.get("number_of_executed_units", 0)), int(stats.get("average_exec_per_sec", 0))
    crashes = 0 if done.returncode == 0 else 1
    print(f"{target:9} {executions:9} executions {rate:7} a second  {crashes} crashes  "
          f"peak {stats.get('peak_rss_mb', '?')} MB", flush=True)
    if crashes:
        print(done.stderr[-6000:])
        for file in found.glob(f"{target}-*"):
            print(f"{file.name}: {base64.b64encode(file.read_bytes()).decode()}")
    return executions, crashes


def print_coverage(compiler):
    tools = [shutil.which(f"llvm-{tool}-14") or shutil.which(f"llvm-{tool}") for tool in ("profdata", "cov")]
    if not all(tools):
        print("no coverage: llvm-profdata and llvm-cov are missing")
        return
    covered = WORK / "covered"
    build(compiler, covered, COVERED, ["core", "plant", "engine"], ["-fsanitize=fuzzer", "-fprofile-instr-generate"])
    raw = []
    for target in TARGETS:
        raw.append(covered / f"{target}.profraw")
        subprocess.run([covered / target, "-runs=0", WORK / "corpus" / target, WORK / "seeds" / target], check=True,
                       capture_output=True, env={**os.environ, "LLVM_PROFILE_FILE": str(raw[-1])})
    subprocess.run([tools[0], "merge", "-o", covered / "all.profdata", *raw], check=True)
    programs = [argument for target in TARGETS[1:] for argument in ("-object", covered / target)]
    looked_at = [file for file in sources() if "src/io/" in str(file) or "src/sync/" in str(file)]
    table = subprocess.run([tools[1], "report", covered / TARGETS[0], *programs, "-instr-profile",
                            covered / "all.profdata", *looked_at], check=True, capture_output=True, text=True).stdout
    print(f"\n{'file':32} lines reached")
    for line in table.splitlines():
        words = line.split()
        if len(words) >= 10 and (words[0].endswith(".cpp") or words[0] == "TOTAL"):
            print(f"{words[0]:32} {words[9]:>8} of {words[7]}")


def main(seconds, coverage):
    compiler = find_compiler()
    if not compiler:
        print("needs clang with libFuzzer: clang-14 and libclang-rt-14-dev")
        return 77
    build(compiler, WORK / "sanitized", SANITIZED, ["engine", "kpi"], ["-fsanitize=fuzzer,address,undefined"])
    make_seeds(WORK / "seeds")
    shutil.rmtree(WORK / "found", ignore_errors=True)
    results = [run(target, max(1, seconds // len(TARGETS))) for target in TARGETS]
    crashes = sum(crashed for _, crashed in results)
    print(f"in all    {sum(executions for executions, _ in results):9} executions  {crashes} crashes")
    if coverage:
        print_coverage(compiler)
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main(int(os.environ.get("TAKT_FUZZ_SECONDS", "42")), os.environ.get("TAKT_FUZZ_COVERAGE") == "1"))
