"""Drift on the page of a review."""

from __future__ import annotations

import json

import pytest

from operations.drift import html_page
from operations.drift.report import Report
from tests.browser.opening import Opening
from tests.operations.drift.reporting import DATABASE, checked, full_report


def test_the_page_has_what_drifted_in_the_place_of_what_is_planned() -> None:
    document = html_page.document(full_report())
    assert document["verdict"]["passed"] is False
    (ours, theirs) = document["plans"]
    assert [change["class"] for change in ours["changes"]] == ["weakens-protection"] * 2 + ["updates"]
    assert {change["done"] for change in ours["changes"]} == {"changed"}
    assert theirs["changes"] == []
    assert document["verdict"]["notes"][0].startswith("payments (prod) could not be checked: terraform plan")


def test_what_is_to_be_known_of_an_attribute_is_a_note() -> None:
    changes = {
        change["address"]: change for change in html_page.document(full_report())["plans"][0]["changes"]
    }
    protection, owner = changes[DATABASE]["notes"]
    assert protection["text"] == ("deletion_protection: since 2026-11-20 06:00 UTC; the next apply undoes it")
    assert owner["good"]
    assert changes["aws_security_group.it"]["notes"][0]["command"].startswith("aws ec2 revoke")


def test_nothing_is_markup() -> None:
    page = html_page.page(full_report())
    assert "<b>" not in page
    assert "\\u003cb\\u003e" in page


def test_nothing_drifted() -> None:
    document = html_page.document(Report(systems=[checked()]))
    assert document["verdict"]["passed"]
    assert json.dumps(document)


@pytest.mark.slow
def test_in_a_browser(opening: Opening) -> None:
    page = opening(html_page.page(full_report()))
    assert page.texts("h1") == ["Drift of citizen-data (prod), payments (prod)"]
    assert page.texts("h1 + #verdict")[0].startswith("3 resources drifted, 2 with weaker protection")
    assert page.texts("#view .change > summary .address")[:2] == [DATABASE, "aws_security_group.it"]
    (database, group) = page.texts("#view .change.weakens-protection .body")
    assert "deletion_protection: since 2026-11-20 06:00 UTC; the next apply undoes it" in database
    assert "aws ec2 revoke-security-group-ingress" in group
