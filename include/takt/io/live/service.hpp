// SPDX-License-Identifier: Apache-2.0
// Runs a live twin: sources deliver into it, time passes by the clock on the wall, and forecasts are made from its
// present beside it.
//
//   takt::io::LiveService service(LiveTwin(plant), std::move(sources), {.forecast_every = 1min});
//   service.run(stop);                          // until it is asked to stop
//   service.look([](const LiveTwin& twin) { ... });   // from any thread meanwhile
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "takt/report/results.hpp"
#include "takt/study/study.hpp"
#include "takt/sync/live_twin.hpp"
#include "takt/sync/source.hpp"

namespace takt::io {

/// What the futures of one present hold, and how far that present could be trusted.
struct LiveForecast {
  WallClock::Instant from{};  ///< the time of the twin
  WallClock::Instant made{};  ///< by the clock on the wall, when it was ready
  Verdict verdict;            ///< of the twin at `from`
  StudyResult result;
  report::Provenance provenance;
  double took_s = 0.0;
};

struct ServiceOptions {
  std::size_t inbox = 10'000;  ///< deliveries that wait; sources are slowed down when there are as many
  Inbox::Keep keep{};          ///< see Inbox
  // In place of LiveTwin::take and pass: for a history that writes down what happens (takt/io/store/live_history.hpp).
  std::function<bool(LiveTwin&, Delivery&)> take{};
  std::function<void(LiveTwin&, WallClock::Instant)> pass{};

  Duration forecast_every{0};  ///< 0: no forecasts
  /// Their horizon and number of replications; one thread unless told otherwise, so that the twin has another.
  StudyOptions forecast{.replications = 200, .threads = 1};

  // Called on the thread of run(), the twin at rest, while nothing else is merged.
  std::function<void(const LiveTwin&)> passed{};              ///< after deliveries were merged, and every `tick`
  std::function<void(LiveTwin&, WallClock::Instant)> act{};   ///< after `passed`, until sources stop: for commands
  std::function<void(const LiveTwin&)> verdict_changed{};     ///< its trust or stage
  std::function<void(const LiveForecast&)> forecasted{};      ///< on the thread of forecasts
  std::function<void(const std::string&)> forecast_failed{};  ///< on that thread too

  Duration tick = std::chrono::milliseconds{50};  ///< time passes at least so often
};

class LiveService {
 public:
  LiveService(LiveTwin twin, std::vector<std::unique_ptr<SnapshotSource>> sources, ServiceOptions options = {});
  ~LiveService();
  LiveService(const LiveService&) = delete;
  LiveService& operator=(const LiveService&) = delete;

  /// Starts the sources and keeps the twin true until it is asked to stop; then stops the sources and merges what they
  /// had delivered. Once only. Throws InvalidInput with what can never work, of all sources at once, and what the
  /// options' functions throw.
  void run(const std::stop_token& stop);

  /// Calls with the twin at rest. Thread-safe; merging waits meanwhile.
  void look(const std::function<void(const LiveTwin&)>& at) const;
  /// The last one; none yet. Thread-safe.
  std::shared_ptr<const LiveForecast> forecast() const;
  /// Why the last forecast failed; empty if it did not. Thread-safe.
  std::string forecast_trouble() const;
  /// Why the last delivery could not be kept; empty if it was. Thread-safe.
  std::string keep_trouble() const;
  bool is_running() const { return running_; }
  /// Hands a command to the source that carries its item; as SnapshotSource::command. Thread-safe once it runs.
  bool command(const Command& command, const SnapshotSource::Answered& answered) const;

 private:
  void start_sources();
  void stop_sources();
  using Act = std::function<void(LiveTwin&, WallClock::Instant)>;
  void take_in(std::vector<Delivery>& waiting, WallClock::Instant now, const Act& act);
  void ask(const std::vector<std::string>& names);
  void forecast_now_and_then(const std::stop_token& stop);
  void make_forecast(const std::stop_token& stop);

  mutable std::mutex twin_mutex_;
  mutable std::atomic<int> looking_ = 0;  ///< threads that wait for it to look
  LiveTwin twin_;
  std::vector<std::unique_ptr<SnapshotSource>> sources_;
  ServiceOptions options_;
  std::function<bool(LiveTwin&, Delivery&)> take_;
  std::function<void(LiveTwin&, WallClock::Instant)> pass_;
  Inbox inbox_;
  std::atomic<bool> running_ = false;
  mutable std::mutex told_mutex_;  ///< of what follows
  std::shared_ptr<const LiveForecast> forecast_;
  std::string forecast_trouble_, keep_trouble_;
};

}  // namespace takt::io
