// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/snapshot.hpp"

namespace takt {

ReportedMode mode_of(const std::string& packml_state) {
  using enum ReportedMode;
  static const std::map<std::string, ReportedMode> modes = {
      {"Execute", working},      {"Starting", working}, {"Completing", working}, {"Unholding", working},
      {"Unsuspending", working}, {"Idle", idle},        {"Suspending", idle},    {"Suspended", idle},
      {"Complete", idle},        {"Resetting", idle},   {"Holding", down},       {"Held", down},
      {"Aborting", down},        {"Aborted", down},     {"Clearing", down},      {"Stopping", down},
      {"Stopped", down}};
  const auto it = modes.find(packml_state);
  return it == modes.end() ? unknown : it->second;
}

}  // namespace takt
