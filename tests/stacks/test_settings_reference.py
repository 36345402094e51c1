"""docs/settings.md: complete, in the words of the models, and current."""

from __future__ import annotations

import re

import pytest

from stacks import settings_reference
from stacks.environment import Environment


@pytest.fixture(scope="module")
def page() -> str:
    return settings_reference.page()


def row(page: str, section: str, setting: str) -> str:
    part = page.partition(f"## {section}\n")[2].partition("\n## ")[0]
    found = re.findall(rf"^\| `{setting}` .*$", part, re.MULTILINE)
    assert len(found) == 1, (section, setting)
    return str(found[0])


def test_the_page_is_the_one_that_the_code_gives(page: str) -> None:
    assert settings_reference.PAGE.read_text(encoding="utf-8") == page, "it is stale: make docs"


@pytest.mark.parametrize(
    ("section", "setting", "words"),
    [
        ("The file", "region", "| text | **required** |"),
        ("The file", "profile", '| `"ephemeral"`, `"regulated"` |'),
        ("The file", "network", "see [`network`](#network)"),
        ("`database`", "storage_gb", "| number | `100` | 20 to 65536 |"),
        ("`database`", "multi_az", "| `true` or `false` | `true` |"),
        ("`database`", "iops", "| number |  | 12000 to 64000 |"),
        ("`database`", "instance_class", "C07"),
        ("`network`", "interface_endpoints", '| list of text | `["kms", "logs", "secretsmanager"]` |'),
        ("`network`", "subnet_ids", "| map to map to text | `{}` |"),
        ("`network`", "flow_log_retention_days", "`365`, `400`"),
        ("`filesystem`", "access_points", '{ transaction-logs = { path = "/transaction-logs" } }'),
        ("`filesystem.access_points`", "permissions", '`"0750"`'),
        ("`alarms`", "free_storage_gb", "| 1 or more |"),
        ("`recovery`", "rpo_minutes", "C37"),
    ],
)
def test_a_setting_has_its_type_default_and_what_is_allowed(
    page: str, section: str, setting: str, words: str
) -> None:
    assert words in row(page, section, setting)


def test_every_setting_says_what_it_is() -> None:
    silent = [
        f"{place}.{name}"
        for place, model in settings_reference.models(Environment)
        for name in model.model_fields
        if not model.about(name)
    ]
    assert silent == []


def test_every_rule_that_is_named_is_explained(page: str) -> None:
    settings, _, rules = page.partition("## Rules")
    assert set(re.findall(r"\bC\d\d\b", settings.partition("\n## ")[2])) == set(
        re.findall(r"^\| (C\d\d) \|", rules, re.MULTILINE)
    )


def test_every_link_within_the_page_leads_somewhere(page: str) -> None:
    titles = {
        re.sub(r"[^a-z_-]", "", title.lower().replace(" ", "-"))
        for title in re.findall(r"^## (.+)$", page, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= titles
