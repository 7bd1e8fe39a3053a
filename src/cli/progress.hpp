// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace takt::cli {

/// A line on standard error about work that takes more than a second: redrawn on a terminal, and there taken away at
/// the end; elsewhere a line now and then.
class Progress {
 public:
  /// "120 of 600 futures"; a total of 0 is not known beforehand.
  Progress(std::string things, std::uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void at(std::uint64_t done) { done_.store(done, std::memory_order_relaxed); }  ///< from any thread

 private:
  using Clock = std::chrono::steady_clock;
  void draw(const std::stop_token& stop);
  std::string line() const;

  const std::string things_;
  const std::uint64_t total_;
  const Clock::time_point began_ = Clock::now();
  const bool on_terminal_;
  bool drawn_ = false;
  std::atomic<std::uint64_t> done_ = 0;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread drawer_;  // last: it ends before the rest goes
};

}  // namespace takt::cli
