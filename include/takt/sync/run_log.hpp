// SPDX-License-Identifier: Apache-2.0
// A run as an MES would have logged it: who worked on which part from when to when, set-ups, breakdowns, arrivals.
//
//   const takt::Model model = takt::compile(plant, {.part_identity = true});
//   takt::State state = takt::start(model, model.defaults);
//   takt::RunLog run(model, state);
//   takt::advance(model, model.defaults, state, until, [&](const takt::Event& event) { run.add(event); });
//   const takt::EventLog log = run.log();
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "takt/engine/observer.hpp"
#include "takt/engine/state.hpp"
#include "takt/sync/event_log.hpp"

namespace takt {

/// What the log tells beside the end of each operation.
struct RunLogOptions {
  bool starts = true;      ///< when work began; without, each operation is one instant, its end
  bool setups = true;      ///< rows of their own; without, a set-up is the beginning of its operation
  bool breakdowns = true;  ///< from failure to the end of the repair, by whom
  bool arrivals = true;    ///< when each part left its source
  bool results = true;     ///< whether a part was good or scrap
  bool products = true;
};

/// Gathers a run event by event. Cases are parts by the number of their entry ("7"; "2.7" in the third of several
/// components that do not influence each other), activities and resources are machines by path, products have their
/// names. A breakdown's worker is its crew. Needs about 80 bytes an operation. Not thread-safe.
class RunLog {
 public:
  /// Of a run that begins at that state; both outlive the log. Throws InvalidInput if the model was compiled without
  /// part identity.
  RunLog(const Model& model, const State& state, RunLogOptions options = {});
  /// To be handed every event of the run, in order.
  void add(const Event& event);
  /// All rows so far, sorted; work, set-ups and breakdowns that still go on have no end.
  EventLog log() const;

 private:
  struct Operation {
    std::uint32_t machine = 0, component = 0;
    Part part{};
    std::int64_t load = 0, start = 0, complete = 0;
    bool in_setup = false, is_open = true, is_scrap = false;
  };
  struct Repair {
    std::uint32_t machine = 0;
    std::int64_t from = 0, to = 0;
    bool is_open = true;
  };
  struct Entry {
    std::uint32_t source = 0, component = 0;
    Part part{};
    std::int64_t at = 0;
  };

  void note_first_arrivals(const ConstStateView& view, const State& state);
  void load(std::uint32_t machine, const Part& part, std::int64_t at);
  void mode(const Event& event, std::int64_t at);
  void end(std::uint32_t machine, const Part& part, std::int64_t at, bool is_scrap);
  std::string case_of(std::uint32_t component, const Part& part) const;
  void add_operations(EventLog& log) const;

  const Model& model_;
  RunLogOptions options_;
  std::vector<Operation> operations_;
  std::vector<Repair> repairs_;
  std::vector<Entry> entries_;
  std::vector<std::vector<std::size_t>> open_;                 ///< (machines) operations in process
  std::vector<std::size_t> on_server_;                         ///< (servers) the operation, or kNothing
  std::vector<std::size_t> last_load_, last_end_, repair_of_;  ///< (machines) likewise
  std::vector<std::uint32_t> freed_;                           ///< (machines) the server whose part has just gone
  static constexpr std::size_t kNothing = static_cast<std::size_t>(-1);
};

}  // namespace takt
