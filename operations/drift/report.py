"""What every report tells: the systems, the exit code, and the sentences that all formats share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.drift.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.drift.findings import Checked, Drifted, Finding

CLEAN, ERROR, DRIFT, SECURITY = 0, 1, 2, 3
_WORSE = (CLEAN, DRIFT, ERROR, SECURITY)
"""An error is worse than drift: what was not looked at may be anything."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A check of some systems, ready to be told.

    Attributes:
        systems: what was checked.
        notes: what is to be said of ignore rules of no system.
    """

    systems: Sequence[Checked]
    notes: tuple[str, ...] = ()

    def findings(self, severity: Severity) -> Iterator[tuple[Checked, Finding]]:
        """What drifted, of all systems."""
        for system in self.systems:
            for finding in system.findings:
                if finding.severity is severity:
                    yield system, finding

    @property
    def exit_code(self) -> int:
        """That of the worst system."""
        return max((exit_code(system) for system in self.systems), key=_WORSE.index, default=CLEAN)

    @property
    def title(self) -> str:
        """What is told, before the outcome."""
        return f"Drift of {', '.join(str(system) for system in self.systems)}"

    @property
    def verdict(self) -> str:
        """The outcome in one sentence."""
        parts = list(self._parts())
        return "; ".join(parts) if parts else "nothing drifted"

    def _parts(self) -> Iterator[str]:
        security = len(list(self.findings(Severity.SECURITY)))
        drifted = security + len(list(self.findings(Severity.DRIFT)))
        if drifted:
            weaker = f", {security} with weaker protection" if security else ""
            yield f"{_count(drifted, 'resource')} drifted{weaker}"
            if all(system.alarm is None for system in self.systems):
                yield "all of it is ignored"
        errors = sum(system.error is not None for system in self.systems)
        if errors:
            yield f"{_count(errors, 'system')} could not be checked"
        elif not drifted:
            yield "nothing drifted"
        pending = sum(len(system.changes) for system in self.systems)
        if pending:
            yield f"{_count(pending, 'change')} pending"


def exit_code(system: Checked) -> int:
    """The exit code for one system."""
    if system.alarm is Severity.SECURITY:
        return SECURITY
    if system.error is not None:
        return ERROR
    return CLEAN if system.alarm is None else DRIFT


def what(finding: Finding) -> str:
    """What happened to a resource, in a word."""
    return "gone" if finding.gone else "changed"


def then(attribute: Drifted) -> str:
    """What becomes of a drifted attribute, in one sentence without a full stop; a command that undoes it follows."""
    if attribute.command is not None:
        return f"{attribute.apply.value}; to undo it"
    return attribute.apply.value


def since(system: Checked, finding: Finding, attribute: Drifted) -> str | None:
    """When an attribute was first seen; None when nobody watched."""
    if system.watched is None:
        return None
    key = (finding.address, attribute.name)
    return "new" if key in system.watched.new else f"since {system.watched.first[key]:%Y-%m-%d %H:%M} UTC"


def accepted(attribute: Drifted) -> str | None:
    """Why an attribute is ignored; None when it is not."""
    rule = attribute.accepted
    return None if rule is None else f"ignored until {rule.expires}: {rule.reason}"


def gone(system: Checked) -> list[str]:
    """What was there at the last look, and is no more."""
    if system.watched is None:
        return []
    return [
        f"{seen.address} {seen.path or '(gone)'}, first seen {seen.first:%Y-%m-%d %H:%M} UTC"
        for seen in system.watched.gone
    ]


def pending(system: Checked) -> str | None:
    """The pending changes in one line; None when there are none."""
    if not system.changes:
        return None
    dangerous = sum(change.class_.gated for change in system.changes)
    risk = f", {dangerous} of them {'needs' if dangerous == 1 else 'need'} a waiver" if dangerous else ""
    return f"{_count(len(system.changes), 'change')} pending{risk}: see holdfast plan {system.stack} and holdfast review"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
