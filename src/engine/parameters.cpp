// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"
#include "takt/engine/model.hpp"

namespace takt {
namespace {

[[noreturn]] void unknown_path(const Model& model, std::string_view path) {
  std::vector<std::string> known;
  for (const ParameterSlot& slot : model.parameter_slots) {
    known.push_back(slot.path);
    if (slot.kind == ParameterSlot::Kind::law)
      for (const std::string& name : model.defaults.laws[slot.index].number_names())
        known.push_back(slot.path + "/" + name);
  }
  throw InvalidInput(Fault{std::string(path), "", "the path of a number of plant " + model.plant.name,
                           nearest_name(path, known), "", 0});
}

const ParameterSlot* slot_at(const Model& model, std::string_view path) {
  const auto it = std::ranges::lower_bound(model.parameter_slots, path, {},
                                           [](const ParameterSlot& slot) { return std::string_view(slot.path); });
  return it != model.parameter_slots.end() && it->path == path ? &*it : nullptr;
}

/// A slot and, for a number below a law, that number's name.
struct Found {
  const ParameterSlot* slot;
  std::string name;
};

Found find(const Model& model, const Parameters& parameters, std::string_view path) {
  for (std::size_t cut = path.size(); cut != std::string_view::npos && cut > 0; cut = path.rfind('/', cut - 1)) {
    const ParameterSlot* slot = slot_at(model, path.substr(0, cut));
    if (slot == nullptr) continue;
    if (cut == path.size()) return {slot, slot->kind == ParameterSlot::Kind::law ? "mean" : ""};
    const std::string name(path.substr(cut + 1));
    if (slot->kind != ParameterSlot::Kind::law) break;
    const auto names = parameters.laws[slot->index].number_names();
    if (name == "mean" || std::ranges::find(names, name) != names.end()) return {slot, name};
    break;
  }
  unknown_path(model, path);
}

/// Numbers of laws that are plain: all others are times.
bool is_plain(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('/') + 1);
  return last == "cv" || last == "shape" || last == "alpha" || last == "beta" ||
         name.find("weight") != std::string_view::npos;
}

double read_number(const ParameterSlot& slot, const std::string& name, std::string_view path, std::string_view text) {
  try {
    if (slot.kind == ParameterSlot::Kind::law && !is_plain(name)) return parse_quantity(text, Dimension::time);
    return parse_quantity(text, Dimension::ratio);
  } catch (const InvalidInput& error) {
    Fault fault = error.faults().front();
    fault.path = path;
    throw InvalidInput(std::move(fault));
  }
}

/// The ways of one choice that were given; the others share what is left as they did before.
struct Choice {
  std::string path;  ///< one of those given
  std::uint32_t first = 0, count = 0;
  std::map<std::uint32_t, double> given;  ///< by index of the probability
};

void choose(const Choice& choice, Parameters& parameters) {
  double sum = 0.0, others = 0.0;
  for (std::uint32_t i = choice.first; i < choice.first + choice.count; ++i) {
    const auto it = choice.given.find(i);
    (it != choice.given.end() ? sum : others) += it != choice.given.end() ? it->second : parameters.probabilities[i];
  }
  constexpr double kRounding = 1e-9;
  const auto free = choice.count - static_cast<std::uint32_t>(choice.given.size());
  if (sum > 1.0 + kRounding || (free == 0 && sum < 1.0 - kRounding)) {
    const std::string all = to_text(Quantity{sum, Dimension::ratio}) + " for " +
                            (choice.given.size() == 1 ? "the only way" : "all ways given");
    throw InvalidInput(Fault{choice.path, all, free == 0 ? "100 %" : "at most 100 %", "", "", 0});
  }
  for (std::uint32_t i = choice.first; i < choice.first + choice.count; ++i) {
    double& p = parameters.probabilities[i];
    if (const auto it = choice.given.find(i); it != choice.given.end())
      p = it->second;
    else
      p = others > 0.0 ? p * (1.0 - sum) / others : (1.0 - sum) / free;
  }
}

void set_law_number(const Found& found, Parameters& parameters, const std::string& path, const std::string& text,
                    double value) {
  Distribution& law = parameters.laws[found.slot->index];
  try {
    law = law.with(found.name, value);
  } catch (const InvalidInput& error) {
    Fault fault = error.faults().front();
    fault.path = path;
    fault.value = '"' + text + '"';
    throw InvalidInput(std::move(fault));
  }
}

/// Sets a number at once, or notes the way of a choice.
void set_or_note(const Model& model, Parameters& parameters, const std::string& path, const std::string& text,
                 std::map<std::uint32_t, Choice>& choices) {
  const Found found = find(model, parameters, path);
  const ParameterSlot& slot = *found.slot;
  const double value = read_number(slot, found.name, path, text);
  if (slot.kind == ParameterSlot::Kind::law) {
    set_law_number(found, parameters, path, text, value);
    return;
  }
  if (!(value >= 0.0 && value <= 1.0))
    throw InvalidInput(Fault{path, '"' + text + '"', "a probability from 0 % to 100 %", "", "", 0});
  if (slot.kind == ParameterSlot::Kind::probability) {
    parameters.probabilities[slot.index] = value;
    return;
  }
  Choice& choice = choices[slot.first];
  choice.path = path;
  choice.first = slot.first;
  choice.count = slot.count;
  choice.given[slot.index] = value;
}

const ParameterSlot& law_slot(const Model& model, std::string_view path) {
  const ParameterSlot* slot = slot_at(model, path);
  if (slot == nullptr || slot->kind != ParameterSlot::Kind::law) unknown_path(model, path);
  return *slot;
}

}  // namespace

double get_number(const Model& model, const Parameters& parameters, std::string_view path) {
  const Found found = find(model, parameters, path);
  if (found.slot->kind != ParameterSlot::Kind::law) return parameters.probabilities[found.slot->index];
  const Distribution& law = parameters.laws[found.slot->index];
  return found.name == "mean" ? law.mean() : law.number(found.name);
}

void set_number(const Model& model, Parameters& parameters, std::string_view path, std::string_view text) {
  const std::pair<std::string, std::string> number{path, text};
  set_numbers(model, parameters, {&number, 1});
}

void set_numbers(const Model& model, Parameters& parameters,
                 std::span<const std::pair<std::string, std::string>> numbers) {
  std::vector<Fault> faults;
  const auto gather = [&faults](auto&& step) {
    try {
      step();
    } catch (const InvalidInput& error) {
      faults.insert(faults.end(), error.faults().begin(), error.faults().end());
    }
  };
  std::map<std::uint32_t, Choice> choices;  // by the first of their ways
  for (const auto& number : numbers)
    gather([&] { set_or_note(model, parameters, number.first, number.second, choices); });
  for (const auto& choice : choices) gather([&] { choose(choice.second, parameters); });
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

void set_law(const Model& model, Parameters& parameters, std::string_view path, Distribution law) {
  parameters.laws[law_slot(model, path).index] = std::move(law);
}

const Distribution& get_law(const Model& model, const Parameters& parameters, std::string_view path) {
  return parameters.laws[law_slot(model, path).index];
}

}  // namespace takt
