// SPDX-License-Identifier: Apache-2.0
#include "many_runs.hpp"

#include <algorithm>
#include <cmath>

#include "threads.hpp"

namespace takt::validation {
namespace {

constexpr std::uint32_t kPilotRuns = 4096;
constexpr std::uint32_t kBlock = 4096;  // runs of one thread at a time
constexpr double kFewestRuns = 20'000.0, kMostRuns = 20e6;
constexpr double kMostRunsForRare = 3e6;     // spent on seeing rare ends often enough, though the bound is met
constexpr std::uint64_t kEventsOfFork = 5;   // a fork takes as long as that many
constexpr double kDear = 0.1 * kMostEvents;  // above this much work half widths come nearer to what is allowed
constexpr std::size_t kMostEnds = 1'000'000;

void add_counts(std::vector<std::uint64_t>& to, const std::vector<std::uint64_t>& from) {
  to.resize(std::max(to.size(), from.size()));
  for (std::size_t i = 0; i < from.size(); ++i) to[i] += from[i];
}

Sample run_block(const MakeRun& make, std::uint64_t seed, std::uint32_t first, std::uint32_t end) {
  const Run run = make(seed);
  Sample sample;
  for (std::uint32_t r = first; r < end; ++r) {
    const auto [ended, events] = run(r);
    sample.moments.add(ended);
    sample.events += events + kEventsOfFork;
    if (ended != std::floor(ended) || ended >= static_cast<double>(kMostEnds)) continue;
    const auto at = static_cast<std::size_t>(ended);
    if (at >= sample.counts.size()) sample.counts.resize(at + 1);
    ++sample.counts[at];
  }
  return sample;
}

/// Merged in the order of the blocks, so that the sums are the same on any number of threads.
Sample run_all(const MakeRun& make, std::uint64_t seed, std::uint32_t runs, unsigned threads) {
  std::vector<Sample> blocks((runs + kBlock - 1) / kBlock);
  for_each_index(blocks.size(), threads, [&](std::size_t i) {
    const auto first = static_cast<std::uint32_t>(i) * kBlock;
    blocks[i] = run_block(make, seed, first, std::min(runs, first + kBlock));
  });
  Sample all;
  for (const Sample& block : blocks) {
    all.moments.merge(block.moments);
    all.events += block.events;
    add_counts(all.counts, block.counts);
  }
  return all;
}

/// The number of runs for which the half width of a mean is that part of what is allowed. The half width of a share is
/// known beforehand.
double runs_for(const Expected& expected, const Wanted& wanted, const Sample& pilot, double part) {
  const double z = normal_quantile(0.975);
  if (wanted.what == Wanted::What::mean) {
    const double half = part * widest(expected);
    return half > 0.0 ? z * z * pilot.moments.variance() / (half * half) : 0.0;
  }
  const double p = expected.value, half = 0.98 * widest(expected);
  const double for_width = z * z * p * (1.0 - p) / (half * half);
  const double to_be_seen = p > 0.0 ? 1.2 * kFewestCounts / p : 0.0;
  return std::max(for_width, to_be_seen <= kMostRunsForRare ? to_be_seen : 0.0);
}

double runs_needed(std::span<const Expected> expected, std::span<const Wanted> wanted, const Sample& pilot) {
  const auto needed = [&](double part) {
    double runs = kFewestRuns;
    for (std::size_t i = 0; i < expected.size(); ++i)
      runs = std::max(runs, runs_for(expected[i], wanted[i], pilot, part));
    const double variation = expected_variation(expected, runs) / (0.7 * kMostVariation);
    return runs * std::max(1.0, variation * variation);
  };
  const double events_of_run = static_cast<double>(pilot.events) / static_cast<double>(pilot.moments.count());
  double runs = needed(0.7);
  if (runs * events_of_run > kDear) runs = std::max(kDear / events_of_run, needed(0.92));
  return std::max(30.0, std::min({runs, kMostRuns, kMostEvents / events_of_run}));
}

Estimate estimate(const Wanted& wanted, const Sample& sample) {
  const auto runs = static_cast<double>(sample.moments.count());
  Estimate estimate;
  if (wanted.what == Wanted::What::mean) {
    estimate.kind = Estimate::Kind::sampled;
    estimate.value = sample.moments.mean();
    estimate.standard_error = sample.moments.standard_error();
    estimate.half_width = student_t_quantile(0.975, runs - 1.0) * estimate.standard_error;
  } else {
    estimate.kind = Estimate::Kind::counted;
    estimate.value = wanted.end < sample.counts.size() ? static_cast<double>(sample.counts[wanted.end]) / runs : 0.0;
    estimate.runs = runs;
  }
  return estimate;
}

}  // namespace

std::vector<Estimate> run_many(std::span<const Expected> expected, std::span<const Wanted> wanted, const MakeRun& make,
                               std::uint64_t seed, const Settings& settings) {
  const Sample pilot = run_all(make, mix64(seed + 1), kPilotRuns, settings.threads);
  const auto runs = static_cast<std::uint32_t>(runs_needed(expected, wanted, pilot));
  const Sample sample = run_all(make, seed, runs, settings.threads);
  std::vector<Estimate> estimates;
  for (const Wanted& each : wanted) estimates.push_back(estimate(each, sample));
  return estimates;
}

}  // namespace takt::validation
