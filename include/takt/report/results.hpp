// SPDX-License-Identifier: Apache-2.0
// The result of a study as takt-results/1, for programs. Field by field in docs/results.md.
#pragma once

#include <cstdint>
#include <string>

#include "takt/engine/present.hpp"
#include "takt/study/study.hpp"

namespace takt::report {

/// Where results come from. A value.
struct Provenance {
  std::string plant_name;
  std::string model_hash;  ///< 16 hexadecimal digits
  std::string takt_version;
  std::uint64_t seed = 1;
  double horizon_s = 0.0, warmup_s = 0.0;
  std::string semantics;  ///< semantics_json
  friend bool operator==(const Provenance&, const Provenance&) = default;
};
/// Of a study of `present` with `options` by this takt.
Provenance provenance_of(const Present& present, const StudyOptions& options);

/// One JSON document, ending in a newline, of the result of a study. Half widths speak of means,
/// quantiles of one future. A value that does not exist (NaN) is null; a number is the shortest text that reads back as
/// the same. The same bytes for the same result, always. Thread-safe.
std::string results_json(const StudyResult& result, const Provenance& provenance);

/// The "verdict" of takt-results/1: whether the twin that the futures began with can be trusted. One JSON object.
std::string verdict_json(const Verdict& verdict);

/// The "semantics" of takt-results/1: the choices that change results, as this plant makes them. One JSON object.
std::string semantics_json(const Present& present);

}  // namespace takt::report
