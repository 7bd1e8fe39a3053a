// SPDX-License-Identifier: Apache-2.0
// How fast what is delivered comes to the journal and to the history, in readings a second; every message has ten.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "takt/engine/advance.hpp"
#include "takt/io/store/historian.hpp"
#include "takt/io/store/journal.hpp"
#include "takt/plant/builder.hpp"

namespace takt {
namespace {

constexpr std::uint64_t kReadings = 10;

Plant plant() {
  PlantBuilder builder("line");
  auto line = builder.line("e", "w", "l");
  line.source("inlet", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"m"}});
  line.machine("m", {}, {{"store"}});
  line.sink("store");
  return builder.build();
}

Delivery delivery(std::uint64_t number) {
  const WallClock::Instant at{Duration{std::chrono::milliseconds{1'700'000'000'000 + number}}};
  Delivery made{.arrival = at, .source = "plc"};
  made.snapshot = {.ts = at, .source = "plc", .seq = number};
  for (std::uint64_t i = 0; i < kReadings / 2; ++i) {
    EntityReading& reading = made.snapshot.entities.emplace_back();
    reading.path = "/acme/filling/line_1/machine_" + std::to_string(i);
    reading.state = number % 7 == 0 ? "Held" : "Execute";
    reading.counters = CounterReading{.in = {}, .good = number, .scrap = {}, .reset_epoch = 0};
  }
  return made;
}

std::filesystem::path scratch() {
  const auto folder = std::filesystem::temp_directory_path() / "takt-history-benchmark";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  return folder;
}

void history(benchmark::State& state) {
  const Model model = compile(plant());
  const auto folder = scratch();
  std::uint64_t number = 0;
  {
    io::Historian historian(folder / "line.h5", model);
    for (auto _ : state) {
      ++number;
      historian.message(number, delivery(number));
    }
    historian.flush();  // within the time of the last, however many there were
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(number * kReadings));
  std::filesystem::remove_all(folder);
}
BENCHMARK(history)->Iterations(100'000)->UseRealTime()->MeasureProcessCPUTime();

void journal(benchmark::State& state) {
  const auto folder = scratch();
  io::Journal journal(folder / "line.h5");
  std::uint64_t number = 0;
  for (auto _ : state) {
    journal.put(delivery(++number));
    if (number % 1000 == 0) journal.forget(number);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(number * kReadings));
  std::filesystem::remove_all(folder);
}
BENCHMARK(journal)->Iterations(100'000)->UseRealTime();

}  // namespace
}  // namespace takt

BENCHMARK_MAIN();
