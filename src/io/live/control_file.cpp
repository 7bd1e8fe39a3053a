// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/control_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "io/plant/json_reader.hpp"
#include "io/plant/text_file.hpp"
#include "takt/kpi/kpis.hpp"
#include "takt/study/study.hpp"

namespace takt::io {
namespace {

using detail::JsonReader;
using detail::JsonRecord;
using detail::JsonTree;
using detail::JsonValue;
using Names = std::vector<std::string>;

constexpr std::string_view kFormat = "takt-control/1";
constexpr std::array<std::string_view, 3> kSeverities{"notice", "warning", "alarm"};  // in the order of Severity
constexpr std::string_view kForecast = "forecast_";                                   // before a key figure
constexpr double kNear = 1e-6;  // as near as a reported value is, unless the file says otherwise

/// What a plant has that a file can name.
class Known {
 public:
  explicit Known(const Model& model) : signals(perceivable(model)), kpis(kpi_names(model)) {
    signals.emplace_back("throughput_per_h", "/");
    for (const KpiName& kpi : kpis) signals.emplace_back(std::string(kForecast) + kpi.kpi, kpi.entity);
    for (const Entity& entity : model.entities) {
      entities.push_back(entity.path);
      if (entity.kind <= Entity::Kind::sink) equipment.push_back(entity.path);
    }
  }

  std::vector<std::pair<std::string, std::string>> signals;  ///< name, path
  std::vector<KpiName> kpis;
  Names entities, equipment;
};

bool is_among(const Names& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

Names sorted(Names names) {
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

class ControlReader {
 public:
  ControlReader(JsonReader& reader, const Model& model, std::filesystem::path folder)
      : reader_(reader), model_(model), known_(model), folder_(std::move(folder)) {}

  ControlPlan read(JsonValue root) {
    const JsonRecord record(
        reader_, root, "control",
        {"format", "record", "armed_for", "every", "window", "oldest", "answer_within", "http", "alerts", "commands"});
    std::string file;
    const JsonValue path = record.need("record", "the file that everything is written down in");
    if (record.text("record", file)) {
      if (file.empty()) reader_.fault(path, "the path of a file");
      plan_.record = folder_ / file;
    }
    positive(record.get("armed_for"), plan_.armed_for);
    positive(record.get("every"), plan_.every);
    positive(record.get("window"), plan_.window);
    positive(record.get("oldest"), plan_.oldest);
    positive(record.get("answer_within"), plan_.answer_within);
    constexpr std::array<std::string_view, 2> kWhere{"loopback", "anywhere"};
    if (const auto where = reader_.choice(record.get("http"), kWhere)) plan_.from_anywhere = *where == 1;
    const std::string listed = "a list of what may be commanded";
    for (JsonValue each = reader_.elements(record.get("commands"), listed); each; each = each.next()) limit(each);
    const std::string named = "an object with the alerts by name";
    const JsonValue alerts = record.need("alerts", named);
    for (JsonValue each = reader_.members(alerts, named); each; each = each.next()) alert(each);
    if (alerts && alerts.kind() == JsonValue::Kind::object && !alerts.first())
      reader_.fault(alerts, "at least one alert");
    return std::move(plan_);
  }

 private:
  void positive(JsonValue value, Duration& out) {
    const auto read = reader_.duration(value);
    if (!read) return;
    out = *read;
    if (out <= Duration{0}) reader_.fault(value, "a time above 0 s");
  }

  void not_negative(JsonValue value, Duration& out) {
    if (const auto read = reader_.duration(value)) out = *read;
  }

  /// A name that is there, else a fault with the nearest.
  bool known(JsonValue value, const std::string& name, const Names& names, const std::string& expected) {
    if (is_among(names, name)) return true;
    reader_.fault(value, expected, nearest_name(name, names));
    return false;
  }

  // ---- what may be commanded ----

  void limit(JsonValue value) {
    CommandLimit made;
    const JsonRecord record(
        reader_, value, "what may be commanded",
        {"path", "item", "from", "to", "most_step", "least_interval", "expires_after", "tolerance", "confirm", "who"});
    const std::string expected = "the path of an equipment of the plant";
    const JsonValue path = record.need("path", expected);
    if (record.text("path", made.path)) known(path, made.path, known_.equipment, expected);
    const JsonValue item = record.need("item", "the name that its controller knows, such as \"speed\"");
    if (record.text("item", made.item) && made.item.empty()) reader_.fault(item, "a name");
    const auto from = reader_.number(record.need("from", "the least value"));
    const auto to = reader_.number(record.need("to", "the largest value"));
    made.low = std::numeric_limits<double>::lowest();  // where they are wrong, what is asked for is no fault of its own
    made.high = std::numeric_limits<double>::max();
    if (from && to && *to < *from) {
      reader_.fault(record.get("to"), fmt::format("a number not below from, {}", record.get("from").text()));
    } else if (from && to) {
      made.low = *from;
      made.high = *to;
    }
    // Of the range, or of the numbers where that is more: a Float32 is read back no nearer.
    made.tolerance = kNear * std::max({made.high - made.low, std::abs(made.low), std::abs(made.high)});
    if (const auto step = reader_.number(record.get("most_step"))) {
      made.most_step = *step;
      if (!(*step > 0.0)) reader_.fault(record.get("most_step"), "a number above 0");
    }
    if (const auto tolerance = reader_.not_negative(record.get("tolerance"))) made.tolerance = *tolerance;
    not_negative(record.get("least_interval"), made.least_interval);
    positive(record.get("expires_after"), made.longest_life);
    record.flag("confirm", made.confirm);
    const JsonValue who = record.get("who");
    for (JsonValue each = reader_.elements(who, "a list of people who may confirm it"); each; each = each.next())
      if (auto name = reader_.text(each, "the name of a person")) {
        if (name->empty() || *name == kController)
          reader_.fault(each, "the name of a person; " + std::string(kController) + " only asks");
        made.who.push_back(std::move(*name));
      }
    if (who && !made.confirm) reader_.fault(who, "nobody, as it is not to be confirmed");
    if (!made.who.empty()) made.who.emplace_back(kController);
    const auto is_same = [&](const CommandLimit& each) { return each.path == made.path && each.item == made.item; };
    if (!made.item.empty() && std::ranges::any_of(plan_.commands, is_same))
      reader_.fault(item, "an item that is listed once for its equipment");
    plan_.commands.push_back(std::move(made));
  }

  // ---- alerts and what is done about them ----

  void alert(JsonValue value) {
    AlertRule rule{.name = std::string(value.key())};
    const JsonRecord record(
        reader_, value, "an alert",
        {"signal", "about", "raise", "clear", "on_delay", "off_delay", "severity", "work", "what_if"});
    if (rule.name.empty()) reader_.fault(value, "an alert with a name");
    const JsonValue signal = record.need("signal", "the name of a signal such as \"drift\"");
    const bool has_signal = record.text("signal", rule.signal);
    const JsonValue about = record.get("about");
    record.text("about", rule.about);
    if (has_signal) check_signal(rule, signal, about);
    const JsonValue raise = record.need("raise", "the value at which it is raised");
    const auto at = reader_.number(raise);
    const auto back = reader_.number(record.need("clear", "the value at which it is cleared"));
    rule.raise = at.value_or(0.0);
    rule.clear = back.value_or(rule.raise);
    rule.low = rule.clear > rule.raise;
    not_negative(record.get("on_delay"), rule.on_delay);
    not_negative(record.get("off_delay"), rule.off_delay);
    record.choice("severity", kSeverities, rule.severity);
    ResponsePlan response{.rule = rule.name};
    if (const JsonValue work = record.get("work")) response.work = read_work(work);
    if (const JsonValue what_if = record.get("what_if")) response.what_if = read_what_if(what_if);
    if (response.work || response.what_if) plan_.responses.push_back(std::move(response));
    plan_.alerts.push_back(std::move(rule));
  }

  void check_signal(const AlertRule& rule, JsonValue signal, JsonValue about) {
    Names names, paths;
    for (const auto& [name, path] : known_.signals) {
      names.push_back(name);
      if (name == rule.signal) paths.push_back(path);
    }
    if (!known(signal, rule.signal, sorted(std::move(names)),
               "the name of a signal: of the verdict (\"drift\"), of a machine or buffer (\"level\"), "
               "throughput_per_h, or forecast_ and a key figure"))
      return;
    if (about && rule.about != "*")
      known(about, rule.about, paths, "the path of something that has the signal " + rule.signal + ", or \"*\"");
  }

  WorkPlan read_work(JsonValue value) {
    WorkPlan work;
    const JsonRecord record(reader_, value, "work", {"task", "about", "owner", "due_in"});
    const JsonValue task = record.need("task", "what is to be done, in words");
    if (record.text("task", work.task) && work.task.empty()) reader_.fault(task, "what is to be done, in words");
    if (record.text("about", work.about))
      known(record.get("about"), work.about, known_.entities, "the path of an entity of the plant");
    record.text("owner", work.owner);
    positive(record.get("due_in"), work.due_in);
    return work;
  }

  WhatIfPlan read_what_if(JsonValue value) {
    WhatIfPlan plan;
    const JsonRecord record(
        reader_, value, "a what-if",
        {"kpi", "of", "at_least", "at_most", "horizon", "warmup", "replications", "threads", "remedies"});
    const JsonValue kpi = record.need("kpi", "a key figure such as \"throughput_per_h\"");
    const bool has_kpi = record.text("kpi", plan.kpi);
    record.text("of", plan.of);
    if (has_kpi) check_kpi(plan, kpi, record.get("of"));
    plan.at_least = reader_.number(record.get("at_least"));
    plan.at_most = reader_.number(record.get("at_most"));
    if (record.get("at_least").operator bool() == record.get("at_most").operator bool())
      reader_.fault(value, "either \"at_least\" or \"at_most\", which the key figure is to reach");
    positive(record.get("horizon"), plan.horizon);
    not_negative(record.get("warmup"), plan.warmup);
    record.count("replications", plan.replications, kMostReplications);
    if (record.get("replications") && plan.replications == 0)
      reader_.fault(record.get("replications"), "a whole number above 0");
    record.count("threads", plan.threads, kMostThreads);
    const std::string named = "an object with the remedies by name";
    const JsonValue remedies = record.need("remedies", named);
    for (JsonValue each = reader_.members(remedies, named); each; each = each.next())
      plan.remedies.push_back(read_remedy(each));
    if (remedies && remedies.kind() == JsonValue::Kind::object && !remedies.first())
      reader_.fault(remedies, "at least one remedy");
    return plan;
  }

  void check_kpi(const WhatIfPlan& plan, JsonValue kpi, JsonValue of) {
    Names names, entities;
    for (const KpiName& each : known_.kpis) {
      names.push_back(each.kpi);
      if (each.kpi == plan.kpi) entities.push_back(each.entity);
    }
    if (!known(kpi, plan.kpi, sorted(std::move(names)), "the name of a key figure")) return;
    if (!is_among(entities, plan.of))
      reader_.fault(of ? of : kpi, "the path of an entity that has the key figure " + plan.kpi,
                    nearest_name(plan.of, entities));
  }

  RemedyPlan read_remedy(JsonValue value) {
    RemedyPlan remedy{.name = std::string(value.key())};
    const JsonRecord record(reader_, value, "a remedy", {"set", "times", "command"});
    if (remedy.name.empty() || remedy.name == kAsIs)
      reader_.fault(value, "a name other than \"as is\", which is always tried");
    const std::string pairs = "an object with a value for each path";
    for (JsonValue each = reader_.members(record.get("set"), pairs); each; each = each.next())
      if (auto text = reader_.text(each, "a value with its unit such as \"11 s\"")) check_number(each, remedy, *text);
    const std::string factors = "an object with a factor for each path";
    for (JsonValue each = reader_.members(record.get("times"), factors); each; each = each.next())
      if (const auto factor = reader_.number(each, "a factor, a number above 0")) check_factor(each, remedy, *factor);
    if (const JsonValue command = record.need("command", "an object with path, item and value"))
      read_command(command, remedy);
    return remedy;
  }

  void check_number(JsonValue value, RemedyPlan& remedy, const std::string& text) {
    const std::string path(value.key());
    try {
      Parameters numbers = model_.defaults;
      set_number(model_, numbers, path, text);
      remedy.set.emplace_back(path, text);
    } catch (const InvalidInput& error) {
      for (const Fault& fault : error.faults())
        reader_.fault(value, value.pointer(), fault.value, fault.expected, fault.nearest);
    }
  }

  void check_factor(JsonValue value, RemedyPlan& remedy, double factor) {
    const std::string path(value.key());
    if (!(factor > 0.0)) reader_.fault(value, "a factor, a number above 0");
    if (find_slot(model_, path)) {
      remedy.times.emplace_back(path, factor);
      return;
    }
    Names paths;
    for (const ParameterSlot& slot : slots_of(model_)) paths.push_back(slot_path(model_, slot));
    reader_.fault(value, value.pointer(), '"' + path + '"', "the path of a number of the plant",
                  nearest_name(path, paths));
  }

  void read_command(JsonValue value, RemedyPlan& remedy) {
    const JsonRecord record(reader_, value, "a command", {"path", "item", "value"});
    const std::string expected = "a path and an item that \"commands\" allow";
    const JsonValue path = record.need("path", expected), item = record.need("item", expected);
    const bool has_both = record.text("path", remedy.path) & record.text("item", remedy.item);
    const JsonValue wanted = record.need("value", "the value that is asked for");
    const auto number = reader_.number(wanted);
    if (number) remedy.value = *number;
    if (!has_both) return;
    Names allowed;
    for (const CommandLimit& limit : plan_.commands) {
      allowed.push_back(limit.path + "/" + limit.item);
      if (limit.path != remedy.path || limit.item != remedy.item) continue;
      if (number && (*number < limit.low || *number > limit.high))
        reader_.fault(wanted, fmt::format("a value from {} to {}, as \"commands\" allow", limit.low, limit.high));
      return;
    }
    const std::string asked = remedy.path + "/" + remedy.item;
    reader_.fault(item ? item : path, value.pointer(), '"' + asked + '"', expected, nearest_name(asked, allowed));
  }

  static constexpr std::string_view kAsIs = "as is";

  JsonReader& reader_;
  const Model& model_;
  const Known known_;
  std::filesystem::path folder_;
  ControlPlan plan_;
};

}  // namespace

ControlPlan parse_control(std::string_view text, const Model& model, const std::string& name,
                          const std::filesystem::path& folder) {
  const JsonTree tree(text, name, Limits{});
  JsonReader reader(tree);
  if (!reader.has_format(tree.root(), kFormat, true)) throw InvalidInput(reader.sorted_faults());
  ControlPlan plan = ControlReader(reader, model, folder).read(tree.root());
  if (!reader.faults().empty()) throw InvalidInput(reader.sorted_faults());
  return plan;
}

ControlPlan load_control(const std::filesystem::path& file, const Model& model) {
  return parse_control(detail::read_text_file(file, Limits{}), model, file.string(), file.parent_path());
}

std::vector<std::pair<std::string, std::string>> numbers_of(const RemedyPlan& remedy, const Model& model,
                                                            const Parameters& parameters) {
  std::vector<std::pair<std::string, std::string>> numbers = remedy.set;
  for (const auto& [path, factor] : remedy.times) {
    const auto slot = find_slot(model, path);
    if (!slot) continue;  // the plant was edited since the file was read
    const char* const unit = slot->kind == ParameterSlot::Kind::law ? "s" : "1";
    numbers.emplace_back(path, fmt::format("{} {}", get_number(model, parameters, path) * factor, unit));
  }
  return numbers;
}

}  // namespace takt::io
