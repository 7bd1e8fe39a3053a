// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <string_view>

#include "cli/exit_status.hpp"

namespace takt::cli {
namespace {

std::atomic<std::int64_t> grace_ms = 60;
std::atomic<bool> is_service = false;
std::atomic<int> asked_by = 0;

}  // namespace

void Interrupt::allow(std::chrono::milliseconds grace) {
  grace_ms = grace.count();
  is_service = true;
}

int Interrupt::signal() { return asked_by; }

Interrupt::Interrupt() {
  struct sigaction before {};
  const bool in_background = sigaction(SIGINT, nullptr, &before) == 0 && before.sa_handler == SIG_IGN;
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  if (!in_background) sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  watcher_ = std::thread([this] { watch(); });
}

Interrupt::~Interrupt() {
  over_ = true;
  pthread_kill(watcher_.native_handle(), SIGTERM);
  watcher_.join();
}

void Interrupt::watch() {
  int signal = 0;
  if (sigwait(&signals_, &signal) != 0 || over_) return;
  if (signal == SIGTERM && !is_service) {  // as if nobody had waited for it
    pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
    raise(SIGTERM);
  }
  asked_by = signal;
  source_.request_stop();
  const std::int64_t ms = grace_ms;
  const timespec grace{ms / 1000, ms % 1000 * 1'000'000};
  sigtimedwait(&signals_, nullptr, &grace);
  if (over_) return;
  constexpr std::string_view kMessage = "interrupted\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kMessage.data(), kMessage.size());
  std::_Exit(kInterrupted);
}

}  // namespace takt::cli
