# takt::mpi: studies on the ranks of MPI. With TAKT_MPI=OFF it says so, and needs no package.

get_property(sources GLOBAL PROPERTY TAKT_SOURCES_mpi)
if(TAKT_MPI)
  list(FILTER sources EXCLUDE REGEX "/left_out\\.cpp$")
else()
  list(FILTER sources INCLUDE REGEX "/left_out\\.cpp$")
endif()
set_property(GLOBAL PROPERTY TAKT_SOURCES_mpi ${sources})
takt_library(mpi PUBLIC takt::takt)
