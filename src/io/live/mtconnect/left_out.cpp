// SPDX-License-Identifier: Apache-2.0
// takt::live in a build with TAKT_LIVE=OFF: it says so.
#include "takt/core/error.hpp"
#include "takt/io/live/mtconnect.hpp"

namespace takt::io {

std::unique_ptr<SnapshotSource> mtconnect_source(std::string /*name*/, MtconnectOptions /*options*/) {
  throw Error("this takt was built without MTConnect: build it with TAKT_LIVE=ON (libcpp-httplib-dev, libpugixml-dev)");
}

}  // namespace takt::io
