// SPDX-License-Identifier: Apache-2.0
// takt::live in a build with TAKT_LIVE=OFF: it says so.
#include "takt/core/error.hpp"
#include "takt/io/live/mqtt.hpp"
#include "takt/io/live/mqtt_edge.hpp"

namespace takt::io {
namespace {

[[noreturn]] void left_out() {
  throw Error(
      "this takt was built without MQTT and Sparkplug B: build it with TAKT_LIVE=ON (libssl-dev, libprotobuf-dev)");
}

}  // namespace

bool has_mqtt() { return false; }

struct MqttSource::Impl {};
MqttSource::MqttSource(MqttSourceOptions /*options*/) { left_out(); }
MqttSource::~MqttSource() = default;
const std::string& MqttSource::name() const { left_out(); }
void MqttSource::start(Inbox& /*inbox*/) { left_out(); }
void MqttSource::stop() {}
void MqttSource::ask_for_everything(const std::string& /*source*/) { left_out(); }
MqttCounts MqttSource::counts() const { left_out(); }
sparkplug::HostCounts MqttSource::sparkplug_counts() const { left_out(); }

struct MqttPublisher::Impl {};
MqttPublisher::MqttPublisher(MqttOptions /*options*/, MqttMessage /*will*/) { left_out(); }
MqttPublisher::~MqttPublisher() = default;
std::future<Published> MqttPublisher::publish(MqttMessage /*message*/) { left_out(); }
Fault MqttPublisher::trouble() const { left_out(); }
MqttCounts MqttPublisher::counts() const { left_out(); }

struct MqttEdge::Impl {};
MqttEdge::MqttEdge(MqttEdgeOptions /*options*/, Everything /*everything*/, Commanded /*commanded*/) { left_out(); }
MqttEdge::~MqttEdge() = default;
void MqttEdge::report(const Snapshot& /*changes*/) { left_out(); }
bool MqttEdge::is_born() const { left_out(); }
Fault MqttEdge::trouble() const { left_out(); }
MqttMessage desire(const DesiredValue& /*desired*/, const sparkplug::Places& /*places*/, WallClock::Instant /*now*/) {
  left_out();
}

namespace sparkplug {

Payload parse_payload(std::string_view /*bytes*/) { left_out(); }
std::string to_bytes(const Payload& /*payload*/) { left_out(); }

}  // namespace sparkplug
}  // namespace takt::io
