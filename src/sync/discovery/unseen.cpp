// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "sync/discovery/assemble.hpp"

namespace takt::discovery {
namespace {

class Sentences {
 public:
  explicit Sentences(const Findings& found) : found_(found), trace_(found.trace), flow_(found.flow) {}

  std::vector<std::string> list() {
    about_rows();
    about_places();
    about_stations();
    about_what_no_log_tells();
    return std::move(list_);
  }

 private:
  void say(std::string sentence) { list_.push_back(std::move(sentence)); }

  void about_rows() {
    if (!trace_.has_starts)
      say("when work began: starts are taken to be the later of the part's and the station's last end; cycle times "
          "hold "
          "waiting for room behind the station and breakdowns, and servers are a guess");
    if (!trace_.has_arrivals)
      say("when parts arrived: what waits in front of the first stations, its order and its limit; arrivals are "
          "estimated "
          "from when these stations took parts");
    if (!trace_.has_breakdowns) {
      const bool hidden = std::ranges::any_of(found_.failures, [](const auto& f) { return f.has_value(); });
      say(hidden
              ? "breakdowns: only those that interrupted work show, as operations that took far longer; those of idle "
                "stations do not"
              : "breakdowns: none is told, and no station has operations that clearly stand apart; short ones are part "
                "of the cycle times");
    }
    if (!trace_.has_setups) say("set-ups: none is told; what every operation begins with is part of its cycle time");
    if (!trace_.has_results)
      say("scrap: results are not told; a case that ends where others go on is taken for scrap, and scrap of the last "
          "station does not show");
    if (trace_.products.size() == 1)
      say("products: the log tells of one or none; differences between products are chance");
    if (trace_.resolution_s > 0.5)
      say(fmt::format("times finer than {:.0f} s, the step of the log's clock", trace_.resolution_s));
    if (trace_.end < std::int64_t{14} * 86'400'000'000'000)
      say("a rhythm of weeks: the log is shorter than two of them");
  }

  void about_places() {
    std::string never_full;
    std::size_t unordered = 0;
    for (const Place& place : flow_.places) {
      if (place.in_order < 0.95) ++unordered;
      if (place.capacity || place.has_unknown_arrivals || std::ranges::none_of(place.items, &Item::waited)) continue;
      never_full += (never_full.empty() ? "" : ", ") + trace_.stations[place.consumers.front()];
    }
    if (!never_full.empty())
      say("how many parts fit in front of " + never_full + ": never seen full, so no limit stands in the plant");
    if (unordered > 0)
      say(fmt::format(
          "the rule by which {} places choose the next part: it is not first come first served, which stands "
          "in the plant",
          unordered));
  }

  void about_stations() {
    for (std::uint32_t s = 0; s < trace_.stations.size(); ++s) {
      if (trace_.visits_at(s) == 0) say("what " + trace_.stations[s] + " does: it breaks down, but no work is told");
      if (found_.times[s].setup_by_change)
        say(fmt::format(
            "between which products {} is set up: a set-up stands in the plant for a share of {:.1f} % of all "
            "operations, whatever came before",
            trace_.stations[s], 100.0 * found_.times[s].share_with_setup));
      if (flow_.left_out[s] > 0)
        say(fmt::format("{} departures of {} on ways too rare to keep", flow_.left_out[s], trace_.stations[s]));
    }
  }

  void about_what_no_log_tells() {
    say("blocking before service: a station with one server that starts only when there is a place behind it, and one "
        "place more, looks the same as blocking after service, which stands in the plant");
    say("routes that remember: where a part goes depends on its station and its product, not on where it has been");
    if (found_.crews.empty() && trace_.has_breakdowns)
      say("who repairs: each station has a crew of its own in the plant");
    say("what never happened in the log: stations without work, ways not taken, products not made");
  }

  const Findings& found_;
  const Trace& trace_;
  const Flow& flow_;
  std::vector<std::string> list_;
};

}  // namespace

std::vector<std::string> unseen(const Findings& found) { return Sentences(found).list(); }

}  // namespace takt::discovery
