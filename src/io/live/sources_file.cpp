// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/sources_file.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "io/plant/json_reader.hpp"
#include "io/plant/packml.hpp"
#include "io/plant/text_file.hpp"

namespace takt::io {
namespace {

using detail::JsonReader;
using detail::JsonRecord;
using detail::JsonTree;
using detail::JsonValue;

constexpr std::string_view kFormat = "takt-sources/1";
constexpr std::array<std::string_view, 4> kKinds{"file", "folder", "mtconnect", "mqtt"};
// In the order of Cell::Role.
constexpr std::array<std::string_view, 7> kRoles{"state", "in", "good", "scrap", "level", "cycle_time_s", "health"};

class SourcesReader {
 public:
  SourcesReader(JsonReader& reader, std::filesystem::path folder) : reader_(reader), folder_(std::move(folder)) {}

  Sources read(JsonValue root) {
    Sources sources;
    const JsonRecord record(reader_, root, "a list of sources", {"format", "ingest", "blind_after", "sources"});
    if (const JsonValue ingest = record.get("ingest")) read_ingest(ingest, sources.ingest);
    positive(record.get("blind_after"), sources.blind_after);
    const std::string expected = "an object with the sources by name";
    const JsonValue list = record.need("sources", expected);
    for (JsonValue source = reader_.members(list, expected); source; source = source.next())
      if (auto options = read_source(source)) sources.sources.emplace_back(source.key(), std::move(*options));
    if (list && list.kind() == JsonValue::Kind::object && !list.first()) reader_.fault(list, "at least one source");
    return sources;
  }

 private:
  void not_negative(JsonValue value, Duration& out) {
    if (const auto read = reader_.duration(value)) out = *read;
  }

  void positive(JsonValue value, Duration& out) {
    const auto read = reader_.duration(value);
    if (!read) return;
    out = *read;
    if (out <= Duration::zero()) reader_.fault(value, "a time above 0 s");
  }

  void read_ingest(JsonValue value, IngestOptions& out) {
    const JsonRecord record(reader_, value, "ingest",
                            {"reorder", "lateness", "idle", "ask_again", "clock_tolerance", "skew_window", "most_held",
                             "most_waiting", "report_periods", "silence"});
    not_negative(record.get("reorder"), out.reorder);
    not_negative(record.get("lateness"), out.lateness);
    not_negative(record.get("idle"), out.idle);
    not_negative(record.get("ask_again"), out.ask_again);
    not_negative(record.get("clock_tolerance"), out.clock_tolerance);
    not_negative(record.get("skew_window"), out.skew_window);
    not_negative(record.get("silence"), out.silence);
    number_above_zero(record.get("most_held"), out.most_held);
    number_above_zero(record.get("most_waiting"), out.most_waiting);
    if (const auto periods = reader_.number(record.get("report_periods"))) {
      out.report_periods = *periods;
      if (!(*periods > 0.0)) reader_.fault(record.get("report_periods"), "a number above 0");
    }
  }

  void number_above_zero(JsonValue value, std::size_t& out) {
    constexpr std::uint64_t kMost = 100'000'000;
    const auto read = reader_.count(value, kMost);
    if (!read) return;
    out = *read;
    if (out == 0) reader_.fault(value, "a whole number above 0");
  }

  std::optional<SourceOptions> read_source(JsonValue value) {
    const std::string expected = "one of " + detail::joined(kKinds);
    if (value.kind() != JsonValue::Kind::object) {
      reader_.fault(value, "a source: an object with its kind, " + expected);
      return std::nullopt;
    }
    const JsonValue kind = value.find("kind");
    if (!kind) {
      reader_.fault(value, value.pointer() + "/kind", "nothing", expected);
      return std::nullopt;
    }
    const auto chosen = reader_.choice(kind, kKinds);
    if (!chosen) return std::nullopt;
    switch (*chosen) {
      case 0: return read_file(value);
      case 1: return read_folder(value);
      case 2: return read_mtconnect(value);
      default: return read_mqtt(value);
    }
  }

  bool path(const JsonRecord& record, const char* key, std::filesystem::path& out) {
    std::string text;
    if (!record.text(key, text)) return false;
    if (text.empty()) reader_.fault(record.get(key), "a path");
    out = folder_ / with_environment(record.get(key), std::move(text));
    return true;
  }

  /// ${NAME} at the beginning of a path stands for a variable of the environment, as CREDENTIALS_DIRECTORY.
  std::string with_environment(JsonValue value, std::string text) {
    const std::size_t end = text.find('}');
    if (!text.starts_with("${") || end == std::string::npos) return text;
    const std::string name = text.substr(2, end - 2);
    const char* const folder = std::getenv(name.c_str());
    if (folder == nullptr) {
      reader_.fault(value, "a variable of the environment that is set");
      return text;
    }
    return folder + text.substr(end + 1);
  }

  FileOptions read_file(JsonValue value) {
    FileOptions options;
    const JsonRecord record(reader_, value, "a file", {"kind", "path", "every", "table"});
    record.need("path", "the path of a file");
    path(record, "path", options.path);
    positive(record.get("every"), options.every);
    if (const JsonValue table = record.get("table")) options.table = read_table(table);
    return options;
  }

  FolderOptions read_folder(JsonValue value) {
    FolderOptions options;
    const JsonRecord record(reader_, value, "a folder",
                            {"kind", "path", "names", "every", "settle", "finished", "table"});
    record.need("path", "the path of a folder");
    path(record, "path", options.path);
    path(record, "finished", options.finished);
    record.text("names", options.names);
    positive(record.get("every"), options.every);
    not_negative(record.get("settle"), options.settle);
    if (const JsonValue table = record.get("table")) options.table = read_table(table);
    return options;
  }

  MtconnectOptions read_mtconnect(JsonValue value) {
    MtconnectOptions options;
    const JsonRecord record(reader_, value, "an MTConnect agent",
                            {"kind", "url", "items", "streaming", "every", "heartbeat", "count"});
    const std::string expected = "the address of an agent such as \"http://agent:5000\"";
    const JsonValue url = record.need("url", expected);
    if (record.text("url", options.url) && !options.url.starts_with("http://")) reader_.fault(url, expected);
    options.cells = read_cells(record.need("items", "an object with the data items by id or name"), "data items");
    record.flag("streaming", options.streaming);
    positive(record.get("every"), options.every);
    positive(record.get("heartbeat"), options.heartbeat);
    constexpr std::uint32_t kMostCount = 1'000'000;
    record.count("count", options.count, kMostCount);
    if (record.get("count") && options.count == 0) reader_.fault(record.get("count"), "a whole number above 0");
    return options;
  }

  MqttSourceOptions read_mqtt(JsonValue value) {
    constexpr std::array<std::string_view, 2> kFormats{"json", "sparkplug"};  // in the order of MqttFormat
    MqttSourceOptions options;
    options.name = value.key();
    const JsonRecord record(reader_, value, "an MQTT broker",
                            {"kind", "url", "version", "user", "password_file", "ca_file", "certificate_file",
                             "key_file", "client_id", "session", "keep_alive", "format", "topics", "death_topics",
                             "rebirth_topic", "groups", "host_id", "packml_numbers"});
    read_broker(record, options.broker);
    record.choice("format", kFormats, options.format);
    const bool is_json = options.format == MqttFormat::json;
    options.topics = read_texts(record.get("topics"));
    options.death_topics = read_texts(record.get("death_topics"));
    options.groups = read_texts(record.get("groups"));
    record.text("rebirth_topic", options.rebirth_topic);
    record.text("host_id", options.host_id);
    constexpr std::array<std::string_view, 2> kNumbers{"none", "packtags"};
    record.choice("packml_numbers", kNumbers, options.host.numbers);
    if (is_json) record.need("topics", "a list of topics such as \"plant/+/snapshot\"");
    for (const char* key : {"topics", "death_topics", "rebirth_topic"})
      if (const JsonValue given = record.get(key); given && !is_json)
        reader_.fault(given, "nothing, as the format is sparkplug");
    for (const char* key : {"groups", "host_id", "packml_numbers"})
      if (const JsonValue given = record.get(key); given && is_json)
        reader_.fault(given, "nothing, as the format is json");
    return options;
  }

  void read_broker(const JsonRecord& record, MqttOptions& options) {
    const std::string expected = "the address of a broker such as \"mqtts://broker:8883\"";
    const JsonValue url = record.need("url", expected);
    const bool has_url = record.text("url", options.url);
    if (has_url && !options.url.starts_with("mqtt://") && !options.url.starts_with("mqtts://"))
      reader_.fault(url, expected);
    constexpr std::array<std::string_view, 2> kVersions{"3.1.1", "5"};
    if (const auto version = reader_.choice(record.get("version"), kVersions))
      options.version = *version == 0 ? MqttVersion::v3_1_1 : MqttVersion::v5;
    record.text("user", options.user);
    record.text("client_id", options.client_id);
    path(record, "password_file", options.password_file);
    path(record, "ca_file", options.ca_file);
    path(record, "certificate_file", options.certificate_file);
    path(record, "key_file", options.key_file);
    if (const auto session = reader_.duration(record.get("session")))
      options.session = std::chrono::duration_cast<std::chrono::seconds>(*session);
    Duration keep_alive = options.keep_alive;
    positive(record.get("keep_alive"), keep_alive);
    options.keep_alive =
        std::max(std::chrono::duration_cast<std::chrono::seconds>(keep_alive), std::chrono::seconds{1});
  }

  std::vector<std::string> read_texts(JsonValue list) {
    std::vector<std::string> texts;
    for (JsonValue each = reader_.elements(list, "a list of texts"); each; each = each.next())
      if (auto text = reader_.text(each)) texts.push_back(std::move(*text));
    return texts;
  }

  TableMapping read_table(JsonValue value) {
    TableMapping table;
    const JsonRecord record(reader_, value, "a table",
                            {"time", "zone", "separator", "columns", "tag", "value", "tags"});
    record.text("time", table.time);
    if (record.text("zone", table.zone) && !zone_exists(table.zone))
      reader_.fault(record.get("zone"), "an IANA time zone such as \"Europe/Paris\"");
    std::string separator;
    if (record.text("separator", separator)) {
      if (separator.size() == 1 && separator != "\"" && separator != "\n")
        table.separator = separator[0];
      else
        reader_.fault(record.get("separator"), R"(one character such as ";" or "\t")");
    }
    const JsonValue columns = record.get("columns"), tags = record.get("tags");
    if (columns.operator bool() == tags.operator bool()) {
      reader_.fault(value, "either \"columns\", a cell for each, or \"tags\" with the columns \"tag\" and \"value\"");
      return table;
    }
    if (tags) {
      record.need("tag", "the column with the name of a value");
      record.need("value", "the column with the value");
      record.text("tag", table.tag);
      record.text("value", table.value);
    } else {
      for (const char* key : {"tag", "value"})
        if (const JsonValue extra = record.get(key)) reader_.fault(extra, "nothing, as \"columns\" are given");
    }
    table.cells = columns ? read_cells(columns, "columns") : read_cells(tags, "tags");
    return table;
  }

  Cells read_cells(JsonValue value, const char* what) {
    Cells cells;
    const std::string expected = std::string("an object with the ") + what + " by name";
    for (JsonValue cell = reader_.members(value, expected); cell; cell = cell.next())
      cells.emplace(cell.key(), read_cell(cell));
    return cells;
  }

  Cell read_cell(JsonValue value) {
    Cell cell;
    const JsonRecord record(reader_, value, "a cell", {"equipment", "role", "states", "name"});
    const std::string path = "the path of a machine or buffer such as \"/acme/milling/cell_1/mill\"";
    const JsonValue equipment = record.need("equipment", path);
    if (record.text("equipment", cell.equipment) && !cell.equipment.starts_with('/')) reader_.fault(equipment, path);
    record.need("role", "one of " + detail::joined(kRoles));
    const bool has_role = record.choice("role", kRoles, cell.role);
    const JsonValue states = record.get("states"), name = record.get("name");
    if (has_role && states && cell.role != Cell::Role::state)
      reader_.fault(states, "no states, as the role is not state");
    if (has_role && name && cell.role != Cell::Role::health) reader_.fault(name, "no name, as the role is not health");
    if (has_role && cell.role == Cell::Role::health) record.need("name", "the name of the reading");
    record.text("name", cell.health);
    const std::string expected = "an object with a PackML state for each value";
    for (JsonValue state = reader_.members(states, expected); state; state = state.next())
      if (const auto known = reader_.choice(state, detail::kPackmlStates))
        cell.states.emplace(state.key(), detail::kPackmlStates[*known]);
    return cell;
  }

  JsonReader& reader_;
  std::filesystem::path folder_;
};

}  // namespace

Sources parse_sources(std::string_view text, const std::string& name, const std::filesystem::path& folder) {
  const JsonTree tree(text, name, Limits{});
  JsonReader reader(tree);
  if (!reader.has_format(tree.root(), kFormat, true)) throw InvalidInput(reader.sorted_faults());
  Sources sources = SourcesReader(reader, folder).read(tree.root());
  if (!reader.faults().empty()) throw InvalidInput(reader.sorted_faults());
  return sources;
}

Sources load_sources(const std::filesystem::path& file) {
  return parse_sources(detail::read_text_file(file, Limits{}), file.string(), file.parent_path());
}

}  // namespace takt::io
