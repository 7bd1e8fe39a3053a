// SPDX-License-Identifier: Apache-2.0
// The control loop of a live twin, as a takt-control/1 file asks for it: alerts, work orders, futures that are asked
// what would help, commands that are confirmed and followed to their end. docs/control.md.
//
//   takt::io::LiveControl control({.plan = takt::io::load_control("control.json", model), .record = ..., .send = ...});
//   options.act = [&](takt::LiveTwin& live, auto now) { control.pass(live, now, service.forecast()); };
//   control.confirm("drift-17", "a. maintainer", now);      // from any thread
//
// Everything is written down first, and what was written down before is where it goes on: a command that was sent
// before a restart is followed, and never sent again. It is armed by a person for a time; until then, and after it, it
// does all but ask for commands, and the record says what would have been asked for.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "takt/io/live/control_file.hpp"
#include "takt/io/live/service.hpp"
#include "takt/sync/control/loop.hpp"
#include "takt/sync/control/throughput.hpp"

namespace takt::io {

struct LiveControlOptions {
  ControlPlan plan{};
  CommandDesk::Record record{};    ///< writes an entry down for good, as io/store/audit.hpp does
  std::vector<AuditEntry> past{};  ///< what was written down before
  std::string armed_by{};          ///< who arms it; empty: nobody
  /// Hands a command over, as LiveService::command.
  std::function<bool(const Command&, const SnapshotSource::Answered&)> send{};
  std::function<void(const AuditEntry&)> told{};  ///< after an entry was written, on the thread that caused it
};

/// How it all stands. A value.
struct ControlStatus {
  bool is_armed = false;
  std::optional<WallClock::Instant> armed_until{};  ///< or was; none: nobody has armed it
  std::vector<Alert> alerts{};                      ///< that stand
  struct Question {
    std::string rule{}, about{}, state{};  ///< "asking the futures", or "waiting" and what for
    WallClock::Instant since{};
  };
  std::vector<Question> questions{};
  std::vector<WorkOrder> work{};                  ///< open
  std::vector<CommandDesk::Followed> commands{};  ///< under way, and the last hundred that have ended; oldest first
  std::map<std::pair<std::string, std::string>, CommandDesk::Item> items{};
  std::map<std::string, std::uint64_t> entries{};  ///< of the record, by what they say
  std::map<std::string, std::uint64_t> refused{};  ///< by reason
  std::string trouble{};                           ///< why the last entry could not be written; empty if it was
};

/// Thread-safe, but for `pass` and `hear`, which are called on the thread of the twin.
class LiveControl {
 public:
  using Instant = WallClock::Instant;

  /// Goes on where the record ended. `armed_by` arms it for ControlPlan::armed_for, but not where a process before was
  /// killed: then what was in force before is in force, whether armed until some time or disarmed by a person. Throws
  /// InvalidInput, or what `record` throws.
  LiveControl(LiveControlOptions options, Instant now);
  ~LiveControl();
  LiveControl(const LiveControl&) = delete;
  LiveControl& operator=(const LiveControl&) = delete;

  /// Time has passed: signals are looked at, questions put, commands sent. True where the twin was changed by more than
  /// deliveries (adopted, told what to expect), so that it should be put aside.
  bool pass(LiveTwin& live, Instant now, const std::shared_ptr<const LiveForecast>& forecast = {});
  /// A message was merged: LiveTwin::Sink.
  void hear(const Snapshot& message, Instant arrival);
  /// At a graceful end: what was not sent is withdrawn, and it is disarmed.
  void end(Instant now);

  // What people say. Those that name nobody, or what is not there, throw InvalidInput, and nothing happens. "desk",
  // "plant" and "takt" are nobody: the record has them for what the desk, the plant and the loop do. Where the record
  // cannot be written, what `record` throws comes through; a disarming and a refusal hold all the same.
  Answer confirm(const std::string& request, const std::string& who, Instant now);
  void refuse(const std::string& request, const std::string& who, Instant now);
  void acknowledge(const std::string& rule, const std::string& about, const std::string& who, Instant now);
  /// Gives work an owner, a state, or both; empty: as it is.
  WorkOrder work(std::uint64_t number, const std::string& owner, const std::string& state, const std::string& who,
                 Instant now);
  /// What was seen of the plant is right from now on (LiveTwin::adopt), at the next `pass`.
  void adopt(const std::string& who, Instant now);
  void disarm(const std::string& who, Instant now);

  ControlStatus status(Instant now) const;

 private:
  struct Question {
    Instant since{}, tried{};
    bool is_asked = false;  ///< the futures are at it
    std::string why{};      ///< it waits
  };
  struct Asked {  ///< of the thread that asks the futures
    std::string rule, about;
    Present present;
    Parameters parameters;
  };
  struct Found {
    std::string rule, about;
    const RemedyPlan* remedy = nullptr;  ///< none: nothing is to be done
    std::string sentence;
    double value = 0.0;  ///< of the key figure, with it
    bool failed = false;
  };
  using Key = std::pair<std::string, std::string>;
  struct AskedFor {  ///< of the record: what the futures answered last
    Key question;
    const RemedyPlan* remedy = nullptr;
  };

  const ResponsePlan* response_to(const std::string& rule) const;
  Decision decide(const Alert& alert);
  void recall(const std::vector<AuditEntry>& past);
  void recall_question(const AuditEntry& each, std::optional<AskedFor>& asked_for);
  void arm_by(const std::string& who, const std::vector<AuditEntry>& past, Instant now);
  void write(const AuditEntry& entry);
  void note(const AuditEntry& entry);
  std::vector<Signal> own_signals(const Twin& twin, Instant now, const LiveForecast* forecast);
  void turn(LiveTwin& live, Instant now, const LiveForecast* forecast);
  void put_questions(const LiveTwin& live, Instant now);
  void take_answers(Instant now);
  void ask_for(Question& question, const Found& found, Instant now);
  void hand_over(const Command& command, Instant now);
  void tell_not_delivered(const std::string& request, const std::string& why, Instant now);
  void take_deliveries(Instant now);
  bool change_twin(LiveTwin& live, Instant now);
  void ask_futures(const std::stop_token& stop);
  Found answer_to(const Asked& asked, const std::stop_token& stop) const;

  LiveControlOptions options_;
  mutable std::mutex mutex_;  ///< of what follows
  std::map<std::string, std::uint64_t> entries_, refused_;
  std::uint64_t written_ = 0;
  std::string trouble_;
  ControlLoop loop_;
  MovingThroughput throughput_;
  TwinView view_;
  std::optional<Instant> turned_;
  bool is_news_ = false;  ///< somebody has said something: the next turn is due
  std::map<Key, Question> questions_;
  std::vector<Signal> forecast_signals_;
  std::optional<Instant> forecast_made_;
  std::vector<std::string> adopting_;      ///< who
  std::vector<std::string> acknowledged_;  ///< requests whose remedy the twin is to expect
  std::map<std::string, Key> remedies_;    ///< rule and remedy by request

  std::mutex told_mutex_;                                         ///< of what other threads tell
  std::vector<std::pair<std::string, std::string>> undelivered_;  ///< request, why
  std::optional<Asked> to_ask_;
  std::optional<Found> found_;
  std::condition_variable_any wake_;
  std::jthread asker_;  ///< last: it ends before the rest goes
};

}  // namespace takt::io
