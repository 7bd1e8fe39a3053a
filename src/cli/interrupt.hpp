// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <stop_token>
#include <thread>

namespace takt::cli {

/// Turns the first SIGINT into a stop request. Work that has not ended 60 ms later, because it is where it does not
/// look, is ended with the process, as it is at once by a second SIGINT. Made before any other thread, so that all of
/// them leave the signals to this one; one a process.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return source_.get_token(); }

  /// For services: from now on SIGTERM asks to stop too, and the work has so long to end.
  static void allow(std::chrono::milliseconds grace);
  /// The signal that asked to stop; 0 if none did.
  static int signal();

 private:
  void watch();

  sigset_t signals_{};
  std::stop_source source_;
  std::atomic<bool> over_ = false;
  std::thread watcher_;
};

}  // namespace takt::cli
