# The tests. A file is found by its place and its name alone:
#   tests/<folder>/*_test.cpp        one GoogleTest program for the folder
#   tests/<folder>/*_long_test.cpp   another one, labelled long: left out unless asked for
#   tests/<folder>/*_test.py         a script, run as it is
#   tests/validation/*.cpp           exact_cases, which holds the engine against tests/validation/exact.json
#   python/tests/*_test.py           pytest against the built Python package
# GoogleTest programs run in the repository's root, so a test names its data by the path seen there.

include(GoogleTest)

# takt_test_program(<name> <prefix of its tests> <timeout> <label> <sources> <library>)
function(takt_test_program name prefix timeout label sources library)
  takt_program(${name} tests SOURCES ${sources}
    LINKS ${library} nlohmann_json::nlohmann_json GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  # The library is as users have it; tests are compiled once for each time they run.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  gtest_discover_tests(${name}
    TEST_PREFIX "${prefix}"
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 120
    PROPERTIES TIMEOUT ${timeout} LABELS ${label})
endfunction()

file(GLOB_RECURSE sources RELATIVE ${PROJECT_SOURCE_DIR}/tests CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/tests/*_test.cpp)
list(FILTER sources EXCLUDE REGEX "^validation/")
if(NOT TAKT_LIVE)
  list(FILTER sources EXCLUDE REGEX "^io/live/mqtt/(mqtt|sparkplug|opcua)_test")
endif()
if(NOT TAKT_ICT)
  list(FILTER sources EXCLUDE REGEX "^ict/")
endif()
set(programs "")
foreach(source IN LISTS sources)
  cmake_path(GET source PARENT_PATH folder)
  string(REPLACE "/" "_" program "${folder}")
  if(source MATCHES "_long_test\\.cpp$")
    string(APPEND program "_long_tests")
  else()
    string(APPEND program "_tests")
  endif()
  list(APPEND programs ${program})
  set(folder_of_${program} ${folder})
  list(APPEND sources_of_${program} ${PROJECT_SOURCE_DIR}/tests/${source})
endforeach()
list(REMOVE_DUPLICATES programs)
foreach(program IN LISTS programs)
  set(timeout 120)
  if(TAKT_SANITIZE)
    set(timeout 1200)
  endif()
  set(label short)
  if(program MATCHES "_long_tests$")
    set(timeout 1800)
    set(label long)
  endif()
  takt_library_of(${folder_of_${program}} library)
  takt_test_program(${program} "${folder_of_${program}}/" ${timeout} ${label} "${sources_of_${program}}" ${library})
  unset(folder_of_${program})
  unset(sources_of_${program})
endforeach()

file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/validation/*.cpp)
if(sources)
  takt_program(exact_cases tests SOURCES ${sources} LINKS takt::takt nlohmann_json::nlohmann_json fmt::fmt)
  if(EXISTS ${PROJECT_SOURCE_DIR}/tests/validation/exact.json)
    add_test(NAME exact_cases COMMAND exact_cases ${PROJECT_SOURCE_DIR}/tests/validation/exact.json)
    set_tests_properties(exact_cases PROPERTIES TIMEOUT 900 LABELS short)
  endif()
endif()

# What the readers say of many documents, for tests/io/plant/schema_test.py.
takt_program(documents tests SOURCES ${PROJECT_SOURCE_DIR}/tests/io/plant/documents.cpp LINKS takt::takt)
target_include_directories(documents PRIVATE ${PROJECT_SOURCE_DIR}/tests)

# Scripts find the build in TAKT_BUILD_DIR and the Python package on PYTHONPATH. One that ends with 77 was skipped, and has
# said why.
set(script_environment "TAKT_BUILD_DIR=${PROJECT_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
if(TAKT_PYTHON)
  list(APPEND script_environment "PYTHONPATH=${TAKT_PYTHON_DIR}")
endif()

# takt_test_script(<name> <command...>)
function(takt_test_script name)
  add_test(NAME ${name} COMMAND ${Python_EXECUTABLE} ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT "${script_environment}" TIMEOUT 300 LABELS short SKIP_RETURN_CODE 77)
  if(name MATCHES "_long_test$")
    set_tests_properties(${name} PROPERTIES TIMEOUT 1800 LABELS long)
  endif()
endfunction()

file(GLOB_RECURSE scripts RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/*_test.py)
foreach(script IN LISTS scripts)
  cmake_path(REMOVE_EXTENSION script OUTPUT_VARIABLE name)
  cmake_path(RELATIVE_PATH name BASE_DIRECTORY tests)
  takt_test_script(${name} ${script})
endforeach()

# The fuzzers are built by their script, with clang, and run for a time.
set_tests_properties(fuzz/fuzz_test PROPERTIES TIMEOUT 1200 COST 1000)
set_tests_properties(fuzz/fuzz_long_test PROPERTIES TIMEOUT 7200)
# So are these programs, with other compilers and as consumers build them.
set_tests_properties(bytes/same_bytes_test install/install_test install/wheel_test PROPERTIES TIMEOUT 900)

if(TAKT_PYTHON)
  file(GLOB scripts RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/python/tests/*_test.py)
  foreach(script IN LISTS scripts)
    cmake_path(GET script STEM name)
    takt_test_script(python/${name} -m pytest -q -p no:cacheprovider ${script})
  endforeach()
endif()

# Each public header compiles alone, and once more after itself. Those that their own source includes before all else do
# so there.
file(GLOB_RECURSE headers RELATIVE ${PROJECT_SOURCE_DIR}/include CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/include/takt/*.hpp)
set(sources "")
foreach(header IN LISTS headers)
  cmake_path(REMOVE_EXTENSION header OUTPUT_VARIABLE name)
  cmake_path(RELATIVE_PATH name BASE_DIRECTORY takt)
  if(EXISTS ${PROJECT_SOURCE_DIR}/src/${name}.cpp)
    file(STRINGS ${PROJECT_SOURCE_DIR}/src/${name}.cpp included LIMIT_COUNT 1 REGEX "^#include")
    if(included STREQUAL "#include \"${header}\"")
      continue()
    endif()
  endif()
  string(REPLACE "/" "_" name "${name}")
  set(source ${PROJECT_BINARY_DIR}/public_headers/header_${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
  list(APPEND sources ${source})
endforeach()
if(sources)
  add_library(public_headers OBJECT ${sources})
  takt_compile_options(public_headers)
  target_link_libraries(public_headers PRIVATE takt::takt)
endif()
