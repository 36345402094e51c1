"""Reports on drift, for the tests of the formats."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from operations.drift import ignoring
from operations.drift.findings import Checked, Finding, keys
from operations.drift.history import History, Watched, watch
from operations.drift.ignoring import Ignore
from operations.drift.report import Report
from operations.review.classification import review
from tests.operations.drift.detecting import drifted, found, undone
from tests.operations.plans.building import change, plan

TODAY = date(2026, 11, 25)
BEGIN = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)

DATABASE = "aws_db_instance.it"
GROUP = "aws_security_group.it"
RULE = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}


def weakened() -> tuple[Finding, ...]:
    """A database without deletion protection and with a tag more, and a security group with a rule more."""
    tags = {"tags": {"Owner": "someone"}}
    before, after = {"deletion_protection": True, "tags": {}}, {"deletion_protection": False, **tags}
    group = {"id": "sg-1", "arn": "arn:aws:ec2:eu-central-2:123456789012:security-group/sg-1"}
    return tuple(
        found(
            undone(DATABASE, after, before),
            change(GROUP, "no-op", before={**group, "ingress": [RULE]}, after={**group, "ingress": [RULE]}),
            drift=(drifted(DATABASE, before, after),),
        )
    )


def changed() -> tuple[Finding, ...]:
    """A topic with another name to show."""
    return tuple(
        found(drift=(drifted("aws_sns_topic.it", {"display_name": "a"}, {"display_name": "<b> | `c`"}),))
    )


def checked(findings: tuple[Finding, ...] = (), **more: Any) -> Checked:
    """A system with some drift."""
    return Checked(stack="citizen-data", environment="prod", findings=findings, **more)


def pending() -> Any:
    """A plan that changes something."""
    return review(plan(change("aws_x.it", "update", before={"a": 1}, after={"a": 2})), stack="citizen-data")


def ignore(address: str, path: str, **more: Any) -> Ignore:
    """A rule for the system."""
    return Ignore(
        stack="citizen-data",
        address=address,
        path=path,
        reason="It was agreed with operations.",
        expires=more.pop("expires", TODAY),
        **more,
    )


def ignoring_all(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The same with a rule for every attribute."""
    rules = [ignore(finding.address, each.name) for finding in findings for each in finding.attributes]
    return ignoring.apply(rules, findings, today=TODAY)[0]


def watched(findings: tuple[Finding, ...], *before: Finding) -> Watched:
    """The same compared with what was there five days ago."""
    first = watch(History(), keys(before), now=BEGIN)
    return watch(first.history, keys(findings), now=NOW)


def full_report() -> Report:
    """One of everything: drift of both kinds, ignored and new and gone, a pending change, an error, a note."""
    ours = weakened()
    owner = ignoring.apply([ignore(DATABASE, "tags")], ours, today=TODAY)[0]
    return Report(
        systems=[
            checked(
                (*owner, *changed()),
                pending=pending(),
                watched=watched((*owner, *changed()), owner[0], *_gone()),
                notes=("the ignore rule for x of aws_y.it has nothing to ignore: take it out",),
            ),
            replace(checked(), stack="payments", error="terraform plan failed\n\nError: <no> `way` | out"),
        ]
    )


def _gone() -> tuple[Finding, ...]:
    return tuple(found(drift=(drifted("aws_sqs_queue.it", {"delay_seconds": 0}, {"delay_seconds": 9}),)))
