"""Waivers: findings that are accepted for a reason, until a date."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compliance.scan import Result

LONGEST = timedelta(days=366)


class Waiver(BaseModel):
    """An accepted finding.

    Args:
        check: id of the check.
        resource: pattern of Terraform addresses; ``*`` stands for any characters.
        reason: why the finding is accepted.
        expires: last day on which it is accepted; a year from now at most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: Annotated[str, Field(pattern=r"^CKV2?_[A-Z]+_\d+$")]
    resource: Annotated[str, Field(pattern=r"^aws_\w+\.\S+$")]
    reason: Annotated[str, Field(min_length=40)]
    expires: date

    def covers(self, result: Result) -> bool:
        """Say whether this waiver is about a finding."""
        return result.check == self.check and fnmatchcase(result.address, self.resource)


def read(path: Path) -> list[Waiver]:
    """Read a waiver file.

    Raises:
        ValueError: for a waiver that lacks something, or says something unknown.
    """
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    if set(content) != {"waiver"}:
        raise ValueError(f"{path.name}: [[waiver]] tables and nothing else, not {sorted(content)}")
    return [Waiver.model_validate(waiver) for waiver in content["waiver"]]


def objections(results: list[Result], waivers: list[Waiver], today: date) -> list[str]:
    """Say what stands against the results: findings without waiver, and waivers that must go."""
    findings = [result for result in results if not result.passed]
    found = [
        f"{finding.address} fails {finding.check}: {finding.name}"
        for finding in findings
        if not any(waiver.covers(finding) for waiver in waivers)
    ]
    for waiver in waivers:
        if not any(waiver.covers(finding) for finding in findings):
            found.append(f"the waiver of {waiver.check} for {waiver.resource} has no finding: take it out")
        if waiver.expires < today:
            found.append(f"the waiver of {waiver.check} for {waiver.resource} expired on {waiver.expires}")
        if waiver.expires > today + LONGEST:
            found.append(f"the waiver of {waiver.check} for {waiver.resource} lasts longer than a year")
    return found
