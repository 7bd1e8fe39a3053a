// SPDX-License-Identifier: Apache-2.0
#include "takt/study/placement.hpp"

#include <algorithm>
#include <limits>
#include <memory>

#include "takt/core/statistics.hpp"

namespace takt {
namespace {

constexpr const char* kAsWritten = "as written";

Study study_of(const Plant& plant, const PlacementOptions& options) {
  return Study(Present::of(compile(plant), options.seed), options.study);
}

/// Scrap parts an hour and hours down an hour, replication by replication.
struct Losses {
  Moments scrap_per_h, down;
};
Losses losses_of(const StudyResult& result, std::size_t scenario, Duration horizon) {
  Losses losses;
  for (std::uint32_t r = 0; r < result.replications; ++r) {
    double scrap = 0.0, down = 0.0;
    for (std::size_t k = 0; k < result.kpis.size(); ++k) {
      const KpiName& kpi = result.kpis[k];
      const double value = result.value(scenario, r, k);
      if (kpi.entity == "/" && kpi.kpi == "scrap_parts") scrap = value;
      const bool is_machine = std::ranges::count(kpi.entity, '/') == 4;
      if (is_machine && kpi.kpi == "down_share") down += value;
    }
    losses.scrap_per_h.add(scrap / (to_seconds(horizon) / 3600.0));
    losses.down.add(down);
  }
  return losses;
}

PlacementCost cost_of(const Plant& plant, const std::string& name, const CyberResult& cyber, const Losses& losses) {
  const CyberCosts& costs = plant.cyber->costs;
  return {name,
          cyber.cost_per_h,
          costs.per_scrap_part * losses.scrap_per_h.mean(),
          costs.per_scrap_part * losses.scrap_per_h.half_width(),
          costs.per_down_h * losses.down.mean(),
          costs.per_down_h * losses.down.half_width()};
}

/// What a placement would cost if every command came so much later.
double cost_if_later(const Plant& plant, const CyberResult& cyber, double seconds, const PlacementOptions& options) {
  const Plant later = coupled(plant, delayed(plant, cyber, seconds));
  const StudyResult result = study_of(later, options).run();
  return cost_of(plant, "", cyber, losses_of(result, 0, options.study.horizon)).total();
}

/// By bisection: later never costs less, as all runs meet the same random numbers.
double break_even(const Plant& plant, const CyberResult& cyber, double limit, const PlacementOptions& options) {
  double low = 0.0, high = to_seconds(options.longest_delay);
  if (cost_if_later(plant, cyber, high, options) <= limit) return std::numeric_limits<double>::infinity();
  while (high - low > std::max(1e-4, 1e-3 * high)) {
    const double middle = 0.5 * (low + high);
    (cost_if_later(plant, cyber, middle, options) <= limit ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

PlacementStudy compare_placements(const Plant& plant, const PlacementOptions& options) {
  if (!plant.cyber || plant.cyber->placements.empty())
    throw InvalidInput(Fault{.path = "/cyber/placements", .value = "none", .expected = "one placement at least"});
  PlacementStudy study;
  std::vector<Plant> plants{plant};
  study.placements.emplace_back(kAsWritten);
  for (const auto& [name, where] : plant.cyber->placements) {
    study.placements.push_back(name);
    plants.push_back(placed(plant, name));
  }
  Study factory = study_of(plant, options);
  for (std::size_t p = 0; p < plants.size(); ++p) {
    study.cyber.push_back(simulate_cyber(plants[p], options.cyber));
    factory.add({.name = study.placements[p],
                 .numbers = {},
                 .model = std::make_shared<const Model>(compile(coupled(plants[p], study.cyber[p])))});
  }
  study.result = factory.run();
  for (std::size_t p = 0; p < plants.size(); ++p)
    study.costs.push_back(
        cost_of(plant, study.placements[p], study.cyber[p], losses_of(study.result, p, options.study.horizon)));
  const auto cheapest = std::ranges::min_element(study.costs, {}, &PlacementCost::total);
  const auto best = static_cast<std::size_t>(cheapest - study.costs.begin());
  for (std::size_t p = 0; p < plants.size(); ++p) {
    if (p == best || study.costs[p].total() == study.costs[best].total()) continue;
    study.break_evens.push_back({study.placements[best], study.placements[p],
                                 break_even(plants[best], study.cyber[best], study.costs[p].total(), options)});
  }
  return study;
}

}  // namespace takt
