// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <set>
#include <string>

#include "core/number_text.hpp"
#include "plant/checks.hpp"
#include "plant/text.hpp"
#include "takt/core/quantity.hpp"

namespace takt::detail {
namespace {

using Place = PlantIndex::Place;

std::string ratio_text(double value) { return in_quotes(to_text(Quantity{value, Dimension::ratio})); }

// A law whose values are all zero would repeat its event for ever at one instant.
void check_positive(Checks& checks, const Place& place, const char* name, const Distribution& law) {
  if (!(law.mean() > 0.0)) checks.fault(place.pointer() + name, "\"0 s\"", "a law with a mean above 0 s");
}

void check_products_of(Checks& checks, const Place& place, const char* name, const LawByProduct& laws) {
  for (const auto& own : laws.of)
    checks.product_exists(own.first,
                          [&] { return place.pointer() + name + "/by_product/" + pointer_token(own.first); });
}

void check_shares(Checks& checks, const Place& place, const Source& source) {
  std::set<std::string> seen;
  for (const ProductShare& share : source.products) {
    const auto pointer = [&] { return place.pointer() + "/products/" + pointer_token(share.product); };
    checks.product_exists(share.product, pointer);
    if (!seen.insert(share.product).second) checks.fault(pointer(), in_quotes(share.product), "each product once");
    if (!(share.share > 0.0) || !std::isfinite(share.share)) {
      checks.fault(pointer(), number_text(share.share), "a share above 0");
    }
  }
}

void check_timetable(Checks& checks, const Place& place, const Source& source, const Source::Timetable& timetable) {
  const bool needs_product = source.products.empty() && checks.products.size() > 1;
  for (std::size_t i = 0; i < timetable.arrivals.size(); ++i) {
    const Arrival& arrival = timetable.arrivals[i];
    const auto pointer = [&](const char* name) { return place.pointer() + "/timetable/" + std::to_string(i) + name; };
    const auto when = [&] { return in_quotes(to_text(arrival.at.time_since_epoch())); };
    if (arrival.at < Time{}) {
      checks.fault(pointer("/at"), when(), "a time that is not before the start");
    } else if (i > 0 && arrival.at < timetable.arrivals[i - 1].at) {
      checks.fault(pointer("/at"), when(), "arrivals in the order of time");
    }
    if (!arrival.product.empty()) {
      checks.product_exists(arrival.product, [&] { return pointer("/product"); });
    } else if (needs_product) {
      checks.fault(pointer("/product"), "nothing", "a product, as the plant has several and the source has no shares");
    }
    if (arrival.quantity < 1) checks.fault(pointer("/quantity"), "0", "a whole number, 1 or more");
  }
}

void check_source(Checks& checks, const Place& place, const Source& source) {
  check_shares(checks, place, source);
  if (const auto* timetable = std::get_if<Source::Timetable>(&source.supply)) {
    check_timetable(checks, place, source, *timetable);
    return;
  }
  if (source.products.empty() && checks.products.size() > 1) {
    checks.fault(place.pointer() + "/products", "nothing", "the share of each product, as the plant has several");
  }
  if (const auto* renewal = std::get_if<Source::Renewal>(&source.supply)) {
    check_positive(checks, place, "/interval", renewal->interval);
    if (renewal->first && *renewal->first < Time{}) {
      checks.fault(place.pointer() + "/first", in_quotes(to_text(renewal->first->time_since_epoch())),
                   "a time that is not before the start");
    }
  }
}

void check_failure(Checks& checks, const Place& place, const Machine& machine, const Failure& failure) {
  check_positive(checks, place, "/failure/time_to_failure", failure.time_to_failure);
  if (failure.clock == FailureClock::on_shift && machine.calendar.empty()) {
    checks.fault(place.pointer() + "/failure/clock", in_quotes("on_shift"), "a machine with a calendar for this clock");
  }
  if (!failure.crew.empty() && !checks.index.find_crew(failure.crew, place)) {
    checks.unknown_name(place.pointer() + "/failure/crew", failure.crew, "the name of a crew",
                        [&] { return checks.index.crew_names(place); });
  }
}

void check_machine(Checks& checks, const Place& place, const Machine& machine) {
  if (machine.servers < 1 || machine.servers > kMostServers) {
    checks.fault(place.pointer() + "/servers", std::to_string(machine.servers),
                 "a whole number from 1 to " + std::to_string(kMostServers));
  }
  check_products_of(checks, place, "/cycle_time", machine.cycle_time);
  if (!(machine.cycle_time.law.mean() > 0.0) || !machine.cycle_time.of.empty()) checks.has_instant_machine = true;
  if (machine.load_time) check_products_of(checks, place, "/load_time", *machine.load_time);
  if (!(machine.scrap >= 0.0 && machine.scrap <= 1.0)) {
    checks.fault(place.pointer() + "/scrap", ratio_text(machine.scrap), "a probability from 0 % to 100 %");
  }
  if (!machine.calendar.empty() && !checks.plant.calendars.contains(machine.calendar)) {
    checks.unknown_name(place.pointer() + "/calendar", machine.calendar, "the name of a calendar", [&] {
      std::vector<std::string> names;
      for (const auto& [name, calendar] : checks.plant.calendars) names.push_back(name);
      return names;
    });
  }
  if (machine.failure) check_failure(checks, place, machine, *machine.failure);
}

void check_buffer(Checks& checks, const Place& place, const Buffer& buffer) {
  if (!buffer.capacity) return;
  if (*buffer.capacity < 1) {
    checks.fault(place.pointer() + "/capacity", "0",
                 "a whole number, 1 or more (a machine whose output is a machine has no buffer between)");
  } else if (buffer.initial > *buffer.capacity) {
    checks.fault(place.pointer() + "/initial", std::to_string(buffer.initial),
                 "at most the capacity of " + std::to_string(*buffer.capacity));
  }
}

}  // namespace

void check_equipment(Checks& checks, std::span<const Place> equipment) {
  for (const Place& place : equipment) {
    if (const auto* source = place.as<Source>()) check_source(checks, place, *source);
    if (const auto* machine = place.as<Machine>()) check_machine(checks, place, *machine);
    if (const auto* buffer = place.as<Buffer>()) check_buffer(checks, place, *buffer);
  }
}

}  // namespace takt::detail
