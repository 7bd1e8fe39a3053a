// SPDX-License-Identifier: Apache-2.0
// What the real plant reports at one moment: the values of takt-snapshot/1. Everything that was not sensed is absent.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "takt/core/calendar.hpp"

namespace takt {

/// A part on a machine.
struct PartInProcess {
  std::string part{};     ///< its identity, if known
  std::string product{};  ///< the operation or product, if known ("operation" in files)
  std::optional<WallClock::Instant> started_at{};
  std::optional<double> worked_s{};  ///< seconds of work already done on it
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(part, product, started_at, worked_s);
  }
  friend bool operator==(const PartInProcess&, const PartInProcess&) = default;
};

/// Running totals since the last reset; `reset_epoch` grows by one at each reset.
struct CounterReading {
  std::optional<std::uint64_t> in{}, good{}, scrap{};
  std::uint64_t reset_epoch = 0;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(in, good, scrap, reset_epoch);
  }
  friend bool operator==(const CounterReading&, const CounterReading&) = default;
};

/// What a machine with a PackML state does: busy is Execute (and the states on its way in and out), failed is Aborted,
/// or Held when recoverable.
enum class ReportedMode : std::uint8_t { working, idle, down, unknown };
ReportedMode mode_of(const std::string& packml_state);  ///< unknown: no state of PackML

/// What one entity reports.
struct EntityReading {
  std::string path{};
  std::optional<std::string>
      state{};  ///< a PackML state by name: "Execute", "Suspended", "Aborted", "Held", "Idle", "Stopped"...
  std::optional<WallClock::Instant> state_since{};
  std::optional<std::vector<PartInProcess>> in_process{};
  std::optional<CounterReading> counters{};
  std::optional<double> level{};  ///< parts in a buffer
  std::optional<double> cycle_time_last_s{};
  std::map<std::string, double> health{};
  std::map<std::string, double> setpoints{};  ///< values that can be commanded, as they are now, by item
  std::string quality = "good";               ///< "good", "uncertain" or "bad"; bad readings are not merged
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(path, state, state_since, in_process, counters, level, cycle_time_last_s, health, setpoints, quality);
  }
  friend bool operator==(const EntityReading&, const EntityReading&) = default;
};

/// One message of a source. Ordered within its source by (epoch, seq).
struct Snapshot {
  WallClock::Instant ts{};  ///< event time
  std::string source{};
  std::uint64_t epoch = 0;
  std::uint64_t seq = 0;
  bool complete = false;  ///< whether it reports every cell of its source
  std::vector<EntityReading> entities{};
  std::map<std::string, std::string> orders{};  ///< order -> product in progress
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(ts, source, epoch, seq, complete, entities, orders);
  }
  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

/// What a transport knows of how its messages are sent.
struct Sending {
  std::uint64_t sequence_modulus = 0;  ///< 0: sequence numbers do not wrap; Sparkplug B counts to 255: 256
  /// Read from a file: that it comes late says nothing about the clock of its source, nor a pause about its health.
  bool recorded = false;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(sequence_modulus, recorded);
  }
  friend bool operator==(const Sending&, const Sending&) = default;
};

}  // namespace takt
