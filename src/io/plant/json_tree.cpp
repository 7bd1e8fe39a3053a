// SPDX-License-Identifier: Apache-2.0
#include "io/plant/json_tree.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "plant/text.hpp"

namespace takt::io::detail {
namespace {

// A reader of "/a/b~1c/0" token by token.
std::string next_token(std::string_view& pointer) {
  pointer.remove_prefix(1);
  const std::size_t length = std::min(pointer.find('/'), pointer.size());
  std::string token;
  for (std::size_t i = 0; i < length; ++i) {
    if (pointer[i] == '~' && i + 1 < length) {
      token += pointer[++i] == '1' ? '/' : '~';
    } else {
      token += pointer[i];
    }
  }
  pointer.remove_prefix(length);
  return token;
}

// "<U+001B>": a message must not steer the terminal that shows it.
std::string with_plain_controls(std::string_view text) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto code = static_cast<unsigned char>(text[i]);
    const bool is_high = code == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (is_high) code = static_cast<unsigned char>(text[++i]);
    if (is_high || code < 0x20 || code == 0x7F) {
      out.append("<U+00").append({kDigits[code >> 4U], kDigits[code & 15U], '>'});
    } else if (text.substr(i).starts_with("\xEF\xBB\xBF")) {
      out += "<U+FEFF>";
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string shortened(std::string_view text) {
  constexpr std::size_t kMost = 60;
  if (text.size() <= kMost) return with_plain_controls(text);
  std::size_t cut = kMost - 3;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;  // not within a UTF-8 character
  return with_plain_controls(text.substr(0, cut)) + "...";
}

JsonValue::Kind JsonValue::kind() const { return tree_->nodes_[node_].kind; }
int JsonValue::line() const { return static_cast<int>(tree_->nodes_[node_].line); }
std::string_view JsonValue::key() const { return tree_->at(tree_->nodes_[node_].key); }
std::string_view JsonValue::text() const { return tree_->at(tree_->nodes_[node_].text); }

JsonValue JsonValue::first() const {
  const std::uint32_t child = tree_->nodes_[node_].first;
  return child == 0 ? JsonValue() : JsonValue(tree_, child);
}

JsonValue JsonValue::next() const {
  const std::uint32_t sibling = tree_->nodes_[node_].next;
  return sibling == 0 ? JsonValue() : JsonValue(tree_, sibling);
}

JsonValue JsonValue::find(std::string_view key) const {
  if (kind() != Kind::object) return {};
  const std::uint32_t found = tree_->find(node_, key);
  return found == 0 ? JsonValue() : JsonValue(tree_, found);
}

std::string JsonValue::pointer() const {
  std::vector<std::string> tokens;
  for (std::uint32_t at = node_; at != 0; at = tree_->nodes_[at].parent) {
    const auto& node = tree_->nodes_[at];
    const bool in_object = tree_->nodes_[node.parent].kind == Kind::object;
    tokens.push_back(in_object ? takt::detail::pointer_token(tree_->at(node.key)) : std::to_string(node.place));
  }
  std::string pointer;
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) pointer += "/" + *token;
  return pointer;
}

std::string JsonValue::shown() const {
  switch (kind()) {
    case Kind::object: return first() ? "an object" : "an empty object";
    case Kind::array: return first() ? "a list" : "an empty list";
    case Kind::string: return takt::detail::in_quotes(shortened(text()));
    default: return shortened(text());
  }
}

std::uint32_t JsonTree::find(std::uint32_t object, std::string_view key) const {
  constexpr std::uint32_t kFew = 16;
  if (const auto known = keys_.find(object); known != keys_.end()) {
    const auto found = known->second.find(key);
    return found == known->second.end() ? 0 : found->second;
  }
  std::uint32_t looked_at = 0;
  for (std::uint32_t child = nodes_[object].first; child != 0; child = nodes_[child].next) {
    if (at(nodes_[child].key) == key) return child;
    if (++looked_at < kFew) continue;
    Keys& keys = keys_[object];  // a plant of many machines is asked for each of them
    for (std::uint32_t i = nodes_[object].first; i != 0; i = nodes_[i].next) keys.emplace(at(nodes_[i].key), i);
    return find(object, key);
  }
  return 0;
}

JsonValue JsonTree::follow(std::string_view pointer, std::string_view& rest) const {
  JsonValue value = root();
  rest = pointer;
  while (!rest.empty()) {
    std::string_view after = rest;
    const std::string token = next_token(after);
    JsonValue child;
    if (value.kind() == JsonValue::Kind::object) {
      child = value.find(token);
    } else if (value.kind() == JsonValue::Kind::array) {
      std::size_t place = 0;
      const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), place);
      if (error != std::errc() || end != token.data() + token.size()) break;
      for (child = value.first(); child && place > 0; --place) child = child.next();
    }
    if (!child) break;
    value = child;
    rest = after;
  }
  return value;
}

}  // namespace takt::io::detail
