// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/checkpoint.hpp"

#include <array>
#include <cstddef>
#include <tuple>

#include "io/plant/json_writer.hpp"
#include "io/plant/law_json.hpp"
#include "io/store/checkpoint_tables.hpp"
#include "io/store/hdf5_file.hpp"
#include "io/store/model_text.hpp"
#include "takt/core/error.hpp"
#include "takt/core/version.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/whole_file.hpp"

namespace takt::io {
namespace detail {
namespace {

/// A part in a buffer; those of one buffer stand together, oldest first.
struct PartRow {
  std::uint32_t buffer = 0;
  Part part;
};

}  // namespace

// The fields of a state as the file names them. A time ends in _ns; an index counts from 0 and is 4294967295 for none.
#define TAKT_FIELD(Row, member, name) \
  Field { name, offsetof(Row, member), sizeof(Row::member), std::is_signed_v<decltype(Row::member)> }
#define TAKT_PART(Row, at, member, name)                                                                             \
  Field {                                                                                                            \
    name, offsetof(Row, at) + offsetof(Part, member), sizeof(Part::member), std::is_signed_v<decltype(Part::member)> \
  }

template <>
struct TableLayout<ComponentState> {
  static constexpr std::array fields{Field{"now_ns", offsetof(ComponentState, now), sizeof(ComponentState::now), true},
                                     TAKT_FIELD(ComponentState, parts, "parts_entered"),
                                     TAKT_FIELD(ComponentState, removed, "parts_removed"),
                                     TAKT_FIELD(ComponentState, still, "events_now")};
};
template <>
struct TableLayout<MachineState> {
  static constexpr std::array fields{TAKT_FIELD(MachineState, breakdown, "breakdown_ns"),
                                     TAKT_FIELD(MachineState, breakdown_total, "breakdown_total_ns"),
                                     TAKT_FIELD(MachineState, next_shift, "next_shift_ns"),
                                     TAKT_FIELD(MachineState, starts, "starts"),
                                     TAKT_FIELD(MachineState, completions, "completions"),
                                     TAKT_FIELD(MachineState, scrapped, "scrapped"),
                                     TAKT_FIELD(MachineState, spoiled, "spoiled"),
                                     TAKT_FIELD(MachineState, breakdowns, "breakdowns"),
                                     TAKT_FIELD(MachineState, next_for_crew, "next_for_crew"),
                                     TAKT_FIELD(MachineState, working, "working"),
                                     TAKT_FIELD(MachineState, busy, "busy"),
                                     TAKT_FIELD(MachineState, last_input, "last_input"),
                                     TAKT_FIELD(MachineState, down, "down"),
                                     TAKT_FIELD(MachineState, off_shift, "off_shift"),
                                     TAKT_FIELD(MachineState, clock_runs, "clock_runs")};
};
template <>
struct TableLayout<ServerState> {
  static constexpr std::array fields{TAKT_FIELD(ServerState, due, "due_ns"),
                                     TAKT_FIELD(ServerState, total, "total_ns"),
                                     TAKT_PART(ServerState, part, entered, "part_entered_ns"),
                                     TAKT_PART(ServerState, part, id, "part_id"),
                                     TAKT_PART(ServerState, part, product, "part_product"),
                                     TAKT_FIELD(ServerState, place, "place"),
                                     TAKT_FIELD(ServerState, next_waiting, "next_waiting"),
                                     Field{"activity", offsetof(ServerState, activity), 1, false},
                                     TAKT_FIELD(ServerState, freed, "freed"),
                                     TAKT_FIELD(ServerState, waits_to_start, "waits_to_start"),
                                     TAKT_FIELD(ServerState, reserved, "reserved"),
                                     TAKT_FIELD(ServerState, operation, "operation")};
};
template <>
struct TableLayout<BufferState> {
  static constexpr std::array fields{TAKT_FIELD(BufferState, taken, "taken"), TAKT_FIELD(BufferState, level, "level"),
                                     TAKT_FIELD(BufferState, reserved, "reserved"),
                                     TAKT_FIELD(BufferState, first_waiting, "first_waiting"),
                                     TAKT_FIELD(BufferState, last_waiting, "last_waiting")};
};
template <>
struct TableLayout<SourceState> {
  static constexpr std::array fields{
      TAKT_FIELD(SourceState, due, "due_ns"),        TAKT_FIELD(SourceState, total, "total_ns"),
      TAKT_FIELD(SourceState, arrivals, "arrivals"), TAKT_FIELD(SourceState, released, "released"),
      TAKT_FIELD(SourceState, lost, "lost"),         TAKT_PART(SourceState, part, entered, "part_entered_ns"),
      TAKT_PART(SourceState, part, id, "part_id"),   TAKT_PART(SourceState, part, product, "part_product"),
      TAKT_FIELD(SourceState, place, "place"),       TAKT_FIELD(SourceState, next_waiting, "next_waiting"),
      TAKT_FIELD(SourceState, holding, "holding")};
};
template <>
struct TableLayout<CrewState> {
  static constexpr std::array fields{TAKT_FIELD(CrewState, served, "served"), TAKT_FIELD(CrewState, busy, "busy"),
                                     TAKT_FIELD(CrewState, waiting, "waiting"),
                                     TAKT_FIELD(CrewState, first_waiting, "first_waiting"),
                                     TAKT_FIELD(CrewState, last_waiting, "last_waiting")};
};
template <>
struct TableLayout<PartRow> {
  static constexpr std::array fields{TAKT_FIELD(PartRow, buffer, "buffer"),
                                     TAKT_PART(PartRow, part, entered, "entered_ns"),
                                     TAKT_PART(PartRow, part, id, "id"), TAKT_PART(PartRow, part, product, "product")};
};

#undef TAKT_FIELD
#undef TAKT_PART

namespace {

// ---- parameters ----------------------------------------------------------------------------------------------------
std::string law_text(const Distribution& law) {
  JsonWriter writer;
  write_law(writer, law);
  return writer.take();
}

void write_parameters(StoreWriter& store, const Parameters& parameters) {
  std::vector<std::string> laws;  // those that differ, and which of them each is
  std::vector<std::int64_t> law_of;
  std::unordered_map<const Distribution*, std::int64_t> number;
  for (std::uint32_t i = 0; i < parameters.laws(); ++i) {
    const auto [it, is_new] = number.try_emplace(&parameters.law(i), static_cast<std::int64_t>(laws.size()));
    if (is_new) laws.push_back(law_text(parameters.law(i)));
    law_of.push_back(it->second);
  }
  store.texts("/parameters/laws", laws);
  store.numbers("/parameters/law_of", std::span<const std::int64_t>(law_of));
  store.numbers("/parameters/probabilities", std::span<const double>(parameters.probabilities));
}

Parameters read_parameters(const StoreReader& store) {
  std::vector<Distribution> laws;
  for (const std::string& text : store.texts("/parameters/laws")) {
    const JsonTree tree(text, "/parameters/laws", {});
    JsonReader reader(tree);
    const std::optional<Distribution> law = read_law(reader, tree.root());
    if (!reader.faults().empty()) throw InvalidInput(reader.faults());
    laws.push_back(law.value());
  }
  Parameters parameters;
  if (!store.has("/parameters/law_of")) {  // takt 0.1.0 wrote each by itself
    for (const Distribution& law : laws) parameters.add_law(law);
  } else {
    for (const std::int64_t which : store.integers("/parameters/law_of")) {
      if (which < 0 || static_cast<std::size_t>(which) >= laws.size())
        store.fail("/parameters/law_of", "number " + std::to_string(which) + " of no law");
      parameters.add_law(laws[static_cast<std::size_t>(which)]);
    }
  }
  parameters.probabilities = store.doubles("/parameters/probabilities");
  return parameters;
}

// ---- state ---------------------------------------------------------------------------------------------------------
void write_state(StoreWriter& store, const Model& model, const State& state) {
  store.attribute("/state", "now_ns", std::int64_t{state.now.time_since_epoch().count()});
  store.attribute("/state", "seed", state.seed);
  store.attribute("/state", "replication", std::uint64_t{state.replication});
  const ConstStateView view(model, state);
  store.table("/state/components", view.components);
  store.table("/state/machines", view.machines);
  store.table("/state/servers", view.servers);
  store.table("/state/buffers", view.buffers);
  store.table("/state/sources", view.sources);
  store.numbers("/state/sinks", view.sinks);
  store.table("/state/crews", view.crews);
  std::vector<PartRow> rows;
  if (model.keeps_parts())
    for (std::uint32_t b = 0; b < view.buffers.size(); ++b)
      for (const Part& part : parts_in_buffer(model, state, BufferId{b})) rows.push_back({b, part});
  store.table("/state/parts", std::span<const PartRow>(rows));
}

/// The parts of each buffer, in its order, and its level.
void read_contents(const StoreReader& store, const Model& model, State& state, const std::vector<BufferState>& stored) {
  const auto rows = store.table<PartRow>("/state/parts");
  std::size_t at = 0;
  for (std::uint32_t b = 0; b < stored.size(); ++b) {
    std::vector<Part> parts;
    if (model.keeps_parts()) {
      for (; at < rows.size() && rows[at].buffer == b; ++at) parts.push_back(rows[at].part);
      if (parts.size() != stored[b].level) store.fail("/state/parts", "not as many as the buffers' levels");
    }
    BufferState& buffer = StateView(model, state).buffers[b];
    buffer.taken = stored[b].taken;  // the slots of the parts follow from it
    if (model.keeps_parts()) put_parts(model, state, BufferId{b}, parts);
    buffer.level = stored[b].level;
    buffer.reserved = stored[b].reserved;
    buffer.first_waiting = stored[b].first_waiting;
    buffer.last_waiting = stored[b].last_waiting;
  }
  if (at != rows.size()) store.fail("/state/parts", "not in the order of the buffers");
}

State read_state(const StoreReader& store, const Model& model) {
  State state = blank_state(model, store.count_attribute("/state", "seed"),
                            static_cast<std::uint32_t>(store.count_attribute("/state", "replication")));
  state.now = Time{Duration{store.integer_attribute("/state", "now_ns")}};
  StateView view(model, state);
  store.table("/state/components", view.components);
  store.table("/state/machines", view.machines);
  store.table("/state/servers", view.servers);
  store.table("/state/sources", view.sources);
  store.table("/state/crews", view.crews);
  const std::vector<std::uint64_t> sinks = store.counts("/state/sinks");
  if (sinks.size() != view.sinks.size()) store.fail("/state/sinks", "not as many as the plant has");
  std::ranges::copy(sinks, view.sinks.begin());
  std::vector<BufferState> buffers(model.buffers.size());
  store.table("/state/buffers", std::span<BufferState>(buffers));
  read_contents(store, model, state, buffers);
  return state;
}

// ---- totals --------------------------------------------------------------------------------------------------------
// Numbers of 128 bits are pairs: the high half, signed, and the low half's bits.
std::vector<std::int64_t> halves(std::span<const Int128> values) {
  std::vector<std::int64_t> pairs;
  for (const Int128 value : values) {
    pairs.push_back(static_cast<std::int64_t>(value >> 64));
    pairs.push_back(static_cast<std::int64_t>(static_cast<std::uint64_t>(value)));
  }
  return pairs;
}

std::vector<Int128> whole(const std::vector<std::int64_t>& pairs) {
  std::vector<Int128> values;
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
    values.push_back((Int128{pairs[i]} << 64) | static_cast<std::uint64_t>(pairs[i + 1]));
  return values;
}

/// What an observer counts itself; the rest of its totals follows from the state.
template <class Each>
void visit_totals(auto& totals, Each each) {
  each("mode_ns", totals.mode);
  each("level_ns", totals.level);
  each("crew_busy_ns", totals.crew_busy);
  each("crew_waiting_ns", totals.crew_waiting);
  each("held_ns", totals.held);
  each("planned_ns", totals.planned);
  each("crossings", totals.crossings);
  each("product_out", totals.product_out);
  each("product_flow_ns", totals.product_flow);
}

void write_totals(StoreWriter& store, const Totals& totals) {
  visit_totals(totals, [&store]<class Value>(const char* name, const std::vector<Value>& values) {
    const std::string path = std::string("/totals/") + name;
    if constexpr (std::is_same_v<Value, Int128>) {
      const auto pairs = halves(values);
      store.numbers(path, std::span<const std::int64_t>(pairs), {values.size(), 2});
    } else {
      store.numbers(path, std::span<const Value>(values));
    }
  });
  const auto pairs = halves(std::array{totals.wip, totals.flow});
  store.numbers("/totals/wip_and_flow_ns", std::span<const std::int64_t>(pairs), {2, 2});
}

Totals read_totals(const StoreReader& store, const Model& model, const State& state) {
  Totals expected = KpiObserver(model, state).totals(model, state);
  Totals read = expected;
  visit_totals(read, [&store]<class Value>(const char* name, std::vector<Value>& values) {
    const std::string path = std::string("/totals/") + name;
    const std::size_t count = values.size();
    if constexpr (std::is_same_v<Value, Int128>)
      values = whole(store.integers(path));
    else if constexpr (std::is_same_v<Value, std::uint64_t>)
      values = store.counts(path);
    else
      values = store.integers(path);
    if (values.size() != count) store.fail(path, "not as many as the plant has");
  });
  const std::vector<Int128> sums = whole(store.integers("/totals/wip_and_flow_ns"));
  if (sums.size() != 2) store.fail("/totals/wip_and_flow_ns", "not two numbers");
  read.wip = sums[0];
  read.flow = sums[1];
  return read;
}

}  // namespace

Checkpoint read_checkpoint(const StoreReader& store, const std::string& name) {
  Checkpoint checkpoint;
  checkpoint.model = std::make_shared<const Model>(read_model(store));
  const Model& model = *checkpoint.model;
  checkpoint.parameters = read_parameters(store);
  if (checkpoint.parameters.laws() != model.defaults.laws() ||
      checkpoint.parameters.probabilities.size() != model.defaults.probabilities.size())
    store.fail("/parameters", "not as many as the plant has");
  checkpoint.state = read_state(store, model);
  if (auto faults = check_invariants(model, checkpoint.state); !faults.empty()) {
    for (Fault& fault : faults) fault.file = name;
    throw InvalidInput(std::move(faults));
  }
  if (store.has("/totals")) checkpoint.totals = read_totals(store, model, checkpoint.state);
  return checkpoint;
}

void write_checkpoint(StoreWriter& store, const Model& model, const Parameters& parameters, const State& state) {
  store.attribute("/", "takt_version", kVersion);
  write_model(store, model);
  write_parameters(store, parameters);
  write_state(store, model, state);
}

}  // namespace detail

std::string checkpoint_bytes(const Model& model, const Parameters& parameters, const State& state,
                             const Totals* totals) {
  using namespace detail;
  StoreWriter store(kCheckpointKind);
  write_checkpoint(store, model, parameters, state);
  if (totals != nullptr) write_totals(store, *totals);
  return store.finish();
}

void save_checkpoint(const std::filesystem::path& file, const Model& model, const Parameters& parameters,
                     const State& state, const Totals* totals) {
  write_whole(file, checkpoint_bytes(model, parameters, state, totals));
}

Checkpoint load_checkpoint(const std::filesystem::path& file) {
  return detail::read_checkpoint(detail::StoreReader(file, detail::kCheckpointKind), file.string());
}

Checkpoint checkpoint_of(std::string_view bytes) {
  const std::string name = "a checkpoint in memory";
  return detail::read_checkpoint(detail::StoreReader(bytes, name, detail::kCheckpointKind), name);
}

}  // namespace takt::io
