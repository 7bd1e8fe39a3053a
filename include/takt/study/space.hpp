// SPDX-License-Identifier: Apache-2.0
// What may be chosen: variables that are whole numbers, real numbers or one of several, and what they must keep
// together.
//
//   Space space;
//   space.variables = {parse_variable("first=1..18"), parse_variable("second=1..18"),
//   parse_variable("mode=slow,fast")}; space.constraints = {parse_constraint("first + second <= 20", space)};
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "takt/core/random.hpp"
#include "takt/study/trials.hpp"

namespace takt {

struct Variable {
  enum class Kind : std::uint8_t { integer, real, choice };
  std::string name{};
  Kind kind = Kind::integer;
  double low = 0.0, high = 1.0;        ///< both may be taken; of a choice 0 and the number of choices less one
  std::vector<std::string> choices{};  ///< texts; a design point holds the number of one, from 0
  std::string unit{};                  ///< what stands behind a value as text; empty: nothing
};

/// The sum of factor times value over all variables, against a bound.
struct Constraint {
  enum class Relation : std::uint8_t { at_most, at_least, equal };
  std::vector<double> factors{};  ///< by variable
  Relation relation = Relation::at_most;
  double bound = 0.0;
};

struct Space {
  std::vector<Variable> variables{};
  std::vector<Constraint> constraints{};
  /// What no linear constraint says; none: everything else is allowed. Called from one thread.
  std::function<bool(std::span<const double>)> allowed{};
};

/// "name=1..18" whole numbers, "name=8.0..12.0" real ones, "name=8..12 s" real ones with a unit, "name=1..18 parts"
/// whole ones with a unit, "name=a,b,c" choices. Throws InvalidInput.
Variable parse_variable(std::string_view text);

/// "2 first + second - third <= 20", with <=, >= or =; a variable stands on the left only. Throws InvalidInput naming
/// the nearest variable.
Constraint parse_constraint(std::string_view text, const Space& space);

/// Throws InvalidInput with every fault: a name used twice, an empty range, factors that do not fit.
void check(const Space& space);

/// Within all ranges, whole where it has to be, and all constraints kept (to 1e-9 of their size).
bool is_feasible(const Space& space, std::span<const double> point);

/// The text of a value with its unit: "12", "9.5 s", "fast".
std::string value_text(const Variable& variable, double value);
/// "first = 12, mode = fast".
std::string point_text(const Space& space, std::span<const double> point);

/// Every feasible point, the last variable running fastest. Throws InvalidInput if a variable is real, or if there are
/// more than `most`.
std::vector<DesignPoint> all_points(const Space& space, std::size_t most = 1'000'000);

/// A feasible point drawn at random: variables in random order, each uniformly in what the constraints leave of its
/// range. The numbers are those of draw `ordinal` of the stream. None if none was found in a thousand tries.
std::optional<DesignPoint> random_point(const Space& space, StreamKey stream, std::uint64_t ordinal);

/// The feasible points beside one: a whole number one up or one down, another choice, and, where constraints bind
/// variables to each other, one up while another goes down. Real variables stay.
std::vector<DesignPoint> neighbours(const Space& space, std::span<const double> point);

/// Equality constraints used to compute some variables from the others, so that a search may move the others freely.
class FreeCoordinates {
 public:
  /// Throws InvalidInput if the equalities contradict each other.
  explicit FreeCoordinates(const Space& space);
  const std::vector<std::size_t>& variables() const { return free_; }  ///< those that are free
  /// The point with the others computed: feasible, or none.
  std::optional<DesignPoint> complete(std::span<const double> free) const;

 private:
  const Space& space_;
  std::vector<std::size_t> free_;
  struct Dependent {
    std::size_t variable;
    double constant;
    std::vector<double> factors;  ///< by free variable
  };
  std::vector<Dependent> dependents_;
};

}  // namespace takt
