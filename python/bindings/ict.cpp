// SPDX-License-Identifier: Apache-2.0
// Room ict: the cyber side simulated, as JSON for takt/cyber.py.
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <stop_token>
#include <string>

#include "arguments.hpp"
#include "calls.hpp"
#include "rooms.hpp"
#include "takt/ict/simulate.hpp"
#include "takt/report/cyber_tables.hpp"
#include "takt/study/placement.hpp"

namespace takt::python {
namespace {

/// Runs `work` on a thread of its own; a signal asks it to stop, and is thrown when it has.
std::string stoppable(const std::function<std::string(std::stop_token)>& work) {
  std::stop_source stop;
  Released released;
  std::future<std::string> answer = std::async(std::launch::async, work, stop.get_token());
  try {
    while (answer.wait_for(kLook) != std::future_status::ready) released.look();
  } catch (...) {
    stop.request_stop();
    answer.wait();
    throw;
  }
  return answer.get();
}

CyberOptions options_of(const py::handle& horizon, const py::handle& warmup, const py::handle& seed,
                        const py::handle& timeout, const std::string& worker, const std::string& cache) {
  CyberOptions options;
  options.horizon = to_duration(horizon, "horizon");
  options.warmup = to_length(warmup, "warmup");
  options.seed = to_count(seed, "seed", 0, ~std::uint64_t{0});
  options.timeout = to_duration(timeout, "timeout");
  options.worker = worker;
  options.cache = cache;
  return options;
}

std::string ict_json(const Plant& plant, const std::string& placement, const py::object& horizon,
                     const py::object& warmup, const py::object& seed, const py::object& timeout,
                     const std::string& worker, const std::string& cache) {
  CyberOptions options = options_of(horizon, warmup, seed, timeout, worker, cache);
  return stoppable([&](std::stop_token stop) {
    options.stop = std::move(stop);
    const Plant where = placement.empty() ? plant : placed(plant, placement);
    return report::cyber_json(simulate_cyber(where, options), where);
  });
}

std::string placements_json(const Plant& plant, const py::object& study, const py::object& replications,
                            const py::object& threads, const py::object& horizon, const py::object& warmup,
                            const py::object& seed, const py::object& timeout, const std::string& worker,
                            const std::string& cache) {
  PlacementOptions options;
  options.cyber = options_of(horizon, warmup, seed, timeout, worker, cache);
  options.seed = options.cyber.seed;
  options.study.horizon = to_duration(study, "study");
  options.study.replications = static_cast<std::uint32_t>(to_count(replications, "replications", 1, kMostReplications));
  options.study.threads = static_cast<unsigned>(to_count(threads, "threads", 0, kMostThreads));
  return stoppable([&](const std::stop_token& stop) {
    options.cyber.stop = options.study.stop = stop;
    return report::placement_json(compare_placements(plant, options), plant);
  });
}

}  // namespace

void bind_ict(py::module_& module) {
  module.def("ict_json", &ict_json, py::arg("plant"), py::arg("placement"), py::arg("horizon"), py::arg("warmup"),
             py::arg("seed"), py::arg("timeout"), py::arg("worker"), py::arg("cache"), "The cyber side of a plant.");
  module.def("placements_json", &placements_json, py::arg("plant"), py::arg("study"), py::arg("replications"),
             py::arg("threads"), py::arg("horizon"), py::arg("warmup"), py::arg("seed"), py::arg("timeout"),
             py::arg("worker"), py::arg("cache"), "Where analytics could run, compared.");
}

}  // namespace takt::python
