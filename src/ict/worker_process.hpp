// SPDX-License-Identifier: Apache-2.0
// The ICT worker as a process: started, spoken with, watched, and never left behind.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "takt/core/time.hpp"

namespace takt::ict {

/// One worker. Whatever it does wrong is an Error that says what; the process is ended and waited for when this is.
class WorkerProcess {
 public:
  WorkerProcess(const std::filesystem::path& executable, Duration timeout, std::stop_token stop);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  void send(const void* data, std::size_t size);
  void send_line(std::string line);
  std::string receive_line();
  void receive(void* data, std::size_t size);

 private:
  void wait_for(short events);  ///< until data can be read or written; throws Error on timeout or stop
  std::size_t fill();           ///< reads more; 0 at the end
  [[noreturn]] void fail_ended();
  void read_messages();

  std::filesystem::path executable_;
  std::chrono::steady_clock::time_point end_;
  Duration timeout_;
  std::stop_token stop_;
  int process_ = -1;
  int channel_ = -1, messages_ = -1;  ///< its standard input and output; its standard error
  std::string received_, said_;
};

/// The executable to start: as asked, else $TAKT_ICT_WORKER, else beside the running program or in ../libexec/takt from
/// there, else as built, else the same beside a folder of $PATH. Throws Error if it is missing.
std::filesystem::path worker_executable(const std::filesystem::path& asked);

}  // namespace takt::ict
