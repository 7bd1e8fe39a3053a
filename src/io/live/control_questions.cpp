// SPDX-License-Identifier: Apache-2.0
// LiveControl: what is asked of the futures when an alert is raised, and what follows from their answer.
#include <fmt/format.h>

#include <algorithm>

#include "io/live/control_words.hpp"
#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"
#include "takt/io/live/control.hpp"

namespace takt::io {
namespace {

constexpr std::string_view kAsIs = "as is";
constexpr Duration kAskAgain = std::chrono::seconds{5};

}  // namespace

/// Futures of a twin that is not Valid are not to be used: questions wait for one that is.
void LiveControl::put_questions(const LiveTwin& live, Instant now) {
  const bool is_trusted = view_.verdict.trust == Trust::valid && now - view_.twin_time <= view_.oldest;
  std::string why;
  if (view_.verdict.trust != Trust::valid)
    why = fmt::format("the twin is {}{}", takt::name_of(view_.verdict.trust),
                      view_.verdict.doubts.empty() ? "" : ": " + view_.verdict.doubts.front().sentence);
  else if (!is_trusted)
    why = fmt::format("the twin stands at {}, expected {} behind at most", to_text(view_.twin_time),
                      to_text(view_.oldest));
  for (auto each = questions_.begin(); each != questions_.end();) {
    auto& [key, question] = *each;
    if (!question.is_asked) question.why = why;  // empty where it is trusted again
    if (question.is_asked || now - question.since <= options_.plan.answer_within) {
      ++each;
      continue;
    }
    AuditEntry entry;
    entry.at = now;
    entry.what = "given_up";
    entry.who = kController;
    entry.path = key.second;
    entry.item = key.first;
    entry.detail = question.why;
    note(entry);
    each = questions_.erase(each);
  }
  if (!is_trusted) return;
  const std::lock_guard lock(told_mutex_);
  const auto is_asked = [](const auto& each) { return each.second.is_asked; };
  if (std::ranges::any_of(questions_, is_asked)) return;  // one at a time: the twin has a thread to itself
  for (auto& [key, question] : questions_) {
    if (now - question.tried < kAskAgain) continue;
    question.is_asked = true;
    question.tried = now;
    to_ask_ = Asked{key.first, key.second, live.twin()->now(), live.twin()->parameters()};
    wake_.notify_all();
    return;
  }
}

void LiveControl::ask_futures(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::optional<Asked> asked;
    {
      std::unique_lock lock(told_mutex_);
      if (!wake_.wait(lock, stop, [this] { return to_ask_.has_value(); })) return;
      asked = std::move(to_ask_);
      to_ask_.reset();
    }
    Found found;
    try {
      found = answer_to(*asked, stop);
    } catch (const Interrupted&) {
      return;
    } catch (const std::exception& error) {
      found = {asked->rule, asked->about, nullptr, error.what(), 0.0, true};
    }
    const std::lock_guard lock(told_mutex_);
    found_ = std::move(found);
  }
}

LiveControl::Found LiveControl::answer_to(const Asked& asked, const std::stop_token& stop) const {
  const WhatIfPlan& plan = *response_to(asked.rule)->what_if;
  const std::shared_ptr<const Model> model = asked.present.model;
  Study study(asked.present, {.horizon = plan.horizon,
                              .warmup = plan.warmup,
                              .replications = plan.replications,
                              .threads = plan.threads,
                              .stop = stop});
  study.add(std::string(kAsIs));
  for (const RemedyPlan& remedy : plan.remedies)
    study.add(Scenario{.name = remedy.name, .numbers = numbers_of(remedy, *model, asked.parameters)});
  const StudyResult result = study.run();
  const std::size_t kpi = result.kpi_index(plan.of, plan.kpi);
  Found found;
  found.rule = asked.rule;
  found.about = asked.about;
  found.sentence = fmt::format("{} of {}, to be {} {}", plan.kpi, plan.of, plan.at_least ? "at least" : "at most",
                               plan.at_least ? *plan.at_least : *plan.at_most);
  bool is_reached = false;
  const auto look = [&](std::size_t scenario, const std::string& name, const RemedyPlan* remedy) {
    const double mean = result.summary(scenario, kpi).mean;
    found.sentence += fmt::format("{} {} {:.4g}", scenario == 0 ? ":" : ",", name, mean);
    if (is_reached || !(plan.at_least ? mean >= *plan.at_least : mean <= *plan.at_most)) return;
    is_reached = true;
    found.remedy = remedy;
    found.value = mean;
  };
  look(0, std::string(kAsIs), nullptr);
  for (std::size_t i = 0; i < plan.remedies.size(); ++i) look(i + 1, plan.remedies[i].name, &plan.remedies[i]);
  found.sentence += is_reached ? ": " + (found.remedy ? found.remedy->name : "nothing is to be done")
                               : std::string(": none reaches it");
  return found;
}

void LiveControl::take_answers(Instant now) {
  std::optional<Found> found;
  {
    const std::lock_guard lock(told_mutex_);
    found.swap(found_);
  }
  if (!found) return;
  const auto asked = questions_.find({found->rule, found->about});
  if (asked == questions_.end()) return;
  note({.at = now,
        .what = found->failed ? "what_if_failed" : "what_if",
        .who = std::string(kController),
        .path = found->about,
        .item = found->rule,
        .value = found->value,
        .detail = found->sentence});
  if (found->remedy == nullptr)
    questions_.erase(asked);
  else
    ask_for(asked->second, *found, now);
}

/// A command is asked for; where only the twin stands against it, the question waits for one that is Valid.
void LiveControl::ask_for(Question& question, const Found& found, Instant now) {
  const RemedyPlan& remedy = *found.remedy;
  const auto limit = std::ranges::find_if(options_.plan.commands, [&](const CommandLimit& each) {
    return each.path == remedy.path && each.item == remedy.item;
  });
  const Command command{.request = fmt::format("{}-{}", found.rule, written_ + 1),  // an entry of the record: used once
                        .path = remedy.path,
                        .item = remedy.item,
                        .value = remedy.value,
                        .who = std::string(kController),
                        .why = detail::why_of(found.rule, remedy.name),
                        .issued = now,
                        .expires = now + limit->longest_life};
  remedies_[command.request] = {found.rule, remedy.name};
  Answer answer;
  try {
    answer = loop_.desk().request(command, view_, now);
  } catch (const Error& error) {
    answer = {CommandState::refused, Refusal::not_recorded, error.what()};
  }
  is_news_ = true;
  if (!answer.is_refused()) {
    questions_.erase({found.rule, found.about});
    return;
  }
  remedies_.erase(command.request);
  const bool may_pass = answer.refusal == Refusal::not_valid || answer.refusal == Refusal::twin_behind ||
                        answer.refusal == Refusal::not_recorded;
  if (!may_pass) {
    questions_.erase({found.rule, found.about});
    return;
  }
  question.is_asked = false;
  question.tried = now;
  question.why = std::string(name_of(answer.refusal)) + ": " + answer.sentence;
}

}  // namespace takt::io
