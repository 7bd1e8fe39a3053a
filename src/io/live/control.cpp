// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/control.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/live/control_words.hpp"
#include "takt/core/error.hpp"

namespace takt::io {
namespace {

using Instant = WallClock::Instant;

constexpr std::size_t kEndedShown = 100;
constexpr const char* kDesk = "desk";

/// The record tells by name who did what: a person is not called as its other actors are.
void need_person(const std::string& who, const char* path = "who") {
  const bool is_reserved = who == kDesk || who == "plant" || who == kController;
  if (who.empty() || is_reserved)
    throw InvalidInput(Fault{.path = path,
                             .value = '"' + who + '"',
                             .expected = std::string("the name of a person") +
                                         (is_reserved ? "; desk, plant and takt are names of the record's own" : "")});
}

}  // namespace

LiveControl::LiveControl(LiveControlOptions options, Instant now)
    : options_(std::move(options)),
      loop_(Alerts(options_.plan.alerts),
            CommandDesk(options_.plan.commands, [this](const AuditEntry& entry) { write(entry); }),
            [this](const Alert& alert, const Twin&) { return decide(alert); }),
      throughput_(options_.plan.window) {
  if (!options_.record || !options_.send)
    throw InvalidInput(Fault{.path = "record, send", .value = "nothing", .expected = "functions"});
  if (!options_.armed_by.empty()) need_person(options_.armed_by, "armed_by");
  const std::vector<AuditEntry> past = std::exchange(options_.past, {});
  recall(past);
  if (!options_.armed_by.empty()) arm_by(options_.armed_by, past, now);
  asker_ = std::jthread([this](const std::stop_token& stop) { ask_futures(stop); });
}

LiveControl::~LiveControl() = default;

// ---- what was before -----------------------------------------------------------------------------------------------

void LiveControl::recall(const std::vector<AuditEntry>& past) {
  std::vector<AlertEvent> events;
  std::map<std::uint64_t, WorkOrder> work;
  std::optional<AskedFor> asked_for;
  for (const AuditEntry& each : past) {
    if (each.what.starts_with("work_")) detail::follow(each, work[static_cast<std::uint64_t>(each.value)]);
    recall_question(each, asked_for);
    if (auto event = detail::alert_event_of(each)) events.push_back(std::move(*event));
  }
  for (auto& [number, order] : work) loop_.work().recall(std::move(order));
  loop_.alerts().recall(events);
  loop_.desk().recall(past);
  for (const auto& [request, followed] : loop_.desk().commands()) {
    const std::string& why = followed.command.why;
    for (const ResponsePlan& response : options_.plan.responses)
      if (response.what_if)
        for (const RemedyPlan& remedy : response.what_if->remedies)
          if (why == detail::why_of(response.rule, remedy.name) && detail::is_under_way(followed.state))
            remedies_[request] = {response.rule, remedy.name};
  }
  written_ = past.size();
}

/// A question is open from its alert until the futures have answered that nothing is asked for, or until what they
/// answered was asked for. It stays open where only the twin stood against that, or where that is not on record.
void LiveControl::recall_question(const AuditEntry& each, std::optional<AskedFor>& asked_for) {
  const Key key{each.item, each.path};
  const ResponsePlan* const response = response_to(each.item);
  const bool has_what_if = response != nullptr && response->what_if;
  if (each.what == "alert_raised" && has_what_if) questions_[key] = {.since = each.at};
  if (each.what == "given_up" || each.what == "what_if_failed") questions_.erase(key);
  if (each.what == "what_if") {
    asked_for.reset();
    if (has_what_if)
      for (const RemedyPlan& remedy : response->what_if->remedies)
        if (each.detail.ends_with(": " + remedy.name)) asked_for = {key, &remedy};
    if (!asked_for) questions_.erase(key);
  }
  if (!asked_for || (each.what != "requested" && each.what != "refused") || each.who != kController ||
      each.path != asked_for->remedy->path || each.item != asked_for->remedy->item ||
      !each.request.starts_with(asked_for->question.first + "-"))
    return;
  const bool may_pass = each.what == "refused" && (each.detail.starts_with(takt::name_of(Refusal::not_valid)) ||
                                                   each.detail.starts_with(takt::name_of(Refusal::twin_behind)));
  if (!may_pass) questions_.erase(asked_for->question);
  asked_for.reset();
}

/// What people decided outlives a kill: only after a graceful end, or at the very beginning, is it armed anew.
void LiveControl::arm_by(const std::string& who, const std::vector<AuditEntry>& past, Instant now) {
  const auto last = std::find_if(past.rbegin(), past.rend(), [](const AuditEntry& each) {
    return each.what == "armed" || each.what == "disarmed";
  });
  if (last == past.rend() || (last->what == "disarmed" && last->who == kDesk))
    return loop_.desk().arm(who, now + options_.plan.armed_for, now);
  if (last->what == "armed" && last->expires > now) loop_.desk().arm(last->who, last->expires, now);
}

// ---- the record ----------------------------------------------------------------------------------------------------

/// For the desk: throws where it cannot be written.
void LiveControl::write(const AuditEntry& entry) {
  try {
    options_.record(entry);
  } catch (const Error& error) {
    trouble_ = error.what();
    throw;
  }
  trouble_.clear();
  ++written_;
  ++entries_[entry.what];
  if (entry.what == "refused") ++refused_[entry.detail.substr(0, entry.detail.find(':'))];
  if (entry.what == name_of(CommandState::acknowledged)) acknowledged_.push_back(entry.request);
  if (entry.what == name_of(CommandState::expired) || entry.what == name_of(CommandState::withdrawn))
    remedies_.erase(entry.request);
  if (options_.told) options_.told(entry);
}

/// For what has happened already; that it is not on record is told as a trouble.
void LiveControl::note(const AuditEntry& entry) {
  try {
    write(entry);
  } catch (const Error&) {
    // trouble_ says it
  }
}

// ---- a turn --------------------------------------------------------------------------------------------------------

const ResponsePlan* LiveControl::response_to(const std::string& rule) const {
  const auto found = std::ranges::find(options_.plan.responses, rule, &ResponsePlan::rule);
  return found == options_.plan.responses.end() ? nullptr : &*found;
}

/// Work at once; the futures are asked on their own thread, and a command follows when they have answered.
Decision LiveControl::decide(const Alert& alert) {
  Decision decision;
  const ResponsePlan* const response = response_to(alert.rule);
  if (response == nullptr) return decision;
  if (response->what_if) questions_.try_emplace({alert.rule, alert.about}, Question{.since = alert.raised});
  if (!response->work) return decision;
  const WorkPlan& work = *response->work;
  decision.work = WorkOrder{.about = work.about.empty() ? alert.about : work.about,
                            .task = work.task,
                            .cause = alert.rule,
                            .owner = work.owner,
                            .due = alert.raised + work.due_in};
  return decision;
}

std::vector<Signal> LiveControl::own_signals(const Twin& twin, Instant now, const LiveForecast* forecast) {
  std::vector<Signal> signals;
  if (auto throughput = throughput_.observe(twin, now)) signals.push_back(std::move(*throughput));
  if (forecast != nullptr && forecast_made_ != forecast->made) {
    forecast_made_ = forecast->made;
    forecast_signals_.clear();
    for (std::size_t k = 0; k < forecast->result.kpis.size(); ++k) {
      const KpiName& kpi = forecast->result.kpis[k];
      const std::string name = "forecast_" + kpi.kpi;
      const auto asks = [&](const AlertRule& rule) {
        return rule.signal == name && (rule.about == "*" || rule.about == kpi.entity);
      };
      if (std::ranges::any_of(options_.plan.alerts, asks))
        forecast_signals_.push_back({name, kpi.entity, forecast->result.summary(0, k).mean});
    }
  }
  signals.insert(signals.end(), forecast_signals_.begin(), forecast_signals_.end());
  return signals;
}

bool LiveControl::pass(LiveTwin& live, Instant now, const std::shared_ptr<const LiveForecast>& forecast) {
  const std::lock_guard lock(mutex_);
  if (live.twin() == nullptr) return false;
  view_ = {.verdict = live.verdict(),
           .twin_time = live.model().plant.clock.to_wall(live.twin()->time()),
           .oldest = options_.plan.oldest};
  take_deliveries(now);
  take_answers(now);
  bool is_changed = false;
  try {
    if (is_news_ || !turned_ || now - *turned_ >= options_.plan.every) turn(live, now, forecast.get());
    is_changed = change_twin(live, now);
  } catch (const Error& error) {
    trouble_ = error.what();  // such as a full disk: nothing goes out, and the next turn tries again
  }
  put_questions(live, now);
  return is_changed;
}

void LiveControl::turn(LiveTwin& live, Instant now, const LiveForecast* forecast) {
  is_news_ = false;
  turned_ = now;
  const std::vector<Signal> signals = own_signals(*live.twin(), now, forecast);
  const ControlTurn turn = loop_.turn(*live.twin(), view_, now, signals);
  for (const AlertEvent& event : turn.alerts) note(detail::entry_of(event, now));
  for (const WorkOrder& order : turn.work) {
    note(detail::entry_of(order, "work_written", std::string(kController), now, order.cause));
    if (!order.owner.empty()) note(detail::entry_of(order, "work_owned", std::string(kController), now, order.owner));
  }
  for (const Command& command : turn.to_send) hand_over(command, now);
}

void LiveControl::hand_over(const Command& command, Instant now) {
  const auto answered = [this, request = command.request](const Fault& fault) {
    if (fault == Fault{}) return;
    const std::lock_guard lock(told_mutex_);
    undelivered_.emplace_back(request, to_text(fault));
  };
  std::string why;
  try {
    if (!options_.send(command, answered)) why = "no source has an item of that name for it";
  } catch (const std::exception& error) {
    why = error.what();
  }
  if (!why.empty()) tell_not_delivered(command.request, why, now);
}

/// It is sent by its record: those after it are handed over whether this can be written down or not.
void LiveControl::tell_not_delivered(const std::string& request, const std::string& why, Instant now) {
  try {
    loop_.desk().not_delivered(request, why, now);
  } catch (const Error&) {
    // trouble_ says it
  }
}

void LiveControl::take_deliveries(Instant now) {
  std::vector<std::pair<std::string, std::string>> told;
  {
    const std::lock_guard lock(told_mutex_);
    told.swap(undelivered_);
  }
  for (const auto& [request, why] : told) tell_not_delivered(request, why, now);
}

void LiveControl::hear(const Snapshot& message, Instant arrival) {
  const std::lock_guard lock(mutex_);
  try {
    loop_.hear(message, arrival);
  } catch (const Error&) {
    // It is acknowledged, but not on record: trouble_ says it.
  }
}

/// Whoever was told that the plant changed on purpose, or has commanded it, changes what it is held to.
bool LiveControl::change_twin(LiveTwin& live, Instant now) {
  bool is_changed = false;
  const auto each_on_its_own = [this](const std::vector<std::string>& list, const auto& change) {
    for (const std::string& each : list) try {
        change(each);
      } catch (const Error& error) {
        trouble_ = error.what();
      }
  };
  each_on_its_own(std::exchange(adopting_, {}), [&](const std::string& who) {
    std::string text;
    for (const Adopted& law : live.adopt())
      text += fmt::format("{}{} {} s, was {} s", text.empty() ? "" : "; ", law.path, law.after_s, law.before_s);
    is_changed = is_news_ = true;
    note({.at = now, .what = "adopted", .who = who, .path = "/", .detail = std::move(text)});
  });
  each_on_its_own(std::exchange(acknowledged_, {}), [&](const std::string& request) {
    const auto followed = remedies_.extract(request);
    if (followed.empty()) return;
    const auto& [rule, name] = followed.mapped();
    const Model& model = live.model();
    for (const RemedyPlan& remedy : response_to(rule)->what_if->remedies) {
      if (remedy.name != name) continue;
      Parameters numbers = live.twin()->parameters();
      const auto changes = numbers_of(remedy, model, numbers);
      set_numbers(model, numbers, changes);
      for (const auto& [path, text] : changes) {
        const auto slot = find_slot(model, path);
        if (!slot || slot->kind != ParameterSlot::Kind::law) continue;
        live.expect(path, get_law(model, numbers, path));
        is_changed = true;
      }
    }
  });
  return is_changed;
}

// ---- what people say -----------------------------------------------------------------------------------------------

Answer LiveControl::confirm(const std::string& request, const std::string& who, Instant now) {
  const std::lock_guard lock(mutex_);
  need_person(who);
  is_news_ = true;
  return loop_.desk().confirm(request, who, view_, now);
}

void LiveControl::refuse(const std::string& request, const std::string& who, Instant now) {
  const std::lock_guard lock(mutex_);
  need_person(who);
  loop_.desk().withdraw(request, who, now);
}

void LiveControl::acknowledge(const std::string& rule, const std::string& about, const std::string& who, Instant now) {
  const std::lock_guard lock(mutex_);
  need_person(who);
  note(detail::entry_of(loop_.alerts().acknowledge(rule, about, who, now), now));
}

WorkOrder LiveControl::work(std::uint64_t number, const std::string& owner, const std::string& state,
                            const std::string& who, Instant now) {
  const std::lock_guard lock(mutex_);
  need_person(who);
  const WorkState to = state.empty() ? WorkState::not_allowed_to_start : read_work_state(state);
  WorkOrder order = loop_.work().order(number);
  if (!owner.empty()) {
    order = loop_.work().assign(number, owner, now);
    note(detail::entry_of(order, "work_owned", who, now, owner));
  }
  if (!state.empty()) {
    order = loop_.work().move(number, to, now);
    note(detail::entry_of(order, "work_moved", who, now, state));
  }
  return order;
}

void LiveControl::adopt(const std::string& who, Instant /*now*/) {
  const std::lock_guard lock(mutex_);
  need_person(who);
  adopting_.push_back(who);
}

void LiveControl::disarm(const std::string& who, Instant now) {
  const std::lock_guard lock(mutex_);
  need_person(who);
  loop_.desk().disarm(who, now);
}

void LiveControl::end(Instant now) {
  const std::lock_guard lock(mutex_);
  take_deliveries(now);
  try {
    loop_.desk().disarm(kDesk, now);
  } catch (const Error&) {
    // trouble_ says it; what was not sent has no record of having been
  }
}

ControlStatus LiveControl::status(Instant now) const {
  const std::lock_guard lock(mutex_);
  ControlStatus status{.is_armed = loop_.desk().is_armed(now),
                       .armed_until = loop_.desk().armed_until(),
                       .alerts = loop_.alerts().standing(),
                       .work = loop_.work().open(),
                       .items = loop_.desk().items(),
                       .entries = entries_,
                       .refused = refused_,
                       .trouble = trouble_};
  for (const auto& [key, question] : questions_) {
    const std::string why = question.why.empty() ? "its turn" : question.why;
    status.questions.push_back(
        {key.first, key.second, question.is_asked ? "asking the futures" : "waiting: " + why, question.since});
  }
  std::vector<CommandDesk::Followed> ended;
  for (const auto& [request, each] : loop_.desk().commands())
    (detail::is_under_way(each.state) ? status.commands : ended).push_back(each);
  const auto by_time = [](const CommandDesk::Followed& a, const CommandDesk::Followed& b) {
    return std::tie(a.changed, a.command.request) < std::tie(b.changed, b.command.request);
  };
  std::ranges::sort(ended, by_time);
  if (ended.size() > kEndedShown) ended.erase(ended.begin(), ended.end() - kEndedShown);
  status.commands.insert(status.commands.end(), ended.begin(), ended.end());
  std::ranges::sort(status.commands, by_time);
  return status;
}

}  // namespace takt::io
