// SPDX-License-Identifier: Apache-2.0
#include "kinds.hpp"

#include <chrono>
#include <map>

namespace takt::validation {

Kind find_kind(const std::string& name) {
  static const std::map<std::string, Kind> kKinds{
      {"mmc", run_mmc},
      {"mmck", run_mmck},
      {"mg1_breakdowns", run_mg1_breakdowns},
      {"jackson", run_jackson},
      {"serial_line", run_serial_line},
      {"open_line", run_open_line},
      {"unreliable_line", run_unreliable_line},
      {"zero_buffer_line", run_zero_buffer_line},
      {"repairman", run_repairman},
      {"transient_queue", run_transient_queue},
      {"warm_start", run_warm_start},
      {"deadlock", run_deadlock},
      {"failing_pair", run_failing_pair},
      {"oee", run_oee},
  };
  const auto found = kKinds.find(name);
  return found == kKinds.end() ? nullptr : found->second;
}

CaseResult run_case(const Case& from, const Settings& settings) {
  const auto began = std::chrono::steady_clock::now();
  CaseResult result{from.id, from.kind};
  const Kind kind = find_kind(from.kind);
  try {
    if (kind == nullptr) throw Unsupported("the kind " + from.kind + " is not known");
    if (from.expected.empty()) throw Unsupported("nothing that is expected can be compared");
    result = score(from, kind(from, settings));
  } catch (const Unsupported& error) {
    result.note = error.what();
  } catch (const std::exception& error) {
    result.status = CaseResult::Status::failed;
    result.note = error.what();
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return result;
}

}  // namespace takt::validation
