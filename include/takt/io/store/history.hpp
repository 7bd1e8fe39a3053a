// SPDX-License-Identifier: Apache-2.0
// Reads what a historian wrote, also while it writes: the tables, the messages, and the twin as it was at any instant.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "takt/io/store/twin_file.hpp"
#include "takt/sync/inbox.hpp"
#include "takt/sync/twin.hpp"

namespace takt::io {

/// One file of a history.
struct HistorySegment {
  std::filesystem::path file;
  std::uint64_t first = 0, last = 0;  ///< numbers of the deliveries in it; last < first where there are none
  WallClock::Instant begin{}, end{};  ///< arrivals of the first and the last
  std::uint64_t readings = 0, bytes = 0;
};

/// A column of a table: times are nanoseconds since 1970, UTC, and their names end in _ns.
struct HistoryColumn {
  std::string name;
  std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>> values;
};

/// A value: it opens the files when it is asked. Several threads may ask at once.
class History {
 public:
  using Instant = WallClock::Instant;

  /// Throws FileError if there is no such history.
  explicit History(std::filesystem::path file);

  std::vector<HistorySegment> segments() const;

  /// The twin as it was at an instant by the plant's clock: everything merged that told of that instant or of one
  /// before, and nothing of later ones. To the last bit what the live twin was, as long as takt describes its values as
  /// it did then; else what its numbers and state say. Throws InvalidInput if that is before the first checkpoint or
  /// after the last news.
  Twin state_at(Instant at) const;
  /// From when to when state_at answers.
  std::pair<Instant, Instant> span() const;

  /// Rows of "readings", "merges", "verdicts", "events", "learnt", "forecasts" or "messages" whose first time is in
  /// [from, to). Throws InvalidInput for another name.
  std::vector<HistoryColumn> table(std::string_view name, Instant from = Instant::min(),
                                   Instant to = Instant::max()) const;

  /// The last checkpoint with the number of the delivery after which it was made; none if there is none.
  std::optional<std::pair<std::uint64_t, StoredTwin>> last_checkpoint() const;
  /// Number of the last delivery that was committed; 0 if none was.
  std::uint64_t last() const;
  /// Every delivery behind `after`, in order, and the times that passed between them, until one of the functions
  /// returns false.
  void replay(std::uint64_t after, const std::function<bool(std::uint64_t, Delivery&&)>& on_delivery,
              const std::function<bool(Instant)>& on_pass) const;

 private:
  std::filesystem::path file_;
};

}  // namespace takt::io
