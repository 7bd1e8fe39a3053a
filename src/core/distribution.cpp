// SPDX-License-Identifier: Apache-2.0
// What the fields of a Distribution hold, by law:
//
//   constant     a value
//   exponential  a mean
//   uniform      a low, b high
//   triangular   a low, b mode, c high
//   normal       a mean and b standard deviation of the parent, c low, d high
//   lognormal    a mean and b standard deviation of the logarithm, c mean, d coefficient of variation
//   gamma        a shape, b scale, c mean, d coefficient of variation
//   weibull      a scale, b shape
//   beta         a alpha, b beta, c low, d high
//   empirical    values, ascending
//   discrete     values ascending and different, weights, cumulated
//   mixture      parts, weights, cumulated
#include "takt/core/distribution.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/laws.hpp"
#include "core/number_text.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

// Gathers every fault of a maker's parameters before throwing.
class Checks {
 public:
  Checks& need(bool good, const char* name, double value, const char* expected) {
    if (!good) faults_.push_back({.path = name, .value = detail::number_text(value), .expected = expected});
    return *this;
  }
  Checks& finite(const char* name, double value) { return need(std::isfinite(value), name, value, "a finite number"); }
  Checks& positive(const char* name, double value) {
    return need(std::isfinite(value) && value > 0.0, name, value, "a finite number above 0");
  }
  Checks& not_negative(const char* name, double value) {
    return need(std::isfinite(value) && value >= 0.0, name, value, "a finite number, 0 or above");
  }
  Checks& each_not_negative(const char* name, std::span<const double> numbers) {
    if (numbers.empty()) faults_.push_back({.path = name, .value = "nothing", .expected = "at least one"});
    for (const double value : numbers) not_negative(name, value);
    return *this;
  }
  Checks& weights(std::span<const double> weights, std::size_t count) {
    each_not_negative("weights", weights);
    if (weights.size() != count) {
      faults_.push_back({.path = "weights",
                         .value = std::to_string(weights.size()) + " weights",
                         .expected = std::to_string(count) + ", as many as there are to weigh"});
    }
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    return need(std::isfinite(sum) && sum > 0.0, "weights", sum, "a sum that is finite and above 0");
  }
  void done() {
    if (!faults_.empty()) throw InvalidInput(std::move(faults_));
  }

 private:
  std::vector<Fault> faults_;
};

// Weights that were normalised before stay as they are, to the bit: a law read back from a file is the same law.
std::vector<double> normalised(std::vector<double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (std::abs(sum - 1.0) > 1e-12) {
    for (double& weight : weights) weight /= sum;
  }
  return weights;
}

// Running sums that reach 1 exactly at the last weight above 0, so that rounding never picks what has none.
std::vector<double> cumulated(const std::vector<double>& weights) {
  std::vector<double> sums(weights.size());
  std::partial_sum(weights.begin(), weights.end(), sums.begin());
  for (std::size_t i = weights.size(); i-- > 0;) {
    sums[i] = 1.0;
    if (weights[i] > 0.0) break;
  }
  return sums;
}

// Beyond the end of a law there are no data: its hazard between the quantiles 0.9 and 0.99 goes on, or, where one value
// holds that much, the over-run is a twentieth of it.
double overrun_mean(const Distribution& law, double end) {
  const double near_end = law.quantile(0.9);
  const double nearer = law.quantile(0.99);
  return nearer > near_end ? (nearer - near_end) / std::log(10.0) : 0.05 * end;
}

}  // namespace

Distribution Distribution::constant(double value) {
  Checks().not_negative("value", value).done();
  Distribution d;
  d.a_ = value;
  return d;
}

Distribution Distribution::exponential(double mean) {
  Checks().positive("mean", mean).done();
  Distribution d;
  d.law_ = Law::exponential;
  d.a_ = mean;
  return d;
}

Distribution Distribution::uniform(double low, double high) {
  Checks().not_negative("low", low).finite("high", high).need(!(high <= low), "high", high, "more than low").done();
  Distribution d;
  d.law_ = Law::uniform;
  d.a_ = low;
  d.b_ = high;
  return d;
}

Distribution Distribution::triangular(double low, double mode, double high) {
  Checks()
      .not_negative("low", low)
      .finite("mode", mode)
      .finite("high", high)
      .need(!(mode < low || mode > high), "mode", mode, "a number from low to high")
      .need(!(high <= low), "high", high, "more than low")
      .done();
  Distribution d;
  d.law_ = Law::triangular;
  d.a_ = low;
  d.b_ = mode;
  d.c_ = high;
  return d;
}

Distribution Distribution::normal(double mean, double sd, double low, double high) {
  Checks()
      .finite("mean", mean)
      .positive("sd", sd)
      .not_negative("low", low)
      .need(high > low, "high", high, "more than low (infinity is allowed)")
      .done();
  Distribution d;
  d.law_ = Law::normal;
  d.a_ = mean;
  d.b_ = sd;
  d.c_ = low;
  d.d_ = high;
  return d;
}

Distribution Distribution::lognormal(double mean, double cv) {
  Checks().positive("mean", mean).need(cv >= 1e-5 && cv <= 1e3, "cv", cv, "a number from 0.00001 to 1000").done();
  Distribution d;
  d.law_ = Law::lognormal;
  const double variance = std::log1p(cv * cv);
  d.a_ = std::log(mean) - 0.5 * variance;
  d.b_ = std::sqrt(variance);
  d.c_ = mean;
  d.d_ = cv;
  return d;
}

Distribution Distribution::gamma(double mean, double cv) {
  Checks().positive("mean", mean).need(cv >= 1e-5 && cv <= 1e3, "cv", cv, "a number from 0.00001 to 1000").done();
  Distribution d;
  d.law_ = Law::gamma;
  d.a_ = 1.0 / (cv * cv);
  d.b_ = mean * cv * cv;
  d.c_ = mean;
  d.d_ = cv;
  return d;
}

Distribution Distribution::weibull(double scale, double shape) {
  Checks()
      .positive("scale", scale)
      .need(std::isfinite(shape) && shape >= 0.05, "shape", shape, "a finite number, 0.05 or above")
      .done();
  Distribution d;
  d.law_ = Law::weibull;
  d.a_ = scale;
  d.b_ = shape;
  return d;
}

Distribution Distribution::beta(double alpha, double beta, double low, double high) {
  Checks()
      .positive("alpha", alpha)
      .positive("beta", beta)
      .not_negative("low", low)
      .finite("high", high)
      .need(!(high <= low), "high", high, "more than low")
      .done();
  Distribution d;
  d.law_ = Law::beta;
  d.a_ = alpha;
  d.b_ = beta;
  d.c_ = low;
  d.d_ = high;
  return d;
}

Distribution Distribution::empirical(std::vector<double> values) {
  Checks().each_not_negative("values", values).done();
  std::sort(values.begin(), values.end());
  Distribution d;
  d.law_ = Law::empirical;
  d.lists_ = std::make_shared<const Lists>(Lists{std::move(values), {}, {}, {}});
  return d;
}

Distribution Distribution::discrete(std::vector<double> values, std::vector<double> weights) {
  Checks().each_not_negative("values", values).weights(weights, values.size()).done();
  std::vector<std::pair<double, double>> pairs;
  for (std::size_t i = 0; i < values.size(); ++i) pairs.emplace_back(values[i], weights[i]);
  std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });

  Lists lists;
  weights.clear();
  for (const auto& [value, weight] : pairs) {
    if (!lists.values.empty() && lists.values.back() == value) {
      weights.back() += weight;
    } else {
      lists.values.push_back(value);
      weights.push_back(weight);
    }
  }
  lists.weights = normalised(std::move(weights));
  lists.cumulated = cumulated(lists.weights);
  Distribution d;
  d.law_ = Law::discrete;
  d.lists_ = std::make_shared<const Lists>(std::move(lists));
  return d;
}

Distribution Distribution::mixture(std::vector<Distribution> parts, std::vector<double> weights) {
  Checks().need(!parts.empty(), "parts", 0.0, "at least one part").weights(weights, parts.size()).done();
  Lists lists;
  lists.parts = std::move(parts);
  lists.weights = normalised(std::move(weights));
  lists.cumulated = cumulated(lists.weights);
  Distribution d;
  d.law_ = Law::mixture;
  d.lists_ = std::make_shared<const Lists>(std::move(lists));
  return d;
}

std::span<const double> Distribution::values() const {
  return lists_ ? std::span<const double>(lists_->values) : std::span<const double>();
}

std::span<const double> Distribution::weights() const {
  return lists_ ? std::span<const double>(lists_->weights) : std::span<const double>();
}

std::span<const Distribution> Distribution::parts() const {
  return lists_ ? std::span<const Distribution>(lists_->parts) : std::span<const Distribution>();
}

bool operator==(const Distribution& a, const Distribution& b) {
  if (a.law_ != b.law_ || a.a_ != b.a_ || a.b_ != b.b_ || a.c_ != b.c_ || a.d_ != b.d_) return false;
  return a.lists_ == b.lists_ ||
         (std::ranges::equal(a.values(), b.values()) && std::ranges::equal(a.weights(), b.weights()) &&
          std::ranges::equal(a.parts(), b.parts()));
}

double Distribution::mean() const {
  return detail::Laws::visit(*this, [](const auto& law) { return law.mean(); });
}

double Distribution::variance() const {
  return detail::Laws::visit(*this, [](const auto& law) { return law.variance(); });
}

double Distribution::cdf(double x) const {
  return detail::Laws::visit(*this, [x](const auto& law) { return law.cdf(x); });
}

double Distribution::survival(double x) const {
  return detail::Laws::visit(*this, [x](const auto& law) { return law.survival(x); });
}

double Distribution::quantile(double p) const {
  Checks().need(p >= 0.0 && p <= 1.0, "p", p, "a probability from 0 to 1").done();
  return detail::Laws::visit(*this, [p](const auto& law) { return law.quantile(p); });
}

double Distribution::sample_other(Draw& draw) const {
  return detail::Laws::visit(*this, [&draw](const auto& law) { return law.sample(draw); });
}

double Distribution::residual_cdf(double x, double elapsed) const {
  return detail::Laws::visit(*this, [&](const auto& law) {
    if (elapsed < law.end()) return law.residual_cdf(x, elapsed);
    const double mean = overrun_mean(*this, law.end());
    return mean > 0.0 ? detail::ExponentialLaw{mean}.cdf(x) : detail::ConstantLaw{0.0}.cdf(x);
  });
}

double Distribution::residual_mean(double elapsed) const {
  return detail::Laws::visit(*this, [&](const auto& law) {
    return elapsed < law.end() ? law.residual_mean(elapsed) : overrun_mean(*this, law.end());
  });
}

double Distribution::sample_residual(double elapsed, Draw& draw, bool* overrun) const {
  return detail::Laws::visit(*this, [&](const auto& law) {
    const bool over = !(elapsed < law.end());
    if (overrun != nullptr) *overrun = over;
    if (!over) return law.residual(elapsed, draw);
    return overrun_mean(*this, law.end()) * standard_exponential(draw);
  });
}

Distribution Distribution::scaled(double factor) const {
  Checks().positive("factor", factor).done();
  return detail::Laws::visit(*this, [factor](const auto& law) { return law.scaled(factor); });
}

}  // namespace takt
