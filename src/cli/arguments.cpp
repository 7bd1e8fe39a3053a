// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "cli/exit_status.hpp"
#include "cli/interrupt.hpp"
#include "cli/messages.hpp"
#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"
#include "takt/core/version.hpp"

namespace takt::cli {
namespace {

std::string footer() {
  std::vector<std::string> statuses;
  for (const StatusMeaning& each : kStatusMeanings)
    statuses.push_back(fmt::format("{} {}", static_cast<int>(each.status), each.meaning));
  return fmt::format("{}\nExit status: {}.", kStreams, fmt::join(statuses, ", "));
}

std::uint64_t whole_number(const std::string& text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || value < least || value > most) {
    throw InvalidInput(
        Fault{.value = '"' + text + '"', .expected = fmt::format("a whole number from {} to {}", least, most)});
  }
  return value;
}

/// A first argument that is no verb; CLI11 would only say that one is missing.
bool is_unknown_verb(int argc, char** argv, std::span<const Verb> verbs) {
  if (argc < 2 || argv[1][0] == '-') return false;
  std::vector<std::string> names;
  for (const Verb& verb : verbs) names.emplace_back(verb.name);
  if (std::ranges::find(names, argv[1]) != names.end()) return false;
  say(to_text(Fault{.value = argv[1],
                    .expected = fmt::format("one of {}", fmt::join(names, ", ")),
                    .nearest = nearest_name(argv[1], names)}) +
      "\nRun with --help for more information.");
  return true;
}

}  // namespace

CLI::Option& Arguments::add(const char* flag, const char* shape, Reader reader, const char* help) {
  const std::string_view names = flag;  // "--out,-o": the first is the one that is told
  declared_.push_back({.name = std::string(names.substr(0, names.find(','))),
                       .shape = shape,
                       .kind = Declared::Kind::value,
                       .help = help});
  const auto read = [flag, reader = std::move(reader)](const std::vector<std::string>& values) {
    try {
      for (const std::string& value : values) reader(value);
    } catch (const InvalidInput& error) {
      throw CLI::ValidationError(flag, to_text(error.faults().front()));
    }
  };
  CLI::Option* option = app_.add_option_function<std::vector<std::string>>(flag, read, help);
  option->type_name(shape)->expected(1);
  option->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  return *option;
}

void Arguments::file(const char* name, std::filesystem::path& into, const char* help) {
  declared_.push_back({.name = name, .shape = {}, .kind = Declared::Kind::file, .help = help, .required = true});
  app_.add_option_function<std::string>(
          name, [&into](const std::string& value) { into = value; }, help)
      ->type_name("FILE")
      ->required();
}

void Arguments::file(const char* name, std::optional<std::filesystem::path>& into, const char* help) {
  declared_.push_back({.name = name, .shape = {}, .kind = Declared::Kind::file, .help = help});
  app_.add_option_function<std::string>(
          name, [&into](const std::string& value) { into = value; }, help)
      ->type_name("FILE");
}

void Arguments::files(const char* name, std::vector<std::filesystem::path>& into, const char* help) {
  declared_.push_back(
      {.name = name, .shape = {}, .kind = Declared::Kind::file, .help = help, .required = true, .repeated = true});
  app_.add_option_function<std::vector<std::string>>(
          name, [&into](const std::vector<std::string>& values) { into.assign(values.begin(), values.end()); }, help)
      ->type_name("FILE")
      ->required();
}

void Arguments::option(const char* flag, std::vector<std::string> choices, std::string& into, const char* help) {
  app_.add_option(flag, into, help)
      ->check(CLI::IsMember(choices))
      ->type_name(fmt::format("{}", fmt::join(choices, "|")));
  declared_.push_back({.name = flag,
                       .shape = "WORD",
                       .kind = Declared::Kind::choice,
                       .help = help,
                       .required = false,
                       .repeated = false,
                       .choices = std::move(choices)});
}

void Arguments::choice(const char* name, std::vector<std::string> choices, std::string& into, const char* help) {
  app_.add_option(name, into, help)
      ->check(CLI::IsMember(choices))
      ->type_name(fmt::format("{}", fmt::join(choices, "|")))
      ->required();
  declared_.push_back({.name = name,
                       .shape = {},
                       .kind = Declared::Kind::choice,
                       .help = help,
                       .required = true,
                       .repeated = false,
                       .choices = std::move(choices)});
}

void Arguments::option(const char* flag, const char* shape, std::optional<std::filesystem::path>& into,
                       const char* help) {
  add(
      flag, shape, [&into](const std::string& value) { into = value; }, help);
  declared_.back().kind = Declared::Kind::file;
}

void Arguments::required(const char* flag, const char* shape, std::optional<std::filesystem::path>& into,
                         const char* help) {
  add(
      flag, shape, [&into](const std::string& value) { into = value; }, help)
      .required();
  declared_.back().kind = Declared::Kind::file;
  declared_.back().required = true;
}

void Arguments::option(const char* flag, const char* shape, Duration& into, const char* help, Need need) {
  const auto read = [&into](const std::string& value) { into = parse_duration(value); };
  add(flag, shape, read, help).required(need == Need::required);
  declared_.back().required = need == Need::required;
}

void Arguments::option(const char* flag, const char* shape, std::uint64_t& into, const char* help) {
  add(
      flag, shape,
      [&into](const std::string& value) { into = whole_number(value, 0, std::numeric_limits<std::uint64_t>::max()); },
      help);
}

void Arguments::option(const char* flag, const char* shape, std::uint32_t& into, Range range, const char* help) {
  const auto read = [&into, range](const std::string& value) {
    into = static_cast<std::uint32_t>(whole_number(value, range.least, range.most));
  };
  add(flag, shape, read, help);
}

void Arguments::repeated(const char* flag, const char* shape, Reader reader, const char* help) {
  add(flag, shape, std::move(reader), help).multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  declared_.back().repeated = true;
}

void Arguments::words(const char* name, std::vector<std::string> words, Reader reader, const char* help) {
  repeated(name, "NAME", std::move(reader), help);
  declared_.back().kind = Declared::Kind::choice;
  declared_.back().choices = std::move(words);
}

void Arguments::flag(const char* flag, bool& into, const char* help) {
  app_.add_flag(flag, into, help);
  declared_.push_back({.name = flag, .shape = {}, .kind = Declared::Kind::flag, .help = help});
}

std::vector<Declared> declared_by(const Verb& verb) {
  CLI::App app;
  Arguments arguments(app);
  verb.declare(arguments);
  return arguments.declared();
}

namespace {

/// The flag that was meant, where one was mistyped; "" where none comes near.
std::string meant(const CLI::App& app) {
  for (const CLI::App* chosen : app.get_subcommands()) {
    std::vector<std::string> flags;
    for (const CLI::Option* option : chosen->get_options())
      for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
    for (const std::string& word : chosen->remaining()) {
      if (!word.starts_with("--")) continue;
      const std::string name = word.substr(0, word.find('='));
      const auto longer = std::ranges::find_if(flags, [&](const std::string& flag) { return flag.starts_with(name); });
      std::string nearest = longer != flags.end() && name != "--" ? *longer : nearest_name(name, flags);
      if (!nearest.empty()) return nearest;
    }
  }
  return "";
}

}  // namespace

int run_command_line(int argc, char** argv, std::span<const Verb> verbs) {
  if (is_unknown_verb(argc, argv, verbs)) return kWrongUsage;
  CLI::App app(kPurpose, "takt");
  app.set_version_flag("--version", std::string("takt ") + kVersion);
  app.footer(footer());
  app.require_subcommand(1);
  std::map<const CLI::App*, Action> actions;
  for (const Verb& verb : verbs) {
    CLI::App* subcommand = app.add_subcommand(verb.name, verb.help);
    subcommand->footer(footer());
    Arguments arguments(*subcommand);
    actions[subcommand] = verb.declare(arguments);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (app.exit(error) == 0) return kDone;
    if (const std::string nearest = meant(app); !nearest.empty()) say(fmt::format("did you mean {}?", nearest));
    return kWrongUsage;
  }
  const CLI::App* chosen = app.get_subcommands().front();
  const Interrupt interrupt;
  return guarded([&] {
    try {
      return actions[chosen](interrupt.token());
    } catch (const WrongUsage& error) {
      say(fmt::format("{}\nRun with --help for more information.", error.what()));
      return static_cast<int>(kWrongUsage);
    }
  });
}

}  // namespace takt::cli
