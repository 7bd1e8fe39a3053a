// SPDX-License-Identifier: Apache-2.0
#include "sync/discovery/flow.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "sync/discovery/sharing.hpp"

namespace takt::discovery {
namespace {

constexpr std::size_t kRealEntry = 3;      // first visits at a station fed by others that make it an entry too
constexpr double kRealEntryShare = 0.002;  // and their least share of its visits
constexpr std::size_t kRegular = 5;        // parts on a way that make it count for how far the log reaches

class FlowFinder {
 public:
  FlowFinder(const Trace& trace, const DiscoveryOptions& options) : trace_(trace), options_(options) {
    flow_.fate.assign(trace.visits.size(), Fate::unknown);
    flow_.place_of.assign(trace.visits.size(), kNoOne);
    flow_.enters_by.assign(trace.visits.size(), kNoOne);
    flow_.left_out.assign(trace.stations.size(), 0);
  }

  Flow find() {
    for (std::uint32_t s = 0; s < trace_.stations.size(); ++s) count_servers(s);
    find_entries();
    gather_ways();
    leave_out_rare_ways();
    make_places();
    set_fates();
    for (Place& place : flow_.places) find_capacity(trace_, flow_.servers, place);
    note_leaving();
    return std::move(flow_);
  }

 private:
  /// The most operations at a time, ends before beginnings at one instant.
  void count_servers(std::uint32_t station) {
    const auto& visits = trace_.of_station[station];
    std::vector<Ns> ends;
    for (const std::uint32_t v : visits) ends.push_back(trace_.visits[v].complete);
    std::ranges::sort(ends);
    std::size_t most = 0, times = 0, held_up = 0, done = 0;
    for (std::size_t k = 0; k < visits.size(); ++k) {
      const Ns load = trace_.visits[visits[k]].load;
      while (done < ends.size() && ends[done] <= load && done < k) ++done;
      const std::size_t in_process = k + 1 - done;
      if (in_process > most) most = in_process, times = held_up = 0;
      if (in_process < most) continue;
      ++times;
      if (done > 0 && ends[done - 1] == load) ++held_up;
    }
    flow_.servers.push_back(static_cast<std::uint32_t>(std::max<std::size_t>(most, 1)));
    flow_.times_at_most.push_back(times);
    flow_.held_up.push_back(held_up);
  }

  /// Where parts come into the plant, and which were there before the log.
  void find_entries() {
    is_entry_.assign(trace_.stations.size(), false);
    for (std::uint32_t s = 0; s < trace_.stations.size(); ++s) {
      Ns first_fed = kAfter;
      for (const std::uint32_t v : trace_.of_station[s])
        if (trace_.visits[v].previous != kNoOne) first_fed = std::min(first_fed, trace_.visits[v].load);
      std::size_t later = 0;
      for (const std::uint32_t v : trace_.of_station[s])
        if (trace_.visits[v].previous == kNoOne && trace_.visits[v].load > first_fed) ++later;
      const double share =
          static_cast<double>(later) / static_cast<double>(std::max<std::size_t>(1, trace_.visits_at(s)));
      is_entry_[s] =
          trace_.visits_at(s) > 0 && (first_fed == kAfter || (later >= kRealEntry && share >= kRealEntryShare));
    }
  }

  void gather_ways() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> numbers;
    const auto stations = static_cast<std::uint32_t>(trace_.stations.size());
    std::vector<std::uint32_t> source_of(stations, kNoOne);
    flow_.sources = trace_.sources;
    for (std::uint32_t s = 0; s < stations && !trace_.has_arrivals; ++s) {
      if (!is_entry_[s]) continue;
      source_of[s] = static_cast<std::uint32_t>(flow_.sources.size());
      flow_.sources.push_back("arrivals at " + trace_.stations[s]);
    }
    for (std::uint32_t v = 0; v < trace_.visits.size(); ++v) {
      const Visit& visit = trace_.visits[v];
      Item item{.taken = visit.load, .to = visit.station, .visit = v, .product = visit.product};
      if (visit.previous != kNoOne) {
        item.from = trace_.visits[visit.previous].station;
        item.ready = std::min(trace_.visits[visit.previous].complete, visit.load);
      } else if (trace_.has_arrivals && visit.case_id < trace_.arrival.size()) {
        if (trace_.arrival[visit.case_id] != kBefore) {
          item.from = stations + trace_.source[visit.case_id];
          item.ready = std::min(trace_.arrival[visit.case_id], visit.load);
        }
      } else if (is_entry_[visit.station]) {
        item.from = stations + source_of[visit.station];
      }
      if (item.from == kNoOne) {
        there_before_.push_back(item);
        continue;
      }
      const auto [at, is_new] = numbers.try_emplace({item.from, item.to}, static_cast<std::uint32_t>(ways_.size()));
      if (is_new) ways_.push_back({item.from, item.to, {}});
      ways_[at->second].items.push_back(item);
    }
    for (Way& way : ways_)
      std::ranges::stable_sort(way.items, [](const Item& a, const Item& b) {
        return a.ready != b.ready ? a.ready < b.ready : a.taken < b.taken;
      });
  }

  void leave_out_rare_ways() {
    if (options_.least_share <= 0.0) return;
    std::map<std::uint32_t, std::size_t> departures;
    for (const Way& way : ways_) departures[way.from] += way.items.size();
    std::erase_if(ways_, [&](const Way& way) {
      const bool rare =
          static_cast<double>(way.items.size()) < options_.least_share * static_cast<double>(departures[way.from]);
      if (rare && way.from < flow_.left_out.size()) flow_.left_out[way.from] += way.items.size();
      return rare;
    });
  }

  void make_places() {
    const Sharing sharing = shared_places(trace_, flow_.servers, ways_);
    flow_.places.resize(sharing.confidence.size());
    std::vector<std::set<std::uint32_t>> producers(flow_.places.size()), consumers(flow_.places.size());
    for (std::size_t w = 0; w < ways_.size(); ++w) {
      const std::uint32_t p = sharing.group[w];
      Place& place = flow_.places[p];
      place.joined_confidence = sharing.confidence[p];
      place.items.insert(place.items.end(), ways_[w].items.begin(), ways_[w].items.end());
      producers[p].insert(ways_[w].from);
      consumers[p].insert(ways_[w].to);
    }
    for (const Item& item : there_before_) {
      for (std::uint32_t p = 0; p < flow_.places.size(); ++p)
        if (consumers[p].contains(item.to)) {
          flow_.places[p].items.push_back(item);
          ++flow_.places[p].initial;
          break;
        }
    }
    for (std::uint32_t p = 0; p < flow_.places.size(); ++p) {
      Place& place = flow_.places[p];
      place.producers.assign(producers[p].begin(), producers[p].end());
      place.consumers.assign(consumers[p].begin(), consumers[p].end());
      std::ranges::stable_sort(place.items, [](const Item& a, const Item& b) {
        return a.ready != b.ready ? a.ready < b.ready : a.taken < b.taken;
      });
      for (const Item& item : place.items) {
        flow_.enters_by[item.visit] = p;
        const std::uint32_t previous = trace_.visits[item.visit].previous;
        if (previous != kNoOne) flow_.place_of[previous] = p;
        if (item.from != kNoOne && item.ready == kBefore) place.has_unknown_arrivals = true;
      }
    }
  }

  void note_leaving() {
    std::vector<Ns> left(trace_.visits.size());
    for (std::uint32_t v = 0; v < left.size(); ++v) left[v] = trace_.visits[v].complete;
    for (const Place& place : flow_.places) {
      const std::vector<Ns> when = releases(place);
      for (std::size_t i = 0; i < when.size(); ++i)
        if (const std::uint32_t v = trace_.visits[place.items[i].visit].previous; v != kNoOne) left[v] = when[i];
    }
    flow_.left.resize(trace_.stations.size());
    for (std::uint32_t v = 0; v < left.size(); ++v) flow_.left[trace_.visits[v].station].push_back(left[v]);
    for (auto& times : flow_.left) std::ranges::sort(times);
  }

  /// How far the log tells what becomes of a station's parts: a later one may still wait in its place.
  std::vector<Ns> horizons() const {
    std::vector<Ns> horizon(trace_.stations.size(), kAfter);
    for (const Way& way : ways_)
      if (way.from < horizon.size() && way.items.size() >= kRegular)
        horizon[way.from] = std::min(horizon[way.from], way.items.back().ready);
    for (const Way& way : ways_)  // a station that has only rare ways
      if (way.from < horizon.size() && horizon[way.from] == kAfter) horizon[way.from] = way.items.back().ready;
    return horizon;
  }

  void set_fates() {
    const std::vector<Ns> horizon = horizons();
    for (std::uint32_t v = 0; v < trace_.visits.size(); ++v) {
      const Visit& visit = trace_.visits[v];
      if (!visit.is_whole()) continue;
      const bool is_told = visit.complete <= horizon[visit.station];
      if (visit.next != kNoOne)
        flow_.fate[v] = is_told && flow_.place_of[v] != kNoOne ? Fate::goes_on : Fate::unknown;
      else if (is_told)
        flow_.fate[v] = visit.scrapped ? Fate::scrap : Fate::leaves;
    }
  }

  const Trace& trace_;
  const DiscoveryOptions& options_;
  Flow flow_;
  std::vector<Way> ways_;
  std::vector<Item> there_before_;
  std::vector<bool> is_entry_;
};

}  // namespace

Flow flow_of(const Trace& trace, const DiscoveryOptions& options) { return FlowFinder(trace, options).find(); }

}  // namespace takt::discovery
