// SPDX-License-Identifier: Apache-2.0
#include "sync/discovery/law_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "takt/core/quantity.hpp"
#include "takt/core/statistics.hpp"

namespace takt::discovery {
namespace {

constexpr std::size_t kMostFitted = 20'000;  // times that the slower fits look at; more do not change the choice
constexpr std::size_t kMostValues = 12;      // of a discrete law
constexpr std::size_t kEmpirical = 256;      // values of an empirical law
constexpr double kWorstFit = 0.06;           // largest distance of distribution functions that a family may have
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Candidate {
  Distribution law{};
  double bic = kInfinity;
};

/// What the fits need of the times.
struct Sample {
  std::vector<double> x;  ///< sorted, at least half a tick of the clock
  double mean = 0.0, variance = 0.0, log_mean = 0.0, log_variance = 0.0;
  double low = 0.0, high = 0.0;
  double n() const { return static_cast<double>(x.size()); }
  double bic(double log_likelihood, int numbers) const { return -2.0 * log_likelihood + numbers * std::log(n()); }
};

Sample sample_of(const Times& times) {
  Sample sample;
  const std::size_t stride = (times.whole.size() + kMostFitted - 1) / kMostFitted;
  for (std::size_t i = 0; i < times.whole.size(); i += std::max<std::size_t>(stride, 1))
    sample.x.push_back(std::max(times.whole[i], 0.5 * times.resolution_s));
  std::ranges::sort(sample.x);
  Moments plain, logs;
  for (const double x : sample.x) {
    plain.add(x);
    logs.add(std::log(x));
  }
  sample.mean = plain.mean();
  sample.variance = plain.variance();
  sample.log_mean = logs.mean();
  sample.log_variance = logs.variance();
  sample.low = sample.x.front();
  sample.high = sample.x.back();
  return sample;
}

Candidate exponential(const Sample& s) {
  return {Distribution::exponential(s.mean), s.bic(-s.n() * (std::log(s.mean) + 1.0), 1)};
}

Candidate uniform(const Sample& s) {
  // The extremes lie inside the range by a share 1/(n+1) of it at either end on average.
  const double margin = (s.high - s.low) / (s.n() - 1.0);
  const double low = std::max(0.0, s.low - margin), high = s.high + margin;
  return {Distribution::uniform(low, high), s.bic(-s.n() * std::log(high - low), 2)};
}

Candidate lognormal(const Sample& s) {
  const double variance = s.log_variance * (s.n() - 1.0) / s.n();
  const double log_likelihood = -s.n() * (s.log_mean + 0.5 * std::log(2.0 * M_PI * variance) + 0.5);
  const double cv = std::sqrt(std::expm1(variance));
  if (!(cv > 1e-5 && cv < 1000.0)) return {};
  return {Distribution::lognormal(s.mean, cv), s.bic(log_likelihood, 2)};
}

/// The digamma function by its recurrence and asymptotic series (Abramowitz and Stegun 6.3.5, 6.3.18).
double digamma(double x) {
  double sum = 0.0;
  for (; x < 10.0; x += 1.0) sum -= 1.0 / x;
  const double y = 1.0 / (x * x);
  return sum + std::log(x) - 0.5 / x - y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y / 240)));
}

Candidate gamma(const Sample& s) {
  const double gap = std::log(s.mean) - s.log_mean;  // log k - digamma(k) at the maximum
  if (!(gap > 1e-10)) return {};
  double k = (3.0 - gap + std::sqrt((gap - 3.0) * (gap - 3.0) + 24.0 * gap)) / (12.0 * gap);  // Minka 2002
  for (int i = 0; i < 20; ++i) {
    const double h = 1e-5 * k;
    const double slope = 1.0 / k - (digamma(k + h) - digamma(k - h)) / (2.0 * h);
    const double next = k - (std::log(k) - digamma(k) - gap) / slope;
    if (!(next > 0.0) || std::abs(next - k) < 1e-10 * k) break;
    k = next;
  }
  const double cv = 1.0 / std::sqrt(k);
  if (!(cv > 1e-5 && cv < 1000.0)) return {};
  const double log_likelihood =
      s.n() * ((k - 1.0) * s.log_mean - k - std::lgamma(k) - k * (std::log(s.mean) - std::log(k)));
  return {Distribution::gamma(s.mean, cv), s.bic(log_likelihood, 2)};
}

Candidate weibull(const Sample& s) {
  // The shape solves sum x^k log x / sum x^k - 1/k = mean of log x (Cohen 1965); by bisection, the left side grows.
  const auto sums = [&](double k, double& power, double& weighted) {
    power = weighted = 0.0;
    for (const double x : s.x) {
      const double l = std::log(x / s.mean), p = std::exp(k * l);
      power += p;
      weighted += p * l;
    }
  };
  const double target = s.log_mean - std::log(s.mean);
  double low = 0.06, high = 200.0, power = 0.0, weighted = 0.0;
  for (int i = 0; i < 40; ++i) {
    const double k = std::sqrt(low * high);
    sums(k, power, weighted);
    (weighted / power - 1.0 / k < target ? low : high) = k;
  }
  const double k = std::sqrt(low * high);
  sums(k, power, weighted);
  const double scale = s.mean * std::pow(power / s.n(), 1.0 / k);
  if (!std::isfinite(scale) || !(scale > 0.0)) return {};
  const double log_likelihood = s.n() * (std::log(k) - k * std::log(scale) + (k - 1.0) * s.log_mean - 1.0);
  return {Distribution::weibull(scale, k), s.bic(log_likelihood, 2)};
}

Candidate normal(const Sample& s) {
  const double sd = std::sqrt(s.variance * (s.n() - 1.0) / s.n());
  // Where the cut at zero matters the moments are not its maximum: others fit such times better anyway.
  if (!(s.mean > 3.0 * sd)) return {};
  const double log_likelihood = -s.n() * (0.5 * std::log(2.0 * M_PI * sd * sd) + 0.5);
  return {Distribution::normal(s.mean, sd, 0.0, kInfinity), s.bic(log_likelihood, 2)};
}

Candidate triangular(const Sample& s) {
  // Near its ends the density grows linearly: an extreme lies inside by about the range over root n.
  const double margin = 0.5 * (s.high - s.low) / std::sqrt(s.n());
  const double low = std::max(0.0, s.low - margin), high = s.high + margin, range = high - low;
  double best = -kInfinity, best_mode = low;
  constexpr int kSteps = 40;
  for (int i = 0; i <= kSteps; ++i) {
    const double mode = low + range * i / kSteps;
    double log_likelihood = 0.0;
    for (const double x : s.x) {
      const double density = x < mode      ? 2.0 * (x - low) / (range * (mode - low))
                             : mode < high ? 2.0 * (high - x) / (range * (high - mode))
                                           : 2.0 / range;
      log_likelihood += std::log(std::max(density, 1e-300));
    }
    if (log_likelihood > best) best = log_likelihood, best_mode = mode;
  }
  return {Distribution::triangular(low, best_mode, high), s.bic(best, 3)};
}

/// The largest distance between the times' distribution function and the law's.
double distance(const Sample& s, const Distribution& law) {
  double worst = 0.0;
  for (std::size_t i = 0; i < s.x.size(); i += 1 + s.x.size() / 2000) {
    const double f = law.cdf(s.x[i]), at = static_cast<double>(i) / s.n();
    worst = std::max({worst, std::abs(f - at) - 1.0 / s.n(), 0.0});
  }
  return worst;
}

/// Few different values, each seen often: these.
std::optional<Distribution> discrete(const Times& times) {
  std::vector<double> sorted = times.whole;
  std::ranges::sort(sorted);
  const double tolerance = std::max(1.5 * times.resolution_s, 1e-9 * sorted.back());
  std::vector<double> values, weights;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t j = i;
    double sum = 0.0;
    for (; j < sorted.size() && sorted[j] - sorted[i] <= tolerance; ++j) sum += sorted[j];
    values.push_back(sum / static_cast<double>(j - i));
    weights.push_back(static_cast<double>(j - i));
    i = j;
    if (values.size() > kMostValues) return std::nullopt;
  }
  if (values.size() == 1) return Distribution::constant(values.front());
  const double least = *std::ranges::min_element(weights);
  // A clock too coarse for its times gives few values as well; then the values are neighbours.
  const bool coarse = sorted.back() - sorted.front() < 1.5 * times.resolution_s * static_cast<double>(values.size());
  if (coarse) return std::nullopt;
  if (least < 2.0 && sorted.size() < 20 * values.size()) return std::nullopt;
  return Distribution::discrete(values, weights);
}

Distribution empirical(const Sample& s) {
  std::vector<double> values;
  const std::size_t n = std::min(kEmpirical, s.x.size());
  for (std::size_t i = 0; i < n; ++i)
    values.push_back(quantile(s.x, (static_cast<double>(i) + 0.5) / static_cast<double>(n)));
  return Distribution::empirical(std::move(values));
}

/// Moves the mean to what the times say, censored ones included.
void set_mean(FittedLaw& fitted, const Times& times) {
  const double n = static_cast<double>(times.whole.size());
  double total = std::accumulate(times.whole.begin(), times.whole.end(), 0.0);
  total = std::accumulate(times.censored.begin(), times.censored.end(), total);
  const double mean = total / n;
  if (fitted.law.mean() > 0.0 && mean > 0.0 && fitted.law.law() != Law::constant)
    fitted.law = fitted.law.with("mean", mean);
}

}  // namespace

FittedLaw fit_law(const Times& times) {
  FittedLaw fitted;
  fitted.n = times.whole.size();
  if (times.whole.empty()) return fitted;
  if (const auto few = discrete(times)) {
    fitted.law = *few;
    fitted.bic = -kInfinity;
    fitted.mean_error =
        few->mean() > 0.0 ? std::sqrt(few->variance() / static_cast<double>(fitted.n)) / few->mean() : 0.0;
    return fitted;
  }
  const Sample sample = sample_of(times);
  fitted.mean_error = std::sqrt(sample.variance / static_cast<double>(fitted.n)) / sample.mean;
  if (sample.x.size() < 3 || sample.high <= sample.low) {
    fitted.law = sample.x.size() < 3 ? Distribution::exponential(sample.mean) : Distribution::constant(sample.mean);
    return fitted;
  }
  std::vector<Candidate> all{exponential(sample), uniform(sample), lognormal(sample), gamma(sample),
                             weibull(sample),     normal(sample),  triangular(sample)};
  std::ranges::stable_sort(all, {}, &Candidate::bic);
  fitted.law = all[0].law;
  fitted.bic = all[0].bic;
  fitted.runner_up = to_string(all[1].law.law());
  fitted.margin = all[1].bic - all[0].bic;
  const double chance = 1.6 / std::sqrt(sample.n());  // Kolmogorov: a right law stays below in 99 of 100 samples
  if (distance(sample, fitted.law) > std::max(kWorstFit, chance)) fitted.law = empirical(sample);
  set_mean(fitted, times);
  return fitted;
}

double mean_within(const FittedLaw& fitted, double share) {
  if (fitted.n == 0) return 0.0;
  if (fitted.law.law() == Law::constant) return 1.0 - 1.0 / (1.0 + static_cast<double>(fitted.n));
  if (fitted.n < 3) return 0.1;
  return fitted.mean_error > 0.0 ? 2.0 * normal_cdf(share / fitted.mean_error) - 1.0 : 1.0;
}

std::string describe(const Distribution& law) {
  const double mean = law.mean();
  std::string text = fmt::format("{}, mean {:.4g} s", to_string(law.law()), mean);
  if (law.law() == Law::constant) return fmt::format("constant {:.6g} s", mean);
  if (law.law() == Law::exponential || !(mean > 0.0)) return text;
  return text + fmt::format(", cv {:.3g} %", 100.0 * std::sqrt(law.variance()) / mean);
}

}  // namespace takt::discovery
