// SPDX-License-Identifier: Apache-2.0
// What an MTConnect agent answers (MTConnectStreams and MTConnectError), and a stream of such answers cut into them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "takt/core/calendar.hpp"

namespace takt::io::mtconnect {

struct Observation {
  std::uint64_t sequence = 0;
  WallClock::Instant time{};
  std::string id, name;  ///< of its data item
  std::string value;     ///< of a condition, its level: Normal, Warning, Fault, Unavailable
};

struct Document {
  std::uint64_t instance = 0;  ///< another one: the agent began anew
  std::uint64_t next = 0;      ///< the sequence number to ask from
  WallClock::Instant created{};
  std::vector<Observation> observations{};  ///< in the order of their sequence
  std::string error{};                      ///< of an MTConnectError: its codes and texts
  bool out_of_range = false;                ///< what was asked for is no longer in the agent's buffer
};

/// Throws InvalidInput if it is none of both.
Document parse_document(std::string_view xml);

/// Cuts multipart/x-mixed-replace into its parts.
class Parts {
 public:
  /// Throws InvalidInput if the content type names no boundary.
  explicit Parts(std::string_view content_type);

  /// Calls with every part that is whole now. Throws InvalidInput for what is no such stream.
  void add(std::string_view bytes, const std::function<void(std::string_view)>& part);

 private:
  bool take_one(const std::function<void(std::string_view)>& part);

  std::string boundary_;
  std::string begun_;
};

}  // namespace takt::io::mtconnect
