"""What drifted: each attribute that is not as it is recorded, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from operations.plans.differences import path_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from operations.accepted import Accepted
    from operations.drift.history import Key, Watched
    from operations.plans.json_values import Json
    from operations.plans.model import Path
    from operations.review.classes import Reason
    from operations.review.classification import Reviewed, ReviewedPlan


class Severity(IntEnum):
    """How bad it is."""

    DRIFT = 1
    SECURITY = 2

    @property
    def title(self) -> str:
        """Its name in sentences and headings."""
        return {Severity.DRIFT: "Drift", Severity.SECURITY: "Security drift"}[self]

    @property
    def slug(self) -> str:
        """Its name in files."""
        return self.name.lower()


WORST_FIRST = tuple(sorted(Severity, reverse=True))


class Apply(Enum):
    """What the next apply does to a drifted attribute."""

    UNDOES = "the next apply undoes it"
    CREATES = "the next apply creates it again"
    LEAVES = "it is not configured, so no apply undoes it"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drifted:
    """One attribute, without secrets.

    Attributes:
        path: where it is; nothing when the whole resource is gone.
        before: what is recorded.
        after: what it is.
        severity: how bad that is.
        apply: what the next apply does to it.
        command: the AWS CLI's command that undoes it, where no apply does.
        accepted: the rule by which it is ignored.
    """

    path: Path
    before: Json
    after: Json
    severity: Severity
    apply: Apply
    command: str | None = None
    accepted: Accepted | None = None

    @property
    def name(self) -> str:
        """Its path as people write it."""
        return path_text(self.path)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A resource that drifted, without secrets.

    Attributes:
        address: its address.
        type: its type.
        gone: whether it is there no more.
        reasons: why protection is weaker, the worst first.
        attributes: what is not as it is recorded, the worst first.
        undoing: what comes of undoing it, when that is dangerous.
    """

    address: str
    type: str
    gone: bool = False
    reasons: tuple[Reason, ...] = ()
    attributes: tuple[Drifted, ...] = ()
    undoing: tuple[Reason, ...] = ()

    @property
    def severity(self) -> Severity:
        """That of its worst attribute, ignored or not."""
        return max(attribute.severity for attribute in self.attributes)

    @property
    def alarm(self) -> Severity | None:
        """That of its worst attribute that is not ignored; None when all are."""
        return max((each.severity for each in self.attributes if each.accepted is None), default=None)


def keys(findings: Iterable[Finding]) -> set[Key]:
    """What drifted, as the history names it."""
    return {(finding.address, each.name) for finding in findings for each in finding.attributes}


class Outcome(Enum):
    """What a check found."""

    CLEAN = "clean"
    OUTPUTS_ONLY = "outputs only"
    PENDING = "pending change"
    DRIFT = "drift"
    BOTH = "drift and pending change"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found of one system.

    Attributes:
        stack: name of the system.
        environment: name of the environment.
        findings: what drifted, the worst first.
        pending: what the configuration changes, whatever drifted; None when it is not known.
        error: why it could not be checked, or not all of it.
        notes: what is to be said of ignore rules.
        watched: the same compared with what was seen before; None: it was not.
    """

    stack: str
    environment: str
    findings: tuple[Finding, ...] = ()
    pending: ReviewedPlan | None = None
    error: str | None = None
    notes: tuple[str, ...] = ()
    watched: Watched | None = None

    def __str__(self) -> str:
        return f"{self.stack} ({self.environment})"

    @property
    def changes(self) -> tuple[Reviewed, ...]:
        """The pending changes."""
        return self.pending.changes if self.pending else ()

    @property
    def outcome(self) -> Outcome:
        """What was found, in a word or two."""
        if self.error is not None and not self.findings:
            return Outcome.ERROR
        if self.findings:
            return Outcome.BOTH if self.changes else Outcome.DRIFT
        if self.changes:
            return Outcome.PENDING
        return Outcome.OUTPUTS_ONLY if self.pending and self.pending.outputs else Outcome.CLEAN

    @property
    def alarm(self) -> Severity | None:
        """The worst that is not ignored."""
        return max((each.alarm for each in self.findings if each.alarm is not None), default=None)
