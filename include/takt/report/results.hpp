// SPDX-License-Identifier: Apache-2.0
// The result of a study as takt-results/1, for programs. Field by field in docs/results.md.
#pragma once

#include <string>

#include "takt/engine/present.hpp"
#include "takt/study/study.hpp"

namespace takt::report {

/// One JSON document, ending in a newline, of a study of `present` with `options`. Half widths speak of means,
/// quantiles of one future. A value that does not exist (NaN) is null; a number is the shortest text that reads back as
/// the same. The same bytes for the same result, always. Thread-safe.
std::string results_json(const StudyResult& result, const Present& present, const StudyOptions& options);

/// The "semantics" of takt-results/1: the choices that change results, as this plant makes them. One JSON object.
std::string semantics_json(const Present& present);

}  // namespace takt::report
