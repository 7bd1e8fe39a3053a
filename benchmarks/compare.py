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
    "W1": ("ns_per_customer", "w1", "W1 4-ary heap generic"),
    "W2/event_loop": ("ns_per_event", "w2", "W2 AVX2 scan"),
    "W2/recursion": ("ns_per_event", "recursion", "W2 max-plus recursion ziggurat"),
}
SIZES = (10, 100, 1_000, 10_000, 100_000)
PEERS = {
    "SystemC, SC_METHOD": ["systemc_w2"],
    "ns-3 core, priority queue": ["ns3_w2"],
    "SimPy, processes": ["/usr/bin/python3", str(HERE / "peers" / "simpy_w2.py")],
}


def run(*command):
    done = subprocess.run(command, check=True, capture_output=True, text=True,
                          env={**os.environ, "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE": "1"})
    return done.stdout


def of_takt(build):
    """Each benchmark's counters."""
    out = run(str(build / "benchmarks" / "engine_benchmark"), "--benchmark_format=json")
    return {row["name"].split("/iterations")[0]: row for row in json.loads(out)["benchmarks"]}


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
                       "peers": of_peers(wanted.work)})
    wanted.out.write_text(
        "# Benchmarks\n\n"
        "Written by `benchmarks/run.sh`, which builds all programs, runs them in turns and forms each ratio within a "
        f"turn. Here: {wanted.rounds} turns, median (smallest to largest), one thread. Nanoseconds belong to the "
        "machine, ratios travel.\n\n"
        f"{machine()}\n\n"
        "The works are those of `benchmarks/reference/README.md`. takt observes throughput, work in progress, state "
        "shares, buffer means and flow times meanwhile (W4: without part identity); the others observe nothing.\n\n"
        + tables(rounds), encoding="utf-8")
    print(wanted.out)


if __name__ == "__main__":
    main()
