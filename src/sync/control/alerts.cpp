// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/control/alerts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <tuple>

#include "core/number_text.hpp"
#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"

namespace takt {
namespace {

using detail::number_text;

/// As Doubt::check has them.
constexpr std::array kChecks{"modes",     "levels", "calibration", "coverage", "skill",
                             "alignment", "drift",  "source",      "merge",    "evidence"};

/// The share of a machine's servers that do something while it is up.
double share_of(const MachineSpec& spec, const ConstStateView& view, Activity activity) {
  const auto servers = view.servers.subspan(spec.first_server, spec.servers);
  return static_cast<double>(std::ranges::count(servers, activity, &ServerState::activity)) / spec.servers;
}

/// How long a machine in repair has been so, as far as the state knows: drawn time less what is left of it.
double down_s(const MachineState& machine, Time now) {
  if (machine.down == 0) return 0.0;
  if (machine.condition() == Condition::waiting_for_crew) return 0.0;
  return std::max(0.0, to_seconds(Duration{machine.breakdown_total} - (Time{Duration{machine.breakdown}} - now)));
}

std::vector<Fault> faults_of(const std::vector<AlertRule>& rules) {
  std::vector<Fault> faults;
  std::set<std::string> names;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const AlertRule& rule = rules[i];
    const auto fault = [&](const char* field, std::string value, std::string expected) {
      faults.push_back({.path = "/alerts/" + std::to_string(i) + "/" + field,
                        .value = std::move(value),
                        .expected = std::move(expected)});
    };
    if (rule.name.empty() || !names.insert(rule.name).second)
      fault("name", '"' + rule.name + '"', "a name that is used once");
    if (rule.signal.empty()) fault("signal", "\"\"", "the name of a signal");
    if (rule.about.empty()) fault("about", "\"\"", "a path, or \"*\" for whatever has the signal");
    if (!std::isfinite(rule.raise)) fault("raise", number_text(rule.raise), "a number");
    if (!std::isfinite(rule.clear) || (rule.low ? rule.clear < rule.raise : rule.clear > rule.raise))
      fault("clear", number_text(rule.clear),
            "a number not " + std::string(rule.low ? "below" : "above") + " raise, " + number_text(rule.raise));
    if (rule.on_delay < Duration{0}) fault("on_delay", to_text(rule.on_delay), "a time not below zero");
    if (rule.off_delay < Duration{0}) fault("off_delay", to_text(rule.off_delay), "a time not below zero");
  }
  return faults;
}

}  // namespace

std::vector<Signal> perceive(const Twin& twin, const Verdict& verdict) {
  const Model& model = twin.model();
  const ConstStateView view(model, twin.state());
  std::vector<Signal> signals;
  for (std::uint32_t m = 0; m < model.machines.size(); ++m) {
    const MachineSpec& spec = model.machines[m];
    const std::string& path = model.machine_path(m);
    signals.push_back({"down_s", path, down_s(view.machines[m], twin.time())});
    signals.push_back({"working", path, share_of(spec, view, Activity::working)});
    signals.push_back({"starved", path, share_of(spec, view, Activity::starved)});
    signals.push_back({"blocked", path, share_of(spec, view, Activity::blocked)});
    if ((spec.flags & kLawByProduct) == 0)
      signals.push_back({"cycle_s", path, twin.parameters().law(spec.cycle_law).mean()});
  }
  for (std::uint32_t b = 0; b < model.buffers.size(); ++b) {
    if (model.buffer_entity[b] == kNone) continue;
    const std::string path = model.buffer_path(b);
    const double level = view.buffers[b].level;
    signals.push_back({"level", path, level});
    if (model.buffers[b].capacity != kInfinite) signals.push_back({"fill", path, level / model.buffers[b].capacity});
  }
  signals.push_back({"trust", "/", static_cast<double>(verdict.trust)});
  for (const char* check : kChecks) {
    Trust worst = Trust::valid;
    for (const Doubt& doubt : verdict.doubts)
      if (doubt.check == check) worst = std::max(worst, doubt.trust);
    signals.push_back({check, "/", static_cast<double>(worst)});
  }
  return signals;
}

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::notice: return "notice";
    case Severity::warning: return "warning";
    case Severity::alarm: break;
  }
  return "alarm";
}

Alerts::Alerts(std::vector<AlertRule> rules) : rules_(std::move(rules)) {
  if (std::vector<Fault> faults = faults_of(rules_); !faults.empty()) throw InvalidInput(std::move(faults));
}

std::vector<AlertEvent> Alerts::observe(std::span<const Signal> signals, WallClock::Instant now) {
  std::vector<AlertEvent> events;
  for (const AlertRule& rule : rules_)
    for (const Signal& signal : signals) {
      if (signal.name != rule.signal || (rule.about != "*" && rule.about != signal.about)) continue;
      if (std::isnan(signal.value)) continue;
      Standing& standing = standing_[{rule.name, signal.about}];
      if (auto event = observe(rule, standing, signal.value, now)) {
        event->alert.about = signal.about;
        standing.alert.about = signal.about;
        events.push_back(std::move(*event));
      }
    }
  std::erase_if(standing_, [](const auto& each) { return !each.second.known && !each.second.beyond_since; });
  return events;
}

std::optional<AlertEvent> Alerts::observe(const AlertRule& rule, Standing& standing, double value,
                                          WallClock::Instant now) {
  const bool beyond = rule.low ? value <= rule.raise : value >= rule.raise;
  const bool back = rule.low ? value > rule.raise && value >= rule.clear : value < rule.raise && value <= rule.clear;
  Alert& alert = standing.alert;
  alert.value = value;
  if (alert.active) {
    alert.worst = rule.low ? std::min(alert.worst, value) : std::max(alert.worst, value);
    if (!back) {
      standing.back_since.reset();
      return std::nullopt;
    }
    if (!standing.back_since) standing.back_since = now;
    if (now - *standing.back_since < rule.off_delay) return std::nullopt;
    alert.active = false;
    alert.cleared = now;
    standing.beyond_since.reset();
    standing.back_since.reset();
    standing.known = alert.acknowledged_by.empty();
    return AlertEvent{AlertEvent::Kind::cleared, alert};
  }
  if (!beyond) {
    standing.beyond_since.reset();
    return std::nullopt;
  }
  if (!standing.beyond_since) standing.beyond_since = now;
  if (now - *standing.beyond_since < rule.on_delay) return std::nullopt;
  alert = {rule.name, alert.about, rule.severity, true, value, value, now, {}, ""};
  standing.known = true;
  return AlertEvent{AlertEvent::Kind::raised, alert};
}

AlertEvent Alerts::acknowledge(std::string_view rule, std::string_view about, std::string who, WallClock::Instant) {
  const auto found = standing_.find({std::string(rule), std::string(about)});
  const auto refuse = [&](const char* expected) {
    throw InvalidInput(Fault{.path = std::string(about), .value = std::string(rule), .expected = expected});
  };
  if (found == standing_.end() || !found->second.known) refuse("an alert that stands");
  if (who.empty()) refuse("the name of who acknowledges it");
  if (!found->second.alert.acknowledged_by.empty()) refuse("an alert that nobody acknowledged before");
  Standing& standing = found->second;
  standing.alert.acknowledged_by = std::move(who);
  standing.known = standing.alert.active;
  AlertEvent event{AlertEvent::Kind::acknowledged, standing.alert};
  if (!standing.known && !standing.beyond_since) standing_.erase(found);
  return event;
}

std::vector<Alert> Alerts::standing() const {
  std::vector<Alert> alerts;
  for (const auto& [key, each] : standing_)
    if (each.known) alerts.push_back(each.alert);
  std::ranges::stable_sort(alerts, [](const Alert& a, const Alert& b) {
    return std::tuple(b.severity, a.raised) < std::tuple(a.severity, b.raised);
  });
  return alerts;
}

}  // namespace takt
