# What `cmake --install` puts in place: headers, libraries and the package that find_package(takt) reads, and the
# command line with its man page and its completions.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(TAKT_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/takt)

# How users of a static library find the packages it is linked with.
set(TAKT_FIND_Eigen3::Eigen "find_dependency(Eigen3 3.4 NO_MODULE)")
set(TAKT_FIND_Threads::Threads "find_dependency(Threads)")
set(TAKT_FIND_date::date-tz "find_dependency(date 3)")
set(TAKT_FIND_fmt::fmt "find_dependency(fmt 9)")
set(TAKT_FIND_ZLIB::ZLIB "find_dependency(ZLIB)")
set(TAKT_FIND_OpenSSL::SSL "find_dependency(OpenSSL 3)")
set(TAKT_FIND_OpenSSL::Crypto "find_dependency(OpenSSL 3)")
set(TAKT_FIND_protobuf::libprotobuf-lite "find_dependency(Protobuf 3.21)")
set(TAKT_FIND_pugixml::pugixml "find_dependency(pugixml 1.13)")
set(TAKT_FIND_PkgConfig::CPP_HTTPLIB "takt_find_httplib()")
set(TAKT_FIND_MPI::MPI_CXX "find_dependency(MPI 3.1 COMPONENTS CXX)")
set(TAKT_FIND_hdf5::hdf5 "takt_find_hdf5()")
set(TAKT_FIND_hdf5::hdf5_hl "takt_find_hdf5()")

# takt_install_library(<library> [packages its headers need...]): into an export set of its own, so that who asks for
# the component `engine` needs its packages only.
function(takt_install_library library)
  install(TARGETS takt_${library} EXPORT takt-${library}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT takt-${library} NAMESPACE takt:: FILE takt-${library}-targets.cmake DESTINATION ${TAKT_PACKAGE_DIR})
  get_property(packages GLOBAL PROPERTY TAKT_PACKAGES_${library})
  list(APPEND packages ${ARGN})
  list(REMOVE_ITEM packages ${TAKT_HEADER_ONLY_PACKAGES})
  set(find "")
  foreach(package IN LISTS packages)
    if(NOT TAKT_FIND_${package})
      message(FATAL_ERROR "cmake/install.cmake does not say how users of takt find ${package}: "
        "add TAKT_FIND_${package}")
    endif()
    list(APPEND find "${TAKT_FIND_${package}}")
  endforeach()
  list(REMOVE_DUPLICATES find)
  list(SORT find)
  list(JOIN find "\n  " find)
  set(TAKT_FIND_PACKAGES_OF_${library} "${find}" PARENT_SCOPE)
endfunction()

takt_install_library(engine Eigen3::Eigen)
takt_install_library(takt)
takt_install_library(live)
takt_install_library(mpi)

configure_package_config_file(cmake/takt-config.cmake.in ${PROJECT_BINARY_DIR}/takt-config.cmake
  INSTALL_DESTINATION ${TAKT_PACKAGE_DIR} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/takt-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/takt-config.cmake ${PROJECT_BINARY_DIR}/takt-config-version.cmake
  DESTINATION ${TAKT_PACKAGE_DIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/takt DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.hpp")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# takt_install_text(<folder> <file> <words that make takt print it...>)
function(takt_install_text folder file)
  set(text ${PROJECT_BINARY_DIR}/share/${file})
  add_custom_command(OUTPUT ${text}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/share
    COMMAND takt ${ARGN} > ${text}
    VERBATIM)
  set_property(GLOBAL APPEND PROPERTY TAKT_TEXTS ${text})
  install(FILES ${text} DESTINATION ${folder})
endfunction()

if(TARGET takt_ict)
  install(TARGETS takt_ict RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/takt)
endif()
if(TARGET takt)
  install(TARGETS takt RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  takt_install_text(${CMAKE_INSTALL_MANDIR}/man1 takt.1 manual)
  takt_install_text(${CMAKE_INSTALL_DATADIR}/bash-completion/completions takt completion bash)
  takt_install_text(${CMAKE_INSTALL_DATADIR}/zsh/site-functions _takt completion zsh)
  takt_install_text(${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d takt.fish completion fish)
  get_property(texts GLOBAL PROPERTY TAKT_TEXTS)
  add_custom_target(takt_texts ALL DEPENDS ${texts})
endif()
