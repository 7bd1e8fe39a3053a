#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The fuzzers for an hour, and what they reached."""

import os
import sys

import fuzz_test

sys.exit(fuzz_test.main(int(os.environ.get("TAKT_FUZZ_SECONDS", "3600")), True))
