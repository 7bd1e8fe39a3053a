// SPDX-License-Identifier: Apache-2.0
// Decision, execution and feedback: commands to the plant, each allowed by a list, within its limits, confirmed by a
// person where that is asked for, refused unless the twin can be trusted, written down before it has any effect, and
// followed from the desired value to the reported one.
//
//   takt::CommandDesk desk({{.path = "/acme/hall/line_1/press", .item = "speed", .low = 0.5, .high = 1.2}}, record);
//   desk.arm("a. shift leader", now + 8h, now);                      // never armed by itself
//   const takt::Answer answer = desk.request(command, view, now);    // refused, or waits for a second person
//   desk.confirm(command.request, "a. maintainer", view, now);
//   for (const takt::Command& each : desk.to_send(view, now)) transport.send(each);
//   desk.reported("/acme/hall/line_1/press", "speed", 1.1, now);     // acknowledged by what the plant reports
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "takt/core/time.hpp"
#include "takt/sync/verdict.hpp"

namespace takt {

/// A value that something in the plant shall take.
struct Command {
  std::string request{};  ///< names it for ever: a second one of that name is refused
  std::string path{};     ///< of an equipment
  std::string item{};     ///< what of it, by the name that its controller knows: "speed", "cycle_time"
  double value = 0.0;     ///< in the unit of the item
  std::string who{};      ///< who asks for it
  std::string why{};      ///< the alert or study it follows from; in words
  WallClock::Instant issued{}, expires{};

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(request, path, item, value, who, why, issued, expires);
  }
  friend bool operator==(const Command&, const Command&) = default;
};

/// What may be commanded, and how far. What is in no limit is refused.
struct CommandLimit {
  std::string path{}, item{};
  double low = 0.0, high = 0.0;                                ///< both allowed
  double most_step = std::numeric_limits<double>::infinity();  ///< away from the value last reported
  Duration least_interval{};                                   ///< since the last command for it was sent
  Duration longest_life = std::chrono::minutes{10};            ///< from when it is issued to when it expires
  double tolerance = 0.0;                                      ///< a reported value so near acknowledges it
  bool confirm = true;                                         ///< a second person must confirm it
  std::vector<std::string> who{};                              ///< who may ask for it and confirm; empty: anybody named
};

/// What the desk must know of the twin at the moment.
struct TwinView {
  Verdict verdict;
  WallClock::Instant twin_time{};             ///< how far it has followed the plant
  Duration oldest = std::chrono::minutes{1};  ///< a twin that lags further behind is not asked
};

enum class CommandState : std::uint8_t {
  awaiting_confirmation,
  ready,         ///< may be sent
  sent,          ///< desired: on its way to the plant
  acknowledged,  ///< reported: the plant has it
  expired,       ///< its time was over before it was acknowledged
  withdrawn,     ///< taken back before it was sent, by a person or because the twin was no longer valid
  refused        ///< never begun
};
std::string_view name_of(CommandState state);

/// Why a command is refused.
enum class Refusal : std::uint8_t {
  none,
  not_armed,           ///< nobody has armed the desk, or the time is over
  not_valid,           ///< the twin's verdict is not Valid
  twin_behind,         ///< the twin lags too far behind the clock
  incomplete,          ///< no request, path, item, person or reason
  repeated,            ///< a request of that name was there before
  not_allowed,         ///< path and item are in no limit
  person_not_allowed,  ///< the limit names others
  not_a_number,
  out_of_limits,
  step_too_large,
  value_not_known,  ///< the step is limited, and the plant never reported the item
  too_soon,
  another_pending,  ///< a command for the same item is under way
  expired,          ///< its time is over, or it was issued in the future
  lives_too_long,
  same_person,  ///< who asked for it cannot confirm it
  nothing_to_confirm,
  not_recorded  ///< the audit record could not be written
};
std::string_view name_of(Refusal refusal);  ///< "not_armed", ...

struct Answer {
  CommandState state = CommandState::refused;
  Refusal refusal = Refusal::none;
  std::string sentence;  ///< what was seen and what would have been right
  bool is_refused() const { return refusal != Refusal::none; }
};

/// One thing to be written down, in the order in which things happened.
struct AuditEntry {
  WallClock::Instant at{};
  std::string what{};     ///< "armed", "requested", "refused", "confirmed", "sent", "acknowledged", "expired", ...
  std::string who{};      ///< a person, or "plant", or "desk"
  std::string request{};  ///< of which command; "" for none
  std::string path{}, item{};
  double value = 0.0;
  std::string detail{};
  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

/// Follows commands to their end. Not thread-safe.
class CommandDesk {
 public:
  /// Writes an entry down for good (io/store/audit.hpp). Where it throws an Error nothing goes out to the plant and
  /// nothing is granted; what only ends a command, such as its expiry, happens all the same.
  using Record = std::function<void(const AuditEntry&)>;

  /// Throws InvalidInput with every fault of the limits.
  CommandDesk(std::vector<CommandLimit> limits, Record record);

  /// From now until then commands are taken. Throws InvalidInput without a name, or if the time is not in the future.
  void arm(const std::string& who, WallClock::Instant until, WallClock::Instant now);
  /// Commands that were not sent are withdrawn.
  void disarm(const std::string& who, WallClock::Instant now);
  bool is_armed(WallClock::Instant now) const { return armed_until_ && now < *armed_until_; }

  Answer request(const Command& command, const TwinView& twin, WallClock::Instant now);
  Answer confirm(const std::string& request, const std::string& who, const TwinView& twin, WallClock::Instant now);
  /// Takes one back that was not sent. Throws InvalidInput for one that is not known or was sent.
  void withdraw(const std::string& request, const std::string& who, WallClock::Instant now);

  /// Those that go out now, each recorded as sent before it is returned. All checks are made once more: where one
  /// fails, the command is withdrawn instead.
  std::vector<Command> to_send(const TwinView& twin, WallClock::Instant now);
  /// It could not be handed to the transport: it stays desired, and expires unless the plant reports the value.
  void not_delivered(const std::string& request, const std::string& reason, WallClock::Instant now);

  /// What the plant says of an item. Acknowledges the command that is under way for it if the value is the one desired.
  void reported(const std::string& path, const std::string& item, double value, WallClock::Instant at);
  /// Time passes: what was not acknowledged by its end has expired.
  void tick(WallClock::Instant now);

  /// An item that was ever commanded or reported.
  struct Item {
    std::optional<double> desired, reported;
    WallClock::Instant desired_at{}, reported_at{};
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(desired, reported, desired_at, reported_at);
    }
  };
  const std::map<std::pair<std::string, std::string>, Item>& items() const { return items_; }

  struct Followed {
    Command command;
    CommandState state = CommandState::awaiting_confirmation;
    std::string confirmed_by;
    WallClock::Instant changed{};
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(command, state, confirmed_by, changed);
    }
  };
  /// By request: all that are under way, and the last ten thousand that have ended.
  const std::map<std::string, Followed>& commands() const { return commands_; }

  /// Of what it follows: limits come from a file, and after a restart it is not armed.
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(items_, commands_);
  }

 private:
  struct Objection {
    Refusal refusal = Refusal::none;
    std::string sentence;
  };
  Objection objection_to_twin(const TwinView& twin, WallClock::Instant now) const;
  Objection objection_to(const Command& command, const TwinView& twin, WallClock::Instant now) const;
  Objection objection_to_value(const Command& command, const CommandLimit& limit, WallClock::Instant now) const;
  const CommandLimit* limit_of(const Command& command) const;
  std::string nearest_limit(const Command& command) const;
  AuditEntry entry(const Command& command, std::string what, std::string who, WallClock::Instant at,
                   std::string detail = {}) const;
  Answer refuse(const Command& command, const std::string& who, Objection objection, WallClock::Instant now);
  void forget_oldest();
  void change(Followed& followed, CommandState state, const std::string& who, WallClock::Instant now,
              const std::string& detail);

  std::vector<CommandLimit> limits_;
  Record record_;
  std::optional<WallClock::Instant> armed_until_;
  std::map<std::pair<std::string, std::string>, Item> items_;  ///< by path and item
  std::map<std::string, Followed> commands_;
};

}  // namespace takt
