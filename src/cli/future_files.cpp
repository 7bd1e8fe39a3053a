// SPDX-License-Identifier: Apache-2.0
#include "cli/future_files.hpp"

#include <fmt/format.h>

#include <charconv>

#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"
#include "takt/engine/explain.hpp"
#include "takt/io/store/checkpoint.hpp"
#include "takt/io/store/event_log_file.hpp"
#include "takt/io/store/timeline.hpp"
#include "takt/io/store/whole_file.hpp"

namespace takt::cli {
namespace {

/// "replication 17 of 'as is'".
std::string name_of(const FutureKey& future) {
  return fmt::format("replication {} of '{}'", future.replication, future.scenario);
}

void write_trace(const Study& study, const FutureKey& future, const std::filesystem::path& file) {
  std::optional<io::Timeline> timeline;
  const Replay replay = study.replay(
      future.scenario, future.replication,
      [&timeline](const std::shared_ptr<const Model>& model, const State& state) { timeline.emplace(*model, state); },
      [&timeline](const Event& event) { timeline->add(event); });
  io::write_whole(file, timeline->json(replay.state.now));
}

void write_checkpoint(const Study& study, const FutureKey& future, const std::filesystem::path& file) {
  const Replay replay = study.replay(future.scenario, future.replication);
  if (replay.outcome.status != Outcome::Status::done)
    throw Error("no checkpoint is written: " + name_of(future) + " did not reach its end");
  io::save_checkpoint(file, *replay.model, replay.parameters, replay.state);
}

std::string answer(const Study& study, const FutureKey& future, const Question& question) {
  const Replay replay = study.replay(future.scenario, future.replication, {}, {}, question.at);
  std::string text = fmt::format("\n{} after {}, {}\n\n", question.machine, to_text(question.at), name_of(future));
  for (const std::string& line : why(*replay.model, replay.state, replay.model->machine(question.machine)))
    text += "  " + line + "\n";
  return text;
}

}  // namespace

FutureKey read_future(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  FutureKey future;
  if (colon != std::string::npos && colon > 0) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, future.replication);
    if (error == std::errc{} && stop == end && colon + 1 < text.size()) {
      future.scenario = text.substr(0, colon);
      return future;
    }
  }
  throw InvalidInput(Fault{.value = '"' + text + '"', .expected = "SCENARIO:REPLICATION such as \"as is:17\""});
}

Question read_question(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == 0 || at == std::string::npos)
    throw InvalidInput(
        Fault{.value = '"' + text + '"', .expected = "MACHINE@TIME such as \"/acme/filling/line_1/filler@2 h\""});
  return {text.substr(0, at), from_seconds(parse_quantity(text.substr(at + 1), Dimension::time))};
}

void leave_out(RunLogOptions& logged, const std::string& what) {
  constexpr std::pair<const char*, bool RunLogOptions::*> kParts[] = {
      {"starts", &RunLogOptions::starts},         {"setups", &RunLogOptions::setups},
      {"breakdowns", &RunLogOptions::breakdowns}, {"arrivals", &RunLogOptions::arrivals},
      {"results", &RunLogOptions::results},       {"products", &RunLogOptions::products}};
  std::vector<std::string> names;
  for (const auto& [name, member] : kParts) {
    names.emplace_back(name);
    if (what != name) continue;
    logged.*member = false;
    return;
  }
  throw InvalidInput(Fault{.value = '"' + what + '"',
                           .expected = fmt::format("one of {}", fmt::join(names, ", ")),
                           .nearest = nearest_name(what, names)});
}

void write_log(const Study& study, const FutureWishes& wishes) {
  std::optional<RunLog> log;
  const Replay replay = study.replay(
      wishes.future.scenario, wishes.future.replication,
      [&](const std::shared_ptr<const Model>& model, const State& state) { log.emplace(*model, state, wishes.logged); },
      [&log](const Event& event) { log->add(event); });
  io::write_whole(*wishes.log, io::to_csv(log->log()));
}

std::string follow(const Study& study, const FutureWishes& wishes) {
  if (wishes.trace) write_trace(study, wishes.future, *wishes.trace);
  if (wishes.checkpoint) write_checkpoint(study, wishes.future, *wishes.checkpoint);
  return wishes.question ? answer(study, wishes.future, *wishes.question) : std::string();
}

}  // namespace takt::cli
