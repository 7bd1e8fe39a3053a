// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/explain.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "takt/core/quantity.hpp"
#include "takt/engine/detail/state_moves.hpp"

namespace takt {
namespace {

class Explanation {
 public:
  Explanation(const Model& model, const State& state)
      : model_(model), view_(model, state), now_(state.now.time_since_epoch().count()) {}

  std::vector<std::string> of(std::uint32_t m) {
    machine(m, "");
    return std::move(lines_);
  }

 private:
  static constexpr std::size_t kMostLines = 40;

  void say(std::string line) {
    if (lines_.size() < kMostLines) lines_.push_back(std::move(line));
  }

  /// To a tenth of the largest unit of which there are two at least; below two minutes, of a second.
  static std::string time_left(std::int64_t ns) {
    static constexpr std::array<std::pair<std::int64_t, const char*>, 4> kUnits{
        {{86'400'000'000'000, "d"}, {3'600'000'000'000, "h"}, {60'000'000'000, "min"}, {1'000'000'000, "s"}}};
    const std::int64_t left = std::max<std::int64_t>(ns, 0);
    const auto unit = std::ranges::find_if(kUnits.begin(), kUnits.end() - 1,
                                           [left](const auto& each) { return left >= 2 * each.first; });
    const std::int64_t tenths = left / (unit->first / 10) + (left % (unit->first / 10) * 20 >= unit->first ? 1 : 0);
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
    return text + " " + unit->second;
  }

  /// `role`: what it is to the one that waits for it.
  void machine(std::uint32_t m, const std::string& role) {
    const std::string& path = model_.machine_path(m);
    const std::string who = path + (role.empty() ? " " : " " + role + " and ");
    if (!seen_.insert(m).second) {
      say(who + "waits as told above: a circle of waits");
      return;
    }
    const MachineState& ms = view_.machines[m];
    switch (ms.condition()) {
      case Condition::in_repair: say(who + "is in repair, " + time_left(ms.breakdown - now_) + " to go"); return;
      case Condition::waiting_for_crew: crew(m, who); return;
      case Condition::off_shift: say(who + "is off shift for " + time_left(ms.next_shift - now_)); return;
      case Condition::up: break;
    }
    const MachineSpec& spec = model_.machines[m];
    const auto servers = view_.servers.subspan(spec.first_server, spec.servers);
    const auto with = [&servers](Activity a) { return std::ranges::find(servers, a, &ServerState::activity); };
    if (const auto blocked = with(Activity::blocked); blocked != servers.end()) {
      full(who + "is blocked", *blocked);
    } else if (with(Activity::starved) != servers.end()) {
      empty(m, who + "is starved");
    } else {
      std::int64_t due = servers.front().due;
      for (const ServerState& s : servers) due = std::min(due, s.due);
      const bool setup = with(Activity::working) == servers.end();
      say(who + (setup ? "is being set up, " : "is at work, ") + time_left(due - now_) + " to go");
    }
  }

  void crew(std::uint32_t m, const std::string& who) {
    const std::uint32_t c = model_.machines[m].crew;
    say(who + "is down and waits for " + model_.entities[model_.crew_entity[c]].path);
    for (std::uint32_t other = 0; other < model_.machines.size(); ++other)
      if (model_.machines[other].crew == c &&
          view_.machines[other].down == static_cast<std::uint8_t>(Condition::in_repair))
        say(model_.machine_path(other) + " is repaired by it, " + time_left(view_.machines[other].breakdown - now_) +
            " to go");
  }

  void full(const std::string& what, const ServerState& server) {
    if (server.place >= model_.buffers.size()) {
      say(what);
      return;
    }
    const BufferSpec& spec = model_.buffers[server.place];
    if (spec.implicit) {
      say(what + ": it gives its parts straight to " + model_.machine_path(model_.consumers[spec.first_consumer]));
    } else {
      say(what + ": " + model_.buffer_path(server.place) + " is full (" +
          std::to_string(view_.buffers[server.place].level) + " of " + std::to_string(spec.capacity) + ")");
    }
    for (std::uint32_t i = spec.first_consumer; i < spec.first_consumer + spec.consumers; ++i)
      machine(model_.consumers[i], "takes from it");
  }

  void empty(std::uint32_t m, const std::string& what) {
    const MachineSpec& spec = model_.machines[m];
    std::string inputs;
    for (std::uint32_t i = spec.first_input; i < spec.first_input + spec.inputs; ++i) {
      if (model_.buffers[model_.inputs[i]].implicit) continue;
      inputs += (inputs.empty() ? "" : " and ") + model_.buffer_path(model_.inputs[i]);
    }
    say(what + (inputs.empty()
                    ? ": nothing comes to it"
                    : ": " + inputs + (inputs.find(" and ") == std::string::npos ? " is" : " are") + " empty"));
    for (std::uint32_t i = spec.first_input; i < spec.first_input + spec.inputs; ++i) feeders(model_.inputs[i]);
  }

  void feeders(std::uint32_t place) {
    const auto leads_here = [&](std::uint32_t first, std::uint32_t count) {
      const auto routes = std::span(model_.routes).subspan(first, count);
      return std::ranges::find(routes, place, &Route::place) != routes.end();
    };
    for (std::uint32_t m = 0; m < model_.machines.size(); ++m)
      if (leads_here(model_.machines[m].first_route, model_.machines[m].routes)) machine(m, "gives to it");
    for (std::uint32_t i = 0; i < model_.sources.size(); ++i)
      if (leads_here(model_.sources[i].first_route, model_.sources[i].routes)) source(i);
  }

  void source(std::uint32_t i) {
    const std::string& path = model_.entities[model_.source_entity[i]].path;
    const SourceState& source = view_.sources[i];
    if (source.due == kNever.time_since_epoch().count())
      say(path + (source.holding != 0 ? " gives to it" : " gives to it and has no arrival left"));
    else
      say(path + " gives to it and has its next arrival in " + time_left(source.due - now_));
  }

  const Model& model_;
  ConstStateView view_;
  std::int64_t now_;
  std::set<std::uint32_t> seen_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> why(const Model& model, const State& state, MachineId machine) {
  return Explanation(model, state).of(machine.value);
}

}  // namespace takt
