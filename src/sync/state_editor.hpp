// SPDX-License-Identifier: Apache-2.0
// Changes a state by hand, one cell at a time, keeping its books: parts are added or taken out of the count, queues of
// those who wait stay whole. `settle` must follow.
#pragma once

#include <optional>

#include "takt/engine/advance.hpp"

namespace takt::detail {

class StateEditor {
 public:
  StateEditor(const Model& model, const Parameters& parameters, State& state, std::uint64_t message_hash)
      : model_(model), numbers_(parameters), state_(state), view_(model, state), message_(message_hash) {}

  StateView& view() { return view_; }

  void set_level(std::uint32_t buffer, std::uint32_t level);

  /// A server gets a part (from its inputs if there is one, otherwise a new one) and `worked_s` of its cycle is done;
  /// what is left follows its law. Returns whether the law allows that much work.
  bool set_working(std::uint32_t machine, std::uint32_t server, double worked_s, std::optional<std::uint32_t> product);
  /// The work on the server's part is done now: it leaves at once if it can.
  void set_done(std::uint32_t machine, std::uint32_t server, std::optional<std::uint32_t> product);

  void set_down(std::uint32_t machine, double down_s);
  void set_up(std::uint32_t machine);

  double worked_s(std::uint32_t machine, std::uint32_t server) const;
  double mean_cycle_s(std::uint32_t machine, std::uint32_t product) const;

 private:
  std::uint32_t law_of(const MachineSpec& spec, std::uint32_t product) const;
  std::int64_t now() const { return state_.now.time_since_epoch().count(); }
  Draw draw_for(std::uint64_t cell) const;
  /// A level tells how many parts there are, not which: their products follow the shares of the first source.
  std::uint32_t likely_product(std::uint32_t buffer, std::uint64_t part) const;
  void give_part(std::uint32_t machine, std::uint32_t server, std::optional<std::uint32_t> product);
  void leave_queue(std::uint32_t server);
  void update_clock(std::uint32_t machine);
  void call_crew(std::uint32_t machine);
  void release_crew(std::uint32_t machine);

  const Model& model_;
  const Parameters& numbers_;
  State& state_;
  StateView view_;
  std::uint64_t message_;
};

}  // namespace takt::detail
