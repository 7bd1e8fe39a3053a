// SPDX-License-Identifier: Apache-2.0
// docs/kpis.md defines every key figure that is told, and no other.
#include "takt/kpi/kpis.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "takt/engine/model.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt {
namespace {

using Units = std::map<std::string, std::set<std::string>>;

Units told() {
  Units units;
  for (const KpiName& name : kpi_names(compile(io::load_plant("examples/bottling/bottling.json"))))
    units[name.kpi].insert(name.unit);
  return units;
}

/// The rows of the table of figures: | `name` | unit | definition | formula | source |.
Units documented() {
  Units units;
  std::ifstream page("docs/kpis.md");
  const std::regex row(R"(^\| `([a-z_0-9]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$)");
  for (std::string line; std::getline(page, line);) {
    std::smatch cells;
    if (!std::regex_match(line, cells, row)) continue;
    std::set<std::string>& of_name = units[cells[1].str()];
    const std::string list = cells[2].str();
    const std::regex unit(R"([^, ]+)");
    for (std::sregex_iterator it(list.begin(), list.end(), unit), end; it != end; ++it)
      if (it->str() != "or") of_name.insert(it->str());
  }
  return units;
}

TEST(KpiPage, DefinesEveryFigureWithItsUnitAndNoOther) { EXPECT_EQ(documented(), told()); }

}  // namespace
}  // namespace takt
