# takt::live: connections to brokers and agents. With TAKT_LIVE=OFF it says so, and needs no package.

set(folder ${PROJECT_SOURCE_DIR}/src/io/live/mqtt)
get_property(sources GLOBAL PROPERTY TAKT_SOURCES_live)
if(TAKT_LIVE)
  list(FILTER sources EXCLUDE REGEX "/left_out\\.cpp$")
  set(made ${PROJECT_BINARY_DIR}/sparkplug)
  file(MAKE_DIRECTORY ${made})
  add_custom_command(OUTPUT ${made}/sparkplug.pb.cc ${made}/sparkplug.pb.h
    COMMAND protobuf::protoc --cpp_out=${made} --proto_path=${folder} sparkplug.proto
    DEPENDS ${folder}/sparkplug.proto
    VERBATIM)
  list(APPEND sources ${made}/sparkplug.pb.cc)
  set_source_files_properties(${made}/sparkplug.pb.cc PROPERTIES COMPILE_OPTIONS -w)
  set_source_files_properties(${folder}/sparkplug_payload.cpp PROPERTIES OBJECT_DEPENDS ${made}/sparkplug.pb.h)
else()
  foreach(part names metrics host edge)
    list(APPEND parts ${folder}/sparkplug_${part}.cpp)
  endforeach()
  list(FILTER sources INCLUDE REGEX "/left_out\\.cpp$|/live/sources/")
  list(APPEND sources ${parts})
endif()
set_property(GLOBAL PROPERTY TAKT_SOURCES_live ${sources})
takt_library(live PUBLIC takt::takt)
if(TAKT_LIVE)
  target_include_directories(takt_live SYSTEM PRIVATE ${made})
endif()
