// SPDX-License-Identifier: Apache-2.0
#include "takt/ict/simulate.hpp"

#include <algorithm>
#include <chrono>

#include "ict/answers.hpp"
#include "ict/reports.hpp"
#include "ict/wire.hpp"
#include "ict/worker_process.hpp"
#include "takt/core/quantity.hpp"

namespace takt {
namespace ict {
namespace {

[[noreturn]] void refuse(std::string path, std::string value, std::string expected) {
  throw InvalidInput(Fault{.path = std::move(path), .value = std::move(value), .expected = std::move(expected)});
}

}  // namespace

void check(const Plant& plant, const CyberOptions& options) {
  if (auto faults = validate(plant); !faults.empty()) throw InvalidInput(std::move(faults));
  if (!plant.cyber) refuse("/cyber", "nothing", "a plant with a cyber side");
  if (plant.cyber->loops.empty()) refuse("/cyber/loops", "none", "one control loop at least");
  constexpr Duration kLongest = std::chrono::hours{24 * 366};
  if (options.horizon.count() <= 0 || options.horizon > kLongest)
    refuse("horizon", to_text(options.horizon), "a time above zero, at most a year");
  if (options.warmup.count() < 0 || options.warmup >= options.horizon)
    refuse("warmup", to_text(options.warmup), "a time from zero to less than the horizon");
  if (options.timeout.count() <= 0) refuse("timeout", to_text(options.timeout), "a time above zero");
}

}  // namespace ict

CyberResult simulate_cyber(const Plant& plant, const CyberOptions& options) {
  using namespace ict;
  check(plant, options);
  const WireRequest request = request_of(plant, options, false);
  const std::string asked = Json(request).dump();
  const auto begin = std::chrono::steady_clock::now();
  std::string answer = known_answer(options.cache, asked);
  const bool was_known = !answer.empty();
  if (!was_known) {
    WorkerProcess worker(worker_executable(options.worker), options.timeout, options.stop);
    worker.send_line(asked);
    answer = worker.receive_line();
  }
  CyberResult result = result_of(plant, request, read_report(answer));
  if (!was_known) keep_answer(options.cache, asked, answer);
  result.from_cache = was_known;
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

const LoopResult& CyberResult::loop(std::string_view name) const {
  const auto found = std::ranges::find(loops, name, &LoopResult::name);
  if (found != loops.end()) return *found;
  std::vector<std::string> names;
  for (const LoopResult& loop : loops) names.push_back(loop.name);
  throw InvalidInput(Fault{
      .value = std::string(name), .expected = "the name of a control loop", .nearest = nearest_name(name, names)});
}

bool CyberResult::all_met() const {
  return std::ranges::all_of(
      loops, [](const LoopResult& loop) { return std::ranges::all_of(loop.requirements, &RequirementResult::met); });
}

Plant placed(const Plant& plant, std::string_view placement) {
  const std::map<std::string, Placement> none;
  const auto& known = plant.cyber ? plant.cyber->placements : none;
  const auto found = known.find(std::string(placement));
  if (found == known.end()) {
    std::vector<std::string> names;
    for (const auto& [name, where] : known) names.push_back(name);
    throw InvalidInput(Fault{.path = "/cyber/placements",
                             .value = std::string(placement),
                             .expected = "the name of a placement",
                             .nearest = nearest_name(placement, names)});
  }
  Plant result = plant;
  for (CyberLoop& loop : result.cyber->loops)
    if (const auto where = found->second.find(loop.name); where != found->second.end()) loop.node = where->second;
  return result;
}

}  // namespace takt
