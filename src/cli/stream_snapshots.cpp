// SPDX-License-Identifier: Apache-2.0
#include "cli/stream_snapshots.hpp"

#include <charconv>

namespace takt::cli {

using Role = io::StreamMapping::Role;

StreamSnapshots::StreamSnapshots(const io::StreamMapping& mapping, std::string source)
    : mapping_(mapping), source_(std::move(source)) {
  reading_.path = mapping.equipment;
}

const io::StreamMapping::Item& StreamSnapshots::item(std::uint32_t index, const std::vector<std::string>& items) {
  static const io::StreamMapping::Item kIgnored;
  for (std::size_t i = item_at_.size(); i < items.size(); ++i) {
    const auto known = mapping_.items.find(items[i]);
    item_at_.push_back(known == mapping_.items.end() ? &kIgnored : &known->second);
  }
  return *item_at_[index];
}

bool StreamSnapshots::add(const io::Observation& observation, const std::vector<std::string>& items) {
  const io::StreamMapping::Item& meaning = item(observation.item, items);
  if (meaning.role != Role::state && meaning.role != Role::part_count) return false;
  if (told_ && observation.time != now_) return true;
  now_ = observation.time;
  if (meaning.role == Role::state)
    note_state(meaning, observation.value, now_);
  else
    note_count(observation.value, now_);
  return false;
}

void StreamSnapshots::note_state(const io::StreamMapping::Item& item, std::string_view value, WallClock::Instant at) {
  const auto known = item.states.find(std::string(value));
  if (known == item.states.end()) {
    ++unknown_[std::string(value)];
    return;
  }
  told_ = true;
  if (reading_.state == known->second) return;
  reading_.state = known->second;
  reading_.state_since = at;
  if (executes_since_) executed_ += at - *executes_since_;
  executes_since_ = known->second == "Execute" ? std::optional(at) : std::nullopt;
}

void StreamSnapshots::note_count(std::string_view value, WallClock::Instant at) {
  std::uint64_t count = 0;
  if (std::from_chars(value.data(), value.data() + value.size(), count).ec != std::errc()) {
    ++unknown_[std::string(value)];
    return;
  }
  told_ = true;
  const Duration executed = executed_ + (executes_since_ ? at - *executes_since_ : Duration{0});
  executed_ = Duration{0};
  if (executes_since_) executes_since_ = at;
  if (!reading_.counters) {  // of the part before it nothing is known
    reading_.counters.emplace().good = count;
    return;
  }
  CounterReading& counters = *reading_.counters;
  if (count < *counters.good) ++counters.reset_epoch;
  if (count == *counters.good + 1 && executed > Duration{0}) reading_.cycle_time_last_s = to_seconds(executed);
  counters.good = count;
}

std::optional<Snapshot> StreamSnapshots::take() {
  if (!told_) return std::nullopt;
  Snapshot snapshot;
  snapshot.ts = now_;
  snapshot.source = source_;
  snapshot.seq = seq_++;
  snapshot.entities.push_back(reading_);
  reading_.cycle_time_last_s.reset();
  told_ = false;
  return snapshot;
}

}  // namespace takt::cli
