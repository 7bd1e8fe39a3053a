// SPDX-License-Identifier: Apache-2.0
#include "sync/discovery/starts.hpp"

#include <algorithm>

namespace takt::discovery {
namespace {

/// Of parts by their end, how many ended although they came later, at most (for all but one in a hundred).
std::size_t overtaking(const std::vector<std::pair<Ns, Ns>>& came_and_ended) {
  // For each part: those that came after it and ended before it, among the next few.
  constexpr std::size_t kWindow = 32;
  std::vector<std::size_t> counts;
  auto by_coming = came_and_ended;
  std::ranges::stable_sort(by_coming, {}, &std::pair<Ns, Ns>::first);
  for (std::size_t i = 0; i < by_coming.size(); ++i) {
    std::size_t count = 0;
    for (std::size_t j = i + 1; j < std::min(by_coming.size(), i + kWindow); ++j)
      if (by_coming[j].first > by_coming[i].first && by_coming[j].second < by_coming[i].second) ++count;
    counts.push_back(count);
  }
  if (counts.empty()) return 0;
  std::ranges::sort(counts);
  return counts[counts.size() - 1 - counts.size() / 100];
}

}  // namespace

void reconstruct_starts(Trace& trace) {
  for (auto& visits : trace.of_station) {
    std::vector<std::pair<Ns, Ns>> came_and_ended;
    std::vector<Ns> came;
    for (const std::uint32_t v : visits) {
      const Visit& visit = trace.visits[v];
      Ns at = kBefore;
      if (visit.previous != kNoOne)
        at = trace.visits[visit.previous].complete;
      else if (visit.case_id < trace.arrival.size())
        at = trace.arrival[visit.case_id];
      came.push_back(at);
      if (at != kBefore) came_and_ended.emplace_back(at, visit.complete);
    }
    const std::size_t servers = 1 + overtaking(came_and_ended);
    std::vector<Ns> ends;  // of the visits before, sorted as they are by their end
    for (std::size_t i = 0; i < visits.size(); ++i) {
      Visit& visit = trace.visits[visits[i]];
      const Ns free = i >= servers ? ends[i - servers] : 0;
      ends.push_back(visit.complete);
      visit.start = visit.load = std::min(std::max({came[i], free, Ns{0}}), visit.complete);
    }
    std::ranges::stable_sort(visits, {}, [&](std::uint32_t v) { return trace.visits[v].load; });
  }
}

}  // namespace takt::discovery
