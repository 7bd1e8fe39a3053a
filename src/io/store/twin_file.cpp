// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/twin_file.hpp"

#include <utility>

#include "io/store/checkpoint_tables.hpp"
#include "takt/core/error.hpp"
#include "takt/io/store/whole_file.hpp"
#include "takt/sync/twin_bytes.hpp"

namespace takt::io {
namespace {

using detail::StoreReader;
using detail::StoreWriter;

StoredTwin read_twin(const StoreReader& store, const std::string& name) {
  Checkpoint run = detail::read_checkpoint(store, name);
  const TwinOptions options{.seed = run.state.seed};
  StoredTwin stored{Twin(run.model, std::move(run.parameters), std::move(run.state), options), {}, {}};
  if (!store.has("/twin")) return stored;
  if (store.count_attribute("/twin", "layout") != layout_of(stored.twin)) {
    stored.notes.push_back("written by takt " + store.text_attribute("/", "takt_version") +
                           ": its numbers and its state are taken up, what else the twin knew is not");
    return stored;
  }
  try {
    stored.twin = twin_of_bytes(run.model, store.bytes("/twin/bytes"));
    if (!store.has("/twin/ingest")) return stored;
    if (store.count_attribute("/twin", "ingest_layout") == layout_of(Ingest()))
      from_bytes_of(store.bytes("/twin/ingest"), stored.ingest.emplace());
    else
      stored.notes.emplace_back("messages that waited before the twin are of another version and are not taken up");
  } catch (const InvalidInput& error) {
    std::vector<Fault> faults = error.faults();
    for (Fault& fault : faults) {
      fault.file = name;
      fault.path = "/twin/" + fault.path;
    }
    throw InvalidInput(std::move(faults));
  }
  return stored;
}

}  // namespace

std::string twin_file_bytes(const Twin& twin, const Ingest* ingest) {
  StoreWriter store(detail::kCheckpointKind);
  detail::write_checkpoint(store, twin.model(), twin.parameters(), twin.state());
  store.attribute("/twin", "layout", layout_of(twin));
  store.bytes("/twin/bytes", to_bytes(twin));
  if (ingest != nullptr) {
    store.attribute("/twin", "ingest_layout", layout_of(*ingest));
    store.bytes("/twin/ingest", to_bytes_of(*ingest));
  }
  return store.finish();
}

void save_twin(const std::filesystem::path& file, const Twin& twin, const Ingest* ingest) {
  write_whole(file, twin_file_bytes(twin, ingest));
}

StoredTwin load_twin(const std::filesystem::path& file) {
  return read_twin(StoreReader(file, detail::kCheckpointKind), file.string());
}

StoredTwin twin_of(std::string_view bytes) {
  const std::string name = "a twin in memory";
  return read_twin(StoreReader(bytes, name, detail::kCheckpointKind), name);
}

}  // namespace takt::io
