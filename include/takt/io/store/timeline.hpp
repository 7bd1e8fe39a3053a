// SPDX-License-Identifier: Apache-2.0
// A run as a timeline that ui.perfetto.dev and chrome://tracing open: the Trace Event Format.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "takt/engine/observer.hpp"
#include "takt/engine/state.hpp"

namespace takt::io {

/// What a server does, as people say it: "working", "in repair", ….
const char* name_of(Mode mode);

/// Gathers a run event by event. One track a server of a machine, with a bar for each time in a mode ("working", "in
/// repair", …), by line; one counter a buffer; one for each crew's queue. Times are microseconds of simulated time from
/// the state it is made with.
class Timeline {
 public:
  Timeline(const Model& model, const State& state);
  /// To be handed every event of a run that begins at that state.
  void add(const Event& event);
  /// The whole as JSON, open bars closed at `end`.
  std::string json(Time end) const;

  /// A server in one mode.
  struct Bar {
    std::uint32_t server;
    Mode mode;
    std::int64_t from, to;  ///< ns since the plant's zero
  };
  /// All bars, those still open closed at `end`; by server, then by time.
  std::vector<Bar> bars(Time end) const;

 private:
  struct Count {
    std::uint32_t buffer;  ///< or buffers + crew
    std::int64_t at;
    std::int64_t value;
  };

  const Model& model_;
  std::int64_t begin_;
  std::vector<Mode> mode_;  ///< (servers)
  std::vector<std::int64_t> since_;
  std::vector<std::int64_t> value_;  ///< (buffers, then crews)
  std::vector<Bar> bars_;
  std::vector<Count> counts_;
};

}  // namespace takt::io
