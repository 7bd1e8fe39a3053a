#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""takt installed, and found by projects of others: in their own folder, by find_package, and by docs/installing.md."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ["TAKT_BUILD_DIR"])
CONSUMER = Path(__file__).parent / "consumer"
PAGE = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
CACHE = dict(re.findall(r"^(\w+):\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(encoding="utf-8"), re.MULTILINE))

# As takt itself is built, so that ccache has what a consumer builds of it.
TYPE = CACHE["CMAKE_BUILD_TYPE"]
FLAGS = {"Release": "-O2 -DNDEBUG", "RelWithDebInfo": "-O2 -g1"}.get(TYPE, "")
OPTIONS = [f"-DCMAKE_BUILD_TYPE={TYPE}", f"-DCMAKE_CXX_FLAGS_{TYPE.upper()}={FLAGS}",
           f"-DCMAKE_CXX_COMPILER={CACHE['CMAKE_CXX_COMPILER']}", f"-DTAKT_WERROR={CACHE['TAKT_WERROR']}"]
if shutil.which("ninja"):
    OPTIONS += ["-G", "Ninja"]
if shutil.which("ccache"):
    OPTIONS += ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"]


def run(*command, **options):
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, timeout=280, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def installed(prefix):
    run("cmake", "--install", BUILD, "--prefix", prefix)
    return prefix


class Folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if CACHE.get("TAKT_SANITIZE"):
            raise unittest.SkipTest("the build has sanitizers, which its users would need too")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)

    def configured(self, name, *options):
        """What CMake said, and the folder it made ready."""
        build = self.folder / name
        return run("cmake", "-S", CONSUMER, "-B", build, *OPTIONS, *options), build


class Installed(Folder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prefix = installed(cls.folder / "prefix")

    def test_every_public_header_is_there(self):
        def headers(include):
            return {file.relative_to(include) for file in include.rglob("*") if file.is_file()}

        self.assertEqual(headers(self.prefix / "include"), headers(ROOT / "include"))

    def test_the_command_brings_its_manual_and_its_completions(self):
        takt, share = self.prefix / "bin" / "takt", self.prefix / "share"
        self.assertRegex(run(takt, "--version"), r"^takt \d+\.\d+\.\d+\n$")
        texts = {
            "man/man1/takt.1": ["manual"],
            "bash-completion/completions/takt": ["completion", "bash"],
            "zsh/site-functions/_takt": ["completion", "zsh"],
            "fish/vendor_completions.d/takt.fish": ["completion", "fish"],
        }
        for file, words in texts.items():
            self.assertEqual((share / file).read_text(encoding="utf-8"), run(takt, *words), file)

    def test_the_package_names_no_folder_of_the_build(self):
        for file in (self.prefix / "lib").rglob("*.cmake"):
            text = file.read_text(encoding="utf-8")
            for folder in (ROOT, BUILD):
                self.assertNotIn(str(folder), text, file)

    def test_a_project_finds_it_and_links_all_of_it_in_two_files(self):
        build = self.configured("found", f"-DCMAKE_PREFIX_PATH={self.prefix}")[1]
        run("cmake", "--build", build)
        self.assertEqual(run(build / "whole"), "360 parts an hour, kept\n")
        self.assertEqual(run(build / "engine"), "360 parts an hour\n")

    def test_the_engine_alone_asks_for_no_more_than_it_needs(self):
        components = "-DCOMPONENTS=COMPONENTS;engine"
        said, build = self.configured("engine_alone", f"-DCMAKE_PREFIX_PATH={self.prefix}", components)
        self.assertNotIn("HDF5", said)
        self.assertNotIn("HDF5", (build / "CMakeCache.txt").read_text(encoding="utf-8"))
        run("cmake", "--build", build)
        self.assertEqual(run(build / "engine"), "360 parts an hour\n")
        self.assertFalse((build / "whole").exists())

    def test_another_version_or_an_unknown_part_is_not_found(self):
        for asked, found in {"0.1": True, "0.1 COMPONENTS engine takt": True, "0.2": False, "1.0": False, "0.0": False,
                             "0.1 COMPONENTS motor": False}.items():
            project = self.folder / f"asks for {asked}"
            project.mkdir()
            text = f"cmake_minimum_required(VERSION 3.25)\nproject(asks CXX)\nfind_package(takt {asked} QUIET)\n"
            (project / "CMakeLists.txt").write_text(text + 'message("found: ${takt_FOUND}")\n', encoding="utf-8")
            done = subprocess.run(["cmake", "-S", project, "-B", project / "build", *OPTIONS,
                                   f"-DCMAKE_PREFIX_PATH={self.prefix}"], capture_output=True, text=True, timeout=60)
            self.assertIn(f"found: {1 if found else 0}\n", done.stderr, asked)


class Subdirectory(Folder):
    def test_a_project_that_has_takt_in_a_folder_builds_what_it_links(self):
        build = self.configured("subdirectory", f"-DTAKT_SOURCE_DIR={ROOT}")[1]
        targets = run("cmake", "--build", build, "--target", "help")
        self.assertIn("takt_engine", targets)
        self.assertNotRegex(targets, r"takt_python|public_headers|_tests|_benchmark|first_look|takt_texts")
        run("cmake", "--build", build, "--target", "engine", "-j2")
        self.assertEqual(run(build / "engine"), "360 parts an hour\n")
        self.assertFalse((build / "takt" / "libtakt_takt.a").exists())


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


class Documentation(Folder):
    """A folder that looks like the repository's root after a build."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.folder / "build").mkdir()
        (cls.folder / "build" / "release").symlink_to(BUILD)
        for name in ("examples", "include", "python", "pyproject.toml", "setup.py", "README.md", "LICENSE"):
            (cls.folder / name).symlink_to(ROOT / name)
        app = cls.folder / "app"
        app.mkdir()
        (app / "CMakeLists.txt").write_text("".join(blocks("cmake")), encoding="utf-8")
        (app / "main.cpp").write_text("".join(blocks("cpp")), encoding="utf-8")

    def commands(self, *words):
        """Runs the commands that have one of these words, in their order; they leave the real home alone."""
        found = [block for block in blocks("sh") if any(word in block for word in words)]
        self.assertTrue(found)
        environment = {**os.environ, "HOME": str(self.folder / "home")}
        environment.pop("PYTHONPATH", None)
        return run("bash", "-euc", "".join(found), cwd=self.folder, env=environment)

    def test_the_library_is_installed_and_used(self):
        told = self.commands("cmake ")
        self.assertRegex(told, r"(?m)^takt \d+\.\d+\.\d+$")
        self.assertRegex(told, r"(?m)^\d+ parts in the plant after 8 h$")

    @unittest.skipUnless(list((BUILD / "python" / "takt").glob("_core*")), "the Python package is not built")
    def test_the_python_package_is_installed_and_made_a_wheel(self):
        told = self.commands("/pip")
        self.assertRegex(told, r"(?m)^\d+\.\d+\.\d+$")
        self.assertIn("Successfully built takt", told)
        self.assertEqual(len(list((self.folder / "dist").glob("takt-*.whl"))), 1)

    def test_every_command_is_among_those(self):
        for block in blocks("sh"):
            self.assertRegex(block, "cmake |/pip")

    def test_the_packages_of_the_page_are_those_the_module_loads(self):
        if not shutil.which("dpkg-query") or not (BUILD / "takt").exists():
            self.skipTest("there is no dpkg to ask")
        dynamic = run("readelf", "-d", BUILD / "takt")
        for library in re.findall(r"NEEDED.*\[(lib(?:fmt|date|hdf5)[^\]]*)\]", dynamic):
            owner = run("dpkg-query", "-S", f"*/{library}").split(":")[0]
            self.assertIn(f"`{owner}`", PAGE, library)


if __name__ == "__main__":
    unittest.main()
