// SPDX-License-Identifier: Apache-2.0
// A stream gives the same at once, from a file and from a gzip file; what it gives, written out, gives the same again.
// A first byte of 'z' means that the rest is a gzip file, whole or not.
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "fuzz.hpp"
#include "takt/io/live/stream.hpp"

namespace {

using takt::fuzz::require;

// A file in memory.
class File {
 public:
  File() : handle_(memfd_create("stream", 0)) { require(handle_ >= 0, "there are files in memory"); }
  std::string write(std::string_view bytes) {
    require(ftruncate(handle_, 0) == 0 && pwrite(handle_, bytes.data(), bytes.size(), 0) == ssize_t(bytes.size()),
            "the file can be written");
    return "/proc/self/fd/" + std::to_string(handle_);
  }

 private:
  int handle_;
};

struct Read {
  std::string text;  // the observations as lines
  std::uint64_t observations = 0, lines = 0, bad_lines = 0;
  std::size_t faults = 0;
  friend bool operator==(const Read&, const Read&) = default;
};

Read read(takt::io::StreamReader reader) {
  Read read;
  for (takt::io::Observation seen{}; reader.next(seen); ++read.observations) {
    require(seen.item < reader.items().size(), "an item has its name");
    read.text.append(takt::to_text(seen.time)).append("|").append(reader.items()[seen.item]);
    read.text.append("|").append(seen.value).append("\r\n");
  }
  read.lines = reader.lines();
  read.bad_lines = reader.bad_lines();
  read.faults = reader.faults().size();
  require(read.observations + read.bad_lines <= read.lines, "a line is one observation at most");
  return read;
}

std::string packed(std::string_view text) {
  z_stream stream{};
  require(deflateInit2(&stream, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK, "text can be packed");
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "text is packed at once");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static File file;
  const std::string_view text = takt::fuzz::text_of(data, size);
  if (text.starts_with('z')) {
    read(takt::io::StreamReader(file.write(text.substr(1))));
    return 0;
  }
  const Read at_once = read(takt::io::StreamReader::from_text(std::string(text)));
  if (size % 4 == 1 && !text.starts_with('\x1f')) {  // a file takes its time
    require(read(takt::io::StreamReader(file.write(text))) == at_once, "a file gives the same");
  }
  if (size % 4 == 0) require(read(takt::io::StreamReader(file.write(packed(text)))) == at_once, "so does a gzip file");
  const Read again = read(takt::io::StreamReader::from_text(at_once.text));
  require(again.text == at_once.text && again.bad_lines == 0, "observations read back as they were");
  return 0;
}
