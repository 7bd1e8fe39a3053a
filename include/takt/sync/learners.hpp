// SPDX-License-Identifier: Apache-2.0
// Single numbers learnt from what was seen, with forgetting and with their uncertainty: times, rates, shares.
//
// Forgetting: every new observation first multiplies the weight of what is known by rho = 2^(-1/half-life), never below
// the prior's (stabilised forgetting, Kulhavy & Zarrop 1993, doi 10.1080/00207179308923034).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "takt/core/distribution.hpp"
#include "takt/core/random.hpp"

namespace takt {

/// How fast the past fades, how much the plant's own numbers count, and how laws and versions are kept.
struct LearnOptions {
  double half_life = 200.0;  ///< in observations
  double prior_weight = 4.0;
  std::uint32_t kept_times = 128;  ///< of each law, by which its family is chosen (takt/sync/law_choice.hpp)
  std::uint32_t least_times = 20;  ///< before it is
  double odds = 20.0;              ///< by which another family must be more probable than the one in force
  Duration version_every = std::chrono::hours{1};
  std::uint32_t kept_versions = 24;  ///< that can be gone back to

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(half_life, prior_weight, kept_times, least_times, odds, version_every, kept_versions);
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

/// The shares of a choice (ways out of a machine; scrap or not): a Dirichlet law, of two a beta law (DeGroot 1970,
/// section 9.8). An option that the plant gives no share has none until it is seen.
class ShareLearner {
 public:
  ShareLearner() = default;  ///< to be read into
  ShareLearner(std::span<const double> prior, LearnOptions options);

  /// So many parts took each option, in the order of the prior.
  void observe(std::span<const double> counts);
  std::uint64_t observations() const { return n_; }  ///< parts
  std::vector<double> means() const;
  std::vector<double> draw_shares(Draw& draw) const;  ///< drawn from the posterior

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, prior_, alpha_, n_);
  }

 private:
  LearnOptions options_;
  std::vector<double> prior_, alpha_;
  std::uint64_t n_ = 0;
};

}  // namespace takt
