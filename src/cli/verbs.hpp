// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/arguments.hpp"

namespace takt::cli {

Action declare_validate(Arguments& arguments);
Action declare_run(Arguments& arguments);
Action declare_study(Arguments& arguments);
Action declare_merge(Arguments& arguments);
Action declare_report(Arguments& arguments);
Action declare_optimise(Arguments& arguments);
Action declare_sync(Arguments& arguments);
Action declare_discover(Arguments& arguments);
Action declare_ict(Arguments& arguments);
Action declare_schema(Arguments& arguments);
Action declare_completion(Arguments& arguments);
Action declare_manual(Arguments& arguments);

/// All of them, as --help lists them.
std::span<const Verb> all_verbs();

}  // namespace takt::cli
