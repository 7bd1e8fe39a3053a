// SPDX-License-Identifier: Apache-2.0
// Stands in for the real plant. It runs the same line with numbers of its own, which the plant file does not know: a
// slower filler, a capper that jams more often, failures of other laws. What its sensors would have reported during the
// early shift, every minute, is written as takt-snapshot/1 lines; the numbers themselves go to a file that only the
// test of this example reads.
//
//   bottling_truth bottling.json FOLDER      writes FOLDER/shift.jsonl and FOLDER/truth.json
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "takt/engine/advance.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace {

using namespace std::chrono_literals;
using takt::Distribution;
using takt::Time;

constexpr takt::Duration kShift = 8h, kReportEvery = 60s;

struct TrueLaw {
  const char* path;
  Distribution law;  // seconds
};

const std::vector<TrueLaw>& true_laws() {
  static const std::vector<TrueLaw> laws = {
      {"/acme/filling/line_1/depalletiser/cycle_time", Distribution::gamma(9.5, 0.3)},
      {"/acme/filling/line_1/depalletiser/failure/time_to_failure", Distribution::exponential(100 * 60.0)},
      {"/acme/filling/line_1/rinser/cycle_time", Distribution::lognormal(9.7, 0.1)},
      {"/acme/filling/line_1/filler/cycle_time", Distribution::lognormal(12.4, 0.08)},
      {"/acme/filling/line_1/filler/failure/time_to_failure", Distribution::weibull(70 * 60.0, 1.5)},
      {"/acme/filling/line_1/filler/failure/time_to_repair", Distribution::gamma(6 * 60.0, 0.5)},
      {"/acme/filling/line_1/capper/cycle_time", Distribution::lognormal(10.3, 0.07)},
      {"/acme/filling/line_1/capper/failure/time_to_failure", Distribution::exponential(25 * 60.0)},
      {"/acme/filling/line_1/capper/failure/time_to_repair", Distribution::gamma(5 * 60.0, 0.5)},
      {"/acme/packing/line_1/labeller/cycle_time", Distribution::lognormal(10.0, 0.15)},
      {"/acme/packing/line_1/labeller/failure/time_to_failure", Distribution::weibull(80 * 60.0, 1.3)},
      {"/acme/packing/line_1/inspector/cycle_time", Distribution::gamma(8.2, 0.1)},
      {"/acme/packing/line_1/packer/cycle_time", Distribution::gamma(10.7, 0.2)},
      {"/acme/packing/line_1/packer/failure/time_to_failure", Distribution::exponential(110 * 60.0)},
  };
  return laws;
}

/// What each machine tells its controller. Whoever is not listed tells nothing.
struct Sensors {
  const char* name;
  bool state;
  bool presence;  // whether a part is on the machine
  bool worked;    // and for how long it has been worked on
  bool counters;
  bool cycle_time;  // of the last operation
};
constexpr Sensors kSensors[] = {
    {"depalletiser", true, true, true, true, true}, {"rinser", true, true, false, true, true},
    {"filler", true, true, true, true, true},       {"capper", true, true, true, true, true},
    {"labeller", true, true, true, true, true},     {"inspector", false, false, false, true, false},
    {"packer", true, true, false, true, true},      {"palletiser", true, false, false, false, false},
};
constexpr const char* kSensedBuffers[] = {"bottles", "filled", "capped", "packed"};

/// PackML by name.
std::string packml(takt::Mode mode) {
  if (mode.condition == takt::Condition::off_shift) return "Idle";
  if (mode.condition != takt::Condition::up) return "Aborted";
  const bool works = mode.activity == takt::Activity::working || mode.activity == takt::Activity::setup;
  return works ? "Execute" : "Suspended";
}

/// What a machine's controller notes between two reports.
class MachineLog {
 public:
  void mode(takt::Mode from, takt::Mode to, Time t) {
    if (works(from)) worked_ += t - working_from_;
    if (works(to)) working_from_ = t;
    if (packml(from) != packml(to)) since_ = t;
    mode_ = to;
  }
  void load(Time t) {
    ++in_;
    worked_ = takt::Duration{0};
    working_from_ = t;
  }
  void complete(Time t) {
    ++done_;
    last_cycle_ = worked(t);
  }
  void scrap() { ++scrap_; }
  void reset() {
    in_ = done_ = scrap_ = 0;
    ++reset_epoch_;
  }

  /// What the sensors see of it; a cycle time is told once.
  takt::EntityReading read(const std::string& path, const Sensors& sensors, const takt::WallClock& clock, Time now) {
    takt::EntityReading reading;
    reading.path = path;
    if (sensors.state) {
      reading.state = packml(mode_);
      reading.state_since = clock.to_wall(since_);
    }
    if (sensors.presence) reading.in_process.emplace();
    if (sensors.presence && mode_.activity != takt::Activity::starved) {
      const bool tells_work = sensors.worked && mode_.activity == takt::Activity::working;
      reading.in_process->emplace_back().worked_s =
          tells_work ? std::optional(takt::to_seconds(worked(now))) : std::nullopt;
    }
    if (sensors.counters) reading.counters = {in_, done_ - scrap_, scrap_, reset_epoch_};
    if (sensors.cycle_time && last_cycle_) reading.cycle_time_last_s = takt::to_seconds(*last_cycle_);
    last_cycle_.reset();
    return reading;
  }

 private:
  static bool works(takt::Mode mode) {
    return mode.condition == takt::Condition::up && mode.activity == takt::Activity::working;
  }
  takt::Duration worked(Time t) const { return worked_ + (works(mode_) ? t - working_from_ : takt::Duration{0}); }

  takt::Mode mode_;
  Time since_{}, working_from_{};
  takt::Duration worked_{0};
  std::optional<takt::Duration> last_cycle_;
  std::uint64_t in_ = 0, done_ = 0, scrap_ = 0, reset_epoch_ = 0;
};

/// The plant behind the sensors.
class RealPlant {
 public:
  explicit RealPlant(takt::Model model)
      : model_(std::move(model)), numbers_(model_.defaults), logs_(model_.machines.size()) {
    for (const TrueLaw& law : true_laws()) takt::set_law(model_, numbers_, law.path, law.law);
    state_ = takt::start(model_, numbers_, 4);
    note_beginning();
  }

  void run_until(Time t) {
    takt::advance(model_, numbers_, state_, t, [this](const takt::Event& event) { note(event); });
  }

  /// What a controller reports of the equipment it owns.
  takt::Snapshot report(const std::string& workshop, std::uint64_t epoch, std::uint64_t seq) {
    const takt::WallClock& clock = model_.plant.clock;
    const std::string base = "/acme/" + workshop + "/line_1/";
    takt::Snapshot snapshot;
    snapshot.ts = clock.to_wall(state_.now);
    snapshot.source = workshop + "_plc";
    snapshot.epoch = epoch;
    snapshot.seq = seq;
    for (const Sensors& sensors : kSensors) {
      const std::uint32_t at = model_.entity_at(base + sensors.name);
      if (at == takt::kNone) continue;
      MachineLog& log = logs_[model_.entities[at].index];
      snapshot.entities.push_back(log.read(base + sensors.name, sensors, clock, state_.now));
    }
    const takt::ConstStateView view(model_, state_);
    for (const char* buffer : kSensedBuffers) {
      const std::uint32_t at = model_.entity_at(base + buffer);
      if (at == takt::kNone) continue;
      takt::EntityReading& reading = snapshot.entities.emplace_back();
      reading.path = base + buffer;
      reading.level = view.buffers[model_.entities[at].index].level;
    }
    return snapshot;
  }

  /// A controller restarts: its counters begin at zero.
  void reset_counters(const std::string& workshop) {
    for (std::uint32_t m = 0; m < logs_.size(); ++m)
      if (model_.machine_path(m).starts_with("/acme/" + workshop + "/")) logs_[m].reset();
  }

 private:
  /// Whatever was loaded in the very beginning, before anybody watched.
  void note_beginning() {
    const takt::ConstStateView view(model_, state_);
    for (std::uint32_t m = 0; m < logs_.size(); ++m) {
      const takt::ServerState& server = view.servers[model_.machines[m].first_server];
      if (server.activity == takt::Activity::starved) continue;
      logs_[m].load(Time{});
      logs_[m].mode({}, {view.machines[m].condition(), server.activity}, Time{});
    }
  }

  void note(const takt::Event& event) {
    switch (event.kind) {
      case takt::Event::Kind::mode: logs_[event.index].mode(event.from, event.to, event.time); break;
      case takt::Event::Kind::load: logs_[event.index].load(event.time); break;
      case takt::Event::Kind::complete: logs_[event.index].complete(event.time); break;
      case takt::Event::Kind::scrap: logs_[event.index].scrap(); break;
      default: break;
    }
  }

  takt::Model model_;
  takt::Parameters numbers_;
  takt::State state_;
  std::vector<MachineLog> logs_;
};

/// The lines as they arrive: the network brings some twice, and one long after its time.
std::vector<std::string> report_shift(RealPlant& plant) {
  std::vector<std::string> lines;
  std::string delayed;
  std::map<std::string, std::uint64_t> epoch, seq;
  for (Time t{kReportEvery}; t <= Time{kShift}; t += kReportEvery) {
    plant.run_until(t);
    const auto minute = (t - Time{}) / kReportEvery;
    for (const std::string workshop : {"filling", "packing"}) {
      if (workshop == "packing" && minute == 200) {  // this controller is switched off and on
        plant.reset_counters(workshop);
        ++epoch[workshop];
        seq[workshop] = 0;
      }
      const std::string line = takt::io::to_json(plant.report(workshop, epoch[workshop], seq[workshop]++));
      if (minute == 300 && workshop == "filling") {
        delayed = line;
        continue;
      }
      lines.push_back(line);
      if (minute % 90 == 0) lines.push_back(line);
      if (minute == 301 && workshop == "packing") lines.push_back(delayed);
    }
  }
  return lines;
}

void write_truth(const std::filesystem::path& file) {
  std::ofstream out(file);
  out << "{\n";
  const auto& laws = true_laws();
  for (std::size_t i = 0; i < laws.size(); ++i)
    out << "  \"" << laws[i].path << "\": " << laws[i].law.mean() << (i + 1 < laws.size() ? ",\n" : "\n");
  out << "}\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bottling_truth PLANT FOLDER\n";
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[2];
    std::filesystem::create_directories(folder);
    RealPlant plant(takt::compile(takt::io::load_plant(argv[1])));
    std::ofstream out(folder / "shift.jsonl");
    for (const std::string& line : report_shift(plant)) out << line << "\n";
    write_truth(folder / "truth.json");
    return out ? 0 : 4;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 4;
  }
}
