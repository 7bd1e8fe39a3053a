// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/count_learning.hpp"

#include <algorithm>
#include <optional>

namespace takt {
namespace {

/// The machine that takes in what goes one way and nothing else, or "".
std::string only_taker(const Model& model, std::uint32_t place, const std::vector<std::uint32_t>& feeders) {
  if (place >= model.buffers.size() || feeders[place] != 1) return {};
  const BufferSpec& buffer = model.buffers[place];
  if (buffer.consumers != 1) return {};
  const std::uint32_t machine = model.consumers[buffer.first_consumer];
  return model.machines[machine].inputs == 1 ? model.machine_path(machine) : std::string{};
}

/// What a counter grew by; none where it was not told twice or fell.
std::optional<double> growth(std::int64_t before, std::int64_t now) {
  if (before < 0 || now < before) return std::nullopt;
  return static_cast<double>(now - before);
}

}  // namespace

CountLearning::CountLearning(const Model& model) {
  std::vector<std::uint32_t> feeders(model.buffers.size(), 0);
  for (const Route& route : model.routes) {
    if (route.place < feeders.size()) ++feeders[route.place];
  }
  std::map<std::uint32_t, Choice> choices;  // by their first probability
  for (const ParameterSlot& slot : slots_of(model)) {
    if (slot.kind != ParameterSlot::Kind::route || slot.name != ParameterSlot::Name::to || slot.product != kNone)
      continue;
    Choice& choice = choices[slot.first];
    choice.to.resize(slot.count);
    choice.to[slot.index - slot.first] = only_taker(model, model.routes[slot.route].place, feeders);
    choice.from = model.entities[slot.entity].path;
    if (slot.index == slot.first) choice.path = slot_path(model, slot);
  }
  for (auto& [first, choice] : choices) {
    choice.uncounted = static_cast<std::size_t>(std::ranges::count(choice.to, std::string{}));
    if (choice.to.size() > 1 && choice.uncounted <= 1) choices_.push_back(std::move(choice));
  }
}

void CountLearning::observe(const Model& model, const Snapshot& snapshot, Learnt& learnt) {
  const Origin origin{.at = snapshot.ts, .source = snapshot.source};
  bool has_grown = false;
  for (const EntityReading& reading : snapshot.entities) {
    if (reading.quality != "good" || !reading.counters) continue;
    const Entity& entity = model.entity(reading.path);
    if (entity.kind != Entity::Kind::machine) continue;
    const CounterReading& counters = *reading.counters;
    const auto told = [](const std::optional<std::uint64_t>& count) {
      return count ? static_cast<std::int64_t>(*count) : std::int64_t{-1};
    };
    const Seen now{told(counters.in), told(counters.good), told(counters.scrap), counters.reset_epoch};
    Seen& before = seen_[reading.path];
    if (before.reset_epoch == now.reset_epoch) {
      const auto in = growth(before.in, now.in), good = growth(before.good, now.good);
      const auto scrap = growth(before.scrap, now.scrap);
      if (good && scrap && *good + *scrap > 0.0)
        learnt.observe_scrap(model, reading.path + "/scrap", *scrap, *good, origin);
      if (in) in_[reading.path] += *in;
      if (good) good_[reading.path] += *good;
      has_grown = has_grown || in || good;
    }
    // A counter that is not told this time keeps its base, unless it was reset meanwhile.
    const bool is_same = before.reset_epoch == now.reset_epoch;
    const auto base = [is_same](std::int64_t old, std::int64_t fresh) { return fresh >= 0 || !is_same ? fresh : old; };
    before = {base(before.in, now.in), base(before.good, now.good), base(before.scrap, now.scrap), now.reset_epoch};
  }
  if (!has_grown) return;
  for (const Choice& choice : choices_) learn_ways(model, choice, origin, learnt);
}

void CountLearning::learn_ways(const Model& model, const Choice& choice, const Origin& origin, Learnt& learnt) {
  std::vector<double> counts;
  double counted = 0.0;
  for (const std::string& to : choice.to) {
    if (!to.empty() && (!seen_.contains(to) || seen_.at(to).in < 0)) return;
    counts.push_back(to.empty() ? 0.0 : in_[to]);
    counted += counts.back();
  }
  if (choice.uncounted == 1) {
    // Parts between the machine and the next counter are in neither: their number is small against a batch.
    constexpr double kBatch = 50.0;
    const double all = good_[choice.from];
    if (all < kBatch || !seen_.contains(choice.from)) return;
    const auto place = std::ranges::find(choice.to, std::string{}) - choice.to.begin();
    counts[static_cast<std::size_t>(place)] = std::max(0.0, all - counted);
  } else if (counted == 0.0) {
    return;
  }
  learnt.observe_ways(model, choice.path, counts, origin);
  good_[choice.from] = 0.0;
  for (const std::string& to : choice.to) {
    if (!to.empty()) in_[to] = 0.0;
  }
}

}  // namespace takt
