// SPDX-License-Identifier: Apache-2.0
// Every example file, cut at every byte and with every byte changed: a reader takes it or says what is wrong, in little
// time and little memory. What it takes reads back as it was.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>

#include "hostile/memory_meter.hpp"
#include "takt/engine/model.hpp"
#include "takt/io/live/stream.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/plant/scenario_file.hpp"

namespace takt::io {
namespace {

using Clock = std::chrono::steady_clock;

// What a reader may hold at most, and for how long it may think of a file of some kilobytes.
constexpr std::size_t kFixedBytes = std::size_t{2} << 20;  // a stream's block is one of them
constexpr std::size_t kBytesPerByte = 100;
constexpr std::chrono::seconds kLongest{2};

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Each reads a text whole and returns whether it took it; an exception that is no InvalidInput fails the test.
bool read_plant(const std::string& text) {
  const Plant plant = parse_plant(text);
  compile(plant);
  EXPECT_EQ(parse_plant(to_json(plant)), plant);
  return true;
}

bool read_mapping(const std::string& text) {
  parse_mapping(text);
  return true;
}

/// Of the bottling line.
bool read_scenarios(const std::string& text) {
  static const Model model = compile(load_plant("examples/bottling/bottling.json"));
  parse_scenarios(text, model);
  return true;
}

bool read_snapshot_text(const std::string& text) {
  bool all = true;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    try {
      const Snapshot snapshot = parse_snapshot(std::string_view(text).substr(from, end - from));
      EXPECT_EQ(parse_snapshot(to_json(snapshot)), snapshot);
    } catch (const InvalidInput&) {
      all = false;
    }
    from = end + 1;
  }
  return all;
}

bool read_observations(StreamReader reader) {
  std::uint64_t observations = 0;
  for (Observation observation{}; reader.next(observation);) {
    ++observations;
    EXPECT_LT(observation.item, reader.items().size());
  }
  EXPECT_LE(observations + reader.bad_lines(), reader.lines());
  return reader.faults().empty();
}

bool read_stream(const std::string& text) { return read_observations(StreamReader::from_text(text)); }

bool read_stream_file(const std::string& text) {
  const auto file = std::filesystem::path(testing::TempDir()) /
                    ("cut_and_flip_stream_" + std::to_string(getpid()));  // tests run side by side
  std::ofstream(file, std::ios::binary) << text;
  const bool whole = read_observations(StreamReader(file));
  std::filesystem::remove(file);
  return whole;
}

struct Example {
  const char* name;
  const char* file;
  bool (*read)(const std::string&);
};
void PrintTo(const Example& example, std::ostream* out) { *out << example.file; }

class EveryExample : public testing::TestWithParam<Example> {
 protected:
  void read(const std::string& text) {
    const auto began = Clock::now();
    const test::MemoryMeter meter;
    bool taken = false;
    try {
      taken = GetParam().read(text);
    } catch (const InvalidInput& error) {
      EXPECT_FALSE(error.faults().empty());
    }
    most_memory_ = std::max(most_memory_, meter.peak());
    longest_ = std::max(longest_, Clock::now() - began);
    ++count_;
    taken_ += taken ? 1 : 0;
  }

  void report(const char* what) {
    const std::string text = bytes_of(GetParam().file);
    std::cout << count_ << " texts " << what << ", " << taken_ << " taken, at most " << most_memory_ << " bytes, "
              << std::chrono::duration<double, std::milli>(longest_).count() << " ms\n";
    EXPECT_LE(most_memory_, kFixedBytes + kBytesPerByte * text.size());
    EXPECT_LE(longest_, kLongest);
    EXPECT_GT(count_, 100U);
  }

  std::size_t count_ = 0, taken_ = 0, most_memory_ = 0;
  Clock::duration longest_{};
};

TEST_P(EveryExample, IsTaken) { EXPECT_TRUE(GetParam().read(bytes_of(GetParam().file))); }

TEST_P(EveryExample, CutAnywhereIsTakenOrRefused) {
  const std::string text = bytes_of(GetParam().file);
  for (std::size_t size = 0; size < text.size(); ++size) read(text.substr(0, size));
  report("cut");
}

TEST_P(EveryExample, WithAnyByteChangedIsTakenOrRefused) {
  std::string text = bytes_of(GetParam().file);
  for (char& c : text) {
    for (const unsigned change : {0x01U, 0x20U, 0x80U}) {
      const char before = c;
      c = static_cast<char>(static_cast<unsigned char>(c) ^ change);
      read(text);
      c = before;
    }
  }
  report("with a byte changed");
}

INSTANTIATE_TEST_SUITE_P(All, EveryExample,
                         testing::Values(Example{"bottling", "examples/bottling/bottling.json", read_plant},
                                         Example{"cnc_cell", "examples/cnc_cell/cell.json", read_plant},
                                         Example{"control_loop", "examples/control_loop/plant.json", read_plant},
                                         Example{"retrofit_cells", "examples/retrofit_cells/cells.json", read_plant},
                                         Example{"bottling_log", "examples/bottling_log/line.json", read_plant},
                                         Example{"edge_or_cloud", "examples/edge_or_cloud/plant.json", read_plant},
                                         Example{"scenarios", "examples/bottling/scenarios.json", read_scenarios},
                                         Example{"python_bottling", "python/tests/data/bottling.json", read_plant},
                                         Example{"whole_plant", "tests/hostile/good/plant.json", read_plant},
                                         Example{"laws", "tests/hostile/good/laws.json", read_plant},
                                         Example{"mapping", "examples/cnc_cell/mapping.json", read_mapping},
                                         Example{"shift", "python/tests/data/shift.jsonl", read_snapshot_text},
                                         Example{"snapshots", "tests/hostile/good/snapshots.jsonl", read_snapshot_text},
                                         Example{"stream", "tests/hostile/good/mill.txt", read_stream},
                                         Example{"stream_file", "tests/hostile/good/mill.txt", read_stream_file},
                                         Example{"gzip", "tests/hostile/good/mill.txt.gz", read_stream_file}),
                         [](const auto& example) { return std::string(example.param.name); });

// A new example has to be cut and flipped too.
TEST(Examples, AreAllInTheList) {
  std::size_t found = 0;
  for (const char* folder : {"examples", "python/tests/data"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const auto extension = entry.path().extension();
      found += extension == ".json" || extension == ".jsonl" ? 1 : 0;
    }
  }
  EXPECT_EQ(found, 10U);
}

}  // namespace
}  // namespace takt::io
