// SPDX-License-Identifier: Apache-2.0
#include "takt/io/plant/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/verbs.hpp"

namespace takt::cli {
namespace {

std::vector<std::string> names_of_formats() {
  std::vector<std::string> names;
  for (const io::Schema& schema : io::schemas()) names.emplace_back(schema.format);
  return names;
}

const io::Schema& schema_of(const std::string& format) {
  const auto found = std::ranges::find(io::schemas(), format, &io::Schema::format);
  if (found != io::schemas().end()) return *found;
  const std::vector<std::string> names = names_of_formats();
  throw InvalidInput(Fault{.value = '"' + format + '"',
                           .expected = fmt::format("one of {}", fmt::join(names, ", ")),
                           .nearest = nearest_name(format, names)});
}

int print_schema(const io::Schema* schema) {
  if (schema) {
    print_data(schema->text);
    return kDone;
  }
  print_data(fmt::format("{}\n", fmt::join(names_of_formats(), "\n")));
  return kDone;
}

}  // namespace

Action declare_schema(Arguments& arguments) {
  const auto chosen = std::make_shared<const io::Schema*>(nullptr);  // shared: an action can be copied
  const auto read = [chosen](const std::string& format) { *chosen = &schema_of(format); };
  arguments.words("FORMAT", names_of_formats(), read,
                  "The format, such as takt-plant/1; without it, the formats are listed");
  return [chosen](const std::stop_token&) { return print_schema(*chosen); };
}

}  // namespace takt::cli
