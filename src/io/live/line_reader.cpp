// SPDX-License-Identifier: Apache-2.0
#include "io/live/line_reader.hpp"

#include "io/live/polling_source.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::io::detail {

LineReader snapshot_lines(const std::string& file, const std::string& source) {
  return [file, source](std::string_view line, int number, std::vector<Delivery>& out) {
    Delivery delivery{.arrival = wall_now(), .source = source};
    try {
      delivery.snapshot = parse_snapshot(line, file, number, {.bytes = kLongestLine});
      delivery.source = delivery.snapshot.source;
      delivery.sending.recorded = true;
      out.push_back(std::move(delivery));
    } catch (const InvalidInput& error) {
      delivery.kind = Delivery::Kind::rejected;
      delivery.fault = error.faults().front();
      out.push_back(std::move(delivery));
    }
  };
}

void LineCutter::add(std::string_view bytes, std::vector<Delivery>& out) {
  for (std::size_t newline = bytes.find('\n'); newline != std::string_view::npos; newline = bytes.find('\n')) {
    if (begun_.empty() && !too_long_) {
      line(bytes.substr(0, newline), out);
    } else {
      begun_.append(bytes.substr(0, newline));
      end(out);
    }
    bytes.remove_prefix(newline + 1);
  }
  begun_.append(bytes);
  if (begun_.size() > kLongestLine) {
    begun_.clear();
    too_long_ = true;
  }
}

void LineCutter::end(std::vector<Delivery>& out) {
  if (too_long_) begun_ = "a line of more than " + std::to_string(kLongestLine) + " bytes";
  if (!begun_.empty()) line(begun_, out);
  begun_.clear();
  too_long_ = false;
}

void LineCutter::line(std::string_view line, std::vector<Delivery>& out) {
  ++number_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.find_first_not_of(" \t") != std::string_view::npos) reader_(line, number_, out);
}

}  // namespace takt::io::detail
