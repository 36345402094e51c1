"""Logs in SARIF 2.1.0, for code scanning.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub, "SARIF support for code scanning"
(2026-11).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_MANY = 5_000
"""Results that GitHub shows of one run; it takes the most severe."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What results have in common.

    Attributes:
        id: ``weakens-protection/less-protection``.
        name: ``LessProtection``.
        title: in a few words.
        meaning: in a sentence or two.
        level: ``error``, ``warning`` or ``note``.
        severity: ``security-severity`` by which GitHub sorts: critical from 9.0, high from 7.0, medium from 4.0.
        tags: for filters.
    """

    id: str
    name: str
    title: str
    meaning: str
    level: str
    severity: str
    tags: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Result:
    """Something that is told.

    Attributes:
        rule: what it is an instance of.
        text: the message.
        stack: name of the system.
        address: address of the resource.
        identity: what makes it the same as in another log, besides rule, stack and address.
        accepted: why it is accepted; None: it is not.
    """

    rule: Rule
    text: str
    stack: str
    address: str
    identity: tuple[str, ...]
    accepted: str | None = None


def log(tool: str, results: Sequence[Result]) -> dict[str, Any]:
    """A log.

    Args:
        tool: the command whose results they are.
        results: the most severe first.
    """
    rules = {result.rule.id: result.rule for result in reversed(results)}
    ids = sorted(rules)
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {"driver": {"name": tool, "rules": [_rule(rules[id_]) for id_ in ids]}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(result, ids.index(result.rule.id)) for result in results[:_MANY]],
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.meaning},
        "help": {"text": rule.meaning},
        "defaultConfiguration": {"level": rule.level},
        "properties": {"tags": list(rule.tags), "security-severity": rule.severity},
    }


def _result(result: Result, index: int) -> dict[str, Any]:
    address = f"{result.stack}: {result.address}"
    same = "\n".join((result.stack, result.address, result.rule.id, *result.identity))
    found = {
        "ruleId": result.rule.id,
        "ruleIndex": index,
        "level": result.rule.level,
        "message": {"text": f"{address} {result.text}"},
        "locations": [
            {
                # GitHub wants a file. A plan's is in no repository; what is planned comes from the program.
                "physicalLocation": {
                    "artifactLocation": {"uri": "main.py"},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [
                    {"name": result.address, "fullyQualifiedName": address, "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": {"holdfast/v1": hashlib.sha256(same.encode()).hexdigest()},
    }
    if result.accepted is None:
        return found
    suppression = {"kind": "external", "status": "accepted", "justification": result.accepted}
    return {**found, "suppressions": [suppression]}
