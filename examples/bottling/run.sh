#!/usr/bin/env bash
# Runs the bottling line: run.sh BUILD_DIR. What the line reports in a shift is made in the build folder; then the twin
# follows it.
set -euo pipefail
programs="$(cd "${1:?usage: run.sh BUILD_DIR}" && pwd)/examples"
cd "$(dirname "${BASH_SOURCE[0]}")"

"$programs/bottling_truth" bottling.json "$programs/bottling_day"
"$programs/bottling" bottling.json "$programs/bottling_day/shift.jsonl"
