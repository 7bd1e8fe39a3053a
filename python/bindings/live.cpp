// SPDX-License-Identifier: Apache-2.0
// Room io/live: a service that keeps a twin true, on a thread of its own.
#include <pybind11/stl.h>

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "arguments.hpp"
#include "calls.hpp"
#include "rooms.hpp"
#include "takt/io/live/service.hpp"
#include "takt/io/live/sources_file.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/live_history.hpp"
#include "takt/io/store/results.hpp"
#include "twin.hpp"

namespace takt::python {
namespace {

WallClock::Instant wall() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

/// How often things have happened, for those who wait for the next.
struct News {
  std::uint64_t merged = 0, verdicts = 0, forecasts = 0, ended = 0;
};

struct LiveWishes {
  io::Sources sources;
  LiveOptions twin;
  std::optional<std::string> history;
  io::ServiceOptions service;
};

/// Running from its making until `stop`. Its functions may be called from any thread.
class Live {
 public:
  Live(Plant plant, LiveWishes wishes) : history_(history_of(wishes)) {
    LiveTwin twin =
        history_ ? history_->recover(std::move(plant), wishes.twin) : LiveTwin(std::move(plant), wishes.twin);
    std::vector<std::string> paths;
    for (const Entity& entity : twin.model().entities)
      if (entity.kind <= Entity::Kind::sink) paths.push_back(entity.path);
    plant_json_ = io::to_json(twin.model().plant);
    tell_news(wishes.service);
    service_.emplace(std::move(twin), io::make_sources(wishes.sources, paths), std::move(wishes.service));
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  /// Ends it, with all merged that had come; throws what ended it before.
  void stop() {
    const std::lock_guard once(stop_mutex_);
    if (thread_.joinable()) {
      thread_.request_stop();
      thread_.join();
      if (history_) service_->look([this](const LiveTwin& live) { is_kept_ = history_->close(live); });
      history_.reset();
    }
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    if (!std::exchange(is_kept_, true))
      throw Error("the history cannot be written: what it lacks stays in its journal");
  }

  News news() const {
    const std::lock_guard lock(news_mutex_);
    return news_;
  }
  /// Until one of them is more than in `seen`, or for that long.
  News wait(const News& seen, Duration most) const {
    std::unique_lock lock(news_mutex_);
    happened_.wait_for(lock, most, [&] {
      return news_.merged > seen.merged || news_.verdicts > seen.verdicts || news_.forecasts > seen.forecasts ||
             news_.ended > 0;
    });
    return news_;
  }

  void look(const std::function<void(const LiveTwin&)>& at) const { service_->look(at); }
  std::shared_ptr<const io::LiveForecast> forecast() const { return service_->forecast(); }
  const std::string& plant_json() const { return plant_json_; }
  std::vector<std::string> troubles() const {
    std::vector<std::string> all;
    for (std::string each : {service_->forecast_trouble(), service_->keep_trouble()})
      if (!each.empty()) all.push_back(std::move(each));
    return all;
  }

 private:
  static std::unique_ptr<io::LiveHistory> history_of(const LiveWishes& wishes) {
    return wishes.history ? std::make_unique<io::LiveHistory>(*wishes.history) : nullptr;
  }

  void tell_news(io::ServiceOptions& options) {
    options.passed = [this](const LiveTwin& live) {
      std::uint64_t merged = 0;
      for (const std::uint64_t each : live.counts().merged) merged += each;
      note([merged](News& news) { news.merged = merged; });
    };
    options.verdict_changed = [this](const LiveTwin& live) {
      if (history_) history_->historian().verdict(wall(), live.verdict());
      note([](News& news) { ++news.verdicts; });
    };
    options.forecasted = [this](const io::LiveForecast&) { note([](News& news) { ++news.forecasts; }); };
    if (!history_) return;
    options.keep = history_->keep();
    options.take = [this](LiveTwin& live, Delivery& delivery) { return history_->take(live, delivery); };
    options.pass = [this](LiveTwin& live, WallClock::Instant at) { history_->pass(live, at); };
  }

  template <class Change>
  void note(Change change) {
    {
      const std::lock_guard lock(news_mutex_);
      change(news_);
    }
    happened_.notify_all();
  }

  void run(const std::stop_token& stop) {
    try {
      service_->run(stop);
    } catch (...) {
      failure_ = std::current_exception();
    }
    note([](News& news) { news.ended = 1; });
  }

  std::unique_ptr<io::LiveHistory> history_;
  std::optional<io::LiveService> service_;
  std::string plant_json_;
  mutable std::mutex news_mutex_;
  mutable std::condition_variable happened_;
  News news_;
  std::mutex stop_mutex_;
  bool is_kept_ = true;
  std::exception_ptr failure_;
  std::jthread thread_;  // last, so that it ends before the rest goes
};

std::unique_ptr<Live> make_live(const Model& model, const std::string& sources, const py::object& seed, bool learn,
                                const py::object& largest_gap, const py::object& particles,
                                const std::optional<std::string>& history, const py::object& forecast_every,
                                const py::object& horizon, const py::object& replications, const py::object& threads) {
  LiveWishes wishes;
  constexpr std::uint64_t kMostParticles = 1'000'000;
  wishes.twin.twin = {.seed = to_count(seed, "seed", 0, std::numeric_limits<std::uint64_t>::max()),
                      .learn = learn,
                      .largest_gap = to_length(largest_gap, "largest_gap"),
                      .particles = static_cast<std::uint32_t>(to_count(particles, "particles", 0, kMostParticles))};
  wishes.twin.clock = wall;
  wishes.history = history;
  if (!forecast_every.is_none()) wishes.service.forecast_every = to_length(forecast_every, "forecast_every");
  wishes.service.forecast.horizon = to_length(horizon, "horizon");
  wishes.service.forecast.replications =
      static_cast<std::uint32_t>(to_count(replications, "replications", 1, kMostReplications));
  wishes.service.forecast.threads = static_cast<unsigned>(to_count(threads, "threads", 0, kMostThreads));
  const py::gil_scoped_release release;
  wishes.sources = io::load_sources(sources);
  wishes.twin.ingest = wishes.sources.ingest;
  wishes.twin.blind_after = wishes.sources.blind_after;
  return std::make_unique<Live>(model.plant, std::move(wishes));
}

/// What a look at the twin finds, without the GIL.
template <class Find>
auto found_by(const Live& live, Find find) {
  std::optional<decltype(find(std::declval<const LiveTwin&>()))> found;
  const py::gil_scoped_release release;
  live.look([&](const LiveTwin& twin) { found = find(twin); });
  return std::move(*found);
}

std::unique_ptr<SharedTwin> twin_of(const Live& live) {
  auto twin = found_by(live, [](const LiveTwin& at) { return at.twin() ? std::optional(*at.twin()) : std::nullopt; });
  return twin ? std::make_unique<SharedTwin>(std::move(*twin)) : nullptr;
}

std::string text_of(const Told& told) { return told.source + ": " + to_text(told.fault); }

py::dict account_of(const Live& live) {
  using Status = MergeReport::Status;
  const auto [counts, ingest] =
      found_by(live, [](const LiveTwin& at) { return std::pair(at.counts(), at.ingest().counts()); });
  py::dict account;
  account["messages"] = counts.of(Delivery::Kind::message);
  account["applied"] = counts.of(Status::applied);
  account["duplicate"] = ingest.of(Taken::duplicate) + counts.of(Status::duplicate);
  account["late"] = ingest.of(Taken::late) + counts.of(Status::late);
  account["rejected"] = ingest.of(Taken::rejected) + counts.of(Status::rejected) + counts.stuck;
  account["unreadable"] = counts.of(Delivery::Kind::rejected);
  account["missing"] = ingest.missing;
  account["cells"] = counts.cells;
  account["conflicts"] = counts.conflicts;
  account["unknown_readings"] = counts.unknown_readings;
  return account;
}

/// Source, how it stands, its clock's offset in seconds.
std::vector<std::tuple<std::string, std::string, double>> sources_of(const Live& live) {
  return found_by(live, [](const LiveTwin& at) {
    std::vector<std::tuple<std::string, std::string, double>> rows;
    for (const std::string& source : at.ingest().sources())
      rows.emplace_back(source, std::string(name_of(at.ingest().standing(source))),
                        to_seconds(at.ingest().clock_offset(source)));
    return rows;
  });
}

std::vector<std::string> troubles_of(const Live& live) {
  auto all = found_by(live, [](const LiveTwin& at) {
    std::vector<std::string> texts;
    for (const auto& [source, told] : at.lost()) texts.push_back(text_of(told));
    for (const Told& told : at.last_rejections()) texts.push_back(text_of(told));
    for (const Told& told : at.last_conflicts()) texts.push_back(text_of(told));
    return texts;
  });
  std::ranges::copy(live.troubles(), std::back_inserter(all));
  return all;
}

std::optional<std::pair<io::StoredResults, std::int64_t>> forecast_of(const Live& live) {
  const py::gil_scoped_release release;
  const std::shared_ptr<const io::LiveForecast> last = live.forecast();
  if (last == nullptr) return std::nullopt;
  return std::pair(io::StoredResults{last->result, last->provenance, live.plant_json()},
                   last->from.time_since_epoch().count());
}

using Seen = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, bool>;
Seen as_seen(const News& news) { return {news.merged, news.verdicts, news.forecasts, news.ended > 0}; }

}  // namespace

void bind_live(py::module_& module) {
  py::class_<Live>(module, "Live", "A running service.")
      .def(py::init(&make_live), py::arg("model"), py::arg("sources"), py::arg("seed"), py::arg("learn"),
           py::arg("largest_gap"), py::arg("particles"), py::arg("history"), py::arg("forecast_every"),
           py::arg("horizon"), py::arg("replications"), py::arg("threads"))
      .def("stop", &Live::stop, py::call_guard<py::gil_scoped_release>())
      .def("twin", &twin_of)
      .def("verdict", [](const Live& live) { return found_by(live, [](const LiveTwin& at) { return at.verdict(); }); })
      .def("account", &account_of)
      .def("sources", &sources_of)
      .def("troubles", &troubles_of)
      .def("forecast", &forecast_of, "The last one's results, and the time of the twin in ns; none yet.")
      .def(
          "news", [](const Live& live) { return as_seen(live.news()); },
          "How many messages were merged, how often the verdict changed, forecasts made; whether it has ended.")
      .def(
          "wait",
          [](const Live& live, const Seen& seen, double most_s) {
            const py::gil_scoped_release release;
            return as_seen(
                live.wait({std::get<0>(seen), std::get<1>(seen), std::get<2>(seen), 0}, from_seconds(most_s)));
          },
          py::arg("seen"), py::arg("most_s"), "Until there is more than was seen, or for so many seconds.");
  module.def(
      "seconds_of", [](const py::object& length) { return to_seconds(to_length(length, "timeout")); },
      py::arg("length"), "A length of time in seconds.");
}

}  // namespace takt::python
