// SPDX-License-Identifier: Apache-2.0
// Laws that are lists: empirical, discrete and mixture.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "core/laws.hpp"
#include "core/special.hpp"

namespace takt::detail {
namespace {

std::vector<double> copied(std::span<const double> numbers) { return {numbers.begin(), numbers.end()}; }

// The first index whose running sum is beyond u.
std::size_t index_at(std::span<const double> cumulated, double u) {
  return static_cast<std::size_t>(std::upper_bound(cumulated.begin(), cumulated.end(), u) - cumulated.begin());
}

}  // namespace

double ListedLaw::weight(std::size_t i) const {
  return weights.empty() ? 1.0 / static_cast<double>(values.size()) : weights[i];
}

double ListedLaw::mean() const {
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += (weights.empty() ? 1.0 : weights[i]) * values[i];
  return weights.empty() ? sum / static_cast<double>(values.size()) : sum;
}

double ListedLaw::variance() const {
  const double m = mean();
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += weight(i) * (values[i] - m) * (values[i] - m);
  return sum;
}

double ListedLaw::end() const {
  std::size_t last = values.size() - 1;
  while (last > 0 && !(weight(last) > 0.0)) --last;
  return values[last];
}

std::size_t ListedLaw::count_up_to(double x) const {
  return static_cast<std::size_t>(std::upper_bound(values.begin(), values.end(), x) - values.begin());
}

double ListedLaw::mass_of_first(std::size_t n) const {
  if (n == 0) return 0.0;
  return weights.empty() ? static_cast<double>(n) / static_cast<double>(values.size()) : cumulated[n - 1];
}

// Summed, not one minus the rest: a small mass at the end must not round to nothing.
double ListedLaw::mass_from(std::size_t n) const {
  if (weights.empty()) return static_cast<double>(values.size() - n) / static_cast<double>(values.size());
  return n == 0 ? 1.0 : std::accumulate(weights.begin() + static_cast<std::ptrdiff_t>(n), weights.end(), 0.0);
}

double ListedLaw::log_survival(double x) const { return std::log(survival(x)); }

double ListedLaw::quantile(double p) const {
  const std::size_t n = values.size();
  std::size_t count = 1;
  if (weights.empty()) {
    count = std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(p * static_cast<double>(n))), 1, n);
    while (count > 1 && mass_of_first(count - 1) >= p) --count;
    while (count < n && mass_of_first(count) < p) ++count;
  } else {
    const double least = std::max(p, std::numeric_limits<double>::min());  // p = 0 is the first that has a weight
    const auto found = std::lower_bound(cumulated.begin(), cumulated.end(), least);
    count = std::min(static_cast<std::size_t>(found - cumulated.begin()) + 1, n);
  }
  return values[count - 1];
}

std::size_t ListedLaw::pick(std::size_t from, Draw& draw) const {
  const std::size_t n = values.size();
  const double u = draw.uniform();
  if (weights.empty()) {
    return std::min(from + static_cast<std::size_t>(u * static_cast<double>(n - from)), n - 1);
  }
  if (from == 0) return std::min(index_at(cumulated, u), n - 1);
  double left = u * mass_from(from);
  std::size_t picked = n;
  for (std::size_t i = from; i < n && (picked == n || left >= 0.0); ++i) {
    if (!(weights[i] > 0.0)) continue;
    picked = i;
    left -= weights[i];
  }
  return std::min(picked, n - 1);
}

double ListedLaw::residual_cdf(double x, double e) const {
  const std::size_t over = count_up_to(e);
  // By what is left of each value, as drawn: e + x would round a value in or out.
  const auto longer = [e](double left, double value) { return left < value - e; };
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(over);
  const auto reached = std::upper_bound(first, values.end(), x, longer);
  return 1.0 - mass_from(static_cast<std::size_t>(reached - values.begin())) / mass_from(over);
}

double ListedLaw::residual_mean(double e) const {
  double sum = 0.0, all = 0.0;
  for (std::size_t i = count_up_to(e); i < values.size(); ++i) {
    sum += weight(i) * (values[i] - e);
    all += weight(i);
  }
  return sum / all;
}

Distribution ListedLaw::scaled(double factor) const {
  std::vector<double> larger = copied(values);
  for (double& value : larger) value *= factor;
  if (weights.empty()) return Distribution::empirical(std::move(larger));
  return Distribution::discrete(std::move(larger), copied(weights));
}

double MixtureLaw::mean() const {
  double sum = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) sum += weights[i] * parts[i].mean();
  return sum;
}

double MixtureLaw::variance() const {
  const double m = mean();
  double sum = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const double apart = parts[i].mean() - m;
    sum += weights[i] * (parts[i].variance() + apart * apart);
  }
  return sum;
}

double MixtureLaw::end() const {
  double last = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (weights[i] > 0.0) last = std::max(last, Laws::end(parts[i]));
  }
  return last;
}

double MixtureLaw::cdf(double x) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) sum += weights[i] * parts[i].cdf(x);
  return std::min(sum, 1.0);
}

double MixtureLaw::survival(double x) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) sum += weights[i] * parts[i].survival(x);
  return std::min(sum, 1.0);
}

double MixtureLaw::log_survival(double x) const {
  std::vector<double> logs(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    logs[i] = std::log(weights[i]) + Laws::log_survival(parts[i], x);
  }
  const double most = *std::max_element(logs.begin(), logs.end());
  if (most == -kInfinity) return most;
  double sum = 0.0;
  for (const double one : logs) sum += std::exp(one - most);
  return most + std::log(sum);
}

double MixtureLaw::quantile(double p) const { return p >= 1.0 ? end() : between(p, 1.0 - p); }

double MixtureLaw::between(double p, double q) const {
  constexpr double kMost = 0x1.fffffffffffffp-1;  // a p that rounded to 1 has its value beyond this quantile
  double low = kInfinity, high = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!(weights[i] > 0.0)) continue;
    low = std::min(low, parts[i].quantile(std::min(p, kMost)));
    high = std::max(high, parts[i].quantile(p));
  }
  if (p <= 0.0 || low == high) return low;
  // In each half by the tail that is small, so that neither is rounded away.
  const auto reached = [&](double x) { return p < 0.5 ? cdf(x) >= p : survival(x) <= q; };
  return smallest_where(reached, low, high);
}

double MixtureLaw::sample(Draw& draw) const {
  if (draw.is_mirrored()) return mirrored_sample(*this, draw);
  const std::size_t i = index_at(cumulated, draw.uniform());
  return parts[std::min(i, parts.size() - 1)].sample(draw);
}

std::vector<double> MixtureLaw::posterior(double e) const {
  const double all = log_survival(e);
  std::vector<double> chance(parts.size(), 0.0);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (weights[i] > 0.0 && e < Laws::end(parts[i])) {
      chance[i] = std::exp(std::log(weights[i]) + Laws::log_survival(parts[i], e) - all);
    }
  }
  return chance;
}

double MixtureLaw::residual_cdf(double x, double e) const {
  const std::vector<double> chance = posterior(e);
  double sum = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (chance[i] > 0.0) sum += chance[i] * parts[i].residual_cdf(x, e);
  }
  return std::min(sum, 1.0);
}

double MixtureLaw::residual_mean(double e) const {
  const std::vector<double> chance = posterior(e);
  double sum = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (chance[i] > 0.0) sum += chance[i] * parts[i].residual_mean(e);
  }
  return sum;
}

double MixtureLaw::residual(double e, Draw& draw) const {
  if (draw.is_mirrored()) return mirrored_residual(*this, e, draw);
  const std::vector<double> chance = posterior(e);
  double left = draw.uniform();
  std::size_t picked = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!(chance[i] > 0.0)) continue;
    picked = i;
    left -= chance[i];
    if (left < 0.0) break;
  }
  return parts[picked].sample_residual(e, draw);
}

Distribution MixtureLaw::scaled(double factor) const {
  std::vector<Distribution> larger;
  for (const Distribution& part : parts) larger.push_back(part.scaled(factor));
  return Distribution::mixture(std::move(larger), copied(weights));
}

}  // namespace takt::detail
