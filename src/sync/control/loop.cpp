// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/control/loop.hpp"

#include <utility>

namespace takt {

ControlLoop::ControlLoop(Alerts alerts, CommandDesk desk, Decide decide)
    : alerts_(std::move(alerts)), desk_(std::move(desk)), decide_(std::move(decide)) {}

ControlTurn ControlLoop::turn(const Twin& twin, const TwinView& view, WallClock::Instant now,
                              std::span<const Signal> more) {
  ControlTurn turn;
  std::vector<Signal> signals = perceive(twin, view.verdict);
  signals.insert(signals.end(), more.begin(), more.end());
  turn.alerts = alerts_.observe(signals, now);
  for (const AlertEvent& event : turn.alerts) {
    if (event.kind != AlertEvent::Kind::raised || !decide_) continue;
    Decision decision = decide_(event.alert, twin);
    if (decision.work) turn.work.push_back(work_.write(std::move(*decision.work), now));
    if (decision.command) {
      Answer answer = desk_.request(*decision.command, view, now);
      turn.asked.push_back({std::move(*decision.command), std::move(answer)});
    }
  }
  turn.to_send = desk_.to_send(view, now);
  return turn;
}

void ControlLoop::hear(const Snapshot& message) {
  for (const EntityReading& reading : message.entities) {
    if (reading.quality == "bad") continue;
    for (const auto& [item, value] : reading.setpoints) desk_.reported(reading.path, item, value, message.ts);
  }
}

}  // namespace takt
