#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""W2 in SimPy: a process a machine and one for its failures, which interrupts it; buffers are stores."""

import random
import time

import simpy

HORIZON = 20_000.0
MACHINES = 10
PLACES = 10


class Line:
    def __init__(self, seed):
        self.environment = simpy.Environment()
        self.draws = random.Random(seed)
        self.events = self.parts = 0
        self.buffers = [simpy.Store(self.environment, PLACES) for _ in range(MACHINES - 1)]
        self.up = [True] * MACHINES
        self.repaired = [self.environment.event() for _ in range(MACHINES)]
        self.working = [False] * MACHINES
        machines = [self.environment.process(self.machine(i)) for i in range(MACHINES)]
        for i, machine in enumerate(machines):
            self.environment.process(self.failures(i, machine))

    def machine(self, i):
        while True:
            part = (yield self.buffers[i - 1].get()) if i > 0 else 1
            left = self.draws.expovariate(1.0)
            while left > 0.0:
                if not self.up[i]:
                    yield self.repaired[i]
                begun = self.environment.now
                self.working[i] = True
                try:
                    yield self.environment.timeout(left)
                    left = 0.0
                except simpy.Interrupt:
                    left -= self.environment.now - begun
                self.working[i] = False
            self.events += 1
            if i + 1 < MACHINES:
                yield self.buffers[i].put(part)
            else:
                self.parts += 1

    def failures(self, i, machine):
        while True:
            yield self.environment.timeout(self.draws.expovariate(0.01))
            self.up[i] = False
            self.repaired[i] = self.environment.event()
            if self.working[i]:
                machine.interrupt()
            self.events += 1
            yield self.environment.timeout(self.draws.expovariate(0.1))
            self.up[i] = True
            self.events += 1
            self.repaired[i].succeed()


if __name__ == "__main__":
    line = Line(1)
    begin = time.perf_counter()
    line.environment.run(until=HORIZON)
    seconds = time.perf_counter() - begin
    print(f"SimPy {simpy.__version__}\t{1e9 * seconds / line.events:.2f}\t{line.parts / HORIZON:.5f}")
