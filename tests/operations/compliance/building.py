"""Assessments of small systems."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from operations.compliance import configuration, packs
from operations.compliance.assessment import Assessed, Assessment, assess
from operations.compliance.waivers import Waiver

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
GOOD_DATABASE: dict[str, Any] = {
    "engine": "postgres",
    "storage_encrypted": True,
    "port": 5432,
    "publicly_accessible": False,
}


def waiver(
    rule: str = "RDS.23",
    address: str = "aws_db_instance.*",
    *,
    stack: str = "test",
    environment: str | None = None,
) -> Waiver:
    return Waiver(
        rules=[rule],
        stacks=[stack],
        address=address,
        reason="Clients expect PostgreSQL on 5432.",
        compensating_control="Security groups admit named clients only.",
        owner="database-owner",
        expires=date(2027, 5, 31),
        environment=environment,
    )


def assessed(
    resources: dict[str, Any] | None = None,
    *,
    waivers: tuple[Waiver, ...] = (),
    only: tuple[str, ...] = (),
    region: str | None = "eu-central-2",
    environment: str | None = "prod",
) -> Assessment:
    found = resources if resources is not None else {"aws_db_instance": {"it": GOOD_DATABASE}}
    graph = configuration.graph({"resource": found}, name="test", source="test")
    return assess(
        graph,
        packs.chosen(only),
        waivers,
        source="configuration",
        time=NOW,
        region=region,
        environment=environment,
    )


def rule(assessment: Assessment, id: str) -> Assessed:
    (found,) = [one for one in assessment.rules if one.rule.id == id]
    return found
