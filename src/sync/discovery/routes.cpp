// SPDX-License-Identifier: Apache-2.0
#include "sync/discovery/routes.hpp"

#include <algorithm>
#include <cmath>

namespace takt::discovery {
namespace {

/// Keeps the counts by product only where they differ beyond chance (chi-square test of homogeneity, six deviations).
void pool(Ways& ways) {
  std::map<std::uint32_t, std::size_t>& all = ways.of[kNoOne];
  for (const auto& [product, counts] : ways.of)
    if (product != kNoOne)
      for (const auto& [way, n] : counts) all[way] += n;
  double total = 0.0;
  for (const auto& [way, n] : all) total += static_cast<double>(n);
  double chi_square = 0.0;
  for (const auto& [product, counts] : ways.of) {
    if (product == kNoOne) continue;
    double own = 0.0;
    for (const auto& [way, n] : counts) own += static_cast<double>(n);
    for (const auto& [way, n] : all) {
      const double expected = own * static_cast<double>(n) / total;
      const auto seen = counts.find(way);
      const double excess = (seen == counts.end() ? 0.0 : static_cast<double>(seen->second)) - expected;
      if (expected > 0.0) chi_square += excess * excess / expected;
    }
  }
  const auto products = static_cast<double>(ways.of.size()) - 1.0;
  const double freedom = std::max(0.0, (products - 1.0) * (static_cast<double>(all.size()) - 1.0));
  const bool differ = freedom > 0.0 && chi_square > freedom + 6.0 * std::sqrt(2.0 * freedom);
  if (!differ) std::erase_if(ways.of, [](const auto& entry) { return entry.first != kNoOne; });
}

}  // namespace

Ways ways_of(const Trace& trace, const Flow& flow, std::uint32_t station) {
  Ways ways;
  std::size_t on = 0, out = 0;
  for (const std::uint32_t v : trace.of_station[station]) {
    on += flow.fate[v] == Fate::goes_on ? 1 : 0;
    out += flow.fate[v] == Fate::leaves ? 1 : 0;
  }
  ways.scrap_by_ending = !trace.has_results && on > out;
  for (const std::uint32_t v : trace.of_station[station]) {
    const Fate fate = flow.fate[v];
    if (fate == Fate::unknown) continue;
    // A part that a failure has spoiled is no scrap of its operation.
    const auto& down = trace.down[station].list();
    const auto at = std::ranges::lower_bound(down, trace.visits[v].complete, {}, &Span::from);
    if (fate == Fate::scrap && at != down.end() && at->from == trace.visits[v].complete) continue;
    if (fate == Fate::scrap || (fate == Fate::leaves && ways.scrap_by_ending)) {
      ++ways.scrapped;
      continue;
    }
    ++ways.departures;
    ++ways.of[trace.visits[v].product][fate == Fate::leaves ? kOut : flow.place_of[v]];
  }
  pool(ways);
  return ways;
}

Ways ways_of_source(const Trace& trace, const Flow& flow, std::uint32_t source) {
  Ways ways;
  const auto producer = static_cast<std::uint32_t>(trace.stations.size()) + source;
  for (std::uint32_t p = 0; p < flow.places.size(); ++p) {
    if (!std::ranges::binary_search(flow.places[p].producers, producer)) continue;
    for (const Item& item : flow.places[p].items) {
      if (item.from != producer) continue;
      ++ways.departures;
      ++ways.of[item.product][p];
    }
  }
  pool(ways);
  return ways;
}

}  // namespace takt::discovery
