// SPDX-License-Identifier: Apache-2.0
// From what arrives to what is merged: messages of several sources, reordered, repeated, lost and with clocks that are
// wrong, become one sequence in the order of event time.
//
//   takt::Ingest ingest;
//   ingest.add(std::move(snapshot), arrival);          // from any transport
//   ingest.tick(arrival);
//   for (const std::string& source : ingest.rebirths()) ask_for_everything(source);
//   while (auto next = ingest.next()) twin.apply(*next);
//
// Within a source, (epoch, seq) order messages; a complete one (a birth) begins a new count. Epochs of such
// a source wrap after 255, as bdSeq does, and may be forgotten: of two births the later one counts. What is missing is
// waited for; then the source is asked for everything and, until that comes, told to be out of step. Across sources,
// the order is that of event time behind a watermark, so that the order of arrival within the time waited never changes
// what comes out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "takt/sync/snapshot.hpp"

namespace takt {

struct IngestOptions {
  Duration reorder = std::chrono::seconds{2};   ///< how long a missing message is waited for
  Duration lateness = std::chrono::seconds{2};  ///< how far the watermark stays behind the newest event time
  Duration idle = std::chrono::seconds{30};     ///< a source silent for longer does not hold the watermark back
  Duration ask_again = std::chrono::seconds{10};
  /// A source's clock is corrected where it is off by more than this; the offset is the least delay from its own time
  /// to arrival within skew_window. Not corrected: the largest duration.
  Duration clock_tolerance = std::chrono::milliseconds{500};
  Duration skew_window = std::chrono::minutes{10};
  std::uint64_t sequence_modulus = 256;         ///< Sparkplug B counts to 255; 0: sequence numbers do not wrap
  std::size_t most_held = 1000;                 ///< messages of one source that wait for one before them
  std::size_t most_waiting = 100'000;           ///< messages in all; when there are as many, add() takes no more
  double report_periods = 3.0;                  ///< a source silent for so many of its usual periods is stale
  Duration silence = std::chrono::seconds{30};  ///< but not before this: many report in bursts
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(reorder, lateness, idle, ask_again, clock_tolerance, skew_window, sequence_modulus, most_held, most_waiting,
          report_periods, silence);
  }
};

/// What became of a message when it was added.
enum class Taken : std::uint8_t {
  accepted,   ///< it comes out of next() in its turn
  held,       ///< it waits for one before it
  duplicate,  ///< it was there before
  late,       ///< of a life of its source that is over, or from before its last birth
  rejected,   ///< it cannot be used: see IngestCounts
  full        ///< there is no room: it was not looked at and is as it was, to be added again
};
inline constexpr std::size_t kTakenKinds = 6;

/// How a source stands.
enum class SourceStanding : std::uint8_t {
  unborn,       ///< nothing complete has come from it yet
  in_step,      ///< everything it sent since its birth is known
  out_of_step,  ///< something is missing: its next complete message heals that
  stale,        ///< silent for longer than it should be
  dead          ///< it, or its broker, said that it is gone
};

std::string_view name_of(SourceStanding standing);  ///< "unborn", "in_step", ...

/// Every message that was added is in one of these.
struct IngestCounts {
  std::array<std::uint64_t, kTakenKinds> taken{};  ///< by Taken: as add() told; held ones move on to accepted or late
  std::uint64_t given = 0;                         ///< came out of next()
  std::uint64_t missing = 0;                       ///< sequence numbers that never came
  std::uint64_t rebirths = 0;                      ///< times that a source was asked for everything
  std::map<std::string, std::uint64_t> reasons;    ///< of those rejected
  std::uint64_t of(Taken kind) const { return taken[static_cast<std::size_t>(kind)]; }
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(taken, given, missing, rebirths, reasons);
  }
};

/// A value. Not thread-safe.
class Ingest {
 public:
  using Instant = WallClock::Instant;

  explicit Ingest(IngestOptions options = {});

  /// Takes the message over unless there is no room. Without `sending` it is sent live and counts to sequence_modulus.
  Taken add(Snapshot&& message, Instant arrival);
  Taken add(Snapshot&& message, Instant arrival, const Sending& sending);
  /// A death certificate: the source is dead until its next birth.
  void died(std::string_view source, Instant arrival);
  /// Time passes: what was waited for long enough is given up.
  void tick(Instant now);

  /// The next message behind the watermark, its `ts` corrected for the clock of its source and never before one given
  /// out earlier; of a record, `ts` as it was told. `seq` is counted on where the source's wraps or begins anew: the
  /// source's is what is left of it modulo its own modulus.
  std::optional<Snapshot> next();
  /// Everything that still waits, in order, whatever the watermark: at the end.
  std::optional<Snapshot> next_of_rest();
  /// When the one last given out had arrived.
  Instant arrival_of_last() const { return given_arrival_; }

  /// Sources to be asked for everything since the last call.
  std::vector<std::string> rebirths();

  Instant watermark() const { return watermark_; }
  std::size_t waiting() const { return ready_.size() + held_; }
  const IngestCounts& counts() const { return counts_; }
  SourceStanding standing(std::string_view source) const;  ///< unborn if it is not known
  Duration clock_offset(std::string_view source) const;    ///< what is added to its times
  std::vector<std::string> sources() const;

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, number_of_, sources_, ready_, slots_, free_, asked_, counts_, held_, now_, watermark_, given_,
          given_arrival_);
  }

 private:
  struct Held {
    Snapshot message;
    Instant arrival;
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(message, arrival);
    }
  };
  /// From one birth of a source to the next.
  struct Life {
    std::uint64_t epoch = 0, next = 0;  ///< next: the sequence number that is due
    std::uint64_t modulus = 0;          ///< of its sequence numbers
    bool born = false;
    bool missed = false;                                      ///< something was given up since its birth
    Instant birth{};                                          ///< event time of its birth, by the source's own clock
    Instant last_sent = Instant::min();                       ///< the latest event time of what came out, by that clock
    Instant begin = Instant::max(), newest = Instant::min();  ///< when its first and last come out
    std::map<std::uint64_t, Held> held;                       ///< by sequence number
    std::deque<std::pair<std::uint64_t, std::uint64_t>> given_up;  ///< the last sequence numbers missed: from, how many
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(epoch, next, modulus, born, missed, birth, last_sent, begin, newest, held, given_up);
    }
  };
  struct Source {
    std::string name;
    std::uint32_t number = 0;
    bool recorded = false;
    bool is_dead = false;
    Life life;
    std::optional<Life> before;  ///< the one before: its last news may come after the birth that followed
    Instant before_until{};
    Instant birth{};  ///< event time of its last birth, by its own clock
    std::optional<Instant> asked;
    std::uint64_t accepted = 0;
    std::deque<std::pair<Instant, Duration>> delays;  ///< growing: of the window, those that may become its least
    Duration offset{0};
    Instant newest = Instant::min(), last_arrival{};
    bool has_arrived = false;
    double period_s = 0.0;                   ///< usual time between messages
    std::optional<std::uint64_t> given_seq;  ///< number of the last message given out, counted on
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(name, number, recorded, is_dead, life, before, before_until, birth, asked, accepted, delays, offset, newest,
            last_arrival, has_arrived, period_s, given_seq);
    }
  };
  struct Ready {
    Instant at;
    std::uint64_t number;  ///< in the order of its source
    std::uint32_t source, slot;
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(at, number, source, slot);
    }
  };

  Source& source_of(const std::string& name);
  static std::uint64_t after(const Life& life, std::uint64_t seq);
  static bool was_given_up(const Life& life, std::uint64_t seq);
  const Source* find(std::string_view name) const;
  void note_arrival(Source& source, Instant sent, Instant arrival);
  Taken count(Taken kind) {
    ++counts_.taken[static_cast<std::size_t>(kind)];
    return kind;
  }
  Taken reject(const char* reason);
  static bool is_of_life_before(const Source& source, const Snapshot& message, Instant arrival);
  std::optional<Taken> begin_epoch(Source& source, const Snapshot& message, Instant arrival);
  void put_aside(Source& source, Instant arrival);
  void end_life_before(Source& source);
  void begin_life(Source& source, Snapshot message, Instant arrival);
  Taken add_in_order(Source& source, Life& life, Snapshot message, Instant arrival);
  Taken hold(Source& source, Life& life, Snapshot message, Instant arrival);
  bool accept(Source& source, Life& life, Snapshot message, Instant arrival);
  static void count_on(Source& source, std::uint64_t modulus, Snapshot& message);
  /// Whether one comes out after another.
  auto comes_later() const {
    return [this](const Ready& a, const Ready& b) {
      if (a.at != b.at) return a.at > b.at;
      return a.source != b.source ? sources_[a.source].name > sources_[b.source].name : a.number > b.number;
    };
  }
  void drain(Source& source, Life& life);
  void drop_held(Life& life, const std::function<bool(const Snapshot&)>& is_over);
  bool has_waited(const Life& life, Instant now) const;
  static std::uint64_t first_of_unborn(const Life& life);
  void give_up_gap(Source& source, Life& life);
  void ask(Source& source, Instant now);
  static bool is_older(const Life& life, std::uint64_t epoch);
  static std::uint64_t ahead_of(const Life& life, std::uint64_t seq);
  static bool is_behind(const Life& life, std::uint64_t ahead);
  void move_watermark(Instant now);
  Snapshot take_first();

  IngestOptions options_;
  std::map<std::string, std::uint32_t, std::less<>> number_of_;
  std::deque<Source> sources_;
  std::vector<Ready> ready_;  ///< a heap, the first to come out on top
  std::vector<Held> slots_;
  std::vector<std::uint32_t> free_;  ///< slots without a message
  std::vector<std::string> asked_;
  IngestCounts counts_;
  std::size_t held_ = 0;
  Instant now_ = Instant::min();  ///< of the last tick
  Instant watermark_ = Instant::min();
  Instant given_ = Instant::min();  ///< time of the last message given out
  Instant given_arrival_{};
};

}  // namespace takt
