// SPDX-License-Identifier: Apache-2.0
#include "io/plant/json_writer.hpp"

#include <nlohmann/json.hpp>

#include "core/number_text.hpp"

namespace takt::io::detail {
namespace {

std::string escaped(std::string_view text) {
  // A file must be UTF-8 whatever a name holds.
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

JsonWriter& JsonWriter::end() {
  const Open closed = open_.back();
  open_.pop_back();
  if (!closed.one_line && !closed.empty) new_line();
  out_ += closed.closing;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  out_ += escaped(name) + ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) { return raw(escaped(value)); }

JsonWriter& JsonWriter::number(double value) { return raw(takt::detail::number_text(value)); }

JsonWriter& JsonWriter::begin(char opening, char closing, Layout layout) {
  separate();
  const bool within_line = !open_.empty() && open_.back().one_line;
  out_ += opening;
  open_.push_back({closing, within_line || layout == Layout::one_line, true});
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view value) {
  separate();
  out_ += value;
  return *this;
}

void JsonWriter::separate() {
  if (after_key_ || open_.empty()) {
    after_key_ = false;
    return;
  }
  Open& parent = open_.back();
  if (!parent.empty) out_ += parent.one_line ? ", " : ",";
  if (!parent.one_line) new_line();
  parent.empty = false;
}

void JsonWriter::new_line() {
  out_ += '\n';
  out_.append(2 * open_.size(), ' ');
}

}  // namespace takt::io::detail
