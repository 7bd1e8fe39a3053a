// SPDX-License-Identifier: Apache-2.0
// A live twin that loses nothing: what is delivered is in a journal before it is acknowledged, what happens is in a
// history, and whoever starts again goes on where the last whole record ended.
//
//   takt::io::LiveHistory history("line.h5");
//   takt::LiveTwin live = history.recover(plant, options, sink);
//   takt::Inbox inbox(10'000, history.keep());
//   for (takt::Delivery& delivery : inbox.take(20ms)) history.take(live, delivery);
//   history.pass(live, now);
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "takt/io/store/historian.hpp"
#include "takt/io/store/journal.hpp"
#include "takt/sync/live_twin.hpp"

namespace takt::io {

struct LiveHistoryOptions {
  JournalOptions journal{};
  HistorianOptions historian{};
  Duration checkpoint_every = std::chrono::minutes{15};  ///< by the clock that pass() is told
  std::uint64_t checkpoint_deliveries = 100'000;         ///< or after as many: a restart replays no more
};

/// What was found when a twin was taken up.
struct Recovery {
  std::uint64_t checkpoint = 0;              ///< number of the delivery after which the last one was made; 0: none
  std::uint64_t from_history = 0;            ///< deliveries behind it that stood in the history
  std::uint64_t from_journal = 0;            ///< and those that stood in the journal only
  std::uint64_t last = 0;                    ///< number of the last delivery
  std::optional<TwinMigration> migration{};  ///< the plant was edited meanwhile
  std::vector<std::string> notes{};          ///< in words: what was cut off, kept aside or could not be read
};

/// The Inbox's threads call what `keep` gives; the rest is for the thread that the twin lives on.
class LiveHistory {
 public:
  using Instant = WallClock::Instant;

  /// Opens or begins the history `file` and its journal beside it. Throws FileError if another process writes it or it
  /// is damaged, WriteError.
  explicit LiveHistory(std::filesystem::path file, LiveHistoryOptions options = {});
  ~LiveHistory();
  LiveHistory(const LiveHistory&) = delete;
  LiveHistory& operator=(const LiveHistory&) = delete;

  /// The twin as it was after the last delivery that was acknowledged; one that begins where nothing was written yet.
  /// In an edited plant, the twin goes over into it. The sink is not told again of what was merged before. To be called
  /// once, before all that follows.
  LiveTwin recover(Plant plant, LiveOptions options = {}, LiveTwin::Sink sink = {});
  const Recovery& recovery() const { return recovery_; }

  /// Writes deliveries down: for an Inbox, whose order is that of `take`. Throws WriteError where there is no room;
  /// what was delivered is then not to be acknowledged.
  Inbox::Keep keep();

  /// As LiveTwin::take and pass, and writes down what happens. `take` expects the deliveries that were kept, each once
  /// and in their order; false where there is no room, also where the history cannot be written for long.
  bool take(LiveTwin& live, Delivery& delivery);
  void pass(LiveTwin& live, Instant now);

  /// For verdicts, events, what was learnt and forecasts; of use once a twin was recovered.
  Historian& historian() { return *historian_; }

  /// A checkpoint, and everything on file: at a graceful end. False if it cannot be written now.
  bool close(const LiveTwin& live);

 private:
  LiveTwin begin(const Plant& plant, const LiveOptions& options);
  void replay(LiveTwin& live);
  LiveTwin move_into(Plant plant, LiveTwin live, const LiveOptions& options);
  void checkpoint(const LiveTwin& live, Instant now);
  void note_pass();

  std::filesystem::path file_;
  LiveHistoryOptions options_;
  Recovery recovery_;
  std::unique_ptr<Journal> journal_;
  LiveTwin::Sink sink_;
  bool has_checkpoint_ = false;
  bool is_live_ = false;  ///< what is merged is told, and written down
  std::uint64_t taken_ = 0;
  std::uint64_t last_checkpoint_ = 0;
  std::optional<Instant> passed_, noted_pass_, checkpoint_at_;
  std::unique_ptr<Historian> historian_;  ///< last: its thread uses the journal
};

/// For programs that write histories, before anything else: HDF5 is not to close at the exit of the program what it
/// could not write before (a full disk), at which version 1.10 crashes; the journal has it. Not for what lives in the
/// programs of others, whose files HDF5 may have to close.
void leave_unwritten_files_at_exit();

}  // namespace takt::io
