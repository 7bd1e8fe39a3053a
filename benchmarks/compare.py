#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs takt, the hand-tuned programs and the peers in turns, and writes what one takes of the other's time.

Every round runs each program once, so that all meet the same moods of the machine; a ratio is formed within a round.
Told are the median of the rounds and the smallest and largest of them.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent

# takt's benchmark -> its counter, the hand-tuned work it is held against, and what stands for that work there
AGAINST_REFERENCE = {
    "W1/event_loop": ("ns_per_customer", "w1", "W1 4-ary heap generic"),
    "W1/recursion": ("ns_per_customer", "w1", "W1 4-ary heap generic"),
    "W2/event_loop": ("ns_per_event", "w2", "W2 AVX2 scan"),
    "W2/recursion": ("ns_per_event", "recursion", "W2 max-plus recursion ziggurat"),
}
SIZES = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
PEERS = {
    "SystemC, SC_METHOD": ["systemc_w2"],
    "ns-3 core, priority queue": ["ns3_w2"],
    "SimPy, processes": ["/usr/bin/python3", str(HERE / "peers" / "simpy_w2.py")],
}


def run(*command):
    done = subprocess.run(command, check=True, capture_output=True, text=True,
                          env={**os.environ, "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE": "1"})
    return done.stdout


def rows_of(text):
    """Each benchmark's row, by its name without the settings of the run."""
    return {re.sub(r"/(iterations:\d+|real_time)", "", row["name"]): row for row in json.loads(text)["benchmarks"]}


def of_takt(build):
    """Each benchmark's counters."""
    return rows_of(run(str(build / "benchmarks" / "engine_benchmark"), "--benchmark_format=json"))


def of_library(build):
    return rows_of(run(str(build / "benchmarks" / "library_benchmark"), "--benchmark_format=json"))


def threads_to_processes(build):
    """The speed of two threads of one process to that of two processes that run at the same time."""
    command = [str(build / "benchmarks" / "library_benchmark"), "--benchmark_format=json",
               "--benchmark_min_time=3", "--benchmark_filter=W5/recursion/"]
    alone = [subprocess.Popen([*command[:-1], command[-1] + "one_thread"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL) for _ in range(2)]
    each = [rows_of(process.communicate()[0])["W5/recursion/one_thread"]["real_time"] for process in alone]
    together = rows_of(run(*command[:-1], command[-1] + "two_threads"))["W5/recursion/two_threads"]["real_time"]
    return statistics.mean(each) / (2 * together)


def of_reference(work):
    """Each line's figure, by how the line begins."""
    lines = {}
    for name, command in {
        "w1": ["line_reference", "w1"], "w2": ["line_reference", "w2"], "recursion": ["line_recursion"]
    }.items():
        out = run(str(work / command[0]), *command[1:])
        for line in out.splitlines():
            if found := re.search(r"median\s+([\d.]+)|([\d.]+) ns/ev", line):
                lines[name, line.split("  ")[0].strip()] = float(found[1] or found[2])
    return lines


def of_peers(work):
    told = {}
    for name, command in PEERS.items():
        program = command if len(command) > 1 else [str(work / command[0])]
        out = run(*program).strip().splitlines()[-1]
        told[name] = float(out.split("\t")[1])
    return told


def spread(values):
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def tables(rounds):
    text = "| work | takt, ns | hand-tuned, ns | ratio |\n|---|---|---|---|\n"
    for name, (counter, work, start) in AGAINST_REFERENCE.items():
        mine = [each["takt"][name][counter] for each in rounds]
        theirs = [next(v for (w, line), v in each["reference"].items() if w == work and line.startswith(start))
                  for each in rounds]
        ratios = [a / b for a, b in zip(mine, theirs)]
        text += f"| {name} | {spread(mine)} | {spread(theirs)} | {spread(ratios)} |\n"
    text += "\n| W2 by events | ns an event | to takt's event loop |\n|---|---|---|\n"
    loop = [each["takt"]["W2/event_loop"]["ns_per_event"] for each in rounds]
    text += f"| takt | {spread(loop)} | 1 |\n"
    for name in PEERS:
        theirs = [each["peers"][name] for each in rounds]
        text += f"| {name} | {spread(theirs)} | {spread([a / b for a, b in zip(theirs, loop)])} |\n"
    text += "\n| W4, machines | ns an event | to ten machines | bytes of state a machine |\n|---|---|---|---|\n"
    for size in SIZES:
        rows = [each["takt"][f"W4/{size}"] for each in rounds]
        ten = [each["takt"]["W4/10"]["ns_per_event"] for each in rounds]
        mine = [row["ns_per_event"] for row in rows]
        text += (f"| {size:,} | {spread(mine)} | {spread([a / b for a, b in zip(mine, ten)])} "
                 f"| {rows[0]['bytes_per_machine']:.0f} |\n")
    return text


UNITS = {"ns": 1.0, "us": 1e3, "ms": 1e6}
LIBRARY = {  # benchmark -> what it is
    "W3/scan/11": "hold model, 11 pending, scanned",
    "W3/tree/1024": "hold model, 1024 pending, tournament tree",
    "W3/tree/1000000": "hold model, a million pending, tournament tree",
    "draw/block/exponential,lognormal:0": "sixteen exponential times",
    "draw/block/exponential,lognormal:1": "sixteen log-normal times",
    "state/copy/identity:0": "copy of W2's state",
    "state/copy/identity:1": "copy of W2's state with its parts",
    "state/fork/identity:0": "fork of W2's state",
    "state/fork/identity:1": "fork of W2's state with its parts",
    "state/to_bytes/1000000": "state of a million machines into bytes",
    "state/from_bytes/1000000": "and back",
    "compile/100000": "compile a hundred thousand machines",
    "read_json/100000": "read them as JSON",
    "merge/ten_machines": "merge a snapshot of ten machines, modes and counters",
    "ingest/lines": "read a hundred thousand lines of a stream",
    "ingest/messages": "put a hundred thousand messages of ten sources in order",
    "W5/recursion/two_threads": "W5, a thousand futures, two threads",
    "W5/recursion/one_thread": "W5, one thread",
    "W5/event_loop/two_threads": "W5 by events, two threads",
    "W5/study/two_threads": "W5, a study of 20 scenarios x 500 futures, two threads",
    "components/threads:1": "a thousand lines side by side, one thread",
    "components/threads:2": "a thousand lines side by side, two threads",
}


def time_text(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.3g} ns"


def library_table(rounds):
    text = "| work | time | |\n|---|---|---|\n"
    for name, what in LIBRARY.items():
        rows = [each["library"][name] for each in rounds]
        times = [row["real_time"] * UNITS[row["time_unit"]] for row in rows]
        rate = statistics.median(row.get("bytes_per_second", 0.0) for row in rows)
        text += (f"| {what} | {time_text(statistics.median(times))} ({time_text(min(times))} to "
                 f"{time_text(max(times))}) | {f'{rate / 1e9:.3g} GB/s' if rate > 0.0 else ''} |\n")
    ratios = [each["threads"] for each in rounds]
    return text + ("\nTwo threads run W5's futures at "
                   f"{spread([100 * ratio for ratio in ratios])} % of the speed of two processes side by side.\n")


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    compiler = run("g++", "--version").splitlines()[0]
    return f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores; {compiler}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "docs" / "benchmarks.md")
    wanted = parser.parse_args()
    rounds = []
    for number in range(wanted.rounds):
        print(f"round {number + 1} of {wanted.rounds}", file=sys.stderr)
        rounds.append({"takt": of_takt(wanted.build), "reference": of_reference(wanted.work),
                       "peers": of_peers(wanted.work), "library": of_library(wanted.build),
                       "threads": threads_to_processes(wanted.build)})
    wanted.out.write_text(
        "# Benchmarks\n\n"
        "Written by `benchmarks/run.sh`, which builds all programs, runs them in turns and forms each ratio within a "
        f"turn. Here: {wanted.rounds} turns, median (smallest to largest), one thread. Nanoseconds belong to the "
        "machine, ratios travel.\n\n"
        f"{machine()}\n\n"
        "The works are those of `benchmarks/reference/README.md`. takt observes throughput, work in progress, state "
        "shares, buffer means and flow times meanwhile (W4: without part identity); the others observe nothing.\n\n"
        + tables(rounds) + "\n## What the engine stands on, and what stands on it\n\n" + library_table(rounds)
        + "\nW5: 20 machines, 19 buffers of 10 places, log-normal cycles of 30 s with a coefficient of variation of 0.3, "
          "calendar failures exponential 4 h / 10 min; 8 h from one warm state.\n", encoding="utf-8")
    print(wanted.out)


if __name__ == "__main__":
    main()
