// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <initializer_list>

#include "takt/engine/model.hpp"

namespace takt {
namespace {

class Hasher {
 public:
  void add(std::uint64_t word) { value_ = mix64(value_ ^ word); }
  void add_all(std::initializer_list<std::uint64_t> words) {
    for (const std::uint64_t word : words) add(word);
  }
  void add(double number) { add(std::bit_cast<std::uint64_t>(number)); }
  void add(const std::string& text) { add(hash_path(text)); }
  void add(const Distribution& law) {
    add(static_cast<std::uint64_t>(law.law()));
    for (const std::string& name : law.number_names()) add(law.number(name));
    for (const double v : law.values()) add(v);
    for (const double w : law.weights()) add(w);
    for (const Distribution& part : law.parts()) add(part);
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0x74616b74U;  // "takt"
};

void add(Hasher& h, const MachineSpec& m) {
  h.add_all({m.servers, m.first_input, m.inputs, m.first_route, m.routes, m.cycle_law, m.load_law, m.failure_law,
             m.repair_law, m.scrap, m.crew, m.calendar, m.component, m.ranges, m.flags,
             static_cast<std::uint64_t>(m.clock), static_cast<std::uint64_t>(m.on_failure)});
}

void add(Hasher& h, const BufferSpec& b) {
  h.add_all({b.capacity, b.first_consumer, b.consumers, b.component, b.initial, b.implicit});
}

void add(Hasher& h, const SourceSpec& s) {
  h.add_all({s.first_route, s.routes, s.ranges, s.interval_law, s.first_share, s.shares, s.first_arrival, s.arrivals,
             s.component, static_cast<std::uint64_t>(s.kind), static_cast<std::uint64_t>(s.without_place),
             static_cast<std::uint64_t>(s.first)});
}

void add(Hasher& h, const DaySpans& spans) {
  h.add(std::uint64_t{spans.size()});
  for (const DaySpan& span : spans)
    h.add_all({static_cast<std::uint64_t>(span.from.count()), static_cast<std::uint64_t>(span.to.count())});
}

void add(Hasher& h, const Calendar& calendar) {
  for (const DaySpans& day : calendar.week) add(h, day);
  for (const auto& [date, spans] : calendar.exceptions) {
    h.add(date);
    add(h, spans);
  }
}

std::uint64_t hash_of(const Model& model) {
  Hasher h;
  h.add_all({model.options.part_identity, model.entities.size(), model.machines.size(), model.buffers.size(),
             model.sources.size(), model.sinks, model.crews.size(), model.products.size()});
  for (const Entity& e : model.entities) {
    h.add(e.path);
    h.add_all({static_cast<std::uint64_t>(e.kind), e.index, e.parent, e.controller});
  }
  for (const std::string& product : model.products) h.add(product);
  for (const MachineSpec& m : model.machines) add(h, m);
  for (const BufferSpec& b : model.buffers) add(h, b);
  for (const SourceSpec& s : model.sources) add(h, s);
  for (const TimetableEntry& t : model.timetable) h.add_all({static_cast<std::uint64_t>(t.at), t.product});
  for (const CrewSpec& c : model.crews) h.add_all({c.size, c.component});
  for (const std::uint32_t i : model.inputs) h.add(std::uint64_t{i});
  for (const std::uint32_t i : model.consumers) h.add(std::uint64_t{i});
  for (const Route& r : model.routes) h.add_all({r.place, r.probability});
  for (const RouteRange& r : model.routes_of) h.add_all({r.first, r.count});
  for (const std::uint32_t i : model.law_of) h.add(std::uint64_t{i});
  for (const Share& s : model.shares) h.add_all({s.product, s.probability});
  for (std::uint32_t i = 0; i < model.defaults.laws(); ++i) h.add(model.defaults.law(i));
  for (const double p : model.defaults.probabilities) h.add(p);
  for (const auto& [name, calendar] : model.plant.calendars) {
    h.add(name);
    add(h, calendar);
  }
  h.add(static_cast<std::uint64_t>(model.plant.clock.epoch.time_since_epoch().count()));
  h.add(model.plant.clock.zone);
  return h.value();
}

}  // namespace

std::uint64_t Model::hash() const {
  if (hash_once->load(std::memory_order_relaxed) == 0) hash_once->store(hash_of(*this), std::memory_order_relaxed);
  return hash_once->load(std::memory_order_relaxed);
}

}  // namespace takt
