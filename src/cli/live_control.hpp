// SPDX-License-Identifier: Apache-2.0
// `takt sync --live --control`: the record, what people say over HTTP and MQTT, and what is told. docs/control.md.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "cli/json.hpp"
#include "takt/io/live/control.hpp"
#include "takt/io/store/audit.hpp"

namespace takt::cli {

/// Thread-safe, but for what belongs to the thread of the twin.
class ControlRoom {
 public:
  /// What is said, by name: request, who, ...
  using Words = std::map<std::string, std::string>;
  struct Reply {
    int status = 200;  ///< of HTTP
    Json document;
  };

  /// Reads the file and its record. Throws InvalidInput, FileError.
  ControlRoom(const std::filesystem::path& file, const std::string& armed_by, const Model& model);

  /// Before anything is sent: hands commands over.
  void connect(const io::LiveService& service) { service_ = &service; }

  // On the thread of the twin.
  void hear(const Snapshot& message);
  bool pass(LiveTwin& live, WallClock::Instant now);
  void end(WallClock::Instant now);

  /// "confirm", "refuse", "acknowledge", "work", "adopt" or "disarm", with the words that go with it.
  Reply act(const std::string& verb, const Words& words);
  static std::span<const std::string_view> verbs();

  Json document() const;  ///< GET /control
  io::ControlStatus status() const;
  bool from_anywhere() const { return from_anywhere_; }
  bool take_news() { return is_news_.exchange(false); }  ///< whether anything was written down since the last call

 private:
  std::optional<io::AuditFile> record_;
  const io::LiveService* service_ = nullptr;
  const LiveTwin* live_ = nullptr;  ///< since the first pass
  bool from_anywhere_ = false;
  std::atomic<bool> is_news_ = true;
  std::atomic<std::uint64_t> entries_ = 0;
  std::optional<io::LiveControl> control_;  ///< last: its thread uses the rest
};

}  // namespace takt::cli
