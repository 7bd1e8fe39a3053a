// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/live_history.hpp"

#include <utility>

#include "io/store/history_tables.hpp"
#include "io/store/swmr_file.hpp"
#include "takt/core/error.hpp"
#include "takt/io/store/history.hpp"

namespace takt::io {
namespace {

constexpr Duration kPassesNoted = std::chrono::seconds{1};  // while nothing is delivered

}  // namespace

LiveHistory::LiveHistory(std::filesystem::path file, LiveHistoryOptions options)
    : file_(std::move(file)), options_(options), journal_(std::make_unique<Journal>(file_, options.journal)) {
  recovery_.notes = journal_->notes();
}

LiveHistory::~LiveHistory() = default;

LiveTwin LiveHistory::recover(Plant plant, LiveOptions options, LiveTwin::Sink sink) {
  sink_ = std::move(sink);
  LiveTwin live = begin(plant, options);
  replay(live);
  live = move_into(std::move(plant), std::move(live), options);
  is_live_ = true;
  if (live.twin() != nullptr) historian_->checkpoint(taken_, *live.twin(), live.ingest());
  has_checkpoint_ = live.twin() != nullptr;
  last_checkpoint_ = taken_;
  return live;
}

/// The last checkpoint, or a twin that begins.
LiveTwin LiveHistory::begin(const Plant& plant, const LiveOptions& options) {
  const auto told = [this](const Snapshot& snapshot, const MergeReport& report) {
    if (!is_live_) return;
    historian_->merged(snapshot, report);
    if (sink_) sink_(snapshot, report);
  };
  std::error_code error;
  if (std::filesystem::exists(file_, error)) detail::heal(file_);
  if (detail::segments_of(file_).empty()) return LiveTwin(plant, options, told);
  std::optional<std::pair<std::uint64_t, StoredTwin>> found = History(file_).last_checkpoint();
  if (!found) return LiveTwin(plant, options, told);
  recovery_.checkpoint = taken_ = found->first;
  StoredTwin& stored = found->second;
  for (const std::string& note : stored.notes) recovery_.notes.push_back(file_.string() + ": " + note);
  Ingest ingest = stored.ingest ? *std::move(stored.ingest) : Ingest(options.ingest);
  return LiveTwin(std::move(stored.twin), std::move(ingest), options, told);
}

/// What came behind the checkpoint, from the history and then from the journal.
void LiveHistory::replay(LiveTwin& live) {
  Instant newest = Instant::min();
  const auto take = [&](std::uint64_t number, Delivery&& delivery) {
    newest = std::max(newest, delivery.arrival);
    for (; !live.take(delivery); newest += kPassesNoted) live.pass(newest);  // it waited for time to pass
    taken_ = number;
  };
  if (!detail::segments_of(file_).empty())
    History(file_).replay(
        taken_,
        [&](std::uint64_t number, Delivery&& delivery) {
          ++recovery_.from_history;
          take(number, std::move(delivery));
          return true;
        },
        [&](Instant at) {
          live.pass(at);
          return true;
        });
  const std::uint64_t on_file = taken_;
  journal_->begin_after(on_file);
  historian_ = std::make_unique<Historian>(file_, live.model(), options_.historian,
                                           [this](std::uint64_t number) { journal_->forget(number); });
  journal_->replay(
      on_file + 1,
      [&](std::uint64_t number, Delivery&& delivery) {
        ++recovery_.from_journal;
        historian_->message(number, delivery);
        take(number, std::move(delivery));
      },
      [&](Instant at) {
        historian_->passed(taken_, at);
        live.pass(at);
      });
  recovery_.last = taken_;
}

/// The twin in the plant as it is now.
LiveTwin LiveHistory::move_into(Plant plant, LiveTwin live, const LiveOptions& options) {
  if (live.twin() == nullptr) return live;
  const Model& before = live.model();
  plant.clock.epoch = before.plant.clock.epoch;  // it began with what was reported
  Model model = compile(std::move(plant), before.options);
  if (model.hash() == before.hash()) return live;
  MigratedTwin migrated = migrate(*live.twin(), std::move(model));
  recovery_.migration = std::move(migrated.report);
  historian_.reset();  // what the journal told belongs to the old plant
  historian_ = std::make_unique<Historian>(file_, migrated.twin.model(), options_.historian,
                                           [this](std::uint64_t number) { journal_->forget(number); });
  return LiveTwin(std::move(migrated.twin), live.ingest(), options,
                  [this](const Snapshot& snapshot, const MergeReport& report) {
                    historian_->merged(snapshot, report);
                    if (sink_) sink_(snapshot, report);
                  });
}

Inbox::Keep LiveHistory::keep() {
  return [this](const Delivery& delivery) { journal_->put(delivery); };
}

/// Passes in a row are as one: the last before something is delivered tells them all.
void LiveHistory::note_pass() {
  if (!passed_ || passed_ == noted_pass_) return;
  try {
    journal_->pass(taken_, *passed_);
  } catch (const WriteError&) {
    // No room: the twin goes on, and who delivers will be told.
  }
  historian_->passed(taken_, *passed_);
  noted_pass_ = passed_;
}

bool LiveHistory::take(LiveTwin& live, Delivery& delivery) {
  if (!historian_->has_room()) return false;
  note_pass();
  Delivery written = delivery;  // the twin takes what it needs
  if (!live.take(delivery)) return false;
  historian_->message(++taken_, std::move(written));
  return true;
}

void LiveHistory::pass(LiveTwin& live, Instant now) {
  live.pass(now);
  passed_ = now;
  note_pass();  // when time was told decides what is given up: all of it is written down
  checkpoint(live, now);
}

void LiveHistory::checkpoint(const LiveTwin& live, Instant now) {
  if (!checkpoint_at_) checkpoint_at_ = now;
  const bool is_due = now - *checkpoint_at_ >= options_.checkpoint_every ||
                      taken_ - last_checkpoint_ >= options_.checkpoint_deliveries || !has_checkpoint_ ||
                      historian_->wants_checkpoint();
  if (!is_due || live.twin() == nullptr) return;
  note_pass();
  historian_->checkpoint(taken_, *live.twin(), live.ingest());
  historian_->learnt(now, live.twin()->learnt());
  has_checkpoint_ = true;
  checkpoint_at_ = now;
  last_checkpoint_ = taken_;
}

bool LiveHistory::close(const LiveTwin& live) {
  note_pass();
  if (live.twin() != nullptr) historian_->checkpoint(taken_, *live.twin(), live.ingest());
  return historian_->flush();
}

void leave_unwritten_files_at_exit() { H5dont_atexit(); }

}  // namespace takt::io
