#!/usr/bin/env bash
# From a fresh clone to the first result: installs what is missing, builds the library and the command line, and runs
# the bottling line. Works as root or with sudo on Debian 12; a second run only repeats what changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cmake/install_packages.sh build
cmake --preset quickstart >&2
cmake --build --preset quickstart -j2 >&2

exec examples/bottling/run.sh "$PWD/build/quickstart" "$@"
