// SPDX-License-Identifier: Apache-2.0
// Stands in for the real line behind its broker: a simulation with numbers of its own, which reports as a Sparkplug B
// edge node and obeys commands. The twin does not know it but by its messages.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "takt/engine/advance.hpp"
#include "takt/io/live/mqtt_edge.hpp"

namespace example {

/// Thread-safe: the broker's thread asks for births and brings commands.
class RealPlant {
 public:
  /// What its controller knows of a machine.
  struct Seen {
    takt::Mode mode{};
    takt::Time since{};
    std::uint64_t parts = 0;
    std::pair<takt::Mode, takt::Time> before{};  ///< mode and since when, before this very instant
  };

  RealPlant(takt::Model model, const std::string& broker);

  /// Runs on and reports what there is at its end.
  void run_until(takt::Time until);
  /// The filler wears: its cycles take `factor` times as long.
  void wear(double factor);

  double speed() const;  ///< of the filler, as it was commanded

 private:
  takt::EntityReading read(std::uint32_t machine) const;
  takt::Snapshot everything() const;
  void obey(const takt::io::DesiredValue& desired);
  void set_filler();

  mutable std::mutex mutex_;
  takt::Model model_;
  takt::Parameters numbers_;
  takt::State state_;
  std::vector<Seen> modes_;  // by machine
  double wear_ = 1.0, speed_ = 1.0;
  takt::io::MqttEdge edge_;  // last: its thread uses the rest
};

/// Where the line's devices stand in Sparkplug's names.
takt::io::sparkplug::Places places_of(const takt::Model& model);

inline const std::string kFiller = "/acme/filling/line_1/filler";

}  // namespace example
