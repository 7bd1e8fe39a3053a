// SPDX-License-Identifier: Apache-2.0
// The closed loop of a twin: perception of its signals, analysis against limits, decision by what-if, execution by a
// command that was confirmed, feedback from what the plant reports.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "takt/sync/control/alerts.hpp"
#include "takt/sync/control/commands.hpp"
#include "takt/sync/control/work_orders.hpp"

namespace takt {

/// What shall be done about an alert: a command to ask for, work for people, both or nothing.
struct Decision {
  std::optional<Command> command{};
  std::optional<WorkOrder> work{};
};
/// Asked once for each alert that is raised; a study of futures from `twin.now()` is the usual way to answer.
using Decide = std::function<Decision(const Alert&, const Twin& twin)>;

/// What happened in one turn.
struct ControlTurn {
  std::vector<AlertEvent> alerts{};
  std::vector<WorkOrder> work{};  ///< written
  struct Asked {
    Command command{};
    Answer answer{};
  };
  std::vector<Asked> asked{};
  std::vector<Command> to_send{};  ///< to be handed to the transport now
};

/// Not thread-safe.
class ControlLoop {
 public:
  ControlLoop(Alerts alerts, CommandDesk desk, Decide decide);

  /// Perception, analysis, decision and execution at one moment. `more`: signals of one's own.
  ControlTurn turn(const Twin& twin, const TwinView& view, WallClock::Instant now, std::span<const Signal> more = {});
  /// Feedback: the set-points in a message that was merged. Bad readings are left out.
  void hear(const Snapshot& message);

  Alerts& alerts() { return alerts_; }
  CommandDesk& desk() { return desk_; }
  WorkOrders& work() { return work_; }

 private:
  Alerts alerts_;
  CommandDesk desk_;
  WorkOrders work_;
  Decide decide_;
};

}  // namespace takt
