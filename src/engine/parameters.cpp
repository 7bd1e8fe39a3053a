// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/parameters.hpp"

#include <algorithm>
#include <charconv>

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
  throw InvalidInput(Fault{std::string(path), std::string(path), "the path of a number of plant " + model.plant.name,
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

void set_probability(const ParameterSlot& slot, Parameters& parameters, double value) {
  if (!(value >= 0.0 && value <= 1.0))
    throw InvalidInput(Fault{slot.path, std::to_string(value), "a probability from 0 % to 100 %", "", "", 0});
  double& p = parameters.probabilities[slot.index];
  if (slot.kind == ParameterSlot::Kind::route) {
    const double others = 1.0 - p;
    if (slot.count == 1 && value != 1.0)
      throw InvalidInput(Fault{slot.path, std::to_string(value), "100 %: it is the only way", "", "", 0});
    for (std::uint32_t i = slot.first; i < slot.first + slot.count; ++i) {
      if (i == slot.index) continue;
      double& other = parameters.probabilities[i];
      other = others > 0.0 ? other * (1.0 - value) / others : (1.0 - value) / (slot.count - 1);
    }
  }
  p = value;
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
  const Found found = find(model, parameters, path);
  const double value = read_number(*found.slot, found.name, path, text);
  if (found.slot->kind != ParameterSlot::Kind::law) {
    set_probability(*found.slot, parameters, value);
    return;
  }
  Distribution& law = parameters.laws[found.slot->index];
  try {
    law = law.with(found.name, value);
  } catch (const InvalidInput& error) {
    Fault fault = error.faults().front();
    fault.path = path;
    throw InvalidInput(std::move(fault));
  }
}

void set_law(const Model& model, Parameters& parameters, std::string_view path, Distribution law) {
  parameters.laws[law_slot(model, path).index] = std::move(law);
}

const Distribution& get_law(const Model& model, const Parameters& parameters, std::string_view path) {
  return parameters.laws[law_slot(model, path).index];
}

}  // namespace takt
