// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace takt::cli {

using namespace std::chrono_literals;

Progress::Progress(std::string things, std::uint64_t total)
    : things_(std::move(things)),
      total_(total),
      on_terminal_(isatty(STDERR_FILENO) == 1),
      drawer_([this](const std::stop_token& stop) { draw(stop); }) {}

Progress::~Progress() {
  drawer_.request_stop();
  drawer_.join();
  if (drawn_ && on_terminal_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::draw(const std::stop_token& stop) {
  const auto every = on_terminal_ ? Clock::duration(100ms) : Clock::duration(10s);
  std::unique_lock lock(mutex_);
  for (auto next = began_ + 1s;; next += every) {
    wake_.wait_until(lock, stop, next, [] { return false; });
    if (stop.stop_requested()) return;
    if (on_terminal_) {
      fmt::print(stderr, "\r{}\x1b[K", line());
      std::fflush(stderr);
    } else {
      fmt::print(stderr, "{}\n", line());
    }
    drawn_ = true;
  }
}

std::string Progress::line() const {
  const std::uint64_t done = done_.load(std::memory_order_relaxed);
  const double elapsed = std::chrono::duration<double>(Clock::now() - began_).count();
  if (total_ == 0) return fmt::format("{} {}, {:.0f} s", done, things_, elapsed);
  std::string text = fmt::format("{} of {} {}, {:.0f} s", done, total_, things_, elapsed);
  if (done > 0) {
    const double left = elapsed * static_cast<double>(total_ - done) / static_cast<double>(done);
    text += fmt::format(", about {:.0f} s left", left);
  }
  return text;
}

}  // namespace takt::cli
