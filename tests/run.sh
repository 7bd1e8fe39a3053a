#!/usr/bin/env bash
# Installs what is missing, builds everything and runs all tests. Ends with a line "N passed, N failed[, N skipped]".
#
#   --preset NAME   release (default), dev, asan or tsan
#   --long          the long tests too
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' tests/run.sh
}

preset=release
only=(--label-exclude '^long$')
while [ $# -gt 0 ]; do
  case "$1" in
    --preset)
      preset="${2:-}"
      [ $# -lt 2 ] || shift
      ;;
    --long) only=() ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      echo "unknown option '$1'" >&2
      usage >&2
      exit 2
      ;;
  esac
  shift
done
case "$preset" in
  release | dev | asan | tsan) ;;
  *)
    echo "unknown preset '$preset'" >&2
    usage >&2
    exit 2
    ;;
esac

build() {
  cmake/install_packages.sh all && cmake --preset "$preset" && cmake --build --preset "$preset" -j2
}

# Without a build there is nothing to run: that counts as one failure.
if ! build; then
  echo "0 passed, 1 failed"
  exit 1
fi

# The thread sanitizer cannot map its memory where the system scatters addresses widely.
run=()
if [ "$preset" = tsan ] && setarch -R true 2>/dev/null; then
  run=(setarch -R)
fi

results="build/$preset/tests.xml"
rm -f "$results"
status=0
UBSAN_OPTIONS=print_stacktrace=1 "${run[@]}" ctest --test-dir "build/$preset" --output-on-failure -j2 \
  "${only[@]}" --output-junit "$PWD/$results" || status=$?

# A test that could not be run at all has failed; skipped is only one that says so itself.
python3 - "$results" <<'PYTHON' || status=1
import sys
from xml.etree import ElementTree

try:
    cases = ElementTree.parse(sys.argv[1]).getroot().findall("testcase")
except (OSError, ElementTree.ParseError) as error:
    print(f"no test results: {error}\n0 passed, 1 failed")
    sys.exit(1)
passed = skipped = 0
for case in cases:
    reason = case.find("skipped")
    passed += case.get("status") == "run"
    skipped += reason is not None and reason.get("message", "").startswith("SKIP_")
failed = len(cases) - passed - skipped
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(failed > 0 or not cases)
PYTHON
exit "$status"
