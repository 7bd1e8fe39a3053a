#!/usr/bin/env bash
# Asks where the analytics of a press should run.
#
#   run.sh BUILD    BUILD: build folder
set -euo pipefail
if [ $# -ne 1 ]; then
  sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
"$1/takt" ict "$(dirname "${BASH_SOURCE[0]}")/plant.json" --horizon "6 h" --study "12 h" --replications 40
