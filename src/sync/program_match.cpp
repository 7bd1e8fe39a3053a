// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/program_match.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sync/interpolate.hpp"

namespace takt {
namespace {

/// The dwell times of two runs between two checkpoints; `past` is 0 where the past run has no such blocks.
struct Stretch {
  double running = 0.0;
  double past = 0.0;
};

std::vector<Stretch> common_stretches(const ProgramTrace& running, const ProgramTrace& past) {
  std::vector<Stretch> stretches;
  stretches.reserve(running.checkpoints.size());
  bool was_inside = false;
  double last_s = 0.0, last_past_s = 0.0;
  std::size_t at = 0;  // the last point of the past run whose block is not above the present one
  for (std::size_t k = 0; k < running.checkpoints.size(); ++k) {
    const std::size_t i = running.checkpoints[k];
    const double block = running.block[i];
    while (at + 1 < past.block.size() && past.block[at + 1] <= block) ++at;
    const bool inside = block >= past.block.front() && block <= past.block.back();
    double past_s = past.net_s[at];
    if (inside && at + 1 < past.block.size()) {
      past_s += (past.net_s[at + 1] - past_s) / (past.block[at + 1] - past.block[at]) * (block - past.block[at]);
    }
    if (k > 0) stretches.push_back({running.net_s[i] - last_s, inside && was_inside ? past_s - last_past_s : 0.0});
    was_inside = inside;
    last_s = running.net_s[i];
    last_past_s = past_s;
  }
  return stretches;
}

/// The median of running to past dwell times, weighted by the past ones, drawn towards 1.
double pace_of(const std::vector<Stretch>& stretches, const MatchOptions& options) {
  std::vector<std::pair<double, double>> ratios;  // ratio, weight
  double sum = 0.0;
  for (const Stretch& stretch : stretches) {
    if (!(stretch.past > 0.0)) continue;
    ratios.emplace_back(stretch.running / stretch.past, stretch.past);
    sum += stretch.past;
  }
  if (sum <= options.pace_from_s) return 1.0;
  std::ranges::sort(ratios);
  double below = 0.0;
  std::size_t i = 0;
  while (i + 1 < ratios.size() && below + ratios[i].second < sum / 2) below += ratios[i++].second;
  constexpr double kLeast = 0.1;  // a median of 0 has no logarithm
  const double pace = std::pow(std::max(ratios[i].first, kLeast), sum / (sum + options.pace_prior_s));
  return std::clamp(pace, 1.0 / options.slowest, options.slowest);
}

double similarity_of(const std::vector<Stretch>& stretches, double pace) {
  double shared = 0.0, all = 0.0;
  for (const Stretch& stretch : stretches) {
    shared += std::min(stretch.running, pace * stretch.past);
    all += std::max(stretch.running, pace * stretch.past);
  }
  return all > 0.0 ? shared / all : 0.0;
}

/// Where in the past run the running one is: within the block that it reached last.
double position_in(const ProgramTrace& past, const ProgramTrace& running, double pace) {
  const double block = running.block.back();
  const double reached_s = detail::interpolate(block, past.block, past.net_s);
  const auto next = std::upper_bound(past.block.begin(), past.block.end(), block) - past.block.begin();
  const auto i = static_cast<std::size_t>(next);
  const double next_s = i < past.net_s.size() ? past.net_s[i] : past.clock.net_length_s();
  const double since_s = (running.clock.net_length_s() - running.net_s.back()) / pace;
  return reached_s + std::min(since_s, next_s - reached_s);
}

}  // namespace

ProgramTrace trace_program(const Operation& operation, double until_s, const MatchOptions& options) {
  ProgramTrace trace;
  trace.clock = NetClock(operation, until_s);
  for (const BlockReached& reached : operation.trace) {
    if (reached.elapsed_s > until_s) break;
    trace.net_s.push_back(trace.clock.net_s(reached.elapsed_s));
    trace.block.push_back(reached.block);
    if (trace.checkpoints.empty() || trace.net_s.back() - trace.net_s[trace.checkpoints.back()] >= options.step_s) {
      trace.checkpoints.push_back(trace.net_s.size() - 1);
    }
  }
  return trace;
}

ProgramMatch match_program(const ProgramTrace& running, const ProgramTrace& past, const MatchOptions& options) {
  ProgramMatch match;
  if (running.block.size() < 2 || past.block.size() < 2 || running.block.back() > past.block.back()) return match;
  const std::vector<Stretch> stretches = common_stretches(running, past);
  match.pace = pace_of(stretches, options);
  match.similarity = similarity_of(stretches, match.pace);
  const double position_s = position_in(past, running, match.pace);
  const double left_s = past.clock.net_length_s() - position_s;
  match.remaining_s = std::max(0.0, left_s * match.pace);
  constexpr double kBeyond = 1e-6;  // seconds: a hold that the position lies in is over
  const double left_gross_s = past.clock.length_s() - past.clock.elapsed_s(position_s + kBeyond);
  match.holds_ahead_s = std::max(0.0, left_gross_s - left_s);
  return match;
}

}  // namespace takt
