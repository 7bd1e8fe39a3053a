// SPDX-License-Identifier: Apache-2.0
// takt-ict-worker: reads a request of takt-ict/1 on standard input and says its report on standard output. Not for
// people; takt starts it.
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <thread>

#include "ict/worker/loops.hpp"

namespace takt::ict {
namespace {

enum Status : int { kDone = 0, kWrongRequest = 3, kFailed = 4 };

/// Ends at once: SimGrid's own end of a process trips over activities that are still under way.
[[noreturn]] void leave(Status status) {
  std::fflush(stdout);
  std::fflush(stderr);
  ::_exit(status);
}

/// A worker whose takt is gone has nobody to work for.
void leave_with_the_one_who_asked() {
  std::thread([] {
    pollfd input{0, 0, 0};
    while ((input.revents & (POLLHUP | POLLERR | POLLNVAL)) == 0) ::poll(&input, 1, -1);
    ::_exit(kFailed);
  }).detach();
}

void write_all(const void* data, std::size_t size) {
  if (std::fwrite(data, 1, size, stdout) != size) leave(kFailed);
}

bool read_all(void* data, std::size_t size) {
  auto* at = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t n = ::read(0, at, size);
    if (n <= 0) return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

void say(const Json& json) {
  const std::string line = json.dump() + "\n";
  write_all(line.data(), line.size());
  std::fflush(stdout);
}

/// Frames follow only once the worker has said that it is ready.
std::string read_line() {
  std::string line;
  char block[65536];
  while (line.empty() || line.back() != '\n') {
    const ssize_t n = ::read(0, block, sizeof block);
    if (n <= 0) break;
    line.append(block, static_cast<std::size_t>(n));
  }
  return line;
}

void answer_frames(Loops& loops) {
  for (Ask ask; read_all(&ask, sizeof ask);) {
    if (ask.kind == Ask::finish) return say(loops.report());
    if (ask.kind == Ask::read)
      loops.read(ask.sensor, ask.until);
    else
      loops.run_until(ask.until, ask.kind == Ask::advance_to_outcome);
    const std::vector<Outcome> outcomes = loops.take_outcomes();
    const Told told{Platform::now(), outcomes.size()};
    write_all(&told, sizeof told);
    write_all(outcomes.data(), outcomes.size() * sizeof(Outcome));
    std::fflush(stdout);
  }
}

int work() {
  const std::string line = read_line();
  WireRequest request;
  try {
    const Json json = Json::parse(line);
    if (json.value("format", "") != kFormat) {
      std::fprintf(stderr, "found no request of %s on standard input\n", kFormat);
      return kWrongRequest;
    }
    request = json.get<WireRequest>();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the request cannot be read: %s\n", error.what());
    return kWrongRequest;
  }
  leave_with_the_one_who_asked();
  Loops loops(request);
  if (!request.lockstep) {
    say(loops.report());
    return kDone;
  }
  say({{"format", kFormat}, {"ready", true}});
  answer_frames(loops);
  return kDone;
}

}  // namespace
}  // namespace takt::ict

int main() {
  using namespace takt::ict;
  try {
    leave(static_cast<Status>(work()));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    leave(kFailed);
  }
}
