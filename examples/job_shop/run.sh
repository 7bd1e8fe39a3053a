#!/usr/bin/env bash
# Forecasts the orders of the recorded job shop again and scores it.
#
#   run.sh BUILD DATA SCORER [HELD]    BUILD: build folder; DATA, HELD: hold production_4tu; SCORER: score.py
set -euo pipefail
if [ $# -lt 3 ] || [ $# -gt 4 ]; then
  sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
program="$1/examples/job_shop/job_shop" data="$2" scorer="$3"
held=()
[ $# -lt 4 ] || held=(--held "$4")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 "$scorer" --data "$data" "${held[@]}" --points "$work/points.csv" >"$work/points.txt"
time "$program" --data "$data" "${held[@]}" --points "$work/points.csv" --out "$work/forecasts.csv"
python3 "$scorer" --data "$data" "${held[@]}" --forecasts "$work/forecasts.csv" | grep -E '^ *set|production_4tu +(given|held)'
