// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/exit_status.hpp"
#include "cli/json.hpp"
#include "cli/messages.hpp"
#include "cli/verbs.hpp"
#include "takt/core/quantity.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/event_log_file.hpp"
#include "takt/io/store/whole_file.hpp"
#include "takt/report/tables.hpp"
#include "takt/sync/discovery.hpp"

namespace takt::cli {
namespace {

struct Options {
  std::filesystem::path log;
  std::optional<std::filesystem::path> out;
  io::EventLogColumns columns;
  DiscoveryOptions discovery;
  bool skip_bad_rows = false, report = false, json = false;
};

/// A column by the name of what it holds.
std::string* column_of(io::EventLogColumns& columns, const std::string& what) {
  const std::pair<const char*, std::string*> all[] = {
      {"case", &columns.case_id},      {"activity", &columns.activity}, {"resource", &columns.resource},
      {"worker", &columns.worker},     {"product", &columns.product},   {"start", &columns.start},
      {"complete", &columns.complete}, {"quantity", &columns.quantity}, {"good", &columns.good},
      {"scrap", &columns.scrap},       {"kind", &columns.kind}};
  std::vector<std::string> names;
  for (const auto& [name, column] : all) {
    if (what == name) return column;
    names.emplace_back(name);
  }
  throw InvalidInput(Fault{.value = '"' + what + '"',
                           .expected = fmt::format("one of {}", fmt::join(names, ", ")),
                           .nearest = nearest_name(what, names)});
}

/// Reads "case=order,start=begin".
void read_columns(const std::string& text, io::EventLogColumns& columns) {
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    const std::string each = text.substr(from, comma - from);
    const std::size_t equals = each.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == each.size())
      throw InvalidInput(
          Fault{.value = '"' + text + '"', .expected = "WHAT=COLUMN[,...] such as \"case=order,start=begin\""});
    *column_of(columns, each.substr(0, equals)) = each.substr(equals + 1);
    from = comma + 1;
  }
}

/// Reads "D=work,S=setup".
void read_kinds(const std::string& text, io::EventLogColumns& columns) {
  const std::pair<const char*, EventKind> kinds[] = {{"work", EventKind::work},
                                                     {"setup", EventKind::setup},
                                                     {"breakdown", EventKind::breakdown},
                                                     {"arrival", EventKind::arrival}};
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    const std::string each = text.substr(from, comma - from);
    const std::size_t equals = each.find('=');
    const std::string name = equals == std::string::npos ? each : each.substr(equals + 1);
    const auto* known = std::ranges::find(kinds, name, [](const auto& kind) { return std::string(kind.first); });
    if (equals == 0 || equals == std::string::npos || known == std::end(kinds))
      throw InvalidInput(Fault{.value = '"' + text + '"',
                               .expected = "VALUE=KIND[,...], a kind being work, setup, breakdown or arrival"});
    columns.kinds[each.substr(0, equals)] = known->second;
    from = comma + 1;
  }
}

void read_stations(const std::string& text, DiscoveryOptions& options) {
  using By = DiscoveryOptions::StationsBy;
  const std::vector<std::string> names{"automatic", "resource", "activity"};
  const auto at = std::ranges::find(names, text);
  if (at == names.end())
    throw InvalidInput(Fault{.value = '"' + text + '"',
                             .expected = "automatic, resource or activity",
                             .nearest = nearest_name(text, names)});
  options.stations = static_cast<By>(at - names.begin());
}

void read_share(const std::string& text, DiscoveryOptions& options) {
  const double share = parse_quantity(text, Dimension::ratio);
  if (!(share >= 0.0 && share < 1.0))
    throw InvalidInput(Fault{.value = '"' + text + '"', .expected = "from 0 % to below 100 %"});
  options.least_share = share;
}

EventLog load(const Options& options) {
  std::size_t skipped = 0;
  const auto skip = [&skipped](const Fault& fault) {
    constexpr std::size_t kShown = 20;
    if (++skipped <= kShown) say("left out: " + to_text(fault));
  };
  EventLog log = io::read_event_log(options.log, options.columns,
                                    options.skip_bad_rows ? std::function<void(const Fault&)>(skip) : nullptr);
  if (skipped > 0) say(fmt::format("{} rows are left out", skipped));
  return log;
}

std::string json_text(const Discovered& found) {
  Json elements = Json::array();
  for (const DiscoveredElement& e : found.elements)
    elements.push_back(
        {{"path", e.path}, {"what", e.what}, {"value", e.value}, {"confidence", e.confidence}, {"reason", e.reason}});
  return pretty(
      {{"plant", Json::parse(io::to_json(found.plant))}, {"elements", std::move(elements)}, {"unseen", found.unseen}});
}

int discover_plant(const Options& options) {
  const EventLog log = load(options);
  Discovered found;
  try {
    found = discover(log, options.discovery);
  } catch (const InvalidInput& error) {
    std::vector<Fault> faults = error.faults();
    for (Fault& fault : faults)
      if (fault.file.empty()) fault.file = options.log.string();
    throw InvalidInput(std::move(faults));
  }
  if (options.out) io::write_whole(*options.out, io::to_json(found.plant));
  if (options.json)
    print_data(json_text(found));
  else
    print_data(fmt::format("{}: {} rows, {} cases, {} to {}\n\n", options.log.string(), log.events.size(),
                           log.cases.size(), to_text(log.events.front().start), to_text(log.events.back().last())) +
               report::discovery_table(found, options.report));
  return kDone;
}

}  // namespace

Action declare_discover(Arguments& arguments) {
  const auto options = std::make_shared<Options>();  // shared: an action can be copied
  arguments.file("LOG", options->log, "The event log, as CSV, plain or gzip");
  arguments.repeated(
      "--columns", "WHAT=COLUMN[,...]", [options](const std::string& text) { read_columns(text, options->columns); },
      "Which column holds what, where its name is not a usual one: \"case=order,start=begin\"");
  arguments.repeated(
      "--kinds", "VALUE=KIND[,...]", [options](const std::string& text) { read_kinds(text, options->columns); },
      "What the values of the column kind mean: work, setup, breakdown or arrival");
  arguments.repeated(
      "--separator", "CHARACTER",
      [options](const std::string& text) {
        if (text.size() != 1) throw InvalidInput(Fault{.value = '"' + text + '"', .expected = "one character"});
        options->columns.separator = text.front();
      },
      "What stands between cells (default ,)");
  arguments.repeated(
      "--zone", "ZONE",
      [options](const std::string& text) {
        if (!zone_exists(text))
          throw InvalidInput(
              Fault{.value = '"' + text + '"', .expected = "an IANA time zone such as \"Europe/Paris\""});
        options->columns.zone = options->discovery.zone = text;
      },
      "The zone of times without an offset, and of shifts (default UTC)");
  arguments.repeated(
      "--stations", "BY", [options](const std::string& text) { read_stations(text, options->discovery); },
      "What a station is: resource, activity, or automatic, the default");
  arguments.repeated(
      "--least-share", "P", [options](const std::string& text) { read_share(text, options->discovery); },
      "Leave out ways that fewer of a station's parts take: \"1 %\" (default 0 %)");
  arguments.repeated(
      "--name", "NAME", [options](const std::string& text) { options->discovery.name = text; },
      "The plant's name (default discovered)");
  arguments.flag("--skip-bad-rows", options->skip_bad_rows, "Tell rows that cannot be read, and go on without them");
  arguments.option("--out", "FILE", options->out, "Write the plant as takt-plant/1");
  arguments.flag("--report", options->report, "Tell the evidence of every element too");
  arguments.flag("--json", options->json, "Print the plant, its elements and what was not seen as one JSON document");
  return [options](const std::stop_token&) { return discover_plant(*options); };
}

}  // namespace takt::cli
