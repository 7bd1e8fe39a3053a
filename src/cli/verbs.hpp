// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/arguments.hpp"

namespace takt::cli {

Action declare_validate(Arguments& arguments);
Action declare_run(Arguments& arguments);
Action declare_sync(Arguments& arguments);

}  // namespace takt::cli
