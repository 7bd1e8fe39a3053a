// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "takt/sync/twin.hpp"

namespace takt {
namespace {

bool has_entity(const Model& model, const std::string& path, Entity::Kind kind) {
  const std::uint32_t entity = model.entity_at(path);
  return entity != kNone && model.entities[entity].kind == kind;
}

/// Drops the entries of things that are gone, and tells them.
template <class Book>
void keep_known(Book& book, const Model& model, Entity::Kind kind, std::vector<std::string>& dropped) {
  std::erase_if(book, [&](const auto& entry) {
    const bool is_gone = !has_entity(model, entry.first, kind);
    if (is_gone) dropped.push_back(entry.first);
    return is_gone;
  });
}

}  // namespace

MigratedTwin migrate(const Twin& old, Model to) {
  const Model& from = *old.model_;
  auto model = std::make_shared<const Model>(std::move(to));
  Parameters numbers = carry_over(from, old.parameters_, *model);
  Migrated state = migrate(from, old.state_, *model, numbers);
  MigratedTwin made{Twin(model, std::move(numbers), std::move(state.state), old.options_), {}};
  made.report.state = std::move(state.report);
  Twin& twin = made.twin;

  twin.learnt_ = old.learnt_;
  made.report.unlearnt = twin.learnt_.forget_unless([&](const std::string& path) {
    const std::optional<ParameterSlot> slot = find_slot(*model, path), old_slot = find_slot(from, path);
    if (!slot || !old_slot || slot->kind != old_slot->kind || slot->count != old_slot->count) return false;
    if (slot->kind == ParameterSlot::Kind::law)
      return get_law(from, from.defaults, path) == get_law(*model, model->defaults, path);
    return get_number(from, from.defaults, path) == get_number(*model, model->defaults, path);
  });
  std::ranges::sort(made.report.unlearnt);
  twin.parameters_ = twin.learnt_.mean(*model, std::move(twin.parameters_));

  twin.book_ = old.book_;
  keep_known(twin.book_.machines, *model, Entity::Kind::machine, made.report.uncounted);
  keep_known(twin.book_.levels, *model, Entity::Kind::buffer, made.report.uncounted);
  twin.seen_messages_ = old.seen_messages_;
  for (const auto& [machine, seen] : old.seen_machines_) {
    const std::string path = from.machine_path(machine);
    if (has_entity(*model, path, Entity::Kind::machine)) twin.seen_machines_[model->machine(path).value] = seen;
  }
  return made;
}

std::vector<Fault> Twin::faults() const {
  const Model& model = *model_;
  std::vector<Fault> faults;
  const auto expect = [&faults](bool is_so, const char* path, std::size_t value, const char* expected) {
    if (!is_so) faults.push_back({.path = path, .value = std::to_string(value), .expected = expected});
  };
  expect(parameters_.laws() == model.defaults.laws(), "parameters/laws", parameters_.laws(),
         "as many as the plant has");
  expect(parameters_.probabilities.size() == model.defaults.probabilities.size(), "parameters/probabilities",
         parameters_.probabilities.size(), "as many as the plant has");
  expect(state_.arena.size() == StateView::words(model), "state/arena", state_.arena.size(),
         "as many words as a state of the plant");
  for (const auto& [machine, seen] : seen_machines_)
    expect(machine < model.machines.size(), "seen_machines", machine, "the number of a machine");
  if (faults.empty()) faults = check_invariants(model, state_);
  return faults;
}

}  // namespace takt
