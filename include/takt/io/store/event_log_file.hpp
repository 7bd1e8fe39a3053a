// SPDX-License-Identifier: Apache-2.0
// Event logs as CSV, plain or gzip, with columns by any names.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "takt/core/error.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/sync/event_log.hpp"

namespace takt::io {

/// Which column holds what. An empty name is looked for under the names that are usual for it (see docs/formats.md);
/// a log needs a case (but for breakdowns), an activity and an end, everything else may be missing. Without a start,
/// what happened at one instant is all that is known of an event.
struct EventLogColumns {
  std::string case_id{}, activity{}, resource{}, worker{}, product{};
  std::string start{}, complete{};
  std::string quantity{}, good{}, scrap{};
  std::string kind{};
  /// What the values of the column `kind` mean; others are work.
  std::map<std::string, EventKind> kinds{
      {"setup", EventKind::setup}, {"breakdown", EventKind::breakdown}, {"arrival", EventKind::arrival}};
  char separator = ',';
  std::string zone = "UTC";  ///< of times without an offset
};

/// Reads a log (RFC 4180: quotes, line ends within them). Times are "2026-03-02 06:00:00", with T or a blank, fractions
/// and an offset or none; a date alone is its midnight. Every bad row is a fault of its column and line; with
/// `on_fault` it is reported and left out, without, all are thrown at the end as InvalidInput. Throws FileError.
EventLog read_event_log(const std::filesystem::path& file, const EventLogColumns& columns = {},
                        const std::function<void(const Fault&)>& on_fault = {}, const Limits& limits = {});
/// The same from text; `name` stands for the file in messages.
EventLog parse_event_log(std::string_view text, const EventLogColumns& columns = {}, const std::string& name = "log",
                         const std::function<void(const Fault&)>& on_fault = {}, const Limits& limits = {});
/// The log as CSV with the usual names; reads back with the same rows.
std::string to_csv(const EventLog& log);

}  // namespace takt::io
