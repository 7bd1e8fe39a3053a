// SPDX-License-Identifier: Apache-2.0
// The queue M/M/1 as its waiting times follow from each other (Lindley 1952), and what is known of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "takt/core/random.hpp"

namespace takt::test {

/// Arrivals at rate lambda, service at rate mu: a customer's time in the system is exponential of rate mu - lambda.
struct Mm1 {
  double lambda = 0.8, mu = 1.0;

  double mean() const { return 1.0 / (mu - lambda); }
  double quantile(double p) const { return -std::log(1.0 - p) / (mu - lambda); }

  /// The times in the system of the first n customers, the first of which finds it empty.
  std::vector<double> run(std::uint32_t replication, std::size_t n) const {
    const StreamKey arrivals = stream_key(7, replication, hash_path("/queue"), Purpose::arrival);
    const StreamKey services = stream_key(7, replication, hash_path("/queue"), Purpose::cycle);
    const std::size_t blocks = (n + kDrawBlock - 1) / kDrawBlock * kDrawBlock;
    std::vector<std::uint64_t> a(blocks), s(blocks);
    fill_draws(arrivals, 0, a);
    fill_draws(services, 0, s);
    std::vector<double> times(n);
    double wait = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      times[i] = wait + exponential(s[i]) / mu;
      wait = std::max(0.0, times[i] - exponential(a[i]) / lambda);
    }
    return times;
  }

 private:
  static double exponential(std::uint64_t bits) { return -std::log((static_cast<double>(bits >> 12) + 0.5) * 0x1p-52); }
};

}  // namespace takt::test
