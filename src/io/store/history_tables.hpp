// SPDX-License-Identifier: Apache-2.0
// The tables of a history, column by column; docs/store.md says what each means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/store/swmr_file.hpp"

namespace takt::io::detail {

enum HistoryTableNumber : std::size_t {
  kTexts,
  kMessages,
  kReadings,
  kMerges,
  kVerdicts,
  kEvents,
  kLearnt,
  kForecasts,
  kCheckpoints
};

inline constexpr std::uint8_t kPassed = 255;  ///< the kind of a line of messages that tells that time passed

inline const std::vector<TableSpec>& history_tables() {
  using enum ColumnType;
  constexpr std::uint64_t kMany = 16384, kLong = std::uint64_t{1} << 20;
  static const std::vector<TableSpec> tables{
      {"texts", {{"text", bytes}}},
      {"messages", {{"number", u64}, {"arrival_ns", i64}, {"kind", u8}, {"bytes", bytes}}, kMany, kLong},
      {"readings",
       {{"number", u64},
        {"ts_ns", i64},
        {"arrival_ns", i64},
        {"source", text},
        {"epoch", u64},
        {"seq", u64},
        {"path", text},
        {"kind", text},
        {"value", f64},
        {"text", text}},
       kMany},
      {"merges",
       {{"ts_ns", i64},
        {"source", text},
        {"epoch", u64},
        {"seq", u64},
        {"status", text},
        {"cells", u32},
        {"corrected", u32},
        {"inferred", u32},
        {"conflicts", u32},
        {"over_runs", u32},
        {"log_evidence", f64},
        {"json", bytes}},
       kMany},
      {"verdicts", {{"at_ns", i64}, {"trust", text}, {"stage", text}, {"since_ns", i64}, {"json", bytes}}},
      {"events", {{"at_ns", i64}, {"kind", text}, {"path", text}, {"json", bytes}}},
      {"learnt",
       {{"at_ns", i64}, {"path", text}, {"observations", u64}, {"mean_s", f64}, {"low_s", f64}, {"high_s", f64}}},
      {"forecasts",
       {{"at_ns", i64},
        {"for_ns", i64},
        {"path", text},
        {"kpi", text},
        {"mean", f64},
        {"q05", f64},
        {"q50", f64},
        {"q95", f64}}},
      {"checkpoints", {{"number", u64}, {"at_ns", i64}, {"bytes", bytes}}, 1024, kLong}};
  return tables;
}

/// A file of a history: the one that grows has the history's own name, "line.h5"; those that are full are numbered,
/// "line.000001.h5".
std::filesystem::path segment_path(const std::filesystem::path& history, std::uint64_t number);
/// Those that are there by their number; the one that grows comes last, as number 0 if there is one.
std::vector<std::pair<std::uint64_t, std::filesystem::path>> segments_of(const std::filesystem::path& history);

}  // namespace takt::io::detail
