// SPDX-License-Identifier: Apache-2.0
// Rows kept on the disk, by what they depend on: a study that was killed goes on where it was, one with more
// replications or another scenario runs what is new.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "takt/io/store/study_plan.hpp"

namespace takt::io {

/// A folder; several studies and processes may use it at once. In it a folder for each scenario's key
/// (PreparedPlan::scenario_key), in that files of rows (takt-rows/1) counted from the scenario's first replication.
class RowCache {
 public:
  /// Makes the folder if it is not there. Throws WriteError. `plan` outlives the cache.
  RowCache(std::filesystem::path folder, const PreparedPlan& plan);
  ~RowCache();  ///< what was added and is not written yet is tried to be written
  RowCache(const RowCache&) = delete;
  RowCache& operator=(const RowCache&) = delete;

  /// Puts what is there into a collector; files that are not sound are left alone. How many futures.
  std::uint64_t load(Collector& collector) const;
  /// Takes rows of the plan in. They are on the disk a second later, or after `flush`. Thread-safe. Throws WriteError.
  void add(const Rows& rows);
  void flush();

 private:
  std::filesystem::path folder_of(std::size_t scenario) const;
  void write();

  std::filesystem::path folder_;
  const PreparedPlan& plan_;
  std::vector<std::string> keys_;  // by scenario
  std::mutex mutex_;
  std::vector<Rows> waiting_;
  std::chrono::steady_clock::time_point written_ = std::chrono::steady_clock::now();
};

}  // namespace takt::io
