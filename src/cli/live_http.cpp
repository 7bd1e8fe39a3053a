// SPDX-License-Identifier: Apache-2.0
#include "cli/live_http.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <charconv>
#include <thread>

#include "cli/live_control.hpp"
#include "cli/live_json.hpp"
#include "cli/live_metrics.hpp"

namespace takt::cli {
namespace {

constexpr const char* kJson = "application/json";
constexpr std::size_t kThreads = 2;

WallClock::Instant now() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

/// Commands are confirmed from the same machine unless the file says otherwise, and never by a page that a browser has
/// open: a page of anywhere could say it.
std::string objection_to(const httplib::Request& request, const ControlRoom& control) {
  if (request.has_header("Origin")) return "asked by a web page, expected a program such as curl";
  if (!control.from_anywhere() && !is_loopback(request.remote_addr))
    return "asked from " + request.remote_addr +
           R"(, expected this machine: "http": "anywhere" in the file allows more)";
  return {};
}

void answer_control(httplib::Server& server, ControlRoom& control) {
  server.Get("/control", [&control](const httplib::Request&, httplib::Response& response) {
    response.set_content(pretty(control.document()), kJson);
  });
  server.Post("/control/(\\w+)", [&control](const httplib::Request& request, httplib::Response& response) {
    ControlRoom::Reply reply;
    if (const std::string objection = objection_to(request, control); !objection.empty()) {
      constexpr int kForbidden = 403;
      reply = {kForbidden, {{"error", objection}}};
    } else {
      reply = control.act(request.matches[1], {request.params.begin(), request.params.end()});
    }
    response.status = reply.status;
    response.set_content(pretty(reply.document), kJson);
  });
}

/// Whether the service does its work; whether its twin is to be trusted is the verdict's.
Json health_json(const io::LiveService& service, const ControlRoom* control) {
  Json troubles = Json::array();
  if (!service.is_running()) troubles.push_back("it is about to end");
  if (const std::string why = service.keep_trouble(); !why.empty()) troubles.push_back(why);
  if (control != nullptr)
    if (const std::string why = control->status().trouble; !why.empty()) troubles.push_back("control: " + why);
  Json document = {{"status", troubles.empty() ? "ok" : "failing"}};
  if (const std::string why = service.forecast_trouble(); !why.empty()) troubles.push_back("forecast: " + why);
  service.look([&](const LiveTwin& twin) {
    document["trust"] = takt::name_of(twin.verdict().trust);
    document["stage"] = takt::name_of(twin.verdict().stage);
    for (const auto& [source, told] : twin.lost()) troubles.push_back(source + ": " + to_text(told.fault));
  });
  document["troubles"] = std::move(troubles);
  return document;
}

}  // namespace

ListenAt read_listen_at(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  ListenAt at;
  if (colon != std::string::npos && colon > 0) {
    constexpr int kMostPort = 65535;
    at.host = text.substr(0, colon);
    if (at.host.starts_with('[') && at.host.ends_with(']')) at.host = at.host.substr(1, at.host.size() - 2);
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, at.port);
    if (error == std::errc{} && stop == end && at.port >= 0 && at.port <= kMostPort) return at;
  }
  throw InvalidInput(Fault{.value = '"' + text + '"', .expected = "HOST:PORT such as \"127.0.0.1:9464\""});
}

struct LiveHttp::Impl {
  httplib::Server server;
  std::string address;
  std::thread listener;
};

LiveHttp::LiveHttp(const ListenAt& at, const io::LiveService& service, ControlRoom* control)
    : impl_(std::make_unique<Impl>()) {
  httplib::Server& server = impl_->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };  // NOLINT: the server takes it over
  server.set_keep_alive_max_count(1);  // so that nobody keeps the service from ending
  server.set_exception_handler([](const httplib::Request&, httplib::Response& response, std::exception_ptr failure) {
    response.status = 500;
    try {
      std::rethrow_exception(std::move(failure));
    } catch (const std::exception& error) {
      response.set_content(pretty({{"error", error.what()}}), kJson);
    }
  });
  constexpr std::size_t kMostBytes = 8192;  // of what is said: a few words
  server.set_payload_max_length(kMostBytes);
  server.set_read_timeout(2, 0);
  server.set_write_timeout(2, 0);
  const auto answer = [](httplib::Response& response, const Json& document) {
    response.set_content(pretty(document), kJson);
  };
  if (control != nullptr) answer_control(server, *control);
  server.Get("/metrics", [&service, control](const httplib::Request&, httplib::Response& response) {
    response.set_content(metrics_text(service, now(), control), "text/plain; version=0.0.4; charset=utf-8");
  });
  server.Get("/healthz", [&service, answer, control](const httplib::Request&, httplib::Response& response) {
    const Json health = health_json(service, control);
    answer(response, health);
    if (health["status"] != "ok") response.status = 503;
  });
  server.Get("/state", [&service, answer](const httplib::Request&, httplib::Response& response) {
    Json state;
    service.look([&state](const LiveTwin& twin) { state = state_json(twin); });
    answer(response, state);
  });
  server.Get("/verdict", [&service, answer](const httplib::Request&, httplib::Response& response) {
    Verdict verdict;
    service.look([&verdict](const LiveTwin& twin) { verdict = twin.verdict(); });
    answer(response, json_of(verdict));
  });
  server.Get("/forecast", [&service, answer](const httplib::Request&, httplib::Response& response) {
    const auto forecast = service.forecast();
    const std::string why = service.forecast_trouble();
    if (forecast && why.empty()) return answer(response, json_of(*forecast));
    response.status = why.empty() ? 404 : 503;
    answer(response, {{"error", why.empty() ? "there is no forecast yet" : why}});
  });

  const int port = at.port == 0 ? server.bind_to_any_port(at.host) : at.port;
  const bool is_bound = port > 0 && (at.port == 0 || server.bind_to_port(at.host, port));
  if (!is_bound) throw Error(fmt::format("cannot listen on {}:{}", at.host, at.port));
  const bool is_v6 = at.host.find(':') != std::string::npos;
  impl_->address = fmt::format("http://{}:{}", is_v6 ? '[' + at.host + ']' : at.host, port);
  impl_->listener = std::thread([&server] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

LiveHttp::~LiveHttp() {
  impl_->server.stop();
  impl_->listener.join();
}

const std::string& LiveHttp::address() const { return impl_->address; }

}  // namespace takt::cli
