// SPDX-License-Identifier: Apache-2.0
// The event loop on the works W1, W2 and W4 of benchmarks/reference/README.md. Throughput is per unit of mean service
// (W1) or cycle time (W2, W4), to be held against the known values.
#include <benchmark/benchmark.h>

#include <ctime>
#include <string>

#include "takt/engine/advance.hpp"
#include "takt/kpi/kpis.hpp"
#include "takt/plant/builder.hpp"

namespace {

using namespace std::chrono_literals;

std::string numbered(const char* prefix, int i) { return prefix + std::string(i < 10 ? "0" : "") + std::to_string(i); }

/// One customer a second is served on average; 0.9 a second arrive.
takt::Model queue_of_w1(takt::Method method) {
  takt::PlantBuilder plant("w1");
  auto line = plant.line("e", "w", "l");
  takt::Machine server;
  server.cycle_time.law = takt::Distribution::exponential(1.0);
  line.source("arrivals", {takt::Source::Renewal{takt::Distribution::exponential(1.0 / 0.9), {}}, {}, {}}, {{"queue"}});
  line.buffer("queue", {}, {{"server"}}).machine("server", server, {{"out"}}).sink("out");
  return takt::compile(plant.build(), {.part_identity = true, .method = method});
}

/// Ten machines, nine buffers of ten places, mean cycle 1 s, calendar failures of 100 s up and 10 s down.
void add_line_of_w2(takt::PlantBuilder& plant, const std::string& name) {
  auto line = plant.line("e", "w", name);
  line.source("inlet", {takt::Source::Saturated{}, {}, {}}, {{"m00"}});
  takt::Machine machine;
  machine.cycle_time.law = takt::Distribution::exponential(1.0);
  machine.failure = takt::Failure{takt::Distribution::exponential(100.0),
                                  takt::Distribution::exponential(10.0),
                                  takt::FailureClock::calendar,
                                  "",
                                  {}};
  machine.loads_while_down = true;
  for (int i = 0; i < 10; ++i) {
    line.machine(numbered("m", i), machine, {{i < 9 ? numbered("b", i) : "out"}});
    if (i < 9) line.buffer(numbered("b", i), {10U, 0}, {{numbered("m", i + 1)}});
  }
  line.sink("out");
}

std::size_t bytes(const takt::State& state) {
  return sizeof(takt::State) + state.arena.size() * 8 + state.parts.size() * sizeof(takt::Part);
}

/// Runs a model over `horizon` with the standard KPIs observed, a replication an iteration; sets the counters.
void run_observed(benchmark::State& bench, const takt::Model& model, takt::Duration horizon, const char* per,
                  bool per_part) {
  std::uint32_t replication = 0;
  std::uint64_t events = 0, parts = 0, iterations = 0;
  double seconds = 0.0;
  std::size_t state_bytes = 0;
  for (auto _ : bench) {
    bench.PauseTiming();
    takt::State state = takt::start(model, model.defaults, 1, replication++);
    takt::KpiObserver observer(model, state);
    const takt::Totals before = observer.totals(model, state);
    bench.ResumeTiming();
    const std::clock_t begin = std::clock();  // processor time: what other programs do meanwhile does not count
    events += takt::advance(model, model.defaults, state, takt::Time{horizon}, observer).events;
    seconds += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    bench.PauseTiming();
    const takt::Totals after = observer.totals(model, state);
    benchmark::DoNotOptimize(takt::kpi_values(model, before, after));
    for (const std::uint64_t n : after.sinks) parts += n;
    state_bytes = bytes(state);
    ++iterations;
    bench.ResumeTiming();
  }
  const double lines = model.sinks;
  bench.counters[per] = seconds * 1e9 / static_cast<double>(per_part ? parts : events);
  bench.counters["throughput"] =
      static_cast<double>(parts) / takt::to_seconds(horizon) / lines / static_cast<double>(iterations);
  bench.counters["bytes_per_machine"] = static_cast<double>(state_bytes) / static_cast<double>(model.machines.size());
}

void w1(benchmark::State& bench, takt::Method method) {
  const takt::Model model = queue_of_w1(method);
  run_observed(bench, model, 1'000'000s, "ns_per_customer", true);
}
BENCHMARK_CAPTURE(w1, event_loop, takt::Method::event_loop)
    ->Name("W1/event_loop")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(5);
BENCHMARK_CAPTURE(w1, recursion, takt::Method::fastest)
    ->Name("W1/recursion")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(5);

/// Observed: throughput, work in progress, state shares, buffer means and flow times part by part.
void w2(benchmark::State& bench, takt::Method method) {
  takt::PlantBuilder plant("w2");
  add_line_of_w2(plant, "l");
  const takt::Model model = takt::compile(plant.build(), {.part_identity = true, .method = method});
  run_observed(bench, model, 1'000'000s, "ns_per_event", false);
}
BENCHMARK_CAPTURE(w2, event_loop, takt::Method::event_loop)
    ->Name("W2/event_loop")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(20);
BENCHMARK_CAPTURE(w2, recursion, takt::Method::fastest)
    ->Name("W2/recursion")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(20);

/// Many lines of W2 side by side, counts only; about two million events an iteration.
void w4(benchmark::State& bench) {
  takt::PlantBuilder plant("w4");
  for (std::int64_t i = 0; i < bench.range(0) / 10; ++i) add_line_of_w2(plant, "l" + std::to_string(i));
  const takt::Model model = takt::compile(plant.build(), {.method = takt::Method::event_loop});
  run_observed(bench, model, std::max(100s, std::chrono::seconds(3'200'000 / bench.range(0))), "ns_per_event", false);
}
BENCHMARK(w4)->Name("W4")->Unit(benchmark::kMillisecond)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000)->Iterations(3);
BENCHMARK(w4)->Name("W4")->Unit(benchmark::kMillisecond)->Arg(100'000)->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
