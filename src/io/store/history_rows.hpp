// SPDX-License-Identifier: Apache-2.0
// What is brought to a history as rows of its tables.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "io/store/history_tables.hpp"
#include "io/store/swmr_file.hpp"
#include "takt/io/store/historian.hpp"

namespace takt::io::detail {

/// One file of a history, and the numbers of its texts. WriteError where it cannot be written.
class HistoryRows {
 public:
  /// A new file.
  HistoryRows(const std::filesystem::path& file, const Model& model);
  /// Goes on with one that is there.
  explicit HistoryRows(const std::filesystem::path& file);
  /// A new file that takes over what is pending in one that cannot be written any more.
  HistoryRows(const std::filesystem::path& file, const Model& model, HistoryRows& from);

  /// A new file begins where this one ends.
  void go_on_from(const HistoryRows& before);

  void message(std::uint64_t number, const Delivery& delivery, std::string_view bytes);
  void passed(std::uint64_t after, WallClock::Instant at);
  void merged(const Snapshot& snapshot, const MergeReport& report);
  void verdict(WallClock::Instant at, const Verdict& verdict);
  void event(WallClock::Instant at, const std::string& kind, const std::string& path, std::string_view json);
  void learnt(WallClock::Instant at, const Learnt& learnt);
  void forecast(const ForecastRow& row);
  void checkpoint(std::uint64_t number, const Twin& twin, const Ingest& ingest);

  void commit() { file_.commit(number_, newest_ns_); }
  std::uint64_t number() const { return number_; }  ///< of the last delivery brought
  std::int64_t newest_ns() const { return newest_ns_; }
  std::int64_t oldest_ns() const { return oldest_ns_; }
  std::uint64_t pending() const { return file_.pending_rows(); }
  std::size_t texts() const { return texts_.size(); }
  SwmrWriter& file() { return file_; }

 private:
  std::uint32_t text(const std::string& value);
  void readings(std::uint64_t number, const Delivery& delivery);
  void note(std::int64_t at_ns);

  SwmrWriter file_;
  std::unordered_map<std::string, std::uint32_t> texts_;  // looked up only: its order does not matter
  std::uint64_t number_ = 0;
  std::int64_t newest_ns_ = 0, oldest_ns_ = 0;
};

}  // namespace takt::io::detail
