#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Five hundred kills at random moments while results and checkpoints are written."""
import sys

from kills import run_kills

if __name__ == "__main__":
    caught, bad = run_kills(500, seed=2)
    print(f"500 kills, {caught} of them while a file was being written: {bad} files lost or mistaken")
    sys.exit(bad != 0)
