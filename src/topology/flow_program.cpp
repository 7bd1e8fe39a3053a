// SPDX-License-Identifier: Apache-2.0
#include "topology/flow_program.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "topology/sorted.hpp"
#include "topology/station.hpp"
#include "topology/ways.hpp"

namespace takt::detail {
namespace {

/// From the sources down. A place is opened when all that flows into it is known; in a cycle, where this never comes,
/// its outflow becomes columns first and is tied to the inflow when everything is known.
class FlowBuilder {
 public:
  FlowBuilder(const Model& model, const Parameters& parameters, std::uint32_t component, const CapacityOptions& options)
      : model_(model),
        parameters_(parameters),
        options_(options),
        spec_(model.components[component]),
        products_(static_cast<std::uint32_t>(model.products.size())),
        comes_(spec_.buffers, std::vector<bool>(products_, false)),
        inflow_(spec_.buffers, std::vector<Expression>(products_)),
        outflow_(inflow_),
        taken_(spec_.machines, std::vector<Expression>(products_)),
        unknown_producers_(spec_.buffers, 0),
        unopened_inputs_(spec_.machines, 0),
        opened_(spec_.buffers, false) {}

  FlowProgram build() {
    find_what_comes();
    for (std::uint32_t m = first_machine(); m < end_machine(); ++m) {
      unopened_inputs_[m - first_machine()] = model_.machines[m].inputs;
      for (const std::uint32_t place : places_of(m)) ++unknown_producers_[place - first_place()];
    }
    for (std::uint32_t s = spec_.first_source; s < spec_.first_source + spec_.sources; ++s) supply(s);
    for (std::uint32_t m = first_machine(); m < end_machine(); ++m)
      if (model_.machines[m].inputs == 0) work(m);
    std::vector<std::uint32_t> cut;
    for (std::uint32_t left = spec_.buffers; left > 0; --left) {
      const std::uint32_t place = next_place();
      if (unknown_producers_[place - first_place()] > 0) cut.push_back(place);
      open(place);
    }
    for (const std::uint32_t place : cut) tie(place);
    return std::move(result_);
  }

 private:
  std::uint32_t first_place() const { return spec_.first_buffer; }
  std::uint32_t first_machine() const { return spec_.first_machine; }
  std::uint32_t end_machine() const { return spec_.first_machine + spec_.machines; }
  bool is_sink(std::uint32_t place) const { return place >= model_.buffers.size(); }
  Expression new_column() { return {{result_.program.add_column(), 1.0}}; }
  std::uint32_t entity_of(std::uint32_t m) const { return model_.machine_entity[m]; }

  /// The buffers of a machine's ways, each once.
  std::vector<std::uint32_t> places_of(std::uint32_t m) const {
    const MachineSpec& spec = model_.machines[m];
    std::vector<std::uint32_t> places;
    for (std::uint32_t r = spec.first_route; r < spec.first_route + spec.routes; ++r)
      if (!is_sink(model_.routes[r].place)) places.push_back(model_.routes[r].place);
    sort_once(places);
    return places;
  }

  // ---- which products come where --------------------------------------------------------------------------------
  void find_what_comes() {
    for (std::uint32_t s = spec_.first_source; s < spec_.first_source + spec_.sources; ++s) {
      const std::vector<double> shares = shares_of(model_, parameters_, model_.sources[s]);
      for (std::uint32_t p = 0; p < products_; ++p)
        if (shares[p] > 0.0)
          for (const Way& way : ways_of(model_, parameters_, model_.sources[s], p)) come(way, p);
    }
    for (std::uint32_t b = first_place(); b < first_place() + spec_.buffers; ++b)
      if (model_.buffers[b].initial > 0) come({b, 1.0}, 0);
  }

  void come(const Way& first, std::uint32_t product) {
    std::vector<Way> open{first};
    while (!open.empty()) {
      const Way way = open.back();
      open.pop_back();
      if (is_sink(way.place) || way.probability == 0.0 || comes_[way.place - first_place()][product]) continue;
      comes_[way.place - first_place()][product] = true;
      const BufferSpec& buffer = model_.buffers[way.place];
      for (std::uint32_t i = buffer.first_consumer; i < buffer.first_consumer + buffer.consumers; ++i)
        for (const Way& next : ways_of(model_, parameters_, model_.machines[model_.consumers[i]], product))
          open.push_back(next);
    }
  }

  // ---- sources ---------------------------------------------------------------------------------------------------
  void supply(std::uint32_t s) {
    const SourceSpec& source = model_.sources[s];
    const std::uint32_t entity = model_.source_entity[s];
    const double rate = source_rate(model_, parameters_, source, options_);
    const std::vector<double> shares = shares_of(model_, parameters_, source);
    // One after the other, none lost: products and ways keep their shares. Otherwise each has at most its own.
    const bool in_turn = source.kind == SourceSpec::Kind::saturated ||
                         (source.kind == SourceSpec::Kind::renewal && source.without_place == WithoutPlace::held);
    Expression all;
    if (in_turn) {
      all = new_column();
      limit(all, rate, entity);
    }
    for (std::uint32_t p = 0; p < products_; ++p)
      for (const Way& way : ways_of(model_, parameters_, source, p)) {
        const double share = shares[p] * way.probability;
        if (share == 0.0) continue;
        Expression part;
        if (in_turn) {
          add_to(part, all, share);
        } else {
          part = new_column();
          limit(part, rate * share, entity);
        }
        send(entity, way.place, p, part);
      }
  }

  void limit(const Expression& sum, double most, std::uint32_t entity) {
    if (std::isfinite(most)) result_.program.add_row(sum, most, entity);
  }

  void send(std::uint32_t entity, std::uint32_t place, std::uint32_t product, const Expression& rate) {
    if (!is_sink(place)) add_to(inflow_[place - first_place()][product], rate);
    auto same = std::find_if(result_.flows.rbegin(), result_.flows.rend(),
                             [&](const Flow& flow) { return flow.from != entity || flow.place == place; });
    if (same == result_.flows.rend() || same->from != entity) {
      result_.flows.push_back({entity, place, rate});
    } else {
      add_to(same->rate, rate);
    }
  }

  // ---- buffers and entries ---------------------------------------------------------------------------------------
  std::uint32_t next_place() const {
    std::uint32_t first = kNone;
    for (std::uint32_t i = 0; i < spec_.buffers; ++i) {
      if (opened_[i]) continue;
      if (unknown_producers_[i] == 0) return first_place() + i;
      if (first == kNone) first = first_place() + i;
    }
    return first;
  }

  void open(std::uint32_t place) {
    const std::uint32_t i = place - first_place();
    const BufferSpec& buffer = model_.buffers[place];
    const bool is_known = unknown_producers_[i] == 0;
    opened_[i] = true;
    for (std::uint32_t p = 0; p < products_; ++p) {
      if (!comes_[i][p]) continue;
      for (std::uint32_t k = buffer.first_consumer; k < buffer.first_consumer + buffer.consumers; ++k) {
        const bool follows = is_known && buffer.consumers == 1 && buffer.capacity != kInfinite;
        const Expression rate = follows ? inflow_[i][p] : new_column();
        add_to(taken_[model_.consumers[k] - first_machine()][p], rate);
        if (!follows) add_to(outflow_[i][p], rate);
      }
    }
    if (is_known) tie(place);
    for (std::uint32_t k = buffer.first_consumer; k < buffer.first_consumer + buffer.consumers; ++k)
      if (--unopened_inputs_[model_.consumers[k] - first_machine()] == 0) work(model_.consumers[k]);
  }

  /// What goes out of a place came in; where room is limited, what comes in goes out.
  void tie(std::uint32_t place) {
    const std::uint32_t i = place - first_place();
    for (std::uint32_t p = 0; p < products_; ++p) {
      if (outflow_[i][p].empty()) continue;
      Expression more = outflow_[i][p];
      add_to(more, inflow_[i][p], -1.0);
      if (model_.buffers[place].capacity != kInfinite) {
        Expression less;
        add_to(less, more, -1.0);
        result_.program.add_row(std::move(less), 0.0, kNone);
      }
      result_.program.add_row(std::move(more), 0.0, kNone);
    }
  }

  // ---- machines --------------------------------------------------------------------------------------------------
  void work(std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    std::vector<Expression> finished = taken_[m - first_machine()];
    if ((spec.flags & kHasFailure) != 0 && spec.on_failure == OnFailure::scrap)
      for (Expression& rate : finished) {  // some of what is begun is never finished
        if (rate.empty()) continue;
        Expression more = new_column();
        std::swap(more, rate);  // rate: finished; more: begun
        Expression excess = rate;
        add_to(excess, more, -1.0);
        result_.program.add_row(std::move(excess), 0.0, kNone);
      }
    for (const StationLimit& limit : station_limits(model_, parameters_, m, options_)) {
      Expression busy;
      for (std::uint32_t p = 0; p < products_; ++p) add_to(busy, finished[p], limit.seconds[p]);
      if (!busy.empty()) result_.program.add_row(std::move(busy), limit.server_seconds, entity_of(m));
    }
    const double good = 1.0 - parameters_.probabilities[spec.scrap];
    for (std::uint32_t p = 0; p < products_; ++p)
      if (!finished[p].empty()) route(m, p, finished[p], good);
    for (const std::uint32_t place : places_of(m)) --unknown_producers_[place - first_place()];
  }

  void route(std::uint32_t m, std::uint32_t product, const Expression& finished, double good) {
    const MachineSpec& spec = model_.machines[m];
    const std::vector<Way> ways = ways_of(model_, parameters_, spec, product);
    // A machine that looks for room before it begins may come to another product with the same draw: which ways go
    // with which product then depends on who waits.
    const bool is_free = products_ > 1 && ways.size() > 1 && (spec.flags & kBeforeService) != 0;
    Expression rest;
    add_to(rest, finished, -good);
    for (const Way& way : ways) {
      if (way.probability == 0.0) continue;
      Expression part;
      if (is_free)
        part = new_column();
      else
        add_to(part, finished, good * way.probability);
      if (part.empty()) continue;
      if (is_free) add_to(rest, part);
      send(entity_of(m), way.place, product, part);
    }
    if (is_free) result_.program.add_row(std::move(rest), 0.0, kNone);
  }

  const Model& model_;
  const Parameters& parameters_;
  const CapacityOptions& options_;
  const ComponentSpec& spec_;
  const std::uint32_t products_;
  FlowProgram result_;
  std::vector<std::vector<bool>> comes_;                   // (places, products)
  std::vector<std::vector<Expression>> inflow_, outflow_;  // (places, products)
  std::vector<std::vector<Expression>> taken_;             // (machines, products)
  std::vector<std::uint32_t> unknown_producers_, unopened_inputs_;
  std::vector<bool> opened_;
};

}  // namespace

FlowProgram flow_program(const Model& model, const Parameters& parameters, std::uint32_t component,
                         const CapacityOptions& options) {
  return FlowBuilder(model, parameters, component, options).build();
}

}  // namespace takt::detail
