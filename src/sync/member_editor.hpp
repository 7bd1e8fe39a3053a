// SPDX-License-Identifier: Apache-2.0
// Makes one state obey what was sensed: completions forced or held back, parts moved along the flow. No part is made or
// lost where there is another way.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sync/state_editor.hpp"

namespace takt::detail {

/// What stands around each place, and the machines from the end of the flow to its beginning.
struct FlowMap {
  explicit FlowMap(const Model& model);
  std::vector<std::vector<std::uint32_t>> makers;   ///< machines with a way to a place (buffers, then sinks)
  std::vector<std::vector<std::uint32_t>> sources;  ///< sources with a way to it
  std::vector<std::uint32_t> upstream_order;
};

class MemberEditor {
 public:
  /// `counted`: by machine, whether its counter is sensed, so that no other cell may change its completions.
  MemberEditor(const Model& model, const Parameters& parameters, State& state, const FlowMap& flow,
               std::span<const char> counted, std::uint64_t message)
      : model_(model),
        numbers_(parameters),
        state_(state),
        flow_(flow),
        counted_(counted),
        message_(message),
        editor_(model, parameters, state, message),
        view_(editor_.view()) {}

  StateEditor& cells() { return editor_; }
  StateView& view() { return view_; }
  const StateView& view() const { return view_; }

  /// One completion more; false if no way was found.
  bool force(std::uint32_t machine);
  /// One completion less: the part that came last is on the machine again, its work all but done.
  bool hold(std::uint32_t machine);
  /// A part for an idle machine, from the nearest upstream that is not counted.
  bool pull(std::uint32_t machine, int depth = 0);
  /// Room for a blocked machine, likewise downstream.
  bool push(std::uint32_t machine, int depth = 0);
  /// A good part turns out to be scrap, or the other way round.
  void spoil(std::uint32_t machine);
  void unspoil(std::uint32_t machine);
  /// More or fewer parts in a buffer, by the uncounted machines around it, else out of nothing.
  void set_level(std::uint32_t buffer, std::uint32_t level);
  /// Down since a while.
  void fail(std::uint32_t machine, double down_s) { editor_.set_down(machine, down_s); }
  void set_up(std::uint32_t machine) {
    editor_.set_up(machine);
    moved_ = true;
  }

  bool settled() const { return !moved_; }
  double uniform(std::uint64_t cell);

 private:
  static constexpr int kDeepest = 6;

  std::uint32_t server_at_work(std::uint32_t machine, bool most) const;
  std::uint32_t server_that(std::uint32_t machine, Activity activity) const;
  bool complete(std::uint32_t machine);
  bool take_back(std::uint32_t machine, Part& part, int depth);
  bool take_from_consumer(std::uint32_t place, Part& part, int depth);
  void give_back(std::uint32_t machine, const Part& part, int depth);
  void block(std::uint32_t server, const Part& part, std::uint32_t place);
  void put(std::uint32_t buffer, const Part& part, bool in_front);
  bool hold_at(std::uint32_t machine, int depth);
  void run();
  std::span<const std::uint32_t> consumers(std::uint32_t place) const;
  std::span<const std::uint32_t> inputs(std::uint32_t machine) const {
    return std::span(model_.inputs).subspan(model_.machines[machine].first_input, model_.machines[machine].inputs);
  }
  std::span<const Route> routes(std::uint32_t machine) const {
    return std::span(model_.routes).subspan(model_.machines[machine].first_route, model_.machines[machine].routes);
  }

  const Model& model_;
  const Parameters& numbers_;
  State& state_;
  const FlowMap& flow_;
  std::span<const char> counted_;
  std::uint64_t message_;
  StateEditor editor_;
  StateView& view_;
  std::uint64_t drawn_ = 0;
  bool moved_ = false;
};

}  // namespace takt::detail
