# takt::ict: the worker that simulates the cyber side on SimGrid, an executable of its own. The room ict of takt::takt
# starts it; with TAKT_ICT=OFF there is none, SimGrid is not needed, and who asks for it is told so.

set(TAKT_ICT_BUILT "")
if(TAKT_ICT)
  set(TAKT_ICT_BUILT "${PROJECT_BINARY_DIR}/takt-ict-worker")
  get_property(sources GLOBAL PROPERTY TAKT_SOURCES_ict)
  add_executable(takt_ict ${sources} ${PROJECT_SOURCE_DIR}/src/ict/wire.cpp)
  add_executable(takt::ict ALIAS takt_ict)
  takt_compile_options(takt_ict)
  target_include_directories(takt_ict PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(takt_ict PRIVATE takt::engine PkgConfig::SIMGRID nlohmann_json::nlohmann_json Threads::Threads)
  set_target_properties(takt_ict PROPERTIES
    OUTPUT_NAME takt-ict-worker RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  add_dependencies(takt_takt takt_ict)
endif()
set_source_files_properties(${PROJECT_SOURCE_DIR}/src/ict/worker_process.cpp PROPERTIES
  COMPILE_DEFINITIONS "TAKT_ICT_BUILT=\"${TAKT_ICT_BUILT}\"")
