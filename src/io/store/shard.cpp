// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/shard.hpp"

#include <charconv>
#include <map>
#include <optional>

#include "io/store/sealed.hpp"
#include "takt/core/byte_stream.hpp"
#include "takt/io/store/whole_file.hpp"

namespace takt::io {
namespace {

constexpr std::string_view kFormat = "takt-shard/1";

/// What a file holds.
struct Content {
  std::uint32_t number = 0, of = 0;
  std::string plan{}, rows{};
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(number, of, plan, rows);
  }
};

Content read(const std::filesystem::path& file) {
  const std::string bytes = read_whole(file);
  Content content;
  from_bytes_of(std::as_bytes(std::span(detail::unsealed(kFormat, bytes, "").content)), content);
  return content;
}

/// Gathers shards, and what is wrong with them.
class Merger {
 public:
  void add(const std::filesystem::path& file) {
    try {
      Content content = read(file);
      const ShardName shard{content.number, content.of};
      if (!plan_) begin(shard, content.plan);
      if (content.plan != plan_->bytes)
        return fault(file, "a shard of another study", "a shard of the study that " + first_ + " is of");
      if (shard.of != of_)
        return fault(file, "shard " + to_text(shard),
                     "one of " + std::to_string(of_) + " shards, as " + first_ + " is");
      const auto [there, is_new] = files_.try_emplace(shard.number, file.string());
      if (!is_new) return fault(file, "shard " + to_text(shard) + " once more", "each once: it is in " + there->second);
      collector_->add(rows_of_bytes(content.rows, plan_->hash));
    } catch (const InvalidInput& error) {
      for (Fault each : error.faults()) {
        each.file = file.string();
        faults_.push_back(std::move(each));
      }
    } catch (const FileError& error) {
      fault(file, error.what(), "a shard");
    }
    if (first_.empty()) first_ = file.string();
  }

  MergedShards result() && {
    for (std::uint32_t number = 1; number <= of_; ++number)
      if (!files_.contains(number))
        faults_.push_back({.path = "shard " + to_text(ShardName{number, of_}),
                           .value = "no sound file of it",
                           .expected = "every shard of the study"});
    if (!faults_.empty()) throw InvalidInput(std::move(faults_));
    return {plan_, plan_->results(std::move(*collector_))};
  }

 private:
  void begin(ShardName shard, std::string_view plan) {
    plan_ = prepared(plan);
    collector_.emplace(plan_->study);
    of_ = shard.of;
  }
  void fault(const std::filesystem::path& file, std::string value, std::string expected) {
    faults_.push_back({.value = std::move(value), .expected = std::move(expected), .file = file.string()});
  }

  std::shared_ptr<const PreparedPlan> plan_;
  std::optional<Collector> collector_;
  std::uint32_t of_ = 0;
  std::string first_;  // sound file
  std::map<std::uint32_t, std::string> files_;
  std::vector<Fault> faults_;
};

}  // namespace

ShardName parse_shard(std::string_view text) {
  ShardName shard;
  const char* const end = text.data() + text.size();
  const auto [slash, error] = std::from_chars(text.data(), end, shard.number);
  if (error == std::errc() && slash != end && *slash == '/') {
    const auto [stop, other] = std::from_chars(slash + 1, end, shard.of);
    if (other == std::errc() && stop == end && shard.number >= 1 && shard.number <= shard.of && shard.of <= kMostShards)
      return shard;
  }
  throw InvalidInput(
      Fault{.value = '"' + std::string(text) + '"', .expected = "NUMBER/OF, counted from 1, such as \"2/5\""});
}

std::string to_text(ShardName shard) { return std::to_string(shard.number) + "/" + std::to_string(shard.of); }

TaskRange range_of(ShardName shard, std::uint64_t futures) {
  const auto before = [&](std::uint32_t number) {
    return futures / shard.of * number + std::min<std::uint64_t>(number, futures % shard.of);
  };
  return {before(shard.number - 1), before(shard.number)};
}

void save_shard(const std::filesystem::path& file, ShardName shard, std::string_view plan, const Rows& rows) {
  const Content content{shard.number, shard.of, std::string(plan), rows_bytes(rows, plan_hash(plan))};
  const std::vector<std::byte> bytes = to_bytes_of(content);
  write_whole(file,
              detail::sealed(kFormat, to_text(shard), {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

MergedShards merge_shards(const std::vector<std::filesystem::path>& files) {
  Merger merger;
  for (const std::filesystem::path& file : files) merger.add(file);
  return std::move(merger).result();
}

}  // namespace takt::io
