// SPDX-License-Identifier: Apache-2.0
// Sources that look for news every so often, on a thread of their own.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "takt/sync/source.hpp"

namespace takt::io::detail {

WallClock::Instant wall_now();

/// Where a look puts its news. What the inbox does not keep (its disk is full) stays here and is put first the next
/// time.
class Outlet {
 public:
  Outlet(Inbox& inbox, const std::string& name, std::stop_token stop)
      : inbox_(inbox), name_(name), stop_(std::move(stop)) {}

  /// False once it is to stop. Throws what the inbox throws.
  bool put(Delivery delivery);
  bool put(std::vector<Delivery>& news);  ///< all of them, which leaves none there
  bool put_waiting();                     ///< what was not put the last time
  bool reject(Fault fault);

  /// How the connection stands: told when it changes.
  void connected();
  void lost(Fault fault);

  bool is_to_stop() const { return stop_.stop_requested(); }
  const std::stop_token& stop() const { return stop_; }

 private:
  Inbox& inbox_;
  const std::string& name_;
  std::stop_token stop_;
  std::deque<Delivery> waiting_;
  std::optional<bool> is_up_;
  Fault why_;
};

/// One look: puts what is new. What it throws is told as a lost connection, and it is tried again.
using Look = std::function<void(Outlet&)>;
/// Asked for everything that a source has to tell, from any thread.
using Ask = std::function<void(const std::string& source)>;

std::unique_ptr<SnapshotSource> polling_source(std::string name, Duration every, Look look, Ask ask = {});

}  // namespace takt::io::detail
