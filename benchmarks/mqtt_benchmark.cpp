// SPDX-License-Identifier: Apache-2.0
// From the publishing of a message to the state that it was merged into: a publisher in a process of its own, a real
// mosquitto between, QoS 1 over TLS on the loopback, 200 bytes each.
//
//   mqtt_benchmark [messages a second [seconds [runs]]]      5000, 5 and 5 unless given
//
// One source, so nothing waits for another (lateness 0). The clock is the system's, the same for both processes.
#include <algorithm>
#include <cstdio>
#include <string_view>

#include "io/live/mqtt/broker.hpp"
#include "takt/io/live/mqtt.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/sync/ingest.hpp"
#include "takt/sync/twin.hpp"

namespace {

using namespace std::chrono_literals;
using Instant = takt::WallClock::Instant;

constexpr const char* kPlant = R"({
  "format": "takt-plant/1", "name": "line",
  "clock": {"epoch": "2026-01-01T00:00:00", "zone": "UTC"},
  "enterprises": {"acme": {"workshops": {"hall": {"lines": {"line_1": {"equipment": {
    "blanks": {"kind": "source", "supply": "saturated", "to": "press"},
    "press": {"kind": "machine", "cycle_time": "30 s", "to": "rack"},
    "rack": {"kind": "buffer", "capacity": 10, "to": "oven"},
    "oven": {"kind": "machine", "cycle_time": "25 s", "to": "store"},
    "store": {"kind": "sink"}}}}}}}}
})";
constexpr const char* kRack = "/acme/hall/line_1/rack";

struct Load {
  int per_second = 5000, seconds = 5;
  bool sparkplug = false;
  int messages() const { return per_second * seconds; }
};

Instant now() { return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now()); }

takt::Snapshot reading(std::uint64_t seq) {
  takt::Snapshot made{.ts = now(), .source = "line_1", .epoch = 1, .seq = seq, .complete = seq == 0};
  const auto below_ms = static_cast<double>(made.ts.time_since_epoch().count() % 1'000'000);
  made.entities = {{.path = kRack, .level = static_cast<double>(seq % 7), .health = {{"below_ms", below_ms}}}};
  return made;
}

std::string padded(std::string json) {  // to 200 bytes
  if (json.size() < 200) json.insert(json.size() - 1, 200 - json.size(), ' ');
  return json;
}

takt::io::MqttOptions broker_at(const std::string& url, const std::string& ca, const char* id) {
  return {.url = url, .ca_file = ca, .client_id = id};
}

/// The other process: one message each 1/per_second, late ones at once.
int publish(const std::string& url, const std::string& ca, const Load& load) {
  takt::io::MqttPublisher publisher(broker_at(url, ca, "plc"));
  takt::io::sparkplug::EdgeNode edge({"acme", "line_1", ""}, takt::io::sparkplug::Places({kRack}), 1);
  const auto send = [&](std::uint64_t seq) {
    takt::Snapshot message = reading(seq);
    if (!load.sparkplug) return publisher.publish({"plant/line_1", padded(takt::io::to_json(message))});
    for (int i = 0; i < 5; ++i) message.entities[0].health["temperature_" + std::to_string(i)] = 20.5 + i;
    std::future<takt::io::Published> last;
    for (takt::io::sparkplug::Message& each : seq == 0 ? edge.birth(message) : edge.data(message))
      last = publisher.publish({std::move(each.topic), std::move(each.payload)});
    return last;
  };
  send(0).get();
  std::vector<std::future<takt::io::Published>> answers;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 1; i <= load.messages(); ++i) {
    std::this_thread::sleep_until(begin + std::chrono::nanoseconds{1'000'000'000LL * i / load.per_second});
    answers.push_back(send(static_cast<std::uint64_t>(i)));
  }
  for (auto& answer : answers)
    if (!answer.get().accepted) return 1;
  return 0;
}

struct Stages {
  std::vector<double> to_inbox, to_state;  ///< milliseconds since it was published
};

/// takt's side: source, inbox, order, merge.
Stages run(const std::string& program, const takt::test::Broker& broker, const std::string& ca, const Load& load) {
  takt::Inbox inbox(100'000);
  takt::io::MqttSourceOptions options{.broker = broker_at(broker.tls_url(), ca, "takt")};
  if (load.sparkplug)
    options.format = takt::io::MqttFormat::sparkplug;
  else
    options.topics = {"plant/+"};
  options.host.places = takt::io::sparkplug::Places({kRack});
  takt::io::MqttSource source(options);
  source.start(inbox);
  while (broker.log().find("takt 1 ") == std::string::npos) std::this_thread::sleep_for(10ms);

  takt::Plant plant = takt::io::parse_plant(kPlant);
  plant.clock.epoch = now();
  takt::Twin twin(takt::compile(plant), {.learn = false});
  takt::Ingest ingest({.lateness = takt::Duration{0}, .sequence_modulus = 256});
  takt::test::Process publisher({program, "--publish", broker.tls_url(), ca, std::to_string(load.per_second),
                                 std::to_string(load.seconds), load.sparkplug ? "1" : "0"},
                                broker.file("publisher.log"));
  Stages stages;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{load.seconds + 20};
  while (static_cast<int>(stages.to_state.size()) < load.messages() && std::chrono::steady_clock::now() < deadline)
    for (takt::Delivery& each : inbox.take(100ms)) {
      if (each.kind != takt::Delivery::Kind::message) continue;
      // Sparkplug's times are whole milliseconds: the rest rides in a metric.
      const Instant sent = std::chrono::floor<std::chrono::milliseconds>(each.snapshot.ts) +
                           takt::Duration{static_cast<std::int64_t>(
                               each.snapshot.entities.empty() ? 0.0 : each.snapshot.entities[0].health["below_ms"])};
      const Instant arrival = each.arrival;
      const auto ms_since = [sent](Instant then) { return static_cast<double>((then - sent).count()) * 1e-6; };
      const bool is_data =
          !each.snapshot.complete && !(load.sparkplug && each.snapshot.seq == 1 && stages.to_state.empty());
      ingest.add(std::move(each.snapshot), arrival, each.sending);
      ingest.tick(arrival);
      while (const auto next = ingest.next()) twin.apply(*next);
      if (!is_data) continue;  // a birth
      stages.to_inbox.push_back(ms_since(arrival));
      stages.to_state.push_back(ms_since(now()));
    }
  if (publisher.wait() != 0)
    std::fprintf(stderr, "the publisher failed: see %s\n", broker.file("publisher.log").c_str());
  return stages;
}

double quantile(std::vector<double>& values, double p) {
  const auto at = static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

void print(const char* what, std::vector<double> values) {
  if (values.empty()) return;
  std::printf("  %-9s min %7.3f  median %7.3f  p90 %7.3f  p99 %7.3f  p99.9 %7.3f  max %7.3f ms\n", what,
              quantile(values, 0.0), quantile(values, 0.5), quantile(values, 0.9), quantile(values, 0.99),
              quantile(values, 0.999), quantile(values, 1.0));
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
  if (argc == 7 && std::string_view(argv[1]) == "--publish")
    return publish(argv[2], argv[3], {number(4, 0), number(5, 0), number(6, 0) == 1});
  if (takt::test::program("mosquitto").empty() || takt::test::program("openssl").empty() || !takt::io::has_mqtt()) {
    std::fprintf(stderr, "needs mosquitto and openssl, and a build with TAKT_LIVE\n");
    return 77;
  }
  const takt::test::ScratchFolder folder;
  const takt::test::Certificates files(folder.path());
  files.authority("ca");
  files.certificate("broker", "ca", "DNS:localhost");
  const std::string ca = files.file("ca.pem");
  Load load{number(1, 5000), number(2, 5)};
  for (const bool sparkplug : {false, true}) {
    load.sparkplug = sparkplug;
    for (int i = 0; i < number(3, 5); ++i) {
      const takt::test::Broker broker(
          "allow_anonymous true\nlog_type subscribe\nmax_inflight_messages 0\nmax_queued_messages 0\ncertfile " +
          files.file("broker.pem") + "\nkeyfile " + files.file("broker.key") + "\nset_tcp_nodelay true\n");
      const Stages stages = run(argv[0], broker, ca, load);
      std::printf("%s, %d messages at %d/s\n", sparkplug ? "sparkplug" : "json",
                  static_cast<int>(stages.to_state.size()), load.per_second);
      print("to inbox", stages.to_inbox);
      print("to state", stages.to_state);
      std::fflush(stdout);
    }
  }
  return 0;
}
