// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/sources_file.hpp"

namespace takt::io {
namespace {

struct Make {
  const std::string& name;
  const std::vector<std::string>& paths;

  std::unique_ptr<SnapshotSource> operator()(const FileOptions& options) const { return file_source(name, options); }
  std::unique_ptr<SnapshotSource> operator()(const FolderOptions& options) const {
    return folder_source(name, options);
  }
  std::unique_ptr<SnapshotSource> operator()(const MtconnectOptions& options) const {
    return mtconnect_source(name, options);
  }
  std::unique_ptr<SnapshotSource> operator()(MqttSourceOptions options) const {
    options.name = name;
    options.host.places = sparkplug::Places(paths);
    return std::make_unique<MqttSource>(std::move(options));
  }
};

}  // namespace

std::vector<std::unique_ptr<SnapshotSource>> make_sources(const Sources& sources,
                                                          const std::vector<std::string>& paths) {
  std::vector<std::unique_ptr<SnapshotSource>> made;
  std::vector<Fault> faults;
  for (const auto& [name, options] : sources.sources) {
    try {
      made.push_back(std::visit(Make{name, paths}, options));
    } catch (const InvalidInput& error) {
      for (Fault fault : error.faults()) {
        fault.path = "/sources/" + name + (fault.path.empty() ? "" : "/" + fault.path);
        faults.push_back(std::move(fault));
      }
    }
  }
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  return made;
}

}  // namespace takt::io
