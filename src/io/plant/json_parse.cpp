// SPDX-License-Identifier: Apache-2.0
// Builds a JsonTree from the events of nlohmann's parser. That parser knows lines only when it fails, so the iterator
// it reads from counts them; it looks one character ahead after a number, which is why blanks do not move a value's
// line.
#include <algorithm>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "io/plant/json_tree.hpp"
#include "plant/text.hpp"

namespace takt::io::detail {
namespace {

using Json = nlohmann::json;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

struct Position {
  std::uint32_t line;         // of the next character
  std::uint32_t line_of_ink;  // of the last character that is not a blank
  std::size_t read = 0;       // characters
};

class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, Position* position) : at_(at), position_(position) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    const char c = *at_++;
    ++position_->read;
    if (c == '\n') {
      ++position_->line;
    } else if (!is_blank(c)) {
      position_->line_of_ink = position_->line;
    }
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) { return a.at_ == b.at_; }

 private:
  const char* at_;
  Position* position_;
};

std::string between(const std::string& text, std::string_view from, std::string_view to) {
  const std::size_t start = text.find(from);
  if (start == std::string::npos) return {};
  const std::size_t begin = start + from.size();
  const std::size_t end = text.find(to, begin);
  return text.substr(begin, end == std::string::npos ? end : end - begin);
}

// The word around the last character read.
std::string_view word_at(std::string_view text, std::size_t read) {
  constexpr std::string_view kEnds = " \t\r\n,:[]{}";
  const auto is_end = [&](std::size_t i) { return kEnds.find(text[i]) != std::string_view::npos; };
  std::size_t from = std::min(read, text.size());
  if (from > 0 && is_end(from - 1)) --from;  // the parser learns of the end of a word by reading what ends it
  while (from > 0 && !is_end(from - 1)) --from;
  std::size_t to = from;
  while (to < text.size() && !is_end(to)) ++to;
  return text.substr(from, to - from);
}

// Whether a comma stands before the bracket that was read last.
bool is_after_comma(std::string_view text, std::size_t read) {
  std::size_t at = std::min(read, text.size()) - 1;
  while (at > 0 && is_blank(text[at - 1])) --at;
  return at > 0 && text[at - 1] == ',';
}

// A message is UTF-8 whatever the file holds: what is not becomes U+FFFD.
std::string as_utf8(std::string_view text) {
  const std::string valid = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  return Json::parse(valid).get<std::string>();
}

// The parser's message names what it was reading: "... while parsing object key - unexpected '}'; expected ...".
Fault fault_of(const std::string& message, std::string_view token, std::string_view text, std::size_t read) {
  Fault fault;
  if (message.find("number overflow") != std::string::npos) {
    return {.value = shortened(as_utf8(token)), .expected = "a number of ordinary size"};
  }
  const std::string context = between(message, "while parsing ", " - ");
  if (context == "object key") {
    fault.expected = "a name in double quotes";
  } else if (context == "object separator") {
    fault.expected = "':' after the name";
  } else if (context == "object") {
    fault.expected = "',' or '}'";
  } else if (context == "array") {
    fault.expected = "',' or ']'";
  } else if (message.find("; expected end of input") != std::string::npos) {
    fault.expected = "nothing after the end of the JSON text";
  } else {
    fault.expected = "a value";
  }

  const std::string unexpected = between(message, "unexpected ", "; expected");
  if (unexpected.empty() && message.find("invalid literal") != std::string::npos) {
    fault.value = shortened(as_utf8(word_at(text, read)));
  } else if (unexpected.empty()) {
    fault.value = shortened(as_utf8(token)) + " (" + between(message, " - ", "; last read") + ")";
  } else if (unexpected.ends_with("literal")) {
    fault.value = shortened(as_utf8(token));
  } else {
    fault.value = unexpected == "end of input" ? "the end of the text" : unexpected;
    const bool closes = unexpected == "'}'" || unexpected == "']'";
    if (closes && is_after_comma(text, read)) fault.expected += " (or no ',' before it)";
  }
  return fault;
}

}  // namespace

/// Takes the parser's events.
class JsonTreeBuilder {
 public:
  using Kind = JsonValue::Kind;

  JsonTreeBuilder(JsonTree& tree, std::string_view text, const Position& position, std::size_t depth)
      : tree_(tree), text_(text), position_(position), depth_(depth) {}

  bool null() { return scalar(Kind::null, "null"); }
  bool boolean(bool value) { return scalar(Kind::boolean, value ? "true" : "false"); }
  bool number_integer(std::int64_t value) { return scalar(Kind::integer, std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) { return scalar(Kind::integer, std::to_string(value)); }
  bool number_float(double, const std::string& text) { return scalar(Kind::number, text); }
  bool string(std::string& text) { return scalar(Kind::string, text); }
  bool binary(Json::binary_t&) { return false; }  // JSON text has none
  bool start_object(std::size_t) { return open(Kind::object); }
  bool start_array(std::size_t) { return open(Kind::array); }
  bool key(std::string& name) {
    if (name.size() > tree_.limits_.name) {
      stop({.value = takt::detail::in_quotes(shortened(name)) + " of " + std::to_string(name.size()) + " bytes",
            .expected = "a name of at most " + std::to_string(tree_.limits_.name) + " bytes"});
    }
    key_ = keep(name);
    return true;
  }
  bool end_object() {
    drop_duplicates(open_.back().node);
    open_.pop_back();
    return true;
  }
  bool end_array() {
    open_.pop_back();
    return true;
  }
  bool parse_error(std::size_t, const std::string& token, const Json::exception& error) {
    stop(fault_of(error.what(), token, text_, position_.read));
    return false;
  }

 private:
  struct Open {
    std::uint32_t node, last_child, children;
  };

  JsonTree::Span keep(std::string_view text) {
    const auto from = static_cast<std::uint32_t>(tree_.pool_.size());
    tree_.pool_ += text;
    return {from, static_cast<std::uint32_t>(text.size())};
  }

  std::uint32_t add(Kind kind) {
    const auto node = static_cast<std::uint32_t>(tree_.nodes_.size());
    tree_.nodes_.push_back({kind, position_.line_of_ink, 0, 0, 0, 0, {}, {}});
    if (open_.empty()) return node;
    Open& parent = open_.back();
    JsonTree::Node& added = tree_.nodes_.back();
    added.parent = parent.node;
    added.place = parent.children++;
    if (tree_.nodes_[parent.node].kind == Kind::object) added.key = key_;
    if (parent.last_child == 0) {
      tree_.nodes_[parent.node].first = node;
    } else {
      tree_.nodes_[parent.last_child].next = node;
    }
    parent.last_child = node;
    return node;
  }

  bool scalar(Kind kind, std::string_view text) {
    const std::uint32_t node = add(kind);
    tree_.nodes_[node].text = keep(text);
    return true;
  }

  bool open(Kind kind) {
    if (open_.size() == depth_) {
      stop({.value = std::to_string(depth_ + 1) + " levels", .expected = "at most " + std::to_string(depth_)});
      return false;
    }
    open_.push_back({add(kind), 0, 0});
    return true;
  }

  // Keeps the first of equal keys and reports the others.
  void drop_duplicates(std::uint32_t object) {
    std::vector<std::pair<std::string_view, std::uint32_t>> keys;
    for (std::uint32_t i = tree_.nodes_[object].first; i != 0; i = tree_.nodes_[i].next) {
      keys.emplace_back(tree_.at(tree_.nodes_[i].key), i);
    }
    std::sort(keys.begin(), keys.end());  // children are numbered in the order of the file
    std::vector<std::uint32_t> dropped;
    std::uint32_t kept = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (i == 0 || keys[i].first != keys[i - 1].first) {
        kept = keys[i].second;
        continue;
      }
      dropped.push_back(keys[i].second);
      report_duplicate(kept, keys[i].second);
    }
    if (dropped.empty()) return;
    std::sort(dropped.begin(), dropped.end());
    unlink(object, dropped);
  }

  void report_duplicate(std::uint32_t kept, std::uint32_t again) {
    if (tree_.duplicates_.size() >= tree_.limits_.faults) {
      tree_.duplicates_.push_back(too_many_faults(tree_.file_, tree_.limits_));
      throw InvalidInput(std::move(tree_.duplicates_));
    }
    const JsonValue value(&tree_, again);
    tree_.duplicates_.push_back(
        {.path = value.pointer(),
         .value = takt::detail::in_quotes(shortened(value.key())) + " again",
         .expected = "each name once (it stands in line " + std::to_string(tree_.nodes_[kept].line) + ")",
         .nearest = {},
         .file = tree_.file_,
         .line = value.line()});
  }

  void unlink(std::uint32_t object, const std::vector<std::uint32_t>& dropped) {
    // The first child of an object is never a repetition, so that there is always one before.
    for (std::uint32_t i = tree_.nodes_[object].first; i != 0; i = tree_.nodes_[i].next) {
      std::uint32_t& next = tree_.nodes_[i].next;
      while (next != 0 && std::binary_search(dropped.begin(), dropped.end(), next)) {
        next = tree_.nodes_[next].next;
      }
    }
  }

  [[noreturn]] void stop(Fault fault) const {
    fault.file = tree_.file_;
    fault.line = static_cast<int>(position_.line_of_ink);
    throw InvalidInput(std::move(fault));
  }

  JsonTree& tree_;
  std::string_view text_;
  const Position& position_;
  std::size_t depth_;
  std::vector<Open> open_;
  JsonTree::Span key_;
};

JsonTree::JsonTree(std::string_view text, std::string file, const Limits& limits, int first_line)
    : file_(std::move(file)), limits_(limits) {
  constexpr std::size_t kMostBytes = std::numeric_limits<std::uint32_t>::max();  // a Span counts no further
  constexpr std::size_t kDeepest = 1000;  // those who read the tree go down by recursion
  const std::size_t bytes = std::min(limits.bytes, kMostBytes);
  if (text.size() > bytes) {
    throw InvalidInput(Fault{.value = std::to_string(text.size()) + " bytes",
                             .expected = "at most " + std::to_string(bytes),
                             .file = file_});
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {  // the parser would end there
    const auto lines = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n');
    throw InvalidInput(Fault{.value = "a character U+0000",
                             .expected = "JSON text in UTF-8",
                             .file = file_,
                             .line = first_line + static_cast<int>(lines)});
  }
  const auto line = static_cast<std::uint32_t>(first_line);
  Position position{line, line};
  JsonTreeBuilder builder(*this, text, position, std::min(limits.depth, kDeepest));
  Json::sax_parse(CountingIterator(text.data(), &position), CountingIterator(text.data() + text.size(), &position),
                  &builder);
}

}  // namespace takt::io::detail
