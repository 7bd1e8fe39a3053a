// SPDX-License-Identifier: Apache-2.0
#include "cli/study_wishes.hpp"

#include <algorithm>

#include "cli/arguments.hpp"
#include "cli/continued_run.hpp"
#include "cli/messages.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/plant/scenario_file.hpp"
#include "takt/io/store/twin_file.hpp"
#include "takt/study/scenario_plan.hpp"

namespace takt::cli {
namespace {

/// Where the futures begin; the twin too, if it is one's present.
struct Beginning {
  std::optional<Twin> twin;
  Present present;
};

Beginning beginning_of(const StudyWishes& wishes) {
  if (!wishes.from) {
    if (!wishes.plant) throw WrongUsage("study begins with a PLANT, or --from a checkpoint");
    return {std::nullopt, Present::of(compile(io::load_plant(*wishes.plant)), wishes.seed)};
  }
  io::StoredTwin stored = wishes.plant ? twin_from(*wishes.from, *wishes.plant) : io::load_twin(*wishes.from);
  if (!wishes.plant)
    for (const std::string& note : stored.notes) say(wishes.from->string() + ": " + note);
  Present present = stored.twin.now(wishes.seed);
  return {std::move(stored.twin), std::move(present)};
}

/// All scenarios with what is set for all of them.
class Scenarios {
 public:
  Scenarios(const StudyWishes& wishes, const Present& present) : wishes_(wishes) {
    base_.name = "as is";
    base_.numbers = wishes.numbers;
    take_counts(base_, present.model->plant, faults_);
    if (faults_.empty() && base_.plant)
      model_ = std::make_shared<const Model>(compile(*base_.plant, present.model->options));
    else
      model_ = present.model;
  }

  std::vector<Scenario> all() && {
    std::vector<Scenario> scenarios;
    if (wishes_.scenarios)
      for (Scenario& each :
           gather([&] { return io::load_scenarios(*wishes_.scenarios, *model_, {}, plant_file(wishes_).string()); }))
        scenarios.push_back(whole(std::move(each)));
    for (ScenarioPlan& each : gather([&] { return sweep(wishes_.axes, design()); })) {
      take_counts(each, model_->plant, faults_);
      for (Scenario& made : gather([&] { return std::vector{compiled(each, model_->options)}; }))
        scenarios.push_back(whole(std::move(made)));
    }
    if (!wishes_.scenarios && wishes_.axes.empty()) scenarios.push_back(whole({base_.name, {}, nullptr}));
    if (!faults_.empty()) throw InvalidInput(std::move(faults_));
    return scenarios;
  }

 private:
  Design design() const {
    const auto kind = wishes_.design == "grid"   ? Design::Kind::grid
                      : wishes_.design == "list" ? Design::Kind::list
                                                 : Design::Kind::latin_hypercube;
    return {kind, wishes_.points, wishes_.seed};
  }
  /// With what is set for all; its numbers are looked at here, so that what is wrong with them comes with the rest.
  Scenario whole(Scenario scenario) {
    scenario.numbers.insert(scenario.numbers.begin(), base_.numbers.begin(), base_.numbers.end());
    if (!scenario.model && base_.plant) scenario.model = model_;
    const Model& model = scenario.model ? *scenario.model : *model_;
    try {
      Parameters numbers = model.defaults;
      set_numbers(model, numbers, scenario.numbers);
    } catch (const InvalidInput& error) {
      for (const Fault& fault : error.faults()) faults_.push_back(with_counts(fault, model.plant));
    }
    return scenario;
  }
  /// What `make` gives, or nothing with its faults kept.
  template <class Make>
  auto gather(Make make) -> decltype(make()) {
    try {
      return make();
    } catch (const InvalidInput& error) {
      faults_.insert(faults_.end(), error.faults().begin(), error.faults().end());
    }
    return {};
  }

  const StudyWishes& wishes_;
  ScenarioPlan base_;
  std::shared_ptr<const Model> model_;  // that scenarios change: the present's with the counts set for all
  std::vector<Fault> faults_;
};

/// The base comes first, as results are compared with their first scenario.
void put_first(std::vector<Scenario>& scenarios, const std::string& base) {
  const auto it = std::ranges::find(scenarios, base, &Scenario::name);
  if (it == scenarios.end()) {
    std::vector<std::string> names;
    for (const Scenario& each : scenarios) names.push_back(each.name);
    throw InvalidInput(Fault{"--base", base, "a scenario of this study", nearest_name(base, names), "", 0});
  }
  std::rotate(scenarios.begin(), it, it + 1);
}

}  // namespace

Axis read_varied(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
    throw InvalidInput(Fault{.value = '"' + text + '"',
                             .expected = "PATH=VALUES such as \"/acme/filling/line_1/filler/cycle_time=9 s,10 s\" or "
                                         "\".../cycle_time=range(8 s, 12 s, 5)\""});
  return read_axis(text.substr(0, equals), text.substr(equals + 1));
}

std::filesystem::path plant_file(const StudyWishes& wishes) {
  return wishes.plant ? *wishes.plant : wishes.from.value_or(std::filesystem::path());
}

std::string make_plan(const StudyWishes& wishes) {
  if (wishes.points > 0 && wishes.design != "lhs") throw WrongUsage("--points goes with --design lhs");
  const Beginning beginning = beginning_of(wishes);
  std::vector<Scenario> scenarios =
      naming_plant(plant_file(wishes), [&] { return Scenarios(wishes, beginning.present).all(); });
  if (wishes.base) put_first(scenarios, *wishes.base);
  Study study(beginning.present, wishes.study);
  for (Scenario& each : scenarios) study.add(std::move(each));
  const PreparedStudy check(study);  // says what is wrong before anything is written
  return io::plan_bytes(beginning.twin ? io::plan_of(study, *beginning.twin) : io::plan_of(study));
}

}  // namespace takt::cli
