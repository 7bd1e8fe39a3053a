# The JSON Schemas of the formats: src/io/plant/schemas/takt-plant-1.json describes takt-plant/1. Their texts become a
# source of the room io/plant, and they are installed as they are.
file(GLOB schemas CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/io/plant/schemas/*.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${schemas})
set(entries "")
foreach(schema IN LISTS schemas)
  cmake_path(GET schema STEM LAST_ONLY name)
  string(REGEX REPLACE "-([0-9]+)$" "/\\1" name "${name}")
  file(READ ${schema} text)
  string(APPEND entries "    {\"${name}\", R\"schema(${text})schema\"},\n")
endforeach()
set(source ${PROJECT_BINARY_DIR}/schemas/schema_texts.cpp)
file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
// SPDX-License-Identifier: Apache-2.0
#include "takt/io/plant/schema.hpp"

namespace takt::io {

std::span<const Schema> schemas() {
  static constexpr Schema kSchemas[] = {
@entries@  };
  return kSchemas;
}

}  // namespace takt::io
]])
set_property(GLOBAL APPEND PROPERTY TAKT_SOURCES_takt ${source})

if(TAKT_INSTALL)
  include(GNUInstallDirs)
  install(FILES ${schemas} DESTINATION ${CMAKE_INSTALL_DATADIR}/takt/schemas)
endif()
