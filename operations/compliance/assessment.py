"""An assessment: every rule of some packs applied to a system, with the waivers that hold for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from environments.problem import Problem
from operations.compliance.packs import DecidedBy
from operations.compliance.rules import checks
from operations.compliance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from operations.compliance.graph import Graph
    from operations.compliance.packs import Pack, Rule
    from operations.compliance.verdicts import Finding
    from operations.compliance.waivers import Waiver

EXIT_CODE = 3
"""Process exit code when a rule is not met, and no waiver accepts that."""


class Outcome(Enum):
    """What became of a rule, over all resources; the first that holds."""

    FAIL = "fail"
    NEEDS_RUNTIME = "needs runtime"
    WAIVED = "waived"
    PASS = "pass"  # noqa: S105 - an outcome
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A finding, and what accepts it when it is a failure.

    Attributes:
        finding: the verdict on one resource.
        waiver: what accepts it; None: nothing does, or nothing need.
    """

    finding: Finding
    waiver: Waiver | None = None


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """A rule with its findings.

    Attributes:
        rule: the rule.
        outcome: what became of it.
        reason: why, when there is no finding to say it.
        findings: the verdicts on single resources.
    """

    rule: Rule
    outcome: Outcome
    reason: str
    findings: Sequence[Judged]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How a family of controls fares.

    Attributes:
        family: ``AC``.
        counts: how many of its rules had which outcome.
    """

    family: str
    counts: Mapping[Outcome, int]


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The whole.

    Attributes:
        system: what was assessed.
        source: from what: ``configuration``, ``plan`` or ``deployed system``.
        region: the system's region; None when it is not known.
        environment: name of the environment it is in; None when that is not known.
        time: when.
        packs: the packs, in the order they were chosen.
        rules: their rules, assessed.
        waivers: the waivers for this system, in this environment, and for these packs.
    """

    system: str
    source: str
    region: str | None
    environment: str | None
    time: datetime
    packs: Sequence[Pack]
    rules: Sequence[Assessed]
    waivers: Sequence[Waiver]

    @property
    def exit_code(self) -> int:
        """0, or `EXIT_CODE`."""
        return EXIT_CODE if self.count(Outcome.FAIL) else 0

    def of(self, pack: str) -> Sequence[Assessed]:
        """The rules of a pack."""
        return [assessed for assessed in self.rules if assessed.rule.pack == pack]

    def count(self, outcome: Outcome, pack: str | None = None) -> int:
        """How many rules had an outcome, of one pack or of all."""
        return sum(
            assessed.outcome is outcome
            for assessed in self.rules
            if pack is None or assessed.rule.pack == pack
        )

    def decided(self, pack: str) -> Sequence[Assessed]:
        """The rules of a pack that the configuration decides."""
        return [one for one in self.of(pack) if one.rule.decided_by is DecidedBy.CONFIGURATION]

    def coverage(self) -> Sequence[Coverage]:
        """The families of controls, by name."""
        counts: dict[str, dict[Outcome, int]] = defaultdict(lambda: dict.fromkeys(Outcome, 0))
        for assessed in self.rules:
            for family in assessed.rule.families:
                counts[family][assessed.outcome] += 1
        return [Coverage(family=family, counts=counts[family]) for family in sorted(counts)]


def assess(
    graph: Graph,
    packs: Sequence[Pack],
    waivers: Sequence[Waiver],
    *,
    source: str,
    time: datetime,
    region: str | None = None,
    environment: str | None = None,
) -> Assessment:
    """Apply packs to a system.

    Args:
        graph: its resources.
        packs: the packs.
        waivers: what is accepted, of all systems and environments.
        source: from what the resources were read.
        time: now.
        region: the system's region.
        environment: name of the environment it is in. When that is not known, no waiver for one environment holds.

    Raises:
        Problem: a waiver accepts nothing.
    """
    ours = [waiver for waiver in waivers if _concerns(waiver, graph.name, environment, packs)]
    found: dict[str, Sequence[Finding]] = {}
    rules = [_assess(rule, graph, found, ours, time.date()) for pack in packs for rule in pack.rules]
    for waiver in ours:
        if not any(_accepts(waiver, assessed) for assessed in rules):
            raise Problem(
                f"a waiver of {', '.join(waiver.rules)} for {waiver.address} in {graph.name} has nothing to accept",
                allowed="waivers of what fails",
                fix="take it out, correct its address, or name the one environment that needs it",
            )
    return Assessment(
        system=graph.name,
        source=source,
        region=region,
        environment=environment,
        time=time,
        packs=packs,
        rules=rules,
        waivers=ours,
    )


def _concerns(waiver: Waiver, system: str, environment: str | None, packs: Sequence[Pack]) -> bool:
    rules = {rule.id for pack in packs for rule in pack.rules}
    return waiver.is_about(system, environment) and any(rule in rules for rule in waiver.rules)


def _accepts(waiver: Waiver, assessed: Assessed) -> bool:
    """Whether a waiver is about something that fails, or of which that is not known."""
    return any(
        waiver.covers(assessed.rule.id, judged.finding.address)
        and judged.finding.verdict in {Verdict.FAIL, Verdict.NEEDS_RUNTIME}
        for judged in assessed.findings
    )


def _assess(
    rule: Rule, graph: Graph, known: dict[str, Sequence[Finding]], waivers: Sequence[Waiver], today: date
) -> Assessed:
    if rule.decided_by is DecidedBy.ACCOUNT:
        return Assessed(
            rule=rule, outcome=Outcome.NEEDS_RUNTIME, reason="only a running account shows it", findings=()
        )
    if rule.decided_by is DecidedBy.OTHER_SERVICES:
        there = sorted(graph.types() & set(rule.services))
        outcome = Outcome.NEEDS_RUNTIME if there else Outcome.NOT_APPLICABLE
        reason = (
            f"not evaluated, but there is {', '.join(there)}" if there else "no such resource in the system"
        )
        return Assessed(rule=rule, outcome=outcome, reason=reason, findings=())
    if rule.check not in known:
        known[rule.check] = sorted(checks()[rule.check](graph), key=lambda finding: finding.address)
    findings = [
        Judged(finding=finding, waiver=_waiver_of(rule, finding, waivers, today))
        for finding in known[rule.check]
    ]
    reason = "" if findings else "no such resource in the system"
    return Assessed(rule=rule, outcome=_outcome(findings), reason=reason, findings=findings)


def _waiver_of(rule: Rule, finding: Finding, waivers: Sequence[Waiver], today: date) -> Waiver | None:
    if finding.verdict is not Verdict.FAIL:
        return None
    valid = (
        waiver for waiver in waivers if waiver.expires >= today and waiver.covers(rule.id, finding.address)
    )
    return next(valid, None)


def _outcome(findings: Sequence[Judged]) -> Outcome:
    verdicts = {judged.finding.verdict for judged in findings if judged.waiver is None}
    if Verdict.FAIL in verdicts:
        return Outcome.FAIL
    if Verdict.NEEDS_RUNTIME in verdicts:
        return Outcome.NEEDS_RUNTIME
    if any(judged.waiver for judged in findings):
        return Outcome.WAIVED
    return Outcome.PASS if Verdict.PASS in verdicts else Outcome.NOT_APPLICABLE
