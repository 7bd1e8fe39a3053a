// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/control/commands.hpp"

#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"

namespace takt {
namespace {

using detail::number_text;
using Instant = WallClock::Instant;

bool is_under_way(CommandState state) {
  return state == CommandState::awaiting_confirmation || state == CommandState::ready || state == CommandState::sent;
}

std::vector<Fault> faults_of(const std::vector<CommandLimit>& limits) {
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const CommandLimit& limit = limits[i];
    const auto fault = [&](const char* field, std::string value, std::string expected) {
      faults.push_back({.path = "/commands/" + std::to_string(i) + "/" + field,
                        .value = std::move(value),
                        .expected = std::move(expected)});
    };
    if (!limit.path.starts_with('/')) fault("path", '"' + limit.path + '"', "the path of an equipment");
    if (limit.item.empty()) fault("item", "\"\"", "the name of an item of the equipment");
    if (!std::isfinite(limit.low)) fault("low", number_text(limit.low), "a number");
    if (!std::isfinite(limit.high) || limit.high < limit.low)
      fault("high", number_text(limit.high), "a number not below low, " + number_text(limit.low));
    if (!(limit.most_step > 0.0)) fault("most_step", number_text(limit.most_step), "a number above 0");
    if (!(limit.tolerance >= 0.0)) fault("tolerance", number_text(limit.tolerance), "a number not below 0");
    if (limit.least_interval < Duration{0}) fault("least_interval", to_text(limit.least_interval), "not below zero");
    if (limit.longest_life <= Duration{0}) fault("longest_life", to_text(limit.longest_life), "a time above zero");
    const auto same = [&](const CommandLimit& other) { return other.path == limit.path && other.item == limit.item; };
    if (std::ranges::find_if(limits, same) != limits.begin() + static_cast<std::ptrdiff_t>(i))
      fault("item", '"' + limit.item + '"', "an item that is listed once for its equipment");
  }
  return faults;
}

}  // namespace

std::string_view name_of(CommandState state) {
  switch (state) {
    case CommandState::awaiting_confirmation: return "awaiting_confirmation";
    case CommandState::ready: return "ready";
    case CommandState::sent: return "sent";
    case CommandState::acknowledged: return "acknowledged";
    case CommandState::expired: return "expired";
    case CommandState::withdrawn: return "withdrawn";
    case CommandState::refused: break;
  }
  return "refused";
}

std::string_view name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::none: return "none";
    case Refusal::not_armed: return "not_armed";
    case Refusal::not_valid: return "not_valid";
    case Refusal::twin_behind: return "twin_behind";
    case Refusal::incomplete: return "incomplete";
    case Refusal::repeated: return "repeated";
    case Refusal::not_allowed: return "not_allowed";
    case Refusal::person_not_allowed: return "person_not_allowed";
    case Refusal::not_a_number: return "not_a_number";
    case Refusal::out_of_limits: return "out_of_limits";
    case Refusal::step_too_large: return "step_too_large";
    case Refusal::value_not_known: return "value_not_known";
    case Refusal::too_soon: return "too_soon";
    case Refusal::another_pending: return "another_pending";
    case Refusal::expired: return "expired";
    case Refusal::lives_too_long: return "lives_too_long";
    case Refusal::same_person: return "same_person";
    case Refusal::nothing_to_confirm: return "nothing_to_confirm";
    case Refusal::not_recorded: break;
  }
  return "not_recorded";
}

CommandDesk::CommandDesk(std::vector<CommandLimit> limits, Record record)
    : limits_(std::move(limits)), record_(std::move(record)) {
  std::vector<Fault> faults = faults_of(limits_);
  if (!record_) faults.push_back({.path = "record", .value = "nothing", .expected = "where entries are written down"});
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

// ---- arming --------------------------------------------------------------------------------------------------------

void CommandDesk::arm(const std::string& who, Instant until, Instant now) {
  std::vector<Fault> faults;
  if (who.empty()) faults.push_back({.path = "who", .value = "\"\"", .expected = "the name of who arms it"});
  if (until <= now) faults.push_back({.path = "until", .value = to_text(until), .expected = "a time in the future"});
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  record_({.at = now, .what = "armed", .who = who, .detail = "until " + to_text(until), .expires = until});
  armed_until_ = until;
}

void CommandDesk::disarm(const std::string& who, Instant now) {
  armed_until_.reset();  // first: it takes effect even where nothing can be written down
  record_({.at = now, .what = "disarmed", .who = who});
  for (auto& [request, followed] : commands_)
    if (followed.state == CommandState::awaiting_confirmation || followed.state == CommandState::ready)
      change(followed, CommandState::withdrawn, who, now, "disarmed");
}

// ---- what stands against a command ---------------------------------------------------------------------------------

CommandDesk::Objection CommandDesk::objection_to_twin(const TwinView& twin, Instant now) const {
  if (!is_armed(now)) {
    const bool was = armed_until_.has_value();
    return {Refusal::not_armed,
            was ? "armed until " + to_text(*armed_until_) + ", which is over" : "nobody has armed it"};
  }
  if (twin.verdict.trust != Trust::valid) {
    std::string sentence = "the twin is " + std::string(name_of(twin.verdict.trust)) + " since " +
                           to_text(twin.verdict.since) + ", expected Valid";
    if (!twin.verdict.doubts.empty()) sentence += ": " + twin.verdict.doubts.front().sentence;
    return {Refusal::not_valid, std::move(sentence)};
  }
  if (now - twin.twin_time > twin.oldest)
    return {Refusal::twin_behind,
            "the twin stands at " + to_text(twin.twin_time) + ", expected " + to_text(twin.oldest) + " behind at most"};
  return {};
}

const CommandLimit* CommandDesk::limit_of(const Command& command) const {
  const auto found = std::ranges::find_if(
      limits_, [&](const CommandLimit& limit) { return limit.path == command.path && limit.item == command.item; });
  return found == limits_.end() ? nullptr : &*found;
}

std::string CommandDesk::nearest_limit(const Command& command) const {
  std::vector<std::string> known;
  for (const CommandLimit& limit : limits_) known.push_back(limit.path + "/" + limit.item);
  const std::string nearest = nearest_name(command.path + "/" + command.item, known);
  return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

CommandDesk::Objection CommandDesk::objection_to_value(const Command& command, const CommandLimit& limit,
                                                       Instant now) const {
  const double value = command.value;
  if (!std::isfinite(value)) return {Refusal::not_a_number, "found " + number_text(value) + ", expected a number"};
  if (value < limit.low || value > limit.high)
    return {Refusal::out_of_limits, "found " + number_text(value) + ", expected a value from " +
                                        number_text(limit.low) + " to " + number_text(limit.high)};
  const auto found = items_.find({command.path, command.item});
  const Item item = found == items_.end() ? Item{} : found->second;
  if (std::isfinite(limit.most_step)) {
    if (!item.reported)
      return {Refusal::value_not_known, "the plant has not reported it, so that the step is not known"};
    if (std::abs(value - *item.reported) > limit.most_step)
      return {Refusal::step_too_large, "found a step of " + number_text(std::abs(value - *item.reported)) + " from " +
                                           number_text(*item.reported) + ", expected at most " +
                                           number_text(limit.most_step)};
  }
  if (item.desired && now - item.desired_at < limit.least_interval)
    return {Refusal::too_soon, "the last was sent at " + to_text(item.desired_at) + ", expected " +
                                   to_text(limit.least_interval) + " between"};
  return {};
}

/// All but what only a new one can be refused for.
CommandDesk::Objection CommandDesk::objection_to(const Command& command, const TwinView& twin, Instant now) const {
  if (Objection objection = objection_to_twin(twin, now); objection.refusal != Refusal::none) return objection;
  const CommandLimit* limit = limit_of(command);
  if (limit == nullptr)
    return {Refusal::not_allowed,
            command.path + "/" + command.item + " is not among what may be commanded" + nearest_limit(command)};
  if (!limit->who.empty() && std::ranges::find(limit->who, command.who) == limit->who.end())
    return {Refusal::person_not_allowed, command.who + " is not among those who may command it"};
  if (now >= command.expires) return {Refusal::expired, "it expired at " + to_text(command.expires)};
  if (command.issued > now) return {Refusal::expired, "it is issued at " + to_text(command.issued) + ", in the future"};
  if (command.expires - command.issued > limit->longest_life)
    return {Refusal::lives_too_long, "it lives " + to_text(command.expires - command.issued) + ", expected at most " +
                                         to_text(limit->longest_life)};
  return objection_to_value(command, *limit, now);
}

// ---- requests ------------------------------------------------------------------------------------------------------

AuditEntry CommandDesk::entry(const Command& command, std::string what, std::string who, Instant at,
                              std::string detail) const {
  return {at,           std::move(what), std::move(who), command.request,
          command.path, command.item,    command.value,  std::move(detail)};
}

Answer CommandDesk::refuse(const Command& command, const std::string& who, Objection objection, Instant now) {
  try {
    record_(entry(command, "refused", who, now, std::string(name_of(objection.refusal)) + ": " + objection.sentence));
  } catch (const Error& error) {
    objection.sentence += "; and the record cannot be written: " + std::string(error.what());
  }
  return {CommandState::refused, objection.refusal, std::move(objection.sentence)};
}

Answer CommandDesk::request(const Command& command, const TwinView& twin, Instant now) {
  tick(now);
  const auto refused = [&](Refusal refusal, std::string sentence) {
    return refuse(command, command.who, {refusal, std::move(sentence)}, now);
  };
  for (const auto& [text, name] : {std::pair{&command.request, "request"},
                                   {&command.path, "path"},
                                   {&command.item, "item"},
                                   {&command.who, "who"},
                                   {&command.why, "why"}})
    if (text->empty()) return refused(Refusal::incomplete, std::string("it says nothing of: ") + name);
  if (commands_.contains(command.request))
    return refused(Refusal::repeated, "a request " + command.request + " was there before and is " +
                                          std::string(name_of(commands_.at(command.request).state)));
  if (Objection objection = objection_to(command, twin, now); objection.refusal != Refusal::none)
    return refuse(command, command.who, std::move(objection), now);
  for (const auto& [request, followed] : commands_)
    if (is_under_way(followed.state) && followed.command.path == command.path && followed.command.item == command.item)
      return refused(Refusal::another_pending,
                     "request " + request + " is under way for it: " + std::string(name_of(followed.state)));
  try {
    AuditEntry requested = entry(command, "requested", command.who, now, command.why);
    requested.expires = command.expires;
    record_(requested);
  } catch (const Error& error) {
    return {CommandState::refused, Refusal::not_recorded, error.what()};
  }
  const CommandState state = limit_of(command)->confirm ? CommandState::awaiting_confirmation : CommandState::ready;
  commands_[command.request] = {command, state, "", now};
  return {state, Refusal::none, state == CommandState::ready ? "it goes out" : "a second person must confirm it"};
}

Answer CommandDesk::confirm(const std::string& request, const std::string& who, const TwinView& twin, Instant now) {
  tick(now);
  const auto found = commands_.find(request);
  if (found == commands_.end() || found->second.state != CommandState::awaiting_confirmation) {
    std::string sentence = "request " + request + " does not wait for it";
    if (found != commands_.end()) sentence += ": it is " + std::string(name_of(found->second.state));
    return refuse(found == commands_.end() ? Command{.request = request} : found->second.command, who,
                  {Refusal::nothing_to_confirm, std::move(sentence)}, now);
  }
  Followed& followed = found->second;
  const CommandLimit* const limit = limit_of(followed.command);
  if (who.empty()) return refuse(followed.command, who, {Refusal::incomplete, "it does not say who confirms"}, now);
  if (who == followed.command.who)
    return refuse(followed.command, who, {Refusal::same_person, who + " asked for it, expected another person"}, now);
  if (limit != nullptr && !limit->who.empty() && std::ranges::find(limit->who, who) == limit->who.end())
    return refuse(followed.command, who, {Refusal::person_not_allowed, who + " is not among those who may confirm it"},
                  now);
  if (Objection objection = objection_to(followed.command, twin, now); objection.refusal != Refusal::none)
    return refuse(followed.command, who, std::move(objection), now);  // it still waits: the twin may become valid again
  try {
    record_(entry(followed.command, "confirmed", who, now));
  } catch (const Error& error) {
    return {CommandState::refused, Refusal::not_recorded, error.what()};
  }
  followed.state = CommandState::ready;
  followed.confirmed_by = who;
  followed.changed = now;
  return {CommandState::ready, Refusal::none, "it goes out"};
}

void CommandDesk::withdraw(const std::string& request, const std::string& who, Instant now) {
  const auto found = commands_.find(request);
  if (found == commands_.end())
    throw InvalidInput(Fault{.path = "request", .value = request, .expected = "a request that was made"});
  if (found->second.state != CommandState::awaiting_confirmation && found->second.state != CommandState::ready)
    throw InvalidInput(Fault{.path = "request",
                             .value = request + ", " + std::string(name_of(found->second.state)),
                             .expected = "a request that was not sent"});
  change(found->second, CommandState::withdrawn, who, now, "");
}

// ---- on the way ----------------------------------------------------------------------------------------------------

void CommandDesk::change(Followed& followed, CommandState state, const std::string& who, Instant now,
                         const std::string& detail) {
  followed.state = state;
  followed.changed = now;
  record_(entry(followed.command, std::string(name_of(state)), who, now, detail));
}

std::vector<Command> CommandDesk::to_send(const TwinView& twin, Instant now) {
  tick(now);
  std::vector<Command> sent;
  for (auto& [request, followed] : commands_) {
    if (followed.state != CommandState::ready) continue;
    const Objection objection = objection_to(followed.command, twin, now);
    const bool goes_out = objection.refusal == Refusal::none;
    try {
      if (goes_out)
        record_(entry(followed.command, "sent", "desk", now));
      else
        change(followed, CommandState::withdrawn, "desk", now,
               std::string(name_of(objection.refusal)) + ": " + objection.sentence);
    } catch (const Error&) {
      if (sent.empty()) throw;
      return sent;  // those before it are on record; one that was to go out stays ready, and the next call tells why
    }
    if (!goes_out) continue;
    followed.state = CommandState::sent;
    followed.changed = now;
    Item& item = items_[{followed.command.path, followed.command.item}];
    item.desired = followed.command.value;
    item.desired_at = now;
    sent.push_back(followed.command);
  }
  return sent;
}

void CommandDesk::not_delivered(const std::string& request, const std::string& reason, Instant now) {
  const auto found = commands_.find(request);
  if (found == commands_.end() || found->second.state != CommandState::sent) return;
  record_(entry(found->second.command, "not_delivered", "desk", now, reason));
}

void CommandDesk::reported(const std::string& path, const std::string& item, double value, Instant at,
                           std::optional<Instant> arrival) {
  Item& known = items_[{path, item}];
  if (known.reported && at < known.reported_at) return;  // older news
  known.reported = value;
  known.reported_at = at;
  for (auto& [request, followed] : commands_) {
    if (followed.state != CommandState::sent || followed.command.path != path || followed.command.item != item)
      continue;
    const CommandLimit* limit = limit_of(followed.command);
    const bool is_it = std::abs(value - followed.command.value) <= (limit == nullptr ? 0.0 : limit->tolerance);
    // What was reported before it was sent is no answer to it.
    const Instant came = arrival.value_or(at);
    if (is_it && came >= followed.changed) change(followed, CommandState::acknowledged, "plant", came, "");
  }
}

void CommandDesk::tick(Instant now) {
  for (auto& [request, followed] : commands_)
    if (is_under_way(followed.state) && now >= followed.command.expires) {
      const bool was_sent = followed.state == CommandState::sent;
      change(followed, CommandState::expired, "desk", now,
             was_sent ? "sent, and not acknowledged in time" : "not sent in time");
    }
  forget_oldest();
}

void CommandDesk::recall(std::span<const AuditEntry> record) {
  for (const AuditEntry& each : record) {
    if (each.what == "requested") {
      const Command command{each.request, each.path,   each.item, each.value,
                            each.who,     each.detail, each.at,   each.expires};
      const CommandLimit* const limit = limit_of(command);
      const bool waits = limit == nullptr || limit->confirm;
      commands_[each.request] = {command, waits ? CommandState::awaiting_confirmation : CommandState::ready, "",
                                 each.at};
      continue;
    }
    const auto found = commands_.find(each.request);
    if (found == commands_.end()) continue;
    Followed& followed = found->second;
    const auto stands = [&](CommandState state) {
      followed.state = state;
      followed.changed = each.at;
    };
    if (each.what == "confirmed") {
      followed.confirmed_by = each.who;
      stands(CommandState::ready);
    }
    if (each.what == "sent") {
      Item& item = items_[{each.path, each.item}];
      item.desired = each.value;
      item.desired_at = each.at;
      stands(CommandState::sent);
    }
    for (const CommandState state : {CommandState::acknowledged, CommandState::expired, CommandState::withdrawn})
      if (each.what == name_of(state)) stands(state);
  }
  forget_oldest();
}

void CommandDesk::forget_oldest() {
  constexpr std::size_t kKept = 10'000;
  if (commands_.size() <= 2 * kKept) return;
  std::vector<std::pair<Instant, std::string>> ended;
  for (const auto& [request, followed] : commands_)
    if (!is_under_way(followed.state)) ended.emplace_back(followed.changed, request);
  if (ended.size() <= kKept) return;
  std::ranges::sort(ended);
  for (std::size_t i = 0; i + kKept < ended.size(); ++i) commands_.erase(ended[i].second);
}

}  // namespace takt
