// SPDX-License-Identifier: Apache-2.0
// From the kind and parameters of a case to the plant that takt runs for it.
#pragma once

#include <string>
#include <vector>

#include "case_file.hpp"
#include "long_run.hpp"
#include "scoring.hpp"

namespace takt::validation {

/// Simulates a case: one estimate for each expected value. Throws Unsupported where parameters or values are not known
/// for the kind, and Error where they are wrong.
using Kind = std::vector<Estimate> (*)(const Case&, const Settings&);

/// What runs a kind, or null if nothing does.
Kind find_kind(const std::string& name);

/// Runs a case and judges it; never throws for what is wrong with the case.
CaseResult run_case(const Case& from, const Settings& settings);

// Queues
std::vector<Estimate> run_mmc(const Case&, const Settings&);
std::vector<Estimate> run_mmck(const Case&, const Settings&);
std::vector<Estimate> run_mg1_breakdowns(const Case&, const Settings&);
std::vector<Estimate> run_jackson(const Case&, const Settings&);

// Lines and machines that fail
std::vector<Estimate> run_serial_line(const Case&, const Settings&);
std::vector<Estimate> run_open_line(const Case&, const Settings&);
std::vector<Estimate> run_unreliable_line(const Case&, const Settings&);
std::vector<Estimate> run_zero_buffer_line(const Case&, const Settings&);
std::vector<Estimate> run_repairman(const Case&, const Settings&);

// Many short runs
std::vector<Estimate> run_transient_queue(const Case&, const Settings&);
std::vector<Estimate> run_warm_start(const Case&, const Settings&);
std::vector<Estimate> run_deadlock(const Case&, const Settings&);

// Nothing random
std::vector<Estimate> run_failing_pair(const Case&, const Settings&);
std::vector<Estimate> run_oee(const Case&, const Settings&);

}  // namespace takt::validation
