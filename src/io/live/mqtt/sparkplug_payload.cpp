// SPDX-License-Identifier: Apache-2.0
// Payloads of Sparkplug B, through the protobuf schema beside this file.
#include <sparkplug.pb.h>

#include <algorithm>

#include "io/live/mqtt/utf8.hpp"
#include "takt/core/error.hpp"
#include "takt/io/live/sparkplug.hpp"

namespace takt::io::sparkplug {
namespace {

constexpr std::uint32_t kGood = 192;  // of the property Quality

Value value_of(takt::sparkplug::WireMetric& wire) {
  using Case = takt::sparkplug::WireMetric::ValueCase;
  switch (wire.value_case()) {
    case Case::kIntValue: return std::uint64_t{wire.int_value()};
    case Case::kLongValue: return std::uint64_t{wire.long_value()};
    case Case::kFloatValue: return double{wire.float_value()};
    case Case::kDoubleValue: return wire.double_value();
    case Case::kBooleanValue: return wire.boolean_value();
    case Case::kStringValue: return std::move(*wire.mutable_string_value());
    default: return {};
  }
}

bool is_good(const takt::sparkplug::WireMetric& wire) {
  const int values = std::min(wire.properties().keys_size(), wire.properties().values_size());
  for (int i = 0; i < values; ++i) {
    const takt::sparkplug::WireProperty& property = wire.properties().values(i);
    if (wire.properties().keys(i) == "Quality" && property.has_int_value()) return property.int_value() == kGood;
  }
  return true;
}

Metric metric_of(takt::sparkplug::WireMetric& wire) {
  Metric metric;
  metric.name = std::move(*wire.mutable_name());
  if (wire.has_alias()) metric.alias = wire.alias();
  if (wire.has_timestamp()) metric.timestamp_ms = wire.timestamp();
  metric.type = static_cast<DataType>(wire.datatype());
  metric.is_historical = wire.is_historical();
  metric.is_good = is_good(wire);
  if (!wire.is_null()) metric.value = typed(value_of(wire), metric.type);
  return metric;
}

/// Into the field that the specification has for the type.
void put_value(const Metric& metric, takt::sparkplug::WireMetric& wire) {
  if (const auto* text = std::get_if<std::string>(&metric.value)) {
    wire.set_string_value(*text);
  } else if (const auto* flag = std::get_if<bool>(&metric.value)) {
    wire.set_boolean_value(*flag);
  } else if (const auto* real = std::get_if<double>(&metric.value)) {
    if (metric.type == DataType::float32)
      wire.set_float_value(static_cast<float>(*real));
    else
      wire.set_double_value(*real);
  } else if (const auto* natural = std::get_if<std::uint64_t>(&metric.value)) {
    if (metric.type >= DataType::uint8 && metric.type <= DataType::uint32)
      wire.set_int_value(static_cast<std::uint32_t>(*natural));
    else
      wire.set_long_value(*natural);
  } else if (const auto* whole = std::get_if<std::int64_t>(&metric.value)) {
    if (metric.type == DataType::int64 || metric.type == DataType::unknown)
      wire.set_long_value(static_cast<std::uint64_t>(*whole));
    else
      wire.set_int_value(static_cast<std::uint32_t>(*whole));
  } else {
    wire.set_is_null(true);
  }
}

}  // namespace

Payload parse_payload(std::string_view bytes) {
  takt::sparkplug::WirePayload wire;
  if (!wire.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw InvalidInput(Fault{.value = std::to_string(bytes.size()) + " bytes that are no payload",
                             .expected = "a Sparkplug B payload (protobuf)"});
  Payload payload;
  if (wire.has_timestamp()) payload.timestamp_ms = wire.timestamp();
  if (wire.has_seq()) payload.seq = wire.seq();
  payload.metrics.reserve(static_cast<std::size_t>(wire.metrics_size()));
  for (takt::sparkplug::WireMetric& metric : *wire.mutable_metrics()) {
    payload.metrics.push_back(metric_of(metric));
    const Metric& read = payload.metrics.back();
    const auto* const text = std::get_if<std::string>(&read.value);
    if (!detail::is_utf8(read.name) || (text != nullptr && !detail::is_utf8(*text)))
      throw InvalidInput(Fault{.path = "metric " + std::to_string(payload.metrics.size()),
                               .value = "bytes that are no text",
                               .expected = "names and texts in UTF-8"});
  }
  return payload;
}

std::string to_bytes(const Payload& payload) {
  takt::sparkplug::WirePayload wire;
  if (payload.timestamp_ms) wire.set_timestamp(*payload.timestamp_ms);
  if (payload.seq) wire.set_seq(*payload.seq);
  for (const Metric& metric : payload.metrics) {
    takt::sparkplug::WireMetric& out = *wire.add_metrics();
    if (!metric.name.empty()) out.set_name(metric.name);
    if (metric.alias) out.set_alias(*metric.alias);
    if (metric.timestamp_ms) out.set_timestamp(*metric.timestamp_ms);
    if (metric.type != DataType::unknown) out.set_datatype(static_cast<std::uint32_t>(metric.type));
    if (metric.is_historical) out.set_is_historical(true);
    if (!metric.is_good) {
      out.mutable_properties()->add_keys("Quality");
      takt::sparkplug::WireProperty& quality = *out.mutable_properties()->add_values();
      quality.set_type(static_cast<std::uint32_t>(DataType::int32));
      quality.set_int_value(0);
    }
    put_value(metric, out);
  }
  return wire.SerializeAsString();
}

}  // namespace takt::io::sparkplug
