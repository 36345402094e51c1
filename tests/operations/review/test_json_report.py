"""The review as JSON: as its schema says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operations.review import json_report
from operations.review.report import Report
from tests.fixtures.plans import systems
from tests.operations.review.reporting import report_on
from tests.operations.review.schema import objections
from tests.operations.review.test_fixtures import EXPECTED

SCHEMA = json.loads(json_report.SCHEMA.read_text(encoding="utf-8"))


def document(report: Report) -> Any:
    return json.loads(json.dumps(json_report.document(report)))


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("waived", [False, True])
def test_every_report_is_as_the_schema_says(name: str, waived: bool) -> None:
    assert objections(document(report_on(name, waived=waived)), SCHEMA) == []


def test_the_schema_refuses_what_is_not_in_it() -> None:
    found = document(report_on("tls-not-forced"))
    found["plans"][0]["changes"][0]["class"] = "harmless"
    assert objections(found, SCHEMA)


def test_what_a_program_needs() -> None:
    report = report_on("database-replaced-by-rename", "tags-only")
    found = document(report)
    assert found["verdict"]["passed"] is False
    assert found["verdict"]["exit_code"] == 3
    address = f"aws_db_instance.{systems.INSTANCE}"
    assert found["verdict"]["blocked"] == [{"stack": "database-replaced-by-rename", "address": address}]
    deleted = found["plans"][0]["changes"][0]
    assert deleted["class"] == "destroys-data"
    assert deleted["blocked"] is True
    assert deleted["rename"]["call"] == f'move_from_id("{address}")'
    assert found["plans"][0]["hash"] == report.plans[0].digest
    assert found["plans"][1]["counts"]["updates"] == 1


def test_a_waiver_is_told() -> None:
    (change,) = document(report_on("deletion-protection-off", waived=True))["plans"][0]["changes"]
    assert change["waiver"] == {"reason": "It was restored in a test.", "expires": "2026-11-25"}
    assert change["blocked"] is False
