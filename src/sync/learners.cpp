// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/learners.hpp"

#include <algorithm>
#include <cmath>

namespace takt {
namespace {

double forget(const LearnOptions& options) { return std::exp2(-1.0 / options.half_life); }

/// What a law says of the logarithm of its values, as that of the log-normal with the same mean and variance.
struct LogMoments {
  double mean, variance;
};
LogMoments log_moments(const Distribution& law) {
  const double mean = std::max(law.mean(), 1e-9);
  const double cv2 = std::max(law.variance() / (mean * mean), 1e-4);  // a constant law still may turn out to vary
  const double variance = std::log1p(cv2);
  return {std::log(mean) - variance / 2, variance};
}

Distribution lognormal_of_log(double mean, double variance) {
  variance = std::clamp(variance, 1e-9, 13.0);  // as a law may have it, whatever times were told
  return Distribution::lognormal(std::exp(mean + variance / 2), std::sqrt(std::expm1(variance)));
}

}  // namespace

LogNormalLearner::LogNormalLearner(const Distribution& prior, LearnOptions options) : options_(options) {
  const LogMoments moments = log_moments(prior);
  prior_mean_ = moments.mean;
  mean_ = moments.mean;
  kappa_ = options.prior_weight;
  alpha_ = 1.0 + options.prior_weight / 2;
  beta_ = prior_beta_ = (alpha_ - 1.0) * std::max(moments.variance, 1e-4);
}

void LogNormalLearner::observe(double seconds) {
  if (!(seconds > 0.0) || !std::isfinite(seconds)) return;
  const double rho = forget(options_);
  const double prior_alpha = 1.0 + options_.prior_weight / 2;
  // The prior's own weight does not fade: only what lies above it does.
  kappa_ = options_.prior_weight + rho * (kappa_ - options_.prior_weight);
  alpha_ = prior_alpha + rho * (alpha_ - prior_alpha);
  beta_ = prior_beta_ + rho * (beta_ - prior_beta_);
  const double z = std::log(seconds);
  beta_ += kappa_ * (z - mean_) * (z - mean_) / (2 * (kappa_ + 1));
  mean_ += (z - mean_) / (kappa_ + 1);
  kappa_ += 1.0;
  alpha_ += 0.5;
  ++n_;
}

Distribution LogNormalLearner::mean_law() const { return lognormal_of_log(mean_, beta_ / (alpha_ - 1.0)); }

Distribution LogNormalLearner::draw_law(Draw& draw) const {
  const double precision = Distribution::gamma(alpha_ / beta_, 1.0 / std::sqrt(alpha_)).sample(draw);
  const double variance = 1.0 / precision;
  return lognormal_of_log(mean_ + std::sqrt(variance / kappa_) * Distribution::standard_normal(draw), variance);
}

RateLearner::RateLearner(const Distribution& prior, LearnOptions options)
    : options_(options),
      prior_alpha_(options.prior_weight),
      prior_beta_(options.prior_weight * prior.mean()),
      alpha_(prior_alpha_),
      beta_(prior_beta_) {}

void RateLearner::observe_event() {
  const double rho = forget(options_);
  alpha_ = prior_alpha_ + rho * (alpha_ - prior_alpha_) + 1.0;
  beta_ = prior_beta_ + rho * (beta_ - prior_beta_);
  ++n_;
}

void RateLearner::observe_exposure(double seconds) {
  if (seconds > 0.0 && std::isfinite(seconds)) beta_ += seconds;
}

double RateLearner::draw_mean(Draw& draw) const {
  return 1.0 / Distribution::gamma(alpha_ / beta_, 1.0 / std::sqrt(alpha_)).sample(draw);
}

ShareLearner::ShareLearner(std::span<const double> prior, LearnOptions options) : options_(options) {
  double sum = 0.0;
  for (const double share : prior) sum += share;
  for (const double share : prior) prior_.push_back(sum > 0.0 ? options.prior_weight * share / sum : 0.0);
  alpha_ = prior_;
}

void ShareLearner::observe(std::span<const double> counts) {
  double parts = 0.0;
  for (const double count : counts) parts += count;
  if (!(parts > 0.0) || !std::isfinite(parts)) return;
  const double rho = std::exp2(-parts / options_.half_life);
  for (std::size_t i = 0; i < alpha_.size(); ++i) {
    // One after another and evenly mixed: each fades those before it.
    const double counted = counts[i] * (1.0 - rho) / (parts * (1.0 - forget(options_)));
    alpha_[i] = prior_[i] + rho * (alpha_[i] - prior_[i]) + counted;
  }
  n_ += static_cast<std::uint64_t>(parts);
}

std::vector<double> ShareLearner::means() const {
  double sum = 0.0;
  for (const double alpha : alpha_) sum += alpha;
  std::vector<double> means;
  for (const double alpha : alpha_) means.push_back(sum > 0.0 ? alpha / sum : 0.0);
  return means;
}

std::vector<double> ShareLearner::draw_shares(Draw& draw) const {
  // Gamma variates in proportion (Devroye 1986, section XI.4.1).
  std::vector<double> shares;
  double sum = 0.0;
  for (const double alpha : alpha_) {
    constexpr double kLeast = 1e-5;  // below, a share is next to nothing
    shares.push_back(alpha > kLeast ? Distribution::gamma(alpha, 1.0 / std::sqrt(alpha)).sample(draw) : 0.0);
    sum += shares.back();
  }
  if (!(sum > 0.0)) return means();
  for (double& share : shares) share /= sum;
  return shares;
}

}  // namespace takt
