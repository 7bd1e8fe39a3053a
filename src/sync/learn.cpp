// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/learn.hpp"

#include <algorithm>
#include <cmath>

#include "takt/core/statistics.hpp"

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

void Learnt::observe_time(const Model& model, const std::string& path, double seconds) {
  auto it = cycles_.find(path);
  if (it == cycles_.end())
    it = cycles_.emplace(path, LogNormalLearner(get_law(model, model.defaults, path), options_)).first;
  it->second.observe(seconds);
}

void Learnt::observe_exposure(const Model& model, const std::string& path, double seconds, bool event) {
  auto it = rates_.find(path);
  if (it == rates_.end()) it = rates_.emplace(path, RateLearner(get_law(model, model.defaults, path), options_)).first;
  it->second.observe_exposure(seconds);
  if (event) it->second.observe_event();
}

void Learnt::restart(const std::string& path, const Distribution& prior) {
  if (path.ends_with("/time_to_failure") || path.ends_with("/time_to_repair"))
    rates_.insert_or_assign(path, RateLearner(prior, options_));
  else
    cycles_.insert_or_assign(path, LogNormalLearner(prior, options_));
}

Parameters Learnt::mean(const Model& model, Parameters parameters) const {
  for (const auto& [path, learner] : cycles_) set_law(model, parameters, path, learner.mean_law());
  for (const auto& [path, learner] : rates_)
    set_law(model, parameters, path, get_law(model, parameters, path).with("mean", learner.mean()));
  return parameters;
}

Parameters Learnt::draw(const Model& model, Parameters parameters, std::uint64_t seed,
                        std::uint32_t replication) const {
  for (const auto& [path, learner] : cycles_) {
    Draw draw(stream_key(seed, replication, hash_path(path), Purpose::learn), 0);
    set_law(model, parameters, path, learner.draw_law(draw));
  }
  for (const auto& [path, learner] : rates_) {
    Draw draw(stream_key(seed, replication, hash_path(path), Purpose::learn), 0);
    set_law(model, parameters, path, get_law(model, parameters, path).with("mean", learner.draw_mean(draw)));
  }
  return parameters;
}

std::vector<std::string> Learnt::forget_unless(const std::function<bool(const std::string&)>& keep) {
  std::vector<std::string> forgotten;
  const auto is_over = [&](const auto& law) {
    if (keep(law.first)) return false;
    forgotten.push_back(law.first);
    return true;
  };
  std::erase_if(cycles_, is_over);
  std::erase_if(rates_, is_over);
  return forgotten;
}

std::vector<Learnt::Row> Learnt::rows() const {
  constexpr std::uint32_t kDraws = 400;  // for the interval only
  std::vector<Row> rows;
  const auto add = [&rows](const std::string& path, std::uint64_t n, double mean, const auto& draw_mean) {
    std::vector<double> means;
    for (std::uint32_t i = 0; i < kDraws; ++i) {
      Draw draw(stream_key(0, i, hash_path(path), Purpose::learn), 0);
      means.push_back(draw_mean(draw));
    }
    std::ranges::sort(means);
    rows.push_back({path, n, mean, quantile(means, 0.05), quantile(means, 0.95)});
  };
  for (const auto& [path, learner] : cycles_)
    add(path, learner.observations(), learner.mean_law().mean(),
        [&l = learner](Draw& d) { return l.draw_law(d).mean(); });
  for (const auto& [path, learner] : rates_)
    add(path, learner.observations(), learner.mean(), [&l = learner](Draw& d) { return l.draw_mean(d); });
  std::ranges::sort(rows, {}, &Row::path);
  return rows;
}

}  // namespace takt
