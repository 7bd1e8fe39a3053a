// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/event_log.hpp"

#include <algorithm>
#include <tuple>

namespace takt {

std::uint32_t NameTable::add(std::string_view name) {
  if (name.empty()) return kNone;
  const auto known = numbers_.find(name);
  if (known != numbers_.end()) return known->second;
  const auto number = static_cast<std::uint32_t>(names_.size());
  names_.emplace_back(name);
  numbers_.emplace(names_.back(), number);
  return number;
}

std::uint32_t NameTable::find(std::string_view name) const {
  const auto known = numbers_.find(name);
  return known == numbers_.end() ? kNone : known->second;
}

void EventLog::add(const Row& row) {
  LoggedEvent event;
  event.case_id = cases.add(row.case_id);
  event.activity = activities.add(row.activity);
  event.resource = resources.add(row.resource);
  event.worker = workers.add(row.worker);
  event.kind = row.kind;
  event.start = row.start;
  event.complete = row.complete;
  event.good = row.good;
  event.scrap = row.scrap;
  events.push_back(event);
  if (event.case_id == NameTable::kNone) return;
  if (facts.size() < cases.size()) facts.resize(cases.size());
  LoggedCase& fact = facts[event.case_id];
  if (fact.product == NameTable::kNone) fact.product = products.add(row.product);
  if (fact.quantity == 0.0) fact.quantity = row.quantity;
}

void EventLog::sort() {
  const auto key = [](const LoggedEvent& event) {
    return std::tuple(event.start, event.complete.value_or(WallClock::Instant::max()));
  };
  std::ranges::stable_sort(events, {}, key);
}

EventLog joined(const EventLog& first, const EventLog& then) {
  EventLog all;
  const auto name = [](const NameTable& names, std::uint32_t number) {
    return number == NameTable::kNone ? std::string_view{} : std::string_view(names[number]);
  };
  const auto take = [&](const EventLog& log, bool with_running) {
    for (const LoggedEvent& event : log.events) {
      if (!event.complete && !with_running) continue;
      const LoggedCase fact = event.case_id == NameTable::kNone ? LoggedCase{} : log.facts[event.case_id];
      all.add({.case_id = name(log.cases, event.case_id),
               .activity = name(log.activities, event.activity),
               .resource = name(log.resources, event.resource),
               .worker = name(log.workers, event.worker),
               .product = name(log.products, fact.product),
               .kind = event.kind,
               .start = event.start,
               .complete = event.complete,
               .good = event.good,
               .scrap = event.scrap,
               .quantity = fact.quantity});
    }
  };
  take(first, false);
  take(then, true);
  all.sort();
  return all;
}

}  // namespace takt
