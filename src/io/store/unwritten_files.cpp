// SPDX-License-Identifier: Apache-2.0
#include "io/store/unwritten_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <set>

namespace takt::io::detail {
namespace {

struct Unwritten {
  std::mutex mutex;
  std::set<int> descriptors;
};

Unwritten& all() {
  static Unwritten* const unwritten = new Unwritten;  // NOLINT: it must outlive what is destroyed at the exit
  return *unwritten;
}

void let_go_of_all() {
  const std::lock_guard lock(all().mutex);
  for (const int descriptor : all().descriptors) let_go_of(descriptor);
}

}  // namespace

void let_go_of(int descriptor) {
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere < 0) return;
  ::dup3(nowhere, descriptor, O_CLOEXEC);
  ::close(nowhere);
}

void note_unwritten(int descriptor) {
  // HDF5 began before this is registered, so that it closes its files after.
  static const bool once = std::atexit(let_go_of_all) == 0;
  (void)once;
  const std::lock_guard lock(all().mutex);
  all().descriptors.insert(descriptor);
}

void note_written(int descriptor) {
  const std::lock_guard lock(all().mutex);
  all().descriptors.erase(descriptor);
}

}  // namespace takt::io::detail
