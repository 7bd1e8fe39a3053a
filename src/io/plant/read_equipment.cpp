// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "io/plant/law_json.hpp"
#include "io/plant/plant_json.hpp"

namespace takt::io::detail {
namespace {

using Kind = JsonValue::Kind;

// Every arrival of a timetable is kept on its own.
constexpr std::uint32_t kMostAtOnce = 1'000'000;
constexpr std::uint64_t kMostArrivals = 10'000'000;
// Nor is a part that waits at the start.
constexpr std::uint32_t kMostInitial = 10'000'000;

constexpr const char* kToExpected = R"(a name or a list of {"to": ..., "probability": ..., "product": ...})";

std::vector<Output> read_outputs(JsonReader& reader, JsonValue value) {
  std::vector<Output> outputs;
  if (!value) return outputs;  // validate says which kinds need some
  if (value.kind() == Kind::string) return {{.to = std::string(value.text()), .product = {}}};
  for (JsonValue to = reader.elements(value, kToExpected); to; to = to.next()) {
    Output output;
    const JsonRecord record(reader, to, "an output", {"to", "probability", "product"});
    record.need("to", "the name of a machine, buffer or sink");
    record.text("to", output.to);
    record.ratio("probability", output.probability);
    record.text("product", output.product);
    outputs.push_back(std::move(output));
  }
  return outputs;
}

class EquipmentReader {
 public:
  EquipmentReader(JsonReader& reader, const PlantContext& context, std::vector<std::string>& broken)
      : reader_(reader), context_(context), broken_(broken) {}

  Equipment read(JsonValue value) {
    Equipment equipment{std::string(value.key()), stand_in(), {}};
    const auto kind = kind_of(value);
    if (!kind) {
      broken_.push_back(value.pointer());
      return equipment;
    }
    switch (*kind) {
      case 0: source(value, equipment); break;
      case 1: machine(value, equipment); break;
      case 2: buffer(value, equipment); break;
      default: sink(value, equipment); break;
    }
    return equipment;
  }

 private:
  static Machine stand_in() {
    Machine machine;
    machine.cycle_time.law = stand_in_law();
    return machine;
  }

  // An index into kKinds; a kind that is nearly right counts, so that the rest of the equipment is looked at too.
  std::optional<std::size_t> kind_of(JsonValue value) {
    const std::string expected = "one of " + joined(kKinds);
    if (value.kind() != Kind::object) {
      reader_.fault(value, "an equipment: an object with its kind, " + expected);
      return std::nullopt;
    }
    const JsonValue kind = value.find("kind");
    if (!kind) {
      reader_.fault(value, value.pointer() + "/kind", "nothing", expected);
      return std::nullopt;
    }
    if (const auto chosen = reader_.choice(kind, kKinds)) return chosen;
    const std::string nearest = reader_.faults().back().nearest;
    const auto meant = std::find(kKinds.begin(), kKinds.end(), nearest);
    if (meant == kKinds.end()) return std::nullopt;
    return static_cast<std::size_t>(meant - kKinds.begin());
  }

  Distribution law(JsonValue value) { return read_law(reader_, value).value_or(stand_in_law()); }

  LawByProduct law_by_product(JsonValue value) {
    auto laws = read_law_by_product(reader_, value, context_.products);
    return laws ? std::move(*laws) : LawByProduct{stand_in_law(), {}};
  }

  void source(JsonValue value, Equipment& equipment) {
    const JsonRecord record(reader_, value, "a source",
                            {"kind", "supply", "interval", "first", "timetable", "products", "without_place", "to"});
    Source source;
    source.without_place = context_.semantics.without_place;
    record.choice("without_place", kWithoutPlaces, source.without_place);
    supply(value, record, source);
    const std::string expected = "an object with the share of each product";
    for (JsonValue share = reader_.members(record.get("products"), expected); share; share = share.next()) {
      source.products.push_back(
          {std::string(share.key()), reader_.number(share, "a share, a number without a unit").value_or(1.0)});
    }
    equipment.is = std::move(source);
    equipment.to = read_outputs(reader_, record.get("to"));
  }

  // Exactly one of "supply", "interval" and "timetable" says how parts come.
  void supply(JsonValue value, const JsonRecord& record, Source& source) {
    const JsonValue saturated = record.get("supply"), interval = record.get("interval");
    const JsonValue first = record.get("first"), timetable = record.get("timetable");
    const int given = (saturated ? 1 : 0) + (interval ? 1 : 0) + (timetable ? 1 : 0);
    if (given != 1) {
      reader_.fault(value, value.pointer(), given == 0 ? "no supply" : "several supplies",
                    "one of supply, interval and timetable");
      broken_.push_back(value.pointer());
    }
    if (first && !interval) reader_.fault(first, "an interval beside it");
    if (interval) {
      Source::Renewal renewal{law(interval), std::nullopt};
      if (const auto at = reader_.duration(first)) renewal.first = Time{*at};
      source.supply = std::move(renewal);
    } else if (timetable) {
      source.supply = read_timetable(timetable);
    } else if (saturated) {
      constexpr std::array<std::string_view, 1> kSupplies{"saturated"};
      reader_.choice(saturated, kSupplies);
    }
  }

  Source::Timetable read_timetable(JsonValue list) {
    const std::string expected = R"(a list of {"at": "2 h", "product": ..., "quantity": ...})";
    Source::Timetable timetable;
    std::uint64_t parts = 0;
    for (JsonValue row = reader_.elements(list, expected); row; row = row.next()) {
      const JsonRecord record(reader_, row, "an arrival", {"at", "product", "quantity"});
      Arrival arrival;
      // A time that cannot be read must not make the next one seem to come too early.
      if (!timetable.arrivals.empty()) arrival.at = timetable.arrivals.back().at;
      read_time(record.need("at", "a time such as \"2 h\""), arrival.at);
      record.text("product", arrival.product);
      record.count("quantity", arrival.quantity, kMostAtOnce);
      if (parts <= kMostArrivals && (parts += arrival.quantity) > kMostArrivals)
        reader_.fault(row, row.pointer(), "the part number " + std::to_string(kMostArrivals + 1) + " of the timetable",
                      "at most " + std::to_string(kMostArrivals) + " parts in all");
      timetable.arrivals.push_back(std::move(arrival));
    }
    return timetable;
  }

  // "2 h" after the start, or an instant.
  void read_time(JsonValue at, Time& out) {
    if (!at) return;
    if (at.kind() != Kind::string) {
      reader_.fault(at, "a time such as \"2 h\" or an instant such as \"2026-03-02T08:00:00\"");
    } else if (at.text().size() < 10 || at.text()[4] != '-') {
      if (const auto after_start = reader_.duration(at)) out = Time{*after_start};
    } else if (!context_.has_epoch) {
      reader_.fault(at, "a time such as \"2 h\", as the plant has no clock with an epoch");
    } else {
      const std::string zone = zone_exists(context_.clock.zone) ? context_.clock.zone : "UTC";
      if (const auto instant = reader_.instant(at, zone)) read_instant(at, *instant, out);
    }
  }

  void read_instant(JsonValue at, WallClock::Instant instant, Time& out) {
    const std::int64_t epoch = context_.clock.epoch.time_since_epoch().count();
    std::int64_t after_start = 0;
    if (__builtin_sub_overflow(instant.time_since_epoch().count(), epoch, &after_start)) {
      reader_.fault(at, "an instant less than 292 years from the epoch");
    } else {
      out = Time{Duration{after_start}};
    }
  }

  void machine(JsonValue value, Equipment& equipment) {
    const JsonRecord record(reader_, value, "a machine",
                            {"kind", "servers", "cycle_time", "load_time", "scrap", "blocking", "calendar",
                             "loads_while_down", "unloads_while_down", "failure", "to"});
    const Semantics& semantics = context_.semantics;
    Machine machine;
    machine.blocking = semantics.blocking;
    machine.loads_while_down = semantics.loads_while_down;
    machine.unloads_while_down = semantics.unloads_while_down;
    record.count("servers", machine.servers);
    machine.cycle_time = law_by_product(record.need("cycle_time", R"(a law of time: "12 s" or {"law": ...})"));
    if (const JsonValue load_time = record.get("load_time")) machine.load_time = law_by_product(load_time);
    record.ratio("scrap", machine.scrap);
    record.choice("blocking", kBlockings, machine.blocking);
    record.text("calendar", machine.calendar);
    record.flag("loads_while_down", machine.loads_while_down);
    record.flag("unloads_while_down", machine.unloads_while_down);
    if (const JsonValue failure = record.get("failure")) machine.failure = read_failure(failure);
    equipment.is = std::move(machine);
    equipment.to = read_outputs(reader_, record.get("to"));
  }

  Failure read_failure(JsonValue value) {
    const JsonRecord record(reader_, value, "a failure",
                            {"time_to_failure", "time_to_repair", "clock", "crew", "on_failure"});
    const std::string expected = R"(a law of time: "12 h" or {"law": ...})";
    Failure failure;
    failure.clock = context_.semantics.failure_clock;
    failure.on_failure = context_.semantics.on_failure;
    failure.time_to_failure = law(record.need("time_to_failure", expected));
    failure.time_to_repair = law(record.need("time_to_repair", expected));
    record.choice("clock", kFailureClocks, failure.clock);
    record.text("crew", failure.crew);
    record.choice("on_failure", kOnFailures, failure.on_failure);
    return failure;
  }

  void buffer(JsonValue value, Equipment& equipment) {
    const JsonRecord record(reader_, value, "a buffer", {"kind", "capacity", "initial", "to"});
    Buffer buffer;
    if (std::uint32_t capacity = 1; record.get("capacity")) {
      record.count("capacity", capacity);
      buffer.capacity = capacity;
    }
    record.count("initial", buffer.initial, kMostInitial);
    equipment.is = buffer;
    equipment.to = read_outputs(reader_, record.get("to"));
  }

  void sink(JsonValue value, Equipment& equipment) {
    const JsonRecord record(reader_, value, "a sink", {"kind", "to"});  // validate says that it has no outputs
    equipment.is = Sink{};
    equipment.to = read_outputs(reader_, record.get("to"));
  }

  JsonReader& reader_;
  const PlantContext& context_;
  std::vector<std::string>& broken_;
};

}  // namespace

Equipment read_equipment(JsonReader& reader, const PlantContext& context, JsonValue value,
                         std::vector<std::string>& broken) {
  return EquipmentReader(reader, context, broken).read(value);
}

}  // namespace takt::io::detail
