// SPDX-License-Identifier: Apache-2.0
#include "cli/live_control.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "cli/live_json.hpp"
#include "cli/messages.hpp"

namespace takt::cli {
namespace {

using Words = ControlRoom::Words;

WallClock::Instant now() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

constexpr std::array<std::string_view, 6> kVerbs{"confirm", "refuse", "acknowledge", "work", "adopt", "disarm"};

/// An entry of the record in words, for standard error.
std::string text_of(const AuditEntry& entry) {
  std::string text = "control: " + entry.what;
  if (!entry.request.empty()) text += " " + entry.request;
  if (!entry.path.empty()) text += ": " + entry.path;
  if (!entry.item.empty()) text += fmt::format("{}{}", entry.path.empty() ? ": " : " ", entry.item);
  if (!entry.path.empty() && !entry.what.starts_with("work_")) text += fmt::format(" {}", entry.value);
  if (!entry.who.empty()) text += ", by " + entry.who;
  if (!entry.detail.empty()) text += ": " + entry.detail;
  return text;
}

std::string word(const Words& words, const std::string& name) {
  const auto found = words.find(name);
  return found == words.end() ? std::string() : found->second;
}

std::string needed(const Words& words, const std::string& name) {
  std::string text = word(words, name);
  if (text.empty()) throw InvalidInput(Fault{.path = name, .value = "nothing", .expected = "a text"});
  return text;
}

/// The record is JSON: what is no UTF-8 would not stand in it as it was said.
void check_text(const Words& words) {
  for (const auto& [name, text] : words) try {
      static_cast<void>(Json{name, text}.dump());
    } catch (const Json::type_error&) {
      throw InvalidInput(Fault{.value = "a word with bytes that are no text", .expected = "words in UTF-8"});
    }
}

/// A name that is not known, as "reqest", is told, so that nothing is done without what it meant.
void check_names(const Words& words, std::initializer_list<const char*> known) {
  const std::vector<std::string> names(known.begin(), known.end());
  std::vector<Fault> faults;
  for (const auto& [name, text] : words)
    if (std::ranges::find(names, name) == names.end())
      faults.push_back({.path = name,
                        .value = '"' + text + '"',
                        .expected = fmt::format("one of {}", fmt::join(names, ", ")),
                        .nearest = nearest_name(name, names)});
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    throw InvalidInput(Fault{.path = "number", .value = '"' + text + '"', .expected = "the number of a work order"});
  return number;
}

Json json_of(const Alert& alert) {
  return {{"alert", alert.rule},
          {"about", alert.about},
          {"severity", takt::name_of(alert.severity)},
          {"active", alert.active},
          {"value", alert.value},
          {"worst", alert.worst},
          {"raised", to_text(alert.raised)},
          {"cleared", alert.active ? Json() : Json(to_text(alert.cleared))},
          {"acknowledged_by", alert.acknowledged_by}};
}

Json json_of(const WorkOrder& order) {
  return {{"number", order.number},
          {"about", order.about},
          {"task", order.task},
          {"cause", order.cause},
          {"owner", order.owner},
          {"state", takt::name_of(order.state)},
          {"written", to_text(order.written)},
          {"due", to_text(order.due)}};
}

Json json_of(const CommandDesk::Followed& followed) {
  const Command& command = followed.command;
  return {{"request", command.request},
          {"state", takt::name_of(followed.state)},
          {"path", command.path},
          {"item", command.item},
          {"value", command.value},
          {"why", command.why},
          {"asked_by", command.who},
          {"confirmed_by", followed.confirmed_by},
          {"issued", to_text(command.issued)},
          {"expires", to_text(command.expires)},
          {"changed", to_text(followed.changed)}};
}

Json number_json(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

template <class List>
Json list_json(const List& list) {
  Json rows = Json::array();
  for (const auto& each : list) rows.push_back(json_of(each));
  return rows;
}

}  // namespace

std::span<const std::string_view> ControlRoom::verbs() { return kVerbs; }

ControlRoom::ControlRoom(const std::filesystem::path& file, const std::string& armed_by, const Model& model) {
  io::LiveControlOptions options;
  options.plan = io::load_control(file, model);
  from_anywhere_ = options.plan.from_anywhere;
  record_.emplace(options.plan.record);
  options.past = io::read_audit(options.plan.record);
  entries_ = record_->entries();
  options.record = [this](const AuditEntry& entry) {
    record_->append(entry);
    entries_ = record_->entries();
  };
  options.armed_by = armed_by;
  options.send = [this](const Command& command, const SnapshotSource::Answered& answered) {
    return service_ != nullptr && service_->command(command, answered);
  };
  options.told = [this](const AuditEntry& entry) {
    say(text_of(entry));
    is_news_ = true;
  };
  const bool wants_arms = !options.armed_by.empty();
  control_.emplace(std::move(options), now());
  const io::ControlStatus status = control_->status(now());
  if (!wants_arms)
    say("control: not armed: it tells what it would ask for; --armed WHO arms it");
  else if (!status.is_armed)
    say("control: not armed: the process before did not end by itself, and what a person had decided then is in force");
}

bool ControlRoom::pass(LiveTwin& live, WallClock::Instant at) {
  live_ = &live;
  return control_->pass(live, at, service_->forecast());
}

/// Nothing was sent before the first pass: what is merged until then answers nothing.
void ControlRoom::hear(const Snapshot& message) {
  control_->hear(message, live_ != nullptr ? live_->ingest().arrival_of_last() : message.ts);
}

void ControlRoom::end(WallClock::Instant at) { control_->end(at); }

io::ControlStatus ControlRoom::status() const { return control_->status(now()); }

Json ControlRoom::document() const {
  const io::ControlStatus status = control_->status(now());
  Json questions = Json::array(), items = Json::array();
  for (const auto& each : status.questions)
    questions.push_back(
        {{"alert", each.rule}, {"about", each.about}, {"state", each.state}, {"since", to_text(each.since)}});
  for (const auto& [key, item] : status.items)
    items.push_back({{"path", key.first},
                     {"item", key.second},
                     {"desired", number_json(item.desired)},
                     {"reported", number_json(item.reported)},
                     {"desired_at", item.desired ? Json(to_text(item.desired_at)) : Json()},
                     {"reported_at", item.reported ? Json(to_text(item.reported_at)) : Json()}});
  return {{"armed", status.is_armed},
          {"armed_until", status.armed_until ? Json(to_text(*status.armed_until)) : Json()},
          {"alerts", list_json(status.alerts)},
          {"questions", std::move(questions)},
          {"work", list_json(status.work)},
          {"commands", list_json(status.commands)},
          {"items", std::move(items)},
          {"record", {{"entries", entries_.load()}, {"trouble", status.trouble}}}};
}

ControlRoom::Reply ControlRoom::act(const std::string& verb, const Words& words) {
  constexpr int kNotFound = 404, kRefused = 409, kWrong = 400, kNotWritten = 503;
  try {
    const WallClock::Instant at = now();
    check_text(words);
    if (verb == "confirm") {
      check_names(words, {"request", "who"});
      const Answer answer = control_->confirm(needed(words, "request"), needed(words, "who"), at);
      return {answer.is_refused() ? kRefused : 200,
              {{"request", word(words, "request")},
               {"state", takt::name_of(answer.state)},
               {"refused", answer.is_refused() ? Json(takt::name_of(answer.refusal)) : Json()},
               {"sentence", answer.sentence}}};
    }
    Json done = {{"done", verb}};
    if (verb == "refuse") {
      check_names(words, {"request", "who"});
      control_->refuse(needed(words, "request"), needed(words, "who"), at);
      done["request"] = word(words, "request");
    } else if (verb == "acknowledge") {
      check_names(words, {"alert", "about", "who"});
      control_->acknowledge(needed(words, "alert"), needed(words, "about"), needed(words, "who"), at);
    } else if (verb == "work") {
      check_names(words, {"number", "owner", "state", "who"});
      const std::uint64_t number = number_of(needed(words, "number"));
      done["work"] =
          json_of(control_->work(number, word(words, "owner"), word(words, "state"), needed(words, "who"), at));
    } else if (verb == "adopt") {
      check_names(words, {"who"});
      control_->adopt(needed(words, "who"), at);
    } else if (verb == "disarm") {
      check_names(words, {"who"});
      control_->disarm(needed(words, "who"), at);
    } else {
      const std::vector<std::string> names(kVerbs.begin(), kVerbs.end());
      return {kNotFound,
              {{"error", to_text(Fault{.value = '"' + verb + '"',
                                       .expected = fmt::format("one of {}", fmt::join(names, ", ")),
                                       .nearest = nearest_name(verb, names)})}}};
    }
    return {200, std::move(done)};
  } catch (const InvalidInput& error) {
    return {kWrong, {{"error", error.what()}}};
  } catch (const Error& error) {
    return {kNotWritten, {{"error", error.what()}, {"armed", control_->status(now()).is_armed}}};
  }
}

}  // namespace takt::cli
