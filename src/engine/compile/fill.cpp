// SPDX-License-Identifier: Apache-2.0
// Pieces of the plant are filled in side by side, each with numbers that begin at 0; then they are put together. The
// pieces depend on the plant alone, so that the model is the same on any number of threads.
#include <algorithm>
#include <bit>
#include <iterator>
#include <span>
#include <string>

#include "engine/compile/numbering.hpp"
#include "takt/core/random.hpp"

namespace takt::detail {
namespace {

/// What some machines or sources have, each list numbered from its own beginning.
struct Piece {
  std::vector<Route> routes;
  std::vector<RouteRange> routes_of;
  std::vector<std::uint32_t> law_of;
  std::vector<std::uint8_t> has_own_law;
  std::vector<Share> shares;
  std::vector<TimetableEntry> timetable;
  Parameters numbers;
  std::uint32_t servers = 0;
};

/// Where the lists of a piece begin in the model's.
struct Offsets {
  std::uint32_t routes = 0, routes_of = 0, law_of = 0, shares = 0, timetable = 0, laws = 0, probabilities = 0,
                servers = 0;

  void move_past(const Piece& piece) {
    const auto add = [](std::uint32_t& offset, std::size_t size) { offset += static_cast<std::uint32_t>(size); };
    add(routes, piece.routes.size());
    add(routes_of, piece.routes_of.size());
    add(law_of, piece.law_of.size());
    add(shares, piece.shares.size());
    add(timetable, piece.timetable.size());
    add(laws, piece.numbers.laws());
    add(probabilities, piece.numbers.probabilities.size());
    add(servers, piece.servers);
  }
};

/// Fills in machines and sources one by one.
class Filler {
 public:
  Filler(Model& model, const PlantIndex& index, const Numbering& numbering, Piece& piece)
      : model_(model), index_(index), numbering_(numbering), piece_(piece) {}

  void machine(std::uint32_t e) {
    const PlantIndex::Place& place = index_.equipment()[e];
    const Machine& machine = *place.as<Machine>();
    MachineSpec& spec = model_.machines[numbering_.number[e]];
    spec.path_hash = place.path_hash;
    spec.cycle_key = entity_key(spec.path_hash, Purpose::cycle);
    spec.component = numbering_.component_of[e];
    spec.servers = machine.servers;
    spec.first_server = piece_.servers;
    piece_.servers += machine.servers;
    const Routes routes = add_routes(e);
    spec.first_route = routes.first;
    spec.routes = routes.count;
    spec.ranges = routes.ranges;
    if (routes.count == 1) spec.place = piece_.routes[routes.first].place;
    const bool by_product = !machine.cycle_time.of.empty() || (machine.load_time && !machine.load_time->of.empty());
    spec.cycle_law = add_law(machine.cycle_time, by_product);
    if (machine.load_time) spec.load_law = add_law(*machine.load_time, by_product);
    spec.scrap = add_probability(machine.scrap);
    if (!machine.calendar.empty())
      spec.calendar = static_cast<std::uint32_t>(
          std::distance(model_.plant.calendars.begin(), model_.plant.calendars.find(machine.calendar)));
    if (machine.failure) failure(*machine.failure, place, spec);
    spec.flags = flags_of(machine, spec, by_product);
  }

  void source(std::uint32_t e) {
    const PlantIndex::Place& place = index_.equipment()[e];
    const Source& source = *place.as<Source>();
    SourceSpec& spec = model_.sources[numbering_.number[e]];
    spec.path_hash = place.path_hash;
    spec.component = numbering_.component_of[e];
    spec.without_place = source.without_place;
    const Routes routes = add_routes(e);
    spec.first_route = routes.first;
    spec.routes = routes.count;
    spec.ranges = routes.ranges;
    shares(source, spec);
    if (const auto* renewal = std::get_if<Source::Renewal>(&source.supply)) {
      spec.kind = SourceSpec::Kind::renewal;
      spec.interval_law = piece_.numbers.add_law(renewal->interval);
      if (renewal->first) spec.first = renewal->first->time_since_epoch().count();
    } else if (const auto* timetable = std::get_if<Source::Timetable>(&source.supply)) {
      spec.kind = SourceSpec::Kind::timetable;
      arrivals(*timetable, spec);
    }
  }

 private:
  struct Routes {
    std::uint32_t first = 0, count = 0, ranges = kNone;
  };

  template <class List>
  static std::uint32_t size_of(const List& list) {
    return static_cast<std::uint32_t>(list.size());
  }

  std::uint32_t add_probability(double value) {
    piece_.numbers.probabilities.push_back(value);
    return size_of(piece_.numbers.probabilities) - 1;
  }

  std::uint32_t add_law(const LawByProduct& laws, bool by_product) {
    if (!by_product) return piece_.numbers.add_law(laws.law);
    std::uint32_t general = kNone;
    for (const std::string& product : model_.products) {
      const auto own = laws.of.find(product);
      const bool has_own = own != laws.of.end();
      if (!has_own && general == kNone) general = piece_.numbers.add_law(laws.law);
      piece_.law_of.push_back(has_own ? piece_.numbers.add_law(own->second) : general);
      piece_.has_own_law.push_back(has_own ? 1 : 0);
    }
    return size_of(piece_.law_of) - size_of(model_.products);
  }

  Routes add_routes(std::uint32_t e) {
    const PlantIndex::Place& place = index_.equipment()[e];
    const std::vector<Output>& outputs = place.equipment->to;
    Routes routes{size_of(piece_.routes), 0, kNone};
    const RouteRange general = add_route_group(e, "", kNone);
    const bool by_product =
        !place.plain_way && std::ranges::any_of(outputs, [](const Output& o) { return !o.product.empty(); });
    if (by_product) {
      routes.ranges = size_of(piece_.routes_of);
      for (std::uint32_t p = 0; p < model_.products.size(); ++p) {
        const RouteRange own = add_route_group(e, model_.products[p], p);
        piece_.routes_of.push_back(own.count > 0 ? own : general);
      }
    }
    routes.count = size_of(piece_.routes) - routes.first;
    return routes;
  }

  RouteRange add_route_group(std::uint32_t e, const std::string& product, std::uint32_t number) {
    const std::vector<Output>& outputs = index_.equipment()[e].equipment->to;
    RouteRange range{size_of(piece_.routes), 0};
    for (std::uint32_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].product != product) continue;
      piece_.routes.push_back({place_number(index_.targets(e)[i]), add_probability(outputs[i].probability), number, i});
      ++range.count;
    }
    return range;
  }

  std::uint32_t place_number(std::uint32_t target) const {
    const PlantIndex::Place& place = index_.equipment()[target];
    if (place.is<Sink>()) return size_of(model_.buffers) + numbering_.number[target];
    return place.is<Machine>() ? numbering_.entry_of[target] : numbering_.number[target];
  }

  void failure(const Failure& failure, const PlantIndex::Place& place, MachineSpec& spec) {
    spec.failure_law = piece_.numbers.add_law(failure.time_to_failure);
    spec.repair_law = piece_.numbers.add_law(failure.time_to_repair);
    spec.clock = failure.clock;
    spec.on_failure = failure.on_failure;
    if (!failure.crew.empty()) spec.crew = static_cast<std::uint32_t>(*index_.find_crew(failure.crew, place));
  }

  static std::uint16_t flags_of(const Machine& machine, const MachineSpec& spec, bool by_product) {
    std::uint16_t flags = 0;
    const auto flag = [&flags](bool has, MachineFlag f) { flags = static_cast<std::uint16_t>(flags | (has ? f : 0)); };
    flag(machine.failure.has_value(), kHasFailure);
    flag(machine.load_time.has_value(), kHasLoad);
    flag(by_product, kLawByProduct);
    flag(spec.ranges != kNone, kRouteByProduct);
    flag(machine.blocking == Blocking::before_service, kBeforeService);
    flag(machine.loads_while_down, kLoadsWhileDown);
    flag(machine.unloads_while_down, kUnloadsWhileDown);
    flag(spec.calendar != kNone, kHasCalendar);
    flag(machine.failure && machine.failure->clock != FailureClock::calendar, kClockStops);
    return flags;
  }

  void shares(const Source& source, SourceSpec& spec) {
    spec.first_share = size_of(piece_.shares);
    spec.shares = size_of(source.products);
    double sum = 0.0;
    for (const ProductShare& share : source.products) sum += share.share;
    for (const ProductShare& share : source.products)
      piece_.shares.push_back({product_number(share.product), add_probability(share.share / sum)});
  }

  void arrivals(const Source::Timetable& timetable, SourceSpec& spec) {
    spec.first_arrival = size_of(piece_.timetable);
    for (const Arrival& arrival : timetable.arrivals)
      piece_.timetable.insert(
          piece_.timetable.end(), arrival.quantity,
          {arrival.at.time_since_epoch().count(), arrival.product.empty() ? kNone : product_number(arrival.product)});
    spec.arrivals = size_of(piece_.timetable) - spec.first_arrival;
  }

  std::uint32_t product_number(const std::string& name) const {
    return static_cast<std::uint32_t>(std::distance(model_.products.begin(), std::ranges::find(model_.products, name)));
  }

  Model& model_;
  const PlantIndex& index_;
  const Numbering& numbering_;
  Piece& piece_;
};

void move_if_any(std::uint32_t& index, std::uint32_t offset) {
  if (index != kNone) index += offset;
}

void move_machine(MachineSpec& spec, const Offsets& offsets) {
  spec.first_server += offsets.servers;
  spec.first_route += offsets.routes;
  move_if_any(spec.ranges, offsets.routes_of);
  const std::uint32_t laws = (spec.flags & kLawByProduct) != 0 ? offsets.law_of : offsets.laws;
  spec.cycle_law += laws;
  move_if_any(spec.load_law, laws);
  spec.scrap += offsets.probabilities;
  move_if_any(spec.failure_law, offsets.laws);
  move_if_any(spec.repair_law, offsets.laws);
}

void move_source(SourceSpec& spec, const Offsets& offsets) {
  spec.first_route += offsets.routes;
  move_if_any(spec.ranges, offsets.routes_of);
  move_if_any(spec.interval_law, offsets.laws);
  spec.first_share += offsets.shares;
  spec.first_arrival += spec.kind == SourceSpec::Kind::timetable ? offsets.timetable : 0;
}

/// Copies the lists of a piece to where they belong.
void put_in(Model& model, const Piece& piece, const Offsets& offsets) {
  std::ranges::transform(piece.routes, model.routes.begin() + offsets.routes, [&](Route route) {
    route.probability += offsets.probabilities;
    return route;
  });
  std::ranges::transform(piece.routes_of, model.routes_of.begin() + offsets.routes_of, [&](RouteRange range) {
    range.first += offsets.routes;
    return range;
  });
  std::ranges::transform(piece.law_of, model.law_of.begin() + offsets.law_of,
                         [&](std::uint32_t law) { return law + offsets.laws; });
  std::ranges::copy(piece.has_own_law, model.has_own_law.begin() + offsets.law_of);
  std::ranges::transform(piece.shares, model.shares.begin() + offsets.shares, [&](Share share) {
    share.probability += offsets.probabilities;
    return share;
  });
  std::ranges::copy(piece.timetable, model.timetable.begin() + offsets.timetable);
}

void fill_buffer(Model& model, const PlantIndex& index, const Numbering& numbering, std::uint32_t e) {
  const Buffer& buffer = *index.equipment()[e].as<Buffer>();
  BufferSpec& spec = model.buffers[numbering.number[e]];
  spec.capacity = buffer.capacity.value_or(kInfinite);
  spec.initial = buffer.initial;
  if (model.keeps_parts())
    spec.ring = std::bit_ceil(buffer.capacity ? std::max(1U, std::min(*buffer.capacity, 1U << 16)) : 16U);
}

/// A list of things cut into pieces of so many.
struct Cut {
  std::span<const std::uint32_t> things;
  std::size_t pieces() const { return (things.size() + kThings - 1) / kThings; }
  std::span<const std::uint32_t> piece(std::size_t i) const {
    return things.subspan(i * kThings, std::min(kThings, things.size() - i * kThings));
  }
  static constexpr std::size_t kThings = 2048;
};

}  // namespace

void fill_in(Model& model, const PlantIndex& index, const Numbering& numbering, ThreadPool& pool) {
  model.sources.resize(numbering.sources.size());
  const Cut machines{numbering.machines}, sources{numbering.sources}, buffers{numbering.buffers};
  std::vector<Piece> pieces(machines.pieces() + sources.pieces());
  pool.run(pieces.size() + buffers.pieces(), [&](std::size_t i) {
    if (i >= pieces.size()) {
      for (const std::uint32_t e : buffers.piece(i - pieces.size())) fill_buffer(model, index, numbering, e);
      return;
    }
    Filler filler(model, index, numbering, pieces[i]);
    pieces[i].routes.reserve(Cut::kThings);
    pieces[i].numbers.reserve(3 * Cut::kThings, 2 * Cut::kThings);  // of machines that fail, with one way out
    if (i < machines.pieces())
      for (const std::uint32_t e : machines.piece(i)) filler.machine(e);
    else
      for (const std::uint32_t e : sources.piece(i - machines.pieces())) filler.source(e);
  });

  std::vector<Offsets> offsets(pieces.size() + 1);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    offsets[i + 1] = offsets[i];
    offsets[i + 1].move_past(pieces[i]);
  }
  const Offsets& all = offsets.back();
  model.machine_of_server.resize(all.servers);
  model.routes.resize(all.routes);
  model.routes_of.resize(all.routes_of);
  model.law_of.resize(all.law_of);
  model.has_own_law.resize(all.law_of);
  model.shares.resize(all.shares);
  model.timetable.resize(all.timetable);
  model.defaults.reserve(all.laws, all.probabilities);
  for (const Piece& piece : pieces) model.defaults.append(piece.numbers);
  pool.run(pieces.size(), [&](std::size_t i) {
    put_in(model, pieces[i], offsets[i]);
    if (i < machines.pieces()) {
      for (const std::uint32_t e : machines.piece(i)) {
        const std::uint32_t m = numbering.number[e];
        MachineSpec& spec = model.machines[m];
        move_machine(spec, offsets[i]);
        std::ranges::fill(std::span(model.machine_of_server).subspan(spec.first_server, spec.servers), m);
      }
    } else {
      for (const std::uint32_t e : sources.piece(i - machines.pieces()))
        move_source(model.sources[numbering.number[e]], offsets[i]);
    }
  });
}

}  // namespace takt::detail
