// SPDX-License-Identifier: Apache-2.0
#include "cli/sync_live.hpp"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <map>
#include <thread>
#include <utility>

#include "cli/exit_status.hpp"
#include "cli/interrupt.hpp"
#include "cli/live_control.hpp"
#include "cli/live_json.hpp"
#include "cli/messages.hpp"
#include "takt/io/live/service.hpp"
#include "takt/io/live/sources_file.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/live_history.hpp"
#include "takt/report/tables.hpp"

namespace takt::cli {
namespace {

constexpr std::chrono::seconds kGrace{10};  // to merge, forecast no more, and write down

WallClock::Instant now() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

/// Says what changes in a verdict: doubts that come and doubts that go.
class DoubtLog {
 public:
  /// Whether anything has changed.
  bool look(const LiveTwin& twin) {
    const Verdict& verdict = twin.verdict();
    std::map<std::pair<std::string, std::string>, std::string> now;
    for (const Doubt& doubt : verdict.doubts) now[{doubt.check, doubt.about}] = doubt.sentence;
    if (now.size() == told_.size() && std::ranges::equal(now, told_, is_same)) return false;
    for (const auto& [about, sentence] : now) {
      const auto before = told_.find(about);
      if (before == told_.end() || before->second != sentence) say(line(verdict, about.second, sentence));
    }
    for (const auto& [about, sentence] : told_)
      if (!now.contains(about)) say(line(verdict, about.second, "no longer: " + sentence));
    told_ = std::move(now);
    return true;
  }

 private:
  using Entry = std::pair<const std::pair<std::string, std::string>, std::string>;
  /// How long it has been so is no news.
  static bool is_same(const Entry& a, const Entry& b) { return a.first == b.first; }
  static std::string line(const Verdict& verdict, const std::string& about, const std::string& sentence) {
    return fmt::format("{} ({}): {}: {}", takt::name_of(verdict.trust), takt::name_of(verdict.stage), about, sentence);
  }

  std::map<std::pair<std::string, std::string>, std::string> told_;
};

/// Says what was no message, the first ones of a source only.
class RejectionLog {
 public:
  void look(const LiveTwin& twin) {
    const std::uint64_t count = twin.counts().of(Delivery::Kind::rejected);
    const auto& list = twin.last_rejections();
    for (std::uint64_t fresh = std::min<std::uint64_t>(count - seen_, list.size()); fresh > 0; --fresh)
      tell(list, fresh);
    seen_ = count;
  }

 private:
  void tell(const std::deque<Told>& list, std::uint64_t from_end) {
    constexpr std::uint64_t kMost = 20;
    const Told& told = list[list.size() - from_end];
    const std::uint64_t n = ++of_[told.source];
    if (n <= kMost) say(told.source + ": " + to_text(told.fault));
    if (n == kMost) say(told.source + ": further faults are counted, and the last ones shown by /state");
  }

  std::uint64_t seen_ = 0;
  std::map<std::string, std::uint64_t> of_;
};

std::string text_of(const LiveTwin& live) {
  const Model& model = live.model();
  if (live.twin() == nullptr) return fmt::format("{}: nothing came\n", model.plant.name);
  const LiveCounts& counts = live.counts();
  const IngestCounts& ingest = live.ingest().counts();
  using Status = MergeReport::Status;
  std::string text =
      fmt::format("{} at {}\n\n", model.plant.name, to_text(model.plant.clock.to_wall(live.twin()->time())));
  text += fmt::format("messages   {} came: {} merged, {} duplicate, {} late, {} rejected, {} never came\n",
                      counts.of(Delivery::Kind::message), counts.of(Status::applied),
                      ingest.of(Taken::duplicate) + counts.of(Status::duplicate),
                      ingest.of(Taken::late) + counts.of(Status::late),
                      ingest.of(Taken::rejected) + counts.of(Status::rejected) + counts.stuck, ingest.missing);
  text += fmt::format("verdict    {} ({})\n", takt::name_of(live.verdict().trust), takt::name_of(live.verdict().stage));
  for (const Doubt& doubt : live.verdict().doubts) text += fmt::format("  {}: {}\n", doubt.about, doubt.sentence);
  if (!live.twin()->learnt().empty()) text += "\n" + report::learnt_table(live.twin()->learnt(), model);
  return text + "\n" + report::state_table(model, live.twin()->state());
}

/// What is told while the service runs.
struct Tellers {
  DoubtLog doubts;
  RejectionLog rejections;
  std::optional<ControlRoom> control;
  std::optional<LivePublisher> publisher;  ///< it speaks to the control room
  std::atomic<bool> listens = false;       ///< the publisher is there to answer
  std::optional<io::LiveHistory> history;

  void look(const LiveTwin& twin) {
    rejections.look(twin);
    const bool is_news = doubts.look(twin) || !std::exchange(begun_, true);
    if (publisher) {
      if (is_news) publisher->verdict(twin.verdict());
      publisher->say_refused();
      if (control && control->take_news()) publisher->control(control->document());
    }
    if (!history) return;
    if (is_news) history->historian().verdict(now(), twin.verdict());
    if (std::string fault = history->historian().fault(); fault != fault_) {
      say(fault.empty() ? "the history is written again" : "the history cannot be written: " + fault);
      fault_ = std::move(fault);
    }
  }

  /// Of the whole plant.
  void forecast(const io::LiveForecast& forecast) {
    if (publisher) publisher->forecast(forecast);
    if (!history) return;
    const WallClock::Instant about = forecast.from + from_seconds(forecast.provenance.horizon_s);
    for (std::size_t k = 0; k < forecast.result.kpis.size(); ++k) {
      const KpiName& kpi = forecast.result.kpis[k];
      if (kpi.entity != "/") continue;
      const Summary summary = forecast.result.summary(0, k);
      history->historian().forecast({.at = forecast.made,
                                     .about = about,
                                     .path = kpi.entity,
                                     .kpi = kpi.kpi,
                                     .mean = summary.mean,
                                     .q05 = summary.q05,
                                     .q50 = summary.q50,
                                     .q95 = summary.q95});
    }
  }

 private:
  bool begun_ = false;
  std::string fault_;  ///< of the history, as it was said last
};

/// The twin that a history leads to, or one that begins; what was found is said.
LiveTwin begin(Plant plant, const LiveOptions& options, std::optional<io::LiveHistory>& history,
               const LiveTwin::Sink& sink) {
  if (!history) return LiveTwin(std::move(plant), options, sink);
  LiveTwin live = history->recover(std::move(plant), options, sink);
  const io::Recovery& found = history->recovery();
  if (found.last > 0)
    say(fmt::format("goes on after delivery {}: {} from the history, {} from the journal", found.last,
                    found.from_history, found.from_journal));
  for (const std::string& note : found.notes) say(note);
  return live;
}

/// A history that could not be written tries again every second: there may be room by now.
bool close(io::LiveHistory& history, const LiveTwin& live) {
  constexpr int kTries = 8;
  constexpr std::chrono::milliseconds kPause{300};
  for (int i = 0; i < kTries; ++i) {
    if (history.close(live)) return true;
    std::this_thread::sleep_for(kPause);
  }
  return false;
}

io::ServiceOptions service_options(const LiveWishes& wishes, Tellers& tellers) {
  io::ServiceOptions options;
  options.forecast_every = wishes.forecast_every;
  options.forecast.horizon = wishes.horizon;
  options.forecast.replications = wishes.replications;
  options.forecast.threads = wishes.threads;
  options.passed = [&tellers](const LiveTwin& twin) { tellers.look(twin); };
  options.forecasted = [&tellers](const io::LiveForecast& forecast) { tellers.forecast(forecast); };
  options.forecast_failed = [](const std::string& why) { say("no forecast: " + why); };
  if (tellers.control)
    options.act = [&tellers](LiveTwin& live, WallClock::Instant at) {
      if (tellers.control->pass(live, at) && tellers.history) tellers.history->put_aside(live, at);
    };
  if (!tellers.history) return options;
  io::LiveHistory& history = *tellers.history;
  options.keep = history.keep();
  options.take = [&history](LiveTwin& live, Delivery& delivery) { return history.take(live, delivery); };
  options.pass = [&history](LiveTwin& live, WallClock::Instant at) { history.pass(live, at); };
  return options;
}

std::string read_person(const std::string& who) {
  if (who.empty()) throw InvalidInput(Fault{.value = "\"\"", .expected = "the name of who arms it"});
  return who;
}

/// What somebody says over the broker. A message that the broker had kept is of somebody long gone.
void listen_to(Tellers& tellers, const std::string& verb, const io::MqttMessage& message) {
  if (!tellers.listens) return;
  ControlRoom::Words words;
  std::string fault;
  const Json said = Json::parse(message.payload, nullptr, false);
  if (message.retain)
    fault = "a retained message, expected one that is said now";
  else if (!said.is_object())
    fault = R"(no JSON object, expected one such as {"request": "...", "who": "..."})";
  else
    for (const auto& [key, value] : said.items())
      words[key] = value.is_string() ? value.get<std::string>() : value.dump();
  Json reply =
      fault.empty() ? tellers.control->act(verb, words).document : Json{{"error", message.topic + ": " + fault}};
  if (reply.contains("error")) say(reply["error"].get<std::string>());
  tellers.publisher->answer(verb, std::move(reply));
}

void connect_control(const LiveWishes& wishes, const LiveTwin& twin, Tellers& tellers) {
  if (!wishes.control) return;
  tellers.control.emplace(*wishes.control, wishes.armed_by, twin.model());
  if (!wishes.publish && !wishes.listen) say("control: nothing can be confirmed without --publish or --listen");
}

}  // namespace

void declare_live(Arguments& arguments, LiveWishes& wishes) {
  arguments.option("--live", "FILE", wishes.sources,
                   "Stay, and follow the sources that this takt-sources/1 file names, until SIGTERM");
  arguments.option("--history", "FILE", wishes.history,
                   "Live: write down what comes and what happens (HDF5), and go on where that ended");
  arguments.option("--forecast-every", "D", wishes.forecast_every, "Live: forecast so often (default: never)");
  arguments.option("--horizon", "D", wishes.horizon, "Live: how far the forecasts go (default 8 h)");
  arguments.option("--replications", "N", wishes.replications, {1, kMostReplications},
                   "Live: futures of each forecast (default 200)");
  arguments.option("--threads", "N", wishes.threads, {0, kMostThreads},
                   "Live: threads of forecasts (default 1); 0 is one a core");
  arguments.repeated(
      "--listen", "HOST:PORT", [&wishes](const std::string& text) { wishes.listen = read_listen_at(text); },
      "Live: answer /metrics, /healthz, /state, /forecast and /verdict there; port 0 is a free one");
  arguments.repeated(
      "--publish", "SOURCE:TOPIC", [&wishes](const std::string& text) { wishes.publish = read_publish_to(text); },
      "Live: publish TOPIC/status, TOPIC/verdict and TOPIC/forecast at the broker of that source");
  arguments.option("--control", "FILE", wishes.control,
                   "Live: raise alerts, write work orders and ask for commands as this takt-control/1 file says");
  arguments.repeated(
      "--armed", "WHO", [&wishes](const std::string& who) { wishes.armed_by = read_person(who); },
      "Live: let commands of --control go out, in the name of this person and for the time that the file allows");
}

int sync_live(const std::filesystem::path& plant, const TwinOptions& twin, const LiveWishes& wishes, bool json,
              const std::stop_token& stop) {
  const io::Sources sources = io::load_sources(*wishes.sources);
  LiveOptions options;
  options.twin = twin;
  options.ingest = sources.ingest;
  options.blind_after = sources.blind_after;
  options.clock = now;
  Tellers tellers;
  if (wishes.history) tellers.history.emplace(*wishes.history);
  const LiveTwin::Sink sink = [&](const Snapshot& message, const MergeReport&) {
    if (tellers.control) tellers.control->hear(message);
  };
  LiveTwin twin_of_plant = begin(io::load_plant(plant), options, tellers.history, sink);
  connect_control(wishes, twin_of_plant, tellers);
  if (wishes.publish)
    tellers.publisher.emplace(
        *wishes.publish, sources, tellers.control ? ControlRoom::verbs() : std::span<const std::string_view>{},
        [&tellers](const std::string& verb, const io::MqttMessage& message) { listen_to(tellers, verb, message); });
  std::vector<std::string> paths;
  for (const Entity& entity : twin_of_plant.model().entities)
    if (entity.kind <= Entity::Kind::sink) paths.push_back(entity.path);  // equipment
  io::LiveService service(std::move(twin_of_plant), io::make_sources(sources, paths), service_options(wishes, tellers));
  ControlRoom* const control = tellers.control ? &*tellers.control : nullptr;
  if (control != nullptr) control->connect(service);
  tellers.listens = true;
  std::optional<LiveHttp> http;
  if (wishes.listen) {
    http.emplace(*wishes.listen, service, control);
    say("listening on " + http->address());
  }
  Interrupt::allow(kGrace);
  service.run(stop);
  http.reset();
  tellers.listens = false;
  if (control != nullptr) control->end(now());
  if (control != nullptr && tellers.publisher) tellers.publisher->control(control->document());
  bool is_kept = true;
  service.look([&](const LiveTwin& live) {
    is_kept = !tellers.history || close(*tellers.history, live);
    print_data(json ? pretty(state_json(live)) : text_of(live));
  });
  if (!is_kept) throw WriteError("the history cannot be written: what it lacks stays in its journal");
  return Interrupt::signal() == SIGINT ? kInterrupted : kDone;
}

}  // namespace takt::cli
