#!/usr/bin/env bash
# Measures takt beside the hand-tuned programs of benchmarks/reference and peers that Debian has, in turns on the same
# machine, and writes docs/benchmarks.md. Use a quiet machine. Not part of the tests.
#
#   --rounds N   turns (default 7)
#   --out FILE   written instead of docs/benchmarks.md
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

refuse() {
  echo "benchmarks/run.sh: $1; see --help" >&2
  exit 2
}
rounds=7
out=docs/benchmarks.md
while (($# > 0)); do
  case "$1" in
    --help | -h)
      sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' benchmarks/run.sh
      exit 0
      ;;
    --rounds)
      [[ "${2:-}" =~ ^[1-9][0-9]*$ ]] || refuse "--rounds takes a whole number, 1 or more, found '${2:-}'"
      rounds=$2
      shift 2
      ;;
    --out)
      [[ -n "${2:-}" && -d "$(dirname "$2")" ]] || refuse "--out takes a file in a folder that is there, found '${2:-}'"
      out=$2
      shift 2
      ;;
    *) refuse "unknown option '$1'" ;;
  esac
done

cmake/install_packages.sh bench
cmake --preset release
cmake --build --preset release -j2 --target engine_benchmark library_benchmark

work=build/benchmarks
mkdir -p "$work"
build() { # <program> <flags and source...>
  local program=$1
  shift
  g++ -O3 -march=x86-64-v3 -o "$work/$program" "$@"
}
build line_reference -std=c++20 benchmarks/reference/line_reference.cpp
build line_recursion -std=c++20 benchmarks/reference/line_recursion.cpp
build systemc_w2 -std=c++17 benchmarks/peers/systemc_w2.cpp -lsystemc
build ns3_w2 -std=c++17 benchmarks/peers/ns3_w2.cpp -lns3-core

exec /usr/bin/python3 benchmarks/compare.py --build build/release --work "$work" --rounds "$rounds" --out "$out"
