// SPDX-License-Identifier: Apache-2.0
// Reading takt-exact-cases/1: plants by kind and parameters, with the values that theory gives for them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "takt/core/error.hpp"

namespace takt::validation {

using Json = nlohmann::ordered_json;

/// One number that theory gives.
struct Expected {
  std::string name;    ///< "throughput", "working[2]", "first.blocked"
  std::string family;  ///< the last name in it, without an index: "throughput", "working", "blocked"
  double value = 0.0;
  int decimals = 0;       ///< digits printed behind the point
  int significant = 0;    ///< digits printed in all, leading zeros not counted
  bool is_share() const;  ///< a share of time or a probability
};

struct Case {
  std::string id, kind;
  Json parameters;
  std::vector<Expected> expected;  ///< arrays and objects laid out flat, in the order of the file
  double tolerance = 0.0;          ///< relative distance allowed where the expected value is a limit
};

/// Throws FileError or InvalidInput.
std::vector<Case> read_cases(const std::filesystem::path& file);

/// A case that is understood to mean something which the program does not do.
class Unsupported : public Error {
 public:
  using Error::Error;
};

/// The parameters of a case, each read by name. A name never read is something that the mapping does not know.
class ParameterReader {
 public:
  explicit ParameterReader(const Case& of) : parameters_(of.parameters) {}

  bool has(const std::string& name) const;  ///< given, and not null
  double number(const std::string& name);   ///< throws Error if it is missing or no number
  double number(const std::string& name, double otherwise) { return has(name) ? number(name) : skip(name, otherwise); }
  std::uint32_t count(const std::string& name, std::uint32_t least = 0);
  std::uint32_t count(const std::string& name, std::uint32_t least, std::uint32_t otherwise) {
    return has(name) ? count(name, least) : skip(name, otherwise);
  }
  bool flag(const std::string& name, bool otherwise);
  std::string text(const std::string& name, const std::string& otherwise);
  std::vector<double> numbers(const std::string& name);
  /// An array of that size, or one number for all.
  std::vector<double> numbers(const std::string& name, std::size_t size, std::optional<double> otherwise = {});
  std::vector<std::uint32_t> counts(const std::string& name, std::size_t size, std::uint32_t least,
                                    std::optional<std::uint32_t> otherwise = {});
  std::vector<std::vector<double>> matrix(const std::string& name, std::size_t size);
  const Json& value(const std::string& name);  ///< throws Error if it is missing

  /// Throws Unsupported for parameters that nobody read.
  void expect_all_read() const;

 private:
  template <class T>
  T skip(const std::string& name, T otherwise) {
    read_.insert(name);
    return otherwise;
  }
  const Json& parameters_;
  std::set<std::string> read_;
};

}  // namespace takt::validation
