// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string_view>
#include <vector>

#include "report/json_text.hpp"
#include "takt/report/results.hpp"

namespace takt::report {
namespace {

using detail::json_string;

/// A choice that each equipment makes for itself.
class Choice {
 public:
  void add(std::string value, const std::string& path) { paths_[std::move(value)].push_back(path); }

  /// The value if all agree, otherwise an object: value -> those who chose it. Empty if nobody chose.
  std::string json() const {
    if (paths_.empty()) return {};
    if (paths_.size() == 1) return paths_.begin()->first;
    std::string text;
    for (const auto& [value, paths] : paths_) {
      std::string list;
      for (const std::string& path : paths) list += (list.empty() ? "" : ", ") + json_string(path);
      const std::string key = value.starts_with('"') ? value : json_string(value);
      text.append(text.empty() ? "{" : ", ").append(key).append(": [").append(list).append("]");
    }
    return text + "}";
  }

 private:
  std::map<std::string, std::vector<std::string>> paths_;  // by value, as JSON
};

std::string name(Blocking blocking) { return blocking == Blocking::after_service ? "after_service" : "before_service"; }
std::string name(FailureClock clock) {
  if (clock == FailureClock::working) return "working";
  return clock == FailureClock::calendar ? "calendar" : "on_shift";
}
std::string name(OnFailure on_failure) {
  if (on_failure == OnFailure::resume) return "resume";
  return on_failure == OnFailure::restart ? "restart" : "scrap";
}
std::string name(WithoutPlace without_place) { return without_place == WithoutPlace::lost ? "lost" : "held"; }

struct Choices {
  Choice blocking, loads, unloads, clock, on_failure, without_place, first_arrival;

  explicit Choices(const Model& model) {
    for (const Enterprise& enterprise : model.plant.enterprises)
      for (const Workshop& workshop : enterprise.workshops)
        for (const Line& line : workshop.lines)
          for (const Equipment& equipment : line.equipment) {
            const std::string path =
                "/" + enterprise.name + "/" + workshop.name + "/" + line.name + "/" + equipment.name;
            if (const auto* m = std::get_if<Machine>(&equipment.is)) machine(*m, path);
            if (const auto* s = std::get_if<Source>(&equipment.is)) source(*s, path);
          }
  }

 private:
  void machine(const Machine& machine, const std::string& path) {
    blocking.add(json_string(name(machine.blocking)), path);
    loads.add(machine.loads_while_down ? "true" : "false", path);
    unloads.add(machine.unloads_while_down ? "true" : "false", path);
    if (!machine.failure) return;
    clock.add(json_string(name(machine.failure->clock)), path);
    on_failure.add(json_string(name(machine.failure->on_failure)), path);
  }
  void source(const Source& source, const std::string& path) {
    if (std::holds_alternative<Source::Saturated>(source.supply)) return;
    without_place.add(json_string(name(source.without_place)), path);
    if (const auto* renewal = std::get_if<Source::Renewal>(&source.supply))
      first_arrival.add(json_string(renewal->first ? "given" : "one interval after the start"), path);
  }
};

}  // namespace

std::string semantics_json(const Present& present) {
  const Model& model = *present.model;
  const WallClock& clock = model.plant.clock;
  std::string text;
  const auto add = [&text](std::string_view key, const std::string& value) {
    if (!value.empty()) text.append(text.empty() ? "" : ",\n  ").append(json_string(key)).append(": ").append(value);
  };
  const Choices choices(model);
  add("buffer_capacity", json_string("buffer places only"));
  add("blocking", choices.blocking.json());
  add("loads_while_down", choices.loads.json());
  add("unloads_while_down", choices.unloads.json());
  add("failure_clock", choices.clock.json());
  add("time_to_failure_starts_anew", json_string("at the end of the repair"));
  add("on_failure", choices.on_failure.json());
  add("repair_order", json_string("first come, first served"));
  add("without_place", choices.without_place.json());
  add("first_arrival", choices.first_arrival.json());
  add("equal_times", json_string("shift change, repair, failure, completion, arrival; then by path"));
  add("random_numbers", json_string("Philox4x32-10, a stream by seed, replication, entity and purpose"));
  add("begin", json_string(present.state ? "the state at " + to_text(clock.to_wall(present.state->now)) +
                                               ", pending times drawn anew given their age"
                                         : "empty at time zero"));
  add("parameters", json_string(present.draw ? "those learnt, drawn from their posterior in each replication"
                                : present.parameters == model.defaults ? "the plant's"
                                                                       : "those of the state it begins with"));
  add("flow_time", json_string(model.keeps_parts() ? "part by part" : "by Little's law"));
  add("clock", "{\"epoch\": " + json_string(to_text(clock.epoch)) + ", \"zone\": " + json_string(clock.zone) + "}");
  return "{\n  " + text + "\n }";
}

}  // namespace takt::report
