// SPDX-License-Identifier: Apache-2.0
// Laws learnt from what was seen, with forgetting and with their uncertainty.
//
// Forgetting: every new observation first multiplies the weight of what is known by rho = 2^(-1/half-life), never below
// the prior's (stabilised forgetting, Kulhavy & Zarrop 1993, doi 10.1080/00207179308923034).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "takt/core/distribution.hpp"
#include "takt/core/random.hpp"
#include "takt/engine/model.hpp"

namespace takt {

/// How fast the past fades and how much the plant's own numbers count, in observations.
struct LearnOptions {
  double half_life = 200.0;
  double prior_weight = 4.0;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(half_life, prior_weight);
  }
};

/// Times that are about log-normal (cycle times, load gaps): a normal-gamma law on their logarithm. The predictive law
/// is a log-Student; its parameters are known exactly (DeGroot 1970, section 9.6).
class LogNormalLearner {
 public:
  LogNormalLearner() = default;  ///< to be read into
  LogNormalLearner(const Distribution& prior, LearnOptions options);

  void observe(double seconds);  ///< values <= 0 are ignored
  std::uint64_t observations() const { return n_; }
  Distribution mean_law() const;            ///< log-normal with the posterior's mean parameters
  Distribution draw_law(Draw& draw) const;  ///< log-normal with parameters drawn from the posterior
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, prior_mean_, prior_beta_, mean_, kappa_, alpha_, beta_, n_);
  }

 private:
  LearnOptions options_;
  double prior_mean_ = 0.0, prior_beta_ = 0.0;
  double mean_ = 0.0, kappa_ = 0.0, alpha_ = 0.0, beta_ = 0.0;
  std::uint64_t n_ = 0;
};

/// Times between failures or to repair that are about exponential: a gamma law on the rate. Exposure counts also when
/// nothing happened (the running, censored interval), otherwise the mean is too short. Predictive law: Lomax.
class RateLearner {
 public:
  RateLearner() = default;  ///< to be read into
  RateLearner(const Distribution& prior, LearnOptions options);

  void observe_event();                   ///< one failure, or one repair done
  void observe_exposure(double seconds);  ///< time at risk, whether or not it ended in an event
  std::uint64_t observations() const { return n_; }
  double mean() const { return beta_ / alpha_; }  ///< posterior mean time, by its rate
  double draw_mean(Draw& draw) const;             ///< 1/rate with the rate drawn from the posterior
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, prior_alpha_, prior_beta_, alpha_, beta_, n_);
  }

 private:
  LearnOptions options_;
  double prior_alpha_ = 0.0, prior_beta_ = 0.0;
  double alpha_ = 0.0, beta_ = 0.0;
  std::uint64_t n_ = 0;
};

/// Everything learnt about one plant, by the path of the law it is about. A value.
class Learnt {
 public:
  Learnt() = default;
  explicit Learnt(LearnOptions options) : options_(options) {}

  bool empty() const { return cycles_.empty() && rates_.empty(); }
  /// A cycle or load time seen. `path` is that of a law: ".../cycle_time" or ".../cycle_time/<product>".
  void observe_time(const Model& model, const std::string& path, double seconds);
  /// Time at risk of a failure or repair law, and whether it ended in the event.
  void observe_exposure(const Model& model, const std::string& path, double seconds, bool event);

  /// What was learnt of a law is over: `prior` is what is known of it from now on.
  void restart(const std::string& path, const Distribution& prior);

  /// The parameters with every learnt law at its posterior mean, or drawn from its posterior for one replication.
  Parameters mean(const Model& model, Parameters parameters) const;
  Parameters draw(const Model& model, Parameters parameters, std::uint64_t seed, std::uint32_t replication) const;

  /// What was learnt, for reports: path, observations, posterior mean and its 90 % interval in seconds.
  struct Row {
    std::string path;
    std::uint64_t observations = 0;
    double mean_s = 0.0, low_s = 0.0, high_s = 0.0;
  };
  std::vector<Row> rows() const;

  /// Forgets the laws at the paths that are not to be kept; which these were.
  std::vector<std::string> forget_unless(const std::function<bool(const std::string& path)>& keep);

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_);
    bytes(cycles_);
    bytes(rates_);
  }

 private:
  LearnOptions options_;
  std::map<std::string, LogNormalLearner> cycles_;
  std::map<std::string, RateLearner> rates_;
};

}  // namespace takt
