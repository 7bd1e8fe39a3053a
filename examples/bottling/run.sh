#!/usr/bin/env bash
# Runs the bottling line: run.sh BUILD_DIR. What the line reports in a shift is made in the build folder; then the twin
# follows it.
set -euo pipefail
programs="$(cd "${1:?usage: run.sh BUILD_DIR}" && pwd)/examples/bottling"
cd "$(dirname "${BASH_SOURCE[0]}")"

"$programs/bottling_truth" bottling.json "$programs/day"
"$programs/bottling" bottling.json "$programs/day/shift.jsonl"
