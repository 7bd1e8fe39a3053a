// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/common_subsequence.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace takt {
namespace {

constexpr std::size_t kFirstBand = 256;         // events off the diagonal that are looked at first
constexpr std::size_t kWidening = 8;            // of a band that was too narrow
constexpr std::size_t kMostChanges = 1U << 19;  // of words that are remembered to go back over, at least: 6 MB

}  // namespace

SequenceIndex::SequenceIndex(std::span<const Labelled> events) {
  std::uint32_t labels = 0;
  times_.reserve(events.size());
  for (const Labelled& each : events) {
    times_.push_back(each.at);
    labels = std::max(labels, each.label + 1);
  }
  std::vector<std::uint32_t> count(labels), last(labels, kUnmatched);
  for (std::uint32_t j = 0; j < events.size(); ++j) {
    const std::uint32_t label = events[j].label, word = j / 64;
    count[label] += last[label] == word ? 0 : 1;
    last[label] = word;
  }
  of_label_.assign(labels + 1, 0);
  for (std::uint32_t label = 0; label < labels; ++label) of_label_[label + 1] = of_label_[label] + count[label];
  words_.resize(of_label_[labels]);
  std::vector<std::uint32_t> end(of_label_.begin(), of_label_.end() - 1);  // of the words of a label so far
  for (std::uint32_t j = 0; j < events.size(); ++j) {
    const std::uint32_t label = events[j].label, word = j / 64;
    if (end[label] == of_label_[label] || words_[end[label] - 1].index != word) words_[end[label]++].index = word;
    words_[end[label] - 1].events |= std::uint64_t{1} << (j % 64);
  }
}

/// One walk down the rows. A bit of `row_` is zero where the length grows from the column before to this one, so that
/// the zeros of a row are its length.
class SequenceComparison {
 public:
  using Labels = std::span<const Labelled>;
  using Limits = std::span<const Duration>;

  SequenceComparison(const SequenceIndex& index, Labels rows, Limits within)
      : index_(index), rows_(rows), within_(within), columns_(index.size()) {}

  std::size_t length() {
    if (!within_.empty()) return walk(kEverything);
    // As many are unmatched at most as in the narrow band, and a path strays from the diagonal by no more than that.
    const std::size_t n = rows_.size(), off = n > columns_ ? n - columns_ : columns_ - n;
    std::size_t band = off + kFirstBand;
    while (true) {
      const std::size_t common = walk(band), unmatched = n + columns_ - 2 * common;
      if (unmatched <= band) return common;
      band = std::min(unmatched, kWidening * band);
    }
  }

  std::vector<std::uint32_t> match() {
    remembers_ = true;
    length();
    std::vector<std::uint32_t> partner(rows_.size(), SequenceIndex::kUnmatched);
    std::size_t column = columns_;
    for (std::size_t i = rows_.size(); i > 0; --i) {
      while (column > 0 && bit(column - 1)) --column;
      if (column == 0) break;
      step_back(i - 1);
      if (bit(column - 1)) partner[i - 1] = static_cast<std::uint32_t>(--column);  // it grew here, by this event
    }
    return partner;
  }

 private:
  static constexpr std::size_t kEverything = static_cast<std::size_t>(-1);
  using Columns = std::pair<std::size_t, std::size_t>;
  struct Checkpoint {
    std::size_t row = 0;  ///< the first one after it
    std::size_t touched = 0;
    std::vector<std::uint64_t> bits;
  };

  bool bit(std::size_t column) const { return (row_[column / 64] >> (column % 64) & 1) != 0; }

  std::size_t walk(std::size_t band) {
    band_ = band;
    row_.assign((columns_ + 63) / 64, ~std::uint64_t{0});
    touched_ = 0;
    checkpoints_.clear();
    begin_block(0);
    // As much in changes as in the rows kept from block to block, in the worst case.
    const auto rows = static_cast<std::size_t>(std::sqrt(static_cast<double>(rows_.size())));
    const std::size_t most = std::max(kMostChanges, row_.size() * rows);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (words_.size() > most) begin_block(i);
      add(i);
    }
    std::size_t zeros = 0;
    for (std::size_t w = 0; w < touched_; ++w) zeros += static_cast<std::size_t>(std::popcount(~row_[w]));
    return zeros;
  }

  void begin_block(std::size_t row) {
    if (remembers_) checkpoints_.push_back({row, touched_, row_});
    forget(row);
  }

  void forget(std::size_t row) {
    block_ = row;
    words_.clear();
    before_.clear();
    begins_.clear();
  }

  /// The columns that an event may be matched with.
  Columns columns_of(std::size_t i) const {
    if (within_.empty()) {
      if (band_ >= std::max(columns_, rows_.size())) return {0, columns_};
      return {i > band_ ? i - band_ : 0, std::min(columns_, i + band_ + 1)};
    }
    if (rows_[i].label >= within_.size() || within_[rows_[i].label].count() < 0) return {0, 0};
    constexpr std::int64_t kMost = std::int64_t{100} * 365 * 86'400 * 1'000'000'000;  // more is no limit, and overflows
    const std::int64_t limit = std::min(within_[rows_[i].label].count(), kMost), at = rows_[i].at;
    const auto first = std::ranges::lower_bound(index_.times_, at - limit);
    const auto last = std::upper_bound(first, index_.times_.end(), at + limit);
    return {static_cast<std::size_t>(first - index_.times_.begin()),
            static_cast<std::size_t>(last - index_.times_.begin())};
  }

  /// The next row: row = (row + (row & events)) | (row & ~events), words without events only where a carry comes.
  void add(std::size_t i) {
    if (remembers_) begins_.push_back(words_.size());
    const std::uint32_t label = rows_[i].label;
    if (label + 1 >= index_.of_label_.size()) return;
    if (i == 0 || within_.empty() || rows_[i] != rows_[i - 1]) reach_ = columns_of(i);  // many come at one instant
    const auto [first, last] = reach_;
    if (first >= last) return;
    const std::size_t from = first / 64, to = (last - 1) / 64;
    const auto begin = index_.words_.begin() + index_.of_label_[label];
    const auto end = index_.words_.begin() + index_.of_label_[label + 1];
    auto it = std::ranges::lower_bound(begin, end, from, {}, &SequenceIndex::Word::index);
    bool carry = false;
    std::size_t next = 0;
    for (; it != end && it->index <= to; ++it) {
      while (carry && next < it->index) carry = set(next++, 0, carry);
      std::uint64_t events = it->events;
      if (it->index == from) events &= ~std::uint64_t{0} << (first % 64);
      if (it->index == to && last % 64 != 0) events &= ~(~std::uint64_t{0} << (last % 64));
      carry = set(it->index, events, carry);
      next = it->index + 1;
    }
    while (carry && next < touched_) carry = set(next++, 0, carry);  // beyond, all bits are set and stay so
  }

  /// True if it carries over to the next word.
  bool set(std::size_t word, std::uint64_t events, bool carry) {
    const std::uint64_t before = row_[word], hit = before & events;
    std::uint64_t sum = before + hit;
    bool over = sum < before;
    sum += carry ? 1 : 0;
    over = over || (carry && sum == 0);
    const std::uint64_t after = sum | (before & ~events);
    if (after == before) return over;
    touched_ = std::max(touched_, word + 1);
    if (remembers_) {
      words_.push_back(static_cast<std::uint32_t>(word));
      before_.push_back(before);
    }
    row_[word] = after;
    return over;
  }

  /// Makes the row after `i` the one before it. What is not remembered any more is walked again from where it was.
  void step_back(std::size_t i) {
    if (i < block_) {
      checkpoints_.pop_back();
      const Checkpoint& last = checkpoints_.back();
      row_ = last.bits;
      touched_ = last.touched;
      forget(last.row);
      reach_ = columns_of(last.row);
      for (std::size_t k = last.row; k <= i; ++k) add(k);
    }
    const std::size_t begin = begins_[i - block_];
    while (words_.size() > begin) {
      row_[words_.back()] = before_.back();
      words_.pop_back();
      before_.pop_back();
    }
    begins_.pop_back();
  }

  const SequenceIndex& index_;
  Labels rows_;
  Limits within_;
  std::size_t columns_, band_ = kEverything;
  bool remembers_ = false;
  std::vector<std::uint64_t> row_;
  std::size_t touched_ = 0;  ///< words below may have zeros
  Columns reach_{};          ///< of the last row
  std::vector<Checkpoint> checkpoints_;
  std::size_t block_ = 0;              ///< the first row that is remembered
  std::vector<std::uint32_t> words_;   ///< changed by the rows since then
  std::vector<std::uint64_t> before_;  ///< what they were
  std::vector<std::size_t> begins_;    ///< (rows since then) in both
};

std::size_t SequenceIndex::common(std::span<const Labelled> other, std::span<const Duration> within) const {
  return SequenceComparison(*this, other, within).length();
}

std::vector<std::uint32_t> SequenceIndex::match(std::span<const Labelled> other,
                                                std::span<const Duration> within) const {
  return SequenceComparison(*this, other, within).match();
}

}  // namespace takt
