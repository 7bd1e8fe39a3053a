// SPDX-License-Identifier: Apache-2.0
#include "record.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace cnc {
namespace {

using Role = takt::io::StreamMapping::Role;

takt::SignalRole signal_role(Role role) {
  switch (role) {
    case Role::state: return takt::SignalRole::state;
    case Role::program: return takt::SignalRole::program;
    case Role::block: return takt::SignalRole::block;
    case Role::feed_rate: return takt::SignalRole::feed_rate;
    case Role::part_count:
    case Role::override_percent:
    case Role::ignore: break;
  }
  return takt::SignalRole::other;
}

bool is_number(std::string_view text, double& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::vector<std::filesystem::path> files_of(const std::string& stream,
                                            const std::vector<std::filesystem::path>& folders) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& folder : folders) {
    if (!std::filesystem::is_directory(folder)) throw takt::FileError("no folder '" + folder.string() + "'");
    const std::size_t first = files.size();
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (entry.is_regular_file() && name.starts_with(stream) && (name.ends_with(".gz") || name.ends_with(".txt"))) {
        files.push_back(entry.path());
      }
    }
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end());
  }
  return files;
}

void Record::add(takt::io::StreamReader reader, const takt::io::StreamMapping& mapping, std::size_t machine) {
  feeds_.push_back({std::move(reader), &mapping, machine});
  read_ahead(feeds_.back());
  told_ = nullptr;
}

bool Record::next(std::size_t& machine, takt::MachineObservation& seen) {
  if (told_ != nullptr) read_ahead(*told_);
  told_ = nullptr;
  for (Feed& feed : feeds_) {
    if (!feed.ended && (told_ == nullptr || feed.ahead.time < told_->ahead.time)) told_ = &feed;
  }
  if (told_ == nullptr) return false;
  machine = told_->machine;
  map(*told_, seen);
  return true;
}

void Record::read_ahead(Feed& feed) {
  do {
    feed.ended = !feed.reader.next(feed.ahead);
  } while (!feed.ended && feed.ahead.value.empty());
}

void Record::map(Feed& feed, takt::MachineObservation& seen) {
  while (feed.meanings.size() <= feed.ahead.item) {
    const auto known = feed.mapping->items.find(feed.reader.items()[feed.meanings.size()]);
    feed.meanings.push_back(known == feed.mapping->items.end()
                                ? Meaning{}
                                : Meaning{signal_role(known->second.role), &known->second.states});
  }
  const Meaning& meaning = feed.meanings[feed.ahead.item];
  seen = {.time = feed.ahead.time, .role = meaning.role, .text = feed.ahead.value};
  if (meaning.role == takt::SignalRole::state) {
    const auto state = meaning.states->find(std::string(feed.ahead.value));
    if (state == meaning.states->end()) {
      seen.role = takt::SignalRole::other;
    } else {
      seen.text = state->second;
    }
  } else if (meaning.role == takt::SignalRole::block || meaning.role == takt::SignalRole::feed_rate) {
    if (!is_number(feed.ahead.value, seen.number)) seen.role = takt::SignalRole::other;
  }
}

std::uint64_t Record::lines() const {
  std::uint64_t sum = 0;
  for (const Feed& feed : feeds_) sum += feed.reader.lines();
  return sum;
}

std::vector<takt::Fault> Record::faults() const {
  std::vector<takt::Fault> all;
  for (const Feed& feed : feeds_) all.insert(all.end(), feed.reader.faults().begin(), feed.reader.faults().end());
  return all;
}

}  // namespace cnc
