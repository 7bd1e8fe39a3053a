#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the pages show runs, and prints what they say it prints.

A page of docs/ takes part if it holds the line ``<!-- every block runs -->``. Of such a page

- a ```json or ```jsonl block directly behind a line that ends with a name in backquotes and a colon (`line.json`:)
  is that file; all files of a page are written before its first block runs;
- every ```python and ```sh block runs, in the order of the page, in one temporary folder a page. The Python blocks
  share their names, as one session does; a shell block is a `bash -eu` of its own, with `takt` on its PATH;
- a ```text block directly behind a ```python or ```sh block is what that block writes to standard output, to the
  letter.

"Directly behind" lets empty lines lie between. Blocks of other languages are only shown.

  snippets_test.py --update    writes what the blocks print into the pages: read the difference before it is kept
"""
import contextlib
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback
import unittest
import warnings
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TAKT_BUILD_DIR", ROOT / "build" / "release")).resolve()
MARK = "<!-- every block runs -->"
# The pages that have to take part, so that none drops out unseen.
PAGES = {"choosing.md", "discovery.md", "forks_and_studies.md", "laws.md", "python.md", "study.md", "time_and_calendars.md",
         "twin.md"}


class Block(NamedTuple):
    language: str
    text: str
    line: int  # of its first line of text
    before: str  # the last line before it that is not empty
    follows: bool  # whether only empty lines lie between it and the block before


def blocks_of(page):
    """The fenced blocks of a page, in order."""
    blocks, before, follows = [], "", False
    language, fence, first, text = "", "", 0, []
    for number, line in enumerate(page.splitlines(), 1):
        if fence:
            if line.rstrip() == fence:
                blocks.append(Block(language, "".join(f"{one}\n" for one in text), first, before, follows))
                fence, follows = "", True
            else:
                text.append(line)
        elif opened := re.match(r"(`{3,})\s*([^\s`]*)\s*$", line):
            fence, language, first, text = opened[1], opened[2], number + 1, []
        elif line.strip():
            before, follows = line.strip(), False
    if fence:
        raise ValueError(f"the block of line {first} has no end")
    return blocks


class Wrong(AssertionError):
    """A page does not do what it says."""


def run_python(block, name, names):
    """What a block prints. Lines of errors are those of the page; a warning of takt is an error."""
    printed = io.StringIO()
    code = compile("\n" * (block.line - 1) + block.text, name, "exec")
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        exec(code, names)
    return printed.getvalue()


def run_shell(block):
    done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", block.text], capture_output=True, text=True,
                          check=False, timeout=200, env={**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}"})
    if done.returncode != 0:
        raise Wrong(f"exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def run_page(page, name, tell=None):
    """Runs a page in the working directory; raises Wrong at the first block that fails or prints something else than
    is shown, unless `tell` is there to be handed the block that shows it and what was printed."""
    blocks = blocks_of(page)
    for block in blocks:
        named = re.search(r"`([\w.-]+)`:$", block.before)
        if block.language in ("json", "jsonl") and named and not block.follows:
            pathlib.Path(named[1]).write_text(block.text, encoding="utf-8")
    names = {"__name__": "__main__"}
    for block, behind in zip(blocks, [*blocks[1:], None]):
        if block.language not in ("python", "sh"):
            continue
        where = f"{name}:{block.line}"
        try:
            printed = run_python(block, name, names) if block.language == "python" else run_shell(block)
        except Exception as error:
            raise Wrong(f"{where}: {''.join(traceback.format_exception(error))}") from None
        if behind is not None and behind.language == "text" and behind.follows and printed != behind.text:
            if tell is not None:
                tell(behind, printed)
                continue
            raise Wrong(f"{where}: the page shows\n{behind.text}and the block prints\n{printed}")


@contextlib.contextmanager
def folder_of_its_own():
    before = pathlib.Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def marked_pages():
    pages = [(path, path.read_text(encoding="utf-8")) for path in sorted((ROOT / "docs").glob("*.md"))]
    return [(path, page) for path, page in pages if MARK in page.split("\n")]


def update():
    """Puts what the blocks print where the pages show it."""
    for path, page in marked_pages():
        lines, changed = page.splitlines(keepends=True), []
        with folder_of_its_own():
            run_page(page, path.name, lambda block, printed, to=changed: to.append((block, printed)))
        for block, printed in reversed(changed):
            lines[block.line - 1 : block.line - 1 + block.text.count("\n")] = [printed]
        path.write_text("".join(lines), encoding="utf-8")


class Pages(unittest.TestCase):
    def test_the_pages_that_must_take_part_do(self):
        self.assertEqual(PAGES - {path.name for path, _ in marked_pages()}, set())

    @unittest.skipUnless(os.environ.get("PYTHONPATH"), "the Python package is not built")
    def test_every_block_runs_and_prints_what_is_shown(self):
        for path, page in marked_pages():
            with self.subTest(path.name), folder_of_its_own():
                run_page(page, path.name)


class TheRule(unittest.TestCase):
    """What the head of this file says, on small pages."""

    def run_page(self, *lines):
        with folder_of_its_own():
            run_page("\n".join(lines), "page.md")

    def test_names_stay_and_files_are_there(self):
        self.run_page("```python", "import pathlib", "n = int(pathlib.Path('n.json').read_text())", "```",
                      "then", "```sh", "cat n.json", "```", "", "```text", "3", "```",
                      "```python", "print(n)", "```", "```text", "3", "```",
                      "In `n.json`:", "", "```json", "3", "```")

    def test_an_output_that_differs_is_told(self):
        for language, code in (("python", "print('a')"), ("sh", "echo a")):
            self.run_page(f"```{language}", code, "```", "```text", "a", "```")
            with self.assertRaisesRegex(Wrong, "page.md:2"):
                self.run_page(f"```{language}", code, "```", "", "```text", "b", "```")

    def test_a_block_that_fails_is_told_with_its_line(self):
        with self.assertRaisesRegex(Wrong, 'File "page.md", line 4'):
            self.run_page("word", "", "```python", "1 / 0", "```")
        with self.assertRaisesRegex(Wrong, "exit status 1"):
            self.run_page("```sh", "false", "true", "```")

    def test_a_text_block_behind_words_is_no_output(self):
        self.run_page("```python", "print('a')", "```", "Such as", "```text", "b", "```")

    def test_other_blocks_are_only_shown(self):
        self.run_page("```cpp", "no C++", "```", "```json", "{", "```")

    def test_a_block_without_an_end_is_told(self):
        with self.assertRaisesRegex(ValueError, "no end"):
            self.run_page("```python", "1")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        sys.exit(update())
    unittest.main(verbosity=2)
