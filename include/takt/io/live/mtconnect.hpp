// SPDX-License-Identifier: Apache-2.0
// The devices of an MTConnect agent (ANSI/MTC1.4, MTConnect Part 1), over HTTP.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "takt/io/live/table.hpp"
#include "takt/sync/source.hpp"

namespace takt::io {

/// What the agent has now is a complete message (`current`); what happens then comes as it happens (`sample` as a
/// stream of documents) or is asked for every so often. The agent's sequence numbers tell whether something was lost
/// from its buffer, and its instanceId whether it began anew: then it is asked for everything again.
struct MtconnectOptions {
  std::string url{};                         ///< http://host:5000, or with the name of a device behind it
  Cells cells{};                             ///< by dataItemId, or by name
  bool streaming = true;                     ///< one request that stays open; false: a request every `every`
  Duration every = std::chrono::seconds{1};  ///< between two requests; of a stream, the agent's longest wait for more
  Duration heartbeat = std::chrono::seconds{10};  ///< a stream that is silent for twice as long has broken
  std::uint32_t count = 1000;                     ///< observations asked for at once
};

/// Of a state without `states`, values of the data item Execution are taken as PackML has them: ACTIVE is Execute.
std::unique_ptr<SnapshotSource> mtconnect_source(std::string name, MtconnectOptions options);

}  // namespace takt::io
