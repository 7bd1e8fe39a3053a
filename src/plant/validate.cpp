// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "plant/checks.hpp"
#include "plant/text.hpp"
#include "takt/core/random.hpp"

namespace takt {
namespace detail {
namespace {

bool is_date(const std::string& text) {
  try {
    parse_date(text);
    return true;
  } catch (const InvalidInput&) {
    return false;
  }
}

/// Whether a value stands twice in a list: by a table with open addressing.
bool has_repeat(const std::vector<std::uint64_t>& values) {
  std::vector<std::uint64_t> table(std::bit_ceil(2 * values.size() + 1));
  bool zero = false;
  for (const std::uint64_t value : values) {
    if (value == 0 && std::exchange(zero, true)) return true;
    std::size_t slot = value & (table.size() - 1);
    while (table[slot] != 0 && table[slot] != value) slot = (slot + 1) & (table.size() - 1);
    if (table[slot] == value && value != 0) return true;
    table[slot] = value;
  }
  return false;
}

/// Calls `add` with the hash of each path of the plant, and functions that give the path and its pointer.
template <class Add>
void each_path(const Checks& checks, Add add) {
  const auto add_text = [&](const std::string& path, auto pointer) {
    add(
        hash_path(path), [&] { return path; }, pointer);
  };
  for (const Enterprise& e : checks.plant.enterprises) {
    add_text("/" + e.name, [&] { return pointer_of(e); });
    for (const Workshop& w : e.workshops) {
      const std::string path = "/" + e.name + "/" + w.name;
      add_text(path, [&] { return pointer_of(e, w); });
      const auto add_all = [&](const char* section, const auto& things) {
        for (const auto& thing : things)
          add_text(path + "/" + thing.name, [&] { return pointer_of(e, w, section, thing.name); });
      };
      add_all("crews", w.crews);
      add_all("controllers", w.controllers);
      add_all("lines", w.lines);
    }
  }
  for (const PlantIndex::Place& place : checks.index.equipment())
    add(
        place.path_hash, [&] { return place.path(); }, [&] { return place.pointer(); });
}

// The names of one name space.
class Names {
 public:
  Names(Checks& checks, std::string where) : checks_(checks), where_(std::move(where)) {}
  /// `pointer` gives where the name is written.
  template <class Pointer>
  void add(const std::string& name, Pointer pointer) {
    if (!is_legal_name(name)) checks_.fault(pointer(), in_quotes(name), "a name of letters, digits, '_', '-' and '.'");
    if (!seen_.insert(name).second) checks_.fault(pointer(), in_quotes(name), "a name that is used once in " + where_);
  }

 private:
  Checks& checks_;
  std::string where_;
  std::unordered_set<std::string_view> seen_;
};

void check_spans(Checks& checks, const std::string& pointer, const DaySpans& spans) {
  using namespace std::chrono_literals;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const DaySpan span = spans[i];
    const std::string at = pointer + "/" + std::to_string(i);
    if (span.from < 0min || span.to > 24h || span.from >= span.to) {
      checks.fault(at, in_quotes(span_text(span)), "a span that ends after it begins, within 00:00-24:00");
    } else if (i > 0 && span.from < spans[i - 1].to) {
      checks.fault(at, in_quotes(span_text(span)), "spans in order that do not overlap");
    }
  }
}

void check_calendars(Checks& checks) {
  for (const auto& [name, calendar] : checks.plant.calendars) {
    const std::string pointer = "/calendars/" + pointer_token(name);
    Names(checks, "the list of calendars").add(name, [&] { return pointer; });
    for (std::size_t day = 0; day < kDays.size(); ++day) {
      check_spans(checks, pointer + "/week/" + std::string(kDays[day]), calendar.week[day]);
    }
    for (const auto& [date, spans] : calendar.exceptions) {
      const std::string at = pointer + "/exceptions/" + pointer_token(date);
      if (!is_date(date)) checks.fault(at, in_quotes(date), "a date such as \"2026-12-25\"");
      check_spans(checks, at, spans);
    }
  }
}

void check_controller(Checks& checks, const Enterprise& enterprise, const Workshop& workshop,
                      const Controller& controller) {
  const PlantIndex::Place from{.enterprise = &enterprise, .workshop = &workshop};
  for (std::size_t i = 0; i < controller.owns.size(); ++i) {
    if (checks.index.find_equipment(controller.owns[i], from)) continue;
    const std::string pointer = pointer_of(enterprise, workshop, "controllers", controller.name);
    checks.unknown_name(pointer + "/owns/" + std::to_string(i), controller.owns[i], "the name of an equipment",
                        [&] { return checks.index.equipment_names(from); });
  }
}

void check_workshop(Checks& checks, const Enterprise& enterprise, const Workshop& workshop) {
  Names names(checks, "the workshop (lines, controllers and crews share one name space)");
  const auto add = [&](std::string_view section, const std::string& name) {
    names.add(name, [&] { return pointer_of(enterprise, workshop, section, name); });
  };
  for (const Crew& crew : workshop.crews) {
    add("crews", crew.name);
    if (crew.size < 1 || crew.size > kMostServers) {
      checks.fault(pointer_of(enterprise, workshop, "crews", crew.name) + "/size", std::to_string(crew.size),
                   "a whole number from 1 to " + std::to_string(kMostServers));
    }
  }
  for (const Controller& controller : workshop.controllers) {
    add("controllers", controller.name);
    check_controller(checks, enterprise, workshop, controller);
  }
  for (const Line& line : workshop.lines) add("lines", line.name);
}

void check_equipment_names(Checks& checks) {
  for (const PlantIndex::LinePlace& place : checks.index.lines()) {
    const auto all = checks.index.equipment().subspan(place.first, place.count);
    const bool good = std::ranges::all_of(all, &PlantIndex::Place::legal_name) &&
                      std::ranges::adjacent_find(all, [](const PlantIndex::Place& a, const PlantIndex::Place& b) {
                        return a.name_head == b.name_head && a.equipment->name == b.equipment->name;
                      }) == all.end();
    if (good) continue;
    Names names(checks, "the line");
    for (const Equipment& equipment : place.line->equipment)
      names.add(equipment.name, [&] { return pointer_of(*place.enterprise, *place.workshop, *place.line, equipment); });
  }
}

}  // namespace

/// Streams of random numbers are keyed by the hash of a path alone.
void check_hashes(Checks& checks) {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(2 * checks.index.equipment().size());
  each_path(checks, [&](std::uint64_t hash, auto, auto) { hashes.push_back(hash); });
  if (!has_repeat(hashes)) return;
  std::vector<std::tuple<std::uint64_t, std::string, std::string>> all;
  each_path(checks, [&](std::uint64_t hash, auto path, auto pointer) { all.emplace_back(hash, path(), pointer()); });
  std::sort(all.begin(), all.end());
  for (std::size_t i = 1; i < all.size(); ++i) {
    const auto& [hash, path, pointer] = all[i];
    const auto& [hash_before, path_before, pointer_before] = all[i - 1];
    if (hash == hash_before && path != path_before) {
      checks.fault(pointer, in_quotes(path),
                   "another name: the random numbers of " + path_before + " have the same key");
    }
  }
}

void check_structure(Checks& checks) {
  const Plant& plant = checks.plant;
  if (plant.name.empty()) checks.fault("/name", "\"\"", "the name of the plant");
  try {
    parse_instant("2000-01-01T00:00:00", plant.clock.zone);  // says which zone may be meant
  } catch (const InvalidInput& error) {
    const Fault& fault = error.faults().front();
    checks.fault("/clock/zone", in_quotes(plant.clock.zone), fault.expected, fault.nearest);
  }

  Names products(checks, "the list of products");
  for (std::size_t i = 0; i < plant.products.size(); ++i) {
    products.add(plant.products[i], [i] { return "/products/" + std::to_string(i); });
  }
  check_calendars(checks);

  Names enterprises(checks, "the plant");
  for (const Enterprise& enterprise : plant.enterprises) {
    enterprises.add(enterprise.name, [&] { return pointer_of(enterprise); });
    Names workshops(checks, "the enterprise");
    for (const Workshop& workshop : enterprise.workshops) {
      workshops.add(workshop.name, [&] { return pointer_of(enterprise, workshop); });
      check_workshop(checks, enterprise, workshop);
    }
  }
  check_equipment_names(checks);
}

}  // namespace detail

std::vector<Fault> validate(const Plant& plant, const PlantIndex& index, ThreadPool& pool,
                            const std::function<void()>& beside) {
  const std::array<void (*)(detail::Checks&), 5> checks = {
      detail::check_structure,
      detail::check_hashes,
      [](detail::Checks& of_equipment) {
        if (of_equipment.index.equipment().empty())
          of_equipment.fault("/enterprises", "no equipment", "one enterprise with equipment at least");
        if (!of_equipment.index.equipment_is_sound())
          detail::check_equipment(of_equipment, of_equipment.index.equipment());
      },
      detail::check_flow,
      detail::check_cyber,
  };
  std::array<std::vector<Fault>, checks.size()> found;
  pool.run(checks.size() + (beside ? 1 : 0), [&](std::size_t i) {
    if (beside && i == 0) return beside();
    const std::size_t check = beside ? i - 1 : i;
    detail::Checks own(plant, index);
    checks[check](own);
    found[check] = std::move(own.faults);
  });
  std::vector<Fault> faults;
  for (std::vector<Fault>& each : found) std::ranges::move(each, std::back_inserter(faults));
  return faults;
}

std::vector<Fault> validate(const Plant& plant) {
  ThreadPool alone(1);
  return validate(plant, PlantIndex(plant, alone), alone);
}

}  // namespace takt
