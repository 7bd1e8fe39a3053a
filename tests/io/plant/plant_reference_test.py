#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/reference_plant.md is what the schema of takt-plant/1 says; --update writes it anew."""

import json
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "reference_plant.md"
SCHEMA = json.loads((ROOT / "src" / "io" / "plant" / "schemas" / "takt-plant-1.json").read_text(encoding="utf-8"))

HEAD = """# Reference of takt-plant/1

Every object of a plant file and every field of it. This page is made from the schema that `takt schema takt-plant/1`
prints; [formats.md](formats.md) tells the same in order, with an example.

"""


def has_section(definition):
    return definition.get("type") == "object" and "title" in definition


def anchor(title):
    return title.lower().replace(",", "").replace(" ", "-")


def link(title):
    return f"[{title[0].lower() + title[1:]}](#{anchor(title)})"


def number(schema, word):
    if "exclusiveMinimum" in schema:
        return f"{word} above {schema['exclusiveMinimum']}"
    if "minimum" in schema and "maximum" in schema:
        return f"{word} from {schema['minimum']} to {schema['maximum']}"
    return f"{word}, {schema['minimum']} or more" if "minimum" in schema else word


def value(schema):
    """What may stand there, in words."""
    if "$ref" in schema:
        target = SCHEMA["$defs"][schema["$ref"].split("/")[-1]]
        return link(target["title"]) if "title" in target else value(target)
    if "const" in schema:
        return f"`\"{schema['const']}\"`"
    if "enum" in schema:
        return ", ".join(f"`{choice}`" for choice in schema["enum"])
    for key in ("anyOf", "oneOf"):
        if key in schema and "title" not in schema:
            return " or ".join(link(each["title"]) if has_section(each) else value(each) for each in schema[key])
    kind = schema["type"]
    if kind == "array":
        return "list, each " + value(schema["items"])
    if kind == "object" and "properties" in schema:
        return "object with " + ", ".join(f"`{key}`" for key in schema["properties"])
    if kind == "object":
        return f"object by name, each {value(schema['additionalProperties'])}"
    words = {"integer": "whole number", "number": "number", "boolean": "`true` or `false`", "string": "text"}
    return number(schema, words[kind])


def default_of(schema, is_required):
    if is_required:
        return "required"
    if "default" not in schema:
        return ""
    return "none" if schema["default"] in ({}, []) else f"`{json.dumps(schema['default'])}`"


def described(schema):
    if "description" in schema or "$ref" not in schema:
        return schema.get("description", "")
    target = SCHEMA["$defs"][schema["$ref"].split("/")[-1]]
    return "" if "title" in target else target.get("description", "")


def table(schema):
    rows = ["| field | value | unless given | meaning |", "|---|---|---|---|"]
    for key, field in schema["properties"].items():
        default = default_of(field, key in schema.get("required", []))
        rows.append(f"| `{key}` | {value(field)} | {default} | {described(field)} |")
    return "\n".join(rows)


def section(schema, level="##"):
    text = f"{level} {schema['title']}\n\n"
    if "description" in schema:
        text += schema["description"] + "\n\n"
    return text + table(schema) + "\n"


def laws():
    law = SCHEMA["$defs"]["law"]
    text = f"## Law\n\n{law['description']}\n\n| law | fields |\n|---|---|\n"
    text += f"| always the same | {value(law['oneOf'][0])} |\n"
    for each in law["oneOf"][1:]:
        fields = []
        for key, field in each["properties"].items():
            if key == "law":
                continue
            words = f"`{key}`, {value(field)}"
            words += f": {field['description']}" if "description" in field else ""
            words += f" ({json.dumps(field['default'])} unless given)" if "default" in field else ""
            fields.append(words.rstrip("."))
        text += f"| `\"law\": \"{each['properties']['law']['const']}\"` | {'; '.join(fields)} |\n"
    return text


def values():
    text = "## Values\n\n"
    for definition in SCHEMA["$defs"].values():
        if "title" in definition and not has_section(definition) and definition["title"] != "Law":
            examples = ", ".join(f"`{json.dumps(example)}`" for example in definition.get("examples", []))
            text += f"### {definition['title']}\n\n{definition.get('description', '')}".rstrip()
            text += f"\n\nSuch as {examples}.\n\n" if examples else "\n\n"
    return text.rstrip() + "\n"


def page():
    parts = [section({**SCHEMA, "title": "Plant"})]
    parts += [section(definition) for definition in SCHEMA["$defs"].values() if has_section(definition)]
    by_product = SCHEMA["$defs"]["law_by_product"]["anyOf"][1]
    return HEAD + "\n".join([*parts, laws(), section(by_product), values()])


class Reference(unittest.TestCase):
    def test_is_what_the_schema_says(self):
        self.assertEqual(PAGE.read_text(encoding="utf-8"), page(), "made anew by plant_reference_test.py --update")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        unittest.main()
