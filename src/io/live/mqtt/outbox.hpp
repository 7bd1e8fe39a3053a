// SPDX-License-Identifier: Apache-2.0
// Messages on their way to the broker: those that wait to be sent, and those sent that wait for their acknowledgement.
#pragma once

#include <cstddef>
#include <deque>
#include <future>
#include <mutex>
#include <optional>

#include "io/live/mqtt/packet.hpp"

namespace takt::io::detail {

/// `add` from any thread, the rest from the client's.
class Outbox {
 public:
  explicit Outbox(std::size_t most) : most_(most) {}

  /// None if there is no room or it is closed; the future has the answer.
  std::future<Published> add(MqttMessage message, bool& has_room);
  /// The next to be sent, with its identifier; none if `in_flight_most` are out.
  const PublishPacket* next(std::size_t in_flight_most);
  void sent();                                                  ///< the one that `next` gave
  bool acknowledge(std::uint16_t id, const Published& answer);  ///< false if there is none of that identifier
  void refuse_next(const Fault& why);                           ///< the one that `next` gave
  void connection_was_lost();                                   ///< what was not acknowledged is to be sent again
  bool empty() const;
  void close(const Fault& why);  ///< answers all

 private:
  struct Outgoing {
    PublishPacket packet;
    std::promise<Published> answer;
  };

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::deque<Outgoing> unsent_;
  std::deque<Outgoing> unacknowledged_;
  std::uint16_t last_id_ = 0;
  bool is_closed_ = false;
};

}  // namespace takt::io::detail
