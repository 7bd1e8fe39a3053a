// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "takt/engine/detail/stepper.hpp"

namespace takt::detail {
namespace {

/// Follows waits outward from a blocked producer: it waits for a place, which only the consumers of that place can
/// free. If every server reached is itself blocked, nothing among them can ever move.
class Closure {
 public:
  Closure(const Model& model, const State& state)
      : model_(model), view_(model, state), seen_(view_.servers.size(), false) {}

  bool closed_from(std::uint32_t server) {
    std::vector<std::uint32_t> open{server};
    seen_[server] = true;
    while (!open.empty()) {
      const std::uint32_t s = open.back();
      open.pop_back();
      if (view_.servers[s].freed != 0) return false;
      if (waits_behind_sibling(s)) continue;
      if (view_.servers[s].activity != Activity::blocked) return false;
      const std::uint32_t place = view_.servers[s].place;
      if (place >= model_.buffers.size()) return false;
      if (view_.buffers[place].level + view_.buffers[place].reserved < model_.buffers[place].capacity)
        return false;  // only down
      waits_.push_back(s);
      const BufferSpec& buffer = model_.buffers[place];
      for (std::uint32_t i = buffer.first_consumer; i < buffer.first_consumer + buffer.consumers; ++i) {
        const MachineSpec& consumer = model_.machines[model_.consumers[i]];
        for (std::uint32_t next = consumer.first_server; next < consumer.first_server + consumer.servers; ++next) {
          if (seen_[next]) continue;
          seen_[next] = true;
          open.push_back(next);
        }
      }
    }
    return true;
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const std::uint32_t s : waits_)
      lines.push_back(model_.machine_path(model_.machine_of_server[s]) + " waits for a place in " +
                      model_.buffer_path(view_.servers[s].place));
    std::ranges::sort(lines);  // the same circle, the same text, wherever it was entered
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());  // several servers of a machine
    return lines;
  }

 private:
  /// Blocking before service: only one server of a machine asks for a place; the idle ones can do nothing before it.
  bool waits_behind_sibling(std::uint32_t s) const {
    if (view_.servers[s].activity != Activity::starved) return view_.servers[s].waits_to_start == kBehind;
    const MachineSpec& spec = model_.machines[model_.machine_of_server[s]];
    for (std::uint32_t other = spec.first_server; other < spec.first_server + spec.servers; ++other)
      if (view_.servers[other].waits_to_start == kAsks) return true;
    return false;
  }

  const Model& model_;
  ConstStateView view_;
  std::vector<bool> seen_;
  std::vector<std::uint32_t> waits_;
};

}  // namespace

std::vector<std::string> circular_wait(const Model& model, const State& state, std::uint32_t producer) {
  Closure closure(model, state);
  return closure.closed_from(producer) ? closure.lines() : std::vector<std::string>{};
}

}  // namespace takt::detail
