// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/historian.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "io/store/history_rows.hpp"
#include "io/store/model_text.hpp"
#include "takt/core/byte_stream.hpp"
#include "takt/core/error.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::io {
namespace {

namespace fs = std::filesystem;
using detail::HistoryRows;

constexpr std::size_t kMostTexts = std::size_t{1} << 20;  // of one file: they are held in memory
constexpr std::chrono::seconds kTryAgain{1};

}  // namespace

/// A queue of what is to be written, and the thread that writes it.
class Historian::Writer {
 public:
  using Job = std::function<void(Writer&)>;

  Writer(fs::path file, Model model, HistorianOptions options, OnFile on_file)
      : path_(std::move(file)), model_(std::move(model)), options_(options), on_file_(std::move(on_file)) {
    open();
    on_file_number_ = rows_->number();
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  /// Waits for room.
  void bring(std::uint64_t weight, Job job) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return weight_ < options_.most_waiting || !fault_.empty(); });
    jobs_.push_back(std::move(job));
    weight_ += weight;
    ++brought_;
    lock.unlock();
    news_.notify_one();
  }

  bool flush() {
    std::unique_lock lock(mutex_);
    const std::uint64_t until = brought_;
    ++flushes_wanted_;
    news_.notify_one();
    settled_.wait(lock, [&] { return settled_until_ >= until || !fault_.empty(); });
    return fault_.empty();
  }

  bool wants_checkpoint() const {
    const std::lock_guard lock(mutex_);
    return wants_checkpoint_;
  }
  std::uint64_t on_file() const {
    const std::lock_guard lock(mutex_);
    return on_file_number_;
  }
  std::string fault() const {
    const std::lock_guard lock(mutex_);
    return fault_;
  }

  HistoryRows& rows() { return *rows_; }

  /// The next checkpoint begins a new file where the present one is full.
  void begin_segment_if_full() {
    if (!is_full_) return;
    if (rows_->pending() > 0) rows_->commit();
    auto made = std::make_unique<HistoryRows>(beside(), model_);
    made->go_on_from(*rows_);
    rows_ = std::move(made);  // closes the one that is full
    set_aside();
    rename(beside(), path_);
    is_full_ = false;
  }
  void checkpoint_taken() {
    const std::lock_guard lock(mutex_);
    wants_checkpoint_ = is_full_;
  }
  bool has_room() const {
    const std::lock_guard lock(mutex_);
    return fault_.empty() || pending_ < 4 * options_.most_waiting;
  }

 private:
  /// A file that is begun, before it has its name.
  fs::path beside() const { return path_.string() + ".begun"; }

  static void rename(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::rename(from, to, error);
    if (error) throw WriteError("cannot write '" + to.string() + "': " + error.message());
  }

  void open() {
    std::error_code error;
    fs::remove(beside(), error);
    if (fs::exists(path_, error)) {
      if (fits()) {
        rows_ = std::make_unique<HistoryRows>(path_);
        return;
      }
      set_aside();
    }
    rows_ = std::make_unique<HistoryRows>(path_, model_);
  }

  /// Whether rows of this plant go into the file that is there.
  bool fits() const {
    detail::heal(path_);
    const detail::SwmrReader reader(path_);
    if (reader.attribute("kind") != "history" || reader.attribute("format") != "takt-store/1")
      throw FileError("cannot go on with '" + path_.string() + "': it is no history");
    return reader.last_commit(detail::history_tables()) &&
           reader.attribute("message_layout") == detail::hash_text(layout_of(Delivery{})) &&
           reader.plant() == to_json(model_.plant) && fs::file_size(path_) < options_.segment_bytes;
  }

  /// The present file becomes one of those that are over.
  void set_aside() {
    const auto there = detail::segments_of(path_);
    std::uint64_t number = 1;
    for (const auto& [taken, file] : there) number = std::max(number, taken + 1);
    rename(path_, detail::segment_path(path_, number));
    drop_oldest();
  }

  void drop_oldest() const {
    if (options_.most_bytes == 0) return;
    const auto there = detail::segments_of(path_);
    std::error_code error;
    std::uint64_t all = 0;
    for (auto file = there.rbegin(); file != there.rend(); ++file) {
      all += fs::file_size(file->second, error);
      if (all > options_.most_bytes && file->first != 0) fs::remove(file->second, error);
    }
  }

  void run(const std::stop_token& stop) {
    auto due = std::chrono::steady_clock::now() + options_.flush_every;
    std::uint64_t done = 0, flushes_done = 0;
    for (;;) {
      std::vector<Job> jobs;
      bool wanted = false;
      {
        std::unique_lock lock(mutex_);
        news_.wait_until(lock, stop, due, [&] { return !jobs_.empty() || flushes_wanted_ != flushes_done; });
        jobs.swap(jobs_);
        weight_ = 0;
        wanted = flushes_wanted_ != flushes_done;
        flushes_done = flushes_wanted_;
      }
      room_.notify_all();
      const bool ends = stop.stop_requested();
      for (Job& job : jobs) attempt([&] { job(*this); });
      {
        const std::lock_guard lock(mutex_);
        pending_ = rows_->pending();
      }
      done += jobs.size();
      const auto now = std::chrono::steady_clock::now();
      const bool is_due = now >= due;
      if (wanted || is_due || ends || rows_->pending() >= options_.flush_rows) commit(done);
      if (is_due) due = now + options_.flush_every;
      if (ends) return;
    }
  }

  /// False, and `fault` says why, where the file cannot be written.
  template <class Work>
  bool attempt(const Work& work) {
    try {
      work();
      return true;
    } catch (const std::exception& error) {
      const std::lock_guard lock(mutex_);
      fault_ = error.what();
      return false;
    }
  }

  void commit(std::uint64_t done) {
    const bool was_faulty = !fault().empty();
    if (was_faulty && std::chrono::steady_clock::now() < try_again_) return;
    const bool well = attempt([&] {
      if (was_faulty) replace_segment();
      if (rows_->pending() > 0) rows_->commit();
      if (options_.force) rows_->file().force();
    });
    if (!well) {
      try_again_ = std::chrono::steady_clock::now() + kTryAgain;
      settled_.notify_all();
      room_.notify_all();
      return;
    }
    is_full_ = is_full_ || rows_->file().file_bytes() >= options_.segment_bytes || rows_->texts() > kMostTexts ||
               rows_->newest_ns() - rows_->oldest_ns() >= options_.segment_length.count();
    {
      const std::lock_guard lock(mutex_);
      fault_.clear();
      on_file_number_ = rows_->number();
      settled_until_ = done;
      wants_checkpoint_ = wants_checkpoint_ || is_full_;
    }
    settled_.notify_all();
    if (on_file_) on_file_(rows_->number());
  }

  /// A file that could not be written may not be touched any more: what waits goes into a new one.
  void replace_segment() {
    std::error_code error;
    if (!rows_->file().last_commit())
      fs::remove(path_, error);  // it holds nothing
    else if (fs::exists(path_, error))
      set_aside();
    auto made = std::make_unique<HistoryRows>(path_, model_, *rows_);
    rows_ = std::move(made);
    const std::lock_guard lock(mutex_);
    wants_checkpoint_ = true;
  }

  const fs::path path_;
  const Model model_;
  const HistorianOptions options_;
  const OnFile on_file_;

  // Of the thread only.
  std::unique_ptr<HistoryRows> rows_;
  bool is_full_ = false;
  std::chrono::steady_clock::time_point try_again_{};

  mutable std::mutex mutex_;
  std::condition_variable_any news_;
  std::condition_variable room_, settled_;
  std::vector<Job> jobs_;
  std::uint64_t weight_ = 0, pending_ = 0, brought_ = 0, settled_until_ = 0, flushes_wanted_ = 0, on_file_number_ = 0;
  bool wants_checkpoint_ = false;
  std::string fault_;
  std::jthread thread_;  ///< last, so that it ends first
};

Historian::Historian(fs::path file, const Model& model, HistorianOptions options, OnFile on_file)
    : writer_(std::make_unique<Writer>(std::move(file), model, options, std::move(on_file))) {}
Historian::~Historian() = default;

void Historian::message(std::uint64_t number, Delivery delivery) {
  const std::uint64_t rows = 1 + 3 * delivery.snapshot.entities.size();
  writer_->bring(rows, [number, delivery = std::move(delivery)](Writer& writer) {
    const std::vector<std::byte> bytes = to_bytes_of(delivery);
    writer.rows().message(number, delivery, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  });
}
void Historian::passed(std::uint64_t after, Instant at) {
  writer_->bring(1, [after, at](Writer& writer) { writer.rows().passed(after, at); });
}
void Historian::merged(const Snapshot& snapshot, const MergeReport& report) {
  Snapshot head{.ts = snapshot.ts, .source = snapshot.source, .epoch = snapshot.epoch, .seq = snapshot.seq};
  writer_->bring(1, [head = std::move(head), report](Writer& writer) { writer.rows().merged(head, report); });
}
void Historian::verdict(Instant at, const Verdict& verdict) {
  writer_->bring(1, [at, verdict](Writer& writer) { writer.rows().verdict(at, verdict); });
}
void Historian::event(Instant at, std::string_view kind, std::string_view path, std::string_view json) {
  writer_->bring(1, [at, kind = std::string(kind), path = std::string(path), json = std::string(json)](Writer& writer) {
    writer.rows().event(at, kind, path, json);
  });
}
void Historian::learnt(Instant at, const Learnt& learnt) {
  writer_->bring(1, [at, learnt](Writer& writer) { writer.rows().learnt(at, learnt); });
}
void Historian::forecast(ForecastRow row) {
  writer_->bring(1, [row = std::move(row)](Writer& writer) { writer.rows().forecast(row); });
}
void Historian::checkpoint(std::uint64_t number, const Twin& twin, const Ingest& ingest) {
  writer_->bring(1, [number, twin, ingest](Writer& writer) {
    writer.begin_segment_if_full();
    writer.rows().checkpoint(number, twin, ingest);
    writer.checkpoint_taken();
  });
}
bool Historian::wants_checkpoint() const { return writer_->wants_checkpoint(); }
bool Historian::has_room() const { return writer_->has_room(); }
bool Historian::flush() { return writer_->flush(); }
std::uint64_t Historian::on_file() const { return writer_->on_file(); }
std::string Historian::fault() const { return writer_->fault(); }

}  // namespace takt::io
