// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <stop_token>

#include "io/live/mtconnect/agent.hpp"
#include "io/live/polling_source.hpp"
#include "takt/io/live/mtconnect.hpp"

namespace takt::io {
namespace {

using detail::Outlet;
using mtconnect::Agent;

/// "http://host:5000/mill" is a host and the path of a device.
std::pair<std::string, std::string> split(const std::string& url) {
  const std::size_t slash = url.find('/', std::string_view("http://").size());
  if (slash == std::string::npos) return {url, ""};
  std::string path = url.substr(slash);
  while (path.ends_with('/')) path.pop_back();
  return {url.substr(0, slash), path};
}

class Connection {
 public:
  Connection(std::string name, MtconnectOptions options)
      : options_(std::move(options)),
        host_(split(options_.url).first),
        path_(split(options_.url).second),
        agent_(std::move(name), options_.cells) {}

  void look(Outlet& outlet) {
    httplib::Client client(host_);
    client.set_connection_timeout(kConnectWithin);
    client.set_read_timeout(std::chrono::duration_cast<std::chrono::microseconds>(2 * options_.heartbeat));
    client.set_keep_alive(true);
    const std::stop_callback stopping(outlet.stop(), [&client] { client.stop(); });
    if (is_asked()) agent_.ask_for_everything();
    if (!agent_.next() && !get(client, outlet, path_ + "/current")) return;
    if (!agent_.next()) return;
    if (options_.streaming) return follow(client, outlet);
    // As long as there is more than fits into one answer, it is asked for at once.
    for (std::optional<std::uint64_t> from; agent_.next() && from != agent_.next() && !outlet.is_to_stop();) {
      from = agent_.next();
      if (!get(client, outlet, fmt::format("{}/sample?from={}&count={}", path_, *from, options_.count))) return;
    }
  }

  void ask() {
    const std::lock_guard lock(mutex_);
    is_asked_ = true;
  }

 private:
  static constexpr std::chrono::seconds kConnectWithin{5};

  bool is_asked() {
    const std::lock_guard lock(mutex_);
    return std::exchange(is_asked_, false);
  }

  [[noreturn]] void fail(const std::string& what) const { throw Error(fmt::format("{}: {}", options_.url, what)); }

  bool take(Outlet& outlet, std::string_view xml) {
    std::vector<Delivery> news;
    try {
      news = agent_.take(mtconnect::parse_document(xml), detail::wall_now());
    } catch (const InvalidInput& error) {
      fail(to_text(error.faults().front()));
    } catch (const Error& error) {
      fail(error.what());
    }
    outlet.connected();
    return outlet.put(news);
  }

  bool get(httplib::Client& client, Outlet& outlet, const std::string& path) {
    const httplib::Result answer = client.Get(path);
    if (outlet.is_to_stop()) return false;
    if (!answer) fail(httplib::to_string(answer.error()));
    const bool is_xml = answer->body.find("MTConnect") != std::string::npos;
    if (answer->status != 200 && !is_xml) fail(fmt::format("{} answers {}", path, answer->status));
    return take(outlet, answer->body);
  }

  /// A request that stays open; returns when the agent has to be asked for everything, or to stop.
  void follow(httplib::Client& client, Outlet& outlet) {
    const auto ms = [](Duration d) { return std::chrono::duration_cast<std::chrono::milliseconds>(d).count(); };
    const std::string path = fmt::format("{}/sample?from={}&count={}&interval={}&heartbeat={}", path_, *agent_.next(),
                                         options_.count, ms(options_.every), ms(options_.heartbeat));
    std::optional<mtconnect::Parts> parts;
    std::string plain;  // an answer that is no stream: an error
    std::exception_ptr failure;
    const auto opened = [&](const httplib::Response& response) {
      try {
        const std::string type = response.get_header_value("Content-Type");
        if (type.find("multipart") != std::string::npos) parts.emplace(type);
        return true;
      } catch (...) {
        failure = std::current_exception();
        return false;
      }
    };
    const auto got = [&](const char* data, std::size_t size) {
      try {
        if (!parts) {
          plain.append(data, size);
          return true;
        }
        parts->add({data, size}, [&](std::string_view xml) { take(outlet, xml); });
        return agent_.next().has_value() && !outlet.is_to_stop() && !is_asked_now();
      } catch (...) {
        failure = std::current_exception();
        return false;
      }
    };
    const httplib::Result answer = client.Get(path, opened, got);
    if (failure) std::rethrow_exception(failure);
    if (!plain.empty()) take(outlet, plain);
    if (outlet.is_to_stop() || !agent_.next() || is_asked_now() || !plain.empty()) return;
    fail(answer ? "the stream has ended" : "the stream broke: " + httplib::to_string(answer.error()));
  }

  bool is_asked_now() {
    const std::lock_guard lock(mutex_);
    return is_asked_;
  }

  const MtconnectOptions options_;
  const std::string host_, path_;
  Agent agent_;
  std::mutex mutex_;
  bool is_asked_ = false;
};

}  // namespace

std::unique_ptr<SnapshotSource> mtconnect_source(std::string name, MtconnectOptions options) {
  const Duration every = options.streaming ? Duration{std::chrono::milliseconds{100}} : options.every;
  const auto connection = std::make_shared<Connection>(name, std::move(options));  // shared: by look and ask
  const auto ask = [connection, name](const std::string& source) {
    if (source == name) connection->ask();
  };
  return detail::polling_source(
      name, every, [connection](Outlet& outlet) { connection->look(outlet); }, ask);
}

}  // namespace takt::io
