#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The notebooks as pages in a browser: every cell runs, and what it shows asks for nothing and has no script error.

  TAKT_PICTURES=FOLDER  keeps a picture (PNG) of each

Needs python3-nbconvert, python3-ipykernel and chromium."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "report"))
import browser  # noqa: E402

try:
    import ipykernel  # noqa: F401
    import nbformat
    from nbconvert import HTMLExporter
    from nbconvert.preprocessors import ExecutePreprocessor
except ImportError as error:
    print(f"needs python3-nbconvert and python3-ipykernel: {error}")
    sys.exit(77)
if browser.CHROMIUM is None:
    print("needs chromium")
    sys.exit(77)

NOTEBOOKS = sorted((ROOT / "python" / "notebooks").glob("*.ipynb"))
# The page around the cells is made here: that of nbconvert loads its scripts from elsewhere.
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><link rel="icon" href="data:,">
<style>
body {{ font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; max-width: 1000px; margin: 2em auto; }}
pre {{ overflow-x: auto; }} .input pre {{ background: #f4f4f4; padding: 0.6em; }} img, svg {{ max-width: 100%; }}
table {{ border-collapse: collapse; }} td, th {{ padding: 0.2em 0.6em; text-align: right; }}
</style></head><body>{cells}</body></html>
"""


class Notebooks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def page_of(self, file):
        """The notebook, run, as a page."""
        notebook = nbformat.read(file, as_version=4)
        ExecutePreprocessor(timeout=120).preprocess(notebook, {"metadata": {"path": str(file.parent)}})
        cells, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
        page = self.folder / f"{file.stem}.html"
        page.write_text(PAGE.format(title=file.stem, cells=cells), encoding="utf-8")
        return page, notebook

    def test_there_are_some(self):
        self.assertGreaterEqual(len(NOTEBOOKS), 4)

    def test_each_asks_for_nothing_and_has_no_error_in_a_browser(self):
        for file in NOTEBOOKS:
            with self.subTest(file.name):
                page, notebook = self.page_of(file)
                document, console, asked = browser.seen(page, self.folder)
                self.assertEqual((console, asked), ([], []))
                shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
                pictures = sum("image/png" in output.get("data", {}) for output in shown)
                self.assertGreater(pictures, 0)
                self.assertGreaterEqual(document.count("data:image/png;base64,"), pictures)
                self.assertNotIn("Traceback", document)
                if folder := os.environ.get("TAKT_PICTURES"):
                    browser.photograph(page, self.folder, Path(folder) / f"{file.stem}.png", height=6000)

    def test_a_page_that_asks_or_fails_would_be_seen(self):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(
            "from IPython.display import HTML\n"
            "HTML('<img src=\"http://127.0.0.1:9/x.png\"><script>throw new Error(\"wrong\")</script>')")])
        file = self.folder / "wrong.ipynb"
        nbformat.write(notebook, file)
        _, console, asked = browser.seen(self.page_of(file)[0], self.folder)
        self.assertIn("wrong", "".join(console))
        self.assertEqual(asked, ["http://127.0.0.1:9/x.png"])


if __name__ == "__main__":
    unittest.main()
