// SPDX-License-Identifier: Apache-2.0
// The shop as its rows tell of it: a twin for each machine, and what all of them have taught.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "../forecast/points.hpp"
#include "takt/sync/pace.hpp"
#include "takt/sync/spells.hpp"
#include "takt/sync/twin.hpp"

namespace retrofit {

using Instant = takt::WallClock::Instant;

/// What a machine reported for the time since its last row.
struct Slot {
  Instant from{}, to{};
  double items = 0.0;
  bool automatic = true;  ///< its status is automatic production
  std::string product{};
  double length_s() const { return takt::to_seconds(to - from); }
};

class Shop {
 public:
  /// Reads cells.json in the folder.
  explicit Shop(const std::filesystem::path& plant);

  /// A machine's next row; times must not fall. Two rows of one time are two products of one slot.
  void observe(const std::string& asset, Instant at, double items, bool automatic, const std::string& product);

  /// Items in the hour from the cut on, from the rows before it.
  forecast::Forecast items_in_next_hour(const std::string& asset, Instant cut);

 private:
  struct Machine {
    takt::MachineId id;
    std::string path;
    takt::Twin twin;
    std::optional<Slot> open{};    ///< may get another row
    std::optional<Slot> before{};  ///< the last that is closed
    bool running = false, ran_before = false;
    Instant since{};
    double count = 0.0;
    std::uint64_t sequence = 0;
  };

  Machine& machine(const std::string& asset);
  void close_slot(const std::string& asset, Machine& machine);
  void report(Machine& machine, Instant at);

  takt::SpellHistory spells_;
  takt::PaceLedger pace_;
  std::map<std::string, Machine> machines_;
};

}  // namespace retrofit
