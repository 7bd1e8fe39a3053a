// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "report/text_table.hpp"
#include "report/twin_words.hpp"
#include "takt/report/tables.hpp"

namespace takt::report {
namespace detail {

std::string state_word(Condition condition, Activity activity) {
  switch (condition) {
    case Condition::in_repair: return "in repair";
    case Condition::waiting_for_crew: return "waiting for a crew";
    case Condition::off_shift: return "off shift";
    case Condition::up: break;
  }
  switch (activity) {
    case Activity::working: return "working";
    case Activity::setup: return "set-up";
    case Activity::blocked: return "blocked";
    case Activity::starved: break;
  }
  return "starved";
}

std::string machine_word(const Model& model, const State& state, std::uint32_t machine) {
  const ConstStateView view(model, state);
  const MachineSpec& spec = model.machines[machine];
  const Condition condition = view.machines[machine].condition();
  if (spec.servers == 1 || condition != Condition::up) {
    return state_word(condition, view.servers[spec.first_server].activity);
  }
  std::string words;
  for (const Activity activity : {Activity::working, Activity::setup, Activity::blocked, Activity::starved}) {
    std::uint32_t servers = 0;
    for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s)
      servers += view.servers[s].activity == activity ? 1U : 0U;
    if (servers == 0) continue;
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", servers, state_word(Condition::up, activity));
  }
  return words;
}

}  // namespace detail

std::string verdict_text(const Verdict& verdict) {
  constexpr std::size_t kShown = 5;
  std::string text = fmt::format("The twin is {} ({}) since {}\n", name_of(verdict.trust), name_of(verdict.stage),
                                 to_text(verdict.since));
  for (std::size_t i = 0; i < std::min(verdict.doubts.size(), kShown); ++i)
    text += fmt::format("  {}: {}\n", name_of(verdict.doubts[i].trust), verdict.doubts[i].sentence);
  if (verdict.doubts.size() > kShown) text += fmt::format("  and {} more\n", verdict.doubts.size() - kShown);
  return text;
}

std::string learnt_table(const Learnt& learnt, const Model& model) {
  detail::TextTable table({"law", "plant", "learnt", "90 % interval", "observations"});
  for (const Learnt::Row& row : learnt.rows()) {
    const detail::TimeUnit unit = detail::time_unit(row.mean_s);
    const auto text = [&unit](double seconds) { return detail::short_text(seconds / unit.seconds); };
    table.row({row.path, text(get_law(model, model.defaults, row.path).mean()) + " " + unit.name,
               text(row.mean_s) + " " + unit.name, text(row.low_s) + " to " + text(row.high_s) + " " + unit.name,
               std::to_string(row.observations)});
  }
  return table.text();
}

std::string state_table(const Model& model, const State& state) {
  const ConstStateView view(model, state);
  detail::TextTable machines({"machine", "does"}), buffers({"buffer", "parts", "of"});
  machines.left(1);
  for (const Entity& entity : model.entities) {
    if (entity.kind == Entity::Kind::machine) {
      machines.row({entity.path, detail::machine_word(model, state, entity.index)});
    } else if (entity.kind == Entity::Kind::buffer) {
      const std::uint32_t capacity = model.buffers[entity.index].capacity;
      buffers.row({entity.path, std::to_string(view.buffers[entity.index].level),
                   capacity == kInfinite ? "no limit" : std::to_string(capacity)});
    }
  }
  return machines.text() + (buffers.empty() ? "" : "\n" + buffers.text());
}

}  // namespace takt::report
