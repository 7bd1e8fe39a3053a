// SPDX-License-Identifier: Apache-2.0
#include "cli/twin_json.hpp"

#include "report/twin_words.hpp"
#include "takt/engine/explain.hpp"

namespace takt::cli {

Json learnt_json(const Twin& twin) {
  Json list = Json::array();
  for (const Learnt::Row& row : twin.learnt().rows()) {
    list.push_back({{"path", row.path},
                    {"plant_s", get_law(twin.model(), twin.model().defaults, row.path).mean()},
                    {"mean_s", row.mean_s},
                    {"low_s", row.low_s},
                    {"high_s", row.high_s},
                    {"observations", row.observations}});
  }
  return list;
}

Json machines_json(const Twin& twin) {
  const ConstStateView view(twin.model(), twin.state());
  Json list = Json::array();
  for (std::uint32_t m = 0; m < twin.model().machines.size(); ++m)
    list.push_back({{"path", twin.model().machine_path(m)},
                    {"state", report::detail::machine_word(twin.model(), twin.state(), m)},
                    {"good", view.machines[m].completions - view.machines[m].scrapped},
                    {"scrap", view.machines[m].scrapped},
                    {"why", why(twin.model(), twin.state(), MachineId{m})}});
  return list;
}

Json buffers_json(const Twin& twin) {
  const ConstStateView view(twin.model(), twin.state());
  Json list = Json::array();
  for (std::uint32_t b = 0; b < view.buffers.size(); ++b)
    if (twin.model().buffer_entity[b] != kNone)
      list.push_back({{"path", twin.model().buffer_path(b)}, {"level", view.buffers[b].level}});
  return list;
}

}  // namespace takt::cli
