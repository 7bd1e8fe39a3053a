// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "takt/core/error.hpp"
#include "takt/io/live/mqtt.hpp"

namespace takt::io {
namespace {

TEST(MqttLeftOut, SaysSoWhereItIsAskedToConnect) {
  if (has_mqtt()) GTEST_SKIP() << "this build has it";
  for (const bool publishes : {false, true}) {
    try {
      if (publishes)
        MqttPublisher({.url = "mqtt://broker"});
      else
        MqttSource({.broker = {.url = "mqtt://broker"}, .topics = {"plant/+"}});
      FAIL();
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("built without MQTT and Sparkplug B: build it with TAKT_LIVE=ON"));
    }
  }
}

TEST(MqttLeftOut, NamesOfSparkplugAreKnownInEveryBuild) {
  EXPECT_EQ(sparkplug::Places({"/acme/hall/line_1/press"}).path_of({"acme", "line_1", "press"}),
            "/acme/hall/line_1/press");
}

}  // namespace
}  // namespace takt::io
