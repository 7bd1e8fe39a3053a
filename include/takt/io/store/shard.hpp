// SPDX-License-Identifier: Apache-2.0
// A study cut into shards, which jobs of a cluster run on their own and leave as files (takt-shard/1): each has the
// plan and the rows of its part.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "takt/io/store/study_plan.hpp"

namespace takt::io {

/// One of `of` shards, counted from 1: "2/5".
struct ShardName {
  std::uint32_t number = 1, of = 1;
  friend bool operator==(const ShardName&, const ShardName&) = default;
};
inline constexpr std::uint32_t kMostShards = 1'000'000;

/// Reads "2/5". Throws InvalidInput.
ShardName parse_shard(std::string_view text);
std::string to_text(ShardName shard);

/// The futures of a shard: as many as of the others, or one more.
TaskRange range_of(ShardName shard, std::uint64_t futures);

/// Writes `file` whole or not at all. Throws WriteError.
void save_shard(const std::filesystem::path& file, ShardName shard, std::string_view plan, const Rows& rows);

struct MergedShards {
  std::shared_ptr<const PreparedPlan> plan;
  StoredResults results;
};
/// Puts the shards of one study together, in any order: the same result as of the study run at once. Throws
/// InvalidInput naming every file that is cut off, changed, no shard, of another study or cut otherwise, every shard
/// that is there twice and every one that is missing.
MergedShards merge_shards(const std::vector<std::filesystem::path>& files);

}  // namespace takt::io
