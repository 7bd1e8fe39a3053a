// SPDX-License-Identifier: Apache-2.0
// A stream of bytes to a broker, TCP or TLS, that never blocks longer than asked and says clearly what is wrong.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "io/live/mqtt/url.hpp"
#include "takt/core/error.hpp"
#include "takt/io/live/mqtt.hpp"

namespace takt::io::detail {

/// A connection that did not come about or broke.
class ConnectionFault : public Error {
 public:
  explicit ConnectionFault(Fault fault, bool is_end = false)
      : Error(to_text(fault)), fault_(std::move(fault)), is_end_(is_end) {}
  const Fault& fault() const { return fault_; }
  bool is_end() const { return is_end_; }  ///< the other side closed it

 private:
  Fault fault_;
  bool is_end_;
};

/// Ends waits from another thread: a file descriptor that becomes readable.
class Waker {
 public:
  Waker();
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  void wake() const;
  void clear() const;  ///< until it is woken again
  int fd() const { return fd_; }

 private:
  int fd_;
};

/// What TLS needs, read from files once. Throws InvalidInput or FileError.
class TlsContext {
 public:
  explicit TlsContext(const MqttOptions& options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Of one thread.
class Connection {
 public:
  /// Connects; `tls` may be null. Throws ConnectionFault; also when the time is over or it was told to stop, and woken.
  Connection(const BrokerUrl& url, const TlsContext* tls, std::chrono::milliseconds within, const Waker& waker,
             const std::stop_token& stop);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// What has come, at most `most` bytes; nothing if nothing is there. Throws ConnectionFault when it is over.
  std::string_view read(std::size_t most);
  /// How much of it was taken.
  std::size_t write(std::string_view bytes);
  /// Until there is something to read, to write (where asked), it is woken or the time is over.
  void wait(bool to_read, bool to_write, std::chrono::milliseconds longest) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace takt::io::detail
