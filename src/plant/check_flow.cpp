// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "plant/checks.hpp"
#include "plant/text.hpp"
#include "takt/core/quantity.hpp"

namespace takt::detail {
namespace {

using Place = PlantIndex::Place;

std::string with_kind(const std::string& name, const Place& target) {
  return in_quotes(name) + " (a " + kind_of(*target.equipment) + ")";
}

// What an output of `from` must not lead to: the fault's expectation, or nothing if all is well.
std::string objection(const Place& from, const Place& target) {
  if (target.is<Source>()) return "a machine, buffer or sink";
  if (from.is<Buffer>() && !target.is<Machine>()) return "a machine, as machines take from a buffer";
  if (from.is<Machine>() && target.is<Machine>() && from.as<Machine>()->blocking == Blocking::before_service) {
    return "a buffer or sink, as the machine blocks before service";
  }
  const auto* source = from.as<Source>();
  if (source && std::holds_alternative<Source::Saturated>(source->supply)) {
    const auto* buffer = target.as<Buffer>();
    if (target.is<Sink>() || (buffer && !buffer->capacity)) {
      return "a machine or a buffer with a capacity, as the source is saturated";
    }
  }
  return {};
}

void check_targets(Checks& checks, const Place& place, std::span<const std::uint32_t> targets) {
  const std::vector<Output>& to = place.equipment->to;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto pointer = [&](const char* name) { return place.pointer() + "/to/" + std::to_string(i) + name; };
    if (targets[i] == PlantIndex::kUnknown) {
      checks.unknown_name(pointer("/to"), to[i].to, "the name of a machine, buffer or sink",
                          [&] { return checks.index.equipment_names(place); });
    } else if (auto expected = objection(place, checks.index.equipment()[targets[i]]); !expected.empty()) {
      checks.fault(pointer("/to"), with_kind(to[i].to, checks.index.equipment()[targets[i]]), std::move(expected));
    }
    if (!place.plain_way && !to[i].product.empty())
      checks.product_exists(to[i].product, [&] { return pointer("/product"); });
  }
}

std::string percent(double probability) { return to_text(Quantity{probability, Dimension::ratio}); }

// Those who take from a buffer decide who gets a part, so that a probability would mean nothing there.
void check_probabilities_of_buffer(Checks& checks, const Place& place) {
  const std::vector<Output>& to = place.equipment->to;
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i].probability == 1.0) continue;
    checks.fault(place.pointer() + "/to/" + std::to_string(i) + "/probability", in_quotes(percent(to[i].probability)),
                 "no probability, as those a buffer feeds take from it");
  }
}

void check_probabilities(Checks& checks, const Place& place) {
  const std::vector<Output>& to = place.equipment->to;
  std::map<std::string, double> sums;
  bool each_is_one = true;
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i].probability >= 0.0 && to[i].probability <= 1.0) {
      sums[to[i].product] += to[i].probability;
    } else {
      each_is_one = false;
      checks.fault(place.pointer() + "/to/" + std::to_string(i) + "/probability", in_quotes(percent(to[i].probability)),
                   "a probability from 0 % to 100 %");
    }
  }
  if (!each_is_one) return;  // the sum would only say so again
  for (const auto& [product, sum] : sums) {
    if (std::abs(sum - 1.0) <= 1e-9) continue;
    checks.fault(place.pointer() + "/to",
                 "a sum of " + percent(sum) + (product.empty() ? "" : " for product " + in_quotes(product)),
                 "probabilities that sum to 100 %");
  }
}

void check_outputs(Checks& checks) {
  for (std::size_t i = 0; i < checks.index.equipment().size(); ++i) {
    const Place& place = checks.index.equipment()[i];
    check_targets(checks, place, checks.index.targets(i));
    if (place.plain_way && !place.is<Sink>()) continue;
    const bool has_outputs = !place.equipment->to.empty();
    if (place.is<Sink>()) {
      if (has_outputs) checks.fault(place.pointer() + "/to", "an output", "none, as parts leave the plant at a sink");
    } else if (!has_outputs) {
      checks.fault(place.pointer() + "/to", "nothing", "one output at least");
    } else if (place.is<Buffer>()) {
      check_probabilities_of_buffer(checks, place);
    } else {
      check_probabilities(checks, place);
    }
  }
}

// The outputs of a place that a product can take: its own, or else those of every product.
class Ways {
 public:
  Ways(const PlantIndex& index, std::size_t place, const std::string& product)
      : plain_(index.equipment()[place].plain_way),
        to_(index.equipment()[place].equipment->to),
        targets_(index.targets(place)),
        product_(product) {
    own_ =
        !plain_ && std::any_of(to_.begin(), to_.end(), [&](const Output& output) { return output.product == product; });
  }

  /// The first output from `i` on; the number of outputs if there is none.
  std::size_t next(std::size_t i) const {
    if (plain_) return i;
    while (i < to_.size() &&
           (to_[i].probability == 0.0 || (own_ ? to_[i].product != product_ : !to_[i].product.empty())))
      ++i;
    return i;
  }
  std::size_t end() const { return targets_.size(); }
  std::uint32_t target(std::size_t i) const { return targets_[i]; }

 private:
  bool plain_;
  const std::vector<Output>& to_;
  std::span<const std::uint32_t> targets_;
  const std::string& product_;
  bool own_;
};

bool gives(const Checks& checks, const Place& place, const std::string& product) {
  if (const auto* buffer = place.as<Buffer>()) return buffer->initial > 0 && product == checks.products.front();
  const auto* source = place.as<Source>();
  if (!source) return false;
  const auto is_it = [&](const auto& named) { return named.product == product; };
  if (const auto* timetable = std::get_if<Source::Timetable>(&source->supply)) {
    if (std::any_of(timetable->arrivals.begin(), timetable->arrivals.end(), is_it)) return true;
  }
  if (source->products.empty()) return checks.products.size() == 1;
  return std::any_of(source->products.begin(), source->products.end(), is_it);
}

// The places that one product can reach.
std::vector<bool> reach_of(Checks& checks, const std::string& product) {
  const auto places = checks.index.equipment();
  std::vector<bool> reached(places.size());
  std::vector<std::size_t> open;
  const auto visit = [&](std::size_t i) {
    if (reached[i]) return;
    reached[i] = true;
    open.push_back(i);
  };
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (gives(checks, places[i], product)) visit(i);
  }
  while (!open.empty()) {
    const std::size_t i = open.back();
    open.pop_back();
    const Ways ways(checks.index, i, product);
    if (ways.next(0) == ways.end() && ways.end() > 0 && !places[i].is<Sink>()) {
      checks.fault(places[i].pointer() + "/to", "none for product " + in_quotes(product),
                   "an output for every product that comes here");
    }
    for (std::size_t way = ways.next(0); way < ways.end(); way = ways.next(way + 1)) {
      if (ways.target(way) != PlantIndex::kUnknown) visit(ways.target(way));
    }
  }
  return reached;
}

const Distribution& law_of(const LawByProduct& laws, const std::string& product) {
  const auto own = laws.of.find(product);
  return own == laws.of.end() ? laws.law : own->second;
}

bool takes_no_time(const Place& place, const std::string& product) {
  if (place.is<Buffer>()) return true;
  const auto* machine = place.as<Machine>();
  return machine && law_of(machine->cycle_time, product).mean() == 0.0 &&
         (!machine->load_time || law_of(*machine->load_time, product).mean() == 0.0);
}

// Loops of places that take no time, found by going down from each machine and meeting one on the way again (a loop
// without a machine is a buffer before a buffer, a fault of its own).
class InstantLoops {
 public:
  InstantLoops(const Checks& checks, const std::vector<bool>& reached, const std::string& product)
      : index_(checks.index), reached_(reached), product_(product), mark_(reached.size(), Mark::fresh) {}

  std::vector<std::vector<std::size_t>> find() {
    for (std::size_t i = 0; i < mark_.size(); ++i) {
      if (index_.equipment()[i].is<Machine>() && is_instant(i) && mark_[i] == Mark::fresh) go_down_from(i);
    }
    return std::move(loops_);
  }

 private:
  enum class Mark : char { fresh, on_the_way, done };
  struct Step {
    std::size_t place, next_way;
  };

  bool is_instant(std::size_t place) const {
    return reached_[place] && takes_no_time(index_.equipment()[place], product_);
  }

  void enter(std::size_t place) {
    mark_[place] = Mark::on_the_way;
    way_.push_back({place, 0});
  }

  void go_down_from(std::size_t start) {
    enter(start);
    while (!way_.empty()) {
      Step& step = way_.back();
      const Ways ways(index_, step.place, product_);
      const std::size_t next = ways.next(step.next_way);
      if (next == ways.end()) {
        mark_[step.place] = Mark::done;
        way_.pop_back();
        continue;
      }
      step.next_way = next + 1;
      const std::uint32_t target = ways.target(next);
      if (target == PlantIndex::kUnknown || !is_instant(target)) continue;
      if (mark_[target] == Mark::fresh)
        enter(target);
      else if (mark_[target] == Mark::on_the_way)
        add_loop(target);
    }
  }

  void add_loop(std::size_t first) {
    std::vector<std::size_t> loop;
    auto from = std::find_if(way_.begin(), way_.end(), [&](const Step& step) { return step.place == first; });
    for (; from != way_.end(); ++from) loop.push_back(from->place);
    std::rotate(loop.begin(), std::min_element(loop.begin(), loop.end()), loop.end());
    loops_.push_back(std::move(loop));
  }

  const PlantIndex& index_;
  const std::vector<bool>& reached_;
  const std::string& product_;
  std::vector<Mark> mark_;
  std::vector<Step> way_;
  std::vector<std::vector<std::size_t>> loops_;
};

void report_loop(Checks& checks, const std::vector<std::size_t>& loop, const std::string& product) {
  const auto places = checks.index.equipment();
  std::string names;
  for (const std::size_t i : loop) names += places[i].equipment->name + " > ";
  names += places[loop.front()].equipment->name;

  const auto is_machine = [&](std::size_t i) { return places[i].is<Machine>(); };
  const auto found = std::find_if(loop.begin(), loop.end(), is_machine);
  const Place& place = places[found == loop.end() ? loop.front() : *found];
  std::string pointer = place.pointer() + "/cycle_time";
  if (const auto* machine = place.as<Machine>(); machine && !machine->cycle_time.of.empty()) {
    pointer += machine->cycle_time.of.contains(product) ? "/by_product/" + pointer_token(product) : "/otherwise";
  }
  checks.fault(pointer, "\"0 s\"", "a time above 0 s for one machine at least of the loop " + names);
}

}  // namespace

/// Whether every part takes the one way there is, so that where each product goes need not be followed.
bool has_one_way(const Checks& checks) {
  return checks.products.size() == 1 && std::ranges::all_of(checks.index.equipment(), [](const Place& place) {
           return place.plain_way || place.is<Sink>();
         });
}

void check_flow(Checks& checks) {
  check_outputs(checks);
  if (has_one_way(checks) && !checks.index.has_instant_machine()) return;
  std::set<std::vector<std::size_t>> reported;
  for (const std::string& product : checks.products) {
    const std::vector<bool> reached = reach_of(checks, product);
    for (const auto& loop : InstantLoops(checks, reached, product).find()) {
      if (reported.insert(loop).second) report_loop(checks, loop, product);
    }
  }
}

}  // namespace takt::detail
