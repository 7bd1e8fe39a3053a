// SPDX-License-Identifier: Apache-2.0
// Forecasts of a real CNC cell from its streams: when the running operation ends, how many will be completed. See
// README.md.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "history.hpp"
#include "replay.hpp"
#include "takt/core/error.hpp"
#include "takt/core/statistics.hpp"

namespace {

namespace fs = std::filesystem;

constexpr const char* kUsage = R"(usage:
  backtest --data DIR [--held DIR] --points FILE --out FILE [--threads N]
      forecasts every point of the list from what was recorded before it
  backtest --speed FILE...
      observations a CPU second, from lines in memory (plain text) to operations, and to what is learnt from them
cell.json and mapping.json are read from beside the program, or from --cell DIR given first.
)";
constexpr const char* kSet = "nist_mtc_parts";

struct Arguments {
  fs::path cell;  ///< empty: where the program lies
  fs::path data, held, points, out;
  unsigned threads = 0;
  std::vector<fs::path> speed;
};

std::optional<Arguments> read_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (words[i] == "--speed") {
      arguments.speed.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      if (arguments.speed.empty()) return std::nullopt;
      return arguments;
    }
    if (i + 1 == words.size()) return std::nullopt;
    const std::string& value = words[i + 1];
    if (words[i] == "--threads") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), arguments.threads);
      if (error != std::errc{} || end != value.data() + value.size()) return std::nullopt;
      continue;
    }
    fs::path* const path = words[i] == "--cell"     ? &arguments.cell
                           : words[i] == "--data"   ? &arguments.data
                           : words[i] == "--held"   ? &arguments.held
                           : words[i] == "--points" ? &arguments.points
                           : words[i] == "--out"    ? &arguments.out
                                                    : nullptr;
    if (path == nullptr) return std::nullopt;
    *path = value;
  }
  if (arguments.data.empty() || arguments.points.empty() || arguments.out.empty()) return std::nullopt;
  return arguments;
}

void backtest(const cnc::Cell& cell, const Arguments& arguments) {
  std::vector<fs::path> folders{arguments.data / kSet};
  if (!arguments.held.empty()) folders.push_back(arguments.held / kSet);
  const std::vector<cnc::Point> points = cnc::read_points(arguments.points, kSet);
  cnc::Record record = cnc::open_record(cell, folders);
  cnc::write_forecasts(arguments.out, points, cnc::replay(cell, record, points, arguments.threads));
  for (const takt::Fault& fault : record.faults()) std::cerr << takt::to_text(fault) << '\n';
  std::cerr << record.lines() << " lines read, " << points.size() << " points forecast\n";
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw takt::FileError("cannot open '" + file.string() + "'");
  return {std::istreambuf_iterator<char>(in), {}};
}

cnc::Record record_of(const cnc::Cell& cell, const std::vector<fs::path>& files) {
  cnc::Record record;
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    const std::size_t machine = cell.machine(name.substr(0, name.find_first_of("_.")));
    record.add(takt::io::StreamReader::from_text(text_of(file), name), cell.machines[machine].mapping, machine);
  }
  return record;
}

/// Observations a second of processor time, the median of a few rounds through the record.
template <class Observe>
std::uint64_t rate_of(const cnc::Cell& cell, const std::vector<fs::path>& files, Observe begin_round) {
  constexpr int kRounds = 5;
  std::vector<double> rates;
  for (int round = 0; round < kRounds; ++round) {
    cnc::Record record = record_of(cell, files);
    auto observe = begin_round();
    std::size_t machine = 0;
    takt::MachineObservation seen;
    const std::clock_t begin = std::clock();
    while (record.next(machine, seen)) observe(machine, seen);
    const double took_s = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    rates.push_back(static_cast<double>(record.lines()) / took_s);
  }
  std::ranges::sort(rates);
  return static_cast<std::uint64_t>(takt::quantile(rates, 0.5));
}

void measure_speed(const cnc::Cell& cell, const std::vector<fs::path>& files) {
  const auto followed = rate_of(cell, files, [&] {
    return [trackers = std::vector<takt::OperationTracker>(cell.machines.size())](
               std::size_t machine, const takt::MachineObservation& seen) mutable { trackers[machine].observe(seen); };
  });
  const auto learnt = rate_of(cell, files, [&] {
    return [history = cnc::History(cell.silences())](
               std::size_t machine, const takt::MachineObservation& seen) mutable { history.observe(machine, seen); };
  });
  std::cout << "observations read, mapped and followed, per CPU second: " << followed << '\n'
            << "the same, with each operation learnt from, per CPU second: " << learnt << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  const auto arguments = read_arguments({argv + 1, argv + argc});
  if (!arguments) {
    std::cerr << kUsage;
    return 2;
  }
  try {
    const cnc::Cell cell =
        cnc::load_cell(arguments->cell.empty() ? fs::read_symlink("/proc/self/exe").parent_path() : arguments->cell);
    if (arguments->speed.empty()) {
      backtest(cell, *arguments);
    } else {
      measure_speed(cell, arguments->speed);
    }
  } catch (const takt::Error& error) {
    std::cerr << error.what() << '\n';
    return 3;
  }
  return 0;
}
