// SPDX-License-Identifier: Apache-2.0
#include "io/live/table_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>

#include "io/live/cell_book.hpp"
#include "io/live/polling_source.hpp"
#include "io/plant/csv.hpp"
#include "takt/core/calendar.hpp"

namespace takt::io::detail {
namespace {

class TableReader {
 public:
  TableReader(TableMapping mapping, std::string file, std::string source)
      : mapping_(std::move(mapping)), file_(std::move(file)), source_(std::move(source)), book_(mapping_.cells) {}

  void line(std::string_view line, int number, std::vector<Delivery>& out) {
    number_ = number;
    out_ = &out;
    CsvReader reader(line, mapping_.separator);
    if (!reader.next(cells_)) return;
    if (reader.ends_quoted())
      fault(std::string(line.substr(0, 60)), "a row whose quotes end on its line");
    else if (columns_.empty())
      read_header();
    else
      read_row();
  }

 private:
  void fault(std::string value, std::string expected, std::string nearest = {}, std::string column = {}) {
    out_->push_back({.kind = Delivery::Kind::rejected,
                     .arrival = wall_now(),
                     .source = source_,
                     .fault = {.path = std::move(column),
                               .value = std::move(value),
                               .expected = std::move(expected),
                               .nearest = std::move(nearest),
                               .file = file_,
                               .line = number_}});
  }

  std::optional<std::size_t> column(const std::string& name) {
    const auto found = std::ranges::find(columns_, name);
    if (found != columns_.end()) return static_cast<std::size_t>(found - columns_.begin());
    fault("no column \"" + name + '"', "a table with that column", nearest_name(name, columns_));
    return std::nullopt;
  }

  void read_header() {
    columns_ = cells_;
    time_ = column(mapping_.time);
    if (!mapping_.tag.empty()) {
      tag_ = column(mapping_.tag);
      value_ = column(mapping_.value);
      return;
    }
    for (const auto& [name, cell] : mapping_.cells)
      if (const auto at = column(name)) cell_at_.emplace_back(*at, &cell);
  }

  void read_row() {
    if (!time_) return;  // told with the header
    if (cells_.size() != columns_.size()) {
      fault(std::to_string(cells_.size()) + " cells", "as many as the header has: " + std::to_string(columns_.size()));
      return;
    }
    const std::optional<WallClock::Instant> at = instant(cells_[*time_]);
    if (!at) return;
    if (!mapping_.tag.empty())
      read_tag(*at);
    else
      for (const auto& [index, cell] : cell_at_) note(*cell, columns_[index], cells_[index], *at);
    put(*at);
  }

  void read_tag(WallClock::Instant at) {
    if (!tag_ || !value_) return;
    const auto cell = mapping_.cells.find(cells_[*tag_]);
    if (cell != mapping_.cells.end()) note(cell->second, cell->first, cells_[*value_], at);
  }

  void note(const Cell& cell, const std::string& column, const std::string& text, WallClock::Instant at) {
    try {
      book_.note(cell, text, at);
    } catch (const InvalidInput& error) {
      const Fault& wrong = error.faults().front();
      fault(wrong.value, wrong.expected, wrong.nearest, column);
    }
  }

  std::optional<WallClock::Instant> instant(const std::string& text) {
    constexpr double kMost = 9.2e9;  // what an instant holds
    double seconds = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc() && end == text.data() + text.size() && std::abs(seconds) < kMost)
      return WallClock::Instant{Duration{std::llround(seconds * 1e9)}};
    std::string iso = text;
    if (iso.size() > 10 && iso[10] == ' ') iso[10] = 'T';  // as spreadsheets and databases write it
    try {
      return parse_instant(iso, mapping_.zone);
    } catch (const InvalidInput&) {
      fault('"' + text + '"', "an instant such as \"2026-03-02T06:00:30.25\", or seconds since 1970", {},
            mapping_.time);
      return std::nullopt;
    }
  }

  void put(WallClock::Instant at) {
    std::vector<EntityReading> readings = book_.take();
    if (readings.empty()) return;
    if (!epoch_) epoch_ = static_cast<std::uint64_t>(std::max<std::int64_t>(at.time_since_epoch().count(), 0));
    Delivery delivery{.arrival = wall_now(), .source = source_};
    delivery.sending.recorded = true;
    // Nothing is missing in a file: the first row begins, the others go on.
    delivery.snapshot = {.ts = at,
                         .source = source_,
                         .epoch = *epoch_,
                         .seq = seq_,
                         .complete = seq_ == 0,
                         .entities = std::move(readings)};
    ++seq_;
    out_->push_back(std::move(delivery));
  }

  const TableMapping mapping_;
  const std::string file_, source_;
  CellBook book_;
  std::vector<std::string> columns_, cells_;
  std::optional<std::size_t> time_, tag_, value_;
  std::vector<std::pair<std::size_t, const Cell*>> cell_at_;
  std::optional<std::uint64_t> epoch_;
  std::uint64_t seq_ = 0;
  int number_ = 0;
  std::vector<Delivery>* out_ = nullptr;  // of the line being read
};

}  // namespace

LineReader table_rows(const TableMapping& mapping, const std::string& file, const std::string& source) {
  const auto reader = std::make_shared<TableReader>(mapping, file, source);  // shared: a LineReader can be copied
  return [reader](std::string_view line, int number, std::vector<Delivery>& out) { reader->line(line, number, out); };
}

}  // namespace takt::io::detail
