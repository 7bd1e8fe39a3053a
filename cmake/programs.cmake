# The command line, the examples and the benchmarks.

# takt_program(<name> <folder in the build> SOURCES <file...> LINKS <target...>)
function(takt_program name folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SOURCES;LINKS")
  add_executable(${name} ${arg_SOURCES})
  takt_compile_options(${name})
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${folder})
endfunction()

# What examples/quickstart.sh builds: no more than the main job needs.
add_custom_target(quickstart)

file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/cli/*.cpp)
if(sources AND PROJECT_IS_TOP_LEVEL)
  takt_program(takt . SOURCES ${sources}
    LINKS takt::live takt::mpi CLI11::CLI11 PkgConfig::CPP_HTTPLIB nlohmann_json::nlohmann_json fmt::fmt)
  target_include_directories(takt PRIVATE ${PROJECT_SOURCE_DIR}/src)
  add_dependencies(quickstart takt)
endif()

# takt_example(<folder> <file...>): the first file's stem names the program and its target, <build>/examples/<folder> holds it.
function(takt_example folder main)
  cmake_path(GET main STEM name)
  set(sources ${main} ${ARGN})
  list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/examples/${folder}/)
  takt_program(${name} examples/${folder} SOURCES ${sources} LINKS takt::takt)
endfunction()

if(TAKT_EXAMPLES)
  takt_example(first_look first_look.cpp)
  takt_example(bottling bottling.cpp)
  takt_example(bottling bottling_truth.cpp)
  takt_example(cnc_cell backtest.cpp cell.cpp evidence.cpp future.cpp futures.cpp history.cpp points.cpp record.cpp replay.cpp)
  set(forecast ../forecast/points.cpp ../forecast/program.cpp ../forecast/table.cpp)
  takt_example(control_loop control_loop.cpp real_plant.cpp)
  target_link_libraries(control_loop PRIVATE takt::live fmt::fmt)
  configure_file(examples/control_loop/plant.json examples/control_loop/plant.json COPYONLY)
  takt_example(retrofit_cells retrofit_cells.cpp shop.cpp ${forecast})
  takt_example(bottling_log bottling_log.cpp line.cpp record.cpp ${forecast})
  configure_file(examples/retrofit_cells/cells.json examples/retrofit_cells/cells.json COPYONLY)
  configure_file(examples/bottling_log/line.json examples/bottling_log/line.json COPYONLY)
  takt_example(job_shop job_shop.cpp ${forecast})
  foreach(file cell.json mapping.json)  # read from beside the program
    configure_file(examples/cnc_cell/${file} examples/cnc_cell/${file} COPYONLY)
  endforeach()
  add_dependencies(quickstart bottling bottling_truth)
endif()

if(TAKT_BENCHMARKS AND benchmark_FOUND)
  # benchmarks/<name>_benchmark.cpp is one program called <name>_benchmark.
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/benchmarks/*_benchmark.cpp)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM name)
    takt_program(${name} benchmarks SOURCES ${source} LINKS takt::takt benchmark::benchmark_main)
  endforeach()
  target_link_libraries(mqtt_benchmark PRIVATE takt::live) # has a main of its own, and the tests' broker
  target_include_directories(mqtt_benchmark PRIVATE ${PROJECT_SOURCE_DIR}/tests)
endif()
