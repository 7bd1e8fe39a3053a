// SPDX-License-Identifier: Apache-2.0
#include "io/live/polling_source.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace takt::io::detail {
namespace {

constexpr std::chrono::seconds kAfterFailure{1};

class PollingSource : public SnapshotSource {
 public:
  PollingSource(std::string name, Duration every, Look look, Ask ask)
      : name_(std::move(name)), every_(every), look_(std::move(look)), ask_(std::move(ask)) {}
  ~PollingSource() override { PollingSource::stop(); }

  const std::string& name() const override { return name_; }

  void start(Inbox& inbox) override {
    thread_ = std::jthread([this, &inbox](const std::stop_token& stop) { run(inbox, stop); });
  }

  void stop() override {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  void ask_for_everything(const std::string& source) override {
    if (ask_) ask_(source);
  }

 private:
  void run(Inbox& inbox, const std::stop_token& stop) {
    Outlet outlet(inbox, name_, stop);
    while (!stop.stop_requested()) {
      Duration pause = every_;
      try {
        if (outlet.put_waiting()) look_(outlet);
      } catch (const std::exception& error) {
        pause = std::max<Duration>(every_, kAfterFailure);
        tell(outlet, error.what());
      }
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, pause, [] { return false; });
    }
  }

  static void tell(Outlet& outlet, const char* why) {
    try {
      outlet.lost({.value = why});
    } catch (const std::exception&) {  // nothing can be kept now: it is told when it can
    }
  }

  const std::string name_;
  const Duration every_;
  const Look look_;
  const Ask ask_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it ends before the rest goes
};

}  // namespace

WallClock::Instant wall_now() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

bool Outlet::put(Delivery delivery) {
  waiting_.push_back(std::move(delivery));
  return put_waiting();
}

bool Outlet::put(std::vector<Delivery>& news) {
  for (Delivery& each : news) waiting_.push_back(std::move(each));
  news.clear();
  return put_waiting();
}

bool Outlet::put_waiting() {
  for (; !waiting_.empty(); waiting_.pop_front())
    if (!inbox_.put(waiting_.front(), stop_)) return false;
  return true;
}

bool Outlet::reject(Fault fault) {
  return put({.kind = Delivery::Kind::rejected, .arrival = wall_now(), .source = name_, .fault = std::move(fault)});
}

void Outlet::connected() {
  if (is_up_ == true) return;
  is_up_ = true;
  put({.kind = Delivery::Kind::connected, .arrival = wall_now(), .source = name_});
}

void Outlet::lost(Fault fault) {
  if (is_up_ == false && fault == why_) return;
  why_ = fault;
  is_up_ = false;
  put({.kind = Delivery::Kind::lost, .arrival = wall_now(), .source = name_, .fault = std::move(fault)});
}

std::unique_ptr<SnapshotSource> polling_source(std::string name, Duration every, Look look, Ask ask) {
  return std::make_unique<PollingSource>(std::move(name), every, std::move(look), std::move(ask));
}

}  // namespace takt::io::detail
