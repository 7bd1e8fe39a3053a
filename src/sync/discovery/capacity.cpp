// SPDX-License-Identifier: Apache-2.0
// A place of K parts lets the i-th part in when the (i - K)-th has been taken (the recursion of lines with blocking
// after service: Altiok and Stidham 1982). A station with s servers takes its k-th part when k - s of its parts have
// left it. So every K that is too small has a station take a part that it has no room for; the least K without is what
// the log allows. That it is no more shows where stations took their next part at the very instant of that room.
#include <algorithm>
#include <cmath>

#include "sync/discovery/flow.hpp"
#include "takt/core/statistics.hpp"

namespace takt::discovery {
namespace {

constexpr std::size_t kConvincing = 3;   // coincidences, where chance has none
constexpr double kArrivalsMissed = 8.0;  // expected while full, none seen

/// A place between its producers and its consumers.
class Fit {
 public:
  Fit(const Trace& trace, const std::vector<std::uint32_t>& servers, const Place& place)
      : trace_(trace), servers_(servers), place_(place) {
    for (const Item& item : place.items) taken_.push_back(item.taken);
    std::ranges::sort(taken_);
    for (const std::uint32_t p : place.producers) {
      if (p >= trace.stations.size()) continue;
      Producer& producer = producers_.emplace_back();
      producer.servers = servers[p];
      for (const std::uint32_t v : trace.of_station[p]) producer.loads.push_back(trace.visits[v].load);
      for (std::uint32_t i = 0; i < place.items.size(); ++i)
        if (place.items[i].from == p) producer.items.push_back(i);
      // The others leave when they are done, as far as this place is concerned.
      std::vector<std::uint32_t> mine;
      for (const std::uint32_t i : producer.items) mine.push_back(trace.visits[place.items[i].visit].previous);
      std::ranges::sort(mine);
      for (const std::uint32_t v : trace.of_station[p])
        if (!std::ranges::binary_search(mine, v)) producer.others.push_back(trace.visits[v].complete);
      std::ranges::sort(producer.others);
    }
  }

  struct Count {
    std::size_t contradictions = 0, coincidences = 0;
  };

  Count count(std::uint32_t capacity) const {
    Count count;
    for (const Producer& producer : producers_) count_producer(producer, capacity, count);
    for (std::size_t i = 0; i < place_.items.size(); ++i) {
      const Item& item = place_.items[i];
      if (item.from == kNoOne || item.from < trace_.stations.size() || item.ready == kBefore) continue;
      const Ns room = room_for(i, capacity);
      if (room > item.ready) ++count.contradictions;
      if (room == item.ready && item.ready > 0) ++count.coincidences;
    }
    return count;
  }

  /// Contradictions fall as the capacity grows.
  std::uint32_t least(std::size_t allowed) const {
    std::uint32_t low = 0, high = static_cast<std::uint32_t>(place_.items.size());
    for (std::uint32_t step = 1; step < high; step *= 2)  // most are small
      if (count(step - 1).contradictions <= allowed) {
        high = step - 1;
        break;
      } else {
        low = step;
      }
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (count(middle).contradictions <= allowed)
        high = middle;
      else
        low = middle + 1;
    }
    return low;
  }

  /// When there was room for the i-th part.
  Ns room_for(std::size_t i, std::uint32_t capacity) const {
    return i < capacity ? kBefore : i - capacity < taken_.size() ? taken_[i - capacity] : kAfter;
  }

 private:
  struct Producer {
    std::uint32_t servers = 1;
    std::vector<Ns> loads, others;
    std::vector<std::uint32_t> items;
  };

  void count_producer(const Producer& producer, std::uint32_t capacity, Count& count) const {
    std::vector<std::pair<Ns, bool>> left;  // when, and whether it had to wait for room
    left.reserve(producer.loads.size());
    for (const std::uint32_t i : producer.items) {
      const Ns room = room_for(i, capacity);
      left.emplace_back(std::max(room, place_.items[i].ready), room > place_.items[i].ready);
    }
    for (const Ns other : producer.others) left.emplace_back(other, false);
    std::ranges::sort(left);
    const std::size_t servers = producer.servers;
    for (std::size_t k = servers; k < producer.loads.size() && k - servers < left.size(); ++k) {
      const auto& [when, waited] = left[k - servers];
      if (when > producer.loads[k]) ++count.contradictions;
      if (when == producer.loads[k] && waited) ++count.coincidences;
    }
  }

  const Trace& trace_;
  const std::vector<std::uint32_t>& servers_;
  const Place& place_;
  std::vector<Ns> taken_;
  std::vector<Producer> producers_;
};

/// Arrivals that a place would have seen while it was full, had it not turned them away.
double arrivals_missed(const Trace& trace, const Place& place, std::uint32_t capacity) {
  for (const Item& item : place.items)
    if (item.from == kNoOne || item.from < trace.stations.size() || item.ready == kBefore) return 0.0;
  const Spans full = full_spans(place, capacity);
  // Intervals in which the place was full must be longer than the others, as some arrivals are missing in them; where
  // arrivals are regular, none would have come anyway.
  Moments with_room, all;
  for (std::size_t i = 1; i < place.items.size(); ++i) {
    const Ns from = place.items[i - 1].ready, to = place.items[i].ready;
    all.add(seconds(to - from));
    if (full.measure(from, to) == 0) with_room.add(seconds(to - from));
  }
  const double error = std::hypot(all.standard_error(), with_room.standard_error());
  if (!(all.mean() > with_room.mean() + 4.0 * error)) return 0.0;
  const double time_full = seconds(full.measure(0, trace.end));
  return static_cast<double>(place.items.size()) * time_full / std::max(seconds(trace.end) - time_full, 1e-9);
}

}  // namespace

double share_in_order(const std::vector<Item>& items) {
  std::size_t overtaken = 0, known = 0;
  Ns first = kAfter;  // taken among the later ones
  for (std::size_t i = items.size(); i-- > 0;) {
    if (items[i].ready == kBefore) continue;
    ++known;
    if (first < items[i].taken) ++overtaken;
    first = std::min(first, items[i].taken);
  }
  return known == 0 ? 1.0 : 1.0 - static_cast<double>(overtaken) / static_cast<double>(known);
}

void find_capacity(const Trace& trace, const std::vector<std::uint32_t>& servers, Place& place) {
  place.in_order = share_in_order(place.items);
  if (place.has_unknown_arrivals || place.in_order < 0.95) return;
  const Fit fit(trace, servers, place);
  // Wrong rows, and parts that a machine down holds back, contradict the right capacity too: of the capacities that a
  // few contradictions allow, that with the most coincidences.
  const double n = static_cast<double>(place.items.size());
  double best = 0.0;
  for (const double share : {0.0, 0.005}) {
    const auto allowed = static_cast<std::size_t>(share * n);
    if (share > 0.0 && allowed == 0) continue;
    const std::uint32_t capacity = fit.least(allowed);
    if (share > 0.0 && capacity == place.at_least) continue;
    const Fit::Count at = fit.count(capacity), above = fit.count(capacity + 1);
    const double score = static_cast<double>(at.coincidences) - 2.0 * static_cast<double>(at.contradictions);
    if (share > 0.0 && !(score > best && score > 0.0)) continue;
    const bool convincing = at.coincidences >= kConvincing && at.coincidences > 3 * above.coincidences;
    if (share > 0.0 && !convincing) continue;
    best = convincing ? score : 0.0;
    place.at_least = capacity;
    place.times_full = at.coincidences;
    place.by_chance = above.coincidences;
    if (convincing) place.capacity = capacity;
  }
  if (place.capacity) {
    place.confidence = 1.0 - std::exp(-static_cast<double>(place.times_full) / 2.0);
    return;
  }
  const double missed = place.at_least > 0 ? arrivals_missed(trace, place, place.at_least) : 0.0;
  if (missed > kArrivalsMissed) {
    place.capacity = place.at_least;
    place.times_full = static_cast<std::size_t>(missed);
    place.confidence = 1.0 - std::exp(-missed / 4.0);
  }
}

Spans full_spans(const Place& place, std::uint32_t capacity) {
  std::vector<std::pair<Ns, int>> changes;
  for (const Item& item : place.items) {
    if (item.taken <= item.ready) continue;  // handed over
    changes.emplace_back(item.taken, -1);
    changes.emplace_back(std::max<Ns>(item.ready, 0), 1);
  }
  std::ranges::sort(changes);
  std::vector<Span> full;
  std::int64_t level = 0;
  Ns since = 0;
  for (const auto& [at, change] : changes) {
    if (level >= static_cast<std::int64_t>(capacity)) full.push_back({since, at});
    since = at;
    level += change;
  }
  return Spans(std::move(full));
}

std::vector<Ns> releases(const Place& place) {
  std::vector<Ns> taken, out;
  for (const Item& item : place.items) taken.push_back(item.taken);
  std::ranges::sort(taken);
  for (std::size_t i = 0; i < place.items.size(); ++i) {
    const bool waits = place.capacity && i >= *place.capacity;
    out.push_back(waits ? std::max(place.items[i].ready, taken[i - *place.capacity]) : place.items[i].ready);
  }
  return out;
}

}  // namespace takt::discovery
