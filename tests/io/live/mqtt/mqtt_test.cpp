// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/mqtt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <set>

#include "io/live/mqtt/broker.hpp"
#include "takt/core/error.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::io {
namespace {

using test::Broker;
using test::Certificates;
using test::Process;
using test::program;
using test::ScratchFolder;
using testing::AnyOf;
using testing::HasSubstr;
using namespace std::chrono_literals;
using Kind = Delivery::Kind;

const WallClock::Instant kBegin = parse_instant("2026-03-02T06:00:00Z");

std::string snapshot(std::uint64_t seq, const std::string& source = "plc") {
  Snapshot made{
      .ts = kBegin + std::chrono::seconds{seq}, .source = source, .epoch = 1, .seq = seq, .complete = seq == 0};
  made.entities = {{.path = "/acme/hall/line_1/press", .state = "Execute"}};
  return to_json(made);
}

/// Deliveries until one is what is looked for; fails the test after `longest`.
std::vector<Delivery> until(Inbox& inbox, const std::function<bool(const Delivery&)>& is_it,
                            std::chrono::seconds longest = 8s) {
  std::vector<Delivery> all;
  const auto end = std::chrono::steady_clock::now() + longest;
  while (std::chrono::steady_clock::now() < end)
    for (Delivery& each : inbox.take(50ms)) {
      all.push_back(std::move(each));
      if (is_it(all.back())) return all;
    }
  std::string seen;
  for (const Delivery& each : all)
    seen += std::to_string(static_cast<int>(each.kind)) + " " + to_text(each.fault) + "\n";
  ADD_FAILURE() << "did not come; what came:\n" << seen;
  return all;
}

std::vector<Delivery> until(Inbox& inbox, Kind kind) {
  return until(inbox, [kind](const Delivery& each) { return each.kind == kind; });
}

std::function<bool(const Delivery&)> message_of(std::uint64_t seq) {
  return [seq](const Delivery& each) { return each.kind == Kind::message && each.snapshot.seq == seq; };
}

MqttSourceOptions json_source(MqttOptions broker) {
  broker.longest_back_off = 200ms;
  return {.broker = std::move(broker), .topics = {"plant/+/snapshot"}};
}

Published publish(MqttPublisher& publisher, const std::string& topic, const std::string& payload, bool retain = false) {
  std::future<Published> answer = publisher.publish({topic, payload, retain});
  if (answer.wait_for(8s) != std::future_status::ready) {
    ADD_FAILURE() << "no answer: " << to_text(publisher.trouble());
    return {};
  }
  return answer.get();
}

/// Why a source has no connection.
std::string trouble_of(MqttSourceOptions options) {
  Inbox inbox;
  MqttSource source(std::move(options));
  source.start(inbox);
  return to_text(until(inbox, Kind::lost).back().fault);
}

class Mqtt : public testing::Test {
 protected:
  void SetUp() override {
    if (program("mosquitto").empty() || program("openssl").empty())
      GTEST_SKIP() << "needs mosquitto, mosquitto-clients and openssl";
  }
  ScratchFolder folder_;
};

// ---- messages ------------------------------------------------------------------------------------------------------

TEST_F(Mqtt, BringsSnapshotsByBothVersions) {
  Broker broker;
  for (const MqttVersion version : {MqttVersion::v3_1_1, MqttVersion::v5}) {
    Inbox inbox;
    MqttSource source(json_source({.url = broker.url(), .version = version}));
    source.start(inbox);
    until(inbox, Kind::connected);
    MqttPublisher publisher({.url = broker.url(), .version = version});
    std::uint64_t seq = 0;
    // A subscription takes a moment: what is published before is not for it.
    while (inbox.size() == 0) publish(publisher, "plant/plc/snapshot", snapshot(seq++));
    EXPECT_TRUE(publish(publisher, "plant/plc/snapshot", "{\"ts\": 5}").accepted);
    EXPECT_TRUE(publish(publisher, "plant/plc/snapshot", snapshot(seq)).accepted);
    const std::vector<Delivery> all = until(inbox, message_of(seq));
    EXPECT_EQ(all.back().source, "plc");
    EXPECT_EQ(to_json(all.back().snapshot), snapshot(seq));
    EXPECT_THAT(to_text(all.at(all.size() - 2).fault), HasSubstr("plant/plc/snapshot: "));
    source.stop();
    EXPECT_GE(source.counts().received, 3U);
  }
}

TEST_F(Mqtt, AcknowledgesAMessageOnlyWhenItWasKept) {
  Broker broker;
  MqttPublisher publisher({.url = broker.url()});
  const MqttOptions session{.url = broker.url(), .client_id = "takt", .session = 60s};
  std::atomic<int> tries{0};
  {
    Inbox disk_is_full(10, [&tries](const Delivery& each) {
      if (each.kind == Kind::message && ++tries > 0) throw WriteError("no room");
    });
    MqttSource source(json_source(session));
    source.start(disk_is_full);
    until(disk_is_full, Kind::connected);
    while (tries == 0) publish(publisher, "plant/plc/snapshot", snapshot(7));
    while (tries < 3) std::this_thread::sleep_for(10ms);
    source.stop();
  }
  EXPECT_THAT(broker.log(), testing::Not(HasSubstr("Received PUBACK from takt")));
  Inbox inbox;
  MqttSource source(json_source(session));
  source.start(inbox);
  until(inbox, message_of(7));
  EXPECT_GE(source.counts().repeated, 1U);
}

TEST_F(Mqtt, GoesOnWithTheMessageThatCouldNotBeKeptForAWhile) {
  Broker broker;
  std::atomic<bool> is_full{true};
  Inbox inbox(10, [&is_full](const Delivery& each) {
    if (each.kind == Kind::message && is_full) throw WriteError("no room");
  });
  MqttSource source(json_source({.url = broker.url()}));
  source.start(inbox);
  until(inbox, Kind::connected);
  MqttPublisher publisher({.url = broker.url()});
  std::uint64_t seq = 0;
  while (source.counts().received == 0) publish(publisher, "plant/plc/snapshot", snapshot(seq++));
  is_full = false;
  until(inbox, [](const Delivery& each) { return each.kind == Kind::message; });
}

TEST_F(Mqtt, ASlowTwinSlowsTheBrokerDownAndLosesNothing) {
  Broker broker("allow_anonymous true\nmax_queued_messages 0\n");
  Inbox inbox(1);
  MqttSource source(json_source({.url = broker.url(), .client_id = "takt", .session = 60s, .keep_alive = 1s}));
  source.start(inbox);
  until(inbox, Kind::connected);
  MqttPublisher publisher({.url = broker.url()});
  std::vector<std::future<Published>> answers;
  for (std::uint64_t seq = 0; source.counts().received == 0; ++seq)
    publish(publisher, "plant/plc/snapshot", snapshot(1000));
  for (std::uint64_t seq = 0; seq < 300; ++seq)
    answers.push_back(publisher.publish({"plant/plc/snapshot", snapshot(seq)}));
  std::this_thread::sleep_for(3s);  // more than the broker allows a client to be silent
  std::vector<std::uint64_t> seen;
  for (const Delivery& each : until(inbox, message_of(299)))
    if (each.kind == Kind::message && each.snapshot.seq < 1000) seen.push_back(each.snapshot.seq);
  ASSERT_EQ(seen.size(), 300U);
  for (std::uint64_t seq = 0; seq < 300; ++seq) EXPECT_EQ(seen[seq], seq);
  EXPECT_EQ(source.counts().connections, 1U) << "it answered the broker all the time";
}

TEST_F(Mqtt, StopsAtOnceAlsoWhereNobodyTakes) {
  Broker broker;
  Inbox inbox(1);
  MqttSource source(json_source({.url = broker.url()}));
  source.start(inbox);
  MqttPublisher publisher({.url = broker.url()});
  for (int i = 0; source.counts().received == 0 && i < 2000; ++i) publish(publisher, "plant/plc/snapshot", snapshot(0));
  const auto begin = std::chrono::steady_clock::now();
  source.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

// ---- faults --------------------------------------------------------------------------------------------------------

TEST_F(Mqtt, NothingIsLostWhenTheBrokerIsKilledAndComesBack) {
  const std::string data = folder_.path().string() + "/";
  Broker broker("allow_anonymous true\npersistence true\npersistence_location " + data +
                "\nautosave_on_changes true\nautosave_interval 1\nmax_queued_messages 0\n");
  Inbox inbox;
  MqttSource source(json_source({.url = broker.url(), .client_id = "takt", .session = 600s}));
  source.start(inbox);
  MqttPublisher publisher({.url = broker.url(), .client_id = "plc", .session = 600s, .longest_back_off = 200ms});
  for (int i = 0; source.counts().received == 0 && i < 2000; ++i)
    publish(publisher, "plant/plc/snapshot", snapshot(5000));
  std::vector<std::future<Published>> answers;
  const auto send = [&](std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t seq = from; seq < to; ++seq)
      answers.push_back(publisher.publish({"plant/plc/snapshot", snapshot(seq)}));
  };
  send(0, 50);
  broker.end(SIGKILL);
  send(50, 100);
  std::set<std::uint64_t> arrived;
  const auto note = [&arrived](const std::vector<Delivery>& all) {
    for (const Delivery& each : all)
      if (each.kind == Kind::message) arrived.insert(each.snapshot.seq);
  };
  note(until(inbox, Kind::lost));
  broker.start();
  send(100, 150);
  for (std::future<Published>& answer : answers) {
    ASSERT_EQ(answer.wait_for(8s), std::future_status::ready);
    EXPECT_TRUE(answer.get().accepted);
  }
  EXPECT_EQ(source.counts().connections, 2U);
  // Those sent again may come behind the last.
  note(until(inbox, [&](const Delivery& each) {
    note({each});
    return arrived.size() == 151;  // with 5000, which found out that the source listens
  }));
  for (std::uint64_t seq = 0; seq < 150; ++seq) EXPECT_TRUE(arrived.contains(seq)) << seq;
}

TEST_F(Mqtt, SubscribesAgainAfterTheBrokerWasGone) {
  Broker broker;
  Inbox inbox;
  MqttSource source(json_source({.url = broker.url()}));
  source.start(inbox);
  until(inbox, Kind::connected);
  broker.end(SIGTERM);
  EXPECT_THAT(to_text(until(inbox, Kind::lost).back().fault), HasSubstr(broker.url()));
  broker.start();
  until(inbox, Kind::connected);
  MqttPublisher publisher({.url = broker.url()});
  for (int i = 0; source.counts().received == 0 && i < 2000; ++i) publish(publisher, "plant/plc/snapshot", snapshot(1));
  until(inbox, message_of(1));
}

TEST_F(Mqtt, NoticesANetworkThatIsCut) {
  Broker broker;
  Inbox inbox;
  MqttSource source(json_source({.url = broker.url(), .keep_alive = 1s, .connect_within = 300ms}));
  source.start(inbox);
  until(inbox, Kind::connected);
  broker.signal(SIGSTOP);  // it neither answers nor closes
  EXPECT_THAT(to_text(until(inbox, Kind::lost).back().fault), HasSubstr("no answer for 500 ms"));
  broker.signal(SIGCONT);
  until(inbox, Kind::connected);
}

TEST_F(Mqtt, LetsInWhoHasUserAndPassword) {
  test::make_passwords(folder_.path());
  Broker broker("allow_anonymous false\npassword_file " + (folder_ / "passwords").string() + "\n");
  for (const MqttVersion version : {MqttVersion::v3_1_1, MqttVersion::v5}) {
    MqttOptions options{.url = broker.url(), .version = version, .user = "takt", .password_file = folder_ / "password"};
    Inbox inbox;
    MqttSource source(json_source(options));
    source.start(inbox);
    until(inbox, Kind::connected);
    std::ofstream(folder_ / "wrong") << "guess\n";
    options.password_file = folder_ / "wrong";
    const std::string trouble = trouble_of(json_source(options));
    EXPECT_THAT(trouble, HasSubstr(broker.url() + ": found the broker refuses the connection: not authori"));
    EXPECT_THAT(trouble, HasSubstr("as user takt, expected a user it lets in: check user, password_file"));
  }
}

TEST_F(Mqtt, SaysWhatIsWrongWithACertificate) {
  const Certificates files(folder_ / "tls");
  files.authority("plant_ca");
  files.authority("other_ca");
  files.certificate("broker", "plant_ca", "DNS:localhost,IP:127.0.0.1");
  files.certificate("expired", "plant_ca", "DNS:localhost", -1);
  files.certificate("elsewhere", "plant_ca", "DNS:broker.example");
  const auto broker_with = [&files](const std::string& name) {
    return "allow_anonymous true\ncertfile " + files.file(name + ".pem") + "\nkeyfile " + files.file(name + ".key") +
           "\n";
  };
  const auto trouble_with = [&](const std::string& certificate, const std::string& authority) {
    Broker broker(broker_with(certificate));
    const std::string trouble = trouble_of(json_source({.url = broker.tls_url(), .ca_file = files.file(authority)}));
    EXPECT_THAT(trouble, HasSubstr(broker.tls_url() + ": found "));
    return trouble;
  };
  EXPECT_THAT(trouble_with("broker", "other_ca.pem"), HasSubstr("issued by CN = plant_ca"));
  EXPECT_THAT(trouble_with("broker", "other_ca.pem"), HasSubstr("check ca_file"));
  EXPECT_THAT(trouble_with("expired", "plant_ca.pem"), HasSubstr("a certificate that expired at 20"));
  EXPECT_THAT(trouble_with("elsewhere", "plant_ca.pem"),
              HasSubstr("a certificate for broker.example, expected one for localhost"));

  Broker broker(broker_with("broker"));
  for (const std::string host : {"localhost", "127.0.0.1"}) {  // a name and an address of the certificate
    Inbox inbox;
    MqttSource source(json_source(
        {.url = "mqtts://" + host + ":" + std::to_string(broker.port()), .ca_file = files.file("plant_ca.pem")}));
    source.start(inbox);
    until(inbox, Kind::connected);
  }
  EXPECT_THAT(trouble_of(json_source({.url = broker.url()})), HasSubstr("does the broker want mqtts://, with TLS?"));
}

TEST_F(Mqtt, ShowsItsCertificateToABrokerThatAsks) {
  const Certificates files(folder_ / "tls");
  files.authority("plant_ca");
  files.authority("other_ca");
  files.certificate("broker", "plant_ca", "DNS:localhost");
  files.certificate("takt", "plant_ca", "DNS:takt");
  files.certificate("stranger", "other_ca", "DNS:takt");
  Broker broker("allow_anonymous false\nrequire_certificate true\nuse_identity_as_username true\ncafile " +
                files.file("plant_ca.pem") + "\ncertfile " + files.file("broker.pem") + "\nkeyfile " +
                files.file("broker.key") + "\n");
  const auto options = [&](const std::string& name) {
    MqttOptions made{.url = broker.tls_url(), .ca_file = files.file("plant_ca.pem")};
    if (!name.empty()) {
      made.certificate_file = files.file(name + ".pem");
      made.key_file = files.file(name + ".key");
    }
    return json_source(made);
  };
  Inbox inbox;
  MqttSource source(options("takt"));
  source.start(inbox);
  until(inbox, Kind::connected);
  EXPECT_THAT(broker.log(), HasSubstr("u'takt'"));
  // Which of the two: whether the reason came before the end.
  EXPECT_THAT(trouble_of(options("")),
              AnyOf(HasSubstr("asks for a certificate of the client"), HasSubstr("a certificate that it trusts")));
  EXPECT_THAT(trouble_of(options("stranger")),
              AnyOf(HasSubstr("refuses the client's certificate"), HasSubstr("a certificate that it trusts")));
}

TEST_F(Mqtt, SaysThatNoBrokerIsThere) {
  EXPECT_THAT(trouble_of(json_source({.url = "mqtt://127.0.0.1:" + std::to_string(test::free_port())})),
              HasSubstr("found Connection refused, expected a broker that listens there"));
  Broker broker;
  EXPECT_THAT(trouble_of(json_source({.url = broker.tls_url()})),
              HasSubstr("does the broker want mqtt://, without it?"));
}

TEST_F(Mqtt, ADeniedTopicIsToldByVersion5Only) {
  std::ofstream(folder_ / "acl") << "topic write plant/#\ntopic read plant/#\n";
  Broker broker("allow_anonymous true\nacl_file " + (folder_ / "acl").string() + "\n");
  MqttPublisher newer({.url = broker.url()});
  const Published denied = publish(newer, "secret/takt", "x");
  EXPECT_FALSE(denied.accepted);
  EXPECT_THAT(to_text(denied.fault), HasSubstr(broker.url() + ": found topic secret/takt: not authorized (135)"));
  EXPECT_TRUE(publish(newer, "plant/takt", "x").accepted);
  EXPECT_EQ(newer.counts().refused, 1U);
  MqttPublisher older({.url = broker.url(), .version = MqttVersion::v3_1_1});
  EXPECT_TRUE(publish(older, "secret/takt", "x").accepted) << "3.1.1 has no way to say it";
}

/// A broker that grants nothing: mosquitto with a list of topics grants each subscription, and sends nothing for it.
class Refuser {
 public:
  explicit Refuser(std::string suback) : suback_(std::move(suback)) {
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(fd_, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    listen(fd_, 8);
    thread_ = std::thread([this] { serve(); });
  }
  ~Refuser() {
    shutdown(fd_, SHUT_RDWR);
    thread_.join();
    close(fd_);
  }
  std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() const {
    for (;;) {
      const int client = accept(fd_, nullptr, nullptr);
      if (client < 0) return;
      char bytes[1024];
      const std::string connack("\x20\x03\x00\x00\x00", 5);
      for (const std::string& answer : {connack, suback_})
        if (recv(client, bytes, sizeof bytes, 0) <= 0 || send(client, answer.data(), answer.size(), MSG_NOSIGNAL) < 0)
          break;
      recv(client, bytes, sizeof bytes, 0);
      close(client);
    }
  }
  std::string suback_;
  int fd_ = -1, port_ = 0;
  std::thread thread_;
};

TEST_F(Mqtt, ADeniedSubscriptionIsTold) {
  const Refuser refuser(std::string("\x90\x04\x00\x01\x00\x87", 6));
  EXPECT_THAT(
      trouble_of(json_source({.url = refuser.url(), .user = "takt"})),
      HasSubstr(
          "found topic plant/+/snapshot: not authorized (135), expected a topic that the broker lets user takt read"));
}

TEST_F(Mqtt, OptionsThatCannotWorkAreToldAtOnce) {
  try {
    MqttSource source({.broker = {.url = "tcp://x", .password_file = "p", .session = 5s, .keep_alive = 0s}});
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults().size(), 5U) << error.what();
  }
  EXPECT_THROW(MqttSource({.broker = {.url = "mqtt://x:0"}, .topics = {"a"}}), InvalidInput);
  EXPECT_THROW(MqttSource({.broker = {.url = "mqtt://x"}, .topics = {"a/#/b"}}), InvalidInput);
  Inbox inbox;
  MqttSource no_file({.broker = {.url = "mqtts://x", .ca_file = folder_ / "ca.pem"}, .topics = {"a"}});
  EXPECT_THROW(no_file.start(inbox), FileError);
  std::ofstream(folder_ / "ca.pem") << "nonsense\n";
  MqttSource no_certificate({.broker = {.url = "mqtts://x", .ca_file = folder_ / "ca.pem"}, .topics = {"a"}});
  EXPECT_THROW(no_certificate.start(inbox), InvalidInput);
}

// ---- births and deaths ---------------------------------------------------------------------------------------------

/// A client of the broker's own that prints what it hears, with a last will where given.
class Listener {
 public:
  Listener(const Broker& broker, const ScratchFolder& folder, const std::string& topic,
           const std::vector<std::string>& will = {})
      : output_(folder / "heard") {
    std::vector<std::string> command{program("mosquitto_sub"),
                                     "-h",
                                     "127.0.0.1",
                                     "-p",
                                     std::to_string(broker.port()),
                                     "-q",
                                     "1",
                                     "-i",
                                     "listener" + topic,
                                     "-F",
                                     "%t %x",
                                     "-t",
                                     topic};
    command.insert(command.end(), will.begin(), will.end());
    process_ = std::make_unique<Process>(command, output_);
    wait_for("Sending SUBACK to listener" + topic, broker.file("broker.log"));
  }
  void wait_for(const std::string& text) const { wait_for(text, output_); }
  void kill() { process_->end(SIGKILL); }

 private:
  static void wait_for(const std::string& text, const std::filesystem::path& file) {
    for (int i = 0; i < 800 && test::text_of(file).find(text) == std::string::npos; ++i)
      std::this_thread::sleep_for(10ms);
    EXPECT_THAT(test::text_of(file), HasSubstr(text));
  }
  std::filesystem::path output_;
  std::unique_ptr<Process> process_;
};

TEST_F(Mqtt, ASourceOfJsonIsAskedForEverythingAndItsWillIsItsDeath) {
  Broker broker;
  Listener plc(broker, folder_, "plant/plc/rebirth",
               {"--will-topic", "plant/plc/status", "--will-payload", "offline", "--will-retain"});
  MqttSourceOptions options = json_source({.url = broker.url()});
  options.death_topics = {"plant/+/status"};
  options.rebirth_topic = "plant/{source}/rebirth";
  Inbox inbox;
  MqttSource source(options);
  source.start(inbox);
  until(inbox, Kind::connected);
  source.ask_for_everything("plc");
  plc.wait_for("plant/plc/rebirth 7b");  // an object
  MqttPublisher publisher({.url = broker.url()});
  publish(publisher, "plant/plc/status", "online");
  publish(publisher, "plant/plc/status", "neither");
  EXPECT_THAT(to_text(until(inbox, Kind::rejected).back().fault), HasSubstr("plant/plc/status: found \"neither\""));
  plc.kill();
  EXPECT_EQ(until(inbox, Kind::death).back().source, "plc");
}

TEST_F(Mqtt, ASparkplugNodeIsBornDiesAndIsAskedForARebirth) {
  Broker broker;
  const sparkplug::Places places({"/acme/hall/line_1/press", "/acme/hall/line_1/rack"});
  sparkplug::EdgeNode edge({"acme", "line_1", ""}, places, 5);
  const sparkplug::Message death = edge.death();
  Listener node(broker, folder_, "spBv1.0/acme/NCMD/line_1",
                {"--will-topic", death.topic, "--will-payload", death.payload});
  Inbox inbox;
  MqttSourceOptions options{.broker = {.url = broker.url(), .longest_back_off = 200ms},
                            .format = MqttFormat::sparkplug};
  options.groups = {"acme"};
  options.host_id = "takt";
  options.host.places = places;
  MqttSource source(options);
  source.start(inbox);
  until(inbox, Kind::connected);
  MqttPublisher publisher({.url = broker.url()});
  const auto send = [&](const std::vector<sparkplug::Message>& messages) {
    for (const sparkplug::Message& each : messages) EXPECT_TRUE(publish(publisher, each.topic, each.payload).accepted);
  };
  Snapshot full{.ts = kBegin, .complete = true};
  full.entities = {{.path = "/acme/hall/line_1/press", .state = "Execute"},
                   {.path = "/acme/hall/line_1/rack", .level = 2.0}};
  Snapshot news{.ts = kBegin + 1s};
  news.entities = {{.path = "/acme/hall/line_1/rack", .level = 3.0}};
  edge.birth(full);
  // It joins late: the first thing it hears is news. Until it has subscribed, nothing is heard.
  while (source.counts().received < 2) send(edge.data(news));
  node.wait_for("spBv1.0/acme/NCMD/line_1");
  send(edge.birth(full));
  send(edge.data(news));
  const std::vector<Delivery> all = until(inbox, message_of(3));
  EXPECT_EQ(all.back().source, "acme/line_1");
  EXPECT_EQ(all.back().snapshot.epoch, 5U);
  EXPECT_EQ(all.back().snapshot.entities.at(0).level, 3.0);
  node.kill();
  EXPECT_EQ(until(inbox, Kind::death).back().source, "acme/line_1");
  EXPECT_GE(source.sparkplug_counts().before_birth, 1U);

  // Its own state stands at the broker, and tells of its end.
  const ScratchFolder other;
  const Listener state(broker, other, "spBv1.0/STATE/takt");
  state.wait_for("spBv1.0/STATE/takt 7b226f6e6c696e65223a74727565");  // {"online":true
  source.stop();
  state.wait_for("spBv1.0/STATE/takt 7b226f6e6c696e65223a66616c7365");  // {"online":false
}

}  // namespace
}  // namespace takt::io
