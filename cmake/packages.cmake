# The packages takt is built with. All are looked for, then every missing one is named in a single message.

set(TAKT_MISSING "")

# takt_need(<variable that says it was found> <Debian package> <what it is for>)
macro(takt_need found package purpose)
  if(NOT ${found})
    string(APPEND TAKT_MISSING "  ${package}: ${purpose}\n")
  endif()
endmacro()

find_package(Eigen3 3.4 QUIET NO_MODULE)
takt_need(Eigen3_FOUND libeigen3-dev "linear algebra (Eigen 3.4)")

find_package(Boost 1.74 QUIET)
takt_need(Boost_FOUND libboost-dev "special functions and headers (Boost 1.74)")
find_path(BOOST_GRAPH_INCLUDE_DIR boost/graph/adjacency_list.hpp HINTS ${Boost_INCLUDE_DIRS})
mark_as_advanced(BOOST_GRAPH_INCLUDE_DIR)
takt_need(BOOST_GRAPH_INCLUDE_DIR libboost-graph-dev "graphs (Boost.Graph)")

find_package(PkgConfig QUIET)
takt_need(PkgConfig_FOUND pkg-config "finding packages that CMake does not know")
if(PkgConfig_FOUND AND TAKT_ICT)
  pkg_check_modules(SIMGRID QUIET IMPORTED_TARGET simgrid>=3.32)
  takt_need(SIMGRID_FOUND libsimgrid-dev "the cyber side (SimGrid 3.32); TAKT_ICT=OFF does without")
endif()

set(HDF5_PREFER_PARALLEL OFF)
find_package(HDF5 1.10 QUIET COMPONENTS C HL)
takt_need(HDF5_FOUND libhdf5-dev "checkpoints and results (HDF5 1.10)")

find_package(nlohmann_json 3.11 QUIET)
takt_need(nlohmann_json_FOUND nlohmann-json3-dev "JSON (nlohmann/json 3.11)")

if(PROJECT_IS_TOP_LEVEL)
  find_package(CLI11 2.1 QUIET)
  takt_need(CLI11_FOUND libcli11-dev "the command line (CLI11 2.1)")
endif()

find_package(fmt 9 QUIET)
takt_need(fmt_FOUND libfmt-dev "formatted text (fmt 9)")

find_package(date 3 QUIET)
takt_need(date_FOUND libhowardhinnant-date-dev "time zones (date 3)")

find_package(ZLIB QUIET)
takt_need(ZLIB_FOUND zlib1g-dev "compressed files (zlib)")

find_package(OpenSSL 3 QUIET)
takt_need(OPENSSL_FOUND libssl-dev "records that show every change, and encrypted connections (OpenSSL 3)")

set(TAKT_LIVE_PACKAGES "")
set(TAKT_MTCONNECT_PACKAGES "")
if(TAKT_LIVE)
  find_package(Protobuf 3.21 QUIET)
  takt_need(Protobuf_FOUND libprotobuf-dev "Sparkplug B (Protobuf 3.21); TAKT_LIVE=OFF does without")
  takt_need(Protobuf_PROTOC_EXECUTABLE protobuf-compiler "Sparkplug B (Protobuf 3.21); TAKT_LIVE=OFF does without")
  set(TAKT_LIVE_PACKAGES OpenSSL::SSL protobuf::libprotobuf-lite)
  find_package(pugixml 1.13 QUIET)
  takt_need(pugixml_FOUND libpugixml-dev "MTConnect (pugixml 1.13); TAKT_LIVE=OFF does without")
  set(TAKT_MTCONNECT_PACKAGES PkgConfig::CPP_HTTPLIB pugixml::pugixml)
endif()
if(PkgConfig_FOUND AND (TAKT_LIVE OR PROJECT_IS_TOP_LEVEL))
  pkg_check_modules(CPP_HTTPLIB QUIET IMPORTED_TARGET cpp-httplib>=0.11)
  takt_need(CPP_HTTPLIB_FOUND libcpp-httplib-dev "HTTP (cpp-httplib 0.11)")
endif()

set(TAKT_MPI_PACKAGES "")
if(TAKT_MPI)
  set(MPI_CXX_SKIP_MPICXX ON)
  find_package(MPI 3.1 QUIET COMPONENTS CXX)
  takt_need(MPI_CXX_FOUND libopenmpi-dev "studies on the ranks of MPI (MPI 3.1); TAKT_MPI=OFF does without")
  set(TAKT_MPI_PACKAGES MPI::MPI_CXX)
endif()

find_package(Threads REQUIRED)

# A python3 earlier on PATH may lack the packages of the system's own: prefer that one unless told otherwise.
if(NOT DEFINED Python_EXECUTABLE AND EXISTS /usr/bin/python3)
  set(Python_EXECUTABLE /usr/bin/python3)
endif()

# takt_need_python_module(<module> <what it is for>)
macro(takt_need_python_module module purpose)
  execute_process(COMMAND ${Python_EXECUTABLE} -c "import ${module}; print('ON')"
    OUTPUT_VARIABLE imported OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  takt_need(imported python3-${module} "${purpose} (${module}, imported by ${Python_EXECUTABLE})")
endmacro()

if(TAKT_PYTHON)
  find_package(Python 3.9 QUIET COMPONENTS Interpreter Development.Module)
  takt_need(Python_FOUND python3-dev "the Python package (Python 3.9)")
  if(Python_FOUND)
    set(PYBIND11_FINDPYTHON ON)
    find_package(pybind11 2.10 QUIET)
    takt_need(pybind11_FOUND pybind11-dev "the Python package (pybind11 2.10)")
    takt_need_python_module(numpy "the Python package")
  endif()
elseif(TAKT_TESTS)
  find_package(Python 3.9 QUIET COMPONENTS Interpreter)
  takt_need(Python_FOUND python3 "tests that are scripts")
endif()

if(TAKT_TESTS)
  find_package(GTest 1.12 QUIET)
  takt_need(GTest_FOUND libgtest-dev "the tests (GoogleTest 1.12)")
  if(GTest_FOUND)
    find_path(GMOCK_INCLUDE_DIR gmock/gmock.h)
    mark_as_advanced(GMOCK_INCLUDE_DIR)
    takt_need(GMOCK_INCLUDE_DIR libgmock-dev "the tests (GoogleMock)")
  endif()
  if(TAKT_PYTHON AND Python_FOUND)
    takt_need_python_module(pytest "the tests of the Python package")
  endif()
endif()

if(TAKT_BENCHMARKS)
  find_package(benchmark 1.7 QUIET)
  if(NOT benchmark_FOUND)
    message(STATUS "google-benchmark is not installed (Debian: libbenchmark-dev): the benchmarks are not built")
  endif()
endif()

if(TAKT_MISSING)
  message(FATAL_ERROR "takt needs packages that are missing here, or older than it asks for. In Debian they are\n"
    "${TAKT_MISSING}"
    "cmake/install_packages.sh installs them all.")
endif()
