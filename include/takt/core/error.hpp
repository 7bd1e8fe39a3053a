// SPDX-License-Identifier: Apache-2.0
// What takt says when something is wrong: where, what was found, what was expected, and what may have been meant.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace takt {

/// One thing wrong with an input. Empty fields are unknown or do not apply.
struct Fault {
  std::string path{};      ///< where: a JSON pointer of a file, an entity path of a plant, a parameter's path
  std::string value{};     ///< what was found there, as text
  std::string expected{};  ///< what would have been right
  std::string nearest{};   ///< the nearest valid name, for a name that is not known
  std::string file{};      ///< the file, if the input came from one
  int line = 0;            ///< its line, counted from 1; 0 if unknown

  friend bool operator==(const Fault&, const Fault&) = default;
};

/// One line of text: `file:line: path: found VALUE, expected EXPECTED; did you mean NEAREST?`
std::string to_text(const Fault&);

/// Base of all errors thrown by takt.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The input cannot be used: every fault found in it, not only the first. `what()` has one line a fault.
class InvalidInput : public Error {
 public:
  explicit InvalidInput(std::vector<Fault> faults);
  explicit InvalidInput(Fault fault) : InvalidInput(std::vector<Fault>{std::move(fault)}) {}
  const std::vector<Fault>& faults() const { return faults_; }

 private:
  std::vector<Fault> faults_;
};

/// A file cannot be opened, read or written; `what()` names it and the system's reason.
class FileError : public Error {
 public:
  using Error::Error;
};

/// Data could not be written: no room, no right, no such folder. Nothing of it is left.
class WriteError : public FileError {
 public:
  using FileError::FileError;
};

/// The known name most like `name` (Damerau-Levenshtein distance, at most a third of the length), or "" if
/// none is near or the name is longer than 200 characters.
std::string nearest_name(std::string_view name, std::span<const std::string> known);

}  // namespace takt
