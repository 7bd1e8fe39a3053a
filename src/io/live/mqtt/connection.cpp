// SPDX-License-Identifier: Apache-2.0
#include "io/live/mqtt/connection.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <future>
#include <system_error>
#include <thread>

#include "io/live/mqtt/tls.hpp"

namespace takt::io::detail {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kBlock = 65536;

milliseconds until(Clock::time_point deadline) {
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(deadline - Clock::now()));
}

/// Looks up a name on a thread of its own, for it can take half a minute and cannot be interrupted.
std::shared_ptr<addrinfo> look_up(const BrokerUrl& url, Clock::time_point deadline, const std::stop_token& stop) {
  struct Answer {
    int error = 0;
    std::shared_ptr<addrinfo> first;
  };
  auto promise = std::make_shared<std::promise<Answer>>();
  std::future<Answer> answer = promise->get_future();
  std::thread([promise, host = url.host, port = std::to_string(url.port)] {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
    promise->set_value({error, std::shared_ptr<addrinfo>(found, [](addrinfo* a) {
                          if (a != nullptr) freeaddrinfo(a);
                        })});
  }).detach();
  for (milliseconds step{1}; answer.wait_for(step) != std::future_status::ready; step = milliseconds{50}) {
    if (Clock::now() > deadline || stop.stop_requested())
      throw ConnectionFault({.path = url.text,
                             .value = "no answer of the name service about " + url.host,
                             .expected = "its address: check the network"});
  }
  const Answer got = answer.get();
  if (got.error != 0 || got.first == nullptr)
    throw ConnectionFault({.path = url.text,
                           .value = "no address of " + url.host + " (" + gai_strerror(got.error) + ")",
                           .expected = "a host that is known: check its name"});
  return got.first;
}

std::string advice_on(int error) {
  switch (error) {
    case ECONNREFUSED: return "a broker that listens there: does it run, and is the port right?";
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH: return "a broker that can be reached: check the network and its firewalls";
    case ECONNRESET:
    case EPIPE: return "a connection that lasts: look into the broker's log";
    default: return "a connection";
  }
}

Fault system_fault(const BrokerUrl& url, int error) {
  return {.path = url.text, .value = std::strerror(error), .expected = advice_on(error)};
}

}  // namespace

Waker::Waker() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}
Waker::~Waker() { close(fd_); }
void Waker::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(fd_, &one, sizeof one);
}
void Waker::clear() const {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t read = ::read(fd_, &count, sizeof count);
}

struct Connection::Impl {
  BrokerUrl url;
  const TlsContext::Impl* tls = nullptr;
  const Waker* waker = nullptr;
  std::stop_token stop;
  int fd = -1;
  std::unique_ptr<SSL, FreeSsl> ssl;
  std::array<char, kBlock> block{};

  ~Impl() {
    if (ssl) SSL_shutdown(ssl.get());
    ssl.reset();
    if (fd >= 0) close(fd);
  }

  [[noreturn]] void fail(int error) const {
    throw ConnectionFault(system_fault(url, error), error == ECONNRESET || error == EPIPE);
  }

  /// What may be done now, as poll says it; 0 when the time is over.
  short wait(short events, milliseconds longest) const {
    const int looked_at = events == 0 ? -1 : fd;  // else a closed one would end each wait at once
    std::array<pollfd, 2> fds{{{looked_at, events, 0}, {waker->fd(), POLLIN, 0}}};
    const int ready = poll(fds.data(), 2, static_cast<int>(longest.count()));
    if (ready < 0 && errno != EINTR) fail(errno);
    if (ready > 0 && (fds[1].revents & POLLIN) != 0) waker->clear();
    return ready > 0 ? fds[0].revents : short{0};
  }

  void stop_if_told() const {
    if (stop.stop_requested())
      throw ConnectionFault({.path = url.text, .value = "told to stop", .expected = "no more"});
  }

  /// One address. The error, or 0.
  int try_address(const addrinfo& address, Clock::time_point deadline) {
    if (fd >= 0) close(fd);
    fd = socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol);
    if (fd < 0) return errno;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, address.ai_addr, address.ai_addrlen) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    while (wait(POLLOUT, until(deadline)) == 0) {
      stop_if_told();
      if (Clock::now() >= deadline) return ETIMEDOUT;
    }
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
  }

  void connect_to(Clock::time_point deadline) {
    const std::shared_ptr<addrinfo> first = look_up(url, deadline, stop);
    int error = 0;
    for (const addrinfo* each = first.get(); each != nullptr; each = each->ai_next) {
      error = try_address(*each, deadline);
      if (error == 0) return;
    }
    fail(error);
  }

  void shake_hands(Clock::time_point deadline) {
    ssl.reset(SSL_new(tls->context.get()));
    if (!ssl || SSL_set_fd(ssl.get(), fd) != 1) throw ConnectionFault(tls_fault(ssl.get(), url, *tls, 0));
    in6_addr address{};
    const bool is_address =
        inet_pton(AF_INET, url.host.c_str(), &address) == 1 || inet_pton(AF_INET6, url.host.c_str(), &address) == 1;
    if (is_address) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), url.host.c_str());
    } else {
      SSL_set_tlsext_host_name(ssl.get(), url.host.c_str());
      SSL_set1_host(ssl.get(), url.host.c_str());
    }
    for (;;) {
      ERR_clear_error();
      errno = 0;
      const int done = SSL_connect(ssl.get());
      if (done == 1) return;
      const int system = errno;
      const int error = SSL_get_error(ssl.get(), done);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        throw ConnectionFault(tls_fault(ssl.get(), url, *tls, system));
      if (Clock::now() >= deadline)
        throw ConnectionFault({.path = url.text,
                               .value = "no answer to the greeting of TLS",
                               .expected = "TLS: does the broker want mqtt://, without it?"});
      wait(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, until(deadline));
      stop_if_told();
    }
  }

  /// Bytes moved by SSL_read or SSL_write, 0 where it has to wait. Throws when it is over.
  std::size_t moved(int done, int system) {
    if (done > 0) return static_cast<std::size_t>(done);
    const int error = SSL_get_error(ssl.get(), done);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return 0;
    if (error == SSL_ERROR_ZERO_RETURN) over();
    if (error == SSL_ERROR_SYSCALL && ERR_peek_error() == 0) {
      if (system != 0) fail(system);
      over();
    }
    if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      ERR_clear_error();
      over();
    }
    throw ConnectionFault(tls_fault(ssl.get(), url, *tls, system));
  }

  [[noreturn]] void over() const {
    throw ConnectionFault({.path = url.text,
                           .value = "the broker closed the connection",
                           .expected = "a connection that lasts: look into the broker's log"},
                          true);
  }
};

Connection::Connection(const BrokerUrl& url, const TlsContext* tls, milliseconds within, const Waker& waker,
                       const std::stop_token& stop)
    : impl_(std::make_unique<Impl>()) {
  impl_->url = url;
  impl_->tls = tls != nullptr ? &tls->impl() : nullptr;
  impl_->waker = &waker;
  impl_->stop = stop;
  const Clock::time_point deadline = Clock::now() + within;
  impl_->connect_to(deadline);
  if (tls != nullptr) impl_->shake_hands(deadline);
}

Connection::~Connection() = default;

std::string_view Connection::read(std::size_t most) {
  const std::size_t room = std::min(most, impl_->block.size());
  if (impl_->ssl) {
    ERR_clear_error();
    errno = 0;
    const int done = SSL_read(impl_->ssl.get(), impl_->block.data(), static_cast<int>(room));
    return {impl_->block.data(), impl_->moved(done, errno)};
  }
  const ssize_t done = recv(impl_->fd, impl_->block.data(), room, 0);
  if (done > 0) return {impl_->block.data(), static_cast<std::size_t>(done)};
  if (done == 0) impl_->over();
  if (errno != EAGAIN && errno != EINTR) impl_->fail(errno);
  return {};
}

std::size_t Connection::write(std::string_view bytes) {
  if (bytes.empty()) return 0;
  if (impl_->ssl) {
    ERR_clear_error();
    errno = 0;
    const std::size_t size = std::min<std::size_t>(bytes.size(), 1 << 20);
    const int done = SSL_write(impl_->ssl.get(), bytes.data(), static_cast<int>(size));
    try {
      return impl_->moved(done, errno);
    } catch (const ConnectionFault& fault) {
      if (fault.is_end()) read(1);  // why it was closed may have come before: throws that
      throw;
    }
  }
  const ssize_t done = send(impl_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (done >= 0) return static_cast<std::size_t>(done);
  if (errno != EAGAIN && errno != EINTR) impl_->fail(errno);
  return 0;
}

void Connection::wait(bool to_read, bool to_write, milliseconds longest) const {
  if (to_read && impl_->ssl && SSL_pending(impl_->ssl.get()) > 0) return;
  const int events = (to_read ? POLLIN : 0) | (to_write ? POLLOUT : 0);
  impl_->wait(static_cast<short>(events), longest);
}

}  // namespace takt::io::detail
