// SPDX-License-Identifier: Apache-2.0
// Three stations in line with exponential times (Buzacott & Shanthikumar 1993; problem of SimOpt): rates r1, r2, r3
// whose sum is limited, capacities b2, b3 (the part in service included) whose sum is given; the first is never
// starved, the last never blocked. What throughput is largest?
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/plants.hpp"
#include "takt/study/optimise.hpp"

namespace takt::test {

/// The exact throughput, by the Markov chain of (parts done by station 1 and not by 2, done by 2 and not by 3), parts
/// that block the station before counted with them.
inline double exact_throughput(std::span<const double> point) {
  double r1 = point[0], r2 = point[1], r3 = point[2];
  auto b2 = static_cast<int>(point[3]), b3 = static_cast<int>(point[4]);
  if (b2 > b3) {  // the same line run backwards has the same throughput (Muth 1979), and here a narrower matrix
    std::swap(r1, r3);
    std::swap(b2, b3);
  }
  const int width = b2 + 2, states = width * (b3 + 2);
  const int band = width;  // a transition leads no further than one row of the states and one place less
  // Balance equations a[i][j - i + band] of state i from state j. Impossible states have nothing but themselves.
  std::vector<double> a(static_cast<std::size_t>(states * (2 * band + 1)), 0.0),
      x(static_cast<std::size_t>(states), 0.0);
  const auto at = [&](int i, int j) -> double& {
    return a[static_cast<std::size_t>(i * (2 * band + 1) + j - i + band)];
  };
  const auto is_possible = [&](int n2, int n3) { return n2 + (n3 == b3 + 1 ? 1 : 0) <= b2 + 1; };
  for (int n3 = 0; n3 <= b3 + 1; ++n3)
    for (int n2 = 0; n2 <= b2 + 1; ++n2) {
      const int s = n3 * width + n2;
      if (!is_possible(n2, n3)) {
        at(s, s) = 1.0;
        continue;
      }
      const bool second_is_blocked = n3 == b3 + 1;
      const auto go = [&](int to, double rate) {
        at(to, s) += rate;
        at(s, s) -= rate;
      };
      if (n2 + (second_is_blocked ? 1 : 0) <= b2) go(s + 1, r1);
      if (n2 >= 1 && !second_is_blocked) go(s + width - 1, r2);
      if (n3 >= 1) go(s - width, r3);
    }
  // State 0 has weight 1: the equations of the others, by elimination without pivots (the matrix is an M-matrix).
  for (int i = 1; i < states; ++i) x[static_cast<std::size_t>(i)] = i <= band ? -at(i, 0) : 0.0;
  for (int k = 1; k < states; ++k)
    for (int i = k + 1; i <= std::min(states - 1, k + band); ++i) {
      const double factor = at(i, k) / at(k, k);
      if (factor == 0.0) continue;
      for (int j = k; j <= std::min(states - 1, k + band); ++j) at(i, j) -= factor * at(k, j);
      x[static_cast<std::size_t>(i)] -= factor * x[static_cast<std::size_t>(k)];
    }
  x[0] = 1.0;
  double sum = 1.0, busy = 0.0;
  for (int i = states - 1; i >= 1; --i) {
    for (int j = i + 1; j <= std::min(states - 1, i + band); ++j)
      x[static_cast<std::size_t>(i)] -= at(i, j) * x[static_cast<std::size_t>(j)];
    x[static_cast<std::size_t>(i)] /= at(i, i);
    sum += x[static_cast<std::size_t>(i)];
    if (i >= width) busy += x[static_cast<std::size_t>(i)];
  }
  return r3 * busy / sum;
}

/// The problem, run by takt: replications of 500 s after 50 s.
inline Problem allocation(int rates, int places, std::uint64_t seed, ThreadPool& pool) {
  Problem problem;
  const std::string rate = "=1.." + std::to_string(rates - 2), place = "=1.." + std::to_string(places - 1);
  for (const char* name : {"r1", "r2", "r3"}) problem.space.variables.push_back(parse_variable(name + rate));
  for (const char* name : {"b2", "b3"}) problem.space.variables.push_back(parse_variable(name + place));
  problem.space.constraints = {parse_constraint("r1 + r2 + r3 <= " + std::to_string(rates), problem.space),
                               parse_constraint("b2 + b3 = " + std::to_string(places), problem.space)};
  problem.goals = {{.name = "throughput"}};
  struct Models {
    std::mutex mutex;
    std::map<std::vector<double>, std::shared_ptr<const Model>> of;
  };
  problem.runner = on_threads(
      [seed, models = std::make_shared<Models>()](std::span<const double> point, std::uint32_t replication) {
        std::shared_ptr<const Model> model;
        {
          const std::lock_guard lock(models->mutex);
          std::shared_ptr<const Model>& known = models->of[{point.begin(), point.end()}];
          if (!known)
            known = std::make_shared<const Model>(compile(
                serial_line({machine_with(Distribution::exponential(1.0 / point[0])),
                             machine_with(Distribution::exponential(1.0 / point[1])),
                             machine_with(Distribution::exponential(1.0 / point[2]))},
                            {static_cast<std::uint32_t>(point[3]) - 1, static_cast<std::uint32_t>(point[4]) - 1})));
          model = known;
        }
        using namespace std::chrono_literals;
        State state = start(*model, model->defaults, seed, replication);
        advance(*model, model->defaults, state, Time{50s});
        const std::uint64_t before = ConstStateView(*model, state).sinks[0];
        advance(*model, model->defaults, state, Time{550s});
        return std::vector{static_cast<double>(ConstStateView(*model, state).sinks[0] - before) / 500.0};
      },
      pool);
  return problem;
}

}  // namespace takt::test
