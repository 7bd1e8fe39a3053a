// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/service.hpp"

#include <algorithm>
#include <condition_variable>
#include <thread>
#include <utility>

#include "io/live/polling_source.hpp"

namespace takt::io {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTurns = 100;

/// What is kept, and what is told when that fails.
Inbox::Keep noting(Inbox::Keep keep, std::mutex& mutex, std::string& trouble) {
  if (!keep) return {};
  return [keep = std::move(keep), &mutex, &trouble](const Delivery& delivery) {
    std::string why;
    try {
      keep(delivery);
    } catch (const std::exception& error) {
      const std::lock_guard lock(mutex);
      trouble = error.what();
      throw;
    }
    const std::lock_guard lock(mutex);
    trouble.clear();
  };
}

}  // namespace

LiveService::LiveService(LiveTwin twin, std::vector<std::unique_ptr<SnapshotSource>> sources, ServiceOptions options)
    : twin_(std::move(twin)),
      sources_(std::move(sources)),
      options_(std::move(options)),
      take_(options_.take ? options_.take : [](LiveTwin& live, Delivery& delivery) { return live.take(delivery); }),
      pass_(options_.pass ? options_.pass : [](LiveTwin& live, WallClock::Instant now) { live.pass(now); }),
      inbox_(options_.inbox, noting(options_.keep, told_mutex_, keep_trouble_)) {}

LiveService::~LiveService() { stop_sources(); }

void LiveService::start_sources() {
  std::vector<Fault> faults;
  for (const auto& source : sources_) {
    try {
      source->start(inbox_);
    } catch (const InvalidInput& error) {
      faults.insert(faults.end(), error.faults().begin(), error.faults().end());
    } catch (const FileError& error) {
      faults.push_back({.path = source->name(), .value = error.what()});
    }
  }
  if (faults.empty()) return;
  stop_sources();
  throw InvalidInput(std::move(faults));
}

void LiveService::stop_sources() {
  for (const auto& source : sources_) source->stop();
}

void LiveService::run(const std::stop_token& stop) {
  start_sources();
  running_ = true;
  {
    std::jthread forecaster;
    if (options_.forecast_every > Duration{0})
      forecaster = std::jthread([this](const std::stop_token& end) { forecast_now_and_then(end); });
    const auto tick =
        std::max(std::chrono::duration_cast<std::chrono::milliseconds>(options_.tick), std::chrono::milliseconds{1});
    std::vector<Delivery> waiting;  // oldest last
    while (!stop.stop_requested()) {
      if (waiting.empty()) {
        waiting = inbox_.take(tick);
        std::ranges::reverse(waiting);
      } else {
        std::this_thread::sleep_for(tick);  // there was no room for them
      }
      take_in(waiting, detail::wall_now(), options_.act);
    }
    // Sources may wait for room in the inbox: they are asked to stop while it is emptied once more.
    stop_sources();
    std::vector<Delivery> rest = inbox_.take(std::chrono::milliseconds{0});
    std::ranges::reverse(rest);
    rest.insert(rest.end(), std::make_move_iterator(waiting.begin()), std::make_move_iterator(waiting.end()));
    while (!rest.empty()) {
      take_in(rest, detail::wall_now(), {});  // nothing is commanded any more: nobody is there to carry it
      const std::lock_guard lock(twin_mutex_);
      if (!rest.empty()) twin_.finish(detail::wall_now());  // makes room
    }
    const std::lock_guard lock(twin_mutex_);
    twin_.finish(detail::wall_now());
    if (options_.passed) options_.passed(twin_);
  }
  running_ = false;
}

void LiveService::take_in(std::vector<Delivery>& waiting, WallClock::Instant now, const Act& act) {
  std::vector<std::string> asked;
  for (int i = 0; looking_ > 0 && i < kTurns; ++i) std::this_thread::yield();  // a mutex knows no turns
  {
    const std::lock_guard lock(twin_mutex_);
    const Trust trust = twin_.verdict().trust;
    const TwinStage stage = twin_.verdict().stage;
    while (!waiting.empty() && take_(twin_, waiting.back())) waiting.pop_back();
    pass_(twin_, now);
    asked = twin_.rebirths();
    if (options_.passed) options_.passed(twin_);
    if (act) act(twin_, now);
    const bool is_changed = twin_.verdict().trust != trust || twin_.verdict().stage != stage;
    if (is_changed && options_.verdict_changed) options_.verdict_changed(twin_);
  }
  ask(asked);
}

/// Which transport carries a source is known to that transport: all are asked.
void LiveService::ask(const std::vector<std::string>& names) {
  for (const std::string& name : names)
    for (const auto& source : sources_) source->ask_for_everything(name);
}

bool LiveService::command(const Command& command, const SnapshotSource::Answered& answered) const {
  return std::ranges::any_of(sources_, [&](const auto& source) { return source->command(command, answered); });
}

// ---- forecasts -----------------------------------------------------------------------------------------------------

void LiveService::forecast_now_and_then(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  constexpr std::chrono::milliseconds kFirst{200};  // until there is something to forecast from
  for (Clock::time_point due = Clock::now(); !stop.stop_requested();) {
    bool is_begun = false;
    look([&is_begun](const LiveTwin& twin) { is_begun = twin.twin() != nullptr; });
    if (is_begun) make_forecast(stop);
    due = std::max(due + (is_begun ? options_.forecast_every : Duration{kFirst}), Clock::now());
    std::unique_lock lock(mutex);
    wake.wait_until(lock, stop, due, [] { return false; });
  }
}

void LiveService::make_forecast(const std::stop_token& stop) {
  const Clock::time_point begin = Clock::now();
  auto made = std::make_shared<LiveForecast>();
  std::string trouble;
  try {
    Present present;
    look([&](const LiveTwin& twin) {
      present = twin.twin()->now();
      made->verdict = twin.verdict();
    });
    StudyOptions study_options = options_.forecast;
    study_options.stop = stop;
    made->from = present.model->plant.clock.to_wall(present.state->now);
    made->provenance = report::provenance_of(present, study_options);
    Study study(std::move(present), std::move(study_options));
    study.add("as is");
    made->result = study.run();
    made->made = detail::wall_now();
    made->took_s = std::chrono::duration<double>(Clock::now() - begin).count();
  } catch (const Interrupted&) {
    return;
  } catch (const std::exception& error) {
    trouble = error.what();
  }
  {
    const std::lock_guard lock(told_mutex_);
    forecast_trouble_ = trouble;
    if (trouble.empty()) forecast_ = made;
  }
  if (trouble.empty() && options_.forecasted) options_.forecasted(*made);
  if (!trouble.empty() && options_.forecast_failed) options_.forecast_failed(trouble);
}

// ---- from other threads --------------------------------------------------------------------------------------------

void LiveService::look(const std::function<void(const LiveTwin&)>& at) const {
  ++looking_;
  {
    const std::lock_guard lock(twin_mutex_);
    --looking_;
    at(twin_);
  }
}

std::shared_ptr<const LiveForecast> LiveService::forecast() const {
  const std::lock_guard lock(told_mutex_);
  return forecast_;
}

std::string LiveService::forecast_trouble() const {
  const std::lock_guard lock(told_mutex_);
  return forecast_trouble_;
}

std::string LiveService::keep_trouble() const {
  const std::lock_guard lock(told_mutex_);
  return keep_trouble_;
}

}  // namespace takt::io
