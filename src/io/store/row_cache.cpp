// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/row_cache.hpp"

#include <algorithm>
#include <map>
#include <system_error>

#include "takt/io/store/whole_file.hpp"

namespace takt::io {
namespace {

namespace fs = std::filesystem;

/// One future of some rows, taken out of them.
class Futures {
 public:
  Futures(const Rows& rows, const PreparedStudy& study, std::uint64_t shift)
      : rows_(rows), study_(study), shift_(shift) {}

  /// Calls each(future of the study, its rows); `shift` is what the range counts from.
  template <class Each>
  void visit(Each each) const {
    const double* value = rows_.values.data();
    const double* const end = value + rows_.values.size();
    for (std::uint64_t i = 0; i < rows_.ends.size(); ++i) {
      const std::uint64_t future = shift_ + rows_.range.first + i;
      Rows one{{future, future + 1}, {rows_.ends[i]}, {}};
      if (rows_.ends[i].outcome.status == Outcome::Status::done) {
        const std::size_t width = study_.setting(future / study_.options().replications).columns.size();
        if (static_cast<std::size_t>(end - value) < width) return;
        one.values.assign(value, value + width);
        value += width;
      }
      each(future, std::move(one));
    }
  }

 private:
  const Rows& rows_;
  const PreparedStudy& study_;
  std::uint64_t shift_;
};

void append(Rows& rows, Rows one) {
  rows.range.last = one.range.last;
  rows.ends.push_back(std::move(one.ends.front()));
  rows.values.insert(rows.values.end(), one.values.begin(), one.values.end());
}

}  // namespace

RowCache::RowCache(fs::path folder, const PreparedPlan& plan) : folder_(std::move(folder)), plan_(plan) {
  for (std::size_t s = 0; s < plan.study.scenarios(); ++s) {
    keys_.push_back(plan.scenario_key(s));
    std::error_code error;
    fs::create_directories(folder_of(s), error);
    if (error) throw WriteError("cannot write '" + folder_of(s).string() + "': " + error.message());
  }
}

RowCache::~RowCache() {
  try {
    flush();
  } catch (const std::exception&) {  // what is not kept is run again
  }
}

fs::path RowCache::folder_of(std::size_t scenario) const { return folder_ / keys_[scenario]; }

std::uint64_t RowCache::load(Collector& collector) const {
  const std::uint64_t replications = plan_.study.options().replications;
  std::uint64_t loaded = 0;
  for (std::size_t s = 0; s < keys_.size(); ++s) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_of(s), error))
      if (entry.path().extension() == ".rows") files.push_back(entry.path());
    std::ranges::sort(files);
    for (const fs::path& file : files) {
      try {
        const Rows rows = rows_of_bytes(read_whole(file), keys_[s]);
        if (rows.range.size() != rows.ends.size()) continue;
        Futures(rows, plan_.study, s * replications).visit([&](std::uint64_t future, Rows one) {
          if (future >= (s + 1) * replications || collector.has(future)) return;
          collector.add(one);
          ++loaded;
        });
      } catch (const Error&) {  // not sound: run again
      }
    }
  }
  return loaded;
}

void RowCache::add(const Rows& rows) {
  constexpr std::chrono::seconds kEvery{1};
  const std::lock_guard lock(mutex_);
  waiting_.push_back(rows);
  if (std::chrono::steady_clock::now() - written_ >= kEvery) write();
}

void RowCache::flush() {
  const std::lock_guard lock(mutex_);
  write();
}

/// What waits, in as few files as its futures are one behind the other.
void RowCache::write() {
  const std::uint64_t replications = plan_.study.options().replications;
  std::ranges::sort(waiting_, {}, [](const Rows& rows) { return rows.range.first; });
  std::vector<std::pair<std::size_t, Rows>> files;  // scenario, rows counted from its first replication
  for (const Rows& rows : waiting_)
    Futures(rows, plan_.study, 0).visit([&](std::uint64_t future, Rows one) {
      const std::size_t scenario = future / replications;
      one.range = {future % replications, future % replications + 1};
      if (files.empty() || files.back().first != scenario || files.back().second.range.last != one.range.first)
        files.push_back({scenario, Rows{{one.range.first, one.range.first}, {}, {}}});
      append(files.back().second, std::move(one));
    });
  for (const auto& [scenario, rows] : files) {
    const std::string name = std::to_string(rows.range.first) + "-" + std::to_string(rows.range.last) + ".rows";
    write_whole(folder_of(scenario) / name, rows_bytes(rows, keys_[scenario]));
  }
  waiting_.clear();
  written_ = std::chrono::steady_clock::now();
}

}  // namespace takt::io
