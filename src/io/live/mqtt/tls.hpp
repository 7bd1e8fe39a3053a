// SPDX-License-Identifier: Apache-2.0
// What OpenSSL says, in words that name what to do.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "io/live/mqtt/connection.hpp"

namespace takt::io::detail {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

struct TlsContext::Impl {
  std::unique_ptr<SSL_CTX, FreeContext> context;
  std::string trusted;  ///< in words: which authorities
};

/// Why the last call on `ssl` failed; empties the thread's queue of errors. `system` is errno after it.
Fault tls_fault(SSL* ssl, const BrokerUrl& url, const TlsContext::Impl& tls, int system);

}  // namespace takt::io::detail
