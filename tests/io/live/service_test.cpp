// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/service.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "engine/plants.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using Status = MergeReport::Status;

WallClock::Instant now() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

/// A controller that a test plays: it puts what it is told to, and answers when it is asked for everything.
class Controller : public SnapshotSource {
 public:
  explicit Controller(std::string fault = {}) : fault_(std::move(fault)) {}
  const std::string& name() const override { return name_; }
  void start(Inbox& inbox) override {
    if (!fault_.empty()) throw InvalidInput(Fault{.value = fault_, .expected = "what can work"});
    inbox_ = &inbox;
  }
  void stop() override { inbox_ = nullptr; }
  void ask_for_everything(const std::string& source) override {
    if (source == "plc") put(3, true);
  }
  void put(std::uint64_t seq, bool complete = false) {
    EntityReading reading{.path = "/e/w/l/m00"};
    reading.state = "Execute";
    Delivery delivery{.arrival = now(), .source = "plc"};
    delivery.snapshot = {
        .ts = now(), .source = "plc", .seq = seq, .complete = complete, .entities = {std::move(reading)}};
    inbox_.load()->put(std::move(delivery));
  }
  bool is_started() const { return inbox_ != nullptr; }

 private:
  const std::string name_ = "plc";
  std::string fault_;
  std::atomic<Inbox*> inbox_ = nullptr;
};

LiveTwin twin() {
  LiveOptions options;
  options.ingest.lateness = options.ingest.reorder = Duration{10ms};
  options.ingest.idle = Duration{50ms};  // a message that nothing follows does not wait for long
  return LiveTwin(test::serial_line({test::machine_with(Distribution::constant(10.0))}, {}), options);
}

/// A service that runs beside the test.
class Running {
 public:
  explicit Running(ServiceOptions options = {}) {
    auto made = std::make_unique<Controller>();
    controller = made.get();
    std::vector<std::unique_ptr<SnapshotSource>> sources;
    sources.push_back(std::move(made));
    service = std::make_unique<LiveService>(twin(), std::move(sources), std::move(options));
    thread = std::jthread([this](const std::stop_token& stop) { service->run(stop); });
    while (!service->is_running()) std::this_thread::sleep_for(1ms);
  }
  bool wait(const std::function<bool(const LiveTwin&)>& holds) const {
    for (int i = 0; i < 5000; ++i) {
      bool is_so = false;
      service->look([&](const LiveTwin& twin) { is_so = holds(twin); });
      if (is_so) return true;
      std::this_thread::sleep_for(2ms);
    }
    return false;
  }

  Controller* controller = nullptr;
  std::unique_ptr<LiveService> service;
  std::jthread thread;  // last: it ends before the rest goes
};

TEST(LiveService, AsksItsSourcesForWhatIsMissing) {
  Running running;
  running.controller->put(0, true);
  running.controller->put(2);
  EXPECT_TRUE(running.wait([](const LiveTwin& twin) {
    return twin.ingest().counts().missing == 1 && twin.verdict().trust == Trust::valid;
  })) << "the controller was asked, and has answered";
}

TEST(LiveService, MergesAtItsEndWhatHadCome) {
  LiveCounts counts;
  {
    Running running({.passed = [&counts](const LiveTwin& twin) { counts = twin.counts(); }, .tick = 1s});
    for (std::uint64_t i = 0; i < 500; ++i) running.controller->put(i, i == 0);
  }
  EXPECT_EQ(counts.of(Status::applied), 500U);
}

TEST(LiveService, CommandsNothingOnceItsSourcesAreStopped) {
  std::atomic<const Controller*> controller = nullptr;
  const auto is_started = [&controller] { return controller == nullptr || controller.load()->is_started(); };
  int acts = 0, acts_after = 0, taken_after = 0;
  {
    Running running({.take =
                         [&](LiveTwin& live, Delivery& delivery) {  // has no room until then
                           if (is_started()) return false;
                           ++taken_after;
                           return live.take(delivery);
                         },
                     .act = [&](LiveTwin&, WallClock::Instant) { ++(is_started() ? acts : acts_after); }});
    controller = running.controller;
    running.controller->put(0, true);
    running.wait([&acts](const LiveTwin&) { return acts > 1; });
  }
  EXPECT_GT(acts, 1);
  EXPECT_GT(taken_after, 0) << "what had come is merged";
  EXPECT_EQ(acts_after, 0);
}

TEST(LiveService, TellsTheFaultsOfAllSourcesBeforeItBegins) {
  std::vector<std::unique_ptr<SnapshotSource>> sources;
  auto good = std::make_unique<Controller>();
  const Controller* const started = good.get();
  sources.push_back(std::make_unique<Controller>("no file"));
  sources.push_back(std::move(good));
  sources.push_back(std::make_unique<Controller>("no host"));
  LiveService service(twin(), std::move(sources));
  try {
    service.run({});
    FAIL();
  } catch (const InvalidInput& error) {
    ASSERT_EQ(error.faults().size(), 2U);
    EXPECT_EQ(error.faults()[1].value, "no host");
  }
  EXPECT_FALSE(started->is_started()) << "those that had begun are stopped";
}

TEST(LiveService, TellsThatNothingCanBeWrittenDown) {
  std::atomic<bool> is_full = true;
  Running running({.keep = [&is_full](const Delivery&) {
    if (is_full) throw WriteError("no space left");
  }});
  EXPECT_THROW(running.controller->put(0, true), WriteError);
  EXPECT_EQ(running.service->keep_trouble(), "no space left");
  is_full = false;
  running.controller->put(0, true);
  EXPECT_EQ(running.service->keep_trouble(), "");
  EXPECT_TRUE(running.wait([](const LiveTwin& twin) { return twin.counts().of(Status::applied) == 1; }));
}

TEST(LiveService, ForecastsBesideTheTwin) {
  std::atomic<int> made = 0;
  ServiceOptions options;
  options.forecast_every = 5ms;
  options.forecast = {.horizon = 1h, .replications = 3, .threads = 1};
  options.forecasted = [&made](const LiveForecast&) { ++made; };
  Running running(std::move(options));
  EXPECT_EQ(running.service->forecast(), nullptr);
  running.controller->put(0, true);
  EXPECT_TRUE(running.wait([&made](const LiveTwin&) { return made >= 2; }));
  const auto forecast = running.service->forecast();
  ASSERT_NE(forecast, nullptr);
  // One machine, 10 s a part, never short of parts: by hand.
  const std::size_t parts = forecast->result.kpi_index("/", "parts_out");
  EXPECT_NEAR(forecast->result.summary(0, parts).mean, 360.0, 1.0);
  EXPECT_EQ(forecast->verdict.stage, TwinStage::synchronised);
}

}  // namespace
}  // namespace takt::io
