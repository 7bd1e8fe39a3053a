// SPDX-License-Identifier: Apache-2.0
// Room io/store: studies as bytes, their tasks, and what is put together from them.
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "arguments.hpp"
#include "calls.hpp"
#include "rooms.hpp"
#include "takt/io/store/row_cache.hpp"
#include "takt/io/store/shard.hpp"
#include "takt/io/store/study_plan.hpp"

namespace takt::python {
namespace {

/// Gathers the rows of a plan; its calls take turns.
struct RowCollector {
  RowCollector(std::string_view bytes, const std::optional<std::filesystem::path>& folder)
      : plan(io::prepared(bytes)), collector(std::in_place, plan->study) {
    if (!folder) return;
    cache.emplace(*folder, *plan);
    cache->load(*collector);
  }

  void add(std::string_view bytes) {
    const Rows rows = io::rows_of_bytes(bytes, plan->hash);
    collector.value().add(rows);
    if (cache) cache->add(rows);
  }

  std::shared_ptr<const io::PreparedPlan> plan;
  std::optional<Collector> collector;
  std::optional<io::RowCache> cache;
};

using Ranges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

/// Runs beside the caller, who looks for signals meanwhile.
template <class Work>
void run_interruptibly(Work work) {
  std::stop_source stop;
  auto running = std::async(std::launch::async, [&] { work(stop.get_token()); });
  try {
    for (bool ready = false; !ready; throw_signals()) {
      const py::gil_scoped_release release;
      ready = running.wait_for(kLook) == std::future_status::ready;
    }
  } catch (...) {
    stop.request_stop();
    const py::gil_scoped_release release;
    running.wait();
    throw;
  }
  running.get();
}

py::bytes run_task(const py::bytes& plan, std::uint64_t first, std::uint64_t last) {
  const std::string_view view = plan;
  std::string rows;
  run_interruptibly([&](const std::stop_token& stop) { rows = io::run_task(view, {first, last}, stop); });
  return rows;
}

void run_on_threads(RowCollector& self, unsigned threads) {
  run_interruptibly([&](const std::stop_token& stop) {
    takt::run_on_threads(self.plan->study, self.collector.value().missing(), threads, stop, [&](const Rows& rows) {
      self.collector->add(rows);
      if (self.cache) self.cache->add(rows);
    });
    if (self.cache) self.cache->flush();
  });
}

io::StoredResults take_result(RowCollector& self) {
  if (self.cache) self.cache->flush();
  io::StoredResults results = self.plan->results(std::move(self.collector.value()));
  self.collector.reset();
  return results;
}

}  // namespace

void bind_plan(py::module_& module) {
  module.def("run_task", &run_task, py::arg("plan"), py::arg("first"), py::arg("last"),
             "Runs futures [first, last) of a plan; their rows.");
  module.def(
      "plan_hash", [](const py::bytes& plan) { return io::plan_hash(std::string_view(plan)); }, py::arg("plan"),
      "64 hexadecimal digits that tell one plan from another.");
  py::class_<RowCollector>(module, "Collector", "Puts the rows of a plan together.")
      .def(py::init([](const py::bytes& plan, const std::optional<std::filesystem::path>& cache) {
             const std::string_view view = plan;
             const py::gil_scoped_release release;
             return std::make_unique<RowCollector>(view, cache);
           }),
           py::arg("plan"), py::arg("cache"))
      .def_property_readonly("scenarios",
                             [](const RowCollector& self) {
                               std::vector<std::string> names;
                               for (std::size_t s = 0; s < self.plan->study.scenarios(); ++s)
                                 names.push_back(self.plan->study.setting(s).scenario.name);
                               return names;
                             })
      .def_property_readonly("replications",
                             [](const RowCollector& self) { return self.plan->study.options().replications; })
      .def_property_readonly("futures", [](const RowCollector& self) { return self.plan->study.futures(); })
      .def_property_readonly("done", [](const RowCollector& self) { return self.collector.value().done(); })
      .def(
          "add",
          [](RowCollector& self, const py::bytes& rows) {
            const std::string_view view = rows;
            const py::gil_scoped_release release;
            self.add(view);
          },
          py::arg("rows"), "Takes the rows of a task.")
      .def(
          "missing",
          [](const RowCollector& self) {
            Ranges ranges;
            for (const TaskRange each : self.collector.value().missing()) ranges.emplace_back(each.first, each.last);
            return ranges;
          },
          "Futures [first, last) that have no rows yet.")
      .def("run", &run_on_threads, py::arg("threads"), "Runs what is missing on threads of this process.")
      .def("result", &take_result, "The result; the collector is empty then.",
           py::call_guard<py::gil_scoped_release>());
  module.def(
      "merge_shards", [](const std::vector<std::filesystem::path>& files) { return io::merge_shards(files).results; },
      py::arg("files"), "Puts the shards of a study together.", py::call_guard<py::gil_scoped_release>());
  module.def(
      "save_shard",
      [](const std::filesystem::path& file, const std::string& shard, const py::bytes& plan, const py::bytes& rows) {
        const std::string_view plan_view = plan, rows_view = rows;
        const py::gil_scoped_release release;
        io::save_shard(file, io::parse_shard(shard), plan_view, io::rows_of_bytes(rows_view, io::plan_hash(plan_view)));
      },
      py::arg("file"), py::arg("shard"), py::arg("plan"), py::arg("rows"), "Writes a shard, whole or not at all.");
}

}  // namespace takt::python
