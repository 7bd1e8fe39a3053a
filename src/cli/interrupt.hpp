// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

namespace takt::cli {

/// Turns the first SIGINT into a stop request. Work that has not ended 60 ms later, because it is where it does not
/// look, is ended with the process, as it is at once by a second SIGINT. Made before any other thread, so that all of
/// them leave the signal to this one; one a process.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  void watch();

  sigset_t signals_{};
  std::stop_source source_;
  std::atomic<bool> over_ = false;
  std::thread watcher_;
};

}  // namespace takt::cli
