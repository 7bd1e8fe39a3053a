// SPDX-License-Identifier: Apache-2.0
#include "io/store/hdf5_chunks.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "io/store/hdf5_file.hpp"
#include "takt/core/error.hpp"
#include "takt/core/thread_pool.hpp"

namespace takt::io::detail {
namespace {

constexpr std::size_t kWorthIt = std::size_t{4} << 20;  // bytes
constexpr std::size_t kAtOnce = 128;                    // chunks in memory

/// How a dataset lies in the file.
struct Layout {
  std::vector<hsize_t> shape, chunk;
  std::size_t width = 0;  // of an element

  explicit Layout(hid_t set) {
    const Handle space(H5Dget_space(set), H5Sclose, "space"), creation(H5Dget_create_plist(set), H5Pclose, "list");
    const Handle type(H5Dget_type(set), H5Tclose, "type");
    shape.resize(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
    H5Sget_simple_extent_dims(space, shape.data(), nullptr);
    chunk.resize(shape.size());
    H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
    width = H5Tget_size(type);
  }
  std::size_t elements() const {
    std::size_t n = 1;
    for (const hsize_t length : chunk) n *= length;
    return n;
  }
  /// The first element of every chunk, the last dimension running fastest.
  std::vector<std::vector<hsize_t>> origins() const {
    std::vector<std::vector<hsize_t>> all;
    std::vector<hsize_t> at(shape.size(), 0);
    for (std::size_t d = shape.size(); d > 0;) {
      all.push_back(at);
      for (d = shape.size(); d > 0; --d) {
        at[d - 1] += chunk[d - 1];
        if (at[d - 1] < shape[d - 1]) break;
        at[d - 1] = 0;
      }
    }
    return all;
  }
};

/// Copies the part of a dataset that a chunk has, a run of the last dimension at a time.
void copy(const Layout& layout, const std::vector<hsize_t>& origin, std::size_t dimension, std::size_t from,
          std::size_t to, const char* values, std::vector<char>& into) {
  const hsize_t length = std::min(layout.chunk[dimension], layout.shape[dimension] - origin[dimension]);
  from = from * layout.shape[dimension] + origin[dimension];
  to *= layout.chunk[dimension];
  if (dimension + 1 == layout.shape.size()) {
    std::memcpy(into.data() + to * layout.width, values + from * layout.width, length * layout.width);
    return;
  }
  for (hsize_t i = 0; i < length; ++i) copy(layout, origin, dimension + 1, from + i, to + i, values, into);
}

/// A chunk as HDF5's filters leave it: the first bytes of all elements, then the second ones, ...; then zlib.
std::vector<unsigned char> filtered(const Layout& layout, const std::vector<hsize_t>& origin, const char* values) {
  const std::size_t n = layout.elements();
  std::vector<char> plain(n * layout.width, 0), shuffled(n * layout.width);
  copy(layout, origin, 0, 0, 0, values, plain);
  for (std::size_t byte = 0; byte < layout.width; ++byte)
    for (std::size_t i = 0; i < n; ++i) shuffled[byte * n + i] = plain[i * layout.width + byte];
  uLongf size = compressBound(static_cast<uLong>(shuffled.size()));
  std::vector<unsigned char> out(size);
  if (compress2(out.data(), &size, reinterpret_cast<const Bytef*>(shuffled.data()), static_cast<uLong>(shuffled.size()),
                1) != Z_OK)
    throw Error("a chunk cannot be compressed");
  out.resize(size);
  return out;
}

}  // namespace

bool is_for_cores(hid_t set, std::size_t bytes) {
  if (bytes < kWorthIt) return false;
  const Handle creation(H5Dget_create_plist(set), H5Pclose, "list");
  return H5Pget_layout(creation) == H5D_CHUNKED && H5Pget_nfilters(creation) == 2;
}

void write_on_cores(hid_t set, const void* values, const std::string& path) {
  const Layout layout(set);
  const std::vector<std::vector<hsize_t>> origins = layout.origins();
  ThreadPool pool;
  std::vector<std::vector<unsigned char>> chunks(std::min(kAtOnce, origins.size()));
  for (std::size_t first = 0; first < origins.size(); first += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, origins.size() - first);
    pool.run(count, [&](std::size_t i) {
      chunks[i] = filtered(layout, origins[first + i], static_cast<const char*>(values));
    });
    for (std::size_t i = 0; i < count; ++i)
      if (H5Dwrite_chunk(set, H5P_DEFAULT, 0, origins[first + i].data(), chunks[i].size(), chunks[i].data()) < 0)
        throw FileError("the store cannot be written: " + path);
  }
}

}  // namespace takt::io::detail
