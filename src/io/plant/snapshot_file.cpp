// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <utility>

#include "io/plant/json_reader.hpp"
#include "io/plant/json_writer.hpp"
#include "io/plant/packml.hpp"
#include "io/plant/text_file.hpp"
#include "plant/text.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::io {
namespace {

using detail::JsonReader;
using detail::JsonRecord;
using detail::JsonTree;
using detail::JsonValue;
using detail::JsonWriter;

constexpr std::string_view kSnapshotFormat = "takt-snapshot/1";
constexpr std::array<std::string_view, 3> kQualities{"good", "uncertain", "bad"};
constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kMostCounted = std::uint64_t{1} << 53;  // totals are subtracted, and exact as doubles
constexpr double kMostInBuffer = 10'000'000;                    // each of its parts is kept
constexpr const char* kInstantExpected = "an instant such as \"2026-03-02T06:00:00Z\"";

template <class T>
void put(std::optional<T> read, T& out) {
  if (read) out = std::move(*read);
}

class SnapshotReader {
 public:
  explicit SnapshotReader(JsonReader& reader) : reader_(reader) {}

  Snapshot read(JsonValue root) {
    Snapshot snapshot;
    const JsonRecord record(reader_, root, "a snapshot",
                            {"format", "ts", "source", "epoch", "seq", "complete", "entities", "orders"});
    ts_ = reader_.instant(record.need("ts", kInstantExpected));
    put(ts_, snapshot.ts);
    source(record.need("source", "the name of its source"), snapshot.source);
    put(reader_.count(record.get("epoch"), kMost), snapshot.epoch);
    put(reader_.count(record.need("seq", "a whole number"), kMost), snapshot.seq);
    record.flag("complete", snapshot.complete);

    const std::string entities = "an object with what each entity reports, by path";
    for (JsonValue e = reader_.members(record.get("entities"), entities); e; e = e.next()) {
      snapshot.entities.push_back(entity(e));
    }
    const std::string orders = "an object with the orders in progress";
    for (JsonValue o = reader_.members(record.get("orders"), orders); o; o = o.next()) {
      const JsonRecord order(reader_, o, "an order", {"product"});
      std::string product;
      order.need("product", "the name of its product");
      order.text("product", product);
      snapshot.orders.emplace(o.key(), std::move(product));
    }
    return snapshot;
  }

 private:
  void source(JsonValue value, std::string& out) {
    put(reader_.text(value), out);
    if (value && value.kind() == JsonValue::Kind::string && out.empty()) reader_.fault(value, "the name of its source");
  }

  // An instant so near to that of the message that their difference is a Duration.
  std::optional<WallClock::Instant> nearby(JsonValue value) {
    constexpr std::chrono::years kFarthest{100};
    const auto instant = reader_.instant(value);
    std::int64_t apart = 0;
    if (!instant || !ts_) return instant;
    const bool too_far =
        __builtin_sub_overflow(instant->time_since_epoch().count(), ts_->time_since_epoch().count(), &apart);
    if (too_far || std::chrono::abs(Duration{apart}) > kFarthest)
      reader_.fault(value, "an instant within 100 years of ts");
    return instant;
  }

  EntityReading entity(JsonValue value) {
    EntityReading reading;
    reading.path = value.key();
    if (!reading.path.starts_with('/')) {
      reader_.fault(value, value.pointer(), '"' + reading.path + '"', "a path such as \"/acme/filling/line_1/filler\"");
    }
    const JsonRecord record(reader_, value, "a reading",
                            {"state", "state_since", "in_process", "counters", "level", "cycle_time_last_s", "health",
                             "setpoints", "quality"});
    if (const auto state = reader_.choice(record.get("state"), detail::kPackmlStates)) {
      reading.state = detail::kPackmlStates[*state];
    }
    reading.state_since = nearby(record.get("state_since"));
    if (const JsonValue parts = record.get("in_process")) reading.in_process = in_process(parts);
    if (const JsonValue totals = record.get("counters")) reading.counters = counters(totals);
    reading.level = reader_.not_negative(record.get("level"));
    if (reading.level && *reading.level > kMostInBuffer) {
      reader_.fault(record.get("level"), "at most 10000000 parts");
    }
    reading.cycle_time_last_s = reader_.not_negative(record.get("cycle_time_last_s"));
    reading.health = numbers_of(record.get("health"));
    reading.setpoints = numbers_of(record.get("setpoints"));
    if (const auto quality = reader_.choice(record.get("quality"), kQualities)) reading.quality = kQualities[*quality];
    return reading;
  }

  std::map<std::string, double> numbers_of(JsonValue value) {
    std::map<std::string, double> numbers;
    for (JsonValue each = reader_.members(value, "an object with a number for each name"); each; each = each.next())
      if (const auto number = reader_.number(each)) numbers.emplace(each.key(), *number);
    return numbers;
  }

  std::vector<PartInProcess> in_process(JsonValue list) {
    const std::string expected = R"(a list of {"part": ..., "operation": ..., "started_at": ..., "worked_s": ...})";
    std::vector<PartInProcess> parts;
    for (JsonValue value = reader_.elements(list, expected); value; value = value.next()) {
      PartInProcess& part = parts.emplace_back();
      const JsonRecord record(reader_, value, "a part in process", {"part", "operation", "started_at", "worked_s"});
      record.text("part", part.part);
      record.text("operation", part.product);
      part.started_at = nearby(record.get("started_at"));
      part.worked_s = reader_.not_negative(record.get("worked_s"));
    }
    return parts;
  }

  CounterReading counters(JsonValue value) {
    CounterReading counters;
    const JsonRecord record(reader_, value, "counters", {"in", "good", "scrap", "reset_epoch"});
    counters.in = reader_.count(record.get("in"), kMostCounted);
    counters.good = reader_.count(record.get("good"), kMostCounted);
    counters.scrap = reader_.count(record.get("scrap"), kMostCounted);
    put(reader_.count(record.get("reset_epoch"), kMost), counters.reset_epoch);
    return counters;
  }

  JsonReader& reader_;
  std::optional<WallClock::Instant> ts_;
};

void write_parts(JsonWriter& writer, const std::vector<PartInProcess>& parts) {
  writer.key("in_process").begin_array();
  for (const PartInProcess& part : parts) {
    writer.begin_object();
    if (!part.part.empty()) writer.key("part").text(part.part);
    if (!part.product.empty()) writer.key("operation").text(part.product);
    if (part.started_at) writer.key("started_at").text(to_text(*part.started_at));
    if (part.worked_s) writer.key("worked_s").number(*part.worked_s);
    writer.end();
  }
  writer.end();
}

void write_counters(JsonWriter& writer, const CounterReading& counters) {
  writer.key("counters").begin_object();
  if (counters.in) writer.key("in").count(*counters.in);
  if (counters.good) writer.key("good").count(*counters.good);
  if (counters.scrap) writer.key("scrap").count(*counters.scrap);
  writer.key("reset_epoch").count(counters.reset_epoch).end();
}

void write_entity(JsonWriter& writer, const EntityReading& reading) {
  writer.key(reading.path).begin_object();
  if (reading.state) writer.key("state").text(*reading.state);
  if (reading.state_since) writer.key("state_since").text(to_text(*reading.state_since));
  if (reading.in_process) write_parts(writer, *reading.in_process);
  if (reading.counters) write_counters(writer, *reading.counters);
  if (reading.level) writer.key("level").number(*reading.level);
  if (reading.cycle_time_last_s) writer.key("cycle_time_last_s").number(*reading.cycle_time_last_s);
  for (const auto& [key, numbers] : {std::pair{"health", &reading.health}, {"setpoints", &reading.setpoints}}) {
    if (numbers->empty()) continue;
    writer.key(key).begin_object();
    for (const auto& [name, value] : *numbers) writer.key(name).number(value);
    writer.end();
  }
  writer.key("quality").text(reading.quality).end();
}

}  // namespace

Snapshot parse_snapshot(std::string_view line, const std::string& name, int line_number, const Limits& limits) {
  const JsonTree tree(line, name, limits, line_number);
  JsonReader reader(tree);
  if (!reader.has_format(tree.root(), kSnapshotFormat, false)) throw InvalidInput(reader.sorted_faults());
  Snapshot snapshot = SnapshotReader(reader).read(tree.root());
  if (!reader.faults().empty()) throw InvalidInput(reader.sorted_faults());
  return snapshot;
}

std::vector<SnapshotLine> read_snapshot_lines(const std::filesystem::path& file,
                                              const std::function<void(const Fault&)>& on_fault, const Limits& limits) {
  const std::string text = detail::read_text_file(file, limits);
  const std::string name = file.string();
  std::vector<SnapshotLine> snapshots;
  std::vector<Fault> faults;
  int number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    try {
      snapshots.push_back({parse_snapshot(line, name, number, limits), number});
    } catch (const InvalidInput& error) {
      for (const Fault& fault : error.faults()) {
        if (on_fault) {
          on_fault(fault);
        } else {
          faults.push_back(fault);
          if (faults.size() <= limits.faults) continue;
          faults.back() = detail::too_many_faults(name, limits);
          throw InvalidInput(std::move(faults));
        }
      }
    }
  }
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  return snapshots;
}

std::vector<Snapshot> read_snapshots(const std::filesystem::path& file,
                                     const std::function<void(const Fault&)>& on_fault, const Limits& limits) {
  std::vector<Snapshot> snapshots;
  for (SnapshotLine& read : read_snapshot_lines(file, on_fault, limits)) snapshots.push_back(std::move(read.snapshot));
  return snapshots;
}

Fault placed_in_snapshot(Fault fault, const std::string& file, int line) {
  fault.value = '"' + fault.path + '"';
  fault.path = "/entities/" + takt::detail::pointer_token(fault.path);
  fault.file = file;
  fault.line = line;
  return fault;
}

std::string to_json(const Snapshot& snapshot) {
  JsonWriter writer;
  writer.begin_object(JsonWriter::Layout::one_line).key("format").text(kSnapshotFormat);
  writer.key("ts").text(to_text(snapshot.ts)).key("source").text(snapshot.source);
  writer.key("epoch").count(snapshot.epoch).key("seq").count(snapshot.seq);
  writer.key("complete").flag(snapshot.complete).key("entities").begin_object();
  for (const EntityReading& reading : snapshot.entities) write_entity(writer, reading);
  writer.end().key("orders").begin_object();
  for (const auto& [order, product] : snapshot.orders) {
    writer.key(order).begin_object().key("product").text(product).end();
  }
  writer.end().end();
  return writer.take();
}

}  // namespace takt::io
