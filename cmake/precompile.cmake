# Headers of the standard library and of other packages that most sources of a target read, compiled once. takt's own are
# left to each source: what it uses it includes.

# takt_precompile(<target> [headers beside the usual ones...])
function(takt_precompile target)
  target_precompile_headers(${target} PRIVATE
    <algorithm> <array> <chrono> <cmath> <cstdint> <functional> <map> <memory> <optional> <set> <span> <string>
    <string_view> <utility> <variant> <vector> ${ARGN})
endfunction()
