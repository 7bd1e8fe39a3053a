// SPDX-License-Identifier: Apache-2.0
#include "io/live/mtconnect/document.hpp"

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

#include "takt/core/error.hpp"

namespace takt::io::mtconnect {
namespace {

constexpr std::size_t kLongest = std::size_t{64} << 20;  // of a document

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
  for (const pugi::xml_node& each : parent.children())
    if (local_name(each) == name) return each;
  return {};
}

[[noreturn]] void refuse(std::string value, std::string expected) {
  throw InvalidInput(Fault{.value = std::move(value), .expected = std::move(expected)});
}

std::uint64_t count(const pugi::xml_node& node, const char* attribute) {
  const std::string_view text = node.attribute(attribute).value();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    refuse('"' + std::string(text) + '"',
           "a whole number as " + std::string(attribute) + " of " + std::string(local_name(node)));
  return value;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(kSpace) - from + 1));
}

void read_device(const pugi::xml_node& device, std::vector<Observation>& out) {
  for (const pugi::xml_node& component : device.children())
    for (const pugi::xml_node& category : component.children())
      for (const pugi::xml_node& item : category.children()) {
        if (!item.attribute("dataItemId")) continue;
        const bool is_condition = local_name(category) == "Condition";
        out.push_back({.sequence = count(item, "sequence"),
                       .time = parse_instant(item.attribute("timestamp").value()),
                       .id = item.attribute("dataItemId").value(),
                       .name = item.attribute("name").value(),
                       .value = is_condition ? std::string(local_name(item)) : trimmed(item.child_value())});
      }
}

Document read_streams(const pugi::xml_node& root) {
  const pugi::xml_node header = child(root, "Header");
  Document document;
  document.instance = count(header, "instanceId");
  document.next = count(header, "nextSequence");
  document.created = parse_instant(header.attribute("creationTime").value());
  for (const pugi::xml_node& device : child(root, "Streams").children()) read_device(device, document.observations);
  std::ranges::sort(document.observations, {}, &Observation::sequence);
  return document;
}

Document read_error(const pugi::xml_node& root) {
  Document document;
  const pugi::xml_node list = child(root, "Errors");
  for (const pugi::xml_node& error : list ? list.children() : root.children()) {
    const std::string code = error.attribute("errorCode").value();
    if (code.empty()) continue;
    document.out_of_range = document.out_of_range || code == "OUT_OF_RANGE";
    const std::string text = trimmed(error.child_value());
    document.error += (document.error.empty() ? "" : "; ") + code + (text.empty() ? "" : ": " + text);
  }
  if (document.error.empty()) document.error = "an error without a code";
  return document;
}

}  // namespace

Document parse_document(std::string_view xml) {
  pugi::xml_document tree;
  const pugi::xml_parse_result parsed = tree.load_buffer(xml.data(), xml.size());
  if (!parsed)
    refuse(parsed.description(), "an XML document, which it is not at byte " + std::to_string(parsed.offset));
  const pugi::xml_node root = tree.document_element();
  if (local_name(root) == "MTConnectStreams") return read_streams(root);
  if (local_name(root) == "MTConnectError") return read_error(root);
  refuse('<' + std::string(root.name()).substr(0, 60) + '>', "MTConnectStreams: the answer of an MTConnect agent");
}

Parts::Parts(std::string_view content_type) {
  constexpr std::string_view kKey = "boundary=";
  const std::size_t at = content_type.find(kKey);
  if (at == std::string_view::npos)
    refuse('"' + std::string(content_type) + '"', "a stream of documents: multipart/x-mixed-replace; boundary=...");
  std::string_view boundary = content_type.substr(at + kKey.size());
  boundary = boundary.substr(0, boundary.find(';'));
  if (boundary.starts_with('"') && boundary.size() > 1) boundary = boundary.substr(1, boundary.size() - 2);
  boundary_ = "--" + std::string(boundary);
}

void Parts::add(std::string_view bytes, const std::function<void(std::string_view)>& part) {
  begun_ += bytes;
  while (take_one(part)) {
  }
  if (begun_.size() > kLongest) refuse(std::to_string(begun_.size()) + " bytes", "a part of a stream of documents");
}

bool Parts::take_one(const std::function<void(std::string_view)>& part) {
  const std::size_t boundary = begun_.find(boundary_);
  if (boundary == std::string::npos) return false;
  const std::size_t head = boundary + boundary_.size();
  std::size_t head_end = begun_.find("\r\n\r\n", head), gap = 4;
  if (head_end == std::string::npos) {
    head_end = begun_.find("\n\n", head);
    gap = 2;
  }
  if (head_end == std::string::npos) return false;
  std::string headers = begun_.substr(head, head_end - head);
  std::ranges::transform(headers, headers.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::string_view kLength = "content-length:";
  const std::size_t at = headers.find(kLength);
  if (at == std::string::npos) refuse("a part without Content-length", "a part of a stream of documents");
  std::size_t from = at + kLength.size(), length = 0;
  while (from < headers.size() && headers[from] == ' ') ++from;
  const auto [end, error] = std::from_chars(headers.data() + from, headers.data() + headers.size(), length);
  if (error != std::errc() || length > kLongest) refuse("a part of that length", "one of at most 64 MiB");
  const std::size_t body = head_end + gap;
  if (begun_.size() < body + length) return false;
  part(std::string_view(begun_).substr(body, length));
  begun_.erase(0, body + length);
  return true;
}

}  // namespace takt::io::mtconnect
