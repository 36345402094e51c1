"""The tables of rules: whole, and about what the provider has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from environments.stateful import stateful
from operations.review import tables
from tests.operations.conftest import Schema

NAMES = sorted(path.stem for path in tables.FOLDER.glob("*.tsv"))


def addresses(name: str) -> Iterator[tuple[str, str]]:
    """The types of a table, each with its attribute when it has one."""
    for row in tables.rows(name):
        if "type" in row:
            yield row["type"], row.get("attribute", row.get("whole", "-"))


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_whole_and_said_once(name: str) -> None:
    rows = tables.rows(name)
    assert rows
    assert all(value for row in rows for value in row.values())
    keys = [tuple(row.values())[:2] if "attribute" in row else next(iter(row.values())) for row in rows]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", NAMES)
def test_every_table_says_where_it_comes_from(name: str) -> None:
    head = (tables.FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[:4]
    assert any(line.startswith("# source: ") for line in head)
    assert any(re.fullmatch(r"# date: 2\d{3}-\d\d-\d\d", line) for line in head)


def test_every_table_is_read() -> None:
    assert len(tables.guards()) == len(tables.rows("guards"))
    assert len(tables.serving()) == len(tables.rows("serving"))
    assert len(tables.parts()) == len(tables.rows("parts"))
    assert len(tables.parameters()) == len(tables.rows("parameters"))
    assert len(tables.volatile()) == len(tables.rows("volatile"))
    assert sum(map(len, tables.interruptions().values())) == len(tables.rows("interruptions"))
    of_databases = {protection.attribute for protection in tables.protections("aws_db_instance")}
    assert {("deletion_protection",), ("vpc_security_group_ids",)} <= of_databases


def test_interruptions_say_when() -> None:
    assert {row["when"] for row in tables.rows("interruptions")} == {"window", "now", "reboot", "zero"}


@pytest.mark.terraform
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"parameters"}))
def test_every_rule_is_about_something_that_the_provider_has(name: str, schema: Schema) -> None:
    for type_, attribute in addresses(name):
        path = [] if attribute == "-" else attribute.split(".")
        if type_ == "*":
            assert any(has(schema[known]["block"], path) for known in schema), attribute
        else:
            assert type_ in schema
            assert has(schema[type_]["block"], path), f"{type_}.{attribute}"


@pytest.mark.terraform
@pytest.mark.slow
def test_what_holds_data_is_something_that_the_provider_has(schema: Schema) -> None:
    assert stateful().keys() <= schema.keys()


def has(block: dict[str, Any], path: list[str]) -> bool:
    """Whether a block has an attribute, in nested blocks or objects."""
    if not path:
        return True
    name, *rest = path
    if name in block.get("block_types", {}):
        return has(block["block_types"][name]["block"], rest)
    attribute = block.get("attributes", {}).get(name)
    if attribute is None:
        return False
    if "nested_type" in attribute:
        return has(attribute["nested_type"], rest)
    return not rest or '"object"' in json.dumps(attribute.get("type"))
