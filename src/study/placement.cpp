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
  std::vector<double> scrap_per_h, down;
};

Moments moments_of(const std::vector<double>& values) {
  Moments moments;
  for (const double value : values) moments.add(value);
  return moments;
}

/// Less a base of the same random numbers, times a factor.
Moments paired(const std::vector<double>& values, const std::vector<double>& base, double factor) {
  Moments moments;
  for (std::size_t r = 0; r < values.size(); ++r) moments.add(factor * (values[r] - base[r]));
  return moments;
}

PlacementDifference difference_of(const std::string& name, const Losses& losses, const Losses& base) {
  constexpr double kMinutes = 60.0;
  const Moments scrap = paired(losses.scrap_per_h, base.scrap_per_h, 1.0);
  const Moments down = paired(losses.down, base.down, kMinutes);
  return {name, scrap.mean(), scrap.half_width(), down.mean(), down.half_width()};
}
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
    losses.scrap_per_h.push_back(scrap / (to_seconds(horizon) / 3600.0));
    losses.down.push_back(down);
  }
  return losses;
}

PlacementCost cost_of(const Plant& plant, const std::string& name, const CyberResult& cyber, const Losses& losses) {
  const CyberCosts& costs = plant.cyber->costs;
  const Moments scrap = moments_of(losses.scrap_per_h), down = moments_of(losses.down);
  return {name,
          cyber.cost_per_h,
          costs.per_scrap_part * scrap.mean(),
          costs.per_scrap_part * scrap.half_width(),
          costs.per_down_h * down.mean(),
          costs.per_down_h * down.half_width()};
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
  if (options.study.antithetic)
    throw InvalidInput(Fault{.path = "study.antithetic",
                             .value = "true",
                             .expected = "false: costs and break-evens of placements stand on single replications"});
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
  const Losses first = losses_of(study.result, 0, options.study.horizon);
  for (std::size_t p = 0; p < plants.size(); ++p) {
    const Losses losses = losses_of(study.result, p, options.study.horizon);
    study.costs.push_back(cost_of(plant, study.placements[p], study.cyber[p], losses));
    if (p > 0) study.differences.push_back(difference_of(study.placements[p], losses, first));
  }
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
