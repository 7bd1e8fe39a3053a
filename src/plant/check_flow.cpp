// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plant/checks.hpp"
#include "plant/text.hpp"
#include "takt/core/quantity.hpp"

namespace takt::detail {
namespace {

using Place = PlantIndex::Place;

// An output and the place it leads to, if that is known.
struct Edge {
  const Output* output;
  std::optional<std::size_t> target;
};
using Flow = std::vector<std::vector<Edge>>;  // by place

template <class Kind>
const Kind* as(const Place& place) {
  return std::get_if<Kind>(&place.equipment->is);
}

std::string with_kind(const std::string& name, const Place& target) {
  return in_quotes(name) + " (a " + kind_of(*target.equipment) + ")";
}

// What an output of `from` must not lead to: the fault's expectation, or nothing if all is well.
std::string objection(const Place& from, const Place& target) {
  if (as<Source>(target)) return "a machine, buffer or sink";
  if (as<Buffer>(from) && !as<Machine>(target)) return "a machine, as machines take from a buffer";
  const auto* machine = as<Machine>(from);
  if (machine && machine->blocking == Blocking::before_service && as<Machine>(target)) {
    return "a buffer or sink, as the machine blocks before service";
  }
  const auto* source = as<Source>(from);
  if (source && std::holds_alternative<Source::Saturated>(source->supply)) {
    const auto* buffer = as<Buffer>(target);
    if (as<Sink>(target) || (buffer && !buffer->capacity)) {
      return "a machine or a buffer with a capacity, as the source is saturated";
    }
  }
  return {};
}

std::vector<Edge> resolve(Checks& checks, const Place& place) {
  std::vector<Edge> edges;
  const std::vector<Output>& to = place.equipment->to;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const std::string at = place.pointer + "/to/" + std::to_string(i);
    const auto target = checks.index.find_equipment(to[i].to, place);
    edges.push_back({&to[i], target});
    if (!target) {
      checks.unknown_name(at + "/to", to[i].to, "the name of a machine, buffer or sink",
                          [&] { return checks.index.equipment_names(place); });
    } else if (auto expected = objection(place, checks.index.equipment()[*target]); !expected.empty()) {
      checks.fault(at + "/to", with_kind(to[i].to, checks.index.equipment()[*target]), std::move(expected));
    }
    if (!to[i].product.empty()) checks.product_exists(at + "/product", to[i].product);
  }
  return edges;
}

std::string percent(double probability) { return to_text(Quantity{probability, Dimension::ratio}); }

// Those who take from a buffer decide who gets a part, so that a probability would mean nothing there.
void check_probabilities_of_buffer(Checks& checks, const Place& place) {
  const std::vector<Output>& to = place.equipment->to;
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i].probability == 1.0) continue;
    checks.fault(place.pointer + "/to/" + std::to_string(i) + "/probability", in_quotes(percent(to[i].probability)),
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
      checks.fault(place.pointer + "/to/" + std::to_string(i) + "/probability", in_quotes(percent(to[i].probability)),
                   "a probability from 0 % to 100 %");
    }
  }
  if (!each_is_one) return;  // the sum would only say so again
  for (const auto& [product, sum] : sums) {
    if (std::abs(sum - 1.0) <= 1e-9) continue;
    checks.fault(place.pointer + "/to",
                 "a sum of " + percent(sum) + (product.empty() ? "" : " for product " + in_quotes(product)),
                 "probabilities that sum to 100 %");
  }
}

// Resolves every output, with the faults of each place's own.
Flow check_outputs(Checks& checks) {
  Flow flow;
  for (const Place& place : checks.index.equipment()) {
    flow.push_back(resolve(checks, place));
    const bool has_outputs = !place.equipment->to.empty();
    if (as<Sink>(place)) {
      if (has_outputs) checks.fault(place.pointer + "/to", "an output", "none, as parts leave the plant at a sink");
    } else if (!has_outputs) {
      checks.fault(place.pointer + "/to", "nothing", "one output at least");
    } else if (as<Buffer>(place)) {
      check_probabilities_of_buffer(checks, place);
    } else {
      check_probabilities(checks, place);
    }
  }
  return flow;
}

// The edges a product can take: its own, or else those of every product.
std::vector<Edge> edges_of(const std::vector<Edge>& edges, const std::string& product) {
  const auto is_own = [&](const Edge& edge) { return edge.output->product == product; };
  const bool has_own = std::any_of(edges.begin(), edges.end(), is_own);
  std::vector<Edge> taken;
  for (const Edge& edge : edges) {
    if (edge.output->probability == 0.0) continue;
    if (has_own ? is_own(edge) : edge.output->product.empty()) taken.push_back(edge);
  }
  return taken;
}

bool gives(const Checks& checks, const Place& place, const std::string& product) {
  if (const auto* buffer = as<Buffer>(place)) return buffer->initial > 0 && product == checks.products.front();
  const auto* source = as<Source>(place);
  if (!source) return false;
  const auto is_it = [&](const auto& named) { return named.product == product; };
  if (const auto* timetable = std::get_if<Source::Timetable>(&source->supply)) {
    if (std::any_of(timetable->arrivals.begin(), timetable->arrivals.end(), is_it)) return true;
  }
  if (source->products.empty()) return checks.products.size() == 1;
  return std::any_of(source->products.begin(), source->products.end(), is_it);
}

// The part of the plant that one product can reach.
struct Reach {
  std::vector<bool> place;
  Flow edges;
};

Reach reach_of(Checks& checks, const Flow& flow, const std::string& product) {
  Reach reach{std::vector<bool>(flow.size()), Flow(flow.size())};
  std::vector<std::size_t> open;
  const auto visit = [&](std::size_t i) {
    if (reach.place[i]) return;
    reach.place[i] = true;
    open.push_back(i);
  };
  for (std::size_t i = 0; i < flow.size(); ++i) {
    if (gives(checks, checks.index.equipment()[i], product)) visit(i);
  }
  while (!open.empty()) {
    const std::size_t i = open.back();
    open.pop_back();
    reach.edges[i] = edges_of(flow[i], product);
    if (reach.edges[i].empty() && !flow[i].empty() && !as<Sink>(checks.index.equipment()[i])) {
      checks.fault(checks.index.equipment()[i].pointer + "/to", "none for product " + in_quotes(product),
                   "an output for every product that comes here");
    }
    for (const Edge& edge : reach.edges[i]) {
      if (edge.target) visit(*edge.target);
    }
  }
  return reach;
}

const Distribution& law_of(const LawByProduct& laws, const std::string& product) {
  const auto own = laws.of.find(product);
  return own == laws.of.end() ? laws.law : own->second;
}

bool takes_no_time(const Place& place, const std::string& product) {
  if (as<Buffer>(place)) return true;
  const auto* machine = as<Machine>(place);
  return machine && law_of(machine->cycle_time, product).mean() == 0.0 &&
         (!machine->load_time || law_of(*machine->load_time, product).mean() == 0.0);
}

// Loops of places that take no time, found by going down from each place and meeting one on the way again.
class InstantLoops {
 public:
  InstantLoops(const Checks& checks, const Reach& reach, const std::string& product)
      : reach_(reach), instant_(reach.place), mark_(reach.place.size(), Mark::fresh) {
    for (std::size_t i = 0; i < instant_.size(); ++i) {
      instant_[i] = instant_[i] && takes_no_time(checks.index.equipment()[i], product);
    }
  }

  std::vector<std::vector<std::size_t>> find() {
    for (std::size_t i = 0; i < instant_.size(); ++i) {
      if (instant_[i] && mark_[i] == Mark::fresh) go_down_from(i);
    }
    return std::move(loops_);
  }

 private:
  enum class Mark : char { fresh, on_the_way, done };
  struct Step {
    std::size_t place, next_edge;
  };

  void enter(std::size_t place) {
    mark_[place] = Mark::on_the_way;
    way_.push_back({place, 0});
  }

  void go_down_from(std::size_t start) {
    enter(start);
    while (!way_.empty()) {
      Step& step = way_.back();
      const std::vector<Edge>& edges = reach_.edges[step.place];
      if (step.next_edge == edges.size()) {
        mark_[step.place] = Mark::done;
        way_.pop_back();
        continue;
      }
      const auto target = edges[step.next_edge++].target;
      if (!target || !instant_[*target]) continue;
      if (mark_[*target] == Mark::fresh)
        enter(*target);
      else if (mark_[*target] == Mark::on_the_way)
        add_loop(*target);
    }
  }

  void add_loop(std::size_t first) {
    std::vector<std::size_t> loop;
    auto from = std::find_if(way_.begin(), way_.end(), [&](const Step& step) { return step.place == first; });
    for (; from != way_.end(); ++from) loop.push_back(from->place);
    loops_.push_back(std::move(loop));
  }

  const Reach& reach_;
  std::vector<bool> instant_;
  std::vector<Mark> mark_;
  std::vector<Step> way_;
  std::vector<std::vector<std::size_t>> loops_;
};

void report_loop(Checks& checks, const std::vector<std::size_t>& loop, const std::string& product) {
  const auto places = checks.index.equipment();
  std::string names;
  for (const std::size_t i : loop) names += places[i].equipment->name + " > ";
  names += places[loop.front()].equipment->name;

  const auto is_machine = [&](std::size_t i) { return as<Machine>(places[i]) != nullptr; };
  const auto found = std::find_if(loop.begin(), loop.end(), is_machine);
  const Place& place = places[found == loop.end() ? loop.front() : *found];
  std::string pointer = place.pointer + "/cycle_time";
  if (const auto* machine = as<Machine>(place); machine && !machine->cycle_time.of.empty()) {
    pointer += machine->cycle_time.of.contains(product) ? "/by_product/" + pointer_token(product) : "/otherwise";
  }
  checks.fault(pointer, "\"0 s\"", "a time above 0 s for one machine at least of the loop " + names);
}

}  // namespace

void check_flow(Checks& checks) {
  const Flow flow = check_outputs(checks);
  std::set<std::vector<std::size_t>> reported;
  for (const std::string& product : checks.products) {
    const Reach reach = reach_of(checks, flow, product);
    for (const auto& loop : InstantLoops(checks, reach, product).find()) {
      if (reported.insert(loop).second) report_loop(checks, loop, product);
    }
  }
}

}  // namespace takt::detail
