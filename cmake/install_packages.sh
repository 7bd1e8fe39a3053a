#!/usr/bin/env bash
# Installs the Debian packages takt needs and this system lacks. Asks for root, by sudo, only when something is missing.
#
#   install_packages.sh build   the library, the command line and the examples
#   install_packages.sh all     also the Python package, the tests and the benchmarks (default)
#   install_packages.sh bench   also the simulators that benchmarks/run.sh compares with
set -euo pipefail

packages=(
  build-essential g++ cmake ninja-build ccache pkg-config
  libeigen3-dev libboost-dev libboost-graph-dev libsimgrid-dev libhdf5-dev
  nlohmann-json3-dev libcli11-dev libfmt-dev libhowardhinnant-date-dev tzdata zlib1g-dev
  libssl-dev libprotobuf-dev protobuf-compiler libcpp-httplib-dev libpugixml-dev libopenmpi-dev
)
case "${1:-all}" in
  build) ;;
  all | bench)
    packages+=(
      pybind11-dev python3-dev python3-numpy python3-pandas python3-matplotlib python3-tqdm python3-pytest
      python3-pip python3-setuptools python3-venv python3-wheel mypy
      python3-h5py python3-xarray python3-h5netcdf python3-nbclient python3-ipykernel
      python3-jsonschema clang-14 libclang-rt-14-dev llvm-14
      openmpi-bin python3-mpi4py python3-distributed chromium
      libgtest-dev libgmock-dev libbenchmark-dev hdf5-tools mosquitto mosquitto-clients openssl python3-paho-mqtt doxygen python3-sphinx python3-myst-parser
    )
    [ "${1:-all}" != bench ] || packages+=(libsystemc-dev libns3-dev python3-simpy3)
    ;;
  *)
    echo "usage: $0 [build|all|bench]" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "Not a Debian system: nothing is installed; CMake will name what is missing." >&2
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    printf 'Packages are missing. Install them as root:\n  apt-get install %s\n' "${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Runs apt-get quietly; its output is shown only when it fails.
apt() {
  if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    echo "apt-get $1 failed; what it said stands above." >&2
    exit 1
  fi
}

echo "Installing ${#missing[@]} Debian packages (the whole list takes a few minutes): ${missing[*]}" >&2
apt update
apt install -y --no-install-recommends "${missing[@]}"
