"""Drift as SARIF 2.1.0."""

from __future__ import annotations

import json
from typing import Any

from operations.drift import sarif
from operations.drift.report import Report
from tests.operations.drift.reporting import checked, full_report, weakened
from tests.operations.review.schema import objections
from tests.operations.review.test_sarif import SCHEMA


def results(report: Report) -> Any:
    log = json.loads(json.dumps(sarif.document(report)))
    assert objections(log, SCHEMA) == []
    assert log["runs"][0]["tool"]["driver"]["name"] == "holdfast drift"
    return log["runs"][0]["results"]


def test_each_attribute_is_a_result_the_worst_first() -> None:
    found = results(full_report())
    assert [result["ruleId"] for result in found] == ["drift/security"] * 2 + ["drift/changed"] * 2
    texts = [result["message"]["text"] for result in found]
    assert texts[0] == (
        "citizen-data (prod): aws_db_instance.it (changed): deletion protection is lifted: deletion_protection true → "
        "false; deletion_protection true → false; the next apply undoes it"
    )
    assert "to undo it: aws ec2 revoke-security-group-ingress" in texts[1]


def test_what_is_ignored_is_suppressed() -> None:
    (owner,) = [result for result in results(full_report()) if "suppressions" in result]
    assert "tags.Owner" in owner["message"]["text"]
    assert owner["suppressions"][0]["justification"] == "It was agreed with operations."


def test_the_same_attribute_is_the_same_result_tomorrow() -> None:
    def fingerprints() -> list[str]:
        return [
            result["partialFingerprints"]["holdfast/v1"]
            for result in results(Report(systems=[checked(weakened())]))
        ]

    assert fingerprints() == fingerprints()
    assert len(set(fingerprints())) == 3
