// SPDX-License-Identifier: Apache-2.0
#include "io/store/swmr_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "io/store/unwritten_files.hpp"
#include "takt/core/error.hpp"

namespace takt::io::detail {
namespace {

constexpr const char* kCommits = "commits";

/// HDF5 prints what goes wrong unless told not to, thread by thread.
void be_quiet() {
  static thread_local const bool once = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  (void)once;
}

Handle access() {
  be_quiet();
  Handle list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file access");
  H5Pset_libver_bounds(list, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);  // what a single writer with readers needs
  return list;
}

hid_t file_type(ColumnType type) {
  switch (type) {
    case ColumnType::i64: return H5T_STD_I64LE;
    case ColumnType::text:
    case ColumnType::u32: return H5T_STD_U32LE;
    case ColumnType::u8: return H5T_STD_U8LE;
    case ColumnType::f64: return H5T_IEEE_F64LE;
    default: return H5T_STD_U64LE;
  }
}

hid_t memory_type(ColumnType type) {
  switch (type) {
    case ColumnType::i64: return H5T_NATIVE_INT64;
    case ColumnType::text:
    case ColumnType::u32: return H5T_NATIVE_UINT32;
    case ColumnType::u8: return H5T_NATIVE_UINT8;
    case ColumnType::f64: return H5T_NATIVE_DOUBLE;
    default: return H5T_NATIVE_UINT64;
  }
}

std::uint64_t length_of(hid_t set) {
  const Handle space(H5Dget_space(set), H5Sclose, "a column");
  return static_cast<std::uint64_t>(H5Sget_simple_extent_npoints(space));
}

/// Texts in SWMR files have a fixed length: those of variable length cannot be written there.
Handle fixed_text(std::size_t length) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "text");
  H5Tset_size(type, std::max<std::size_t>(length, 1));
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

bool append_to(hid_t set, hid_t type, std::uint64_t at, std::uint64_t count, const void* values) {
  const hsize_t size = at + count, from = at, length = count;
  if (H5Dset_extent(set, &size) < 0) return false;
  const hid_t space = H5Dget_space(set), memory = H5Screate_simple(1, &length, nullptr);
  const bool done = H5Sselect_hyperslab(space, H5S_SELECT_SET, &from, nullptr, &length, nullptr) >= 0 &&
                    H5Dwrite(set, type, memory, space, H5P_DEFAULT, values) >= 0;
  H5Sclose(space);
  H5Sclose(memory);
  return done;
}

TableSpec commits_spec(std::span<const TableSpec> tables) {
  TableSpec spec{kCommits, {{"number", ColumnType::u64}, {"at_ns", ColumnType::i64}}};
  for (const TableSpec& table : tables) spec.columns.push_back({table.name, ColumnType::u64});
  return spec;
}

std::string path_of(const std::string& table, const char* column) { return "/" + table + "/" + column; }

}  // namespace

// ---- writing -------------------------------------------------------------------------------------------------------

SwmrWriter::SwmrWriter(const std::filesystem::path& file, std::span<const TableSpec> tables,
                       const Attributes& attributes, const std::string& plant)
    : name_(file.string()) {
  const Handle list = access();
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "file creation");
  H5Pset_obj_track_times(creation, false);
  errno = 0;
  file_ = H5Fcreate(name_.c_str(), H5F_ACC_EXCL, creation, list);
  check(file_ >= 0, "it cannot be begun");
  opened();
  try {
    write_facts(attributes, plant);
    make_tables(tables);
    start();
  } catch (...) {
    close();
    ::unlink(name_.c_str());
    throw;
  }
}

SwmrWriter::SwmrWriter(const std::filesystem::path& file, std::span<const TableSpec> tables) : name_(file.string()) {
  heal(file);
  const Handle list = access();
  file_ = H5Fopen(name_.c_str(), H5F_ACC_RDWR, list);
  check(file_ >= 0, "it cannot be opened");
  opened();
  try {
    open_tables(tables);
    cut_to(*last_commit_);
    start();
  } catch (...) {
    close();
    throw;
  }
}

SwmrWriter::~SwmrWriter() { close(); }

void SwmrWriter::opened() {
  void* handle = nullptr;
  if (H5Fget_vfd_handle(file_, H5P_DEFAULT, &handle) < 0 || handle == nullptr) return;
  descriptor_ = *static_cast<int*>(handle);
}

void SwmrWriter::close() {
  be_quiet();
  if (file_ >= 0 && H5Fflush(file_, H5F_SCOPE_GLOBAL) < 0 && descriptor_ >= 0) let_go_of(descriptor_);
  const auto close_all = [](Table& table) {
    for (Column& column : table.columns) {
      if (column.set >= 0) H5Dclose(column.set);
      if (column.blob >= 0) H5Dclose(column.blob);
      column.set = column.blob = -1;
    }
  };
  for (Table& table : tables_) close_all(table);
  close_all(commits_);
  if (descriptor_ >= 0) note_written(descriptor_);
  if (file_ >= 0) H5Fclose(file_);
  file_ = descriptor_ = -1;
}

void SwmrWriter::write_facts(const Attributes& attributes, const std::string& plant) {
  const Handle scalar(H5Screate(H5S_SCALAR), H5Sclose, "scalar");
  for (const auto& [name, value] : attributes) {
    const Handle type = fixed_text(value.size());
    const hid_t made = H5Acreate2(file_, name.c_str(), type, scalar, H5P_DEFAULT, H5P_DEFAULT);
    check(made >= 0, name.c_str());
    const Handle attribute(made, H5Aclose, name);
    check(H5Awrite(attribute, type, value.data()) >= 0, name.c_str());
  }
  const Handle type = fixed_text(plant.size());
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "dataset creation");
  H5Pset_obj_track_times(creation, false);
  const hid_t made = H5Dcreate2(file_, "plant", type, scalar, H5P_DEFAULT, creation, H5P_DEFAULT);
  check(made >= 0, "plant");
  const Handle set(made, H5Dclose, "plant");
  check(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, plant.data()) >= 0, "plant");
}

void SwmrWriter::check(bool well, const char* what) const {
  if (well) return;
  const int reason = errno;
  throw WriteError("cannot write '" + name_ + "': " + what +
                   (reason == 0 ? "" : std::string(": ") + std::strerror(reason)));
}

void SwmrWriter::start() { check(H5Fstart_swmr_write(file_) >= 0, "it cannot be written while others read it"); }

hid_t SwmrWriter::make_set(const std::string& path, hid_t type, std::uint64_t chunk) const {
  const hsize_t none = 0, any = H5S_UNLIMITED, length = chunk;
  const Handle space(H5Screate_simple(1, &none, &any), H5Sclose, path);
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, path);
  H5Pset_create_intermediate_group(links, 1);
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, path);
  H5Pset_obj_track_times(creation, false);
  H5Pset_chunk(creation, 1, &length);  // not compressed: the last chunk is written again and again, in its place
  const hid_t set = H5Dcreate2(file_, path.c_str(), type, space, links, creation, H5P_DEFAULT);
  check(set >= 0, path.c_str());
  return set;
}

void SwmrWriter::make_tables(std::span<const TableSpec> tables) {
  const auto make = [&](const TableSpec& spec) {
    Table table;
    table.name = spec.name;
    for (const ColumnSpec& column : spec.columns) {
      Column& made = table.columns.emplace_back();
      made.type = column.type;
      const std::string path = path_of(table.name, column.name);
      if (column.type == ColumnType::bytes) {
        made.set = make_set(path + "_end", H5T_STD_U64LE, spec.chunk_rows);
        made.blob = make_set(path, H5T_STD_U8LE, spec.chunk_bytes);
      } else {
        made.set = make_set(path, file_type(column.type), spec.chunk_rows);
      }
    }
    return table;
  };
  for (const TableSpec& spec : tables) tables_.push_back(make(spec));
  commits_ = make(commits_spec(tables));
}

void SwmrWriter::open_tables(std::span<const TableSpec> tables) {
  const auto open_set = [&](const std::string& path) {
    const hid_t set = H5Dopen2(file_, path.c_str(), H5P_DEFAULT);
    check(set >= 0, path.c_str());
    return set;
  };
  const auto open = [&](const TableSpec& spec) {
    Table table;
    table.name = spec.name;
    for (const ColumnSpec& column : spec.columns) {
      Column& opened = table.columns.emplace_back();
      opened.type = column.type;
      const std::string path = path_of(table.name, column.name);
      if (column.type == ColumnType::bytes) opened.blob = open_set(path);
      opened.set = open_set(column.type == ColumnType::bytes ? path + "_end" : path);
    }
    return table;
  };
  for (const TableSpec& spec : tables) tables_.push_back(open(spec));
  commits_ = open(commits_spec(tables));
  last_commit_ = SwmrReader(name_).last_commit(tables);
  if (!last_commit_) throw FileError("cannot go on with '" + name_ + "': nothing was committed to it");
}

/// Rows behind the last commit go: parts of them may be missing.
void SwmrWriter::cut_to(const Commit& commit) {
  const auto cut = [&](Table& table, std::uint64_t rows) {
    table.rows = rows;
    const hsize_t size = rows;
    for (Column& column : table.columns) {
      check(length_of(column.set) >= rows && H5Dset_extent(column.set, &size) >= 0, table.name.c_str());
      if (column.type != ColumnType::bytes) continue;
      column.blob_size = 0;
      if (rows > 0) {
        const hsize_t last = rows - 1, one = 1;
        const Handle space(H5Dget_space(column.set), H5Sclose, table.name);
        const Handle memory(H5Screate_simple(1, &one, nullptr), H5Sclose, table.name);
        H5Sselect_hyperslab(space, H5S_SELECT_SET, &last, nullptr, &one, nullptr);
        check(H5Dread(column.set, H5T_NATIVE_UINT64, memory, space, H5P_DEFAULT, &column.blob_size) >= 0,
              table.name.c_str());
      }
      const hsize_t blob = column.blob_size;
      check(length_of(column.blob) >= blob && H5Dset_extent(column.blob, &blob) >= 0, table.name.c_str());
    }
  };
  for (std::size_t i = 0; i < tables_.size(); ++i) cut(tables_[i], commit.rows[i]);
  std::uint64_t commits = length_of(commits_.columns.front().set);
  for (const Column& column : commits_.columns) commits = std::min(commits, length_of(column.set));
  cut(commits_, commits);
}

void SwmrWriter::write_rows(Table& table) {
  if (table.pending_rows == 0) return;
  for (Column& column : table.columns) {
    const bool has_blob = column.type == ColumnType::bytes;
    errno = 0;
    const bool well =
        (!has_blob || column.pending_blob.empty() ||
         append_to(column.blob, H5T_NATIVE_UINT8, column.blob_size, column.pending_blob.size(),
                   column.pending_blob.data())) &&
        append_to(column.set, memory_type(column.type), table.rows, table.pending_rows, column.pending.data());
    check(well, table.name.c_str());
  }
}

void SwmrWriter::flush() {
  errno = 0;
  check(H5Fflush(file_, H5F_SCOPE_GLOBAL) >= 0, "flush");
}

void SwmrWriter::commit(std::uint64_t number, std::int64_t at_ns) {
  be_quiet();
  try {
    write(number, at_ns);
  } catch (const WriteError&) {
    if (descriptor_ >= 0) note_unwritten(descriptor_);
    throw;
  }
  if (descriptor_ >= 0) note_written(descriptor_);
}

void SwmrWriter::write(std::uint64_t number, std::int64_t at_ns) {
  for (Table& table : tables_) write_rows(table);
  flush();
  Commit commit{number, at_ns, {}};
  for (const Table& table : tables_) commit.rows.push_back(table.rows + table.pending_rows);
  for (Column& column : commits_.columns) column.pending.clear();
  put_value(commits_.columns[0], commit.number);
  put_value(commits_.columns[1], commit.at_ns);
  for (std::size_t i = 0; i < tables_.size(); ++i) put_value(commits_.columns[i + 2], commit.rows[i]);
  commits_.pending_rows = 1;
  write_rows(commits_);
  flush();
  const auto settle = [](Table& table) {
    table.rows += table.pending_rows;
    table.pending_rows = 0;
    for (Column& column : table.columns) {
      column.blob_size += column.pending_blob.size();
      column.pending.clear();
      column.pending_blob.clear();
    }
  };
  for (Table& table : tables_) settle(table);
  settle(commits_);
  pending_rows_ = 0;
  last_commit_ = std::move(commit);
}

std::uint64_t SwmrWriter::file_bytes() const {
  hsize_t size = 0;
  return H5Fget_filesize(file_, &size) < 0 ? 0 : size;
}

void SwmrWriter::force() {
  if (descriptor_ >= 0) ::fdatasync(descriptor_);
}

void SwmrWriter::hand_over(SwmrWriter& to, std::size_t but) {
  for (std::size_t t = 0; t < tables_.size(); ++t) {
    if (t == but) continue;
    Table &from = tables_[t], &into = to.tables_[t];
    into.pending_rows += from.pending_rows;
    to.pending_rows_ += from.pending_rows;
    for (std::size_t c = 0; c < from.columns.size(); ++c) {
      Column &old = from.columns[c], &made = into.columns[c];
      if (old.type == ColumnType::bytes) {  // where rows end is counted anew
        for (std::size_t at = 0; at < old.pending.size(); at += sizeof(std::uint64_t)) {
          std::uint64_t end = 0;
          std::memcpy(&end, old.pending.data() + at, sizeof end);
          append(made.pending, end - old.blob_size + made.blob_size + made.pending_blob.size());
        }
        made.pending_blob.insert(made.pending_blob.end(), old.pending_blob.begin(), old.pending_blob.end());
      } else {
        made.pending.insert(made.pending.end(), old.pending.begin(), old.pending.end());
      }
    }
  }
}

// ---- reading -------------------------------------------------------------------------------------------------------

SwmrReader::SwmrReader(const std::filesystem::path& file) : name_(file.string()) {
  const Handle list = access();
  file_ = H5Fopen(name_.c_str(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, list);
  if (file_ < 0) {
    std::error_code error;
    const bool is_there = std::filesystem::exists(file, error);
    throw FileError("cannot read '" + name_ +
                    "': " + (is_there ? "it is no history, or damaged" : "No such file or directory"));
  }
}

SwmrReader::~SwmrReader() {
  if (file_ >= 0) H5Fclose(file_);
}

SwmrReader::SwmrReader(SwmrReader&& other) noexcept
    : name_(std::move(other.name_)), file_(std::exchange(other.file_, -1)) {}

void SwmrReader::fail(const std::string& path, const char* what) const {
  throw FileError("cannot read '" + name_ + "': " + path + ": " + what);
}

std::string SwmrReader::attribute(const char* name) const {
  be_quiet();
  const hid_t found = H5Aopen(file_, name, H5P_DEFAULT);
  if (found < 0) fail("/", (std::string("no attribute ") + name).c_str());
  const Handle attribute(found, H5Aclose, name);
  const Handle type(H5Aget_type(attribute), H5Tclose, name);
  std::string text(H5Tget_size(type), '\0');
  if (H5Tget_class(type) != H5T_STRING || H5Aread(attribute, type, text.data()) < 0) fail("/", name);
  text.resize(std::strlen(text.c_str()));
  return text;
}

std::string SwmrReader::plant() const {
  be_quiet();
  const hid_t found = H5Dopen2(file_, "plant", H5P_DEFAULT);
  if (found < 0) fail("/plant", "no such dataset");
  const Handle set(found, H5Dclose, "plant");
  const Handle type(H5Dget_type(set), H5Tclose, "plant");
  std::string text(H5Tget_size(type), '\0');
  if (H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()) < 0) fail("/plant", "not a text");
  text.resize(std::strlen(text.c_str()));
  return text;
}

std::optional<Commit> SwmrReader::last_commit(std::span<const TableSpec> tables) const {
  be_quiet();
  const TableSpec spec = commits_spec(tables);
  std::uint64_t lines = ~std::uint64_t{0};
  for (const ColumnSpec& column : spec.columns) {
    const std::string path = path_of(kCommits, column.name);
    const hid_t set = H5Dopen2(file_, path.c_str(), H5P_DEFAULT);
    if (set < 0) fail(path, "no such dataset");
    const Handle opened(set, H5Dclose, path);
    H5Drefresh(opened);
    lines = std::min(lines, length_of(opened));
  }
  if (lines == 0) return std::nullopt;
  Commit commit;
  commit.number = counts(path_of(kCommits, "number"), lines - 1, 1)[0];
  commit.at_ns = integers(path_of(kCommits, "at_ns"), lines - 1, 1)[0];
  for (const TableSpec& table : tables) commit.rows.push_back(counts(path_of(kCommits, table.name), lines - 1, 1)[0]);
  return commit;
}

void SwmrReader::read(const std::string& path, hid_t memory, std::uint64_t from, std::uint64_t count,
                      void* into) const {
  be_quiet();
  if (count == 0) return;
  const hid_t found = H5Dopen2(file_, path.c_str(), H5P_DEFAULT);
  if (found < 0) fail(path, "no such dataset");
  const Handle set(found, H5Dclose, path);
  H5Drefresh(set);
  if (length_of(set) < from + count) fail(path, "fewer rows than were committed");
  const hsize_t first = from, length = count;
  const Handle space(H5Dget_space(set), H5Sclose, path);
  const Handle rows(H5Screate_simple(1, &length, nullptr), H5Sclose, path);
  if (H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, nullptr, &length, nullptr) < 0 ||
      H5Dread(set, memory, rows, space, H5P_DEFAULT, into) < 0)
    fail(path, "damaged");
}

std::vector<std::int64_t> SwmrReader::integers(const std::string& path, std::uint64_t from, std::uint64_t count) const {
  std::vector<std::int64_t> values(count);
  read(path, H5T_NATIVE_INT64, from, count, values.data());
  return values;
}
std::vector<std::uint64_t> SwmrReader::counts(const std::string& path, std::uint64_t from, std::uint64_t count) const {
  std::vector<std::uint64_t> values(count);
  read(path, H5T_NATIVE_UINT64, from, count, values.data());
  return values;
}
std::vector<double> SwmrReader::doubles(const std::string& path, std::uint64_t from, std::uint64_t count) const {
  std::vector<double> values(count);
  read(path, H5T_NATIVE_DOUBLE, from, count, values.data());
  return values;
}

std::vector<std::string> SwmrReader::texts(const std::string& path, std::uint64_t from, std::uint64_t count) const {
  if (count == 0) return {};
  std::vector<std::uint64_t> ends = counts(path + "_end", from, count);
  const std::uint64_t begin = from == 0 ? 0 : counts(path + "_end", from - 1, 1)[0];
  if (!std::ranges::is_sorted(ends) || ends.front() < begin) fail(path + "_end", "not growing");
  std::string all(ends.back() - begin, '\0');
  read(path, H5T_NATIVE_UINT8, begin, all.size(), all.data());
  std::vector<std::string> values;
  values.reserve(count);
  for (std::uint64_t at = begin; const std::uint64_t end : ends) {
    values.push_back(all.substr(at - begin, end - at));
    at = end;
  }
  return values;
}

// What h5clear does: its two switches have no other name in the library's interface.
void heal(const std::filesystem::path& file) {
  {
    const Handle list = access();
    const hid_t opened = H5Fopen(file.c_str(), H5F_ACC_RDONLY, list);
    if (opened >= 0) {
      H5Fclose(opened);
      return;
    }
  }
  const Handle list = access();
  const hbool_t yes = true;
  if (H5Pset(list, "clear_status_flags", &yes) < 0 || H5Pset(list, "skip_eof_check", &yes) < 0)
    throw FileError("cannot heal '" + file.string() + "': this library of HDF5 cannot");
  const hid_t opened = H5Fopen(file.c_str(), H5F_ACC_RDWR, list);
  if (opened < 0) throw FileError("cannot heal '" + file.string() + "': it is no history, or damaged");
  H5Fincrement_filesize(opened, 0);  // behind the end of what stands in it, whatever its header says
  if (H5Fclose(opened) < 0) throw WriteError("cannot heal '" + file.string() + "': it cannot be written");
}

}  // namespace takt::io::detail
