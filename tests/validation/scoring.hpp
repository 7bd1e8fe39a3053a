// SPDX-License-Identifier: Apache-2.0
// What a simulated value is held to: its half width, and its distance from theory in standard errors.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "case_file.hpp"

namespace takt::validation {

inline constexpr double kWorstZ = 4.5;           ///< |z| allowed
inline constexpr double kHopelessZ = 1e6;        ///< stands for a difference without any standard error
inline constexpr double kFewestCounts = 10.0;    ///< expected hits below which a count is not near normal
inline constexpr double kMostVariation = 0.003;  ///< total variation allowed between distributions

/// What a simulation says of one value.
struct Estimate {
  enum class Kind : std::uint8_t {
    exact,    ///< nothing is random: compared with the printed digits
    sampled,  ///< the mean of independent replications
    counted,  ///< the share of `runs` independent runs in which something happened
  };
  Kind kind = Kind::exact;
  double value = 0.0;
  double standard_error = 0.0;  ///< sampled
  double half_width = 0.0;      ///< sampled: of the 95 % interval
  double runs = 0.0;            ///< counted
  bool rare = false;            ///< sampled: seen too seldom for a normal law
};

struct ValueResult {
  std::string name;
  double expected = 0.0, simulated = 0.0, half_width = 0.0, z = 0.0;
  bool passed = false;
  bool in_seed_test = false;  ///< whether its z over many seeds has to look standard normal
};

struct CaseResult {
  enum class Status : std::uint8_t { passed, failed, unsupported };
  std::string id, kind;
  Status status = Status::unsupported;
  double worst_z = 0.0;  ///< the largest |z|
  std::vector<ValueResult> values{};
  std::string note{};  ///< why it failed or is not supported
  double seconds = 0.0;
};

std::string to_text(CaseResult::Status status);

/// The half width a value may have.
double widest(const Expected& expected);

/// The standard error of a share counted over `runs` runs, and half its 95 % interval, by the expected share.
double counted_error(double share, double runs);
double counted_half_width(double share, double runs);

/// The expected total variation between a distribution and the shares counted over `runs` runs.
double expected_variation(std::span<const Expected> expected, double runs);

/// Judges the estimates of a case, one for each expected value.
CaseResult score(const Case& from, std::span<const Estimate> estimates);

}  // namespace takt::validation
