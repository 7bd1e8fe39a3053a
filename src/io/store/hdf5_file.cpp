// SPDX-License-Identifier: Apache-2.0
#include "io/store/hdf5_file.hpp"

#include <hdf5_hl.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <numeric>

#include "io/store/hdf5_chunks.hpp"
#include "takt/core/error.hpp"
#include "takt/io/store/whole_file.hpp"

namespace takt::io::detail {
namespace {

constexpr std::string_view kFormat = "takt-store/1";
constexpr std::string_view kSeal = "takt-store/1 end";
constexpr std::size_t kSealBytes = kSeal.size() + 16;
constexpr std::size_t kLargeBytes = 64 << 10;

std::uint64_t checksum(std::string_view bytes) {
  return crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
}

std::uint64_t little_endian(std::uint64_t value) {
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  return value;
}

std::string seal_of(std::string_view bytes) {
  std::string seal(kSeal);
  for (const std::uint64_t value : {std::uint64_t{bytes.size()}, checksum(bytes)}) {
    const std::uint64_t word = little_endian(value);
    seal.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  return seal;
}

/// What is wrong with the bytes of a file as a whole; nothing if they are sealed and sound.
std::string_view unsound(std::string_view bytes) {
  constexpr std::string_view kSignature("\x89HDF\r\n\x1a\n", 8);
  if (bytes.empty()) return "the file is empty";
  if (!bytes.starts_with(kSignature)) return "it is not a takt-store file";
  if (bytes.size() < kSealBytes || bytes.substr(bytes.size() - kSealBytes, kSeal.size()) != kSeal)
    return "its end is missing: it was cut off, or not written by takt";
  const std::string_view content = bytes.substr(0, bytes.size() - kSealBytes);
  if (bytes.substr(content.size()) != seal_of(content)) return "it is damaged: its checksum does not fit its content";
  return {};
}

/// HDF5 prints what goes wrong unless told not to; here the caller says it.
void be_quiet() {
  static const bool once = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  (void)once;
}

Handle memory_access() {
  be_quiet();
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file access");
  constexpr std::size_t kGrowBy = 1 << 20;
  H5Pset_fapl_core(access, kGrowBy, false);
  return access;
}

/// A file in memory must have a name of its own that no file on the disk has.
std::string unused_name() {
  static std::atomic<std::uint64_t> count = 0;
  return "/takt-store/in memory/" + std::to_string(++count);
}

Handle create() {
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "file creation");
  H5Pset_obj_track_times(creation, false);
  return {H5Fcreate(unused_name().c_str(), H5F_ACC_TRUNC, creation, memory_access()), H5Fclose, "the store"};
}

Handle open_image(std::string& bytes) {
  const Handle access = memory_access();
  H5Pset_file_image(access, bytes.data(), bytes.size() - kSealBytes);  // it makes a copy of its own
  return {H5Fopen(unused_name().c_str(), H5F_ACC_RDONLY, access), H5Fclose, "the store"};
}

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "text type");
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

hid_t integer_type(const Field& field) {
  switch (field.size) {
    case 1: return field.is_signed ? H5T_STD_I8LE : H5T_STD_U8LE;
    case 2: return field.is_signed ? H5T_STD_I16LE : H5T_STD_U16LE;
    case 4: return field.is_signed ? H5T_STD_I32LE : H5T_STD_U32LE;
    default: return field.is_signed ? H5T_STD_I64LE : H5T_STD_U64LE;
  }
}

/// In memory the fields lie as in the struct, in the file one behind the other.
Handle row_type(std::span<const Field> fields, std::size_t row_bytes, bool in_file) {
  std::size_t bytes = 0;
  for (const Field& field : fields) bytes += field.size;
  Handle type(H5Tcreate(H5T_COMPOUND, in_file ? bytes : row_bytes), H5Tclose, "row type");
  std::size_t at = 0;
  for (const Field& field : fields) {
    H5Tinsert(type, field.name, in_file ? at : field.offset, integer_type(field));
    at += field.size;
  }
  return type;
}

void check(herr_t status, std::string_view what) {
  if (status < 0) throw FileError("the store cannot be written: " + std::string(what));
}

}  // namespace

Handle::Handle(hid_t id, herr_t (*closer)(hid_t), std::string_view what) : id_(id), close_(closer) {
  if (id < 0) throw FileError("HDF5 gives no handle for " + std::string(what));
}

// ---- writing -------------------------------------------------------------------------------------------------------
StoreWriter::StoreWriter(std::string_view kind) : file_(create()) {
  attribute("/", "format", kFormat);
  attribute("/", "kind", kind);
}

Handle StoreWriter::dataset(const std::string& path, hid_t type, const std::vector<std::uint64_t>& shape) {
  const std::vector<hsize_t> dimensions(shape.begin(), shape.end());
  const Handle space(shape.empty() ? H5Screate(H5S_SCALAR)
                                   : H5Screate_simple(static_cast<int>(shape.size()), dimensions.data(), nullptr),
                     H5Sclose, path);
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, path);
  H5Pset_create_intermediate_group(links, 1);
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, path);
  H5Pset_obj_track_times(creation, false);
  const std::uint64_t rows =
      std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, [](auto a, auto b) { return a * b; });
  const bool is_plain = H5Tget_class(type) == H5T_INTEGER || H5Tget_class(type) == H5T_FLOAT;
  if (is_plain && !shape.empty() && rows * H5Tget_size(type) > kLargeBytes) {
    std::vector<hsize_t> chunk = dimensions;  // whole rows of the fastest dimensions, about 128 KiB
    constexpr hsize_t kChunk = 16384;
    hsize_t room = kChunk;
    for (auto length = chunk.rbegin(); length != chunk.rend(); ++length) {
      *length = std::max<hsize_t>(1, std::min(*length, room));
      room /= *length;
    }
    H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, 1);
  }
  return {H5Dcreate2(file_, path.c_str(), type, space, links, creation, H5P_DEFAULT), H5Dclose, path};
}

void StoreWriter::attribute(const std::string& group, const char* name, hid_t type, hid_t memory, const void* value) {
  if (group != "/" && H5Lexists(file_, group.c_str(), H5P_DEFAULT) <= 0) {
    const Handle creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, group);
    H5Pset_obj_track_times(creation, false);
    const Handle made(H5Gcreate2(file_, group.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT), H5Gclose, group);
  }
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, name);
  const Handle made(H5Acreate_by_name(file_, group.c_str(), name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                    H5Aclose, name);
  check(H5Awrite(made, memory, value), name);
}

void StoreWriter::attribute(const std::string& group, const char* name, std::string_view text) {
  const std::string value(text);
  const char* const pointer = value.c_str();
  const Handle type = text_type();
  attribute(group, name, type, type, static_cast<const void*>(&pointer));
}
void StoreWriter::attribute(const std::string& group, const char* name, std::int64_t value) {
  attribute(group, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}
void StoreWriter::attribute(const std::string& group, const char* name, std::uint64_t value) {
  attribute(group, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value);
}
void StoreWriter::attribute(const std::string& group, const char* name, double value) {
  attribute(group, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

void StoreWriter::text(const std::string& path, std::string_view value) {
  const std::string copy(value);
  const char* const pointer = copy.c_str();
  const Handle type = text_type();
  const Handle made = dataset(path, type, {});
  check(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, static_cast<const void*>(&pointer)), path);
}

void StoreWriter::texts(const std::string& path, const std::vector<std::string>& values) {
  std::vector<const char*> pointers;
  pointers.reserve(values.size());
  for (const std::string& value : values) pointers.push_back(value.c_str());
  const Handle type = text_type();
  const Handle made = dataset(path, type, {values.size()});
  if (!values.empty()) check(H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), path);
}

void StoreWriter::numbers(const std::string& path, hid_t type, hid_t memory, const void* values, std::size_t count,
                          std::vector<std::uint64_t> shape) {
  if (shape.empty()) shape = {count};
  const Handle made = dataset(path, type, shape);
  if (H5Tequal(type, memory) > 0 && is_for_cores(made, count * H5Tget_size(type)))
    write_on_cores(made, values, path);
  else if (count > 0)
    check(H5Dwrite(made, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), path);
}
void StoreWriter::numbers(const std::string& path, std::span<const double> v, std::vector<std::uint64_t> shape) {
  numbers(path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, v.data(), v.size(), std::move(shape));
}
void StoreWriter::numbers(const std::string& path, std::span<const std::int64_t> v, std::vector<std::uint64_t> shape) {
  numbers(path, H5T_STD_I64LE, H5T_NATIVE_INT64, v.data(), v.size(), std::move(shape));
}
void StoreWriter::numbers(const std::string& path, std::span<const std::uint64_t> v, std::vector<std::uint64_t> shape) {
  numbers(path, H5T_STD_U64LE, H5T_NATIVE_UINT64, v.data(), v.size(), std::move(shape));
}

void StoreWriter::bytes(const std::string& path, std::span<const std::byte> values) {
  numbers(path, H5T_STD_U8LE, H5T_NATIVE_UINT8, values.data(), values.size(), {});
}

void StoreWriter::table(const std::string& path, std::span<const Field> fields, std::size_t row_bytes, const void* rows,
                        std::size_t count) {
  const Handle made = dataset(path, row_type(fields, row_bytes, true), {count});
  if (count > 0) check(H5Dwrite(made, row_type(fields, row_bytes, false), H5S_ALL, H5S_ALL, H5P_DEFAULT, rows), path);
}

void StoreWriter::scale(const std::string& path, const char* name) {
  const Handle set(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), H5Dclose, path);
  check(H5DSset_scale(set, name), path);
}

void StoreWriter::attach(const std::string& path, unsigned dimension, const std::string& scale) {
  const Handle set(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), H5Dclose, path);
  const Handle along(H5Dopen2(file_, scale.c_str(), H5P_DEFAULT), H5Dclose, scale);
  check(H5DSattach_scale(set, along, dimension), path);
}

std::string StoreWriter::finish() {
  check(H5Fflush(file_, H5F_SCOPE_GLOBAL), "flush");
  const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
  if (size < 0) throw FileError("the store cannot be written: no image");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (H5Fget_file_image(file_, bytes.data(), bytes.size()) < 0)
    throw FileError("the store cannot be written: no image");
  return bytes += seal_of(bytes);
}

// ---- reading -------------------------------------------------------------------------------------------------------
namespace {

std::string sound_bytes(std::string_view bytes, const std::string& name) {
  if (const std::string_view fault = unsound(bytes); !fault.empty())
    throw FileError("cannot read '" + name + "': " + std::string(fault));
  return std::string(bytes);
}

}  // namespace

StoreReader::StoreReader(const std::filesystem::path& file, std::string_view kind)
    : StoreReader(read_whole(file), file.string(), kind) {}

StoreReader::StoreReader(std::string_view bytes, std::string name, std::string_view kind)
    : name_(std::move(name)), bytes_(sound_bytes(bytes, name_)), file_(open_image(bytes_)) {
  bytes_ = {};  // the library has its own copy
  const std::string format = text_attribute("/", "format");
  if (format != kFormat) {
    throw FileError("cannot read '" + name_ + "': its format is \"" + format + "\", this program reads \"" +
                    std::string(kFormat) + "\"");
  }
  const std::string found = text_attribute("/", "kind");
  if (found != kind)
    throw FileError("cannot read '" + name_ + "': it holds " + found + ", expected " + std::string(kind));
}

void StoreReader::fail(const std::string& path, std::string_view what) const {
  throw FileError("cannot read '" + name_ + "': " + path + ": " + std::string(what));
}

Handle StoreReader::open(const std::string& path) const {
  const hid_t set = H5Dopen2(file_, path.c_str(), H5P_DEFAULT);
  if (set < 0) fail(path, "no such dataset");
  return {set, H5Dclose, path};
}

bool StoreReader::has(const std::string& path) const {
  for (std::size_t cut = path.find('/', 1);; cut = path.find('/', cut + 1)) {
    if (H5Lexists(file_, path.substr(0, cut).c_str(), H5P_DEFAULT) <= 0) return false;
    if (cut == std::string::npos) return true;
  }
}

bool StoreReader::has_attribute(const std::string& group, const char* name) const {
  return H5Aexists_by_name(file_, group.c_str(), name, H5P_DEFAULT) > 0;
}

std::size_t StoreReader::size(const std::string& path) const {
  const Handle set = open(path);
  const Handle space(H5Dget_space(set), H5Sclose, path);
  return static_cast<std::size_t>(H5Sget_simple_extent_npoints(space));
}

void StoreReader::attribute(const std::string& group, const char* name, hid_t memory, void* value) const {
  const hid_t found = H5Aopen_by_name(file_, group.c_str(), name, H5P_DEFAULT, H5P_DEFAULT);
  if (found < 0) fail(group, std::string("no attribute ") + name);
  const Handle attribute(found, H5Aclose, name);
  if (H5Aread(attribute, memory, value) < 0) fail(group, std::string("attribute ") + name + " is of another type");
}

std::string StoreReader::text_attribute(const std::string& group, const char* name) const {
  const Handle type = text_type();
  char* text = nullptr;
  attribute(group, name, type, static_cast<void*>(&text));
  std::string copy = text != nullptr ? text : "";
  H5free_memory(text);
  return copy;
}
std::int64_t StoreReader::integer_attribute(const std::string& group, const char* name) const {
  std::int64_t value = 0;
  attribute(group, name, H5T_NATIVE_INT64, &value);
  return value;
}
std::uint64_t StoreReader::count_attribute(const std::string& group, const char* name) const {
  std::uint64_t value = 0;
  attribute(group, name, H5T_NATIVE_UINT64, &value);
  return value;
}
double StoreReader::number_attribute(const std::string& group, const char* name) const {
  double value = 0.0;
  attribute(group, name, H5T_NATIVE_DOUBLE, &value);
  return value;
}

std::vector<std::string> StoreReader::texts(const std::string& path) const {
  const Handle set = open(path);
  std::vector<char*> pointers(size(path));
  const Handle type = text_type();
  if (!pointers.empty() && H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0)
    fail(path, "not texts");
  std::vector<std::string> values;
  values.reserve(pointers.size());
  for (char* const pointer : pointers) {
    values.emplace_back(pointer != nullptr ? pointer : "");
    H5free_memory(pointer);
  }
  return values;
}

std::string StoreReader::text(const std::string& path) const {
  std::vector<std::string> values = texts(path);
  if (values.size() != 1) fail(path, "not one text");
  return std::move(values.front());
}

template <class Number>
std::vector<Number> StoreReader::numbers(const std::string& path, hid_t memory) const {
  const Handle set = open(path);
  std::vector<Number> values(size(path));
  if (!values.empty() && H5Dread(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    fail(path, "not numbers");
  return values;
}
std::vector<double> StoreReader::doubles(const std::string& path) const {
  return numbers<double>(path, H5T_NATIVE_DOUBLE);
}
std::vector<std::int64_t> StoreReader::integers(const std::string& path) const {
  return numbers<std::int64_t>(path, H5T_NATIVE_INT64);
}
std::vector<std::uint64_t> StoreReader::counts(const std::string& path) const {
  return numbers<std::uint64_t>(path, H5T_NATIVE_UINT64);
}

std::vector<std::byte> StoreReader::bytes(const std::string& path) const {
  const std::vector<std::uint8_t> read = numbers<std::uint8_t>(path, H5T_NATIVE_UINT8);
  const auto view = std::as_bytes(std::span(read));
  return {view.begin(), view.end()};
}

void StoreReader::table(const std::string& path, std::span<const Field> fields, std::size_t row_bytes, void* rows,
                        std::size_t count) const {
  const Handle set = open(path);
  if (size(path) != count) fail(path, std::to_string(size(path)) + " rows, expected " + std::to_string(count));
  const Handle stored(H5Dget_type(set), H5Tclose, path);
  for (const Field& field : fields)
    if (H5Tget_class(stored) != H5T_COMPOUND || H5Tget_member_index(stored, field.name) < 0)
      fail(path, std::string("no field ") + field.name);
  const Handle memory = row_type(fields, row_bytes, false);
  if (count > 0 && H5Dread(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows) < 0) fail(path, "not rows of numbers");
}

}  // namespace takt::io::detail
