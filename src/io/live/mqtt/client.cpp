// SPDX-License-Identifier: Apache-2.0
#include "io/live/mqtt/client.hpp"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <mutex>
#include <thread>

#include "io/live/mqtt/connection.hpp"
#include "io/live/mqtt/outbox.hpp"
#include "takt/core/error.hpp"

namespace takt::io::detail {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstBackOff{50};
constexpr milliseconds kRetry{200};  ///< after the inbox could not keep a message
constexpr seconds kFarewell{2};      ///< for what still waits to be sent at the end
constexpr std::size_t kMostInFlight = 100;
constexpr std::size_t kMostToWrite = std::size_t{1} << 18;
constexpr std::uint16_t kSubscribeId = 1;  ///< SUBSCRIBE goes out alone, before any message

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw FileError("password_file " + file.string() + ": cannot be read");
  std::string line;
  std::getline(in, line);
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty())
    throw InvalidInput(Fault{
        .path = "password_file", .value = "an empty first line", .expected = "the password", .file = file.string()});
  return line;
}

}  // namespace

BrokerUrl check_options(const MqttOptions& options) {
  std::vector<Fault> faults;
  const auto need = [&faults](bool good, const char* path, std::string value, const char* expected) {
    if (!good) faults.push_back({.path = path, .value = std::move(value), .expected = expected});
  };
  const std::optional<BrokerUrl> url = parse_broker_url(options.url);
  need(url.has_value(), "url", '"' + options.url + '"', "mqtt://host:port or mqtts://host:port");
  need(options.password_file.empty() || !options.user.empty(), "password_file", options.password_file.string(),
       "a user beside it");
  need(options.certificate_file.empty() == options.key_file.empty(), "certificate_file",
       options.certificate_file.string() + " and " + options.key_file.string(),
       "certificate_file and key_file, or neither");
  const bool has_tls_files = !options.ca_file.empty() || !options.certificate_file.empty();
  need(!url || url->tls || !has_tls_files, "url", options.url, "mqtts:// where certificates are given");
  need(options.session.count() == 0 || !options.client_id.empty(), "client_id", "none",
       "a client_id: a session lasts by it");
  need(options.session.count() >= 0 && options.session.count() < 0xFFFFFFFFLL, "session",
       std::to_string(options.session.count()) + " s", "a time not below 0 and below 136 years");
  need(options.keep_alive.count() >= 1 && options.keep_alive.count() <= 65535, "keep_alive",
       std::to_string(options.keep_alive.count()) + " s", "1 s to 65535 s");
  need(options.connect_within.count() > 0, "connect_within", std::to_string(options.connect_within.count()) + " ms",
       "a time above 0");
  need(options.longest_back_off.count() > 0, "longest_back_off",
       std::to_string(options.longest_back_off.count()) + " ms", "a time above 0");
  constexpr std::size_t kMost = 268'435'455;  // of a packet of MQTT
  need(options.largest_message > 0 && options.largest_message <= kMost, "largest_message",
       std::to_string(options.largest_message), "1 to 268435455 bytes");
  need(options.most_unsent > 0, "most_unsent", "0", "a number above 0");
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  return *url;
}

struct MqttClient::Impl {
  MqttOptions options;
  ClientHandlers handlers;
  BrokerUrl url;
  std::string password;
  std::unique_ptr<TlsContext> tls;
  Waker waker;
  Outbox outbox;
  std::atomic<std::uint64_t> connections{0}, received{0}, repeated{0}, published{0}, refused{0};
  mutable std::mutex mutex;
  Fault trouble;
  std::jthread thread;

  // Of the thread, for one connection.
  std::unique_ptr<Connection> connection;
  std::optional<PacketReader> reader;
  std::string to_write;
  std::size_t in_flight_most = kMostInFlight, largest = 0;
  seconds keep_alive{};
  Clock::time_point last_sent{}, pinged{};
  bool ping_is_out = false;
  // Of the thread, across connections.
  bool is_blocked = false;           ///< something is to be tried again
  std::uint16_t to_acknowledge = 0;  ///< then
  std::optional<Fault> told;         ///< why there is no connection

  Impl(MqttOptions given, ClientHandlers given_handlers)
      : options(std::move(given)),
        handlers(std::move(given_handlers)),
        url(check_options(options)),
        outbox(options.most_unsent) {}

  void run(const std::stop_token& stop);
  void connect(const std::stop_token& stop);
  void greet(const ConnackPacket& connack);
  void serve(const std::stop_token& stop);
  void say_farewell();
  void read_some(const std::stop_token& stop);
  void take_packets(const std::stop_token& stop);
  void take(PublishPacket& publish, const std::stop_token& stop);
  void take(const PubackPacket& puback);
  void take(const SubackPacket& suback);
  void try_again(const std::stop_token& stop);
  void send_waiting();
  void write_some();
  void keep_it_alive();
  void tell_lost(const Fault& fault);
  void back_off(milliseconds longest, const std::stop_token& stop);
  std::optional<Packet> next_packet();
};

// ---- the thread ----------------------------------------------------------------------------------------------------

void MqttClient::Impl::run(const std::stop_token& stop) {
  sigset_t pipe;  // a broken connection is an error of the write, not a signal
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  milliseconds pause = kFirstBackOff;
  while (!stop.stop_requested()) {
    const Clock::time_point begin = Clock::now();
    try {
      connect(stop);
      serve(stop);
    } catch (const ConnectionFault& error) {
      if (!stop.stop_requested()) tell_lost(error.fault());
    }
    connection.reset();
    to_acknowledge = 0;  // the broker sends it again
    outbox.connection_was_lost();
    if (stop.stop_requested()) break;
    if (Clock::now() - begin > options.longest_back_off + options.connect_within) pause = kFirstBackOff;
    back_off(pause, stop);
    pause = std::min(2 * pause, options.longest_back_off);
  }
  outbox.close({.path = url.text, .value = "told to stop before the broker had it", .expected = "no more"});
}

void MqttClient::Impl::tell_lost(const Fault& fault) {
  if (told == fault) return;
  told = fault;
  {
    const std::lock_guard lock(mutex);
    trouble = fault;
  }
  if (!handlers.lost) return;
  handlers.lost(fault);
  is_blocked = true;
}

void MqttClient::Impl::back_off(milliseconds longest, const std::stop_token& stop) {
  const Clock::time_point end = Clock::now() + longest;
  while (!stop.stop_requested() && Clock::now() < end) {
    if (is_blocked) try_again(stop);
    std::this_thread::sleep_for(
        std::min<Clock::duration>(milliseconds{20}, std::max(end - Clock::now(), Clock::duration{0})));
  }
}

std::optional<Packet> MqttClient::Impl::next_packet() {
  try {
    return reader->next();
  } catch (const InvalidInput& error) {
    Fault fault = error.faults().front();
    fault.path = url.text;
    throw ConnectionFault(std::move(fault));
  }
}

void MqttClient::Impl::connect(const std::stop_token& stop) {
  connection = std::make_unique<Connection>(url, tls.get(), options.connect_within, waker, stop);
  reader.emplace(options.version, options.largest_message);
  ConnectPacket packet{.version = options.version,
                       .client_id = options.client_id,
                       .user = options.user,
                       .password = password,
                       .clean = options.session.count() == 0,
                       .keep_alive_s = static_cast<std::uint16_t>(options.keep_alive.count()),
                       .session_s = static_cast<std::uint32_t>(options.session.count()),
                       .largest = static_cast<std::uint32_t>(options.largest_message + 70'000)};
  if (handlers.will) packet.will = handlers.will();
  to_write = to_bytes(packet);
  const Clock::time_point deadline = Clock::now() + options.connect_within;
  for (;;) {
    write_some();
    try {
      reader->add(connection->read(65536));
    } catch (const ConnectionFault& error) {
      if (!error.is_end()) throw;
      throw ConnectionFault({.path = url.text,
                             .value = "the broker closed the connection without an answer",
                             .expected = url.tls ? "a certificate that it trusts (certificate_file), and MQTT"
                                                 : "MQTT: does the broker want mqtts://, with TLS?"});
    }
    if (const std::optional<Packet> answer = next_packet()) {
      const auto* const connack = std::get_if<ConnackPacket>(&*answer);
      if (connack == nullptr)
        throw ConnectionFault({.path = url.text, .value = "another packet", .expected = "CONNACK"});
      return greet(*connack);
    }
    if (Clock::now() >= deadline || stop.stop_requested())
      throw ConnectionFault({.path = url.text, .value = "no answer to CONNECT", .expected = "a broker of MQTT"});
    connection->wait(true, !to_write.empty(), milliseconds{100});
  }
}

void MqttClient::Impl::greet(const ConnackPacket& connack) {
  if (connack.code != 0) {
    const CodeMeaning meaning = connack_meaning(connack.code, options.version);
    const std::string said = connack.reason.empty() ? "" : " (" + connack.reason + ")";
    const std::string as = options.user.empty() ? " without a user" : " as user " + options.user;
    throw ConnectionFault({.path = url.text, .value = meaning.seen + as + said, .expected = meaning.advice});
  }
  ++connections;
  told.reset();
  {
    const std::lock_guard lock(mutex);
    trouble = {};
  }
  in_flight_most = std::min<std::size_t>(kMostInFlight, connack.receive_most);
  largest = connack.largest.value_or(268'435'455);
  keep_alive = connack.keep_alive_s ? seconds{*connack.keep_alive_s} : options.keep_alive;
  last_sent = pinged = Clock::now();
  ping_is_out = false;
  if (handlers.connected) {
    handlers.connected();
    is_blocked = true;
  }
  if (!handlers.filters.empty()) to_write += subscribe_bytes(kSubscribeId, handlers.filters, options.version);
  if (handlers.greeting)
    if (std::optional<MqttMessage> message = handlers.greeting()) {
      bool has_room = false;
      outbox.add(std::move(*message), has_room);
    }
}

void MqttClient::Impl::serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (is_blocked) try_again(stop);
    if (!is_blocked) read_some(stop);
    send_waiting();
    keep_it_alive();
    write_some();
    if (is_blocked) continue;  // try_again waits
    const auto nap = std::clamp<milliseconds>(keep_alive / 4, milliseconds{100}, milliseconds{1000});
    connection->wait(true, !to_write.empty(), nap);
  }
  say_farewell();
}

/// What still waits is sent, nothing is taken any more.
void MqttClient::Impl::say_farewell() {
  if (handlers.farewell)
    if (std::optional<MqttMessage> message = handlers.farewell()) {
      bool has_room = false;
      outbox.add(std::move(*message), has_room);
    }
  const Clock::time_point deadline = Clock::now() + kFarewell;
  while ((!outbox.empty() || !to_write.empty()) && Clock::now() < deadline) {
    send_waiting();
    write_some();
    connection->wait(true, !to_write.empty(), milliseconds{50});
    reader->add(connection->read(65536));
    while (const std::optional<Packet> packet = next_packet())
      if (const auto* const puback = std::get_if<PubackPacket>(&*packet)) take(*puback);
  }
  to_write += disconnect_bytes();
  write_some();
}

// ---- in ------------------------------------------------------------------------------------------------------------

void MqttClient::Impl::read_some(const std::stop_token& stop) {
  constexpr int kRounds = 16;  // then what is to be sent has its turn
  for (int round = 0; round < kRounds; ++round) {
    take_packets(stop);
    if (is_blocked || stop.stop_requested() || to_write.size() >= kMostToWrite) return;
    write_some();  // acknowledgements before more is read
    const std::string_view bytes = connection->read(65536);
    if (bytes.empty()) return;
    reader->add(bytes);
    ping_is_out = false;
  }
  take_packets(stop);
}

void MqttClient::Impl::take_packets(const std::stop_token& stop) {
  while (!is_blocked && !stop.stop_requested() && to_write.size() < kMostToWrite) {
    std::optional<Packet> packet = next_packet();
    if (!packet) return;
    if (auto* const publish = std::get_if<PublishPacket>(&*packet)) {
      take(*publish, stop);
    } else if (const auto* const puback = std::get_if<PubackPacket>(&*packet)) {
      take(*puback);
    } else if (const auto* const suback = std::get_if<SubackPacket>(&*packet)) {
      take(*suback);
    } else if (const auto* const disconnect = std::get_if<DisconnectPacket>(&*packet)) {
      const bool is_taken_over = disconnect->code == 0x8E;
      throw ConnectionFault({.path = url.text,
                             .value = "the broker ended the connection: " + code_name(disconnect->code) +
                                      (disconnect->reason.empty() ? "" : " (" + disconnect->reason + ")"),
                             .expected = is_taken_over ? "a client_id that no other client has"
                                                       : "a connection that lasts: look into the broker's log"});
    }
  }
}

void MqttClient::Impl::take(PublishPacket& publish, const std::stop_token& stop) {
  ++received;
  repeated += publish.repeated ? 1 : 0;
  bool is_taken = true;
  try {
    if (handlers.deliver) is_taken = handlers.deliver(publish, stop);
  } catch (const std::exception&) {  // it could not be kept: whoever keeps says so himself
    is_taken = false;
  }
  if (is_taken) {
    if (publish.id != 0) to_write += puback_bytes(publish.id);
  } else {
    is_blocked = true;
    to_acknowledge = publish.id;
  }
}

void MqttClient::Impl::try_again(const std::stop_token& stop) {
  try {
    is_blocked = handlers.try_again && !handlers.try_again(stop);
  } catch (const std::exception&) {
    is_blocked = true;
    std::this_thread::sleep_for(kRetry);
  }
  if (!is_blocked && to_acknowledge != 0) to_write += puback_bytes(std::exchange(to_acknowledge, std::uint16_t{0}));
}

void MqttClient::Impl::take(const SubackPacket& suback) {
  std::size_t denied = 0;
  Fault last;
  for (std::size_t i = 0; i < suback.codes.size() && i < handlers.filters.size(); ++i) {
    if (suback.codes[i] < 0x80) continue;
    ++denied;
    const std::string why = options.version == MqttVersion::v5 ? code_name(suback.codes[i]) : "refused (128)";
    last = {.path = url.text,
            .value = "topic " + handlers.filters[i] + ": " + why + (suback.reason.empty() ? "" : ", " + suback.reason),
            .expected = "a topic that the broker lets " +
                        (options.user.empty() ? std::string("this client") : "user " + options.user) +
                        " read: check its access list"};
    if (handlers.refused) handlers.refused(last);
    is_blocked = true;
  }
  if (denied == handlers.filters.size()) throw ConnectionFault(std::move(last));
  if (handlers.subscribed) {
    handlers.subscribed();
    is_blocked = true;
  }
}

// ---- out -----------------------------------------------------------------------------------------------------------

void MqttClient::Impl::take(const PubackPacket& puback) {
  const std::uint8_t code = puback.codes.front();
  Published answer{code < 0x80, {}};
  if (!answer.accepted)
    answer.fault = {.path = url.text,
                    .value = code_name(code) + (puback.reason.empty() ? "" : ", " + puback.reason),
                    .expected = "a topic that the broker lets " +
                                (options.user.empty() ? std::string("this client") : "user " + options.user) +
                                " write: check its access list"};
  if (!outbox.acknowledge(puback.id, answer)) return;
  ++(answer.accepted ? published : refused);
}

void MqttClient::Impl::send_waiting() {
  while (to_write.size() < kMostToWrite) {
    const PublishPacket* const packet = outbox.next(in_flight_most);
    if (packet == nullptr) return;
    std::string bytes = to_bytes(*packet, options.version);
    if (bytes.size() > largest) {
      ++refused;
      outbox.refuse_next(
          {.path = url.text,
           .value = "topic " + packet->topic + ": a packet of " + std::to_string(bytes.size()) + " bytes",
           .expected = "at most " + std::to_string(largest) + ", as the broker takes"});
      continue;
    }
    to_write += bytes;
    outbox.sent();
  }
}

void MqttClient::Impl::write_some() {
  std::size_t written = 0;
  while (written < to_write.size()) {
    const std::size_t taken = connection->write(std::string_view(to_write).substr(written));
    if (taken == 0) break;
    written += taken;
  }
  if (written > 0) last_sent = Clock::now();
  to_write.erase(0, written);
}

void MqttClient::Impl::keep_it_alive() {
  if (keep_alive.count() == 0) return;
  const Clock::time_point now = Clock::now();
  const auto half = std::chrono::duration_cast<milliseconds>(keep_alive) / 2;
  if (is_blocked) {  // nothing is read, so an answer could not be seen
    ping_is_out = false;
    pinged = now;
    if (now - last_sent > half && to_write.empty()) to_write += pingreq_bytes();
    return;
  }
  if (now - pinged <= half) return;
  if (ping_is_out)
    throw ConnectionFault({.path = url.text,
                           .value = "no answer for " + std::to_string(half.count()) + " ms",
                           .expected = "a broker that can be reached: check the network"});
  to_write += pingreq_bytes();
  pinged = now;
  ping_is_out = true;
}

// ---- what its owner calls ------------------------------------------------------------------------------------------

MqttClient::MqttClient(MqttOptions options, ClientHandlers handlers)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handlers))) {}

MqttClient::~MqttClient() { stop(); }

void MqttClient::start() {
  if (impl_->thread.joinable()) throw Error(impl_->url.text + ": is started already");
  if (!impl_->options.password_file.empty()) impl_->password = first_line(impl_->options.password_file);
  if (impl_->url.tls) impl_->tls = std::make_unique<TlsContext>(impl_->options);
  impl_->thread = std::jthread([impl = impl_.get()](const std::stop_token& stop) { impl->run(stop); });
}

void MqttClient::stop() {
  if (!impl_->thread.joinable()) return;
  impl_->thread.request_stop();
  impl_->waker.wake();
  impl_->thread.join();
}

std::future<Published> MqttClient::publish(MqttMessage message) {
  bool has_room = false;
  std::future<Published> answer = impl_->outbox.add(std::move(message), has_room);
  if (has_room) impl_->waker.wake();
  return answer;
}

Fault MqttClient::trouble() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->trouble;
}

MqttCounts MqttClient::counts() const {
  MqttCounts counts;
  counts.connections = impl_->connections;
  counts.received = impl_->received;
  counts.repeated = impl_->repeated;
  counts.published = impl_->published;
  counts.refused = impl_->refused;
  return counts;
}

}  // namespace takt::io::detail
