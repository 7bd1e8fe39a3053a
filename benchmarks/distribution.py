#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What sending tasks to other processes costs: the share of their time in which two workers run no task.

  PYTHONPATH=build/release/python python3 benchmarks/distribution.py [seconds a task]

Workers are started and made ready first. A worker's share without a task holds everything that distribution adds:
sending the plan, waiting for the next task, bringing rows back and putting them together.
"""

import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import takt

ROOT = Path(__file__).resolve().parents[1]
WORKERS = 2
TASKS = 100


def timed(plan, first, last):
    """Who ran a task, from when to when, and its rows."""
    began = time.monotonic()
    rows = takt.run_task(plan, first, last)
    return os.getpid(), began, time.monotonic(), rows


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 0.05
    bottling = ROOT / "examples" / "bottling" / "bottling.json"
    trial = takt.plan(bottling, horizon="8 h", replications=1000)
    takt.run_task(trial.content, 0, 1)
    began = time.monotonic()
    takt.run_task(trial.content, 0, 200)
    size = max(1, round(seconds / ((time.monotonic() - began) / 200)))
    study = takt.plan(bottling, horizon="8 h", replications=size * TASKS)
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        for done in [pool.submit(timed, study.content, 0, 1) for _ in range(8 * WORKERS)]:
            done.result()
        collector = takt._core.Collector(study.content, None)
        spans = {}
        for done in as_completed([pool.submit(timed, study.content, *task) for task in study.tasks(size)]):
            worker, start, end, rows = done.result()
            spans.setdefault(worker, []).append((start, end))
            collector.add(rows)
    busy = sum(end - start for tasks in spans.values() for start, end in tasks)
    whole = sum(max(end for _, end in tasks) - min(start for start, _ in tasks) for tasks in spans.values())
    count = sum(map(len, spans.values()))
    print(f"{count} tasks of {1000 * busy / count:.1f} ms on {len(spans)} workers: {100 * (1 - busy / whole):.2f} % without a task")


if __name__ == "__main__":
    main()
