#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Completions and the man page hold what --help tells, and the programs they are for accept them."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TAKT = Path(os.environ["TAKT_BUILD_DIR"]) / "takt"
SHELLS = ("bash", "zsh", "fish")


def run(*command, **options):
    return subprocess.run([str(each) for each in command], capture_output=True, text=True, timeout=60, **options)


def data(*command, **options):
    done = run(*command, **options)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout


def verbs():
    return re.findall(r"^  (\w+) +[A-Z]", data(TAKT, "--help").split("Subcommands:")[1], re.MULTILINE)


def options_of(verb):
    return set(re.findall(r"^  (?:-\w,)?(--[\w-]+)", data(TAKT, verb, "--help"), re.MULTILINE))


class Texts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def completion(self, shell):
        file = self.folder / f"takt.{shell}"
        file.write_text(data(TAKT, "completion", shell), encoding="utf-8")
        return file


class Completion(Texts):
    def in_bash(self, *words):
        """What bash offers for the last of these words."""
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _takt;'
                  ' printf "%s\\n" "${COMPREPLY[@]}"')
        told = data("bash", "--norc", "-uc", script, "bash", self.completion("bash"), "takt", *words, cwd=self.folder)
        return set(told.split("\n")) - {""}

    def test_bash_offers_the_verbs(self):
        self.assertGreaterEqual(set(verbs()), {"validate", "run", "sync", "completion", "manual"})
        self.assertEqual(self.in_bash(""), {*verbs(), "--help", "--version"})
        self.assertEqual(self.in_bash("va"), {"validate"})
        self.assertEqual(self.in_bash("--v"), {"--version"})

    def test_bash_offers_the_options_that_help_tells(self):
        for verb in verbs():
            self.assertEqual(self.in_bash(verb, "--"), options_of(verb), verb)
        self.assertEqual(self.in_bash("run", "plant.json", "--hor"), {"--horizon"})

    def test_bash_offers_files_where_files_are_wanted(self):
        for name in ("my plant.json", "plant.json"):
            (self.folder / name).touch()
        (self.folder / "plants").mkdir()
        everything = {"my plant.json", "plant.json", "plants", "takt.bash"}
        self.assertEqual(self.in_bash("run", ""), everything)
        self.assertEqual(self.in_bash("run", "pl"), {"plant.json", "plants"})
        self.assertEqual(self.in_bash("run", "plant.json", "--snapshots", "my"), {"my plant.json"})
        self.assertEqual(self.in_bash("run", "plant.json", "--horizon", ""), set())

    def test_bash_offers_words_where_words_are_wanted(self):
        self.assertEqual(self.in_bash("completion", ""), set(SHELLS))
        self.assertEqual(self.in_bash("completion", "z"), {"zsh"})
        self.assertEqual(self.in_bash("schema", ""), set(data(TAKT, "schema").split()))
        self.assertEqual(self.in_bash("schema", "takt-sp"), {"takt-space/1"})
        self.assertEqual(self.in_bash("unknown", ""), set())

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_reads_its_own(self):
        script = 'autoload -Uz compinit; compinit -u -D; source "$1"; print -r -- "$_comps[takt]"'
        self.assertEqual(data("zsh", "-f", "-c", script, "zsh", self.completion("zsh")), "_takt\n")

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish_offers_verbs_and_options(self):
        def offers(line):
            home = {**os.environ, "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
            script = f'source {self.completion("fish")}; complete -C "{line}"'
            told = data("fish", "--no-config", "-c", script, env=home, cwd=self.folder)
            return {each.split("\t")[0] for each in told.splitlines()}

        self.assertEqual(offers("takt "), set(verbs()))
        for verb in verbs():
            self.assertEqual(offers(f"takt {verb} --"), options_of(verb), verb)
        self.assertEqual(offers("takt completion "), set(SHELLS))

    def test_every_shell_is_told_every_option(self):
        for shell in SHELLS:
            text = self.completion(shell).read_text(encoding="utf-8")
            for verb in verbs():
                for option in options_of(verb):
                    name = f"-l {option[2:]} " if shell == "fish" else option
                    self.assertIn(name, text, f"{shell} {verb}")

    def test_another_shell_is_wrong_usage(self):
        done = run(TAKT, "completion", "tcsh")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("bash", done.stderr)


class Manual(Texts):
    def setUp(self):
        super().setUp()
        self.page = self.folder / "takt.1"
        self.page.write_text(data(TAKT, "manual"), encoding="utf-8")

    def test_it_holds_every_verb_and_option(self):
        text = self.page.read_text(encoding="utf-8").replace("\\-", "-")
        for verb in verbs():
            section = re.search(rf"^\.SS \\fBtakt {verb}\\fR.*?(?=^\.S[SH])", text, re.MULTILINE | re.DOTALL)
            self.assertTrue(section, verb)
            for option in options_of(verb) - {"--help"}:
                self.assertIn(f".TP\n\\fB{option}\\fR", section[0])
        for status in (0, 2, 3, 4, 130):
            self.assertIn(f".TP\n.B {status}\n", text)

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_groff_accepts_it(self):
        self.assertEqual(data("groff", "-man", "-Tutf8", "-ww", "-z", self.page), "")

    @unittest.skipUnless(shutil.which("man"), "man is not installed")
    def test_man_shows_it(self):
        told = data("man", "--warnings", "-l", self.page, env={**os.environ, "MANWIDTH": "200", "LC_ALL": "C.UTF-8"})
        self.assertIn("takt - digital twins of factories", told)
        self.assertIn("takt run PLANT --horizon D [option ...]", told)


if __name__ == "__main__":
    unittest.main()
