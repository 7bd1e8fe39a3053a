// SPDX-License-Identifier: Apache-2.0
// One member made to obey a snapshot, and how likely that was by its own forecast.
#pragma once

#include <span>

#include "sync/member_editor.hpp"
#include "sync/particle_news.hpp"

namespace takt::detail {

class Obedience {
 public:
  Obedience(const Model& model, const Parameters& parameters, State& state, const FlowMap& flow, const News& news,
            std::uint64_t message)
      : model_(model),
        numbers_(parameters),
        state_(state),
        news_(news),
        editor_(model, parameters, state, flow, news.counted, message) {}

  /// Multiplies factors[segment_of(machine or buffer)]; true if the member was as sensed before.
  bool run(std::span<double> factors, std::span<const std::uint32_t> segment_of_machine,
           std::span<const std::uint32_t> segment_of_buffer);

 private:
  double weigh_mode(const MachineNews& news);
  void obey_mode(const MachineNews& news);
  void obey_parts(const MachineNews& news);
  double obey_count(const MachineNews& news);
  void break_down(const MachineNews& news);
  void obey_scrap(const MachineNews& news);
  void take_totals(const MachineNews& news);
  double obey_level(const LevelNews& news);
  bool at_work(std::uint32_t machine) const;
  double down_for_s(std::uint32_t machine) const;
  double up_for_s(std::uint32_t machine) const;
  std::int64_t now() const { return state_.now.time_since_epoch().count(); }

  const Model& model_;
  const Parameters& numbers_;
  State& state_;
  const News& news_;
  MemberEditor editor_;
  bool agrees_ = true;
};

}  // namespace takt::detail
