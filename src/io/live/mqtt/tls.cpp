// SPDX-License-Identifier: Apache-2.0
#include "io/live/mqtt/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstring>
#include <fstream>

namespace takt::io::detail {
namespace {

/// The certificate that the broker showed, kept with the connection: where it is refused, the handshake forgets it.
int shown_certificate() {
  static const int index = SSL_get_ex_new_index(
      0, nullptr, nullptr, nullptr,
      [](void*, void* kept, CRYPTO_EX_DATA*, int, long, void*) { X509_free(static_cast<X509*>(kept)); });
  return index;
}

int keep_certificate(int is_good, X509_STORE_CTX* store) {
  auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  X509* const shown = X509_STORE_CTX_get0_cert(store);
  if (is_good == 0 && ssl != nullptr && shown != nullptr && SSL_get_ex_data(ssl, shown_certificate()) == nullptr) {
    X509_up_ref(shown);
    SSL_set_ex_data(ssl, shown_certificate(), shown);
  }
  return is_good;
}

std::string last_error() {
  unsigned long error = 0;
  while (const unsigned long next = ERR_get_error()) error = next;
  if (error == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(error);
  return reason != nullptr ? reason : "error " + std::to_string(error);
}

void need_file(const std::filesystem::path& file, const char* option) {
  std::ifstream in(file);
  if (!in || in.peek() == std::ifstream::traits_type::eof())
    throw FileError(std::string(option) + " " + file.string() + ": " + (in ? "is empty" : std::strerror(errno)));
}

[[noreturn]] void bad_file(const std::filesystem::path& file, const char* option, const char* expected) {
  throw InvalidInput(Fault{.path = option, .value = last_error(), .expected = expected, .file = file.string()});
}

std::string name_of(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "no name";
}

std::string time_of(const ASN1_TIME* time) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  ASN1_TIME_print_ex(out.get(), time, ASN1_DTFLGS_ISO8601);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

/// The hosts that a certificate is for.
std::string hosts_of(X509* certificate) {
  std::string hosts;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    std::string text;
    if (name->type == GEN_DNS) {
      text.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                  static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD && ASN1_STRING_length(name->d.iPAddress) == 4) {
      const unsigned char* const bytes = ASN1_STRING_get0_data(name->d.iPAddress);
      for (int k = 0; k < 4; ++k) text += (k > 0 ? "." : "") + std::to_string(bytes[k]);
    } else {
      continue;
    }
    hosts += (hosts.empty() ? "" : ", ") + text;
  }
  return hosts.empty() ? name_of(X509_get_subject_name(certificate)) : hosts;
}

Fault untrusted(SSL* ssl, const BrokerUrl& url, const TlsContext::Impl& tls, long verdict) {
  auto* const certificate = static_cast<X509*>(SSL_get_ex_data(ssl, shown_certificate()));
  if (certificate == nullptr) return {.path = url.text, .value = "no certificate", .expected = "one of the broker"};
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {.path = url.text,
              .value = "a certificate that expired at " + time_of(X509_get0_notAfter(certificate)),
              .expected = "one that is valid now: renew it at the broker, or set the clock of this machine"};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {.path = url.text,
              .value = "a certificate that is valid from " + time_of(X509_get0_notBefore(certificate)),
              .expected = "one that is valid now: set the clock of this machine, or renew it at the broker"};
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return {.path = url.text,
              .value = "a certificate for " + hosts_of(certificate),
              .expected = "one for " + url.host + ": name the broker as its certificate does, or renew that"};
    default:
      return {.path = url.text,
              .value = "a certificate issued by " + name_of(X509_get_issuer_name(certificate)) + " (" +
                       X509_verify_cert_error_string(verdict) + ")",
              .expected = "one that " + tls.trusted + " vouch for: check ca_file"};
  }
}

}  // namespace

Fault tls_fault(SSL* ssl, const BrokerUrl& url, const TlsContext::Impl& tls, int system) {
  const unsigned long error = ERR_peek_error();
  const int reason = ERR_GET_REASON(error);
  const long verdict = SSL_get_verify_result(ssl);
  if (error == 0) {
    const std::string seen = system != 0 ? std::strerror(system) : "the end of the connection";
    return {.path = url.text, .value = seen, .expected = "TLS: does the broker want mqtt://, without it?"};
  }
  if (verdict != X509_V_OK && ERR_GET_LIB(error) == ERR_LIB_SSL && reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    ERR_clear_error();
    return untrusted(ssl, url, tls, verdict);
  }
  const std::string seen = last_error();
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return {.path = url.text, .value = seen, .expected = "TLS: does the broker want mqtt://, without it?"};
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return {.path = url.text,
              .value = "the broker asks for a certificate of the client (" + seen + ")",
              .expected = "one that it trusts: certificate_file and key_file"};
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
      return {.path = url.text,
              .value = "the broker refuses the client's certificate (" + seen + ")",
              .expected = "one that it trusts: check certificate_file"};
    default: return {.path = url.text, .value = seen, .expected = "a connection by TLS"};
  }
}

TlsContext::TlsContext(const MqttOptions& options) : impl_(std::make_unique<Impl>()) {
  impl_->context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = impl_->context.get();
  if (context == nullptr) throw Error("TLS cannot be used: " + last_error());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, keep_certificate);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ERR_clear_error();
  if (options.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    impl_->trusted = "the authorities of this system";
  } else {
    need_file(options.ca_file, "ca_file");
    if (SSL_CTX_load_verify_file(context, options.ca_file.c_str()) != 1)
      bad_file(options.ca_file, "ca_file", "certificates of authorities in PEM");
    impl_->trusted = "the authorities in " + options.ca_file.string();
  }
  if (options.certificate_file.empty()) return;
  need_file(options.certificate_file, "certificate_file");
  need_file(options.key_file, "key_file");
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) != 1)
    bad_file(options.certificate_file, "certificate_file", "the client's certificate in PEM");
  // A key with a pass phrase would ask for it on the terminal.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });
  if (SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    bad_file(options.key_file, "key_file", "the key of certificate_file in PEM, without a pass phrase");
  if (SSL_CTX_check_private_key(context) != 1) bad_file(options.key_file, "key_file", "the key of certificate_file");
}

TlsContext::~TlsContext() = default;

}  // namespace takt::io::detail
