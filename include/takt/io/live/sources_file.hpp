// SPDX-License-Identifier: Apache-2.0
// Where the news of a live twin comes from, as a person writes it: takt-sources/1 (JSON). Field by field in
// docs/live.md.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "takt/io/live/files.hpp"
#include "takt/io/live/mqtt.hpp"
#include "takt/io/live/mtconnect.hpp"
#include "takt/sync/ingest.hpp"
#include "takt/sync/source.hpp"

namespace takt::io {

using SourceOptions = std::variant<FileOptions, FolderOptions, MtconnectOptions, MqttSourceOptions>;

struct Sources {
  IngestOptions ingest{};
  Duration blind_after = std::chrono::minutes{5};                ///< LiveOptions::blind_after
  std::vector<std::pair<std::string, SourceOptions>> sources{};  ///< by name, in the order of the file
};

/// Reads a takt-sources/1 file; paths in it are seen from its folder. Throws InvalidInput with every fault, or
/// FileError.
Sources load_sources(const std::filesystem::path& file);
Sources parse_sources(std::string_view text, const std::string& name = "sources",
                      const std::filesystem::path& folder = {});

/// The sources themselves, not started; `paths` are those of the plant's equipment, by which Sparkplug's names are
/// read. Throws InvalidInput for options that cannot work together, of all sources at once. Of takt::live.
std::vector<std::unique_ptr<SnapshotSource>> make_sources(const Sources& sources,
                                                          const std::vector<std::string>& paths = {});

}  // namespace takt::io
