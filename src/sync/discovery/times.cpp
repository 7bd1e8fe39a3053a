// SPDX-License-Identifier: Apache-2.0
#include "sync/discovery/times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "takt/core/statistics.hpp"

namespace takt::discovery {
namespace {

constexpr std::size_t kFewest = 8;    // times of a product for a law of its own
constexpr double kKolmogorov = 2.23;  // two samples of one law are further apart once in ten thousand
constexpr double kMostWeight = 1.5;   // exponent of the largest weight
constexpr double kSure = 5.0;         // standard errors of a set-up seen in cycle times
constexpr double kWorthwhile = 0.05;  // of the mean cycle

/// Kolmogorov-Smirnov: whether two samples (sorted) have different laws.
bool differ(const std::vector<double>& a, const std::vector<double>& b) {
  const double n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  double worst = 0.0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double x = std::min(a[i], b[j]) * (1.0 + 1e-9);
    while (i < a.size() && a[i] <= x) ++i;
    while (j < b.size() && b[j] <= x) ++j;
    worst = std::max(worst, std::abs(static_cast<double>(i) / n - static_cast<double>(j) / m));
  }
  return worst > kKolmogorov * std::sqrt((n + m) / (n * m));
}

}  // namespace

LawByProduct FoundLaws::laws(const Trace& trace) const {
  LawByProduct laws;
  for (const auto& [product, fitted] : of)
    if (product == kNoOne)
      laws.law = fitted.law;
    else
      laws.of[trace.products[product]] = fitted.law;
  return laws;
}

double net_seconds(const Visit& visit, const Spans& stopped) {
  return seconds(visit.complete - visit.start - stopped.measure(visit.start, visit.complete));
}

namespace {

/// As many times, drawn from these with weights exp(hazard x): a time x was seen with probability exp(-hazard x), as
/// only work without a failure has an end (inverse probability weighting; Horvitz and Thompson 1952).
std::vector<double> weighed_up(std::vector<double> times, double hazard) {
  if (!(hazard > 0.0) || times.empty()) return times;
  std::ranges::sort(times);
  double total = 0.0;
  for (const double x : times) total += std::exp(std::min(hazard * x, kMostWeight));
  std::vector<double> drawn;
  double sum = 0.0;
  const double step = total / static_cast<double>(times.size());
  for (const double x : times) {
    sum += std::exp(std::min(hazard * x, kMostWeight));
    while (drawn.size() < times.size() && (static_cast<double>(drawn.size()) + 0.5) * step <= sum) drawn.push_back(x);
  }
  return drawn;
}

}  // namespace

FoundLaws laws_of(const Trace& trace, const std::vector<std::uint32_t>& visits, const std::vector<double>& times,
                  double hazard) {
  std::map<std::uint32_t, std::vector<double>> by_product;
  std::vector<double> all;
  for (std::size_t i = 0; i < visits.size(); ++i) {
    if (times[i] < 0.0) continue;
    by_product[trace.visits[visits[i]].product].push_back(times[i]);
    all.push_back(times[i]);
  }
  FoundLaws found;
  bool different = false;
  if (by_product.size() > 1) {
    for (auto& [product, own] : by_product) std::ranges::sort(own);
    for (auto& [product, own] : by_product) {
      std::vector<double> rest;
      for (const auto& [other, theirs] : by_product)
        if (other != product) rest.insert(rest.end(), theirs.begin(), theirs.end());
      std::ranges::sort(rest);
      if (own.size() >= kFewest && rest.size() >= kFewest && differ(own, rest)) different = true;
    }
  }
  found.of[kNoOne] = fit_law({.whole = weighed_up(std::move(all), hazard), .resolution_s = trace.resolution_s});
  if (different)
    for (auto& [product, own] : by_product)
      if (own.size() >= kFewest)
        found.of[product] = fit_law({.whole = weighed_up(own, hazard), .resolution_s = trace.resolution_s});
  return found;
}

namespace {

/// Whether the visit before at the station was of another product.
std::vector<bool> after_change(const Trace& trace, const std::vector<std::uint32_t>& visits) {
  std::vector<bool> changed(visits.size(), false);
  for (std::size_t i = 1; i < visits.size(); ++i)
    changed[i] = trace.visits[visits[i]].product != trace.visits[visits[i - 1]].product;
  return changed;
}

/// A law that holds for a share of the operations; the others need no time.
void thin(FoundLaws& laws, double share) {
  if (share > 0.995) return;
  for (auto& [product, fitted] : laws.of)
    fitted.law = Distribution::mixture({Distribution::constant(0.0), fitted.law}, {1.0 - share, share});
}

/// Set-ups that the log tells as rows of their own.
void find_told(const Trace& trace, const std::vector<std::uint32_t>& visits, const Spans& stopped,
               StationTimes& found) {
  std::vector<double> loads;
  std::size_t with = 0, with_on_change = 0, changes = 0, whole = 0;
  const std::vector<bool> changed = after_change(trace, visits);
  for (std::size_t i = 0; i < visits.size(); ++i) {
    const Visit& visit = trace.visits[visits[i]];
    const bool has = visit.load < visit.start;
    loads.push_back(has ? seconds(visit.start - visit.load - stopped.measure(visit.load, visit.start)) : kAside);
    ++whole;
    with += has ? 1 : 0;
    changes += changed[i] ? 1 : 0;
    with_on_change += has && changed[i] ? 1 : 0;
  }
  if (with == 0) return;
  found.load = laws_of(trace, visits, loads);
  found.share_with_setup = static_cast<double>(with) / static_cast<double>(whole);
  found.setup_by_change = with < whole * 9 / 10 && with_on_change >= with * 9 / 10 && changes > 0;
  thin(*found.load, found.share_with_setup);
}

/// Set-ups that only show as longer cycles after a change of product.
void find_hidden(const Trace& trace, const std::vector<std::uint32_t>& visits, std::vector<double> work,
                 StationTimes& found) {
  const std::vector<bool> changed = after_change(trace, visits);
  std::map<std::uint32_t, std::pair<Moments, Moments>> by_product;  // the same product before, another one
  std::size_t changes = 0, counted = 0;
  for (std::size_t i = 1; i < visits.size(); ++i) {
    if (work[i] < 0.0) continue;
    auto& [same, other] = by_product[trace.visits[visits[i]].product];
    (changed[i] ? other : same).add(work[i]);
    changes += changed[i] ? 1 : 0;
    ++counted;
  }
  double sum = 0.0, variance = 0.0, weight = 0.0, mean = 0.0;
  for (const auto& [product, moments] : by_product) {
    const auto& [same, other] = moments;
    if (same.count() < kFewest || other.count() < kFewest) continue;
    const double w = static_cast<double>(other.count());
    const double error =
        same.standard_error() * same.standard_error() + other.standard_error() * other.standard_error();
    sum += w * (other.mean() - same.mean());
    mean += w * same.mean();
    variance += w * w * error;
    weight += w;
  }
  if (weight <= 0.0) return;
  const double setup = sum / weight, error = std::sqrt(variance) / weight;
  if (!(setup > kSure * error && setup > kWorthwhile * mean / weight)) return;
  for (std::size_t i = 0; i < work.size(); ++i)
    if (i == 0 || changed[i]) work[i] = kAside;
  found.cycle = laws_of(trace, visits, work);
  FittedLaw law;
  law.law = Distribution::constant(setup);
  law.n = changes;
  law.mean_error = error / setup;
  found.load = FoundLaws{{{kNoOne, law}}, {}};
  found.share_with_setup = static_cast<double>(changes) / static_cast<double>(counted);
  found.setup_by_change = found.setup_from_cycle = true;
  thin(*found.load, found.share_with_setup);
}

}  // namespace

StationTimes times_of(const Trace& trace, std::uint32_t station, const Spans& stopped, const std::vector<double>& work,
                      double hazard) {
  const auto& visits = trace.of_station[station];
  StationTimes found;
  found.cycle = laws_of(trace, visits, work, hazard);
  find_told(trace, visits, stopped, found);
  if (!found.load && trace.products.size() > 1) find_hidden(trace, visits, work, found);
  return found;
}

}  // namespace takt::discovery
