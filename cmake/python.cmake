# The Python package, complete in <build>/python: PYTHONPATH=<build>/python is all it takes to import takt.

set(TAKT_PYTHON_DIR ${PROJECT_BINARY_DIR}/python)

file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/python/bindings/*.cpp)
if(sources)
  # Without pybind11's extras: link-time optimisation costs more building than it gives here.
  pybind11_add_module(takt_python MODULE NO_EXTRAS ${sources})
  takt_compile_options(takt_python)
  target_link_libraries(takt_python PRIVATE takt::live)
  set_target_properties(takt_python PROPERTIES
    OUTPUT_NAME _core
    LIBRARY_OUTPUT_DIRECTORY ${TAKT_PYTHON_DIR}/takt)
endif()

# The Python files are links into the source tree: edited there, seen here, without a build between.
file(GLOB_RECURSE links ${TAKT_PYTHON_DIR}/takt/*.py ${TAKT_PYTHON_DIR}/takt/*.pyi)
if(links)
  file(REMOVE ${links})
endif()
file(GLOB_RECURSE modules RELATIVE ${PROJECT_SOURCE_DIR}/python CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/python/takt/*.py ${PROJECT_SOURCE_DIR}/python/takt/*.pyi
  ${PROJECT_SOURCE_DIR}/python/takt/py.typed)
foreach(module IN LISTS modules)
  cmake_path(GET module PARENT_PATH folder)
  file(MAKE_DIRECTORY ${TAKT_PYTHON_DIR}/${folder})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/python/${module} ${TAKT_PYTHON_DIR}/${module} SYMBOLIC)
endforeach()
