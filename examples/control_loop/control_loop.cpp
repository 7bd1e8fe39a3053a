// SPDX-License-Identifier: Apache-2.0
// From a drift to a command and back, over a real broker: a filler wears, the twin notices, an alert is raised, futures
// are asked what a higher speed would do, a command is refused as long as the twin is not valid, then confirmed, sent,
// acknowledged, and the line is back where it was.
//
//   control_loop plant.json BROKER RECORD      such as: control_loop plant.json mqtt://127.0.0.1 record.jsonl
#include <fmt/format.h>

#include <deque>
#include <iostream>
#include <optional>
#include <thread>

#include "real_plant.hpp"
#include "takt/takt.hpp"

namespace {

using namespace std::chrono_literals;
using example::kFiller;
using Instant = takt::WallClock::Instant;

constexpr takt::Duration kStep = 30s, kWearsAt = 3h, kLookAfter = 30min, kEnd = 12h;
constexpr double kWear = 1.2;

/// Parts an hour that leave the line, over the last hour.
class Throughput {
 public:
  void add(Instant at, std::uint64_t parts) {
    seen_.emplace_back(at, parts);
    while (seen_.front().first < at - 1h) seen_.pop_front();
  }
  std::optional<double> per_h() const {
    const auto& [first, before] = seen_.front();
    const auto& [last, now] = seen_.back();
    if (last - first < 59min) return std::nullopt;
    return static_cast<double>(now - before) / (takt::to_seconds(last - first) / 3600.0);
  }

 private:
  std::deque<std::pair<Instant, std::uint64_t>> seen_;
};

double throughput_of(const takt::StudyResult& result, const std::string& scenario) {
  return result.summary(result.scenario_index(scenario), result.kpi_index("/", "throughput_per_h")).mean;
}

/// What a person in the control room does with the loop.
class ControlRoom {
 public:
  ControlRoom(takt::Plant plant, const std::string& broker, const std::string& record)
      : model_(takt::compile(plant)),
        places_(example::places_of(model_)),
        audit_(record),
        live_(std::move(plant), {.ingest = {.lateness = 0s}},
              [this](const takt::Snapshot& message, const takt::MergeReport&) { loop_->hear(message); }),
        source_({.broker = {.url = broker}, .format = takt::io::MqttFormat::sparkplug, .host = {.places = places_}}),
        publisher_({.url = broker}) {}

  /// Returns 0 if the line recovered.
  int run(const std::string& broker);

 private:
  void begin();
  void hear_birth();
  void follow(takt::Time t);
  void look(Instant now);
  void tell(const takt::ControlTurn& turn, Instant now);
  void operate(Instant now);
  takt::Command ask_futures(const std::string& request, Instant now);
  takt::TwinView view() const {
    return {.verdict = live_.verdict(), .twin_time = model_.plant.clock.to_wall(live_.twin()->time())};
  }
  void say(Instant now, const std::string& text) const {
    const std::string when = takt::to_text(now);
    std::cout << when.substr(11, 5) << "  " << text << '\n';
  }

  takt::Model model_;
  takt::io::sparkplug::Places places_;
  takt::io::AuditFile audit_;
  takt::Inbox inbox_;
  std::optional<takt::ControlLoop> loop_;
  takt::LiveTwin live_;
  takt::io::MqttSource source_;
  takt::io::MqttPublisher publisher_;
  Throughput throughput_;
  double planned_per_h_ = 0.0;
  takt::Trust trust_ = takt::Trust::warning;
  std::optional<Instant> drifted_, adopted_, acknowledged_;
  std::optional<double> sent_;  // the speed last sent
  bool asked_again_ = false, recovered_ = false;
};

/// What the plant should give, the limits that follow from it, and what may be commanded.
void ControlRoom::begin() {
  takt::Study study(takt::Present::of(model_), {.horizon = 8h, .warmup = 1h, .replications = 200});
  study.add("as planned");
  planned_per_h_ = throughput_of(study.run(), "as planned");
  say(model_.plant.clock.epoch, fmt::format("the plan: {:.0f} parts an hour", planned_per_h_));
  takt::Alerts alerts({{.name = "drift", .signal = "drift", .about = "/", .raise = 2, .clear = 0},
                       {.name = "slow line",
                        .signal = "throughput_per_h",
                        .about = "/",
                        .raise = 0.85 * planned_per_h_,
                        .clear = 0.94 * planned_per_h_,
                        .low = true,
                        .severity = takt::Severity::alarm}});
  takt::CommandDesk desk(
      {{.path = kFiller, .item = "speed", .low = 0.8, .high = 1.3, .most_step = 0.25, .tolerance = 1e-6}},
      [this](const takt::AuditEntry& entry) { audit_.append(entry); });
  loop_.emplace(std::move(alerts), std::move(desk), [this](const takt::Alert& alert, const takt::Twin& twin) {
    takt::Decision decision;
    if (alert.rule != "drift") return decision;
    const Instant now = model_.plant.clock.to_wall(twin.time());
    drifted_ = now;
    decision.work =
        takt::WorkOrder{.about = kFiller, .task = "look at the filler's valves", .cause = "drift", .due = now + 24h};
    decision.command = ask_futures("speed-1", now);
    return decision;
  });
  loop_->desk().arm("shift leader", model_.plant.clock.epoch + kEnd, model_.plant.clock.epoch);
}

/// Waits until the line has told everything it has to tell, and nothing more is on its way.
void ControlRoom::hear_birth() {
  const Instant now = model_.plant.clock.epoch;
  bool is_born = false;
  for (int quiet = 0; !is_born || quiet < 3;) {
    std::vector<takt::Delivery> come = inbox_.take(100ms);
    quiet = come.empty() ? quiet + 1 : 0;
    if (!is_born && quiet > 0 && quiet % 20 == 0) source_.ask_for_everything("acme/line_1");  // it was born too early
    for (takt::Delivery& each : come) {
      is_born = is_born || (each.kind == takt::Delivery::Kind::message && each.snapshot.complete);
      each.arrival = now;
      live_.take(each);
    }
    live_.pass(now);
    live_.rebirths();
  }
}

/// Brings the twin to a time by what the broker delivers. The line's time stands in for the clock on the wall.
void ControlRoom::follow(takt::Time t) {
  const Instant now = model_.plant.clock.to_wall(t);
  const std::size_t devices = model_.machines.size() + 2;
  std::size_t come = 0;
  for (const auto give_up = std::chrono::steady_clock::now() + 20s; come < devices;) {
    if (std::chrono::steady_clock::now() > give_up) throw takt::Error("the line says nothing any more");
    for (takt::Delivery& each : inbox_.take(20ms)) {
      if (each.kind == takt::Delivery::Kind::message && each.snapshot.ts >= now) come += each.snapshot.entities.size();
      each.arrival = now;
      while (!live_.take(each)) live_.pass(now);
    }
    for (const std::string& source : live_.rebirths()) source_.ask_for_everything(source);
  }
  live_.pass(now);
}

/// The futures of the present at several speeds; the least that gives what was planned.
takt::Command ControlRoom::ask_futures(const std::string& request, Instant now) {
  const takt::Twin& twin = *live_.twin();
  takt::Study study(twin.now(), {.horizon = 4h, .replications = 200});
  study.add("as is");
  const double cycle_s = takt::get_law(twin.model(), twin.parameters(), kFiller + "/cycle_time").mean();
  const std::vector<double> speeds{1.05, 1.1, 1.15, 1.2, 1.25};
  for (const double speed : speeds)
    study.add(fmt::format("speed {}", speed)).set(kFiller + "/cycle_time", fmt::format("{} s", cycle_s / speed));
  const takt::StudyResult result = study.run();
  const auto per_h = [&](const std::string& scenario) { return throughput_of(result, scenario); };
  double best = speeds.back();
  std::string text = fmt::format("what if: as is {:.0f}", per_h("as is"));
  for (const double speed : speeds) {
    const double parts = per_h(fmt::format("speed {}", speed));
    text += fmt::format(", {} {:.0f}", speed, parts);
    if (parts >= 0.985 * planned_per_h_) best = std::min(best, speed);
  }
  say(now, text + fmt::format(" parts an hour: speed {}", best));
  return {request, kFiller, "speed", best, "planner", "the filler has drifted", now, now + 10min};
}

void ControlRoom::tell(const takt::ControlTurn& turn, Instant now) {
  for (const takt::AlertEvent& event : turn.alerts)
    say(now,
        fmt::format("{} {}", event.alert.rule, event.kind == takt::AlertEvent::Kind::raised ? "raised" : "cleared"));
  for (const takt::WorkOrder& order : turn.work) say(now, fmt::format("work order {}: {}", order.number, order.task));
  for (const auto& [command, answer] : turn.asked)
    say(now, fmt::format("command {}: {}", command.request,
                         answer.is_refused() ? "refused, " + std::string(takt::name_of(answer.refusal))
                                             : std::string(takt::name_of(answer.state))));
  for (const takt::Command& command : turn.to_send) {
    const takt::io::Published done =
        publisher_.publish(takt::io::desire({command.path, command.item, command.value}, places_, now)).get();
    if (!done.accepted) loop_->desk().not_delivered(command.request, takt::to_text(done.fault), now);
    sent_ = command.value;
    say(now, fmt::format("command {}: sent, speed {}", command.request, command.value));
  }
}

/// What the people of this story do.
void ControlRoom::operate(Instant now) {
  takt::CommandDesk& desk = loop_->desk();
  if (drifted_ && !adopted_ && now - *drifted_ >= kLookAfter) {
    for (const takt::Adopted& law : live_.adopt())
      if (law.path.starts_with(kFiller + "/cycle"))
        say(now, fmt::format("adopted: {} {:.1f} s, was {:.1f} s", law.path, law.after_s, law.before_s));
    adopted_ = now;
  }
  if (adopted_ && !asked_again_ && live_.verdict().trust == takt::Trust::valid) {
    asked_again_ = true;
    const takt::Command command = ask_futures("speed-2", now);
    say(now, fmt::format("command speed-2: {}", takt::name_of(desk.request(command, view(), now).state)));
    say(now, fmt::format("confirmed by the planner: {}",
                         takt::name_of(desk.confirm("speed-2", "planner", view(), now).refusal)));
    say(now, fmt::format("confirmed by the maintainer: {}",
                         takt::name_of(desk.confirm("speed-2", "maintainer", view(), now).state)));
  }
  const auto sent = desk.commands().find("speed-2");
  if (!acknowledged_ && sent != desk.commands().end() && sent->second.state == takt::CommandState::acknowledged) {
    acknowledged_ = now;
    const std::string cycle = kFiller + "/cycle_time";
    live_.expect(cycle,
                 takt::get_law(model_, live_.twin()->parameters(), cycle).scaled(1.0 / sent->second.command.value));
    say(now, "command speed-2: acknowledged");
  }
}

void ControlRoom::look(Instant now) {
  const takt::Twin& twin = *live_.twin();
  if (live_.verdict().trust != trust_) {
    trust_ = live_.verdict().trust;
    std::string text = "the twin is " + std::string(takt::name_of(trust_));
    if (trust_ == takt::Trust::invalid) text += ": " + live_.verdict().doubts.front().sentence;
    say(now, text);
  }
  throughput_.add(now, takt::ConstStateView(twin.model(), twin.state()).sinks[0]);
  std::vector<takt::Signal> signals;
  if (const auto per_h = throughput_.per_h()) signals.push_back({"throughput_per_h", "/", *per_h});
  tell(loop_->turn(twin, view(), now, signals), now);
  operate(now);
  const std::optional<double> per_h = throughput_.per_h();
  if (acknowledged_ && now - *acknowledged_ >= 1h && per_h && *per_h >= 0.95 * planned_per_h_) {
    recovered_ = trust_ == takt::Trust::valid;
    say(now, fmt::format("recovered: {:.0f} parts in the last hour, the twin is {}", *per_h, takt::name_of(trust_)));
  }
}

int ControlRoom::run(const std::string& broker) {
  begin();
  source_.start(inbox_);
  example::RealPlant plant(model_, broker);
  hear_birth();
  for (takt::Duration t = kStep; t <= kEnd && !recovered_; t += kStep) {
    if (t == kWearsAt + kStep) plant.wear(kWear);
    plant.run_until(takt::Time{t});
    follow(takt::Time{t});
    look(model_.plant.clock.to_wall(takt::Time{t}));
    while (sent_ && plant.speed() != *sent_) std::this_thread::sleep_for(1ms);  // the broker brings it any moment
  }
  say(model_.plant.clock.to_wall(live_.twin()->time()), fmt::format("the record has {} entries", audit_.entries()));
  return recovered_ ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: control_loop PLANT BROKER RECORD\n";
    return 2;
  }
  try {
    ControlRoom room(takt::io::load_plant(argv[1]), argv[2], argv[3]);
    return room.run(argv[2]);
  } catch (const takt::Error& error) {
    std::cerr << error.what() << '\n';
    return 4;
  }
}
