// SPDX-License-Identifier: Apache-2.0
// What was done for which order or part, at which station, from when to when: an event log as an MES keeps it.
//
//   takt::EventLog log = takt::io::read_event_log("orders.csv");
//   for (const takt::LoggedEvent& event : log.events) log.activities[event.activity];
//
// Process mining reads plants from such logs (van der Aalst 2016, Process Mining, chapter 5, names its columns); takt
// also learns from them how much work an order has left.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "takt/core/calendar.hpp"

namespace takt {

/// What a row of a log reports. A breakdown speaks of its resource alone; an arrival is an instant at which a case
/// comes into the plant, its resource where from.
enum class EventKind : std::uint8_t { work, setup, breakdown, arrival };

/// Names numbered in the order of their first appearance. A value.
class NameTable {
 public:
  static constexpr std::uint32_t kNone = 0xffffffffU;

  std::uint32_t add(std::string_view name);         ///< its number, a new one if it is new; kNone for ""
  std::uint32_t find(std::string_view name) const;  ///< kNone if it is not known
  const std::string& operator[](std::uint32_t number) const { return names_[number]; }
  std::size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(names_, numbers_);
  }
  friend bool operator==(const NameTable& a, const NameTable& b) { return a.names_ == b.names_; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
};

/// One row. Numbers index the log's tables; kNone where the log does not say.
struct LoggedEvent {
  std::uint32_t case_id = NameTable::kNone;   ///< the order, lot or part
  std::uint32_t activity = NameTable::kNone;  ///< what was done
  std::uint32_t resource = NameTable::kNone;  ///< the station
  std::uint32_t worker = NameTable::kNone;
  EventKind kind = EventKind::work;
  WallClock::Instant start{};
  std::optional<WallClock::Instant> complete;  ///< none: it was still going on when the log was written
  double good = 0.0;                           ///< pieces finished by it
  double scrap = 0.0;                          ///< pieces rejected by it

  /// The last thing the row says of its case.
  WallClock::Instant last() const { return complete.value_or(start); }
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(case_id, activity, resource, worker, kind, start, complete, good, scrap);
  }
  friend bool operator==(const LoggedEvent&, const LoggedEvent&) = default;
};

/// What a log says of a case as a whole.
struct LoggedCase {
  std::uint32_t product = NameTable::kNone;
  double quantity = 0.0;  ///< pieces ordered; 0 if not told

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(product, quantity);
  }
  friend bool operator==(const LoggedCase&, const LoggedCase&) = default;
};

/// A log. Readers hand it over sorted. A value; not thread-safe while it is changed.
struct EventLog {
  std::vector<LoggedEvent> events;
  std::vector<LoggedCase> facts;  ///< by case number
  NameTable cases, activities, resources, workers, products;

  /// One row as text; "" where the log does not say.
  struct Row {
    std::string_view case_id{}, activity{}, resource{}, worker{}, product{};
    EventKind kind = EventKind::work;
    WallClock::Instant start{};
    std::optional<WallClock::Instant> complete{};
    double good = 0.0, scrap = 0.0;
    double quantity = 0.0;
  };
  /// A row more, at the end. The first product and the first quantity told of a case hold for all of it.
  void add(const Row& row);
  /// By start, equal ones by end (none last), then as they were.
  void sort();

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(events, facts, cases, activities, resources, workers, products);
  }
  friend bool operator==(const EventLog&, const EventLog&) = default;
};

/// The rows of both, sorted. What was still going on when `first` was written is left out of it: `then` tells it whole.
EventLog joined(const EventLog& first, const EventLog& then);

}  // namespace takt
