# SPDX-License-Identifier: Apache-2.0
"""The stub of the compiled part names what is there, and nothing else."""

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import takt
from takt import _core

STUB = ast.parse((Path(takt.__file__).parent / "_core.pyi").read_text(encoding="utf-8"))


def names_in(body):
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.AnnAssign):
            yield node.target.id


def public(names):
    return {name for name in names if not name.startswith("_")}


def test_the_stub_names_what_the_module_has():
    assert public(names_in(STUB.body)) == public(vars(_core))


def test_the_stub_names_what_each_class_has():
    for node in STUB.body:
        if isinstance(node, ast.ClassDef):
            assert public(names_in(node.body)) == public(vars(getattr(_core, node.name))), node.name


def test_the_stub_names_the_arguments_of_functions():
    for node in STUB.body:
        if isinstance(node, ast.FunctionDef):
            signature = getattr(_core, node.name).__doc__.splitlines()[0]
            for argument in node.args.args:
                assert f"{argument.arg}: " in signature, signature


def test_the_stub_names_the_arguments_of_methods():
    for node in STUB.body:
        for method in node.body if isinstance(node, ast.ClassDef) else ():
            if not isinstance(method, ast.FunctionDef) or method.name == "__eq__":
                continue
            if any(getattr(each, "id", "") == "property" for each in method.decorator_list):
                continue
            signature = getattr(getattr(_core, node.name), method.name).__doc__.splitlines()[0]
            for argument in method.args.args:
                assert f"{argument.arg}: " in signature, signature


# What a class of pybind11 has and no stub says: its metaclass, and an __init__ that only refuses.
OF_PYBIND11 = re.compile(
    r"is inconsistent, metaclass differs$"
    r"|\.__init__ is inconsistent, stub does not have \*args argument \"args\"$"
)
needs_mypy = pytest.mark.skipif(
    importlib.util.find_spec("mypy") is None, reason="mypy is not installed (Debian: mypy)"
)


def told_by(module, *arguments, folder):
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)
    return done.stdout + done.stderr


@needs_mypy
def test_the_stub_is_what_the_module_does(tmp_path):
    told = told_by("mypy.stubtest", "takt._core", folder=tmp_path)
    assert re.search(r"^(Found \d+ errors|Success)", told, re.MULTILINE), told
    errors = re.findall(r"^error: (.*)$", told, re.MULTILINE)
    assert [error for error in errors if not OF_PYBIND11.search(error)] == []


@needs_mypy
def test_the_package_is_typed_throughout(tmp_path, monkeypatch):
    monkeypatch.setenv("MYPYPATH", str(Path(takt.__file__).parents[1]))
    told = told_by("mypy", "--strict", "-p", "takt", folder=tmp_path)
    assert told.startswith("Success"), told


def test_the_package_names_what_it_offers():
    assert public(takt.__all__) <= set(vars(takt))
    assert (Path(takt.__file__).parent / "py.typed").exists()
