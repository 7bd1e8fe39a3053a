// SPDX-License-Identifier: Apache-2.0
// OPC UA by a bridge: a real server (node-opcua), tests/examples/opcua/bridge.js, a real broker, takt.
//   npm install node-opcua mqtt sparkplug-payload      then TAKT_NODE_MODULES=.../node_modules
#include <gtest/gtest.h>

#include <functional>

#include "io/live/mqtt/broker.hpp"
#include "takt/io/live/mqtt.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using test::program;

/// What is known of the plant, once `is_it` says that it is enough.
std::map<std::string, EntityReading> image_of(Inbox& inbox, std::map<std::string, EntityReading> image,
                                              const std::function<bool(std::map<std::string, EntityReading>&)>& is_it) {
  const auto end = std::chrono::steady_clock::now() + 60s;
  while (!is_it(image) && std::chrono::steady_clock::now() < end)
    for (const Delivery& each : inbox.take(100ms)) {
      EXPECT_NE(each.kind, Delivery::Kind::rejected) << to_text(each.fault);
      for (const EntityReading& reading : each.snapshot.entities) {
        EntityReading& known = image[reading.path];
        if (reading.state) known.state = reading.state;
        if (reading.counters) known.counters = reading.counters;
        if (reading.level) known.level = reading.level;
      }
    }
  return image;
}

TEST(OpcUa, ComesInByABridgeToSparkplug) {
  const char* const modules = std::getenv("TAKT_NODE_MODULES");
  if (program("mosquitto").empty() || program("node").empty() || modules == nullptr)
    GTEST_SKIP()
        << "needs mosquitto, node, and TAKT_NODE_MODULES: a folder with node-opcua, mqtt and sparkplug-payload";
  setenv("NODE_PATH", modules, 1);
  const test::ScratchFolder folder;
  const test::Broker broker;
  const std::string port = std::to_string(test::free_port()), scripts = "tests/examples/opcua/";
  const test::Process server({program("node"), scripts + "server.js", port, (folder / "pki").string()},
                             folder / "server.log");

  MqttSourceOptions options{.broker = {.url = broker.url()}, .format = MqttFormat::sparkplug};
  options.host.places = sparkplug::Places({"/acme/hall/line_1/press", "/acme/hall/line_1/rack"});
  Inbox inbox;
  MqttSource source(options);
  source.start(inbox);
  test::Process bridge(
      {program("node"), scripts + "bridge.js", "opc.tcp://127.0.0.1:" + port, broker.url(), scripts + "items.json"},
      folder / "bridge.log");
  constexpr const char *kPress = "/acme/hall/line_1/press", *kRack = "/acme/hall/line_1/rack";
  auto image = image_of(
      inbox, {}, [&](auto& known) { return known[kPress].state == "Execute" && known[kPress].counters->good > 1; });
  ASSERT_EQ(image[kPress].state, "Execute")
      << test::text_of(folder / "server.log") << test::text_of(folder / "bridge.log");
  const std::uint64_t good = *image[kPress].counters->good;
  image = image_of(inbox, image, [&](auto& known) { return *known[kPress].counters->good > good + 2; });
  EXPECT_GT(image[kPress].counters->good, good + 2) << "news come by their aliases";
  EXPECT_GE(image[kRack].level, 2.0);

  source.ask_for_everything("acme/line_1");
  for (bool is_reborn = false; !is_reborn;) {
    const std::vector<Delivery> all = inbox.take(20s);
    ASSERT_FALSE(all.empty());
    for (const Delivery& each : all) is_reborn = is_reborn || each.snapshot.complete;
  }
  bridge.end(SIGKILL);
  bool is_dead = false;
  for (int i = 0; i < 100 && !is_dead; ++i)
    for (const Delivery& each : inbox.take(100ms)) is_dead = is_dead || each.kind == Delivery::Kind::death;
  EXPECT_TRUE(is_dead) << "its will";
}

}  // namespace
}  // namespace takt::io
