// SPDX-License-Identifier: Apache-2.0
// Between the threads that sources deliver on and the one that the twin lives on: a queue of bounded length. What was
// put into it has been kept, so that a source may acknowledge it to its sender.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "takt/core/error.hpp"
#include "takt/sync/snapshot.hpp"

namespace takt {

/// What a source delivers.
struct Delivery {
  enum class Kind : std::uint8_t {
    message,    ///< `snapshot`
    death,      ///< `source` is gone, by itself or by its broker's word
    connected,  ///< the transport of `source` has its connection (again)
    lost,       ///< the transport of `source` has lost its connection; `fault` says why
    rejected    ///< something came that is no message; `fault` says why
  };
  Kind kind = Kind::message;
  WallClock::Instant arrival{};
  std::string source{};  ///< of a message: that of its snapshot
  Snapshot snapshot{};
  Fault fault{};
  Sending sending{};  ///< of a message
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(kind, arrival, source, snapshot, sending);
    bytes(fault.path, fault.value, fault.expected, fault.nearest, fault.file, fault.line);
  }
};

/// Thread-safe. Any number of threads put, one takes.
class Inbox {
 public:
  /// Called on the thread that puts, one at a time and in the order of the queue, before `put` returns: writes down
  /// what must not be lost. Where it throws, `put` gives the exception on and the queue is as it was.
  using Keep = std::function<void(const Delivery&)>;

  explicit Inbox(std::size_t capacity = 10'000, Keep keep = {});

  /// Waits for room: a slow twin slows its sources down. False if it was asked to stop before there was any.
  bool put(Delivery delivery, const std::stop_token& stop = {});
  /// The same for one who has other things to do: waits no longer than this, and moves from `delivery` only if it was
  /// taken.
  bool put_within(std::chrono::milliseconds longest, Delivery& delivery, const std::stop_token& stop = {});
  /// Everything that is there, at least one unless the time is over. Oldest first.
  std::vector<Delivery> take(std::chrono::milliseconds longest);

  std::size_t size() const;

 private:
  void append(std::unique_lock<std::mutex>& lock, Delivery& delivery);

  std::size_t capacity_;
  Keep keep_;
  mutable std::mutex mutex_;
  std::condition_variable_any room_, news_;
  std::deque<Delivery> queue_;
};

}  // namespace takt
