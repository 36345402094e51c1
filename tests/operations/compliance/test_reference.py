"""The tables of docs/compliance.md are those of the packs."""

from __future__ import annotations

from operations.compliance import packs, reference


def test_the_page_is_the_one_that_the_packs_give() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), "it is stale: make docs"


def test_it_names_every_rule_that_the_configuration_decides() -> None:
    text = reference.page()
    assert all(
        f"| `{rule.id}` |" in text for name in packs.names() for rule in packs.load(name).rules if rule.check
    )
