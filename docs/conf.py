# SPDX-License-Identifier: Apache-2.0
"""The documentation as a site: sphinx-build docs build/docs/site, with the built package on PYTHONPATH."""
import pathlib
import re

VERSION = pathlib.Path(__file__).resolve().parents[1] / "include" / "takt" / "core" / "version.hpp"

project = "takt"
version = release = re.search(r'kVersion = "(.*)"', VERSION.read_text(encoding="utf-8")).group(1)
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["Doxyfile"]
html_theme = "alabaster"
html_show_copyright = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]  # blocks that show no code of a known language


def setup(app):
    """Lines of JSON read like JSON."""
    from pygments.lexers.data import JsonLexer

    app.add_lexer("jsonl", JsonLexer)
