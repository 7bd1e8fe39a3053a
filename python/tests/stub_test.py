# SPDX-License-Identifier: Apache-2.0
"""The stub of the compiled part names what is there, and nothing else."""

import ast
from pathlib import Path

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


def test_the_package_names_what_it_offers():
    assert public(takt.__all__) <= set(vars(takt))
    assert (Path(takt.__file__).parent / "py.typed").exists()
