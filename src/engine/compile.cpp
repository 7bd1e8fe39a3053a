// SPDX-License-Identifier: Apache-2.0
// From a plant to a model, in the order of the functions below: number what there is, find the components, then fill in
// each kind of thing.
#include <algorithm>
#include <numeric>

#include "engine/model_hash.hpp"
#include "takt/engine/model.hpp"
#include "takt/plant/index.hpp"

namespace takt {
namespace {

/// Disjoint sets with path halving.
class Sets {
 public:
  explicit Sets(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  std::size_t find(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void unite(std::size_t a, std::size_t b) { parent_[std::max(find(a), find(b))] = std::min(find(a), find(b)); }

 private:
  std::vector<std::size_t> parent_;
};

class Compiler {
 public:
  Compiler(Plant plant, CompileOptions options) {
    model_.plant = std::move(plant);
    model_.options = options;
    index_.emplace(model_.plant);
  }

  Model compile() {
    model_.products = model_.plant.products.empty() ? std::vector<std::string>{"part"} : model_.plant.products;
    for (const auto& [name, calendar] : model_.plant.calendars) model_.calendars.push_back(calendar);
    resolve_targets();
    number_things();
    connect_buffers();
    for (ComponentSpec& component : model_.components) component.plain = component.machines > 0;
    for (const std::size_t e : machine_order_) fill_machine(e);
    for (const std::size_t e : source_order_) fill_source(e);
    find_lines();
    list_entities();
    std::ranges::sort(model_.parameter_slots, {}, &ParameterSlot::path);
    model_.hash = detail::hash_of(model_);
    return std::move(model_);
  }

 private:
  const PlantIndex::Place& place(std::size_t e) const { return index_->equipment()[e]; }
  std::size_t equipment_count() const { return index_->equipment().size(); }
  template <class Kind>
  const Kind* as(std::size_t e) const {
    return std::get_if<Kind>(&place(e).equipment->is);
  }

  void resolve_targets() {
    targets_.resize(equipment_count());
    for (std::size_t e = 0; e < equipment_count(); ++e)
      for (const Output& output : place(e).equipment->to)
        targets_[e].push_back(*index_->find_equipment(output.to, place(e)));
  }

  // ---- components and numbers ------------------------------------------------------------------------------------
  void number_things() {
    const std::size_t n = equipment_count();
    Sets sets(n + index_->crews().size());
    for (std::size_t e = 0; e < n; ++e) {
      for (const std::size_t t : targets_[e])
        if (as<Sink>(t) == nullptr) sets.unite(e, t);
      if (const Machine* m = as<Machine>(e); m != nullptr && m->failure && !m->failure->crew.empty())
        sets.unite(e, n + *index_->find_crew(m->failure->crew, place(e)));
    }
    std::unordered_map<std::size_t, std::uint32_t> number;
    component_of_.assign(n, 0);
    for (std::size_t e = 0; e < n; ++e)
      if (as<Sink>(e) == nullptr)
        component_of_[e] = number.try_emplace(sets.find(e), static_cast<std::uint32_t>(number.size())).first->second;
    model_.components.resize(number.size());
    mark_cycles();

    machine_order_ = in_component_order<Machine>();
    source_order_ = in_component_order<Source>();
    buffer_order_ = in_component_order<Buffer>();
    number_.assign(n, kNone);
    assign_numbers(machine_order_, &ComponentSpec::first_machine, &ComponentSpec::machines);
    assign_numbers(source_order_, &ComponentSpec::first_source, &ComponentSpec::sources);
    for (std::size_t e = 0; e < n; ++e)
      if (as<Sink>(e) != nullptr) number_[e] = model_.sinks++;
    for (std::size_t c = 0; c < index_->crews().size(); ++c) {
      const auto found = number.find(sets.find(n + c));
      model_.crews.push_back({index_->crews()[c].crew->size, found == number.end() ? 0 : found->second});
    }
  }

  template <class Kind>
  std::vector<std::size_t> in_component_order() const {
    std::vector<std::size_t> order;
    for (std::size_t e = 0; e < equipment_count(); ++e)
      if (as<Kind>(e) != nullptr) order.push_back(e);
    std::ranges::stable_sort(order, {}, [this](std::size_t e) { return component_of_[e]; });
    return order;
  }

  void assign_numbers(const std::vector<std::size_t>& order, std::uint32_t ComponentSpec::*first,
                      std::uint32_t ComponentSpec::*count) {
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      ComponentSpec& component = model_.components[component_of_[order[i]]];
      if (component.*count == 0) component.*first = i;
      ++(component.*count);
      number_[order[i]] = i;
    }
  }

  /// A component is cyclic if taking away, again and again, what nothing flows into leaves something (Kahn 1962).
  void mark_cycles() {
    std::vector<std::size_t> incoming(equipment_count(), 0);
    for (const auto& targets : targets_)
      for (const std::size_t t : targets) ++incoming[t];
    std::vector<std::size_t> open;
    for (std::size_t e = 0; e < equipment_count(); ++e)
      if (incoming[e] == 0) open.push_back(e);
    std::vector<bool> gone(equipment_count(), false);
    while (!open.empty()) {
      const std::size_t e = open.back();
      open.pop_back();
      gone[e] = true;
      for (const std::size_t t : targets_[e])
        if (--incoming[t] == 0) open.push_back(t);
    }
    for (std::size_t e = 0; e < equipment_count(); ++e)
      if (!gone[e] && as<Sink>(e) == nullptr) model_.components[component_of_[e]].cyclic = true;
  }

  // ---- buffers and the entries of machines fed without one -------------------------------------------------------
  void connect_buffers() {
    std::vector<std::vector<std::size_t>> feeders(equipment_count());  // explicit buffers before each machine
    std::vector<bool> fed_directly(equipment_count(), false);
    for (std::size_t e = 0; e < equipment_count(); ++e)
      for (const std::size_t t : targets_[e]) {
        if (as<Machine>(t) == nullptr) continue;
        if (as<Buffer>(e) != nullptr)
          feeders[t].push_back(e);
        else
          fed_directly[t] = true;
      }
    entry_of_.assign(equipment_count(), kNone);
    model_.machine_entity.resize(machine_order_.size());
    std::size_t next_buffer = 0, next_machine = 0;
    for (std::uint32_t c = 0; c < model_.components.size(); ++c) {
      ComponentSpec& component = model_.components[c];
      component.first_buffer = static_cast<std::uint32_t>(model_.buffers.size());
      for (; next_buffer < buffer_order_.size() && component_of_[buffer_order_[next_buffer]] == c; ++next_buffer)
        add_buffer(buffer_order_[next_buffer]);
      for (; next_machine < machine_order_.size() && component_of_[machine_order_[next_machine]] == c; ++next_machine)
        if (fed_directly[machine_order_[next_machine]]) add_entry(machine_order_[next_machine]);
      component.buffers = static_cast<std::uint32_t>(model_.buffers.size()) - component.first_buffer;
    }
    for (const std::size_t e : machine_order_) {
      MachineSpec& spec = model_.machines.emplace_back();
      spec.first_input = static_cast<std::uint32_t>(model_.inputs.size());
      for (const std::size_t b : feeders[e]) model_.inputs.push_back(number_[b]);
      if (entry_of_[e] != kNone) model_.inputs.push_back(entry_of_[e]);
      spec.inputs = static_cast<std::uint32_t>(model_.inputs.size()) - spec.first_input;
      if (spec.inputs == 1) spec.input = model_.inputs.back();
    }
  }

  void add_buffer(std::size_t e) {
    const Buffer& buffer = *as<Buffer>(e);
    number_[e] = static_cast<std::uint32_t>(model_.buffers.size());
    BufferSpec& spec = model_.buffers.emplace_back();
    spec.capacity = buffer.capacity.value_or(kInfinite);
    spec.initial = buffer.initial;
    spec.component = component_of_[e];
    if (model_.keeps_parts())
      spec.ring = std::bit_ceil(buffer.capacity ? std::max(1U, std::min(*buffer.capacity, 1U << 16)) : 16U);
    spec.first_consumer = static_cast<std::uint32_t>(model_.consumers.size());
    std::vector<std::uint32_t> machines;
    for (const std::size_t t : targets_[e]) machines.push_back(number_[t]);
    std::ranges::sort(machines);
    model_.consumers.insert(model_.consumers.end(), machines.begin(), machines.end());
    spec.consumers = static_cast<std::uint32_t>(machines.size());
    model_.buffer_entity.push_back(
        static_cast<std::uint32_t>(e));  // equipment for now; list_entities makes it an entity
  }

  void add_entry(std::size_t e) {
    entry_of_[e] = static_cast<std::uint32_t>(model_.buffers.size());
    BufferSpec& spec = model_.buffers.emplace_back();
    spec.component = component_of_[e];
    spec.implicit = true;
    spec.first_consumer = static_cast<std::uint32_t>(model_.consumers.size());
    spec.consumers = 1;
    model_.consumers.push_back(number_[e]);
    model_.buffer_entity.push_back(kNone);
  }

  std::uint32_t place_number(std::size_t target) const {
    if (as<Sink>(target) != nullptr) return static_cast<std::uint32_t>(model_.buffers.size()) + number_[target];
    return as<Machine>(target) != nullptr ? entry_of_[target] : number_[target];
  }

  // ---- numbers that are learnt or varied -------------------------------------------------------------------------
  std::uint32_t add_law(const std::string& path, const Distribution& law) {
    const auto index = static_cast<std::uint32_t>(model_.defaults.laws.size());
    model_.defaults.laws.push_back(law);
    model_.parameter_slots.push_back({path, ParameterSlot::Kind::law, index, 0, 0});
    return index;
  }

  std::uint32_t add_probability(const std::string& path, double value) {
    const auto index = static_cast<std::uint32_t>(model_.defaults.probabilities.size());
    model_.defaults.probabilities.push_back(value);
    model_.parameter_slots.push_back({path, ParameterSlot::Kind::probability, index, 0, 0});
    return index;
  }

  /// Marks the last `count` probabilities as ways of one choice.
  void bind_siblings(std::uint32_t count) {
    const auto first = static_cast<std::uint32_t>(model_.defaults.probabilities.size()) - count;
    for (ParameterSlot& slot : std::span(model_.parameter_slots).last(count)) {
      slot.kind = ParameterSlot::Kind::route;
      slot.first = first;
      slot.count = count;
    }
  }

  std::uint32_t add_law_by_product(const std::string& path, const LawByProduct& laws, bool by_product) {
    if (!by_product) return add_law(path, laws.law);
    std::uint32_t general = kNone;
    std::vector<std::uint32_t> of;
    for (const std::string& product : model_.products) {
      const auto own = laws.of.find(product);
      if (own == laws.of.end() && general == kNone) general = add_law(path, laws.law);
      of.push_back(own == laws.of.end() ? general : add_law(path + "/" + product, own->second));
    }
    model_.law_of.insert(model_.law_of.end(), of.begin(), of.end());
    return static_cast<std::uint32_t>(model_.law_of.size() - of.size());
  }

  struct Routes {
    std::uint32_t first = 0, count = 0, ranges = kNone;
  };

  Routes add_routes(std::size_t e) {
    const std::vector<Output>& outputs = place(e).equipment->to;
    Routes routes{static_cast<std::uint32_t>(model_.routes.size()), 0, kNone};
    const RouteRange general = add_route_group(e, "");
    const bool by_product = std::ranges::any_of(outputs, [](const Output& o) { return !o.product.empty(); });
    if (by_product) {
      std::vector<RouteRange> ranges;
      for (const std::string& product : model_.products) {
        const RouteRange own = add_route_group(e, product);
        ranges.push_back(own.count > 0 ? own : general);
      }
      routes.ranges = static_cast<std::uint32_t>(model_.routes_of.size());
      model_.routes_of.insert(model_.routes_of.end(), ranges.begin(), ranges.end());
    }
    routes.count = by_product ? static_cast<std::uint32_t>(model_.routes.size()) - routes.first : general.count;
    return routes;
  }

  /// A way is named by the last name of where it leads, or as it is written where two of them end alike.
  std::string way_name(std::size_t e, std::size_t output) const {
    const std::string& name = place(targets_[e][output]).equipment->name;
    const bool unique = std::ranges::none_of(targets_[e], [&](std::size_t other) {
      return other != targets_[e][output] && place(other).equipment->name == name;
    });
    if (unique) return name;
    const std::string& written = place(e).equipment->to[output].to;
    return written.starts_with('/') ? written.substr(1) : written;
  }

  RouteRange add_route_group(std::size_t e, const std::string& product) {
    const std::vector<Output>& outputs = place(e).equipment->to;
    RouteRange range{static_cast<std::uint32_t>(model_.routes.size()), 0};
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].product != product) continue;
      const std::string path = place(e).path + "/to/" + way_name(e, i) + (product.empty() ? "" : "/" + product);
      model_.routes.push_back({place_number(targets_[e][i]), add_probability(path, outputs[i].probability)});
      ++range.count;
    }
    bind_siblings(range.count);
    return range;
  }

  // ---- machines and sources --------------------------------------------------------------------------------------
  void fill_machine(std::size_t e) {
    const Machine& machine = *as<Machine>(e);
    const std::string& path = place(e).path;
    MachineSpec& spec = model_.machines[number_[e]];
    spec.path_hash = hash_path(path);
    spec.cycle_key = entity_key(spec.path_hash, Purpose::cycle);
    spec.component = component_of_[e];
    spec.servers = machine.servers;
    spec.first_server = static_cast<std::uint32_t>(model_.machine_of_server.size());
    model_.machine_of_server.insert(model_.machine_of_server.end(), machine.servers, number_[e]);
    const Routes routes = add_routes(e);
    spec.first_route = routes.first;
    spec.routes = routes.count;
    spec.ranges = routes.ranges;
    if (routes.count == 1) spec.place = model_.routes[routes.first].place;
    const bool by_product = !machine.cycle_time.of.empty() || (machine.load_time && !machine.load_time->of.empty());
    spec.cycle_law = add_law_by_product(path + "/cycle_time", machine.cycle_time, by_product);
    if (machine.load_time) spec.load_law = add_law_by_product(path + "/load_time", *machine.load_time, by_product);
    spec.scrap = add_probability(path + "/scrap", machine.scrap);
    if (!machine.calendar.empty())
      spec.calendar = static_cast<std::uint32_t>(
          std::distance(model_.plant.calendars.begin(), model_.plant.calendars.find(machine.calendar)));
    if (machine.failure) fill_failure(e, *machine.failure, spec);
    const auto flag = [&spec](bool has, MachineFlag f) {
      spec.flags = static_cast<std::uint16_t>(spec.flags | (has ? f : 0));
    };
    flag(machine.failure.has_value(), kHasFailure);
    flag(machine.load_time.has_value(), kHasLoad);
    flag(by_product, kLawByProduct);
    flag(routes.ranges != kNone, kRouteByProduct);
    flag(machine.blocking == Blocking::before_service, kBeforeService);
    flag(machine.loads_while_down, kLoadsWhileDown);
    flag(machine.unloads_while_down, kUnloadsWhileDown);
    flag(spec.calendar != kNone, kHasCalendar);
    flag(machine.failure && machine.failure->clock != FailureClock::calendar, kClockStops);
    constexpr std::uint16_t kSpecial = kHasLoad | kLawByProduct | kRouteByProduct | kBeforeService | kHasCalendar;
    const bool plain = spec.servers == 1 && spec.inputs == 1 && spec.routes == 1 && (spec.flags & kSpecial) == 0 &&
                       machine.scrap == 0.0;
    if (!plain) model_.components[spec.component].plain = false;
  }

  void fill_failure(std::size_t e, const Failure& failure, MachineSpec& spec) {
    const std::string path = place(e).path + "/failure";
    spec.failure_law = add_law(path + "/time_to_failure", failure.time_to_failure);
    spec.repair_law = add_law(path + "/time_to_repair", failure.time_to_repair);
    spec.clock = failure.clock;
    spec.on_failure = failure.on_failure;
    if (!failure.crew.empty()) spec.crew = static_cast<std::uint32_t>(*index_->find_crew(failure.crew, place(e)));
  }

  void fill_source(std::size_t e) {
    const Source& source = *as<Source>(e);
    const std::string& path = place(e).path;
    SourceSpec& spec = model_.sources.emplace_back();
    spec.path_hash = hash_path(path);
    spec.component = component_of_[e];
    spec.without_place = source.without_place;
    const Routes routes = add_routes(e);
    spec.first_route = routes.first;
    spec.routes = routes.count;
    spec.ranges = routes.ranges;
    add_shares(path, source, spec);
    if (const auto* renewal = std::get_if<Source::Renewal>(&source.supply)) {
      spec.kind = SourceSpec::Kind::renewal;
      spec.interval_law = add_law(path + "/interval", renewal->interval);
      if (renewal->first) spec.first = renewal->first->time_since_epoch().count();
    } else if (const auto* timetable = std::get_if<Source::Timetable>(&source.supply)) {
      spec.kind = SourceSpec::Kind::timetable;
      spec.first_arrival = static_cast<std::uint32_t>(model_.timetable.size());
      for (const Arrival& arrival : timetable->arrivals)
        for (std::uint32_t i = 0; i < arrival.quantity; ++i)
          model_.timetable.push_back({arrival.at.time_since_epoch().count(),
                                      arrival.product.empty() ? kNone : product_number(arrival.product)});
      spec.arrivals = static_cast<std::uint32_t>(model_.timetable.size()) - spec.first_arrival;
    }
  }

  void find_lines() {
    model_.flow_order.resize(model_.machines.size());
    for (ComponentSpec& component : model_.components) component.line = component.plain && find_line(component);
  }

  /// Walks from the source to the sink; a line if that leads past every machine.
  bool find_line(const ComponentSpec& component) {
    if (component.sources != 1) return false;
    const SourceSpec& source = model_.sources[component.first_source];
    if (source.routes != 1 || source.ranges != kNone) return false;
    std::uint32_t place = model_.routes[source.first_route].place;
    for (std::uint32_t i = 0; i < component.machines; ++i) {
      if (place >= model_.buffers.size() || model_.buffers[place].consumers != 1) return false;
      const std::uint32_t m = model_.consumers[model_.buffers[place].first_consumer];
      const MachineSpec& spec = model_.machines[m];
      if (spec.crew != kNone || spec.on_failure != OnFailure::resume) return false;
      model_.flow_order[component.first_machine + i] = m;
      place = spec.place;
    }
    return place >= model_.buffers.size();
  }

  void add_shares(const std::string& path, const Source& source, SourceSpec& spec) {
    spec.first_share = static_cast<std::uint32_t>(model_.shares.size());
    spec.shares = static_cast<std::uint32_t>(source.products.size());
    double sum = 0.0;
    for (const ProductShare& share : source.products) sum += share.share;
    for (const ProductShare& share : source.products)
      model_.shares.push_back(
          {product_number(share.product), add_probability(path + "/products/" + share.product, share.share / sum)});
    bind_siblings(spec.shares);
  }

  std::uint32_t product_number(const std::string& name) const {
    return static_cast<std::uint32_t>(std::distance(model_.products.begin(), std::ranges::find(model_.products, name)));
  }

  // ---- names -----------------------------------------------------------------------------------------------------
  void list_entities() {
    for (const Enterprise& e : model_.plant.enterprises) {
      add_entity("/" + e.name, Entity::Kind::enterprise);
      for (const Workshop& w : e.workshops) list_workshop("/" + e.name + "/" + w.name, w);
    }
    for (std::size_t e = 0; e < equipment_count(); ++e) {
      const Entity::Kind kind = as<Machine>(e) != nullptr  ? Entity::Kind::machine
                                : as<Buffer>(e) != nullptr ? Entity::Kind::buffer
                                : as<Source>(e) != nullptr ? Entity::Kind::source
                                                           : Entity::Kind::sink;
      add_entity(place(e).path, kind, number_[e]);
    }
    for (std::size_t c = 0; c < index_->crews().size(); ++c)
      add_entity(index_->crews()[c].path, Entity::Kind::crew, static_cast<std::uint32_t>(c));
    std::ranges::sort(model_.entities, {}, &Entity::path);
    for (std::uint32_t i = 0; i < model_.entities.size(); ++i) model_.entity_at.emplace(model_.entities[i].path, i);
    for (Entity& entity : model_.entities) {
      const auto parent = model_.entity_at.find(entity.path.substr(0, entity.path.rfind('/')));
      if (parent != model_.entity_at.end()) entity.parent = parent->second;
    }
    link_controllers();
    link_entities();
  }

  void list_workshop(const std::string& path, const Workshop& workshop) {
    add_entity(path, Entity::Kind::workshop);
    for (const Line& line : workshop.lines) add_entity(path + "/" + line.name, Entity::Kind::line);
    for (const Controller& controller : workshop.controllers)
      add_entity(path + "/" + controller.name, Entity::Kind::controller);
  }

  void add_entity(std::string path, Entity::Kind kind, std::uint32_t index = kNone) {
    model_.entities.push_back({std::move(path), kind, index, kNone, kNone});
  }

  void link_controllers() {
    for (const Enterprise& e : model_.plant.enterprises)
      for (const Workshop& w : e.workshops)
        for (const Controller& controller : w.controllers) {
          const std::string base = "/" + e.name + "/" + w.name + "/";
          for (const std::string& owned : controller.owns) {
            const auto it = model_.entity_at.find(owned.starts_with('/') ? owned : base + owned);
            if (it != model_.entity_at.end())
              model_.entities[it->second].controller = model_.entity_at.at(base + controller.name);
          }
        }
  }

  void link_entities() {
    model_.source_entity.resize(model_.sources.size());
    model_.sink_entity.resize(model_.sinks);
    model_.crew_entity.resize(model_.crews.size());
    for (std::uint32_t i = 0; i < model_.entities.size(); ++i) {
      const Entity& entity = model_.entities[i];
      switch (entity.kind) {
        case Entity::Kind::machine: model_.machine_entity[entity.index] = i; break;
        case Entity::Kind::buffer: model_.buffer_entity[entity.index] = i; break;
        case Entity::Kind::source: model_.source_entity[entity.index] = i; break;
        case Entity::Kind::sink: model_.sink_entity[entity.index] = i; break;
        case Entity::Kind::crew: model_.crew_entity[entity.index] = i; break;
        default: break;
      }
    }
  }

  Model model_;
  std::optional<PlantIndex> index_;
  std::vector<std::vector<std::size_t>> targets_;  // equipment -> equipment of each output
  std::vector<std::uint32_t> component_of_;        // by equipment
  std::vector<std::uint32_t> number_;              // by equipment: index among its kind
  std::vector<std::uint32_t> entry_of_;            // by equipment: implicit buffer of a machine
  std::vector<std::size_t> machine_order_, source_order_, buffer_order_;
};

}  // namespace

Model compile(Plant plant, CompileOptions options) {
  auto faults = validate(plant);
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  return Compiler(std::move(plant), options).compile();
}

}  // namespace takt
