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
  for (const ParameterSlot& slot : slots_of(model)) {
    known.push_back(slot_path(model, slot));
    if (slot.kind != ParameterSlot::Kind::law) continue;
    const std::string law = known.back();
    for (const std::string& name : model.defaults.law(slot.index).number_names()) known.push_back(law + "/" + name);
  }
  throw InvalidInput(Fault{std::string(path), "", "the path of a number of plant " + model.plant.name,
                           nearest_name(path, known), "", 0});
}

/// The equipment of an entity, as it is written.
const Equipment& equipment_at(const Plant& plant, std::string_view path) {
  const auto next = [&path]() {
    path.remove_prefix(1);
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(name.size());
    return name;
  };
  const auto named = [](const auto& things, std::string_view name) -> const auto& {
    return *std::ranges::find_if(things, [name](const auto& thing) { return thing.name == name; });
  };
  const Enterprise& enterprise = named(plant.enterprises, next());
  const Workshop& workshop = named(enterprise.workshops, next());
  const Line& line = named(workshop.lines, next());
  return named(line.equipment, next());
}

std::string_view last_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// What a part gets to by a route: a machine, buffer or sink.
std::uint32_t entity_of_place(const Model& model, std::uint32_t place) {
  if (place >= model.buffers.size()) return model.sink_entity[place - model.buffers.size()];
  if (model.buffer_entity[place] != kNone) return model.buffer_entity[place];
  return model.machine_entity[model.consumers[model.buffers[place].first_consumer]];
}

/// A way is named by the last name of where it leads, or as it is written where two of them end alike.
std::string way_name(const Model& model, const ParameterSlot& slot) {
  const Entity& from = model.entities[slot.entity];
  const bool is_machine = from.kind == Entity::Kind::machine;
  const std::uint32_t first =
      is_machine ? model.machines[from.index].first_route : model.sources[from.index].first_route;
  const std::uint32_t count = is_machine ? model.machines[from.index].routes : model.sources[from.index].routes;
  const std::uint32_t place = model.routes[slot.route].place;
  const auto name_of = [&](std::uint32_t of) { return last_name(model.entities[entity_of_place(model, of)].path); };
  const bool unique = std::ranges::none_of(std::span(model.routes).subspan(first, count), [&](const Route& other) {
    return other.place != place && name_of(other.place) == name_of(place);
  });
  if (unique) return std::string(name_of(place));
  const std::string& written = equipment_at(model.plant, from.path).to[slot.output].to;
  return written.starts_with('/') ? written.substr(1) : written;
}

std::string slot_name(const Model& model, const ParameterSlot& slot) {
  using Name = ParameterSlot::Name;
  const auto by_product = [&](std::string name) {
    return slot.product == kNone ? name : name + "/" + model.products[slot.product];
  };
  switch (slot.name) {
    case Name::cycle_time: return by_product("cycle_time");
    case Name::load_time: return by_product("load_time");
    case Name::scrap: return "scrap";
    case Name::time_to_failure: return "failure/time_to_failure";
    case Name::time_to_repair: return "failure/time_to_repair";
    case Name::interval: return "interval";
    case Name::share: return by_product("products");
    case Name::to: break;
  }
  return by_product("to/" + way_name(model, slot));
}

/// A slot and, for a number below a law, that number's name.
struct Found {
  ParameterSlot slot;
  std::string name;
};

Found find(const Model& model, const Parameters& parameters, std::string_view path) {
  for (std::size_t cut = path.size(); cut != std::string_view::npos && cut > 0; cut = path.rfind('/', cut - 1)) {
    const std::optional<ParameterSlot> slot = find_slot(model, path.substr(0, cut));
    if (!slot) continue;
    if (cut == path.size()) return {*slot, slot->kind == ParameterSlot::Kind::law ? "mean" : ""};
    const std::string name(path.substr(cut + 1));
    if (slot->kind != ParameterSlot::Kind::law) break;
    const auto names = parameters.law(slot->index).number_names();
    if (name == "mean" || std::ranges::find(names, name) != names.end()) return {*slot, name};
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
  try {
    parameters.set_law(found.slot.index, parameters.law(found.slot.index).with(found.name, value));
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
  const ParameterSlot& slot = found.slot;
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

ParameterSlot law_slot(const Model& model, std::string_view path) {
  const std::optional<ParameterSlot> slot = find_slot(model, path);
  if (!slot || slot->kind != ParameterSlot::Kind::law) unknown_path(model, path);
  return *slot;
}

}  // namespace

void Parameters::set_law(std::uint32_t number, Distribution law) {
  std::uint32_t& which = which_[number];
  if (users_[which] == 1) {
    different_[which] = std::move(law);
    return;
  }
  --users_[which];
  which = static_cast<std::uint32_t>(different_.size());
  different_.push_back(std::move(law));
  users_.push_back(1);
}

std::uint32_t Parameters::add_law(const Distribution& law) {
  constexpr std::size_t kLookedAt = 8;  // machines of a kind mostly stand together
  const auto last = std::span(different_).last(std::min(kLookedAt, different_.size()));
  const auto found = std::ranges::find(last, law);
  const std::size_t which = different_.size() - last.size() + static_cast<std::size_t>(found - last.begin());
  if (found == last.end()) {
    different_.push_back(law);
    users_.push_back(0);
  }
  ++users_[which];
  which_.push_back(static_cast<std::uint32_t>(which));
  return laws() - 1;
}

void Parameters::append(const Parameters& more) {
  const auto before = static_cast<std::uint32_t>(different_.size());
  different_.insert(different_.end(), more.different_.begin(), more.different_.end());
  users_.insert(users_.end(), more.users_.begin(), more.users_.end());
  for (const std::uint32_t which : more.which_) which_.push_back(before + which);
  probabilities.insert(probabilities.end(), more.probabilities.begin(), more.probabilities.end());
}

void Parameters::reserve(std::size_t laws, std::size_t probabilities_in_all) {
  which_.reserve(laws);
  probabilities.reserve(probabilities_in_all);
}

bool operator==(const Parameters& a, const Parameters& b) {
  if (a.laws() != b.laws() || a.probabilities != b.probabilities) return false;
  for (std::uint32_t i = 0; i < a.laws(); ++i)
    if (a.law(i) != b.law(i)) return false;
  return true;
}

std::string slot_path(const Model& model, const ParameterSlot& slot) {
  return model.entities[slot.entity].path + "/" + slot_name(model, slot);
}

std::optional<ParameterSlot> find_slot(const Model& model, std::string_view path) {
  std::size_t end = 0;  // of the path of the equipment, which has four names
  for (int i = 0; i < 4 && end != std::string_view::npos; ++i) end = path.find('/', end + 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::uint32_t entity = model.entity_at(path.substr(0, end));
  if (entity == kNone) return std::nullopt;
  const std::string_view name = path.substr(end + 1);
  for (const ParameterSlot& slot : slots_of(model, entity))
    if (slot_name(model, slot) == name) return slot;
  return std::nullopt;
}

double get_number(const Model& model, const Parameters& parameters, std::string_view path) {
  const Found found = find(model, parameters, path);
  if (found.slot.kind != ParameterSlot::Kind::law) return parameters.probabilities[found.slot.index];
  const Distribution& law = parameters.law(found.slot.index);
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
  parameters.set_law(law_slot(model, path).index, std::move(law));
}

const Distribution& get_law(const Model& model, const Parameters& parameters, std::string_view path) {
  return parameters.law(law_slot(model, path).index);
}

}  // namespace takt
