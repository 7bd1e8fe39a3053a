// SPDX-License-Identifier: Apache-2.0
// An HDF5 file of tables that only grow, written by one thread while others read it (single writer, multiple readers).
//
// Tables are groups, columns are datasets of one dimension; a column of texts or bytes is two: the bytes of all rows
// one behind the other, and where each row ends. The table `commits` says how many rows of the others are whole: rows
// come to the file first, then the line that counts them, so that whatever is cut off in between is not counted.
#pragma once

#include <hdf5.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "io/store/hdf5_file.hpp"

namespace takt::io::detail {

/// `text` is the number of a text in the table of texts.
enum class ColumnType : std::uint8_t { i64, u64, u32, u8, f64, text, bytes };
struct ColumnSpec {
  const char* name;
  ColumnType type;
};
struct TableSpec {
  const char* name;
  std::vector<ColumnSpec> columns;
  std::uint64_t chunk_rows = 1024;
  std::uint64_t chunk_bytes = 65536;  ///< of columns of bytes
};

/// A line of `commits`.
struct Commit {
  std::uint64_t number = 0;  ///< of the last delivery of which all rows are there
  std::int64_t at_ns = 0;
  std::vector<std::uint64_t> rows;  ///< of each table
};

/// One thread at a time. Every function throws WriteError where the file cannot be written: it is then of no more use,
/// but what was not committed is still pending.
class SwmrWriter {
 public:
  using Attributes = std::map<std::string, std::string>;

  /// A new file; texts become attributes of its root, but `plant` a dataset.
  SwmrWriter(const std::filesystem::path& file, std::span<const TableSpec> tables, const Attributes& attributes,
             const std::string& plant);
  /// Goes on with one that was closed, or whose writer was killed, behind its last commit.
  SwmrWriter(const std::filesystem::path& file, std::span<const TableSpec> tables);
  ~SwmrWriter();
  SwmrWriter(const SwmrWriter&) = delete;
  SwmrWriter& operator=(const SwmrWriter&) = delete;

  /// A row, a value for each column.
  template <class... Values>
  void put(std::size_t table, const Values&... values) {
    Table& into = tables_[table];
    std::size_t column = 0;
    (put_value(into.columns[column++], values), ...);
    ++into.pending_rows;
    ++pending_rows_;
  }
  std::uint64_t pending_rows() const { return pending_rows_; }
  std::uint64_t rows(std::size_t table) const { return tables_[table].rows + tables_[table].pending_rows; }

  /// Everything that is pending comes to the file, and is counted.
  void commit(std::uint64_t number, std::int64_t at_ns);
  std::uint64_t file_bytes() const;
  /// Forces what was committed to the disk.
  void force();
  /// Moves what is pending, but in one table, into another file, where this one cannot be written.
  void hand_over(SwmrWriter& to, std::size_t but);
  const std::optional<Commit>& last_commit() const { return last_commit_; }

 private:
  struct Column {
    ColumnType type = ColumnType::i64;
    hid_t set = -1;   ///< values, or the ends of rows
    hid_t blob = -1;  ///< of a column of bytes
    std::uint64_t blob_size = 0;
    std::vector<std::byte> pending;
    std::vector<std::byte> pending_blob;
  };
  struct Table {
    std::string name;
    std::vector<Column> columns;
    std::uint64_t rows = 0, pending_rows = 0;
  };

  template <class Value>
  void put_value(Column& column, const Value& value) {
    if constexpr (std::is_arithmetic_v<Value>) {
      switch (column.type) {
        case ColumnType::i64: return append(column.pending, static_cast<std::int64_t>(value));
        case ColumnType::u64: return append(column.pending, static_cast<std::uint64_t>(value));
        case ColumnType::text:
        case ColumnType::u32: return append(column.pending, static_cast<std::uint32_t>(value));
        case ColumnType::u8: return append(column.pending, static_cast<std::uint8_t>(value));
        default: return append(column.pending, static_cast<double>(value));
      }
    } else {
      const auto bytes = std::as_bytes(std::span(value.data(), value.size()));
      column.pending_blob.insert(column.pending_blob.end(), bytes.begin(), bytes.end());
      append(column.pending, column.blob_size + column.pending_blob.size());
    }
  }
  template <class Number>
  static void append(std::vector<std::byte>& to, Number value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    to.insert(to.end(), bytes.begin(), bytes.end());
  }

  void close();
  void write_facts(const Attributes& attributes, const std::string& plant);
  hid_t make_set(const std::string& path, hid_t type, std::uint64_t chunk) const;
  void make_tables(std::span<const TableSpec> tables);
  void open_tables(std::span<const TableSpec> tables);
  void cut_to(const Commit& commit);
  void write_rows(Table& table);
  void flush();
  void start();
  void check(bool well, const char* what) const;

  std::string name_;
  hid_t file_ = -1;
  std::vector<Table> tables_;
  Table commits_;
  std::uint64_t pending_rows_ = 0;
  std::optional<Commit> last_commit_;
};

/// Reads a file that may be growing meanwhile; only rows that were committed are seen. Throws FileError.
class SwmrReader {
 public:
  explicit SwmrReader(const std::filesystem::path& file);
  ~SwmrReader();
  SwmrReader(SwmrReader&& other) noexcept;
  SwmrReader(const SwmrReader&) = delete;
  SwmrReader& operator=(const SwmrReader&) = delete;
  SwmrReader& operator=(SwmrReader&&) = delete;

  std::string attribute(const char* name) const;
  std::string plant() const;
  /// The last whole one; none in a file that was only begun.
  std::optional<Commit> last_commit(std::span<const TableSpec> tables) const;

  std::vector<std::int64_t> integers(const std::string& path, std::uint64_t from, std::uint64_t count) const;
  std::vector<std::uint64_t> counts(const std::string& path, std::uint64_t from, std::uint64_t count) const;
  std::vector<double> doubles(const std::string& path, std::uint64_t from, std::uint64_t count) const;
  std::vector<std::string> texts(const std::string& path, std::uint64_t from, std::uint64_t count) const;
  [[noreturn]] void fail(const std::string& path, const char* what) const;

 private:
  void read(const std::string& path, hid_t memory, std::uint64_t from, std::uint64_t count, void* into) const;

  std::string name_;
  hid_t file_ = -1;
};

/// Makes a file whose writer was killed one that every reader of HDF5 opens. Nothing where it was closed.
void heal(const std::filesystem::path& file);

}  // namespace takt::io::detail
