// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/study_plan.hpp"

#include <algorithm>
#include <deque>
#include <mutex>

#include "io/store/sealed.hpp"
#include "io/store/sha256.hpp"
#include "takt/core/byte_stream.hpp"
#include "takt/core/version.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/checkpoint.hpp"
#include "takt/io/store/twin_file.hpp"

namespace takt::io {
namespace {

constexpr std::string_view kPlanFormat = "takt-plan/1", kRowsFormat = "takt-rows/1";

std::span<const std::byte> as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string as_text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What the plan of a study has wherever it begins.
StudyPlan plan_without_begin(const Study& study) {
  const Present& present = study.present();
  StudyPlan plan;
  plan.part_identity = present.model->options.part_identity;
  plan.seed = present.seed;
  for (const Scenario& scenario : study.scenarios())
    plan.scenarios.push_back(
        {scenario.name, scenario.numbers, scenario.model ? to_json(scenario.model->plant) : std::string()});
  plan.horizon = study.options().horizon;
  plan.warmup = study.options().warmup;
  plan.replications = study.options().replications;
  plan.antithetic = study.options().antithetic;
  return plan;
}

Present present_of(const StudyPlan& plan) {
  switch (plan.kind) {
    case StudyPlan::Begin::plant: {
      Present present = Present::of(compile(parse_plant(plan.begin), {.part_identity = plan.part_identity}), plan.seed);
      present.parameters = plan.parameters;
      return present;
    }
    case StudyPlan::Begin::run: {
      Checkpoint read = checkpoint_of(plan.begin);
      return {std::move(read.model), std::move(read.parameters), std::move(read.state), {}, plan.seed, {},
              plan.verdict};
    }
    case StudyPlan::Begin::twin: break;
  }
  return twin_of(plan.begin).twin.now(plan.seed);
}

/// A plan is the same in every version that gives it the same layout; what is made of it is not.
std::string about_plan() { return std::string("takt-") + kVersion; }

}  // namespace

StudyPlan plan_of(const Study& study) {
  const Present& present = study.present();
  if (present.draw || present.beginning)
    throw InvalidInput(Fault{.path = "present",
                             .value = "numbers or a state drawn for each future",
                             .expected = "the twin that draws them, to come along"});
  StudyPlan plan = plan_without_begin(study);
  if (present.state) {
    plan.kind = StudyPlan::Begin::run;
    plan.begin = checkpoint_bytes(*present.model, present.parameters, *present.state);
    plan.verdict = present.verdict;
  } else {
    plan.begin = to_json(present.model->plant);
    plan.parameters = present.parameters;
  }
  return plan;
}

StudyPlan plan_of(const Study& study, const Twin& twin) {
  if (study.present().model->hash() != twin.model().hash())
    throw InvalidInput(Fault{.path = "twin", .value = "a twin of another plant", .expected = "that of the study"});
  StudyPlan plan = plan_without_begin(study);
  plan.kind = StudyPlan::Begin::twin;
  plan.begin = twin_file_bytes(twin);
  return plan;
}

Study study_of(const StudyPlan& plan, StudyOptions how) {
  how.horizon = plan.horizon;
  how.warmup = plan.warmup;
  how.replications = plan.replications;
  how.antithetic = plan.antithetic;
  Study study(present_of(plan), std::move(how));
  const CompileOptions options{.part_identity = plan.part_identity};
  for (const StudyPlan::PlannedScenario& each : plan.scenarios) {
    Scenario scenario{each.name, each.numbers, nullptr};
    if (!each.plant.empty()) scenario.model = std::make_shared<const Model>(compile(parse_plant(each.plant), options));
    study.add(std::move(scenario));
  }
  return study;
}

std::string plan_bytes(const StudyPlan& plan) {
  ByteWriter writer;
  writer(layout_of(plan), plan);
  return detail::sealed(kPlanFormat, about_plan(), as_text(std::move(writer).take()));
}

StudyPlan plan_of_bytes(std::string_view bytes) {
  const detail::Unsealed read = detail::unsealed(kPlanFormat, bytes, "plan");
  StudyPlan plan;
  std::uint64_t layout = 0;
  ByteReader reader(as_bytes(read.content));
  reader(layout);
  if (read.about != about_plan() || layout != layout_of(plan))
    throw InvalidInput(Fault{.path = "plan", .value = "one of " + read.about, .expected = "a plan of " + about_plan()});
  reader(plan);
  return plan;
}

std::string plan_hash(std::string_view bytes) { return detail::unsealed(kPlanFormat, bytes, "plan").hash; }

std::string rows_bytes(const Rows& rows, const std::string& plan_hash) {
  return detail::sealed(kRowsFormat, plan_hash, as_text(to_bytes_of(rows)));
}

Rows rows_of_bytes(std::string_view bytes, const std::string& plan_hash) {
  const detail::Unsealed read = detail::unsealed(kRowsFormat, bytes, "rows");
  if (read.about != plan_hash)
    throw InvalidInput(Fault{.path = "rows",
                             .value = "those of plan " + read.about.substr(0, 16),
                             .expected = "rows of plan " + plan_hash.substr(0, 16)});
  Rows rows;
  from_bytes_of(as_bytes(read.content), rows);
  return rows;
}

PreparedPlan::PreparedPlan(std::string_view its_bytes)
    : bytes(its_bytes), hash(plan_hash(its_bytes)), plan(plan_of_bytes(its_bytes)), study(study_of(plan)) {}

StoredResults PreparedPlan::results(Collector&& collector, std::uint32_t replications) const {
  return {std::move(collector).result(replications), report::provenance_of(study.present(), study.options()),
          to_json(study.present().model->plant)};
}

std::string PreparedPlan::scenario_key(std::size_t scenario) const {
  const PreparedStudy::Setting& setting = study.setting(scenario);
  const std::string begin = plan.kind == StudyPlan::Begin::plant ? std::string() : detail::sha256(plan.begin);
  ByteWriter writer;
  writer(about_plan(), plan.kind, begin, setting.present.model->hash(), plan.part_identity, setting.numbers,
         setting.scenario.numbers, plan.seed, plan.horizon, plan.warmup);
  if (plan.antithetic) writer(plan.antithetic);
  return detail::sha256(as_text(std::move(writer).take()));
}

std::shared_ptr<const PreparedPlan> prepared(std::string_view plan) {
  constexpr std::size_t kKept = 4;
  static std::mutex mutex;
  static std::deque<std::shared_ptr<const PreparedPlan>> kept;
  const std::lock_guard lock(mutex);
  const auto found = std::ranges::find_if(kept, [&](const auto& each) { return each->bytes == plan; });
  if (found != kept.end()) return *found;
  kept.push_front(std::make_shared<const PreparedPlan>(plan));
  if (kept.size() > kKept) kept.pop_back();
  return kept.front();
}

std::string run_task(std::string_view plan, TaskRange range, const std::stop_token& stop) {
  const std::shared_ptr<const PreparedPlan> ready = prepared(plan);
  return rows_bytes(ready->study.run(range, stop), ready->hash);
}

}  // namespace takt::io
