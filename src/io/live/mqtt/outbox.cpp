// SPDX-License-Identifier: Apache-2.0
#include "io/live/mqtt/outbox.hpp"

#include <algorithm>
#include <iterator>

namespace takt::io::detail {

std::future<Published> Outbox::add(MqttMessage message, bool& has_room) {
  Outgoing outgoing;
  outgoing.packet = {
      .topic = std::move(message.topic), .payload = std::move(message.payload), .retain = message.retain};
  std::future<Published> answer = outgoing.answer.get_future();
  const std::lock_guard lock(mutex_);
  has_room = !is_closed_ && unsent_.size() + unacknowledged_.size() < most_;
  if (has_room) {
    unsent_.push_back(std::move(outgoing));
  } else {
    outgoing.answer.set_value(
        {false,
         {.path = outgoing.packet.topic,
          .value = is_closed_ ? std::string("a message after the end")
                              : "one message more than the " + std::to_string(most_) + " that wait",
          .expected = is_closed_ ? "a publisher that goes on" : "a broker that takes them"}});
  }
  return answer;
}

const PublishPacket* Outbox::next(std::size_t in_flight_most) {
  const std::lock_guard lock(mutex_);
  if (unsent_.empty() || unacknowledged_.size() >= in_flight_most) return nullptr;
  PublishPacket& packet = unsent_.front().packet;
  while (packet.id == 0) {
    if (++last_id_ == 0) ++last_id_;
    const bool is_used =
        std::ranges::any_of(unacknowledged_, [&](const Outgoing& each) { return each.packet.id == last_id_; }) ||
        std::ranges::any_of(unsent_, [&](const Outgoing& each) { return each.packet.id == last_id_; });
    if (!is_used) packet.id = last_id_;
  }
  return &packet;  // a deque's front stays where it is when others are added at its end
}

void Outbox::sent() {
  const std::lock_guard lock(mutex_);
  unacknowledged_.push_back(std::move(unsent_.front()));
  unsent_.pop_front();
}

bool Outbox::acknowledge(std::uint16_t id, const Published& answer) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(unacknowledged_, [id](const Outgoing& each) { return each.packet.id == id; });
  if (found == unacknowledged_.end()) return false;
  Published full = answer;
  if (!full.accepted) full.fault.value = "topic " + found->packet.topic + ": " + full.fault.value;
  found->answer.set_value(std::move(full));
  unacknowledged_.erase(found);
  return true;
}

void Outbox::refuse_next(const Fault& why) {
  const std::lock_guard lock(mutex_);
  unsent_.front().answer.set_value({false, why});
  unsent_.pop_front();
}

void Outbox::connection_was_lost() {
  const std::lock_guard lock(mutex_);
  for (Outgoing& each : unacknowledged_) each.packet.repeated = true;
  unsent_.insert(unsent_.begin(), std::make_move_iterator(unacknowledged_.begin()),
                 std::make_move_iterator(unacknowledged_.end()));
  unacknowledged_.clear();
}

bool Outbox::empty() const {
  const std::lock_guard lock(mutex_);
  return unsent_.empty() && unacknowledged_.empty();
}

void Outbox::close(const Fault& why) {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  for (auto* all : {&unacknowledged_, &unsent_}) {
    for (Outgoing& each : *all) each.answer.set_value({false, why});
    all->clear();
  }
}

}  // namespace takt::io::detail
