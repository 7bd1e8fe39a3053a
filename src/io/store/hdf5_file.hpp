// SPDX-License-Identifier: Apache-2.0
// takt-store/1 as HDF5, built and read in memory, under a seal that tells a whole file from a cut or damaged one.
//
// The seal is the last 32 bytes of the file, behind what HDF5 itself looks at: "takt-store/1 end" (16 characters), the
// number of bytes before the seal and their CRC-32, both as little-endian 64-bit numbers.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace takt::io::detail {

/// An HDF5 handle of any kind, closed at its end.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t),
         std::string_view what);  ///< throws FileError if the call that gave it failed
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  Handle& operator=(Handle&&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// A field of a row in a table: a struct's member by name. All are whole numbers.
struct Field {
  const char* name;
  std::size_t offset;
  std::size_t size;
  bool is_signed;
};
template <class Row>
struct TableLayout;  ///< specialised with `static constexpr std::array<Field, n> fields`

/// Writes one file. Groups on the way to a dataset are made as needed.
class StoreWriter {
 public:
  explicit StoreWriter(std::string_view kind);

  void attribute(const std::string& group, const char* name, std::string_view text);
  void attribute(const std::string& group, const char* name, std::int64_t value);
  void attribute(const std::string& group, const char* name, std::uint64_t value);
  void attribute(const std::string& group, const char* name, double value);
  void text(const std::string& path, std::string_view value);
  void texts(const std::string& path, const std::vector<std::string>& values);
  void bytes(const std::string& path, std::span<const std::byte> values);
  /// Of any shape, the last dimension running fastest; large ones are compressed.
  void numbers(const std::string& path, std::span<const double> values, std::vector<std::uint64_t> shape = {});
  void numbers(const std::string& path, std::span<const std::int64_t> values, std::vector<std::uint64_t> shape = {});
  void numbers(const std::string& path, std::span<const std::uint64_t> values, std::vector<std::uint64_t> shape = {});
  template <class Row>
  void table(const std::string& path, std::span<const Row> rows) {
    table(path, TableLayout<Row>::fields, sizeof(Row), rows.data(), rows.size());
  }
  /// Makes a one-dimensional dataset the scale of a dimension of others, as netCDF and xarray look for it.
  void scale(const std::string& path, const char* name);
  void attach(const std::string& path, unsigned dimension, const std::string& scale);

  /// The whole file, sealed. Nothing can be written after it.
  std::string finish();

 private:
  Handle dataset(const std::string& path, hid_t type, const std::vector<std::uint64_t>& shape);
  void attribute(const std::string& group, const char* name, hid_t type, hid_t memory, const void* value);
  void numbers(const std::string& path, hid_t type, hid_t memory, const void* values, std::size_t count,
               std::vector<std::uint64_t> shape);
  void table(const std::string& path, std::span<const Field> fields, std::size_t row_bytes, const void* rows,
             std::size_t count);

  Handle file_;
};

/// Reads one file. Every function throws FileError, naming the file and the path in it, if it is not there as expected.
class StoreReader {
 public:
  /// Throws FileError if the file is not there, not whole, not takt-store, of a newer version or of another kind.
  StoreReader(const std::filesystem::path& file, std::string_view kind);
  /// The same of the bytes that stand in a file; messages call them `name`.
  StoreReader(std::string_view bytes, std::string name, std::string_view kind);

  std::string text_attribute(const std::string& group, const char* name) const;
  std::int64_t integer_attribute(const std::string& group, const char* name) const;
  std::uint64_t count_attribute(const std::string& group, const char* name) const;
  double number_attribute(const std::string& group, const char* name) const;
  bool has(const std::string& path) const;
  bool has_attribute(const std::string& group, const char* name) const;
  std::string text(const std::string& path) const;
  std::vector<std::string> texts(const std::string& path) const;
  std::vector<double> doubles(const std::string& path) const;
  std::vector<std::int64_t> integers(const std::string& path) const;
  std::vector<std::uint64_t> counts(const std::string& path) const;
  std::vector<std::byte> bytes(const std::string& path) const;
  /// Exactly `rows.size()` rows are expected.
  template <class Row>
  void table(const std::string& path, std::span<Row> rows) const {
    table(path, TableLayout<Row>::fields, sizeof(Row), rows.data(), rows.size());
  }
  template <class Row>
  std::vector<Row> table(const std::string& path) const {
    std::vector<Row> rows(size(path));
    table(path, std::span<Row>(rows));
    return rows;
  }
  std::size_t size(const std::string& path) const;  ///< elements of a dataset

  [[noreturn]] void fail(const std::string& path, std::string_view what) const;

 private:
  Handle open(const std::string& path) const;
  void attribute(const std::string& group, const char* name, hid_t memory, void* value) const;
  template <class Number>
  std::vector<Number> numbers(const std::string& path, hid_t memory) const;
  void table(const std::string& path, std::span<const Field> fields, std::size_t row_bytes, void* rows,
             std::size_t count) const;

  std::string name_;
  std::string bytes_;
  Handle file_;
};

}  // namespace takt::io::detail
