// SPDX-License-Identifier: Apache-2.0
#include "takt/io/mpi/ranks.hpp"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <future>
#include <limits>
#include <optional>
#include <string>
#include <thread>

#include "takt/core/error.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPoll = 200us;          // between two looks of rank 0 for messages
constexpr auto kBeat = 1s;             // a rank at work says so this often,
constexpr auto kSilence = 15s;         // and is lost if it said nothing for so long
constexpr double kTaskSeconds = 0.05;  // what a task is to take: long against a message
constexpr std::uint64_t kMostAtOnce = 10'000;

enum Tag : int { kPlan = 1, kTask, kStop, kRows, kAlive, kFailed };

/// What a rank brings back: how long it took, then the rows.
struct Brought {
  double seconds = 0.0;
  std::string rows;
};

void send(int to, Tag tag, std::string_view bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw Error("too much for one message of MPI: " + std::to_string(bytes.size()) + " bytes");
  MPI_Send(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, to, tag, MPI_COMM_WORLD);
}

std::string receive(int from, int tag, int size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  MPI_Recv(bytes.data(), size, MPI_BYTE, from, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  return bytes;
}

std::string as_bytes(TaskRange task) {
  const std::vector<std::byte> bytes = to_bytes_of(task);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A message that is there, if one is.
struct Message {
  int from = 0, tag = 0;
  std::string bytes;
};
std::optional<Message> next_message() {
  int there = 0, size = 0;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
  if (there == 0) return std::nullopt;
  MPI_Get_count(&status, MPI_BYTE, &size);
  return Message{status.MPI_SOURCE, status.MPI_TAG, receive(status.MPI_SOURCE, status.MPI_TAG, size)};
}

/// Runs a task beside this thread, which tells rank 0 meanwhile that it lives.
void work(const std::string& plan, TaskRange task) {
  const auto began = Clock::now();
  auto running = std::async(std::launch::async, [&] { return run_task(plan, task); });
  while (running.wait_for(kBeat) != std::future_status::ready) send(0, kAlive, {});
  try {
    const std::string rows = running.get();
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    std::string message(sizeof seconds, '\0');
    std::memcpy(message.data(), &seconds, sizeof seconds);
    send(0, kRows, message + rows);
  } catch (const std::exception& error) {
    send(0, kFailed, error.what());
  }
}

Brought brought(const std::string& message) {
  Brought made;
  if (message.size() < sizeof made.seconds) throw Error("a rank sent no rows");
  std::memcpy(&made.seconds, message.data(), sizeof made.seconds);
  made.rows = message.substr(sizeof made.seconds);
  return made;
}

}  // namespace

/// What rank 0 knows of the others.
struct Ranks::Impl {
  struct Worker {
    bool lost = false;
    std::string plan{};  // hash of the one it has
    std::optional<TaskRange> task{};
    Clock::time_point heard{};
  };
  int rank = 0, size = 1;
  bool stopped = false;  // by rank 0, as another rank was lost
  std::vector<Worker> workers;
  std::deque<TaskRange> left;
  double future_seconds = 0.0;  // of the last task

  bool any_at_work() const {
    return std::ranges::any_of(workers, [](const Worker& w) { return w.task.has_value(); });
  }

  /// Futures that take about as long as a task shall.
  TaskRange take() {
    const double fit = future_seconds > 0.0 ? kTaskSeconds / future_seconds : 1.0;
    const auto most = static_cast<std::uint64_t>(std::clamp(fit, 1.0, static_cast<double>(kMostAtOnce)));
    TaskRange& front = left.front();
    const TaskRange task{front.first, std::min(front.first + most, front.last)};
    front.first = task.last;
    if (front.size() == 0) left.pop_front();
    return task;
  }

  void hand_out(const PreparedPlan& plan) {
    for (std::size_t r = 1; r < workers.size() && !left.empty(); ++r) {
      Worker& worker = workers[r];
      if (worker.lost || worker.task) continue;
      if (worker.plan != plan.hash) send(static_cast<int>(r), kPlan, plan.bytes);
      worker.plan = plan.hash;
      worker.task = take();
      worker.heard = Clock::now();
      send(static_cast<int>(r), kTask, as_bytes(*worker.task));
    }
  }

  /// Takes every message that is there.
  void listen(const PreparedPlan& plan, const std::function<void(Rows)>& done) {
    while (const std::optional<Message> message = next_message()) {
      Worker& worker = workers[static_cast<std::size_t>(message->from)];
      worker.heard = Clock::now();
      if (message->tag == kFailed && !worker.lost)
        throw Error("rank " + std::to_string(message->from) + ": " + message->bytes);
      if (message->tag != kRows || worker.lost) continue;  // of one taken for lost: its task is another's by now
      const Brought made = brought(message->bytes);
      future_seconds = made.seconds / static_cast<double>(worker.task.value().size());
      worker.task.reset();
      done(rows_of_bytes(made.rows, plan.hash));
    }
  }

  /// Waits for what is still at work, whose rows nobody wants any more: a rank that sends cannot be finalised.
  void let_end() {
    while (any_at_work()) {
      while (const std::optional<Message> message = next_message())
        if (message->tag != kAlive) workers[static_cast<std::size_t>(message->from)].task.reset();
      miss_the_silent();
      std::this_thread::sleep_for(kPoll);
    }
  }

  void miss_the_silent() {
    for (Worker& worker : workers) {
      if (!worker.task || Clock::now() - worker.heard < kSilence) continue;
      left.push_front(*worker.task);
      worker.task.reset();
      worker.lost = true;
    }
  }
};

Ranks::Ranks() : impl_(std::make_unique<Impl>()) {
  MPI_Init(nullptr, nullptr);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_rank(MPI_COMM_WORLD, &impl_->rank);
  MPI_Comm_size(MPI_COMM_WORLD, &impl_->size);
  impl_->workers.resize(static_cast<std::size_t>(impl_->size));
}

Ranks::~Ranks() {
  impl_->let_end();
  const bool whole = lost() == 0 && !impl_->stopped;
  if (impl_->rank == 0)
    for (int r = 1; r < impl_->size; ++r)
      if (!impl_->workers[static_cast<std::size_t>(r)].lost) send(r, kStop, whole ? "" : "lost");
  if (whole) MPI_Finalize();
}

int Ranks::rank() const { return impl_->rank; }
int Ranks::size() const { return impl_->size; }
int Ranks::lost() const {
  return static_cast<int>(std::ranges::count_if(impl_->workers, [](const Impl::Worker& w) { return w.lost; }));
}

void Ranks::run(const PreparedPlan& plan, const std::vector<TaskRange>& futures, unsigned threads,
                const std::stop_token& stop, const std::function<void(Rows)>& done) {
  impl_->left.assign(futures.begin(), futures.end());
  while (lost() + 1 < impl_->size && (!impl_->left.empty() || impl_->any_at_work())) {
    if (stop.stop_requested()) throw Interrupted("interrupted");
    impl_->hand_out(plan);
    impl_->listen(plan, done);
    impl_->miss_the_silent();
    std::this_thread::sleep_for(kPoll);
  }
  run_on_threads(plan.study, {impl_->left.begin(), impl_->left.end()}, threads, stop, done);
}

void Ranks::serve() {
  for (std::string plan;;) {
    const std::optional<Message> message = next_message();
    if (!message) {
      std::this_thread::sleep_for(kPoll);
      continue;
    }
    if (message->tag == kPlan) plan = message->bytes;
    if (message->tag == kTask) {
      TaskRange task;
      from_bytes_of(std::as_bytes(std::span(message->bytes)), task);
      work(plan, task);
    }
    if (message->tag == kStop) {
      impl_->stopped = !message->bytes.empty();
      return;
    }
  }
}

}  // namespace takt::io
