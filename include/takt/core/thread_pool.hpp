// SPDX-License-Identifier: Apache-2.0
// Threads that stay: work is a range of indices, taken one by one, so that results depend on the index alone.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace takt {

/// A pool of `threads` workers (0: one a core), the caller among them. `run` may be called from one thread at a time.
class ThreadPool {
 public:
  explicit ThreadPool(unsigned threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  unsigned threads() const { return static_cast<unsigned>(workers_.size()) + 1; }

  /// Calls task(i) for every i in [0, count) and returns when all are done. The first exception of a task is thrown
  /// here, after the tasks already begun have ended; no further ones are begun.
  void run(std::size_t count, const std::function<void(std::size_t)>& task);

 private:
  void take_tasks();

  std::mutex mutex_;
  std::condition_variable_any begin_;
  std::condition_variable end_;
  const std::function<void(std::size_t)>* task_ = nullptr;
  std::size_t next_ = 0, count_ = 0, busy_ = 0, round_ = 0;
  std::exception_ptr failure_;
  std::vector<std::jthread> workers_;  // last, so that they stop before the rest goes
};

}  // namespace takt
