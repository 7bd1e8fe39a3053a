// SPDX-License-Identifier: Apache-2.0
// A real mosquitto for one test, on a free port of the loopback, and certificates for it.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "io/store/scratch_folder.hpp"

namespace takt::test {

using namespace std::chrono_literals;

inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The program, in Debian's place too where that is not on the path; empty if there is none.
inline std::string program(const std::string& name) {
  std::stringstream path((std::getenv("PATH") != nullptr ? std::getenv("PATH") : "") +
                         std::string(":/usr/sbin:/usr/bin"));
  for (std::string folder; std::getline(path, folder, ':');)
    if (access((folder + "/" + name).c_str(), X_OK) == 0) return folder + "/" + name;
  return {};
}

/// A program that runs beside the test and ends with it. What it says goes into a file.
class Process {
 public:
  Process(const std::vector<std::string>& command, const std::filesystem::path& output) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    const int error = posix_spawn(&pid_, arguments[0], &files, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) throw std::runtime_error("cannot run " + command[0]);
  }
  ~Process() { end(SIGKILL); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const { kill(pid_, number); }
  /// The status it ended with.
  int end(int number) {
    if (pid_ > 0) kill(pid_, number);
    return wait();
  }
  int wait() {
    int status = 0;
    if (pid_ > 0) waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
};

inline void run(const std::vector<std::string>& command, const std::filesystem::path& output) {
  Process process(command, output);
  if (process.wait() != 0) throw std::runtime_error(command[0] + " " + command[1] + " failed: " + text_of(output));
}

inline int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) throw std::runtime_error("no free port");
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return ntohs(address.sin_port);
}

inline bool answers(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool good = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return good;
}

/// An authority and what it signs; elliptic curves, for they are quickly made.
class Certificates {
 public:
  explicit Certificates(const std::filesystem::path& folder) : folder_(folder) {
    std::filesystem::create_directories(folder);
  }

  void authority(const std::string& name) const {
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
             "/CN=" + name, "-keyout", file(name + ".key"), "-out", file(name + ".pem")});
  }
  /// For `hosts` as in "DNS:localhost,IP:127.0.0.1"; expired where `days` is below 0.
  void certificate(const std::string& name, const std::string& authority, const std::string& hosts,
                   int days = 30) const {
    openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name, "-keyout",
             file(name + ".key"), "-out", file(name + ".csr")});
    std::ofstream(file(name + ".ext")) << "subjectAltName=" << hosts << "\n";
    openssl({"x509", "-req", "-in", file(name + ".csr"), "-CA", file(authority + ".pem"), "-CAkey",
             file(authority + ".key"), "-CAcreateserial", "-days", std::to_string(days), "-extfile",
             file(name + ".ext"), "-out", file(name + ".pem")});
  }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }

 private:
  void openssl(std::vector<std::string> words) const {
    words.insert(words.begin(), program("openssl"));
    run(words, folder_ / "openssl.log");
  }
  std::filesystem::path folder_;
};

/// Files "password" with the line "secret" and "passwords", a broker's list with user takt of that password.
inline void make_passwords(const std::filesystem::path& folder) {
  std::ofstream(folder / "password") << "secret\n";
  run({program("mosquitto_passwd"), "-b", "-c", (folder / "passwords").string(), "takt", "secret"},
      folder / "passwd.log");
}

class Broker {
 public:
  /// `lines` of its configuration, beside the listener.
  explicit Broker(std::string lines = "allow_anonymous true\n") : port_(free_port()) {
    std::ofstream(folder_ / "broker.conf") << "user root\nlistener " << port_ << " 127.0.0.1\nlog_type all\n" << lines;
    start();
  }

  void start() {
    process_ = std::make_unique<Process>(
        std::vector<std::string>{program("mosquitto"), "-c", (folder_ / "broker.conf").string()},
        folder_ / "broker.log");
    for (int i = 0; !answers(port_); ++i) {
      if (i == 500) throw std::runtime_error("mosquitto does not answer: " + log());
      std::this_thread::sleep_for(10ms);
    }
  }
  void end(int number) { process_->end(number); }
  void signal(int number) const { process_->signal(number); }

  int port() const { return port_; }
  std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }
  std::string tls_url() const { return "mqtts://localhost:" + std::to_string(port_); }
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  std::string log() const { return text_of(folder_ / "broker.log"); }

 private:
  ScratchFolder folder_;
  int port_;
  std::unique_ptr<Process> process_;
};

}  // namespace takt::test
