// SPDX-License-Identifier: Apache-2.0
// What happens to a twin, written to HDF5 as it happens: messages as they came, their readings, what merging them did,
// verdicts, events, what was learnt, forecasts, and the twin itself every now and then. The file can be read meanwhile,
// by takt (history.hpp) and by every reader of HDF5 in SWMR mode; whatever stops the writer, what was committed stays.
// takt-store/1, field by field in docs/store.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "takt/sync/inbox.hpp"
#include "takt/sync/ingest.hpp"
#include "takt/sync/merge.hpp"
#include "takt/sync/twin.hpp"
#include "takt/sync/verdict.hpp"

namespace takt::io {

struct HistorianOptions {
  Duration flush_every = std::chrono::seconds{1};        ///< rows come to the file as often
  std::uint64_t flush_rows = 100'000;                    ///< or when there are as many
  std::uint64_t segment_bytes = std::uint64_t{1} << 30;  ///< a new file is begun when one has become as large
  Duration segment_length = std::chrono::hours{24};      ///< or as long, by arrival
  std::uint64_t most_bytes = 0;  ///< the oldest files go when all are larger than this; 0: none goes
  bool force = false;            ///< to the disk, whenever rows come to the file: a power cut then loses none of them
  std::uint64_t most_waiting = 200'000;  ///< rows; who brings more waits
};

/// A forecast, as it is remembered.
struct ForecastRow {
  WallClock::Instant at{}, about{};  ///< when it was made, and of when it speaks
  std::string path, kpi;
  double mean = 0.0, q05 = 0.0, q50 = 0.0, q95 = 0.0;
};

/// Thread-safe. Rows are handed to a thread of its own; who brings them does not wait for the disk.
class Historian {
 public:
  using Instant = WallClock::Instant;
  /// Told the number of the last delivery that is on file, by the historian's thread.
  using OnFile = std::function<void(std::uint64_t number)>;

  /// Goes on with the file if it is of this plant and not full, else begins one. Throws WriteError, FileError.
  Historian(std::filesystem::path file, const Model& model, HistorianOptions options = {}, OnFile on_file = {});
  /// What was brought comes to the file first.
  ~Historian();

  void message(std::uint64_t number, Delivery delivery);
  void passed(std::uint64_t after, Instant at);
  void merged(const Snapshot& snapshot, const MergeReport& report);
  void verdict(Instant at, const Verdict& verdict);
  /// Whatever else happens: alerts, work orders, commands. `json` is one JSON value.
  void event(Instant at, std::string_view kind, std::string_view path, std::string_view json);
  void learnt(Instant at, const Learnt& learnt);
  void forecast(ForecastRow row);
  /// The twin and what stands before it, after it had taken delivery `number`.
  void checkpoint(std::uint64_t number, const Twin& twin, const Ingest& ingest);

  /// Whether the file is full, or had to be left: a new one is begun with the next checkpoint.
  bool wants_checkpoint() const;
  /// False while nothing can be written and much waits: who has more should hold it back.
  bool has_room() const;
  /// Waits until all that was brought so far is on file. False if it cannot be written now.
  bool flush();
  /// Number of the last delivery on file.
  std::uint64_t on_file() const;
  /// Why nothing can be written now; empty if it can. What waits is written when there is room again.
  std::string fault() const;

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace takt::io
