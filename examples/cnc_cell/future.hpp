// SPDX-License-Identifier: Apache-2.0
// One future of a machine; see futures.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "draws.hpp"
#include "futures.hpp"
#include "takt/engine/advance.hpp"

namespace cnc {

/// What one future begins with: the operation that runs at the cut, as one of its possible ends has it, or the gap
/// since the last one.
struct Present {
  double first_s = 0.0;      ///< how long what goes on at the cut (operation or gap) takes in all
  double scrap = 0.0;        ///< at work: probability that the operation will not be completed
  Step step = Step::other;   ///< idle: what comes after the gap
  double duration_s = 0.0;   ///< of another piece by the program at work
  double before_s = 0.0;     ///< the same for the program before it; 0: none
  double pieces_left = 0.0;  ///< of the batch, after the one at work
  double closing_s = 0.0;    ///< no operation begins from here on; on the state's clock
};

/// What the futures of one moment have in common.
struct Common {
  const takt::Model& model;
  takt::State base;  ///< at the cut; its zero is the start of the running operation, or of the running gap
  Evidence evidence;
  FutureOptions options;
  bool running = false;
  double cut_s = 0.0;         ///< on the state's clock, as the two below
  double midnight_s = 0.0;    ///< before the cut
  double last_start_s = 0.0;  ///< of an operation: the shop was open
};

/// Past values as a law, which remembers what each of them was.
class ListedLaw {
 public:
  struct Row {
    double value, weight;
    std::size_t index;
  };
  explicit ListedLaw(std::vector<Row> rows);  ///< one weight must be above zero

  const takt::Distribution& law() const { return law_; }
  std::size_t index_of(double value) const;  ///< of the value nearest to one that was drawn

 private:
  std::vector<Row> rows_;  // sorted by value
  takt::Distribution law_;
};

class Future {
 public:
  Future(const Common& common, std::uint32_t replication);

  /// The weight of each past transition in this future, for the next one within a batch or after its end.
  std::span<const double> transition_weights(bool batch_done) const { return batch_done ? change_weights_ : weights_; }
  /// The end of the day, drawn: on the state's clock.
  double draw_closing_s();
  /// Pieces still to come of a program with so many completed, drawn; infinite for a batch without end.
  double draw_pieces_left(double completed);

  /// Completions from the present until each time (on the state's clock, growing).
  std::vector<std::uint32_t> run(const Present& present, const std::vector<takt::Time>& until);

 private:
  void weigh_transitions();
  const ListedLaw& gaps(bool batch_done);
  const ListedLaw& durations();
  void set_next_gap();
  void begin_operation(Step step);
  void operation_begun(double duration_s);
  void react();
  void set_scrap(double probability) { numbers_.probabilities[spec_.scrap] = probability; }
  void set_cycle_time(takt::Distribution law) { numbers_.set_law(spec_.cycle_law, std::move(law)); }
  void set_load_time(takt::Distribution law) { numbers_.set_law(spec_.load_law, std::move(law)); }

  static constexpr double kNoEnd = std::numeric_limits<double>::infinity();

  const Common& common_;
  const takt::MachineSpec& spec_;
  std::uint32_t replication_;
  takt::Parameters numbers_;
  takt::State state_;
  Draws closing_draws_, batch_draws_;

  std::vector<double> weights_, change_weights_, closing_weights_;    // of past cases in this future
  std::vector<double> gaps_s_;                                        // past gaps as they would be in this future
  std::optional<ListedLaw> gap_law_, change_gap_law_, duration_law_;  // made when first needed

  Present now_;                          // kept up to date while the future runs
  bool closed_ = false;                  // no further operation
  bool is_other_ = false;                // the operation set up for, or at work, is by a new program
  const ListedLaw* next_gap_ = nullptr;  // the law of gaps that is set
};

}  // namespace cnc
