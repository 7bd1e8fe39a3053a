// SPDX-License-Identifier: Apache-2.0
// Room sync: twins, and what their merges did.
#include <pybind11/functional.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <limits>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

#include "arguments.hpp"
#include "calls.hpp"
#include "rooms.hpp"
#include "simulation.hpp"
#include "takt/engine/explain.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/sync/twin.hpp"
#include "twin.hpp"

namespace takt::python {
namespace {

const char* name_of(MergeReport::Status status) {
  switch (status) {
    case MergeReport::Status::applied: return "applied";
    case MergeReport::Status::rejected: return "rejected";
    case MergeReport::Status::late: return "late";
    case MergeReport::Status::duplicate: break;
  }
  return "duplicate";
}

std::unique_ptr<SharedTwin> make_twin(const Model& model, const py::object& seed, bool learn,
                                      const py::object& largest_gap, const py::object& particles) {
  const Duration gap = to_length(largest_gap, "largest_gap");
  constexpr std::uint64_t kMostParticles = 1'000'000;
  const auto members = static_cast<std::uint32_t>(to_count(particles, "particles", 0, kMostParticles));
  const std::uint64_t number = to_count(seed, "seed", 0, std::numeric_limits<std::uint64_t>::max());
  const py::gil_scoped_release release;
  return std::make_unique<SharedTwin>(
      Twin(Model(model), {.seed = number, .learn = learn, .largest_gap = gap, .particles = members}));
}

std::unique_ptr<SharedTwin> copy_of(const SharedTwin& live) {
  const auto turn = live.turns.take();
  const py::gil_scoped_release release;
  return std::make_unique<SharedTwin>(live.twin);
}

/// Simulated time in which a twin has at most some 100 000 events, a few milliseconds of real time. By its laws, not by
/// the clock: where a twin that gets stuck stands must not depend on how fast it ran.
Duration stride_of(const Twin& twin) {
  const Model& model = twin.model();
  double events_per_s = 1e-3;
  const auto add = [&](std::uint32_t law, double servers) {
    const double mean = twin.parameters().law(law).mean();
    if (mean > 0.0) events_per_s += servers / mean;
  };
  for (const MachineSpec& machine : model.machines)
    add((machine.flags & kLawByProduct) != 0 ? model.law_of[machine.cycle_law] : machine.cycle_law, machine.servers);
  for (const SourceSpec& source : model.sources)
    if (source.interval_law != kNone) add(source.interval_law, 1.0);
  return std::max(from_seconds(1e5 / events_per_s), Duration{1});
}

/// A signal leaves the twin whole, at an earlier time.
void advance_looking(Twin& twin, Time until, Released& released) {
  const Duration stride = stride_of(twin);
  while (twin.time() < until) {
    twin.advance_to(until - twin.time() > stride ? twin.time() + stride : until);
    released.look();
  }
}

MergeReport apply_looking(Twin& twin, const Snapshot& snapshot, Released& released) {
  if (const std::optional<Time> at = twin.time_of(snapshot)) advance_looking(twin, *at, released);
  return twin.apply(snapshot);
}

MergeReport apply(SharedTwin& live, const Snapshot& snapshot) {
  const auto turn = live.turns.take();
  Released released;
  return apply_looking(live.twin, snapshot, released);
}

/// A snapshot of a replay and what became of it.
struct Replayed {
  WallClock::Instant ts;
  std::string source;
  std::uint64_t epoch, seq;
  MergeReport report;
};

/// As io::read_snapshot_lines, but looks for signals between the lines.
std::vector<io::SnapshotLine> read_snapshot_lines(const std::filesystem::path& file,
                                                  const std::function<void(const Fault&)>& on_fault) {
  Released released;
  const std::string name = file.string();
  std::ifstream lines(file);
  if (!lines) throw FileError("cannot open '" + name + "': " + std::generic_category().message(errno));
  std::vector<io::SnapshotLine> snapshots;
  std::vector<Fault> faults;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    released.look();
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      snapshots.push_back({io::parse_snapshot(line, name, number), number});
    } catch (const InvalidInput& error) {
      if (on_fault)
        std::ranges::for_each(error.faults(), on_fault);
      else
        faults.insert(faults.end(), error.faults().begin(), error.faults().end());
    }
  }
  if (lines.bad()) throw FileError("cannot read '" + name + "': " + std::generic_category().message(errno));
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  return snapshots;
}

/// Applies a line of a file; faults with its entities get their place there.
MergeReport apply_line(Twin& twin, const io::SnapshotLine& read, const std::string& file, Released& released) {
  try {
    return apply_looking(twin, read.snapshot, released);
  } catch (const InvalidInput& error) {
    std::vector<Fault> faults;
    for (const Fault& fault : error.faults()) faults.push_back(io::placed_in_snapshot(fault, file, read.line));
    throw InvalidInput(std::move(faults));
  }
}

/// All of a file or, if an error or a signal comes between, none of it.
std::vector<Replayed> replay(SharedTwin& live, const std::filesystem::path& file,
                             const std::function<void(const Fault&)>& on_fault) {
  const std::vector<io::SnapshotLine> snapshots = read_snapshot_lines(file, on_fault);
  const auto turn = live.turns.take();
  std::vector<Replayed> replayed;
  Released released;
  Twin twin = live.twin;
  for (const io::SnapshotLine& read : snapshots) {
    const Snapshot& snapshot = read.snapshot;
    replayed.push_back(
        {snapshot.ts, snapshot.source, snapshot.epoch, snapshot.seq, apply_line(twin, read, file.string(), released)});
    released.look();
  }
  live.twin = std::move(twin);
  return replayed;
}

void advance_twin(SharedTwin& live, const py::object& duration) {
  const Duration length = to_length(duration, "duration");
  const auto turn = live.turns.take();
  const Time until = after(live.twin.time(), length);
  Released released;
  advance_looking(live.twin, until, released);
}

std::vector<std::tuple<std::string, std::uint64_t, double, double, double>> learnt(const SharedTwin& live) {
  const auto turn = live.turns.take();
  const py::gil_scoped_release release;
  std::vector<std::tuple<std::string, std::uint64_t, double, double, double>> rows;
  for (const Learnt::Row& row : live.twin.learnt().rows())
    rows.emplace_back(row.path, row.observations, row.mean_s, row.low_s, row.high_s);
  return rows;
}

std::vector<std::tuple<std::string, std::string, bool, double, double, double, double, double>> estimates(
    const SharedTwin& live) {
  const auto turn = live.turns.take();
  const py::gil_scoped_release release;
  std::vector<std::tuple<std::string, std::string, bool, double, double, double, double, double>> rows;
  for (const CellEstimate& cell : live.twin.particles().estimates(live.twin.model()))
    rows.emplace_back(cell.path, cell.what, cell.sensed, cell.mean, cell.sd, cell.q05, cell.q50, cell.q95);
  return rows;
}

std::vector<std::tuple<std::string, std::string, double, double, double>> observability(const SharedTwin& live) {
  const auto turn = live.turns.take();
  const py::gil_scoped_release release;
  std::vector<std::tuple<std::string, std::string, double, double, double>> rows;
  for (const SensorGain& gain : live.twin.particles().observability(live.twin.model()))
    rows.emplace_back(gain.path, gain.sensor, gain.sd_before, gain.sd_after, gain.share);
  return rows;
}

void bind_reports(py::module_& module) {
  py::class_<CellChange>(module, "CellChange", "A value of the twin's state that a merge changed.")
      .def_readonly("path", &CellChange::path)
      .def_readonly("what", &CellChange::what, "'state', 'level', 'good', 'scrap', 'worked_s'.")
      .def_readonly("before", &CellChange::before)
      .def_readonly("after", &CellChange::after)
      .def(py::pickle(
          [](const CellChange& change) {
            return py::make_tuple(change.path, change.what, change.before, change.after);
          },
          [](const py::tuple& fields) {
            const auto text = [&fields](std::size_t i) { return fields[i].cast<std::string>(); };
            return CellChange{text(0), text(1), text(2), text(3)};
          }))
      .def("__repr__", [](const CellChange& change) {
        return py::str("CellChange({!r}, {!r}, {!r} -> {!r})")
            .format(change.path, change.what, change.before, change.after);
      });
  py::class_<MergeReport>(module, "MergeReport", "What merging a snapshot did.")
      .def_property_readonly(
          "status", [](const MergeReport& report) { return name_of(report.status); },
          "'applied'; 'rejected', 'late' and 'duplicate' changed nothing.")
      .def_readonly("cells", &MergeReport::cells, "Readings taken over.")
      .def_readonly("corrected", &MergeReport::corrected, "Sensed, and different from the model.")
      .def_readonly("inferred", &MergeReport::inferred, "Not sensed, but follows.")
      .def_readonly("conflicts", &MergeReport::conflicts, "Readings that contradict the plant or each other: left out.")
      .def_readonly("over_runs", &MergeReport::over_runs, "Machines whose work takes longer than its law allows.")
      .def_readonly("log_evidence", &MergeReport::log_evidence, "Sum of log p(observed | the model's forecast).")
      .def(py::pickle(
          [](const MergeReport& report) {
            return py::make_tuple(static_cast<int>(report.status), report.cells, report.corrected, report.inferred,
                                  report.conflicts, report.over_runs, report.log_evidence);
          },
          [](const py::tuple& fields) {
            return MergeReport{static_cast<MergeReport::Status>(fields[0].cast<int>()),
                               fields[1].cast<std::uint32_t>(),
                               fields[2].cast<std::vector<CellChange>>(),
                               fields[3].cast<std::vector<CellChange>>(),
                               fields[4].cast<std::vector<Fault>>(),
                               fields[5].cast<std::vector<std::string>>(),
                               fields[6].cast<double>()};
          }))
      .def("__repr__", [](const MergeReport& report) {
        return py::str("MergeReport(status={!r}, cells={}, corrected={}, inferred={}, conflicts={})")
            .format(name_of(report.status), report.cells, report.corrected.size(), report.inferred.size(),
                    report.conflicts.size());
      });
  py::class_<Replayed>(module, "Replayed", "A snapshot of a replay and what became of it.")
      .def_property_readonly("ts_ns", [](const Replayed& r) { return r.ts.time_since_epoch().count(); })
      .def_readonly("source", &Replayed::source)
      .def_readonly("epoch", &Replayed::epoch)
      .def_readonly("seq", &Replayed::seq)
      .def_readonly("report", &Replayed::report);
}

}  // namespace

void bind_sync(py::module_& module) {
  py::class_<Snapshot>(module, "Snapshot", "What a real plant reports at one moment.")
      .def_readonly("source", &Snapshot::source);
  py::class_<Present>(module, "Present", "Where futures start from.")
      .def_static(
          "of",
          [](const std::shared_ptr<Model>& model, const py::object& seed) {
            const std::uint64_t number = to_count(seed, "seed", 0, std::numeric_limits<std::uint64_t>::max());
            return Present{model, model->defaults, std::nullopt, {}, number};
          },
          py::arg("model"), py::arg("seed"), "A plant about to begin.")
      .def_static(
          "of_simulation",
          [](const Simulation& simulation) {
            const auto turn = simulation.turns.take();
            return Present{simulation.model, simulation.numbers, simulation.state, {}, simulation.state.seed};
          },
          py::arg("simulation"), "A simulation as it stands.")
      .def_readonly("seed", &Present::seed)
      .def_property_readonly("plant_name", [](const Present& present) { return present.model->plant.name; })
      .def_property_readonly("model_hash", [](const Present& present) { return present.model->hash(); });
  bind_reports(module);
  py::class_<SharedTwin>(module, "Twin",
                         "A model, its numbers and a state, kept true. Threads that share one take turns.")
      .def(py::init(&make_twin), py::arg("model"), py::arg("seed"), py::arg("learn"), py::arg("largest_gap"),
           py::arg("particles"))
      .def("copy", &copy_of)
      .def("apply", &apply, py::arg("snapshot"))
      .def("replay", &replay, py::arg("file"), py::arg("on_fault"))
      .def("advance", &advance_twin, py::arg("duration"))
      .def("verdict",
           [](const SharedTwin& live) {
             const auto turn = live.turns.take();
             return live.twin.verdict();
           })
      .def(
          "adopt",
          [](SharedTwin& live) {
            const auto turn = live.turns.take();
            std::vector<std::tuple<std::string, double, double>> rows;
            for (const Adopted& each : live.twin.adopt()) rows.emplace_back(each.path, each.before_s, each.after_s);
            return rows;
          },
          "Path, mean before and after, in seconds.")
      .def("learnt", &learnt, "Path, observations, mean, low and high end of its 90 % interval, in seconds.")
      .def("estimates", &estimates, "Path, what, sensed, mean, sd and the quantiles 5 %, 50 % and 95 %.")
      .def("observability", &observability, "Path, sensor, sd before and after, share.")
      .def("present",
           [](const SharedTwin& live) {
             const auto turn = live.turns.take();
             const py::gil_scoped_release release;
             return live.twin.now();
           })
      .def("machines",
           [](const SharedTwin& live) {
             const auto turn = live.turns.take();
             return machine_columns(live.twin.model(), live.twin.state());
           })
      .def(
          "why",
          [](const SharedTwin& live, const std::string& machine) {
            const auto turn = live.turns.take();
            return why(live.twin.model(), live.twin.state(), live.twin.model().machine(machine));
          },
          py::arg("machine"))
      .def("buffers",
           [](const SharedTwin& live) {
             const auto turn = live.turns.take();
             return buffer_columns(live.twin.model(), live.twin.state());
           })
      .def_property_readonly("time",
                             [](const SharedTwin& live) {
                               const auto turn = live.turns.take();
                               return to_timedelta(live.twin.time().time_since_epoch());
                             })
      .def_property_readonly(
          "now_ns",
          [](const SharedTwin& live) {
            const auto turn = live.turns.take();
            return live.twin.model().plant.clock.to_wall(live.twin.time()).time_since_epoch().count();
          })
      .def_property_readonly("plant", [](const SharedTwin& live) { return live.twin.model().plant; });
}

}  // namespace takt::python
