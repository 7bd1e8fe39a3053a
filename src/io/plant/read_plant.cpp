// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "io/plant/plant_json.hpp"
#include "plant/text.hpp"

namespace takt::io::detail {
namespace {

using takt::detail::kDays;

DaySpans read_spans(JsonReader& reader, JsonValue list) {
  const std::string expected = "a list of spans such as \"06:00-14:00\"";
  DaySpans spans;
  for (JsonValue span = reader.elements(list, expected); span; span = span.next()) {
    const auto text = reader.text(span, "a span such as \"06:00-14:00\"");
    if (!text) continue;
    if (const auto read = reader.made(span, [&] { return parse_day_span(*text); })) spans.push_back(*read);
  }
  return spans;
}

Calendar read_calendar(JsonReader& reader, JsonValue value) {
  Calendar calendar;
  const JsonRecord record(reader, value, "a calendar", {"week", "exceptions"});
  if (const JsonValue week = record.get("week")) {
    const JsonRecord days(reader, week, "a week", kDays);
    for (std::size_t day = 0; day < kDays.size(); ++day) {
      calendar.week[day] = read_spans(reader, days.get(kDays[day]));
    }
  }
  const std::string expected = "an object with spans for each date";
  for (JsonValue date = reader.members(record.get("exceptions"), expected); date; date = date.next()) {
    calendar.exceptions.emplace(date.key(), read_spans(reader, date));
  }
  return calendar;
}

void read_clock(JsonReader& reader, JsonValue value, PlantContext& context) {
  const JsonRecord record(reader, value, "a clock", {"epoch", "zone"});
  record.text("zone", context.clock.zone);
  if (const JsonValue epoch = record.get("epoch")) {
    context.has_epoch = true;
    const std::string zone = zone_exists(context.clock.zone) ? context.clock.zone : "UTC";  // validate reports the zone
    if (const auto read = reader.instant(epoch, zone)) context.clock.epoch = *read;
  }
}

void read_semantics(JsonReader& reader, JsonValue value, Semantics& semantics) {
  const JsonRecord record(
      reader, value, "semantics",
      {"blocking", "failure_clock", "on_failure", "loads_while_down", "unloads_while_down", "without_place"});
  record.choice("blocking", kBlockings, semantics.blocking);
  record.choice("failure_clock", kFailureClocks, semantics.failure_clock);
  record.choice("on_failure", kOnFailures, semantics.on_failure);
  record.flag("loads_while_down", semantics.loads_while_down);
  record.flag("unloads_while_down", semantics.unloads_while_down);
  record.choice("without_place", kWithoutPlaces, semantics.without_place);
}

std::vector<std::string> read_names(JsonReader& reader, JsonValue list, const std::string& expected) {
  std::vector<std::string> names;
  for (JsonValue name = reader.elements(list, expected); name; name = name.next()) {
    if (auto text = reader.text(name, "a name")) names.push_back(std::move(*text));
  }
  return names;
}

// Reads the levels of the plant, each from the object that names them.
class LevelReader {
 public:
  LevelReader(JsonReader& reader, const PlantContext& context, std::vector<std::string>& broken)
      : reader_(reader), context_(context), broken_(broken) {}

  Enterprise enterprise(JsonValue value) {
    const JsonRecord record(reader_, value, "an enterprise", {"workshops"});
    return {std::string(value.key()), each(record, "workshops", &LevelReader::workshop)};
  }

 private:
  template <class Level>
  std::vector<Level> each(const JsonRecord& record, std::string_view key, Level (LevelReader::*read)(JsonValue)) {
    std::vector<Level> levels;
    const std::string expected = "an object with the " + std::string(key) + " by name";
    for (JsonValue value = reader_.members(record.get(key), expected); value; value = value.next()) {
      levels.push_back((this->*read)(value));
    }
    return levels;
  }

  Workshop workshop(JsonValue value) {
    const JsonRecord record(reader_, value, "a workshop", {"lines", "controllers", "crews"});
    return {std::string(value.key()), each(record, "lines", &LevelReader::line),
            each(record, "controllers", &LevelReader::controller), each(record, "crews", &LevelReader::crew)};
  }

  Line line(JsonValue value) {
    const JsonRecord record(reader_, value, "a line", {"equipment"});
    return {std::string(value.key()), each(record, "equipment", &LevelReader::equipment)};
  }

  Equipment equipment(JsonValue value) { return read_equipment(reader_, context_, value, broken_); }

  Controller controller(JsonValue value) {
    Controller controller{std::string(value.key()), {}};
    const JsonRecord record(reader_, value, "a controller", {"owns"});
    controller.owns = read_names(reader_, record.get("owns"), "a list of names of equipment");
    return controller;
  }

  Crew crew(JsonValue value) {
    Crew crew{std::string(value.key())};
    JsonRecord(reader_, value, "a crew", {"size"}).count("size", crew.size);
    return crew;
  }

  JsonReader& reader_;
  const PlantContext& context_;
  std::vector<std::string>& broken_;
};

}  // namespace

PlantRead read_plant(JsonReader& reader) {
  PlantRead read;
  Plant& plant = read.plant;
  const JsonRecord record(reader, reader.tree().root(), "a plant",
                          {"format", "name", "clock", "semantics", "products", "calendars", "enterprises", "cyber"});
  record.need("name", "the name of the plant");
  record.text("name", plant.name);
  plant.products = read_names(reader, record.get("products"), "a list of names of products");
  const std::string calendars = "an object with the calendars by name";
  for (JsonValue c = reader.members(record.get("calendars"), calendars); c; c = c.next()) {
    plant.calendars.emplace(c.key(), read_calendar(reader, c));
  }

  PlantContext context;
  if (const JsonValue clock = record.get("clock")) read_clock(reader, clock, context);
  if (const JsonValue semantics = record.get("semantics")) read_semantics(reader, semantics, context.semantics);
  plant.clock = context.clock;
  context.products = plant.products;
  if (context.products.empty()) context.products.emplace_back("part");

  const std::string expected = "an object with the enterprises by name";
  LevelReader levels(reader, context, read.broken);
  for (JsonValue e = reader.members(record.need("enterprises", expected), expected); e; e = e.next()) {
    plant.enterprises.push_back(levels.enterprise(e));
  }
  if (const JsonValue cyber = record.get("cyber")) plant.cyber = read_cyber(reader, cyber);
  return read;
}

}  // namespace takt::io::detail
