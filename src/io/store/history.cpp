// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/history.hpp"

#include <algorithm>
#include <limits>
#include <ranges>
#include <span>

#include "io/store/history_tables.hpp"
#include "io/store/model_text.hpp"
#include "takt/core/byte_stream.hpp"
#include "takt/core/error.hpp"

namespace takt::io {
namespace {

using detail::ColumnType;
using detail::Commit;
using detail::SwmrReader;
using detail::TableSpec;
using Instant = WallClock::Instant;

Instant instant(std::int64_t ns) { return Instant{Duration{ns}}; }
std::int64_t ns(Instant at) { return at.time_since_epoch().count(); }

/// A file that is open, and how much of it counts.
struct Segment {
  std::filesystem::path path;
  SwmrReader reader;
  Commit commit;
  std::uint64_t rows(detail::HistoryTableNumber table) const { return commit.rows[table]; }
};

/// The files of a history, oldest first; those to which nothing was committed have nothing to tell.
std::vector<Segment> open(const std::filesystem::path& file) {
  // A file that becomes full is renamed: what was not there under its old name is looked for again.
  for (int tries = 0;; ++tries) {
    std::vector<Segment> opened;
    const auto there = detail::segments_of(file);
    try {
      for (const auto& [number, path] : there) {
        SwmrReader reader(path);
        if (auto commit = reader.last_commit(detail::history_tables()))
          opened.push_back({path, std::move(reader), *std::move(commit)});
      }
    } catch (const FileError&) {
      if (tries >= 3) throw;
      continue;
    }
    if (detail::segments_of(file).size() == there.size()) return opened;
  }
}

void check_layout(const Segment& segment) {
  if (segment.reader.attribute("message_layout") != detail::hash_text(layout_of(Delivery{})))
    throw FileError("cannot replay '" + segment.path.string() + "': its messages were written by takt " +
                    segment.reader.attribute("takt_version") +
                    ", which describes them otherwise; its tables can be read");
}

constexpr std::uint64_t kBlock = 8192;  // rows read at once

/// False where a function did.
bool replay_segment(const Segment& segment, std::uint64_t after,
                    const std::function<bool(std::uint64_t, Delivery&&)>& on_delivery,
                    const std::function<bool(Instant)>& on_pass) {
  const std::uint64_t rows = segment.rows(detail::kMessages);
  for (std::uint64_t from = 0; from < rows; from += kBlock) {
    const std::uint64_t count = std::min(kBlock, rows - from);
    const auto numbers = segment.reader.counts("/messages/number", from, count);
    if (numbers.back() < after) continue;
    const auto arrivals = segment.reader.integers("/messages/arrival_ns", from, count);
    const auto kinds = segment.reader.counts("/messages/kind", from, count);
    const auto bytes = segment.reader.texts("/messages/bytes", from, count);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (kinds[i] == detail::kPassed) {
        if (numbers[i] >= after && !on_pass(instant(arrivals[i]))) return false;
      } else if (numbers[i] > after) {
        Delivery delivery;
        from_bytes_of(std::as_bytes(std::span(bytes[i])), delivery);
        if (!on_delivery(numbers[i], std::move(delivery))) return false;
      }
    }
  }
  return true;
}

bool replay_all(const std::vector<Segment>& segments, std::uint64_t after,
                const std::function<bool(std::uint64_t, Delivery&&)>& on_delivery,
                const std::function<bool(Instant)>& on_pass) {
  for (const Segment& segment : segments) {
    if (segment.commit.number < after || segment.rows(detail::kMessages) == 0) continue;
    check_layout(segment);
    if (!replay_segment(segment, after, on_delivery, on_pass)) return false;
  }
  return true;
}

/// The last checkpoint that is no later than an instant.
struct Found {
  std::uint64_t number = 0;
  StoredTwin stored;
};
std::optional<Found> checkpoint_before(const std::vector<Segment>& segments, std::int64_t at_ns) {
  for (const Segment& segment : std::views::reverse(segments)) {
    const std::uint64_t rows = segment.rows(detail::kCheckpoints);
    const auto times = segment.reader.integers("/checkpoints/at_ns", 0, rows);
    for (std::uint64_t row = rows; row-- > 0;) {
      if (times[row] > at_ns) continue;
      const std::string bytes = segment.reader.texts("/checkpoints/bytes", row, 1)[0];
      return Found{segment.reader.counts("/checkpoints/number", row, 1)[0], twin_of(bytes)};
    }
  }
  return std::nullopt;
}

/// A twin led to an instant and no further, by what a live twin was told.
class Replay {
 public:
  Replay(StoredTwin stored, Instant until)
      : twin_(std::move(stored.twin)), ingest_(stored.ingest ? *std::move(stored.ingest) : Ingest()), until_(until) {}

  /// False where the instant is reached.
  bool take(Delivery&& delivery) {
    if (delivery.kind == Delivery::Kind::death) ingest_.died(delivery.source, delivery.arrival);
    if (delivery.kind == Delivery::Kind::message)
      ingest_.add(std::move(delivery.snapshot), delivery.arrival, delivery.sending);
    return true;
  }

  bool pass(Instant now) {
    ingest_.tick(now);
    while (std::optional<Snapshot> next = ingest_.next()) {
      if (next->ts > until_) return false;
      merge(*next);
    }
    const WallClock& clock = twin_.model().plant.clock;
    if (is_stuck_ || ingest_.watermark() <= clock.to_wall(twin_.time())) return true;
    if (ingest_.watermark() > until_) return false;
    run_to(ingest_.watermark());
    return true;
  }

  Twin finish() && {
    if (until_ > twin_.model().plant.clock.to_wall(twin_.time())) run_to(until_);
    return std::move(twin_);
  }

 private:
  void merge(Snapshot& message) {
    const Model& model = twin_.model();
    std::erase_if(message.entities, [&](const EntityReading& r) { return model.entity_at(r.path) == kNone; });
    try {
      twin_.apply(message);
      is_stuck_ = false;
    } catch (const InvalidInput&) {
      throw;
    } catch (const Error&) {
      is_stuck_ = true;  // as the live twin was
    }
  }
  void run_to(Instant at) {
    try {
      twin_.advance_to(twin_.model().plant.clock.to_sim(at));
    } catch (const Error&) {
      is_stuck_ = true;
    }
  }

  Twin twin_;
  Ingest ingest_;
  Instant until_;
  bool is_stuck_ = false;
};

/// Which rows to read of a table whose first time is in [from, to).
std::vector<std::uint64_t> rows_between(const Segment& segment, const std::string& path, std::uint64_t rows,
                                        Instant from, Instant to) {
  const auto times = segment.reader.integers(path, 0, rows);
  std::vector<std::uint64_t> wanted;
  for (std::uint64_t i = 0; i < rows; ++i)
    if (times[i] >= ns(from) && times[i] < ns(to)) wanted.push_back(i);
  return wanted;
}

template <class Value, class Read>
void append(HistoryColumn& column, const std::vector<std::uint64_t>& rows, const Read& read) {
  if (!std::holds_alternative<std::vector<Value>>(column.values)) column.values = std::vector<Value>();
  auto& into = std::get<std::vector<Value>>(column.values);
  if (rows.empty()) return;
  const auto block = read(rows.front(), rows.back() + 1 - rows.front());
  for (const std::uint64_t row : rows) into.push_back(static_cast<Value>(block[row - rows.front()]));
}

void append_column(HistoryColumn& column, ColumnType type, const Segment& segment, const std::string& path,
                   const std::vector<std::uint64_t>& rows, const std::vector<std::string>& texts) {
  const SwmrReader& reader = segment.reader;
  switch (type) {
    case ColumnType::bytes:
      append<std::string>(column, rows, [&](auto from, auto count) { return reader.texts(path, from, count); });
      break;
    case ColumnType::text:
      append<std::string>(column, rows, [&](auto from, auto count) {
        std::vector<std::string> values;
        for (const std::uint64_t number : reader.counts(path, from, count)) {
          if (number >= texts.size()) reader.fail(path, "the number of no text");
          values.push_back(texts[number]);
        }
        return values;
      });
      break;
    case ColumnType::f64:
      append<double>(column, rows, [&](auto from, auto count) { return reader.doubles(path, from, count); });
      break;
    default:
      append<std::int64_t>(column, rows, [&](auto from, auto count) { return reader.integers(path, from, count); });
  }
}

}  // namespace

History::History(std::filesystem::path file) : file_(std::move(file)) {
  if (detail::segments_of(file_).empty())
    throw FileError("cannot read '" + file_.string() + "': there is no such history");
  for (const Segment& segment : open(file_))
    if (segment.reader.attribute("kind") != "history")
      throw FileError("cannot read '" + segment.path.string() + "': it is no history");
}

std::vector<HistorySegment> History::segments() const {
  std::vector<HistorySegment> list;
  for (const Segment& segment : open(file_)) {
    HistorySegment& told = list.emplace_back();
    told.file = segment.path;
    told.first = 1;
    const std::uint64_t rows = segment.rows(detail::kMessages);
    told.readings = segment.rows(detail::kReadings);
    told.bytes = std::filesystem::file_size(segment.path);
    if (rows == 0) continue;
    const std::uint64_t kind = segment.reader.counts("/messages/kind", 0, 1)[0];
    told.first = segment.reader.counts("/messages/number", 0, 1)[0] + (kind == detail::kPassed ? 1 : 0);
    told.last = segment.commit.number;
    told.begin = instant(segment.reader.integers("/messages/arrival_ns", 0, 1)[0]);
    told.end = instant(segment.commit.at_ns);
  }
  return list;
}

std::pair<History::Instant, History::Instant> History::span() const {
  std::pair<Instant, Instant> span{Instant::max(), Instant::min()};
  for (const Segment& segment : open(file_)) {
    if (segment.rows(detail::kCheckpoints) > 0)
      span.first = std::min(span.first, instant(segment.reader.integers("/checkpoints/at_ns", 0, 1)[0]));
    span.second = std::max(span.second, instant(segment.commit.at_ns));
  }
  return span;
}

Twin History::state_at(Instant at) const {
  const std::vector<Segment> segments = open(file_);
  std::optional<Found> found = checkpoint_before(segments, ns(at));
  const auto [begin, end] = span();
  if (!found || at > end) {
    throw InvalidInput(Fault{.path = "at",
                             .value = to_text(at),
                             .expected = begin > end ? "a history with a checkpoint"
                                                     : "an instant from " + to_text(begin) + " to " + to_text(end),
                             .file = file_.string()});
  }
  Replay replay(std::move(found->stored), at);
  replay_all(
      segments, found->number, [&](std::uint64_t, Delivery&& delivery) { return replay.take(std::move(delivery)); },
      [&](Instant now) { return replay.pass(now); });
  return std::move(replay).finish();
}

std::vector<HistoryColumn> History::table(std::string_view name, Instant from, Instant to) const {
  std::vector<std::string> known;
  const TableSpec* spec = nullptr;
  std::size_t number = 0;
  for (std::size_t i = 0; i < detail::history_tables().size(); ++i) {
    const TableSpec& each = detail::history_tables()[i];
    if (each.name == name && i != detail::kTexts && i != detail::kCheckpoints) {
      spec = &each;
      number = i;
    }
    if (i != detail::kTexts && i != detail::kCheckpoints) known.emplace_back(each.name);
  }
  if (spec == nullptr)
    throw InvalidInput(Fault{.path = "table",
                             .value = std::string(name),
                             .expected = "the name of a table of a history",
                             .nearest = nearest_name(name, known)});
  std::string time;
  for (const detail::ColumnSpec& column : spec->columns)
    if (time.empty() && std::string_view(column.name).ends_with("_ns")) time = column.name;

  std::vector<HistoryColumn> columns;
  for (const detail::ColumnSpec& column : spec->columns) columns.push_back({column.name, {}});
  for (const Segment& segment : open(file_)) {
    const std::string group = "/" + std::string(spec->name) + "/";
    const auto rows = rows_between(segment, group + time, segment.commit.rows[number], from, to);
    const auto texts = segment.reader.texts("/texts/text", 0, segment.rows(detail::kTexts));
    for (std::size_t i = 0; i < columns.size(); ++i)
      append_column(columns[i], spec->columns[i].type, segment, group + spec->columns[i].name, rows, texts);
  }
  return columns;
}

std::optional<std::pair<std::uint64_t, StoredTwin>> History::last_checkpoint() const {
  std::optional<Found> found = checkpoint_before(open(file_), std::numeric_limits<std::int64_t>::max());
  if (!found) return std::nullopt;
  return std::pair{found->number, std::move(found->stored)};
}

std::uint64_t History::last() const {
  std::uint64_t last = 0;
  for (const Segment& segment : open(file_)) last = std::max(last, segment.commit.number);
  return last;
}

void History::replay(std::uint64_t after, const std::function<bool(std::uint64_t, Delivery&&)>& on_delivery,
                     const std::function<bool(Instant)>& on_pass) const {
  replay_all(open(file_), after, on_delivery, on_pass);
}

}  // namespace takt::io
