// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/event_log_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/number_text.hpp"
#include "io/plant/csv.hpp"
#include "takt/core/calendar.hpp"

namespace takt::io {
namespace {

using detail::CsvReader;
using Names = std::vector<std::string_view>;

/// A column by what it holds: where its name may be given, and the names that are usual (XES, MES exports, takt's own
/// first).
struct Role {
  std::string EventLogColumns::*given;
  Names usual;
};
enum Column { kCase, kActivity, kResource, kWorker, kProduct, kStart, kComplete, kQuantity, kGood, kScrap, kKind };

const std::array<Role, 11>& roles() {
  using C = EventLogColumns;
  static const std::array<Role, 11> all{{
      {&C::case_id, {"case", "case_id", "case:concept:name", "caseid", "order", "order_id", "lot", "part_id"}},
      {&C::activity, {"activity", "concept:name", "operation", "task", "event"}},
      {&C::resource, {"resource", "machine", "station", "org:resource", "work_unit"}},
      {&C::worker, {"worker", "operator", "person"}},
      {&C::product, {"product", "part", "part_type", "material"}},
      {&C::start, {"start", "start_time", "start_timestamp", "start_ts", "begin"}},
      {&C::complete, {"complete", "end", "end_time", "time:timestamp", "timestamp", "complete_timestamp", "end_ts"}},
      {&C::quantity, {"quantity", "order_qty", "order_quantity", "qty"}},
      {&C::good, {"good", "qty_completed", "completed"}},
      {&C::scrap, {"scrap", "qty_rejected", "rejected"}},
      {&C::kind, {"kind", "report_type", "type"}},
  }};
  return all;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

class LogReader {
 public:
  LogReader(std::string_view text, const EventLogColumns& columns, const std::string& name,
            const std::function<void(const Fault&)>& on_fault, const Limits& limits)
      : columns_(columns), name_(name), on_fault_(on_fault), limits_(limits), rows_(text, columns.separator) {}

  EventLog read() {
    if (!rows_.next(cells_)) throw InvalidInput(fault("", "a line with the names of the columns"));
    header_ = cells_;
    find_columns();
    while (rows_.next(cells_) && faults_.size() < limits_.faults) read_row();
    if (rows_.ends_quoted()) tell(fault("a quote that is not closed", "\" at the end of the cell"));
    if (!faults_.empty()) throw InvalidInput(std::move(faults_));
    log_.sort();
    return std::move(log_);
  }

 private:
  Fault fault(std::string value, std::string expected, std::string path = {}) const {
    return {.path = std::move(path),
            .value = std::move(value),
            .expected = std::move(expected),
            .nearest = {},
            .file = name_,
            .line = rows_.line()};
  }
  void tell(Fault found) {
    is_good_ = false;
    if (on_fault_) {
      on_fault_(found);
    } else {
      faults_.push_back(std::move(found));
    }
  }

  void find_columns() {
    std::vector<Fault> missing;
    for (std::size_t i = 0; i < roles().size(); ++i) {
      const std::string& given = columns_.*roles()[i].given;
      at_[i] = given.empty() ? place_of_usual(roles()[i].usual) : place_of(given);
      if (!given.empty() && !at_[i]) {
        missing.push_back(fault(given, "one of the columns " + joined(header_)));
        missing.back().nearest = nearest_name(given, header_);
      } else if (!at_[i] && (i == kCase || i == kActivity || i == kComplete)) {
        const Names& usual = roles()[i].usual;
        missing.push_back(fault(joined(header_), "a column " + joined(usual) + ", or the name of the one meant"));
      }
    }
    if (!missing.empty()) throw InvalidInput(std::move(missing));
  }
  std::optional<std::size_t> place_of(std::string_view column) const {
    const auto found = std::ranges::find(header_, column);
    if (found == header_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - header_.begin());
  }
  std::optional<std::size_t> place_of_usual(std::span<const std::string_view> usual) const {
    for (const std::string_view each : usual) {
      const auto found = std::ranges::find(header_, each, lower);
      if (found != header_.end()) return static_cast<std::size_t>(found - header_.begin());
    }
    return std::nullopt;
  }
  template <class Texts>
  static std::string joined(const Texts& texts) {
    std::string all;
    for (const auto& each : texts) all += (all.empty() ? "" : ", ") + std::string(each);
    return all;
  }

  void read_row() {
    is_good_ = true;
    if (cells_.size() != header_.size()) {
      tell(fault(std::to_string(cells_.size()) + " cells",
                 std::to_string(header_.size()) + " cells, as in the first line"));
      return;
    }
    EventLog::Row row;
    const auto kind = columns_.kinds.find(std::string(text(kKind)));
    if (kind != columns_.kinds.end()) row.kind = kind->second;
    row.case_id = row.kind == EventKind::breakdown ? text(kCase) : need(kCase);
    row.activity = need(kActivity);
    row.resource = text(kResource);
    row.worker = text(kWorker);
    row.product = text(kProduct);
    row.complete = instant(kComplete);
    row.start = start_of(row);
    row.quantity = number(kQuantity);
    row.good = number(kGood);
    row.scrap = number(kScrap);
    if (is_good_) log_.add(row);
  }

  std::string_view text(Column column) const { return at_[column] ? cells_[*at_[column]] : std::string_view{}; }
  std::string_view need(Column column) {
    const std::string_view cell = text(column);
    if (cell.empty()) tell(fault("nothing", "a name", header_[*at_[column]]));
    return cell;
  }
  WallClock::Instant start_of(const EventLog::Row& row) {
    const auto start = instant(kStart);
    if (start && row.complete && *start > *row.complete) {
      tell(fault(std::string(text(kStart)), "an instant not after the end, " + std::string(text(kComplete)),
                 header_[*at_[kStart]]));
    }
    if (!start && !row.complete && is_good_) tell(fault("nothing", "an instant", header_[*at_[kComplete]]));
    return start ? *start : row.complete.value_or(WallClock::Instant{});
  }
  std::optional<WallClock::Instant> instant(Column column) {
    const std::string_view cell = text(column);
    if (cell.empty()) return std::nullopt;
    constexpr std::size_t kDate = 10;  // bytes of "2026-03-02"
    std::string iso(cell);
    if (iso.size() == kDate) iso += "T00:00:00";
    if (iso.size() > kDate && iso[kDate] == ' ') iso[kDate] = 'T';
    try {
      return parse_instant(iso, columns_.zone);
    } catch (const InvalidInput& error) {
      tell(fault(std::string(cell), error.faults().front().expected, header_[*at_[column]]));
      return std::nullopt;
    }
  }
  double number(Column column) {
    const std::string_view cell = text(column);
    double value = 0.0;
    if (cell.empty()) return value;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc{} || end != cell.data() + cell.size() || !(value >= 0.0) || std::isinf(value)) {
      tell(fault(std::string(cell), "a number of pieces, at least 0", header_[*at_[column]]));
    }
    return value;
  }

  const EventLogColumns& columns_;
  const std::string& name_;
  const std::function<void(const Fault&)>& on_fault_;
  const Limits& limits_;
  CsvReader rows_;
  std::vector<std::string> cells_, header_;
  std::array<std::optional<std::size_t>, 11> at_{};
  EventLog log_;
  std::vector<Fault> faults_;
  bool is_good_ = true;
};

struct Close {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

// The whole file; zlib reads plain ones as they are.
std::string unpacked(const std::string& name, const Limits& limits) {
  const std::unique_ptr<gzFile_s, Close> file(gzopen(name.c_str(), "rb"));
  if (!file) throw FileError("cannot open '" + name + "': " + std::strerror(errno));
  std::string text;
  std::vector<char> block(std::size_t{1} << 18);
  int got = 0;
  while ((got = gzread(file.get(), block.data(), static_cast<unsigned>(block.size()))) > 0) {
    text.append(block.data(), static_cast<std::size_t>(got));
    if (text.size() > limits.bytes) {
      throw InvalidInput(
          Fault{.value = "more", .expected = "at most " + std::to_string(limits.bytes) + " bytes", .file = name});
    }
  }
  int status = Z_OK;
  const char* const reason = gzerror(file.get(), &status);
  if (status == Z_ERRNO) throw FileError("cannot read '" + name + "': " + std::strerror(errno));
  if (status != Z_OK && status != Z_STREAM_END) throw FileError("cannot unpack '" + name + "': " + reason);
  return text;
}

std::string instant_text(const std::optional<WallClock::Instant>& instant) {
  return instant ? to_text(*instant) : std::string{};
}

}  // namespace

EventLog parse_event_log(std::string_view text, const EventLogColumns& columns, const std::string& name,
                         const std::function<void(const Fault&)>& on_fault, const Limits& limits) {
  return LogReader(text, columns, name, on_fault, limits).read();
}

EventLog read_event_log(const std::filesystem::path& file, const EventLogColumns& columns,
                        const std::function<void(const Fault&)>& on_fault, const Limits& limits) {
  return parse_event_log(unpacked(file.string(), limits), columns, file.string(), on_fault, limits);
}

std::string to_csv(const EventLog& log) {
  constexpr std::array<std::string_view, 4> kKinds{"work", "setup", "breakdown", "arrival"};
  std::string text = "case,activity,resource,worker,product,start,complete,quantity,good,scrap,kind\n";
  const auto name = [](const NameTable& names, std::uint32_t number) {
    return number == NameTable::kNone ? std::string{} : detail::csv_cell(names[number]);
  };
  const auto count = [](double pieces) { return pieces == 0.0 ? std::string{} : takt::detail::number_text(pieces); };
  for (const LoggedEvent& event : log.events) {
    const LoggedCase fact = event.case_id == NameTable::kNone ? LoggedCase{} : log.facts[event.case_id];
    for (const std::string& cell :
         {name(log.cases, event.case_id), name(log.activities, event.activity), name(log.resources, event.resource),
          name(log.workers, event.worker), name(log.products, fact.product), to_text(event.start),
          instant_text(event.complete), count(fact.quantity), count(event.good), count(event.scrap)}) {
      text += cell + ',';
    }
    text += std::string(kKinds[static_cast<std::size_t>(event.kind)]) + '\n';
  }
  return text;
}

}  // namespace takt::io
