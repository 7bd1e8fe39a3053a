// SPDX-License-Identifier: Apache-2.0
// What the event loops stand on and what stands on them: queues, draws, states copied, forked and put into bytes,
// models made, snapshots merged, streams read, thousands of futures.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <vector>

#include "takt/core/event_queue.hpp"
#include "takt/engine/state_bytes.hpp"
#include "takt/io/live/stream.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/kpi/observer.hpp"
#include "takt/study/study.hpp"
#include "takt/sync/ingest.hpp"
#include "takt/sync/merge.hpp"
#include "works.hpp"

namespace {

using namespace std::chrono_literals;

// ---- queues and draws ----------------------------------------------------------------------------------------------

/// The hold model: the earliest of N pending events is put back an exponential(1) later.
template <class Queue>
void hold(benchmark::State& bench) {
  const auto slots = static_cast<std::uint32_t>(bench.range(0));
  const takt::Distribution law = takt::Distribution::exponential(1.0);
  std::array<takt::Duration, takt::kDrawBlock> times;
  std::uint64_t drawn = 0;
  const auto next_time = [&] {
    if (drawn % takt::kDrawBlock == 0) law.sample_times({1, 0}, drawn, times);
    return times[drawn++ % takt::kDrawBlock];
  };
  Queue queue;
  queue.reset(slots, takt::Time{});
  for (std::uint32_t i = 0; i < slots; ++i) queue.set(i, takt::Time{next_time()}, takt::EventClass::completion);
  constexpr std::uint64_t kRebase = 1'000'000;  // well within the window
  std::uint64_t events = 0;
  for (auto _ : bench) {
    const takt::NextEvent event = queue.next();
    queue.set(event.slot, event.time + next_time(), takt::EventClass::completion);
    if (++events % kRebase == 0) {
      bench.PauseTiming();
      queue.reset(slots, takt::Time{});
      for (std::uint32_t i = 0; i < slots; ++i) queue.set(i, takt::Time{next_time()}, takt::EventClass::completion);
      bench.ResumeTiming();
    }
  }
}
BENCHMARK(hold<takt::ScanQueue>)->Name("W3/scan")->Arg(2)->Arg(11)->Arg(32);
BENCHMARK(hold<takt::TreeQueue>)->Name("W3/tree")->Arg(64)->Arg(1024)->Arg(1'000'000);

takt::Distribution law_of(std::int64_t number) {
  return number == 0 ? takt::Distribution::exponential(1.0) : takt::Distribution::lognormal(1.0, 0.3);
}

void draw_one(benchmark::State& bench) {
  const takt::Distribution law = law_of(bench.range(0));
  std::uint64_t ordinal = 0;
  for (auto _ : bench) {
    takt::Draw draw({7, 1}, ordinal++);
    benchmark::DoNotOptimize(takt::from_seconds(law.sample(draw)));
  }
}
BENCHMARK(draw_one)->Name("draw/one")->ArgName("exponential,lognormal")->Arg(0)->Arg(1);

void draw_block(benchmark::State& bench) {
  const takt::Distribution law = law_of(bench.range(0));
  std::array<takt::Duration, takt::kDrawBlock> times;
  std::uint64_t ordinal = 0;
  for (auto _ : bench) {
    law.sample_times({7, 1}, ordinal, times);
    ordinal += takt::kDrawBlock;
    benchmark::DoNotOptimize(times.data());
  }
  bench.SetItemsProcessed(static_cast<std::int64_t>(ordinal));
}
BENCHMARK(draw_block)->Name("draw/block")->ArgName("exponential,lognormal")->Arg(0)->Arg(1);

// ---- states --------------------------------------------------------------------------------------------------------

/// W2 after a while, with or without part identity.
struct Warm {
  takt::Model model;
  takt::State state;
  explicit Warm(bool identity)
      : model(takt::compile(works::w2(), {.part_identity = identity})), state(takt::start(model, model.defaults)) {
    takt::advance(model, model.defaults, state, takt::Time{1h});
  }
};

void copy(benchmark::State& bench) {
  const Warm warm(bench.range(0) != 0);
  for (auto _ : bench) {
    takt::State state = warm.state;
    benchmark::DoNotOptimize(state.arena.data());
  }
}
BENCHMARK(copy)->Name("state/copy")->ArgName("identity")->Arg(0)->Arg(1);

void fork_again(benchmark::State& bench) {
  const Warm warm(bench.range(0) != 0);
  takt::State state;
  std::uint32_t replication = 0;
  for (auto _ : bench) {
    takt::fork_into(state, warm.model, warm.model.defaults, warm.state, ++replication);
    benchmark::DoNotOptimize(state.arena.data());
  }
}
BENCHMARK(fork_again)->Name("state/fork")->ArgName("identity")->Arg(0)->Arg(1);

void bytes_out(benchmark::State& bench) {
  const takt::Model model = takt::compile(works::w4(bench.range(0)));
  const takt::State state = takt::start(model, model.defaults);
  std::vector<std::byte> bytes;
  takt::to_bytes(model, state, bytes);
  for (auto _ : bench) takt::to_bytes(model, state, bytes);
  bench.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * bench.iterations());
}
BENCHMARK(bytes_out)->Name("state/to_bytes")->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void bytes_in(benchmark::State& bench) {
  const takt::Model model = takt::compile(works::w4(bench.range(0)));
  std::vector<std::byte> bytes;
  takt::to_bytes(model, takt::start(model, model.defaults), bytes);
  takt::State state;
  takt::from_bytes(model, bytes, state);
  for (auto _ : bench) takt::from_bytes(model, bytes, state);
  bench.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * bench.iterations());
}
BENCHMARK(bytes_in)->Name("state/from_bytes")->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// ---- models --------------------------------------------------------------------------------------------------------

void compile_plant(benchmark::State& bench) {
  const takt::Plant plant = works::w4(bench.range(0));
  for (auto _ : bench) {
    bench.PauseTiming();
    auto own = std::make_unique<takt::Plant>(plant);
    std::optional<takt::Model> model;
    bench.ResumeTiming();
    model.emplace(takt::compile(std::move(*own)));
    bench.PauseTiming();
    model.reset();
    own.reset();
    bench.ResumeTiming();
  }
}
BENCHMARK(compile_plant)->Name("compile")->Arg(1000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void parse(benchmark::State& bench) {
  const std::string text = takt::io::to_json(works::w4(bench.range(0)));
  for (auto _ : bench) benchmark::DoNotOptimize(takt::io::parse_plant(text));
  bench.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * bench.iterations());
}
BENCHMARK(parse)->Name("read_json")->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);

// ---- sensors -------------------------------------------------------------------------------------------------------

/// Every mode and counter of W2, each second.
void merge_snapshots(benchmark::State& bench) {
  const takt::Model model = takt::compile(works::w2());
  takt::State plant = takt::start(model, model.defaults, 2), twin = takt::start(model, model.defaults, 3);
  takt::CounterBook book;
  takt::Snapshot snapshot{.source = "plc"};
  takt::Time now{};
  std::uint64_t cells = 0;
  for (auto _ : bench) {
    bench.PauseTiming();
    now += 1s;
    takt::advance(model, model.defaults, plant, now);
    takt::advance(model, model.defaults, twin, now);
    snapshot.ts = model.plant.clock.to_wall(now);
    ++snapshot.seq;
    snapshot.entities.clear();
    const takt::ConstStateView view(model, plant);
    for (std::uint32_t m = 0; m < model.machines.size(); ++m) {
      takt::EntityReading& reading = snapshot.entities.emplace_back();
      reading.path = model.machine_path(m);
      const bool works = view.servers[m].activity == takt::Activity::working;
      reading.state = view.machines[m].down != 0 ? "Aborted" : works ? "Execute" : "Suspended";
      reading.counters.emplace().good = view.machines[m].completions;
    }
    bench.ResumeTiming();
    cells += takt::merge(model, model.defaults, twin, snapshot, book).cells;
  }
  bench.SetItemsProcessed(static_cast<std::int64_t>(cells));
}
BENCHMARK(merge_snapshots)->Name("merge/ten_machines")->Iterations(20'000)->Unit(benchmark::kMicrosecond);

void read_stream(benchmark::State& bench) {
  std::string text;
  constexpr int kLines = 100'000;
  for (int i = 0; i < kLines; ++i) {
    const std::string second = std::to_string(10 + i % 50);
    text += "2026-01-05T06:" + second + ":" + second + ".125Z|mill_" + std::to_string(i % 20) + "|" +
            (i % 3 == 0 ? "ACTIVE" : std::to_string(i)) + "\n";
  }
  for (auto _ : bench) {
    takt::io::StreamReader reader = takt::io::StreamReader::from_text(text);
    takt::io::Observation observation{};
    while (reader.next(observation)) benchmark::DoNotOptimize(observation.value.data());
  }
  bench.SetItemsProcessed(kLines * bench.iterations());
  bench.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * bench.iterations());
}
BENCHMARK(read_stream)->Name("ingest/lines")->Unit(benchmark::kMillisecond);

/// Messages of ten sources, one cell each, in order, moved through reordering and the watermark.
void ingest_messages(benchmark::State& bench) {
  constexpr std::uint64_t kSources = 10;
  constexpr std::uint64_t kMessages = 100'000;
  const takt::Ingest::Instant begin{takt::Duration{1'700'000'000s}};
  std::vector<takt::Snapshot> messages;
  for (std::uint64_t i = 0; i < kMessages; ++i) {
    takt::Snapshot& message = messages.emplace_back();
    message.ts = begin + static_cast<std::int64_t>(i) * 100us;
    message.source = "plc_" + std::to_string(i % kSources);
    message.seq = i / kSources % 256;
    message.complete = i < kSources;
    takt::EntityReading& reading = message.entities.emplace_back();
    reading.path = "/acme/filling/line_1/buffer_1";
    reading.level = 3.0;
  }
  for (auto _ : bench) {
    bench.PauseTiming();
    std::vector<takt::Snapshot> own = messages;
    takt::Ingest ingest;
    std::uint64_t given = 0;
    bench.ResumeTiming();
    for (std::uint64_t i = 0; i < kMessages; ++i) {
      const takt::Ingest::Instant arrival = own[i].ts + 5ms;
      ingest.add(std::move(own[i]), arrival);
      if (i % 100 != 0) continue;
      ingest.tick(arrival);
      while (ingest.next()) ++given;
    }
    while (ingest.next_of_rest()) ++given;
    if (given != kMessages) bench.SkipWithError("not all came out");
  }
  bench.SetItemsProcessed(static_cast<std::int64_t>(kMessages) * bench.iterations());
}
BENCHMARK(ingest_messages)->Name("ingest/messages")->Unit(benchmark::kMillisecond);

// ---- futures -------------------------------------------------------------------------------------------------------

/// The line of W5 as it stands after a day.
takt::Present warm(takt::Method method) {
  takt::Present present = takt::Present::of(takt::compile(works::w5(), {.method = method}));
  present.state = takt::start(*present.model, present.parameters);
  takt::advance(*present.model, present.parameters, *present.state, takt::Time{24h});
  return present;
}

/// W5: a thousand shifts of eight hours from one warm state.
void futures(benchmark::State& bench, takt::Method method, unsigned threads) {
  takt::Study study(warm(method), {.horizon = 8h, .replications = 1000, .threads = threads});
  study.add("as is");
  double throughput = 0.0;
  for (auto _ : bench) {
    const takt::StudyResult result = study.run();
    throughput = result.summary(0, result.kpi_index("/e/w/l", "throughput_per_h")).mean;
  }
  bench.counters["throughput_per_h"] = throughput;
}
BENCHMARK_CAPTURE(futures, two_threads, takt::Method::fastest, 2U)
    ->Name("W5/recursion/two_threads")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(futures, one_thread, takt::Method::fastest, 1U)
    ->Name("W5/recursion/one_thread")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(futures, loop_two_threads, takt::Method::event_loop, 2U)
    ->Name("W5/event_loop/two_threads")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// Twenty speeds of a machine of W5, five hundred shifts each.
void scenarios(benchmark::State& bench) {
  takt::Study study(warm(takt::Method::fastest), {.horizon = 8h, .replications = 500, .threads = 2});
  for (int i = 0; i < 20; ++i)
    study.add("speed " + std::to_string(i)).set("/e/w/l/m10/cycle_time", std::to_string(20 + i) + " s");
  for (auto _ : bench) benchmark::DoNotOptimize(study.run());
}
BENCHMARK(scenarios)->Name("W5/study/two_threads")->UseRealTime()->Unit(benchmark::kMillisecond);

/// Lines of one plant side by side, on some threads.
void components(benchmark::State& bench) {
  const takt::Model model = takt::compile(works::w4(10'000), {.method = takt::Method::event_loop});
  takt::ThreadPool pool(static_cast<unsigned>(bench.range(0)));
  for (auto _ : bench) {
    bench.PauseTiming();
    takt::State state = takt::start(model, model.defaults);
    takt::KpiObserver observer(model, state);
    bench.ResumeTiming();
    takt::advance(model, model.defaults, state, takt::Time{300s}, observer, pool);
  }
}
BENCHMARK(components)
    ->Name("components")
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
