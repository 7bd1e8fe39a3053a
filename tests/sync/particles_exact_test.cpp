// SPDX-License-Identifier: Apache-2.0
// A line whose filter is known exactly: two stations with exponential cycles and a buffer between make a Markov chain,
// of which only what leaves is counted. Its forward equations (Baum et al. 1970) give the law of the level given all
// counts; the members must give the same.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sync/particle_experiment.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

constexpr int kPlaces = 8, kCounts = 20;  // places of the buffer; completions in an update at most
constexpr int kLevels = kPlaces + 3;      // parts behind the first station: buffer, second station, a blocked one
constexpr double kFirst_s = 10.0, kSecond_s = 9.0;

/// By number of completions in `span_s`: the chance to go from x parts behind the first station to y.
std::vector<Eigen::MatrixXd> chances(double span_s) {
  const int n = kLevels * (kCounts + 1);
  Eigen::MatrixXd rates = Eigen::MatrixXd::Zero(n, n);
  const auto at = [](int x, int count) { return count * kLevels + x; };
  for (int count = 0; count <= kCounts; ++count)
    for (int x = 0; x < kLevels; ++x) {
      const int from = at(x, count);
      if (x + 1 < kLevels) rates(from, at(x + 1, count)) += 1.0 / kFirst_s;
      if (x > 0 && count < kCounts) rates(from, at(x - 1, count + 1)) += 1.0 / kSecond_s;
      rates(from, from) = -rates.row(from).sum();
    }
  constexpr int kSquarings = 16;
  Eigen::MatrixXd step = Eigen::MatrixXd::Identity(n, n);  // exp by scaling, a series and squaring
  const Eigen::MatrixXd small = rates * (span_s / std::pow(2.0, kSquarings));
  step += small + small * small / 2.0 + small * small * small / 6.0;
  for (int i = 0; i < kSquarings; ++i) step = (step * step).eval();
  std::vector<Eigen::MatrixXd> by_count;
  for (int count = 0; count <= kCounts; ++count) by_count.push_back(step.block(0, count * kLevels, kLevels, kLevels));
  return by_count;
}

double level_of(int x) { return std::clamp(x - 1, 0, kPlaces); }

double mean_level(const Eigen::RowVectorXd& law) {
  double mean = 0.0;
  for (int x = 0; x < kLevels; ++x) mean += law(x) * level_of(x);
  return mean;
}

/// Over all updates, in parts.
struct Found {
  double apart = 0.0;        ///< root mean square difference of the filter's mean from the exact one
  double rmse = 0.0;         ///< of the filter's mean against the truth
  double exact_rmse = 0.0;   ///< of the exact mean
  double exact_width = 0.0;  ///< root of the mean variance of the exact law
};

template <class Filter>
Found filter(std::uint64_t repetitions) {
  const Model model = compile(test::serial_line({test::machine_with(Distribution::exponential(kFirst_s)),
                                                 test::machine_with(Distribution::exponential(kSecond_s))},
                                                {kPlaces}));
  const std::vector<Eigen::MatrixXd> step = chances(30.0);
  const test::Sensors sensors{.name = "", .counters = {1}, .states = {}, .packml = false};
  ThreadPool pool(1);
  Moments apart, off, exact_off, variance;
  for (std::uint64_t repetition = 0; repetition < repetitions; ++repetition) {
    State truth = start(model, model.defaults, 50 + repetition);
    Filter members(model, model.defaults, start(model, model.defaults, 90 + repetition), 2000, pool);
    Eigen::RowVectorXd law = Eigen::RowVectorXd::Zero(kLevels);
    law(0) = 1.0;
    std::uint64_t counted = 0;
    for (std::uint64_t i = 1; i <= 240; ++i) {
      advance(model, model.defaults, truth, Time{i * 30s});
      const ConstStateView real(model, truth);
      const std::uint64_t now = real.machines[1].completions;
      law = (law * step.at(now - counted)).eval();
      law /= law.sum();
      counted = now;
      members.update(model, model.defaults, test::seen(model, truth, sensors, i), pool);
      double mean = 0.0;
      for (std::size_t k = 0; k < members.members().size(); ++k)
        mean += members.weights()[k] * ConstStateView(model, members.members()[k]).buffers[0].level;
      const double exact = mean_level(law), level = real.buffers[0].level;
      apart.add((mean - exact) * (mean - exact));
      off.add((mean - level) * (mean - level));
      exact_off.add((exact - level) * (exact - level));
      for (int x = 0; x < kLevels; ++x) variance.add(law(x) * (level_of(x) - exact) * (level_of(x) - exact) * kLevels);
    }
  }
  return {std::sqrt(apart.mean()), std::sqrt(off.mean()), std::sqrt(exact_off.mean()), std::sqrt(variance.mean())};
}

// A filter of finite many members is never exact: its own error adds to that of the exact law.
TEST(Particles, AgreeWithTheExactLawOfALevelThatIsNotSensed) {
  const std::uint64_t repetitions = std::getenv("TAKT_PARTICLES") != nullptr ? 20 : 3;
  const Found own = filter<Particles>(repetitions), weighed = filter<test::WeighedMembers>(repetitions);
  std::printf("means %.2f parts apart (weighed only %.2f), where the law is %.2f wide; RMSE %.2f (%.2f), exact %.2f\n",
              own.apart, weighed.apart, own.exact_width, own.rmse, weighed.rmse, own.exact_rmse);
  EXPECT_LT(own.apart, own.exact_width / 3.0);
  EXPECT_LT(own.rmse, 1.03 * own.exact_rmse);
}

}  // namespace
}  // namespace takt
