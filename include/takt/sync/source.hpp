// SPDX-License-Identifier: Apache-2.0
// Where a twin's news comes from. Implemented in takt/io/live: brokers, agents, folders, tables.
#pragma once

#include <string>

#include "takt/sync/inbox.hpp"

namespace takt {

/// One transport: a broker's topics, an agent's address, a folder. It may carry several sources of messages.
class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;

  virtual const std::string& name() const = 0;
  /// Delivers into the inbox from now on, on threads of its own, until `stop`. A connection that fails or breaks is
  /// tried again; the inbox is told. Throws what can never work: a file of certificates that is not there.
  virtual void start(Inbox& inbox) = 0;
  /// Nothing is put into the inbox after it returns. Called by the destructor too.
  virtual void stop() = 0;
  /// Asks a source of messages for everything it has to tell; no answer is waited for. Nothing where the transport has
  /// no way to ask.
  virtual void ask_for_everything(const std::string& /*source*/) {}
};

}  // namespace takt
