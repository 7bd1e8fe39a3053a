// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/control/work_orders.hpp"

#include <algorithm>

#include "takt/core/error.hpp"

namespace takt {
namespace {

using enum WorkState;

/// Whether one state leads to another.
bool leads_to(WorkState from, WorkState to) {
  switch (from) {
    case not_allowed_to_start: return to == allowed_to_start || to == aborted;
    case allowed_to_start: return to == not_allowed_to_start || to == running || to == aborted;
    case running: return to == interrupted || to == ended || to == aborted;
    case interrupted: return to == running || to == ended || to == aborted;
    case ended:
    case aborted: break;
  }
  return false;
}

std::string next_states(WorkState from) {
  std::string text;
  for (const WorkState to : {not_allowed_to_start, allowed_to_start, running, interrupted, ended, aborted})
    if (leads_to(from, to)) text += (text.empty() ? "" : ", ") + std::string(name_of(to));
  return text.empty() ? "no other state: it is over" : text;
}

std::string path_of(std::uint64_t number) { return "work order " + std::to_string(number); }

}  // namespace

std::string_view name_of(WorkState state) {
  switch (state) {
    case not_allowed_to_start: return "NotAllowedToStart";
    case allowed_to_start: return "AllowedToStart";
    case running: return "Running";
    case interrupted: return "Interrupted";
    case ended: return "Ended";
    case aborted: break;
  }
  return "Aborted";
}

const WorkOrder& WorkOrders::write(WorkOrder order, WallClock::Instant now) {
  std::vector<Fault> faults;
  if (order.task.empty()) faults.push_back({.path = "task", .value = "\"\"", .expected = "what is to be done"});
  if (order.about.empty()) faults.push_back({.path = "about", .value = "\"\"", .expected = "the path of an entity"});
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  order.number = orders_.empty() ? 1 : orders_.rbegin()->first + 1;
  order.state = not_allowed_to_start;
  order.written = order.changed = now;
  return orders_[order.number] = std::move(order);
}

WorkOrder& WorkOrders::known(std::uint64_t number) {
  const auto found = orders_.find(number);
  if (found == orders_.end())
    throw InvalidInput(Fault{.path = path_of(number),
                             .value = std::to_string(number),
                             .expected = orders_.empty()
                                             ? "no number: there is no work order yet"
                                             : "a number from 1 to " + std::to_string(orders_.rbegin()->first)});
  return found->second;
}

const WorkOrder& WorkOrders::order(std::uint64_t number) const { return const_cast<WorkOrders*>(this)->known(number); }

const WorkOrder& WorkOrders::assign(std::uint64_t number, std::string owner, WallClock::Instant now) {
  WorkOrder& order = known(number);
  if (owner.empty())
    throw InvalidInput(Fault{.path = path_of(number), .value = "\"\"", .expected = "the name of an owner"});
  if (order.state == ended || order.state == aborted)
    throw InvalidInput(Fault{.path = path_of(number), .value = owner, .expected = "no owner: it is over"});
  order.owner = std::move(owner);
  order.changed = now;
  return order;
}

const WorkOrder& WorkOrders::move(std::uint64_t number, WorkState to, WallClock::Instant now) {
  WorkOrder& order = known(number);
  if (!leads_to(order.state, to))
    throw InvalidInput(
        Fault{.path = path_of(number),
              .value = std::string(name_of(to)),
              .expected = "from " + std::string(name_of(order.state)) + ": " + next_states(order.state)});
  if (to == allowed_to_start && order.owner.empty())
    throw InvalidInput(Fault{.path = path_of(number), .value = std::string(name_of(to)), .expected = "an owner first"});
  order.state = to;
  order.changed = now;
  return order;
}

std::vector<WorkOrder> WorkOrders::open() const {
  std::vector<WorkOrder> open;
  for (const auto& [number, order] : orders_)
    if (order.state != ended && order.state != aborted) open.push_back(order);
  std::ranges::stable_sort(open, {}, &WorkOrder::due);
  return open;
}

std::vector<WorkOrder> WorkOrders::late(WallClock::Instant now) const {
  std::vector<WorkOrder> late = open();
  std::erase_if(late, [now](const WorkOrder& order) { return order.due >= now; });
  return late;
}

}  // namespace takt
