// SPDX-License-Identifier: Apache-2.0
#include "cli/manual.hpp"

#include <fmt/format.h>

#include <string_view>

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/verbs.hpp"
#include "takt/core/version.hpp"

namespace takt::cli {
namespace {

/// Plain text as roff: no character of it is a command.
std::string roff(std::string_view text) {
  std::string out;
  for (const char each : text) {
    if (each == '\\')
      out += "\\e";
    else if (each == '-')
      out += "\\-";
    else if (each == '\'')
      out += "\\(aq";
    else
      out += each;
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

/// "PLANT", "--horizon D": the name in bold, what is to be put in its place in italics.
std::string roff(const Declared& argument) {
  if (!argument.is_option()) return "\\fI" + roff(argument.name) + "\\fR";
  std::string text = "\\fB" + roff(argument.name) + "\\fR";
  if (!argument.shape.empty()) text += " \\fI" + roff(argument.shape) + "\\fR";
  return text;
}

/// What a verb has to be given, and whether there are options.
std::string usage(const Verb& verb) {
  std::string text = "\\fBtakt " + roff(verb.name) + "\\fR";
  bool has_options = false;
  for (const Declared& each : declared_by(verb)) {
    if (each.required)
      text += " " + roff(each) + (each.repeated && !each.is_option() ? " ..." : "");
    else if (each.is_option())
      has_options = true;
    else
      text += " [" + roff(each) + "]";
  }
  return text + (has_options ? " [\\fIoption\\fR ...]" : "");
}

std::string section(const Verb& verb) {
  std::string text = ".SS " + usage(verb) + "\n" + roff(verb.help) + "\n";
  for (const Declared& each : declared_by(verb)) {
    text += ".TP\n" + roff(each) + "\n" + roff(each.help);
    if (each.kind == Declared::Kind::choice) text += fmt::format(": {}", fmt::join(each.choices, ", "));
    if (each.is_option() && each.required) text += " (required)";
    if (each.is_option() && each.repeated) text += " (may be given many times)";
    text += "\n";
  }
  return text;
}

}  // namespace

std::string manual(std::span<const Verb> verbs) {
  std::string synopsis, sections, statuses;
  for (const Verb& verb : verbs) {
    if (!synopsis.empty()) synopsis += ".br\n";
    synopsis += usage(verb) + "\n";
    sections += section(verb);
  }
  for (const StatusMeaning& each : kStatusMeanings)
    statuses += fmt::format(".TP\n.B {}\n{}\n", static_cast<int>(each.status), roff(each.meaning));
  return fmt::format(
      ".TH TAKT 1 \"\" \"takt {}\" \"User Commands\"\n"
      ".SH NAME\ntakt \\- digital twins of factories\n"
      ".SH SYNOPSIS\n{}"
      ".SH DESCRIPTION\n{}\n.PP\n{}\n"
      ".PP\n\\fBtakt \\-\\-version\\fR tells the version, \\fBtakt\\fR \\fIverb\\fR \\fB\\-\\-help\\fR what a verb "
      "takes.\n"
      ".SH VERBS\n{}"
      ".SH EXIT STATUS\n{}",
      kVersion, synopsis, roff(kPurpose), roff(kStreams), sections, statuses);
}

Action declare_manual(Arguments&) {
  return [](const std::stop_token&) {
    print_data(manual(all_verbs()));
    return static_cast<int>(kDone);
  };
}

}  // namespace takt::cli
