"""The report as JSON, against its schema."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operations.drift import json_report
from operations.drift.report import Report
from tests.operations.drift.reporting import DATABASE, checked, full_report, ignoring_all, weakened
from tests.operations.drift.test_report import SITUATIONS
from tests.operations.review.schema import objections


def document(report: Report) -> Any:
    found = json.loads(json.dumps(json_report.document(report)))
    schema = json.loads(json_report.SCHEMA.read_text(encoding="utf-8"))
    assert objections(found, schema) == []
    return found


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_report_is_valid(name: str) -> None:
    system, _, code, _ = SITUATIONS[name]
    assert document(Report(systems=[system]))["verdict"]["exit_code"] == code


def test_everything_is_in_it() -> None:
    ours, theirs = document(full_report())["systems"]
    assert (ours["outcome"], ours["exit_code"]) == ("both", 3)
    assert ours["gone"] == [
        {"address": "aws_sqs_queue.it", "path": "delay_seconds", "first_seen": "2026-11-20T06:00:00+00:00"}
    ]
    (database,) = [finding for finding in ours["findings"] if finding["address"] == DATABASE]
    protection, owner = database["attributes"]
    assert protection == {
        "path": "deletion_protection",
        "recorded": True,
        "real": False,
        "severity": "security",
        "next_apply": "undoes",
        "command": None,
        "ignored": None,
        "first_seen": "2026-11-20T06:00:00+00:00",
    }
    assert owner["ignored"] == {"reason": "It was agreed with operations.", "expires": "2026-11-25"}
    assert (theirs["outcome"], theirs["exit_code"]) == ("error", 1)


def test_what_is_ignored_raises_no_alarm() -> None:
    (system,) = document(Report(systems=[checked(ignoring_all(weakened()))]))["systems"]
    assert {finding["alarm"] for finding in system["findings"]} == {None}
    assert {finding["severity"] for finding in system["findings"]} == {"security"}
