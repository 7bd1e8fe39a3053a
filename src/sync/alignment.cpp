// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/alignment.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"
#include "takt/sync/common_subsequence.hpp"

namespace takt {
namespace {

constexpr std::size_t kNamesTold = 5;

/// How long work took at the stations of a log.
class Cycles {
 public:
  void add(std::uint32_t station, WallClock::Instant start, WallClock::Instant end) {
    Sum& sum = sums_[station];
    if (sum.ends++ == 0) sum.first = end;
    sum.first = std::min(sum.first, end);
    sum.last = std::max(sum.last, end);
    if (end <= start) return;
    sum.worked_s += to_seconds(end - start);
    ++sum.spells;
  }
  double mean_s(std::uint32_t station) const {
    const auto it = sums_.find(station);
    if (it == sums_.end()) return 0.0;
    const Sum& sum = it->second;
    if (sum.spells > 0) return sum.worked_s / static_cast<double>(sum.spells);
    return sum.ends > 1 ? to_seconds(sum.last - sum.first) / static_cast<double>(sum.ends - 1) : 0.0;
  }

 private:
  struct Sum {
    std::uint64_t ends = 0, spells = 0;
    double worked_s = 0.0;
    WallClock::Instant first{}, last{};
  };
  std::map<std::uint32_t, Sum> sums_;
};

/// What beginning and end of a row are.
std::pair<StationEvent, StationEvent> ends_of(const LoggedEvent& row) {
  switch (row.kind) {
    case EventKind::setup: return {StationEvent::setup_started, StationEvent::setup_finished};
    case EventKind::breakdown: return {StationEvent::failed, StationEvent::repaired};
    case EventKind::arrival: return {StationEvent::arrived, StationEvent::arrived};
    case EventKind::work: break;
  }
  const bool is_scrap = row.scrap > 0.0 && row.good == 0.0;
  return {StationEvent::started, is_scrap ? StationEvent::scrapped : StationEvent::finished};
}

/// Numbers that two tables of names share, by the order of the names.
struct SharedNames {
  std::vector<std::string> names;
  std::vector<std::uint32_t> first, second;  ///< by number in either table: the number in common

  SharedNames(const NameTable& a, const NameTable& b) {
    std::set<std::string> all(a.names().begin(), a.names().end());
    all.insert(b.names().begin(), b.names().end());
    names.assign(all.begin(), all.end());
    first = numbers_of(a);
    second = numbers_of(b);
  }
  static std::uint32_t of(const std::vector<std::uint32_t>& numbers, std::uint32_t number) {
    return number == NameTable::kNone ? NameTable::kNone : numbers[number];
  }

 private:
  std::vector<std::uint32_t> numbers_of(const NameTable& table) const {
    std::vector<std::uint32_t> numbers;
    for (const std::string& name : table.names())
      numbers.push_back(static_cast<std::uint32_t>(std::ranges::lower_bound(names, name) - names.begin()));
    return numbers;
  }
};

/// A sequence in the numbers that both share.
struct Side {
  std::vector<Labelled> labelled;
  std::vector<SequenceEvent> events;
};

void expect_common_station(const EventSequence& first, const EventSequence& second) {
  if (first.events.empty() || second.events.empty()) return;
  std::string known;
  for (std::size_t i = 0; i < first.stations.size(); ++i) {
    const auto number = static_cast<std::uint32_t>(i);
    if (second.stations.find(first.stations[number]) != NameTable::kNone) return;
    if (i < kNamesTold) known += (known.empty() ? "" : ", ") + first.stations[number];
  }
  const std::string name = second.stations.size() > 0 ? second.stations[0] : "none";
  throw InvalidInput(Fault{.path = "stations of the second log",
                           .value = name,
                           .expected = "at least one that the first log has, such as " + known,
                           .nearest = nearest_name(name, first.stations.names())});
}

bool tells_products(const EventSequence& sequence) {
  return std::ranges::any_of(sequence.events, [](const SequenceEvent& e) { return e.product != NameTable::kNone; });
}

class Comparison {
 public:
  Comparison(const EventSequence& first, const EventSequence& second, const AlignOptions& options)
      : options_(options),
        stations_(first.stations, second.stations),
        products_(first.products, second.products),
        starts_(first.tells_starts && second.tells_starts),
        by_product_(tells_products(first) && tells_products(second)) {
    using Key = std::tuple<std::uint32_t, StationEvent, std::uint32_t>;
    const auto key = [](const SequenceEvent& e) { return Key(e.station, e.what, e.product); };
    std::map<Key, std::uint32_t> labels;
    const std::array sides{take(first, stations_.first, products_.first),
                           take(second, stations_.second, products_.second)};
    for (const auto& events : sides)
      for (const SequenceEvent& each : events) labels.try_emplace(key(each));
    std::vector<double> cycle_s(stations_.names.size(), 0.0);  // the first log is the one that is held to be right
    for (std::size_t i = 0; i < second.mean_cycle_s.size(); ++i) cycle_s[stations_.second[i]] = second.mean_cycle_s[i];
    for (std::size_t i = 0; i < first.mean_cycle_s.size(); ++i)
      if (first.mean_cycle_s[i] > 0.0) cycle_s[stations_.first[i]] = first.mean_cycle_s[i];
    for (const double each : cycle_s) allowed_.push_back(options.within.value_or(from_seconds(each / 2)));
    for (auto& [of, label] : labels) {
      label = static_cast<std::uint32_t>(within_.size());
      within_.push_back(std::get<0>(of) == NameTable::kNone ? options.within.value_or(Duration{0})
                                                            : allowed_[std::get<0>(of)]);
    }
    for (std::size_t k = 0; k < 2; ++k) {
      sides_[k].events = sides[k];
      for (const SequenceEvent& each : sides[k])
        sides_[k].labelled.push_back({labels.at(key(each)), each.at.time_since_epoch().count()});
    }
  }

  Alignment align() const {
    const auto& [first, second] = sides_;
    const SequenceIndex index(second.labelled);
    const std::vector<std::uint32_t> order = index.match(first.labelled), time = index.match(first.labelled, within_);
    Alignment result;
    result.first = first.events.size();
    result.second = second.events.size();
    std::map<std::uint32_t, StationAlignment> stations;
    const auto at = [&](const SequenceEvent& event) -> StationAlignment& { return stations[event.station]; };
    for (const SequenceEvent& each : second.events) ++at(each).second;
    for (std::size_t i = 0; i < first.events.size(); ++i) {
      StationAlignment& station = at(first.events[i]);
      ++station.first;
      station.in_order += order[i] != SequenceIndex::kUnmatched ? 1 : 0;
      station.in_time += time[i] != SequenceIndex::kUnmatched ? 1 : 0;
    }
    for (auto& [number, station] : stations) {
      if (number != NameTable::kNone) station.station = stations_.names[number];
      station.within = number != NameTable::kNone ? allowed_[number] : options_.within.value_or(Duration{0});
      result.in_order += station.in_order;
      result.in_time += station.in_time;
      result.stations.push_back(station);
    }
    const auto longer = static_cast<double>(std::max(result.first, result.second));
    if (longer > 0.0) {
      result.logic = static_cast<double>(result.in_order) / longer;
      result.timing = static_cast<double>(result.in_time) / longer;
    }
    std::ranges::stable_sort(result.stations, {}, &StationAlignment::timing);
    list_unmatched(order, time, result);
    return result;
  }

 private:
  std::vector<SequenceEvent> take(const EventSequence& from, const std::vector<std::uint32_t>& stations,
                                  const std::vector<std::uint32_t>& products) const {
    std::vector<SequenceEvent> taken;
    for (SequenceEvent each : from.events) {
      if (!starts_ && (each.what == StationEvent::started || each.what == StationEvent::setup_started)) continue;
      each.station = SharedNames::of(stations, each.station);
      each.product = by_product_ ? SharedNames::of(products, each.product) : NameTable::kNone;
      taken.push_back(each);
    }
    // What happens at one instant has no order of its own.
    std::ranges::stable_sort(taken, {},
                             [](const SequenceEvent& e) { return std::tuple(e.at, e.station, e.what, e.product); });
    return taken;
  }

  void list_unmatched(const std::vector<std::uint32_t>& order, const std::vector<std::uint32_t>& time,
                      Alignment& result) const {
    const auto inverse = [this](const std::vector<std::uint32_t>& partner) {
      std::vector<std::uint32_t> of(sides_[1].events.size(), SequenceIndex::kUnmatched);
      for (std::uint32_t i = 0; i < partner.size(); ++i)
        if (partner[i] != SequenceIndex::kUnmatched) of[partner[i]] = i;
      return of;
    };
    std::map<std::string, std::vector<UnmatchedEvent>> lists;
    std::array<std::map<std::uint32_t, std::size_t>, 2> listed;
    const auto list = [&](std::size_t side, const std::vector<std::uint32_t>& by_order,
                          const std::vector<std::uint32_t>& by_time) {
      for (std::size_t i = 0; i < by_time.size(); ++i) {
        const SequenceEvent& event = sides_[side].events[i];
        if (by_time[i] != SequenceIndex::kUnmatched || listed[side][event.station]++ >= options_.listed) continue;
        const auto name = [](const std::vector<std::string>& names, std::uint32_t number) {
          return number == NameTable::kNone ? std::string() : names[number];
        };
        UnmatchedEvent row{.in_first = side == 0,
                           .station = name(stations_.names, event.station),
                           .what = event.what,
                           .product = name(products_.names, event.product),
                           .at = event.at};
        if (by_order[i] != SequenceIndex::kUnmatched) row.apart = sides_[1 - side].events[by_order[i]].at - event.at;
        lists[row.station].push_back(std::move(row));
      }
    };
    list(0, order, time);
    list(1, inverse(order), inverse(time));
    for (const StationAlignment& station : result.stations) {
      std::vector<UnmatchedEvent>& rows = lists[station.station];
      std::ranges::stable_sort(rows, {}, &UnmatchedEvent::at);
      for (UnmatchedEvent& row : rows) result.unmatched.push_back(std::move(row));
    }
  }

  AlignOptions options_;
  SharedNames stations_, products_;
  bool starts_, by_product_;
  std::array<Side, 2> sides_;
  std::vector<Duration> allowed_;  ///< by station
  std::vector<Duration> within_;   ///< by label
};

}  // namespace

std::string_view name_of(StationEvent event) {
  constexpr std::array<std::string_view, kStationEvents> kNames{
      "arrived", "setup started", "setup finished", "started", "finished", "scrapped", "failed", "repaired"};
  return kNames[static_cast<std::size_t>(event)];
}

EventSequence events_of(const EventLog& log) {
  EventSequence sequence;
  Cycles cycles;
  for (const LoggedEvent& row : log.events) {
    const bool has_resource = row.resource != NameTable::kNone, has_activity = row.activity != NameTable::kNone;
    const std::uint32_t station = has_resource   ? sequence.stations.add(log.resources[row.resource])
                                  : has_activity ? sequence.stations.add(log.activities[row.activity])
                                                 : NameTable::kNone;
    SequenceEvent event{.at = row.start, .station = station};
    if (row.case_id != NameTable::kNone && log.facts[row.case_id].product != NameTable::kNone)
      event.product = sequence.products.add(log.products[log.facts[row.case_id].product]);
    const auto [begin, end] = ends_of(row);
    // An instant is an end: the log does not tell the beginning.
    if (begin != end && (!row.complete || *row.complete > row.start)) {
      event.what = begin;
      sequence.events.push_back(event);
      sequence.tells_starts = sequence.tells_starts || row.kind == EventKind::work;
    }
    if (!row.complete) continue;
    event.at = *row.complete;
    event.what = end;
    sequence.events.push_back(event);
    if (row.kind == EventKind::work || row.kind == EventKind::arrival) cycles.add(station, row.start, *row.complete);
  }
  std::ranges::stable_sort(sequence.events, {}, &SequenceEvent::at);
  for (std::size_t i = 0; i < sequence.stations.size(); ++i)
    sequence.mean_cycle_s.push_back(cycles.mean_s(static_cast<std::uint32_t>(i)));
  return sequence;
}

Alignment align(const EventSequence& first, const EventSequence& second, const AlignOptions& options) {
  if (options.within && options.within->count() < 0)
    throw InvalidInput(Fault{.path = "within", .value = to_text(*options.within), .expected = "a time not below zero"});
  expect_common_station(first, second);
  return Comparison(first, second, options).align();
}

}  // namespace takt
