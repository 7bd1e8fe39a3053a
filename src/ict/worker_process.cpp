// SPDX-License-Identifier: Apache-2.0
#include "ict/worker_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has it in no header

namespace takt::ict {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostReceived = std::size_t{1} << 30;  // a report beyond this is no report
constexpr std::size_t kMostSaid = 4096;
constexpr const char* kName = "takt-ict-worker";

[[noreturn]] void fail(const std::string& what, int reason) {
  throw Error("the ICT worker: " + what + ": " + std::generic_category().message(reason));
}

std::vector<fs::path> beside(const fs::path& folder) {
  return {folder / kName, folder / ".." / "libexec" / "takt" / kName};
}

/// The last line that is not empty, as it may be shown.
std::string last_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  text = text.substr(text.rfind('\n') + 1);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return text.substr(0, 300);
}

}  // namespace

fs::path worker_executable(const fs::path& asked) {
  std::error_code none;
  if (!asked.empty()) {
    if (fs::exists(asked, none)) return asked;
    throw Error("the ICT worker '" + asked.string() + "' is missing");
  }
  if (const char* named = std::getenv("TAKT_ICT_WORKER"); named != nullptr && *named != '\0') {
    if (fs::exists(named, none)) return named;
    throw Error(std::string("the ICT worker '") + named + "', named by TAKT_ICT_WORKER, is missing");
  }
  std::vector<fs::path> places = beside(fs::read_symlink("/proc/self/exe", none).parent_path());
  places.emplace_back(TAKT_ICT_BUILT);
  std::istringstream path(std::getenv("PATH") != nullptr ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(path, folder, ':');)  // where an installed takt is
    if (!folder.empty()) std::ranges::move(beside(folder), std::back_inserter(places));
  for (const fs::path& place : places)
    if (!place.empty() && fs::exists(place, none)) return place;
  throw Error(
      "the ICT worker (takt-ict-worker) is missing: takt was built without it (TAKT_ICT=OFF), or it lies elsewhere; "
      "TAKT_ICT_WORKER names it then");
}

WorkerProcess::WorkerProcess(const fs::path& executable, Duration timeout, std::stop_token stop)
    : executable_(executable),
      end_(std::chrono::steady_clock::now() + timeout),
      timeout_(timeout),
      stop_(std::move(stop)) {
  // Closed in whatever else this program starts: only then does the worker see that takt is gone.
  int channel[2], messages[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0) fail("no channel", errno);
  if (::pipe2(messages, O_CLOEXEC) != 0) {
    const int reason = errno;
    ::close(channel[0]);
    ::close(channel[1]);
    fail("no channel", reason);
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, channel[1], 0);
  ::posix_spawn_file_actions_adddup2(&actions, channel[1], 1);
  ::posix_spawn_file_actions_adddup2(&actions, messages[1], 2);
  posix_spawnattr_t attributes;  // a group of its own: a Ctrl-C for takt is takt's to handle
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  sigset_t no_signals;
  sigemptyset(&no_signals);
  ::posix_spawnattr_setsigmask(&attributes, &no_signals);
  std::string name = executable.string();
  char* arguments[] = {name.data(), nullptr};
  const int reason = ::posix_spawn(&process_, name.c_str(), &actions, &attributes, arguments, environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(channel[1]);
  ::close(messages[1]);
  channel_ = channel[0];
  messages_ = messages[0];
  if (reason == 0) return;
  process_ = -1;
  ::close(channel_);
  ::close(messages_);
  fail("'" + name + "' cannot be started", reason);
}

WorkerProcess::~WorkerProcess() {
  ::close(channel_);
  ::close(messages_);
  if (process_ < 0) return;
  ::kill(-process_, SIGKILL);  // with what a stand-in for the worker may have started
  ::kill(process_, SIGKILL);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void WorkerProcess::read_messages() {
  char block[4096];
  const ssize_t n = ::read(messages_, block, sizeof block);
  if (n <= 0) return;
  said_.append(block, static_cast<std::size_t>(n));
  if (said_.size() > kMostSaid) said_.erase(0, said_.size() - kMostSaid);
}

void WorkerProcess::wait_for(short events) {
  for (bool hears = true;;) {
    if (stop_.stop_requested()) throw Error("the ICT worker was ended: interrupted");
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    if (left.count() <= 0) throw Error("the ICT worker gave no answer within " + to_text(timeout_) + " and was ended");
    pollfd watched[] = {{channel_, events, 0}, {hears ? messages_ : -1, POLLIN, 0}};
    const int ready = ::poll(watched, 2, static_cast<int>(std::min<std::int64_t>(left.count() + 1, 50)));
    if (ready < 0 && errno != EINTR) fail("it cannot be watched", errno);
    if (ready <= 0) continue;
    if ((watched[1].revents & POLLIN) != 0)
      read_messages();
    else if (watched[1].revents != 0)
      hears = false;
    if (watched[0].revents != 0) return;
  }
}

/// Says how the worker ended before its work was done.
void WorkerProcess::fail_ended() {
  // It has closed its side: give it a moment to end by itself, so that what is told is its own doing.
  int status = 0;
  pid_t ended = 0;
  for (int i = 0; i < 100 && ended == 0; ++i) {
    ended = ::waitpid(process_, &status, WNOHANG);
    if (ended == 0) ::usleep(10'000);
  }
  pollfd more{messages_, POLLIN, 0};
  for (int i = 0; i < 16 && ::poll(&more, 1, 0) > 0 && (more.revents & POLLIN) != 0; ++i) read_messages();
  if (ended == process_) process_ = -1;
  std::string how = "closed its output";
  if (ended > 0 && WIFSIGNALED(status))
    how = fmt::format("was ended by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  else if (ended > 0)
    how = fmt::format("ended with status {}", WEXITSTATUS(status));
  const std::string said = last_line(said_);
  throw Error("the ICT worker " + how + " before it had answered" + (said.empty() ? "" : ": " + said));
}

void WorkerProcess::send(const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    wait_for(POLLOUT);
    const ssize_t n = ::send(channel_, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) fail_ended();
    at += n;
    size -= static_cast<std::size_t>(n);
  }
}

void WorkerProcess::send_line(std::string line) {
  line += '\n';
  send(line.data(), line.size());
}

std::size_t WorkerProcess::fill() {
  char block[65536];
  for (;;) {
    wait_for(POLLIN);
    const ssize_t n = ::recv(channel_, block, sizeof block, MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return 0;
    received_.append(block, static_cast<std::size_t>(n));
    if (received_.size() > kMostReceived) throw Error("the ICT worker said more than any report has");
    return static_cast<std::size_t>(n);
  }
}

std::string WorkerProcess::receive_line() {
  std::size_t looked = 0, end;
  while ((end = received_.find('\n', looked)) == std::string::npos) {
    looked = received_.size();
    if (fill() == 0) fail_ended();
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  return line;
}

void WorkerProcess::receive(void* data, std::size_t size) {
  while (received_.size() < size)
    if (fill() == 0) fail_ended();
  std::memcpy(data, received_.data(), size);
  received_.erase(0, size);
}

}  // namespace takt::ict
