// SPDX-License-Identifier: Apache-2.0
// Sparkplug B (Eclipse Sparkplug 3.0, ISO/IEC 20237) as a pure codec: no connection, no clock, no thread.
//
//   takt::io::sparkplug::Host host({.places = Places(paths_of_the_plant)});
//   for (takt::Delivery& each : host.take(topic, payload, arrival)) inbox.put(std::move(each));
//   for (const Address& node : host.rebirths()) send(rebirth(node, now));
//
// group = enterprise (or site), edge node = line, device = work unit. NBIRTH and the DBIRTHs after it are a full
// picture, NDATA and DDATA what changed, NDEATH a death certificate. The source of a message is "group/node", its epoch
// bdSeq.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "takt/sync/inbox.hpp"

namespace takt::io::sparkplug {

enum class MessageType : std::uint8_t { nbirth, ndeath, dbirth, ddeath, ndata, ddata, ncmd, dcmd };

/// Of an edge node, or of a device of it.
struct Address {
  std::string group{}, node{};
  std::string device{};  ///< empty: the node itself
  friend auto operator<=>(const Address&, const Address&) = default;
};

struct Topic {
  MessageType type = MessageType::ndata;
  Address address{};
  friend bool operator==(const Topic&, const Topic&) = default;
};

/// "spBv1.0/acme/DDATA/line_1/filler". None if the text is no topic of a node or device.
std::optional<Topic> parse_topic(std::string_view topic);
std::string to_text(const Topic& topic);

/// The data types of metrics, as numbered by the specification. Arrays (22 to 34) have no name here.
enum class DataType : std::uint32_t {
  unknown = 0,
  int8 = 1,
  int16 = 2,
  int32 = 3,
  int64 = 4,
  uint8 = 5,
  uint16 = 6,
  uint32 = 7,
  uint64 = 8,
  float32 = 9,
  float64 = 10,
  boolean = 11,
  string = 12,
  date_time = 13,  ///< milliseconds since 1970, UTC
  text = 14,
  uuid = 15,
  data_set = 16,
  bytes = 17,
  file = 18,
  template_type = 19
};

/// monostate: null, or something that has no plain value (a data set, a template).
using Value = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string>;

struct Metric {
  std::string name{};  ///< empty where only the alias is sent
  std::optional<std::uint64_t> alias{};
  std::optional<std::uint64_t> timestamp_ms{};
  DataType type = DataType::unknown;  ///< data messages may omit it: it is that of the birth
  Value value{};
  bool is_historical = false;
  bool is_good = true;  ///< its property Quality, where given, is 192
  friend bool operator==(const Metric&, const Metric&) = default;
};

struct Payload {
  std::optional<std::uint64_t> timestamp_ms{};
  std::optional<std::uint64_t> seq{};
  std::vector<Metric> metrics{};
  friend bool operator==(const Payload&, const Payload&) = default;
};

/// Throws InvalidInput if the bytes are no payload. Numbers of a metric without data type are as on the wire: unsigned.
Payload parse_payload(std::string_view bytes);
/// A value by its data type: signed integers ride in unsigned fields. Left as it is where the type does not fit it.
Value typed(Value value, DataType type);
std::string to_bytes(const Payload& payload);

/// Where the equipment of a plant stands in Sparkplug's names. A colon in a group, node or device stands for a level:
/// node "filling:line_1" of group "acme" is /acme/filling/line_1. Between group and node, levels may be left out where
/// the plant has one such place only: node "line_1" will do.
class Places {
 public:
  Places() = default;  ///< without a plant: all levels have to be there
  explicit Places(std::vector<std::string> paths);

  /// Throws InvalidInput, with what is known, if there is none or more than one.
  const std::string& path_of(const Address& device) const;
  /// The shortest that `path_of` finds again. Throws InvalidInput for a path with fewer than three levels.
  Address address_of(const std::string& path) const;

 private:
  std::vector<std::string> paths_;
  mutable std::map<Address, std::string> found_;
};

/// How a number in PackML/StateCurrent is read; a text is always the state's name.
enum class PackmlNumbers : std::uint8_t {
  none,     ///< a number is a fault: tables differ
  packtags  ///< ANSI/ISA-TR88.00.02: Execute is 6
};

struct HostOptions {
  Places places{};
  PackmlNumbers numbers = PackmlNumbers::none;
  Duration ask_again = std::chrono::seconds{5};  ///< between two rebirths asked of one node
};

struct HostCounts {
  std::uint64_t messages = 0;         ///< of nodes and devices
  std::uint64_t before_birth = 0;     ///< came before their node's or device's birth: not readable
  std::uint64_t old_deaths = 0;       ///< NDEATH of a life that was over already
  std::uint64_t unknown_metrics = 0;  ///< of a name that says nothing to a twin
  std::uint64_t not_scalar = 0;       ///< templates, data sets, files, arrays
  std::uint64_t historical = 0;       ///< metrics that tell of the past
  std::uint64_t bad_quality = 0;
};

/// What a host application knows of its nodes: aliases and data types of the last birth, and what data messages build
/// on. A value. Not thread-safe.
class Host {
 public:
  explicit Host(HostOptions options = {}) : options_(std::move(options)) {}

  /// What a message says: a snapshot, a death, faults, or nothing. A fault of one metric leaves the others.
  std::vector<Delivery> take(std::string_view topic, std::string_view payload, WallClock::Instant arrival);
  /// Nodes to be asked for a birth since the last call.
  std::vector<Address> rebirths() { return std::exchange(asked_, {}); }
  /// What was sent meanwhile did not come: every node known is asked.
  void connection_was_lost(WallClock::Instant now);

  const HostCounts& counts() const { return counts_; }

 private:
  struct Known {  ///< what an alias stands for
    std::string name;
    DataType type = DataType::unknown;
  };
  struct Device {
    std::map<std::string, DataType> types;
    std::map<std::string, EntityReading> image;  ///< by path: what a delta builds on
  };
  struct Node {
    std::optional<std::uint64_t> epoch;                  ///< none: not born
    std::map<std::uint64_t, Known> aliases;              ///< unique within the node
    std::map<std::string, Device, std::less<>> devices;  ///< by name; "" is the node itself
    std::optional<WallClock::Instant> asked;
  };
  struct Reading;

  std::vector<Delivery> read(const Topic& topic, const Payload& payload, WallClock::Instant arrival);
  std::vector<Delivery> die(Node& node, const Topic& topic, const Payload& payload, WallClock::Instant arrival);
  void learn_birth(Node& node, Device& device, const Payload& payload);
  bool resolve(Node& node, Device& device, Metric& metric) const;
  void read_metric(const Topic& topic, Device& device, Metric metric, Reading& reading);
  void ask(const Address& node, WallClock::Instant now);

  HostOptions options_;
  std::map<Address, Node> nodes_;  ///< by group and node
  std::vector<Address> asked_;
  HostCounts counts_;
};

/// The source of a node's messages, "group/node", and back.
std::string source_of(const Address& node);
Address node_of(std::string_view source);

/// A message to be published.
struct Message {
  std::string topic{}, payload{};
  bool retain = false;
  friend bool operator==(const Message&, const Message&) = default;
};

/// Asks a node for its births: NCMD "Node Control/Rebirth".
Message rebirth(const Address& node, WallClock::Instant now);
/// Values desired of a device (DCMD), or of a node where the address has no device (NCMD).
Message command(const Address& address, std::vector<Metric> desired, WallClock::Instant now);
/// Whether a host application is there: spBv1.0/STATE/HOST. The will of its connection has the same time.
Message state(const std::string& host, bool online, WallClock::Instant since);

/// The other end: snapshots as an edge node sends them. A value. Not thread-safe.
class EdgeNode {
 public:
  EdgeNode(Address node, Places places, std::uint64_t bd_seq);

  /// NBIRTH, then a DBIRTH for each device of the snapshot. It is to be complete.
  std::vector<Message> birth(const Snapshot& snapshot);
  /// What changed, by alias: a DDATA for each device. Cells that the birth did not have are left out.
  std::vector<Message> data(const Snapshot& snapshot);
  /// The will of the connection.
  Message death() const;

 private:
  std::uint64_t next_seq();

  Address node_;
  Places places_;
  std::uint64_t bd_seq_, seq_ = 0;
  std::map<std::pair<std::string, std::string>, std::pair<std::uint64_t, DataType>> aliases_;  ///< by device and metric
};

}  // namespace takt::io::sparkplug
