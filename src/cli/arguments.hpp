// SPDX-License-Identifier: Apache-2.0
// The command line without its parser: a verb declares what it takes, and gets an action to run once that is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "takt/core/time.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace takt::cli {

/// Arguments that make no sense together; the program says so and exits with kWrongUsage.
class WrongUsage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr const char* kPurpose =
    "Digital twins of factories: check a plant, keep it true to the real one, and ask what if.";
inline constexpr const char* kStreams = "Data goes to standard output, progress and messages to standard error.";

/// One thing that a verb takes, for what is made from it: completion.hpp, manual.hpp.
struct Declared {
  enum class Kind { file, value, choice, flag };
  std::string name;   ///< "PLANT", "--horizon"
  std::string shape;  ///< of an option's value: "D"; empty otherwise
  Kind kind = Kind::value;
  std::string help;
  bool required = false;
  bool repeated = false;
  std::vector<std::string> choices{};
  bool is_option() const { return name.starts_with('-'); }
};

/// What one verb takes. The variables named outlive it. A value that cannot be read is wrong usage.
class Arguments {
 public:
  explicit Arguments(CLI::App& app) : app_(app) {}

  enum class Need { optional, required };
  using Reader = std::function<void(const std::string&)>;  ///< throws InvalidInput

  void file(const char* name, std::filesystem::path& into, const char* help);  ///< without a flag, required
  void file(const char* name, std::optional<std::filesystem::path>& into, const char* help);  ///< without a flag
  /// Without a flag, one at least.
  void files(const char* name, std::vector<std::filesystem::path>& into, const char* help);
  /// A flag that may be left out; a word that is none of `choices` is wrong usage.
  void option(const char* flag, std::vector<std::string> choices, std::string& into, const char* help);
  /// Without a flag, required; a word that is none of `choices` is wrong usage.
  void choice(const char* name, std::vector<std::string> choices, std::string& into, const char* help);
  void option(const char* flag, const char* shape, std::optional<std::filesystem::path>& into, const char* help);
  void required(const char* flag, const char* shape, std::optional<std::filesystem::path>& into, const char* help);
  void option(const char* flag, const char* shape, Duration& into, const char* help, Need need = Need::optional);
  void option(const char* flag, const char* shape, std::uint64_t& into, const char* help);
  struct Range {
    std::uint32_t least, most;
  };
  void option(const char* flag, const char* shape, std::uint32_t& into, Range range, const char* help);
  void repeated(const char* flag, const char* shape, Reader reader, const char* help);  ///< called for each
  /// Without a flag, as often as wanted; completion offers `words`, and `reader` says what is wrong with another.
  void words(const char* name, std::vector<std::string> words, Reader reader, const char* help);
  void flag(const char* flag, bool& into, const char* help);

  const std::vector<Declared>& declared() const { return declared_; }  ///< in the order of the calls

 private:
  CLI::Option& add(const char* flag, const char* shape, Reader reader, const char* help);
  CLI::App& app_;
  std::vector<Declared> declared_;
};

/// Does the work of a verb and gives the exit status.
using Action = std::function<int(std::stop_token)>;

struct Verb {
  const char* name;
  const char* help;
  Action (*declare)(Arguments&);
};

/// What a verb takes, without running it.
std::vector<Declared> declared_by(const Verb& verb);

/// Parses, runs the verb asked for, and gives the exit status. Errors become messages on standard error.
int run_command_line(int argc, char** argv, std::span<const Verb> verbs);

}  // namespace takt::cli
