// SPDX-License-Identifier: Apache-2.0
#include "io/plant/json_writer.hpp"
#include "io/plant/law_json.hpp"
#include "io/plant/plant_json.hpp"
#include "plant/text.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::io {
namespace detail {
namespace {

using Layout = JsonWriter::Layout;

template <class Enum>
std::string_view name_of(Enum value, std::span<const std::string_view> names) {
  return names[static_cast<std::size_t>(value)];
}

std::string ratio_text(double value) { return to_text(Quantity{value, Dimension::ratio}); }

void write_spans(JsonWriter& writer, const DaySpans& spans) {
  writer.begin_array(Layout::one_line);
  for (const DaySpan span : spans) writer.text(takt::detail::span_text(span));
  writer.end();
}

void write_calendar(JsonWriter& writer, const Calendar& calendar) {
  writer.begin_object().key("week").begin_object();
  for (std::size_t day = 0; day < calendar.week.size(); ++day) {
    if (calendar.week[day].empty()) continue;
    writer.key(takt::detail::kDays[day]);
    write_spans(writer, calendar.week[day]);
  }
  writer.end().key("exceptions").begin_object();
  for (const auto& [date, spans] : calendar.exceptions) {
    writer.key(date);
    write_spans(writer, spans);
  }
  writer.end().end();
}

void write_outputs(JsonWriter& writer, const std::vector<Output>& to) {
  if (to.empty()) return;
  writer.key("to");
  if (to.size() == 1 && to[0] == Output{.to = to[0].to, .product = {}}) {
    writer.text(to[0].to);
    return;
  }
  writer.begin_array();
  for (const Output& output : to) {
    writer.begin_object(Layout::one_line).key("to").text(output.to);
    if (output.probability != 1.0) writer.key("probability").text(ratio_text(output.probability));
    if (!output.product.empty()) writer.key("product").text(output.product);
    writer.end();
  }
  writer.end();
}

// What an equipment has beside its kind and its outputs.
struct WriteKind {
  JsonWriter& writer;

  void operator()(const Source& source) const {
    std::visit(*this, source.supply);
    if (!source.products.empty()) {
      writer.key("products").begin_object(Layout::one_line);
      for (const ProductShare& share : source.products) writer.key(share.product).number(share.share);
      writer.end();
    }
    writer.key("without_place").text(name_of(source.without_place, kWithoutPlaces));
  }
  void operator()(const Source::Saturated&) const { writer.key("supply").text("saturated"); }
  void operator()(const Source::Renewal& renewal) const {
    writer.key("interval");
    write_law(writer, renewal.interval);
    if (renewal.first) writer.key("first").text(to_text(renewal.first->time_since_epoch()));
  }
  void operator()(const Source::Timetable& timetable) const {
    writer.key("timetable").begin_array();
    for (const Arrival& arrival : timetable.arrivals) {
      writer.begin_object(Layout::one_line).key("at").text(to_text(arrival.at.time_since_epoch()));
      if (!arrival.product.empty()) writer.key("product").text(arrival.product);
      writer.key("quantity").count(arrival.quantity).end();
    }
    writer.end();
  }

  void operator()(const Machine& machine) const {
    writer.key("servers").count(machine.servers).key("cycle_time");
    write_law_by_product(writer, machine.cycle_time);
    if (machine.load_time) {
      writer.key("load_time");
      write_law_by_product(writer, *machine.load_time);
    }
    writer.key("scrap").text(ratio_text(machine.scrap));
    writer.key("blocking").text(name_of(machine.blocking, kBlockings));
    if (!machine.calendar.empty()) writer.key("calendar").text(machine.calendar);
    writer.key("loads_while_down").flag(machine.loads_while_down);
    writer.key("unloads_while_down").flag(machine.unloads_while_down);
    if (machine.failure) (*this)(*machine.failure);
  }
  void operator()(const Failure& failure) const {
    writer.key("failure").begin_object().key("time_to_failure");
    write_law(writer, failure.time_to_failure);
    writer.key("time_to_repair");
    write_law(writer, failure.time_to_repair);
    writer.key("clock").text(name_of(failure.clock, kFailureClocks));
    if (!failure.crew.empty()) writer.key("crew").text(failure.crew);
    writer.key("on_failure").text(name_of(failure.on_failure, kOnFailures)).end();
  }

  void operator()(const Buffer& buffer) const {
    if (buffer.capacity) writer.key("capacity").count(*buffer.capacity);
    writer.key("initial").count(buffer.initial);
  }
  void operator()(const Sink&) const {}
};

void write_line(JsonWriter& writer, const Line& line) {
  writer.key(line.name).begin_object().key("equipment").begin_object();
  for (const Equipment& equipment : line.equipment) {
    writer.key(equipment.name).begin_object().key("kind").text(kind_of(equipment));
    std::visit(WriteKind{writer}, equipment.is);
    write_outputs(writer, equipment.to);
    writer.end();
  }
  writer.end().end();
}

void write_workshop(JsonWriter& writer, const Workshop& workshop) {
  writer.key(workshop.name).begin_object();
  writer.key("crews").begin_object();
  for (const Crew& crew : workshop.crews) {
    writer.key(crew.name).begin_object(Layout::one_line).key("size").count(crew.size).end();
  }
  writer.end().key("controllers").begin_object();
  for (const Controller& controller : workshop.controllers) {
    writer.key(controller.name).begin_object(Layout::one_line).key("owns").begin_array();
    for (const std::string& name : controller.owns) writer.text(name);
    writer.end().end();
  }
  writer.end().key("lines").begin_object();
  for (const Line& line : workshop.lines) write_line(writer, line);
  writer.end().end();
}

}  // namespace
}  // namespace detail

std::string to_json(const Plant& plant) {
  detail::JsonWriter writer;
  writer.begin_object().key("format").text(detail::kPlantFormat).key("name").text(plant.name);
  writer.key("clock").begin_object(detail::Layout::one_line).key("epoch").text(to_text(plant.clock.epoch));
  writer.key("zone").text(plant.clock.zone).end();
  writer.key("products").begin_array(detail::Layout::one_line);
  for (const std::string& product : plant.products) writer.text(product);
  writer.end().key("calendars").begin_object();
  for (const auto& [name, calendar] : plant.calendars) {
    writer.key(name);
    detail::write_calendar(writer, calendar);
  }
  writer.end().key("enterprises").begin_object();
  for (const Enterprise& enterprise : plant.enterprises) {
    writer.key(enterprise.name).begin_object().key("workshops").begin_object();
    for (const Workshop& workshop : enterprise.workshops) detail::write_workshop(writer, workshop);
    writer.end().end();
  }
  writer.end();
  if (plant.cyber) {
    writer.key("cyber");
    detail::write_cyber(writer, *plant.cyber);
  }
  writer.end();
  return writer.take() + "\n";
}

}  // namespace takt::io
