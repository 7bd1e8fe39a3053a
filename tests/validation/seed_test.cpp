// SPDX-License-Identifier: Apache-2.0
#include "seed_test.hpp"

#include <cmath>

#include "kinds.hpp"
#include "takt/core/statistics.hpp"

namespace takt::validation {

std::vector<Spread> run_seeds(const std::vector<Case>& cases, std::uint32_t seeds, const Settings& settings) {
  std::vector<Spread> spreads;
  for (const Case& each : cases) {
    std::vector<Moments> z(each.expected.size());
    for (std::uint32_t s = 0; s < seeds; ++s) {
      const CaseResult result = run_case(each, {settings.seed + s, settings.threads});
      if (result.status == CaseResult::Status::failed)
        spreads.push_back({each.id, "seed " + std::to_string(settings.seed + s) + ": failed " + result.note});
      for (std::size_t v = 0; v < result.values.size(); ++v)
        if (result.values[v].in_seed_test) z[v].add(result.values[v].z);
    }
    for (std::size_t v = 0; v < z.size(); ++v) {
      if (z[v].count() < seeds) continue;
      Spread spread{each.id, each.expected[v].name, z[v].mean(), std::sqrt(z[v].variance()), z[v].count()};
      spread.passed = std::abs(spread.mean) <= kFarthestMeanZ && spread.standard_deviation >= kLeastSpread &&
                      spread.standard_deviation <= kMostSpread;
      spreads.push_back(spread);
    }
  }
  return spreads;
}

}  // namespace takt::validation
