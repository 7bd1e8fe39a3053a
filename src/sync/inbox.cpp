// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/inbox.hpp"

#include <iterator>
#include <utility>

namespace takt {

Inbox::Inbox(std::size_t capacity, Keep keep) : capacity_(capacity), keep_(std::move(keep)) {
  if (capacity_ == 0) throw InvalidInput(Fault{.path = "capacity", .value = "0", .expected = "a number above 0"});
}

void Inbox::append(std::unique_lock<std::mutex>& lock, Delivery& delivery) {
  if (keep_) keep_(delivery);
  queue_.push_back(std::move(delivery));
  lock.unlock();
  news_.notify_one();
}

bool Inbox::put(Delivery delivery, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!room_.wait(lock, stop, [this] { return queue_.size() < capacity_; })) return false;
  append(lock, delivery);
  return true;
}

bool Inbox::put_within(std::chrono::milliseconds longest, Delivery& delivery, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!room_.wait_for(lock, stop, longest, [this] { return queue_.size() < capacity_; })) return false;
  append(lock, delivery);
  return true;
}

std::vector<Delivery> Inbox::take(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  news_.wait_for(lock, longest, [this] { return !queue_.empty(); });
  std::vector<Delivery> taken(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
  queue_.clear();
  lock.unlock();
  room_.notify_all();
  return taken;
}

std::size_t Inbox::size() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace takt
