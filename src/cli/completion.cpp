// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.hpp"

#include <fmt/format.h>

#include <memory>
#include <string_view>

#include "cli/exit_status.hpp"
#include "cli/messages.hpp"
#include "cli/verbs.hpp"

namespace takt::cli {
namespace {

using Kind = Declared::Kind;

/// Text with a backslash before each of some characters.
std::string escaped(std::string_view text, std::string_view which) {
  std::string out;
  for (const char each : text) {
    if (which.find(each) != std::string_view::npos) out += '\\';
    out += each;
  }
  return out;
}

/// Text between single quotes of a POSIX shell.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char each : text) out += each == '\'' ? std::string("'\\''") : std::string(1, each);
  return out + "'";
}

/// What a verb takes, as the names of one kind with a space on either side of each.
struct BashVerb {
  std::string options = " --help ", files = " ", values = " ";
  std::string operand;  ///< "file", or the words it may be
};

BashVerb bash_verb(const Verb& verb) {
  BashVerb made;
  for (const Declared& each : declared_by(verb)) {
    if (each.is_option()) made.options += each.name + " ";
    if (each.is_option() && each.kind == Kind::file) made.files += each.name + " ";
    if (each.is_option() && (each.kind == Kind::value || each.kind == Kind::choice)) made.values += each.name + " ";
    if (!each.is_option())
      made.operand = each.kind == Kind::file ? "file" : fmt::format("{}", fmt::join(each.choices, " "));
  }
  return made;
}

/// An argument as _arguments of zsh takes it.
std::string zsh_spec(const Declared& argument) {
  constexpr std::string_view kSpecial = "[]:\\";
  const std::string help = escaped(argument.help, kSpecial);
  const std::string action = argument.kind == Kind::file     ? ":_files"
                             : argument.kind == Kind::choice ? fmt::format(":({})", fmt::join(argument.choices, " "))
                                                             : ": ";
  if (!argument.is_option())
    return shell_quoted((argument.repeated ? "*:" : "1:") + escaped(argument.name, kSpecial) + action);
  const std::string name = (argument.repeated ? "*" : "") + argument.name + "[" + help + "]";
  if (argument.kind == Kind::flag) return shell_quoted(name);
  return shell_quoted(name + ":" + escaped(argument.shape, kSpecial) + action);
}

/// A line of fish about an argument of a verb.
std::string fish_line(const Verb& verb, const Declared& argument) {
  const auto text = [](std::string_view plain) { return "'" + escaped(plain, "'\\") + "'"; };
  std::string line = fmt::format("complete -c takt -n '__fish_seen_subcommand_from {}'", verb.name);
  if (argument.is_option()) line += " -l " + argument.name.substr(argument.name.find_first_not_of('-'));
  if (argument.kind == Kind::file) line += argument.is_option() ? " -r -F" : " -F";
  if (argument.kind == Kind::value) line += " -x";
  if (argument.kind == Kind::choice)
    line += (argument.is_option() ? " -x -a " : " -a ") + text(fmt::format("{}", fmt::join(argument.choices, " ")));
  return line + " -d " + text(argument.help) + "\n";
}

struct Options {
  std::string shell;
};

int print_completion(const Options& options) {
  const std::span<const Verb> verbs = all_verbs();
  print_data(options.shell == "bash"  ? bash_completion(verbs)
             : options.shell == "zsh" ? zsh_completion(verbs)
                                      : fish_completion(verbs));
  return kDone;
}

}  // namespace

std::string bash_completion(std::span<const Verb> verbs) {
  std::string names, cases;
  for (const Verb& verb : verbs) {
    const BashVerb made = bash_verb(verb);
    names += std::string(verb.name) + " ";
    cases += fmt::format("    {}) options={} files={} values={} operand={} ;;\n", verb.name, shell_quoted(made.options),
                         shell_quoted(made.files), shell_quoted(made.values), shell_quoted(made.operand));
  }
  return "# Completion of takt for bash.\n"
         "_takt() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "  local options='' files=' ' values=' ' operand=''\n"
         "  COMPREPLY=()\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W '" +
         names +
         "--help --version' -- \"$cur\")\n"
         "    return\n"
         "  fi\n"
         "  case ${COMP_WORDS[1]} in\n" +
         cases +
         "  esac\n"
         "  if [[ $values == *\" $prev \"* ]]; then\n"
         "    return\n"
         "  elif [[ $files == *\" $prev \"* || $operand == file && $cur != -* ]]; then\n"
         "    compopt -o filenames 2>/dev/null\n"
         "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
         "  elif [[ $cur == -* ]]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
         "  else\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$operand\" -- \"$cur\")\n"
         "  fi\n"
         "}\n"
         "complete -F _takt takt\n";
}

std::string zsh_completion(std::span<const Verb> verbs) {
  std::string names, cases;
  for (const Verb& verb : verbs) {
    names += "    " + shell_quoted(std::string(verb.name) + ":" + escaped(verb.help, ":\\")) + "\n";
    cases += fmt::format("    {})\n      _arguments '--help[What this verb takes]'", verb.name);
    for (const Declared& each : declared_by(verb)) cases += " \\\n        " + zsh_spec(each);
    cases += "\n      ;;\n";
  }
  return "#compdef takt\n"
         "# Completion of takt for zsh.\n"
         "_takt() {\n"
         "  local -a verbs=(\n" +
         names +
         "  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe -t verbs verb verbs\n"
         "    [[ $words[CURRENT] == -* ]] && compadd -- --help --version\n"
         "    return\n"
         "  fi\n"
         "  local verb=$words[2]\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  case $verb in\n" +
         cases +
         "  esac\n"
         "}\n"
         "# Read by compinit as the function's body, or by the user as a script.\n"
         "if [[ $funcstack[1] == _takt ]]; then\n"
         "  _takt \"$@\"\n"
         "else\n"
         "  compdef _takt takt\n"
         "fi\n";
}

std::string fish_completion(std::span<const Verb> verbs) {
  std::string text =
      "# Completion of takt for fish.\n"
      "complete -c takt -f\n"
      "complete -c takt -l help -d 'What takt or a verb takes'\n"
      "complete -c takt -n __fish_use_subcommand -l version -d 'The version of takt'\n";
  for (const Verb& verb : verbs)
    text +=
        fmt::format("complete -c takt -n __fish_use_subcommand -a {} -d '{}'\n", verb.name, escaped(verb.help, "'\\"));
  for (const Verb& verb : verbs)
    for (const Declared& each : declared_by(verb)) text += fish_line(verb, each);
  return text;
}

Action declare_completion(Arguments& arguments) {
  const auto options = std::make_shared<Options>();  // shared: an action can be copied
  arguments.choice("SHELL", {"bash", "zsh", "fish"}, options->shell, "The shell that is to read it");
  return [options](const std::stop_token&) { return print_completion(*options); };
}

}  // namespace takt::cli
