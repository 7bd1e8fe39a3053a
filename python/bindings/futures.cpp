// SPDX-License-Identifier: Apache-2.0
// Room study: scenarios run on all cores, and single futures run again.
#include <pybind11/stl.h>

#include <atomic>
#include <future>
#include <optional>
#include <tuple>

#include "arguments.hpp"
#include "calls.hpp"
#include "rooms.hpp"
#include "simulation.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/results.hpp"
#include "takt/io/store/study_plan.hpp"
#include "takt/study/scenario_plan.hpp"
#include "takt/study/study.hpp"
#include "timeline.hpp"
#include "twin.hpp"

namespace takt::python {
namespace {

/// A study that can be run again, whole or a single future of it. Never changed; threads may share it.
struct Experiment {
  Present present;
  StudyOptions options;
  std::vector<Scenario> scenarios;

  Study study(std::stop_token stop, std::function<void(std::size_t, std::size_t)> progress = {}) const {
    StudyOptions mine = options;
    mine.stop = std::move(stop);
    mine.progress = std::move(progress);
    Study study(present, mine);
    for (const Scenario& scenario : scenarios) study.add(scenario);
    return study;
  }
};

/// A scenario of Python: its name, its plant (none: the present's), its numbers.
using ScenarioOfPython = std::tuple<std::string, std::shared_ptr<Model>, Numbers>;

/// Counts among the numbers ("/acme/filling/line_1/store/capacity") go into plants of the scenarios' own.
void take_counts_of(Experiment& experiment) {
  std::vector<Fault> faults;
  for (Scenario& scenario : experiment.scenarios) {
    const Model& model = scenario.model ? *scenario.model : *experiment.present.model;
    ScenarioPlan plan{scenario.name, scenario.numbers, {}};
    take_counts(plan, model.plant, faults);
    if (faults.empty() && plan.plant) scenario = compiled(plan, model.options);
  }
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

Experiment make_experiment(Present present, const std::vector<ScenarioOfPython>& scenarios, const py::object& horizon,
                           const py::object& warmup, const py::object& replications, bool antithetic,
                           const py::object& threads) {
  Experiment made;
  made.present = std::move(present);
  made.options.horizon = to_duration(horizon, "horizon");
  made.options.warmup = to_duration(warmup, "warmup");
  made.options.replications = static_cast<std::uint32_t>(to_count(replications, "replications", 1, kMostReplications));
  made.options.antithetic = antithetic;
  if (antithetic) made.options.replications += made.options.replications % 2;  // as Study does
  made.options.threads = static_cast<unsigned>(to_count(threads, "threads", 0, kMostThreads));
  std::vector<std::pair<std::string, Numbers>> numbers;
  for (const auto& [name, plant, its_numbers] : scenarios) numbers.emplace_back(name, its_numbers);
  made.scenarios = to_scenarios(numbers);
  for (std::size_t i = 0; i < scenarios.size(); ++i) made.scenarios[i].model = std::get<1>(scenarios[i]);
  take_counts_of(made);
  return made;
}

py::bytes plan_of(const Experiment& experiment, const SharedTwin* twin) {
  std::string bytes;
  {
    std::optional<Turns::Turn> turn;
    if (twin != nullptr) turn = twin->turns.take();
    const py::gil_scoped_release release;
    const Study study = experiment.study({});
    const PreparedStudy check(study);
    bytes = io::plan_bytes(twin == nullptr ? io::plan_of(study) : io::plan_of(study, twin->twin));
  }
  return bytes;
}

/// Works beside the caller, who looks for signals and calls `tell` meanwhile; either may end the work by an exception.
template <class Work, class Tell>
auto run_watched(std::stop_source& stop, Work work, Tell tell) {
  auto running = std::async(std::launch::async, std::move(work));
  try {
    for (;;) {
      bool ready = false;
      {
        const py::gil_scoped_release release;
        ready = running.wait_for(kLook) == std::future_status::ready;
      }
      throw_signals();
      if (ready) break;
      tell();
    }
    auto result = running.get();
    tell();
    return result;
  } catch (...) {
    stop.request_stop();
    const py::gil_scoped_release release;
    if (running.valid()) running.wait();
    throw;
  }
}

io::StoredResults run_experiment(const Experiment& experiment, const py::object& progress) {
  std::stop_source stop;
  std::atomic<std::size_t> done = 0;
  std::size_t told = 0;
  const std::size_t total = std::max<std::size_t>(experiment.scenarios.size(), 1) * experiment.options.replications;
  const Study study = experiment.study(stop.get_token(), [&done](std::size_t now, std::size_t) { done = now; });
  StudyResult result = run_watched(
      stop, [&study] { return study.run(); },
      [&] {
        const std::size_t now = done;
        if (now == told || progress.is_none()) return;
        told = now;
        progress(now, total);
      });
  const py::gil_scoped_release release;
  return {std::move(result), report::provenance_of(experiment.present, experiment.options),
          io::to_json(experiment.present.model->plant)};
}

/// One future again: the simulation where it ended, its outcome, and what happened.
std::tuple<std::unique_ptr<Simulation>, Outcome, std::unique_ptr<Timeline>> replay(const Experiment& experiment,
                                                                                   const std::string& scenario,
                                                                                   const py::object& replication,
                                                                                   const py::object& until) {
  const auto number = static_cast<std::uint32_t>(
      to_count(replication, "replication", 0, experiment.options.replications - std::uint64_t{1}));
  std::optional<Duration> length;
  if (!until.is_none()) length = to_length(until, "until");
  std::stop_source stop;
  const Study study = experiment.study(stop.get_token());
  std::unique_ptr<Timeline> timeline;
  Replay again = run_watched(
      stop,
      [&] {
        return study.replay(
            scenario, number,
            [&timeline](const std::shared_ptr<const Model>& its_model, const State& begin) {
              timeline = std::make_unique<Timeline>(its_model, begin);
            },
            [&timeline](const Event& event) { timeline->gathered.add(event); }, length);
      },
      [] {});
  timeline->end = again.state.now;
  return {std::make_unique<Simulation>(std::move(again.model), std::move(again.parameters), std::move(again.state)),
          std::move(again.outcome), std::move(timeline)};
}

}  // namespace

void bind_futures(py::module_& module) {
  py::class_<Experiment>(module, "Study", "One present and its scenarios, to be run. Never changed.")
      .def(py::init(&make_experiment), py::arg("present"), py::arg("scenarios"), py::arg("horizon"), py::arg("warmup"),
           py::arg("replications"), py::arg("antithetic"), py::arg("threads"))
      .def("run", &run_experiment, py::arg("progress"), "Runs all.")
      .def("plan", &plan_of, py::arg("twin"), "The study as bytes; `twin` is the one whose present it begins with.")
      .def("replay", &replay, py::arg("scenario"), py::arg("replication"), py::arg("until"),
           "One future again, to its end or for `until` from its beginning: the simulation where it ended, its outcome "
           "and its timeline.");
}

}  // namespace takt::python
