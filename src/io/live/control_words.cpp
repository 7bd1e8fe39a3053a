// SPDX-License-Identifier: Apache-2.0
#include "io/live/control_words.hpp"

#include <utility>

#include "takt/io/live/control_file.hpp"

namespace takt::io::detail {
namespace {

using Kind = AlertEvent::Kind;

constexpr const char* kRaised = "alert_raised";
constexpr const char* kCleared = "alert_cleared";
constexpr const char* kAcknowledged = "alert_acknowledged";

}  // namespace

AuditEntry entry_of(const AlertEvent& event, WallClock::Instant now) {
  const Alert& alert = event.alert;
  AuditEntry entry;
  entry.at = now;
  entry.what = event.kind == Kind::raised ? kRaised : event.kind == Kind::cleared ? kCleared : kAcknowledged;
  entry.who = event.kind == Kind::acknowledged ? alert.acknowledged_by : std::string(kController);
  entry.path = alert.about;
  entry.item = alert.rule;
  entry.value = alert.value;
  return entry;
}

std::optional<AlertEvent> alert_event_of(const AuditEntry& entry) {
  AlertEvent event;
  Alert& alert = event.alert;
  alert.rule = entry.item;
  alert.about = entry.path;
  alert.value = alert.worst = entry.value;
  if (entry.what == kRaised) {
    event.kind = Kind::raised;
    alert.raised = entry.at;
  } else if (entry.what == kCleared) {
    event.kind = Kind::cleared;
    alert.cleared = entry.at;
  } else if (entry.what == kAcknowledged) {
    event.kind = Kind::acknowledged;
    alert.acknowledged_by = entry.who;
  } else {
    return std::nullopt;
  }
  return event;
}

AuditEntry entry_of(const WorkOrder& order, std::string what, std::string who, WallClock::Instant now,
                    std::string detail) {
  return {.at = now,
          .what = std::move(what),
          .who = std::move(who),
          .path = order.about,
          .item = order.task,
          .value = static_cast<double>(order.number),
          .detail = std::move(detail),
          .expires = order.due};
}

void follow(const AuditEntry& entry, WorkOrder& order) {
  order.changed = entry.at;
  if (entry.what == "work_written") {
    order.number = static_cast<std::uint64_t>(entry.value);
    order.about = entry.path;
    order.task = entry.item;
    order.cause = entry.detail;
    order.written = entry.at;
    order.due = entry.expires;
  }
  if (entry.what == "work_owned") order.owner = entry.detail;
  if (entry.what == "work_moved") order.state = read_work_state(entry.detail);
}

}  // namespace takt::io::detail
