// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

#include "plant/checks.hpp"
#include "plant/text.hpp"
#include "takt/core/random.hpp"

namespace takt {
namespace detail {
namespace {

bool is_legal(std::string_view name) {
  const auto legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), legal);
}

bool is_date(const std::string& text) {
  try {
    parse_date(text);
    return true;
  } catch (const InvalidInput&) {
    return false;
  }
}

// Every path of the plant with its hash, since streams of random numbers are keyed by the hash alone.
class PathHashes {
 public:
  void add(std::string path, std::string pointer) {
    const std::uint64_t hash = hash_path(path);
    all_.emplace_back(hash, std::move(path), std::move(pointer));
  }
  void check(Checks& checks) {
    std::sort(all_.begin(), all_.end());
    for (std::size_t i = 1; i < all_.size(); ++i) {
      const auto& [hash, path, pointer] = all_[i];
      const auto& [hash_before, path_before, pointer_before] = all_[i - 1];
      if (hash == hash_before && path != path_before) {
        checks.fault(pointer, in_quotes(path),
                     "another name: the random numbers of " + path_before + " have the same key");
      }
    }
  }

 private:
  std::vector<std::tuple<std::uint64_t, std::string, std::string>> all_;
};

// The names of one name space.
class Names {
 public:
  Names(Checks& checks, std::string where) : checks_(checks), where_(std::move(where)) {}
  void add(const std::string& name, const std::string& pointer) {
    if (!is_legal(name)) checks_.fault(pointer, in_quotes(name), "a name of letters, digits, '_', '-' and '.'");
    if (!seen_.insert(name).second) checks_.fault(pointer, in_quotes(name), "a name that is used once in " + where_);
  }

 private:
  Checks& checks_;
  std::string where_;
  std::set<std::string> seen_;
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
    Names(checks, "the list of calendars").add(name, pointer);
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
  const std::string pointer = pointer_of(enterprise, workshop, "controllers", controller.name);
  const PlantIndex::Place from{{}, pointer, &enterprise, &workshop, nullptr, nullptr};
  for (std::size_t i = 0; i < controller.owns.size(); ++i) {
    if (checks.index.find_equipment(controller.owns[i], from)) continue;
    checks.unknown_name(pointer + "/owns/" + std::to_string(i), controller.owns[i], "the name of an equipment",
                        [&] { return checks.index.equipment_names(from); });
  }
}

void check_workshop(Checks& checks, PathHashes& hashes, const Enterprise& enterprise, const Workshop& workshop) {
  const std::string path = "/" + enterprise.name + "/" + workshop.name;
  Names names(checks, "the workshop (lines, controllers and crews share one name space)");
  const auto add = [&](std::string_view section, const std::string& name) {
    const std::string pointer = pointer_of(enterprise, workshop, section, name);
    names.add(name, pointer);
    hashes.add(path + "/" + name, pointer);
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
  for (const Line& line : workshop.lines) {
    add("lines", line.name);
    Names equipment_names(checks, "the line");
    for (const Equipment& equipment : line.equipment) {
      const std::string pointer = pointer_of(enterprise, workshop, line, equipment);
      equipment_names.add(equipment.name, pointer);
      hashes.add(path + "/" + line.name + "/" + equipment.name, pointer);
    }
  }
}

}  // namespace

void Checks::product_exists(std::string path, const std::string& product) {
  if (std::find(products.begin(), products.end(), product) != products.end()) return;
  unknown_name(std::move(path), product, "a product of the plant", [&] { return products; });
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
    products.add(plant.products[i], "/products/" + std::to_string(i));
  }
  check_calendars(checks);

  PathHashes hashes;
  Names enterprises(checks, "the plant");
  for (const Enterprise& enterprise : plant.enterprises) {
    enterprises.add(enterprise.name, pointer_of(enterprise));
    hashes.add("/" + enterprise.name, pointer_of(enterprise));
    Names workshops(checks, "the enterprise");
    for (const Workshop& workshop : enterprise.workshops) {
      workshops.add(workshop.name, pointer_of(enterprise, workshop));
      hashes.add("/" + enterprise.name + "/" + workshop.name, pointer_of(enterprise, workshop));
      check_workshop(checks, hashes, enterprise, workshop);
    }
  }
  hashes.check(checks);
  if (checks.index.equipment().empty()) {
    checks.fault("/enterprises", "no equipment", "one enterprise with equipment at least");
  }
}

}  // namespace detail

std::vector<Fault> validate(const Plant& plant) {
  detail::Checks checks(plant);
  detail::check_structure(checks);
  detail::check_equipment(checks);
  detail::check_flow(checks);
  return std::move(checks.faults);
}

}  // namespace takt
