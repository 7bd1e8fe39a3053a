// SPDX-License-Identifier: Apache-2.0
#include "takt/core/thread_pool.hpp"

#include <algorithm>

namespace takt {

ThreadPool::ThreadPool(unsigned threads) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 1; i < threads; ++i) {
    workers_.emplace_back([this](const std::stop_token& stop) {
      std::size_t seen = 0;
      for (;;) {
        {
          std::unique_lock lock(mutex_);
          if (!begin_.wait(lock, stop, [&] { return round_ != seen; })) return;
          seen = round_;
          ++busy_;
        }
        take_tasks();
        const std::lock_guard lock(mutex_);
        if (--busy_ == 0) end_.notify_all();
      }
    });
  }
}

ThreadPool::~ThreadPool() = default;

void ThreadPool::run(std::size_t count, const std::function<void(std::size_t)>& task) {
  {
    const std::lock_guard lock(mutex_);
    task_ = &task;
    next_ = 0;
    count_ = count;
    failure_ = nullptr;
    ++round_;
  }
  begin_.notify_all();
  take_tasks();
  std::unique_lock lock(mutex_);
  end_.wait(lock, [this] { return busy_ == 0; });
  count_ = next_ = 0;  // a worker that wakes late finds nothing to do
  if (failure_) std::rethrow_exception(failure_);
}

void ThreadPool::take_tasks() {
  for (;;) {
    std::size_t index = 0;
    const std::function<void(std::size_t)>* task = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (next_ >= count_) return;
      index = next_++;
      task = task_;
    }
    try {
      (*task)(index);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      count_ = 0;
    }
  }
}

}  // namespace takt
