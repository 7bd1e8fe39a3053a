// SPDX-License-Identifier: Apache-2.0
// The event loop on the works W1, W2 and W4 of benchmarks/reference/README.md. Throughput is per unit of mean service
// (W1) or cycle time (W2, W4), to be held against the known values.
#include <benchmark/benchmark.h>

#include <ctime>

#include "takt/engine/advance.hpp"
#include "takt/kpi/kpis.hpp"
#include "works.hpp"

namespace {

using namespace std::chrono_literals;

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
  const takt::Model model = takt::compile(works::w1(), {.part_identity = true, .method = method});
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
  const takt::Model model = takt::compile(works::w2(), {.part_identity = true, .method = method});
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

/// Many lines of W2 side by side, counts only; about two million events an iteration, and a thousand
/// seconds at least, so that the first ones, in which the lines fill, are not all there is.
void w4(benchmark::State& bench) {
  const takt::Model model = takt::compile(works::w4(bench.range(0)), {.method = takt::Method::event_loop});
  run_observed(bench, model, std::max(1000s, std::chrono::seconds(3'200'000 / bench.range(0))), "ns_per_event", false);
}
BENCHMARK(w4)->Name("W4")->Unit(benchmark::kMillisecond)->Arg(10)->Arg(100)->Arg(1'000)->Arg(10'000)->Iterations(3);
BENCHMARK(w4)->Name("W4")->Unit(benchmark::kMillisecond)->Arg(100'000)->Arg(1'000'000)->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
