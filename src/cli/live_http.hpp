// SPDX-License-Identifier: Apache-2.0
// What a live service tells over HTTP: /metrics, /healthz, /state, /forecast, /verdict. docs/live.md.
#pragma once

#include <memory>
#include <string>

#include "takt/io/live/service.hpp"

namespace takt::cli {

/// HOST:PORT.
struct ListenAt {
  std::string host;
  int port = 0;  ///< 0: one that is free
};
/// Throws InvalidInput.
ListenAt read_listen_at(const std::string& text);

/// Answers from its own threads as long as it lives.
class LiveHttp {
 public:
  /// Throws Error if it cannot listen there.
  LiveHttp(const ListenAt& at, const io::LiveService& service);
  ~LiveHttp();
  LiveHttp(const LiveHttp&) = delete;
  LiveHttp& operator=(const LiveHttp&) = delete;

  const std::string& address() const;  ///< "http://127.0.0.1:41234"

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace takt::cli
