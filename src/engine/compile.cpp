// SPDX-License-Identifier: Apache-2.0
// From a plant to a model, in the order of the functions below: number what there is, find the components, then fill in
// each kind of thing.
#include <algorithm>
#include <numeric>

#include "takt/core/error.hpp"
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
    if (auto faults = validate(model_.plant, *index_); !faults.empty()) throw InvalidInput(std::move(faults));
    model_.products = model_.plant.products.empty() ? std::vector<std::string>{"part"} : model_.plant.products;
    for (const auto& [name, calendar] : model_.plant.calendars) model_.calendars.push_back(calendar);
    number_things();
    connect_buffers();
    list_entities();
    reserve();
    for (ComponentSpec& component : model_.components) component.plain = component.machines > 0;
    for (const std::size_t e : machine_order_) fill_machine(e);
    for (const std::size_t e : source_order_) fill_source(e);
    find_lines();
    order_slots();
    return std::move(model_);
  }

 private:
  const PlantIndex::Place& place(std::size_t e) const { return index_->equipment()[e]; }
  std::size_t equipment_count() const { return index_->equipment().size(); }
  std::span<const std::uint32_t> targets(std::size_t e) const { return index_->targets(e); }
  template <class Kind>
  const Kind* as(std::size_t e) const {
    return place(e).as<Kind>();
  }
  template <class Kind>
  bool is(std::size_t e) const {
    return place(e).is<Kind>();
  }

  /// About what the machines and sources need.
  void reserve() {
    const std::size_t n = machine_order_.size() + source_order_.size();
    constexpr std::size_t kNumbers = 5;  // of a machine that fails, with one way out
    slots_.reserve(kNumbers * n);
    model_.routes.reserve(n);
    model_.sources.reserve(source_order_.size());
    model_.machine_of_server.reserve(machine_order_.size());
    model_.defaults.probabilities.reserve(2 * n);
  }

  // ---- components and numbers ------------------------------------------------------------------------------------
  void number_things() {
    const std::size_t n = equipment_count();
    Sets sets(n + index_->crews().size());
    for (std::size_t e = 0; e < n; ++e) {
      for (const std::uint32_t t : targets(e))
        if (!is<Sink>(t)) sets.unite(e, t);
      if (const Machine* m = as<Machine>(e); m != nullptr && m->failure && !m->failure->crew.empty())
        sets.unite(e, n + *index_->find_crew(m->failure->crew, place(e)));
    }
    std::vector<std::uint32_t> number(n + index_->crews().size(), kNone);  // of the component, by its set
    std::uint32_t components = 0;
    component_of_.assign(n, 0);
    for (std::size_t e = 0; e < n; ++e)
      if (!is<Sink>(e)) {
        std::uint32_t& own = number[sets.find(e)];
        if (own == kNone) own = components++;
        component_of_[e] = own;
      }
    model_.components.resize(components);
    mark_cycles();

    machine_order_ = in_component_order<Machine>();
    source_order_ = in_component_order<Source>();
    buffer_order_ = in_component_order<Buffer>();
    number_.assign(n, kNone);
    assign_numbers(machine_order_, &ComponentSpec::first_machine, &ComponentSpec::machines);
    assign_numbers(source_order_, &ComponentSpec::first_source, &ComponentSpec::sources);
    for (std::size_t e = 0; e < n; ++e)
      if (is<Sink>(e)) number_[e] = model_.sinks++;
    for (std::size_t c = 0; c < index_->crews().size(); ++c) {
      const std::uint32_t component = number[sets.find(n + c)];
      model_.crews.push_back({index_->crews()[c].crew->size, component == kNone ? 0 : component});
    }
  }

  template <class Kind>
  std::vector<std::size_t> in_component_order() const {
    std::vector<std::size_t> begin(model_.components.size() + 1, 0);
    for (std::size_t e = 0; e < equipment_count(); ++e)
      if (is<Kind>(e)) ++begin[component_of_[e] + 1];
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    std::vector<std::size_t> order(begin.back());
    for (std::size_t e = 0; e < equipment_count(); ++e)
      if (is<Kind>(e)) order[begin[component_of_[e]]++] = e;
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
    for (std::size_t e = 0; e < equipment_count(); ++e)
      for (const std::uint32_t t : targets(e)) ++incoming[t];
    std::vector<std::size_t> open;
    for (std::size_t e = 0; e < equipment_count(); ++e)
      if (incoming[e] == 0) open.push_back(e);
    std::vector<bool> gone(equipment_count(), false);
    while (!open.empty()) {
      const std::size_t e = open.back();
      open.pop_back();
      gone[e] = true;
      for (const std::uint32_t t : targets(e))
        if (--incoming[t] == 0) open.push_back(t);
    }
    for (std::size_t e = 0; e < equipment_count(); ++e)
      if (!gone[e] && !is<Sink>(e)) model_.components[component_of_[e]].cyclic = true;
  }

  // ---- buffers and the entries of machines fed without one -------------------------------------------------------
  void connect_buffers() {
    std::vector<std::uint32_t> feeders(equipment_count() + 1, 0);  // of each machine: where its buffers begin below
    std::vector<bool> fed_directly(equipment_count(), false);
    for (std::size_t e = 0; e < equipment_count(); ++e)
      for (const std::uint32_t t : targets(e)) {
        if (!is<Machine>(t)) continue;
        if (is<Buffer>(e))
          ++feeders[t + 1];
        else
          fed_directly[t] = true;
      }
    std::partial_sum(feeders.begin(), feeders.end(), feeders.begin());
    std::vector<std::uint32_t> buffers(feeders.back()), next_feeder = feeders;
    for (std::size_t e = 0; e < equipment_count(); ++e)
      if (is<Buffer>(e))
        for (const std::uint32_t t : targets(e))
          if (is<Machine>(t)) buffers[next_feeder[t]++] = static_cast<std::uint32_t>(e);
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
    model_.machines.reserve(machine_order_.size());
    for (const std::size_t e : machine_order_) {
      MachineSpec& spec = model_.machines.emplace_back();
      spec.first_input = static_cast<std::uint32_t>(model_.inputs.size());
      for (std::uint32_t i = feeders[e]; i < feeders[e + 1]; ++i) model_.inputs.push_back(number_[buffers[i]]);
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
    for (const std::uint32_t t : targets(e)) model_.consumers.push_back(number_[t]);
    spec.consumers = static_cast<std::uint32_t>(targets(e).size());
    std::ranges::sort(std::span(model_.consumers).last(spec.consumers));
    model_.buffer_entity.push_back(kNone);
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
    if (is<Sink>(target)) return static_cast<std::uint32_t>(model_.buffers.size()) + number_[target];
    return is<Machine>(target) ? entry_of_[target] : number_[target];
  }

  // ---- numbers that are learnt or varied -------------------------------------------------------------------------
  using Name = ParameterSlot::Name;
  using Kind = ParameterSlot::Kind;

  /// `slot` tells whose number it is and how it is called.
  std::uint32_t add_law(ParameterSlot slot, const Distribution& law) {
    slot.kind = Kind::law;
    slot.index = model_.defaults.add_law(law);
    slots_.push_back(slot);
    return slot.index;
  }

  std::uint32_t add_probability(ParameterSlot slot, double value) {
    slot.kind = Kind::probability;
    slot.index = static_cast<std::uint32_t>(model_.defaults.probabilities.size());
    model_.defaults.probabilities.push_back(value);
    slots_.push_back(slot);
    return slot.index;
  }

  /// Marks the last `count` probabilities as ways of one choice.
  void bind_siblings(std::uint32_t count) {
    const auto first = static_cast<std::uint32_t>(model_.defaults.probabilities.size()) - count;
    for (ParameterSlot& slot : std::span(slots_).last(count)) {
      slot.kind = Kind::route;
      slot.first = first;
      slot.count = count;
    }
  }

  ParameterSlot slot_of(std::size_t e, Name name) const { return {.entity = entity_of_[e], .name = name}; }

  std::uint32_t add_law_by_product(ParameterSlot slot, const LawByProduct& laws, bool by_product) {
    if (!by_product) return add_law(slot, laws.law);
    std::uint32_t general = kNone;
    std::vector<std::uint32_t> of;
    for (std::uint32_t p = 0; p < model_.products.size(); ++p) {
      const auto own = laws.of.find(model_.products[p]);
      ParameterSlot of_product = slot;
      of_product.product = p;
      if (own == laws.of.end() && general == kNone) general = add_law(slot, laws.law);
      of.push_back(own == laws.of.end() ? general : add_law(of_product, own->second));
    }
    model_.law_of.insert(model_.law_of.end(), of.begin(), of.end());
    return static_cast<std::uint32_t>(model_.law_of.size() - of.size());
  }

  /// Puts the slots in the order of their entities.
  void order_slots() {
    std::vector<std::uint32_t> begin(model_.entities.size() + 1, 0);
    for (const ParameterSlot& slot : slots_) ++begin[slot.entity + 1];
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    model_.parameter_slots.resize(slots_.size());
    for (const ParameterSlot& slot : slots_) model_.parameter_slots[begin[slot.entity]++] = slot;
  }

  struct Routes {
    std::uint32_t first = 0, count = 0, ranges = kNone;
  };

  Routes add_routes(std::size_t e) {
    const std::vector<Output>& outputs = place(e).equipment->to;
    Routes routes{static_cast<std::uint32_t>(model_.routes.size()), 0, kNone};
    const RouteRange general = add_route_group(e, "", kNone);
    const bool by_product = std::ranges::any_of(outputs, [](const Output& o) { return !o.product.empty(); });
    if (by_product) {
      std::vector<RouteRange> ranges;
      for (std::uint32_t p = 0; p < model_.products.size(); ++p) {
        const RouteRange own = add_route_group(e, model_.products[p], p);
        ranges.push_back(own.count > 0 ? own : general);
      }
      routes.ranges = static_cast<std::uint32_t>(model_.routes_of.size());
      model_.routes_of.insert(model_.routes_of.end(), ranges.begin(), ranges.end());
    }
    routes.count = by_product ? static_cast<std::uint32_t>(model_.routes.size()) - routes.first : general.count;
    return routes;
  }

  RouteRange add_route_group(std::size_t e, const std::string& product, std::uint32_t number) {
    const std::vector<Output>& outputs = place(e).equipment->to;
    RouteRange range{static_cast<std::uint32_t>(model_.routes.size()), 0};
    ParameterSlot slot = slot_of(e, Name::to);
    slot.product = number;
    for (std::uint32_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].product != product) continue;
      slot.route = static_cast<std::uint32_t>(model_.routes.size());
      slot.output = i;
      model_.routes.push_back({place_number(targets(e)[i]), add_probability(slot, outputs[i].probability)});
      ++range.count;
    }
    bind_siblings(range.count);
    return range;
  }

  // ---- machines and sources --------------------------------------------------------------------------------------
  void fill_machine(std::size_t e) {
    const Machine& machine = *as<Machine>(e);
    MachineSpec& spec = model_.machines[number_[e]];
    spec.path_hash = place(e).path_hash;
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
    spec.cycle_law = add_law_by_product(slot_of(e, Name::cycle_time), machine.cycle_time, by_product);
    if (machine.load_time)
      spec.load_law = add_law_by_product(slot_of(e, Name::load_time), *machine.load_time, by_product);
    spec.scrap = add_probability(slot_of(e, Name::scrap), machine.scrap);
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
    spec.failure_law = add_law(slot_of(e, Name::time_to_failure), failure.time_to_failure);
    spec.repair_law = add_law(slot_of(e, Name::time_to_repair), failure.time_to_repair);
    spec.clock = failure.clock;
    spec.on_failure = failure.on_failure;
    if (!failure.crew.empty()) spec.crew = static_cast<std::uint32_t>(*index_->find_crew(failure.crew, place(e)));
  }

  void fill_source(std::size_t e) {
    const Source& source = *as<Source>(e);
    SourceSpec& spec = model_.sources.emplace_back();
    spec.path_hash = place(e).path_hash;
    spec.component = component_of_[e];
    spec.without_place = source.without_place;
    const Routes routes = add_routes(e);
    spec.first_route = routes.first;
    spec.routes = routes.count;
    spec.ranges = routes.ranges;
    add_shares(e, source, spec);
    if (const auto* renewal = std::get_if<Source::Renewal>(&source.supply)) {
      spec.kind = SourceSpec::Kind::renewal;
      spec.interval_law = add_law(slot_of(e, Name::interval), renewal->interval);
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

  void add_shares(std::size_t e, const Source& source, SourceSpec& spec) {
    spec.first_share = static_cast<std::uint32_t>(model_.shares.size());
    spec.shares = static_cast<std::uint32_t>(source.products.size());
    double sum = 0.0;
    for (const ProductShare& share : source.products) sum += share.share;
    ParameterSlot slot = slot_of(e, Name::share);
    for (const ProductShare& share : source.products) {
      slot.product = product_number(share.product);
      model_.shares.push_back({slot.product, add_probability(slot, share.share / sum)});
    }
    bind_siblings(spec.shares);
  }

  std::uint32_t product_number(const std::string& name) const {
    return static_cast<std::uint32_t>(std::distance(model_.products.begin(), std::ranges::find(model_.products, name)));
  }

  // ---- names -----------------------------------------------------------------------------------------------------
  /// Those above the equipment are few: they are sorted, and the equipment, which is, is merged in.
  void list_entities() {
    struct Other {
      Entity entity;
      std::uint32_t line;  ///< its number, or kNone
    };
    std::vector<Other> others;
    const auto add = [&](std::string path, Entity::Kind kind, std::uint32_t index = kNone, std::uint32_t line = kNone) {
      others.push_back({{std::move(path), kind, index, kNone, kNone}, line});
    };
    for (const Enterprise& e : model_.plant.enterprises) {
      add("/" + e.name, Entity::Kind::enterprise);
      for (const Workshop& w : e.workshops) {
        const std::string path = "/" + e.name + "/" + w.name;
        add(path, Entity::Kind::workshop);
        for (const Controller& controller : w.controllers) add(path + "/" + controller.name, Entity::Kind::controller);
      }
    }
    for (std::uint32_t l = 0; l < index_->lines().size(); ++l)
      add(index_->lines()[l].path(), Entity::Kind::line, kNone, l);
    for (std::uint32_t c = 0; c < index_->crews().size(); ++c) add(index_->crews()[c].path(), Entity::Kind::crew, c);
    std::ranges::sort(others, {}, [](const Other& other) -> const std::string& { return other.entity.path; });

    std::vector<std::uint32_t> line_entity(index_->lines().size());
    model_.entities.reserve(others.size() + equipment_count());
    const auto number = [this] { return static_cast<std::uint32_t>(model_.entities.size()); };
    auto other = others.begin();
    const auto add_others_before = [&](const std::string* path) {
      for (; other != others.end() && (path == nullptr || other->entity.path < *path); ++other) {
        if (other->line != kNone) line_entity[other->line] = number();
        model_.entities.push_back(std::move(other->entity));
      }
    };
    entity_of_.resize(equipment_count());
    for (std::uint32_t l = 0; l < index_->lines().size(); ++l) {
      const PlantIndex::LinePlace& line = index_->lines()[l];
      const std::string path = line.path() + "/";  // what begins so is equipment of the line
      add_others_before(&path);
      for (std::uint32_t e = line.first; e < line.first + line.count; ++e) {
        entity_of_[e] = number();
        Entity& entity = model_.entities.emplace_back();
        const std::string& name = place(e).equipment->name;
        entity.path.reserve(path.size() + name.size());
        entity.path.append(path).append(name);
        entity.kind = kind_of_entity(e);
        entity.index = number_[e];
        entity.parent = line_entity[l];
      }
    }
    add_others_before(nullptr);
    for (Entity& entity : model_.entities)
      if (entity.parent == kNone)
        entity.parent = model_.entity_at(std::string_view(entity.path).substr(0, entity.path.rfind('/')));
    link_controllers();
    link_entities();
  }

  Entity::Kind kind_of_entity(std::size_t e) const {
    return is<Machine>(e)  ? Entity::Kind::machine
           : is<Buffer>(e) ? Entity::Kind::buffer
           : is<Source>(e) ? Entity::Kind::source
                           : Entity::Kind::sink;
  }

  void link_controllers() {
    for (const Enterprise& e : model_.plant.enterprises)
      for (const Workshop& w : e.workshops)
        for (const Controller& controller : w.controllers) {
          const std::string base = "/" + e.name + "/" + w.name + "/";
          for (const std::string& owned : controller.owns) {
            const std::uint32_t it = model_.entity_at(owned.starts_with('/') ? owned : base + owned);
            if (it != kNone) model_.entities[it].controller = model_.entity_at(base + controller.name);
          }
        }
  }

  void link_entities() {
    model_.source_entity.resize(source_order_.size());
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
  std::vector<ParameterSlot> slots_;         // in the order of the numbers
  std::vector<std::uint32_t> entity_of_;     // by equipment
  std::vector<std::uint32_t> component_of_;  // by equipment
  std::vector<std::uint32_t> number_;        // by equipment: index among its kind
  std::vector<std::uint32_t> entry_of_;      // by equipment: implicit buffer of a machine
  std::vector<std::size_t> machine_order_, source_order_, buffer_order_;
};

}  // namespace

Model compile(Plant plant, CompileOptions options) { return Compiler(std::move(plant), options).compile(); }

}  // namespace takt
